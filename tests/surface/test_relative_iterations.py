"""`@current`, `@next` and `@previous`: what they mean depends on the date of the run."""

from datetime import UTC, datetime

import pytest

from backlog_sync.core.observed import ObservedOption
from backlog_sync.core.relative_iterations import (
    iterations_for,
    named_iteration,
    remedy,
    why_unclear,
)
from backlog_sync.files.load import load
from tests.surface.conftest import REPOSITORY, World, reasons

OPTIONS = (
    ObservedOption("3", "Three", start="2026-02-16", duration=14),
    ObservedOption("1", "One", start="2026-01-05", duration=14),
    ObservedOption("2", "Two", start="2026-01-19", duration=14),
)
FIELDS = """\
project:
  owner: octo-org
  title: Widgets
  views: []
  fields:
    Sprint: {type: iteration, start: 2026-01-05, duration: 14, count: 4}
"""
STORIES = """\
stories:
  - {id: a, title: A, sprint: "@current"}
  - {id: b, title: B, sprint: "@next"}
  - {id: c, title: C, sprint: "@current"}
"""
MARKDOWN = f"""\
---
backlog:
  repository: {REPOSITORY}
  project:
    owner: octo-org
    title: Widgets
    fields:
      Sprint: {{type: iteration, start: 2026-01-05, duration: 14, count: 4}}
---
# Roadmap

## Story 1: A

**Sprint**: @current

## Story 2: B

**Sprint**: @Next

## Story 3: C

**Sprint**: @current
"""


@pytest.mark.parametrize(
    ("today", "current", "after", "before"),
    [
        ("2026-01-04", None, "One", None),
        ("2026-01-05", "One", "Two", None),
        ("2026-02-01", "Two", "Three", "One"),
        ("2026-02-02", None, "Three", "Two"),
        ("2026-03-01", "Three", None, "Two"),
        ("2026-03-02", None, None, "Three"),
        ("", None, None, None),
    ],
)
def test_what_the_words_mean(
    today: str, current: str | None, after: str | None, before: str | None
) -> None:
    """As in the filters of a board; in a break, nothing is current."""
    words = {"@current": current, "@NEXT": after, "@previous": before}
    for word, name in words.items():
        meant = named_iteration(word, OPTIONS, today)
        assert (meant and meant.name) == name
        if name is None:
            assert word in why_unclear(word, "Sprint", OPTIONS, today)
            assert remedy(word, OPTIONS, today)


def last(start: str, name: str = "Sprint 4", days: int = 14) -> ObservedOption:
    """The last iteration of a board."""
    return ObservedOption("4", name, start=start, duration=days)


@pytest.mark.parametrize(
    ("words", "option", "today", "days", "added"),
    [
        ({"@next"}, last("2026-02-16"), "2026-02-20", None, [("Sprint 5", "2026-03-02", 14)]),
        ({"@next"}, last("2026-02-16", days=7), "2026-02-20", 21, [("Sprint 5", "2026-02-23", 21)]),
        ({"@current"}, last("2026-02-16"), "2026-02-20", None, []),
        ({"@next"}, last("2026-02-16"), "2026-02-10", None, []),
        ({"@previous"}, last("2026-02-16"), "2026-04-10", None, []),
        ({"@next"}, last("2026-02-16"), "", None, []),
        ({"@current"}, last("2026-02-16"), "2026-03-02", None, [("Sprint 5", "2026-03-02", 14)]),
        (
            {"@NEXT", "@current"},
            last("2026-02-16", "Cool-down"),
            "2026-03-20",
            None,
            [
                ("Sprint 2", "2026-03-02", 14),
                ("Sprint 3", "2026-03-16", 14),
                ("Sprint 4", "2026-03-30", 14),
            ],
        ),
        ({"@next"}, last("2019-01-07", days=7), "2026-02-20", None, []),
    ],
)
def test_what_the_words_need_when_the_board_has_run_out(
    words: set[str],
    option: ObservedOption,
    today: str,
    days: int | None,
    added: list[tuple[str, str, int]],
) -> None:
    """Without a break after the last one, as long as declared or as it; too many are not added."""
    assert list(iterations_for(words, "Sprint", (option,), today, days)) == added


def at(world: World, day: str) -> None:
    """Time passes until this day."""
    world.now = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp()


def sprints(world: World) -> dict[str, object]:
    """The sprint of each card."""
    return {i.title: i.card.values.get("Sprint") for i in world.observe().issues if i.card}


