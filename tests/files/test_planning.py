"""What files say for reports: capacity by quarter, places for feedback, notes of reviews."""

from datetime import date

import pytest

from backlog_sync.core.model import Prose
from backlog_sync.core.planning import Capacity, FeedbackRef, ReviewNote, Step, WipLimit
from backlog_sync.files.refs import parse_feedback
from tests.files.conftest import LoadText

TEAMS = (
    "version: 1\nplanning:\n  hours_per_week: 20\n  teams: {{Web: {}}}\nstories: [{{title: A}}]\n"
)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("96", Capacity("Web", 96)),
        ("3-4 engineers", Capacity("Web", 70, words="3 to 4 people")),
        ("{capacity: 96}", Capacity("Web", 96)),
        (
            "{capacity: {2027-Q3: 2 people, Q1 2027: 96}}",
            Capacity(
                "Web", 0, (Step(date(2027, 1, 1), 96), Step(date(2027, 7, 1), 40, "2 people"))
            ),
        ),
        ("{capacity: {2026-Q4: 0}}", Capacity("Web", 0, (Step(date(2026, 10, 1), 0),))),
    ],
)
def test_capacity_is_hours_or_people_always_or_by_quarter(
    load_text: LoadText, said: str, wanted: Capacity
) -> None:
    """A plain number stays what it was; quarters are put in order."""
    loaded = load_text(TEAMS.format(said))
    assert loaded.diagnostics == ()
    assert loaded.desired is not None
    assert loaded.desired.planning.teams == (wanted,)


@pytest.mark.parametrize(
    ("said", "slug", "message"),
    [
        ("-5", "invalid-capacity", "'-5' is negative"),
        ("some", "invalid-capacity", "'some' is neither hours per week nor a number of people"),
        ("3-4", "invalid-capacity", "'3-4' is neither hours per week nor a number of people"),
        ("{capacity: [3]}", "invalid-capacity", "is neither hours per week nor a number of people"),
        ("{capacity: }", "empty-value", "'capacity' is empty"),
        ("{capacity: {}}", "empty-value", "no quarter is given"),
        ("{capacity: {2027-Q5: 96}}", "invalid-quarter", "'2027-Q5': this is not a quarter"),
        ("{capacity: {2027-Q1: -96}}", "invalid-capacity", "'2027-Q1': '-96' is negative"),
        (
            "{capacity: {2027-Q1: 1, Q1 2027: 2}}",
            "duplicate-quarter",
            "'2027-Q1' and 'Q1 2027' are the same quarter",
        ),
        ("{capasity: 3}", "unknown-field", "'capasity' is not a field"),
    ],
)
def test_what_is_no_capacity_is_told_with_its_value(
    load_text: LoadText, said: str, slug: str, message: str
) -> None:
    """At its line, with what was written and what to write instead."""
    found = [each for each in load_text(TEAMS.format(said)).diagnostics if each.slug == slug]
    assert len(found) == 1
    assert message in found[0].message
    assert found[0].place.line == 4
    assert found[0].hint


def test_capacity_is_published_only_where_it_is_named(load_text: LoadText) -> None:
    """As every planning field; feedback and notes of reviews never are."""
    text = (
        "stories:\n"
        "  - {id: a, title: A, goal: G, capacity: 3-4 engineers, feedback: '#12',"
        " review_notes: ['2027-01-15: secret']}\n"
    )
    for publish, parts in (("", ["goal"]), ("publish: capacity\n", ["goal", "capacity"])):
        loaded = load_text(publish + text)
        assert loaded.diagnostics == ()
        assert loaded.desired is not None
        (item,) = loaded.desired.items
        assert [part.name for part in item.block] == parts
        assert item.planning.capacity == "3-4 engineers"
        assert item.planning.feedback == (FeedbackRef(12),)
        assert item.planning.review_notes == (ReviewNote(date(2027, 1, 15), "secret"),)
        shown = [part.text for part in item.block if isinstance(part, Prose)]
        assert shown == ["G", "3-4 engineers"][: len(parts)]


