"""Progress into YAML, and not one byte more."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.core.pull import Take, TakeValue
from backlog_sync.files.load import load
from backlog_sync.files.parsed import ParsedFile, Source
from backlog_sync.files.source import source_of
from backlog_sync.files.write.edits import Edit
from backlog_sync.files.write.nodes import Editor, Setting
from backlog_sync.files.write.progress import put
from backlog_sync.files.write.pull import accept
from backlog_sync.files.yaml.file import parse_yaml
from backlog_sync.files.yaml.nodes import MapNode
from tests.sums import rolled

Parse = Callable[[str], ParsedFile]

ISSUE = ItemProgress("k", issue=IssueRef(42))
DONE = ItemProgress("k", status="Done")
BOTH = ItemProgress("k", issue=IssueRef(42), status="Done")


def _write(parse: Parse, text: str, progress: ItemProgress, index: int = 0) -> str:
    parsed = parse(text)
    assert not parsed.diagnostics
    written = put(parsed, {index: progress}).parsed.source.text
    again = parse(written)
    assert not again.diagnostics
    assert put(again, {index: progress}).parsed.source.text == written
    return written


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "stories:\n  - title: S  # why\n    tasks: [T]\n",
            "stories:\n  - title: S  # why\n    issue: 42\n    status: Done\n    tasks: [T]\n",
        ),
        (
            "stories:\n  - id: s\n    title: S\n    tasks:\n      - T\n  - title: U\n",
            "stories:\n  - id: s\n    title: S\n    issue: 42\n    status: Done\n    tasks:\n"
            "      - T\n  - title: U\n",
        ),
        (
            "stories:\r\n- title: S\r\n- title: U\r\n",
            "stories:\r\n- title: S\r\n  issue: 42\r\n  status: Done\r\n- title: U\r\n",
        ),
        ("stories:\n- title: S", "stories:\n- title: S\n  issue: 42\n  status: Done"),
        (
            "stories:\n- tasks:\n  - T\n  title: S\n",
            "stories:\n- tasks:\n  - T\n  title: S\n  issue: 42\n  status: Done\n",
        ),
        (
            "stories:\n-   title: S\n    description: |\n      a\n\n      b\n\n\n-   title: U\n",
            "stories:\n-   title: S\n    issue: 42\n    status: Done\n    description: |\n"
            "      a\n\n      b\n\n\n-   title: U\n",
        ),
        (
            "stories:\n- title: |-\n    S\n\n- title: U\n",
            "stories:\n- title: |-\n    S\n\n  issue: 42\n  status: Done\n- title: U\n",
        ),
        (
            "stories:\n- title: >-\n    S",
            "stories:\n- title: >-\n    S\n  issue: 42\n  status: Done",
        ),
        (
            "stories:\n- title: a\n    b  # c\n  goal: x\n",
            "stories:\n- title: a\n    b  # c\n  goal: x\n  issue: 42\n  status: Done\n",
        ),
        ("stories: [{title: S}]", "stories: [{title: S, issue: 42, status: Done}]"),
        (
            "stories: [{id: s, title: S, labels: [x]}, {title: U}]\n",
            "stories: [{id: s, title: S, issue: 42, status: Done, labels: [x]}, {title: U}]\n",
        ),
        (
            "stories:\n  - {title: S,\n     goal: G,\n    }\n",
            "stories:\n  - {title: S,\n     goal: G,\n     issue: 42,\n     status: Done,\n    }\n",
        ),
        (
            '{\n  "stories": [\n    {\n      "title": "S",\n      "labels": []\n    }\n  ]\n}\n',
            '{\n  "stories": [\n    {\n      "title": "S",\n      "issue": 42,\n'
            '      "status": "Done",\n      "labels": []\n    }\n  ]\n}\n',
        ),
        (
            "tasks:\n  - Write docs  # soon\n",
            "tasks:\n  - {title: Write docs, issue: 42, status: Done}  # soon\n",
        ),
        ("tasks: [a, b]\n", "tasks: [{title: a, issue: 42, status: Done}, b]\n"),
        ("tasks:\n- 'it''s'\n", "tasks:\n- {title: 'it''s', issue: 42, status: Done}\n"),
        ("tasks:\n- x, y [z]\n", 'tasks:\n- {title: "x, y [z]", issue: 42, status: Done}\n'),
        (
            "tasks:\n- |\n  long\n  text\n- b\n",
            'tasks:\n- {title: "long\\ntext", issue: 42, status: Done}\n- b\n',
        ),
        (
            "epics:\n- &a {title: A}\nstories:\n- <<: *a\n  title: B\n",
            "epics:\n- &a {title: A, issue: 42, status: Done}\nstories:\n- <<: *a\n  title: B\n",
        ),
        (
            "stories:\n- &s\n  title: S\n",
            "stories:\n- &s\n  title: S\n  issue: 42\n  status: Done\n",
        ),
    ],
)
def test_new_keys_go_into_the_items_own_style(parse: Parse, before: str, after: str) -> None:
    """Behind the last plain value, before nested lists, with its indentation and line ending."""
    assert _write(parse, before, BOTH) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("status: Todo  # c", "status: Done  # c"),
        ("status: 'Todo'", "status: 'Done'"),
        ('status:   "Todo"', 'status:   "Done"'),
        ("status:", "status: Done"),
        ("status:   # later", "status: Done   # later"),
        ("status: ~", "status: Done"),
        ("Status: Todo", "Status: Done"),
        ("status: !!str Todo", "status: !!str Done"),
        ("status: &s Todo", "status: &s Done"),
        ("status: |-\n      Todo", "status: Done"),
        ("? status\n    : Todo", "? status\n    : Done"),
        ("status: Done", "status: Done"),
        ("status: completed", "status: completed"),
        ("status: closed", "status: closed"),
        ("status: DONE", "status: DONE"),
        ("status: In Progress", "status: Done"),
    ],
)
def test_a_status_is_changed_where_it_differs_in_meaning(
    parse: Parse, before: str, after: str
) -> None:
    """Quotes and comments stay; a word of the author's for the same stays too."""
    head, tail = "stories:\n  - title: S\n    ", "\n    goal: G\n"
    assert _write(parse, head + before + tail, DONE) == head + after + tail


