"""Write and read plan files; only an unchanged one is accepted."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ConfigDict, TypeAdapter, ValidationError

from backlog_sync.core.digests import plan_digest
from backlog_sync.core.escape import json_text
from backlog_sync.core.saved import FORMAT_VERSION, SavedPlan, saved_to_json
from backlog_sync.errors import FailedError, RefusedError
from backlog_sync.local.state import write_whole

_LONGEST = 64_000_000
"""Bytes of a plan file at most: 1,000 items with long texts come to about 10 MB."""

_MOST_KEYS = 10_000
"""Keys that a plan may be limited to: nobody passes more with `--only`."""

_SHAPE = TypeAdapter(
    SavedPlan | None, config=ConfigDict(defer_build=True, extra="forbid", strict=True)
)
"""The valid content of a plan file: exactly what the core declares."""

_HASH = re.compile("[0-9a-f]{64}")


def write_plan(path: Path, saved: SavedPlan) -> None:
    """Write a plan file atomically, or raise `FailedError` if it cannot be written."""
    text = json_text(saved_to_json(saved), indent=1, ascii_only=True) + "\n"
    write_whole(path, text.encode(), mode=0o600)


def read_plan(path: Path) -> SavedPlan:
    """Read a plan file.

    Raises `FailedError` if it cannot be read, and `RefusedError` if it is not exactly a plan that
    this version writes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST + 1)
    except OSError as error:
        raise FailedError(
            f"{path} cannot be read: {error.strerror or error}",
            hint="create one with `backlog plan --out FILE`",
        ) from error
    if len(data) > _LONGEST:
        _refuse(path, f"it has more than {_LONGEST} bytes")
    try:
        values = json.loads(data, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        _refuse(path, f"it is not JSON: {error}")
    if not isinstance(values, dict):
        _refuse(path, "it should be a valid dictionary")
    version = values.get("format_version")
    if isinstance(version, int) and version != FORMAT_VERSION:
        _refuse(path, f"it has format version {version}, and this version reads {FORMAT_VERSION}")
    plan = _shaped(path, values)
    sandbox = plan.target.host == "sandbox"
    digest = plan_digest(plan.target.repository, values["changes"], sandbox=sandbox)
    if digest != plan.digests.plan:
        _refuse(path, "it was edited: its changes do not match its digest")
    return plan


def _shaped(path: Path, values: Mapping[str, Any]) -> SavedPlan:
    """Return the plan, or refuse if a part of the file has the wrong type or size."""
    try:
        plan = _SHAPE.validate_json(json.dumps(_without_tags(values)))
    except (ValueError, RecursionError) as error:
        _refuse(path, _first(error))
    assert plan is not None
    for name, digest in asdict(plan.digests).items():
        if not _HASH.fullmatch(digest):
            _refuse(path, f"digests.{name}: it should be 64 hexadecimal digits")
    if len(plan.options.only) > _MOST_KEYS:
        _refuse(path, f"options.only: it has more than {_MOST_KEYS} keys")
    return plan


def _without_tags(values: Any) -> Any:
    """Remove the names of classes (keys ""), which are only there for the digest."""
    if isinstance(values, dict):
        return {name: _without_tags(value) for name, value in values.items() if name}
    return list(map(_without_tags, values)) if isinstance(values, list) else values


def _refuse(path: Path, why: str) -> NoReturn:
    raise RefusedError(
        f"{path} is not a valid saved plan: {why}",
        slug="bad-plan-file",
        hint="create a new one with `backlog plan --out FILE`",
    )


def _first(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
    fault = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in fault["loc"]) or "it"
    missing = dict.fromkeys(("missing", "missing_argument"), "is missing")
    words = {
        "unexpected_keyword_argument": "is unknown",
        "extra_forbidden": "is unknown",
        **missing,
    }
    return f"{place} {words.get(fault['type'], 'has an invalid value')}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name occurs twice in one object")
    return members


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")
