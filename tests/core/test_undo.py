"""What `undo` closes: what the last run made, as long as it is still ours and open."""

from dataclasses import replace

import pytest

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.intents import Intent
from backlog_sync.core.observed import ObservedIssue
from backlog_sync.core.plan import Plan
from backlog_sync.core.run_record import STATE, Overwritten, RunRecord, Values
from backlog_sync.core.undo import reopening, undo_plan
from tests.core.builders import BACKLOG, item, link, managed, observed
from tests.growth import grows_like

MADE = managed(item("a"), 5)
INTENT = Intent(BACKLOG, "a", f"{5:016x}", "Title of a", 1_000_000.0, 5, "I_5", "octo-org/widgets")


def undone(*issues: ObservedIssue, intent: Intent = INTENT) -> Plan:
    """The plan that undoes one creation."""
    run = RunRecord(None, 1_000_000.0, created=(intent,))
    return undo_plan(observed(*issues), run).plan


def test_an_issue_of_the_run_is_closed_as_not_planned() -> None:
    """With when it was made, below its parent in the plan."""
    plan = undone(replace(MADE, parent=link(2)))
    (change,) = plan.changes
    assert (change.ref, change.key) == ("#5", "octo-org/widgets#5")
    assert change.fields["state_reason"].after == "not_planned"
    assert change.reason == "made by the run of 1970-01-12 13:46 UTC, which is undone"
    assert (plan.items[0].parent, plan.warnings) == ("octo-org/widgets#2", ())


@pytest.mark.parametrize(
    ("there", "intent", "why"),
    [
        ((), INTENT, "is gone"),
        ((MADE,), replace(INTENT, id=None), "is gone"),
        ((replace(MADE, state="closed"),), INTENT, "is closed already"),
        ((replace(MADE, body="all rewritten"),), INTENT, "does not carry our marker any more"),
        ((MADE,), replace(INTENT, nonce="0" * 16), "does not carry our marker any more"),
    ],
)
def test_what_is_not_ours_or_not_open_is_left_alone_and_told(
    there: tuple[ObservedIssue, ...], intent: Intent, why: str
) -> None:
    """Nothing is closed that this run did not make."""
    plan = undone(*there, intent=intent)
    assert (plan.changes, plan.items) == ((), ())
    (told,) = plan.warnings
    assert told.message == f"Title of a {why}: left alone"
    assert (told.slug, bool(told.hint)) == ("not-undone", True)
    assert told.ref is not None
    assert told.ref.endswith("#5")


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [(0, None, True), (None, 0, True), (3, 0, True), (None, "", False), ("a", " a ", False)],
)
def test_a_zero_is_a_value(
    before: float | str | None, after: float | str | None, *, kept: bool
) -> None:
    """Zero points that a run cleared or set come back; nothing and an empty text are the same."""
    values = Values()
    values.add(Overwritten(ChangeKind.FIELD_VALUE, "I_5", "Story Points", before, after))
    assert bool(values.result()) == kept


def test_undo_takes_work_in_proportion_to_the_run() -> None:
    """A run may have closed and relabeled thousands of issues."""

    def run(count: int) -> Plan:
        issues = [
            replace(managed(item(f"k{n}"), n), state="closed", state_reason="completed")
            for n in range(1, count + 1)
        ]
        values = [
            Overwritten(ChangeKind.ISSUE, issue.id, name, before, after)
            for issue in issues
            for name, before, after in ((STATE, "open", "completed"), ("title", "Old", issue.title))
        ]
        return undo_plan(observed(*issues), RunRecord(1, 1.0, overwritten=tuple(values))).plan

    assert len(run(10).changes) == 20
    grows_like(run, 150, 600, times=4)


def test_the_way_back_names_the_issues_and_the_command() -> None:
    """The first numbers, what a sync would write, and the command that reopens all of them."""
    text = reopening([f"#{n}" for n in range(4, 9)], "backlog undo --redo")
    assert text.startswith(
        "Closed by undo: #4, #5, #6 and 2 more. A sync writes them into the file"
    )
    assert text.endswith(
        "as Not planned. To go on with them, run `backlog undo --redo`, then sync."
    )
