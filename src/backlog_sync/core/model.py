"""Desired, observed and base state: the common vocabulary for files and GitHub.

An item's fields are mappings in which presence means "declared": a field that the file does not
mention is absent, one that it empties is present with `None` or an empty tuple.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.facts import FeedbackRef, PlanningSettings, ReviewNote, Risk

KINDS = ("epic", "feature", "story", "task", "bug", "spike", "chore")
"""Kinds of items; the first four nest in this order, levels may be skipped."""

BoardValue: TypeAlias = str | float | tuple[str, ...] | None
"""A Projects v2 field value: text, date (ISO), option or iteration title; a number; the names of
several options; empty."""

IssueFieldValue: TypeAlias = BoardValue
"""A value of an organization's issue field: as on a board."""


# ---- desired -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One entry of a checklist: a line of Markdown without its box, and whether it is ticked.

    `details` are lines of Markdown below it; they are not part of its identity.
    """

    text: str
    done: bool = False
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prose:
    """A named part of the managed block: Markdown text under an optional heading.

    `templated` means that the heading comes from a template. Then a name of "" means that the text
    is the template's, too: no field of the item contains it. `partial` means that the text is not
    exactly what the file has: a part of it, or more than a field can take.
    """

    name: str
    heading: str
    text: str
    templated: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Checklist:
    """A named part of the managed block: check boxes under a heading; `templated` as in `Prose`."""

    name: str
    heading: str
    entries: tuple[CheckItem, ...]
    templated: bool = False


Block: TypeAlias = tuple[Prose | Checklist, ...]
"""The parts of the file's text in an issue's body, in order."""


@dataclass(frozen=True, slots=True, order=True)
class IssueRef:
    """An issue as a file names it: `#14`, `octo-org/widgets#14`, a URL, or `sandbox#14`.

    `repository` is None if the file leaves it to the target; `sandbox` marks a number that
    only the sandbox reads.
    """

    number: int
    repository: str | None = None
    sandbox: bool = False

    def __str__(self) -> str:
        if self.sandbox:
            return f"sandbox#{self.number}"
        return f"{self.repository or ''}#{self.number}"


@dataclass(frozen=True, slots=True)
class IssueHint:
    """An issue number in the title of an item without `issue:`, which may be its issue.

    `written` is the number as in the file, `remedy` how to declare it there. `sure` means that it
    can only be an issue: a bare number may be something else.
    """

    issue: IssueRef
    written: str
    sure: bool = False
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Hole:
    """A placeholder of a template, and its location."""

    text: str
    place: Place
    above: bool = False


@dataclass(frozen=True, slots=True)
class PlanningFields:
    """The planning fields of an item, which only reports use.

    `hours` are working hours; `start` and `target` ISO dates.
    """

    hours: float | None = None
    start: str | None = None
    target: str | None = None
    priority: str | None = None
    team: str | None = None
    audience: str | None = None
    skills: tuple[str, ...] = ()
    capacity: str | None = None
    risks: tuple[Risk, ...] = ()
    feedback: tuple[FeedbackRef, ...] = ()
    review_notes: tuple[ReviewNote, ...] = ()
    goal: str | None = None


@dataclass(frozen=True, slots=True)
class DesiredItem:
    """One item as the files declare it.

    `fields` holds the declared issue fields by the names of the field table: `title` (str),
    `body` (Block), `labels`, `assignees` (tuples of names), `milestone` (title or None),
    `blocked_by` (tuple of keys or `owner/repo#n`), `state` ("open", "completed", "not_planned";
    "closed" if the reason is not declared). `board` holds the declared board values by field name.
    `issue_fields` holds those of the organization's issue fields that the settings declare.
    `parent` is a key, or `owner/repo#n`. `status` is the file's own word for progress, as written.
    `repository` is where its issue is, None for the target; a number without a repository is one
    of an issue there.
    `unknown` are words for Status and Priority, by the board's name of the field, that are neither
    in the vocabulary nor declared options.
    `planning` is only used in reports, not in plans and digests. `hints` are issue numbers
    in the title of an item without `issue`. While there are `holes`, nothing is done for it.
    """

    key: str
    kind: str
    place: Place
    fields: Mapping[str, "FieldValue"]
    board: Mapping[str, BoardValue] = field(default_factory=dict)
    parent: str | None = None
    issue: IssueRef | None = None
    status: str | None = None
    previously: tuple[str, ...] = ()
    sync: bool = True
    repository: str | None = None
    planning: PlanningFields = field(default_factory=PlanningFields)
    hints: tuple[IssueHint, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)
    holes: tuple[Hole, ...] = ()
    issue_fields: Mapping[str, IssueFieldValue] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The item's title."""
        return str(self.fields["title"])

    @property
    def block(self) -> Block:
        """The managed part of the body, empty if the file declares none."""
        value = self.fields.get("body")
        assert value is None or isinstance(value, tuple)
        return value or ()  # type: ignore[return-value]

    @property
    def criteria(self) -> tuple[CheckItem, ...]:
        """The acceptance criteria, in order."""
        for part in self.block:
            if isinstance(part, Checklist) and part.name == "acceptance_criteria":
                return part.entries
        return ()

    @property
    def points(self) -> float | None:
        """Story points, where the file declares them: on the board, or in an issue field."""
        values = (self.board.get("Story Points"), *map(self.issue_fields.get, POINT_FIELDS))
        return next((value for value in values if isinstance(value, int | float)), None)


