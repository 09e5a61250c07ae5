"""What the tool closes, reopens, moves and assigns by itself: `close_done`, pull requests, agents.

Nothing in the file asks for such a change, so its laws are of their own: it follows from what is on
GitHub, what people did last holds, and each cause acts once.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.laws.histories.world import AGENT, PEOPLE, TOOL, Place, Seen, Snap

if TYPE_CHECKING:
    from tests.laws.histories.model import Model

MAPPED = ("In Progress", "In Review")
"""The options that pull requests set, in the order in which a card moves forward."""
ORDER = ("Todo", *MAPPED, "Done")
UNTRUSTED = "mallory"
REFUSED = 4
UNRECORDED = "a run that could not put everything on record"


@dataclass
class Finishing:
    """The memory of one history: who changed a state last, and what was seen after that.

    A state's place is that of an epic's issue, or `("closed", id)` of a milestone. `open_since` are
    places with an open item in them at some time since their last change, `done_since` those in
    which everything was done at some time since then.
    """

    last: dict[Place, str] = field(default_factory=dict)
    open_since: set[Place] = field(default_factory=set)
    done_since: set[Place] = field(default_factory=set)
    moved: set[tuple[int, str, tuple[object, ...]]] = field(default_factory=set)
    snap: Snap = field(default_factory=dict)

    def see(self, snap: Snap, who: str) -> None:
        """Note what changed to what is there now, and who did it."""
        for place, value in states(snap):
            if place in self.snap and self.snap[place] != value:
                self.last[place] = who
                self.open_since.discard(place)
                self.done_since.discard(place)
            opened, done = contents(snap, place)
            if opened:
                self.open_since.add(place)
            elif done:
                self.done_since.add(place)
        self.snap = snap


def states(snap: Snap) -> list[tuple[Place, object]]:
    """The states of issues and milestones."""
    return [(p, v) for p, v in snap.items() if p[0] == "closed" or p[1:] == ("state",)]


def contents(snap: Snap, place: Place) -> tuple[int, int]:
    """How many of the issues in an epic or milestone are open, and how many are done."""
    what, which = ("milestone", place[1]) if place[0] == "closed" else ("parent", place[0])
    inside = [p[0] for p, value in snap.items() if p[1:] == (what,) and value == which]
    found = [str(snap.get((n, "state"))) for n in inside]
    return found.count("OPEN"), found.count("CLOSED COMPLETED")


def is_on(seen: Seen) -> bool:
    """Whether the file has the settings that this is about."""
    return "close_done: true" in seen.paper_before.text


def explains(model: "Model", seen: Seen, place: Place, step: dict[Place, object]) -> bool:
    """Whether a change of a status is one of these, and not of the file; `judge` looks at it."""
    number = place[0]
    if not is_on(seen) or seen.verb != "sync":
        return False
    if place[1] == "state":
        return is_epic(model, number)
    if place[1:] != ("value", "Status"):
        return False
    return step.get(place) in MAPPED or (is_epic(model, number) and (number, "state") in step)


def is_epic(model: "Model", number: object) -> bool:
    """Whether an issue is one of an epic, whose state nobody types into the file."""
    return str(model.uid_of(number)).startswith("e")


def judge(model: "Model", seen: Seen) -> None:
    """Hold the laws against a run, and remember who did what in it."""
    memory = model.finishing
    memory.see(seen.before, PEOPLE)
    at = dict(seen.before)
    calm = not seen.disturbed and seen.code == 0 and "--on-conflict" not in seen.flags
    for step in seen.steps:
        before = dict(at)
        for place, (_, new) in step.changes.items():
            if new is None:
                at.pop(place, None)
            else:
                at[place] = new
        if step.who != PEOPLE:
            for place, (old, new) in step.changes.items():
                _session(model, seen, place, old)
                if is_on(seen) and new is not None and place in before:
                    _state(model, seen, place, (old, new), calm=calm)
                    _status(model, seen, place, (old, new), calm=calm)
        who = TOOL if seen.code in (0, REFUSED) else UNRECORDED
        memory.see(dict(at), PEOPLE if step.who == PEOPLE else who)


def _session(model: "Model", seen: Seen, place: Place, old: object) -> None:
    """The work of an agent begins once on an issue, also if people had it begin or end."""
    if place[1:] == ("sessions",) and old is not None:
        model.fail(seen, f"{AGENT} was assigned to #{place[0]} again")


def _state(
    model: "Model", seen: Seen, place: Place, change: tuple[object, object], *, calm: bool
) -> None:
    """A state follows from what is in an epic or milestone, and people have the last word."""
    memory, (old, new) = model.finishing, change
    milestone = place[0] == "closed"
    if not milestone and not (place[1:] == ("state",) and is_epic(model, place[0])):
        return
    by_people = memory.last.get(place) == PEOPLE and not (milestone and model.forgot(seen))
    opened, done = contents(seen.after, place)
    if str(new).startswith("CLOSED"):
        if not milestone and new != "CLOSED COMPLETED":
            model.fail(seen, f"{place} was closed as {new!r}")
        if calm and (opened or not done):
            model.fail(seen, f"{place} was closed with {opened} open and {done} done in it")
        if by_people and place not in memory.open_since:
            model.fail(seen, f"{place} was closed again, which people had reopened")
    else:
        if not milestone and old != "CLOSED COMPLETED":
            model.fail(seen, f"{place} was reopened, which was {old!r}")
        if calm and not opened:
            model.fail(seen, f"{place} was reopened with nothing open in it")
        if by_people and place not in memory.done_since:
            model.fail(seen, f"{place} was reopened, which people had closed")


def _status(
    model: "Model", seen: Seen, place: Place, change: tuple[object, object], *, calm: bool
) -> None:
    """A card moves forward, for pull requests or a branch, once, and not back from people's."""
    old, new = change
    number = place[0]
    if place[1:] != ("value", "Status") or new not in MAPPED or not isinstance(number, int):
        return
    uid = model.uid_of(number)
    said = seen.paper_before.read().get(str(uid))
    if said is None or model.changed(str(uid), ("status", None), said.status):
        return  # somebody typed it
    cause = evidence(seen.before, number)
    if calm and (cause is None or cause[0] != new):
        model.fail(seen, f"#{number} became {new!r} without a reason: {cause}")
    if old is not None and ORDER.index(str(old)) > ORDER.index(str(new)):
        model.fail(seen, f"#{number} moved back from {old!r} to {new!r}")
    if cause is None or not calm:
        return
    once = number, str(new), cause[1]
    if once in model.finishing.moved:
        model.fail(seen, f"#{number} was moved to {new!r} again for {cause[1]}")
    model.finishing.moved.add(once)


