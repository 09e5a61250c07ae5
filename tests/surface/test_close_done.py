"""`close_done`: epics, features and milestones close with the last of their items, and reopen."""

from dataclasses import replace

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.changes import CloseIssue, ReopenIssue, UpdateMilestone
from backlog_sync.core.marker import Base
from backlog_sync.core.only import narrow
from backlog_sync.core.plan import Plan, Result
from backlog_sync.core.plan_json import plan_to_json
from backlog_sync.engine.apply import apply
from backlog_sync.engine.reconcile import Prepared, observe_and_plan
from backlog_sync.render.canvas import Look
from backlog_sync.render.markdown import plan_markdown
from backlog_sync.render.text import plan_text
from tests.engine.memory import Watcher
from tests.surface.conftest import BOARD, World, said

EPIC = """\
close_done: true
milestones: [{title: M1, due: 2027-03-31}]
epics:
  - id: e
    title: E
    milestone: M1
    features:
      - id: f
        title: F
        stories:
          - {id: a, title: A}
          - {id: b, title: B}
"""


def numbers(world: World) -> dict[str, int]:
    """The numbers of the issues by their titles."""
    return {issue.title: issue.number for issue in world.observe().issues}


def state(world: World, title: str) -> str:
    """The state of an issue."""
    return world.issue(title).state


def milestone(world: World) -> str:
    """The state of the only milestone."""
    (each,) = world.observe().milestones
    return each.state


def reasons(plan: Plan) -> dict[str, str]:
    """What is closed or reopened, and why."""
    kinds = CloseIssue | ReopenIssue
    return {
        change.title: change.reason
        for change in plan.changes
        if isinstance(change, kinds)
        or (isinstance(change, UpdateMilestone) and "state" in change.fields)
    }


def sync(world: World) -> None:
    """Sync; then the file has what GitHub knows, a sync may note that, and the next is silent."""
    outcomes = world.run().outcomes
    assert {o.result for o in outcomes} <= {Result.APPLIED}, outcomes
    assert all(o.change.is_refresh for o in world.run().outcomes)
    again = world.plan()
    assert again.changes == (), again.changes
    assert (again.drift, again.conflicts) == ((), ())


@pytest.fixture
def synced(world: World) -> World:
    """An epic with a feature and two stories in a milestone, none of them done."""
    world.write(EPIC)
    sync(world)
    assert milestone(world) == "open"
    return world


def close(world: World, *titles: str) -> None:
    """Let a person close these issues."""
    known = numbers(world)
    for title in titles:
        world.ann.close(known[title])


def reopen(world: World, title: str) -> None:
    """Let a person reopen an issue."""
    world.ann.reopen(numbers(world)[title])


def test_everything_above_closes_with_the_last_item(synced: World) -> None:
    """Feature, epic and milestone close in one run, with reasons; the file follows."""
    close(synced, "A")
    assert reasons(synced.plan()) == {}
    close(synced, "B")
    assert reasons(synced.plan()) == {
        "F": "all 2 of its items are done",
        "E": "its item is done",
        "M1": "all 4 of its items are done",
    }
    sync(synced)
    assert {state(synced, title) for title in "EFAB"} == {"closed"}
    assert milestone(synced) == "closed"
    assert said(synced.text, "e")["status"] == "Done"
    sync(synced)


def test_everything_above_reopens_with_one_item(synced: World) -> None:
    """What was closed by the setting reopens when an item does, and closes again after that."""
    close(synced, "A", "B")
    sync(synced)
    reopen(synced, "B")
    assert reasons(synced.plan()) == {
        "F": "1 of its 2 items is open",
        "E": "its item is open",
        "M1": "3 of its 4 items are open",
    }
    sync(synced)
    assert [state(synced, title) for title in "EFAB"] == ["open", "open", "closed", "open"]
    assert milestone(synced) == "open"
    close(synced, "B")
    sync(synced)
    assert {state(synced, title) for title in "EFAB"} == {"closed"}
    assert milestone(synced) == "closed"


