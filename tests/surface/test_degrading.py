"""What a server, an owner or a token lacks: told in the plan, never met halfway."""

import pytest

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.observed import Capabilities
from backlog_sync.core.plan import Result
from backlog_sync.errors import AccessError, RefusedError
from github_sandbox.access import Grant
from github_sandbox.features import Features, enterprise
from tests.surface.conftest import BOARD, REPOSITORY, World, of_kind, reasons

FILE = """\
epics:
  - id: e
    title: E
    stories:
      - {id: a, title: A, priority: High}
      - {id: b, title: B, depends_on: [a], status: Done}
create_done: true
"""
BUG = FILE + "items: [{kind: bug, id: bug, title: Bug}]\n"


@pytest.mark.parametrize("version", ["3.17", "3.18", "3.19"])
def test_an_older_enterprise_server(world: World, version: str) -> None:
    """Sub-issues, dependencies and types are deferred or left out; all else is synced."""
    world.sandbox.features = enterprise(version)
    world.write(BOARD + BUG)
    plan = world.plan()
    lacking = ["this server has no sub-issues"]
    if version != "3.19":
        lacking.append("this server has no dependencies")
    assert reasons(plan) == lacking
    assert "Enterprise" in plan.deferred[0].hint
    applied = world.sync()
    assert all(outcome.result is Result.APPLIED for outcome in applied.outcomes)
    issues = world.observe().issues
    assert [issue.title for issue in issues] == ["E", "A", "B", "Bug"]
    assert {issue.issue_type for issue in issues} == {None}
    assert {issue.parent for issue in issues} == {None}
    assert [bool(issue.blocked_by) for issue in issues] == [False, False, version == "3.19", False]
    assert [issue.state for issue in issues] == ["open", "open", "closed", "open"]
    assert all(issue.card for issue in issues)


def test_an_upgraded_server_gets_what_was_deferred(world: World) -> None:
    """Once the server can, the next run links and orders what is there; nothing is made again."""
    world.sandbox.features = enterprise("3.17")
    world.write(BUG)
    world.sync()
    world.sandbox.features = Features()
    world.sync()
    assert world.below("E") == ["A", "B"]
    assert world.issue("B").blocked_by
    assert world.issue("Bug").issue_type == "Bug"
    assert len(world.observe().issues) == 4


def test_a_server_that_is_asked_again_costs_little(world: World) -> None:
    """One refused query, one question, one answer; the other pages follow without a detour."""
    world.sandbox.features = enterprise("3.17")
    world.write(FILE)
    tracker = world.tracker(read_only=True)
    from backlog_sync.engine.ports import ReadScope  # noqa: PLC0415 - for this test alone

    state = tracker.observe(ReadScope())
    assert tracker.usage().requests == 3
    assert state.capabilities == Capabilities(
        sub_issues=False,
        dependencies=False,
        issue_types=False,
        create_below_parent=False,
        create_with_type=False,
        create_on_board=False,
        option_ids=False,
        creation_policy=False,
        views=False,
        suggested_actors=False,
        multi_select=False,
        link_events=False,
    )


@pytest.mark.parametrize(
    "features",
    [
        Features(create_with_board=False),
        Features(create_with_type=False),
        Features(create_with_parent=False),
        Features(create_with_board=False, create_with_type=False, create_with_parent=False),
    ],
)
def test_what_cannot_be_said_while_creating_is_said_after(world: World, features: Features) -> None:
    """Card, type and parent come in requests of their own, in the same run."""
    world.sandbox.features = features
    world.write(BOARD + BUG)
    world.sync()
    assert world.below("E") == ["A", "B"]
    assert world.issue("Bug").issue_type == "Bug"
    assert all(issue.card for issue in world.observe().issues)


def test_options_without_ids_are_left_alone(world: World) -> None:
    """Where options cannot keep their ids, adding one is deferred, and no card loses a value."""
    world.write(BOARD + FILE)
    world.sync()
    world.sandbox.features = Features(option_ids=False)
    world.edit("priority: High", "priority: Urgent")
    plan = world.plan()
    assert of_kind(plan, ChangeKind.FIELD) == []
    assert "cannot keep the ids of options" in reasons(plan)[0]
    world.run()
    card = world.issue("A").card
    assert card is not None
    assert card.values["Priority"] == "High"


def test_a_server_without_projects(world: World) -> None:
    """Then a declared board is out of reach: deferred in the plan, a sync refuses."""
    world.sandbox.features = Features(projects=False, create_with_board=False)
    world.write(BOARD + FILE)
    prepared = world.prepared()
    assert [v.slug for v in prepared.violations] == ["board-out-of-reach"]
    assert reasons(prepared.plan) == ["this server has no Projects"]
    world.edit(BOARD, "")
    world.sync()


# ---- tokens ----------------------------------------------------------------------------------


def test_a_workflow_s_own_token_sees_no_board(world: World) -> None:
    """The plan defers the board with what would help; a sync refuses before anything is sent."""
    world.sandbox.tokens["workflow"] = Grant(
        "github-actions[bot]", "write", projects=False, repositories=(REPOSITORY,), scopes=None
    )
    world.token = "workflow"
    world.write(BOARD + FILE)
    prepared = world.prepared()
    assert [v.slug for v in prepared.violations] == ["board-out-of-reach"]
    assert "BACKLOG_PROJECT_TOKEN" in prepared.plan.deferred[0].hint


