"""Sprints: what was planned, done, added and carried over, velocity, and what fits into the next.

Only leaf items count, as everywhere in reports; dropped ones never do. A leaf is in its own sprint,
else in that of the nearest item above it that has one. It is done in a sprint if it was done by the
sprint's last day.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate

from backlog_sync.core.facts import Facts, Iteration, Phase
from backlog_sync.core.rollup import Outline, count
from backlog_sync.core.sprints import later
from backlog_sync.dataclass import dataclass
from backlog_sync.reports.ready import Ready
from backlog_sync.reports.values import (
    BurnDay,
    Part,
    SprintDone,
    SprintForecast,
    SprintProgress,
    Velocity,
)

SHOWN = 6
"""Sprints whose velocity is shown: a quarter, if they take two weeks."""
ENOUGH = 3
"""Sprints that the mean is taken of, and that have to be over before it is a forecast."""
_LONGEST = 10 * 366
"""The most days ahead that sprints are counted."""
_DUST = 1e-9
"""Sums of points are floats; smaller differences are rounding errors."""


class State(StrEnum):
    """Whether a sprint is over, running, or to come."""

    OVER = "over"
    CURRENT = "current"
    COMING = "coming"


@dataclass(frozen=True, slots=True)
class History:
    """What the files said earlier: sprints by the key of the item.

    `at_start` is at the end of the sprint's first day, None if that is not known. `before` are
    states before the sprint began. `declared` are the keys of the items whose sprint is in the
    files at all: that of others is only on the board, which has no history.
    """

    at_start: Mapping[str, str] | None = None
    before: tuple[Mapping[str, str], ...] = ()
    declared: frozenset[str] = frozenset()

    def knows(self, key: str) -> bool:
        """Return whether it is known which sprint an item was in when the sprint began."""
        return self.at_start is not None and key in self.declared


UNKNOWN = History()


@dataclass(frozen=True, slots=True)
class Share:
    """What a person has in a sprint, "" for nobody; an item counts for each of its assignees."""

    who: str
    all: Part
    done: Part


@dataclass(frozen=True, slots=True)
class Sprint:
    """One sprint. `planned` and `added` make up `all`, and so do `done` and `left`.

    `planned` was in it at the end of its first day; `carried` of these or of what was added was in
    an earlier sprint before; `moved` was planned and is in another sprint now. `guessed` are those
    of `all` that count as planned if they were created by the first day, because their sprint has
    no history. `days_left` counts today, and is 0 if it is over.
    """

    iteration: Iteration
    state: State
    days_left: int
    all: Part
    planned: Part
    added: Part
    carried: Part
    moved: Part
    done: Part
    left: Part
    people: tuple[Share, ...]
    guessed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Next:
    """What fits into the next sprint, which has `room` for so many points or items (`unit`).

    `room` is None without a sprint that is over. `carried` is what is open now in the sprints
    before, `planned` what is in it already; `fits` are ready items that fit in addition, in their
    order. `unestimated` are ready items without points, which cannot be counted.
    """

    iteration: Iteration
    unit: str
    room: float | None
    carried: Part
    planned: Part
    fits: Part = field(default_factory=Part)
    unestimated: tuple[str, ...] = ()

    @property
    def taken(self) -> float:
        """How much of the room is taken by what is carried over and planned."""
        return _amount(self.carried, self.unit) + _amount(self.planned, self.unit)


def sprint_of(tree: Outline, key: str) -> str:
    """Return the sprint of an item or of the nearest item above it that has one, else ""."""
    having = tree.inherited(key, lambda item: item.sprint)
    return (having.sprint if having else None) or ""


def state_of(iteration: Iteration, today: date) -> State:
    """Return whether an iteration is over, current, or to come."""
    if iteration.last < today:
        return State.OVER
    return State.CURRENT if iteration.first <= today else State.COMING


def current_of(facts: Facts) -> Iteration | None:
    """Return the iteration that today is in."""
    running = (i for i in facts.iterations if state_of(i, facts.today) is State.CURRENT)
    return next(running, None)


def previous_of(facts: Facts) -> Iteration | None:
    """Return the last iteration that is over."""
    over = [i for i in facts.iterations if state_of(i, facts.today) is State.OVER]
    return over[-1] if over else None


def next_of(facts: Facts) -> Iteration | None:
    """Return the first iteration that is to come."""
    coming = (i for i in facts.iterations if state_of(i, facts.today) is State.COMING)
    return next(coming, None)


def _members(tree: Outline) -> dict[str, list[str]]:
    """Return the leaves of each sprint, by its folded title as the board has it."""
    members: dict[str, list[str]] = {}
    for leaf in tree.leaves:
        if leaf.phase is not Phase.DROPPED and (name := sprint_of(tree, leaf.key)):
            members.setdefault(name, []).append(leaf.key)
    return members


def _part(keys: Iterable[str], tree: Outline) -> Part:
    total = count("", keys, tree)
    return Part(total.items, total.points)


def _amount(part: Part, unit: str) -> float:
    return part.points if unit == "points" else len(part.items)


def _done(tree: Outline, keys: Iterable[str], iteration: Iteration) -> list[str]:
    """Return what was done by the end of an iteration; an unknown day counts as within it."""
    items = (tree.items[key] for key in keys)
    return [
        item.key
        for item in items
        if item.phase is Phase.DONE and (item.closed is None or item.closed <= iteration.last)
    ]


def sprint(facts: Facts, tree: Outline, iteration: Iteration, history: History = UNKNOWN) -> Sprint:
    """Return one sprint as it is today."""
    keys = _members(tree).get(iteration.name, [])
    known, members = history.at_start or {}, set(keys)
    begins = facts.today <= iteration.first  # what comes to it now is still its plan
    planned = {key for key in keys if begins or _was_planned(tree, key, iteration, history)}
    done = {*_done(tree, keys, iteration)}
    state = state_of(iteration, facts.today)
    earlier = {each.name for each in facts.iterations if each.first < iteration.first}
    people: dict[str, list[str]] = {}
    for key in keys:
        for who in tree.items[key].assignees or ("",):
            people.setdefault(who, []).append(key)
    first = max(iteration.first, facts.today)
    return Sprint(
        iteration=iteration,
        state=state,
        days_left=max(0, (iteration.last - first).days + 1),
        all=_part(keys, tree),
        planned=_part((key for key in keys if key in planned), tree),
        added=_part((key for key in keys if key not in planned), tree),
        carried=_part(
            (key for key in keys if any(then.get(key) in earlier for then in history.before)), tree
        ),
        moved=_part(
            (leaf.key for leaf in tree.leaves
             if known.get(leaf.key) == iteration.name and leaf.key not in members),
            tree,
        ),
        done=_part((key for key in keys if key in done), tree),
        left=_part((key for key in keys if key not in done), tree),
        people=tuple(
            Share(who, _part(own, tree), _part((key for key in own if key in done), tree))
            for who, own in sorted(people.items(), key=lambda pair: (not pair[0], pair[0].lower()))
        ),
        guessed=tuple(key for key in keys if not (begins or history.knows(key))),
    )  # fmt: skip


def _was_planned(tree: Outline, key: str, iteration: Iteration, history: History) -> bool:
    if history.at_start is not None and history.knows(key):
        return history.at_start.get(key) == iteration.name
    added = tree.items[key].added
    return added is None or added <= iteration.first


# ---- velocity and forecast -----------------------------------------------------------------


def velocity(facts: Facts, tree: Outline) -> Velocity:
    """Return what was done in the last sprints that are over, the oldest first.

    Iterations before the first one that was used are left out.
    """
    members = _members(tree)
    over = [i for i in facts.iterations if state_of(i, facts.today) is State.OVER]
    while over and not members.get(over[0].name):
        del over[0]
    rows = []
    for iteration in over[-SHOWN:]:
        keys = members.get(iteration.name, [])
        done = _part(_done(tree, keys, iteration), tree)
        rows.append(SprintDone(iteration, _part(keys, tree), done))
    last = rows[-ENOUGH:]
    if not last:
        return Velocity()
    return Velocity(
        sprints=tuple(rows),
        over=len(over),
        points=round(sum(row.done.points for row in last) / len(last), 2),
        items=round(sum(len(row.done.items) for row in last) / len(last), 2),
    )


def sprint_forecast(facts: Facts, tree: Outline, pace: Velocity) -> SprintForecast:
    """Return in which sprint everything is done if the next ones go as the last three did.

    It counts points if every open item has some, else items.
    """
    remaining = tree.open(leaf.key for leaf in tree.leaves)
    is_pointed = bool(remaining) and all(key in tree.points for key in remaining)
    part = _part(remaining, tree)
    unit = "points" if is_pointed and part.points else "items"
    left = _amount(part, unit)
    mean = pace.points if unit == "points" else pace.items
    ahead = SprintForecast(unit, left, mean)
    if not remaining:
        return ahead
    if pace.over < ENOUGH:
        so_far = f"needs {ENOUGH} that are over ({pace.over} so far)"
        return replace(ahead, reason=f"No forecast by sprints yet: {so_far}.")
    if not mean:
        return replace(ahead, reason=f"Nothing was done in the last {ENOUGH} sprints.")
    current = current_of(facts)
    used = _members(tree).get(current.name, []) if current else []
    done = _amount(_part(_done(tree, used, current), tree), unit) if current else 0
    rest = max(0.0, mean - done) if current else 0.0
    more = math.ceil((left - rest) / mean - _DUST) if left > rest + _DUST else 0
    ends = _end(facts, more)
    name = next((i.name for i in facts.iterations if ends and i.last == ends), "")
    return SprintForecast(unit, left, mean, more + (current is not None), ends, name)


def _end(facts: Facts, more: int) -> date | None:
    """Return the last day of the sprint that comes so many after the current one.

    Sprints that are not declared yet follow the last one without a break, as long as it.
    """
    current = current_of(facts)
    coming = [i for i in facts.iterations if state_of(i, facts.today) is State.COMING]
    if more == 0:
        return current.last if current else facts.today
    if more <= len(coming):
        return coming[more - 1].last
    last = coming[-1] if coming else facts.iterations[-1]
    days = (last.last - last.first).days + 1
    ahead = days * (more - len(coming))
    start = max(last.last, facts.today - timedelta(days=1))
    return later(start, ahead) if ahead <= _LONGEST else None


# ---- the next one --------------------------------------------------------------------------


def left_over(facts: Facts, tree: Outline, before: Iteration | None = None) -> Part:
    """Return what is still open in the sprints that are over, or in all `before` another one."""
    names = {
        each.name
        for each in facts.iterations
        if (each.first < before.first if before else state_of(each, facts.today) is State.OVER)
    }
    open_ones = tree.open(leaf.key for leaf in tree.leaves)
    return _part((key for key in open_ones if sprint_of(tree, key) in names), tree)


def fits_next(facts: Facts, tree: Outline, answer: Ready, pace: Velocity) -> Next | None:
    """Return what fits into the next sprint; None if there is no sprint to come.

    First what is carried over, which is everything that is open now, and what is planned already;
    then ready items in their order, as long as there is room.
    """
    following = next_of(facts)
    if following is None:
        return None
    unit = "points" if pace.is_pointed else "items"
    room = (pace.points or pace.items) if pace.sprints else None
    open_ones = tree.open(leaf.key for leaf in tree.leaves)
    in_next = [key for key in open_ones if sprint_of(tree, key) == following.name]
    next_sprint = Next(
        following, unit, room, left_over(facts, tree, following), _part(in_next, tree)
    )
    if room is None:
        return next_sprint
    free = [item.key for item in answer.items if not sprint_of(tree, item.key)]
    unestimated = [key for key in free if unit == "points" and key not in tree.points]
    fits: list[str] = []
    used = next_sprint.taken
    for key in free:
        cost = tree.points.get(key) if unit == "points" else 1
        if cost is not None and used + cost <= room + _DUST:
            fits.append(key)
            used += cost
    parts = next_sprint.carried, next_sprint.planned, _part(fits, tree)
    return Next(following, unit, room, *parts, tuple(unestimated))


# ---- burn-down -----------------------------------------------------------------------------


def burn_down(facts: Facts, tree: Outline, iteration: Iteration) -> tuple[BurnDay, ...]:
    """Return what was left at the end of each day of a sprint until today.

    An item counts from the day on which it was created. What was done on an unknown day counts as
    done on the last of these days.
    """
    last = min(iteration.last, facts.today)
    count_of_days = (last - iteration.first).days + 1
    if count_of_days < 1:
        return ()
    # What comes and goes on each day is added up once: items times days would be slow.
    points, items, left_points, left_items = ([0.0] * count_of_days for _ in range(4))
    for key in _members(tree).get(iteration.name, []):
        item, worth = tree.items[key], tree.points.get(key, 0)
        came = max(0, ((item.added or iteration.first) - iteration.first).days)
        if came >= count_of_days:
            continue
        gone = ((item.closed or last) - iteration.first).days if item.phase is Phase.DONE else None
        for sums, amount in ((points, worth), (left_points, worth), (items, 1), (left_items, 1)):
            sums[came] += amount
        if gone is not None and gone < count_of_days:
            left_points[max(came, gone)] -= worth
            left_items[max(came, gone)] -= 1
    rows = zip(*map(accumulate, (left_points, left_items, points, items)), strict=True)
    return tuple(
        BurnDay(
            day=iteration.first + timedelta(days=n),
            points=round(left_point, 9),
            items=int(left_item),
            all_points=round(point, 9),
            all_items=int(item),
        )
        for n, (left_point, left_item, point, item) in enumerate(rows)
    )


def sprint_progress(facts: Facts, tree: Outline) -> SprintProgress | None:
    """Return the sprints as a report shows them; None if the board has no iterations."""
    if not facts.iterations:
        return None
    pace = velocity(facts, tree)
    running = current_of(facts)
    now = sprint(facts, tree, running) if running else None
    return SprintProgress(
        current=running,
        days_left=now.days_left if now else 0,
        planned=now.planned if now else Part(),
        added=now.added if now else Part(),
        done=now.done if now else Part(),
        left=now.left if now else Part(),
        burn_down=burn_down(facts, tree, running) if running else (),
        velocity=pace,
        forecast=sprint_forecast(facts, tree, pace),
    )


def sprints_of(facts: Facts, tree: Outline, keys: Sequence[str]) -> tuple[str, ...]:
    """Return the sprints of these items in the order of time, each once."""
    names = {sprint_of(tree, key) for key in keys}
    return tuple(each.name for each in facts.iterations if each.name in names)
