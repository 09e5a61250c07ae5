"""Every change has an outcome, whatever happens, and the base claims nothing that was not done."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.model import (
    BoardFieldDef,
    DesiredItem,
    DesiredState,
    MilestoneDef,
    OptionDef,
    ProjectSpec,
    Settings,
)
from backlog_sync.core.observed import ObservedIssue
from backlog_sync.core.operations import (
    AddBlocker,
    AddCard,
    AddSubIssue,
    ChangeAssignees,
    ChangeLabels,
    CloseIssue,
    CreateBoardField,
    CreateIssue,
    CreateLabel,
    CreateMilestone,
    CreateProject,
    Done,
    NotSent,
    Operation,
    Refused,
    Reply,
    SetValue,
    Unknown,
    UpdateIssue,
    UpdateMilestone,
)
from backlog_sync.core.plan import Plan, Result
from backlog_sync.engine.apply import apply
from backlog_sync.engine.executor import Applied
from backlog_sync.engine.ports import ReadScope
from backlog_sync.engine.reconcile import Prepared, observe_and_plan
from backlog_sync.errors import AccessError, BacklogError, UnreachableError
from tests.core.builders import desired, item
from tests.engine.memory import Fault, MemoryTracker, Watcher, nonces

FIELDS = (
    BoardFieldDef("Priority", "single_select", (OptionDef("High"), OptionDef("Low"))),
    BoardFieldDef("Story Points", "number"),
    BoardFieldDef("Sprint", "iteration", start="2026-01-05", count=2),
)
BOARD = ProjectSpec("octo-org", title="Widgets", fields=FIELDS)


@dataclass(slots=True)
class World:
    """A tracker, and a way to sync a backlog onto it."""

    tracker: MemoryTracker = field(default_factory=MemoryTracker)
    nonce: Callable[[], str] = field(default_factory=nonces)

    def prepare(self, wanted: DesiredState) -> Prepared:
        """Observe and plan."""
        return observe_and_plan(wanted, self.tracker)

    def sync(self, wanted: DesiredState, fault: Fault | None = None) -> Applied:
        """One run; the fault goes away after it."""
        prepared = self.prepare(wanted)
        if fault is not None:
            self.tracker.fault = fault
        watcher = Watcher()
        applied = apply(prepared, self.tracker, nonces=self.nonce, progress=watcher)
        self.tracker.fault = lambda _: None
        self.tracker.lost = lambda _: False
        assert [outcome.change for outcome in applied.outcomes] == list(prepared.plan.changes)
        assert watcher.total == len(prepared.plan.changes)
        reached = [o for o in applied.outcomes if o.result is not Result.NOT_REACHED]
        assert watcher.done >= len(reached)
        assert watcher.finished
        return applied

    def plan(self, wanted: DesiredState) -> Plan:
        """What another run would do."""
        return self.prepare(wanted).plan

    def settled(self, wanted: DesiredState) -> None:
        """A run, and then there is nothing to do and nothing to tell."""
        self.sync(wanted)
        plan = self.plan(wanted)
        assert (plan.changes, plan.drift, plan.conflicts) == ((), (), ())

    def titles(self) -> list[str]:
        """The titles of all issues."""
        return [each.title for each in self.tracker.issues.values()]


@pytest.fixture
def world() -> World:
    """An empty repository."""
    return World()


def results(applied: Applied) -> dict[tuple[str, str, str], str]:
    """Action, kind and key of each change, with its outcome."""
    return {
        (o.change.action.value, o.change.kind.value, o.change.key): o.result.value
        for o in applied.outcomes
    }


def reasons(applied: Applied, result: Result) -> list[str]:
    """The reasons of all outcomes of a kind."""
    return [o.reason for o in applied.outcomes if o.result is result]


def refusing(kind: type | tuple[type, ...], *keys: str) -> Fault:
    """Refuse operations of a kind, or of some, all or those of creates with these keys."""

    def fault(operation: Operation) -> Refused | None:
        if not isinstance(operation, kind):
            return None
        key = getattr(operation, "key", getattr(operation, "name", None))
        return Refused("no rights") if not keys or key in keys else None

    return fault


def tree(**more: object) -> DesiredState:
    """An epic, a feature and two stories with everything."""
    full: dict[str, object] = {"labels": ("story",), "milestone": "M1", "assignees": ("me",)}
    return desired(
        item("e", kind="epic", labels=("epic",), board={"Priority": "High"}),
        item("f", kind="feature", parent="e"),
        item(
            "a",
            parent="f",
            criteria={"one": False},
            board={"Story Points": 3},
            **full,  # type: ignore[arg-type] # fields
        ),
        item("b", parent="f", blocked_by=("a",), board={"Sprint": "Sprint 2"}, **full),  # type: ignore[arg-type] # fields
        project=BOARD,
        **more,
    )


def test_a_first_sync_makes_it_all_and_the_second_nothing(world: World) -> None:
    """Labels, milestones, board, fields, issues, links, cards, values; then quiet."""
    applied = world.sync(tree())
    assert {o.result for o in applied.outcomes} == {Result.APPLIED}
    assert [o.ref for o in applied.outcomes if o.change.kind is ChangeKind.ISSUE] == [
        "#1",
        "#2",
        "#3",
        "#4",
    ]
    story = world.tracker.by_title("Title of b")
    assert story.parent is not None
    assert story.parent.number == 2
    assert [each.number for each in story.blocked_by] == [3]
    assert (story.labels, story.milestone, story.assignees) == (("story",), "M1", ("me",))
    assert story.card is not None
    assert story.card.values == {
        "Sprint": "Sprint 2",
        "Status": "Todo",
        "Backlog record": '{"Sprint":"Sprint 2","Status":"Todo"}',
    }
    sent = len(world.tracker.log)
    world.settled(tree())
    assert len(world.tracker.log) == sent


def test_creation_sets_all_that_one_call_can_set(world: World) -> None:
    """Parents and cards come with the issue; only dependencies and values follow."""
    world.sync(tree())
    kinds = [type(operation) for operation in world.tracker.log]
    assert kinds.count(CreateIssue) == 4
    assert AddSubIssue not in kinds
    assert AddCard not in kinds
    assert kinds.count(AddBlocker) == 1


def test_parents_come_before_their_children_in_waves(world: World) -> None:
    """A wave is one call, so that an adapter can batch it."""
    world.sync(desired(item("e"), *(item(f"s{n}", parent="e") for n in range(5))))
    assert world.tracker.calls == 2


def test_the_observation_after_a_run_is_what_a_new_read_gives(world: World) -> None:
    """Progress is written back without reading again."""
    applied = world.sync(tree())
    read = {i.number: i for i in world.tracker.observe(ReadScope(BOARD)).issues}
    for each in applied.observed.issues:
        there = read[each.number]
        assert (each.title, each.body, each.state) == (there.title, there.body, there.state)
        assert (each.card and each.card.values) == (there.card and there.card.values)
    changed = desired(
        *(
            replace(i, fields={**i.fields, "title": f"New {i.key}", "labels": ("x",)})
            for i in tree().items
        ),
        project=BOARD,
    )
    again = world.sync(changed).observed
    read = {i.number: i for i in world.tracker.observe(ReadScope(BOARD)).issues}
    for each in again.issues:
        there = read[each.number]
        assert (each.title, each.body, set(each.labels), each.milestone) == (
            there.title,
            there.body,
            set(there.labels),
            there.milestone,
        )


# ---- refusals ------------------------------------------------------------------------------


def test_a_refused_parent_skips_what_is_below_it(world: World) -> None:
    """Each level says what was missing; the rest goes on; the next run makes it up."""
    applied = world.sync(tree(), refusing(CreateIssue, "f"))
    found = results(applied)
    assert found["create", "issue", "e"] == "applied"
    assert found["create", "issue", "f"] == "failed"
    assert found["create", "issue", "a"] == "skipped"
    assert found["link", "sub_issue", "a"] == "skipped"
    assert found["link", "dependency", "b"] == "skipped"
    assert found["update", "field_value", "b"] == "skipped"
    assert "f was not created" in reasons(applied, Result.SKIPPED)
    world.settled(tree())
    assert len(world.titles()) == 4


def test_a_chain_of_missing_parents_is_skipped_to_its_end(world: World) -> None:
    """Not called unreached: nothing stopped the run."""
    chain = [item("i0")] + [item(f"i{n}", parent=f"i{n - 1}") for n in range(1, 5)]
    applied = world.sync(desired(*chain), refusing(CreateIssue, "i0"))
    creates = [o for o in applied.outcomes if o.change.action is Action.CREATE]
    assert [o.result.value for o in creates] == ["failed", *["skipped"] * 4]
    assert [o.reason for o in creates[1:]] == [f"i{n} was not created" for n in range(4)]
    assert applied.stopped is None


def test_a_refused_label_skips_the_issues_that_need_it(world: World) -> None:
    """An issue is not made with less than was planned."""
    wanted = desired(item("a", labels=("x",)), item("b"))
    applied = world.sync(wanted, refusing(CreateLabel))
    assert results(applied) == {
        ("create", "label", "x"): "failed",
        ("create", "issue", "a"): "skipped",
        ("create", "issue", "b"): "applied",
    }
    assert reasons(applied, Result.SKIPPED) == ["the label x could not be created"]
    world.settled(wanted)


def test_a_refused_label_leaves_an_existing_issue_as_it_was(world: World) -> None:
    """Nothing of that change is sent, so that its base claims nothing."""
    world.settled(desired(item("a", "Old"), item("b", "Old b")))
    wanted = desired(item("a", "New", labels=("x",)), item("b", "New b"))
    applied = world.sync(wanted, refusing(CreateLabel))
    assert results(applied)["update", "issue", "a"] == "skipped"
    assert results(applied)["update", "issue", "b"] == "applied"
    assert sorted(world.titles()) == ["New b", "Old"]
    world.settled(wanted)


def test_a_refused_milestone_skips_what_stands_in_it(world: World) -> None:
    """New issues and changes alike."""
    wanted = desired(item("a", milestone="M1"))
    applied = world.sync(wanted, refusing(CreateMilestone))
    assert results(applied)["create", "issue", "a"] == "skipped"
    world.settled(desired(item("a")))
    applied = world.sync(wanted, refusing(CreateMilestone))
    assert results(applied)["update", "issue", "a"] == "skipped"
    world.settled(wanted)


def test_a_refused_board_leaves_the_issues(world: World) -> None:
    """Fields, cards and values are skipped, each with the reason."""
    applied = world.sync(tree(), refusing(CreateProject))
    found = results(applied)
    assert {found["create", "issue", key] for key in "efab"} == {"applied"}
    skipped = {o.change.kind.value for o in applied.outcomes if o.result is Result.SKIPPED}
    assert skipped == {"field", "view", "project_item", "field_value"}
    assert set(reasons(applied, Result.SKIPPED)) == {
        "there is no board",
        "the issue is not on the board",
    }
    world.settled(tree())


def test_a_refused_board_field_skips_its_values(world: World) -> None:
    """Only those."""

    def fault(operation: Operation) -> Refused | None:
        field_of = operation.definition.name if isinstance(operation, CreateBoardField) else ""
        return Refused("no") if field_of == "Story Points" else None

    found = world.sync(tree(), fault)
    assert reasons(found, Result.SKIPPED) == ["the board has no field Story Points"]
    world.settled(tree())


def test_a_refused_card_skips_its_values(world: World) -> None:
    """Where an issue is there before the board."""
    world.settled(desired(item("a")))
    wanted = desired(item("a", board={"Story Points": 3}), project=BOARD)
    applied = world.sync(wanted, refusing(AddCard))
    assert results(applied)["link", "project_item", "a"] == "failed"
    assert set(reasons(applied, Result.SKIPPED)) == {"the issue is not on the board"}
    world.settled(wanted)


def test_a_refused_value_is_tried_again(world: World) -> None:
    """Values have no base that could claim them."""
    applied = world.sync(tree(), refusing(SetValue))
    assert {o.result for o in applied.outcomes if o.change.kind is ChangeKind.FIELD_VALUE} == {
        Result.FAILED
    }
    world.settled(tree())


# ---- what was not done is not claimed ------------------------------------------------------


def base_names(there: ObservedIssue) -> tuple[set[str], set[str]]:
    """The fields that an issue's base speaks of: atoms and sets."""
    marker = body_block.split(there.body).marker
    assert marker is not None
    return set(marker.base.hashes), set(marker.base.sets)


