"""A board as a document: the project, its fields and their options."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from backlog_sync.files.documents.values import IsoDate, Model, Word, invalid, optional, shorthand

OWNER_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}$"

FieldType: TypeAlias = Literal["text", "number", "date", "single_select", "iteration"]
OptionColor: TypeAlias = Literal[
    "GRAY", "BLUE", "GREEN", "YELLOW", "ORANGE", "RED", "PINK", "PURPLE"
]


def _option_color(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _fields(value: object) -> object:
    if isinstance(value, dict) and len(value) > 50:
        raise invalid("too-many", "a board has at most 50 fields")
    return value


class OptionDocument(Model):
    """An option of a single-select field; a plain string is its name."""

    name: Word = Field(description="The option.", min_length=1)
    color: Annotated[OptionColor, BeforeValidator(_option_color)] | None = optional(
        "Its colour on the board."
    )
    description: str | None = optional("What it means.")


class BoardFieldDocument(Model):
    """A field of the board."""

    type: FieldType = Field(description="What its values are.")
    options: tuple[Annotated[OptionDocument, shorthand("name", Word | OptionDocument)], ...] = (
        optional("For single_select: the choices, at most 50.", (), max_length=50)
    )
    start: IsoDate | None = optional("For iteration: the first day.")
    duration: int | None = optional("For iteration: days in each.", ge=1, le=365)
    count: int | None = optional("For iteration: how many.", ge=1, le=100)


class ProjectDocument(Model):
    """A Projects v2 board."""

    owner: str | None = optional(
        "The account that owns it; the repository's owner where omitted.", pattern=OWNER_PATTERN
    )
    title: Word | None = optional(
        "Its title; the board is created where none has it.", min_length=1
    )
    number: int | None = optional("Its number, instead of a title.", ge=1)
    fields: Annotated[dict[str, BoardFieldDocument], BeforeValidator(_fields)] = optional(
        "The fields of the board, by name.", {}
    )
