"""New items in a file of any syntax: as its author would have written them, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backlog_sync.core.escape import is_suspect
from backlog_sync.core.inbox import NewItem
from backlog_sync.core.model import IssueRef
from backlog_sync.core.normalize import title as normalized
from backlog_sync.files.load import load, parse_source
from backlog_sync.files.parsed import ParsedFile, ReadingOptions, Source
from backlog_sync.files.source import source_of
from backlog_sync.files.write.engine import edited
from backlog_sync.files.write.insert import Added, add, insert
from backlog_sync.files.write.insert_forms import Below
from backlog_sync.files.write.new_values import Link, NewValue, same_issue
from tests.laws.test_set_laws import CSV, FOREIGN, HEADINGS, JSON, LIST, TABLE, YAML
from tests.surface.syntaxes import SYNTAXES

EXPORT = NewItem(
    IssueRef(31), None, "Export as CSV", "story", {"labels": ("idea",), "priority": "High"}
)
PRINT = NewItem(IssueRef(33), None, "Print labels", "bug")

OWN = "version: 1\n# what we plan\nepics:\n  - title: House\n    stories: []\n  - title: Garden\n"
NESTED = (
    "version: 1\n\nepics:\n- id: house\n  title: 'House'\n  stories:\n  - title: 'Order'  # first\n"
    "    status: Todo\n\n  - title: 'Draw'\n"
)
ORG = "* House\n** TODO Order\n** DONE Draw\n:PROPERTIES:\n:ISSUE: 4\n:END:\n"
TODO = "(A) Order +house\nx Draw\n"
BOXES = "# Plan\n\n## Inbox\n\n## Now\n\n- [ ] Order\n- [x] Draw\n"
NUMBERED = "# Plan\n\n## Epic 1: House\n\n1. [ ] Order\n2. [ ] Draw\n\n## Notes\n\nNone.\n"
RULED = (
    "# Plan\n\n## Epic 1: House\n\n### Story 1.1: Order\n\n- **Priority:** High\n\n---\n\n"
    "### Story 1.2: Draw\n\n- **Priority:** Low\n\n---\n\n## Epic 2: Garden\n\nLater.\n"
)
LINES = (
    '{"title": "Order", "status": "open", "priority": "High"}\n'
    '{"title": "Draw", "status": "done", "priority": "Low"}\n'
)
LONG = (
    '{\r\n  "epics": [\r\n    {\r\n      "title": "House",\r\n      "labels": ["ui"]\r\n    }\r\n'
    '  ],\r\n  "inbox": {}\r\n}\r\n'
)
PARENTS = "Type,Summary,Epic,Status\nEpic,House,,To Do\nStory,Order,House,To Do\nEpic,Yard,,Done\n"

FILES: dict[str, tuple[str, str]] = {
    **{name: (path, text("In Progress", "High")) for name, (path, text) in SYNTAXES.items()},
    "own": ("backlog.yaml", OWN),
    "nested": ("backlog.yaml", NESTED),
    "yaml fields": ("backlog.yaml", YAML),
    "json fields": ("backlog.json", JSON),
    "json over lines": ("backlog.json", LONG),
    "foreign fields": ("plan.yaml", FOREIGN),
    "csv fields": ("plan.csv", CSV),
    "parents": ("plan.csv", PARENTS),
    "headings": ("ROADMAP.md", HEADINGS),
    "list": ("ROADMAP.md", LIST),
    "table fields": ("ROADMAP.md", TABLE),
    "boxes": ("ROADMAP.md", BOXES),
    "numbered": ("ROADMAP.md", NUMBERED),
    "ruled": ("ROADMAP.md", RULED),
    "windows": ("ROADMAP.md", HEADINGS.replace("\n", "\r\n")),
    "no end": ("ROADMAP.md", HEADINGS.rstrip("\n")),
    "org": ("plan.org", ORG),
    "todo": ("todo.txt", TODO),
    "json lines": ("plan.jsonl", LINES),
}


def parse(path: str, text: str) -> ParsedFile:
    """Read a text as a file."""
    source = source_of(text.encode(), Path(path), path)
    assert isinstance(source, Source)
    parsed = parse_source(source)
    assert parsed is not None
    return parsed


def come(before: str, after: str) -> str:
    """Return the text that was inserted; everything else is as before, to the byte."""
    assert len(after) > len(before)
    start = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
                 len(before))  # fmt: skip
    end = len(before) - start
    assert before[start:] == after[len(after) - end :]
    return after[start : len(after) - end]


def check(parsed: ParsedFile, added: Added, new: Sequence[NewItem]) -> None:
    """Check that the old items are as they were, that the new ones are there, and only once."""
    places, text = added.places, added.parsed.source.text
    assert places is not None
    again = parse(parsed.source.path, text)
    assert len(again.items) == len(parsed.items) + len(added.items)
    assert again.settings == parsed.settings
    assert not any(is_suspect(sign) for sign in text if sign not in "\r\n")
    for old, item in enumerate(parsed.items):
        now = again.items[places[old]]
        above = None if item.parent is None else places[item.parent]
        assert (now.document, now.kind, now.parent) == (item.document, item.kind, above)
    done = [each.issue.number for each, _ in (*added.items, *added.unwritten)]
    assert sorted(done) == [each.issue.number for each in new]
    for each, index in added.items:
        document = again.items[index].document
        assert normalized(document.title) == normalized(each.title)
        assert same_issue(document.issue, each.issue)
        assert document.description is None
        assert not document.acceptance_criteria
        numbers = [(index, NewValue("issue", Link(each.issue, each.url)))]
        assert edited(added.parsed, numbers).source.text == text


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", ["end", "Inbox", "parent"])
def test_new_items_are_read_and_nothing_else_changes(name: str, place: str) -> None:
    """Two items at the end, below a heading, and below an item with others below it."""
    path, text = FILES[name]
    parsed = parse(path, text)
    parents = [item.parent for item in parsed.items if item.parent is not None]
    tops = {item.kind for item in parsed.items if item.parent is None}
    if (place == "parent" and not parents) or (place == "end" and tops == {"epic"}):
        return
    below: Below = {"end": None, "Inbox": "Inbox", "parent": parents[-1] if parents else None}[
        place
    ]
    added = add(parsed, [EXPORT, PRINT], below)
    check(parsed, added, [EXPORT, PRINT])
    assert not added.unwritten
    if isinstance(below, int):
        assert added.places is not None
        above = {added.parsed.items[index].parent for _, index in added.items}
        assert above == {added.places[below]}
    if "Issue" in text or not path.endswith(".csv"):  # a number needs a column in every row
        come(text, added.parsed.source.text)


TEXTS: dict[str, tuple[str, Below, str]] = {
    "lines": ("lines", "Inbox", "\n## Inbox\n\n### Story: Export as CSV\n**Issue**: #31  \n"
              "**Priority**: High\n\n### Bug: Print labels\n**Issue**: #33\n"),
    "bullets": ("bullets", 0, "- **Story**: Export as CSV (#31)\n  - Priority: High\n"
                "- **Story**: Print labels (#33)\n"),
    "table": ("table fields", 0,
              "|     | Export as CSV (#31) |        | High     | idea     | Todo   |\n"
              "|     | Print labels (#33) |        |          |          | Todo   |\n"),
    "new table": ("table fields", "Inbox",
                  "\n## Inbox\n\n"
                  "| #   | Story              | Points | Priority | Labels   | Status |\n"
                  "|-----|--------------------|--------|----------|----------|--------|\n"
                  "|     | Export as CSV (#31) |        | High     | idea     | Todo   |\n"
                  "|     | Print labels (#33) |        |          |          | Todo   |\n"),
    "yaml": ("yaml", "Inbox",
             "  - {title: Export as CSV, issue: 31, labels: [idea], priority: High}\n"),
    "kinds": ("yaml", None,
              "  - {title: Export as CSV, issue: 31, labels: [idea], priority: High}\n"
              "  - {kind: bug, title: Print labels, issue: 33}\n"),
    "empty list": ("own", 0, "\n      - title: Export as CSV\n        issue: 31\n"
                   "        labels: [idea]\n        priority: High"),
    "new list": ("own", 1, "    stories:\n      - title: Export as CSV\n        issue: 31\n"
                 "        labels: [idea]\n        priority: High\n"),
    "quotes and blank lines": ("nested", 0, "\n  - title: 'Export as CSV'\n    issue: 31\n"
                               "    labels: [idea]\n    priority: High\n"),
    "other tool": ("foreign", None, "  - name: Export as CSV\n    state: planned\n    issue: 31\n"
                   "    prio: High\n"),
    "json": ("json fields", None,
             ',\n    {"title": "Export as CSV", "issue": 31,'
             ' "labels": ["idea"], "priority": "High"}'),
    "json over lines": ("json over lines", None,
                        ',\r\n  "stories": [\r\n    {\r\n      "title": "Export as CSV",'
                        '\r\n      "issue": 31,\r\n      "labels": ["idea"],'
                        '\r\n      "priority": "High"\r\n    }\r\n  ]'),
    "json below an item": ("json over lines", 0,
                           ',\r\n      "stories": [\r\n        {\r\n          "title":'
                           ' "Export as CSV",\r\n          "issue": 31,'
                           '\r\n          "labels": ["idea"],'
                           '\r\n          "priority": "High"\r\n        }\r\n      ]'),
    "csv": ("csv fields", "Inbox", ";Export as CSV;;High;idea;31;Todo;;\n"),
    "json lines": ("json lines", None,
                   '{"title": "Export as CSV", "status": "open", "issue": 31,'
                   ' "priority": "High"}\n'),
    "boxes": ("boxes", "## inbox", "\n- [ ] Export as CSV (#31)\n- [ ] Print labels (#33)\n"),
    "numbered": ("numbered", 0, "3. [ ] Export as CSV (#31)\n4. [ ] Print labels (#33)\n"),
    "ruled": ("ruled", 0, "\n---\n\n### Story: Export as CSV\n\n- **Priority:** High\n"
              "- **Issue:** #31\n\n---\n\n### Bug: Print labels\n\n- **Issue:** #33\n"),
    "windows": ("windows", 0, "\r\n### Story: Export as CSV\r\n\r\n**Priority**: High  \r\n"
                "**Issue**: #31  \r\n**Labels**: idea\r\n"),
    "no end": ("no end", "Inbox",
               "\n\n## Inbox\n\n### Story: Export as CSV\n\n**Priority**: High  \n"
               "**Issue**: #31  \n**Labels**: idea"),
    "org": ("org", "Inbox", "* Inbox\n** TODO Export as CSV\n:PROPERTIES:\n:ISSUE: 31\n:END:\n"),
    "todo": ("todo", None, "Export as CSV issue:31\n"),
}  # fmt: skip
"""What is inserted into a file at a place; one item or both."""


@pytest.mark.parametrize("name", TEXTS)
def test_items_look_like_their_neighbors(name: str) -> None:
    """Levels, bullets, boxes, quotes, blank lines, line endings and words are the file's."""
    file, below, expected = TEXTS[name]
    path, text = FILES[file]
    new = [EXPORT, PRINT] if "Print" in expected else [EXPORT]
    parsed = parse(path, text)
    added = add(parsed, new, below)
    after = added.parsed.source.text
    check(parsed, added, new)
    if name == "empty list":  # the brackets go
        assert after == text.replace(" []", expected)
        return
    assert len(come(text, after)) == len(expected)
    assert expected in after