def test_a_refused_close_is_not_claimed(world: World) -> None:
    """The next plan closes it still; it is no drift that waits for people."""
    world.settled(desired(item("a", "Old", state="open")))
    wanted = desired(item("a", "New", state="closed"))
    applied = world.sync(wanted, refusing(CloseIssue))
    assert results(applied) == {
        ("close", "issue", "a"): "failed",
        ("update", "issue", "a"): "applied",
    }
    assert world.titles() == ["New"]
    plan = world.plan(wanted)
    assert [c.action for c in plan.changes if c.fields] == [Action.CLOSE]
    assert plan.drift == ()
    world.settled(wanted)
    assert world.tracker.by_number(1).state == "closed"


def test_a_refused_close_alone_writes_no_body(world: World) -> None:
    """There is nothing else to record."""
    world.settled(desired(item("a", state="open")))
    body = world.tracker.by_number(1).body
    applied = world.sync(desired(item("a", state="closed")), refusing(CloseIssue))
    assert [o.result.value for o in applied.outcomes] == ["failed", "skipped"]
    assert reasons(applied, Result.SKIPPED) == ["what it would record was not done"]
    assert world.tracker.by_number(1).body == body


def test_a_refused_close_of_a_new_issue_stays_pending(world: World) -> None:
    """`create_done`: made, not closed; the next run closes it; people may reopen it for good."""
    wanted = desired(item("a", state="closed"), settings=Settings(create_done=True))
    world.sync(wanted, refusing(CloseIssue))
    assert world.tracker.by_number(1).state == "open"
    world.settled(wanted)
    assert world.tracker.by_number(1).state == "closed"
    world.tracker.edit(1, state="open", state_reason="reopened")
    for _ in range(3):
        world.sync(wanted)
    assert world.tracker.by_number(1).state == "open"


