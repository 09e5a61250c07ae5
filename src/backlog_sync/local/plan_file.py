"""Plan files: written whole, and believed only where they are exactly what was written."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backlog_sync.core.digests import plan_digest
from backlog_sync.core.escape import json_text
from backlog_sync.core.fields import Owner
from backlog_sync.core.options import PlanOptions
from backlog_sync.errors import FailedError, RefusedError
from backlog_sync.local.state import write_whole

_LONGEST = 64_000_000
"""Bytes of a plan file; 1,000 items with long texts come to about 10 MB."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Target(_Model):
    host: str
    repository: str
    repository_id: str
    project: str | None


class _Options(_Model):
    on_conflict: Literal["file", "github"] | None
    prune: bool
    only: list[str] = Field(max_length=10_000)
    adopt: bool


class _Digests(_Model):
    desired: str = Field(pattern="^[0-9a-f]{64}$")
    observed: str = Field(pattern="^[0-9a-f]{64}$")
    base: str = Field(pattern="^[0-9a-f]{64}$")
    plan: str = Field(pattern="^[0-9a-f]{64}$")


class _Field(_Model):
    kind: Literal["FieldChange"] = Field(alias="")
    before: str | float | bool | list[str] | None
    after: str | float | bool | list[str] | None


class _Change(_Model):
    """One change, every part of it."""

    name: Literal["Change"] = Field(alias="")
    action: Literal["create", "update", "close", "reopen", "link", "unlink", "adopt", "forget"]
    kind: Literal[
        "label",
        "milestone",
        "project",
        "field",
        "issue",
        "sub_issue",
        "dependency",
        "project_item",
        "field_value",
    ]
    key: str
    title: str
    ref: str | None
    fields: dict[str, _Field]
    other: str | None
    waits_for: list[str]
    drifted: list[str]
    body: str | None
    body_seen: str | None
    definition: dict[str, Any] | None
    repository: str | None


class _Plan(_Model):
    format_version: Literal[1]
    target: _Target
    options: _Options
    summary: dict[str, int]
    digests: _Digests
    inputs: dict[str, str]
    changes: list[_Change]


def write_plan(path: Path, saved: Mapping[str, Any]) -> None:
    """Write a plan file, at once or not at all. Raises `FailedError` where it cannot be written."""
    text = json_text(saved, indent=1, ascii_only=True) + "\n"
    write_whole(path, text.encode(), mode=0o600)


def read_plan(path: Path) -> tuple[dict[str, Any], PlanOptions]:
    """Read a plan file; give its values as they were saved, and the options it was made with.

    Raises `FailedError` where it cannot be read, and `RefusedError` for anything that is not
    exactly a plan as this version writes them.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST + 1)
    except OSError as error:
        raise FailedError(
            f"{path} cannot be read: {error.strerror or error}",
            hint="make one with `backlog plan --out FILE`",
        ) from error
    if len(data) > _LONGEST:
        _refuse(path, f"it has more than {_LONGEST} bytes")
    try:
        saved = json.loads(data, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        _refuse(path, f"it is not JSON: {error}")
    version = saved.get("format_version") if isinstance(saved, dict) else None
    if isinstance(version, int) and version != 1:
        _refuse(path, f"it has format version {version}, and this version reads 1")
    try:
        plan = _Plan.model_validate(saved)
    except (ValidationError, RecursionError) as error:
        _refuse(path, _first(error))
    sandbox = plan.target.host == "sandbox"
    if plan_digest(plan.target.repository, saved["changes"], sandbox=sandbox) != plan.digests.plan:
        _refuse(path, "it was edited: its changes are not those that its digest speaks of")
    on_conflict = Owner(plan.options.on_conflict) if plan.options.on_conflict else None
    return saved, PlanOptions(
        on_conflict, plan.options.prune, tuple(plan.options.only), plan.options.adopt
    )


def _refuse(path: Path, why: str) -> NoReturn:
    raise RefusedError(
        f"{path} is no plan that can be applied: {why}",
        slug="bad-plan-file",
        hint="make a new one with `backlog plan --out FILE`",
    )


def _first(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "it is nested too deeply"
    fault = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    return f"{place or 'it'}: {fault['msg']}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")