def test_a_row_gets_the_parent_of_its_siblings_and_a_column_for_its_number() -> None:
    """A new row follows its epic's rows; a table without numbers gets their column."""
    parsed = parse("plan.csv", PARENTS)
    added = add(parsed, [EXPORT], 0)
    assert added.parsed.source.text == (
        "Type,Summary,Epic,Status,Issue\nEpic,House,,To Do,\nStory,Order,House,To Do,\n"
        "Story,Export as CSV,House,To Do,31\nEpic,Yard,,Done,\n"
    )


def test_numbers_are_links_where_others_are() -> None:
    """A file that names issues by their numbers alone gets no links."""
    linked = NewItem(IssueRef(31), "https://github.com/o/r/issues/31", "Export as CSV", "task")
    text = "# Plan\n\n## Epic 1: House\n\n- [ ] Order{}\n- [ ] Draw\n"
    for there, number in (
        ("", "[#31](https://github.com/o/r/issues/31)"),
        (" (#7)", "#31"),
        (" ([#7](https://github.com/o/r/issues/7))", "[#31](https://github.com/o/r/issues/31)"),
    ):
        before = text.format(there)
        after = add(parse("ROADMAP.md", before), [linked], 0).parsed.source.text
        assert come(before, after) == f"- [ ] Export as CSV ({number})\n"