def test_a_new_issue_claims_only_the_blockers_that_were_made(world: World) -> None:
    """One of two is refused: the other is on record, and the refused one is pushed again."""
    wanted = desired(item("p"), item("q"), item("a", "A", blocked_by=("p", "q")))
    asked: list[Operation] = []

    def fault(operation: Operation) -> Refused | None:
        if isinstance(operation, AddBlocker):
            asked.append(operation)
            return Refused("no") if len(asked) == 2 else None
        return None

    world.sync(wanted, fault)
    marker = body_block.split(world.tracker.by_title("A").body).marker
    assert marker is not None
    assert (marker.base.sets["blocked_by"], marker.base.pending) == (("p",), ())
    plan = world.plan(wanted)
    assert [(c.other, c.drifted) for c in plan.changes if c.fields] == [("q", ())]
    assert plan.drift == ()
    world.settled(wanted)


def test_a_definition_that_was_refused_is_not_on_record(world: World) -> None:
    """Neither a new one nor a changed date: the next run makes both, as the file's own change."""
    first = desired(item("a", milestone="M1"), milestones=(MilestoneDef("M1", "2027-03-31"),))
    world.settled(first)
    aims = (MilestoneDef("M1", "2027-04-30"), MilestoneDef("M2", "2027-12-31"))
    wanted = desired(item("a", milestone="M1"), milestones=aims)
    world.sync(wanted, refusing((CreateMilestone, UpdateMilestone)))
    marker = body_block.split(world.tracker.by_number(1).body).marker
    assert marker is not None
    assert len([key for key in marker.base.definitions if key.startswith("m")]) == 1
    plan = world.plan(wanted)
    assert plan.drift == ()
    assert {c.reason for c in plan.changes if c.fields} == {
        "changed in the file",
        "used by the backlog",
    }
    world.settled(wanted)


