"""Map GitHub's JSON to the values of the core.

A shape that the schema rules out raises KeyError, TypeError, ValueError or AttributeError;
`reader.understood` turns these into a message.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING, Final, TypeVar, cast

from backlog_sync.core.model import Arrangement, BoardValue, IssueFieldValue
from backlog_sync.core.observed import (
    Actor,
    BoardItem,
    IssueLink,
    IterationCard,
    ObservedBoardField,
    ObservedIssue,
    ObservedIssueField,
    ObservedLabel,
    ObservedMilestone,
    ObservedOption,
    ObservedProject,
    ObservedRepository,
    ObservedView,
    PullRequest,
    Triaged,
)
from backlog_sync.core.states import COMPLETED, NOT_PLANNED, OPEN
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api.answers import unsure
from backlog_sync.github_api.documents import nth
from backlog_sync.github_api.generated_answers import Nodes, Page

if TYPE_CHECKING:
    from backlog_sync.core.doctor import Allowance

N = TypeVar("N")
B = TypeVar("B", bound=answered.ProjectV2WithNumberTitleClosed)

WRITABLE: Final = frozenset(
    {"text", "number", "date", "single_select", "multi_select", "iteration"}
)
"""Types of board fields whose values belong to the board, and not to the issue."""


def nodes(connection: Nodes[N] | None) -> list[N]:
    """Return the nodes of a connection, without those that GitHub withholds (null)."""
    listed = connection.get("nodes") if connection else None
    return [node for node in listed or () if node]


def agents_assigned(issue: answered.AgentsStandingNode) -> tuple[str, ...]:
    """Return the folded logins of agents that were ever assigned to an issue, each once."""
    events = nodes(issue["timelineItems"])
    assigned = (event.get("assignee") for event in events)
    logins = (str(who["login"]).lower() for who in assigned if who and "login" in who)
    return tuple(dict.fromkeys(logins))


def removed_blockers(issue: answered.RemovedBlockersNode) -> tuple[IssueLink, ...]:
    """Return the issues that blocked an issue until somebody unlinked them, as far as visible."""
    blockers = (event.get("blockingIssue") for event in nodes(issue["timelineItems"]))
    return tuple(link(blocker) for blocker in blockers if blocker)


def triaged(issue: answered.TriageNode) -> tuple[Triaged, ...]:
    """Return who put labels and milestones on an issue."""
    return tuple(
        Triaged(
            by=actor["login"] if actor else "",
            by_person=actor is not None and actor["__typename"] == "User",
            label=label["name"] if label else None,
            milestone=event.get("milestoneTitle"),
        )
        for event in nodes(issue["timelineItems"])
        for actor, label in [(event.get("actor"), event.get("label"))]
    )


def cursor(connection: Page[N] | None) -> str | None:
    """Return the cursor of the next page; None after the last."""
    page = connection.get("pageInfo") if connection else None
    return str(page["endCursor"]) if page and page.get("hasNextPage") else None


def repository(
    data: answered.RepositoryItself, scopes: frozenset[str] | None = None
) -> ObservedRepository:
    """Return the repository itself.

    `scopes` are those of a classic token: without one for repositories it can only read, whatever
    its owner may do.
    """
    writes = {"repo"} if data["isPrivate"] else {"repo", "public_repo"}
    may = data["viewerPermission"] or "NONE"
    return ObservedRepository(
        id=data["id"],
        name_with_owner=data["nameWithOwner"],
        owner_id=data["owner"]["id"],
        owner_type=data["owner"]["__typename"],
        permission=may if scopes is None or scopes & writes or may == "NONE" else "READ",
        has_issues=data["hasIssuesEnabled"],
        archived=data["isArchived"],
        private=data["isPrivate"],
        disabled=data["isDisabled"],
        locked=data["isLocked"],
        collaborators_only=data.get("issueCreationPolicy") == "COLLABORATORS_ONLY",
        may_create=data.get("viewerCanCreateIssues"),
    )


def viewer(data: answered.UserWithIdLogin) -> Actor:
    """Return who the token belongs to."""
    return Actor(id=data["id"], login=data["login"])


def allowance(data: answered.CheckupRateLimit | None) -> "Allowance | None":
    """Return what is left of the hour's points; None if the server does not count any."""
    from backlog_sync.core.doctor import Allowance  # noqa: PLC0415 - only for `doctor`

    if not data:
        return None
    return Allowance(int(data["limit"]), int(data["remaining"]), str(data["resetAt"]))


