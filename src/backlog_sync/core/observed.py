"""Observed state: what GitHub holds."""

from collections.abc import Mapping
from dataclasses import field

from backlog_sync.core.model import Arrangement, BoardValue, IssueFieldValue
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A user or bot, whose login ends in `[bot]`.

    `association` is GitHub's author association, "" if it has no meaning.
    """

    id: str
    login: str
    association: str = ""


@dataclass(frozen=True, slots=True)
class IssueLink:
    """Another issue, as seen from one; `state` is that of a blocker, "" if it is not known.

    The state is not part of the link's identity.
    """

    id: str
    number: int
    repository: str
    state: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Triaged:
    """A label or a milestone that somebody put on an issue; `by` is a login.

    `by_person` is False for apps, and for accounts that no longer exist.
    """

    by: str
    by_person: bool
    label: str | None = None
    milestone: str | None = None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request whose text or author's link closes an issue when it is merged.

    `state` is "open", "draft", "merged" or "closed".
    """

    number: int
    repository: str
    title: str
    state: str
    url: str
    author: Actor | None = None


@dataclass(frozen=True, slots=True)
class ObservedRelease:
    """A release or, if it is a `draft`, what may become one; `number` is its REST id."""

    number: int
    tag: str
    draft: bool
    body: str
    url: str


