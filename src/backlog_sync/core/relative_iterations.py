"""Words for an iteration that depend on the date: `@current`, `@next`, `@previous`.

They mean what they mean in the filters of GitHub's boards: the iteration that the date is in, and
the ones before and after it.
"""

import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from backlog_sync.core.iterations import MOST, NewIteration, as_options
from backlog_sync.core.model import BoardValue
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import ObservedOption
from backlog_sync.core.words import CURRENT, NEXT, PREVIOUS, RELATIVE


def is_relative(value: BoardValue) -> bool:
    """Return whether a value of an iteration field is one of the words."""
    return isinstance(value, str) and fold(value) in RELATIVE


def named_iteration(
    word: str, options: Sequence[ObservedOption], today: str
) -> ObservedOption | None:
    """Return the iteration that a word means on a date (ISO); None if there is none."""
    past, current, future = _by_time(options, today)
    match fold(word):
        case "@current":
            return current
        case "@next":
            return future[0] if future else None
        case _:
            return past[-1] if past else None


def why_unclear(word: str, field: str, options: Sequence[ObservedOption], today: str) -> str:
    """Return why a word means no iteration on a date."""
    past, current, future = _by_time(options, today)
    if not today:
        return f"{field} is {word}, and the date of this run is not known"
    if not (past or current or future):
        return f"{field} is {word}, and the board has no iterations"
    if current:
        side = "after" if fold(word) == NEXT else "before"
        return f"{field} is {word}, and there is no iteration {side} {current.name}"
    if past and future:
        return f"{field} is {word}, and {today} is in a break between iterations"
    if past:
        return f"{field} is {word}, and {past[-1].name} was the last iteration"
    return f"{field} is {word}, and {future[0].name} begins only on {future[0].start}"


def remedy(
    word: str, options: Sequence[ObservedOption], today: str, addable: Sequence[NewIteration] = ()
) -> str:
    """Return what helps if a word means no iteration.

    `addable` are the iterations that --extend-iterations would add.
    """
    _, _, future = _by_time(options, today)
    if fold(word) == PREVIOUS or future:
        return "name an iteration"
    if named_iteration(word, (*options, *as_options(addable)), today) is None:
        return "add iterations in the board's settings, or name one"
    more = f" and {len(addable) - 1} more" if len(addable) > 1 else ""
    title, start, _ = addable[0]
    return f"use --extend-iterations, which adds {title} (from {start}){more}, or name an iteration"


def iterations_for(
    words: Collection[str],
    field_name: str,
    options: Sequence[ObservedOption],
    today: str,
    days: int | None = None,
) -> tuple[NewIteration, ...]:
    """Return the iterations to add after the last one, so that these words mean one on a date.

    They follow without a break, each `days` long, or as long as the last one. There are none if
    the words mean something already or never will, and if the field would have more than `MOST`.
    """
    folded = {fold(word) for word in words}
    past, current, future = _by_time(options, today)
    if future or not (past or current):
        return ()
    needs_next = NEXT in folded
    if not needs_next and (CURRENT not in folded or current):
        return ()
    last = current or past[-1]
    length = days or last.duration or 1
    day = date.fromisoformat(today)
    start = max(_end(option) for option in (*past, *((current,) if current else ())))
    titles = _titles_after(last.name, field_name, {option.name for option in options})
    added: list[NewIteration] = []
    while len(options) + len(added) < MOST:
        added.append((next(titles), start.isoformat(), length))
        if start > day or (not needs_next and start + timedelta(days=length) > day):
            return tuple(added)
        start += timedelta(days=length)
    return ()


def _titles_after(last: str, field_name: str, taken: Collection[str]) -> Iterator[str]:
    """Yield titles that count on from the last one: `Sprint 4` is followed by `Sprint 5`."""
    counted = re.fullmatch(r"(.*?)([0-9]{1,9})", last)
    prefix, number = (counted[1], int(counted[2])) if counted else (f"{field_name} ", len(taken))
    for n in itertools.count(number + 1):
        if f"{prefix}{n}" not in taken:
            yield f"{prefix}{n}"


def _end(option: ObservedOption) -> date:
    """Return the day after an iteration."""
    return date.fromisoformat(option.start or "") + timedelta(days=option.duration or 0)


def _by_time(
    options: Sequence[ObservedOption], today: str
) -> tuple[list[ObservedOption], ObservedOption | None, list[ObservedOption]]:
    """Return the iterations that are over, the current one, and those to come, by start."""
    if not today:
        return [], None, []
    day = date.fromisoformat(today)
    dated = sorted(
        (date.fromisoformat(option.start), index, option)
        for index, option in enumerate(options)
        if option.start
    )
    past: list[ObservedOption] = []
    future: list[ObservedOption] = []
    current: ObservedOption | None = None
    for start, _, option in dated:
        if start > day:
            future.append(option)
        elif day < _end(option):
            current = option
        else:
            past.append(option)
    return past, current, future
