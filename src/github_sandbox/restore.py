"""Restore a stored state, and validate all of it: it may come from anywhere.

Nothing in it is trusted: kinds, types, times and sizes of numbers are checked, and that all
referenced records exist.
"""

import dataclasses
import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from github_sandbox.models import (
    FIELD_TYPES,
    ISSUE_FIELD_TYPES,
    KINDS,
    Account,
    Comment,
    Discussion,
    DiscussionComment,
    Field,
    Issue,
    IssueField,
    IssueFieldOption,
    IssueType,
    Item,
    Label,
    Milestone,
    Project,
    Record,
    Release,
    Repository,
    StatusUpdate,
    View,
    Workflow,
)

LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a snapshot or a journal at most: 10,000 issues with their boards need 50 MB."""

_LARGEST_NUMBER: Final = 2**31 - 1
"""The largest number of a record: `databaseId` is an Int of GraphQL's."""

_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
"""A half of a surrogate pair; one without the other is not valid Unicode."""

_TEXTS: Final = {
    *(("Issue", "title"), ("Issue", "body"), ("Comment", "body")),
    *(("Release", "name"), ("Release", "body")),
    *(("Discussion", "title"), ("Discussion", "body"), ("DiscussionComment", "body")),
}
"""Free text, which may contain lone surrogates, as JSON allows."""

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_MOMENTS: Final = (
    *("created_at", "updated_at", "closed_at", "last_edited_at", "due_on", "published_at"),
)

_REFERENCES: Final[Mapping[type[Record], Mapping[str, type[Record]]]] = {
    IssueType: {"owner": Account},
    IssueField: {"owner": Account},
    IssueFieldOption: {"field": IssueField},
    Repository: {"owner": Account},
    Label: {"repository": Repository},
    Milestone: {"repository": Repository, "creator": Account},
    Issue: {
        "repository": Repository,
        "author": Account,
        "labels": Label,
        "assignees": Account,
        "milestone": Milestone,
        "issue_type": IssueType,
        "parent": Issue,
        "sub_issues": Issue,
        "blocked_by": Issue,
        "blocking": Issue,
        "duplicate_of": Issue,
        "editor": Account,
        "closed_by": Account,
    },
    Comment: {"issue": Issue, "author": Account},
    Discussion: {"repository": Repository, "author": Account, "answer": DiscussionComment},
    DiscussionComment: {"discussion": Discussion, "author": Account, "reply_to": DiscussionComment},
    Release: {"repository": Repository, "author": Account},
    Project: {"owner": Account, "creator": Account, "repositories": Repository},
    StatusUpdate: {"project": Project, "creator": Account},
    Field: {"project": Project, "issue_field": IssueField},
    View: {
        "project": Project,
        **dict.fromkeys(("fields", "group_by", "vertical_group_by"), Field),
        **dict.fromkeys(("sort_by", "descending"), Field),
    },
    Workflow: {"project": Project},
    Item: {"project": Project, "content": Issue, "creator": Account, "draft_assignees": Account},
}
"""The kind of record to which each part of a record refers."""

_COLORS: Final = frozenset(["BLUE", "GRAY", "GREEN", "ORANGE", "PINK", "PURPLE", "RED", "YELLOW"])
_TYPES: Final = frozenset(
    {
        *("ASSIGNEES", "DATE", "ISSUE_TYPE", "LABELS", "LINKED_PULL_REQUESTS", "MILESTONE"),
        *("NUMBER", "PARENT_ISSUE", "REPOSITORY", "REVIEWERS", "SUB_ISSUES_PROGRESS", "TEXT"),
        *("TITLE", "TRACKED_BY", "TRACKS", *FIELD_TYPES),
    }
)
_ALLOWED_VALUES: Final[Mapping[tuple[type[Record], str], frozenset[str]]] = {
    (Account, "permission"): frozenset({"none", "read", "triage", "write", "maintain", "admin"}),
    (Issue, "state_reason"): frozenset({"COMPLETED", "NOT_PLANNED", "DUPLICATE", "REOPENED"}),
    (Issue, "lock_reason"): frozenset({"off-topic", "too heated", "resolved", "spam"}),
    (IssueType, "color"): _COLORS,
    (IssueField, "data_type"): frozenset(ISSUE_FIELD_TYPES),
    (IssueField, "visibility"): frozenset({"ALL", "ORG_ONLY"}),
    (IssueFieldOption, "color"): _COLORS,
    (Field, "data_type"): _TYPES,
    (View, "layout"): frozenset({"BOARD_LAYOUT", "ROADMAP_LAYOUT", "TABLE_LAYOUT"}),
    (StatusUpdate, "status"): frozenset(
        {"INACTIVE", "ON_TRACK", "AT_RISK", "OFF_TRACK", "COMPLETE"}
    ),
}
"""The values of parts with an enum in GitHub's schema, next to None."""

_FAULTS: Final = {"missing": "is missing", "extra_forbidden": "is unknown"}
"""In words what the values of a record lack, by the type of pydantic's error."""

_OPTION: Final = {"id", "name", "color", "description"}
_ITERATION: Final = {"id": str, "title": str, "start": str, "duration": int}


