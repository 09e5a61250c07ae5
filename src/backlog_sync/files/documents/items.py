"""Items as documents: what a YAML backlog may say of each, and what Markdown is read into."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    create_model,
)

from backlog_sync.core.fields import BOARD_FIELDS
from backlog_sync.files.documents.values import (
    REPOSITORY_PATTERN,
    IsoDate,
    Key,
    Kind,
    Model,
    Points,
    ReviewNotes,
    Word,
    Words,
    listed,
    optional,
    shorthand,
)

_BOX = re.compile(r"\[([ xX])\]\s+")


def _criterion(value: object) -> object:
    """A text is a criterion; `[x] text` is one that is done."""
    if not isinstance(value, str):
        return value
    box = _BOX.match(value)
    if box is None:
        return {"text": value}
    return {"text": value[box.end() :], "done": box[1] in "xX"}


_Line: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=False)]


class CriterionDocument(Model):
    """An acceptance criterion; a plain string is one that is not done."""

    text: str = Field(description="What must hold, in one line of Markdown.")
    done: bool = optional("Whether it holds. Written back from GitHub.", False)
    details: tuple[_Line, ...] = optional("Lines of Markdown that stand below it in the issue.", ())


class UserStoryDocument(Model):
    """A user story in its three parts; a plain string is kept as it is."""

    as_a: str = Field(description="Who wants it: a role.")
    i_want: str = Field(description="What they want.")
    so_that: str | None = optional("What for.")


class RiskDocument(Model):
    """A risk tied to an item."""

    text: str = Field(description="What may go wrong.")
    likelihood: Word | None = optional("How likely it is.")
    impact: Word | None = optional("What it would cost.")
    mitigation: str | None = optional("What is done about it.")
    contingency: str | None = optional("What is done if it happens.")
    owner: Word | None = optional("Who watches it.")
    external: bool = optional("Whether it is out of our hands.", False)


_UserStory: TypeAlias = Annotated[
    Annotated[str, Tag("text")] | Annotated[UserStoryDocument, Tag("parts")],
    Discriminator(lambda value: "text" if isinstance(value, str) else "parts"),
]
_Criterion: TypeAlias = Annotated[
    CriterionDocument, BeforeValidator(_criterion, json_schema_input_type=str | CriterionDocument)
]
_Criteria: TypeAlias = Annotated[
    tuple[_Criterion, ...], BeforeValidator(listed, json_schema_input_type=list[_Criterion] | str)
]
_Risk: TypeAlias = Annotated[RiskDocument, shorthand("text", str | RiskDocument)]
Risks: TypeAlias = Annotated[
    tuple[_Risk, ...], BeforeValidator(listed, json_schema_input_type=list[_Risk] | str)
]


class _Item(Model):
    """An epic, feature, story, task, bug, spike or chore."""

    model_config = ConfigDict(extra="allow")

    id: Key | None = optional(
        "The item's key, unique in the backlog. Made from the title where omitted."
    )
    kind: Kind | None = optional("What it is; needed in a list of 'items'.")
    title: Word = Field(description="The issue's title, at most 256 characters.")
    goal: str | None = optional("What it is to achieve. Markdown.")
    description: str | None = optional("Anything else worth saying. Markdown.")
    user_story: _UserStory | None = optional(
        "'As a …, I want …, so that …', as one text or in parts."
    )
    acceptance_criteria: _Criteria | None = optional(
        "What must hold for it to be done: check boxes of the issue."
    )
    labels: Words | None = optional("Labels of the issue, beside the kind's own.")
    milestone: Word | None = optional(
        "Title of a milestone. Inherited by everything below unless set there."
    )
    status: Word | None = optional("Progress. GitHub is the owner; written back by the tool.")
    depends_on: Words | None = optional(
        "What must be done before: keys, '#12', or 'owner/repo#12'."
    )
    assignees: Words | None = optional("Logins, or names that 'people' maps to logins.")
    issue: Word | None = optional("The issue's number or address. Written back by the tool.")
    sync: bool = optional("false keeps it, and all below it, in the file only.", True)
    previously: Words = optional("Keys that it had before.", ())
    estimate_hours: float | None = optional("Planned hours of work.", ge=0)
    skills: Words | None = optional("What somebody must know to do it.")
    risks: Risks | None = optional("What may go wrong.")
    team: Word | None = optional("Who does it.")
    capacity: Word | None = optional(
        "Who is there for it and all below it: '3-4 engineers', or hours a week."
    )
    audience: Word | None = optional("Who it is for.")
    feedback: Words | None = optional(
        "Where people say what they think of it: '#12', 'owner/repo#12', or the"
        " address of an issue or a discussion."
    )
    review_notes: ReviewNotes | None = optional(
        "What was found when it was looked at again, by day."
    )
    repository: str | None = optional(
        "Where its issue is, where not in the backlog's own: owner/name.",
        pattern=REPOSITORY_PATTERN,
    )


_TYPES: Mapping[str, Any] = {
    "single_select": Word | None,
    "iteration": Word | None,
    "date": IsoDate | None,
    "number": Points,
}
"""What an item may say of a board field, by the field's type."""

