"""The models of items, for YAML backlogs and for what the other readers produce."""

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

from backlog_sync.core.checkboxes import IN_OWN_FILE, is_ticked
from backlog_sync.core.fields import BOARD_FIELDS
from backlog_sync.files.documents.values import (
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
from backlog_sync.files.refs import REPOSITORY_PATTERN


def _criterion(value: object) -> object:
    """Convert a text to a criterion; `[x] text` is one that is done."""
    if not isinstance(value, str):
        return value
    box = IN_OWN_FILE.match(value)
    if box is None:
        return {"text": value}
    return {"text": value[box.end() :], "done": is_ticked(box)}


_Line: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=False)]


class CriterionDocument(Model):
    """An acceptance criterion; a plain string is a criterion that is not done."""

    text: str = Field(description="The criterion, in one line of Markdown.")
    done: bool = optional("Whether it is met. Written back from GitHub.", False)
    details: tuple[_Line, ...] = optional("Lines of Markdown below the criterion in the issue.", ())


class UserStoryDocument(Model):
    """A user story in three parts; a plain string is used unchanged."""

    as_a: str = Field(description="The role that wants it.")
    i_want: str = Field(description="What they want.")
    so_that: str | None = optional("The benefit.")


class RiskDocument(Model):
    """A risk of an item."""

    text: str = Field(description="What may go wrong.")
    likelihood: Word | None = optional(
        "How likely it is: 1 to 5, a percentage, or words such as high."
    )
    impact: Word | None = optional(
        "How bad it would be: 1 to 5, a percentage, or words such as high."
    )
    mitigation: str | None = optional("What is done to prevent it.")
    contingency: str | None = optional("What is done if it happens.")
    owner: Word | None = optional("Who is responsible for it.")
    external: bool = optional("Whether the cause is outside the team's control.", False)


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
        "The item's key, unique in the backlog. Generated from the title if omitted."
    )
    kind: Kind | None = optional("The item's kind; required in a list of 'items'.")
    title: Word = Field(description="The issue's title, at most 256 characters.")
    goal: str | None = optional("What the item should achieve. Markdown.")
    description: str | None = optional("Further description. Markdown.")
    user_story: _UserStory | None = optional(
        "'As a …, I want …, so that …', as one text or in parts."
    )
    acceptance_criteria: _Criteria | None = optional(
        "The acceptance criteria; check boxes in the issue."
    )
    labels: Words | None = optional("The issue's labels, in addition to that of its kind.")
    milestone: Word | None = optional(
        "The title of a milestone. Inherited by the items below it, unless they set another."
    )
    status: Word | None = optional("The status. Owned by GitHub and written back by the tool.")
    depends_on: Words | None = optional(
        "Items and issues that must be done first: keys, '#12', or 'owner/repo#12'."
    )
    assignees: Words | None = optional("Logins, or names that 'people' maps to logins.")
    issue: Word | None = optional("The issue's number or URL. Written back by the tool.")
    sync: bool = optional("false keeps this item and everything below it in the file only.", True)
    previously: Words = optional("Earlier keys of this item.", ())
    estimate_hours: float | None = optional("Planned hours of work.", ge=0)
    skills: Words | None = optional("Skills that are needed to do it.")
    risks: Risks | None = optional("Risks of this item.")
    team: Word | None = optional("The team that does it.")
    capacity: Word | None = optional(
        "Capacity for it and everything below it: '3-4 engineers', or hours per week."
    )
    audience: Word | None = optional("Who it is for.")
    feedback: Words | None = optional(
        "Where people comment on it: '#12', 'owner/repo#12', or the"
        " URL of an issue or a discussion."
    )
    review_notes: ReviewNotes | None = optional("Notes of reviews, by date.")
    repository: str | None = optional(
        "The repository of its issue, if it is not the backlog's own: owner/name.",
        pattern=REPOSITORY_PATTERN,
    )


_TYPES: Mapping[str, Any] = {
    "single_select": Word | None,
    "iteration": Word | None,
    "date": IsoDate | None,
    "number": Points,
}
"""The type of an item's value for a board field, by the field's type."""

if TYPE_CHECKING:

    class ItemDocument(_Item):
        """An item with a value for each board field in the field table."""

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
    """A task; a plain string is its title."""

    tasks: tuple["str | TaskDocument", ...] = optional("Smaller tasks.", ())
    items: tuple["AnyItemDocument", ...] = optional("Items of any kind.", ())


class StoryDocument(ItemDocument):
    """A story."""

    tasks: tuple[str | TaskDocument, ...] = optional("Tasks of this story.", ())
    items: tuple["AnyItemDocument", ...] = optional("Items of any kind.", ())


class FeatureDocument(ItemDocument):
    """A feature."""

    stories: tuple[StoryDocument, ...] = optional("Stories of this feature.", ())
    tasks: tuple[str | TaskDocument, ...] = optional("Tasks without a story.", ())
    items: tuple["AnyItemDocument", ...] = optional("Items of any kind.", ())


class EpicDocument(ItemDocument):
    """An epic."""

    features: tuple[FeatureDocument, ...] = optional("Features of this epic.", ())
    stories: tuple[StoryDocument, ...] = optional("Stories without a feature.", ())
    tasks: tuple[str | TaskDocument, ...] = optional("Tasks without a story.", ())
    items: tuple["AnyItemDocument", ...] = optional("Items of any kind.", ())


class AnyItemDocument(ItemDocument):
    """An item of any kind."""

    model_config = ConfigDict(json_schema_extra={"required": ["title", "kind"]})

    features: tuple[FeatureDocument, ...] = optional("Features below it.", ())
    stories: tuple[StoryDocument, ...] = optional("Stories below it.", ())
    tasks: tuple[str | TaskDocument, ...] = optional("Tasks below it.", ())
    items: tuple["AnyItemDocument", ...] = optional("Items of any kind.", ())


LISTS = {"epics": "epic", "features": "feature", "stories": "story", "tasks": "task", "items": ""}
"""The lists that contain items, and the kind of their entries ('' if each entry declares it)."""

CHILD_LISTS: dict[str, tuple[str, ...]] = {
    "epic": ("features", "stories", "tasks", "items"),
    "feature": ("stories", "tasks", "items"),
    **dict.fromkeys(("story", "task", "bug", "spike", "chore"), ("tasks", "items")),
}
"""The lists that an item of each kind may contain."""
