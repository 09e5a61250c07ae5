"""YAML backlogs into items: every fault told, with its place, in our words."""

from collections.abc import Callable

import pytest

from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.settings import read_settings

Parse = Callable[[str], ParsedFile]


def _told(parsed: ParsedFile) -> list[tuple[int, int, str, str]]:
    _, more = read_settings(parsed)
    found = sorted((*parsed.diagnostics, *more))
    return [(d.place.line, d.place.column, d.slug, d.message) for d in found]


def test_items_nest_and_levels_may_be_skipped(parse: Parse) -> None:
    """Kinds come from the lists; parents from the nesting."""
    parsed = parse(
        """
epics:
  - title: E
    features:
      - title: F
        stories:
          - title: S
            tasks: [T1, {title: T2}]
    stories:
      - title: S2
stories:
  - title: S3
items:
  - {kind: bug, title: B}
"""
    )
    assert not parsed.diagnostics
    shape = [(item.kind, item.document.title, item.parent) for item in parsed.items]
    assert shape == [
        ("epic", "E", None),
        ("feature", "F", 0),
        ("story", "S", 1),
        ("task", "T1", 2),
        ("task", "T2", 2),
        ("story", "S2", 0),
        ("story", "S3", None),
        ("bug", "B", None),
    ]


def test_an_item_may_say_its_kind_in_any_list(parse: Parse) -> None:
    """A bug among stories is a bug."""
    parsed = parse("stories:\n  - {kind: bug, title: B}\n")
    assert parsed.items[0].kind == "bug"


def test_board_names_mean_the_fields(parse: Parse) -> None:
    """`Status` and `Story Points` are the same as `status` and `story_points`."""
    parsed = parse("stories:\n  - {title: S, Status: Done, Story Points: 3, Depot: North}\n")
    document = parsed.items[0].document
    assert (document.status, document.story_points) == ("Done", 3)
    assert document.model_extra == {"Depot": "North"}


def test_values_are_typed_by_the_schema(parse: Parse) -> None:
    """What looks like a number is one only where a number is wanted."""
    parsed = parse(
        "stories:\n  - title: 010203\n    story_points: 3\n    milestone: 1.10\n"
        "    sync: no\n    labels: [no, 1:30, 5319e7]\n    priority: null\n    goal: ''\n"
    )
    document = parsed.items[0].document
    assert document.title == "010203"
    assert document.story_points == 3
    assert document.milestone == "1.10"
    assert document.sync is False
    assert document.labels == ("no", "1:30", "5319e7")
    assert "priority" in document.model_fields_set
    assert document.priority is None
    assert document.goal == ""
    assert "status" not in document.model_fields_set


@pytest.mark.parametrize(
    ("written", "text", "done"),
    [
        ("x", "x", False),
        ('"[ ] x"', "x", False),
        ('"[X] x"', "x", True),
        ("{text: x, done: yes}", "x", True),
    ],
)
def test_criteria_come_in_three_spellings(
    parse: Parse, written: str, text: str, done: bool
) -> None:
    """A text, a text with a box, and a mapping are all criteria."""
    parsed = parse(f"stories:\n  - title: S\n    acceptance_criteria:\n      - {written}\n")
    criteria = parsed.items[0].document.acceptance_criteria
    assert criteria is not None
    assert (criteria[0].text, criteria[0].done) == (text, done)


def test_one_text_is_a_list_of_one(parse: Parse) -> None:
    """`depends_on: other` needs no brackets."""
    parsed = parse("stories:\n  - {title: S, depends_on: other, labels: x}\n")
    assert parsed.items[0].document.depends_on == ("other",)
    assert parsed.items[0].document.labels == ("x",)


def test_places_are_those_of_keys_and_entries(parse: Parse) -> None:
    """Each field has its place, check-list entries too."""
    parsed = parse("stories:\n  - title: S\n    acceptance_criteria:\n      - a\n      - b\n")
    item = parsed.items[0]
    assert (item.place.line, item.place.column) == (2, 5)
    assert (item.places["acceptance_criteria"].line, item.places["acceptance_criteria.1"].line) == (
        3,
        5,
    )


