"""Read a repository and its board in as few requests as possible."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Final, Protocol, TypedDict, cast

from backlog_sync.core.lookups import Questions
from backlog_sync.core.model import ProjectSpec
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import (
    BoardItem,
    Capabilities,
    ObservedIssue,
    ObservedIssueField,
    ObservedLabel,
    ObservedMilestone,
    ObservedOther,
    ObservedRepository,
    ObservedState,
)
from backlog_sync.core.reading import CachedIssues
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import AccessError, BacklogError, RefusedError
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import lookups, parse, repositories
from backlog_sync.github_api.answers import Answer
from backlog_sync.github_api.boards import (
    BoardResult,
    Boards,
    OfBoardOwner,
    board_variables,
    problem_of,
)
from backlog_sync.github_api.capabilities import (
    has_issue_fields,
    is_foreign,
    of_features,
    of_inputs,
)
from backlog_sync.github_api.documents import Document, document, hidden_fields, unused_fields
from backlog_sync.github_api.generated_answers import N, Page
from backlog_sync.github_api.issues import Issues, OfRepository, R, repository_of
from backlog_sync.github_api.parallel import in_parallel
from backlog_sync.github_api.reader import PageSize, Reader

if TYPE_CHECKING:
    from backlog_sync.core.doctor import Examination

_MOST_MISSING: Final = 20
"""Missing issues to look up at most: each costs a request."""


ISSUE_FIELDS: Final = "issue_fields"
"""The optional part of a read that has the organization's issue fields and their values."""

PREVIEWS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    ISSUE_FIELDS: ("issue_fields,repo_issue_fields", ()),
    "agents": (
        "issues_copilot_assignment_api_support",
        ("suggestedActors", "addAssigneesToAssignable"),
    ),
}
"""What the header `GraphQL-Features` names if a run uses a part, and for which fields (): all.

GitHub's own clients send the one for issue fields (reported). Without the other one GitHub does not
list agents (GitHub's changelog, 2025-12-03), and clients that assign them send it, too (reported).
"""


class _IssueFields(TypedDict):
    """The issue fields that were read."""

    issue_fields: tuple[ObservedIssueField, ...] | None
    issue_fields_problem: str | None


class ReadScope(Protocol):
    """What to read; the engine has a value of this shape."""

    @property
    def project(self) -> ProjectSpec | None:
        """The board to look for, if any."""
        ...

    @property
    def since(self) -> float | None:
        """When all issues were read last (seconds since the epoch); None if that is not known."""
        ...

    @property
    def cached(self) -> CachedIssues | None:
        """The issues with a marker as a cache knows them, if they may be used."""
        ...

    @property
    def uses(self) -> frozenset[str]:
        """The parts in `documents.OPTIONAL` to read."""
        ...

    def numbers(
        self, repository: str, *, sandbox: bool, plain: bool
    ) -> Mapping[str, tuple[int, ...]]:
        """The issues to read by repository, the target's as ""; all of those that are not there."""
        ...

    def others(self, repository: str) -> tuple[str, ...]:
        """The other repositories to read if `repository` is the target."""
        ...


