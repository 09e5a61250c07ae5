"""The whole way in one process: plan, engine, the real clients, and the simulated GitHub."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backlog_sync.core.model import (
    BoardFieldDef,
    DesiredItem,
    DesiredState,
    LabelDef,
    MilestoneDef,
    OptionDef,
    ProjectSpec,
    Settings,
)
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.plan import Plan, Result
from backlog_sync.core.progress import measure
from backlog_sync.engine.apply import apply
from backlog_sync.engine.executor import Applied
from backlog_sync.engine.reconcile import Prepared, observe_and_plan
from backlog_sync.github_api.session import connect
from github_sandbox import faults
from github_sandbox.access import Grant
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.faults import Fault, FaultPlan
from tests.core.builders import desired, item
from tests.engine.memory import Watcher
from tests.sandbox_adapter import SandboxAdapter

REPOSITORY = "octo-org/widgets"
BOARD = ProjectSpec(
    "octo-org",
    title="Widgets",
    fields=(
        BoardFieldDef("Priority", "single_select", (OptionDef("High", "RED"), OptionDef("Low"))),
        BoardFieldDef("Story Points", "number"),
        BoardFieldDef("Target", "date"),
        BoardFieldDef("Sprint", "iteration", start="2026-01-05", duration=14, count=2),
    ),
)


class World:
    """A sandbox on a clock of its own, somebody who works on its pages, and a way to sync."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.sandbox = Sandbox(
            None, clock=lambda: datetime.fromtimestamp(self.now, UTC), sleep=self.sleep
        )
        self.sandbox.ensure_repository(REPOSITORY)
        self.ann = Person(self.sandbox, "ann")
        self.numbers = itertools.count(1)

    def sleep(self, seconds: float) -> None:
        """Pass time."""
        self.now += seconds

    def run(
        self,
        wanted: DesiredState,
        *,
        send: bool = True,
        token: str = "a-token",
        options: PlanOptions = PLAIN,
    ) -> tuple[Prepared, Applied | None, int]:
        """One process: read, plan, apply; also gives how many mutations it sent."""
        tracker = connect(
            api_url="http://127.0.0.1",
            repository=REPOSITORY,
            token=token,
            read_only=not send,
            adapter=SandboxAdapter(self.sandbox),
            clock=lambda: self.now,
            sleep=self.sleep,
        )
        prepared = observe_and_plan(wanted, tracker, options)
        if not send:
            return prepared, None, tracker.usage().mutations
        applied = apply(
            prepared, tracker, nonces=lambda: f"{next(self.numbers):016x}", progress=Watcher()
        )
        return prepared, applied, applied.usage.mutations

    def sync(self, wanted: DesiredState, **more: str) -> Applied:
        """A run that must apply everything."""
        _, applied, _ = self.run(wanted, **more)  # type: ignore[arg-type] # a token
        assert applied is not None
        troubles = [o for o in applied.outcomes if o.result is not Result.APPLIED or o.reason]
        assert troubles == []
        return applied

    def plan(self, wanted: DesiredState) -> Plan:
        """What a run would do; it could not write."""
        return self.run(wanted, send=False)[0].plan

    def quiet(self, wanted: DesiredState) -> None:
        """A run has nothing to do, nothing to tell, and sends nothing."""
        prepared, _, mutations = self.run(wanted)
        plan = prepared.plan
        assert (plan.changes, plan.drift, plan.conflicts, plan.deferred) == ((), (), (), ())
        assert mutations == 0

    def fail(self, at: Mapping[int, Fault], *, writes_only: bool = True) -> None:
        """Order trouble."""
        self.sandbox.faults = FaultPlan(at, writes_only=writes_only)

    def titles(self) -> list[str]:
        """All issues."""
        home = self.sandbox.repository(REPOSITORY)
        return sorted(each.title for each in self.sandbox.store.issues[home.id].values())


@pytest.fixture
def world() -> World:
    """An empty repository."""
    return World()


FULL: dict[str, object] = {"milestone": "M1"}


