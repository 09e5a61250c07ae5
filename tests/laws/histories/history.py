"""One history: a start, some acts, and the peace at its end."""

import copy
import random
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from github_sandbox import faults
from tests.github_state import assert_restorable
from tests.laws.histories import finishing, inbox, issue_fields, several, teamwork, views
from tests.laws.histories.iterations import WORDS, sorted_otherwise, with_more_iterations
from tests.laws.histories.laws import judge, moved_file
from tests.laws.histories.merging import merged
from tests.laws.histories.model import REFUSED, Model
from tests.laws.histories.paper import Fresh, Paper, Said
from tests.laws.histories.people import QUICK, USUAL, Crowd
from tests.laws.histories.teamwork import TEAMWORK
from tests.laws.histories.world import AGENT, Act, Seen, World, folder

if TYPE_CHECKING:
    from collections.abc import Callable

STARTS = 48
"""First syncs that histories share: beginning anew takes longer than a whole history."""

GAPS: dict[str, str] = {}
"""Acts that are left out, each with the reason; empty when all that is promised is there."""

TOOLS = {
    "sync": 10, "sync_unwritten": 2, "report": 2, "pull": 3, "drift": 1, "plan": 1,
    "extend": 1, "stopped_extension": 1,
}  # fmt: skip
BRANCHES = {"report_on_branch": 2, "sync_on_branch": 1, "merge": 3, "close_branch": 1, "behind": 1}
FILE = {
    "title": 3, "status": 5, "tick": 4, "points": 2, "priority": 2, "milestone": 2, "labels": 2,
    "blockers": 2, "assignees": 2, "sprint": 1, "text": 2, "criteria": 3, "add": 2, "remove": 1,
    "reorder": 1, "renumber": 1, "move_file": 1, "revert": 1, "adopt": 2, "count": 1, "options": 1,
    "agent": 1,
}  # fmt: skip


THEMES = (
    "close reopen reopen status file:status file:status sync report report_on_branch merge",
    "tick untick file:tick file:criteria sync report report_on_branch merge",
    "assign unassign sprint file:assignees file:sprint sync pull",
    "around inside reword endings title file:text file:criteria file:title sync pull",
    "unlabel label unblock block detach under file:labels file:blockers file:reorder sync pull",
    "points priority milestone file:points file:priority file:milestone sync pull",
    "rename_milestone date_milestone rename_label color_label milestone file:milestone"
    " file:labels sync pull sync",
    "delete copy open forge file:adopt file:adopt file:remove file:add file:revert file:renumber"
    " file:reorder file:move_file sync sync_unwritten",
    "later later sprint sprint file:sprint file:sprint file:sprint more_sprints close extend"
    " stopped_extension stopped_extension sync pull report",
    "sort_options sort_options status priority file:options file:priority sync sync pull drift",
    "open forge forge file:adopt file:status tick close reopen label sync report",
)
"""What a history may be about; the others are about everything."""


@dataclass(frozen=True)
class Play:
    """An act that is to come: what kind, and the seed of everything about it."""

    kind: str
    seed: int
    focus: int | None = None


def plays_of(seed: int) -> tuple[Play, ...]:
    """The acts of a history."""
    dice = random.Random(seed)
    more = 0
    if inbox.is_used(seed % STARTS) and dice.random() < 0.5:
        theme, more = dice.choice(inbox.THEMES).split(), 1
    elif issue_fields.is_used(seed % STARTS):
        theme = dice.choice(issue_fields.THEMES).split()
    elif several.is_used(seed % STARTS) and dice.random() < 0.6:
        theme = dice.choice(several.THEMES).split()
    elif views.is_used(seed % STARTS) and dice.random() < 0.5:
        theme = dice.choice(views.THEMES).split()
    else:
        every = [*USUAL, *_FILE_ACTS, *_RUNS, *OTHER]
        if not teamwork.is_for(seed % STARTS):
            every = [word for word in every if word not in (*TEAMWORK, "file:agent")]
        theme = dice.choice(THEMES).split() if dice.random() < 0.6 else every
        if teamwork.is_for(seed % STARTS) and dice.random() < 0.6:
            theme, more = dice.choice(teamwork.THEMES).split(), 2
    weights = [_WEIGHTS[word] for word in theme] if len(theme) > 20 else None
    runs = [word for word in theme if word in _RUNS] or ["sync"]
    focus = dice.randrange(1, 5) if dice.random() < 0.7 else None
    kinds: list[str] = []
    for _ in range(dice.choice([1, 2, 2, 3, 3]) + more):
        for _ in range(dice.randrange(1, 4)):
            kinds += dice.choices(theme, weights)
        if kinds[-1] not in _RUNS:
            kinds.append(dice.choices(runs, [_WEIGHTS[word] for word in runs])[0])
    return tuple(
        Play(kind, seed * 1_000 + n, focus) for n, kind in enumerate(kinds) if kind not in GAPS
    )


