"""Ports: what the use cases need from outside. Adapters satisfy these structurally."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, Self, TypeAlias

from backlog_sync.core.locations import others_of
from backlog_sync.core.reading import numbers_of
from backlog_sync.dataclass import dataclass

if TYPE_CHECKING:
    from backlog_sync.core.checkout import Checkout
    from backlog_sync.core.doctor import Examination
    from backlog_sync.core.facts import Conversation
    from backlog_sync.core.intents import Intent
    from backlog_sync.core.iterations import IterationSnapshot
    from backlog_sync.core.lookups import Questions
    from backlog_sync.core.model import DesiredItem, DesiredState, ProjectSpec
    from backlog_sync.core.observed import (
        NewBoard,
        ObservedBoardField,
        ObservedIssue,
        ObservedRelease,
        ObservedState,
        SavedIterations,
    )
    from backlog_sync.core.operations import Operation, Reply
    from backlog_sync.core.plan import Usage
    from backlog_sync.core.planning import FeedbackRef
    from backlog_sync.core.rate import Waits
    from backlog_sync.core.reading import CachedIssues
    from backlog_sync.core.run_record import Overwritten, RunRecord


@dataclass(frozen=True, slots=True)
class ReadScope:
    """What a read must return: the board to look for, if any, and which issues.

    `items` are those of the backlog, if the issues that they name are enough; with `full`
    every issue is needed. `declared` is the repository that the files name. `since` is when
    all issues were last read (seconds since the epoch), None if unknown. If all of the target's
    issues are needed, those `cached` and the ones updated since are enough. `uses` names what only
    some runs need: "close_done" for the states of sub-issues and the open issues of milestones,
    "issue_fields" for the organization's issue fields and their values, "multi_select" for the
    fields of the board that have several options, "pull_requests" for those that close an issue
    and for its branches, "activity" for when board items changed last, "agents" for agents among
    those who can be assigned, "arranged_views" for how views are grouped and sorted.
    """

    project: ProjectSpec | None = None
    items: tuple[DesiredItem, ...] = ()
    declared: str | None = None
    since: float | None = None
    full: bool = False
    uses: frozenset[str] = frozenset()
    cached: CachedIssues | None = None

    @classmethod
    def for_backlog(
        cls,
        desired: DesiredState,
        since: float | None = None,
        *,
        full: bool = False,
        pull_requests: bool = False,
        sub_issues: bool = False,
        activity: bool = False,
        cached: CachedIssues | None = None,
    ) -> Self:
        """Return the scope that planning a backlog needs; with `full`, every issue.

        Pull requests are read if the settings map them to a status, or with `pull_requests`; the
        states of sub-issues if finished work is closed, or with `sub_issues`; with `activity`, when
        board items changed last.
        """
        views = desired.project.views if desired.project else ()
        used = {
            "activity": activity,
            "agents": bool(desired.settings.agents),
            "arranged_views": any(view.arrangement for view in views or ()),
            "close_done": sub_issues or bool(desired.settings.close_done),
            "issue_fields": bool(desired.issue_fields),
            "multi_select": _has_multi_select(desired),
            "pull_requests": pull_requests or bool(desired.settings.pull_requests),
        }
        uses = frozenset(name for name, is_used in used.items() if is_used)
        return cls(desired.project, desired.items, desired.repository, since, full, uses, cached)

    def numbers(
        self, repository: str, *, sandbox: bool, plain: bool = True
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the numbers of the issues to read, by repository as `reading.numbers_of` does.

        `repository` is the target. `plain` is as in `reading.counts`.
        """
        if self.full:
            return {}
        return numbers_of(
            self.items, repository, sandbox=sandbox, plain=plain, declared=self.declared
        )

    def others(self, repository: str) -> tuple[str, ...]:
        """Return the other repositories with issues of items; `repository` is the target."""
        return others_of(self.items, repository, self.declared)


def _has_multi_select(desired: DesiredState) -> bool:
    """Return whether the board may have a field with several options, or a column of such a one."""
    board = desired.project
    fields = (*board.fields, *desired.issue_fields) if board else ()
    return any(each.type in ("multi_select", "") for each in fields)


class Tracker(Protocol):
    """Port to GitHub, or to a server that answers like it.

    Every method may raise `errors.AccessError`, `errors.UnreachableError`,
    `errors.RefusedError`, or `errors.PartialError` if a rate limit asks for a longer wait than
    a run allows, or its budget is spent; none raises anything else for what a server or the
    network did.
    """

    def observe(self, read_scope: ReadScope) -> ObservedState:
        """Read the repository: labels, milestones, the board, issues in every state.

        What was read of the issues is reported by the answer's coverage: all, or less if
        `read_scope` allows it.
        """
        ...

    def definitions(self, board: ProjectSpec | None, repository: str | None) -> ObservedState:
        """Read labels, milestones and the board as they are now, without issues.

        Of the target, if no other `repository` is named.
        """
        ...

    def look_up(self, observed: ObservedState, questions: Questions) -> ObservedState:
        """Return the observation with these questions answered, in as few requests as possible."""
        ...

    def reread(self, ids: Sequence[str]) -> dict[str, ObservedIssue]:
        """Read these issues again by node id; one that is gone is absent from the answer."""
        ...

    def recent(self, count: int, repositories: Sequence[str] = ("",)) -> tuple[ObservedIssue, ...]:
        """Return the issues created last in each, newest first, from lists and never from search.

        `repositories` are names, "" being the target.
        """
        ...

    def created_after(self, numbers: Mapping[str, int]) -> tuple[ObservedIssue, ...]:
        """Return the issues with a higher number in each repository, read as `recent` does."""
        ...

    def conversation(self, number: int) -> str:
        """Return the node id of an issue or pull request of the target, by its number."""
        ...

    def feedback(self, refs: Sequence[FeedbackRef]) -> tuple[Conversation, ...]:
        """Return the feedback at these places, in this order; without places, send no request."""
        ...

    def releases(self, tag: str) -> tuple[ObservedRelease, ...]:
        """Return the releases of the target with a tag, newest first, drafts included."""
        ...

    def iterations(self, project_id: str, board_field: ObservedBoardField) -> IterationSnapshot:
        """Return an iteration field as it is now, and the iteration of every card on the board."""
        ...

    def apply(
        self,
        operations: Sequence[Operation],
        before: Callable[[Sequence[Operation]], None] = ...,
        meanwhile: Callable[[], bool] = ...,
    ) -> Iterator[tuple[Operation, Reply]]:
        """Send operations in order, batched; yield each with its reply as soon as it is known.

        `before` is called with the operations of each request before it is sent, `meanwhile` while
        the pace holds one back: it may send what creates nothing, and returns whether it did. An
        interrupt is raised after the replies to the requests in flight.
        """
        ...

    def usage(self) -> Usage:
        """Return the requests and points spent since this tracker was created."""
        ...

    def waits(self, creations: int) -> Waits:
        """Return the seconds waited so far, and those that this many creations will wait."""
        ...

    def expect(self, creations: int) -> None:
        """Set the number of creations for which the pace has to plan."""
        ...


