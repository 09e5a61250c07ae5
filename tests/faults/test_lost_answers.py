"""The client lives and the answer does not: nothing is made twice, in the same run already."""

from pathlib import Path

import pytest

from backlog_sync.core.model import DesiredState
from github_sandbox import faults
from github_sandbox.faults import Fault
from tests.faults.harness import (
    ACROSS,
    FIELDED,
    FULL,
    MIDDLE,
    OPTIONED,
    SMALL,
    VIEWED,
    WHOLE,
    World,
    all_applied,
    backlog,
    creations,
    requests_of,
    retitled,
    sample,
    with_options,
)

LOST = {
    "closed": faults.answer_lost(),
    "closed in the middle of a batch": faults.answer_lost(ran=2),
    "502": faults.bad_gateway(502, delivered=True),
    "504": faults.bad_gateway(504, delivered=True),
    "502 as JSON": faults.timeout(502, delivered=True, ran=1),
    "hang": faults.hang(60, delivered=True),
    "HTML": faults.html_page(delivered=True),
    "truncated": faults.truncated(),
    "error after the write": faults.graphql_error(),
    "error in the middle of a batch": faults.graphql_error(ran=1),
    "resource limits": faults.resource_limits(ran=2),
    "one of a batch": faults.partial(1),
}
"""Carried out, in whole or in part, and no answer that says so."""

GONE = {
    "closed": faults.not_delivered(),
    "502": faults.bad_gateway(502),
    "504": faults.bad_gateway(504),
    "hang": faults.hang(60),
    "HTML": faults.html_page(),
    "error before the write": faults.graphql_error(delivered=False),
    "validation": faults.validation_timeout(),
}
"""Never carried out, and the answer does not say so."""


def lose_and_go_on(
    wanted: DesiredState, folder: Path, at: int, fault: Fault, *, lag: float = 0.0
) -> bool:
    """Lose the answer to one request; whether all the rest came through in the same run."""
    world = World(folder, lag=lag)
    machine = world.machine()
    world.fail({at: fault})
    first = machine.sync(wanted)
    world.fail({})
    assert world.made_twice() == []
    assert world.doubles() == []
    assert all(o.reason for o in first.outcomes if o.result != "applied")
    if not all_applied(first):
        second = machine.sync(wanted)
        assert all_applied(second), [o.reason for o in second.outcomes if o.reason]
    assert world.made_twice() == []
    assert world.doubles() == []
    machine.settles(wanted)
    return all_applied(first)


@pytest.mark.parametrize("kind", LOST)
def test_an_answer_that_is_lost_makes_no_duplicate(tmp_path: Path, kind: str) -> None:
    """Each request in turn of a first sync, carried out in whole or in part."""
    wanted = with_options(WHOLE) if FULL else OPTIONED
    count = len(requests_of(wanted, tmp_path))
    for at in sample(count, 5, seed=len(kind)):
        lose_and_go_on(wanted, tmp_path / f"{at}", at, LOST[kind])


@pytest.mark.parametrize("kind", ["closed", "closed in the middle of a batch", "one of a batch"])
def test_an_answer_about_views_that_is_lost_makes_no_duplicate(tmp_path: Path, kind: str) -> None:
    """The same with declared views, whose names GitHub lets exist twice."""
    count = len(requests_of(VIEWED, tmp_path))
    for at in range(count) if FULL else sample(count, 5, seed=len(kind)):
        lose_and_go_on(VIEWED, tmp_path / f"{at}", at, LOST[kind])


@pytest.mark.parametrize("kind", GONE)
def test_a_request_that_never_arrives_makes_no_duplicate(tmp_path: Path, kind: str) -> None:
    """Each request in turn of a first sync, not carried out."""
    wanted = with_options(WHOLE) if FULL else OPTIONED
    count = len(requests_of(wanted, tmp_path))
    for at in sample(count, 4, seed=len(kind)):
        lose_and_go_on(wanted, tmp_path / f"{at}", at, GONE[kind])


@pytest.mark.parametrize("kind", ["closed", "closed in the middle of a batch", "one of a batch"])
def test_an_answer_that_is_lost_with_issue_fields(tmp_path: Path, kind: str) -> None:
    """A creation that is found again has its values; what was left out is set by the next run."""
    count = len(requests_of(FIELDED, tmp_path))
    for at in sample(count, 5, seed=len(kind)):
        lose_and_go_on(FIELDED, tmp_path / f"{at}", at, LOST[kind])


@pytest.mark.parametrize("kind", ["closed", "closed in the middle of a batch", "504"])
def test_an_answer_that_is_lost_over_two_repositories(tmp_path: Path, kind: str) -> None:
    """Each request in turn; a create is looked for where it was meant to be, lists lagging."""
    count = len(requests_of(ACROSS, tmp_path))
    for at in sample(count, 8, seed=len(kind)):
        lose_and_go_on(ACROSS, tmp_path / f"{at}", at, LOST[kind])
    for at in creations(ACROSS, tmp_path):
        assert lose_and_go_on(ACROSS, tmp_path / f"{at}-lag", at, LOST["closed"], lag=60)


@pytest.mark.parametrize("lag", [5, 60])
def test_a_lost_answer_is_waited_for_where_lists_lag(tmp_path: Path, lag: float) -> None:
    """A create whose answer was lost is found as soon as lists show it, in the same run."""
    wanted = WHOLE if FULL else backlog(2, 2)
    for at in creations(wanted, tmp_path):
        assert lose_and_go_on(wanted, tmp_path / f"{at}-lost", at, faults.answer_lost(), lag=lag)
        lose_and_go_on(wanted, tmp_path / f"{at}-gone", at, faults.not_delivered(), lag=lag)


def test_a_create_that_stays_in_doubt_fails_and_says_when_to_go_on(tmp_path: Path) -> None:
    """Lists lag longer than anybody waits: the run ends partly applied; what it made stays one."""
    world = World(tmp_path, lag=600)
    machine = world.machine()
    world.fail({creations(SMALL, tmp_path)[0]: faults.answer_lost()})
    applied = machine.sync(SMALL)
    assert not all_applied(applied)
    assert any("is not there yet" in o.reason for o in applied.outcomes)
    assert 80 <= sum(machine.slept) <= 200
    assert world.made_twice() == []


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("closed", with_options(MIDDLE)),
        ("502", MIDDLE),
        ("error after the write", MIDDLE),
        ("closed", FIELDED),
    ],
)
def test_a_lost_answer_while_issues_are_changed(
    tmp_path: Path, kind: str, wanted: DesiredState
) -> None:
    """Every write of a run that changes all items is lost in turn: no drift is seen after it."""
    changed = retitled(wanted)
    at = 0
    for at in range(1, 100):
        world = World(tmp_path / f"{at}")
        machine = world.machine()
        machine.sync(wanted)
        world.fail({at: LOST[kind]}, writes_only=True)
        machine.sync(changed)
        hit = world.sandbox.faults.counted >= at
        world.fail({})
        prepared, _ = machine.prepare(changed)
        assert prepared.plan.drift == ()
        assert all_applied(machine.sync(changed))
        machine.settles(changed)
        if not hit:
            break
    assert at > 3
