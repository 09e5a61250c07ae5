"""Iterations are extended, and whatever ends the run, every card has its own again."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from backlog_sync.core.changes import ExtendIterations, RestoreIterations
from backlog_sync.core.estimate import estimate
from backlog_sync.core.model import BoardFieldDef, DesiredState, ProjectSpec
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.plan import Result
from backlog_sync.core.undo import undo_plan
from backlog_sync.engine.ports import ReadScope
from backlog_sync.engine.reconcile import observe
from github_sandbox import boards, faults
from github_sandbox.actors import Person
from github_sandbox.app import LogEntry
from github_sandbox.clock import VirtualClock
from github_sandbox.features import Features
from github_sandbox.models import Field, Item, Project
from tests.core.builders import desired, item
from tests.faults.harness import (
    FULL,
    REPOSITORY,
    SPRINT,
    KilledError,
    Machine,
    World,
    all_applied,
    sample,
)
from tests.faults.test_lost_answers import LOST
from tests.faults.turns import interleave

EXTEND = PlanOptions(extend_iterations=True)
TODAY = datetime(2026, 1, 21, tzinfo=UTC)
"""In the second sprint."""
LONGER = replace(SPRINT, count=5)


def backlog(sprint: BoardFieldDef) -> DesiredState:
    """Three stories, of which the first is in a sprint that is over."""
    board = ProjectSpec("octo-org", title="Widgets", fields=(sprint,))
    sprints = {"a": "Sprint 1", "b": "Sprint 3", "c": "Sprint 2"}
    items = [item(key, key.upper(), board={"Sprint": sprints[key]}) for key in "abc"]
    return desired(*items, project=board)


BEFORE, AFTER = backlog(SPRINT), backlog(LONGER)


def field_of(world: World) -> Field:
    """The field."""
    (project,) = world.sandbox.store.projects[world.sandbox.store.accounts["octo-org"].id].values()
    found = boards.find_field(world.sandbox.store, project, "Sprint")
    assert found is not None
    return found


def cards(world: World) -> dict[str, str | None]:
    """The start of the iteration of each card, by its title, archived ones too."""
    store, field = world.sandbox.store, field_of(world)
    starts = {each["id"]: each["start"] for each in field.iterations}
    found: dict[str, str | None] = {}
    for card in boards.items_of(store, store.get(Project, field.project), archived=True):
        issue = store.records.get(card.content) if card.content else None
        title = str(getattr(issue, "title", None) or card.draft_title)
        value = card.values.get(str(field.id))
        found[title] = starts[value["value"]] if value else None
    return found


def starts(world: World) -> list[str]:
    """The start dates of the field's iterations."""
    return [each["start"] for each in field_of(world).iterations]


def ann_of(world: World) -> Person:
    """Somebody who works on the pages."""
    return Person(world.sandbox, "ann", repository=REPOSITORY)


def put(world: World, card: Item, title: str) -> None:
    """Somebody gives a card an iteration."""
    store, field = world.sandbox.store, field_of(world)
    project = store.get(Project, field.project)
    value = boards.value_input(field, title)
    boards.set_value(store, ann_of(world).viewer, project, card, field, value)


def synced(folder: Path) -> tuple[World, Machine, dict[str, str | None]]:
    """A board with three cards of ours, one of somebody else, and a draft: all in sprints."""
    world = World(folder, clock=VirtualClock(TODAY))
    machine = world.machine()
    assert all_applied(machine.sync(BEFORE))
    ann = ann_of(world)
    other = ann.open_issue("Not of the file")
    put(world, ann.add_card(other.number), "Sprint 2")
    store = world.sandbox.store
    project = store.get(Project, field_of(world).project)
    put(world, boards.add_draft(store, ann.viewer, project, "A draft", ""), "Sprint 3")
    return world, machine, cards(world)