def read_json(raw: bytes) -> Any:
    """Parse a JSON text, or raise `ValueError`, also for numbers that no record can have."""
    try:
        value = json.loads(raw, parse_int=_integer, parse_float=_number, parse_constant=_number)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def records_of(loaded: Mapping[int, tuple[str, Any]], highest: object) -> list[Record]:
    """Return the records of a state by number, or raise `ValueError` for an invalid one."""
    records: dict[int, Record] = {}
    for number in sorted(loaded):
        kind, values = loaded[number]
        records[number] = _record(kind, values)
    for record in records.values():
        _check_references(record, records)
    _check_parents(records.values())
    if not _is_number(highest) or max(records, default=0) > _LARGEST_NUMBER:
        raise ValueError("its highest number is not one")
    return list(records.values())


def _record(kind: object, values: object) -> Record:
    if not isinstance(kind, str) or kind not in KINDS or not isinstance(values, dict):
        raise ValueError(f"{kind!r:.40} is not a kind of record")
    try:
        _model_of(kind).model_validate(values)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        location = ".".join(str(step)[:40] for step in fault["loc"])
        what = _FAULTS.get(fault["type"], "has an invalid value")
        raise ValueError(f"{kind}.{location} {what}") from None
    _check_characters({n: v for n, v in values.items() if (kind, n) not in _TEXTS})
    record = KINDS[kind](**values)
    numbers = [values[name] for name in values if type(values[name]) is int]
    if not all(map(_is_number, numbers)) or record.id == 0:
        raise ValueError(f"{kind} has a number that no record has")
    for name in _MOMENTS:
        moment = getattr(record, name, None)
        if moment is not None:
            _check_moment(f"{kind}.{name}", moment)
    for (owner, name), words in _ALLOWED_VALUES.items():
        if isinstance(record, owner) and getattr(record, name) not in (None, *words):
            raise ValueError(f"{kind}.{name} is not one of its words")
    _check_parts(record)
    return record


def _check_characters(values: Mapping[str, Any]) -> None:
    """Check that all texts are valid Unicode: names become parts of addresses."""
    if _SURROGATE.search(json.dumps(values)):
        json.dumps(values, ensure_ascii=False).encode()


@cache
def _model_of(kind: str) -> type[BaseModel]:
    """Return the model that validates the values of a kind strictly."""
    types = get_type_hints(KINDS[kind])
    missing = dataclasses.MISSING
    parts: dict[str, Any] = {}
    for field in dataclasses.fields(KINDS[kind]):
        needed = field.default is missing and field.default_factory is missing
        parts[field.name] = (types[field.name], ... if needed else None)
    config = ConfigDict(strict=True, extra="forbid")
    model: type[BaseModel] = create_model(kind, __config__=config, **parts)
    return model


def _check_moment(name: str, moment: str) -> None:
    if not _MOMENT.fullmatch(moment):
        raise ValueError(f"{name} is not a moment")
    datetime.fromisoformat(moment)


def _check_parts(record: Record) -> None:
    """Check the parts of options, iterations and values."""
    match record:
        case Field():
            if any(o.keys() != _OPTION or o["color"] not in _COLORS for o in record.options):
                raise ValueError("Field.options are not options")
            for each in record.iterations:
                typed = {name: type(value) for name, value in each.items()}
                if typed != _ITERATION:
                    raise ValueError("Field.iterations are not iterations")
                datetime.strptime(str(each["start"]), "%Y-%m-%d")  # noqa: DTZ007 - a date
        case Issue():
            for key, value in record.field_values.items():
                if not key.isascii() or not key.isdigit() or not _is_field_value(value):
                    raise ValueError("Issue.field_values are not values")
        case Item():
            for key, each in record.values.items():
                if not key.isascii() or not key.isdigit() or not {"kind", "value"} <= each.keys():
                    raise ValueError("Item.values are not values")
                if isinstance(each["value"], list) != (each["kind"] == "options"):
                    raise ValueError("Item.values are not of their kind")


def _is_field_value(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_is_number, value))
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _check_references(record: Record, records: Mapping[int, Record]) -> None:
    for name, kind in _REFERENCES.get(type(record), {}).items():
        references = getattr(record, name)
        for number in references if isinstance(references, list) else (references,):
            if number is not None and not isinstance(records.get(number), kind):
                raise ValueError(
                    f"{type(record).__name__} {record.id} names a {kind.__name__} ({name}) that"
                    " is not there"
                )
    if isinstance(record, Issue):
        _check_field_values(record, records)


def _check_field_values(issue: Issue, records: Mapping[int, Record]) -> None:
    """Check that the fields and options of an issue's values exist, and that types fit."""
    for key, value in issue.field_values.items():
        field = records.get(int(key))
        if not isinstance(field, IssueField) or isinstance(value, list) != (
            field.data_type in ("SINGLE_SELECT", "MULTI_SELECT")
        ):
            raise ValueError(f"Issue {issue.id} has a value of a field that is not there")
        for number in value if isinstance(value, list) else ():
            option = records.get(number)
            if not isinstance(option, IssueFieldOption) or option.field != field.id:
                raise ValueError(f"Issue {issue.id} has an option that is not there")


def _check_parents(records: Iterable[Record]) -> None:
    """Check that no issue is below itself."""
    parents = {each.id: each.parent for each in records if isinstance(each, Issue)}
    safe: set[int] = set()
    for start in parents:
        path: dict[int, None] = {}
        current: int | None = start
        while current is not None and current not in safe:
            if current in path:
                raise ValueError(f"Issue {current} is below itself")
            path[current] = None
            current = parents[current]
        safe.update(path)


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST_NUMBER


def _integer(text: str) -> int:
    if len(text) > 16:  # more than a double holds exactly
        raise ValueError("a number has too many digits")
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is not finite")
    return value
