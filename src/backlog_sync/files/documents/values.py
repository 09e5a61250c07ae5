"""Building blocks of the models: their base class, short texts, lists, dates and points.

An item declares the fields in pydantic's `model_fields_set`: omitted is not the same as empty.
The models read text: a number that YAML wrote arrives as the author wrote it and is typed here.
"""

import math
import re
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from backlog_sync.files.names import parse_names

KEY_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

Kind: TypeAlias = Literal["epic", "feature", "story", "task", "bug", "spike", "chore"]


def listed(value: object) -> object:
    """Convert a single text to a list of one."""
    return [value] if isinstance(value, str | int | float) else value


def _named(value: object) -> object:
    """Split a text at its commas."""
    return list(parse_names(value)) if isinstance(value, str) else listed(value)


def _points(value: object) -> object:
    """Convert a numeric text to a number; leave other texts for the `points:` scale."""
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return value
        return number if math.isfinite(number) and "_" not in value else value
    return value


Word: TypeAlias = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
"""A short text; numbers and booleans in YAML are kept as written."""

Words: TypeAlias = Annotated[
    tuple[Word, ...], BeforeValidator(_named, json_schema_input_type=list[Word] | Word)
]
"""A list of short texts, or one text with commas between them."""

IsoDate: TypeAlias = Annotated[
    str, WithJsonSchema({"type": "string", "format": "date", "pattern": DATE_PATTERN})
]
"""A date such as 2026-03-31. The resolver validates it."""

_NOTE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ ]*:?[ ]+(\S.*)", re.DOTALL)


def _note(value: object) -> object:
    """Convert `2027-01-15: text` to a note with that date."""
    match = _NOTE.fullmatch(value.strip()) if isinstance(value, str) else None
    return {"date": match[1], "text": match[2]} if match else value


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        text = f"'{value[:40]}' is not a date"
        raise invalid("invalid-date", text, "write it as 2026-03-31") from None


Key = Annotated[
    str,
    Field(pattern=KEY_PATTERN),
    WithJsonSchema({"type": ["string", "number"], "pattern": KEY_PATTERN}),
]

Points: TypeAlias = Annotated[float | str | None, BeforeValidator(_points)]
"""Story points: a number, or a word of the scale."""


def invalid(slug: str, text: str, hint: str = "") -> PydanticCustomError:
    """Return the error that a validator raises; `validation.explain` turns it into a diagnostic."""
    return PydanticCustomError(slug, "{text}", {"text": text, "hint": hint})


def optional(description: str, default: object = None, **limits: Any) -> Any:
    """Declare an optional field."""
    return Field(default, description=description, **limits)


def shorthand(key: str, shape: Any, takes: type = str) -> BeforeValidator:
    """Return a validator that turns a text into a mapping with only this key.

    `shape` is the type that the JSON Schema shows.
    """

    def whole(value: object) -> object:
        short = isinstance(value, takes) and not isinstance(value, dict)
        return {key: value} if short else value

    return BeforeValidator(whole, json_schema_input_type=shape)


_DECLARED: dict[frozenset[str], set[str]] = {}
"""Sets of declared fields, which thousands of items share: one each takes more than its values."""


class Model(BaseModel):
    """The base class of the models: frozen, no unknown keys, numbers read as text.

    A model's validator is built when it is first used: most files need few of them.
    """

    model_config = ConfigDict(
        defer_build=True,
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        coerce_numbers_to_str=True,
        allow_inf_nan=False,
    )

    def model_post_init(self, context: object, /) -> None:  # noqa: ARG002 - pydantic's
        """Share the set of declared fields with all models that declare the same."""
        declared = self.model_fields_set
        shared = _DECLARED.setdefault(frozenset(declared), declared)
        object.__setattr__(self, "__pydantic_fields_set__", shared)


class ReviewNoteDocument(Model):
    """A note of a review; also written `2027-01-15: text`."""

    date: Annotated[IsoDate, AfterValidator(_day)] = Field(description="The date of the review.")
    text: str = Field(description="The note.")


ReviewNotes: TypeAlias = Annotated[
    tuple[
        Annotated[
            ReviewNoteDocument,
            BeforeValidator(_note, json_schema_input_type=str | ReviewNoteDocument),
        ],
        ...,
    ],
    BeforeValidator(listed),
]
"""Notes of reviews; a single one need not be a list."""
