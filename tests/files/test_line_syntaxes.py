"""Org, todo.txt and JSON lines: what each sign means, and progress on the item's own line."""

from pathlib import Path

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.files.load import Loaded, load
from backlog_sync.files.write.progress import write_back
from tests.files.conftest import LoadText
from tests.files.test_foreign_write import difference, done, written
from tests.growth import grows_like


def items(loaded: Loaded) -> dict[str, str | None]:
    """Titles and statuses."""
    return {i.document.title: i.document.status for i in loaded.files[0].items}


def tree(loaded: Loaded) -> list[tuple[str, str, str | None]]:
    """Kind, title, and the title of what stands above."""
    found = loaded.files[0].items
    return [
        (i.kind, i.document.title, None if i.parent is None else found[i.parent].document.title)
        for i in found
    ]


# ---- Org -----------------------------------------------------------------------------------


def test_org_headings_nest_by_their_stars(load_text: LoadText) -> None:
    """Sections are passed over; a project with tasks is an epic; an item may hold items."""
    loaded = load_text(
        "* Harbour\n** PROJECT Boats\n*** TODO Rent\n**** DONE Ticket\n*** TODO Pay\n"
        "* Notes\nText only.\n",
        "plan.org",
    )
    assert tree(loaded) == [
        ("epic", "Boats", None), ("task", "Rent", "Boats"), ("task", "Ticket", "Rent"),
        ("task", "Pay", "Boats"),
    ]  # fmt: skip


def test_a_run_of_org_headings_is_decided_as_one(load_text: LoadText) -> None:
    """Where most headings of a run have a keyword, all are items; where few have, they are not."""
    most = load_text("* TODO A\n* DONE B\n* Clean up\n", "plan.org")
    few = load_text("* TODO A\n* About us\n* Thanks\n* Links\n", "plan.org")
    assert list(items(most)) == ["A", "B", "Clean up"]
    assert list(items(few)) == ["A"]


def test_a_priority_makes_an_item_of_an_org_heading(load_text: LoadText) -> None:
    """`[#C]` without a keyword is planned work too."""
    loaded = load_text("* Ideas\n** [#C] Video\n** TODO [#A] Chat\n", "plan.org")
    assert [(i.document.title, i.document.priority) for i in loaded.files[0].items] == [
        ("Video", "Low"), ("Chat", "High")
    ]  # fmt: skip


def test_keywords_are_those_of_the_file(load_text: LoadText) -> None:
    """A declared keyword behind the bar is done, whatever it is called; others are no keywords."""
    loaded = load_text(
        "#+SEQ_TODO: IDEA(i) BUILD(b) | SHIPPED(s!) SKIPPED\n"
        "* IDEA One\n* SHIPPED Two\n* SKIPPED Three\n* BUILD TODO list\n",
        "plan.org",
    )
    assert items(loaded) == {
        "One": "IDEA", "Two": "SHIPPED", "Three": "Done", "TODO list": "BUILD"
    }  # fmt: skip


def test_undeclared_keywords_are_words_for_a_status(load_text: LoadText) -> None:
    """What stands over `CLOSED:` is done; a heading that only begins with capitals is none."""
    loaded = load_text(
        "* TO-DO Quiet flags\n* COMPLETE Exclusions\n* DONT-DO Many hosts\n"
        "CLOSED: [2027-01-02 Sat]\n* NASA calls\n** nothing\n",
        "plan.org",
    )
    found = {i.document.title: i.document.status for i in loaded.files[0].items}
    assert found["Quiet flags"] == "TO-DO"
    assert found["Exclusions"] == "COMPLETE"
    assert found["Many hosts"] == "Done"
    assert not any("calls" in title and title != "NASA calls" for title in found)


def test_all_that_an_org_item_says(load_text: LoadText) -> None:
    """Priority, tags, dates, properties, boxes and text; logs and the editor's drawers go."""
    loaded = load_text(
        "* TODO [#A] Rent =boats= [1/2] :web:shop:\n"
        "SCHEDULED: <2027-01-10 Sun> DEADLINE: <2027-02-01 Mon>\n"
        ":PROPERTIES:\n:CUSTOM_ID: rent\n:Effort: 1:30\n:GitHub: 12\n:Depends_On: pay swim\n:END:\n"
        ':LOGBOOK:\n- State "DONE" from "TODO" [2027-01-01 Fri]\n:END:\n'
        "See [[https://example.org][the page]] and *think*.\n"
        "#+BEGIN_SRC sh\n- [ ] echo\n#+END_SRC\n"
        "- [X] it floats\n- [ ] it has\n  two oars\n- [-] it is paid\n"
        "* TODO Pay\n:PROPERTIES:\n:CUSTOM_ID: pay\n:END:\n* TODO Swim\n"
        ":PROPERTIES:\n:CUSTOM_ID: swim\n:END:\n",
        "plan.org",
    )
    document = loaded.files[0].items[0].document
    assert (document.title, document.id, document.priority) == ("Rent `boats`", "rent", "High")
    assert (document.labels, document.issue) == (("web", "shop"), "#12")
    assert (document.start, document.target) == ("2027-01-10", "2027-02-01")
    assert document.estimate_hours == 1.5
    assert document.depends_on == ("pay", "swim")
    assert [(c.text, c.done) for c in document.acceptance_criteria or ()] == [
        ("it floats", True), ("it has two oars", False), ("it is paid", False)
    ]  # fmt: skip
    assert document.description == (
        "See [the page](https://example.org) and *think*.\n```sh\n- [ ] echo\n```"
    )


