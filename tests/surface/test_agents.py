"""Agents as assignees: only by name, one per run, by users, and never twice."""

from pathlib import Path

import pytest

import backlog_sync
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.plan import Plan, Result
from backlog_sync.core.planner import build_plan
from backlog_sync.engine.reconcile import observe_and_plan
from github_sandbox import faults
from github_sandbox.access import Grant
from github_sandbox.faults import Fault, FaultPlan
from github_sandbox.features import Features
from github_sandbox.messages import Request, Response
from github_sandbox.models import Account
from tests.surface.conftest import World, reasons

AGENT = "copilot-swe-agent"
ALLOWED = f"agents: [{AGENT}]\n"
FILE = f"stories:\n  - {{id: a, title: A, assignees: [ann, {AGENT}]}}\n"


@pytest.fixture
def agents(world: World) -> World:
    """A repository in which an agent can be assigned, and an issue for each item."""
    world.sandbox.ensure_agent(AGENT)
    world.write("stories: [{id: a, title: A}, {id: b, title: B}, {id: c, title: C}]\n")
    world.sync()
    return world


def assigned(world: World, number: int = 1) -> list[str]:
    """Everybody who is assigned to an issue, agents too."""
    store = world.sandbox.store
    return [store.get(Account, n).login for n in world.ann.issue(number).assignees]


def sessions(world: World) -> int:
    """How often an agent began to work."""
    agent = world.sandbox.store.accounts[AGENT].id
    return sum(world.ann.issue(n).assignments.count(agent) for n in (1, 2, 3))


def all_items(names: str = f"[{AGENT}]") -> str:
    """Three items with these assignees."""
    return "stories:\n" + "".join(
        f"  - {{id: {n}, title: {n.upper()}, assignees: {names}}}\n" for n in "abc"
    )


def deferred(plan: Plan) -> list[tuple[str, str, str]]:
    """What is deferred: key, reason, remedy."""
    return [(d.key, d.reason, d.hint) for d in plan.deferred if d.kind is ChangeKind.ISSUE]


def test_an_agent_that_is_not_named_in_the_settings_is_held(agents: World) -> None:
    """People are assigned; the plan says what allowing it takes, and nothing is sent for it."""
    agents.write(FILE)
    plan = agents.plan()
    assert deferred(plan) == [
        (
            "a",
            f"{AGENT} has the name of an agent, and assigning one starts paid work",
            f"to allow that, add `agents: [{AGENT}]` to the settings of the file",
        )
    ]
    agents.sync()
    assert assigned(agents) == ["ann"]
    agents.sandbox.ensure_agent("claude")
    agents.edit(f", {AGENT}]", ", claude]")
    agents.edit("stories:", f"{ALLOWED}stories:")
    assert reasons(agents.plan()) == ["claude is an agent, and assigning it starts paid work"]


