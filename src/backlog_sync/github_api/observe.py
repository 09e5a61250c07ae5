"""Reading a whole repository and its board in as few requests as can be."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, cast

from backlog_sync.core.doctor import Examination
from backlog_sync.core.facts import Conversation, FeedbackRef
from backlog_sync.core.lookups import Questions
from backlog_sync.core.model import (
    BoardItem,
    Capabilities,
    ObservedIssue,
    ObservedLabel,
    ObservedMilestone,
    ObservedOther,
    ObservedRepository,
    ObservedState,
    ProjectSpec,
)
from backlog_sync.errors import AccessError, BacklogError, RefusedError
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import lookups, mapping
from backlog_sync.github_api.answers import Answer
from backlog_sync.github_api.boards import (
    BoardResult,
    Boards,
    OfBoardOwner,
    board_variables,
    problem_of,
)
from backlog_sync.github_api.capabilities import is_foreign, of_features, of_inputs
from backlog_sync.github_api.documents import Document, document, hidden_fields
from backlog_sync.github_api.generated_answers import N, Page
from backlog_sync.github_api.issues import Issues, OfRepository, R, repository_of
from backlog_sync.github_api.reader import PageSize, Reader
from backlog_sync.github_api.talks import talks

_MOST_MISSING: Final = 20
"""So many issues that are gone are looked for: each costs a request."""


class ReadScope(Protocol):
    """What a read must bring; the engine has a value of this shape."""

    @property
    def project(self) -> ProjectSpec | None:
        """The board to look for, if any."""
        ...

    @property
    def since(self) -> float | None:
        """Since when all issues were looked at, where that is known (seconds since the epoch)."""
        ...

    def numbers(
        self, repository: str, *, sandbox: bool, plain: bool, other: str | None = None
    ) -> tuple[int, ...] | None:
        """The issues to read in the target or in an `other` one; None for all there are."""
        ...

    def others(self, repository: str) -> tuple[str, ...]:
        """The other repositories to read, where `repository` is the target."""
        ...


@dataclass(slots=True)
class Observer:
    """Reads `owner/name`. What it learns of ids by name, and of the server, stays.

    `boards` reads with its own token if there is one (`own_boards`). `embedded` says that
    the server is the simulator inside this process.
    """

    reader: Reader
    owner: str
    name: str
    boards: Boards
    own_boards: bool = False
    issue_types: dict[str, str] | None = None
    repository_id: str | None = None
    able: Capabilities = field(default_factory=Capabilities)
    capabilities_read: bool = False
    embedded: bool = False

    @property
    def repository(self) -> str:
        """The repository as it was asked for."""
        return f"{self.owner}/{self.name}"

    @property
    def hidden(self) -> frozenset[str]:
        """Fields that this server does not know."""
        return hidden_fields(self.able)

    def observe(
        self, read_scope: ReadScope, *, host: str, sandbox: Callable[[], bool]
    ) -> ObservedState:
        """Return what is wanted: one request for all first pages, then what is left of each list.

        Issues are read by their numbers where that is enough and takes fewer requests.
        `sandbox` is asked after the first answer.
        """
        size = PageSize()
        spec = read_scope.project
        answer, problem = self._overview(spec, size)
        data = self._repository(answer)
        repository = mapping.repository(data, self.reader.scopes)
        self.repository_id = repository.id
        board = self._board(spec, answer, repository.id, problem)
        numbers = read_scope.numbers(
            repository.name_with_owner, sandbox=sandbox(), plain=not self.embedded
        )
        issues, coverage = self.issues.read(data["issues"], size, numbers, read_scope.since)
        cards = self.boards.cards(board.project) if board.project else {}
        self.issue_types = mapping.issue_types(data.get("issueTypes"))
        others, issues_elsewhere, out_of_reach = self._others(read_scope, repository, sandbox())
        issues += issues_elsewhere
        return ObservedState(
            repository=repository,
            viewer=mapping.viewer(answer.whole["viewer"]),
            issues=tuple(dataclasses.replace(issue, card=cards.get(issue.id)) for issue in issues),
            labels=self._labels(data),
            milestones=self._milestones(data),
            issue_types=tuple(self.issue_types) if self.issue_types is not None else None,
            project=board.project,
            project_owner_id=board.owner_id,
            project_problem=board.problem,
            coverage=coverage,
            capabilities=self.able,
            host=host,
            sandbox=sandbox(),
            embedded=self.embedded,
            others=others,
            out_of_reach=out_of_reach,
        )

    def _board(
        self,
        spec: ProjectSpec | None,
        answer: Answer[answered.Overview],
        repository_id: str,
        problem: str | None,
    ) -> BoardResult:
        """The board that is meant, by this answer or by the token for boards."""
        if spec is None or problem is not None:
            return BoardResult(problem=problem)
        if self.own_boards:
            return self.boards.read(spec, repository_id)
        # Nothing kept the board out of this answer, so it is one to `OverviewWithBoard`.
        with_board = cast("Answer[OfBoardOwner]", answer)
        return self.boards.from_answer(spec, with_board, repository_id)

    def definitions(self, spec: ProjectSpec | None, *, host: str) -> ObservedState:
        """Labels, milestones and the board as they are now, without issues."""
        answer, problem = self._overview(spec, PageSize(1))
        data = self._repository(answer)
        repository = mapping.repository(data, self.reader.scopes)
        board = self._board(spec, answer, repository.id, problem)
        return ObservedState(
            repository=repository,
            viewer=mapping.viewer(answer.whole["viewer"]),
            issues=(),
            labels=self._labels(data),
            milestones=self._milestones(data),
            project=board.project,
            project_owner_id=board.owner_id,
            project_problem=board.problem,
            capabilities=self.able,
            host=host,
        )

    def at(self, repository: str | None) -> "Observer":
        """Return the reader of another repository; of the target for None."""
        if repository is None or repository.lower() == self.repository.lower():
            return self
        owner, _, name = repository.partition("/")
        return Observer(
            self.reader,
            owner,
            name,
            self.boards,
            self.own_boards,
            able=self.able,
            capabilities_read=self.capabilities_read,
        )

    def _others(
        self, read_scope: ReadScope, target: ObservedRepository, sandbox: bool
    ) -> tuple[tuple[ObservedOther, ...], list[ObservedIssue], dict[str, str]]:
        """The other repositories that items are in, their issues, and what is out of reach."""
        others: list[ObservedOther] = []
        issues: list[ObservedIssue] = []
        out_of_reach: dict[str, str] = {}
        for name in read_scope.others(target.name_with_owner):
            numbers = read_scope.numbers(
                target.name_with_owner, sandbox=sandbox, plain=not self.embedded, other=name
            )
            try:
                other, issues_there = self.at(name)._other(numbers)
            except (AccessError, RefusedError) as error:
                out_of_reach[name] = _briefly(name, error)
                continue
            others.append(other)
            issues += issues_there
        return tuple(others), issues, out_of_reach

    def _other(self, numbers: tuple[int, ...] | None) -> tuple[ObservedOther, list[ObservedIssue]]:
        """This repository as another one than the target: no board, nothing that is the owner's."""
        size = PageSize()
        answer = self.reader.query(document(answered.Overview, self.hidden), self._names(), size)
        data = self._repository(answer)
        issues, coverage = self.issues.read(data["issues"], size, numbers, None)
        repository = mapping.repository(data, self.reader.scopes)
        other = ObservedOther(repository, self._labels(data), self._milestones(data), coverage)
        return other, issues

    def _labels(self, data: answered.RepositoryFields) -> tuple[ObservedLabel, ...]:
        query = document(answered.LabelsPage)
        nodes = self._rest_of(query, data["labels"], lambda repository: repository["labels"])
        return tuple(map(mapping.label, nodes))

    def _milestones(self, data: answered.RepositoryFields) -> tuple[ObservedMilestone, ...]:
        query = document(answered.MilestonesPage)
        first_page = data["milestones"]
        nodes = self._rest_of(query, first_page, lambda repository: repository["milestones"])
        return tuple(map(mapping.milestone, nodes))

    def examine(self, read_scope: ReadScope) -> Examination:
        """Return what the server says of itself, of the token and of the repository; no issues."""
        able = self.read_capabilities()
        answer = self.reader.query(document(answered.Checkup, self.hidden), self._names())
        data = self._repository(answer)
        repository = mapping.repository(data, self.reader.scopes)
        spec, board = read_scope.project, BoardResult()
        if spec and not able.boards:
            board = BoardResult(problem="this server has no Projects")
        elif spec:
            board = self.boards.read(spec, repository.id)
        types = mapping.issue_types(data.get("issueTypes"))
        scopes = self.reader.scopes
        others: list[ObservedRepository] = []
        out_of_reach: dict[str, str] = {}
        for name in read_scope.others(repository.name_with_owner):
            observer = self.at(name)
            try:
                checkup = self.reader.query(
                    document(answered.Checkup, self.hidden), observer._names()
                )
                others.append(mapping.repository(observer._repository(checkup), scopes))
            except (AccessError, RefusedError) as error:
                out_of_reach[name] = _briefly(name, error)
        return Examination(
            viewer=mapping.viewer(answer.whole["viewer"]).login,
            repository=repository,
            scopes=tuple(sorted(scopes)) if scopes is not None else None,
            allowance=mapping.allowance(answer.whole.get("rateLimit")),
            capabilities=able,
            issue_types=tuple(types) if types is not None else None,
            project=board.project,
            project_problem=board.problem,
            board_viewer=self.boards.viewer() if self.own_boards else None,
            others=tuple(others),
            out_of_reach=out_of_reach,
        )

    def look_up(self, observed: ObservedState, questions: Questions) -> ObservedState:
        """Return the observation with these questions answered: issues elsewhere, people, cards."""
        elsewhere, unreachable = lookups.issues_at(self.reader, questions.issues)
        for name in questions.missing[:_MOST_MISSING]:
            location = lookups.transferred(self.reader, name)
            if isinstance(location, str):
                unreachable[name] = location
            else:
                elsewhere[name] = location
        unassignable = {
            name: lookups.unassignable(self.reader, name, logins)
            for name, logins in questions.logins.items()
        }
        permissions = {
            name: lookups.permissions(self.reader, name, logins)
            for name, logins in questions.authors.items()
        }
        cards: dict[str, BoardItem] = {}
        if questions.cards and observed.project:
            cards = self.boards.archived(observed.project, questions.cards)
        return dataclasses.replace(
            observed,
            issues=tuple(
                dataclasses.replace(issue, card=cards.get(issue.id, issue.card))
                for issue in observed.issues
            ),
            elsewhere=elsewhere,
            unreachable=unreachable,
            unassignable=unassignable.get(observed.repository.name_with_owner, ()),
            permissions=permissions.get(observed.repository.name_with_owner, {}),
            others=tuple(
                dataclasses.replace(
                    other,
                    unassignable=unassignable.get(other.repository.name_with_owner, ()),
                    permissions=permissions.get(other.repository.name_with_owner, {}),
                )
                for other in observed.others
            ),
        )

    def feedback(self, refs: Sequence[FeedbackRef]) -> tuple[Conversation, ...]:
        """Return what people say at these places; those without a repository are in this one."""
        return tuple(talks(self.reader, f"{self.owner}/{self.name}", refs))

    def conversation(self, number: int) -> str:
        """Return the node id of an issue or pull request, by its number."""
        return lookups.conversation(self.reader, self.repository, number)

    @property
    def issues(self) -> Issues:
        """What reads issues, as far as this server knows their fields."""
        return Issues(self.reader, self.owner, self.name, self.hidden)

    def read_repository_id(self) -> str:
        """The repository's id, read if no observation has brought it."""
        if self.repository_id is None:
            answer = self.reader.query(document(answered.RepositoryId), self._names())
            self.repository_id = str(self._repository(answer)["id"])
        return self.repository_id

    def read_issue_types(self) -> dict[str, str]:
        """Ids of issue types by name, read if no observation has brought them."""
        if self.issue_types is None:
            answer = self.reader.query(document(answered.IssueTypes), self._names())
            self.issue_types = mapping.issue_types(self._repository(answer)["issueTypes"]) or {}
        return self.issue_types

    def _names(self) -> dict[str, object]:
        return {"owner": self.owner, "name": self.name}

    def _overview(
        self, spec: ProjectSpec | None, size: PageSize
    ) -> tuple[Answer[answered.Overview], str | None]:
        """Return the first answer, and why the board had to be left out of it."""
        answer, problem = self._first_page(spec, size)
        if is_foreign(answer):
            self.read_capabilities()
            answer, problem = self._first_page(spec, size)
        elif answer.data is not None:
            self._learn(of_inputs(answer.data))
        return answer, problem

    def _learn(self, able: Capabilities) -> None:
        if self.own_boards:
            # The issue is made with the one token and put on the board with the other.
            able = dataclasses.replace(able, create_on_board=False)
        self.able, self.capabilities_read = able, True

    def read_capabilities(self) -> Capabilities:
        """Return what the server can do, asked if no observation has told it."""
        if not self.capabilities_read:
            answer = self.reader.query(document(answered.Features), {})
            self._learn(of_features(answer.data))
        return self.able

    def _first_page(
        self, spec: ProjectSpec | None, size: PageSize
    ) -> tuple[Answer[answered.Overview], str | None]:
        problem = None
        if spec and not self.able.boards:
            problem = "this server has no Projects"
        elif spec and not self.own_boards:
            query = document(answered.OverviewWithBoard, self.hidden)
            answer = self.reader.query(query, {**self._names(), **board_variables(spec)}, size)
            scope = next((f for f in answer.faults if f.type == "INSUFFICIENT_SCOPES"), None)
            if answer.data and answer.data.get("repository"):
                return answer, None
            if not scope:
                return answer, None
            # A token without the scope for boards gets nothing at all: ask again without.
            problem = problem_of(spec, scope)
        plain = document(answered.Overview, self.hidden)
        return self.reader.query(plain, self._names(), size), problem

    def _repository(self, answer: Answer[OfRepository[R]]) -> R:
        return repository_of(answer, self.repository)

    def _rest_of(
        self,
        query: Document[OfRepository[R]],
        first_page: Page[N] | None,
        page_in: Callable[[R], Page[N] | None],
    ) -> list[N]:
        """All nodes of a list of the repository, of which the first page is here."""
        nodes, page = mapping.nodes(first_page), first_page
        while (after := mapping.cursor(page)) is not None:
            answer = self.reader.query(query, {**self._names(), "after": after})
            page = page_in(self._repository(answer))
            nodes.extend(mapping.nodes(page))
        return nodes


def _briefly(name: str, error: BacklogError) -> str:
    """Return why a repository cannot be read, where its name is reported next to."""
    return error.message.removeprefix(f"{name}: ")