POINT_FIELDS = ("Story Points", "Effort")
"""The issue fields that hold story points, if they are numbers."""

FieldValue: TypeAlias = str | float | tuple[str, ...] | Block | None
"""A value of an issue field; see `DesiredItem`."""


@dataclass(frozen=True, slots=True)
class LabelDef:
    """A label; color and description are None if the file does not declare them.

    `declared` is False for one that no file defines, but items use: it is created with the first
    change that needs it. `new_color` and `new_description` are its values when it is created and
    the file declares none; an existing label keeps its own.
    """

    name: str
    color: str | None = None
    description: str | None = None
    aliases: tuple[str, ...] = ()
    new_color: str | None = None
    new_description: str | None = None
    declared: bool = True


@dataclass(frozen=True, slots=True)
class MilestoneDef:
    """A milestone; `due` is an ISO date. `declared` as for a label."""

    title: str
    due: str | None = None
    description: str | None = None
    declared: bool = True


@dataclass(frozen=True, slots=True)
class OptionDef:
    """An option of a field with options; color is GitHub's upper-case name."""

    name: str
    color: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class BoardFieldDef:
    """A field of a board, or an issue field of an organization.

    `type` is text, number, date, single_select, multi_select or iteration (of a board only); "" if
    an issue field is declared by its name only. `declared` is False for one that no file defines,
    but items use: an existing one is not changed. `visibility` is who sees an issue field, ALL or
    MEMBERS, "" if that is not declared.
    """

    name: str
    type: str
    options: tuple[OptionDef, ...] = ()
    start: str | None = None
    duration: int | None = None
    count: int | None = None
    declared: bool = True
    visibility: str = ""


ALL, MEMBERS = "all", "members"
"""Who sees an issue field: whoever sees the issue, or only members of the organization."""


Arrangement: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""How a view is grouped and sorted: `group_by`, `column_by` (the field whose options are the
columns of a board layout) and `sort_by`, each with the names of its fields. In `sort_by` a name may
end in " desc"."""


@dataclass(frozen=True, slots=True)
class ViewDef:
    """A view of the board; what is None is not declared. `layout` is table, board or roadmap.

    `fields` are the names of the columns to show when it is created, `arrangement` how it is
    grouped and sorted then (see `Arrangement`). `declared` is False for a view that every new
    board gets.
    """

    name: str
    layout: str | None = None
    filter: str | None = None
    fields: tuple[str, ...] = ()
    declared: bool = True
    arrangement: Arrangement = ()


@dataclass(frozen=True, slots=True)
class ProjectSpec:
    """The board to use: by number, or by title (created if none has it).

    `template` (owner/number) is copied when it is created. What is None is not declared.
    """

    owner: str
    title: str | None = None
    number: int | None = None
    fields: tuple[BoardFieldDef, ...] = ()
    views: tuple[ViewDef, ...] | None = None
    description: str | None = None
    readme: str | None = None
    public: bool | None = None
    template: str | None = None

    def __str__(self) -> str:
        return f"{self.owner}/{self.number if self.number is not None else self.title}"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a backlog.

    `kind_labels` maps a kind to its label (None turns it off), `issue_types` to its issue type
    likewise; `priority_label` is the prefix of the priority label (None turns it off); `ownership`
    maps a field name to `file` or `github`. `trusted_authors` contains logins (a bot's ends in
    `[bot]`) and node ids. `agents` are logins of agents that may be assigned, which starts paid
    work. `adopt` adopts unmarked issues with exactly an item's title. `publish`
    lists the planning fields that are in bodies; it is here to be shown. `close_done` names what
    is closed when everything in it is done: `epics`, `features`, `milestones`. `pull_requests`
    maps `in_review` and `in_progress` to the status of an item with such a pull request.
    """

    kind_labels: Mapping[str, str | None] = field(default_factory=lambda: {k: k for k in KINDS})
    issue_types: Mapping[str, str | None] = field(default_factory=lambda: {k: k for k in KINDS})
    priority_label: str | None = "priority:"
    ownership: Mapping[str, str] = field(default_factory=dict)
    trusted_authors: tuple[str, ...] = ("github-actions[bot]",)
    agents: tuple[str, ...] = ()
    ignore_issues: tuple[int, ...] = ()
    mentions: bool = False
    create_done: bool = False
    write_back: str = "progress"
    adopt: bool = False
    publish: tuple[str, ...] = ()
    close_done: tuple[str, ...] = ()
    pull_requests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DesiredState:
    """All that the files declare. Items are in document order, parents before children.

    `repository` is the one in the files, or None; the target may differ. `sources` are
    paths relative to the repository, the first names the backlog where `id:` does not.
    `labels` and `milestones` hold every one that an item uses, declared or not. `texts` are the
    files themselves, by the path that a user knows: what is in them and is not an item.
    `issue_fields` are those of the organization that the backlog uses; without them, none is read
    or written.
    """

    backlog_id: str
    items: tuple[DesiredItem, ...]
    repository: str | None = None
    project: ProjectSpec | None = None
    labels: tuple[LabelDef, ...] = ()
    milestones: tuple[MilestoneDef, ...] = ()
    settings: Settings = field(default_factory=Settings)
    sources: tuple[str, ...] = ()
    planning: PlanningSettings = field(default_factory=PlanningSettings)
    texts: tuple[tuple[str, str], ...] = ()
    issue_fields: tuple[BoardFieldDef, ...] = ()