def test_iterations_are_extended_and_every_card_keeps_its_own(tmp_path: Path) -> None:
    """Past iterations and cards of others too; without the flag nothing is sent; then silence."""
    world, machine, before = synced(tmp_path)
    assert set(before.values()) == {"2026-01-05", "2026-01-19", "2026-02-02"}
    prepared, _ = machine.prepare(AFTER)
    assert prepared.plan.changes == ()
    (deferred,) = prepared.plan.deferred
    assert "--extend-iterations" in deferred.hint
    machine.options = EXTEND
    prepared, _ = machine.prepare(AFTER)
    (change,) = prepared.plan.changes
    assert isinstance(change, ExtendIterations)
    assert change.fields["values"].before == "5 cards"
    sent = len(world.sandbox.log)
    expected = estimate(prepared.plan).requests
    applied = machine.sync(AFTER)
    assert all_applied(applied)
    read_for_the_plan = 4
    assert len(world.sandbox.log) - sent - read_for_the_plan == expected
    assert starts(world) == ["2026-01-05", "2026-01-19", "2026-02-02", "2026-02-16", "2026-03-02"]
    assert cards(world) == before
    record = machine.journal(applied.observed).run()
    assert record is not None
    undo = undo_plan(applied.observed, record).plan
    assert (
        undo.changes,
        ["the iterations of Sprint were" in w.message for w in undo.warnings],
    ) == ((), [True])
    machine.settles(AFTER)
    machine.options = PLAIN
    machine.settles(AFTER)
    assert list(machine.folder.glob("iterations-*")) == []


@pytest.mark.parametrize(
    ("delivered", "by"), [(False, KilledError), (True, KilledError), (True, KeyboardInterrupt)]
)
def test_a_run_that_ends_anywhere_is_resumed(
    tmp_path: Path, delivered: bool, by: type[BaseException]
) -> None:
    """The next sync, with no flag, sets again what is missing; a third one changes nothing."""
    world, machine, before = synced(tmp_path)
    machine.options = EXTEND
    sent = len(world.sandbox.log)
    assert all_applied(machine.sync(AFTER))
    count = len(world.sandbox.log) - sent
    for n, at in enumerate(sample(count, 5), 6):
        longer = backlog(replace(SPRINT, count=n))
        end_at(machine, longer, at, delivered=delivered, by=by)
        machine.options = PLAIN
        applied = machine.sync(longer)
        assert applied.stopped is None, at
        assert [o.result for o in applied.outcomes if o.result is not Result.APPLIED] == [], at
        assert cards(world) == before, at
        assert list(machine.folder.glob("iterations-*")) == [], at
        machine.settles(longer)
        machine.options = EXTEND
        machine.sync(longer)
        assert (len(starts(world)), cards(world)) == (n, before), at
        machine.settles(longer)


def end_at(
    machine: Machine, wanted: DesiredState, at: int, *, delivered: bool, by: type[BaseException]
) -> None:
    """A run that ends at a request: killed, or in order by Ctrl-C."""
    with suppress(KeyboardInterrupt):
        ended = machine.dies(wanted, at, delivered=delivered, by=by)
        assert ended or by is KeyboardInterrupt


@pytest.mark.parametrize("delivered", [True, False])
def test_a_run_that_extends_for_a_word_is_resumed(tmp_path: Path, delivered: bool) -> None:
    """Every two weeks `@next` needs one more; a card that somebody moves meanwhile stays there."""
    world, machine, before = synced(tmp_path)
    assert all_applied(machine.sync(following()))
    ann, kept = ann_of(world), {"C", "Not of the file", "A draft"}
    for n, at in enumerate(sample(16, 5, 2 + delivered), 4):
        world.clock.sleep(14 * 86_400)
        machine.options = EXTEND
        end_at(machine, following(), at, delivered=delivered, by=KilledError)
        if n == 5:
            card = world.sandbox.store.cards[ann.issue(3).id][field_of(world).project]
            put(world, card, "Sprint 1")
            before |= {"C": "2026-01-05"}
        machine.options = PLAIN
        machine.sync(following())
        assert list(machine.folder.glob("iterations-*")) == [], at
        assert {title: cards(world)[title] for title in kept} == {t: before[t] for t in kept}, at
        machine.options = EXTEND
        assert machine.sync(following()).stopped is None
        assert (cards(world)["A"], len(starts(world))) == (starts(world)[-1], n), at
        machine.settles(following())


