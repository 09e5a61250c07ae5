"""Define the records of the simulated GitHub, one class per kind.

Every record has a number that is unique in the whole sandbox (the REST `id`) and an opaque node id
(the GraphQL `id`). Times are ISO strings in UTC to the second, as GitHub prints them, so that they
compare as text. Records refer to each other by number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias


@dataclass(slots=True, kw_only=True)
class Record:
    """The attributes of every record."""

    typename: ClassVar[str] = "Record"
    prefix: ClassVar[str] = "X"
    id: int
    node_id: str
    created_at: str
    updated_at: str


@dataclass(slots=True, kw_only=True)
class Account(Record):
    """A user, an organization, or an App's bot.

    `permission` is the account's permission in repositories, from its latest grant. A bot that is
    an agent can be assigned, which starts paid work on GitHub.
    """

    kind: Literal["User", "Organization", "Bot"]
    login: str
    name: str | None = None
    permission: str = "none"
    is_agent: bool = False
    next_project: int = 1


@dataclass(slots=True, kw_only=True)
class IssueType(Record):
    """An issue type of an organization."""

    typename: ClassVar[str] = "IssueType"
    prefix: ClassVar[str] = "IT"
    owner: int
    name: str
    color: str
    description: str | None = None
    is_enabled: bool = True


@dataclass(slots=True, kw_only=True)
class IssueField(Record):
    """An issue field of an organization."""

    owner: int
    name: str
    data_type: str
    description: str | None = None
    visibility: str = "ORG_ONLY"


@dataclass(slots=True, kw_only=True)
class IssueFieldOption(Record):
    """An option of a single-select or multi-select issue field; `priority` is its place."""

    typename: ClassVar[str] = "IssueFieldSingleSelectOption"
    prefix: ClassVar[str] = "IFSSO"
    field: int
    name: str
    color: str
    description: str | None = None
    priority: int = 0


@dataclass(slots=True, kw_only=True)
class Repository(Record):
    """A repository; issues and pull requests share one series of numbers.

    `moved` maps the number of a transferred issue to its record elsewhere; `deleted` has the
    numbers of deleted issues. `creation_policy` is who may create issues.
    """

    typename: ClassVar[str] = "Repository"
    prefix: ClassVar[str] = "R"
    owner: int
    name: str
    description: str | None = None
    is_private: bool = False
    is_archived: bool = False
    is_disabled: bool = False
    is_locked: bool = False
    has_issues: bool = True
    creation_policy: Literal["ALL", "COLLABORATORS_ONLY"] = "ALL"
    next_number: int = 1
    next_milestone: int = 1
    former_names: list[str] = field(default_factory=list)
    moved: dict[str, int] = field(default_factory=dict)
    deleted: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Label(Record):
    """A label of a repository."""

    typename: ClassVar[str] = "Label"
    prefix: ClassVar[str] = "LA"
    repository: int
    name: str
    color: str
    description: str | None = None
    is_default: bool = False


@dataclass(slots=True, kw_only=True)
class Milestone(Record):
    """A milestone; only the date of `due_on` matters."""

    typename: ClassVar[str] = "Milestone"
    prefix: ClassVar[str] = "MI"
    repository: int
    number: int
    title: str
    description: str | None = None
    due_on: str | None = None
    state: Literal["OPEN", "CLOSED"] = "OPEN"
    closed_at: str | None = None
    creator: int | None = None


@dataclass(slots=True, kw_only=True)
class Issue(Record):
    """An issue, or a pull request if `is_pull` is set.

    `sub_issues` are in the order of the parent. `blocked_by` and `blocking` mirror each other, as
    do `closes` of a pull request and `closing_pulls` of an issue. `head` is `owner:branch`;
    `branches` are the names of branches that are linked to an issue. `field_values` maps an issue
    field's number (as text) to a text, a number, an ISO date, or the numbers of options.
    `lock_reason` is one of GitHub's four, or None, if the conversation is `locked`. `assignments`
    are the accounts that were ever assigned, each as often as that was asked for an agent;
    `removed_blockers` are the issues that blocked it until somebody unlinked them, each time.
    `labelings` are the labels that were ever put on it, each with the account that did it, and
    `milestonings` likewise the titles of milestones.
    """

    repository: int
    number: int
    title: str
    body: str = ""
    state: Literal["OPEN", "CLOSED"] = "OPEN"
    state_reason: str | None = None
    closed_at: str | None = None
    author: int | None = None
    labels: list[int] = field(default_factory=list)
    assignees: list[int] = field(default_factory=list)
    milestone: int | None = None
    issue_type: int | None = None
    parent: int | None = None
    sub_issues: list[int] = field(default_factory=list)
    blocked_by: list[int] = field(default_factory=list)
    blocking: list[int] = field(default_factory=list)
    duplicate_of: int | None = None
    last_edited_at: str | None = None
    editor: int | None = None
    is_pull: bool = False
    field_values: dict[str, Any] = field(default_factory=dict)
    is_draft: bool = False
    merged_at: str | None = None
    head: str = ""
    base: str = ""
    closes: list[int] = field(default_factory=list)
    closing_pulls: list[int] = field(default_factory=list)
    branches: list[str] = field(default_factory=list)
    closed_by: int | None = None
    locked: bool = False
    lock_reason: str | None = None
    assignments: list[int] = field(default_factory=list)
    removed_blockers: list[int] = field(default_factory=list)
    labelings: list[list[int]] = field(default_factory=list)
    milestonings: list[list[Any]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Comment(Record):
    """A comment on an issue; `minimized` is why it is hidden, None if it is shown."""

    typename: ClassVar[str] = "IssueComment"
    prefix: ClassVar[str] = "IC"
    issue: int
    body: str
    author: int | None = None
    last_edited_at: str | None = None
    editor: int | None = None
    minimized: str | None = None


@dataclass(slots=True, kw_only=True)
class Discussion(Record):
    """A discussion; its number is from the same series as those of issues."""

    typename: ClassVar[str] = "Discussion"
    prefix: ClassVar[str] = "D"
    repository: int
    number: int
    title: str
    body: str = ""
    author: int | None = None
    closed: bool = False
    answer: int | None = None


@dataclass(slots=True, kw_only=True)
class DiscussionComment(Record):
    """A comment on a discussion, or a reply to one (`reply_to`)."""

    typename: ClassVar[str] = "DiscussionComment"
    prefix: ClassVar[str] = "DC"
    discussion: int
    body: str
    author: int | None = None
    reply_to: int | None = None


@dataclass(slots=True, kw_only=True)
class Project(Record):
    """A Projects v2 board."""

    typename: ClassVar[str] = "ProjectV2"
    prefix: ClassVar[str] = "PVT"
    owner: int
    number: int
    title: str
    short_description: str | None = None
    readme: str | None = None
    public: bool = False
    closed: bool = False
    closed_at: str | None = None
    creator: int | None = None
    repositories: list[int] = field(default_factory=list)
    next_position: int = 1
    next_view: int = 1


@dataclass(slots=True, kw_only=True)
class StatusUpdate(Record):
    """A status update of a board; dates are ISO."""

    typename: ClassVar[str] = "ProjectV2StatusUpdate"
    prefix: ClassVar[str] = "PVTSU"
    project: int
    creator: int
    body: str | None = None
    status: str | None = None
    start_date: str | None = None
    target_date: str | None = None


@dataclass(slots=True, kw_only=True)
class Field(Record):
    """A field of a board.

    `options` are `{id, name, color, description}`; `iterations` are `{id, title, start, duration}`
    and belong to `iteration_setup` (`{duration, start_day}`). `issue_field` is the issue field that
    a column shows.
    """

    project: int
    name: str
    data_type: str
    options: list[dict[str, str]] = field(default_factory=list)
    iterations: list[dict[str, Any]] = field(default_factory=list)
    iteration_setup: dict[str, int] = field(default_factory=dict)
    next_option: int = 1
    issue_field: int | None = None


@dataclass(slots=True, kw_only=True)
class View(Record):
    """A view of a board: a tab with a layout, a filter and visible fields.

    `shows_type` is whether it shows the built-in column for types, which is not a field.
    `group_by` and `vertical_group_by` (the columns of a board layout) are one field or none.
    It is sorted by the fields in `sort_by`, descending by those that `descending` names too.
    """

    typename: ClassVar[str] = "ProjectV2View"
    prefix: ClassVar[str] = "PVTV"
    project: int
    number: int
    name: str
    layout: str
    filter: str | None = None
    fields: list[int] = field(default_factory=list)
    shows_type: bool = True
    group_by: list[int] = field(default_factory=list)
    vertical_group_by: list[int] = field(default_factory=list)
    sort_by: list[int] = field(default_factory=list)
    descending: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Workflow(Record):
    """A built-in workflow of a board."""

    typename: ClassVar[str] = "ProjectV2Workflow"
    prefix: ClassVar[str] = "PWF"
    project: int
    number: int
    name: str
    enabled: bool = False


@dataclass(slots=True, kw_only=True)
class Item(Record):
    """A card on a board: an issue, a pull request, or a draft with its own title and body.

    `values` maps a field's number (as text) to `{kind, value, created_at, updated_at}` in the order
    in which the fields were first set; kind is text, number, date, option, options or
    iteration.
    """

    typename: ClassVar[str] = "ProjectV2Item"
    prefix: ClassVar[str] = "PVTI"
    project: int
    position: int
    content: int | None = None
    draft_title: str | None = None
    draft_body: str = ""
    draft_assignees: list[int] = field(default_factory=list)
    is_archived: bool = False
    creator: int | None = None
    values: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Release(Record):
    """A release; a draft is seen by those who may push, and has no tag yet."""

    typename: ClassVar[str] = "Release"
    prefix: ClassVar[str] = "RE"
    repository: int
    author: int
    tag: str
    target: str = "main"
    name: str | None = None
    body: str | None = None
    is_draft: bool = False
    is_prerelease: bool = False
    published_at: str | None = None


@dataclass(slots=True, kw_only=True)
class Event(Record):
    """An event: who did what to which record."""

    typename: ClassVar[str] = "Event"
    prefix: ClassVar[str] = "EV"
    actor: str
    action: str
    subject: str
    detail: dict[str, Any] = field(default_factory=dict)


AnyRecord: TypeAlias = (
    Account
    | IssueType
    | IssueField
    | IssueFieldOption
    | Repository
    | Label
    | Milestone
    | Issue
    | Comment
    | Discussion
    | DiscussionComment
    | Project
    | Field
    | View
    | Workflow
    | Item
    | Release
    | Event
)

KINDS: dict[str, type[Record]] = {
    kind.__name__: kind
    for kind in (
        Account,
        IssueType,
        IssueField,
        IssueFieldOption,
        Repository,
        Label,
        Milestone,
        Issue,
        Comment,
        Discussion,
        DiscussionComment,
        Project,
        StatusUpdate,
        Field,
        View,
        Workflow,
        Item,
        Release,
        Event,
    )
}

ACCOUNT_PREFIXES = {"User": "U", "Organization": "O", "Bot": "BOT"}
FIELD_PREFIXES = {"SINGLE_SELECT": "PVTSSF", "MULTI_SELECT": "PVTMSF", "ITERATION": "PVTIF"}
FIELD_TYPES = {
    "SINGLE_SELECT": "ProjectV2SingleSelectField",
    "MULTI_SELECT": "ProjectV2MultiSelectField",
    "ITERATION": "ProjectV2IterationField",
}
ISSUE_FIELD_TYPES = {
    "DATE": "IssueFieldDate",
    "MULTI_SELECT": "IssueFieldMultiSelect",
    "NUMBER": "IssueFieldNumber",
    "SINGLE_SELECT": "IssueFieldSingleSelect",
    "TEXT": "IssueFieldText",
}


def typename(record: object) -> str:
    """Return the GraphQL type of a record, or of a mapping with `__typename`."""
    match record:
        case Issue():
            return "PullRequest" if record.is_pull else "Issue"
        case Account():
            return record.kind
        case Field():
            return FIELD_TYPES.get(record.data_type, "ProjectV2Field")
        case IssueField():
            return ISSUE_FIELD_TYPES[record.data_type]
        case Record():
            return record.typename
        case dict():
            return str(record["__typename"])
    raise TypeError(f"no GraphQL type for {record!r}")


def node_prefix(kind: type[Record], values: dict[str, Any]) -> str:
    """Return the prefix of node ids of this record."""
    if kind is Account:
        return ACCOUNT_PREFIXES[values["kind"]]
    if kind is Issue:
        return "PR" if values.get("is_pull") else "I"
    if kind is IssueField:
        return f"IF{values['data_type'][:1]}"
    if kind is Field:
        return FIELD_PREFIXES.get(values["data_type"], "PVTF")
    return kind.prefix


PublicKey: TypeAlias = tuple[int, int]
"""Modulus and exponent of an RSA key."""

PERMISSIONS = {
    "contents": "write",
    "issues": "write",
    "metadata": "read",
    "organization_projects": "write",
    "pull_requests": "write",
}
"""The default permissions of an App."""


@dataclass(slots=True, kw_only=True)
class App:
    """A GitHub App. Without a `public_key`, every signature is accepted."""

    id: int
    slug: str
    owner: str
    created_at: str
    public_key: PublicKey | None = None
    permissions: Mapping[str, str] = field(default_factory=lambda: PERMISSIONS)

    @property
    def login(self) -> str:
        """The login of the App's bot."""
        return f"{self.slug}[bot]"