def label(data: answered.LabelPageLabel) -> ObservedLabel:
    """Return a label, its color in lower case for comparisons."""
    return ObservedLabel(
        id=data["id"],
        name=data["name"],
        color=str(data["color"]).lower(),
        description=data["description"] or "",
    )


def milestone(data: answered.MilestonePageMilestone) -> ObservedMilestone:
    """Return a milestone; only the date of its due time means anything.

    GitHub answers with midnight UTC (recorded 2026), earlier with midnight Pacific time (recorded
    2019), which is 7 or 8 o'clock on the same date in UTC.
    """
    due = data["dueOn"]
    return ObservedMilestone(
        id=data["id"],
        number=int(data["number"]),
        title=data["title"],
        state=str(data["state"]).lower(),
        due=str(due)[:10] if due else None,
        description=data["description"] or "",
        open_issues=data["openIssues"]["totalCount"] if "openIssues" in data else None,
    )


def issue(data: answered.IssueFields, card: BoardItem | None = None) -> ObservedIssue:
    """Return an issue with its card.

    Words that many issues share are interned, here and in markers: a large run keeps 15% less.
    """
    reason, kind, milestone = data["stateReason"], data.get("issueType"), data["milestone"]
    return ObservedIssue(
        id=intern(data["id"]),
        number=int(data["number"]),
        repository=intern(data["repository"]["nameWithOwner"]),
        url=data["url"],
        title=data["title"],
        body=data["body"] or "",
        author=_author(data),
        state=intern(str(data["state"]).lower()),
        state_reason=intern(str(reason).lower()) if reason else None,
        labels=tuple(intern(node["name"]) for node in nodes(data["labels"])),
        assignees=tuple(intern(node["login"]) for node in nodes(data["assignees"])),
        milestone=intern(milestone["title"]) if milestone else None,
        issue_type=intern(kind["name"]) if kind else None,
        parent=link(parent) if (parent := data.get("parent")) else None,
        blocked_by=tuple(link(node, node["state"]) for node in nodes(data.get("blockedBy"))),
        children=tuple(intern(node["id"]) for node in nodes(data.get("subIssues"))),
        child_states={
            node["id"]: state_of(node["childState"], node.get("childReason"))
            for node in nodes(data.get("subIssues"))
            if "childState" in node
        },
        pull_requests=tuple(map(pull_request, nodes(data.get("closedByPullRequestsReferences")))),
        branches=tuple(
            node["ref"]["name"] for node in nodes(data.get("linkedBranches")) if node["ref"]
        ),
        card=card,
        created_at=data["createdAt"],
        updated_at=data["updatedAt"],
        closed_at=data["closedAt"],
        field_values=field_values(data.get("issueFieldValues")),
    )


def pull_request(data: answered.ClosingPull) -> PullRequest:
    """Return a pull request that closes an issue."""
    state = str(data["state"]).lower()
    return PullRequest(
        number=int(data["number"]),
        repository=data["repository"]["nameWithOwner"],
        title=data["title"],
        state="draft" if state == "open" and data["isDraft"] else state,
        url=data["url"],
        author=_author(data),
    )


def state_of(state: str, reason: str | None) -> str:
    """Return the state of an issue that was read without its other fields."""
    if state == "OPEN":
        return OPEN
    return NOT_PLANNED if reason in ("NOT_PLANNED", "DUPLICATE") else COMPLETED