def test_a_card_that_is_refused_keeps_its_saved_iteration(tmp_path: Path) -> None:
    """The run says which card lacks its own; the next sync sets it from the same file."""
    world, machine, before = synced(tmp_path)
    machine.options = EXTEND
    sent = len(world.sandbox.log)
    prepared, tracker = machine.prepare(AFTER)
    send = next(
        n
        for n, entry in enumerate(_requests_of_extending(tmp_path / "counted"), 1)
        if entry.mutations > 1
    )
    world.fail({send - (len(world.sandbox.log) - sent): faults.partial(1)})
    applied = machine.finish(prepared, tracker)
    world.fail({})
    (failed,) = [o for o in applied.outcomes if o.result is Result.FAILED]
    assert "lacks its iteration" in failed.reason
    assert list(cards(world).values()).count(None) == 1
    assert len(list(machine.folder.glob("iterations-*"))) == 1
    machine.options = PLAIN
    assert all_applied(machine.sync(AFTER))
    assert cards(world) == before
    machine.settles(AFTER)


def _requests_of_extending(folder: Path) -> list[LogEntry]:
    world, machine, _ = synced(folder)
    machine.options = EXTEND
    sent = len(world.sandbox.log)
    assert all_applied(machine.sync(AFTER))
    return list(world.sandbox.log)[sent:]


SEEDS = range(150) if FULL else range(6)


def extended_at_once(folder: Path, seed: int) -> bool:
    """Two machines extend, then run once more; whether both sent the iterations."""
    world, one, before = synced(folder)
    two = world.machine("two")
    one.options = two.options = EXTEND
    sent = len(world.sandbox.log)
    interleave([(one, lambda: one.sync(AFTER)), (two, lambda: two.sync(AFTER))], seed)
    log = world.sandbox.log[sent:]
    for machine in (one, two):
        assert machine.sync(AFTER).stopped is None, seed
    assert (len(starts(world)), cards(world)) == (5, before), seed
    for machine in (one, two):
        machine.settles(AFTER)
        assert list(machine.folder.glob("iterations-*")) == [], seed
    return sum(entry.operation == "UpdateBoardField" for entry in log) > 1


def test_two_machines_extend_at_once(tmp_path: Path) -> None:
    """Whoever comes later sends nothing, or sets again what the other one cleared."""
    for seed in SEEDS:
        extended_at_once(tmp_path / f"{seed}", seed)


def moved_meanwhile(folder: Path, at: int) -> None:
    """Somebody moves a card after a request of an extension.

    Setting a value takes no precondition: what they do in the request before that is overwritten.
    """
    world, machine, before = synced(folder)
    machine.options = EXTEND
    ann, field = ann_of(world), field_of(world)
    card = world.sandbox.store.cards[ann.issue(2).id][field.project]
    sure: list[bool] = []

    def gate(send: Callable[[], requests.Response]) -> requests.Response:
        answer = send()
        sure.append(len(starts(world)) == 5 and "CardsStanding" not in machine.sending)
        if len(sure) == at:
            put(world, card, "Sprint 1")
        return answer

    machine.gate = gate
    machine.sync(AFTER)
    machine.gate = None
    hers, now = "2026-01-05", cards(world)
    assert {**now, "B": None} == {**before, "B": None}, at
    assert now["B"] == hers or (now["B"] == before["B"] and sure[at - 1 : at] != [True]), at
    assert list(machine.folder.glob("iterations-*")) == [], at


def test_people_move_cards_while_iterations_are_extended(tmp_path: Path) -> None:
    """A card that somebody moves after the iterations arrived stays there; no other one moves."""
    for at in range(1, 20) if FULL else range(5, 20, 3):
        moved_meanwhile(tmp_path / f"{at}", at)


@pytest.mark.parametrize("delivered", [True, False])
def test_a_lost_answer_is_read_back_and_never_sent_again(tmp_path: Path, delivered: bool) -> None:
    """The configuration goes out once in a run, whether it arrived or not."""
    world, machine, before = synced(tmp_path)
    machine.options = EXTEND
    sent: list[bool] = []

    def gate(send: object) -> object:
        if "iterationConfiguration" in machine.sending:
            sent.append(True)
            if delivered:
                send()  # type: ignore[operator]
            raise requests.ConnectionError("the connection was closed")
        return send()  # type: ignore[operator]

    machine.gate = gate  # type: ignore[assignment]
    applied = machine.sync(AFTER)
    machine.gate = None
    assert sent == [True]
    assert cards(world) == before
    (outcome,) = [o for o in applied.outcomes if isinstance(o.change, ExtendIterations)]
    assert outcome.result is (Result.APPLIED if delivered else Result.FAILED)
    assert len(starts(world)) == (5 if delivered else 3)
    assert all_applied(machine.sync(AFTER))
    assert cards(world) == before
    machine.settles(AFTER)