def test_all_faults_are_told_at_once(parse: Parse) -> None:
    """One pass finds every fault of every item and setting, each at its own place."""
    parsed = parse(
        """version: 1
repositori: x/y
repository: nope
labels: [{nam: x}, {name: e, color: red}]
epics:
  - title: E
    id: Foo Bar
    user_story: {as_a: x}
    features:
      - title: F
        kind: storry
        epics: []
    stories: {}
    tasks:
     -
     - [a]
  - goal: x
    acceptance_criteria: [a, {txt: q}, null]
    sync: maybe
    estimate_hours: .nan
items: [{title: z}, {title: q, kind: bug}]
"""
    )
    assert _told(parsed) == [
        (2, 1, "unknown-field", "'repositori' is not a field"),
        (3, 1, "invalid-value", "'nope' is not a repository"),
        (4, 10, "missing-field", "'name' is missing"),
        (4, 11, "unknown-field", "'nam' is not a field"),
        (4, 30, "invalid-value", "'red' is not a color"),
        (7, 5, "invalid-key", "'Foo Bar' is not a key"),
        (8, 5, "missing-field", "'i_want' is missing"),
        (11, 9, "invalid-value", "'storry' is not a value of 'kind'"),
        (12, 9, "wrong-nesting", "'epics' is not allowed below a feature"),
        (13, 5, "wrong-type", "'stories' must be a list"),
        (15, 7, "empty-value", "an entry of 'tasks' is empty"),
        (16, 8, "wrong-type", "an entry of 'tasks' must be a mapping"),
        (17, 5, "missing-field", "'title' is missing"),
        (18, 30, "missing-field", "'text' is missing"),
        (18, 31, "unknown-field", "'txt' is not a field"),
        (18, 40, "empty-value", "entry 3 of 'acceptance_criteria' is empty"),
        (19, 5, "wrong-type", "'sync' must be true or false"),
        (20, 5, "wrong-type", "'estimate_hours' must be a number"),
        (21, 10, "missing-field", "'kind' is missing"),
    ]
    hints = {d.message: d.hint for d in (*parsed.diagnostics, *read_settings(parsed)[1])}
    assert hints["'repositori' is not a field"] == "`repository:` is given too: keep one of them"
    assert hints["'Foo Bar' is not a key"] == "write `id: foo-bar`"
    assert hints["'storry' is not a value of 'kind'"] == "write `kind: story`"
    assert hints["'txt' is not a field"] == "did you mean 'text'?"


@pytest.mark.parametrize("text", ["- a\n", "just text\n", "42\n"])
def test_a_backlog_is_a_mapping(parse: Parse, text: str) -> None:
    """A list or a text at the top is told as such."""
    assert [each.slug for each in parse(text).diagnostics] == ["wrong-type"]


def test_comments_alone_are_an_empty_backlog(parse: Parse) -> None:
    """A file that says nothing is told as empty, not as broken."""
    assert [each.slug for each in parse("# later\n").diagnostics] == ["empty-file"]


@pytest.mark.parametrize(
    "text",
    [
        "stories:\n  - &s {title: S}\n  - *s\n",
        "epics:\n  - title: A\n    stories: &l [{title: S}]\n  - title: B\n    stories: *l\n",
        "epics:\n  - &e {title: A, tasks: [x]}\n  - {<<: *e, title: B}\n",
    ],
)
def test_an_alias_never_stands_for_items(parse: Parse, text: str) -> None:
    """Two items cannot share one text: each is an issue of its own."""
    assert "shared-item" in [each.slug for each in parse(text).diagnostics]


def test_values_may_be_shared_by_aliases(parse: Parse) -> None:
    """Anchors and merges are fine for what is not an item."""
    parsed = parse(
        "epics:\n  - &base {title: A, labels: &l [x], priority: High}\n"
        "  - {title: B, labels: *l}\n  - {<<: *base, title: C}\n"
    )
    assert not parsed.diagnostics
    assert parsed.items[2].document.priority == "High"


def test_json_is_read_the_same_way(parse: Parse) -> None:
    """A JSON backlog is a YAML backlog."""
    parsed = parse('{"version": 1, "stories": [{"title": "S", "issue": 42, "sync": true}]}')
    assert parsed.items[0].document.issue == "42"


def test_an_unknown_version_is_refused(parse: Parse) -> None:
    """A file of a later format is not guessed at."""
    assert [slug for _, _, slug, _ in _told(parse("version: 2\n"))] == ["invalid-value"]