def test_a_plan_says_why_a_milestone_is_closed_or_reopened(synced: World) -> None:
    """As of an epic, in text, in Markdown and in JSON."""
    close(synced, "A", "B")
    plan = synced.plan()
    assert "  ~ milestone   M1  close  all 4 of its items are done\n" in plan_text(plan, Look())
    assert "- ✔️ milestone <code>M1</code>: close: all 4 of its items are done" in plan_markdown(
        plan
    )
    (told,) = [each for each in plan_to_json(plan)["changes"] if each["kind"] == "milestone"]
    assert told["reason"] == "all 4 of its items are done"
    assert told["fields"] == {"state": {"before": "open", "after": "closed"}}
    sync(synced)
    reopen(synced, "B")
    plan = synced.plan()
    assert "  ~ milestone   M1  reopen  3 of its 4 items are open\n" in plan_text(plan, Look())
    assert "- 🔄 milestone <code>M1</code>: reopen: 3 of its 4 items are open" in plan_markdown(
        plan
    )


def test_what_people_reopened_stays_open(synced: World) -> None:
    """A person's reopening is the last word, until an item reopens and is done again."""
    close(synced, "A", "B")
    sync(synced)
    reopen(synced, "E")
    synced.ann.edit_milestone("M1", state="OPEN")
    sync(synced)
    assert (state(synced, "E"), milestone(synced)) == ("open", "open")
    reopen(synced, "B")
    sync(synced)
    assert [state(synced, title) for title in "EF"] == ["open", "open"]
    close(synced, "B")
    sync(synced)
    assert (state(synced, "E"), milestone(synced)) == ("closed", "closed")


def test_what_people_closed_over_open_items_stays_closed(synced: World) -> None:
    """A person's closing is the last word while its items stay as they were."""
    close(synced, "F", "E")
    synced.ann.edit_milestone("M1", state="CLOSED")
    sync(synced)
    assert [state(synced, title) for title in "EF"] == ["closed", "closed"]
    assert milestone(synced) == "closed"
    close(synced, "A", "B")
    sync(synced)
    reopen(synced, "B")
    sync(synced)
    assert [state(synced, title) for title in "EF"] == ["open", "open"]
    assert milestone(synced) == "open"


def test_issues_that_are_not_ours_count(synced: World) -> None:
    """A sub-issue and an issue of the milestone that the backlog does not manage keep them open."""
    child = synced.ann.open_issue("Not in the file")
    synced.ann.put_below(child.number, numbers(synced)["F"])
    other = synced.ann.open_issue("Not in the file either")
    synced.ann.set_milestone(other.number, "M1")
    close(synced, "A", "B")
    sync(synced)
    assert (state(synced, "F"), milestone(synced)) == ("open", "open")
    synced.ann.close(child.number)
    assert reasons(synced.plan())["F"] == "all 3 of its items are done"
    sync(synced)
    assert (state(synced, "E"), milestone(synced)) == ("closed", "open")
    synced.ann.close(other.number)
    sync(synced)
    assert milestone(synced) == "closed"


def test_issues_that_a_run_does_not_read_count(synced: World) -> None:
    """In a large repository only the backlog's issues are read, and GitHub counts the others."""
    ann, known = synced.ann, numbers(synced)
    others = [ann.open_issue(f"Wish {n}").number for n in range(310)]
    ann.set_milestone(others[0], "M1")
    ann.put_below(others[1], known["F"])
    close(synced, "A", "B")
    prepared = synced.prepared()
    assert not prepared.observed.whole
    assert {issue.number for issue in prepared.observed.issues} == set(known.values())
    assert reasons(prepared.plan) == {}
    ann.close(others[1])
    assert reasons(synced.plan()) == {"F": "all 3 of its items are done", "E": "its item is done"}
    ann.close(others[0], "not_planned")
    assert reasons(synced.plan())["M1"] == "none of its items is open"
    sync(synced)
    assert (state(synced, "E"), milestone(synced)) == ("closed", "closed")
    ann.reopen(others[0])
    assert reasons(synced.plan()) == {"M1": "1 of its items is open"}
    ann.reopen(others[1])
    assert reasons(synced.plan())["M1"] == "3 of its items are open"
    sync(synced)
    assert (state(synced, "F"), milestone(synced)) == ("open", "open")


