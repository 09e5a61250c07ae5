"""Generate the JSON Schema of the file format from the models, for editors."""

import re
from typing import Any

from backlog_sync.files.documents.items import (
    AnyItemDocument,
    EpicDocument,
    FeatureDocument,
    StoryDocument,
    TaskDocument,
)
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.documents.values import optional

SCHEMA_ID = "urn:backlog-sync:backlog-schema:1"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BOARD_VALUE = {
    "type": ["string", "number", "boolean", "null"],
    "description": "A board field by its name, as declared under project.fields.",
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a YAML backlog, as a new dictionary each time."""
    schema = BacklogDocument.model_json_schema(mode="validation")
    definitions = {
        _name(name): _tidy(definition) for name, definition in schema.pop("$defs").items()
    }
    body = _tidy(schema)
    body.pop("title", None)
    return {"$schema": _DIALECT, "$id": SCHEMA_ID, "title": "Backlog", **body, "$defs": definitions}


def _name(definition: str) -> str:
    """Return the name of a model in the schema: `EpicDocument` is `epic`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", definition.removesuffix("Document"))
    return words.lower()


def _tidy(value: Any, *, inside_properties: bool = False) -> Any:
    """Remove generated titles and null defaults, rename definitions, and describe board values."""
    if isinstance(value, list):
        return [_tidy(each) for each in value]
    if not isinstance(value, dict):
        return value
    tidied: dict[str, Any] = {}
    for key, each in value.items():
        if key == "title" and not inside_properties and isinstance(each, str):
            continue
        if key == "$ref":
            tidied[key] = "#/$defs/" + _name(each.rsplit("/", 1)[-1])
        elif key == "default" and (each in (None, []) or isinstance(each, dict)):
            continue
        elif key == "additionalProperties" and each is True:
            tidied[key] = _BOARD_VALUE
        else:
            tidied[key] = _tidy(each, inside_properties=key == "properties")
    return tidied


# ---- the whole file --------------------------------------------------------------------------


class BacklogDocument(SettingsDocument):
    """A backlog: a plan of epics, features, stories and tasks that is kept in sync with GitHub."""

    epics: tuple[EpicDocument, ...] = optional("Epics.", ())
    features: tuple[FeatureDocument, ...] = optional("Features without an epic.", ())
    stories: tuple[StoryDocument, ...] = optional("Stories without a feature.", ())
    tasks: tuple[str | TaskDocument, ...] = optional("Tasks without a story.", ())
    items: tuple[AnyItemDocument, ...] = optional("Items of any kind.", ())