# ---- observed ------------------------------------------------------------------------------


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
    """Another issue, as seen from one."""

    id: str
    number: int
    repository: str


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
class BoardItem:
    """A board item: its id, values by field name, and whether it is archived.

    `shows` are the names of the columns that show a value of an issue field, not of the board.
    """

    id: str
    values: Mapping[str, BoardValue] = field(default_factory=dict)
    archived: bool = False
    shows: tuple[str, ...] = ()


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
    or, if that is None, the most recently updated ones.
    """

    complete: bool = True
    issues_read: int = 0
    total: int = 0
    by_number: int = 0
    since: str | None = None


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
    `multi_select` whether a board can have fields with several options.
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
    assigned to issues, by their ids, as far as that was asked. `new_board` is the one that an
    interrupted run began to create.
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

    @property
    def whole(self) -> bool:
        """Whether every issue was read: only then can one be known to be missing."""
        return self.coverage.complete and all(o.coverage.complete for o in self.others)

    def ref(self, issue: "ObservedIssue | IssueLink") -> str:
        """Return an issue's name for display: `#14` in the target, else `owner/repo#14`."""
        is_in_target = issue.repository == self.repository.name_with_owner
        return f"#{issue.number}" if is_in_target else f"{issue.repository}#{issue.number}"


# ---- base ----------------------------------------------------------------------------------


DefinitionBase: TypeAlias = tuple[str, ...]
"""What was last applied to a label or milestone: what it is known by on GitHub ("" until it is
made), then a hash per part, "" for one that the file does not declare."""


@dataclass(frozen=True, slots=True)
class Written:
    """Values that runs wrote into the file from GitHub, and that no sync has read there yet.

    Until a sync reads them, these values count like the base: a file that contains them did not
    change. `atoms` contains the hashes of each field, oldest first, `sets` and `ticks` whether a
    member or a ticked box was added or removed.
    """

    atoms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sets: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    ticks: Mapping[str, bool] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.atoms or self.sets or self.ticks)


@dataclass(frozen=True, slots=True)
class Base:
    """What was last applied to one issue.

    `hashes` holds a hash per atomic field, `sets` the members of each set that we applied,
    `lines` a hash for every line of the managed block and `ticks` whether each check box (by
    the hash of its text) was ticked. A field that is missing here was never applied.
    `pending` names fields intended in the same write but set by a later request. `order` holds a
    hash of the key of each item below it, in the file's order. `definitions` are the entries of
    the repository's labels and milestones, in the one issue that carries them. `written` stands
    next to the base, not in its place. `finish` is the record of `close_done`: "c" if it
    was closed with everything in it done, "o" if it was reopened and had open items since.
    """

    hashes: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    ticks: Mapping[str, bool] = field(default_factory=dict)
    pending: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    definitions: Mapping[str, DefinitionBase] = field(default_factory=dict)
    written: Written = field(default_factory=Written)
    finish: str = ""


READER = 2
"""The version of the reader; increased when files produce other items, titles or texts."""


@dataclass(frozen=True, slots=True)
class Marker:
    """The hidden marker that identifies an issue: backlog identity, key, nonce, and base.

    If a key moved from one item to another, issues of both have it: the `generation` says which one
    is later. `reader` is the version of the reader that produced the text.
    """

    backlog: str
    key: str
    nonce: str = ""
    base: Base = field(default_factory=Base)
    generation: int = 0
    reader: int = READER


# ---- counts --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inventory:
    """The contents of a backlog; `points` is the sum of story points, `checklist` of criteria."""

    counts: Mapping[str, int]
    milestones: int
    checklist: int
    points: float
