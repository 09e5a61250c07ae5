"""GitHub's published OpenAPI description, as a judge of REST answers.

The description is OpenAPI 3.0; its schemas are turned into JSON Schema as they are needed:
references are followed, `nullable` becomes a type, and `date-time` and `uri` are checked. An
answer must fit the schema of its route, method and status, and may not hold a field that the
description does not know. Statuses that GitHub gives everywhere without listing them (401, 404,
422, rate limits) must be one of its two plain errors.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft7Validator, FormatChecker, ValidationError
from jsonschema.exceptions import best_match

Json = Any
METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time")
def _is_moment(value: object) -> bool:
    """A moment with its zone."""
    try:
        return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


@_FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    """An address with scheme and host; GitHub's templates have braces in them."""
    if not isinstance(value, str):
        return True
    parts = urlsplit(value)
    return bool(parts.scheme and (parts.netloc or parts.scheme == "mailto")) and " " not in value


_RECORDED_FIELDS = frozenset(
    {
        "$.secret_scanning_push_protection_custom_link_enabled",
        "$.secret_scanning_push_protection_custom_link",
        "$.secret_scanning_validity_checks_enabled",
        "$.security_and_analysis.secret_scanning_validity_checks",
        "$.resources.code_scanning_upload",
        "$.resources.code_scanning_autofix",
        "$.resources.audit_log",
        "$.resources.audit_log_streaming",
    }
)
"""Fields that the service answered (recorded 2024 to 2026) and its description is without."""

_RECORDED_NULL = "$.company: None is not of type 'string'"
"""What the service answers for an organization (recorded 2021 to 2026), described as a text."""


class Description:
    """GitHub's description of its REST API; takes the package's file."""

    def __init__(self, file: Path) -> None:
        self._whole: dict[str, Json] = json.loads(file.read_bytes())
        self._turned: dict[str, Json] = {}
        self._judges: dict[str, Draft7Validator] = {}
        self._routes: list[tuple[re.Pattern[str], str]] = [
            (re.compile(re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(path))), path)
            for path in self._whole["paths"]
        ]
        # where two templates fit, the one with fewer parameters is meant
        self._routes.sort(key=lambda route: route[1].count("{"))

    def template(self, method: str, path: str) -> str | None:
        """The route that a request is for, as the description names it; None for none."""
        for pattern, template in self._routes:
            if pattern.fullmatch(path) and method.lower() in self._whole["paths"][template]:
                return template
        return None

    def schema(self, method: str, template: str | None, status: int) -> Json:
        """The schema of an answer's body; None where there is no body, else JSON Schema."""
        known = None
        if template is not None:
            known = self._whole["paths"][template][method.lower()]["responses"].get(str(status))
        if known is None:
            plain = "validation-error" if status == 422 else "basic-error"
            return self._turn({"$ref": f"#/components/schemas/{plain}"})
        content = self._follow(known).get("content", {})
        for kind in ("application/json", "application/scim+json"):
            if kind in content:
                return self._turn(content[kind]["schema"])
        return None

    def faults(self, method: str, path: str, status: int, body: bytes) -> list[str]:
        """What is wrong with an answer: empty where it is as GitHub's would be."""
        template = self.template(method, path)
        if template is None and status != 404:
            return [f"{method} {path}: GitHub has no such route"]
        where = f"{method} {template or path} {status}"
        schema = self.schema(method, template, status)
        if schema is None or status == 304:
            return [f"{where}: a body where there is none"] if body else []
        value = json.loads(body)
        judge = self._judges.setdefault(where, Draft7Validator(schema, format_checker=_FORMATS))
        errors = [_deepest(error) for error in judge.iter_errors(value)]
        found = [f"{where}: {error.json_path}: {error.message[:200]}" for error in errors]
        strange = unknown(value, [schema])
        found += [
            f"{where}: {place}: GitHub has no such field"
            for place in strange
            if place not in _RECORDED_FIELDS
        ]
        return [each for each in found if not each.endswith(_RECORDED_NULL)]

    def _follow(self, node: Json) -> Json:
        while isinstance(node, dict) and "$ref" in node:
            target = self._whole
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def _turn(self, node: Json) -> Json:
        """A schema of OpenAPI 3.0 as JSON Schema, without references."""
        if isinstance(node, list):
            return [self._turn(each) for each in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            name = node["$ref"]
            if name not in self._turned:
                self._turned[name] = {}  # a schema that holds itself would not end
                self._turned[name].update(self._turn(self._follow(node)))
            return self._turned[name]
        turned = {
            key: {name: self._turn(each) for name, each in value.items()}
            if key in ("properties", "patternProperties")
            else value
            if key in ("enum", "example", "examples", "default", "required", "description")
            else self._turn(value)
            for key, value in node.items()
            if key not in ("example", "examples", "description", "title", "default", "nullable")
            and not key.startswith("x-")
        }
        if not node.get("nullable"):
            return turned
        return {"anyOf": [{"type": "null"}, turned]}


def _deepest(error: ValidationError) -> ValidationError:
    """Of a value that fits none of several schemas: what is wrong with the one that is nearest."""
    found = best_match([error])
    return found if found is not None else error


def _parts(schema: Json) -> Iterator[Json]:
    """A schema and all that it is put together from."""
    if isinstance(schema, dict):
        yield schema
        for key in ("allOf", "anyOf", "oneOf"):
            for each in schema.get(key, ()):
                yield from _parts(each)


def unknown(value: Json, schemas: list[Json], place: str = "$") -> Iterator[str]:
    """The places of fields that no part of the schemas names."""
    parts = [part for schema in schemas for part in _parts(schema)]
    if isinstance(value, list):
        items = [part["items"] for part in parts if "items" in part]
        for number, each in enumerate(value):
            yield from unknown(each, items, f"{place}[{number}]")
    if not isinstance(value, dict):
        return
    named: dict[str, list[Json]] = {}
    for part in parts:
        for name, schema in part.get("properties", {}).items():
            named.setdefault(name, []).append(schema)
    if not named or any(part.get("additionalProperties") not in (None, False) for part in parts):
        return  # the description leaves it open
    for name, each in value.items():
        if name in named:
            yield from unknown(each, named[name], f"{place}.{name}")
        else:
            yield f"{place}.{name}"


@cache
def description(file: Path) -> Description:
    """The description in this file, read once."""
    return Description(file)


class Judge:
    """Checks answers of the sandbox against GitHub's descriptions; counts what it checked.

    Takes the folder of `@octokit/openapi`. Organisations are made by an Enterprise server's
    administrators, so that route is in the Enterprise description alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "generated"
        self.checked: set[tuple[str, str, int]] = set()
        self.answers = 0

    def faults(self, method: str, path: str, status: int, body: bytes) -> list[str]:
        """What is wrong with an answer."""
        path = urlsplit(path).path.removeprefix("/api/v3") or "/"
        path = re.sub(r"^/repositories/\d+", "/repos/owner/name", path)
        server = "ghes-3.19" if path.startswith("/admin/") else "api.github.com"
        known = description(self._folder / f"{server}.json")
        self.answers += 1
        self.checked.add((method, known.template(method, path) or path, status))
        return known.faults(method, path, status, body)
