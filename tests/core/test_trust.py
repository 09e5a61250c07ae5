"""Whose record is believed: that of an issue whose author may write to the repository."""

from dataclasses import replace

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.fields import Owner
from backlog_sync.core.lookups import questions
from backlog_sync.core.marker import Written
from backlog_sync.core.model import DesiredItem, IssueRef, Settings
from backlog_sync.core.observed import Actor, ObservedIssue
from backlog_sync.core.plan import Plan
from backlog_sync.core.planner import build_plan
from backlog_sync.core.progress import measure
from backlog_sync.core.trust import Trust, trust_in
from tests.core.builders import STRANGER, VIEWER, desired, issue, item, managed, observed

COLLEAGUE = Actor("U_ann", "Ann", "MEMBER")
FRIEND = Actor("U_fred", "fred", "COLLABORATOR")


@pytest.mark.parametrize(
    ("author", "permissions", "expected"),
    [
        (VIEWER, {}, Trust.TRUSTED),
        (replace(VIEWER, association="NONE"), {}, Trust.TRUSTED),
        (Actor("U_o", "owner", "OWNER"), {}, Trust.TRUSTED),
        (Actor("U_b", "bot[bot]", "NONE"), {}, Trust.TRUSTED),
        (COLLEAGUE, {"ann": "WRITE"}, Trust.TRUSTED),
        (COLLEAGUE, {"ann": "MAINTAIN"}, Trust.TRUSTED),
        (FRIEND, {"fred": "ADMIN"}, Trust.TRUSTED),
        (COLLEAGUE, {"ann": "TRIAGE"}, Trust.NO_WRITER),
        (FRIEND, {"fred": "READ"}, Trust.NO_WRITER),
        (FRIEND, {"fred": "NONE"}, Trust.NO_WRITER),
        (COLLEAGUE, {"bob": "WRITE"}, Trust.UNKNOWN),
        (STRANGER, {"stranger": "ADMIN"}, Trust.NO_WRITER),
        (Actor("U_c", "cy", "CONTRIBUTOR"), {"cy": "WRITE"}, Trust.NO_WRITER),
        (None, {}, Trust.NO_WRITER),
    ],
)
def test_who_is_believed(
    author: Actor | None, permissions: dict[str, str], expected: Trust
) -> None:
    """The acting identity, owners and named authors; members and collaborators who may write."""
    settings = Settings(trusted_authors=("Bot[bot]",))
    assert trust_in(author, VIEWER, settings, permissions) is expected


def test_each_author_is_asked_about_once() -> None:
    """Members and collaborators whose issues may be ours, and nobody who counts without it."""
    one, two, three, four = (item(f"k{n}") for n in range(4))
    there = observed(
        managed(one, 1, author=COLLEAGUE),
        managed(two, 2, author=COLLEAGUE),
        issue(3, author=FRIEND),
        managed(four, 4, author=STRANGER),
        issue(5, author=Actor("U_x", "x", "MEMBER")),
        managed(item("k5"), 6),
    )
    wanted = desired(one, two, replace(three, issue=None), four, item("k5"))
    assert questions(wanted, there).authors == {"octo-org/widgets": ("Ann",)}
    named = desired(one, item("f", issue=3))
    assert questions(named, there).authors == {"octo-org/widgets": ("Ann", "fred")}


# ---- an issue whose record is not believed ---------------------------------------------------


def strange(wanted: DesiredItem, **more: object) -> ObservedIssue:
    """The issue of an item, opened by somebody who may not write here."""
    return managed(wanted, 1, author=STRANGER, **more)


def plan_of(wanted: DesiredItem, there: ObservedIssue, **settings: object) -> Plan:
    """The plan for one item that names its issue."""
    more = Settings(**settings)  # type: ignore[arg-type] # its fields
    return build_plan(desired(replace(wanted, issue=ref(1)), settings=more), observed(there))


def ref(number: int) -> IssueRef | None:
    """A number as a file names it."""
    return item("x", issue=number).issue


def test_an_untouched_one_is_left_alone() -> None:
    """Nothing to do is nothing to do: its marker is not written anew each time."""
    one = item("k", labels=("story",), criteria={"a": True})
    assert plan_of(one, strange(one)).changes == ()


