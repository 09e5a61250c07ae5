"""Issue fields of every kind that a run creates: killed, unanswered, and two runs at once."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.model import BoardFieldDef, DesiredState, OptionDef
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.plan import Result
from github_sandbox import issue_fields
from github_sandbox.actors import Person
from github_sandbox.models import Issue
from tests.core.builders import desired, item
from tests.faults.harness import (
    BOARD,
    FULL,
    REPOSITORY,
    KilledError,
    Machine,
    World,
    all_applied,
    sample,
)
from tests.faults.test_lost_answers import LOST
from tests.faults.turns import interleave

CREATE = PlanOptions(create_issue_fields=True)
FIELDS = (
    BoardFieldDef("Priority", "single_select", (OptionDef("Low"), OptionDef("Someday"))),
    BoardFieldDef("Note", "text", visibility="all"),
    BoardFieldDef("Cost", "number", visibility="all"),
    BoardFieldDef("Review", "date"),
    BoardFieldDef("Team", "single_select", (OptionDef("Red"), OptionDef("Blue")), visibility="all"),
    BoardFieldDef("Skills", "multi_select", (OptionDef("web"), OptionDef("api"))),
    BoardFieldDef("Areas", "multi_select", (OptionDef("docs"), OptionDef("tests"))),
)
"""All but Priority and Areas are created; these two get an option. Some are private."""

DEFINED = (ChangeKind.ISSUE_FIELD, ChangeKind.FIELD)
FIRST: dict[str, dict[str, Any]] = {
    "a": {"Priority": "Someday", "Note": "one", "Cost": 3, "Review": "2027-03-31", "Team": "Red"},
    "b": {"Priority": "Low", "Skills": ("web", "api"), "Areas": ("tests",), "Cost": 1},
    "c": {"Note": "three", "Skills": ("api",), "Areas": ("docs", "tests")},
    "d": {},
}
THEN: dict[str, dict[str, Any]] = {
    "a": {"Priority": None, "Note": "other", "Cost": None, "Review": "2027-04-01", "Team": "Blue"},
    "b": {"Priority": "Someday", "Skills": ("api",), "Areas": (), "Cost": 2.5},
    "c": {"Note": None, "Skills": (), "Areas": ("docs",)},
    "d": {"Review": "2027-01-01", "Skills": ("web",), "Team": "Blue"},
}


def backlog(values: dict[str, dict[str, Any]]) -> DesiredState:
    """Four items on a board, with these values."""
    items = (replace(item(k, f"Item {k}"), issue_fields=each) for k, each in values.items())
    return desired(*items, project=BOARD, issue_fields=FIELDS)


def begin(folder: Path) -> tuple[World, Machine]:
    """A world in which somebody's issue has a value of an old option."""
    world = World(folder)
    machine = world.machine()
    machine.options = CREATE
    person = Person(world.sandbox, "ann", repository=REPOSITORY)
    person.set_issue_field(person.open_issue("Somebody's").number, "Priority", "High")
    return world, machine


def shown(world: World, issue: Issue) -> dict[str, object]:
    """The values that an issue has."""
    person = Person(world.sandbox, "ann", repository=REPOSITORY)
    found = {each.name: person.issue_field_value(issue.number, each.name) for each in FIELDS}
    return {name: value for name, value in found.items() if value is not None}


def is_as(world: World, values: dict[str, dict[str, Any]]) -> bool:
    """Whether every issue has its values, each field and column exists once, nothing was lost."""
    store = world.sandbox.store
    owner = store.accounts["octo-org"]
    names = Counter(f.name for f in issue_fields.fields_of(store, owner) or ())
    for project in store.projects[owner.id].values():
        names.update(f"column {column.name}" for column in store.fields[project.id].values())
    assert max(names.values()) == 1
    by_title = {issue.title: shown(world, issue) for issue in world.issues()}
    assert by_title.pop("Somebody's") == {"Priority": "High"}
    for key, each in values.items():
        wanted = {name: value for name, value in each.items() if value not in (None, ())}
        assert {n: _sorted(v) for n, v in by_title.pop(f"Item {key}").items()} == {
            n: _sorted(v) for n, v in wanted.items()
        }
    return not by_title


def _sorted(value: object) -> object:
    return sorted(value) if isinstance(value, tuple) else value


