"""People act while a sync is at work, before any of its requests and in any of its waits.

Nothing of theirs is lost but what the one request writes over that is on its way already: no
client of GitHub can know of it.
"""

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import requests

from backlog_sync.core.model import DesiredState
from backlog_sync.sandbox import faults
from backlog_sync.sandbox.faults import Fault
from backlog_sync.sandbox.models import Issue
from backlog_sync.sandbox.people import Person
from tests.faults.harness import (
    FULL,
    MIDDLE,
    REPOSITORY,
    WHOLE,
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


def rename(person: Person, number: int) -> None:
    """Give it another title."""
    person.edit(number, title="Theirs")


def is_renamed(issue: Issue) -> bool:
    """Whether it still is."""
    return issue.title == "Theirs"


DEEDS: Mapping[str, tuple[Callable[[Person, int], None], Callable[[Issue], bool]]] = {
    "note": (note, has_note),
    "title": (rename, is_renamed),
}


class Race:
    """A sync that changes every item, and somebody who does one thing to one issue meanwhile."""

    def __init__(self, folder: Path, before: DesiredState, number: int, deed: str) -> None:
        self.wanted = retitled(before)
        self.world = World(folder)
        self.machine = self.world.machine()
        self.machine.limit = 10_000.0
        assert all_applied(self.machine.sync(before))
        self.person = Person(self.world.sandbox, "ann", repository=REPOSITORY)
        self.number, self.deed = number, deed
        self.done = self.on_its_way = False

    def act(self) -> None:
        """Do it, once; note whether the request that writes over it is sent already."""
        if self.done:
            return
        self.done = True
        DEEDS[self.deed][0](self.person, self.number)

    def before_request(self, at: int) -> None:
        """Have it done when the request with this number, from 1, was put together and sent."""
        seen = itertools.count(1)

        def gate(send: Callable[[], requests.Response]) -> requests.Response:
            if next(seen) == at:
                self.act()
                sent = self.machine.sending
                self.on_its_way = "updateIssue" in sent and f'"{self.issue.node_id}"' in sent
            return send()

        self.machine.gate = gate

    def in_a_wait(self, fault: Fault, at: int) -> None:
        """Have it done in the first wait, for this trouble of the write with this number."""
        self.world.fail({at: fault}, writes_only=True)
        self.machine.meanwhile = self.act

    @property
    def issue(self) -> Issue:
        """The issue that is fought for."""
        return self.person.issue(self.number)

    def run(self) -> bool:
        """Sync, see what became of it, and go on to peace; whether it was lost."""
        applied = self.machine.sync(self.wanted)
        self.machine.gate, self.machine.meanwhile = None, lambda: None
        self.world.fail({})
        holds = DEEDS[self.deed][1](self.issue)
        stale = [o for o in applied.outcomes if o.result == "stale"]
        assert len(stale) <= 1
        assert not stale or holds
        if self.done and self.deed == "note":
            assert all_applied(self.machine.sync(self.wanted))
            self.machine.settles(self.wanted)
            assert has_note(self.issue) == holds
        return self.done and not holds


def requests_of_a_change(folder: Path, before: DesiredState) -> tuple[int, int]:
    """How many requests the change takes, and how many of them write."""
    race = Race(folder / "counted", before, 1, "note")
    start = len(race.world.sandbox.log)
    assert all_applied(race.machine.sync(race.wanted))
    log = race.world.sandbox.log[start:]
    return len(log), sum(entry.writes for entry in log)


@pytest.mark.parametrize("deed", DEEDS)
def test_before_any_request(tmp_path: Path, deed: str) -> None:
    """Every issue, before every request: lost only where the write of it is on its way."""
    before = WHOLE if FULL else MIDDLE
    count, _ = requests_of_a_change(tmp_path, before)
    races = lost = 0
    for number in sample(len(before.items), 3):
        for at in range(1, count + 1):
            race = Race(tmp_path / f"{number}-{at}", before, number, deed)
            race.before_request(at)
            gone = race.run()
            assert race.done
            assert not gone or race.on_its_way, (number, at)
            races, lost = races + 1, lost + gone
    assert lost == len(sample(len(before.items), 3)), f"{lost} of {races}"


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
    wanted = WHOLE if FULL else MIDDLE
    count = len(requests_of(wanted, tmp_path))
    for nth in sample(len(wanted.items), 3):
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


@pytest.mark.parametrize("deed", DEEDS if FULL else ["note"])
@pytest.mark.parametrize("kind", WAITS)
def test_during_any_wait(tmp_path: Path, kind: str, deed: str) -> None:
    """Every issue, while any write of the run waits for whatever reason: nothing is lost."""
    before = WHOLE if FULL else MIDDLE
    _, writes = requests_of_a_change(tmp_path, before)
    waited = 0
    for number in sample(len(before.items), 2, seed=len(kind)):
        for at in range(1, writes + 1):
            race = Race(tmp_path / f"{number}-{at}", before, number, deed)
            race.in_a_wait(WAITS[kind], at)
            assert not race.run(), (number, at)
            waited += race.done
    assert waited > writes / 2
