"""What moved apart, as a report of its own."""

from dataclasses import replace

from backlog_sync.core import body as body_block
from backlog_sync.core.drift import find_drift
from backlog_sync.core.holds import IDENTITY
from backlog_sync.core.planner import build_plan
from tests.core.builders import STRANGER, backlog, desired, item, managed, observed


def test_an_item_whose_issue_is_not_clear_is_told_once() -> None:
    """As vanished or suspicious where it is that, else as a conflict; conflicts of fields stay."""
    items = (item("a", "New"), item("gone", issue=9), item("forged"), item("twice", issue=2))
    there = (
        managed(item("a", "A"), 1, title="Theirs"),
        *backlog(item("b"), start=2),
        replace(managed(item("forged"), 3), author=STRANGER),
    )
    wanted = desired(*items, item("b", issue=2))
    plan = build_plan(wanted, observed(*there))
    held = [note.key for note in plan.conflicts if note.name == IDENTITY]
    assert held == ["gone", "forged", "twice"]  # issue 2 is marked for b
    found = find_drift(plan, wanted, observed(*there))
    assert [finding.key for finding in found.vanished] == ["gone"]
    assert [finding.key for finding in found.suspicious] == ["forged"]
    told = [(note.key, note.name) for note in found.plan.conflicts]
    assert told == [("a", "title"), ("twice", IDENTITY)]


def test_a_broken_block_is_told_where_it_may_be_ours() -> None:
    """Its marker names this backlog, or none can be read; another backlog's is not our business."""
    whole = managed(item("a"), 1).body
    twice = f"{whole}\n{whole}"
    there = (
        managed(item("a"), 1, body=twice),
        managed(item("b"), 2, body=body_block.BEGIN),
        managed(item("c"), 3, body=twice.replace('"ROADMAP.md"', '"OTHER.md"')),
    )
    wanted = desired()
    found = find_drift(build_plan(wanted, observed(*there)), wanted, observed(*there))
    assert [(each.key, each.ref) for each in found.suspicious] == [("a", "#1"), ("", "#2")]
