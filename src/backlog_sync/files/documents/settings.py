"""The models of a backlog's settings: everything except its items."""

from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from backlog_sync.core.fields import board_field_of
from backlog_sync.files.documents.board import (
    BoardFieldDocument,
    IssueFieldDocument,
    IssueFieldType,
    ProjectDocument,
    named_fields,
)
from backlog_sync.files.documents.plan_settings import PlanningDocument, Stale, WipLimit
from backlog_sync.files.documents.values import (
    IsoDate,
    Kind,
    Model,
    Points,
    Word,
    Words,
    listed,
    optional,
    shorthand,
)
from backlog_sync.files.refs import REPOSITORY_PATTERN

BACKLOG_ID_PATTERN = r"^[^\s<>\"'`]{1,200}$"
COLOR_PATTERN = r"^#?[0-9A-Fa-f]{6}$"


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _switch(value: object) -> object:
    """Convert `false`, `no` and `off` to None, which turns a setting off."""
    off = isinstance(value, str) and value.lower() in {"false", "no", "off"}
    return None if off or value is False else value


def _off_or_all(value: object) -> object:
    """Convert `kind_labels: false` (or `issue_types`) to a mapping that turns every kind off."""
    if _switch(value) is None and value is not None:
        return dict.fromkeys(("epic", "feature", "story", "task", "bug", "spike", "chore"))
    return value


FINISHED: Final = ("epics", "features", "milestones")
"""What `close_done` can close."""


def _closed(value: object) -> object:
    """Convert `close_done: true` and `false` to the list of what is closed."""
    if _switch(value) is None:
        return ()
    is_on = isinstance(value, str) and value.lower() in {"true", "yes", "on"}
    return FINISHED if is_on or value is True else listed(value)


def _color(value: object) -> object:
    """Return a color in lower case and without its '#', for comparing."""
    return value.removeprefix("#").lower() if isinstance(value, str) else value


class LabelDocument(Model):
    """A label; a plain string is its name."""

    name: Word = Field(description="At most 50 characters.", min_length=1)
    color: Annotated[str, Field(pattern=COLOR_PATTERN), BeforeValidator(_color)] | None = optional(
        'Six hex digits, in quotes: "5319e7".'
    )
    description: str | None = optional("At most 100 characters.")
    aliases: Words = optional("Other names of the label; a label with one of them is renamed.", ())


class MilestoneDocument(Model):
    """A milestone; a plain string is its title."""

    title: Word = Field(description="The milestone's title.", min_length=1)
    due: IsoDate | None = optional("The due date.")
    description: str | None = optional("The milestone's description.")


class PullRequestsDocument(Model):
    """The status of items with open pull requests or linked branches."""

    in_review: Word | None = optional(
        "Status of an item with an open pull request that is not a draft: an option of the board."
    )
    in_progress: Word | None = optional(
        "Status of an item with a draft or a linked branch: an option of the board."
    )


class InboxDocument(Model):
    """The issues that people open on GitHub and `backlog pull --new` takes: any selector is enough.

    An issue of somebody who may not write is taken only if another person put the label or the
    milestone on it, or if `authors` names the login.
    """

    labels: Words = optional("Labels.", ())
    forms: Words = optional(
        "Issue forms in .github/ISSUE_TEMPLATE: the name of the file, or that in its 'name:'.", ()
    )
    types: Words = optional("The organization's issue types.", ())
    milestones: Words = optional("Milestones, by title.", ())
    authors: Words = optional("Logins; 'writers' means everybody who may write.", ())
    below: Word | None = optional(
        "Where new items go: a heading, a list, or an item. Defaults to the end; a"
        " heading that does not exist is added."
    )
    kind: Kind = optional("The kind of items whose type and labels do not name one.", "story")


class KindDefaultsDocument(Model):
    """Default values of items."""

    labels: Words | None = optional("Labels, if an item has none.")
    milestone: Word | None = optional("Milestone, if none is inherited.")
    priority: Word | None = optional("Priority.")
    story_points: Points = optional("Story points.")
    status: Word | None = optional("Status.")
    assignees: Words | None = optional("Logins or names.")
    start: IsoDate | None = optional("Start date.")
    target: IsoDate | None = optional("Target date.")
    sprint: Word | None = optional("An iteration's title, @current, @next or @previous.")
    skills: Words | None = optional("Skills that are needed.")
    team: Word | None = optional("Team.")
    audience: Word | None = optional("Audience.")
    repository: str | None = optional(
        "The repository of their issues: owner/name.", pattern=REPOSITORY_PATTERN
    )


class DefaultsDocument(KindDefaultsDocument):
    """Defaults for all items, and for the items of each kind."""

    epic: KindDefaultsDocument | None = optional("Defaults of epics.")
    feature: KindDefaultsDocument | None = optional("Defaults of features.")
    story: KindDefaultsDocument | None = optional("Defaults of stories.")
    task: KindDefaultsDocument | None = optional("Defaults of tasks.")
    bug: KindDefaultsDocument | None = optional("Defaults of bugs.")
    spike: KindDefaultsDocument | None = optional("Defaults of spikes.")
    chore: KindDefaultsDocument | None = optional("Defaults of chores.")


Published: TypeAlias = Literal["estimate_hours", "skills", "risks", "team", "capacity", "audience"]


def _published(value: object) -> object:
    return "estimate_hours" if value == "hours" else value


_Finished: TypeAlias = Literal["epics", "features", "milestones"]
_NameOfKind: TypeAlias = Annotated[
    dict[Kind, Annotated[Word | None, BeforeValidator(_switch)]],
    BeforeValidator(
        _off_or_all, json_schema_input_type=dict[Kind, str | Literal[False] | None] | Literal[False]
    ),
]