_FILE_ACTS = {f"file:{name}": weight for name, weight in FILE.items()}
_FIELD_EDITS = {f"file:{name}": 1 for name in issue_fields.EDITS | several.EDITS}
_RUNS = {**{name: 3 * weight for name, weight in TOOLS.items()}, **BRANCHES}
OTHER = {"later": 3}
_WEIGHTS = {**USUAL, **_FILE_ACTS, **_RUNS, **OTHER, "take": 3}


@dataclass
class History:
    """Plays acts, writes down what was done, and holds the laws against every run."""

    seed: int
    world: World
    paper: Paper
    model: Model = field(default_factory=Model)
    script: list[str] = field(default_factory=list)
    commits: list[Paper] = field(default_factory=list)
    branch: tuple[Paper, Paper] | None = None
    count: int = 0
    runs: int = 0
    stale: int = 0
    focus: int | None = None
    moved: bool = False

    def __post_init__(self) -> None:
        self.crowd = Crowd(self.world, self.model)

    # ---- playing -----------------------------------------------------------------------------

    def play(self, plays: tuple[Play, ...]) -> None:
        """Do these acts, then end in peace."""
        for play in plays:
            dice = random.Random(play.seed)
            self.focus = play.focus
            if play.kind in (USUAL | issue_fields.ACTS | several.ACTS | views.ACTS):
                self._say(self.crowd.act(dice, {play.kind: 1}, play.focus))
            elif play.kind.startswith("file:"):
                self._say(self.edit(dice, play.kind.removeprefix("file:")))
                self.commit()
            else:
                deed: Callable[[random.Random], None] = getattr(self, f"_{play.kind}")
                deed(dice)
        self.peace()

    def _say(self, what: str) -> None:
        if what:
            self.script.append(what)

    def commit(self) -> None:
        """Remember the file as it is."""
        if not self.commits or self.commits[-1].text != self.paper.text:
            self.commits.append(self.paper.copy())

    def run(
        self,
        paper: Paper,
        verb: str,
        *flags: str,
        dice: random.Random | None = None,
        stopped_at: int | None = None,
    ) -> Seen:
        """Run the tool, judge it; before the request `stopped_at` somebody stops it."""
        before: dict[int, Act] = {}
        waiting: list[Act] = []
        trouble: dict[int, faults.Fault] = {}
        at = len(self.script)

        def act(seed: int, when: str) -> Act:
            def do() -> None:
                acts = QUICK | issue_fields.QUICK if self.model.has_fields else QUICK
                acts = acts | several.QUICK if self.model.has_options else acts
                said = self.crowd.act(random.Random(seed), _allowed(acts), self.focus)
                self._say(f"  ({when}) {said}" if said else "")

            return do

        if dice is not None and verb == "sync":
            if dice.random() < 0.4 and "meanwhile" not in GAPS:
                number = dice.randrange(1, 7)
                before[number] = act(dice.randrange(10**9), f"before request {number}")
            if dice.random() < 0.15:
                number = dice.randrange(1, 5)
                trouble[number] = faults.secondary_limit(
                    retry_after=dice.choice([60, None]), status=dice.choice([403, 429, 200])
                )
                self._say(f"  (write {number} meets a limit)")
                if dice.random() < 0.8 and "waits" not in GAPS:
                    waiting.append(act(dice.randrange(10**9), "in a wait"))
        seen = self.world.run(
            paper,
            verb,
            *flags,
            "--format",
            "json",
            before_request=before,
            while_waiting=waiting,
            faults=trouble,
            stopped_at=stopped_at,
        )
        self.runs += 1
        self.stale += seen.envelope.get("summary", {}).get("stale", 0)
        flags_shown = " ".join(flags)
        self.script.insert(at, f"backlog {verb} {flags_shown}".rstrip() + f"   [exit {seen.code}]")
        self.model.fields_off = not self.world.has_issue_fields
        judge(self.model, seen)
        if verb == "sync" and self.moved and paper is self.paper and seen.code != 70:
            self.moved = False
            if name := moved_file(self.model, seen):
                paper.name(name)
                self._say(f"the file gets id: {name}, as it was told")
        return seen

    # ---- the tool ----------------------------------------------------------------------------

    def _sync(self, dice: random.Random) -> None:
        flags = ["--yes"]
        if dice.random() < 0.12:
            flags += ["--on-conflict", dice.choice(["file", "github"])]
        self.run(self.paper, "sync", *flags, dice=dice)
        self.commit()

    def _sync_unwritten(self, dice: random.Random) -> None:
        self.run(self.paper, "sync", "--yes", "--no-write-back", dice=dice)

    def _extend(self, dice: random.Random) -> None:
        self._say(self._file_count(dice, ""))
        self.run(self.paper, "sync", "--yes", "--extend-iterations", dice=dice)
        self.commit()

    def _stopped_extension(self, dice: random.Random) -> None:
        self._say(self._file_count(dice, ""))
        at = dice.randrange(6, 15)
        self._say(f"somebody stops this run before request {at}, if it comes that far:")
        self.run(self.paper, "sync", "--yes", "--extend-iterations", stopped_at=at)
        self.commit()

    def _take(self, dice: random.Random) -> None:
        """New issues come into the file and, before anybody does anything else, are adopted."""
        seen, taken = inbox.take(self.world, self.model, self.paper)
        self._say(f"backlog pull --new takes {taken}   [exit {seen.code}]")
        for number in taken:
            self._owned(f"t{number}", number, None)
        self.commit()
        if taken:
            self.run(self.paper, "sync", "--yes")
            self.commit()

    def _later(self, dice: random.Random) -> None:
        days = dice.choice([7, 14, 28])
        self.world.pass_time(days * 86_400)
        self._say(f"{days} days pass")

    def _report(self, dice: random.Random) -> None:
        """A report, whose file is committed or thrown away."""
        before = self.paper.copy()
        self.run(self.paper, "report")
        if dice.random() < 0.4:
            self.paper = before
            self._say("the report's file is thrown away")
        else:
            self.commit()

    def _pull(self, dice: random.Random) -> None:
        self.run(self.paper, "pull")
        self.commit()

    def _drift(self, dice: random.Random) -> None:
        self.run(self.paper, "drift")

    def _plan(self, dice: random.Random) -> None:
        self.run(self.paper, "plan")

    # ---- branches ----------------------------------------------------------------------------

    def _report_on_branch(self, dice: random.Random) -> None:
        copy = self.paper.copy()
        self.run(copy, "report")
        self._opened(copy)

    def _sync_on_branch(self, dice: random.Random) -> None:
        copy = self.paper.copy()
        self.run(copy, "sync", "--yes", dice=dice)
        self._opened(copy)

    def _opened(self, copy: Paper) -> None:
        self.branch = self.paper.copy(), copy
        self._say("its file goes into a pull request that stays open")

    def _merge(self, dice: random.Random) -> None:
        if self.branch is None:
            return
        base, theirs = self.branch
        self.branch = None
        text = merged(base.text, self.paper.text, theirs.text)
        if text is None or base.uids != self.paper.uids or base.path != self.paper.path:
            self._say("the pull request cannot be merged")
            return
        self.paper.text = text
        self._say("the pull request is merged")
        self.commit()

    def _close_branch(self, dice: random.Random) -> None:
        if self.branch is not None:
            self.branch = None
            self._say("the pull request is closed, unmerged")

    def _behind(self, dice: random.Random) -> None:
        """Somebody syncs from a clone that lacks the last commit, and throws the file away."""
        if len(self.commits) < 2:
            return
        clone = self.commits[-2].copy()
        if clone.uids != self.paper.uids or clone.path != self.paper.path:
            return
        self._say("in a clone that is one commit behind:")
        self.run(clone, "sync", "--yes", dice=dice)

    # ---- the file ----------------------------------------------------------------------------

    def edit(self, dice: random.Random, what: str) -> str:
        """Somebody edits the file; give in words what was done."""
        paper, said = self.paper, self.paper.read()
        stories = [uid for uid, each in said.items() if each.parent is not None]
        if not stories:
            what = "add"
        uid = dice.choice(stories or paper.uids)
        focused = self.model.uid_of(self.focus)
        if focused in stories and dice.random() < 0.7:
            uid = str(focused)
        each = said[uid]
        self.count += 1
        value: object
        match what:
            case "title":
                value = f"{each.title} v{self.count}"
            case "status":
                value = dice.choice(["Todo", "In Progress", "Done", "Done"])
            case "points":
                value = dice.choice([1, 3, 8])
            case "priority":
                value = dice.choice(["High", "Low"])
            case "milestone":
                value = dice.choice(["M1", "M2", None])
            case "labels":
                value = dice.choice([("ui",), ("ui", "api"), ("api",), None])
            case "blockers":
                place = paper.uids.index(uid)
                # No circle: what was moved to the front may still wait for what it stood behind.
                before = [
                    o for o in stories if paper.uids.index(o) < place and not _waits(said, o, uid)
                ]
                value = dice.choice([(before[-1],), (before[0],), (), None] if before else [()])
            case "assignees":
                value = dice.choice([("ann",), ("bob",), ("ann", "bob"), (), None])
            case "sprint":
                value = dice.choice(["Sprint 1", "Sprint 2", "Sprint 3", *WORDS])
            case _ if what in views.FILE:
                paper.text, done = views.edited(paper.text, what, dice, self.count)
                return done
            case _ if what in (edits := issue_fields.EDITS | several.EDITS):
                value = dice.choice(edits[what])
            case _:
                deed: Callable[[random.Random, str], str] = getattr(self, f"_file_{what}")
                return deed(dice, uid)
        paper.set(uid, what, value)
        return f"in the file, {what} of {uid} is {value!r} now"

    def _file_agent(self, dice: random.Random, uid: str) -> str:
        value = dice.choice([(AGENT,), ("ann", AGENT)])
        self.paper.set(uid, "assignees", value)
        return f"in the file, assignees of {uid} are {value!r} now"

    def _file_tick(self, dice: random.Random, uid: str) -> str:
        criteria = self.paper.read()[uid].criteria
        if not criteria:
            return ""
        text, done = dice.choice(criteria)
        self.paper.tick(uid, text, not done)
        return f"in the file, {text!r} of {uid} is {'unticked' if done else 'ticked'}"

    def _file_text(self, dice: random.Random, uid: str) -> str:
        self.paper.set_text(uid, f"As a rider I want w{self.count}.")
        return f"in the file, the story of {uid} wants w{self.count} now"

    def _file_criteria(self, dice: random.Random, uid: str) -> str:
        criteria = list(self.paper.read()[uid].criteria)
        chance = dice.random()
        if chance < 0.4 or not criteria:
            criteria.insert(dice.randrange(len(criteria) + 1), (f"c{self.count} holds", False))
            what = f"c{self.count} holds is a new criterion"
        elif chance < 0.7:
            place = dice.randrange(len(criteria))
            text, done = criteria[place]
            criteria[place] = (f"{text} too", done)
            self._reworded(uid, text, f"{text} too")
            what = f"{text!r} is reworded to {criteria[place][0]!r}"
        else:
            what = f"{criteria.pop(dice.randrange(len(criteria)))[0]!r} is no criterion any more"
        self.paper.set_criteria(uid, tuple(criteria))
        return f"in the file, {what} of {uid}"

    def _reworded(self, uid: str, old: str, new: str) -> None:
        """What is known of a box stays known of the reworded one."""
        self.model.reworded[uid, new] = old
        known = self.model.known.get((uid, ("tick", old)))
        if known is not None:
            self.model.known[uid, ("tick", new)] = set(known)

    def _file_count(self, dice: random.Random, _: str) -> str:
        before = self.paper.text
        self.paper.text = with_more_iterations(before)
        return "the file declares one iteration more" if self.paper.text != before else ""

    def _file_options(self, dice: random.Random, _: str) -> str:
        before = self.paper.text
        self.paper.text = sorted_otherwise(before)
        return "the file sorts the options of Priority" if self.paper.text != before else ""

    def _file_add(self, dice: random.Random, _: str) -> str:
        uid = f"n{self.count}"
        place = dice.randrange(1, len(self.paper.uids) + 1)
        self.paper.add(Fresh(uid, f"Story {uid}", criteria=((f"{uid} works", False),)), place)
        return f"the file gets a new item {uid}"

    def _file_remove(self, dice: random.Random, uid: str) -> str:
        if len(self.paper.uids) < 3:
            return ""
        self.paper.remove(uid)
        return f"{uid} is taken out of the file"

    def _file_reorder(self, dice: random.Random, uid: str) -> str:
        place = dice.randrange(1, len(self.paper.uids))
        self.paper.move(uid, place)
        return f"in the file, {uid} moves to place {place}"

    def _file_renumber(self, dice: random.Random, _: str) -> str:
        self.paper.renumber()
        return "the file's items are renumbered"

    def _file_move_file(self, dice: random.Random, _: str) -> str:
        self.moved = self.moved or not self.paper.is_named
        suffix = self.paper.path.rpartition(".")[2]
        self.paper.path = f"plans{self.count}/work.{suffix}"
        return f"the file moves to {self.paper.path}"

    def _file_revert(self, dice: random.Random, _: str) -> str:
        if len(self.commits) < 2:
            return ""
        back = dice.randrange(2, min(4, len(self.commits)) + 1)
        path, made = self.paper.path, self.paper.made
        self.paper = self.commits[-back].copy()
        self.paper.path, self.paper.made = path, made
        return f"the file goes back by {back - 1} commits"

    def _file_adopt(self, dice: random.Random, _: str) -> str:
        free = [
            n
            for n, issue in self.world.issues.items()
            if self.model.uid_of(n) is None and n not in self.model.extra and not issue.is_pull
        ]
        if not free:
            return ""
        number = dice.choice(free)
        uid = f"a{self.count}"
        status = dice.choice([None, "Todo", "Done"])
        self.paper.add(
            Fresh(
                uid,
                f"Adopted {uid}",
                values=(("issue", number), *((("status", status),) if status else ())),
                criteria=((f"{uid} works", False),),
            ),
            len(self.paper.uids),
        )
        self._owned(uid, number, status)
        return f"the file takes over #{number} as {uid}, status {status}"

    def _owned(self, uid: str, number: int, status: str | None) -> None:
        """An issue of people's is an item's from now on."""
        self.model.numbers[uid] = number
        store = self.world.sandbox.store
        author = store.records.get(self.world.issues[number].author or 0)
        if getattr(author, "login", "") == "mallory":
            self.model.strangers.add(number)
        # What is there was done by people before: the file that takes it over changes nothing.
        self.model.known[uid, ("status", None)] = {status}

    # ---- the end -----------------------------------------------------------------------------

    def peace(self) -> None:
        """Nobody acts any more: within a few syncs there is nothing left to do."""
        self._say("nobody acts any more")
        self._say(self.crowd.act(random.Random(self.seed), {"fields_on": 1}))
        seen = self.run(self.paper, "sync", "--yes")
        for nth in range(3):
            if nth:
                seen = self.run(self.paper, "sync", "--yes")
            left = [c for c in seen.plan.get("changes", ()) if c["fields"]]
            written = seen.paper_before.text != seen.paper_after.text
            if not (seen.mutations or left or written):
                break
            applied = any(e["outcome"] == "applied" for e in seen.envelope.get("outcomes", ()))
            if seen.code == REFUSED and not (applied or written):
                return  # a guard refuses the plan, and says what would let it pass
            if nth and (left or written):
                self.model.fail(seen, f"sync after a sync: {left}, file written: {written}")
            if nth == 2:
                self.model.fail(seen, f"still not silent: {seen.mutations} mutations")
        left = [each for each in seen.plan.get("drift", ()) if not self._torn(each)]
        if left:
            self.model.fail(seen, f"drift after syncs: {left}")
        finishing.at_peace(self.model, seen)

    def _torn(self, note: dict[str, Any]) -> bool:
        """Whether a note is about a stranger's issue, or one whose state and card differ."""
        number = int(str(note["ref"] or "#0").removeprefix("#"))
        if number in self.model.strangers:
            return True
        snap = self.world.snap()
        closed = str(snap.get((number, "state"))).startswith("CLOSED")
        return note["field"] in ("state", "Status") and closed != (
            snap.get((number, "value", "Status")) == "Done"
        )