def test_a_body_that_is_full_goes_without_the_record(world: World) -> None:
    """The text matters more: the definitions are then told as differing, and nothing is held."""
    trial = World()
    trial.sync(desired(item("a", milestone="M1", text="x")))
    rest = len(trial.tracker.by_number(1).body) - 1
    wanted = desired(item("a", milestone="M1", text="x" * (65_536 - rest + 1)))
    applied = world.sync(wanted)
    assert results(applied)["create", "issue", "a"] == "applied"
    marker = body_block.split(world.tracker.by_number(1).body).marker
    assert marker is not None
    assert marker.base.definitions == {}
    assert world.plan(wanted).changes == ()


def test_a_new_issue_that_people_edit_at_once_is_not_written_again(world: World) -> None:
    """Its body moved between its creation and the record of its links: theirs stays."""
    wanted = desired(item("p"), item("a", "A", blocked_by=("p",)))

    def edit(operation: Operation) -> None:
        if isinstance(operation, AddBlocker):
            there = world.tracker.by_title("A")
            world.tracker.edit(there.number, body=f"{there.body}\nof people")

    world.sync(wanted, edit)
    assert world.tracker.by_title("A").body.endswith("of people")
    assert world.plan(wanted).changes == ()


def test_refused_links_are_not_claimed(world: World) -> None:
    """Neither a new parent nor a new blocker; both are pushed again and are no drift."""
    world.settled(desired(item("p"), item("q"), item("a", "Old", parent="p")))
    wanted = desired(item("p"), item("q"), item("a", "New", parent="q", blocked_by=("p",)))

    def fault(operation: Operation) -> Refused | None:
        return Refused("no") if isinstance(operation, AddSubIssue | AddBlocker) else None

    applied = world.sync(wanted, fault)
    assert results(applied)["update", "issue", "a"] == "applied"
    plan = world.plan(wanted)
    assert {c.kind.value for c in plan.changes if c.fields} == {"sub_issue", "dependency"}
    assert plan.drift == ()
    world.settled(wanted)


