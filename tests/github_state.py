"""What the simulated GitHub holds, by names, and where two such states differ."""

import json
from dataclasses import asdict
from typing import Any

from backlog_sync.core import body as body_block
from github_sandbox.app import Sandbox
from github_sandbox.models import (
    Account,
    Field,
    Issue,
    IssueField,
    IssueType,
    Item,
    Label,
    Milestone,
)
from github_sandbox.restore import records_of


def assert_restorable(server: Sandbox) -> None:
    """Check that a simulator that is started again on this state reads every record as it is."""
    records = {
        record.id: (type(record).__name__, json.loads(json.dumps(asdict(record))))
        for record in server.store.records.values()
    }
    restored = {record.id: record for record in records_of(records, max(records))}
    assert restored == server.store.records


def state_of(server: Sandbox) -> dict[str, Any]:
    """All that GitHub shows and what is hidden in it, by names."""
    store = server.store
    records = store.records.values()
    labels = {each.id: each for each in records if isinstance(each, Label)}
    milestones = {each.id: each for each in records if isinstance(each, Milestone)}
    issues = {each.id: each for each in records if isinstance(each, Issue)}
    fields = {str(each.id): each for each in records if isinstance(each, Field)}
    cards = {each.content: each for each in records if isinstance(each, Item)}

    def value(name: str, kept: dict[str, Any]) -> object:
        names = {option["id"]: option["name"] for option in fields[name].options}
        if isinstance(kept["value"], list):
            return sorted(names[chosen] for chosen in kept["value"])
        return names.get(kept["value"], kept["value"])

    def card(issue_id: int) -> dict[str, object]:
        values = cards[issue_id].values if issue_id in cards else {}
        return {fields[name].name: value(name, kept) for name, kept in sorted(values.items())}

    return {
        "labels": {
            label.node_id: {
                "name": label.name,
                "color": label.color,
                "description": label.description or "",
            }
            for label in labels.values()
        },
        "milestones": {
            m.number: {"title": m.title, "due": m.due_on, "description": m.description or ""}
            for m in milestones.values()
        },
        "options": {each.name: each.options for each in fields.values() if each.options},
        "issues": {
            issue.number: {
                "title": issue.title,
                "body": issue.body,
                "state": issue.state,
                "reason": issue.state_reason if issue.state == "CLOSED" else None,
                "labels": sorted(labels[each].name for each in issue.labels),
                "assignees": sorted(store.get(Account, each).login for each in issue.assignees),
                "milestone": milestones[issue.milestone].title if issue.milestone else None,
                "type": store.get(IssueType, issue.issue_type).name if issue.issue_type else None,
                "parent": issues[issue.parent].number if issue.parent else None,
                "blocked_by": sorted(issues[each].number for each in issue.blocked_by),
                "card": card(issue.id),
                "fields": {
                    store.get(IssueField, int(number)).name: sorted(value)
                    if isinstance(value, list)
                    else value
                    for number, value in issue.field_values.items()
                },
            }
            for issue in issues.values()
        },
    }


def differing(one: Any, other: Any, path: str = "") -> set[str]:
    """The paths in one state at which another one differs; of a body what people see."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {p for key in one for p in differing(one[key], other.get(key), f"{path}/{key}")}
    if path.endswith("/body"):
        one, other = (body_block.visible(str(text)) for text in (one, other))
    return set() if one == other or path.endswith("Backlog record") else {path}


def at(state: Any, path: str) -> Any:
    """What is at a path of a state."""
    for key in path.split("/")[1:]:
        state = state[int(key) if key.isdecimal() else key]
    return state
