"""Digests of a plan's inputs: what must still hold when a stored plan is applied."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace

from backlog_sync.core.changes import Change, Digests
from backlog_sync.core.identity import Matches
from backlog_sync.core.model import DesiredState, ObservedIssue, ObservedState


def digests_of(
    desired: DesiredState, observed: ObservedState, matches: Matches, changes: Iterable[Change]
) -> Digests:
    """Hash each input by what it means: not by when an issue was touched, not by its order.

    The order of siblings has a meaning.
    """
    project = observed.project
    families: dict[str, list[str]] = {}
    for item in desired.items:
        if item.parent:
            families.setdefault(item.parent, []).append(item.key)
    if project is not None:
        project = replace(project, fields=tuple(sorted(project.fields, key=lambda f: f.name)))
    return Digests(
        desired=_digest(
            [
                *(replace(item, place=replace(item.place, line=1, column=1))
                  for item in desired.items),
                *desired.labels,
                *desired.milestones,
                [desired.backlog_id, desired.project, desired.settings],
                families,
            ]
        ),
        observed=_digest(
            [
                *map(_settled, observed.issues),
                *observed.labels,
                *observed.milestones,
                [project, observed.repository, sorted(observed.issue_types or ())],
            ]
        ),
        base=_digest([key, match.parts.marker] for key, match in matches.by_key.items()),
        plan=_digest(changes),
    )  # fmt: skip


def _settled(issue: ObservedIssue) -> ObservedIssue:
    """Give an issue with its sets in order and without times: a comment moves nothing of ours."""
    return replace(
        issue,
        labels=tuple(sorted(issue.labels)),
        assignees=tuple(sorted(issue.assignees)),
        blocked_by=tuple(sorted(issue.blocked_by, key=lambda link: link.id)),
        created_at="",
        updated_at="",
        closed_at=None,
    )


def _digest(values: Iterable[object]) -> str:
    """Give the SHA-256 (hex) of these values, whatever order they come in."""
    state = hashlib.sha256()
    for line in sorted(json.dumps(value, default=_plain, sort_keys=True) for value in values):
        state.update(line.encode())
        state.update(b"\n")
    return state.hexdigest()


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        named = {field.name: getattr(value, field.name) for field in fields(value)}
        return {"": type(value).__name__, **named}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no digest")
