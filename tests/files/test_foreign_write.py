"""Progress into plans of other tools: their keys, their words, only those bytes."""

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.errors import FailedError
from backlog_sync.files.load import Loaded, load
from backlog_sync.files.write.progress import write_back
from tests.files.conftest import LoadText
from tests.files.test_foreign import FAMILIES


def written(loaded: Loaded, progress: Sequence[ItemProgress]) -> str:
    """The text of the only file, written to disk."""
    for change in write_back(loaded, progress):
        change.file.write_bytes(change.after)
    return loaded.files[0].source.file.read_bytes().decode("utf-8-sig")


def done(key: str, number: int) -> ItemProgress:
    """An item whose issue was closed."""
    return ItemProgress(key, IssueRef(number), status="Done")


def difference(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went and the lines that came."""
    old, new = Counter(before.splitlines(True)), Counter(after.splitlines(True))
    return sorted((old - new).elements()), sorted((new - old).elements())


def test_yaml_gets_issue_and_status_in_its_own_words(load_text: LoadText) -> None:
    """A status takes the spelling that the file has for it; comments and line ends stay."""
    text = (
        "user_stories:  # ours\r\n  - id: US-1\r\n    title: A   # a\r\n    status: Complete\r\n"
        "  - id: US-2\r\n    title: B\r\n    status: not-started\r\n    notes: |\r\n      long\r\n"
        "  - id: US-3\r\n    title: C"
    )
    loaded = load_text(text)
    after = written(loaded, [done("us-1", 7), done("us-2", 8), ItemProgress("us-3", IssueRef(9))])
    gone, came = difference(text, after)
    assert gone == ["    status: not-started\r\n", "    title: C"]
    assert came == [
        "    issue: 7\r\n", "    issue: 8\r\n", "    issue: 9", "    status: Complete\r\n",
        "    title: C\r\n",
    ]  # fmt: skip


def test_json_keeps_its_layout(load_text: LoadText) -> None:
    """A new key stands on a line of its own, quoted as its neighbours, behind the last value."""
    text = (
        '{\n    "tasks": [\n        {\n            "id": 1,\n            "title": "A",\n'
        '            "status": "pending",\n            "subtasks": []\n        }\n    ]\n}'
    )
    after = written(load_text(text, "tasks.json"), [done("story-1", 7)])
    assert difference(text, after) == (
        ['            "status": "pending",\n'],
        ['            "issue": 7,\n', '            "status": "done",\n'],
    )


def test_a_box_of_its_own_is_ticked(load_text: LoadText) -> None:
    """`done:` of an item, `met:` and `[ ]` of criteria change; a bare criterion stays a text."""
    text = (
        "todos:\n  - id: T-1\n    task: A\n    done: false\n    priority: high\n    criteria:\n"
        "      - {text: one, done: false}\n      - '[ ] two'\n      - three\n"
    )
    loaded = load_text(text)
    progress = ItemProgress("t-1", None, status="Done", ticks={0: True, 1: True, 2: True})
    assert difference(text, written(loaded, [progress])) == (
        ["      - '[ ] two'\n", "      - {text: one, done: false}\n", "    done: false\n"],
        ["      - '[x] two'\n", "      - {text: one, done: true}\n", "    done: true\n"],
    )


def test_a_table_gets_a_column(load_text: LoadText) -> None:
    """Every row gets the new cell, quotes and line ends stay, the byte order mark too."""
    text = (
        "\ufeffSummary,Key,Story Points,Status\r\n"
        '"Rent, and ""row""",B-1,5,To Do\r\n'
        "Pay,B-2,3,Done\r\n"
        "Sink,B-3,,To Do"
    )
    loaded = load_text(text, "plan.csv")
    after = written(loaded, [done("b-1", 7), ItemProgress("b-3", IssueRef(9, "o/r"))])
    assert after == (
        "Summary,Key,Story Points,Status,Issue\r\n"
        '"Rent, and ""row""",B-1,5,Done,7\r\n'
        "Pay,B-2,3,Done,\r\n"
        "Sink,B-3,,To Do,o/r#9"
    )
    assert loaded.files[0].source.file.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_table_with_a_column_for_issues_is_filled(load_text: LoadText) -> None:
    """Only the cells of the items named change; a quoted cell stays quoted."""
    text = 'Title;GitHub Issue;Status;Sprint\nRent;"";"open";1\nPay;3;done;1\n'
    after = written(load_text(text, "plan.csv"), [
        ItemProgress(key, IssueRef(number), status="Done")
        for number, key in enumerate(load_text(text, "plan.csv").keys, 2)
    ])  # fmt: skip
    assert after == 'Title;GitHub Issue;Status;Sprint\nRent;"2";"done";1\nPay;3;done;1\n'