def test_dropped_items_count_as_finished(synced: World) -> None:
    """Not planned is finished, but what was dropped as a whole is not closed as completed."""
    known = numbers(synced)
    synced.ann.close(known["A"], "not_planned")
    synced.ann.close(known["B"], "not_planned")
    sync(synced)
    assert (state(synced, "F"), milestone(synced)) == ("open", "open")
    reopen(synced, "A")
    close(synced, "A")
    assert reasons(synced.plan())["F"] == "1 of its 2 items are done, the rest is not planned"
    sync(synced)
    assert (state(synced, "F"), milestone(synced)) == ("closed", "closed")


def test_the_file_closes_and_reopens_in_the_same_plan(synced: World) -> None:
    """What the file changes counts at once, so that the next sync is silent."""
    synced.edit("{id: a, title: A", "{id: a, title: A, status: Done")
    synced.edit("{id: b, title: B", "{id: b, title: B, status: Done")
    assert set(reasons(synced.plan())) == {"A", "B", "F", "E", "M1"}
    sync(synced)
    assert (state(synced, "E"), milestone(synced)) == ("closed", "closed")
    synced.edit("title: B, status: Done", "title: B, status: Todo")
    sync(synced)
    assert [state(synced, title) for title in "EFAB"] == ["open", "open", "closed", "open"]


def test_a_new_item_reopens_what_the_setting_closed(synced: World) -> None:
    """An item that is added below a closed epic is open work; nobody is warned of a closed M1."""
    close(synced, "A", "B")
    sync(synced)
    synced.edit("          - {id: b,", "          - {id: c, title: C}\n          - {id: b,")
    plan = synced.plan()
    assert reasons(plan)["F"] == "1 of its 3 items is open"
    assert [w.slug for w in plan.warnings] == []
    sync(synced)
    assert (state(synced, "F"), milestone(synced)) == ("open", "open")


@pytest.mark.parametrize("setting", ["close_done: [milestones]", "close_done: false", ""])
def test_only_what_the_setting_names_closes(world: World, setting: str) -> None:
    """An epic that may not close keeps its milestone open."""
    world.write(EPIC.replace("close_done: true", setting))
    sync(world)
    close(world, "A", "B")
    sync(world)
    assert (state(world, "F"), milestone(world)) == ("open", "open")
    close(world, "F", "E")
    sync(world)
    assert milestone(world) == ("closed" if "milestones" in setting else "open")


def test_a_state_that_the_file_owns_is_the_files(world: World) -> None:
    """With `ownership: {state: file}` an item that has a status is closed by the file only."""
    world.write(
        EPIC.replace("title: F", "title: F\n        status: Todo") + "ownership: {state: file}\n"
    )
    sync(world)
    world.edit("{id: a, title: A", "{id: a, title: A, status: Done")
    world.edit("{id: b, title: B", "{id: b, title: B, status: Done")
    sync(world)
    assert state(world, "F") == "open"


def prepare(world: World, *only: str) -> Prepared:
    """A plan to apply, of these items only."""
    prepared = observe_and_plan(world.desired(), world.tracker())
    if not only:
        return prepared
    return replace(prepared, plan=narrow(prepared.plan, prepared.desired, prepared.observed, only))


def test_what_closes_gets_no_status_from_its_branch(world: World) -> None:
    """The board's workflow sets Done when the issue is closed; nothing else is set beside that."""
    world.write(f"{BOARD}pull_requests: {{in_progress: In Progress}}\n{EPIC}")
    sync(world)
    world.ann.link_branch(numbers(world)["E"])
    close(world, "A", "B")
    sync(world)
    assert (state(world, "E"), world.ann.value(numbers(world)["E"], "Status")) == ("closed", "Done")


