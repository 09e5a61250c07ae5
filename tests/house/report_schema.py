"""The JSON Schemas of `backlog report`, `ready` and `show`, made from the values that they hold."""

import json
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter

from backlog_sync.core.facts import Link, WorkItem
from backlog_sync.core.rollup import Sum
from backlog_sync.reports.values import (
    Forecast,
    Health,
    Load,
    MergedOpen,
    MilestoneReport,
    Noted,
    Overlap,
    Period,
    Quarter,
    Question,
    RegisteredRisk,
    Report,
    Review,
    Schedule,
    Shortage,
    SprintProgress,
)

_COUNTS = {
    "total": {"type": "integer", "description": "Items that count."},
    "percent": {"type": "integer", "description": "By points, else by items; rounded down."},
    "points_total": {"type": "number", "description": "Points of these items."},
}
_LISTS = {
    "load": Load,
    "shortages": Shortage,
    "risks": RegisteredRisk,
    "overlaps": Overlap,
    "reviews": Review,
    "questions": Question,
    "review_notes": Noted,
}


def report_schema() -> str:
    """Give the schema as text."""
    made: dict[str, Any] = {}
    defs: dict[str, Any] = {}

    def told(kind: Any) -> dict[str, Any]:
        found = TypeAdapter(kind).json_schema(mode="serialization", ref_template="#/$defs/{model}")
        defs.update(found.pop("$defs", {}))
        return {name: value for name, value in found.items() if name != "title"}

    total = told(Sum)
    total["properties"] |= _COUNTS
    member = _without(total, "name")
    item = told(WorkItem)
    own = _without(total, "name", "items", "criteria", "ticked", "points")
    numbers = {"type": ["number", "null"]}
    item["properties"] |= {"counted_points": numbers, "counted_hours": numbers}
    item["properties"] |= own["properties"]
    defs["Item"] = item
    for name, kind in (("Milestone", MilestoneReport), ("Quarter", Quarter)):
        part = _without(told(kind), "sum")
        part["properties"] |= member["properties"]
        if name == "Milestone":
            part["properties"]["title"] = {"type": "string"}
        defs[name] = part
    made["format_version"] = {"const": 1}
    made["target"] = _object({"repository": _TEXT, "project": {"type": ["string", "null"]}})
    made["title"] = _TEXT
    made["links"] = told(tuple[Link, ...])
    made["today"] = {"type": "string", "format": "date"}
    made["health"] = {"enum": [health.value for health in Health]}
    made["why"] = _TEXT
    made["total"] = _ref("Sum")
    made["milestones"] = _list(_ref("Milestone"))
    made["groups"] = {"type": "object", "additionalProperties": _list(_ref("Sum"))}
    made["items"] = _list(_ref("Item"))
    made["unestimated"] = _list(_TEXT)
    made["history"] = told(next(f.type for f in fields(Report) if f.name == "history"))
    made["forecast"] = told(Forecast | None)
    made["schedule"] = told(Schedule)
    made["sprints"] = told(SprintProgress | None)
    made["quarters"] = _list(_ref("Quarter"))
    made |= {name: told(tuple[kind, ...]) for name, kind in _LISTS.items()}  # type: ignore[valid-type] # a value here
    made["done_without_pull_request"] = _list(_TEXT)
    made["merged_still_open"] = told(tuple[MergedOpen, ...])
    made["period"] = told(Period | None)
    made["next_steps"] = made["notes"] = made["written_back"] = _list(_TEXT)
    defs["Sum"] = total
    for name in ("Sum", "Item", "Milestone", "Quarter"):
        defs[name]["additionalProperties"] = False
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "backlog report",
        **_object(made),
        "$defs": dict(sorted(defs.items())),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def envelope_schema(kind: Any, title: str) -> str:
    """Give the schema of another command's JSON, whose keys are the fields of a data class."""
    made = TypeAdapter(kind).json_schema(mode="serialization", ref_template="#/$defs/{model}")
    defs = made.pop("$defs", {})
    for one in (made, *defs.values()):
        if "properties" in one:
            one |= {"required": list(one["properties"]), "additionalProperties": False}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": title,
        "$defs": dict(sorted(defs.items())),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


_TEXT = {"type": "string"}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _without(schema: dict[str, Any], *names: str) -> dict[str, Any]:
    left = {name: each for name, each in schema["properties"].items() if name not in names}
    required = [name for name in schema.get("required", ()) if name not in names]
    return {**schema, "properties": left, "required": required}
