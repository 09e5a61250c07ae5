"""Send operations in batches and in order; repeat only what is safe to repeat."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from typing import Final, TypeAlias, TypeVar

from backlog_sync.core.operations import (
    AddBlocker,
    AddCard,
    AddIssueFieldOptions,
    AddOptions,
    AddSubIssue,
    CloseProject,
    CopyProject,
    CreateBoardField,
    CreateIssueField,
    CreateLabel,
    CreateMilestone,
    CreateProject,
    CreateView,
    Done,
    LinkProject,
    NotSent,
    Operation,
    PutComment,
    PutRelease,
    PutStatus,
    Refused,
    Reply,
    SetIterations,
    SetValue,
    ShowIssueField,
    Standing,
    Unknown,
    UpdateMilestone,
    UpdateProject,
    UpdateView,
)
from backlog_sync.core.rate import BODY_BATCH, SMALL_BATCH
from backlog_sync.core.redaction import REDACTED
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import AccessError, BacklogError
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import (
    issue_fields,
    milestones,
    mutate,
    notices,
    releases,
    reread,
    statuses,
    views,
)
from backlog_sync.github_api.answers import Answer, Fault, Rejected
from backlog_sync.github_api.clients import Clients
from backlog_sync.github_api.documents import batch, nth, repeated
from backlog_sync.github_api.lookups import assignable
from backlog_sync.github_api.mutate import Names, Step, Unsendable
from backlog_sync.github_api.observe import Observer
from backlog_sync.waiting import WRITE, Limited, Lost, NotConnected, Patience

BOARD: Final = (
    CreateProject,
    CopyProject,
    UpdateProject,
    CloseProject,
    LinkProject,
    CreateBoardField,
    AddOptions,
    SetIterations,
    ShowIssueField,
    CreateView,
    UpdateView,
    AddCard,
    SetValue,
    PutStatus,
)
"""Operations that are sent with the token for boards."""

OF_ORGANIZATION: Final = (CreateIssueField, AddIssueFieldOptions)
"""Operations that take more rights than all others: nothing follows from it if they are denied."""

TOGETHER: Final = (
    (CreateView, CreateBoardField, ShowIssueField),
    (CreateLabel, CreateProject, CopyProject),
    (CreateView, AddBlocker),
)
"""Operations of different kinds that share a request if they are sent with the same token.

Values share no request with other operations: GitHub refuses a whole request if one value is not
of its field's type.
"""

Before: TypeAlias = Callable[[Sequence[Operation]], None]
"""Called with operations right before the request with them is sent."""

Meanwhile: TypeAlias = Callable[[], bool]
"""Called while creations are held back; returns whether it sent anything else."""

T = TypeVar("T")

_HOLDS_SECRET: Final = Refused(
    "it contains a token that this run uses, so it is not changed: remove it on"
    " GitHub, and revoke that token",
    "secret",
)

_TAKEN: Final = re.compile(r"already (been taken|exists?)", re.IGNORECASE)
_NOT_ALLOWED: Final = re.compile(r"resource not accessible by", re.IGNORECASE)
"""GitHub's message if a token lacks a permission that its owner may have."""

_NEEDS_ADMIN: Final = re.compile(
    "resource not accessible by|admin rights|correct permissions", re.IGNORECASE
)
"""GitHub's messages if it takes an admin: to a token, on REST, and in GraphQL [R]."""

_HOLDS: Final = re.compile(r"already|duplicate|only have one parent", re.IGNORECASE)
_LINKED: Final = re.compile(r"already been taken|duplicate", re.IGNORECASE)
"""GitHub's messages if a link exists already: of a blocker, and of a sub-issue."""

LINKS: Final = (AddBlocker, AddSubIssue)