def test_only_an_item_leaves_what_is_above_open(synced: World) -> None:
    """`--only` closes nothing that it was not asked for, and claims nothing of it."""
    synced.edit("{id: a, title: A", "{id: a, title: A, status: Done")
    synced.edit("{id: b, title: B", "{id: b, title: B, status: Done")
    assert list(reasons(prepare(synced, "a").plan)) == ["A"]
    assert list(reasons(prepare(synced, "f").plan)) == []
    assert list(reasons(prepare(synced, "a", "b", "f").plan)) == ["A", "B", "F"]
    for keys in (("f",), ("a", "b"), ("f", "e")):
        prepared = prepare(synced, *keys)
        apply(prepared, synced.tracker(), nonces=lambda: "0" * 16, progress=Watcher())
    assert (state(synced, "E"), milestone(synced)) == ("closed", "open")
    sync(synced)
    assert milestone(synced) == "closed"


def test_what_could_not_be_closed_keeps_the_rest_open(synced: World) -> None:
    """If the state of an item moved since the plan, nothing above it closes, and all is said."""
    synced.edit("{id: a, title: A", "{id: a, title: A, status: Done")
    synced.edit("{id: b, title: B", "{id: b, title: B, status: Done")
    prepared = prepare(synced)
    synced.ann.close(numbers(synced)["B"], "not_planned")
    applied = apply(prepared, synced.tracker(), nonces=lambda: "0" * 16, progress=Watcher())
    results = {
        o.change.title: o.result
        for o in applied.outcomes
        if isinstance(o.change, CloseIssue | UpdateMilestone)
    }
    assert results == {
        "A": Result.APPLIED,
        "B": Result.STALE,
        "F": Result.SKIPPED,
        "E": Result.SKIPPED,
        "M1": Result.SKIPPED,
    }
    assert (state(synced, "F"), milestone(synced)) == ("open", "open")


def test_an_open_item_into_a_closed_milestone_is_a_warning(world: World) -> None:
    """Always on: the warning names the items, the milestone, and what to do."""
    world.write("milestones: [M1]\nstories: [{id: a, title: A, milestone: M1}]\n")
    sync(world)
    world.ann.edit_milestone("M1", state="CLOSED")
    assert world.plan().warnings == ()
    world.edit("stories: [", "stories: [{id: b, title: B, milestone: M1}, ")
    (warned,) = world.plan().warnings
    assert (warned.slug, warned.message, warned.hint) == (
        "closed-milestone",
        "b is open and goes into the milestone M1, which is closed",
        "reopen M1 on GitHub, or set another `milestone` for b",
    )
    world.edit("title: B,", "title: B, status: Done,")
    assert "closed-milestone" not in [w.slug for w in world.plan().warnings]


def test_a_record_is_read_by_versions_without_it(synced: World) -> None:
    """What is recorded of states stands beside what older versions read, and in nothing of it."""
    close(synced, "A", "B")
    sync(synced)
    marker = body_block.split(synced.issue("E").body).marker
    assert marker is not None
    kept = {key[:1]: entry for key, entry in marker.base.definitions.items()}
    assert marker.base.finish == "c"
    assert kept["s"] == ("closed", "", "")
    assert len(kept["m"]) == 3
    assert Base().finish == ""


def test_nothing_more_is_asked_of_the_server_without_it(world: World) -> None:
    """The states of sub-issues and the issues of milestones are read if the setting is there."""
    world.write(EPIC.replace("close_done: true\n", ""))
    world.plan()
    assert all(each.open_issues is None for each in world.observe().milestones)
    requests = len(world.sandbox.log)
    world.write(EPIC)
    before = len(world.sandbox.log)
    world.plan()
    assert len(world.sandbox.log) - before <= requests