def _allowed(acts: dict[str, int]) -> dict[str, int]:
    return {name: weight for name, weight in acts.items() if name not in GAPS}


# ---- starts -----------------------------------------------------------------------------------

_FRONT = """\
{indent}repository: octo-org/widgets
{indent}milestones:
{indent}  - {{title: M1, due: 2027-03-31, description: First}}
{indent}  - {{title: M2, due: 2027-06-30}}
{indent}labels:
{indent}  - {{name: ui, color: "00ff00", description: What is seen}}
{indent}  - {{name: api, color: "0000ff"}}
"""
_BOARD = """\
{indent}project:
{indent}  owner: octo-org
{indent}  title: Widgets
{indent}  fields:
{indent}    Status: {{type: single_select, options: [Todo, In Progress, Done]}}
{indent}    Priority: {{type: single_select, options: [High, Low]}}
{indent}    Story Points: {{type: number}}
{indent}    Sprint: {{type: iteration, start: 2027-01-04, duration: 14, count: 3}}
"""


_ON_BOARD = "{indent}    Priority: {{type: single_select, options: [High, Low]}}\n"
"""What the board does not have if it is an issue field."""


def beginning(number: int) -> Paper:
    """The file with which a start begins."""
    dice = random.Random(number)
    is_yaml, board, named = number % 2 == 0, number % 3 != 0, number % 4 < 3
    fields = issue_fields.is_used(number)
    settings = [_FRONT, _BOARD if board else "", issue_fields.SETTINGS if fields else ""]
    settings[1] += several.FIELDS if several.is_used(number) else ""
    settings[1] += views.SETTINGS if views.is_used(number) else ""
    if teamwork.is_for(number):
        settings[1] = settings[1].replace("In Progress, Done", "In Progress, In Review, Done")
        settings += [teamwork.SETTINGS, teamwork.OF_BOARDS if board else ""]
    front = "".join(settings).format(indent="" if is_yaml else "  ")
    if inbox.is_used(number):
        setting = inbox.SETTING.format(indent="" if is_yaml else "  ")
        front += setting.replace("BELOW", "e1" if is_yaml else "epic-1")
    if fields:
        front = front.replace(_ON_BOARD.format(indent="" if is_yaml else "  "), "")
    name = ("id: widgets\n" if is_yaml else "  id: widgets\n") if named else ""
    if is_yaml:
        text = f"version: 1\n{name}{front}epics:\n  - id: e1\n    title: Epic e1\n"
        paper = Paper("yaml", "backlog.yaml", text, ["e1"])
    else:
        text = f"---\nbacklog:\n  version: 1\n{name}{front}---\n# Roadmap\n\n## Epic 1: Epic e1\n\n"
        paper = Paper("md", "ROADMAP.md", text, ["e1"])
    for n in range(1, dice.randrange(2, 5)):
        uid = f"s{n}"
        values: list[tuple[str, object]] = []
        if dice.random() < 0.7:
            values.append(("status", dice.choice(["Todo", "Todo", "In Progress"])))
        if dice.random() < 0.5:
            values.append(("points", dice.choice([1, 3, 8])))
        if dice.random() < 0.4:
            values.append(("priority", dice.choice(["High", "Low"])))
        if dice.random() < 0.6:
            values.append(("milestone", dice.choice(["M1", "M2"])))
        if dice.random() < 0.5:
            values.append(("labels", dice.choice([("ui",), ("ui", "api")])))
        if dice.random() < 0.4:
            values.append(("assignees", ("ann",)))
        if board and dice.random() < 0.4:
            values.append(("sprint", "Sprint 1"))
        if n > 1 and dice.random() < 0.6:
            values.append(("blockers", (f"s{n - 1}",)))
        if fields:
            values += issue_fields.values(dice)
        if several.is_used(number):
            values += several.values(dice)
        story = f"As a rider I want {uid}." if dice.random() < 0.6 else None
        boxes = ("works", "rolls back")[: dice.randrange(3)]
        criteria = tuple((f"{uid} {box}", False) for box in boxes)
        paper.add(Fresh(uid, f"Story {uid}", tuple(values), story, criteria), len(paper.uids))
    if not is_yaml:
        paper.renumber()
    return paper


