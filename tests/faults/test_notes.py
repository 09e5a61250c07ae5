"""People act while a sync is at work, before any of its requests and in any of its waits.

Nothing of theirs is lost but what the one request writes over that is on its way already: no
client of GitHub can know of it.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests

from backlog_sync.core.model import DesiredState
from github_sandbox import faults
from github_sandbox.actors import Person
from github_sandbox.faults import Fault
from github_sandbox.models import Issue
from github_sandbox.problems import RefusalError
from tests.faults.harness import (
    FULL,
    MIDDLE,
    REPOSITORY,
    World,
    all_applied,
    requests_of,
    retitled,
    sample,
)

NOTE = "\n\nA note of mine."


def note(person: Person, number: int) -> None:
    """Write below everything."""
    person.edit(number, body=person.issue(number).body + NOTE)


def has_note(issue: Issue) -> bool:
    """Whether it is still there."""
    return NOTE.strip() in issue.body


@dataclass(frozen=True)
class Deed:
    """What somebody does, how one sees that it holds, and the mutation that writes over it."""

    act: Callable[[Person, int], object]
    holds: Callable[[Person, int], bool]
    mutation: str

    def on_its_way(self, sent: str, person: Person, number: int) -> bool:
        """Whether a request writes over it."""
        thing = person.card(number) if "Item" in self.mutation else person.issue(number)
        return f"{self.mutation}(" in sent and f'"{thing.node_id}"' in sent


DEEDS = {
    "note": Deed(note, lambda p, n: has_note(p.issue(n)), "updateIssue"),
    "title": Deed(
        lambda p, n: p.edit(n, title="Theirs"),
        lambda p, n: p.issue(n).title == "Theirs",
        "updateIssue",
    ),
    "state": Deed(
        lambda p, n: p.close(n, "not_planned"),
        lambda p, n: p.issue(n).state_reason == "NOT_PLANNED",
        "closeIssue",
    ),
    "value": Deed(
        lambda p, n: p.set_value(n, "Story Points", 13),
        lambda p, n: p.value(n, "Story Points") == 13,
        "updateProjectV2ItemFieldValue",
    ),
}


def opened(wanted: DesiredState, state: str = "open") -> DesiredState:
    """The same items, all said to be in a state."""
    items = (replace(i, fields={**i.fields, "state": state}) for i in wanted.items)
    return replace(wanted, items=tuple(items))


class Race:
    """A sync that changes every item, and somebody who does one thing to one issue meanwhile."""

    def __init__(self, folder: Path, before: DesiredState, number: int, deed: str) -> None:
        before = opened(before)
        self.wanted = opened(retitled(before), "completed" if deed == "state" else "open")
        self.world = World(folder)
        self.machine = self.world.machine()
        self.machine.limit = 10_000.0
        assert all_applied(self.machine.sync(before))
        self.person = Person(self.world.sandbox, "ann", repository=REPOSITORY)
        self.number, self.deed = number, DEEDS[deed]
        self.done = self.on_its_way = False

    def act(self) -> None:
        """Do it, once; note whether the request that writes over it is sent already."""
        if self.done:
            return
        self.done = True
        try:
            self.deed.act(self.person, self.number)
        except RefusalError:
            self.done = False  # closed already

    def before_request(self, at: int) -> None:
        """Have it done when the request with this number, from 1, was put together and sent."""
        seen = itertools.count(1)

        def gate(send: Callable[[], requests.Response]) -> requests.Response:
            if next(seen) == at:
                sent = self.machine.sending
                self.act()
                self.on_its_way = self.deed.on_its_way(sent, self.person, self.number)
            return send()

        self.machine.gate = gate

    def in_a_wait(self, fault: Fault, at: int) -> None:
        """Have it done in the first wait, for this trouble of the write with this number."""
        self.world.fail({at: fault}, writes_only=True)
        self.machine.meanwhile = self.act

    def holds(self) -> bool:
        """Whether what was done is still so."""
        return self.deed.holds(self.person, self.number)

    def run(self) -> bool:
        """Sync, see what became of it, and go on to peace; whether it was lost."""
        applied = self.machine.sync(self.wanted)
        self.machine.gate, self.machine.meanwhile = None, lambda: None
        self.world.fail({})
        holds = self.holds()
        stale = [o for o in applied.outcomes if o.result == "stale"]
        assert len(stale) <= 1
        assert not stale or holds
        if self.done and self.deed is DEEDS["note"]:
            assert all_applied(self.machine.sync(self.wanted))
            self.machine.settles(self.wanted)
            assert self.holds() == holds
        return self.done and not holds


def numbers_for(before: DesiredState, deed: str, some: int = 2) -> Sequence[int]:
    """Issues to do it to: all for the whole bars; an epic has no points."""
    every = [n for n, each in enumerate(before.items, 1) if deed != "value" or "." in each.key]
    made = creation_order(before)
    chosen = [made[every[n - 1] - 1] for n in sample(len(every), max(some, 2))]
    return chosen if FULL else chosen[:some]


def creation_order(before: DesiredState) -> list[int]:
    """The issue number of each item: parents are made before what stands below them."""
    depth = {"e": 0, "f": 1, "s": 2}
    order = sorted(range(len(before.items)), key=lambda n: depth[before.items[n].key[0]])
    numbers = {n: place for place, n in enumerate(order, 1)}
    return [numbers[n] for n in range(len(before.items))]


def requests_of_a_change(folder: Path, before: DesiredState, deed: str) -> tuple[int, int]:
    """How many requests the change takes, and how many of them write."""
    race = Race(folder / "counted", before, 1, deed)
    start = len(race.world.sandbox.log)
    assert all_applied(race.machine.sync(race.wanted))
    log = race.world.sandbox.log[start:]
    return len(log), sum(entry.writes for entry in log)


@pytest.mark.parametrize("deed", DEEDS)
def test_before_any_request(tmp_path: Path, deed: str) -> None:
    """Every issue, before every request: lost only where the write of it is on its way."""
    before = MIDDLE
    count, _ = requests_of_a_change(tmp_path, before, deed)
    races = lost = 0
    numbers = numbers_for(before, deed)
    for number in numbers:
        for at in range(1, count + 1):
            race = Race(tmp_path / f"{number}-{at}", before, number, deed)
            race.before_request(at)
            gone = race.run()
            assert not gone or race.on_its_way, (number, at)
            races, lost = races + 1, lost + gone
    assert 0 < lost <= len(numbers), f"{lost} of {races}"


def noted_while_new(world: World, wanted: DesiredState, key: str, at: int) -> tuple[bool, bool]:
    """A first sync; from its nth request on, the issue of this item gets a note once it is made.

    Gives whether it got one, and whether that was lost.
    """
    machine, seen = world.machine(), itertools.count(1)
    ann = Person(world.sandbox, "ann", repository=REPOSITORY)
    sent: list[str] = []

    def made() -> list[Issue]:
        return [issue for issue in world.issues() if f'"key":"{key}"' in issue.body]

    def gate(send: Callable[[], requests.Response]) -> requests.Response:
        if next(seen) >= at and made() and not sent:
            note(ann, made()[0].number)
            sent.append(machine.sending)
        return send()

    machine.gate = gate
    machine.sync(wanted)
    machine.gate = None
    (there,) = made()
    lost = bool(sent) and not has_note(there)
    assert not lost or ("updateIssue" in sent[0] and f'"{there.node_id}"' in sent[0])
    machine.sync(wanted)
    machine.settles(wanted)
    return bool(sent), lost


def test_before_any_request_of_a_first_sync(tmp_path: Path) -> None:
    """An issue that was just made gets a note before the run writes its text once more."""
    wanted = MIDDLE
    count = len(requests_of(wanted, tmp_path))
    for nth in sample(len(wanted.items), 2):
        key, lost = wanted.items[nth - 1].key, 0
        for at in sample(count, 8):
            world = World(tmp_path / f"{nth}-{at}")
            lost += noted_while_new(world, wanted, key, at)[1]
        assert lost <= 1


WAITS = {
    "retry-after": faults.secondary_limit(retry_after=60.0),
    "limit without a time": faults.secondary_limit(status=429),
    "hour": faults.primary_limit(),
    "too quick": faults.submitted_too_quickly(),
    "502": faults.bad_gateway(502),
    "504, carried out": faults.bad_gateway(504, delivered=True),
    "half carried out": faults.resource_limits(ran=2),
    "closed, carried out": faults.answer_lost(),
    "closed": faults.not_delivered(),
}


SOME = [(kind, "note") for kind in WAITS] + [("retry-after", deed) for deed in DEEDS]
EVERY = [(kind, deed) for kind in WAITS for deed in DEEDS]


@pytest.mark.parametrize(("kind", "deed"), EVERY if FULL else list(dict.fromkeys(SOME)))
def test_during_any_wait(tmp_path: Path, kind: str, deed: str) -> None:
    """Every issue, while any write of the run waits for whatever reason: nothing is lost."""
    before = MIDDLE
    _, writes = requests_of_a_change(tmp_path, before, deed)
    waited = 0
    for number in numbers_for(before, deed, 1):
        for at in range(1, writes + 1):
            race = Race(tmp_path / f"{number}-{at}", before, number, deed)
            race.in_a_wait(WAITS[kind], at)
            assert not race.run(), (number, at)
            waited += race.done
    assert waited > writes / 2