@pytest.mark.parametrize("text", ["yaml", "markdown"])
def test_open_items_move_with_time_and_closed_ones_stay(world: World, text: str) -> None:
    """The words stay in the file while GitHub's value is what they mean."""
    at(world, "2026-01-07")
    if text == "yaml":
        world.write(FIELDS + STORIES)
    else:
        world.put("ROADMAP.md", MARKDOWN)
    world.sync()
    assert sprints(world) == {"A": "Sprint 1", "B": "Sprint 2", "C": "Sprint 1"}
    words = [line for line in world.text.splitlines() if "@" in line]
    world.ann.close(world.issue("C").number)
    world.run()
    world.sync()
    at(world, "2026-01-20")
    world.sync()
    assert sprints(world) == {"A": "Sprint 2", "B": "Sprint 3", "C": "Sprint 1"}
    found = [line.partition("@")[2][:7] for line in world.text.splitlines() if "@" in line]
    assert found == [line.partition("@")[2][:7] for line in words]


def test_after_the_last_iteration_the_value_is_held_with_a_remedy(world: World) -> None:
    """The card keeps its iteration; the plan names what helps; other values are set."""
    at(world, "2026-02-17")
    world.write(FIELDS + STORIES)
    plan = world.plan()
    assert reasons(plan) == ["Sprint is @next, and there is no iteration after Sprint 4"]
    added = "use --extend-iterations, which adds Sprint 5 (from 2026-03-02), or name an iteration"
    assert [deferred.hint for deferred in plan.deferred] == [added]
    world.run()
    assert sprints(world) == {"A": "Sprint 4", "B": None, "C": "Sprint 4"}
    at(world, "2026-03-05")
    assert world.plan().changes == ()
    assert len(world.plan().deferred) == 3
    assert "Sprint 5 (from 2026-03-02) and 1 more" in world.plan().deferred[0].hint
    assert sprints(world)["A"] == "Sprint 4"


def test_what_people_choose_on_the_board_replaces_the_word(world: World) -> None:
    """The sprint is GitHub's: who moves a card to another iteration decides."""
    at(world, "2026-01-07")
    world.write(FIELDS + STORIES)
    world.sync()
    world.ann.set_value(world.issue("A").number, "Sprint", "Sprint 3")
    (note,) = world.plan().drift
    assert (note.name, note.desired, note.observed) == ("Sprint", "Sprint 1", "Sprint 3")
    assert world.pull() == []
    assert 'title: A, sprint: "Sprint 3"' in world.text
    assert world.plan().drift == ()


def test_time_that_passes_is_no_conflict_with_what_people_chose(world: World) -> None:
    """Nobody edited the file: the iteration that people chose stays until the word means it."""
    at(world, "2026-01-07")
    world.write(FIELDS + STORIES)
    world.sync()
    world.ann.set_value(world.issue("A").number, "Sprint", "Sprint 3")
    world.ann.set_value(world.issue("B").number, "Sprint", None)
    at(world, "2026-01-20")
    plan = world.plan()
    assert plan.conflicts == ()
    assert [(n.key, n.desired, n.observed) for n in plan.drift] == [
        ("a", "Sprint 2", "Sprint 3"),
        ("b", "Sprint 3", None),
    ]
    world.run()
    assert sprints(world) == {"A": "Sprint 3", "B": None, "C": "Sprint 2"}
    at(world, "2026-02-03")
    world.run()
    assert sprints(world) == {"A": "Sprint 3", "B": None, "C": "Sprint 3"}
    at(world, "2026-02-17")
    world.run()
    assert sprints(world) == {"A": "Sprint 4", "B": None, "C": "Sprint 4"}


def test_a_file_that_owns_iterations_moves_them_with_time(world: World) -> None:
    """With `ownership: {sprint: file}` what people chose is drift, and is set back."""
    at(world, "2026-01-07")
    world.write("ownership: {sprint: file}\n" + FIELDS + STORIES)
    world.sync()
    world.ann.set_value(world.issue("A").number, "Sprint", "Sprint 4")
    at(world, "2026-01-20")
    assert [(n.key, n.observed) for n in world.plan().drift] == [("a", "Sprint 4")]
    world.sync()
    assert sprints(world) == {"A": "Sprint 2", "B": "Sprint 3", "C": "Sprint 2"}


def test_lint_knows_the_words(world: World) -> None:
    """A near miss is an error with what was meant."""
    world.write(FIELDS + STORIES.replace("@next", "@nxt"))
    loaded = load([world.file], root=world.folder)
    (error,) = loaded.errors
    assert (error.slug, error.hint) == ("unknown-option", "did you mean '@next'?")