def test_a_board_keeps_its_own_fields(load_text: LoadText) -> None:
    """Fields that a board declared before reports knew their words get their values still."""
    text = """
project: {owner: o, title: T, fields: {Capacity: {type: number}, Feedback: {type: text}}}
stories: [{id: a, title: A, capacity: 5, feedback: rather good}]
"""
    loaded = load_text(text)
    assert loaded.diagnostics == ()
    assert loaded.desired is not None
    board = loaded.desired.items[0].board
    assert (board["Capacity"], board["Feedback"]) == (5, "rather good")


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("2027-13-01: text", "invalid-date"),
        ("{date: soon, text: x}", "invalid-date"),
        ("just a text", "wrong-type"),
        ("{date: 2027-01-15}", "missing-field"),
    ],
)
def test_a_note_needs_a_day_and_a_text(load_text: LoadText, said: str, slug: str) -> None:
    """What is missing or wrong is told."""
    quoted = said if said.startswith("{") else f"'{said}'"
    text = f"stories:\n  - {{id: a, title: A, review_notes: [{quoted}]}}\n"
    assert [each.slug for each in load_text(text).diagnostics] == [slug]


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("#12", FeedbackRef(12)),
        ("12", FeedbackRef(12)),
        ("o/r#12", FeedbackRef(12, "o/r")),
        ("https://github.com/o/r/issues/12#issuecomment-1", FeedbackRef(12, "o/r")),
        ("https://github.com/o/r/discussions/12", FeedbackRef(12, "o/r", discussion=True)),
        ("[here](https://github.com/o/r/discussions/12)", FeedbackRef(12, "o/r", discussion=True)),
        ("https://github.com/o/r/pull/12", None),
        ("https://github.com/o/r/discussions/0", None),
        ("sandbox#3", None),
        ("the forum", None),
    ],
)
def test_feedback_is_an_issue_or_a_discussion(text: str, ref: FeedbackRef | None) -> None:
    """By number, with its repository, by address, or as a link."""
    assert parse_feedback(text) == ref


def test_a_roadmap_says_what_reports_need_too(load_text: LoadText) -> None:
    """Capacity, places for feedback and dated notes; other texts below these words stay texts."""
    loaded = load_text(
        "# Plan\n\n## Epic 1: Boats\n\n**Team Requirement**: 3-4 engineers\n**Feedback:** #12\n"
        "**Review notes:**\n\n- 2027-01-15: too slow\n- 2027-02-01: better\n\n"
        "### Story 1.1: Row\n\n- **Feedback:** people like it\n- **Sync:** with the tide\n\n"
        "### Story 1.2: Rest\n\n- Sync: no\n",
        "ROADMAP.md",
    )
    assert loaded.desired is not None
    epic, story = loaded.desired.items
    assert epic.planning.capacity == "3-4 engineers"
    assert epic.planning.feedback == (FeedbackRef(12),)
    assert [note.text for note in epic.planning.review_notes] == ["too slow", "better"]
    assert story.planning.feedback == ()
    (text,) = (part.text for part in story.block if isinstance(part, Prose))
    assert "people like it" in text
    assert "with the tide" in text


def test_limits_of_work_in_progress_are_numbers_or_mappings(load_text: LoadText) -> None:
    """By the name of a status; and stale is a number of days, or a text with a unit."""
    stories = "stories: [{title: A}]\n"
    both = "wip: {In Progress: 5, Review: {limit: 3, per_person: 1}}\nstale: 3 weeks\n"
    loaded = load_text(f"version: 1\n{both}{stories}")
    assert loaded.diagnostics == ()
    assert loaded.desired is not None
    planning = loaded.desired.planning
    assert planning.wip == (WipLimit("In Progress", 5), WipLimit("Review", 3, 1))
    assert planning.stale_days == 21
    wrong = "wip: {Doing: many, Review: 0}\nstale: soon\n"
    assert [one.message for one in load_text(f"version: 1\n{wrong}{stories}").diagnostics] == [
        "'Doing' must be a whole number",
        "'Review' is 0; it must be at least 1",
        "'stale' must be a whole number",
    ]