def ends_well(world: World, machine: Machine, values: dict[str, dict[str, Any]]) -> None:
    """The next run finishes without drift or conflict, and then there is nothing to do."""
    prepared, tracker = machine.prepare(backlog(values))
    assert prepared.plan.drift == ()
    assert prepared.plan.conflicts == ()
    applied = machine.finish(prepared, tracker)
    assert all_applied(applied), [o.reason for o in applied.outcomes if o.reason]
    assert world.made_twice() == []
    assert is_as(world, values)
    machine.settles(backlog(values))


@pytest.fixture(scope="module")
def count(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many requests an undisturbed first run sends."""
    world, machine = begin(tmp_path_factory.mktemp("counted"))
    assert all_applied(machine.sync(backlog(FIRST)))
    sent = len(world.sandbox.log)
    assert is_as(world, FIRST)
    machine.settles(backlog(FIRST))
    return sent


@pytest.mark.parametrize("delivered", [True, False])
def test_killed_at_any_request(tmp_path: Path, count: int, delivered: bool) -> None:
    """Of a run that creates fields, options, columns and issues with values of every kind."""
    for at in sample(count, 5, seed=1 + delivered):
        world, machine = begin(tmp_path / f"{at}")
        assert machine.dies(backlog(FIRST), at, delivered=delivered, by=KilledError)
        ends_well(world, machine, FIRST)


@pytest.mark.parametrize("delivered", [True, False])
def test_killed_while_values_are_changed(tmp_path: Path, delivered: bool) -> None:
    """Values of every kind are changed, cleared, and set for the first time."""
    at = 1 + delivered
    for at in range(1 + delivered, 100, 1 if FULL else 3):
        world, machine = begin(tmp_path / f"{at}")
        machine.sync(backlog(FIRST))
        died = machine.dies(backlog(THEN), at, delivered=delivered, by=KilledError)
        ends_well(world, machine, THEN)
        if not died:
            break
    assert at > 6


@pytest.mark.parametrize("kind", LOST if FULL else list(LOST)[:3])
def test_an_answer_is_lost(tmp_path: Path, count: int, kind: str) -> None:
    """At any request: no field, option or column is created twice, no value is lost."""
    for at in sample(count, 4, seed=len(kind)):
        world, machine = begin(tmp_path / f"{at}")
        world.fail({at: LOST[kind]})
        machine.sync(backlog(FIRST))
        world.fail({})
        ends_well(world, machine, FIRST)


def test_two_first_syncs_at_once(tmp_path: Path) -> None:
    """Both create the same fields, options and columns: each is there once, with every value."""
    for seed in range(200 if FULL else 6):
        world, one = begin(tmp_path / f"{seed}")
        two = world.machine("two")
        two.options = CREATE
        wanted = backlog(FIRST)
        ended = []
        run = [(m, lambda m=m: ended.append(m.sync(wanted))) for m in (one, two)]  # noqa: B023 - it is over within the turn
        interleave(run, seed)
        made = [o for each in ended for o in each.outcomes if o.change.kind in DEFINED]
        assert [o.reason for o in made if o.result is not Result.APPLIED] == [], seed
        one.sync(wanted)
        assert world.doubles() == [], seed
        two.settles(wanted)


def test_two_syncs_change_values_at_once(tmp_path: Path) -> None:
    """One has the new values, the other the old ones: what is last in the files is on GitHub."""
    for seed in range(200 if FULL else 5):
        world, one = begin(tmp_path / f"{seed}")
        two = world.machine("two")
        first, then = backlog(FIRST), backlog(THEN)
        one.sync(first)
        two.sync(first)
        interleave([(one, lambda: one.sync(then)), (two, lambda: two.sync(then))], seed)  # noqa: B023 - it is over within the turn
        ends_well(world, two, THEN)


def test_without_the_flag_a_field_is_missing(tmp_path: Path) -> None:
    """Whoever syncs without it sets what exists; the run with it sets the rest, and once."""
    world, machine = begin(tmp_path)
    plain = replace(CREATE, create_issue_fields=False)
    machine.options = plain
    machine.sync(backlog(FIRST))
    machine.options = CREATE
    machine.sync(backlog(FIRST))
    assert is_as(world, FIRST)
    machine.options = plain
    machine.settles(backlog(FIRST))