def test_a_refused_removal_is_not_forgotten(world: World) -> None:
    """The base still knows that the blocker was ours, so that it can be removed later."""
    world.settled(desired(item("p"), item("a", blocked_by=("p",))))
    wanted = desired(item("p"), item("a", "New", blocked_by=()))

    def fault(operation: Operation) -> Refused | None:
        return Refused("no") if type(operation).__name__ == "RemoveBlocker" else None

    world.sync(wanted, fault)
    assert "blocked_by" in base_names(world.tracker.by_title("New"))[1]
    world.settled(wanted)
    assert world.tracker.by_title("New").blocked_by == ()


class Dropping(MemoryTracker):
    """A server that says yes and silently leaves some things out, as for lack of push access."""

    def apply(
        self,
        operations: Sequence[Operation],
        before: Callable[[Sequence[Operation]], None] = lambda _: None,
        meanwhile: Callable[[], bool] = lambda: False,
    ) -> Iterator[tuple[Operation, Reply]]:
        """Carry out operations without parents, labels and assignees, and tell what is missing."""
        for operation in operations:
            less: Operation | None = operation
            missing: tuple[str, ...] = ()
            if isinstance(operation, CreateIssue):
                less = replace(operation, parent_id=None, label_ids=())
                missing = (
                    *(["parent"] if operation.parent_id else []),
                    *(["labels"] if operation.label_ids else []),
                )
            elif isinstance(operation, ChangeAssignees):
                less, missing = None, ("assignees",)
            if less is None:
                yield operation, Done(missing=missing)
                continue
            ((_, reply),) = MemoryTracker.apply(self, [less])
            yield operation, replace(reply, missing=missing) if isinstance(reply, Done) else reply


def test_a_parent_that_a_create_did_not_set_is_linked_after() -> None:
    """The link has an outcome of its own; what else is missing is told."""
    world = World(Dropping())
    wanted = desired(item("p"), item("a", parent="p", labels=("x",)))
    applied = world.sync(wanted)
    assert results(applied)["link", "sub_issue", "a"] == "applied"
    assert AddSubIssue in {type(operation) for operation in world.tracker.log}
    told = {o.change.key: o.reason for o in applied.outcomes if o.change.kind is ChangeKind.ISSUE}
    assert told == {"p": "", "a": "GitHub did not set: parent, labels"}


def test_a_yes_that_set_nothing_is_a_failure_and_not_claimed() -> None:
    """Assignees dropped in silence: the change failed, its other fields stand."""
    world = World(Dropping())
    world.settled(desired(item("a", "Old")))
    wanted = desired(item("a", "New", assignees=("you",)))
    applied = world.sync(wanted)
    assert [(o.result, o.reason) for o in applied.outcomes] == [
        (Result.FAILED, "GitHub did not set: assignees")
    ]
    assert world.titles() == ["New"]
    assert "assignees" not in base_names(world.tracker.by_number(1))[1]
    plan = world.plan(wanted)
    assert [tuple(c.fields) for c in plan.changes] == [("assignees",)]
    assert plan.drift == ()