def _new(seed: int, world: World, number: int) -> History:
    """A history of which nothing has happened yet."""
    history = History(seed, world, beginning(number))
    world.sandbox.ensure_agent(AGENT)
    if issue_fields.is_used(number):
        issue_fields.create(world, board=number % 3 != 0)
        history.model.has_fields = True
    history.model.has_options = several.is_used(number)
    return history


@lru_cache(maxsize=STARTS)
def _start(number: int) -> tuple[bytes, Paper, Model]:
    """A start after its first sync."""
    with folder() as place:
        world = World(place)
        history = _new(-1, world, number)
        for login in ("ann", "bob"):
            world.sandbox.ensure_user(login)
        seen = history.run(history.paper, "sync", "--yes")
        assert seen.code == 0, (seen.err, seen.out)
        assert not history.model.broken, "\n".join(history.model.broken)
        return world.kept(), history.paper, history.model


def begin(seed: int, place: Path) -> History:
    """The history of a seed, with nothing played yet."""
    world = World(place)
    number = seed % STARTS
    if seed % 11 == 0:
        history = _new(seed, world, number)
        history.run(history.paper, "sync", "--yes", dice=random.Random(seed))
    else:
        kept, paper, model = _start(number)
        world.restore(kept)
        history = History(seed, world, paper.copy(), copy.deepcopy(model))
        history.script.append(f"a first sync of start {number}")
    history.commit()
    return history


