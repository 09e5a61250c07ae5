"""Words for an iteration that depend on the date: `@current`, `@next`, `@previous`.

They mean what they mean in the filters of GitHub's boards: the iteration that the date is in, and
the ones before and after it.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from backlog_sync.core.model import BoardValue, ObservedOption
from backlog_sync.core.normalize import fold

CURRENT, NEXT, PREVIOUS = "@current", "@next", "@previous"
WORDS = (CURRENT, NEXT, PREVIOUS)


def is_relative(value: BoardValue) -> bool:
    """Return whether a value of an iteration field is one of the words."""
    return isinstance(value, str) and fold(value) in WORDS


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


def remedy(word: str, options: Sequence[ObservedOption], today: str) -> str:
    """Return what helps if a word means no iteration."""
    _, _, future = _by_time(options, today)
    if fold(word) == PREVIOUS or future:
        return "name an iteration"
    return (
        "raise `count` of the field under project.fields and use --extend-iterations, add"
        " iterations in the board's settings, or name one"
    )


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
        elif day < start + timedelta(days=option.duration or 0):
            current = option
        else:
            past.append(option)
    return past, current, future