@dataclass(slots=True)
class Observer:
    """Reads `owner/name`; remembers ids by name, and what the server can do.

    `boards` reads with its own token if there is one (`own_boards`). `embedded` means that the
    server is the simulator inside this process. `has_issue_fields` says that the server
    knows issue fields.
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
    uses: frozenset[str] = frozenset()
    has_issue_fields: bool = True

    @property
    def repository(self) -> str:
        """The repository's name as the caller spells it."""
        return f"{self.owner}/{self.name}"

    @property
    def hidden(self) -> frozenset[str]:
        """Names of the fields that this server does not have, or this run does not need."""
        uses = self.uses if self.has_issue_fields else self.uses - {ISSUE_FIELDS}
        return hidden_fields(self.able) | unused_fields(uses)

    def use(self, parts: frozenset[str]) -> None:
        """Ask for these optional parts from now on; for some, GitHub needs a header."""
        self.uses = parts
        for part in PREVIEWS.keys() & parts:
            self.reader.preview(*PREVIEWS[part])
            self.boards.reader.preview(*PREVIEWS[part])

    def observe(
        self, read_scope: ReadScope, *, host: str, sandbox: Callable[[], bool]
    ) -> ObservedState:
        """Read what the scope asks for: all first pages in one request, then the other pages.

        Issues are read by number if that is enough and takes fewer requests. `sandbox` is called
        after the first answer.
        """
        size = PageSize()
        self.use(read_scope.uses)
        spec = read_scope.project
        answer, problem = self._overview(spec, size)
        data = self._repository(answer)
        repository = parse.repository(data, self.reader.scopes)
        self.repository_id = repository.id
        board = self._board(spec, answer, repository.id, problem)
        numbers = read_scope.numbers(
            repository.name_with_owner, sandbox=sandbox(), plain=not self.embedded
        )
        cached = read_scope.cached
        if cached is not None and cached.repository_id != repository.id:
            cached = None  # another repository had this name
        issues, coverage = self.issues.read(
            data["issues"], size, numbers.get(""), read_scope.since, cached
        )
        cards = self.boards.cards(board.project, self.hidden) if board.project else {}
        self.issue_types = parse.issue_types(data.get("issueTypes"))
        names = read_scope.others(repository.name_with_owner)
        others, issues_elsewhere, out_of_reach = self._others(
            {name: numbers.get(fold(name)) for name in names}
        )
        issues += issues_elsewhere
        return ObservedState(
            repository=repository,
            viewer=parse.viewer(answer.whole["viewer"]),
            issues=tuple(dataclasses.replace(issue, card=cards.get(issue.id)) for issue in issues),
            labels=self._labels(data),
            milestones=self._milestones(data),
            issue_types=tuple(self.issue_types) if self.issue_types is not None else None,
            project=board.project,
            project_owner_id=board.owner_id,
            project_problem=board.problem,
            template=board.template,
            coverage=coverage,
            capabilities=self.able,
            host=host,
            sandbox=sandbox(),
            embedded=self.embedded,
            others=others,
            out_of_reach=out_of_reach,
            **self._issue_fields(data.get("issueFields")),
        )

    def _issue_fields(
        self, connection: answered.Nodes[answered.FieldDefinition] | None
    ) -> "_IssueFields":
        """Return what is known of the organization's issue fields."""
        problem = None
        if ISSUE_FIELDS in self.uses and not self.has_issue_fields:
            problem = "this server has no issue fields"
        return {"issue_fields": parse.issue_fields(connection), "issue_fields_problem": problem}

    def _board(
        self,
        spec: ProjectSpec | None,
        answer: Answer[answered.Overview],
        repository_id: str,
        problem: str | None,
    ) -> BoardResult:
        """Return the board that `spec` means, from this answer or with the token for boards."""
        if spec is None or problem is not None:
            return BoardResult(problem=problem)
        if self.own_boards:
            board = self.boards.read(spec, repository_id, self.hidden)
        else:
            # There was no problem with the board, so this is an answer to `OverviewWithBoard`.
            with_board = cast("Answer[OfBoardOwner]", answer)
            board = self.boards.from_answer(spec, with_board, repository_id, self.hidden)
        return self.boards.with_template(spec, board, repository_id, self.hidden)

    def definitions(self, spec: ProjectSpec | None, *, host: str) -> ObservedState:
        """Read labels, milestones and the board as they are now, without issues."""
        answer, problem = self._overview(spec, PageSize(1))
        data = self._repository(answer)
        repository = parse.repository(data, self.reader.scopes)
        board = self._board(spec, answer, repository.id, problem)
        return ObservedState(
            repository=repository,
            viewer=parse.viewer(answer.whole["viewer"]),
            issues=(),
            labels=self._labels(data),
            milestones=self._milestones(data),
            project=board.project,
            project_owner_id=board.owner_id,
            project_problem=board.problem,
            capabilities=self.able,
            host=host,
            **self._issue_fields(data.get("issueFields")),
        )

    def at(self, repository: str | None) -> "Observer":
        """Return an observer of another repository; for None, that of the target."""
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
            uses=self.uses,
            has_issue_fields=self.has_issue_fields,
        )

    def _others(
        self, numbers: Mapping[str, Sequence[int] | None]
    ) -> tuple[tuple[ObservedOther, ...], list[ObservedIssue], dict[str, str]]:
        """Read the other repositories: return them, their issues, and why some are unreadable.

        `numbers` has their names and the issues to read there, None for all.
        """
        others: list[ObservedOther] = []
        issues: list[ObservedIssue] = []
        out_of_reach: dict[str, str] = {}
        for name, contents in repositories.read_contents(self.reader, numbers, self.hidden).items():
            try:
                other, issues_there = self.at(name)._other(contents)
            except (AccessError, RefusedError) as error:
                out_of_reach[name] = _briefly(name, error)
                continue
            others.append(other)
            issues += issues_there
        return tuple(others), issues, out_of_reach

    def _other(
        self, contents: repositories.Contents | repositories.Failed
    ) -> tuple[ObservedOther, list[ObservedIssue]]:
        """Return this repository as one next to the target, with more pages if there are any."""
        if isinstance(contents, repositories.Failed):
            raise contents.error
        issues, coverage = contents.result()
        repository = parse.repository(contents.data, self.reader.scopes)
        labels, milestones = self._labels(contents.data), self._milestones(contents.data)
        return ObservedOther(repository, labels, milestones, coverage), issues

    def _labels(self, data: answered.RepositoryDefinitions) -> tuple[ObservedLabel, ...]:
        query = document(answered.LabelsPage, self.hidden)
        nodes = self._rest_of(query, data["labels"], lambda repository: repository["labels"])
        return tuple(map(parse.label, nodes))

    def _milestones(self, data: answered.RepositoryDefinitions) -> tuple[ObservedMilestone, ...]:
        query = document(answered.MilestonesPage, self.hidden)
        first_page = data["milestones"]
        nodes = self._rest_of(query, first_page, lambda repository: repository["milestones"])
        return tuple(map(parse.milestone, nodes))

    def examine(self, read_scope: ReadScope) -> "Examination":
        """Read what `doctor` needs about server, token, repository and board; no issues."""
        from backlog_sync.core.doctor import Examination  # noqa: PLC0415 - only for this

        self.use(read_scope.uses)
        able = self.read_capabilities()
        answer = self.reader.query(document(answered.Checkup, self.hidden), self._names())
        data = self._repository(answer)
        repository = parse.repository(data, self.reader.scopes)
        spec, board = read_scope.project, BoardResult()
        if spec and not able.boards:
            board = BoardResult(problem="this server has no Projects")
        elif spec:
            board = self.boards.read(spec, repository.id, self.hidden, workflows=True)
        types = parse.issue_types(data.get("issueTypes"))
        scopes = self.reader.scopes
        others, out_of_reach = self._checkups(read_scope.others(repository.name_with_owner))
        return Examination(
            viewer=parse.viewer(answer.whole["viewer"]).login,
            repository=repository,
            scopes=tuple(sorted(scopes)) if scopes is not None else None,
            allowance=parse.allowance(answer.whole.get("rateLimit")),
            capabilities=able,
            issue_types=tuple(types) if types is not None else None,
            project=board.project,
            project_problem=board.problem,
            board_viewer=self.boards.viewer() if self.own_boards else None,
            others=others,
            out_of_reach=out_of_reach,
            **self._issue_fields(data.get("issueFields")),
        )

    def _checkups(
        self, names: Sequence[str]
    ) -> tuple[tuple[ObservedRepository, ...], dict[str, str]]:
        """Return other repositories without their contents, and why some are unreadable."""
        others: list[ObservedRepository] = []
        out_of_reach: dict[str, str] = {}
        for part, data in repositories.read_parts(
            self.reader,
            answered.CheckupsAt,
            answered.RepositoryItself,
            [repositories.Part(name) for name in names],
            self.hidden,
        ):
            if isinstance(data, repositories.Failed):
                out_of_reach[part.name] = _briefly(part.name, data.error)
            else:
                others.append(parse.repository(data, self.reader.scopes))
        return tuple(others), out_of_reach

    def look_up(self, observed: ObservedState, questions: Questions) -> ObservedState:
        """Return the observation with answers to questions about issues, people and cards."""
        elsewhere, unreachable = lookups.issues_at(self.reader, questions.issues)
        missing = questions.missing[:_MOST_MISSING]
        current = in_parallel(lambda name: lookups.transferred(self.reader, name), missing)
        for name, location in zip(missing, current, strict=True):
            if isinstance(location, str):
                unreachable[name] = location
            else:
                elsewhere[name] = location
        unassignable, agent_ids = lookups.assignable(
            self.reader, questions.logins, suggested=self.able.suggested_actors
        )
        agents = {name: tuple(ids) for name, ids in agent_ids.items()}
        permissions = lookups.permissions(self.reader, questions.authors)
        assigned_before = lookups.assignments(self.reader, questions.assignments)
        removed_blockers = lookups.removed_blockers(self.reader, questions.links)
        triaged = lookups.triaged(self.reader, questions.triage)
        cards: dict[str, BoardItem] = {}
        if questions.cards and observed.project:
            cards = self.boards.archived(observed.project, questions.cards, self.hidden)
        return dataclasses.replace(
            observed,
            issues=tuple(
                dataclasses.replace(issue, card=cards.get(issue.id, issue.card))
                for issue in observed.issues
            ),
            elsewhere=elsewhere,
            unreachable=unreachable,
            assigned_before=assigned_before,
            removed_blockers=removed_blockers,
            triaged=triaged,
            unassignable=unassignable.get(observed.repository.name_with_owner, ()),
            agents=agents.get(observed.repository.name_with_owner, ()),
            permissions=permissions.get(observed.repository.name_with_owner, {}),
            others=tuple(
                dataclasses.replace(
                    other,
                    unassignable=unassignable.get(other.repository.name_with_owner, ()),
                    agents=agents.get(other.repository.name_with_owner, ()),
                    permissions=permissions.get(other.repository.name_with_owner, {}),
                )
                for other in observed.others
            ),
        )

    @property
    def issues(self) -> Issues:
        """A reader of issues with the fields that this server has."""
        return Issues(self.reader, self.owner, self.name, self.hidden)

    def read_repository_id(self) -> str:
        """Return the repository's id; read it if no observation did."""
        if self.repository_id is None:
            answer = self.reader.query(document(answered.RepositoryId), self._names())
            self.repository_id = str(self._repository(answer)["id"])
        return self.repository_id

    def read_issue_types(self) -> dict[str, str]:
        """Return the ids of issue types by name; read them if no observation did."""
        if self.issue_types is None:
            answer = self.reader.query(document(answered.IssueTypes), self._names())
            self.issue_types = parse.issue_types(self._repository(answer)["issueTypes"]) or {}
        return self.issue_types

    def _names(self) -> dict[str, object]:
        return {"owner": self.owner, "name": self.name}

    def _overview(
        self, spec: ProjectSpec | None, size: PageSize
    ) -> tuple[Answer[answered.Overview], str | None]:
        """Return the first answer, and why it does not contain the board (None if it does)."""
        answer, problem = self._first_page(spec, size)
        if is_foreign(answer):
            self.read_capabilities()
            answer, problem = self._first_page(spec, size)
        elif answer.data is not None:
            self._learn(of_inputs(answer.data))
            self.has_issue_fields = has_issue_fields(answer.data)
        return answer, problem

    def _learn(self, able: Capabilities) -> None:
        if self.own_boards:
            # One token creates the issue, the other one adds it to the board.
            able = dataclasses.replace(able, create_on_board=False)
        self.able, self.capabilities_read = able, True

    def read_capabilities(self) -> Capabilities:
        """Return what the server can do; query it if no observation did."""
        if not self.capabilities_read:
            answer = self.reader.query(document(answered.Features), {})
            self._learn(of_features(answer.data))
            self.has_issue_fields = answer.data is not None and has_issue_fields(answer.data)
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
            if not scope or (answer.data and answer.data.get("repository")):
                return answer, None
            # A token without the scope for boards gets no data at all: ask again without a board.
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
        """Return all nodes of a list of the repository, reading the pages after the first."""
        nodes, page = parse.nodes(first_page), first_page
        while (after := parse.cursor(page)) is not None:
            answer = self.reader.query(query, {**self._names(), "after": after})
            page = page_in(self._repository(answer))
            nodes.extend(parse.nodes(page))
        return nodes


def _briefly(name: str, error: BacklogError) -> str:
    """Return why a repository cannot be read, without its name, which is shown next to it."""
    return error.message.removeprefix(f"{name}: ")
