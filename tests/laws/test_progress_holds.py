"""Progress is a conversation: what people did last on GitHub holds, whatever became of the file.

Histories of one file and the people around it. Syncs write progress into a pull request that is
updated, merged, merged late or closed; reports are committed, or never; a clone is behind; the
author's own edits come in between. The file is a real one, read and written as on any day; GitHub
is kept in memory.
"""

import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backlog_sync.cli.write_back import Flow, flow_in, recorded_in
from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.normalize import hash_value
from backlog_sync.core.observed import ObservedIssue
from backlog_sync.core.plan import Result
from backlog_sync.core.pull import flow_back
from backlog_sync.core.states import observed_state
from backlog_sync.engine.apply import apply
from backlog_sync.engine.ports import ReadScope
from backlog_sync.engine.reconcile import observe_and_plan
from backlog_sync.files.load import Loaded, load
from tests.engine.memory import REPOSITORY, MemoryTracker, Watcher, nonces

FULL = os.environ.get("BACKLOG_BARS") == "full"
LAW = settings(
    max_examples=10_000 if FULL else 150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

FILE = f"""\
version: 1
repository: {REPOSITORY}
project:
  owner: octo-org
  title: Widgets
  fields:
    Sprint: {{type: iteration, start: 2026-01-05, duration: 14, count: 3}}
stories:
  - id: one
    title: One
    assignees: [ann]
    sprint: Sprint 1
    status: Todo
    acceptance_criteria:
      - {{text: alpha, done: false}}
      - {{text: beta, done: false}}
  - id: two
    title: Two
    assignees: []
    sprint: Sprint 2
    status: Todo
    acceptance_criteria:
      - {{text: alpha, done: false}}
"""
TITLES = ("One", "Two")


Field = tuple[str, ...]
"""Something of an issue that GitHub owns: its title, the field, and which part of it."""


class World:
    """GitHub, the file on the default branch, the one pull request, and one clone."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "backlog.yaml"
        self.tracker = MemoryTracker()
        self.nonce = nonces()
        self.main = self.synced = FILE
        self.proposed: tuple[str, str] | None = None
        """The text of the progress pull request, and of the branch that it was made from."""
        self.expected: dict[Field, object] = {}
        """What people did last on GitHub, or the author in the file where that was clear."""
        self.pending: dict[Field, object] = {}
        """What the author did since the last sync."""
        self.mixed: set[Field] = set()
        """What both sides did at once: who wins a conflict is another law's."""
        self.commit()
        self.commit()
        self.clone = self.origin = self.main
        self.stale = False
        """Whether a sync has read of progress what the clone does not know."""

    # ---- runs ------------------------------------------------------------------------------

    def load(self, text: str) -> Loaded:
        """Read a text as the backlog."""
        self.path.write_text(text)
        loaded = load([self.path], root=self.path.parent)
        assert not loaded.errors, (loaded.errors, text)
        return loaded

    def sync(self, text: str) -> str:
        """Sync a text; give what the run makes of it."""
        if told(text) != told(self.synced):
            self.stale = True
        self.synced = text
        loaded = self.load(text)
        assert loaded.desired is not None
        prepared = observe_and_plan(loaded.desired, self.tracker)
        takes = flow_back(prepared.plan, loaded.desired, prepared.observed).takes
        plan = recorded_in(loaded, prepared, takes)
        done = apply(
            replace(prepared, plan=plan), self.tracker, nonces=self.nonce, progress=Watcher()
        )
        assert all(outcome.result is Result.APPLIED for outcome in done.outcomes)
        flow = flow_in(loaded, loaded.desired, done.observed, takes, tracker=self.tracker)
        return _after(flow, text)

    def report(self, text: str) -> str:
        """Report on a text; give what the run makes of it."""
        loaded = self.load(text)
        assert loaded.desired is not None
        observed = self.tracker.observe(ReadScope.for_backlog(loaded.desired))
        return _after(flow_in(loaded, loaded.desired, observed, tracker=self.tracker), text)

    def commit(self) -> None:
        """Sync the branch, progress: commit."""
        self.main = self._sync_main()

    def propose(self) -> None:
        """Sync the branch, progress: pull-request. One with nothing to say leaves it as it is."""
        after = self._sync_main()
        if after != self.main:
            self.proposed = after, self.main

    def _sync_main(self) -> str:
        after = self.sync(self.main)
        for place, value in self.pending.items():
            assert self.stands(place) == value, (place, value)
            self.expected[place] = value
        self.pending.clear()
        return after

    def merge(self) -> None:
        """Merge the pull request; where the branch has moved on it conflicts, and is closed."""
        if self.proposed is not None and self.proposed[1] == self.main:
            self.main = self.proposed[0]
        self.proposed = None

    def close(self) -> None:
        """Close the pull request unmerged."""
        self.proposed = None

    def pull_clone(self) -> None:
        """Bring the clone up to date."""
        self.clone = self.origin = self.main
        self.stale = told(self.main) != told(self.synced) and bool(self.pending)

    def report_in_clone(self) -> None:
        """Report in the clone, and never commit."""
        self.clone = self.report(self.clone)

    def sync_clone(self) -> None:
        """Sync from the clone, which is behind. What a sync has read there is committed.

        A clone of which a sync elsewhere has read more is no longer told from an author's edit:
        there the command warns, and asks.
        """
        if self.stale or self.pending:
            return
        if told(self.clone) != told(self.synced):
            if self.origin != self.main:
                return
            self.main = self.clone
        self.clone = self.sync(self.clone)
        self.stale = False

    def report_on_branch(self) -> None:
        """Report on the branch, and commit."""
        self.main = self.report(self.main)

    # ---- people ------------------------------------------------------------------------------

    def issue(self, title: str) -> ObservedIssue:
        """An issue as it stands."""
        return self.tracker.by_title(title)

    def stands(self, place: Field) -> object:
        """What GitHub says."""
        title, name, *part = place
        issue = self.issue(title)
        match name:
            case "state":
                return observed_state(issue)
            case "tick":
                return f"- [x] {part[0]}" in issue.body
            case "assignee":
                return part[0] in issue.assignees
        return issue.card.values.get(name) if issue.card else None

    def act(self, place: Field, value: object) -> None:
        """Somebody does something on GitHub."""
        title, name, *part = place
        issue = self.issue(title)
        if self.stands(place) == value:
            # Nobody sees such an act: another value then.
            known = VALUES[place[1:]]
            value = known[(known.index(value) + 1) % len(known)]
        match name:
            case "state":
                reason = "reopened" if value == "open" and issue.state == "closed" else value
                state = "open" if value == "open" else "closed"
                reason = issue.state_reason if (state, value) == ("open", reason) else reason
                self.tracker.edit(issue.number, state=state, state_reason=reason)
            case "tick":
                old, new = (f"- [{box}] {part[0]}" for box in (" x" if value else "x "))
                self.tracker.edit(issue.number, body=issue.body.replace(old, new))
            case "assignee":
                others = tuple(each for each in issue.assignees if each != part[0])
                self.tracker.edit(issue.number, assignees=(*others, part[0]) if value else others)
            case _:
                assert issue.card is not None
                values = {**issue.card.values, name: str(value)}
                self.tracker.edit(issue.number, card=replace(issue.card, values=values))
        # One word of the file says both a state and a status.
        said = {place} if name not in ("state", "Status") else {(title, "state"), (title, "Status")}
        if said & self.pending.keys():
            self.mixed |= said
        for each in said & self.mixed:
            self.expected.pop(each, None)
            self.pending.pop(each, None)
        if place not in self.mixed:
            self.expected[place] = value

    # ---- the author --------------------------------------------------------------------------

    def untouched(self, place: Field) -> bool:
        """Whether of a field no run wrote anything that was not read, and nobody moved it."""
        title, name, *part = place
        issue = self.issue(title)
        marker = body_block.split(issue.body).marker
        assert marker is not None
        base = marker.base
        unread = record.written(issue.card)
        match name:
            case "state" | "Status":
                known = record.decode(issue.card) or {}
                moved = known.get("Status") != (self.stands((title, "Status")) or "Todo")
                moved |= base.hashes["state"] != hash_value(observed_state(issue))
                return not (moved or unread.get("Status") or base.written.atoms)
            case "tick":
                key = next(iter(body_block.boxes((f"- [ ] {part[0]}",))))
                stands = self.stands(place)
                return base.ticks.get(key) == stands and key not in base.written.ticks
            case "assignee":
                on_record = part[0] in base.sets.get("assignees", ())
                return on_record == self.stands(place) and not base.written.sets
        return not unread.get(name) and (record.decode(issue.card) or {}).get(name) == self.stands(
            place
        )

    def edit(self, place: Field, value: object) -> None:
        """The author changes the file on the branch, and commits."""
        title, name, *part = place
        if self.proposed is not None or told(self.main) != told(self.synced):
            return  # first what is on its way
        if self.stands(place) == value or not self.untouched(place) or place in self.mixed:
            return
        head, start, rest = self.main.partition(f"title: {title}\n")
        own, more, last = rest.partition("  - id: ")
        match name:
            case "state":
                word = {"open": "Todo", "completed": "Done", "not_planned": "Not planned"}
                own = re.sub(r"status: .*", f"status: {word[str(value)]}", own)
            case "tick":
                own = re.sub(rf"(text: {part[0]}, done:) \w+", rf"\1 {str(value).lower()}", own)
            case "assignee":
                was = re.findall(r"\w+", re.search(r"assignees: \[(.*)\]", own)[1])  # type: ignore[index] # it is there
                now = [each for each in was if each != part[0]] + ([part[0]] if value else [])
                own = re.sub(r"assignees: .*", f"assignees: [{', '.join(now)}]", own)
            case "Status" if value != "In Progress":
                return  # that is a state's word
            case _:
                own = re.sub(rf"{name.lower()}: .*", f"{name.lower()}: {value}", own)
        after = head + start + own + more + last
        if after != self.main:
            self.main = after
            self.pending[place] = value
            self.stale = True
            if name in ("state", "Status"):
                for other in ("state", "Status"):
                    self.expected.pop((title, other), None)


def _after(flow: Flow, before: str) -> str:
    assert not flow.unrecorded
    return flow.changes[0].after.decode() if flow.changes else before


def told(text: str) -> list[str]:
    """What a text says of what GitHub owns."""
    return re.findall(r"(?:status|done|assignees|sprint): ?(?:\[.*?\]|[^,}\n]*)", text)


RUNS = (
    World.commit,
    World.propose,
    World.merge,
    World.close,
    World.pull_clone,
    World.report_in_clone,
    World.sync_clone,
    World.report_on_branch,
)
STATES = ("open", "completed", "not_planned")
Step = tuple[str, Field, object] | tuple[str, Callable[[World], None]]


VALUES: dict[Field, Sequence[object]] = {
    ("state",): STATES,
    ("tick", "alpha"): (True, False),
    ("assignee", "ann"): (True, False),
    ("assignee", "bob"): (True, False),
    ("Status",): ("Todo", "In Progress", "Done"),
    ("Sprint",): ("Sprint 1", "Sprint 2", "Sprint 3"),
}


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """People, runs and the author in turns, about one or two things, so that they meet."""
    places = draw(
        st.lists(
            st.builds(
                lambda title, rest: (title, *rest),
                st.sampled_from(TITLES),
                st.sampled_from(sorted(VALUES)),
            ),
            min_size=1,
            max_size=2,
            unique=True,
        )
    )

    def acts(who: str) -> st.SearchStrategy[Step]:
        return st.sampled_from([(who, p, v) for p in places for v in VALUES[p[1:]]])

    runs = st.tuples(st.just("run"), st.sampled_from(RUNS))
    first = st.one_of(acts("people"), acts("people"), acts("people"), acts("author"), runs)
    rounds = draw(st.lists(st.tuples(first, runs), min_size=2, max_size=9))
    return [step for both in rounds for step in both]


CLOSED, DROPPED, OPEN = (("people", ("One", "state"), state) for state in
                         ("completed", "not_planned", "open"))  # fmt: skip
TICKED, UNTICKED = (("people", ("One", "tick", "alpha"), done) for done in (True, False))
MOVED = ("people", ("One", "Status"), "Done")
COMMIT, REPORT = ("run", World.commit), ("run", World.report_on_branch)


@LAW
@given(histories())
@example([CLOSED, COMMIT, OPEN, COMMIT])
@example([CLOSED, COMMIT, DROPPED, COMMIT, OPEN, COMMIT])
@example([CLOSED, REPORT, OPEN, REPORT, CLOSED, COMMIT, OPEN])
@example([MOVED, COMMIT, DROPPED, COMMIT, OPEN, COMMIT])
@example([TICKED, COMMIT, UNTICKED, COMMIT])
@example([TICKED, REPORT, UNTICKED, REPORT, TICKED, REPORT])
@example([CLOSED, ("run", World.propose), OPEN, COMMIT, ("run", World.merge), COMMIT])
@example([CLOSED, ("run", World.report_in_clone), COMMIT, OPEN, ("run", World.sync_clone), COMMIT])
def test_the_last_act_on_github_holds(history: list[Step]) -> None:
    """State, Status, ticks, assignees, sprint: what people did last stands, and the file follows.

    What the author changes in the file, when nobody moved that on GitHub and no run's words are
    on their way, is obeyed by the next sync. In the end a sync after a sync does nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        for step in history:
            take(world, step)
            stand(world)
        for _ in range(3):
            world.commit()
            stand(world)
        before = len(world.tracker.log)
        after = world.sync(world.main)
        assert after == world.main
        assert world.tracker.log[before:] == []


def take(world: World, step: Step) -> None:
    """One step of a history."""
    if step[0] == "run":
        step[1](world)  # type: ignore[operator] # a run is called
    elif step[0] == "people":
        world.act(step[1], step[2])  # type: ignore[arg-type, misc] # acts have a place and a value
    else:
        world.edit(step[1], step[2])  # type: ignore[arg-type, misc] # as have edits


def stand(world: World) -> None:
    """See that all of people's last acts are as they left them."""
    for place, value in world.expected.items():
        assert world.stands(place) == value, place