def evidence(snap: Snap, number: int) -> tuple[str, tuple[object, ...]] | None:
    """The status that pull requests and branches of an issue mean, and which these are."""
    pulls = snap.get((number, "pulls"), ())
    assert isinstance(pulls, tuple)
    by_state = {
        state: tuple(n for n, each, author in pulls if each == state and author != UNTRUSTED)
        for state in ("OPEN", "DRAFT", "BRANCH")
    }
    if by_state["OPEN"]:
        return "In Review", by_state["OPEN"]
    started = by_state["DRAFT"] or by_state["BRANCH"][:1]
    return ("In Progress", started) if started else None


def at_peace(model: "Model", seen: Seen) -> None:
    """When nobody acts any more, nothing is left open or closed that the tool has to see to."""
    if not is_on(seen) or seen.code != 0 or model.forgot(seen):
        return
    for place, value in states(seen.after):
        uid = model.uid_of(place[0])
        mine = place[0] == "closed" or (
            is_epic(model, place[0]) and uid in model.declared and place[0] not in model.strangers
        )
        opened, done = contents(seen.after, place)
        last = model.finishing.last.get(place)
        if not mine or last in (PEOPLE, UNRECORDED):
            continue
        if value == "OPEN" and done and not opened:
            model.fail(seen, f"{place} stays open, though everything in it is done")
        if last == TOOL and value in ("CLOSED", "CLOSED COMPLETED") and opened:
            model.fail(seen, f"{place} stays closed, though {opened} are open in it")
