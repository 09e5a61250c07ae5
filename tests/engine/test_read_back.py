"""What this machine remembers meets what lists show: seen, waited for, or never made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.intents import Intent
from backlog_sync.core.marker import Marker
from backlog_sync.core.observed import (
    Coverage,
    NewBoard,
    ObservedIssue,
    ObservedState,
    SavedIterations,
)
from backlog_sync.core.run_record import Overwritten, RunRecord
from backlog_sync.engine.ports import ReadScope
from backlog_sync.engine.read_back import WINDOW, recall
from tests.core.builders import BACKLOG
from tests.core.builders import issue as bare
from tests.engine.memory import MemoryTracker


@dataclass(slots=True)
class Notes:
    """A journal in memory."""

    intents: dict[str, Intent] = field(default_factory=dict)

    def saved_iterations(self) -> tuple[SavedIterations, ...]:
        """Nothing."""
        return ()

    def save_iterations(self, saved: SavedIterations) -> None:
        """Nobody extends iterations here."""
        raise AssertionError(saved)

    def forget_iterations(self, field_id: str) -> None:
        """Nobody extends iterations here."""
        raise AssertionError(field_id)

    def new_board(self) -> NewBoard | None:
        """None."""
        return None

    def save_new_board(self, board: NewBoard) -> None:
        """Nobody creates boards here."""
        raise AssertionError(board)

    def forget_new_board(self) -> None:
        """Nothing."""

    def open_intents(self) -> tuple[Intent, ...]:
        """All that were not closed."""
        return tuple(self.intents.values())

    def run_numbers(self) -> tuple[int, ...]:
        """None."""
        return ()

    def run(self, number: int | None = None) -> None:
        """None."""

    def record_text(self) -> str:
        """Nothing."""
        return ""

    def restoring(self, run: RunRecord, identities: Sequence[str]) -> None:
        """Nothing."""

    def redone(self, run: RunRecord, identities: Sequence[str]) -> None:
        """Nothing is redone here."""

    def undone(self, run: RunRecord) -> None:
        """Nothing."""

    def overwrite(self, entries: Sequence[Overwritten]) -> None:
        """Nothing."""

    def unwritten(self, entries: Sequence[Overwritten]) -> None:
        """Nothing."""

    def begin(self, backlog: str, at: float) -> None:
        """Nothing."""

    def intend(self, intents: Sequence[Intent]) -> None:
        """Remember."""
        self.intents |= {intent.nonce: intent for intent in intents}

    def confirm(self, nonce: str, number: int, issue_id: str) -> None:
        """Remember."""
        self.intents[nonce] = replace(self.intents[nonce], number=number, id=issue_id)

    def close(self, nonces: Sequence[str]) -> None:
        """Forget."""
        for nonce in nonces:
            self.intents.pop(nonce, None)


@dataclass(slots=True)
class Clock:
    """Time that passes when somebody sleeps; `then` happens at moments."""

    time: float = 1000.0
    then: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def now(self) -> float:
        """The time."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds
        for moment, what in self.then:
            if moment <= self.time:
                what()


def made(number: int, key: str, nonce: str) -> ObservedIssue:
    """An issue with our marker."""
    marker = Marker(BACKLOG, key, nonce)
    body = body_block.join(body_block.SplitBody("", "", (), marker))
    return bare(number, f"Title of {key}", body=body)


def intent(key: str, at: float = 1000.0, **more: object) -> Intent:
    """One that was to be made; its nonce is its key."""
    return Intent(BACKLOG, key, key, f"Title of {key}", at, **more)  # type: ignore[arg-type] # number and id


def look(
    tracker: MemoryTracker, notes: Notes, clock: Clock | None
) -> tuple[ObservedState, list[int]]:
    """Recall onto an empty list; give the observation and its numbers."""
    observed = replace(tracker.observe(ReadScope()), issues=())
    found = recall(observed, tracker, notes, clock)
    return found, [issue.number for issue in found.issues]


def test_what_lists_show_is_closed() -> None:
    """Nothing is asked for."""
    tracker, notes, clock = MemoryTracker(), Notes({"a": intent("a")}), Clock()
    tracker.add(made(1, "a", "a"))
    observed = tracker.observe(ReadScope())
    assert recall(observed, tracker, notes, clock) is not None
    assert notes.intents == {}
    assert clock.time == 1000.0


def test_what_was_confirmed_is_read_by_its_id() -> None:
    """The list does not show it yet: it is there all the same, and stays remembered."""
    tracker, clock = MemoryTracker(), Clock()
    tracker.add(made(1, "a", "a"))
    notes = Notes({"a": intent("a", number=1, id="I_1")})
    _, numbers = look(tracker, notes, clock)
    assert numbers == [1]
    assert list(notes.intents) == ["a"]
    assert clock.time == 1000.0