LOST_WRITES = [(kind, at) for kind in LOST for at in (1, 2)]


@pytest.mark.parametrize(
    ("kind", "at"), LOST_WRITES if FULL else random.Random(3).sample(LOST_WRITES, 5)
)
def test_a_lost_answer_of_either_write_loses_no_iteration(
    tmp_path: Path, kind: str, at: int
) -> None:
    """The list of iterations, or the values: the same run or the next one sets all of them."""
    world, machine, before = synced(tmp_path)
    machine.options = EXTEND
    world.fail({at: LOST[kind]}, writes_only=True)
    machine.sync(AFTER)
    assert all_applied(machine.sync(AFTER))
    assert (len(starts(world)), cards(world)) == (5, before)
    machine.settles(AFTER)


def test_a_value_that_somebody_set_since_is_kept(tmp_path: Path) -> None:
    """The resume restores only cards without a value, and takes nothing into the plan before."""
    world, machine, before = synced(tmp_path)
    machine.options = EXTEND
    assert dies_after_sending(machine)
    assert set(cards(world).values()) == {None}
    store, ann = world.sandbox.store, ann_of(world)
    put(world, store.cards[ann.issue(1).id][field_of(world).project], "Sprint 5")
    machine.options = PLAIN
    prepared, tracker = machine.prepare(BEFORE)
    assert [type(change) for change in prepared.plan.changes] == [RestoreIterations]
    scope = ReadScope.for_backlog(BEFORE, full=True)
    shown = observe(BEFORE, tracker, scope, machine.journal).issues
    assert [i.card.values["Sprint"] for i in shown if i.card] == [
        "Sprint 5", "Sprint 3", "Sprint 2", "Sprint 2",
    ]  # fmt: skip
    (warned,) = [w for w in prepared.plan.warnings if w.slug == "iterations-pending"]
    assert "backlog sync" in warned.hint
    machine.sync(AFTER)
    assert cards(world) == before | {"A": "2026-03-02"}


def test_an_archived_card_is_named(tmp_path: Path) -> None:
    """GitHub refuses values on it: the plan says so before, the outcome after."""
    world, machine, before = synced(tmp_path)
    ann_of(world).archive_card(4)
    machine.options = EXTEND
    prepared, _ = machine.prepare(AFTER)
    assert ["Not of the file" in w.message for w in prepared.plan.warnings] == [True]
    (outcome,) = machine.sync(AFTER).outcomes
    assert outcome.result is Result.APPLIED
    assert "Not of the file (Sprint 2)" in outcome.reason
    assert cards(world) == before | {"Not of the file": None}
    machine.settles(AFTER)


def test_a_server_that_cannot_list_archived_cards(tmp_path: Path) -> None:
    """The others are saved and set again; the plan says what it cannot see."""
    world, machine, before = synced(tmp_path)
    world.sandbox.features = Features(archived_cards=False)
    machine.options = EXTEND
    (warned,) = machine.prepare(AFTER)[0].plan.warnings
    assert warned.slug == "archived-card"
    assert warned.message.startswith("this server does not list archived cards")
    assert all_applied(machine.sync(AFTER))
    assert cards(world) == before


def test_iterations_that_somebody_changes_meanwhile_are_not_sent(tmp_path: Path) -> None:
    """The plan is stale: nothing is sent, and no card loses anything."""
    world, machine, _ = synced(tmp_path)
    machine.options = EXTEND
    prepared, tracker = machine.prepare(AFTER)
    field = field_of(world)
    field.iterations = [{**each, "title": f"{each['title']}!"} for each in field.iterations]
    now = cards(world)
    (outcome,) = machine.finish(prepared, tracker).outcomes
    assert outcome.result is Result.STALE
    assert cards(world) == now