def test_fields_that_the_file_does_not_have_are_left() -> None:
    """A list of plain boxes gets no lines of metadata; the rest says why."""
    parsed = parse("plan.csv", CSV.replace(";Labels", ";Remarks"))
    added = add(parsed, [EXPORT])
    assert [(name, why) for _, name, why in added.left] == [
        ("labels", "the table has no column for it")
    ]
    plain = add(parse("ROADMAP.md", BOXES), [EXPORT], "Now")
    assert "- [ ] Export as CSV (#31)\n" in plain.parsed.source.text
    assert "High" not in plain.parsed.source.text


@pytest.mark.parametrize(
    ("path", "text", "below", "why"),
    [
        ("todo.txt", TODO, 0, "a todo.txt has no place for an item below another one"),
        ("ROADMAP.md", TABLE, 1, "nothing can be below an item that is only named, or a row"),
        ("task-1.md", "---\nid: task-1\ntitle: Order\nstatus: To Do\nlabels: [a]\n---\n\nText.\n",
         None, "the file is one item"),
        ("sprint-status.yaml", "development_status:\n  epic-1: in-progress\n  1-1-order: done\n"
         "  1-2-draw: backlog\n", None, "this file contains only statuses"),
        ("plan.yaml", "epics:\n- title: A\n  stories:\n  - {title: B, status: x: y}\n", None,
         "the file is not valid as a whole"),
    ],
)  # fmt: skip
def test_a_file_without_a_place_says_so(path: str, text: str, below: Below, why: str) -> None:
    """What cannot be written stays out, with the reason, and the file stays as it is."""
    parsed = parse(path, text)
    added = add(parsed, [EXPORT, PRINT], below)
    assert added.unwritten == ((EXPORT, why), (PRINT, why))
    assert added.parsed.source.text == text


