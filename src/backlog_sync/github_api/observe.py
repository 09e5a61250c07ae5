"""Reading a whole repository and its board in as few requests as can be."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from backlog_sync.core.model import (
    BoardItem,
    Coverage,
    IssueLink,
    ObservedIssue,
    ObservedProject,
    ObservedState,
    ProjectSpec,
)
from backlog_sync.errors import AccessError, RefusedError
from backlog_sync.github_api import mapping
from backlog_sync.github_api.answers import Answer, Fault, Json
from backlog_sync.github_api.documents import document, repeated
from backlog_sync.github_api.reader import PageSize, Reader

_BY_ID: Final = 100
"""`nodes(ids:)` takes up to 100 ids."""


class Wanted(Protocol):
    """What a read must bring; the engine has a value of this shape."""

    @property
    def project(self) -> ProjectSpec | None:
        """The board to look for, if any."""
        ...


@dataclass(frozen=True, slots=True)
class _Board:
    """What was found of the board that was asked for."""

    project: ObservedProject | None = None
    owner_id: str | None = None
    problem: str | None = None


@dataclass(slots=True)
class Observer:
    """Reads `owner/name`. What it learns of ids by name stays."""

    reader: Reader
    owner: str
    name: str
    issue_types: dict[str, str] | None = None
    repository_id: str | None = None

    @property
    def repository(self) -> str:
        """The repository as it was asked for."""
        return f"{self.owner}/{self.name}"

    def observe(self, wanted: Wanted, *, host: str, sandbox: Callable[[], bool]) -> ObservedState:
        """Everything: one request for all first pages, then what is left of each list.

        `sandbox` is asked after the first answer.
        """
        size = PageSize()
        spec = wanted.project
        answer, refused = self._overview(spec, size)
        data = self._repository(answer)
        repository = mapping.repository(data)
        self.repository_id = repository.id
        board = _Board(problem=refused)
        if spec and not refused:
            board = self._board(spec, answer, repository.id)
        issues, complete = self._issues(data["issues"], size)
        cards = self._cards(board.project) if board.project else {}
        labels = self._rest_of("LabelsPage", "labels", data["labels"])
        milestones = self._rest_of("MilestonesPage", "milestones", data["milestones"])
        self.issue_types = mapping.issue_types(data["issueTypes"])
        return ObservedState(
            repository=repository,
            viewer=mapping.viewer(answer.data["viewer"] if answer.data else None),
            issues=tuple(dataclasses.replace(issue, card=cards.get(issue.id)) for issue in issues),
            labels=tuple(mapping.label(node) for node in labels),
            milestones=tuple(mapping.milestone(node) for node in milestones),
            issue_types=tuple(self.issue_types) if self.issue_types is not None else None,
            project=board.project,
            project_owner_id=board.owner_id,
            project_problem=board.problem,
            coverage=Coverage(complete=complete, issues_read=len(issues)),
            host=host,
            sandbox=sandbox(),
        )

    def reread(self, ids: Sequence[str]) -> dict[str, ObservedIssue]:
        """These issues, without their cards; one that is gone is absent."""
        found: dict[str, ObservedIssue] = {}
        for start in range(0, len(ids), _BY_ID):
            some = list(ids[start : start + _BY_ID])
            answer = self.reader.query(document("IssuesById"), {"ids": some})
            # An id that no longer resolves is a fault of its own entry, and null in its place.
            for node in (answer.data or {})["nodes"]:
                if node and "id" in node:
                    found[node["id"]] = self._issue(node)
        return found

    def recent(self, count: int) -> tuple[ObservedIssue, ...]:
        """The issues made last, newest first; at most 100."""
        size = PageSize(max(1, min(count, 100)))
        answer = self.reader.query(document("RecentIssues"), self._names(), size)
        found = mapping.nodes(self._repository(answer)["issues"])
        return tuple(self._issue(node) for node in found)

    def read_repository_id(self) -> str:
        """The repository's id, read where no observation has brought it."""
        if self.repository_id is None:
            answer = self.reader.query(document("RepositoryId"), self._names())
            self.repository_id = str(self._repository(answer)["id"])
        return self.repository_id

    def read_issue_types(self) -> dict[str, str]:
        """Ids of issue types by name, read where no observation has brought them."""
        if self.issue_types is None:
            answer = self.reader.query(document("IssueTypes"), self._names())
            self.issue_types = mapping.issue_types(self._repository(answer)["issueTypes"]) or {}
        return self.issue_types

    def _names(self) -> dict[str, Json]:
        return {"owner": self.owner, "name": self.name}

    def _overview(self, spec: ProjectSpec | None, size: PageSize) -> tuple[Answer, str | None]:
        """The first answer, and why the board had to be left out of it."""
        problem = None
        if spec:
            variables = {
                "boardOwner": spec.owner,
                "title": spec.title,
                "number": spec.number or 0,
                "byNumber": spec.number is not None,
                "byTitle": spec.number is None,
            }
            answer = self.reader.query(
                document("OverviewWithBoard"), {**self._names(), **variables}, size
            )
            scope = next((f for f in answer.faults if f.type == "INSUFFICIENT_SCOPES"), None)
            if answer.data and answer.data.get("repository"):
                return answer, None
            if not scope:
                return answer, None
            # A token without the scope for boards gets nothing at all: ask again without.
            problem = _problem(spec, scope)
        return self.reader.query(document("Overview"), self._names(), size), problem

    def _repository(self, answer: Answer) -> Json:
        """The repository's part of an answer, where it is there and bears the name asked for."""
        data = (answer.data or {}).get("repository")
        if not data:
            fault = answer.fault("repository") or next(iter(answer.faults), None)
            raise _no_repository(self.repository, fault)
        now = data.get("nameWithOwner")
        if now is not None and now.lower() != self.repository.lower():
            raise RefusedError(
                f"{self.repository} is now called {now}",
                slug="renamed",
                hint=f"name it as it is: `repository: {now}`, or --repo {now}",
            )
        return data

    # ---- issues and definitions ----------------------------------------------------------

    def _issues(self, first: Json, size: PageSize) -> tuple[list[ObservedIssue], bool]:
        """All issues by number, each once, and whether the list was whole."""
        found: dict[str, ObservedIssue] = {}
        page, withheld = first, 0
        while True:
            listed = page["nodes"] or ()
            withheld += sum(1 for node in listed if not node)
            for node in mapping.nodes(page):
                found[node["id"]] = self._issue(node)
            after = mapping.cursor(page)
            if after is None:
                break
            answer = self.reader.query(
                document("IssuesPage"), {**self._names(), "after": after}, size
            )
            page = self._repository(answer)["issues"]
        complete = not withheld and len(found) >= int(page["totalCount"])
        return sorted(found.values(), key=lambda issue: issue.number), complete

    def _issue(self, node: Json) -> ObservedIssue:
        issue = mapping.issue(node)
        after = mapping.cursor(node["blockedBy"])
        more: list[IssueLink] = []
        while after is not None:
            variables = {"id": issue.id, "after": after}
            answer = self.reader.query(document("BlockersPage"), variables)
            page = (answer.data or {})["node"]["blockedBy"]
            more.extend(mapping.link(one) for one in mapping.nodes(page))
            after = mapping.cursor(page)
        return dataclasses.replace(issue, blocked_by=(*issue.blocked_by, *more))

    def _rest_of(self, name: str, key: str, first: Json) -> list[Json]:
        """All nodes of a list of the repository, of which the first page is here."""
        found, page = list(mapping.nodes(first)), first
        while (after := mapping.cursor(page)) is not None:
            answer = self.reader.query(document(name), {**self._names(), "after": after})
            page = self._repository(answer)[key]
            found.extend(mapping.nodes(page))
        return found

    # ---- the board -----------------------------------------------------------------------

    def _board(self, spec: ProjectSpec, answer: Answer, repository_id: str) -> _Board:
        """The board that `spec` means, out of the first answer or the list of all boards."""
        owner = (answer.data or {}).get("repositoryOwner")
        fault = answer.fault("repositoryOwner")
        if not owner:
            return _Board(problem=_problem(spec, fault) if fault else _no_owner(spec))
        # Faults below a board that is there, such as a linked repository that is hidden from
        # this token, do not matter.
        if spec.number is not None:
            found = owner.get("projectV2")
            problem = None if found else _problem(spec, fault)
        elif owner.get("projectsV2") is None:
            found, problem = None, _problem(spec, fault)
        else:
            assert spec.title is not None, "a board is wanted by number or by title"
            found, problem = self._by_title(spec, spec.title, owner)
        if not found:
            return _Board(owner_id=owner["id"], problem=problem)
        return _Board(mapping.project(found, owner["login"], repository_id), owner["id"])

    def _by_title(
        self, spec: ProjectSpec, title: str, owner: Json
    ) -> tuple[Json | None, str | None]:
        """A search finds it quickly; that none has the title is believed of the whole list only."""
        found = mapping.pick_project(mapping.nodes(owner.get("projectsV2")), title)
        if found and not found["closed"]:
            return found, None
        after, candidates = None, []
        while True:
            variables = {"boardOwner": spec.owner, "after": after}
            answer = self.reader.query(document("BoardsPage"), variables)
            listed = (answer.data or {}).get("repositoryOwner") or {}
            page = listed.get("projectsV2")
            if page is None:
                return None, _problem(spec, answer.fault("repositoryOwner"))
            candidates += mapping.nodes(page)
            after = mapping.cursor(page)
            if after is None:
                return mapping.pick_project(candidates, title), None

    def _cards(self, project: ObservedProject) -> dict[str, BoardItem]:
        """All cards by the id of their issue, archived ones too: 1 point for 100 of them."""
        names = [one.name for one in project.fields if one.type in mapping.WRITABLE]
        query = repeated("BoardItems", "field", len(names))
        fields = {f"field{index}": name for index, name in enumerate(names)}
        cards: dict[str, BoardItem] = {}
        size, after = PageSize(), None
        while True:
            variables = {"id": project.id, "after": after, **fields}
            answer = self.reader.query(query, variables, size)
            items = (answer.data or {})["node"]["items"]
            for node in mapping.nodes(items):
                issue_id, card = mapping.card(node, names)
                if issue_id:
                    cards[issue_id] = card
            after = mapping.cursor(items)
            if after is None:
                return cards