# ---- stale ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        ({"body": "rewritten"}, "the body was edited since it was read"),
        ({"title": "Theirs"}, "the title was changed since it was read"),
        ({"milestone": "Theirs"}, "the milestone was changed since it was read"),
    ],
)
def test_what_people_changed_meanwhile_is_not_overwritten(
    world: World, edit: dict[str, str], reason: str
) -> None:
    """Re-read before each write: moved means stale."""
    world.settled(desired(item("a", "Old"), item("b", "Old b")))
    wanted = desired(item("a", "New", milestone="M1"), item("b", "New b"))
    prepared = world.prepare(wanted)
    world.tracker.edit(1, **edit)
    there = world.tracker.by_number(1)
    applied = apply(prepared, world.tracker, nonces=nonces(), progress=Watcher())
    assert [(o.change.key, o.reason) for o in applied.outcomes if o.result is Result.STALE] == [
        ("a", reason)
    ]
    assert world.tracker.by_number(1) == there
    assert world.tracker.by_number(2).title == "New b"


def test_what_is_stale_tells_what_was_done_of_it_before(world: World) -> None:
    """Labels go out first; where the body then turns out to be edited, the outcome says both."""
    world.settled(desired(item("a", "Old")))
    prepared = world.prepare(desired(item("a", "New", labels=("x",))))
    world.tracker.edit(1, body=world.tracker.by_number(1).body + "\nnote")
    applied = apply(prepared, world.tracker, nonces=nonces(), progress=Watcher())
    (stale,) = [o for o in applied.outcomes if o.result is Result.STALE]
    assert stale.reason == ("the body was edited since it was read; its labels are changed already")
    there = world.tracker.by_number(1)
    assert (there.title, there.labels) == ("Old", ("x",))
    world.settled(desired(item("a", "New", labels=("x",))))
    assert world.tracker.by_number(1).body.endswith("note")


def test_an_issue_that_is_gone_meanwhile_is_stale(world: World) -> None:
    """Deleted between plan and apply."""
    world.settled(desired(item("a", "Old")))
    prepared = world.prepare(desired(item("a", "New")))
    world.tracker.issues.clear()
    applied = apply(prepared, world.tracker, nonces=nonces(), progress=Watcher())
    assert [(o.result, o.reason) for o in applied.outcomes] == [(Result.STALE, "the issue is gone")]


# ---- lost answers --------------------------------------------------------------------------


def losing(kind: type, *nth: int) -> Callable[[Operation], bool]:
    """Lose the answers of the nth operations of a kind, from 1."""
    seen = 0

    def lost(operation: Operation) -> bool:
        nonlocal seen
        seen += isinstance(operation, kind)
        return isinstance(operation, kind) and seen in nth

    return lost


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_a_lost_answer_of_a_create_is_read_back(world: World, nth: int) -> None:
    """Found by its nonce, in the same run, and nothing is made twice."""
    world.tracker.lost = losing(CreateIssue, nth)
    applied = world.sync(tree())
    assert {o.result for o in applied.outcomes} == {Result.APPLIED}
    assert len(world.titles()) == 4
    world.settled(tree())
    assert len(world.titles()) == 4


def test_a_create_that_never_arrived_fails_and_is_made_by_the_next_run(world: World) -> None:
    """Read back, not found: it is not sent again blindly."""
    wanted = desired(item("a"), item("b"), item("c", parent="a"))

    def fault(operation: Operation) -> Unknown | None:
        lost = isinstance(operation, CreateIssue) and operation.key == "a"
        return Unknown("the line went dead") if lost else None

    applied = world.sync(wanted, fault)
    assert [o.result.value for o in applied.outcomes if o.change.action is Action.CREATE] == [
        "failed",
        "applied",
        "skipped",
    ]
    assert "is not there yet" in reasons(applied, Result.FAILED)[0]
    world.settled(wanted)
    assert len(world.titles()) == 3