def issue_field(data: answered.FieldDefinition) -> ObservedIssueField:
    """Return an issue field of an organization."""
    options = data.get("options") or ()
    return ObservedIssueField(
        id=data["id"],
        name=data["name"],
        type=str(data["dataType"]).lower(),
        options=tuple(
            ObservedOption(o["id"], o["name"], o["color"], o["description"] or "") for o in options
        ),
        private=data["visibility"] == "ORG_ONLY",
    )


def issue_fields(
    connection: Nodes[answered.FieldDefinition] | None,
) -> tuple[ObservedIssueField, ...] | None:
    """Return the issue fields of an organization; None if there are none to have."""
    if connection is None:
        return None
    return tuple(map(issue_field, nodes(connection)))


def field_values(connection: Nodes[answered.FieldValue] | None) -> dict[str, IssueFieldValue]:
    """Return an issue's values of issue fields by the field's name."""
    values: dict[str, IssueFieldValue] = {}
    for node in nodes(connection):
        known = node.get("field")
        if not known or "name" not in known:
            continue  # a kind of field that this version does not know
        values[known["name"]] = value(cast("answered.BoardValue", node))
    return {name: shown for name, shown in values.items() if shown is not None}


def link(data: answered.IssueLink, state: str = "") -> IssueLink:
    """Return a reference to an issue; `state` is GitHub's word for that of a blocker."""
    return IssueLink(
        id=intern(data["id"]),
        number=int(data["number"]),
        repository=intern(data["repository"]["nameWithOwner"]),
        state=intern(state.lower()),
    )


def issue_types(
    connection: Nodes[answered.IssueTypeWithIdNameIsEnabled] | None,
) -> dict[str, str] | None:
    """Return the ids of the enabled issue types by name; None if the owner cannot have any."""
    if connection is None:
        return None
    return {node["name"]: node["id"] for node in nodes(connection) if node["isEnabled"]}


def board_field(data: answered.BoardField) -> ObservedBoardField:
    """Return a board field; the options of an iteration field are its iterations, past ones too.

    Past ones come last, the oldest first; GitHub lists them newest first (recorded 2023).
    """
    options: Iterable[ObservedOption] = (
        ObservedOption(o["id"], o["name"], o["color"], o["description"] or "")
        for o in data.get("options") or data.get("multiSelectOptions") or ()
    )
    if plan := data.get("configuration"):
        past = sorted(plan["completedIterations"], key=lambda o: str(o["startDate"]))
        options = (
            ObservedOption(o["id"], o["title"], start=o["startDate"], duration=int(o["duration"]))
            for o in (*plan["iterations"], *past)
        )
    return ObservedBoardField(
        id=data["id"],
        name=data["name"],
        type=str(data["dataType"]).lower(),
        options=tuple(options),
        number=data.get("restId"),
    )


def project(
    data: answered.BoardFields, owner: str, repository_id: str, scopes: frozenset[str] | None = None
) -> ObservedProject:
    """Return a board; one that is linked to over 100 repositories counts as linked to ours.

    `scopes` are those of a classic token, which needs `project` to change a board.
    """
    shown = data["repositories"]
    return ObservedProject(
        id=data["id"],
        number=int(data["number"]),
        title=data["title"],
        owner=owner,
        url=data["url"],
        fields=tuple(board_field(node) for node in nodes(data["fields"])),
        public=data["public"],
        closed=data["closed"],
        writable=data["viewerCanUpdate"] and (scopes is None or "project" in scopes),
        linked=cursor(shown) is not None or any(n["id"] == repository_id for n in nodes(shown)),
        description=data.get("shortDescription") or "",
        readme=data.get("readme") or "",
        views=tuple(map(view, nodes(data.get("views")))),
        workflows={each["name"]: each["enabled"] for each in nodes(data["workflows"])}
        if "workflows" in data
        else None,
        creator=creator.get("id", "") if (creator := unsure(data.get("creator"))) else "",
        created_at=data.get("createdAt") or "",
    )


