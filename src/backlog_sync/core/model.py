"""Desired, observed and base state: the vocabulary that files and GitHub are both put into.

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

BoardValue: TypeAlias = str | float | None
"""A Projects v2 field value: text, date (ISO), option or iteration title; a number; empty."""


# ---- desired -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One entry of a check list: a line of Markdown without its box, and whether it is ticked.

    `details` are lines of Markdown that stand below it; they are no part of what it is known by.
    """

    text: str
    done: bool = False
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prose:
    """A named part of the managed block: Markdown text under an optional heading.

    `templated` says that the heading is the author's own, of a template. Then a name of "" means
    that the text is the template's too: no field of the item holds it. `partial` says that the
    text is not what the file has there: a part of it, or more than a field can take.
    """

    name: str
    heading: str
    text: str
    templated: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Checklist:
    """A named part of the managed block: check boxes under a heading; `templated` as of prose."""

    name: str
    heading: str
    entries: tuple[CheckItem, ...]
    templated: bool = False


Block: TypeAlias = tuple[Prose | Checklist, ...]
"""What the file says in an issue's body, in order."""


@dataclass(frozen=True, slots=True, order=True)
class IssueRef:
    """An issue as a file names it: `#14`, `octo-org/widgets#14`, a URL, or `sandbox#14`.

    `repository` is None where the file leaves it to the target; `sandbox` marks a number that
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
    """An issue number in the title of an item that has no `issue:`, so that it may be meant.

    `written` is the number as it is in the file, `remedy` says how to declare it there. `sure`
    says that nothing but an issue can be meant: a bare number may be another figure.
    """

    issue: IssueRef
    written: str
    sure: bool = False
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Hole:
    """Text that a template left to be filled in, and where it stands.

    `above` says that it is the title of an item above, which this one gets its key from.
    """

    text: str
    place: Place
    above: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the file plans about an item beyond what goes to GitHub: for reports.

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
    "closed" where it is not said which). `board` holds the declared board values by field name.
    `parent` is a key, or `owner/repo#n`. `status` is the file's own word for progress, as written.
    `repository` is where its issue is, None for the target; a number without a repository is one
    of an issue there.
    `unknown` are words for Status and Priority, by the board's name of the field, that are neither
    in the vocabulary nor declared options.
    `outlook` is for reports alone: no plan and no digest knows of it. `hints` are issue numbers
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
    outlook: Outlook = field(default_factory=Outlook)
    hints: tuple[IssueHint, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)
    holes: tuple[Hole, ...] = ()

    @property
    def title(self) -> str:
        """The item's title."""
        return str(self.fields["title"])

    @property
    def block(self) -> Block:
        """The managed part of the body, empty where the file declares none."""
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
        """Story points, where the file declares them."""
        value = self.board.get("Story Points")
        return value if isinstance(value, int | float) else None


FieldValue: TypeAlias = str | float | tuple[str, ...] | Block | None
"""A value of an issue field; see `DesiredItem`."""


@dataclass(frozen=True, slots=True)
class LabelDef:
    """A label; colour and description None where the file does not declare them.

    `declared` is False for one that no file defines, but items use: it is made with the first
    change that needs it. `new_color` and `new_description` are what it gets when it is made and
    the file declares none; a label that exists keeps its own.
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
    """A milestone; `due` is an ISO date. `declared` as of a label."""

    title: str
    due: str | None = None
    description: str | None = None
    declared: bool = True


@dataclass(frozen=True, slots=True)
class OptionDef:
    """An option of a single-select board field; colour is GitHub's upper-case name."""

    name: str
    color: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class BoardFieldDef:
    """A board field: type is text, number, date, single_select or iteration.

    `declared` is False for one that no file defines, but items use: what a board already has of
    it is left as it is.
    """

    name: str
    type: str
    options: tuple[OptionDef, ...] = ()
    start: str | None = None
    duration: int | None = None
    count: int | None = None
    declared: bool = True


@dataclass(frozen=True, slots=True)
class ProjectSpec:
    """The board to use: by number, or by title (created where none has it)."""

    owner: str
    title: str | None = None
    number: int | None = None
    fields: tuple[BoardFieldDef, ...] = ()

    def __str__(self) -> str:
        return f"{self.owner}/{self.number if self.number is not None else self.title}"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the files say about how to work.

    `kind_labels` maps a kind to its label (None switches it off), `issue_types` to its issue
    type likewise; `priority_label` is the prefix of the priority label (None switches it off);
    `ownership` maps a field name to `file` or `github`. `trusted_authors` holds logins (a bot's
    ends in `[bot]`) and node ids. `adopt` takes unmarked issues of exactly an item's title.
    `publish` names the planning fields that stand in bodies; it is here to be shown.
    """

    kind_labels: Mapping[str, str | None] = field(default_factory=lambda: {k: k for k in KINDS})
    issue_types: Mapping[str, str | None] = field(default_factory=lambda: {k: k for k in KINDS})
    priority_label: str | None = "priority:"
    ownership: Mapping[str, str] = field(default_factory=dict)
    trusted_authors: tuple[str, ...] = ("github-actions[bot]",)
    ignore_issues: tuple[int, ...] = ()
    mentions: bool = False
    create_done: bool = False
    write_back: str = "progress"
    adopt: bool = False
    publish: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DesiredState:
    """All that the files declare. Items stand in document order, parents before children.

    `repository` is what the files say (None: not said); the target may differ. `sources` are
    paths relative to the repository, the first names the backlog where `id:` does not.
    `labels` and `milestones` hold every one that an item uses, declared or not. `texts` are the
    files themselves, by the path that a user knows: what is in them and is no item.
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