def _no_repository(name: str, fault: Fault | None) -> AccessError | RefusedError:
    if fault is None or fault.type == "NOT_FOUND":
        return AccessError(
            f"{name}: it does not exist, or this token may not see it",
            slug="no-repository",
            hint="check the name (--repo OWNER/NAME), and that the token reaches this repository",
        )
    if fault.type in ("FORBIDDEN", "INSUFFICIENT_SCOPES"):
        return AccessError(
            f"{name}: this token may not read it: {fault.message}",
            hint="a token needs read and write access to the repository's issues",
        )
    return RefusedError(
        f"GitHub did not carry out the query for {name}: {fault.message}",
        hint="an older GitHub Enterprise Server may lack sub-issues, dependencies or issue types",
    )


def _problem(spec: ProjectSpec, fault: Fault | None) -> str:
    """Why the board is out of reach, and what would help."""
    if fault and fault.type == "INSUFFICIENT_SCOPES":
        return (
            f"the token lacks the scope for {spec.owner}'s projects: a classic token needs"
            " read:project to plan and project to sync (see BACKLOG_PROJECT_TOKEN)"
        )
    if fault and fault.type == "FORBIDDEN":
        return (
            f"the token may not reach the projects of {spec.owner} ({fault.message}): a workflow's"
            " own token never can, and a fine-grained token cannot for a user's board"
            " (see BACKLOG_PROJECT_TOKEN)"
        )
    if fault and fault.type != "NOT_FOUND":
        return f"the projects of {spec.owner} could not be read: {fault.message}"
    if spec.number is not None and (fault is None or fault.path[-1:] == ("projectV2",)):
        return f"{spec.owner} has no project number {spec.number}, or this token may not see it"
    return _no_owner(spec)


def _no_owner(spec: ProjectSpec) -> str:
    return f"there is no user or organisation {spec.owner}, or this token may not see it"