class Examiner(Protocol):
    """Port that examines whether a sync could work; raises as `Tracker` does."""

    def examine(self, read_scope: ReadScope) -> Examination:
        """Return the facts about the server, the token and the repository; read no issues."""
        ...


class Git(Protocol):
    """Port to the Git repository that contains the files."""

    def checkout(self, default: str | None = None) -> Checkout:
        """Return the checkout and the default branch. Raises `FailedError` if git fails."""
        ...


class Journal(Protocol):
    """Local state of one repository on this machine. Every method may raise `FailedError`."""

    def open_intents(self) -> tuple[Intent, ...]:
        """Return the creations that lists are not yet known to show, oldest first."""
        ...

    def run_numbers(self) -> tuple[int, ...]:
        """Return the numbers of the recorded runs, the newest last."""
        ...

    def run(self, number: int | None = None) -> RunRecord | None:
        """Return the record of a run, by default the last one; None if it does not exist."""
        ...

    def record_text(self) -> str:
        """Return the record of the newest run as `undo --from` reads it; "" if none exists."""
        ...

    def restoring(self, run: RunRecord, identities: Sequence[str]) -> None:
        """Record that an undo is about to restore these values of a run."""
        ...

    def undone(self, run: RunRecord) -> None:
        """Record that everything of a run that can be undone is undone."""
        ...

    def redone(self, run: RunRecord, identities: Sequence[str]) -> None:
        """Record that the issues that an undo of the run closed are open again."""
        ...

    def begin(self, backlog: str, at: float) -> None:
        """Record the start of a run that changes something; `at` is in seconds since the epoch."""
        ...

    def intend(self, intents: Sequence[Intent]) -> None:
        """Record the creations that are about to be sent; they are on disk when this returns."""
        ...

    def overwrite(self, entries: Sequence[Overwritten]) -> None:
        """Record values that are about to be overwritten; they are on disk when this returns."""
        ...

    def unwritten(self, entries: Sequence[Overwritten]) -> None:
        """Record that these values were not overwritten after all."""
        ...

    def saved_iterations(self) -> tuple[SavedIterations, ...]:
        """Return the iterations of cards that were saved and are not known to be set again."""
        ...

    def save_iterations(self, saved: SavedIterations) -> None:
        """Save the iterations of cards; they are on disk when this returns."""
        ...

    def forget_iterations(self, field_id: str) -> None:
        """Delete what was saved for a field: every card has its iteration again."""
        ...

    def new_board(self) -> NewBoard | None:
        """Return the board that a run began to create and that may lack its views."""
        ...

    def save_new_board(self, board: NewBoard) -> None:
        """Record the board that is about to be created; it is on disk when this returns."""
        ...

    def forget_new_board(self) -> None:
        """Record that there is no board that waits for its views."""
        ...

    def confirm(self, nonce: str, number: int, issue_id: str) -> None:
        """Record that the server confirmed the creation with this nonce."""
        ...

    def close(self, nonces: Sequence[str]) -> None:
        """Close creations that were seen on GitHub, or certainly never happened."""
        ...


class Memory(Protocol):
    """Cache that makes the next read cheaper. It decides nothing and never raises."""

    def last_read(self) -> float | None:
        """Return the time (seconds since the epoch) up to which every changed issue was read."""
        ...

    def issues(self) -> CachedIssues | None:
        """Return the issues with a marker, as earlier runs read them; None if unknown."""
        ...

    def note(self, observed: ObservedState) -> None:
        """Record what this read covered, and which issues have a marker."""
        ...


class Clock(Protocol):
    """Port to the clock of the machine."""

    def now(self) -> float:
        """Return the current time in seconds since the epoch."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for this many seconds."""
        ...


TimeLeft: TypeAlias = Callable[[float], float | None]
"""Returns the seconds until the end of a phase that began so many seconds ago, None if unknown."""


class Progress(Protocol):
    """Port to a progress display for long work."""

    def start(self, title: str, total: int, left: TimeLeft | None = None) -> None:
        """Show that a phase of work begins; without `left` it is not known when it ends."""
        ...

    def advance(self, count: int = 1) -> None:
        """Show that this many more steps are done."""
        ...

    def finish(self) -> None:
        """Show that the phase is over."""
        ...


class Nonces(Protocol):
    """Port to the source of unguessable nonces."""

    def __call__(self) -> str:
        """Return a new nonce: 16 lower-case hex digits."""
        ...