# ---- observed ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Actor:
    """A user or bot, whose login ends in `[bot]`.

    `association` is GitHub's author association, "" where it has no meaning.
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
class BoardItem:
    """An issue's card: its item id, values by field name, and whether it is archived."""

    id: str
    values: Mapping[str, BoardValue] = field(default_factory=dict)
    archived: bool = False


@dataclass(frozen=True, slots=True)
class ObservedIssue:
    """An issue as GitHub holds it: text as it came, state lower-case ("open", "closed").

    `children` are the ids of its sub-issues in their order, at most 100.
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
    card: BoardItem | None = None
    created_at: str = ""
    updated_at: str = ""
    closed_at: str | None = None


@dataclass(frozen=True, slots=True)
class ObservedLabel:
    """A label of the repository."""

    id: str
    name: str
    color: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class ObservedMilestone:
    """A milestone of the repository, open or closed; `due` is an ISO date."""

    id: str
    number: int
    title: str
    state: str = "open"
    due: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class ObservedOption:
    """An option of a single-select field, or an iteration with its first day and its days."""

    id: str
    name: str
    color: str = ""
    description: str = ""
    start: str | None = None
    duration: int | None = None


@dataclass(frozen=True, slots=True)
class ObservedBoardField:
    """A board field; `type` as in `BoardFieldDef`, or GitHub's lower-case name for its own."""

    id: str
    name: str
    type: str
    options: tuple[ObservedOption, ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedProject:
    """A Projects v2 board; `writable` tells whether this token may change it."""

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


@dataclass(frozen=True, slots=True)
class ObservedRepository:
    """The target repository; `owner_type` is "Organization" or "User"; permission is GitHub's."""

    id: str
    name_with_owner: str
    owner_id: str
    owner_type: str
    permission: str = "ADMIN"
    has_issues: bool = True
    archived: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a read covered: a create is planned only where `complete` holds.

    `issues_read` of `total` issues were read. Where only what the files name was asked for,
    `by_number` counts those; of all others only those were looked at that were touched after
    `since` (ISO, UTC), or, where that is None, the ones touched last.
    """

    complete: bool = True
    issues_read: int = 0
    total: int = 0
    by_number: int = 0
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the server can do, as it says of itself.

    `create_below_parent`, `create_with_type` and `create_on_board` tell what can be set while an
    issue is made; what cannot is set by a later request. `option_ids` tells whether options of a
    single-select field can be sent with their ids, so that cards keep their values. `duplicates`
    tells whether an issue can be closed as the duplicate of another one.
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


@dataclass(frozen=True, slots=True)
class ObservedOther:
    """Another repository of the target's owner, in which items have their issues.

    Its issues stand among all others. `unassignable` are logins that cannot be assigned there,
    `permissions` as those of the target.
    """

    repository: ObservedRepository
    labels: tuple[ObservedLabel, ...] = ()
    milestones: tuple[ObservedMilestone, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    unassignable: tuple[str, ...] = ()
    permissions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ObservedState:
    """What GitHub holds now. `issues` stand by number, each once, pull requests left out.

    `issue_types` are None where the server or owner has none to offer. `host` names the server;
    `sandbox` tells that it is the simulated one, `embedded` that it is the one inside this
    process (`--sandbox`). `project` is None where none was asked for or
    none exists yet; `project_problem` says why one that was asked for could not be read.
    `elsewhere` are issues by the names that files have for them, where the whole read did not
    bring them (those of other repositories, mostly); `unreachable` says of such names why they
    lead nowhere. `unassignable` are logins that cannot be assigned here. `permissions` tells what
    authors may do in the target (GitHub's words, "NONE" for nothing) by folded login; who is absent
    was not asked about, or could not be. `others` are the other
    repositories in which items have their issues, `out_of_reach` says of such repositories why
    they could not be read. `coverage` is that of the target alone.
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

    @property
    def whole(self) -> bool:
        """Whether every issue was read: only then is one known to be absent."""
        return self.coverage.complete and all(o.coverage.complete for o in self.others)

    def ref(self, issue: "ObservedIssue | IssueLink") -> str:
        """Give an issue's name for people: `#14` in the target, `owner/repo#14` elsewhere."""
        is_in_target = issue.repository == self.repository.name_with_owner
        return f"#{issue.number}" if is_in_target else f"{issue.repository}#{issue.number}"


# ---- base ----------------------------------------------------------------------------------


DefinitionBase: TypeAlias = tuple[str, ...]
"""What was last applied to a label or milestone: what it is known by on GitHub ("" until it is
made), then a hash per part, "" for one that the file does not declare."""


@dataclass(frozen=True, slots=True)
class Written:
    """What runs wrote into the file as GitHub's, and no sync has read there yet.

    Until one has, these values count as the base does: the file that says them did not change.
    `atoms` holds the hashes of each field, oldest first, `sets` and `ticks` whether a member or a
    ticked box was written or taken out.
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
    next to the base, not in its place.
    """

    hashes: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    ticks: Mapping[str, bool] = field(default_factory=dict)
    pending: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    definitions: Mapping[str, DefinitionBase] = field(default_factory=dict)
    written: Written = field(default_factory=Written)


READER = 2
"""The version of the reading: raised where files give other items, titles or texts than before."""


@dataclass(frozen=True, slots=True)
class Marker:
    """The hidden mark by which an issue is known: backlog identity, key, nonce, and base.

    Where a key went from one thing to another, issues of both bear it: the `generation` tells
    which came later. `reader` is the version of the reading that the text comes from.
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
    """How much a backlog holds; `points` is the sum of story points, `checklist` of criteria."""

    counts: Mapping[str, int]
    milestones: int
    checklist: int
    points: float
