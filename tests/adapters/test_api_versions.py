"""The version of the REST API: named in every request, and both versions are read."""

import pytest

from backlog_sync.core.lookups import Questions
from backlog_sync.core.operations import CreateMilestone, Overwrite, UpdateMilestone
from backlog_sync.engine.ports import ReadScope
from backlog_sync.errors import RefusedError
from backlog_sync.github_api.transport import API_VERSION
from github_sandbox.actors import Person
from github_sandbox.api_versions import FIRST, SECOND
from github_sandbox.features import Features
from github_sandbox.messages import Request, Response
from tests.adapters.fake_server import FakeServer, Reply
from tests.adapters.test_with_sandbox import REPOSITORY, World, run


class Watch:
    """Remembers the requests that a sandbox gets, and answers none of them."""

    def __init__(self) -> None:
        self.seen: list[Request] = []

    def accepts(self, request: Request) -> bool:
        """Note the request."""
        self.seen.append(request)
        return False

    def respond(self, *_: object) -> Response:
        """Never called."""
        raise AssertionError


def use_rest(world: World) -> None:
    """Send each kind of request that goes to REST: issues, milestones."""
    ada = Person(world.sandbox, "ada", repository=REPOSITORY)
    ada.assign(ada.open_issue("Found").number, "ada")
    world.sandbox.ensure_repository("octo-org/other")
    ada.transfer(ada.open_issue("Moved").number, "octo-org/other")
    tracker = world.tracker()
    state = tracker.observe(ReadScope())
    assert tracker.conversation(1) == state.issues[0].id
    gone = Questions(missing=(f"{REPOSITORY}#2", f"{REPOSITORY}#9"))
    found = tracker.look_up(state, gone)
    assert found.elsewhere[f"{REPOSITORY}#2"].repository == "octo-org/other"
    assert found.unreachable == {f"{REPOSITORY}#9": "there is none of this number"}
    (milestone,) = run(tracker, CreateMilestone("M0", "2026-03-31", "Start"))
    assert milestone.number
    due = Overwrite("2026-03-31", None)
    run(tracker, UpdateMilestone(milestone.id or "", milestone.number, due))
    (read,) = tracker.observe(ReadScope()).milestones
    assert (read.title, read.due) == ("M0", None)


@pytest.mark.parametrize("versions", [(FIRST,), (SECOND,), (FIRST, SECOND)])
def test_answers_of_each_version_are_read(versions: tuple[str, ...]) -> None:
    """Whatever the server speaks; one that refuses ours is asked for its own, once."""
    world, watch = World(), Watch()
    world.sandbox.mounted = (watch,)
    world.sandbox.features = Features(api_versions=versions)
    use_rest(world)
    named = [request.header("X-GitHub-Api-Version") for request in watch.seen]
    assert named[0] == API_VERSION
    assert set(named[1:]) == ({API_VERSION} if API_VERSION in versions else {None})
    refused = [entry.index for entry in world.sandbox.log if entry.status == 400]
    assert refused == ([] if API_VERSION in versions else [1])


def test_a_write_that_is_refused_for_its_version_is_sent_again_without_one() -> None:
    """Nothing was executed; one milestone is created."""
    world = World()
    world.sandbox.features = Features(api_versions=(SECOND,))
    run(world.tracker(), CreateMilestone("M0"))
    assert [entry.status for entry in world.sandbox.log] == [400, 201]
    assert len(world.observe(None).milestones) == 1


def test_other_refusals_are_not_repeated(server: FakeServer) -> None:
    """A 400 for another reason ends the run; only one that names the header is about versions."""
    server.answers(Reply({"message": "Problems parsing JSON"}, 400))
    with pytest.raises(RefusedError, match="Problems parsing JSON"):
        server.tracker().observe(ReadScope())
    assert server.seen[0].headers["X-GitHub-Api-Version"] == API_VERSION
