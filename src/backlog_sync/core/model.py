"""Desired state: what files declare, in the vocabulary that planning shares with GitHub's.

An item's fields are mappings in which presence means "declared": a field that the file does not
mention is absent, one that it empties is present with `None` or an empty tuple.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import TypeAlias

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.planning import FeedbackRef, PlanningSettings, ReviewNote, Risk
from backlog_sync.dataclass import dataclass

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
class InboxSettings:
    """Which issues that people open are taken into the files: those that any of these selects.

    `forms` are names of issue forms, `authors` logins; `writers` is whether everybody who may write
    is an author. `below` is the heading, list or item that gets them, None for the end of the
    items. `kind` is that of an issue whose type and labels say nothing.
    """

    labels: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    milestones: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    writers: bool = False
    below: str | None = None
    kind: str = "story"


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
    maps `in_review` and `in_progress` to the status of an item with such a pull request. Without an
    `inbox`, no issues of people are taken into the files.
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
    inbox: InboxSettings | None = None


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


# ---- counts --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inventory:
    """The contents of a backlog; `points` is the sum of story points, `checklist` of criteria."""

    counts: Mapping[str, int]
    milestones: int
    checklist: int
    points: float
