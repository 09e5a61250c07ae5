"""Options stand on the board in the order that the file declares."""

import pytest

from backlog_sync.core.board_fields import in_declared_order
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.drift import find_drift
from backlog_sync.core.plan import Plan
from backlog_sync.render.canvas import Look
from backlog_sync.render.text import plan_text
from github_sandbox.features import Features
from tests.surface.conftest import World, of_kind, reasons

FILE = """\
project:
  owner: octo-org
  title: Widgets
  fields:
    Status: {type: single_select, options: [Todo, Blocked, In Progress, Done]}
    Size: {type: single_select, options: [S, M, L]}
stories:
  - {id: a, title: A, Size: M, status: Blocked}
  - {id: b, title: B, Size: L}
"""


def options(world: World, field: str) -> list[str]:
    """The options of a board field, in the board's order."""
    project = world.observe().project
    assert project is not None
    (found,) = [f for f in project.fields if f.name == field]
    return [option.name for option in found.options]


def values(world: World, field: str) -> list[object]:
    """The value of a field on each card."""
    return [i.card.values.get(field) for i in world.observe().issues if i.card]


def fields_of(plan: Plan) -> list[tuple[str, list[str]]]:
    """The changes of fields: which, and their parts."""
    return [(c.key, list(c.fields)) for c in of_kind(plan, ChangeKind.FIELD)]


@pytest.mark.parametrize(
    ("names", "declared", "ordered"),
    [
        ("A x B C", "A B C", "A x B C"),
        ("A B x C", "C B A", "C B x A"),
        ("x B y A z", "A B", "x A z B y"),
        ("a B", "b A", "B a"),
        ("x y", "A", "x y"),
        ("B A", "", "B A"),
    ],
)
def test_declared_order(names: str, declared: str, ordered: str) -> None:
    """What nobody declared stays behind its neighbor; what already is in order stays as it is."""
    assert in_declared_order(names.split(), declared.split()) == ordered.split()


def test_new_fields_and_the_built_in_status_have_the_declared_order(world: World) -> None:
    """A board that sync creates; a new card starts in the first option."""
    world.write(FILE.replace("[Todo, Blocked", "[Ideas, Todo, Blocked"))
    world.sync()
    assert options(world, "Status") == ["Ideas", "Todo", "Blocked", "In Progress", "Done"]
    assert options(world, "Size") == ["S", "M", "L"]
    assert values(world, "Status") == ["Blocked", "Ideas"]


def test_options_that_people_reorder_are_shown_and_set_back(world: World) -> None:
    """One difference of the field; nothing is lost, and undeclared options keep their neighbor."""
    world.write(FILE)
    world.sync()
    world.ann.order_options("Size", ["L", "S", "M"])
    prepared = world.prepared()
    plan = prepared.plan
    (note,) = plan.drift
    assert (note.key, note.name, note.observed) == ("Size", "order", ["L", "S", "M"])
    assert fields_of(plan) == [("Size", ["order"])]
    found = find_drift(plan, prepared.desired, prepared.observed)
    assert (found.counts["drift"], found.counts["pending"]) == (1, 0)
    text = plan_text(plan, Look(width=100))
    assert "L, S, M (order)" in text
    assert "S, M, L (order)" in text
    assert ["reorder them by hand" in reason for reason in world.pull()] == [True]
    world.sync()
    assert options(world, "Size") == ["S", "M", "L"]
    assert values(world, "Size") == ["M", "L"]


def test_an_option_is_inserted_where_the_file_has_it(world: World) -> None:
    """An order that only differs in undeclared options is left alone."""
    world.write(FILE)
    world.sync()
    world.edit("[S, M, L]", "[XS, S, L]")
    world.edit("Size: M", "Size: XS")
    plan = world.plan()
    assert fields_of(plan) == [("Size", ["options"])]
    world.sync()
    assert options(world, "Size") == ["XS", "S", "M", "L"]
    world.ann.order_options("Size", ["XS", "S", "L", "M"])
    assert world.plan().changes == ()


def test_a_server_without_ids_of_options_is_left_alone(world: World) -> None:
    """One deferred line, and nothing is sent: every card would lose its value."""
    world.write(FILE)
    world.sync()
    world.ann.order_options("Size", ["L", "S", "M"])
    world.sandbox.features = Features(option_ids=False)
    plan = world.plan()
    assert plan.changes == ()
    (reason,) = reasons(plan)
    assert "cannot keep the ids of options" in reason
    world.run()
    assert values(world, "Size") == ["M", "L"]