@pytest.mark.parametrize(
    "grant",
    [
        Grant("ann", "write", board_writes=False, scopes=None),
        Grant("ann", "write", scopes=("repo", "read:project")),
    ],
)
def test_a_board_that_can_only_be_looked_at(world: World, grant: Grant) -> None:
    """Told as one deferral with the number of changes; where nothing is due, nothing is told."""
    world.write(BOARD + FILE)
    world.sync()
    world.sandbox.tokens["looking"] = grant
    world.token = "looking"
    assert world.prepared().violations == ()
    assert world.plan().deferred == ()
    world.edit("priority: High", "priority: Low")
    prepared = world.prepared()
    assert [v.slug for v in prepared.violations] == ["board-not-writable"]
    (deferred,) = prepared.plan.deferred
    assert "2 changes would be due there" in deferred.reason
    assert of_kind(prepared.plan, ChangeKind.FIELD_VALUE) == []


def test_a_scope_that_cannot_make_a_board(world: World) -> None:
    """`read:project` finds no board and cannot make one: refused with the scope that it takes."""
    world.sandbox.tokens["looking"] = Grant("ann", "write", scopes=("repo", "read:project"))
    world.token = "looking"
    world.write(BOARD + FILE)
    prepared = world.prepared()
    assert [v.slug for v in prepared.violations] == ["board-out-of-reach"]
    assert "needs the scope project" in reasons(prepared.plan)[0]


@pytest.mark.parametrize(
    "grant", [Grant("ann", "read"), Grant("ann", "admin", scopes=("read:org",))]
)
def test_a_read_only_token_plans_and_does_not_sync(world: World, grant: Grant) -> None:
    """By its rights or by its scopes: the plan stands, a sync refuses before it sends."""
    world.sandbox.tokens["reader"] = grant
    world.token = "reader"
    world.write(FILE)
    prepared = world.prepared()
    assert prepared.plan.summary()["create"] == 3
    assert [v.slug for v in prepared.violations] == ["read-only"]


@pytest.mark.parametrize("first", ["label", "milestone", "issue"])
def test_a_fine_grained_token_that_may_not_write_stops_at_once(world: World, first: str) -> None:
    """Its owner may write, so that nothing shows it before: the first refusal ends the run."""
    world.sandbox.tokens["fine"] = Grant("ann", "write", scopes=None, read_only=True)
    world.token = "fine"
    milestone = ", milestone: M1" if first == "milestone" else ""
    kinds = "" if first == "label" else "kind_labels: false\n"
    world.write(f"stories: [{{id: a, title: A{milestone}}}, {{id: b, title: B}}]\n{kinds}")
    before = len(world.sandbox.log)
    applied = world.run()
    assert isinstance(applied.stopped, AccessError)
    assert "may not write to octo-org/widgets" in applied.stopped.message
    assert {outcome.result for outcome in applied.outcomes} == {Result.NOT_REACHED}
    assert sum(1 for entry in world.sandbox.log[before:] if entry.writes) == 1
    assert world.observe().issues == ()


# ---- a token for the board -------------------------------------------------------------------


def test_the_board_has_a_token_of_its_own(world: World) -> None:
    """Issues go with the workflow's token, the board with the second one; one run does it all."""
    world.sandbox.tokens["workflow"] = Grant(
        "github-actions[bot]", "write", projects=False, repositories=(REPOSITORY,), scopes=None
    )
    world.token, world.project_token = "workflow", "board"
    world.sandbox.tokens["board"] = Grant("ann", "admin")
    world.write(BOARD + FILE)
    world.sync()
    issues = world.observe().issues
    assert [issue.author.login for issue in issues if issue.author] == ["github-actions[bot]"] * 3
    assert all(issue.card for issue in issues)
    events = world.sandbox.events
    who = {event.actor for event in events if event.action.startswith(("project_", "added_to"))}
    assert who == {"ann"}


def test_an_unchanged_run_with_two_tokens_takes_three_requests(world: World) -> None:
    """The repository, the board, its cards."""
    world.project_token = "board"
    world.write(BOARD + FILE)
    world.sync()
    before = len(world.sandbox.log)
    world.plan()
    assert [entry.operation for entry in world.sandbox.log[before:]] == [
        "Overview",
        "Board",
        "BoardItems",
    ]


def test_a_board_token_that_is_wrong_says_which_one(world: World) -> None:
    """The hint names the variable that holds it."""
    world.project_token = "bad-token"
    world.write(BOARD + FILE)
    with pytest.raises(AccessError) as caught:
        world.plan()
    assert "BACKLOG_PROJECT_TOKEN" in (caught.value.hint or "")


def test_a_read_only_run_writes_with_neither_token(world: World) -> None:
    """The transport refuses mutations for both."""
    from backlog_sync.core.operations import AddCard  # noqa: PLC0415 - for this test alone

    world.project_token = "board"
    with pytest.raises(RefusedError, match="must not write"):
        list(world.tracker(read_only=True).apply([AddCard("P_1", "I_1")]))
