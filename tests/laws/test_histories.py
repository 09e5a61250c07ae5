"""Histories on the simulated GitHub, with all its quirks: people, files and syncs take turns.

Every history ends in peace: the second of two syncs in a row reports no change, and what people
wrote outside of our block is there to the byte.
"""

import os
import random
from collections.abc import Callable  # noqa: TC003 - annotations of locals read better whole
from dataclasses import replace

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.changes import Plan
from backlog_sync.core.fields import Owner
from backlog_sync.core.model import Block, BoardValue, DesiredItem, DesiredState
from backlog_sync.core.options import PlanOptions
from backlog_sync.sandbox.people import Person
from backlog_sync.sandbox.problems import RefusalError
from tests.engine.test_with_sandbox import World, backlog, roadmap

SEEDS = 1_000 if os.environ.get("BACKLOG_BARS") == "full" else 15
ROUNDS = 4
WORDS = ("Deploys", "Rolls back", "Tells why", "in an hour", "@ops", "#12", "für alle", "<!-- x")


class History:
    """One random history; `outside` is what people wrote around each block, as they see it."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.world = World()
        self.bob = Person(self.world.sandbox, "bob")
        self.items = list(roadmap())
        self.outside: dict[int, str] = {}

    @property
    def wanted(self) -> DesiredState:
        """The backlog as the file has it now."""
        return backlog(*self.items)

    # ---- the file ----------------------------------------------------------------------------

    def edit_file(self) -> None:
        """Somebody commits a change of the file."""
        place = self.dice.randrange(len(self.items))
        item = self.items[place]
        values: dict[str, BoardValue] = dict(item.board)
        match self.dice.randrange(7):
            case 0:
                item = self._with(item, title=f"{item.title} {self.dice.choice(WORDS)}")
            case 1:
                item = self._with(
                    item, labels=tuple(self.dice.sample(["story", "epic", "feature"], 2))
                )
            case 2:
                values["Story Points"] = self.dice.choice([1, 2.5, 8, None])
            case 3:
                values["Priority"] = self.dice.choice(["High", "Low", None])
            case 4:
                item = self._with(item, milestone=self.dice.choice(["M1", None]))
            case 5:
                item = self._with(item, state=self.dice.choice(["open", "completed"]))
            case _:
                item = replace(item, fields={**item.fields, "body": self._body(item)})
        self.items[place] = replace(item, board=values)

    def _with(self, item: DesiredItem, **fields: object) -> DesiredItem:
        return replace(item, fields={**item.fields, **fields})  # type: ignore[dict-item] # fields

    def _body(self, item: DesiredItem) -> Block:
        return item.block[::-1] if self.dice.random() < 0.3 else item.block[:1]

    # ---- people ------------------------------------------------------------------------------

    def work(self) -> None:
        """Somebody does something on a page."""
        numbers = sorted(self.world.sandbox.store.issues[self.bob.repository.id])
        number = self.dice.choice(numbers)
        acts: list[Callable[[int], object]] = [
            lambda n: self.bob.edit(n, title=f"  {self.dice.choice(WORDS)}  again "),
            lambda n: self.bob.close(n, self.dice.choice(["completed", "not_planned"])),
            self.bob.reopen,
            lambda n: self.bob.label(n, "bug"),
            lambda n: self.bob.unlabel(n, "story"),
            lambda n: self.bob.set_milestone(n, None),
            lambda n: self.bob.set_value(n, "Status", self.dice.choice(["Todo", "Done"])),
            lambda n: self.bob.set_value(n, "Story Points", self.dice.choice([13, None])),
            lambda n: self.bob.tick(n, "Works on staging", done=self.dice.random() < 0.8),
            self.write_around,
            self.write_inside,
            lambda n: self.bob.comment(n, "a word @all"),
            lambda n: self.bob.assign(n, "bob"),
        ]
        act: Callable[[int], object] = self.dice.choice(acts)
        try:
            act(number)
        except (RefusalError, ValueError, KeyError):
            return  # not possible there: no such box, no card, not closed

    def write_around(self, number: int) -> None:
        """Text above and below the block; the editor saves CRLF."""
        body = self.bob.issue(number).body.replace("\r\n", "\n")
        if body_block.split(body).marker is not None:
            words = self.dice.choice(("note", "- [ ] mine", "```\ncode"))
            self.bob.edit(number, body=f"above: {words}\n\n{body}\nbelow: {words}")

    def write_inside(self, number: int) -> None:
        """A line inside the block."""
        body = self.bob.issue(number).body.replace("\r\n", "\n")
        if body_block.BEGIN in body:
            line = f"- [x] by bob {self.dice.randrange(1000)}"
            self.outside[number] = line
            self.bob.edit(
                number, body=body.replace(body_block.BEGIN, f"{body_block.BEGIN}\n{line}")
            )

    # ---- a round -----------------------------------------------------------------------------

    def sync(self, options: PlanOptions) -> None:
        """Sync, and see that all around the blocks is as it was."""
        before = self._around()
        self.world.run(self.wanted, options=options)
        after = self._around()
        for number, (above, below) in before.items():
            now_above, now_below = after[number]
            assert now_above == above, number
            assert now_below.endswith(below), number
        for number, line in self.outside.items():
            assert line in self.bob.issue(number).body

    def _around(self) -> dict[int, tuple[str, str]]:
        found: dict[int, tuple[str, str]] = {}
        for number, issue in self.world.sandbox.store.issues[self.bob.repository.id].items():
            parts = body_block.split(issue.body)
            if parts.marker is not None:
                found[number] = (parts.before, parts.after)
        return found

    def settles(self, options: PlanOptions) -> Plan:
        """A second sync in a row: nothing is changed, refreshes of the base aside."""
        self.world.run(self.wanted, options=options)
        prepared, _, mutations = self.world.run(self.wanted, options=options)
        assert prepared.plan.changes == ()
        assert mutations == 0
        return prepared.plan


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_history_ends_in_peace(seed: int) -> None:
    """Nobody's words are lost on the way, and at its end there is nothing to do."""
    history = History(seed)
    history.world.sync(history.wanted)
    options = PlanOptions(on_conflict=history.dice.choice([None, Owner.FILE, Owner.GITHUB]))
    for _ in range(ROUNDS):
        for _ in range(history.dice.randrange(1, 5)):
            history.work()
        for _ in range(history.dice.randrange(3)):
            history.edit_file()
        history.sync(options)
    history.settles(options)