def test_only_what_is_about_agents_asks_for_the_preview(
    agents: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub shows agents only with a header; it is sent with two documents, if `agents` is set."""
    seen: list[tuple[bool, bool]] = []
    handle = agents.sandbox.handle

    def watched(request: Request) -> Response:
        names = (request.header("GraphQL-Features") or "").split(",")
        text = request.body.decode()
        needed = "suggestedActors" in text or "addAssigneesToAssignable" in text
        seen.append((needed, "issues_copilot_assignment_api_support" in names))
        return handle(request)

    monkeypatch.setattr(agents.sandbox, "handle", watched)
    agents.write(FILE)
    agents.sync()
    assert any(needed for needed, _ in seen)
    assert not any(asked for _, asked in seen)
    seen.clear()
    agents.write(ALLOWED + FILE)
    agents.sync()
    assert [asked for needed, asked in seen if needed].count(True) >= 2
    assert all(needed == asked for needed, asked in seen)


def test_an_agent_is_assigned_once(agents: World) -> None:
    """By addAssigneesToAssignable, although GitHub's list of people does not show it."""
    agents.write(ALLOWED + FILE)
    plan = agents.plan()
    assert [w.message for w in plan.warnings] == [
        f"assigns 1 agent: paid work begins ({AGENT} on #1)"
    ]
    assert plan.in_force["agents"] == [AGENT]
    agents.sync()
    assert assigned(agents) == ["ann", AGENT]
    assert agents.issue("A").assignees == ("ann",)
    assert agents.plan().warnings == ()


@pytest.mark.parametrize("owner", ["github", "file"])
def test_an_agent_that_people_removed_is_not_assigned_again(agents: World, owner: str) -> None:
    """Whoever owns the field: its work would begin anew."""
    agents.write(f"ownership: {{assignees: {owner}}}\n" + ALLOWED + FILE)
    agents.sync()
    agents.ann.unassign(1, AGENT)
    agents.sync()
    assert assigned(agents) == ["ann"]


@pytest.mark.parametrize("owner", ["github", "file"])
def test_an_agent_that_a_person_replaced_does_not_come_back(agents: World, owner: str) -> None:
    """The person stays; if the file drops the agent and names it again, the plan says so."""
    agents.write(f"ownership: {{assignees: {owner}}}\n" + ALLOWED + FILE)
    agents.sync()
    agents.ann.unassign(1, AGENT)
    agents.ann.assign(1, "bob")
    agents.edit("title: A", "title: Another A")
    agents.sync()
    assert assigned(agents) == ["ann", "bob"]
    agents.edit(f", {AGENT}]", "]")
    agents.sync()
    agents.edit("assignees: [ann", f"assignees: [ann, {AGENT}")
    assert [w.message for w in agents.plan().warnings] == [
        f"{AGENT} on #1 was assigned before and is not assigned again, because that starts paid"
        " work"
    ]
    agents.sync()
    assert assigned(agents) == ["ann", "bob"]
    assert agents.plan().warnings == ()
    assert sessions(agents) == 1


def test_an_agent_that_a_person_assigned_before_is_not_assigned_again(agents: World) -> None:
    """It has done its work before the file names it."""
    agents.ann.assign(1, AGENT)
    agents.ann.unassign(1, AGENT)
    agents.write(ALLOWED + all_items())
    assert [w.message for w in agents.plan().warnings] == [
        f"{AGENT} on #1 was assigned before and is not assigned again, because that starts paid"
        " work",
        f"assigns 1 agent: paid work begins ({AGENT} on #2)",
    ]
    agents.run()
    assert [assigned(agents, n) for n in (1, 2, 3)] == [[], [AGENT], []]
    agents.run()
    assert sessions(agents) == 3


def test_an_agent_that_the_file_no_longer_names_stays(agents: World) -> None:
    """It was assigned for its work, which may still go on."""
    agents.write("ownership: {assignees: file}\n" + ALLOWED + FILE)
    agents.sync()
    agents.edit(f"[ann, {AGENT}]", "[ann]")
    agents.sync()
    assert assigned(agents) == ["ann", AGENT]


def test_agents_that_github_lists_among_people(agents: World) -> None:
    """Nothing depends on whether it does: the next runs are silent, and the agent stays."""
    agents.write("ownership: {assignees: file}\n" + ALLOWED + FILE)
    agents.sync()
    agents.sandbox.store.accounts[AGENT].is_agent = False  # listed from now on
    assert agents.issue("A").assignees == ("ann", AGENT)
    assert (agents.plan().changes, agents.plan().drift) == ((), ())
    agents.edit(f"[ann, {AGENT}]", "[ann]")
    agents.sync()
    assert assigned(agents) == ["ann", AGENT]


@pytest.mark.parametrize("fault", [faults.answer_lost(), faults.not_delivered(), faults.timeout()])
@pytest.mark.parametrize("write", [1, 2])
def test_a_lost_answer_assigns_no_second_time(agents: World, fault: Fault, write: int) -> None:
    """Whichever request it hits: once assigned, in that run or the next, and silent then."""
    agents.write(ALLOWED + f"stories:\n  - {{id: a, title: A, assignees: [{AGENT}]}}\n")
    agents.sandbox.faults = FaultPlan({write: fault}, writes_only=True)
    before = len(agents.sandbox.events)
    agents.run()
    agents.sync()
    assert assigned(agents) == [AGENT]
    deeds = [event.action for event in agents.sandbox.events[before:]]
    assert deeds.count("assigned") == 1
    assert sessions(agents) == 1


def test_one_agent_per_run(agents: World) -> None:
    """The others are deferred and told; with all of them allowed, all are counted."""
    agents.write(ALLOWED + all_items())
    plan = agents.plan()
    assert [(key, reason) for key, reason, _ in deferred(plan)] == [
        ("b", "one agent is assigned per run"),
        ("c", "one agent is assigned per run"),
    ]
    every = build_plan(agents.desired(), agents.prepared().observed, PlanOptions(all_agents=True))
    assert [w.message for w in every.warnings] == [
        f"assigns 3 agents: paid work begins ({AGENT} on #1, {AGENT} on #2, {AGENT} on #3)"
    ]
    for number in (1, 2, 3):
        agents.run()
        assert [assigned(agents, n) for n in (1, 2, 3)] == [
            [AGENT] if n <= number else [] for n in (1, 2, 3)
        ]
    agents.sync()


def test_a_run_about_one_item_assigns_its_agent(agents: World) -> None:
    """Those of other items do not count."""
    agents.write(ALLOWED + all_items())
    prepared = observe_and_plan(
        agents.desired(), agents.tracker(read_only=True), PlanOptions(only=("c",))
    )
    assert deferred(prepared.plan) == []
    assert [w.message for w in prepared.plan.warnings if w.slug == "agents"] == [
        f"assigns 1 agent: paid work begins ({AGENT} on #3)"
    ]


def test_a_new_issue_gets_its_agent_in_the_next_run(world: World) -> None:
    """It can be looked at first; it is created without one."""
    world.sandbox.ensure_agent(AGENT)
    world.write(ALLOWED + FILE)
    assert reasons(world.plan()) == [f"{AGENT} is assigned once the issue exists"]
    world.run()
    assert assigned(world) == ["ann"]
    world.sync()
    assert assigned(world) == ["ann", AGENT]


def test_what_is_done_gets_no_agent(agents: World) -> None:
    """An agent would begin to work on it."""
    agents.write(ALLOWED + FILE.replace("title: A", "title: A, status: Done"))
    assert reasons(agents.plan()) == [f"{AGENT} is not assigned to what is done"]
    agents.sync()
    assert assigned(agents) == ["ann"]


def test_an_app_cannot_assign_an_agent(agents: World) -> None:
    """The plan says so; the server would refuse it, and does."""
    agents.sandbox.tokens["app"] = Grant("planner[bot]", "write", scopes=None)
    agents.token = "app"
    agents.write(ALLOWED + FILE)
    ((_, reason, hint),) = deferred(agents.plan())
    assert reason == f"{AGENT} can be assigned only with the token of a user, not of an App"
    assert "token of the user" in hint
    agents.sync()
    assert assigned(agents) == ["ann"]


def test_a_server_without_agents_lists_people(agents: World) -> None:
    """As before: an agent cannot be assigned there, and the plan says so."""
    agents.sandbox.features = Features(suggested_actors=False)
    agents.write(ALLOWED + FILE)
    assert reasons(agents.plan()) == [f"{AGENT} cannot be assigned in octo-org/widgets"]
    agents.sync()
    assert assigned(agents) == ["ann"]


def test_an_agent_that_is_gone_by_then_is_told(agents: World) -> None:
    """Switched off between plan and sync: nothing claims that it was assigned."""
    agents.write(ALLOWED + FILE)
    prepared = agents.prepared()
    agents.sandbox.store.accounts[AGENT].is_agent = False
    from backlog_sync.engine.apply import apply  # noqa: PLC0415 - for this test alone
    from tests.engine.memory import Watcher  # noqa: PLC0415 - the same

    applied = apply(prepared, agents.tracker(), nonces=lambda: "0" * 16, progress=Watcher())
    (outcome,) = [o for o in applied.outcomes if "assignees" in o.change.fields]
    assert (outcome.result, outcome.reason) == (Result.FAILED, "GitHub did not set: assignees")


def test_no_document_replaces_the_actors_of_an_issue() -> None:
    """That mutation takes everybody away whom it does not name."""
    package = Path(backlog_sync.__file__).parent
    texts = [p.read_text("utf-8") for kind in ("*.graphql", "*.py") for p in package.rglob(kind)]
    assert any("addAssigneesToAssignable" in text for text in texts)
    assert not any("replaceActorsForAssignable" in text for text in texts)
