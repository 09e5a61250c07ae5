"""Histories in which the tool is upgraded: each thing has exactly one issue, whatever it is called.

An older reading gives things keys, kinds and titles of its own; the newer one gives better ones.
Between syncs of the one and the other people edit the file, sort it, and add to it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.marker import READER
from tests.surface.conftest import World

NAMES = (
    "Lockers", "Doors", "Paint the walls", "Heating", "A roof", "Windows", "Lamps", "Stairs",
)  # fmt: skip
WORSE = ("{}", "{} — COMPLETE", "{} (soon)", "Story {n}: {}", "{} for all of the house", "✅ {}")
KINDS = ("features", "stories", "tasks")


@dataclass
class Plan:
    """Things below two epics, as people wrote them; the reading is what differs."""

    dice: random.Random
    things: list[list[str]] = field(default_factory=lambda: [[], []])
    words: dict[str, str] = field(default_factory=dict)

    def add(self, name: str) -> None:
        """Write another thing down."""
        below = self.dice.choice(self.things)
        below.insert(self.dice.randint(0, len(below)), name)
        self.words[name] = self.dice.choice(WORSE).format(name, n=len(self.words) + 1)

    def as_read(self, *, older: bool, kind: str, base: int) -> str:
        """Give the items as YAML; the older reading keeps what stands around a title."""
        lines = ["epics:"]
        count = base
        for number, below in enumerate(self.things, 1):
            lines += [f"  - id: epic-{number}", f"    title: Part {number} of the house"]
            lines += [f"    {kind}:"] if below else []
            for name in below:
                count += 1
                title = self.words[name] if older else name
                lines.append(f'      - {{id: {kind[:4]}-{count}, title: "{title}"}}')
        return "\n".join(lines) + "\n"


def forget_the_version(world: World) -> None:
    """Make all markers those of a version that had no version of the reading."""
    for issue in world.observe().issues:
        assert f'"r":{READER}' in issue.body
        world.ann.edit(issue.number, body=issue.body.replace(f',"r":{READER}', ""))


def titles(world: World) -> Iterator[tuple[int, str]]:
    """Every issue with its title."""
    for issue in world.observe().issues:
        yield issue.number, issue.title


@pytest.mark.parametrize("seed", range(40))
def test_each_thing_has_one_issue_across_an_upgrade(tmp_path: Path, seed: int) -> None:
    """Nothing that had an issue gets a second one, and none is left over; what is held is told."""
    dice = random.Random(seed)
    names = dice.sample(NAMES, len(NAMES))
    plan, world = Plan(dice), World(tmp_path)
    for name in names[:5]:
        plan.add(name)
    world.write(plan.as_read(older=True, kind="stories", base=0))
    world.sync()
    if dice.random() < 0.5:
        plan.add(names[5])
        world.write(plan.as_read(older=True, kind="stories", base=0))
        world.sync()
    before = dict(titles(world))
    forget_the_version(world)
    kind, base = dice.choice(KINDS), dice.choice((0, 0, 1, 10))
    world.write(plan.as_read(older=False, kind=kind, base=base))
    prepared = world.prepared()
    assert (prepared.plan.orphans, prepared.plan.unread) == ((), ())
    world.run()
    held = {note.title for note in prepared.plan.conflicts}
    assert dict(titles(world)).keys() == before.keys()
    for number, title in titles(world):
        (thing,) = [name for name in (*names, "house") if name in before[number]][:1]
        assert thing in title
        assert thing == "house" or title == thing or thing in held
    plan.add(names[6])
    world.write(plan.as_read(older=False, kind=kind, base=base))
    for _ in range(2):
        world.run()
    assert len(dict(titles(world))) == len(before) + 1


def test_the_first_sync_after_an_upgrade_writes_nothing_for_the_version(tmp_path: Path) -> None:
    """Nor do the next ones; what is written for another reason says it."""
    world = World(tmp_path)
    world.write("stories:\n  - {id: a, title: Doors}\n  - {id: b, title: Walls}\n")
    world.sync()
    forget_the_version(world)
    assert world.mutations(world.run) == 0
    world.edit("title: Walls", "title: High walls")
    world.sync()
    readers = {
        issue.title: marker.reader
        for issue in world.observe().issues
        if (marker := body_block.split(issue.body).marker)
    }
    assert readers == {"Doors": 0, "High walls": READER}