def roadmap() -> tuple[DesiredItem, ...]:
    """An epic, two features and four stories with everything that a file can say.

    Issues are made parents first: the epic is #1, the features #2 and #3, the stories #4 to #7.
    """

    def story(key: str, parent: str, **more: object) -> DesiredItem:
        parts: dict[str, object] = {
            "labels": ("story", "priority:high"),
            "criteria": {"Works on staging": False, "Ask @ops about #12": False},
            "text": "As a developer, I want `@this`.\n\n- [ ] prepare",
            "board": {"Priority": "High", "Story Points": 3},
            **FULL,
            **more,
        }
        return item(key, f"Story {key}", parent=parent, **parts)  # type: ignore[arg-type] # fields

    return (
        item("e", "Epic", kind="epic", labels=("epic",), board={"Target": "2026-03-31"}),
        item("f1", "Feature 1", kind="feature", parent="e", labels=("feature",)),
        story("s1", "f1", assignees=("ann",)),
        story("s2", "f1", blocked_by=("s1",), board={"Story Points": 2.5, "Sprint": "Sprint 2"}),
        item("f2", "Feature 2", kind="feature", parent="e", labels=("feature",)),
        story("s3", "f2", blocked_by=("s1", "s2"), board={"Priority": "Low"}),
        story("s4", "f2"),
    )


def backlog(*items: DesiredItem, **more: object) -> DesiredState:
    """The backlog with its definitions."""
    parts: dict[str, object] = {
        "project": BOARD,
        "labels": (
            LabelDef("epic", "5319e7", "A large body of work"),
            LabelDef("feature"),
            LabelDef("story", "00ff00"),
            LabelDef("priority:high"),
        ),
        "milestones": (MilestoneDef("M1", "2026-03-31", "First"),),
    }
    return desired(*(items or roadmap()), **{**parts, **more})


def changed(key: str, *, board: dict[str, object] | None = None, **fields: object) -> DesiredState:
    """The backlog with one item changed."""
    items = [
        replace(
            each,
            fields={**each.fields, **fields},  # type: ignore[dict-item] # fields
            board={**each.board, **(board or {})},  # type: ignore[dict-item] # board values
        )
        if each.key == key
        else each
        for each in roadmap()
    ]
    return backlog(*items)


def test_first_second_and_changed(world: World) -> None:
    """The reference run in small: all, nothing, exactly two changes."""
    applied = world.sync(backlog())
    assert applied.usage.mutations > 0
    assert world.titles() == sorted(each.title for each in roadmap())
    world.quiet(backlog())
    wanted = changed("s2", title="Story s2, reworded", board={"Story Points": 5})
    told = [
        (c.key, name, f.before, f.after)
        for c in world.plan(wanted).changes
        for name, f in c.fields.items()
    ]
    assert told == [
        ("s2", "title", "Story s2", "Story s2, reworded"),
        ("s2", "Story Points", 2.5, 5),
    ]
    world.sync(wanted)
    world.quiet(wanted)


def test_a_fresh_clone_finds_everything(world: World) -> None:
    """Another member of the team, with no number in the file: nothing to do."""
    world.sync(backlog())
    world.sandbox.ensure_user("bea", permission="write")
    world.sandbox.tokens["beas-token"] = Grant("bea", "write")
    prepared, _, mutations = world.run(backlog(), token="beas-token")
    assert (prepared.plan.changes, mutations) == ((), 0)


def test_people_tick_close_label_and_note(world: World) -> None:
    """What GitHub owns flows back, what people add stays, and the file takes nothing away."""
    world.sync(backlog())
    world.ann.create_label("human")
    story = world.ann.issue(4)
    assert story.title == "Story s1"
    world.ann.edit(4, body=f"A note above\n\n{story.body}\n\nA note below")
    world.ann.tick(4, "Works on staging")
    world.ann.tick(4, "prepare")
    world.ann.label(4, "human")
    world.ann.close(5)
    world.ann.set_value(6, "Status", "In Progress")
    prepared, _, mutations = world.run(backlog())
    assert (prepared.plan.changes, mutations) == ((), 0)
    found = {each.key: each for each in measure(prepared.desired, prepared.observed)}
    assert found["s1"].ticks == {0: True}
    assert (found["s2"].status, found["s3"].status) == ("Done", "In Progress")
    roll_up = found["e"].roll_up
    assert roll_up is not None
    assert (roll_up.done, roll_up.total) == (1, 4)
    world.sync(changed("s1", title="Story s1, reworded"))
    body = world.ann.issue(4).body.replace("\r\n", "\n")
    assert body.startswith("A note above\n\n<!-- backlog:begin -->")
    assert body.endswith("\n\nA note below")
    assert "- [x] Works on staging" in body
    assert "- [x] prepare" in body
    assert world.ann.issue(5).state == "CLOSED"
    world.quiet(changed("s1", title="Story s1, reworded"))


