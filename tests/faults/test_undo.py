"""A sync, or its undo, is killed at any request: undo restores what was written over."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from backlog_sync.core.changes import Change
from backlog_sync.core.model import DesiredState
from backlog_sync.core.undo import undo_plan
from backlog_sync.engine.executor import Applied
from backlog_sync.engine.undo import apply_undo, observe_for_undo
from backlog_sync.local.journal import FileJournal
from tests.engine.memory import Watcher
from tests.faults.harness import (
    FIELDED,
    KilledError,
    Machine,
    World,
    all_applied,
    sample,
    with_options,
)
from tests.github_state import differing, state_of


def changed(wanted: DesiredState) -> DesiredState:
    """The same items with other titles, labels, milestones, states, links, board values, fields."""
    items = []
    for item in wanted.items:
        fields = dict(item.fields)
        fields |= {"title": f"{item.title}, again", "labels": ("epic", "story"), "blocked_by": ()}
        if item.kind == "story":
            fields |= {"milestone": None, "state": "completed"}
        board = {name: 9 if name == "Story Points" else value for name, value in item.board.items()}
        board["Platforms"] = ("ios",) if item.kind == "story" else None
        values = {"Priority": "Urgent", "Areas": ("api",), "Target date": None}
        items.append(replace(item, fields=fields, board=board, issue_fields=values))
    labels = tuple(replace(label, color="123456") for label in wanted.labels)
    milestones = tuple(replace(each, due="2026-05-31") for each in wanted.milestones)
    return replace(wanted, items=tuple(items), labels=labels, milestones=milestones)


BEFORE = with_options(FIELDED)
CHANGED = changed(BEFORE)


def undo(machine: Machine, *, dies_at: int = 0, delivered: bool = False) -> Applied | None:
    """Undo the last run; None if it dies at that request."""
    prepared, tracker = machine.prepare(CHANGED)
    journal = machine.journal(prepared.observed)
    run = journal.run()
    assert run is not None
    observed = observe_for_undo(CHANGED, tracker)
    plan = undo_plan(observed, run)
    seen = itertools.count(1)

    def gate(send: Callable[[], requests.Response]) -> requests.Response:
        if next(seen) != dies_at:
            return send()
        if delivered:
            send()
        raise KilledError

    machine.gate = gate
    try:
        return apply_undo(
            plan,
            run,
            CHANGED,
            observed,
            tracker=tracker,
            nonces=machine.world.nonce,
            progress=Watcher(),
            journal=journal,
        )
    except KilledError:
        return None
    finally:
        machine.gate = None


def pending(machine: Machine) -> set[str]:
    """What the next plan would change that people see, and all that it reports."""
    prepared, _ = machine.prepare(CHANGED)
    plan = prepared.plan
    assert plan.conflicts == ()
    return {_told(change) for change in plan.changes if not change.is_refresh} | {
        f"{note.verdict} {note.key} {note.name}" for note in plan.drift
    }


def _told(change: Change) -> str:
    return f"{change.action} {change.kind} {change.key} {dict(change.fields)} {change.other}"


def synced(folder: Path) -> Machine:
    """A machine that made the first sync, in a world of its own."""
    machine = World(folder).machine()
    assert all_applied(machine.sync(BEFORE))
    return machine


def requests_of_change(folder: Path) -> int:
    """How many requests the second sync takes."""
    machine = synced(folder)
    before = len(machine.world.sandbox.log)
    assert all_applied(machine.sync(CHANGED))
    return len(machine.world.sandbox.log) - before


@pytest.mark.parametrize("delivered", [True, False])
def test_undo_after_a_sync_that_was_killed(tmp_path: Path, delivered: bool) -> None:
    """At any request: everything is as it was, the same is pending, and a sync then settles."""
    for at in sample(requests_of_change(tmp_path / "counted"), 9, seed=delivered):
        machine = synced(tmp_path / f"{at}-{delivered}")
        before, plan = state_of(machine.world.sandbox), pending(machine)
        assert machine.dies(CHANGED, at, delivered=delivered, by=KilledError)
        if FileJournal(machine.folder).run_numbers() == (1,):
            continue  # it died before it began to write
        applied = undo(machine)
        assert applied is not None
        assert all_applied(applied), [o.reason for o in applied.outcomes if o.reason]
        assert differing(before, state_of(machine.world.sandbox)) == set(), at
        assert pending(machine) == plan, at
        assert all_applied(machine.sync(CHANGED))
        machine.settles(CHANGED)


@pytest.mark.parametrize("delivered", [True, False])
def test_an_undo_that_was_killed_is_finished_by_the_next(tmp_path: Path, delivered: bool) -> None:
    """At any request: what was restored already is restored with its base."""
    machine = synced(tmp_path / "counted")
    assert all_applied(machine.sync(CHANGED))
    start = len(machine.world.sandbox.log)
    undo(machine)
    count = len(machine.world.sandbox.log) - start
    for at in sample(count - 8, 5, seed=2 + delivered):
        machine = synced(tmp_path / f"{at}-{delivered}")
        before, plan = state_of(machine.world.sandbox), pending(machine)
        assert all_applied(machine.sync(CHANGED))
        undo(machine, dies_at=at, delivered=delivered)
        applied = undo(machine)
        assert applied is not None
        assert all_applied(applied), [o.reason for o in applied.outcomes if o.reason]
        assert differing(before, state_of(machine.world.sandbox)) == set(), at
        assert pending(machine) == plan, at
