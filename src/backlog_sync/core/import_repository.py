"""Convert the issues of a repository to a backlog whose plan would change nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from backlog_sync.core import body as body_block
from backlog_sync.core.diagnostics import Place
from backlog_sync.core.fields import BOARD_FIELDS, STATUS
from backlog_sync.core.model import (
    KINDS,
    DesiredItem,
    DesiredState,
    FieldValue,
    IssueRef,
    MilestoneDef,
    ProjectSpec,
    Settings,
)
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import ObservedIssue, ObservedState

_KIND_WORDS: Mapping[str, str] = {
    **{kind: kind for kind in KINDS},
    "user story": "story",
    "enhancement": "feature",
    "type: bug": "bug",
    "type:bug": "bug",
}
_BOARD = tuple(name for name in BOARD_FIELDS if name != STATUS)
_DEEPEST = 8
"""GitHub nests sub-issues eight levels deep; a deeper chain is a cycle in the data."""


def take_over(observed: ObservedState, *, closed: bool = False) -> DesiredState:
    """Return the desired state that adopts the issues of a repository by their numbers.

    Includes open issues, and closed ones if `closed` is set or something open is below them. Issues
    of another backlog are left out. Fields have GitHub's values, so a plan of the result only
    adopts; bodies are not declared.
    """
    issues = {issue.id: issue for issue in observed.issues if not _managed(issue)}
    taken_ids = {
        issue_id for issue in issues.values() if closed or issue.state == "open"
        for issue_id in (issue.id, *_ancestors(issue, issues))
    }  # fmt: skip
    chosen = sorted((issues[issue_id] for issue_id in taken_ids), key=lambda issue: issue.number)
    keys = {issue.id: f"issue-{issue.number}" for issue in chosen}
    parents = {i.id: i.parent.id for i in chosen if i.parent is not None and i.parent.id in keys}
    holders = set(parents.values())
    kinds = {issue.id: _kind(issue, parents, holders) for issue in chosen}
    items = tuple(_item(issue, kinds, keys, parents, observed) for issue in chosen)
    labels = {fold(label.name) for label in observed.labels}
    project = observed.project
    due_by_title = {milestone.title: milestone.due for milestone in observed.milestones}
    titles = dict.fromkeys(i.milestone for i in chosen if i.milestone)
    return DesiredState(
        backlog_id="",
        items=tuple(_in_order(items)),
        repository=observed.repository.name_with_owner,
        project=ProjectSpec(project.owner, project.title, project.number) if project else None,
        milestones=tuple(MilestoneDef(title, due_by_title.get(title)) for title in titles),
        settings=Settings(kind_labels=_kind_labels(chosen, kinds, labels), priority_label=None),
    )


def _managed(issue: ObservedIssue) -> bool:
    return body_block.split(issue.body).marker is not None


def _ancestors(issue: ObservedIssue, issues: Mapping[str, ObservedIssue]) -> Iterable[str]:
    current, depth = issue, 0
    while current.parent is not None and current.parent.id in issues and depth < _DEEPEST:
        current, depth = issues[current.parent.id], depth + 1
        yield current.id


def _kind(issue: ObservedIssue, parents: Mapping[str, str], holders: set[str]) -> str:
    """Return the kind by the issue's type, its label, else its level."""
    kind = kind_in_words((issue.issue_type or "", *issue.labels))
    if kind is not None:
        return kind
    if issue.id not in parents:
        return "epic" if issue.id in holders else "story"
    return "story" if issue.id in holders else "task"


def kind_in_words(words: Iterable[str]) -> str | None:
    """Return the kind that the first of these words that is one means."""
    return next((kind for word in words if (kind := _KIND_WORDS.get(fold(word)))), None)


def _kind_labels(
    chosen: Iterable[ObservedIssue], kinds: Mapping[str, str], labels: set[str]
) -> dict[str, str | None]:
    """Return the label of each kind that all its issues have and no others."""
    wearing: dict[str, bool] = {}
    for issue in chosen:
        kind = kinds[issue.id]
        worn = any(fold(label) == kind for label in issue.labels)
        wearing[kind] = wearing.get(kind, True) and worn and kind in labels
    return {kind: kind if wearing.get(kind) else None for kind in KINDS}


def _item(
    issue: ObservedIssue,
    kinds: Mapping[str, str],
    keys: Mapping[str, str],
    parents: Mapping[str, str],
    observed: ObservedState,
) -> DesiredItem:
    repository = observed.repository.name_with_owner
    fields: dict[str, FieldValue] = {"title": issue.title}
    if issue.labels:
        fields["labels"] = issue.labels
    if issue.milestone:
        fields["milestone"] = issue.milestone
    blockers = tuple(
        keys.get(link.id)
        or (f"#{link.number}" if link.repository == repository
            else f"{link.repository}#{link.number}")
        for link in issue.blocked_by
    )  # fmt: skip
    if blockers:
        fields["blocked_by"] = blockers
    values = issue.card.values if issue.card is not None else {}
    board = {name: values[name] for name in _BOARD if values.get(name) not in (None, "")}
    parent_id = parents.get(issue.id)
    return DesiredItem(
        key=keys[issue.id],
        kind=kinds[issue.id],
        place=Place(""),
        fields=fields,
        board=board,
        parent=keys[parent_id] if parent_id is not None else None,
        issue=IssueRef(issue.number, sandbox=observed.sandbox),
        status="Done" if issue.state == "closed" else None,
    )


def _in_order(items: tuple[DesiredItem, ...]) -> Iterable[DesiredItem]:
    """Return parents before children; a chain deeper than GitHub allows is cut into roots."""
    done: set[str] = set()
    remaining = list(items)
    for _ in range(_DEEPEST + 1):
        ready = [item for item in remaining if item.parent is None or item.parent in done]
        yield from ready
        done |= {item.key for item in ready}
        remaining = [item for item in remaining if item.key not in done]
    yield from (replace(item, parent=None) for item in remaining)
