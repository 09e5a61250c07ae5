"""Laws of reading with a cache, whatever it says: nothing is created twice, and nothing is hidden.

Histories of people, of runs on machines with and without the cache, and of what becomes of the
cache's file: it is lost, cut, old, of another repository, of a clock that is wrong, or forged.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.changes import AdoptIssue, CreateIssue
from backlog_sync.core.model import DesiredState
from backlog_sync.engine.apply import apply
from backlog_sync.engine.reconcile import Prepared, observe_and_plan
from backlog_sync.github_api import issues as issues_module
from backlog_sync.github_api.reader import PageSize
from backlog_sync.github_api.session import connect
from backlog_sync.local.cache import FileCache
from github_sandbox.actors import Person
from tests.core.builders import desired, item
from tests.engine.memory import Watcher
from tests.faults.harness import FULL, OTHER, REPOSITORY, Machine, World
from tests.sandbox_adapter import SandboxAdapter

HISTORIES, STEPS = 1_000 if FULL else 14, 8


@contextmanager
def pages_of(count: int) -> Iterator[None]:
    """Have pages with so many issues, so that small repositories have many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(issues_module, "PAGE", count)
        patch.setattr(issues_module, "_LONG", 2)
        patch.setattr(PageSize.__init__, "__defaults__", (count,))
        yield


