"""Sprints on the command line: the one that a name means, and what the files said earlier."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from backlog_sync import wiring
from backlog_sync.cli.earlier_files import declared_at
from backlog_sync.core.normalize import fold
from backlog_sync.core.sprints import SprintField, declaring, sprints_then
from backlog_sync.core.words import CURRENT, NEXT, PREVIOUS
from backlog_sync.errors import UsageError
from backlog_sync.files.validation import did_you_mean
from backlog_sync.local import git
from backlog_sync.render.words import counted
from backlog_sync.reports.sprint import History, State, current_of, next_of, previous_of, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backlog_sync.cli.items import Items
    from backlog_sync.cli.options import TargetOptions
    from backlog_sync.core.facts import Facts, Iteration


def iteration_named(facts: Facts, name: str | None, files: Sequence[str] = ()) -> Iteration:
    """Return the iteration that a name or a word means; None means the current one.

    In a break that is the next one, and after the last one the last. Raises `UsageError`; if there
    are no sprints, it says how to declare them in these `files`.
    """
    if not facts.iterations:
        raise _without_iterations(facts, files)
    if name is None:
        return current_of(facts) or next_of(facts) or facts.iterations[-1]
    words = {CURRENT: current_of, NEXT: next_of, PREVIOUS: previous_of}
    if find := words.get(fold(name)):
        meant = find(facts)
        if meant is None:
            last = facts.iterations[-1]
            what = {NEXT: f"no sprint comes after {last.name}, which ends on {last.last}"}
            why = what.get(fold(name), f"no sprint is {fold(name)} on {facts.today}")
            hint = ADD_SPRINTS if fold(name) == NEXT else did_you_mean("", _names(facts), many="")
            raise UsageError(f"{name}: {why}", slug="no-such-sprint", hint=hint)
        return meant
    named = {fold(each.name): each for each in facts.iterations}
    if fold(name) not in named:
        hint = did_you_mean(name, (*_names(facts), *words), many="")
        raise UsageError(f"there is no sprint '{name}'", slug="no-such-sprint", hint=hint)
    return named[fold(name)]


ADD_SPRINTS = (
    "raise `count` of the field in the settings and run `backlog sync --extend-iterations`, or add"
    " an iteration in the board's settings"
)


def _names(facts: Facts) -> list[str]:
    return [each.name for each in facts.iterations]


def _without_iterations(facts: Facts, files: Sequence[str]) -> UsageError:
    """Return why there are no sprints, and how to declare them."""
    monday = facts.today + timedelta(days=-facts.today.weekday() % 7)
    name = facts.sprint_field or "Sprint"
    field = f"{name}: {{type: iteration, start: {monday}, duration: 14, count: 6}}"
    if facts.board is None:
        why = "there is no board, and sprints are the iterations of a board"
        hint = f"declare both: project: {{title: My board, fields: {{{field}}}}}"
    elif facts.sprint_field:
        why = f"the field {name} of {facts.board} has no iterations"
        hint = f"add them in the board's settings, or declare them: {field}"
    else:
        why = f"the board {facts.board} has no field with iterations"
        hint = f"declare one under `project: fields:`, then sync: {field}"
    if files and files[0].lower().endswith((".md", ".markdown")):
        hint += f"; in {files[0]}, settings are below `backlog:` in its front matter"
    return UsageError(why, slug="no-sprints", hint=hint)


def earlier_states(
    items: Items, field: SprintField, iteration: Iteration, target: TargetOptions
) -> History:
    """Return what the files said about sprints when this one began, and before."""
    declared = declaring(items.desired.items, field)
    top = wiring.root(target.paths)
    if not declared or iteration.first > items.facts.today or git.top_level(top) is None:
        return History(declared=declared)

    def at_end_of(day: date) -> dict[str, str] | None:
        after = day + timedelta(days=1)
        then = declared_at(top, items.desired, after, target.bullets)
        return None if then is None else sprints_then(then, items.desired, field, day)

    earlier = [each for each in items.facts.iterations if each.first < iteration.first]
    days = [iteration.first - timedelta(days=1)] if earlier else []
    days += [earlier[-1].first] if earlier else []
    states = [at_end_of(day) for day in dict.fromkeys(days)]
    return History(
        at_start=at_end_of(iteration.first),
        before=tuple(state for state in states if state is not None),
        declared=declared,
    )


def notes(
    facts: Facts, history: History, guessed: tuple[str, ...], iteration: Iteration, name: str | None
) -> Iterator[str]:
    """Yield sentences on what the sums rest on, and on why another sprint is shown."""
    if name is None and current_of(facts) is None:
        over = state_of(iteration, facts.today) is State.OVER
        rest = f"{iteration.name} was the last one" if over else f"{iteration.name} is the next one"
        yield f"No sprint is running on {facts.today}; {rest}."
    if state_of(iteration, facts.today) is State.COMING:
        return
    if guessed and history.declared and history.at_start is None:
        yield (
            f"The history of the files does not reach back to {iteration.first}: what was created"
            " by then counts as planned, and what was carried over is not known."
        )
    elif guessed:
        yield (
            f"The sprint of {counted(len(guessed), 'item')} is only on the board, which keeps no"
            f" history: what was created by {iteration.first} counts as planned, and what was"
            " carried over is not known."
        )