@dataclass(frozen=True, slots=True)
class BoardItem:
    """A board item: its id, values by field name, and whether it is archived.

    `shows` are the names of the columns that show a value of an issue field, not of the board.
    `updated_at` is when a value changed last, "" if a run did not ask for it.
    """

    id: str
    values: Mapping[str, BoardValue] = field(default_factory=dict)
    archived: bool = False
    shows: tuple[str, ...] = ()
    updated_at: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ObservedIssue:
    """An issue on GitHub: unmodified texts, state in lower case ("open", "closed").

    `children` are the ids of its sub-issues in their order, at most 100. `child_states` are their
    states by id ("open", "completed", "not_planned"), empty if a run did not ask for them;
    likewise `pull_requests` that close it, and the names of its linked `branches`.
    `field_values` are those of issue fields, by the field's name.
    """

    id: str
    number: int
    repository: str
    url: str
    title: str
    body: str
    author: Actor | None
    state: str = "open"
    state_reason: str | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: str | None = None
    issue_type: str | None = None
    parent: IssueLink | None = None
    blocked_by: tuple[IssueLink, ...] = ()
    children: tuple[str, ...] = ()
    child_states: Mapping[str, str] = field(default_factory=dict)
    pull_requests: tuple[PullRequest, ...] = ()
    branches: tuple[str, ...] = ()
    card: BoardItem | None = None
    created_at: str = ""
    updated_at: str = ""
    closed_at: str | None = None
    field_values: Mapping[str, IssueFieldValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ObservedLabel:
    """A label of the repository."""

    id: str
    name: str
    color: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class ObservedMilestone:
    """A milestone of the repository, open or closed; `due` is an ISO date.

    `open_issues` is the number of its open issues, None if a run did not ask for it.
    """

    id: str
    number: int
    title: str
    state: str = "open"
    due: str | None = None
    description: str = ""
    open_issues: int | None = None


@dataclass(frozen=True, slots=True)
class ObservedOption:
    """An option of a single-select field, or an iteration with its start date and length."""

    id: str
    name: str
    color: str = ""
    description: str = ""
    start: str | None = None
    duration: int | None = None


@dataclass(frozen=True, slots=True)
class ObservedBoardField:
    """A board field; `type` as in `BoardFieldDef`, or GitHub's lower-case name for its own.

    REST knows it by its `number`; None if that was not read.
    """

    id: str
    name: str
    type: str
    options: tuple[ObservedOption, ...] = ()
    number: int | None = None


@dataclass(frozen=True, slots=True)
class IterationCard:
    """A card of a board and its iteration: its title and start date (ISO), None if it has none.

    `title` is for people: that of the issue, pull request or draft.
    """

    id: str
    title: str
    iteration: str | None = None
    start: str | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class IterationCards:
    """The cards that lose their iteration when the iterations of a field are sent.

    `problem` is why some could not be read; None if all were. `archived_listed` is whether archived
    ones are among them: a server that cannot list those clears them all the same.
    """

    cards: tuple[IterationCard, ...] = ()
    problem: str | None = None
    archived_listed: bool = True


@dataclass(frozen=True, slots=True)
class SavedIterations:
    """The iterations of all cards of a board, as they were before the iterations were sent.

    `ids` are those of the field's iterations at that time, which sending replaces; `at` is in
    seconds since the epoch.
    """

    at: float
    project_id: str
    field_id: str
    field: str
    ids: tuple[str, ...]
    cards: tuple[IterationCard, ...]


@dataclass(frozen=True, slots=True)
class NewBoard:
    """A board that a run on this machine began to create; its views come next.

    `at` is when it was sent (seconds since the epoch), `name` the board's name in the settings.
    The `id` is None until the answer came.
    """

    at: float
    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ObservedIssueField:
    """An issue field of an organization; `type` as in `BoardFieldDef`.

    A `private` field is visible only to members of the organization.
    """

    id: str
    name: str
    type: str
    options: tuple[ObservedOption, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class ObservedView:
    """A view of a board; `layout` is table, board or roadmap.

    Its `arrangement` is None if that was not read.
    """

    id: str
    number: int
    name: str
    layout: str
    filter: str = ""
    arrangement: Arrangement | None = None


@dataclass(frozen=True, slots=True)
class ObservedProject:
    """A GitHub Projects board; `writable` is whether this token may change it.

    `workflows` says of each built-in workflow whether it is on, None if that was not read.
    `creator` is a node id, `created_at` an ISO moment; both are "" if GitHub does not say.
    """

    id: str
    number: int
    title: str
    owner: str
    url: str
    fields: tuple[ObservedBoardField, ...] = ()
    public: bool = False
    closed: bool = False
    linked: bool = True
    writable: bool = True
    description: str = ""
    readme: str = ""
    views: tuple[ObservedView, ...] = ()
    workflows: Mapping[str, bool] | None = None
    creator: str = ""
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class ObservedRepository:
    """The target repository; `owner_type` is "Organization" or "User"; permission is GitHub's.

    `collaborators_only` is whether only collaborators may create issues, `may_create` whether this
    token may; None if the server does not report it.
    """

    id: str
    name_with_owner: str
    owner_id: str
    owner_type: str
    permission: str = "ADMIN"
    has_issues: bool = True
    archived: bool = False
    private: bool = False
    disabled: bool = False
    locked: bool = False
    collaborators_only: bool = False
    may_create: bool | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a read covered: a create is planned only if it is `complete`.

    `issues_read` of `total` issues were read. If only the issues in the files were requested,
    `by_number` counts those; of all others, only those updated after `since` (ISO, UTC) were read,
    or, if that is None, the most recently updated ones. `cached` means that the numbers are not
    from the files but from the cache, so that the state may be reported but not acted on.
    `updated` is the newest update (ISO, UTC) of the issues that were read. `reached` is how far
    a read with a cache got in the list of all issues: it has all that were updated last before then
    (ISO, UTC), "" for all of them; None if it did not read the list.
    """

    complete: bool = True
    issues_read: int = 0
    total: int = 0
    by_number: int = 0
    since: str | None = None
    cached: bool = False
    updated: str = field(default="", compare=False)
    reached: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The features of the server, as it reports them.

    `create_below_parent`, `create_with_type` and `create_on_board` are whether these can be set
    while an issue is created; otherwise a later request sets them. `option_ids` is whether options
    of a single-select field can be sent with their ids, so that board items keep their values.
    `duplicates` is whether an issue can be closed as the duplicate of another one,
    `creation_policy` whether a repository reports who may create issues, `pull_requests` whether
    issues list their pull requests and branches, `views` whether views of a board can be created
    and changed, `suggested_actors` whether a repository lists the agents that can be assigned,
    `multi_select` whether a board can have fields with several options, `link_events` whether the
    timeline of an issue lists the blockers that were removed from it.
    """

    sub_issues: bool = True
    dependencies: bool = True
    issue_types: bool = True
    boards: bool = True
    create_below_parent: bool = True
    create_with_type: bool = True
    create_on_board: bool = True
    option_ids: bool = True
    duplicates: bool = True
    creation_policy: bool = True
    pull_requests: bool = True
    views: bool = True
    suggested_actors: bool = True
    multi_select: bool = True
    link_events: bool = True


@dataclass(frozen=True, slots=True)
class ObservedOther:
    """Another repository of the target's owner that contains issues of items.

    Its issues are among all others. `unassignable` are logins that cannot be assigned there,
    `agents` those of agents; `permissions` as for the target.
    """

    repository: ObservedRepository
    labels: tuple[ObservedLabel, ...] = ()
    milestones: tuple[ObservedMilestone, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    unassignable: tuple[str, ...] = ()
    permissions: Mapping[str, str] = field(default_factory=dict)
    agents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedState:
    """What GitHub holds now. `issues` stand by number, each once, pull requests left out.

    `issue_types` are None if the server or owner has none to offer. `host` names the server;
    `sandbox` says that it is the simulated one, `embedded` that it is the one inside this
    process (`--sandbox`). `project` is None if none was asked for or
    none exists yet; `project_problem` says why one that was asked for could not be read.
    `template` is the board to copy, read only if the board does not exist yet.
    `elsewhere` are issues by the names that files have for them, where the whole read did not
    bring them (those of other repositories, mostly); `unreachable` says of such names why they
    lead nowhere. `unassignable` are logins that cannot be assigned here, `agents` those that GitHub
    reports as bots among the ones that were asked about. `permissions` says what
    authors may do in the target (GitHub's words, "NONE" for nothing) by folded login; who is absent
    was not asked about, or could not be. `others` are the other
    repositories in which items have their issues, `out_of_reach` says of such repositories why
    they could not be read. `coverage` is that only of the target. `iteration_cards` are the cards
    with an iteration, by the id of the field, if its iterations are to be extended;
    `saved_iterations` are those that an interrupted run did not set again yet. `issue_fields` are
    None if they were not asked for, or if the owner has none to offer; `issue_fields_problem` says
    why not, if that is known. `today` is the date of the run (ISO, UTC), for
    words such as `@current`. `assigned_before` are the folded logins of agents that were ever
    assigned to issues, by their ids, as far as that was asked; likewise `removed_blockers` are the
    issues that ever blocked one and were unlinked, and `triaged` says who put labels and milestones
    on issues, as far as that was asked. `new_board` is the one that an interrupted run
    began to create.
    """

    repository: ObservedRepository
    viewer: Actor
    issues: tuple[ObservedIssue, ...] = ()
    labels: tuple[ObservedLabel, ...] = ()
    milestones: tuple[ObservedMilestone, ...] = ()
    issue_types: tuple[str, ...] | None = None
    project: ObservedProject | None = None
    project_owner_id: str | None = None
    project_problem: str | None = None
    template: ObservedProject | None = None
    coverage: Coverage = field(default_factory=Coverage)
    capabilities: Capabilities = field(default_factory=Capabilities)
    elsewhere: Mapping[str, IssueLink] = field(default_factory=dict)
    unreachable: Mapping[str, str] = field(default_factory=dict)
    unassignable: tuple[str, ...] = ()
    permissions: Mapping[str, str] = field(default_factory=dict)
    host: str = "github.com"
    sandbox: bool = False
    embedded: bool = False
    others: tuple[ObservedOther, ...] = ()
    out_of_reach: Mapping[str, str] = field(default_factory=dict)
    iteration_cards: Mapping[str, IterationCards] = field(default_factory=dict)
    saved_iterations: tuple[SavedIterations, ...] = ()
    issue_fields: tuple[ObservedIssueField, ...] | None = None
    issue_fields_problem: str | None = None
    today: str = ""
    new_board: NewBoard | None = None
    agents: tuple[str, ...] = ()
    assigned_before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    removed_blockers: Mapping[str, tuple[IssueLink, ...]] = field(default_factory=dict)
    triaged: Mapping[str, tuple[Triaged, ...]] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether every issue was read: only then can one be known to be missing."""
        return self.coverage.complete and all(o.coverage.complete for o in self.others)

    def ref(self, issue: "ObservedIssue | IssueLink") -> str:
        """Return an issue's name for display: `#14` in the target, else `owner/repo#14`."""
        is_in_target = issue.repository == self.repository.name_with_owner
        return f"#{issue.number}" if is_in_target else f"{issue.repository}#{issue.number}"