class SettingsDocument(Model):
    """The settings of a backlog."""

    version: Annotated[Literal[1], BeforeValidator(_number)] = optional(
        "The version of the file format.", 1
    )
    id: str | None = optional(
        "The backlog's identity. Defaults to the path of the first file.",
        pattern=BACKLOG_ID_PATTERN,
    )
    repository: str | None = optional(
        "The repository of the issues: owner/name.", pattern=REPOSITORY_PATTERN
    )
    project: ProjectDocument | None = optional("The board to use, if any.")
    issue_fields: Annotated[
        dict[
            str,
            Annotated[IssueFieldDocument, shorthand("type", IssueFieldType | IssueFieldDocument)],
        ],
        BeforeValidator(
            named_fields,
            json_schema_input_type=dict[str, IssueFieldDocument | IssueFieldType | None]
            | list[str],
        ),
    ] = optional("The organization's issue fields to use, by name, or a list of names.", {})
    labels: tuple[Annotated[LabelDocument, shorthand("name", Word | LabelDocument)], ...] = (
        optional("Labels with color and description.", ())
    )
    milestones: tuple[
        Annotated[MilestoneDocument, shorthand("title", Word | MilestoneDocument)], ...
    ] = optional("Milestones with their due dates.", ())
    include: Words = optional(
        "Further files of this backlog: paths or patterns, relative to this file.", ()
    )
    defaults: DefaultsDocument = optional(
        "Default values of items.", DefaultsDocument.model_construct()
    )
    ownership: dict[str, Literal["file", "github"]] = optional(
        "The owner of each field: file or github.", {}
    )
    people: dict[str, str] = optional("Maps names in the file to logins.", {})
    label_map: dict[str, Word | None] = optional(
        "Maps spellings in the file to labels (null: no label).", {}
    )
    points: dict[str, float] = optional("Maps words to story points: {S: 2, M: 5}.", {})
    publish: Annotated[
        tuple[
            Annotated[
                Published,
                BeforeValidator(_published, json_schema_input_type=Published | Literal["hours"]),
            ],
            ...,
        ],
        BeforeValidator(listed),
    ] = optional("Planning fields to include in issue bodies.", ())
    mentions: bool = optional("Let '@' and '#' in texts notify people and link issues.", False)
    write_back: Literal["progress", "ids", "none"] = optional(
        "What the tool writes into the files.", "progress"
    )
    trusted_authors: Words = optional("Logins whose markers are trusted.", ("github-actions[bot]",))
    agents: Words = optional(
        "Logins of agents that may be assigned, which starts paid work: [copilot-swe-agent].", ()
    )
    ignore_issues: tuple[int, ...] = optional("Numbers of issues that the tool ignores.", ())
    bullets: Literal["list", "items"] = optional(
        "Treat plain bullets of a roadmap as items, or only list them.", "list"
    )
    reading: dict[str, str | dict[str, Any]] = optional(
        "How headings, list entries and tables of a roadmap, or keys and columns of other"
        " plans, are read: {'## *': epic, '## Appendix': ignore,"
        " 'key backlog': {items: task, title: summary}, 'table Feature': {items: feature}}; and"
        " under 'statuses' the meaning of words in the file: {Shipped: Done}.",
        {},
    )
    adopt: bool = optional("Adopt existing issues whose title matches an item exactly.", False)
    create_done: bool = optional(
        "Create issues for items that are already done in the file.", False
    )
    close_done: Annotated[
        tuple[_Finished, ...],
        BeforeValidator(_closed, json_schema_input_type=bool | _Finished | tuple[_Finished, ...]),
    ] = optional(
        "Close epics, features and milestones when everything in them is done, and reopen them"
        " when one of their items reopens: true for all three, or a list of those to close.",
        (),
    )
    pull_requests: PullRequestsDocument = optional(
        "The board's Status for items with pull requests: {in_review: In Review, in_progress:"
        " In Progress}. It only moves forward, and only for people who may write.",
        PullRequestsDocument.model_construct(),
    )
    inbox: InboxDocument | None = optional(
        "Which issues that people open are taken into the file by `backlog pull --new`:"
        " {labels: [idea], below: Inbox}."
    )
    kind_labels: _NameOfKind = optional("The label of each kind; null or false for none.", {})
    issue_types: _NameOfKind = optional(
        "The organization's issue type for each kind, if its name is not that of the"
        " kind; null or false for none.",
        {},
    )
    priority_label: Annotated[
        str | None, BeforeValidator(_switch, json_schema_input_type=str | Literal[False] | None)
    ] = optional("The prefix of priority labels; false for none.", "priority:")
    planning: PlanningDocument = optional(
        "Planning settings for reports.", PlanningDocument.model_construct()
    )
    wip: dict[Word, WipLimit] = optional(
        "How many items may have a status at the same time: {In Progress: 5}.", {}
    )
    stale: Stale = optional(
        "Without an update for so long, work in progress is reported: days, '14d', '2w'.", 14
    )
    body_template: str | None = optional(
        "A Markdown template for issue bodies, relative to this file: each section is"
        " fixed text, or a part such as {goal} or {acceptance_criteria}."
    )

    @property
    def board_fields(self) -> dict[str, BoardFieldDocument]:
        """The fields that the board declares, by name."""
        return self.project.fields if self.project else {}

    @property
    def own_fields(self) -> tuple[str, ...]:
        """The names of the fields that an item sets by name: of the board and of issues.

        An issue field that a key of the file format means is set by that key.
        """
        names = self.issue_fields
        issue_fields = (name for name in names if board_field_of(name, names) is None)
        return tuple(dict.fromkeys((*self.board_fields, *issue_fields)))