@dataclass
class Ended:
    """What became of a history."""

    seed: int
    broken: list[str]
    script: list[str]
    first: str
    lost_on_the_way: int
    runs: int
    stale: int


def _waits(said: dict[str, Said], uid: str, other: str) -> bool:
    """Whether an item waits for another one, directly or not."""
    blockers = said[uid].blockers or () if uid in said else ()
    return any(each == other or _waits(said, each, other) for each in blockers)


def tell(seed: int, skip: frozenset[int] = frozenset()) -> Ended:
    """Play the history of a seed without the acts at these places."""
    with folder() as place:
        history = begin(seed, place)
        first = history.paper.text
        plays = tuple(p for n, p in enumerate(plays_of(seed)) if n not in skip)
        history.play(plays)
        assert_restorable(history.world.sandbox)
        model = history.model
        return Ended(
            seed,
            model.broken,
            history.script,
            first,
            model.lost_on_the_way,
            history.runs,
            history.stale,
        )


def shrunk(seed: int) -> tuple[frozenset[int], Ended]:
    """The acts of a failing history that can be left out, and what is left of it."""
    skip: frozenset[int] = frozenset()
    best = tell(seed)
    kinds = {_kind(each) for each in best.broken[:1]}
    for place in range(len(plays_of(seed))):
        ended = tell(seed, skip | {place})
        if kinds & {_kind(each) for each in ended.broken}:
            skip, best = skip | {place}, ended
    return skip, best


def _kind(broken: str) -> str:
    """A broken law without what is particular to one history."""
    return re.sub(r"\d+", "N", re.sub(r"'[^']*'|\(exit \d+\)|--[a-z-]+", "", broken))[:90]


def shown(ended: Ended, skip: frozenset[int] = frozenset()) -> str:
    """A history that failed, to be read and played again."""
    left_out = "".join(f" --skip {n}" for n in sorted(skip))
    return "\n".join(
        [
            f"history {ended.seed}: python -m tests.laws.histories {ended.seed}{left_out}",
            *(f"  {line}" for line in ended.script),
            *(f"BROKEN {line}" for line in ended.broken),
        ]
    )