def test_a_story_does_not_become_an_epic() -> None:
    """A list of epics alone is no place for stories, if nothing else can be written."""
    text = "epics:\n- {name: A, priority: High}\n- {name: B, priority: Low}\n"
    added = add(parse("plan.yaml", text), [EXPORT], "Inbox")
    assert [why for _, why in added.unwritten] == [
        "it would be read as something that holds others: name an item or list in `below`"
    ]
    epic = add(parse("plan.yaml", text), [NewItem(IssueRef(5), None, "C", "epic")])
    assert come(text, epic.parsed.source.text) == "- {name: C, issue: 5}\n"


def test_titles_that_are_there_are_not_written_again() -> None:
    """Two items with one title below the same parent would have the same key."""
    order = NewItem(IssueRef(31), None, "Order", "task")
    added = add(parse("ROADMAP.md", BOXES), [order, PRINT, PRINT], "Now")
    assert {why for _, why in added.unwritten} == {"an item with the same title is there"}
    assert [item for item, _ in added.items] == [PRINT]


@pytest.mark.parametrize("name", ["headings", "list", "table", "yaml", "foreign", "csv"])
def test_many_items_are_read_as_often_as_one(name: str) -> None:
    """All are written together, so that a file is read as often for 50 as for one."""
    parsed = parse(*FILES[name])
    counts: list[int] = []

    def counted(source: Source, options: ReadingOptions) -> ParsedFile | None:
        counts[-1] += 1
        return parse_source(source, options)

    for number in (1, 50):
        counts.append(0)
        new = [NewItem(IssueRef(100 + n), None, f"Item {n}", "story") for n in range(number)]
        assert len(add(parsed, new, "Inbox", counted).items) == number
    assert counts[1] <= counts[0]


def test_a_formula_is_not_written_into_a_table() -> None:
    """A spreadsheet would run it."""
    evil = NewItem(IssueRef(31), None, "=1+1", "story")
    added = add(parse("plan.csv", CSV), [evil, PRINT])
    assert [why for _, why in added.unwritten] == [
        "a spreadsheet would read its title as a formula"
    ]
    assert [item for item, _ in added.items] == [PRINT]


# ---- titles that anybody may have written --------------------------------------------------

HOSTILE = [
    "- [ ] x", "# x", "## Epic 2: Garden", "a | b", "key: v", "<!-- backlog -->", "<details>",
    "Story 1.1: Order", "Epic 3: y (done)", "x ✅", "🚀 Launch 👩‍👩‍👧", "مرحبا بالعالم",
    "say \"hi\" 'now'",
    "`code` and **bold** and _more_", "fix #12", "[link](https://example.org)", "1. first",
    "> quote", "--- ", "***", "{a: b}", "[x] done", "@someone, look", "US-12: Pay",
    "P1 - High (5 pts)",
    "Issue: #4", "<!-- /backlog:summary -->", "a\\b\\", "&amp; &#35;", "\u202eevil", "~~gone~~",
    "no", "null", "1.10", "As a user, I want x, so that y", "Status: Done", "A" + " b" * 100, "|",
    "%TAG", "! x", "? y", "\\", "x: ", "* TODO x", "DONE x", "x DONE",
    "+tag @home due:2026-01-01",
]  # fmt: skip

_SURE = ("yaml", "own", "nested", "yaml fields", "json fields", "lines", "headings", "table")
"""Files that can hold every title of these."""


