"""Laws of drift: with a file that did not change, whatever a sync changes is told as drift.

The world is that of `test_core_converges`; people also rename and restyle labels and milestones.
"""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from backlog_sync.core import body as body_block
from backlog_sync.core.changes import Change, claim_of
from backlog_sync.core.fields import Owner, owner_of
from backlog_sync.core.matching import match_items
from backlog_sync.core.model import DesiredState, LabelDef, MilestoneDef
from backlog_sync.core.normalize import fold_set
from backlog_sync.core.observed import ObservedLabel, ObservedMilestone
from backlog_sync.core.plan import Plan, Verdict
from backlog_sync.engine.reconcile import observe_and_plan
from tests.engine.memory import REPOSITORY, MemoryTracker
from tests.laws.test_core_converges import (
    BACKLOGS,
    EDITS,
    LAW,
    Edit,
    keeps_issue_fields,
    repository,
    sync,
    work,
)

_BASE_SPOILT = {
    "base lost",
    "double block",
    "half block",
    "no body",
    "record lost",
    "record spoilt",
    "stranger",
}
"""Edits after which nothing, or nothing believed, is on record."""

WORK = st.lists(
    st.builds(
        Edit, st.integers(0, 5), st.sampled_from([*sorted(set(EDITS) - _BASE_SPOILT), "resort"])
    ),
    max_size=6,
)


# ---- definitions -----------------------------------------------------------------------------

MILESTONES: dict[str, Callable[[ObservedMilestone], ObservedMilestone]] = {
    "move": lambda m: replace(m, due="2030-01-01"),
    "no date": lambda m: replace(m, due=None),
    "describe": lambda m: replace(m, description="theirs"),
    "rename": lambda m: replace(m, title=f"{m.title} renamed"),
}
LABELS: dict[str, Callable[[ObservedLabel], ObservedLabel]] = {
    "paint": lambda label: replace(label, color="abcdef"),
    "describe": lambda label: replace(label, description="theirs"),
    "rename": lambda label: replace(label, name=f"{label.name} renamed"),
}
REDEFINE = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([*MILESTONES, *LABELS]), st.booleans()), max_size=4
)


def redefine(tracker: MemoryTracker, edits: list[tuple[int, str, bool]]) -> None:
    """People change labels and milestones."""
    for place, name, labels in edits:
        if labels and name in LABELS and tracker.labels:
            old = list(tracker.labels.values())[place % len(tracker.labels)]
            tracker.put_label(old, LABELS[name](old))
        elif not labels and name in MILESTONES and tracker.milestones:
            aim = list(tracker.milestones.values())[place % len(tracker.milestones)]
            tracker.put_milestone(aim, MILESTONES[name](aim))


def defined(
    wanted: DesiredState, color: str | None, text: str | None, due: str | None
) -> DesiredState:
    """Some of the labels and milestones with parts that are declared, each name once."""
    named = fold_set(each.name for each in wanted.labels or (LabelDef("x"), LabelDef("y")))
    aims = wanted.milestones or (MilestoneDef("M1"),)
    return replace(
        wanted,
        labels=tuple(
            LabelDef(name, color, text) if n % 2 else LabelDef(name)
            for n, name in enumerate(named.values())
        ),
        milestones=tuple(
            replace(each, due=due, description=text) if n % 2 == 0 else each
            for n, each in enumerate(aims)
        ),
    )


DEFINED = st.builds(
    defined,
    BACKLOGS,
    st.sampled_from([None, "0000ff"]),
    st.sampled_from([None, "", "ours"]),
    st.sampled_from([None, "2027-03-31"]),
)


# ---- the laws --------------------------------------------------------------------------------


def silent(plan: Plan) -> list[tuple[str, str]]:
    """What a plan changes of what is there without telling that it reverts people's work."""
    told = {(note.key, note.name) for note in plan.drift if note.verdict is Verdict.DRIFT}
    found: list[tuple[str, str]] = []
    for change in plan.changes:
        if change.is_refresh or change.is_repair:
            continue
        found += [(change.key, name) for name in change.fields if name not in change.drifted]
        back = change.is_move and (change.key, "parent") in told
        found += [each for each in reverted(change) if each not in told and not back]
    return found


def reverted(change: Change) -> list[tuple[str, str]]:
    """The notes that must go with what a change reverts."""
    key, claim = claim_of(change)
    return [(key, claim or name) for name in change.drifted]


def unbelieved(wanted: DesiredState, tracker: MemoryTracker) -> set[str]:
    """The items of whose issues the record is not believed: nothing tells who changed them."""
    observed = observe_and_plan(wanted, tracker).observed
    return {
        key for key, each in match_items(wanted, observed).by_key.items() if not each.is_trusted
    }


def is_recorded(tracker: MemoryTracker) -> bool:
    """Whether an issue carries the record of definitions: without items there is none."""
    here = (each for each in tracker.issues.values() if each.repository == REPOSITORY)
    markers = (body_block.split(issue.body).marker for issue in here)
    return any(marker is not None and marker.base.definitions for marker in markers)


@LAW
@given(DEFINED, WORK, REDEFINE)
def test_an_unchanged_file_reverts_nothing_silently(
    wanted: DesiredState, edits: list[Edit], changed: list[tuple[int, str, bool]]
) -> None:
    """Each field that the plan writes is drift, with its line; then all is as the file says."""
    tracker = repository(issue_types=("Story",))
    sync(tracker, wanted)
    work(tracker, edits)
    if is_recorded(tracker):
        redefine(tracker, changed)
    plan = observe_and_plan(wanted, tracker).plan
    doubted = unbelieved(wanted, tracker)
    assert [each for each in silent(plan) if each[0] not in doubted] == []
    assert not {"changed in the file", "not set yet", "declared in the file"} & {
        reason
        for change in plan.changes
        if change.key not in doubted
        for reason in change.reason.split("; ")
    }
    sync(tracker, wanted, 1)
    again = observe_and_plan(wanted, tracker).plan
    assert again.changes == ()
    own = wanted.settings.ownership
    left = [n for n in again.drift if owner_of(n.name, own) is Owner.FILE]
    assert [n for n in left if n.key not in doubted] == []


@LAW
@given(DEFINED, REDEFINE, DEFINED)
def test_any_definition_is_reached_and_recorded(
    first: DesiredState, changed: list[tuple[int, str, bool]], second: DesiredState
) -> None:
    """Whoever changed what: what is not held comes about, and a further sync is silent.

    The board shows the issue fields of the first state, and refuses values for them in the second.
    """
    assume(keeps_issue_fields(first, second))
    tracker = repository()
    sync(tracker, first)
    redefine(tracker, changed)
    planned = observe_and_plan(second, tracker).plan
    held = {note.title for note in planned.conflicts if note.is_definition}
    held |= {note.key for note in planned.deferred}
    sync(tracker, second, 1)
    assert observe_and_plan(second, tracker).plan.changes == ()
    matches = match_items(second, observe_and_plan(second, tracker).observed)
    if not any(item.sync and item.key in matches.by_key for item in second.items):
        return
    for aim in second.milestones:
        if aim.title in held or aim.title not in tracker.milestones:
            continue
        there = tracker.milestones[aim.title]
        assert aim.due in (None, there.due)
        assert aim.description is None or aim.description == there.description