if TYPE_CHECKING:

    class ItemDocument(_Item):
        """With a value for each board field of the table."""

        def __getattr__(self, name: str) -> Any: ...

else:
    ItemDocument = create_model(
        "ItemDocument",
        __base__=_Item,
        __doc__=_Item.__doc__,
        __module__=__name__,
        **{
            row.key: (_TYPES[row.type], optional(row.help))
            for row in BOARD_FIELDS.values()
            if row.key not in _Item.model_fields
        },
    )


class TaskDocument(ItemDocument):
    """A task. A plain string is one with only a title."""

    tasks: tuple["str | TaskDocument", ...] = optional("Smaller tasks.", ())
    items: tuple["AnyItemDocument", ...] = optional("Items of any kind.", ())


class StoryDocument(ItemDocument):
    """A story."""

    tasks: tuple[str | TaskDocument, ...] = optional("What is to be done for it.", ())
    items: tuple["AnyItemDocument", ...] = optional("Items of any kind.", ())


class FeatureDocument(ItemDocument):
    """A feature."""

    stories: tuple[StoryDocument, ...] = optional("Its stories.", ())
    tasks: tuple[str | TaskDocument, ...] = optional("Tasks without a story.", ())
    items: tuple["AnyItemDocument", ...] = optional("Items of any kind.", ())


class EpicDocument(ItemDocument):
    """An epic."""

    features: tuple[FeatureDocument, ...] = optional("Its features.", ())
    stories: tuple[StoryDocument, ...] = optional("Stories without a feature.", ())
    tasks: tuple[str | TaskDocument, ...] = optional("Tasks without a story.", ())
    items: tuple["AnyItemDocument", ...] = optional("Items of any kind.", ())


class AnyItemDocument(ItemDocument):
    """An item that says of what kind it is."""

    model_config = ConfigDict(json_schema_extra={"required": ["title", "kind"]})

    features: tuple[FeatureDocument, ...] = optional("Features below it.", ())
    stories: tuple[StoryDocument, ...] = optional("Stories below it.", ())
    tasks: tuple[str | TaskDocument, ...] = optional("Tasks below it.", ())
    items: tuple["AnyItemDocument", ...] = optional("Items of any kind.", ())


LISTS = {"epics": "epic", "features": "feature", "stories": "story", "tasks": "task", "items": ""}
"""The lists that hold items, and the kind of what they hold ('' where each says its own)."""

CHILD_LISTS: dict[str, tuple[str, ...]] = {
    "epic": ("features", "stories", "tasks", "items"),
    "feature": ("stories", "tasks", "items"),
    **dict.fromkeys(("story", "task", "bug", "spike", "chore"), ("tasks", "items")),
}
"""Which lists may stand below an item of a kind."""
