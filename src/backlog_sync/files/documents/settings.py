"""The settings of a backlog as a document: all that it says beside its items."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from backlog_sync.files.documents.board import BoardFieldDocument, ProjectDocument
from backlog_sync.files.documents.planning import PlanningDocument
from backlog_sync.files.documents.values import (
    REPOSITORY_PATTERN,
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

BACKLOG_ID_PATTERN = r"^[^\s<>\"'`]{1,200}$"
COLOR_PATTERN = r"^#?[0-9A-Fa-f]{6}$"


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _switch(value: object) -> object:
    """`false`, `no` and `off` switch off what a name switches on."""
    off = isinstance(value, str) and value.lower() in {"false", "no", "off"}
    return None if off or value is False else value


def _off_or_all(value: object) -> object:
    """`kind_labels: false` switches all of them off, and so with issue types."""
    if _switch(value) is None and value is not None:
        return dict.fromkeys(("epic", "feature", "story", "task", "bug", "spike", "chore"))
    return value


def _color(value: object) -> object:
    """A colour is compared lower-case and without its '#'."""
    return value.removeprefix("#").lower() if isinstance(value, str) else value


class LabelDocument(Model):
    """A label; a plain string is its name."""

    name: Word = Field(description="At most 50 characters.", min_length=1)
    color: Annotated[str, Field(pattern=COLOR_PATTERN), BeforeValidator(_color)] | None = optional(
        'Six hex digits, in quotes: "5319e7".'
    )
    description: str | None = optional("At most 100 characters.")
    aliases: Words = optional("Other names under which the label may exist.", ())


class MilestoneDocument(Model):
    """A milestone; a plain string is its title."""

    title: Word = Field(description="Its title.", min_length=1)
    due: IsoDate | None = optional("The day it is due.")
    description: str | None = optional("What it is for.")


class KindDefaultsDocument(Model):
    """What items have unless they say otherwise."""

    labels: Words | None = optional("Labels, where an item names none.")
    milestone: Word | None = optional("A milestone, where none is inherited.")
    priority: Word | None = optional("A priority.")
    story_points: Points = optional("Story points.")
    status: Word | None = optional("A status.")
    assignees: Words | None = optional("Logins or names.")
    start: IsoDate | None = optional("The day work begins.")
    target: IsoDate | None = optional("The day it should end.")
    sprint: Word | None = optional("An iteration's title.")
    skills: Words | None = optional("What somebody must know.")
    team: Word | None = optional("Who does it.")
    audience: Word | None = optional("Who it is for.")
    repository: str | None = optional(
        "The repository of their issues; see an item's.", pattern=REPOSITORY_PATTERN
    )


class DefaultsDocument(KindDefaultsDocument):
    """Defaults of every item, and under a kind's name those of that kind."""

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


_NameOfKind: TypeAlias = Annotated[
    dict[Kind, Annotated[Word | None, BeforeValidator(_switch)]],
    BeforeValidator(
        _off_or_all, json_schema_input_type=dict[Kind, str | Literal[False] | None] | Literal[False]
    ),
]


class SettingsDocument(Model):
    """What a backlog says beside its items."""

    version: Annotated[Literal[1], BeforeValidator(_number)] = optional(
        "The version of this format.", 1
    )
    id: str | None = optional(
        "The backlog's identity; the first file's path where omitted.", pattern=BACKLOG_ID_PATTERN
    )
    repository: str | None = optional(
        "Where the issues live: owner/name.", pattern=REPOSITORY_PATTERN
    )
    project: ProjectDocument | None = optional("The board to use, if any.")
    labels: tuple[Annotated[LabelDocument, shorthand("name", Word | LabelDocument)], ...] = (
        optional("Labels with colour and description.", ())
    )
    milestones: tuple[
        Annotated[MilestoneDocument, shorthand("title", Word | MilestoneDocument)], ...
    ] = optional("Milestones with their due days.", ())
    include: Words = optional(
        "More files of this backlog: paths or patterns, seen from this file.", ()
    )
    defaults: DefaultsDocument = optional(
        "What items have unless they say otherwise.", DefaultsDocument()
    )
    ownership: dict[str, Literal["file", "github"]] = optional(
        "Who owns a field: the file, or GitHub.", {}
    )
    people: dict[str, str] = optional("Names in the file, and their logins.", {})
    label_map: dict[str, Word | None] = optional(
        "Spellings, and the labels they mean (null: none).", {}
    )
    points: dict[str, float] = optional(
        "A scale for story points that are words: {S: 2, M: 5}.", {}
    )
    publish: Annotated[
        tuple[
            Annotated[
                Published,
                BeforeValidator(_published, json_schema_input_type=Published | Literal["hours"]),
            ],
            ...,
        ],
        BeforeValidator(listed),
    ] = optional("Planning fields that may go into issue bodies.", ())
    mentions: bool = optional("true lets '@' and '#' in text notify people and link issues.", False)
    write_back: Literal["progress", "ids", "none"] = optional(
        "What the tool writes into the files.", "progress"
    )
    trusted_authors: Words = optional(
        "Logins whose issues count as made by this tool.", ("github-actions[bot]",)
    )
    ignore_issues: tuple[int, ...] = optional("Issue numbers that the tool leaves alone.", ())
    bullets: Literal["list", "items"] = optional(
        "Whether plain bullets of a roadmap are items, or only listed.", "list"
    )
    reading: dict[str, str | dict[str, Any]] = optional(
        "What headings, entries and tables of a roadmap, or keys and columns of other"
        " plans, are where they are read otherwise: {'## *': epic, '## Appendix': ignore,"
        " 'key backlog': {items: task, title: summary}, 'table Feature': {items: feature}}; and"
        " under 'statuses' what words of the file mean: {Shipped: Done}.",
        {},
    )
    adopt: bool = optional(
        "Whether an issue that nobody manages is taken where it has exactly the title of an item.",
        False,
    )
    create_done: bool = optional(
        "Whether items that the file already calls done get an issue.", False
    )
    kind_labels: _NameOfKind = optional("The label of each kind; null or false: none.", {})
    issue_types: _NameOfKind = optional(
        "The organisation's issue type of each kind, where it is not called like the"
        " kind; null or false: none.",
        {},
    )
    priority_label: Annotated[
        str | None, BeforeValidator(_switch, json_schema_input_type=str | Literal[False] | None)
    ] = optional("What the priority's label begins with; false: none.", "priority:")
    planning: PlanningDocument = optional("What reports plan with.", PlanningDocument())
    body_template: str | None = optional(
        "A Markdown file, seen from this one, that lays out issue bodies: each section"
        " a text, or a part such as {goal} or {acceptance_criteria}."
    )

    @property
    def board_fields(self) -> dict[str, BoardFieldDocument]:
        """The fields that the board declares, by name."""
        return self.project.fields if self.project else {}
