"""Iterations and the order of options in histories: what a board must show, by rules of its own.

A file may say `@current`, which means another iteration when time passes. Sending iterations clears
them on every card: between that request and the end of a run, or of the next one if somebody stops
it, a card counts as having the iteration that it had.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from tests.laws.histories.model import CLOSED_WORDS, DONE, INTERRUPTED, Model
from tests.laws.histories.paper import Said
from tests.laws.histories.world import TOOL, Place, Seen, Snap, Step

WORDS = ("@current", "@next", "@previous")
_OPTIONS = re.compile(
    r"(?m)^ *([A-Z][A-Za-z ]+): \{type: (?:single|multi)_select, options: \[(.*)\]\}$"
)
_COUNT = re.compile(r"(type: iteration, .*count: )(\d+)")


# ---- what the words mean ------------------------------------------------------------------------


def meant(model: Model, seen: Seen, said: dict[str, Said], snap: Snap) -> dict[str, Said]:
    """What the file says, with the iteration that a word means in this run.

    Of an item that is closed or done it says nothing, if its card has an iteration.
    """
    return {
        uid: replace(each, sprint=_meaning(model, seen, each, snap))
        if each.sprint in WORDS
        else each
        for uid, each in said.items()
    }


def _meaning(model: Model, seen: Seen, said: Said, snap: Snap) -> str | None:
    number = model.numbers.get(said.uid)
    closed = str(seen.before.get((number, "state"))).startswith("CLOSED")
    stays = seen.before.get((number, "value", "Sprint")) is not None
    if (closed or said.status in CLOSED_WORDS) and stays:
        return None
    # What a run adds to the board is there before it sets a value.
    extends = "--extend-iterations" in seen.flags
    known = _iterations(seen.after if extends else snap)
    today = date.fromisoformat(seen.today)
    current = [title for title, start, end in known if start <= today < end]
    past = [title for title, _, end in known if end <= today]
    to_come = [title for title, start, _ in known if start > today]
    found = {"@current": current[-1:], "@next": to_come[:1], "@previous": past[-1:]}
    return next(iter(found[str(said.sprint)]), None)


def _iterations(snap: Snap) -> list[tuple[str, date, date]]:
    """Title, first day, and the day after the last one of each iteration, in their order."""
    found = [value for place, value in snap.items() if place[0] == "iterations"]
    dated = [
        (title, date.fromisoformat(start), date.fromisoformat(start) + timedelta(days=days))
        for each in found
        for _, title, start, days in each  # type: ignore[attr-defined] # rows of a snapshot
    ]
    return sorted(dated, key=lambda each: each[1])


# ---- what sending iterations clears ----------------------------------------------------------


def without_clearing(model: Model, seen: Seen) -> None:
    """Have a run look as if it had cleared no card; note which cards it left without a value."""
    pending = {p: v for p, v in model.cleared.items() if _is_empty(seen.before, p)}
    seen.before = {**seen.before, **pending}
    steps: list[Step] = []
    for step in seen.steps:
        changes = dict(step.changes)
        sends = step.who == TOOL and any(place[0] == "iterations" for place in changes)
        for place, (old, new) in step.changes.items():
            if place[1:] != ("value", "Sprint"):
                continue
            if sends and new is None and (old is not None or place in pending):
                pending.setdefault(place, old)
                del changes[place]
            elif place in pending:
                was = pending.pop(place)
                changes[place] = (was, new)
                if was == new:
                    del changes[place]
        steps.append(replace(step, changes=changes))
    pending = {p: v for p, v in pending.items() if (p[0], "card") in seen.after}
    seen.steps = steps
    seen.after = {**seen.after, **pending}
    model.cleared = pending
    stopped = seen.code == INTERRUPTED or seen.disturbed or seen.limited
    if seen.verb == "sync" and seen.code == DONE and pending and not stopped:
        model.fail(seen, f"these cards lost their iteration: {pending}")


def _is_empty(snap: Snap, place: Place) -> bool:
    return (place[0], "card") in snap and snap.get(place) is None


# ---- the order of options ------------------------------------------------------------------------


def options_in_order(model: Model, seen: Seen) -> None:
    """Declared options are in the file's order, and what people sorted is shown before that."""
    if seen.verb != "sync" or seen.disturbed or seen.limited or seen.code != DONE:
        return
    shown = {str(each["key"]) for each in seen.plan.get("drift", ()) if each["field"] == "order"}
    for name, declared in _declared(seen.paper_before.text):
        before, after = _order(seen.before, name), _order(seen.after, name)
        if after is None:
            continue
        if [option for option in after if option in declared] != declared:
            model.fail(seen, f"the options of {name} are {after}, the file declares {declared}")
        known = model.orders.get(name)
        if before not in (None, after, known) and name not in shown and known is not None:
            model.fail(seen, f"people's order {before} of {name} became {after} without a line")
        model.orders[name] = after


def _declared(text: str) -> Iterable[tuple[str, list[str]]]:
    for match in _OPTIONS.finditer(text):
        yield match[1], [word.strip() for word in match[2].split(",")]


def _order(snap: Snap, name: str) -> tuple[str, ...] | None:
    found = (value for place, value in snap.items() if place[0] == "options")
    return next((each[1] for each in found if each[0] == name), None)  # type: ignore[index] # a field


# ---- what people do ------------------------------------------------------------------------------


def sorted_otherwise(text: str) -> str:
    """The file with the options of Priority in the other order."""

    def turned(match: re.Match[str]) -> str:
        if match[1] != "Priority":
            return match[0]
        words = ", ".join(reversed([word.strip() for word in match[2].split(",")]))
        return match[0].replace(match[2], words)

    return _OPTIONS.sub(turned, text)


def with_more_iterations(text: str) -> str:
    """The file with one iteration more."""
    return _COUNT.sub(lambda match: f"{match[1]}{int(match[2]) + 1}", text)
