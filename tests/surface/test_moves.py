"""`pull` of moves: below another parent, out from below one, and among siblings."""

from pathlib import Path

import pytest

from tests.surface.conftest import REPOSITORY, World
from tests.surface.test_order import drag

YAML = """\
epics:
  - id: e
    title: E
    stories:
      # the first
      - id: a
        title: A    # kept
        description: |
          Two lines,

          and a third.
      - id: b
        title: B
  - id: f
    title: F
    features:
      - id: g
        title: G
        stories:
          - {id: c, title: C}
"""
MARKDOWN = f"""\
---
backlog: {{repository: {REPOSITORY}}}
---
# Roadmap

## Epic 1: E

### Story 1.1: A
**Points**: 3

Some words.

#### Notes

More.

### Story 1.2: B

## Epic 2: F

Words of F.

### Feature 2.1: G

#### Story 2.1.1: C
"""


def settled(world: World) -> None:
    """Nothing is left but records, and then nothing at all."""
    plan = world.plan()
    assert (plan.drift, plan.conflicts) == ((), ())
    assert [c for c in plan.changes if not c.is_refresh] == []
    world.sync()


def test_an_item_moves_to_its_new_parent_in_a_yaml_file(world: World) -> None:
    """Its lines and its comment as they are, deeper where the other list is; no other byte."""
    world.write(YAML)
    world.sync()
    text = world.text
    world.ann.put_below(world.issue("A").number, world.issue("G").number)
    assert world.pull() == []
    number = world.issue("A").number
    chunk = (
        "      # the first\n      - id: a\n        title: A    # kept\n"
        f"        issue: sandbox#{number}\n"
        "        description: |\n          Two lines,\n\n          and a third.\n"
    )
    assert chunk in text
    deeper = "".join(f"    {line}" if line.strip() else line for line in chunk.splitlines(True))
    assert world.text == text.replace(chunk, "") + deeper
    settled(world)
    assert world.below("G") == ["C", "A"]


def test_the_last_of_a_list_takes_the_list_along(world: World) -> None:
    """And a parent without such a list gets one."""
    world.write(YAML.replace("{id: c, title: C}", "id: c\n            title: C"))
    world.sync()
    world.ann.put_below(world.issue("C").number, world.issue("F").number)
    assert world.pull() == []
    assert world.text.count("stories:") == 2
    settled(world)
    assert world.below("F") == ["G", "C"]


def test_an_item_that_people_took_out_stands_below_none(world: World) -> None:
    """At the end of the file's own list of its kind."""
    world.write(YAML)
    world.sync()
    world.ann.take_out(world.issue("A").number)
    assert world.pull() == []
    assert "\nstories:\n  # the first\n  - id: a\n    title: A    # kept\n" in world.text
    settled(world)
    assert world.issue("A").parent is None


def test_siblings_are_sorted_in_a_yaml_file(world: World) -> None:
    """Each with its comments."""
    world.write(YAML)
    world.sync()
    drag(world, "A", "B")
    assert world.pull() == []
    assert world.text.index("id: b") < world.text.index("# the first") < world.text.index("id: a")
    settled(world)
    assert world.below("E") == ["B", "A"]


@pytest.fixture
def roadmap(tmp_path: Path) -> World:
    """The same items in a roadmap, which was synced."""
    world = World(tmp_path, name="ROADMAP.md")
    world.file.write_text(MARKDOWN)
    world.sync()
    return world


def test_a_heading_moves_with_its_section(roadmap: World) -> None:
    """All that is below it comes along, one level deeper."""
    roadmap.ann.put_below(roadmap.issue("A").number, roadmap.issue("G").number)
    assert roadmap.pull() == []
    text = roadmap.text
    assert text.index("Story 2.1.1: C") < text.index("\n#### Story 1.1: A\n")
    assert "\n##### Notes\n\nMore.\n" in text
    settled(roadmap)
    assert roadmap.below("G") == ["C", "A"]


def test_headings_are_sorted(roadmap: World) -> None:
    """Section by section."""
    drag(roadmap, "A", "B")
    assert roadmap.pull() == []
    assert roadmap.text.index("1.2: B") < roadmap.text.index("1.1: A")
    settled(roadmap)
    assert roadmap.below("E") == ["B", "A"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "epics: [{id: e, title: E, stories: [{id: a, title: A}, {id: b, title: B}]}]\n",
            "brackets",
        ),
        (
            "epics:\n  - {id: e, title: E, stories: [{id: a, title: A}, {id: b, title: B}]}\n",
            "brackets",
        ),
    ],
)
def test_what_cannot_be_moved_says_why(world: World, text: str, why: str) -> None:
    """The file stays as it is, and the drift too."""
    world.write(text)
    world.sync()
    before = world.text
    drag(world, "A", "B")
    (left,) = world.pull()
    assert why in left
    assert world.text == before
    assert [note.name for note in world.plan().drift] == ["order"]


def test_a_parent_that_is_no_item_is_left(world: World) -> None:
    """Someone else's issue cannot be named as a parent here."""
    theirs = world.ann.open_issue("Theirs")
    world.write(YAML)
    world.sync()
    world.ann.put_below(world.issue("A").number, theirs.number)
    (left,) = world.pull()
    assert f"{REPOSITORY}#{theirs.number} is not an item of these files" in left
