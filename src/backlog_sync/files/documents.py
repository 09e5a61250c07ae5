"""The file format as models: what a YAML backlog may say, and what Markdown is read into.

Which fields an item declares is pydantic's `model_fields_set`: omitted is not the same as empty.
The models read text: a number that YAML wrote arrives as the author wrote it and is typed here.
"""

import math
import re
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

KEY_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"
BACKLOG_ID_PATTERN = r"^[^\s<>\"'`]{1,200}$"
REPOSITORY_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$"
OWNER_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}$"
COLOR_PATTERN = r"^#?[0-9A-Fa-f]{6}$"
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

Kind: TypeAlias = Literal["epic", "feature", "story", "task", "bug", "spike", "chore"]
FieldType: TypeAlias = Literal["text", "number", "date", "single_select", "iteration"]
OptionColor: TypeAlias = Literal[
    "GRAY", "BLUE", "GREEN", "YELLOW", "ORANGE", "RED", "PINK", "PURPLE"
]

_BOX = re.compile(r"\[([ xX])\]\s+")
_SPAN = re.compile(r"([0-9]{1,4})\s*(d|w|m|y)?(?:ays?|eeks?|onths?|ears?)?", re.IGNORECASE)


def _listed(value: object) -> object:
    """One text where a list is wanted is a list of one."""
    return [value] if isinstance(value, str | int | float) else value


def _criterion(value: object) -> object:
    """A text is a criterion; `[x] text` is one that is done."""
    if not isinstance(value, str):
        return value
    box = _BOX.match(value)
    if box is None:
        return {"text": value}
    return {"text": value[box.end() :], "done": box[1] in "xX"}