def test_a_forged_base_removes_nothing() -> None:
    """Labels, assignees and blockers that the marker claims as ours stay."""
    forged = item("k", labels=("story", "theirs"), assignees=("ann",), milestone="M1")
    there = strange(forged, labels=("story", "theirs"), assignees=("ann",))
    plan = plan_of(item("k", labels=("story",), assignees=()), there)
    for change in plan.changes:
        for name in ("labels", "assignees"):
            if name in change.fields:
                before, after = change.fields[name].before, change.fields[name].after
                assert set(before) <= set(after)  # type: ignore[arg-type] # lists of names


@pytest.mark.parametrize("owner", ["github", "file"])
@pytest.mark.parametrize(("word", "state"), [("completed", "open"), ("open", "closed")])
def test_no_state_is_pushed(owner: str, word: str, state: str) -> None:
    """Neither closed nor reopened, whoever owns the state; the plan shows it, with the remedy."""
    there = strange(item("k", state="open"), state=state)
    plan = plan_of(item("k", state=word), there, ownership={"state": owner})
    assert not any(c.action.value in ("close", "reopen") for c in plan.changes)
    assert [note.name for note in plan.drift] == ["state"]
    assert "not trusted" in plan.drift[0].reason
    (warned,) = [w for w in plan.warnings if w.slug == "untrusted-record"]
    assert "stranger" in warned.message
    assert 'trusted_authors: ["github-actions[bot]", stranger]' in warned.hint


def test_a_field_of_github_without_a_record_is_no_matter_of_belief() -> None:
    """The issue is believed, and nothing was recorded in it yet: its owner is the reason."""
    plan = build_plan(
        desired(
            item("k", "In the file", issue=1), settings=Settings(ownership={"title": Owner.GITHUB})
        ),
        observed(issue(1, "On GitHub", author=VIEWER)),
    )
    (note,) = plan.drift
    assert (note.name, note.reason) == ("title", "GitHub owns this field")


def test_who_was_unassigned_is_not_assigned_again() -> None:
    """Without a record nobody knows whether the file is new, or the assignment was taken back."""
    one = item("k", assignees=("ann",))
    plan = plan_of(one, strange(one, assignees=()))
    assert not any("assignees" in c.fields for c in plan.changes)


def test_ticks_are_not_read_and_not_pushed() -> None:
    """What the author ticked stays in the issue, what the file ticked in the file."""
    one = item("k", criteria={"a": False, "b": True})
    there = strange(item("k", criteria={"a": False, "b": False}))
    there = replace(there, body=there.body.replace("- [ ] a", "- [x] a"))
    wanted = desired(replace(one, issue=ref(1)))
    (told,) = measure(wanted, observed(there))
    assert told.ticks == {}
    assert not any(c.body for c in build_plan(wanted, observed(there)).changes)


def test_a_forged_written_record_is_not_believed() -> None:
    """Nobody makes the file's own word look like one that a run wrote."""
    one = item("k", labels=("story",))
    there = strange(one)
    parts = body_block.split(there.body)
    assert parts.marker is not None
    base = replace(parts.marker.base, written=Written(sets={"labels": {"story": True}}))
    body = body_block.join(replace(parts, marker=replace(parts.marker, base=base)))
    assert plan_of(one, replace(there, body=body)).changes == ()


def test_an_author_is_told_once() -> None:
    """However many issues they opened; and not at all once they are trusted."""
    items = [replace(item(f"k{n}"), issue=ref(n)) for n in range(1, 8)]
    there = [managed(replace(i, issue=None), n, author=STRANGER) for n, i in enumerate(items, 1)]
    plan = build_plan(desired(*items), observed(*there))
    (warned,) = [w for w in plan.warnings if w.slug == "untrusted-record"]
    assert "#1, #2, #3, #4, #5 and 2 more" in warned.message
    trusting = desired(*items, settings=Settings(trusted_authors=("stranger",)))
    assert not build_plan(trusting, observed(*there)).warnings


def test_who_could_not_be_asked_about_is_not_believed() -> None:
    """A token without the right to ask: said once, and the line restores it."""
    one = item("k", state="completed")
    there = managed(item("k", state="open"), 1, author=COLLEAGUE)
    plan = build_plan(desired(one), observed(there))
    assert not any(c.action.value == "close" for c in plan.changes)
    (warned,) = [w for w in plan.warnings if w.slug == "untrusted-record"]
    assert "could not be checked" in warned.message
    assert "Ann]" in warned.hint
    asked = observed(there, permissions={"ann": "WRITE"})
    assert any(c.action.value == "close" for c in build_plan(desired(one), asked).changes)