def test_cards_that_cannot_be_read_are_deferred_in_the_plan(tmp_path: Path) -> None:
    """A card that leaves the board between two pages hides another one: nothing is sent."""
    world, machine, before = synced(tmp_path)
    machine.options = EXTEND
    project = world.sandbox.store.get(Project, field_of(world).project)
    (extra,) = [c for c in boards.items_of(world.sandbox.store, project) if c.draft_title]

    def gate(send: Callable[[], requests.Response]) -> requests.Response:
        answer = send()
        if "IterationCards" in machine.sending:
            read = answer.json()
            read["data"]["node"]["items"]["totalCount"] += 1
            answer._content = json.dumps(read).encode()
        return answer

    machine.gate = gate
    prepared, _ = machine.prepare(AFTER)
    machine.gate = None
    (deferred,) = prepared.plan.deferred
    assert deferred.reason.startswith("5 of the board's 6 cards could be read, so no iterations")
    assert (prepared.plan.changes, cards(world)) == ((), before)
    assert extra is not None


RAN_OUT = datetime(2026, 3, 18, tzinfo=UTC)
"""After the last of three sprints, and after one that would follow."""


def following(count: int = 3) -> DesiredState:
    """The stories of `backlog`, one of them always in the next sprint, one in the current one."""
    wanted = backlog(replace(SPRINT, count=count))
    words = {"a": "@next", "b": "@current"}
    items = (
        replace(each, board={"Sprint": words.get(each.key, "Sprint 2")}) for each in wanted.items
    )
    return replace(wanted, items=tuple(items))


def test_words_get_the_iterations_that_they_need(tmp_path: Path) -> None:
    """Only with the option, and only if the board has run out; then there is silence."""
    world, machine, before = synced(tmp_path)
    machine.options = EXTEND
    assert all_applied(machine.sync(following()))
    assert (len(starts(world)), cards(world)["A"]) == (3, "2026-02-02")
    world.clock.sleep((RAN_OUT - TODAY).total_seconds())
    machine.options = PLAIN
    prepared, _ = machine.prepare(following())
    assert prepared.plan.changes == ()
    assert {d.hint for d in prepared.plan.deferred} == {
        "use --extend-iterations, which adds Sprint 4 (from 2026-02-16) and 3 more, or name an"
        " iteration"
    }
    machine.options = EXTEND
    assert all_applied(machine.sync(following()))
    assert starts(world)[3:] == ["2026-02-16", "2026-03-02", "2026-03-16", "2026-03-30"]
    moved = {"A": "2026-03-30", "B": "2026-03-16"}
    assert cards(world) == before | moved
    machine.settles(following())
    # The same with the declared count raised to less than what is there.
    assert all_applied(machine.sync(following(5)))
    assert (len(starts(world)), cards(world)) == (7, before | moved)


def test_finished_items_need_no_iteration(tmp_path: Path) -> None:
    """A closed issue stays where it is: no card is cleared on its behalf."""
    world, machine, _ = synced(tmp_path)
    assert all_applied(machine.sync(following()))
    for number in (1, 2):
        ann_of(world).close(number)
    machine.sync(following())
    world.clock.sleep((RAN_OUT - TODAY).total_seconds())
    machine.options = EXTEND
    assert machine.sync(following()).usage.mutations == 0
    assert len(starts(world)) == 3


def test_a_new_field_has_the_iterations_that_words_need(tmp_path: Path) -> None:
    """Creating them clears nothing, and is asked for by the same option."""
    world = World(tmp_path, clock=VirtualClock(RAN_OUT))
    machine = world.machine()
    machine.options = EXTEND
    assert all_applied(machine.sync(following()))
    assert len(starts(world)) == 7
    assert cards(world) == {"A": "2026-03-30", "B": "2026-03-16", "C": "2026-01-19"}
    machine.settles(following())


def dies_after_sending(machine: Machine) -> bool:
    """A run that is killed right after the configuration arrived."""

    def gate(send: object) -> object:
        answer = send()  # type: ignore[operator]
        if "iterationConfiguration" in machine.sending:
            raise KilledError
        return answer

    machine.gate = gate  # type: ignore[assignment]
    try:
        machine.sync(AFTER)
    except KilledError:
        return True
    finally:
        machine.gate = None
    return False
