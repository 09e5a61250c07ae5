"""What the use cases need from outside. Adapters satisfy these structurally."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from backlog_sync.core.changes import Usage
from backlog_sync.core.model import ObservedIssue, ObservedState, ProjectSpec
from backlog_sync.core.operations import Operation, Reply
from backlog_sync.core.questions import Questions


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a read must bring: the board to look for, if any."""

    project: ProjectSpec | None = None


class Tracker(Protocol):
    """GitHub, or what answers like it.

    Every method may raise `errors.AccessError`, `errors.UnreachableError`,
    `errors.RefusedError`, or `errors.PartialError` where a rate limit asks for a longer wait than
    a run may make; none raises anything else for what a server or the network did.
    """

    def observe(self, wanted: Wanted) -> ObservedState:
        """Read the whole repository: issues in every state, labels, milestones, the board."""
        ...

    def look_up(self, observed: ObservedState, asked: Questions) -> ObservedState:
        """The observation with these questions answered, in as few requests as can be."""
        ...

    def reread(self, ids: Sequence[str]) -> dict[str, ObservedIssue]:
        """Read these issues again by node id; one that is gone is absent from the answer."""
        ...

    def recent(self, count: int) -> tuple[ObservedIssue, ...]:
        """The issues created last, newest first, read from the list and never from search."""
        ...

    def apply(self, operations: Sequence[Operation]) -> Iterator[tuple[Operation, Reply]]:
        """Send operations in order, batched; yield each with its reply as soon as it is known."""
        ...

    def usage(self) -> Usage:
        """What was spent since this tracker was made."""
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