@dataclass
class History:
    """A repository with issues of others, a backlog without numbers, and a cache of it.

    `honest` is whether only the tool wrote the cache. `used` counts the plans that used it.
    """

    random: random.Random
    folder: Path
    world: World = field(init=False)
    machine: Machine = field(init=False)
    wanted: DesiredState = field(init=False)
    honest: bool = True
    ahead: float = 0.0
    used: int = 0
    new: int = 4
    copies: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world = World(self.folder)
        self.machine = self.world.machine()
        self.ann = Person(self.world.sandbox, "ann", permission="admin", repository=REPOSITORY)
        for n in range(20):
            self.ann.open_issue(f"Somebody's issue {n}", "It does not work.")
        self.world.clock.sleep(86_400)
        self.wanted = desired(*[item(f"i{n}", f"Item {n}") for n in range(self.new)])
        self.machine.sync(self.wanted)

    @property
    def file(self) -> Path:
        """The file of the cache."""
        return self.folder / "cache.json"

    def plan(self, *, cached: bool, machine: Machine | None = None) -> tuple[Prepared, object]:
        """Observe and plan, with what the cache has or with everything listed."""
        machine = machine or self.machine
        tracker = connect(
            api_url="http://127.0.0.1",
            repository=REPOSITORY,
            token="a-token",
            read_only=False,
            adapter=SandboxAdapter(self.world.sandbox),
            clock=machine.now,
            sleep=machine.sleep,
        )
        memory = FileCache(self.file, lambda: machine.now() + self.ahead)
        with pages_of(4 if cached else 100):
            prepared = observe_and_plan(
                self.wanted,
                tracker,
                journals=machine.journal,
                clock=machine,
                memory=memory if cached else None,
                cached=cached,
            )
        return prepared, tracker

    # ---- what happens ----------------------------------------------------------------------

    def some(self) -> int:
        """The number of an issue, of others or of the backlog."""
        place = self.world.sandbox.repository(REPOSITORY)
        return self.random.choice(sorted(self.world.sandbox.store.issues[place.id]))

    def marked(self) -> list[int]:
        """The numbers of issues with a marker."""
        place = self.world.sandbox.repository(REPOSITORY)
        found = self.world.sandbox.store.issues[place.id].items()
        return [number for number, issue in found if body_block.split(issue.body).marker]

    def step(self) -> None:
        """Something happens."""
        acts: list[Callable[[], object]] = [
            lambda: self.world.clock.sleep(
                self.random.choice([60.0, 3_600.0, 86_400.0, 700_000.0])
            ),
            lambda: self.ann.comment(self.some(), "Any news?"),
            lambda: self.ann.open_issue("Another issue", "Please help."),
            self.elsewhere,
            self.strip,
            self.copy,
            self.delete,
            self.move_here,
            self.add,
            self.remove,
            self.spoil,
            self.forge,
            self.set_clock,
        ]
        self.random.choice(acts)()

    def elsewhere(self) -> None:
        """Another machine syncs, and knows nothing of the cache."""
        machine = self.world.machine()
        prepared, tracker = self.plan(cached=False, machine=machine)
        self.finish(prepared, tracker)

    def strip(self) -> None:
        """Somebody edits a marker away."""
        if marked := self.marked():
            self.ann.edit(self.random.choice(marked), body="Rewritten.")

    def copy(self) -> None:
        """Somebody copies an issue with its marker."""
        if marked := self.marked():
            original = self.ann.issue(self.random.choice(marked))
            self.ann.open_issue(original.title, original.body)

    def delete(self) -> None:
        """Somebody deletes an issue."""
        self.ann.delete(self.some())

    def move_here(self) -> None:
        """An issue with a marker is moved here from another repository."""
        if marked := self.marked():
            original = self.ann.issue(self.random.choice(marked))
            there = Person(self.world.sandbox, "ann", permission="admin", repository=OTHER)
            made = there.open_issue(original.title, original.body)
            self.world.clock.sleep(7_200)
            there.transfer(made.number, REPOSITORY)

    def add(self) -> None:
        """The files get an item."""
        new = item(f"i{self.new}", f"Item {self.new}")
        self.new += 1
        self.wanted = replace(self.wanted, items=(*self.wanted.items, new))

    def remove(self) -> None:
        """The files lose an item, but never all of them."""
        kept = list(self.wanted.items)
        if len(kept) > 2:
            kept.remove(self.random.choice(kept))
        self.wanted = replace(self.wanted, items=tuple(kept))

    def spoil(self) -> None:
        """The file of the cache is lost, cut, or an older one."""
        if not self.file.is_file():
            return
        data = self.file.read_bytes()
        self.copies.append(data)
        cut = data[: self.random.randrange(len(data))]
        self.file.write_bytes(self.random.choice([b"", cut, *self.copies]))

    def forge(self) -> None:
        """Somebody writes into the cache whatever they like, in the right form."""
        if not self.file.is_file():
            return
        self.honest = False
        pick = self.random
        record = json.loads(self.file.read_bytes() or b"{}")
        known = record.get("issues") or {}
        forged = {
            "repository_id": known.get("repository_id", "R_1"),
            "numbers": [self.some() for _ in range(pick.randrange(8))] or known.get("numbers", []),
            "total": pick.choice([0, 24, 10**9]),
            "since": self.machine.now() - pick.choice([0, 3_600, 10**6]),
            "listed": self.machine.now(),
        }
        record["issues"] = {**known, **dict(pick.sample(sorted(forged.items()), 3))}
        self.file.write_text(json.dumps(record))

    def set_clock(self) -> None:
        """The clock of the machine with the cache is wrong from now on, or right again."""
        self.ahead = self.random.choice([0.0, 0.0, 5_000.0, -5_000.0, 10**7])

    # ---- what must hold --------------------------------------------------------------------

    def check(self) -> None:
        """Look with the cache and without; sync if that changes something."""
        seen, _ = self.plan(cached=True)
        everything, tracker = self.plan(cached=False)
        if seen.observed.coverage.cached:
            self.used += 1
            assert not any(isinstance(c, CreateIssue | AdoptIssue) for c in seen.plan.changes)
            if seen.plan.has_changes:
                with pytest.raises(AssertionError):
                    apply(seen, tracker, nonces=self.world.nonce, progress=Watcher())  # type: ignore[arg-type]
            if self.honest:
                for name in ("changes", "orphans", "conflicts", "drift", "deferred"):
                    assert getattr(seen.plan, name) == getattr(everything.plan, name), name
        self.finish(everything, tracker)
        assert self.created_twice() == []

    def finish(self, prepared: Prepared, tracker: object) -> None:
        """Apply a plan of everything, unless a guard refuses it."""
        if prepared.plan.has_changes and not prepared.violations:
            self.machine.finish(prepared, tracker)

    def created_twice(self) -> list[str]:
        """Keys of which the tool created more than one open issue: copies have the same nonce."""
        place = self.world.sandbox.repository(REPOSITORY)
        stored = self.world.sandbox.store.issues[place.id].values()
        markers = [body_block.split(i.body).marker for i in stored if i.state == "OPEN"]
        keys = Counter(key for key, _ in {(m.key, m.nonce) for m in markers if m})
        return [key for key, count in keys.items() if count > 1]


def test_no_cache_makes_a_duplicate_or_hides_anything(tmp_path: Path) -> None:
    """A plan from the cache creates nothing and cannot be applied; from our own it is the plan."""
    used = 0
    for seed in range(HISTORIES):
        history = History(random.Random(seed), tmp_path / str(seed))
        for _ in range(STEPS):
            history.step()
            try:
                history.check()
            except AssertionError as error:
                raise AssertionError(f"history {seed}") from error
        used += history.used
    assert used > HISTORIES * STEPS / 4, "most plans should use the cache"