def _risk(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


def _days(value: object) -> object:
    """`90`, `90d`, `6w`, `3 months`: days."""
    if isinstance(value, str) and (found := _SPAN.fullmatch(value.strip())):
        return int(found[1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[(found[2] or "d").lower()]
    return value


def _points(value: object) -> object:
    """A text that is a number is the number; any other is left to the scale."""
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return value
        return number if math.isfinite(number) and "_" not in value else value
    return value


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


def _option_color(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _fields(value: object) -> object:
    if isinstance(value, dict) and len(value) > 50:
        raise PydanticCustomError("too-many", "a board has at most 50 fields", {"hint": ""})
    return value


Word: TypeAlias = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
"""A short text; YAML's numbers and booleans are read as they were written."""

Words: TypeAlias = Annotated[
    tuple[Word, ...], BeforeValidator(_listed, json_schema_input_type=list[Word] | Word)
]
"""A list of short texts, or one."""

IsoDate: TypeAlias = Annotated[
    str, WithJsonSchema({"type": "string", "format": "date", "pattern": DATE_PATTERN})
]
"""A day, as in 2026-03-31. The resolver checks it."""

Key = Annotated[
    str,
    Field(pattern=KEY_PATTERN),
    WithJsonSchema({"type": ["string", "number"], "pattern": KEY_PATTERN}),
]


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        coerce_numbers_to_str=True,
        allow_inf_nan=False,
    )


# ---- items ---------------------------------------------------------------------------------


class CriterionDocument(_Model):
    """An acceptance criterion; a plain string is one that is not done."""

    text: str = Field(description="What must hold, in one line of Markdown.")
    done: bool = Field(default=False, description="Whether it holds. Written back from GitHub.")


class UserStoryDocument(_Model):
    """A user story in its three parts; a plain string is kept as it is."""

    as_a: str = Field(description="Who wants it: a role.")
    i_want: str = Field(description="What they want.")
    so_that: str | None = Field(default=None, description="What for.")


class RiskDocument(_Model):
    """A risk tied to an item."""

    text: str = Field(description="What may go wrong.")
    likelihood: Word | None = Field(default=None, description="How likely it is.")
    impact: Word | None = Field(default=None, description="What it would cost.")
    mitigation: str | None = Field(default=None, description="What is done about it.")
    contingency: str | None = Field(default=None, description="What is done if it happens.")
    owner: Word | None = Field(default=None, description="Who watches it.")
    external: bool = Field(default=False, description="Whether it is out of our hands.")


_UserStory: TypeAlias = Annotated[
    Annotated[str, Tag("text")] | Annotated[UserStoryDocument, Tag("parts")],
    Discriminator(lambda value: "text" if isinstance(value, str) else "parts"),
]
_Criterion: TypeAlias = Annotated[
    CriterionDocument, BeforeValidator(_criterion, json_schema_input_type=str | CriterionDocument)
]
_Criteria: TypeAlias = Annotated[
    tuple[_Criterion, ...],
    BeforeValidator(_listed, json_schema_input_type=list[_Criterion] | str),
]
_Risk: TypeAlias = Annotated[
    RiskDocument, BeforeValidator(_risk, json_schema_input_type=str | RiskDocument)
]
_Risks: TypeAlias = Annotated[
    tuple[_Risk, ...], BeforeValidator(_listed, json_schema_input_type=list[_Risk] | str)
]
_Points: TypeAlias = Annotated[float | str | None, BeforeValidator(_points)]


class ItemDocument(_Model):
    """An epic, feature, story, task, bug, spike or chore."""

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        str_strip_whitespace=True,
        coerce_numbers_to_str=True,
        allow_inf_nan=False,
    )

    id: Key | None = Field(
        default=None,
        description="The item's key, unique in the backlog. Made from the title where omitted.",
    )
    kind: Kind | None = Field(default=None, description="What it is; needed in a list of 'items'.")
    title: Word = Field(description="The issue's title, at most 256 characters.")
    goal: str | None = Field(default=None, description="What it is to achieve. Markdown.")
    description: str | None = Field(
        default=None, description="Anything else worth saying. Markdown."
    )
    user_story: _UserStory | None = Field(
        default=None, description="'As a …, I want …, so that …', as one text or in parts."
    )
    acceptance_criteria: _Criteria | None = Field(
        default=None, description="What must hold for it to be done: check boxes of the issue."
    )
    labels: Words | None = Field(
        default=None, description="Labels of the issue, beside the kind's own."
    )
    milestone: Word | None = Field(
        default=None,
        description="Title of a milestone. Inherited by everything below unless set there.",
    )
    priority: Word | None = Field(
        default=None, description="Board field Priority, and the label 'priority:<value>'."
    )
    story_points: _Points = Field(
        default=None,
        description="Board field Story Points: a number, or a word of the 'points' scale.",
    )
    status: Word | None = Field(
        default=None, description="Progress. GitHub is the owner; written back by the tool."
    )
    depends_on: Words | None = Field(
        default=None, description="What must be done before: keys, '#12', or 'owner/repo#12'."
    )
    assignees: Words | None = Field(
        default=None, description="Logins, or names that 'people' maps to logins."
    )
    issue: Word | None = Field(
        default=None, description="The issue's number or address. Written back by the tool."
    )
    sync: bool = Field(
        default=True, description="false keeps it, and all below it, in the file only."
    )
    previously: Words = Field(default=(), description="Keys that it had before.")
    estimate_hours: float | None = Field(default=None, description="Planned hours of work.", ge=0)
    start: IsoDate | None = Field(
        default=None, description="Board field Start: the day work begins."
    )
    target: IsoDate | None = Field(
        default=None, description="Board field Target: the day it should end."
    )
    sprint: Word | None = Field(
        default=None, description="Board field Sprint: an iteration's title."
    )
    skills: Words | None = Field(default=None, description="What somebody must know to do it.")
    risks: _Risks | None = Field(default=None, description="What may go wrong.")
    team: Word | None = Field(default=None, description="Who does it.")
    audience: Word | None = Field(default=None, description="Who it is for.")
    repository: str | None = Field(
        default=None,
        description="The repository of its issue; another than the backlog's is not synced yet.",
        pattern=REPOSITORY_PATTERN,
    )


class TaskDocument(ItemDocument):
    """A task. A plain string is one with only a title."""

    tasks: tuple["str | TaskDocument", ...] = Field(default=(), description="Smaller tasks.")
    items: tuple["AnyItemDocument", ...] = Field(default=(), description="Items of any kind.")


class StoryDocument(ItemDocument):
    """A story."""

    tasks: tuple[str | TaskDocument, ...] = Field(
        default=(), description="What is to be done for it."
    )
    items: tuple["AnyItemDocument", ...] = Field(default=(), description="Items of any kind.")


class FeatureDocument(ItemDocument):
    """A feature."""

    stories: tuple[StoryDocument, ...] = Field(default=(), description="Its stories.")
    tasks: tuple[str | TaskDocument, ...] = Field(default=(), description="Tasks without a story.")
    items: tuple["AnyItemDocument", ...] = Field(default=(), description="Items of any kind.")


class EpicDocument(ItemDocument):
    """An epic."""

    features: tuple[FeatureDocument, ...] = Field(default=(), description="Its features.")
    stories: tuple[StoryDocument, ...] = Field(default=(), description="Stories without a feature.")
    tasks: tuple[str | TaskDocument, ...] = Field(default=(), description="Tasks without a story.")
    items: tuple["AnyItemDocument", ...] = Field(default=(), description="Items of any kind.")


class AnyItemDocument(ItemDocument):
    """An item that says of what kind it is."""

    model_config = ConfigDict(json_schema_extra={"required": ["title", "kind"]})

    features: tuple[FeatureDocument, ...] = Field(default=(), description="Features below it.")
    stories: tuple[StoryDocument, ...] = Field(default=(), description="Stories below it.")
    tasks: tuple[str | TaskDocument, ...] = Field(default=(), description="Tasks below it.")
    items: tuple["AnyItemDocument", ...] = Field(default=(), description="Items of any kind.")


LISTS = {"epics": "epic", "features": "feature", "stories": "story", "tasks": "task", "items": ""}
"""The lists that hold items, and the kind of what they hold ('' where each says its own)."""

CHILD_LISTS: dict[str, tuple[str, ...]] = {
    "epic": ("features", "stories", "tasks", "items"),
    "feature": ("stories", "tasks", "items"),
    "story": ("tasks", "items"),
    "task": ("tasks", "items"),
    "bug": ("tasks", "items"),
    "spike": ("tasks", "items"),
    "chore": ("tasks", "items"),
}
"""Which lists may stand below an item of a kind."""

BOARD_NAMES = {
    "Status": "status",
    "Priority": "priority",
    "Story Points": "story_points",
    "Target": "target",
    "Start": "start",
    "Sprint": "sprint",
}
"""Board fields that an item may name without a declaration, and the key that means the same."""


# ---- settings ------------------------------------------------------------------------------


class OptionDocument(_Model):
    """An option of a single-select field; a plain string is its name."""

    name: Word = Field(description="The option.", min_length=1)
    color: Annotated[OptionColor, BeforeValidator(_option_color)] | None = Field(
        default=None, description="Its colour on the board."
    )
    description: str | None = Field(default=None, description="What it means.")


class BoardFieldDocument(_Model):
    """A field of the board."""

    type: FieldType = Field(description="What its values are.")
    options: tuple[
        Annotated[
            OptionDocument,
            BeforeValidator(
                lambda value: {"name": value} if isinstance(value, str) else value,
                json_schema_input_type=Word | OptionDocument,
            ),
        ],
        ...,
    ] = Field(default=(), description="For single_select: the choices, at most 50.", max_length=50)
    start: IsoDate | None = Field(default=None, description="For iteration: the first day.")
    duration: int | None = Field(
        default=None, description="For iteration: days in each.", ge=1, le=365
    )
    count: int | None = Field(default=None, description="For iteration: how many.", ge=1, le=100)


class ProjectDocument(_Model):
    """A Projects v2 board."""

    owner: str | None = Field(
        default=None,
        description="The account that owns it; the repository's owner where omitted.",
        pattern=OWNER_PATTERN,
    )
    title: Word | None = Field(
        default=None, description="Its title; the board is created where none has it.", min_length=1
    )
    number: int | None = Field(default=None, description="Its number, instead of a title.", ge=1)
    fields: Annotated[dict[str, BoardFieldDocument], BeforeValidator(_fields)] = Field(
        default_factory=dict, description="The fields of the board, by name."
    )


class LabelDocument(_Model):
    """A label; a plain string is its name."""

    name: Word = Field(description="At most 50 characters.", min_length=1)
    color: Annotated[str, Field(pattern=COLOR_PATTERN), BeforeValidator(_color)] | None = Field(
        default=None, description='Six hex digits, in quotes: "5319e7".'
    )
    description: str | None = Field(default=None, description="At most 100 characters.")
    aliases: Words = Field(default=(), description="Other names under which the label may exist.")


class MilestoneDocument(_Model):
    """A milestone; a plain string is its title."""

    title: Word = Field(description="Its title.", min_length=1)
    due: IsoDate | None = Field(default=None, description="The day it is due.")
    description: str | None = Field(default=None, description="What it is for.")


class KindDefaultsDocument(_Model):
    """What items have unless they say otherwise."""

    labels: Words | None = Field(default=None, description="Labels, where an item names none.")
    milestone: Word | None = Field(
        default=None, description="A milestone, where none is inherited."
    )
    priority: Word | None = Field(default=None, description="A priority.")
    story_points: _Points = Field(default=None, description="Story points.")
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


_Days: TypeAlias = Annotated[int, Field(ge=1, le=3660), BeforeValidator(_days)]
_HoursPerWeek: TypeAlias = Annotated[float, Field(gt=0, le=100_000)]


class ReviewDocument(_Model):
    """After how many days something is to be looked at again; by kind, or `every` for the rest."""

    every: _Days | None = Field(default=None, description="Days, for every kind not named here.")
    epic: _Days | None = Field(default=None, description="Days, for epics.")
    feature: _Days | None = Field(default=None, description="Days, for features.")
    story: _Days | None = Field(default=None, description="Days, for stories.")
    task: _Days | None = Field(default=None, description="Days, for tasks.")
    bug: _Days | None = Field(default=None, description="Days, for bugs.")
    spike: _Days | None = Field(default=None, description="Days, for spikes.")
    chore: _Days | None = Field(default=None, description="Days, for chores.")


class PlanningDocument(_Model):
    """What reports plan with; nothing of it goes to GitHub."""

    velocity: float | None = Field(
        default=None,
        description="Story points a week, for items without hours. Measured where omitted.",
        gt=0,
    )
    hours_per_week: _HoursPerWeek = Field(
        default=40, description="Working hours that one person gives a week."
    )
    teams: dict[str, _HoursPerWeek] = Field(
        default_factory=dict, description="Working hours a week of each team."
    )
    skills: dict[str, _HoursPerWeek] = Field(
        default_factory=dict, description="Working hours a week of those with a skill."
    )
    one_at_a_time: bool = Field(
        default=False, description="Whether milestones are worked on one after the other."
    )
    review: Annotated[
        ReviewDocument,
        BeforeValidator(
            lambda value: value if isinstance(value, dict) else {"every": value},
            json_schema_input_type=ReviewDocument | int | str,
        ),
    ] = Field(
        default=ReviewDocument(),
        description="How often items are looked at again: days, '90d', '6w', '3 months'.",
    )


Published: TypeAlias = Literal["estimate_hours", "skills", "risks", "team", "audience"]


def _published(value: object) -> object:
    return "estimate_hours" if value == "hours" else value


class SettingsDocument(_Model):
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
                BeforeValidator(
                    _published,
                    json_schema_input_type=Published | Literal["hours"],
                ),
            ],
            ...,
        ],
        BeforeValidator(_listed),
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
        str | None,
        BeforeValidator(_switch, json_schema_input_type=str | Literal[False] | None),
    ] = Field(
        default="priority:", description="What the priority's label begins with; false: none."
    )
    planning: PlanningDocument = Field(
        default=PlanningDocument(), description="What reports plan with."
    )
    body_template: str | None = Field(
        default=None, description="A file with a template for issue bodies."
    )


class BacklogDocument(SettingsDocument):
    """A backlog: a plan of epics, features, stories and tasks, kept true on GitHub."""

    epics: tuple[EpicDocument, ...] = Field(default=(), description="The epics.")
    features: tuple[FeatureDocument, ...] = Field(
        default=(), description="Features without an epic."
    )
    stories: tuple[StoryDocument, ...] = Field(default=(), description="Stories without a feature.")
    tasks: tuple[str | TaskDocument, ...] = Field(default=(), description="Tasks without a story.")
    items: tuple[AnyItemDocument, ...] = Field(default=(), description="Items of any kind.")
