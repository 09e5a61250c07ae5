"""Iterations by title and by date: a sync on any day settles, and leaves people's choice alone."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backlog_sync.core.model import BoardFieldDef, BoardValue, DesiredState, Settings
from backlog_sync.core.plan import Plan
from backlog_sync.core.words import RELATIVE
from backlog_sync.engine.apply import apply
from backlog_sync.engine.reconcile import observe_and_plan
from tests.core.builders import desired, item
from tests.engine.memory import MemoryTracker, Watcher
from tests.laws.test_core_converges import BOARD, FULL, carded

SPRINT = BoardFieldDef("Sprint", "iteration", start="2026-01-05", duration=14, count=3)
PROJECT = replace(BOARD, fields=(*BOARD.fields, SPRINT))
VALUES = st.sampled_from([None, "sprint 1", "Sprint 2", "Sprint 9", *RELATIVE, *RELATIVE])
DAYS = st.integers(-1, 5).map(lambda n: (date(2026, 1, 5) + timedelta(days=14 * n)).isoformat())
"""Before the first iteration, on the first day of one, and after the last one."""

ITEMS = st.lists(
    st.tuples(st.none() | VALUES, st.sampled_from(["open", "open", "completed"])),
    min_size=1,
    max_size=4,
)
FILES = st.builds(
    lambda made, owner: desired(
        *(
            item(f"k{n}", f"T{n}", board={"Sprint": value}, state=state)
            for n, (value, state) in enumerate(made)
        ),
        project=PROJECT,
        settings=Settings(create_done=True, ownership={"Sprint": owner} if owner else {}),
    ),
    ITEMS,
    st.sampled_from([None, None, "file"]),
)
PEOPLE = st.dictionaries(
    st.integers(0, 3), st.sampled_from(["Sprint 1", "Sprint 2", "Sprint 3", None]), max_size=2
)
RUNS = st.lists(st.tuples(FILES, DAYS, PEOPLE), min_size=2, max_size=4)


def plan_and_apply(tracker: MemoryTracker, wanted: DesiredState, today: str, number: int) -> Plan:
    """One run on a day; its plan."""
    prepared = observe_and_plan(wanted, tracker, today=today)
    count = iter(range(number * 1000, number * 1000 + 1000))
    apply(prepared, tracker, nonces=lambda: f"{next(count):016x}", progress=Watcher())
    return prepared.plan


def sprints(tracker: MemoryTracker) -> dict[str, BoardValue]:
    """The iteration of each card."""
    return {i.title: i.card.values.get("Sprint") for i in tracker.issues.values() if i.card}


@settings(
    max_examples=5_000 if FULL else 40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(RUNS)
def test_a_sync_on_any_day_settles(
    runs: list[tuple[DesiredState, str, dict[int, BoardValue]]],
) -> None:
    """After a run nothing is left to do on that day; what people chose since it is not moved.

    Unless the file owns the iterations. Nobody edited it, so that is never a conflict.
    """
    tracker = MemoryTracker()
    for number, (wanted, today, people) in enumerate(sorted(runs, key=lambda run: run[1])):
        plan_and_apply(tracker, wanted, today, number)
        left = observe_and_plan(wanted, tracker, today=today).plan
        assert left.changes == ()
        held = {note.key for note in left.conflicts}
        before = sprints(tracker)
        for place, value in people.items():
            for there in list(tracker.issues.values())[place : place + 1]:
                tracker.issues[there.id] = carded(there, Sprint=value)
        apart = held | {note.key for note in left.drift}
        settled = {f"T{n}" for n in range(len(wanted.items)) if f"k{n}" not in apart}
        chosen = {t: v for t, v in sprints(tracker).items() if v != before[t] and t in settled}
        later = (date.fromisoformat(today) + timedelta(days=14)).isoformat()
        plan = plan_and_apply(tracker, wanted, later, number + 100)
        assert {note.key for note in plan.conflicts} <= held
        if wanted.settings.ownership.get("Sprint") != "file":
            assert {t: sprints(tracker)[t] for t in chosen} == chosen
