"""Board fields with several options: sync does not set them yet, so they are deferred."""

from tests.surface.conftest import World, reasons

FILE = """\
project:
  owner: octo-org
  title: Widgets
  views: []
  fields:
    Areas: {type: multi_select, options: [web, api]}
stories:
  - {id: a, title: A, Areas: [web, api]}
  - {id: b, title: B, Areas: web}
"""


def test_a_multi_select_field_is_one_deferred_line(world: World) -> None:
    """Everything else is synced, and nothing is said twice."""
    world.write(FILE)
    plan = world.plan()
    (reason,) = reasons(plan)
    assert "several options of a board field" in reason
    assert [d.key for d in plan.deferred] == ["Areas"]
    world.sync()
    assert [i.title for i in world.observe().issues] == ["A", "B"]
