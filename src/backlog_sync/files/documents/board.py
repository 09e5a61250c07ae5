"""The models of a board: the project, its fields and their options."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from backlog_sync.files.documents.values import IsoDate, Model, Word, invalid, optional, shorthand
from backlog_sync.files.refs import OWNER_PATTERN

TEMPLATE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[1-9][0-9]{0,8}$"

FieldType: TypeAlias = Literal[
    "text", "number", "date", "single_select", "multi_select", "iteration"
]
OptionColor: TypeAlias = Literal[
    "GRAY", "BLUE", "GREEN", "YELLOW", "ORANGE", "RED", "PINK", "PURPLE"
]


IssueFieldType: TypeAlias = Literal["text", "number", "date", "single_select", "multi_select"]


def _option_color(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _fields(value: object) -> object:
    if isinstance(value, dict) and len(value) > 50:
        raise invalid("too-many", "a board has at most 50 fields", "remove some of them")
    return value


class OptionDocument(Model):
    """An option of a single-select field; a plain string is its name."""

    name: Word = Field(description="The option's name.", min_length=1)
    color: Annotated[OptionColor, BeforeValidator(_option_color)] | None = optional(
        "The option's color on the board."
    )
    description: str | None = optional("The option's description.")


class BoardFieldDocument(Model):
    """A field of the board."""

    type: FieldType = Field(description="The type of its values.")
    options: tuple[Annotated[OptionDocument, shorthand("name", Word | OptionDocument)], ...] = (
        optional("For single_select and multi_select: at most 50 options.", (), max_length=50)
    )
    start: IsoDate | None = optional("For iteration: the start date of the first one.")
    duration: int | None = optional("For iteration: the length in days.", ge=1, le=365)
    count: int | None = optional("For iteration: the number of iterations.", ge=1, le=100)


class IssueFieldDocument(Model):
    """An issue field of the organization; a plain string is its type."""

    type: IssueFieldType | None = optional(
        "The type of its values. Needed only to create the field."
    )
    options: tuple[Annotated[OptionDocument, shorthand("name", Word | OptionDocument)], ...] = (
        optional("For single_select and multi_select: the options.", (), max_length=100)
    )
    visibility: Literal["all", "members"] | None = optional(
        "Who sees the field: all, or only members of the organization (GitHub's default)."
        " Set only when the field is created."
    )


def named_fields(value: object) -> object:
    """Convert a list of names to a mapping; a name without anything is a field without a type."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        return {str(name): {} for name in value}
    if isinstance(value, dict):
        return {name: {} if each is None else each for name, each in value.items()}
    return value


Layout: TypeAlias = Literal["table", "board", "roadmap"]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class ViewDocument(Model):
    """A view of the board. It is created if it is missing, and never deleted."""

    name: Word = Field(description="The view's name.", min_length=1, max_length=255)
    layout: Layout | None = optional(
        "The layout. A new view without one is a table; an existing view keeps its own."
    )
    filter: str | None = optional(
        "The filter, as typed on the board, such as `is:open label:bug`; empty for none."
    )
    fields: tuple[Word, ...] = optional(
        "The columns to show, by field name. Set only when the view is created.", (), max_length=50
    )
    group_by: Word | None = optional(
        "The field to group by. Set only when the view is created.", min_length=1
    )
    column_by: Word | None = optional(
        "For a board layout: the field whose options are its columns. Set only when the view is"
        " created.",
        min_length=1,
    )
    sort_by: Annotated[tuple[Word, ...], BeforeValidator(_listed)] = optional(
        "The fields to sort by, in order; a name may end in ` desc`. Set only when the view is"
        " created.",
        (),
        max_length=5,
    )


class ProjectDocument(Model):
    """A GitHub Projects board."""

    owner: str | None = optional(
        "The account that owns the board. Defaults to the repository's owner.",
        pattern=OWNER_PATTERN,
    )
    title: Word | None = optional(
        "The board's title. A board is created if none has this title.", min_length=1
    )
    number: int | None = optional("The board's number, instead of its title.", ge=1)
    fields: Annotated[dict[str, BoardFieldDocument], BeforeValidator(_fields)] = optional(
        "The board's fields, by name.", {}
    )
    views: tuple[ViewDocument, ...] | None = optional(
        "The board's views. Without this, a new board gets a board, a table and a roadmap.",
        max_length=50,
    )
    description: str | None = optional("The board's short description.")
    readme: str | None = optional("The board's readme, in Markdown.")
    public: bool | None = optional("Whether everybody can see the board.")
    template: str | None = optional(
        "The board to copy if the board has to be created: owner/number.", pattern=TEMPLATE_PATTERN
    )
