"""Put the simulator into the state that a case about nodes and their errors begins with.

The cases ask for a discussion, or a comment on one, by its id: right, wrong, and as another type.
"""

from typing import Final

from github_sandbox.actors import Person
from tests.recordings.exchanges import Case
from tests.recordings.world import World, date_of

_HOME: Final = "somebody/something"
"""The repository: the cases show none."""


def asks_for_nodes(case: Case) -> bool:
    """Return whether a case consists of such requests."""
    return all("node(id: $id)" in each.query for each in case.exchanges)


def seed(case: Case) -> World:
    """Return a simulator with what the case asks for."""
    moment = next(filter(None, (date_of(each.headers) for each in case.exchanges)))
    world = World.at(moment)
    world.log_in("somebody")
    world.sandbox.ensure_repository(_HOME)
    person = Person(world.sandbox, "somebody", repository=_HOME)
    for exchange in case.exchanges:
        asked, shown = exchange.request["variables"]["id"], exchange.body["data"]["node"]
        if shown is None or asked in world.nodes:
            continue
        discussion = person.start_discussion(shown.get("title", "A question"), "Is there a way?")
        node = discussion if asked.startswith("D_") else person.discuss(discussion, "There is.")
        world.same({"id": asked}, {"id": node.node_id})
    return world