def test_a_create_that_lists_do_not_show_yet_is_found_by_the_next_run(world: World) -> None:
    """The list lags: the run says so, and the next one makes no duplicate."""
    wanted = desired(item("a"), item("b", parent="a"))
    world.tracker.hide_recent = True
    world.tracker.lost = losing(CreateIssue, 1)
    applied = world.sync(wanted)
    assert results(applied)["create", "issue", "a"] == "failed"
    assert results(applied)["create", "issue", "b"] == "skipped"
    world.settled(wanted)
    assert sorted(world.titles()) == ["Title of a", "Title of b"]


def test_reading_back_that_fails_ends_the_run_and_says_so(world: World) -> None:
    """What was sent is called failed and not unreached."""
    world.tracker.lost = losing(CreateIssue, 1)
    world.tracker.recent_error = UnreachableError("no line")
    applied = world.sync(desired(item("a"), item("b")))
    assert [o.result.value for o in applied.outcomes] == ["failed", "not_reached"]
    assert "reading back failed (no line)" in applied.outcomes[0].reason
    assert isinstance(applied.stopped, UnreachableError)
    world.tracker.recent_error = None
    world.settled(desired(item("a"), item("b")))
    assert len(world.titles()) == 2


@pytest.mark.parametrize(
    "kind", [CreateLabel, CreateMilestone, CreateProject, CreateBoardField, AddBlocker, SetValue]
)
def test_a_lost_answer_of_anything_else_is_made_up_for_by_the_next_run(
    world: World, kind: type
) -> None:
    """It is called failed, the rest goes on, and nothing is doubled."""
    world.tracker.lost = losing(kind, 1)
    applied = world.sync(tree())
    assert reasons(applied, Result.FAILED) == [
        "the answer was lost (the line went dead); run again to see"
    ]
    world.settled(tree())
    assert len(world.titles()) == 4
    assert len(world.tracker.milestones) == 1


def test_a_line_that_loses_answer_after_answer_ends_the_run(world: World) -> None:
    """After a few it stops in order; the next run goes on from there."""
    wanted = desired(*(item(f"i{n}") for n in range(10)))
    world.tracker.lost = lambda _: True
    applied = world.sync(wanted)
    assert applied.stopped is not None
    assert applied.stopped.exit_code == 5
    counts = [o.result for o in applied.outcomes]
    assert counts.count(Result.APPLIED) == 4
    assert counts.count(Result.NOT_REACHED) == 6
    world.settled(wanted)
    assert len(world.titles()) == 10


# ---- ends ----------------------------------------------------------------------------------


def stopping(after: int, end: Reply | BacklogError | type[BaseException]) -> Fault:
    """Let so many operations through."""
    seen = 0

    def fault(_: Operation) -> Reply | BacklogError | None:
        nonlocal seen
        seen += 1
        if seen <= after:
            return None
        if isinstance(end, type):
            raise end
        return end

    return fault


def count_of(wanted: DesiredState) -> int:
    """How many operations a whole run sends."""
    world = World()
    world.sync(wanted)
    return len(world.tracker.log)


ENDS = [
    NotSent("rate limit: too fast; run again after 12:00"),
    AccessError("the token was revoked"),
    UnreachableError("api.github.com did not answer"),
    KeyboardInterrupt,
]


@pytest.mark.parametrize("end", ENDS, ids=["limit", "access", "unreachable", "interrupt"])
def test_a_run_that_ends_anywhere_is_finished_by_the_next(
    end: Reply | BacklogError | type[BaseException],
) -> None:
    """Stopped before each operation in turn: every change has an outcome, the next run finishes,
    nothing is doubled, and what was not reached is never told as drift.
    """
    changed = desired(
        *(
            replace(each, fields={**each.fields, "title": f"New {each.key}", "state": "open"})
            for each in tree().items
        ),
        project=BOARD,
    )
    for before, wanted in ((None, tree()), (tree(), changed)):
        after = 0
        while True:
            world = World()
            if before is not None:
                world.settled(before)
            sent = len(world.tracker.log)
            applied = world.sync(wanted, stopping(after, end))
            if all(o.result is Result.APPLIED for o in applied.outcomes):
                break
            assert len(world.tracker.log) - sent == after
            ended = {o.result for o in applied.outcomes}
            assert ended <= {Result.APPLIED, Result.NOT_REACHED}
            assert applied.interrupted == isinstance(end, type)
            assert applied.interrupted or applied.stopped is not None
            assert world.plan(wanted).drift == ()
            world.settled(wanted)
            assert len(world.titles()) == 4
            after += 1
        assert after > 3


