"""The plan for machines."""

import json
from dataclasses import replace

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.plan import FieldNote, Outcome, Result, Usage, Verdict
from backlog_sync.core.plan_json import note_to_json, outcomes_to_json, plan_to_json
from backlog_sync.core.planner import build_plan
from tests.core.builders import STRANGER, backlog, desired, item, managed, observed


def test_a_plan_reads_as_the_contract_says() -> None:
    """Target, summary, changes, and what is told beside them; hidden bodies stay out."""
    items = (
        item("f", "Feature", kind="feature"),
        item("a", "Story", parent="f", labels=("story",), blocked_by=("#9",), line=62),
    )
    told = plan_to_json(build_plan(desired(*items), observed(viewer=STRANGER)))
    assert told["format_version"] == 1
    assert told["target"] == {"repository": "octo-org/widgets", "project": None}
    assert told["summary"]["create"] == 2
    made = next(c for c in told["changes"] if c["key"] == "a" and c["kind"] == "issue")
    body = made["fields"].pop("body")
    assert body["before"] == ""
    assert "Managed from" in body["after"]
    assert "backlog:" not in body["after"]
    assert made == {
        "action": "create",
        "kind": "issue",
        "key": "a",
        "ref": None,
        "title": "Story",
        "fields": {
            "title": {"before": None, "after": "Story"},
            "labels": {"before": [], "after": ["story"]},
        },
        "reason": "declared at ROADMAP.md:62",
        "waits_for": ["f"],
    }
    assert told["deferred"][0]["kind"] == "dependency"
    assert set(told["digests"]) == {"desired", "observed", "base", "plan"}
    assert json.loads(json.dumps(told)) == told


def test_drift_conflicts_and_orphans_are_told() -> None:
    """Each with the item, the field and both sides."""
    there = backlog(item("a", "A"), item("b", "B"), item("gone"))
    moved = [managed(item("a", "A"), 1, title="X"), managed(item("b", "B"), 2, title="Y"), there[2]]
    told = plan_to_json(build_plan(desired(item("a", "A"), item("b", "C")), observed(*moved)))
    assert told["drift"][0] | {"key": "a", "field": "title", "observed": "X"} == told["drift"][0]
    assert told["conflicts"][0]["desired"] == "C"
    assert told["conflicts"][0]["observed"] == "Y"
    assert [o["key"] for o in told["orphans"]] == ["gone"]
    assert told["changes"][0]["drifted"] == ["title"]


def test_a_note_names_its_repository_only_where_that_is_another_one() -> None:
    """What is told of the target's own labels says no repository."""
    here = FieldNote("Big", "Big", "color", Verdict.DRIFT, "why", kind=ChangeKind.LABEL)
    assert "repository" not in note_to_json(here)
    there = replace(here, repository="octo-org/other")
    assert note_to_json(there)["repository"] == "octo-org/other"


def test_outcomes_add_up() -> None:
    """The summary of a run can be recomputed from its outcomes."""
    plan = build_plan(desired(item("a"), item("b")), observed())
    outcomes = (
        Outcome(plan.changes[0], Result.APPLIED, "#1"),
        Outcome(plan.changes[1], Result.FAILED, None, None, "no"),
    )
    told = outcomes_to_json(plan, outcomes, Usage(1, 2, 3, 4), ("ROADMAP.md",))
    assert told["summary"] == {
        "applied": 1,
        "held": 0,
        "skipped": 0,
        "stale": 0,
        "failed": 1,
        "not_reached": 0,
        "requests": {"rest": 1, "graphql": 2, "mutations": 3, "points": 4},
    }
    assert [(o["key"], o["ref"], o["outcome"], o["reason"]) for o in told["outcomes"]] == [
        ("a", "#1", "applied", ""),
        ("b", None, "failed", "no"),
    ]
    assert told["written_back"] == ["ROADMAP.md"]