@pytest.mark.parametrize("name", FILES)
def test_hostile_titles_are_only_titles(name: str) -> None:
    """They cannot become a heading, a marker, a status, a number, or structure."""
    path, text = FILES[name]
    parsed = parse(path, text)
    new = [NewItem(IssueRef(100 + n), None, title, "story") for n, title in enumerate(HOSTILE)]
    part = new if name in _SURE else new[list(FILES).index(name) % 4 :: 4]
    added = add(parsed, part, "Inbox")
    check(parsed, added, part)
    if name in _SURE:
        assert [item.title for item, _ in added.unwritten] == []


_PARTS = st.sampled_from(
    ["a", "Epic 1", "Story", "- ", "[ ] ", "#", "#4", "|", "*", "**", "`", "<", "<!--", "-->", "> ",
     "(", ")", "done", ":", ": ", " — ", "✅", "é", "(5 pts)", "@x", "\u202e", " ", "\\", "&",
     "&#35;", "~~", "_", "'", '"', "{", "}", "%", "!", "1. ", "P1", ", ", "=", "x "]
)  # fmt: skip


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["lines", "list", "table", "own", "json fields", "csv fields", "org"]),
    st.lists(_PARTS, min_size=1, max_size=8).map("".join).filter(str.strip),
)
def test_any_title_is_read_as_it_is_or_left(name: str, title: str) -> None:
    """Whatever a title is made of: it is a title, or it is not written at all."""
    path, text = FILES[name]
    parsed = parse(path, text)
    new = [NewItem(IssueRef(31), None, " ".join(title.split()), "story"), PRINT]
    added = add(parsed, new, "Inbox")
    check(parsed, added, new)
    assert PRINT in [item for item, _ in added.items]


# ---- a backlog of several files ------------------------------------------------------------


def test_each_item_goes_below_its_parent_and_the_rest_below_one_heading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parents are found in all files; the heading is where a file has it."""
    monkeypatch.chdir(tmp_path)
    Path("backlog.yaml").write_text(OWN)
    Path("ROADMAP.md").write_text(BOXES)
    loaded = load([Path("backlog.yaml"), Path("ROADMAP.md")], root=tmp_path)
    house = next(key for key, (file, index) in loaded.keys.items() if (file, index) == (0, 0))
    child = replace(PRINT, kind="story", parent=house)
    lost = replace(EXPORT, issue=IssueRef(40), parent="nowhere")
    other = replace(EXPORT, issue=IssueRef(41), title="Sort", parent=house)
    inserted = insert(loaded, [child, EXPORT, lost, other], "Inbox")
    assert inserted.unwritten == ((lost, "its parent is not in the files"),)
    yaml, roadmap = inserted.changes
    assert yaml.after.decode() == OWN.replace(
        " []\n",
        "\n      - title: Print labels\n        issue: 33\n"
        "      - title: Sort\n        issue: 41\n        labels: [idea]\n        priority: High\n",
    )
    assert roadmap.after.decode() == BOXES.replace(
        "Inbox\n", "Inbox\n\n- [ ] Export as CSV (#31)\n"
    )
    assert {(item.title, place.path, place.line) for item, place in inserted.items} == {
        ("Print labels", "backlog.yaml", 6),
        ("Sort", "backlog.yaml", 8),
        ("Export as CSV", "ROADMAP.md", 5),
    }
    assert Path("ROADMAP.md").read_text() == BOXES


def test_a_file_that_cannot_take_items_leaves_them_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A status file is passed over; without any other file, the reason is its own."""
    monkeypatch.chdir(tmp_path)
    status = "development_status:\n  epic-1: in-progress\n  1-1-order: done\n  1-2-draw: backlog\n"
    Path("sprint-status.yaml").write_text(status)
    Path("ROADMAP.md").write_text(BOXES)
    both = load([Path("sprint-status.yaml"), Path("ROADMAP.md")], root=tmp_path)
    assert [change.path for change in insert(both, [PRINT], "Later").changes] == ["ROADMAP.md"]
    alone = load([Path("sprint-status.yaml")], root=tmp_path)
    assert insert(alone, [PRINT]).unwritten == ((PRINT, "this file contains only statuses"),)


def test_a_file_with_only_settings_gets_no_items_if_a_plan_is_next_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody keeps a part of a list of tasks in its settings."""
    monkeypatch.chdir(tmp_path)
    Path("backlog.yaml").write_text("version: 1\ninclude: [todo.txt]\n")
    Path("todo.txt").write_text(TODO)
    both = load([Path("backlog.yaml")], root=tmp_path)
    assert [change.path for change in insert(both, [PRINT], "Inbox").changes] == ["todo.txt"]