def test_a_limit_stops_the_run_at_once(world: World) -> None:
    """Nothing more is sent into the closed window."""
    asked = 0

    def counting(operation: Operation) -> Reply | BacklogError | None:
        nonlocal asked
        asked += 1
        return limit(operation)

    limit = stopping(3, NotSent("rate limit: run again after 12:00"))
    applied = world.sync(tree(), counting)
    assert asked == 4
    assert set(reasons(applied, Result.NOT_REACHED)) == {"rate limit: run again after 12:00"}
    assert applied.stopped is not None
    assert applied.stopped.hint == "run it again to continue"


def test_a_change_of_which_only_a_part_was_sent_is_not_applied(world: World) -> None:
    """Labels were changed, the title was not: the outcome says not reached."""
    world.settled(desired(item("a", "Old")))
    wanted = desired(item("a", "New", labels=("x",)))

    def fault(operation: Operation) -> NotSent | None:
        return NotSent("limit") if isinstance(operation, UpdateIssue) else None

    applied = world.sync(wanted, fault)
    assert ChangeLabels in {type(operation) for operation in world.tracker.log}
    assert results(applied)["update", "issue", "a"] == "not_reached"
    world.settled(wanted)


def test_an_empty_plan_sends_nothing_and_reads_nothing(world: World) -> None:
    """Not even a re-read."""
    applied = world.sync(desired())
    assert (applied.outcomes, world.tracker.calls) == ((), 0)


# ---- pruning what is not ours --------------------------------------------------------------


def test_items_with_the_same_key_as_labels_keep_their_references(world: World) -> None:
    """A label named like an item's key has no issue number."""
    world.settled(desired(item("story", "Old")))
    applied = world.sync(desired(item("story", "New", labels=("story",))))
    refs = {o.change.kind.value: o.ref for o in applied.outcomes}
    assert refs == {"label": None, "issue": "#1"}


def test_adoption_writes_below_what_people_wrote(world: World) -> None:
    """And the second run is quiet."""
    there = replace(world_issue(7), body="Theirs\r\n", labels=("theirs",), state="closed")
    world.tracker.add(there)
    wanted: tuple[DesiredItem, ...] = (item("a", "Ours", issue=7, labels=("x",), state="open"),)
    applied = world.sync(desired(*wanted))
    assert results(applied)["adopt", "issue", "a"] == "applied"
    made = world.tracker.by_number(7)
    assert made.body.startswith("Theirs\r\n")
    assert (made.title, set(made.labels), made.state) == ("Ours", {"theirs", "x"}, "closed")
    for _ in range(2):
        assert world.plan(desired(*wanted)).changes == ()


def world_issue(number: int) -> ObservedIssue:
    """An issue of people."""
    return ObservedIssue(
        f"I_{number}", number, "octo-org/widgets", f"https://x/{number}", "Theirs", "", None
    )


def test_one_answer_for_many_is_one_lost_answer() -> None:
    """A batch of five whose answer is lost and that is found again does not end the run."""

    class Batching(MemoryTracker):
        """The first five are carried out, and nobody hears of it."""

        def apply(
            self,
            operations: Sequence[Operation],
            before: Callable[[Sequence[Operation]], None] = lambda _: None,
            meanwhile: Callable[[], bool] = lambda: False,
        ) -> Iterator[tuple[Operation, Reply]]:
            """After the first call all goes through."""
            if self.calls:
                yield from MemoryTracker.apply(self, operations, before)
                return
            for operation, _ in MemoryTracker.apply(self, operations[:5], before):
                yield operation, Unknown("the line went dead")
            for operation in operations[5:]:
                yield operation, NotSent("an answer was lost before")

    world = World(Batching())
    applied = world.sync(desired(*(item(f"i{n}") for n in range(10))))
    assert applied.stopped is None
    assert {o.result for o in applied.outcomes} == {Result.APPLIED}
    assert len(world.titles()) == 10