def test_a_table_that_can_be_read_in_two_ways_is_left_alone(load_text: LoadText) -> None:
    """What another reader may take differently is not written to: the hint says what to do."""
    loaded = load_text("Title,Status,Sprint\nRent," + "x" * 140_000 + ",1\n", "plan.csv")
    with pytest.raises(FailedError, match="cannot be written into this file") as raised:
        write_back(loaded, [done(key, 1) for key in loaded.keys])
    assert "more than one way" in raised.value.message
    assert raised.value.hint == "make a backlog of it with 'backlog init --from plan.csv'"


def test_done_and_dropped_are_told_apart(load_text: LoadText) -> None:
    """What was closed as not planned is not done, and the other way round."""
    text = "Title,Status,Sprint\nRent,Done,1\nPay,Cancelled,1\n"
    loaded = load_text(text, "plan.csv")
    first, second = loaded.keys
    updates = [ItemProgress(first, status="Not planned"), ItemProgress(second, status="Done")]
    assert written(loaded, updates) == "Title,Status,Sprint\nRent,Cancelled,1\nPay,Done,1\n"


def test_what_has_no_place_is_told(load_text: LoadText) -> None:
    """Where a column would stand something stands already: the rest is written, and it is said."""
    loaded = load_text("Title,Status,Sprint\nRent,open,1,more\nPay,open,1\n", "plan.csv")
    (change,) = write_back(loaded, [done(key, n) for n, key in enumerate(loaded.keys, 1)])
    assert change.after == b"Title,Status,Sprint\nRent,done,1,more\nPay,done,1\n"
    assert change.unplaced == (
        "2 issue numbers have no place in plan.csv (Rent, Pay): "
        "a row has more cells than the header",
    )


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_a_table_without_statuses_gets_a_column_of_them(load_text: LoadText, eol: str) -> None:
    """Behind all others, empty for what has none; an initial status is no reason for one."""
    text = 'Title;Story Points;Sprint\n"Rent";5;1\nPay;3\nSink;1;1'.replace("\n", eol)
    loaded = load_text(text, "plan.csv")
    first, second, third = loaded.keys
    todo = ItemProgress(third, status="Todo", initial=True)
    assert written(loaded, [todo]) == text
    updates = [ItemProgress(first, status="Done"), ItemProgress(second, IssueRef(7)), todo]
    assert written(loaded, updates) == (
        'Title;Story Points;Sprint;Issue;Status\n"Rent";5;1;;Done\nPay;3;;7;\nSink;1;1;;'
    ).replace("\n", eol)


def test_front_matter_and_boxes_of_a_card(load_text: LoadText) -> None:
    """Issue and status go into the front matter, ticks into the boxes."""
    name, text, *_ = FAMILIES["one task a file"]
    loaded = load_text(text, name)
    progress = ItemProgress("task-1", IssueRef(7), status="Done", ticks={0: True, 1: True})
    assert difference(text, written(loaded, [progress])) == (
        ["- [ ] #2 It has oars\n", "status: To Do\n"],
        ["- [x] #2 It has oars\n", "issue: 7\n", "status: Done\n"],
    )


def test_a_file_of_statuses_takes_statuses_only(load_text: LoadText) -> None:
    """There is no place for issues; a status is written as the file spells it."""
    name, text, *_ = FAMILIES["sprint status"]
    loaded = load_text(text, name)
    after = written(loaded, [done("story-1.2", 7), done("epic-1", 8)])
    assert difference(text, after) == (
        ["  1-2-pay: backlog\n", "  epic-1: in-progress\n"],
        ["  1-2-pay: done\n", "  epic-1: done\n"],
    )


def content(loaded: Loaded) -> list[object]:
    """What must stay the same when only progress is written."""
    return [
        (item.kind, item.parent,
         item.document.model_dump(exclude={"status", "issue", "acceptance_criteria"}),
         [each.text for each in item.document.acceptance_criteria or ()])
        for item in loaded.files[0].items
    ]  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_laws_of_writing_back(family: str, load_text: LoadText, tmp_path: Path) -> None:
    """In every family: the items stay the same, and a second writing changes nothing."""
    name, text, *_ = FAMILIES[family]
    for seed in range(12):
        rng = random.Random(seed)
        loaded = load_text(text, name)
        progress = [
            ItemProgress(
                key,
                IssueRef(number, sandbox=seed % 2 == 0) if rng.random() < 0.7 else None,
                status=rng.choice([None, "Todo", "In Progress", "Done", "Closed"]),
                ticks={n: rng.random() < 0.5 for n in range(3)},
                initial=rng.random() < 0.3,
            )
            for number, key in enumerate(loaded.keys, 1)
        ]
        written(loaded, progress)
        again = load([Path(name)], root=tmp_path)
        assert content(again) == content(loaded)
        assert not any(change.is_written for change in write_back(again, progress))
        gone, came = difference(text, (tmp_path / name).read_bytes().decode())
        assert len(gone) <= 3 * len(loaded.keys) + text.count("\n") * name.endswith("sv")
        assert len(came) <= 4 * len(loaded.keys) + text.count("\n") * name.endswith("sv")