def test_boxes_without_an_item_above_are_tasks(load_text: LoadText) -> None:
    """Below a section, or at the top, a box is a task, and boxes further in are its criteria."""
    loaded = load_text(
        "- [ ] Buy rope (#4)\n  - [X] of hemp\n* Errands\n"
        "- [X] Buy paint for the hull. It must be blue.\n",
        "plan.org",
    )
    rope, paint = (item.document for item in loaded.files[0].items)
    assert (rope.title, rope.issue, rope.status) == ("Buy rope", "#4", "Todo")
    assert [(c.text, c.done) for c in rope.acceptance_criteria or ()] == [("of hemp", True)]
    assert (paint.title, paint.status) == ("Buy paint for the hull", "Done")
    assert paint.description == "It must be blue."


def test_progress_in_org_has_its_own_signs(load_text: LoadText) -> None:
    """Keywords change in place, numbers are properties or stand behind a box; line ends stay."""
    text = (
        "#+TODO: OPEN DOING | CLOSED\r\n* OPEN Rent\r\n- [ ] it floats\r\n"
        "* OPEN Pay\r\nDEADLINE: <2027-02-01 Mon>\r\n:PROPERTIES:\r\n:CUSTOM_ID: pay\r\n:END:\r\n"
        "* Swim\r\n* Errands\r\n- [ ] Buy rope"
    )
    loaded = load_text(text, "plan.org")
    keys = {item.document.title: key for key, (_, n) in loaded.keys.items()
            for item in [loaded.files[0].items[n]]}  # fmt: skip
    after = written(loaded, [
        ItemProgress(keys["Rent"], IssueRef(1), status="Done", ticks={0: True}),
        ItemProgress("pay", IssueRef(2), status="In Progress"),
        done(keys["Buy rope"], 3),
    ])  # fmt: skip
    assert difference(text, after) == (
        ["* OPEN Pay\r\n", "* OPEN Rent\r\n", "- [ ] Buy rope", "- [ ] it floats\r\n"],
        ["* CLOSED Rent\r\n", "* DOING Pay\r\n", "- [X] Buy rope (#3)", "- [X] it floats\r\n",
         ":END:\r\n", ":ISSUE: 1\r\n", ":ISSUE: 2\r\n", ":PROPERTIES:\r\n"],
    )  # fmt: skip
    again = load([Path("plan.org")], root=Path.cwd())
    assert not write_back(again, [done("pay", 2)][:0])
    assert [i.document.issue for i in again.files[0].items if i.document.issue] == [
        "#1",
        "#2",
        "#3",
    ]


def test_an_org_file_without_items_says_what_it_needs(load_text: LoadText) -> None:
    """A file of notes is no backlog, and the hint shows what an item looks like."""
    loaded = load_text("* Notes\nText.\n", "notes.org")
    assert [found.slug for found in loaded.errors] == ["not-a-backlog"]
    assert "* TODO" in loaded.errors[0].hint


# ---- todo.txt ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["todo.txt", "TODO.TXT", "work.todo.txt", "my-todo.txt"])
def test_todo_txt_is_known_by_its_name(name: str, load_text: LoadText) -> None:
    """Other texts are of no kind that is known."""
    assert load_text("Rent a boat\n", name).inventory.counts == {"task": 1}
    other = load_text("Rent a boat\n", "notes.txt")
    assert [found.slug for found in other.errors] == ["unknown-format"]
    assert "todo.txt" in other.errors[0].hint


def test_all_that_a_line_of_todo_txt_says(load_text: LoadText) -> None:
    """Done, priority, dates, projects, contexts and pairs; what is no pair stays in the title."""
    loaded = load_text(
        "x 2027-02-01 2027-01-01 (B) Rent +web @office due:2027-03-31 issue:14 id:rent\n"
        "(A) Pay dep:rent see https://example.org (like @phone, @store) at 12:30 foo:bar\n",
        "todo.txt",
    )
    rent, pay = (item.document for item in loaded.files[0].items)
    assert (rent.title, rent.status, rent.priority) == ("Rent", "Done", "Medium")
    assert (rent.labels, rent.target, rent.issue) == (("web", "office"), "2027-03-31", "#14")
    assert pay.title == "Pay see https://example.org (like @phone, @store) at 12:30 foo:bar"
    assert (pay.depends_on, pay.status, pay.priority) == (("rent",), None, "High")


