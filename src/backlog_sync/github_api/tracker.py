"""Implement the engine's port for GitHub: one object for all reads and writes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backlog_sync.core.budget import UNLIMITED, Budget
from backlog_sync.github_api.boards import Boards
from backlog_sync.github_api.clients import Clients
from backlog_sync.github_api.observe import Observer, ReadScope
from backlog_sync.github_api.reader import Reader, understood
from backlog_sync.github_api.repositories import created_after, newest
from backlog_sync.waiting import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from backlog_sync.core.doctor import Examination
    from backlog_sync.core.facts import Conversation
    from backlog_sync.core.iterations import IterationSnapshot
    from backlog_sync.core.lookups import Questions
    from backlog_sync.core.model import ProjectSpec
    from backlog_sync.core.observed import (
        ObservedBoardField,
        ObservedIssue,
        ObservedRelease,
        ObservedState,
    )
    from backlog_sync.core.operations import Operation, Reply
    from backlog_sync.core.plan import Usage
    from backlog_sync.core.planning import FeedbackRef
    from backlog_sync.core.rate import Learned, Pace, Waits
    from backlog_sync.github_api.send import Before, Meanwhile, Sender
    from backlog_sync.github_api.transport import PolicySession

SANDBOX = "backlog-sandbox"
"""How the simulated GitHub names itself in the `Server` header."""


class GitHubTracker:
    """One repository on one server, created with `session.connect`.

    `board_session` has the token for boards if they have their own; both sessions share a tally.

    Methods raise `AccessError`, `UnreachableError`, `RefusedError`, and `PartialError` if a rate
    limit asks for a longer wait than this run allows, or its budget is spent.
    """

    def __init__(
        self,
        session: PolicySession,
        *,
        api_url: str,
        repository: str,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        patience: float,
        board_session: PolicySession | None = None,
        pace: Pace | None = None,
        idle: Callable[[float], None] | None = None,
        embedded: bool = False,
        budget: Budget = UNLIMITED,
        keep: Callable[[Learned], None] = lambda _: None,
    ) -> None:
        waiting = Patience(
            clock=clock, sleep=sleep, limit=patience, pace=pace, idle=idle, budget=budget, keep=keep
        )
        self._waiting = waiting
        self._clients = clients = Clients(session, api_url=api_url, patience=waiting)
        board_clients = clients
        if board_session is not None:
            board_clients = Clients(board_session, api_url=api_url, patience=waiting)
        owner, _, name = repository.partition("/")
        self._session = session
        self._reader = Reader(clients, waiting)
        self._repository = repository
        self._observer = Observer(
            self._reader,
            owner,
            name,
            boards=Boards(Reader(board_clients, waiting)),
            own_boards=board_session is not None,
            embedded=embedded,
        )
        self._board_clients = board_clients
        self._api_url = api_url

    def observe(self, read_scope: ReadScope) -> ObservedState:
        """Read the repository and its board, as far as the scope asks for them."""
        with understood(self._api_url):
            return self._observer.observe(
                read_scope, host=host_of(self._api_url), sandbox=self._is_sandbox
            )

    def definitions(self, board: ProjectSpec | None, repository: str | None) -> ObservedState:
        """Read labels, milestones and the board as they are now, without issues."""
        with understood(self._api_url):
            return self._observer.at(repository).definitions(board, host=host_of(self._api_url))

    def examine(self, read_scope: ReadScope) -> Examination:
        """Read what `doctor` needs about server, token, repository and board; no issues."""
        with understood(self._api_url):
            return self._observer.examine(read_scope)

    def look_up(self, observed: ObservedState, questions: Questions) -> ObservedState:
        """Return the observation with answers to questions about issues, people and cards."""
        with understood(self._api_url):
            return self._observer.look_up(observed, questions)

    def reread(self, ids: Sequence[str]) -> dict[str, ObservedIssue]:
        """Read these issues again by node id, without cards; deleted ones are absent."""
        with understood(self._api_url):
            return self._observer.issues.by_id(ids)

    def recent(self, count: int, repositories: Sequence[str] = ("",)) -> tuple[ObservedIssue, ...]:
        """Return the issues created last, newest first, at most 100 each, without cards.

        `repositories` are names, "" being the target.
        """
        with understood(self._api_url):
            names = [name or self._repository for name in repositories]
            return newest(self._reader, names, count, self._observer.hidden)

    def created_after(self, numbers: Mapping[str, int]) -> tuple[ObservedIssue, ...]:
        """Return the issues with a higher number, by repository, newest first, without cards."""
        with understood(self._api_url):
            return created_after(self._reader, numbers, self._observer.hidden)

    def conversation(self, number: int) -> str:
        """Return the node id of an issue or pull request by its number."""
        from backlog_sync.github_api import lookups  # noqa: PLC0415 - only to comment

        with understood(self._api_url):
            return lookups.conversation(self._reader, self._repository, number)

    def feedback(self, refs: Sequence[FeedbackRef]) -> tuple[Conversation, ...]:
        """Return the conversations at these places, in this repository if they name no other."""
        from backlog_sync.github_api.talks import talks  # noqa: PLC0415 - only for a report

        with understood(self._api_url):
            return tuple(talks(self._reader, self._repository, refs))

    def releases(self, tag: str) -> tuple[ObservedRelease, ...]:
        """Return the releases with a tag, drafts included."""
        from backlog_sync.github_api import releases  # noqa: PLC0415 - only for release notes

        with understood(self._api_url):
            return releases.with_tag(self._reader, self._repository, tag)

    def iterations(self, project_id: str, board_field: ObservedBoardField) -> IterationSnapshot:
        """Return an iteration field as it is now, and the iteration of every card on the board."""
        with understood(self._api_url):
            return self._observer.boards.iterations(project_id, board_field)

    def apply(
        self,
        operations: Sequence[Operation],
        before: Before = lambda _: None,
        meanwhile: Meanwhile = lambda: False,
    ) -> Iterator[tuple[Operation, Reply]]:
        """Send operations in order; see `send.Sender.apply`."""
        return self._sender.apply(operations, before, meanwhile)

    @cached_property
    def _sender(self) -> Sender:
        from backlog_sync.github_api.send import Sender  # noqa: PLC0415 - most runs only read

        return Sender(self._clients, self._waiting, self._observer, self._board_clients)

    def open_pull_request(self, *, head: str, base: str, title: str, body: str) -> str | None:
        """Open a pull request and return its URL; None if the branch already has one."""
        from backlog_sync.github_api import pull_requests  # noqa: PLC0415 - only for this

        return pull_requests.open_pull_request(
            self._reader, self._repository, head=head, base=base, title=title, body=body
        )

    def usage(self) -> Usage:
        """Return what was spent since this tracker was created."""
        return self._session.tally.usage()

    def waits(self, creations: int) -> Waits:
        """Return the seconds waited so far, and those that this many creations will wait."""
        return self._waiting.waiting(creations)

    def expect(self, creations: int) -> None:
        """Set the number of creations for which the pace has to plan."""
        self._waiting.expect(creations)

    @property
    def paced(self) -> float:
        """Seconds spent waiting to keep the pace since this tracker was created."""
        return self._waiting.paced

    def learned(self) -> Learned | None:
        """Return what the next run should know about the pace; None if none is kept."""
        return self._waiting.learned()

    def _is_sandbox(self) -> bool:
        return self._session.server.startswith(SANDBOX)


def host_of(api_url: str) -> str:
    """Return the server's name for messages: `api.github.com` is `github.com`; a port is kept."""
    return urlsplit(api_url).netloc.lower().removeprefix("api.")