def test_drift_is_shown_and_reverted(world: World) -> None:
    """Title, label, milestone, parent and a board value of the file come back."""
    world.sync(backlog())
    world.ann.edit(4, title="Somebody's title")
    world.ann.unlabel(4, "story")
    world.ann.set_milestone(4, None)
    world.ann.put_below(4, 3)
    world.ann.set_value(4, "Story Points", 8)
    plan = world.plan(backlog())
    names = {"title", "labels", "milestone", "parent", "Story Points"}
    assert {note.name for note in plan.drift} == names
    world.sync(backlog())
    assert world.ann.issue(4).title == "Story s1"
    assert world.ann.value(4, "Story Points") == 3
    world.quiet(backlog())


def test_the_states_of_work(world: World) -> None:
    """Done in the file closes; what people then reopen stays open, as often as we sync."""
    world.sync(changed("s1", state="open"))
    wanted = changed("s1", state="closed")
    world.sync(wanted)
    assert world.ann.issue(4).state == "CLOSED"
    world.quiet(wanted)
    world.ann.reopen(4)
    for _ in range(2):
        _, _, mutations = world.run(wanted)
        assert mutations == 0
    assert world.ann.issue(4).state == "OPEN"


def test_an_edit_between_plan_and_apply_is_not_overwritten(world: World) -> None:
    """The change is stale, the next run does it."""
    world.sync(backlog())
    wanted = changed("s1", title="New")
    tracker = connect(
        api_url="http://127.0.0.1",
        repository=REPOSITORY,
        token="a-token",
        read_only=False,
        adapter=SandboxAdapter(world.sandbox),
        clock=lambda: world.now,
        sleep=world.sleep,
    )
    prepared = observe_and_plan(wanted, tracker)
    world.ann.edit(4, body=world.ann.issue(4).body + "\nlate note")
    applied = apply(prepared, tracker, nonces=lambda: "0" * 16, progress=Watcher())
    assert [o.result for o in applied.outcomes] == [Result.STALE]
    assert world.ann.issue(4).title == "Story s1"
    world.sync(wanted)
    assert "late note" in world.ann.issue(4).body
    world.quiet(wanted)


def test_adoption_by_number(world: World) -> None:
    """An issue of people becomes the item's, with all that they wrote."""
    world.ann.open_issue("Their words", "Please do this.\n- [x] started")
    wanted = backlog(item("a", "Our words", issue="sandbox#1", criteria={"done": False}))
    assert [c.action.value for c in world.plan(wanted).changes if c.kind == "issue"] == ["adopt"]
    world.sync(wanted)
    there = world.ann.issue(1)
    assert there.title == "Our words"
    assert there.body.startswith("Please do this.\r\n- [x] started")
    assert "- [ ] done" in there.body
    world.quiet(wanted)


def test_a_closed_issue_that_is_adopted_stays_closed(world: World) -> None:
    """Though the file says todo; until the file itself changes."""
    world.ann.open_issue("Old")
    world.ann.close(1)
    wanted = backlog(item("a", "Old", issue="sandbox#1", state="open"))
    for _ in range(3):
        world.run(wanted)
        assert world.ann.issue(1).state == "CLOSED"


def test_a_pull_request_is_never_taken(world: World) -> None:
    """Its number is refused, its title is not looked at."""
    world.ann.open_pull_request("Story", "")
    plan = world.plan(backlog(item("a", "Story", issue=1)))
    assert not [c for c in plan.changes if c.kind == "issue"]
    assert "pull request" in plan.conflicts[0].reason


def test_a_stranger_s_marker_is_not_believed(world: World) -> None:
    """A copied marker holds the item: nothing is created beside it."""
    world.sync(backlog())
    body = world.ann.issue(4).body
    mallory = Person(world.sandbox, "mallory", permission="read")
    mallory.open_issue("Story s9", body.replace('"key":"s1"', '"key":"s9"'))
    world.quiet(backlog())
    plan = world.plan(backlog(*roadmap(), item("s9", "Story s9", parent="f1")))
    assert plan.changes == ()
    assert "opened by mallory" in plan.conflicts[0].reason


def test_a_deleted_issue_is_told_and_not_made_again(world: World) -> None:
    """Where the file names its number; without one the item is made anew."""
    world.sync(backlog(item("a", "A")))
    Person(world.sandbox, "root", permission="admin").delete(1)
    held = world.plan(backlog(item("a", "A", issue=1)))
    assert not [c for c in held.changes if c.kind == "issue"]
    assert len(held.conflicts) == 1
    world.sync(backlog(item("a", "A")))
    assert world.titles() == ["A"]


