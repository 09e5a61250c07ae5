"""Read boards: find the one that is meant, its fields, and the cards on it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias, TypedDict, cast

from backlog_sync.core.iterations import IterationSnapshot
from backlog_sync.core.model import ProjectSpec
from backlog_sync.core.observed import BoardItem, IterationCard, ObservedBoardField, ObservedProject
from backlog_sync.dataclass import dataclass
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import parse
from backlog_sync.github_api.answers import Answer, Fault, required
from backlog_sync.github_api.capabilities import is_foreign
from backlog_sync.github_api.documents import ALL, OPTIONAL, document, repeated
from backlog_sync.github_api.reader import PageSize, Reader

_CardsAnswer: TypeAlias = answered.IterationCards | answered.ShownIterationCards

_BY_ID: Final = 100
"""`nodes(ids:)` takes up to 100 ids."""


@dataclass(frozen=True, slots=True)
class BoardResult:
    """A board that was looked for, or the `problem` that kept it from being read."""

    project: ObservedProject | None = None
    owner_id: str | None = None
    problem: str | None = None
    template: ObservedProject | None = None


class OfBoardOwner(TypedDict):
    """The data that a query for a board returns."""

    repositoryOwner: answered.BoardOwner | None


def board_variables(spec: ProjectSpec) -> dict[str, object]:
    """Return the query variables that identify a board."""
    return {
        "boardOwner": spec.owner,
        "title": spec.title,
        "number": spec.number or 0,
        "byNumber": spec.number is not None,
        "byTitle": spec.number is None,
    }


@dataclass(frozen=True, slots=True)
class Boards:
    """Reads boards, with the token that is meant for them."""

    reader: Reader

    def viewer(self) -> str:
        """Return the login of the person whose token reads boards."""
        answer = self.reader.query(document(answered.Viewer), {})
        return parse.viewer(answer.whole["viewer"]).login

    def read(
        self,
        spec: ProjectSpec,
        repository_id: str,
        hidden: frozenset[str],
        *,
        workflows: bool = False,
    ) -> BoardResult:
        """Read a board with a separate request, and whether its workflows are on if asked."""
        shown = frozenset(OPTIONAL["doctor"] if workflows else ())
        query = document(answered.Board, hidden - shown)
        answer = self.reader.query(query, board_variables(spec))
        scope = next((f for f in answer.faults if f.type == "INSUFFICIENT_SCOPES"), None)
        if scope:
            return BoardResult(problem=problem_of(spec, scope))
        return self.from_answer(spec, answer, repository_id, hidden)

    def with_template(
        self, spec: ProjectSpec, result: BoardResult, repository_id: str, hidden: frozenset[str]
    ) -> BoardResult:
        """Return the result with the board to copy, if the board is to be created from one."""
        if spec.template is None or result.project is not None or result.problem is not None:
            return result
        owner, _, number = spec.template.partition("/")
        template = self.read(ProjectSpec(owner, number=int(number)), repository_id, hidden)
        if template.project is None:
            return replace(result, problem=f"its template cannot be read: {template.problem}")
        return replace(result, template=template.project)

    def from_answer(
        self,
        spec: ProjectSpec,
        answer: Answer[OfBoardOwner],
        repository_id: str,
        hidden: frozenset[str] = ALL,
    ) -> BoardResult:
        """Return the board that `spec` means, from an answer or else the list of all boards."""
        owner = answer.data.get("repositoryOwner") if answer.data else None
        fault = answer.fault("repositoryOwner")
        if not owner:
            return BoardResult(problem=problem_of(spec, fault) if fault else _no_owner(spec))
        # Faults below a board that exists, such as a linked repository that is hidden from this
        # token, do not matter.
        scopes = self.reader.scopes
        if spec.number is not None:
            board = owner.get("projectV2")
            problem = None if board else problem_of(spec, fault)
        elif owner.get("projectsV2") is None:
            board, problem = None, problem_of(spec, fault)
        else:
            assert spec.title is not None, "a board is identified by number or by title"
            board, problem = self._by_title(spec, spec.title, owner, hidden)
            if board is None and problem is None and scopes is not None and "project" not in scopes:
                problem = f"there is none, and {_SCOPE}"
        if not board:
            return BoardResult(owner_id=owner["id"], problem=problem)
        project = parse.project(board, owner["login"], repository_id, scopes)
        return BoardResult(project, owner["id"])

    def _by_title(
        self, spec: ProjectSpec, title: str, owner: answered.BoardOwner, hidden: frozenset[str]
    ) -> tuple[answered.BoardFields | None, str | None]:
        """Find a board by title; only the whole list, not a search, proves that there is none."""
        board = parse.pick_project(parse.nodes(owner.get("projectsV2")), title)
        if board and not board["closed"]:
            return board, None
        listed_titles = _all_titles(owner)
        if board is None and listed_titles is not None and title not in listed_titles:
            return None, None
        after: str | None = None
        candidates: list[answered.BoardFields] = []
        while True:
            variables = {"boardOwner": spec.owner, "after": after}
            answer = self.reader.query(document(answered.BoardsPage, hidden), variables)
            listed = answer.data.get("repositoryOwner") if answer.data else None
            page = listed.get("projectsV2") if listed else None
            if page is None:
                return None, problem_of(spec, answer.fault("repositoryOwner"))
            candidates += parse.nodes(page)
            after = parse.cursor(page)
            if after is None:
                return parse.pick_project(candidates, title), None

    def cards(self, project: ObservedProject, hidden: frozenset[str]) -> dict[str, BoardItem]:
        """Return the cards of a board by the id of their issue, at 1 point per 100 cards.

        GitHub does not list archived cards; see `archived`.
        """
        names = _settable(project, hidden)
        query = repeated(answered.BoardItems, len(names), hidden)
        cards: dict[str, BoardItem] = {}
        size, after = PageSize(), None
        while True:
            variables = {"id": project.id, "after": after, **_aliased(names)}
            answer = self.reader.query(query, variables, size)
            items = required(answer.whole["node"], "board")["items"]
            for node in parse.nodes(items):
                # The content is null if this token may not see the issue; a draft has no id.
                if issue_id := node["content"] and node["content"].get("id"):
                    cards[issue_id] = parse.card(node, names)
            after = parse.cursor(items)
            if after is None:
                return cards

    def archived(
        self, project: ObservedProject, ids: Sequence[str], hidden: frozenset[str]
    ) -> dict[str, BoardItem]:
        """Return the cards of these issues on a board, archived ones too, by issue id."""
        names = _settable(project, hidden)
        query = repeated(answered.CardsOf, len(names), hidden)
        cards: dict[str, BoardItem] = {}
        for start in range(0, len(ids), _BY_ID):
            chunk = list(ids[start : start + _BY_ID])
            answer = self.reader.query(query, {"ids": chunk, **_aliased(names)})
            for node in filter(None, answer.whole["nodes"]):
                for item in parse.nodes(node.get("projectItems")):
                    if item["project"]["id"] == project.id:
                        cards[node["id"]] = parse.card(item, names)
        return cards

    def iterations(self, project_id: str, board_field: ObservedBoardField) -> IterationSnapshot:
        """Return an iteration field as it is now, and the iteration of every card on the board.

        The field is read last, so that it is as recent as possible. A server that cannot list
        archived cards (GitHub could not before 2026-06) gives the others.
        """
        cards: list[IterationCard] = []
        problem: str | None = None
        totals: set[int] = set()
        size, after = PageSize(), None
        listed: type[_CardsAnswer] = answered.IterationCards
        while True:
            variables = {"id": project_id, "after": after, "field": board_field.name}
            answer = self.reader.query(document(listed), variables, size)
            if listed is answered.IterationCards and is_foreign(answer):
                listed = answered.ShownIterationCards
                continue
            node = answer.data.get("node") if answer.data else None
            page = node.get("items") if node else None
            if page is None:
                why = answer.faults[0].message if answer.faults else "the board is gone"
                problem = f"the cards of the board could not be read: {why}"
                break
            nodes = parse.nodes(page)
            cards += [parse.iteration_card(each) for each in nodes]
            unreadable = next((f.message for f in answer.faults), None)
            if unreadable:
                problem = f"some cards of the board could not be read: {unreadable}"
            totals.add(int(page["totalCount"]))
            after = parse.cursor(page)
            if after is None:
                break
        # Pages are cut by position: if a card comes or goes in between, another one is missed.
        if problem is None and totals != {len({card.id for card in cards})}:
            total = " or ".join(map(str, sorted(totals)))
            problem = f"{len(cards)} of the board's {total} cards could be read"
        current = self.reader.query(document(answered.IterationField), {"id": board_field.id})
        shown = current.data.get("node") if current.data else None
        if not shown or "configuration" not in shown:
            return IterationSnapshot(board_field, 0, tuple(cards), problem or "the field is gone")
        duration = int(shown["settings"]["duration"])
        field = parse.board_field(cast("answered.BoardField", shown))
        archived_listed = listed is answered.IterationCards
        return IterationSnapshot(field, duration, tuple(cards), problem, archived_listed)


def _all_titles(owner: answered.BoardOwner) -> list[str] | None:
    """Return the titles of all boards of an owner; None if only some of them are listed."""
    listed = owner.get("listed")
    titles = [each["title"] for each in parse.nodes(listed)]
    return titles if listed and listed["totalCount"] == len(titles) else None


def _settable(project: ObservedProject, hidden: frozenset[str]) -> list[str]:
    """Return the names of the fields whose values belong to the board, and are read."""
    several = not hidden.intersection(OPTIONAL["multi_select"])
    kinds = parse.WRITABLE if several else parse.WRITABLE - {"multi_select"}
    return [field.name for field in project.fields if field.type in kinds]


def _aliased(names: Sequence[str]) -> dict[str, str]:
    return {f"field{index}": name for index, name in enumerate(names)}


_SCOPE = (
    "this token may only look at boards: a classic token needs the scope project to sync"
    " (see BACKLOG_PROJECT_TOKEN)"
)


def problem_of(spec: ProjectSpec, fault: Fault | None) -> str:
    """Explain why the board cannot be read, and what would help."""
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
    return f"there is no user or organization {spec.owner}, or this token may not see it"
