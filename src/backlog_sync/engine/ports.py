"""What the use cases need from outside. Adapters satisfy these structurally."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from backlog_sync.core.checkout import Checkout
from backlog_sync.core.doctor import Examination
from backlog_sync.core.facts import Conversation, FeedbackRef
from backlog_sync.core.intents import Intent
from backlog_sync.core.locations import others_of
from backlog_sync.core.lookups import Questions
from backlog_sync.core.model import (
    Coverage,
    DesiredItem,
    DesiredState,
    ObservedIssue,
    ObservedState,
    ProjectSpec,
)
from backlog_sync.core.operations import Operation, Reply
from backlog_sync.core.plan import Usage
from backlog_sync.core.reading import numbers_of
from backlog_sync.core.run_record import Overwritten, RunRecord


@dataclass(frozen=True, slots=True)
class ReadScope:
    """What a read must bring: the board to look for, if any, and which issues.

    `items` are those of the backlog, where the issues that they name are enough; with `full`
    every issue is wanted. `declared` is the repository that the files name. `since` says when
    all issues were looked at last (seconds since the epoch), as far as somebody remembers.
    """

    project: ProjectSpec | None = None
    items: tuple[DesiredItem, ...] = ()
    declared: str | None = None
    since: float | None = None
    full: bool = False

    @classmethod
    def for_backlog(
        cls, desired: DesiredState, since: float | None = None, *, full: bool = False
    ) -> Self:
        """Return what is needed to plan a backlog; with `full`, every issue."""
        return cls(desired.project, desired.items, desired.repository, since, full)

    def numbers(
        self, repository: str, *, sandbox: bool, plain: bool = True, other: str | None = None
    ) -> tuple[int, ...] | None:
        """Return the numbers of the issues to read, in the target `repository` or in an `other`.

        None if all have to be. `plain` as of `reading.counts`.
        """
        if self.full:
            return None
        return numbers_of(
            self.items,
            repository,
            sandbox=sandbox,
            plain=plain,
            declared=self.declared,
            other=other,
        )

    def others(self, repository: str) -> tuple[str, ...]:
        """Return the other repositories with issues of items; `repository` is the target."""
        return others_of(self.items, repository, self.declared)


class Tracker(Protocol):
    """GitHub, or what answers like it.

    Every method may raise `errors.AccessError`, `errors.UnreachableError`,
    `errors.RefusedError`, or `errors.PartialError` where a rate limit asks for a longer wait than
    a run may make; none raises anything else for what a server or the network did.
    """

    def observe(self, read_scope: ReadScope) -> ObservedState:
        """Read the repository: labels, milestones, the board, issues in every state.

        What was read of the issues is reported by the answer's coverage: all, or less where
        `read_scope` allows it.
        """
        ...

    def definitions(self, board: ProjectSpec | None, repository: str | None) -> ObservedState:
        """Read labels, milestones and the board as they are now, and no issues.

        Of the target, if no other `repository` is named.
        """
        ...

    def look_up(self, observed: ObservedState, questions: Questions) -> ObservedState:
        """The observation with these questions answered, in as few requests as can be."""
        ...

    def reread(self, ids: Sequence[str]) -> dict[str, ObservedIssue]:
        """Read these issues again by node id; one that is gone is absent from the answer."""
        ...

    def recent(self, count: int, repository: str | None = None) -> tuple[ObservedIssue, ...]:
        """Return the issues created last, newest first, read from the list and never from search.

        Of the target, if no other `repository` is named.
        """
        ...

    def created_after(
        self, number: int, repository: str | None = None
    ) -> tuple[ObservedIssue, ...]:
        """Return the issues with a higher number, newest first, read from the list; as `recent`."""
        ...

    def conversation(self, number: int) -> str:
        """Return the node id of an issue or pull request of the target, by its number."""
        ...

    def feedback(self, refs: Sequence[FeedbackRef]) -> tuple[Conversation, ...]:
        """Return the feedback at these places, in this order; without places, send no request."""
        ...

    def apply(
        self, operations: Sequence[Operation], before: Callable[[Sequence[Operation]], None] = ...
    ) -> Iterator[tuple[Operation, Reply]]:
        """Send operations in order, batched; yield each with its reply as soon as it is known.

        `before` is called with the operations of each request before it goes out. An interrupt
        is raised after the replies of what was on its way.
        """
        ...

    def usage(self) -> Usage:
        """Return what was spent since this tracker was made."""
        ...


class Examiner(Protocol):
    """What says whether a sync could work; raises as `Tracker` does."""

    def examine(self, read_scope: ReadScope) -> Examination:
        """Return what the server says of itself, of the token and of the repository; no issues."""
        ...


class Git(Protocol):
    """The repository that the files are in."""

    def checkout(self, default: str | None = None) -> Checkout:
        """Return the checkout and the default branch. Raises `FailedError` if git fails."""
        ...


class Journal(Protocol):
    """What this machine remembers of one repository. Every method may raise `FailedError`."""

    def open_intents(self) -> tuple[Intent, ...]:
        """Creations of which it is not known yet that lists show them, oldest first."""
        ...

    def run_numbers(self) -> tuple[int, ...]:
        """Return the numbers of the runs that are kept, the newest last."""
        ...

    def run(self, number: int | None = None) -> RunRecord | None:
        """Return the record of a run, by default the last one; None if there is none."""
        ...

    def record_text(self) -> str:
        """Return the record of the run that began last as `undo --from` reads it; "" for none."""
        ...

    def restoring(self, run: RunRecord, identities: Sequence[str]) -> None:
        """Note that an undo is about to restore these values of a run."""
        ...

    def undone(self, run: RunRecord) -> None:
        """Note that all that can be undone of a run is undone."""
        ...

    def begin(self, backlog: str, at: float) -> None:
        """A run begins that will change something, at this time (seconds since the epoch)."""
        ...

    def intend(self, intents: Sequence[Intent]) -> None:
        """These are about to be sent; they are kept for good when this returns."""
        ...

    def overwrite(self, entries: Sequence[Overwritten]) -> None:
        """Keep values that are about to be written over; they are on disk when this returns."""
        ...

    def unwritten(self, entries: Sequence[Overwritten]) -> None:
        """Note that these were not written over after all."""
        ...

    def confirm(self, nonce: str, number: int, issue_id: str) -> None:
        """The server confirmed this one."""
        ...

    def close(self, nonces: Sequence[str]) -> None:
        """These are seen on GitHub, or were certainly never made."""
        ...


class Memory(Protocol):
    """What makes the next read cheaper. Nothing is decided by it, and nothing is ever raised."""

    def looked(self) -> float | None:
        """Since when (seconds since the epoch) every issue was looked at that was touched."""
        ...

    def note(self, coverage: Coverage) -> None:
        """So much was looked at just now."""
        ...


class Clock(Protocol):
    """Time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Progress(Protocol):
    """Somebody who watches long work."""

    def start(self, title: str, total: int) -> None:
        """A stretch of work begins."""
        ...

    def advance(self, count: int = 1) -> None:
        """So much more is done."""
        ...

    def finish(self) -> None:
        """The stretch is over."""
        ...


class Nonces(Protocol):
    """Where unguessable marks come from."""

    def __call__(self) -> str:
        """A fresh nonce: 16 lower-case hex digits."""
        ...
