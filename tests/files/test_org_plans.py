"""Org files are read through the outline that Markdown is read through: what they gain by it."""

from pathlib import Path

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.files.load import Loaded
from backlog_sync.files.outline import Form, Kind
from backlog_sync.files.syntax.org import read_outline
from tests.files.conftest import LoadText
from tests.files.test_foreign_write import difference, written

PLAN = """#+TITLE: Ferry
* Epic 1: Landing stages :quay:
  :PROPERTIES:
  :CUSTOM_ID: stages
  :Owner_note: nobody reads this
  :END:
  Both need work.
** TODO [#B] Story 1.1: Rent a pontoon [1/2]
   SCHEDULED: <2027-03-01 Mon>
   :LOGBOOK:
   - Note taken on [2027-01-01 Fri]
     It rained.
   :END:
   As a guest I want to rent a pontoon so that I can land.
   - Story Points :: 5

   Acceptance criteria:
   - It carries two tons
   - It has =two= rails
*** Notes
    Ask the [[https://example.org/quay][owner]] first.

    #+BEGIN_SRC sh
    * TODO no heading
      - [ ] no box
    #+END_SRC
* COMMENT Thrown away
** TODO Build a bridge
* Risks
** It may sink
   - [ ] Buy a pump
"""


def _items(loaded: Loaded) -> list[tuple[str, str, str | None]]:
    return [(each.kind, each.document.title, each.document.id) for each in loaded.files[0].items]


def test_type_words_and_codes_say_what_an_org_heading_is(load_text: LoadText) -> None:
    """A story is one also below a keyword; a key of the drawer counts before the title's."""
    loaded = load_text(PLAN, "plan.org")
    assert _items(loaded) == [
        ("epic", "Landing stages", "stages"), ("story", "Rent a pontoon", "story-1.1")
    ]  # fmt: skip
    assert loaded.files[0].items[1].parent == 0
    assert [d.slug for d in loaded.diagnostics] == ["left-out"]


def test_the_body_of_an_org_heading_is_read_as_a_roadmap_is(load_text: LoadText) -> None:
    """User story, criteria below a key, pairs of a list; notes and code stay in the text."""
    document = load_text(PLAN, "plan.org").files[0].items[1].document
    assert document.user_story == "As a guest I want to rent a pontoon so that I can land."
    assert [each.text for each in document.acceptance_criteria or ()] == [
        "It carries two tons", "It has `two` rails"
    ]  # fmt: skip
    assert (document.story_points, document.start, document.priority) == (
        5, "2027-03-01", "Medium"
    )  # fmt: skip
    assert document.description is not None
    assert "It rained" not in document.description
    assert document.description.endswith(
        "**Notes**\n\nAsk the [owner](https://example.org/quay) first.\n\n"
        "```sh\n* TODO no heading\n  - [ ] no box\n```"
    )


TABLE = (
    "* Backlog\n"
    "| Nr  | Title         | Status      | Points |\n"
    "|-----+---------------+-------------+--------|\n"
    "| 1.1 | Rent a boat   | In Progress |      3 |\n"
    "|-----+---------------+-------------+--------|\n"
    "| 1.2 | Return a boat | Todo        |      5 |\n"
    "#+TBLFM: @4$4=1\n"
)


def test_rows_of_an_org_table_are_items(load_text: LoadText) -> None:
    """A line between rows parts them, and is none."""
    loaded = load_text(TABLE, "plan.org")
    found = [item.document for item in loaded.files[0].items]
    assert [(each.title, each.status, each.story_points) for each in found] == [
        ("Rent a boat", "In Progress", 3), ("Return a boat", "Todo", 5)
    ]  # fmt: skip


def test_progress_goes_into_the_cells_of_an_org_table(load_text: LoadText) -> None:
    """The number stands behind the title, without Markdown's link, and the status in its cell."""
    loaded = load_text(TABLE, "plan.org")
    address = "https://github.com/octo-org/ferry/issues/4"
    after = written(loaded, [ItemProgress("story-1.1", IssueRef(4), url=address, status="Done")])
    assert difference(TABLE, after) == (
        ["| 1.1 | Rent a boat   | In Progress |      3 |\n"],
        ["| 1.1 | Rent a boat (#4)   | Done |      3 |\n"],
    )


def test_sections_of_boxes_are_epics_and_take_their_numbers(load_text: LoadText) -> None:
    """As in Markdown; the number is a property, and the boxes keep their signs."""
    text = "* Kitchen\n- [-] Dig\n  - [-] long bed\n* Orchard\n- [X] Water\n"
    loaded = load_text(text, "plan.org")
    assert [item.kind for item in loaded.files[0].items] == ["epic", "task", "epic", "task"]
    kitchen, dig, *_ = loaded.keys
    after = written(loaded, [
        ItemProgress(kitchen, IssueRef(1)),
        ItemProgress(dig, IssueRef(2), status="Todo", ticks={0: True}),
    ])  # fmt: skip
    assert after == (
        "* Kitchen\n:PROPERTIES:\n:ISSUE: 1\n:END:\n- [-] Dig (#2)\n  - [X] long bed\n"
        "* Orchard\n- [X] Water\n"
    )