def test_an_initial_status_adds_no_line(parse: Parse) -> None:
    """Where every item starts is not worth a line; one that is there is corrected."""
    todo = ItemProgress("k", status="Todo", initial=True)
    text = "stories:\n- title: S\n"
    assert _write(parse, text, todo) == text
    assert _write(parse, text + "  status: Done\n", todo) == text + "  status: Todo\n"


@pytest.mark.parametrize(
    ("before", "ref", "after"),
    [
        ("issue: 42", IssueRef(42), "issue: 42"),
        ("issue: '#42'", IssueRef(42), "issue: '#42'"),
        ("issue: o/r#42", IssueRef(42), "issue: o/r#42"),
        ("issue: https://github.com/o/r/issues/42", IssueRef(42, "o/r"), None),
        ("issue: 41", IssueRef(42), "issue: 42"),
        ('issue: "41"', IssueRef(42), 'issue: "42"'),
        ("issue:", IssueRef(42), "issue: 42"),
        ("issue: sandbox#3", IssueRef(42), "issue: 42"),
        ("issue: sandbox#3", IssueRef(4, sandbox=True), "issue: sandbox#4"),
        ("issue: 41", IssueRef(42, "o/r"), "issue: o/r#42"),
    ],
)
def test_an_issue_is_changed_where_it_is_another(
    parse: Parse, before: str, ref: IssueRef, after: str | None
) -> None:
    """However the same issue is written, it stays."""
    text = f"stories:\n- title: S\n  {before}\n"
    expected = f"stories:\n- title: S\n  {after or before}\n"
    assert _write(parse, text, ItemProgress("k", issue=ref)) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- text  # c", "- {text: text, done: true}  # c"),
        ("- 'it''s'", "- {text: 'it''s', done: true}"),
        ("- a, b", '- {text: "a, b", done: true}'),
        ("- a > b", "- {text: a > b, done: true}"),
        ('- "[ ] text"', '- "[x] text"'),
        ("- '[ ]  text'", "- '[x]  text'"),
        ('- "\\x5b ] text"', '- "[x] text"'),
        ("- {text: a}", "- {text: a, done: true}"),
        ("- {text: a, done: false}", "- {text: a, done: true}"),
        ("- {done: no, text: a}", "- {done: true, text: a}"),
        ("- text: a\n      done: false # c", "- text: a\n      done: true # c"),
        ("- text: a", "- text: a\n      done: true"),
        ("- |\n      a\n      b", '- {text: "a\\nb", done: true}'),
        ("- a\n      b", '- {text: "a b", done: true}'),
        ("- {text: a, done: true}", "- {text: a, done: true}"),
    ],
)
def test_criteria_are_ticked_in_their_own_spelling(parse: Parse, before: str, after: str) -> None:
    """A box flips, a mapping gets `done`, a text becomes a mapping."""
    head, tail = "stories:\n- title: S\n  acceptance_criteria:\n    ", "\n    - other\n"
    ticked = ItemProgress("k", ticks={0: True})
    assert _write(parse, head + before + tail, ticked) == head + after + tail


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("['[x] a', b]", "['[ ] a', b]"),
        ("[{text: a, done: true}]", "[{text: a, done: false}]"),
        ("[a]", "[a]"),
    ],
)
def test_a_box_that_was_unticked_is_unticked(parse: Parse, before: str, after: str) -> None:
    """GitHub owns the boxes, both ways."""
    text = "stories: [{{title: S, acceptance_criteria: {}}}]"
    ticks = ItemProgress("k", ticks={0: False})
    assert _write(parse, text.format(before), ticks) == text.format(after)


