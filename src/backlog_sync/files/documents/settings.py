"""The settings of a backlog as a document: all that it says beside its items."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from backlog_sync.files.documents.board import ProjectDocument
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
    color: Annotated[str, Field(pattern=COLOR_PATTERN), BeforeValidator(_color)] | None = Field(
        default=None, description='Six hex digits, in quotes: "5319e7".'
    )
    description: str | None = Field(default=None, description="At most 100 characters.")
    aliases: Words = Field(default=(), description="Other names under which the label may exist.")


class MilestoneDocument(Model):
    """A milestone; a plain string is its title."""

    title: Word = Field(description="Its title.", min_length=1)
    due: IsoDate | None = Field(default=None, description="The day it is due.")
    description: str | None = Field(default=None, description="What it is for.")


class KindDefaultsDocument(Model):
    """What items have unless they say otherwise."""

    labels: Words | None = Field(default=None, description="Labels, where an item names none.")
    milestone: Word | None = Field(
        default=None, description="A milestone, where none is inherited."
    )
    priority: Word | None = Field(default=None, description="A priority.")
    story_points: Points = Field(default=None, description="Story points.")
    status: Word | None = Field(default=None, description="A status.")
    assignees: Words | None = Field(default=None, description="Logins or names.")
    start: IsoDate | None = Field(default=None, description="The day work begins.")
    target: IsoDate | None = Field(default=None, description="The day it should end.")
    sprint: Word | None = Field(default=None, description="An iteration's title.")
    skills: Words | None = Field(default=None, description="What somebody must know.")
    team: Word | None = Field(default=None, description="Who does it.")
    audience: Word | None = Field(default=None, description="Who it is for.")
    repository: str | None = Field(
        default=None,
        description="The repository of their issues; see an item's.",
        pattern=REPOSITORY_PATTERN,
    )


class DefaultsDocument(KindDefaultsDocument):
    """Defaults of every item, and under a kind's name those of that kind."""

    epic: KindDefaultsDocument | None = Field(default=None, description="Defaults of epics.")
    feature: KindDefaultsDocument | None = Field(default=None, description="Defaults of features.")
    story: KindDefaultsDocument | None = Field(default=None, description="Defaults of stories.")
    task: KindDefaultsDocument | None = Field(default=None, description="Defaults of tasks.")
    bug: KindDefaultsDocument | None = Field(default=None, description="Defaults of bugs.")
    spike: KindDefaultsDocument | None = Field(default=None, description="Defaults of spikes.")
    chore: KindDefaultsDocument | None = Field(default=None, description="Defaults of chores.")


Published: TypeAlias = Literal["estimate_hours", "skills", "risks", "team", "capacity", "audience"]


def _published(value: object) -> object:
    return "estimate_hours" if value == "hours" else value


class SettingsDocument(Model):
    """What a backlog says beside its items."""

    version: Annotated[Literal[1], BeforeValidator(_number)] = Field(
        default=1, description="The version of this format."
    )
    id: str | None = Field(
        default=None,
        description="The backlog's identity; the first file's path where omitted.",
        pattern=BACKLOG_ID_PATTERN,
    )
    repository: str | None = Field(
        default=None, description="Where the issues live: owner/name.", pattern=REPOSITORY_PATTERN
    )
    project: ProjectDocument | None = Field(default=None, description="The board to use, if any.")
    labels: tuple[
        Annotated[
            LabelDocument,
            BeforeValidator(
                lambda value: {"name": value} if isinstance(value, str) else value,
                json_schema_input_type=Word | LabelDocument,
            ),
        ],
        ...,
    ] = Field(default=(), description="Labels with colour and description.")
    milestones: tuple[
        Annotated[
            MilestoneDocument,
            BeforeValidator(
                lambda value: {"title": value} if isinstance(value, str) else value,
                json_schema_input_type=Word | MilestoneDocument,
            ),
        ],
        ...,
    ] = Field(default=(), description="Milestones with their due days.")
    include: Words = Field(
        default=(),
        description="More files of this backlog: paths or patterns, seen from this file.",
    )
    defaults: DefaultsDocument = Field(
        default=DefaultsDocument(), description="What items have unless they say otherwise."
    )
    ownership: dict[str, Literal["file", "github"]] = Field(
        default_factory=dict, description="Who owns a field: the file, or GitHub."
    )
    people: dict[str, str] = Field(
        default_factory=dict, description="Names in the file, and their logins."
    )
    label_map: dict[str, Word | None] = Field(
        default_factory=dict, description="Spellings, and the labels they mean (null: none)."
    )
    points: dict[str, float] = Field(
        default_factory=dict, description="A scale for story points that are words: {S: 2, M: 5}."
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
    ] = Field(default=(), description="Planning fields that may go into issue bodies.")
    mentions: bool = Field(
        default=False, description="true lets '@' and '#' in text notify people and link issues."
    )
    write_back: Literal["progress", "ids", "none"] = Field(
        default="progress", description="What the tool writes into the files."
    )
    trusted_authors: Words = Field(
        default=("github-actions[bot]",),
        description="Logins whose issues count as made by this tool.",
    )
    ignore_issues: tuple[int, ...] = Field(
        default=(), description="Issue numbers that the tool leaves alone."
    )
    bullets: Literal["list", "items"] = Field(
        default="list", description="Whether plain bullets of a roadmap are items, or only listed."
    )
    reading: dict[str, str | dict[str, Any]] = Field(
        default_factory=dict,
        description="What headings, entries and tables of a roadmap, or keys and columns of other"
        " plans, are where they are read otherwise: {'## *': epic, '## Appendix': ignore,"
        " 'key backlog': {items: task, title: summary}, 'table Feature': {items: feature}}; and"
        " under 'statuses' what words of the file mean: {Shipped: Done}.",
    )
    adopt: bool = Field(
        default=False,
        description="Whether an issue that nobody manages is taken where it has exactly the title"
        " of an item.",
    )
    create_done: bool = Field(
        default=False, description="Whether items that the file already calls done get an issue."
    )
    kind_labels: Annotated[
        dict[Kind, Annotated[Word | None, BeforeValidator(_switch)]],
        BeforeValidator(
            _off_or_all,
            json_schema_input_type=dict[Kind, str | Literal[False] | None] | Literal[False],
        ),
    ] = Field(default_factory=dict, description="The label of each kind; null or false: none.")
    issue_types: Annotated[
        dict[Kind, Annotated[Word | None, BeforeValidator(_switch)]],
        BeforeValidator(
            _off_or_all,
            json_schema_input_type=dict[Kind, str | Literal[False] | None] | Literal[False],
        ),
    ] = Field(
        default_factory=dict,
        description="The organisation's issue type of each kind, where it is not called like the"
        " kind; null or false: none.",
    )
    priority_label: Annotated[
        str | None, BeforeValidator(_switch, json_schema_input_type=str | Literal[False] | None)
    ] = Field(
        default="priority:", description="What the priority's label begins with; false: none."
    )
    planning: PlanningDocument = Field(
        default=PlanningDocument(), description="What reports plan with."
    )
    body_template: str | None = Field(
        default=None,
        description="A Markdown file, seen from this one, that lays out issue bodies: each section"
        " a text, or a part such as {goal} or {acceptance_criteria}.",
    )
