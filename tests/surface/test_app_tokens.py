"""A sync as a GitHub App that takes hours: each token is good for one, and none runs out."""

from backlog_sync.github_api.app_auth import AppKey
from tests.app_keys import pem, public
from tests.surface.conftest import BOARD, World

STORIES = 12


def test_a_sync_outlives_the_hour_of_a_token(world: World) -> None:
    """Issues, REST and the board go on with a new token; nothing is refused or made twice."""
    app = world.sandbox.apps.register(12, public(), slug="planner")
    world.sandbox.apps.install(app, "octo-org")
    world.token = AppKey("12", pem())
    stories = "".join(
        f"      - {{id: s{n}, title: Story {n}, milestone: Spring, story_points: {n}}}\n"
        for n in range(STORIES)
    )
    world.write(
        f"{BOARD}milestones:\n  - {{title: Spring, due: 2027-03-31}}\n"
        f"epics:\n  - id: e\n    title: Epic\n    stories:\n{stories}"
    )
    world.sandbox.latency = 900.0  # every answer takes a quarter of an hour
    began = world.now
    world.sync()
    assert world.now - began > 2 * 3600
    issued = world.sandbox.apps.issued
    assert len(issued) > 2
    assert {entry.status for entry in world.sandbox.log} == {200, 201}
    assert len(world.observe().issues) == STORIES + 1
    assert world.plan().summary()["create"] == 0
    bot = world.sandbox.store.accounts["planner[bot]"]
    home = world.sandbox.repository("octo-org/widgets")
    assert {i.author for i in world.sandbox.store.issues[home.id].values()} == {bot.id}
