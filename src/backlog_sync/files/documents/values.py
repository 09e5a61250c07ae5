"""What documents are made of: the model they share, short texts, lists, days and points.

Which fields an item declares is pydantic's `model_fields_set`: omitted is not the same as empty.
The models read text: a number that YAML wrote arrives as the author wrote it and is typed here.
"""

import math
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from backlog_sync.files.names import parse_names

KEY_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"
REPOSITORY_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$"
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

Kind: TypeAlias = Literal["epic", "feature", "story", "task", "bug", "spike", "chore"]


def listed(value: object) -> object:
    """One text where a list is wanted is a list of one."""
    return [value] if isinstance(value, str | int | float) else value


def _named(value: object) -> object:
    """A text is a list of the names between its commas."""
    return list(parse_names(value)) if isinstance(value, str) else listed(value)


def _points(value: object) -> object:
    """A text that is a number is the number; any other is left to the scale."""
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return value
        return number if math.isfinite(number) and "_" not in value else value
    return value


Word: TypeAlias = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
"""A short text; YAML's numbers and booleans are read as they were written."""

Words: TypeAlias = Annotated[
    tuple[Word, ...], BeforeValidator(_named, json_schema_input_type=list[Word] | Word)
]
"""A list of short texts, or one text with commas between them."""

IsoDate: TypeAlias = Annotated[
    str, WithJsonSchema({"type": "string", "format": "date", "pattern": DATE_PATTERN})
]
"""A day, as in 2026-03-31. The resolver checks it."""

Key = Annotated[
    str,
    Field(pattern=KEY_PATTERN),
    WithJsonSchema({"type": ["string", "number"], "pattern": KEY_PATTERN}),
]

Points: TypeAlias = Annotated[float | str | None, BeforeValidator(_points)]
"""Story points: a number, or a word of the scale."""


class Model(BaseModel):
    """What every document shares: frozen, no key but its own, numbers read as text."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        coerce_numbers_to_str=True,
        allow_inf_nan=False,
    )