def test_what_was_deleted_since_is_forgotten() -> None:
    """Its id leads nowhere: GitHub had confirmed it, so there is nothing to wait for."""
    notes, clock = Notes({"a": intent("a", number=1, id="I_1")}), Clock()
    _, numbers = look(MemoryTracker(), notes, clock)
    assert (numbers, notes.intents) == ([], {})
    assert clock.time == 1000.0


def test_an_id_that_leads_to_something_else_is_not_believed() -> None:
    """A sandbox was reset, a repository was moved: another issue has that id."""
    tracker = MemoryTracker()
    tracker.add(made(1, "b", "other"))
    tracker.add(replace(made(2, "c", "c"), repository="octo-org/elsewhere"))
    notes = Notes({"a": intent("a", number=1, id="I_1"), "c": intent("c", number=2, id="I_2")})
    _, numbers = look(tracker, notes, None)
    assert numbers == []


@pytest.mark.parametrize("after", [0.5, 20, 60, 89])
def test_what_is_in_doubt_is_waited_for(after: float) -> None:
    """With growing pauses, until the list shows it."""
    tracker, clock = MemoryTracker(), Clock()
    notes = Notes({"a": intent("a")})
    clock.then.append((1000 + after, lambda: tracker.add(made(1, "a", "a"))))
    _, numbers = look(tracker, notes, clock)
    assert numbers == [1]
    assert notes.intents == {}
    assert after <= clock.time - 1000 <= after + 20


def test_what_never_came_is_made_again() -> None:
    """After the window it cannot be on its way: it counts as never made."""
    notes, clock = Notes({"a": intent("a")}), Clock()
    _, numbers = look(MemoryTracker(), notes, clock)
    assert (numbers, notes.intents) == ([], {})
    assert clock.time == 1000 + WINDOW


def test_only_the_rest_of_the_window_is_waited() -> None:
    """A minute went by before somebody ran it again."""
    clock = Clock()
    look(MemoryTracker(), Notes({"a": intent("a", at=940.0)}), clock)
    assert clock.time == 940 + WINDOW


def test_old_ones_are_not_waited_for() -> None:
    """Yesterday's run."""
    clock, notes = Clock(), Notes({"a": intent("a", at=-80_000.0)})
    look(MemoryTracker(), notes, clock)
    assert (clock.time, notes.intents) == (1000.0, {})


@pytest.mark.parametrize("at", [1000.5, 5000.0, 1e11, 253_402_300_000.0])
def test_a_clock_that_was_wrong_keeps_nobody(at: float) -> None:
    """An intent from the future was sent before the run began: 90 s from then on are enough."""
    clock, notes = Clock(), Notes({"a": intent("a", at=at), "b": intent("b", at=5000.0)})
    _, numbers = look(MemoryTracker(), notes, clock)
    assert (numbers, notes.intents) == ([], {})
    assert clock.time == 1000 + WINDOW


def test_what_turns_up_is_seen_whatever_the_clock_said() -> None:
    """The list shows it within the window: it is not made again."""
    tracker, clock = MemoryTracker(), Clock()
    notes = Notes({"a": intent("a", at=9e9)})
    clock.then.append((1080.0, lambda: tracker.add(made(1, "a", "a"))))
    _, numbers = look(tracker, notes, clock)
    assert (numbers, notes.intents) == ([1], {})


def test_a_plan_neither_waits_nor_notes() -> None:
    """Without a clock what is certain is taken into account, the rest is left as it is."""
    tracker = MemoryTracker()
    tracker.add(made(1, "a", "a"))
    notes = Notes({"a": intent("a", number=1, id="I_1"), "b": intent("b")})
    _, numbers = look(tracker, notes, None)
    assert numbers == [1]
    assert set(notes.intents) == {"a", "b"}


def test_half_a_list_proves_nothing() -> None:
    """Nothing is created on it, so nothing is waited for or closed."""
    notes, clock = Notes({"a": intent("a", at=0.0)}), Clock()
    observed = replace(MemoryTracker().observe(ReadScope()), coverage=Coverage(complete=False))
    assert recall(observed, MemoryTracker(), notes, clock) is observed
    assert set(notes.intents) == {"a"}


def test_a_copy_of_what_is_looked_for_is_not_taken_for_it() -> None:
    """Somebody duplicated it by hand before the list showed it to us: the first one is ours."""
    tracker, notes = MemoryTracker(), Notes({"a": intent("a")})
    tracker.add(made(1, "a", "a"))
    tracker.add(made(2, "a", "a"))
    _, numbers = look(tracker, notes, Clock())
    assert numbers == [1]
