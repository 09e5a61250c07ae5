"""`pull_requests`: the Status on the board follows pull requests and branches, and only forward."""

import pytest

from backlog_sync.core.changes import SetBoardValue
from backlog_sync.core.plan import Plan, Result
from github_sandbox.actors import Person
from tests.surface.conftest import REPOSITORY, World

TEXT = """\
pull_requests: {in_review: In Review, in_progress: In Progress}
project:
  owner: octo-org
  title: Widgets
  fields: {Status: {type: single_select, options: [Todo, In Progress, In Review, Done]}}
stories:
  - {id: a, title: A}
  - {id: b, title: B}
"""


@pytest.fixture
def synced(world: World) -> World:
    """Two stories on a board whose Status has the options that the settings name."""
    world.write(TEXT)
    sync(world)
    return world


def sync(world: World) -> None:
    """Sync; then the file has what GitHub knows, a sync may note that, and the next is silent."""
    outcomes = world.run().outcomes
    assert {o.result for o in outcomes} <= {Result.APPLIED}, outcomes
    again = world.run().outcomes
    assert all(o.change.is_refresh for o in again), again
    plan = world.plan()
    assert plan.changes == (), plan.changes
    assert (plan.drift, plan.conflicts) == ((), ())


def status(world: World, title: str) -> object:
    """The Status of an item's card."""
    card = world.issue(title).card
    observed = {i.title: i.card for i in world.observe().issues}[title] or card
    return observed.values.get("Status") if observed else None


def moves(plan: Plan) -> dict[str, tuple[object, str]]:
    """The values of Status that a plan sets, and why."""
    changes = [c for c in plan.changes if isinstance(c, SetBoardValue) and c.name == "Status"]
    return {change.key: (change.after, change.reason) for change in changes}


def number(world: World, title: str) -> int:
    """The number of an issue."""
    return world.issue(title).number


def test_a_status_is_written_in_the_run_that_restores_the_order_of_options(synced: World) -> None:
    """A card starts in the first option, of the order that the run leaves."""
    synced.ann.order_options("Status", ["In Review", "Todo", "In Progress", "Done"])
    synced.ann.open_pull_request("P", f"closes #{number(synced, 'A')}")
    synced.run()
    assert status(synced, "A") == "In Review"
    assert "status: In Review" in synced.text


def test_the_status_follows_a_pull_request(synced: World) -> None:
    """A branch means progress, a draft too, and a pull request that is ready means review."""
    synced.ann.link_branch(number(synced, "A"), "a-1")
    assert moves(synced.plan()) == {"a": ("In Progress", "work has started in branch a-1")}
    sync(synced)
    assert status(synced, "A") == "In Progress"
    pull = synced.ann.open_pull_request("P", f"closes #{number(synced, 'A')}", draft=True)
    sync(synced)
    assert status(synced, "A") == "In Progress"
    synced.ann.mark_ready(pull.number)
    assert moves(synced.plan()) == {"a": ("In Review", f"#{pull.number} is open for review")}
    sync(synced)
    assert status(synced, "A") == "In Review"
    assert "status: In Review" in synced.text
    synced.ann.merge(pull.number)
    sync(synced)
    assert status(synced, "A") == "Done"
    assert status(synced, "B") == "Todo"


def test_what_people_chose_stays(synced: World) -> None:
    """A card that people moved back stays there for this pull request, and moves for a new one."""
    pull = synced.ann.open_pull_request("P", f"closes #{number(synced, 'A')}")
    sync(synced)
    synced.ann.set_value(number(synced, "A"), "Status", "In Progress")
    sync(synced)
    assert status(synced, "A") == "In Progress"
    sync(synced)
    synced.ann.close(pull.number)
    sync(synced)
    synced.ann.open_pull_request("Q", f"closes #{number(synced, 'A')}")
    sync(synced)
    assert status(synced, "A") == "In Review"


def test_a_status_never_moves_back(synced: World) -> None:
    """A later option, and what the file itself says now, stay."""
    synced.ann.set_value(number(synced, "A"), "Status", "In Review")
    sync(synced)
    synced.ann.open_pull_request("P", f"closes #{number(synced, 'A')}", draft=True)
    sync(synced)
    assert status(synced, "A") == "In Review"
    synced.ann.open_pull_request("Q", f"closes #{number(synced, 'B')}")
    synced.edit("title: B, issue: sandbox#2", "title: B, status: In Progress, issue: sandbox#2")
    sync(synced)
    assert status(synced, "B") == "In Progress"


def test_a_strangers_pull_request_steers_nothing(synced: World) -> None:
    """Who may not write to the repository moves no card, whatever the text closes."""
    for login, permission in (("mallory", "read"), ("eve", "triage")):
        person = Person(synced.sandbox, login, permission=permission, repository=REPOSITORY)  # type: ignore[arg-type]  # a literal
        person.open_pull_request("Mine", f"closes #{number(synced, 'A')}", head=f"{login}:x")
    assert moves(synced.plan()) == {}
    assert synced.plan().changes == ()


def test_an_option_that_is_missing_is_said_once(world: World) -> None:
    """A status that the board does not have is one line with the remedy, and no failed run."""
    world.write(TEXT.replace("In Progress, In Review, Done", "In Progress, Done"))
    world.run()
    for title in "AB":
        world.ann.open_pull_request("P", f"closes #{number(world, title)}")
    plan = world.plan()
    (deferred,) = plan.deferred
    assert "no option 'In Review', which `pull_requests: in_review` names" in deferred.reason
    assert "declare the field with this option" in deferred.hint
    assert moves(plan) == {}


def test_pull_requests_are_not_read_without_the_setting(world: World) -> None:
    """A plan without the setting asks for none, and needs as many requests with it."""
    world.write(TEXT.partition("\n")[2])
    world.run()
    world.ann.open_pull_request("P", f"closes #{number(world, 'A')}")
    assert all(issue.pull_requests == () for issue in world.observe().issues)
    before = len(world.sandbox.log)
    world.plan()
    usual = len(world.sandbox.log) - before
    world.write(TEXT)
    before = len(world.sandbox.log)
    world.plan()
    assert len(world.sandbox.log) - before <= usual + 1  # who may write is asked once a run