def test_progress_in_todo_txt_stands_on_the_line(load_text: LoadText) -> None:
    """`x` for what is done, none for what is open again, `issue:` behind the text."""
    text = "(A) Rent +web  \nx 2027-01-01 Pay issue:sandbox#1\nSwim"
    loaded = load_text(text, "todo.txt")
    rent, pay, swim = loaded.keys
    after = written(loaded, [
        done(rent, 7), ItemProgress(pay, IssueRef(8), status="Todo"),
        ItemProgress(swim, IssueRef(9), status="In Progress"),
    ])  # fmt: skip
    assert after == "x (A) Rent +web issue:7  \n2027-01-01 Pay issue:8\nSwim issue:9"


# ---- JSON lines ----------------------------------------------------------------------------


def test_links_say_of_what_sort_they_are(load_text: LoadText) -> None:
    """A parent is a parent, a blocker blocks, and what is only related does neither."""
    loaded = load_text(
        '{"id":"a-1","title":"Boats","issue_type":"epic","status":"open"}\n'
        '{"id":"a-2","title":"Rent","issue_type":"task","status":"open","priority":1,'
        '"dependencies":[{"issue_id":"a-2","depends_on_id":"a-1","type":"parent-child"},'
        '{"issue_id":"a-2","depends_on_id":"a-3","type":"blocks"}]}\n'
        '{"id":"a-3","title":"Pay","issue_type":"task","status":"closed","priority":2,'
        '"dependencies":[{"issue_id":"a-3","depends_on_id":"a-2","type":"related"}]}\n',
        "issues.jsonl",
    )
    assert loaded.desired is not None
    boats, rent, pay = loaded.desired.items
    assert (rent.parent, rent.fields["blocked_by"]) == ("a-1", ("a-3",))
    assert (pay.parent, pay.fields.get("blocked_by", ())) == (None, ())
    assert boats.kind == "epic"


def test_a_broken_line_is_told_and_the_others_are_read(load_text: LoadText) -> None:
    """The place is that of the line, and what could be read is counted."""
    loaded = load_text(
        '{"id":"a-1","title":"Rent","status":"open","priority":1}\n{"id":"a-2", \n'
        '{"id":"a-3","title":"Pay","status":"open","priority":1}\n',
        "issues.jsonl",
    )
    assert [(e.slug, e.place.line) for e in loaded.errors] == [("invalid-json", 2)]
    assert loaded.inventory.counts == {"story": 2}
    assert loaded.desired is None


def test_lines_that_are_no_plan_are_refused(load_text: LoadText) -> None:
    """A log or a data set has no titles and statuses."""
    loaded = load_text('{"prompt":"a","completion":"b"}\n{"prompt":"c"}\n', "data.ndjson")
    assert [found.slug for found in loaded.errors] == ["not-a-backlog"]


def test_progress_goes_into_the_object_of_the_line(load_text: LoadText) -> None:
    """The line keeps its layout; the status has the file's spelling."""
    text = (
        '{"id":"a-1","title":"Rent","status":"closed","priority":1}\n'
        '{"id":"a-2","title":"Pay","status":"open","priority":2,"labels":["x"]}\n'
    )
    after = written(load_text(text, "issues.jsonl"), [done("a-2", 8)])
    assert difference(text, after) == (
        ['{"id":"a-2","title":"Pay","status":"open","priority":2,"labels":["x"]}\n'],
        ['{"id":"a-2","title":"Pay","status":"closed","priority":2, "issue": 8,"labels":["x"]}\n'],
    )


# ---- growth --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("plan.org", "* TODO A\n- [ ] b\n"), ("plan.org", "* A\n- [ ] b\n"), ("plan.org", "*" * 60),
        ("plan.org", "* TODO A\n:PROPERTIES:\n"), ("plan.org", "[[a][b]] =c= *d* /e/ "),
        ("plan.org", "#+TODO: A B | C\n"), ("plan.org", "#+BEGIN_SRC\n"),
        ("plan.org", "  - [ ] b\n"),
        ("todo.txt", "+a @b c:d "), ("todo.txt", "x "), ("todo.txt", "A b. "),
        ("a.jsonl", '{"id":"a","title":"b","status":"open","priority":1}\n'), ("a.jsonl", "{\n"),
        ("a.jsonl", '{"a":"'), ("a.jsonl", "[1]\n"),
    ],
)  # fmt: skip
def test_reading_grows_with_the_length(name: str, more: str, tmp_path: Path) -> None:
    """Four times as much is about four times the work."""
    files = []
    for size in (8_000, 32_000):
        file = tmp_path / str(size) / name
        file.parent.mkdir()
        file.write_text("* TODO first\n" if name.endswith("org") else "")
        with file.open("a") as stream:
            stream.write(more * (size // len(more)))
        files.append(file)
    grows_like(lambda file: load([file], root=file.parent), *files, times=4)