@dataclass(slots=True)
class _Size:
    """How many aliases to send per request: halved when the server complains, then grown slowly."""

    most: int
    value: int

    def shrink(self) -> None:
        self.value = max(1, self.value // 2)

    def grow(self) -> None:
        self.value = min(self.most, self.value + 1)


@dataclass(slots=True)
class _Batch:
    """Operations that share requests, and the replies so far, by index.

    `doubted` are the ones whose answer was lost, so that they are sent again; `sent` are the ones
    whose request is in progress. Once a request with several kinds was refused as a whole, they are
    sent `apart`.
    """

    operations: list[Operation]
    replies: dict[int, Reply] = field(default_factory=dict)
    doubted: set[int] = field(default_factory=set)
    sent: list[int] = field(default_factory=list)
    apart: bool = False

    @property
    def pending(self) -> list[int]:
        return [i for i in range(len(self.operations)) if i not in self.replies]

    @property
    def ended(self) -> bool:
        return any(isinstance(reply, Unknown) for reply in self.replies.values())

    def next(self, size: int) -> list[int]:
        """Return the operations of the next request."""
        pending = self.pending
        kind = type(self.operations[pending[0]])
        if self.apart:
            pending = [i for i in pending if type(self.operations[i]) is kind]
        return pending[:size]

    def separate(self, indexes: Iterable[int]) -> bool:
        """Send kinds apart from now on; return whether these were refused because of another."""
        mixed = len({type(self.operations[index]) for index in indexes}) > 1
        self.apart |= mixed
        return mixed

    def exchange(self, indexes: list[int], send: Callable[[], T]) -> T:
        """Send a request for these; if it is interrupted, they stay in `sent`."""
        self.sent = list(indexes)
        try:
            answer = send()
        except Exception:
            self.sent = []
            raise
        self.sent = []
        return answer


class Sender:
    """Sends operations in order; see `apply`."""

    def __init__(
        self,
        clients: Clients,
        patience: Patience,
        observer: Observer,
        board_clients: Clients | None = None,
    ) -> None:
        self._clients = clients
        self._board_clients = board_clients or clients
        self._patience = patience
        self._observer = observer
        self._names = Names()
        self._small = _Size(SMALL_BATCH, SMALL_BATCH)
        self._bodies = _Size(BODY_BATCH, BODY_BATCH)
        self._accepted = False
        self._standings: dict[str, Standing] = {}
        self._standings_at = (0, 0)

    def apply(
        self,
        operations: Sequence[Operation],
        before: Before = lambda _: None,
        meanwhile: Meanwhile = lambda: False,
    ) -> Iterator[tuple[Operation, Reply]]:
        """Send operations, adjacent ones of a kind in one request; yield each with its reply.

        `before` is called with the operations of each request before it is sent, also before a
        retry; an exception from it ends the run. While the pace holds creations back, `meanwhile`
        is called until it has nothing left to send.

        After an unknown result, all later operations are `NotSent`. If the run cannot continue for
        a reason that is not about an operation, the replies so far are yielded first. Then this
        raises `PartialError` for a rate limit beyond what this run may wait or a spent budget
        (`CreationsSpentError` if only creations are), `UnreachableError` if there is no
        connection, `AccessError`, `RefusedError`, or `KeyboardInterrupt`. Operations that were not
        yielded by then were not executed, or are safe to repeat.
        """
        queue = list(operations)
        while queue:
            work = _Batch(self._take(queue))
            del queue[: len(work.operations)]
            while self._patience.holds_back(_creations(work.operations)) and meanwhile():
                pass
            error = self._carry_out(work, before)
            if any(isinstance(reply, Done | Unknown) for reply in work.replies.values()):
                self._patience.wrote()
            for index, operation in enumerate(work.operations):
                if index in work.replies:
                    yield operation, work.replies[index]
            if error:
                raise error
            unsent = next((r for r in work.replies.values() if isinstance(r, NotSent)), None)
            if work.ended or unsent:
                reason = unsent or NotSent("an answer was lost before")
                for operation in queue:
                    yield operation, reason
                return

    def _take(self, queue: Sequence[Operation]) -> list[Operation]:
        first = queue[0]
        most = 1 if _alone(first) else self._size(first).value
        taken = [first]
        for operation in queue[1:most]:
            if not self._shares(first, operation) or _alone(operation):
                break
            taken.append(operation)
        return taken

    def _shares(self, first: Operation, operation: Operation) -> bool:
        """Return whether an operation can be sent in one request with the first one of a batch."""
        if type(operation) is type(first):
            return True
        tokens = {isinstance(each, BOARD) for each in (first, operation)}
        if len(tokens) > 1 and self._board_clients is not self._clients:
            return False
        return any(isinstance(first, kinds) and isinstance(operation, kinds) for kinds in TOGETHER)

    def _size(self, operation: Operation) -> _Size:
        return self._bodies if isinstance(operation, mutate.WITH_BODY) else self._small

    # ---- one batch -----------------------------------------------------------------------

    def _carry_out(self, work: _Batch, before: Before) -> BacklogError | KeyboardInterrupt | None:
        """Fill in the replies; return the error that ended the batch, if it is not a reply."""
        try:
            self._prepare(work)
            self._patience.run(lambda: self._attempt(work, before))
        except (Limited, NotConnected) as trouble:
            return self._observer.reader.explained(trouble)
        except Lost as lost:
            for index in work.pending:
                if index in work.doubted:
                    work.replies[index] = Unknown(lost.message)
            _close(work, NotSent(f"an answer was lost before: {lost.message}"))
        except BacklogError as error:
            return error
        except KeyboardInterrupt as stop:
            for index in work.pending:
                if index in work.doubted or index in work.sent:
                    work.replies[index] = Unknown("interrupted before the answer came")
            return stop
        _close(work, NotSent("an answer was lost before"))
        return None

    def _attempt(self, work: _Batch, before: Before) -> None:
        """Send the pending operations, in as many requests as the size requires."""
        while work.pending and not work.ended:
            first = work.operations[0]
            size = self._size(first).value
            if isinstance(first, mutate.CREATIONS):
                size = self._patience.affordable(size)
            chunk = self._admitted(work, work.next(size), before)
            if not chunk:
                continue
            if isinstance(first, CreateMilestone | UpdateMilestone):
                self._milestone(work, first)
            elif isinstance(first, AddIssueFieldOptions):
                self._rest(work, partial(issue_fields.send, operation=first))
            elif isinstance(first, CreateView) and first.arranged is not None:
                self._arranged_view(work, first)
            elif isinstance(first, PutRelease):
                put = partial(releases.put, repository=self._observer.repository, operation=first)
                self._rest(work, put)
            elif isinstance(first, PutComment | PutStatus):
                self._note(work, first)
            else:
                self._request(work, chunk)

    def _admitted(self, work: _Batch, indexes: list[int], before: Before) -> list[int]:
        """Wait until a request for these may be sent; return the ones to send.

        Everything that is sent passes through here, and nothing waits between this and sending.
        The current values come from the answer to the previous request, or, after a wait, from
        another read.
        """
        operations = {index: work.operations[index] for index in indexes}
        self._patience.admit(creations=_creations(operations.values()), points=WRITE)
        self._clients_for(work).session.renew_token()
        before(list(operations.values()))
        standings = self._standings if self._standings_at == self._moment() else {}
        work.replies |= reread.settled(self._observer, operations, standings)
        if self._clients.session.secrets.met:
            # Secrets were removed from the text when it was read, and writing it would lose them.
            marred = (
                index for index, operation in operations.items() if REDACTED in repr(operation)
            )
            work.replies |= dict.fromkeys(marred, _HOLDS_SECRET)
        return [index for index in indexes if index not in work.replies]

    def _moment(self) -> tuple[int, int]:
        """Return the numbers of requests and of waits so far."""
        return self._clients.session.tally.usage().requests, self._patience.waits

    def _clients_for(self, work: _Batch) -> Clients:
        """Return the clients for these operations: boards may have their own token."""
        return self._board_clients if isinstance(work.operations[0], BOARD) else self._clients

    def _milestone(self, work: _Batch, operation: CreateMilestone | UpdateMilestone) -> None:
        repository = operation.repository or self._observer.repository
        self._rest(work, lambda clients: milestones.send(clients, repository, operation))

    def _arranged_view(self, work: _Batch, operation: CreateView) -> None:
        """Create a view with REST; a server that cannot group and sort gets it without that."""
        assert operation.arranged is not None
        plain = replace(operation, arranged=None, unarranged=operation.arranged.names)

        def send(clients: Clients) -> Reply | None:
            return views.send(clients, operation)

        self._rest(work, send)
        if 0 not in work.replies:
            work.operations[0] = plain

    def _rest(self, work: _Batch, send: Callable[[Clients], Reply | None]) -> None:
        """Send the only operation of a batch with REST, and store its reply, if it is one."""
        clients = self._clients_for(work)
        try:
            reply = work.exchange([0], lambda: send(clients))
            if reply is not None:
                work.replies[0] = reply
                self._accepted = True
        except Rejected as rejection:
            work.replies[0] = self._denied(work, 0, rejection.message) or Refused(
                rejection.message, rejection.code
            )
        except Lost as lost:
            self._lose(work, [0], lost)

    def _note(self, work: _Batch, operation: PutComment | PutStatus) -> None:
        def put() -> Done | Refused:
            if isinstance(operation, PutStatus):
                return statuses.put(self._observer.boards.reader, self._board_clients, operation)
            return notices.put(self._observer.reader, self._clients, operation)

        try:
            work.replies[0] = work.exchange([0], put)
        except Rejected as rejection:
            work.replies[0] = Refused(rejection.message, rejection.code)
        except Lost as lost:
            self._lose(work, [0], lost)

    def _request(self, work: _Batch, chunk: list[int]) -> None:
        """Send operations as one request with aliases, and store their replies."""
        size = self._size(work.operations[0])
        sendable: list[int] = []
        steps: list[Step] = []
        aliases: dict[int, list[str]] = {}
        for index in chunk:
            try:
                operation_steps = mutate.steps(work.operations[index], self._names)
            except Unsendable as reason:
                work.replies[index] = Refused(str(reason), "invalid")
                continue
            aliases[index] = [f"m{len(steps) + n}" for n in range(len(operation_steps))]
            steps.extend(operation_steps)
            sendable.append(index)
        if steps:
            variables = {f"i{n}": step.input for n, step in enumerate(steps)}
            try:
                query = batch([step.name for step in steps], self._observer.hidden)
                clients = self._clients_for(work)
                answer = work.exchange(sendable, lambda: clients.graphql(query, variables))
            except Rejected as rejection:
                if work.separate(sendable):
                    return
                for index in sendable:
                    work.replies[index] = Refused(rejection.message, rejection.code)
                return
            except Lost as lost:
                if lost.heavy:
                    size.shrink()
                self._lose(work, sendable, lost)
                return
        else:
            answer = Answer({})
        invalid = next((fault for fault in answer.faults if fault.code), None)
        if answer.data is None and invalid:
            if work.separate(sendable):
                return
            for index in sendable:
                work.replies[index] = Refused(invalid.message, invalid.code)
            return
        self._take_answers(work, aliases, answer, size)

    def _take_answers(
        self,
        work: _Batch,
        aliases: dict[int, list[str]],
        answer: Answer[Mapping[str, object]],
        size: _Size,
    ) -> None:
        """Store the reply to each operation, or raise if some have to be sent again."""
        self._standings, self._standings_at = reread.standings_in(answer), self._moment()
        lost: list[int] = []
        limit: Fault | None = None
        heavy = False
        for index, operation_aliases in aliases.items():
            payloads = [(answer.data or {}).get(alias) for alias in operation_aliases]
            fault = _fault_of(answer, operation_aliases)
            if None not in payloads:
                reply = self._confirmed(work.operations[index], payloads)
                if reply:
                    work.replies[index] = reply
                    self._accepted = True
                else:
                    lost.append(index)
            elif fault is None or (fault.path and len(fault.path) > 1):
                # Null without a reason, or as a part below it failed: it may have been executed.
                lost.append(index)
            elif fault.limited:
                limit = limit or fault
            elif fault.heavy:
                heavy = True
                lost.append(index)
            else:
                denied = self._denied(work, index, fault.message)
                work.replies[index] = denied or self._refusal(work, index, fault)
        if heavy:
            size.shrink()
        else:
            size.grow()
        if lost:
            reason = next((f.message for f in answer.faults if not f.limited), "no confirmation")
            self._lose(work, lost, Lost(reason, heavy=heavy))
        if limit and not work.ended:
            raise Limited(limit.message, wait=answer.wait)

    def _confirmed(self, operation: Operation, payloads: list[object]) -> Done | None:
        try:
            return mutate.done(operation, payloads, self._names)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def _denied(self, work: _Batch, index: int, message: str) -> Refused | None:
        """Return the refusal of what takes an admin of the organization; None if it is not that.

        Raise `AccessError` if the very first write shows that the token may not write here: GitHub
        returns the permissions of a token's owner, but not what a fine-grained token lacks.
        """
        if isinstance(work.operations[index], OF_ORGANIZATION):
            why = f"only an admin of the organization can do this ({message}); ask one, or run"
            denied = Refused(f"{why} without --create-issue-fields", "forbidden")
            return denied if _NEEDS_ADMIN.search(message) else None
        if not self._accepted and _NOT_ALLOWED.search(message):
            raise AccessError(
                f"this token may not write to {self._observer.repository}: {message}",
                slug="token-rights",
                hint="give it read and write access to issues; `backlog plan` needs no more",
            )
        return None

    def _refusal(self, work: _Batch, index: int, fault: Fault) -> Reply:
        """Return the refusal, or `Done` if it holds already, by a lost request or by others."""
        holds = _HOLDS if index in work.doubted else _LINKED
        doubtful = index in work.doubted or isinstance(work.operations[index], LINKS)
        if doubtful and holds.search(fault.message):
            return Done()
        taken = bool(_TAKEN.search(fault.message))
        return Refused(fault.message, "already_exists" if taken else fault.type)

    def _lose(self, work: _Batch, indexes: list[int], lost: Lost) -> None:
        """Mark creations as unknown; raise to retry others, and what never left this machine.

        What shares a request with creations is left unsent: whoever asked for it sends it again.
        """
        if isinstance(lost, NotConnected):
            raise lost
        creates = [i for i in indexes if isinstance(work.operations[i], mutate.CREATES)]
        if creates:
            work.replies |= dict.fromkeys(creates, Unknown(lost.message))
            return
        work.doubted.update(indexes)
        raise lost

    # ---- what has to be known first ------------------------------------------------------

    def _prepare(self, work: _Batch) -> None:
        """Read the ids that these operations need, once each."""
        reader = self._observer.reader
        new = sorted(mutate.logins(work.operations) - set(self._names.users))
        for start in range(0, len(new), SMALL_BATCH):
            chunk = new[start : start + SMALL_BATCH]
            variables = {f"user{n}": login for n, login in enumerate(chunk)}
            answer = reader.query(repeated(answered.Users, len(chunk)), variables)
            for n, login in enumerate(chunk):
                user = nth(answer.data, "user", n, answered.UserWithId)
                self._names.users[login] = user["id"] if user else None
        agents = sorted(mutate.agents(work.operations) - set(self._names.users))
        if agents:
            self._names.users |= dict.fromkeys(agents)
            able = self._observer.read_capabilities().suggested_actors
            home = self._observer.repository
            self._names.users |= assignable(reader, {home: agents}, suggested=able)[1][home]
        if mutate.needs_issue_types(work.operations):
            types = self._observer.read_issue_types()
            self._names.issue_types = {name.lower(): id_ for name, id_ in types.items()}
        if any(isinstance(operation, CreateLabel) for operation in work.operations):
            self._names.repository_id = self._observer.read_repository_id()
        options = isinstance(work.operations[0], AddOptions)
        if options and not self._observer.read_capabilities().option_ids:
            reason = (
                "this server cannot keep the ids of existing options, so that adding one would"
                " clear the field on every card"
            )
            _close(work, Refused(reason, "option-ids"))


def _alone(operation: Operation) -> bool:
    alone = CreateMilestone | UpdateMilestone | AddOptions | SetIterations | PutComment | PutStatus
    arranged = isinstance(operation, CreateView) and operation.arranged is not None
    return arranged or isinstance(operation, alone | AddIssueFieldOptions | PutRelease)


def _creations(operations: Iterable[Operation]) -> int:
    return sum(isinstance(operation, mutate.CREATIONS) for operation in operations)


def _close(work: _Batch, reply: Reply) -> None:
    for index in work.pending:
        work.replies[index] = reply


def _fault_of(answer: Answer[object], aliases: Sequence[str]) -> Fault | None:
    """Return the fault of one of these aliases, else one of the whole request."""
    at_alias = next((f for f in answer.faults if f.path and f.path[0] in aliases), None)
    return at_alias or next((f for f in answer.faults if not f.path), None)