def test_a_project_keeps_its_keyword(load_text: LoadText) -> None:
    """Its keyword says its kind: another one would make another item of it."""
    text = "* PROJECT Boats\n** TODO Rent\n"
    loaded = load_text(text, "plan.org")
    boats = next(iter(loaded.keys))
    after = written(loaded, [ItemProgress(boats, IssueRef(1), status="Done")])
    assert after == "* PROJECT Boats\n:PROPERTIES:\n:ISSUE: 1\n:END:\n** TODO Rent\n"


def test_headings_below_one_for_their_kind_are_of_it(load_text: LoadText) -> None:
    """`Bugs` above keywords; a title that begins with a word of another kind keeps it."""
    loaded = load_text("* Bugs\n** TODO It leaks\n** DONE Release 2: notes\n", "plan.org")
    assert [(kind, title) for kind, title, _ in _items(loaded)] == [
        ("bug", "It leaks"), ("bug", "Release 2: notes")
    ]  # fmt: skip


def test_bullets_of_an_org_file_are_items_where_they_are_asked_for(load_text: LoadText) -> None:
    """Lanes and times mean in Org what they mean in Markdown."""
    text = "* Now\n- Mend the gate\n* Later\n- Build a shed\n"
    assert [d.slug for d in load_text(text, "plan.org").errors] == ["not-a-backlog"]
    asked = load_text(text, "plan.org", bullets="items")
    assert [title for _, title, _ in _items(asked)] == ["Mend the gate", "Build a shed"]


@pytest.mark.parametrize(
    "text",
    [
        PLAN, TABLE, PLAN.replace("\n", "\r\n"), "[[a]] =b= [[https://example.org][c]] ~d~",
        "#+begin_quote\n- [ ] x\n#+end_quote\n: y\n- a :: b\n* [[x][y]] [1/2] :z:\n\t- [ ] t",
        "* A\n" + "".join(f"{' ' * n}- {n}\n" for n in range(60)),
    ],
)  # fmt: skip
def test_every_offset_of_an_org_outline_is_one_of_the_file(text: str) -> None:
    """What is written in Markdown's way is as long as it was, and what stands in it lies in it."""
    outline = read_outline(text)
    assert len(outline.text) == len(text)
    assert "".join(f"{text[each.start : each.end]}{each.eol}" for each in outline.lines) == text
    for node in outline.root.walk():
        assert all(node.first <= each.first < node.end for each in node.children)


def test_org_lists_nest_by_their_columns() -> None:
    """One column is enough, and what stands as far out as a marker is below it no more."""
    outline = read_outline("1. a\n - [ ] b\n   more\n- c\n\nText\n#+BEGIN_SRC\n- d\n")
    first, second, text, code = outline.root.children
    assert [(each.form, each.text) for each in first.children] == [(Form.ENTRY, "b")]
    assert (first.children[0].head, second.text) == (3, "c")
    assert (text.form, code.form) == (Form.TEXT, Form.CODE)
    assert outline.lines[-1].kind is Kind.CODE


def test_bold_keys_of_an_org_item_are_fields(load_text: LoadText) -> None:
    """A status on a line of its own changes there; what is no key of ours stays bold."""
    text = "* Features\n** Rent\n- *Priority*: High\n- *Status:* Todo\n\n*Note:* soon\n** Pay\n"
    loaded = load_text(text, "plan.org")
    (document,) = [item.document for item in loaded.files[0].items if item.document.priority]
    assert (document.title, document.status) == ("Rent", "Todo")
    assert document.description == "**Note:** soon"
    after = written(loaded, [ItemProgress(next(iter(loaded.keys)), IssueRef(1), status="Done")])
    assert difference(text, after) == (
        ["- *Status:* Todo\n"],
        ["- *Status:* Done\n", ":END:\n", ":ISSUE: 1\n", ":PROPERTIES:\n"],
    )


def test_properties_name_fields_that_the_board_alone_has(load_text: LoadText) -> None:
    """As lines of a roadmap do; what neither we nor the board know is told, and left out."""
    folder = Path("backlog")
    folder.mkdir()
    settings = "project: {owner: o, title: T, fields: {Dock: {type: text}}}\n"
    (folder / "config.yaml").write_text(settings)
    text = "* TODO Rent\n:PROPERTIES:\n:Dock: east\n:Tide: low\n:END:\n"
    loaded = load_text(text, "plan.org", repository="octo-org/ferry")
    assert loaded.desired is not None
    assert loaded.desired.items[0].board["Dock"] == "east"
    assert "Tide" in next(d.message for d in loaded.diagnostics if d.slug == "left-out")