def test_renumbered_stories_keep_their_issues(world: World) -> None:
    """A story is inserted and the rest renumbered: titles, numbers and ticks stay together."""

    def stories(*titles: str) -> DesiredState:
        return backlog(
            item("feature-1", "Feature"),
            *(
                item(f"story-1.{n}", title, parent="feature-1", criteria={f"{title} works": False})
                for n, title in enumerate(titles, 1)
            ),
        )

    world.sync(stories("A", "B"))
    world.ann.tick(3, "B works")
    world.sync(stories("New", "A", "B"))
    assert [world.ann.issue(n).title for n in (2, 3, 4)] == ["A", "B", "New"]
    assert "- [x] B works" in world.ann.issue(3).body
    world.quiet(stories("New", "A", "B"))


def test_done_items_are_made_closed_on_demand(world: World) -> None:
    """And nothing is left to do."""
    wanted = backlog(item("a", "A", state="closed"), settings=Settings(create_done=True))
    world.sync(wanted)
    assert world.ann.issue(1).state == "CLOSED"
    world.quiet(wanted)


def test_options_and_fields_grow(world: World) -> None:
    """A new option leaves every card's value as it was."""
    world.sync(backlog())
    fields = list(BOARD.fields)
    fields[0] = replace(fields[0], options=(*fields[0].options, OptionDef("Urgent", "PINK")))
    wider = replace(BOARD, fields=(*fields, BoardFieldDef("Note", "text")))
    items = [
        replace(each, board={**each.board, "Priority": "Urgent", "Note": "now"})
        if each.key == "s4"
        else each
        for each in roadmap()
    ]
    world.sync(backlog(*items, project=wider))
    assert world.ann.value(4, "Priority") == "High"
    assert world.ann.value(7, "Priority") == "Urgent"
    world.quiet(backlog(*items, project=wider))


def test_a_label_that_is_renamed_by_alias_is_carried_along(world: World) -> None:
    """The issues' labels follow by themselves."""
    world.sync(backlog(item("a", "A", labels=("Epics",)), labels=(LabelDef("Epics"),)))
    wanted = backlog(
        item("a", "A", labels=("epic",)), labels=(LabelDef("epic", aliases=("Epics",)),)
    )
    world.sync(wanted)
    world.quiet(wanted)


def test_a_token_that_may_not_write_is_told(world: World) -> None:
    """The guard refuses; were it overridden, every change fails with a reason and nothing moves."""
    world.sync(backlog())
    world.sandbox.ensure_user("reader", permission="read")
    world.sandbox.tokens["a-reader"] = Grant("reader", "read")
    prepared, applied, _ = world.run(changed("s1", title="New"), token="a-reader")
    assert [v.slug for v in prepared.violations] == ["read-only"]
    assert applied is not None
    assert Result.APPLIED not in {o.result for o in applied.outcomes}
    world.quiet(backlog())


# ---- trouble on the line -------------------------------------------------------------------


def test_whatever_request_is_lost_nothing_is_made_twice() -> None:
    """Every write of a first sync in turn loses its answer, is not delivered, or is limited: the
    same run or the next one finishes, and the one after it is quiet.
    """
    wanted = backlog()
    kinds = (
        faults.answer_lost(),
        faults.not_delivered(),
        faults.graphql_error(),
        faults.bad_gateway(delivered=True),
        faults.submitted_too_quickly(),
    )
    for kind in kinds:
        at = 0
        while True:
            at += 1
            world = World()
            world.fail({at: kind})
            _, applied, _ = world.run(wanted)
            assert applied is not None
            hit = world.sandbox.faults.counted >= at
            world.fail({})
            for outcome in applied.outcomes:
                assert outcome.result is Result.APPLIED or outcome.reason
            world.run(wanted)
            world.quiet(wanted)
            assert world.titles() == sorted(each.title for each in roadmap())
            if not hit:
                break
        assert at > 8


def test_a_changed_sync_survives_a_lost_answer_anywhere() -> None:
    """Updates, links, closes and values: each write in turn is lost, then made up for."""
    wanted = changed(
        "s1",
        title="New",
        labels=("story",),
        state="closed",
        blocked_by=("e",),
        board={"Story Points": 8},
    )
    for kind in (faults.answer_lost(), faults.not_delivered()):
        at = 0
        while True:
            at += 1
            world = World()
            world.sync(changed("s1", state="open"))
            world.fail({at: kind})
            world.run(wanted)
            hit = world.sandbox.faults.counted >= at
            world.fail({})
            assert world.plan(wanted).drift == ()
            world.run(wanted)
            world.quiet(wanted)
            assert world.ann.issue(4).state == "CLOSED"
            if not hit:
                break
        assert at > 4