def iteration_card(data: answered.IterationCardPageProjectV2Item) -> IterationCard:
    """Return a card with its iteration; one whose issue this token may not see has no title."""
    content, value = data["content"], data["value"]
    return IterationCard(
        id=data["id"],
        title=str(content.get("title") or "") if content else "",
        iteration=value.get("title") if value else None,
        start=value.get("startDate") if value else None,
        archived=bool(data["isArchived"]),
    )


def view(data: answered.BoardView) -> ObservedView:
    """Return a view; its layout without GitHub's suffix."""
    layout = str(data["layout"]).removesuffix("_LAYOUT").lower()
    about = data["id"], int(data["number"]), data["name"], layout, data["filter"] or ""
    return ObservedView(*about, _arrangement(data))


def _arrangement(data: answered.BoardView) -> Arrangement | None:
    """Return how a view is grouped and sorted; None if that was not read."""
    if "sortByFields" not in data:
        return None
    rows = nodes(data.get("groupByFields")), nodes(data.get("verticalGroupByFields"))
    sorting = [
        f"{each['field']['name']}{' desc' if each['direction'] == 'DESC' else ''}"
        for each in nodes(data["sortByFields"])
    ]
    group_by, column_by = (tuple(each["name"] for each in row) for row in rows)
    return ("group_by", group_by), ("column_by", column_by), ("sort_by", tuple(sorting))


def pick_project(candidates: Sequence[B], title: str) -> B | None:
    """Return the board with exactly that title: open before closed, then the lowest number."""
    fitting = [board for board in candidates if board["title"] == title]
    return min(fitting, key=lambda b: (bool(b["closed"]), int(b["number"])), default=None)


def older_board(created: answered.NewBoard) -> int | None:
    """The number of the board that was there before a new one of its title, if there is any."""
    owner = unsure(created.get("owner"))
    fitting = pick_project(nodes(owner["projectsV2"]) if owner else [], created["title"])
    if fitting is None or fitting["closed"] or fitting["number"] >= created["number"]:
        return None
    return int(fitting["number"])


def card(
    data: answered.BoardItemsProjectV2Item | answered.CardsOfProjectV2Item, names: Sequence[str]
) -> BoardItem:
    """Return a card; `names` are the queried fields in the order of their aliases."""
    values: dict[str, BoardValue] = {
        name: shown
        for index, name in enumerate(names)
        if (shown := value(nth(data, "field", index, answered.BoardValue))) is not None
    }
    shows = tuple(
        name
        for index, name in enumerate(names)
        if "issueFieldValue" in (nth(data, "field", index, answered.BoardValue) or {})
    )
    updated = data.get("cardUpdated")
    moment = updated if isinstance(updated, str) else ""
    return BoardItem(data["id"], values, bool(data["isArchived"]), shows, moment)


def value(data: answered.BoardValue | None) -> BoardValue:
    """Return the value of one field on a card; None if it is empty."""
    if not data:
        return None
    for key in ("text", "number", "date", "name", "title"):
        shown = data.get(key)
        if isinstance(shown, str | int | float):
            return shown
    return tuple(option["name"] for option in data.get("options") or ()) or None


def _author(data: answered.IssueFields | answered.ClosingPull) -> Actor | None:
    author = data["author"]
    if not author:
        return None
    # GraphQL omits the `[bot]` that REST and github.com append to a bot's login.
    login = author["login"].removesuffix("[bot]")
    return _actor(
        author.get("id") or "",
        f"{login}[bot]" if author.get("__typename") == "Bot" else login,
        data["authorAssociation"] or "",
    )


@lru_cache(1_000)
def _actor(actor_id: str, login: str, association: str) -> Actor:
    """Return an author; most issues of a repository share a few."""
    return Actor(actor_id, login, association)