def test_json_stays_json(parse: Parse) -> None:
    """Quotes around keys and texts, so that strict readers can go on reading."""
    raw = b'{"stories": [{"title": "S", "acceptance_criteria": ["a"], "tasks": ["t"]}]}'
    source = source_of(raw, Path("b.json"), "b.json")
    assert isinstance(source, Source)
    progress = ItemProgress("k", issue=IssueRef(3), ticks={0: True})
    written = put(parse_yaml(source), {0: progress, 1: ISSUE}).parsed.source.text
    assert written == (
        '{"stories": [{"title": "S", "issue": 3, "acceptance_criteria": '
        '[{"text": "a", "done": true}], "tasks": [{"title": "t", "issue": 42}]}]}'
    )


@pytest.mark.parametrize("index", [0, 1])
def test_shared_criteria_are_left_alone(parse: Parse, index: int) -> None:
    """What an alias brings in is not one item's alone, on either side of it."""
    text = (
        "stories:\n- {title: A, acceptance_criteria: &c [x]}\n"
        "- {title: B, acceptance_criteria: *c}\n"
    )
    assert _write(parse, text, ItemProgress("k", ticks={0: True}), index) == text


def test_roll_ups_and_unknown_ticks_write_nothing(parse: Parse) -> None:
    """YAML has no place for sums; a tick without its criterion is passed over."""
    text = "stories:\n- title: S\n"
    assert _write(parse, text, ItemProgress("k", roll_up=rolled(1, 2), ticks={7: True})) == text


def test_several_items_are_written_at_once(parse: Parse) -> None:
    """Each at its own place."""
    text = "epics:\n- title: E\n  stories:\n  - title: S\n  - title: T\n"
    written = put(parse(text), {0: ISSUE, 1: DONE, 2: BOTH}).parsed.source.text
    assert written == (
        "epics:\n- title: E\n  issue: 42\n  stories:\n  - title: S\n    status: Done\n"
        "  - title: T\n    issue: 42\n    status: Done\n"
    )


def test_what_cannot_be_written_soundly_is_refused(
    parse: Parse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A result that would read as another backlog is never given."""

    class Clumsy(Editor):
        def set_keys(self, node: MapNode, settings: Sequence[Setting]) -> None:
            super().set_keys(node, settings)
            self.edits.append(Edit(self.text.index("S\n"), self.text.index("S\n") + 1, "Z"))

    text = "stories:\n- title: S\n"
    monkeypatch.setattr("backlog_sync.files.write.structured.Editor", Clumsy)
    result = put(parse(text), {0: ISSUE})
    assert result.parsed.source.text == text
    assert [(index, wanted.name) for (index, wanted), _ in result.left] == [(0, "issue")]


@pytest.mark.parametrize("value", ["Sprint 3", '"Sprint 3"', "'Sprint 3'", "|-\n      Sprint 3"])
def test_a_value_that_people_cleared_is_cleared_whatever_its_quotes(
    tmp_path: Path, value: str
) -> None:
    """In quotes, null would be a word; a number keeps them."""
    file = tmp_path / "backlog.yaml"
    text = f"stories:\n  - id: a\n    title: A\n    sprint: {value}\n    story_points: '3'\n"
    file.write_text(text, "utf-8")
    loaded = load([file], root=tmp_path, repository="o/r", project="o/B", bullets=None)
    assert loaded.desired is not None
    values = (("Sprint", None), ("Story Points", 5.0))
    takes = [Take("a", "A", "#1", name, TakeValue(new)) for name, new in values]
    accepted = accept(loaded, loaded.desired, takes)
    assert accepted.left == ()
    (change,) = accepted.changes
    after = text.replace(f"sprint: {value}", "sprint: null").replace("'3'", "'5'")
    assert change.after.decode() == after
