"""`backlog sprint [show]|roll`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from backlog_sync.cli.options import (
    OutputOptions,
    TargetOptions,
    command_line,
    format_option,
    offline_option,
    output_options,
    target_options,
)
from backlog_sync.cli.usage import Commands
from backlog_sync.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from backlog_sync.cli.items import Items
    from backlog_sync.core.facts import Facts, Iteration
    from backlog_sync.core.sprints import SprintField
    from backlog_sync.reports.sprint import History


class _ShownByDefault(Commands):
    """A group that shows the sprint if no subcommand is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default in front of whatever is not a subcommand."""
        own = (*self.commands, *self.get_help_option_names(ctx), "help")
        if not args or args[0] not in own:
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group("sprint", cls=_ShownByDefault, epilog="\b\nExamples:\n"
             "  backlog sprint\n"
             "  backlog sprint --name @next\n"
             "  backlog sprint --name 'Sprint 3' --format json ROADMAP.md\n"
             "  backlog sprint roll --dry-run")  # fmt: skip
def command() -> None:
    """Show the sprint, or move what is left to the next one.

    `backlog sprint` is short for `backlog sprint show`. Sprints are the iterations of the board:
    of its field Sprint, else of its first iteration field.
    """


@command.command("show", epilog="\b\nExamples:\n"
                 "  backlog sprint\n"
                 "  backlog sprint show --name @previous\n"
                 "  backlog sprint show --name 'Sprint 3' --format json")  # fmt: skip
@target_options("sprint")
@click.option("--name", metavar="NAME|@next|@previous",
              help="Sprint to show (default: the current one, or the next one in a break)."
              )  # fmt: skip
@offline_option
@format_option("text", "json")
@output_options
def show(
    *,
    target: TargetOptions,
    name: str | None,
    offline: bool,
    output: str,
    output_options: OutputOptions,
) -> int:
    """Show a sprint: planned, done, added, carried over. Read-only.

    With the velocity of the last sprints, and what fits into the next one: what is carried over,
    then ready items in their order. What was planned is what the files said at the end of the
    sprint's first day, from their history in git; for items whose sprint is only on the board, it
    is what was created by then.
    """
    from backlog_sync.cli.items import read_items
    from backlog_sync.cli.terminal import open_terminal
    from backlog_sync.core.sprints import sprint_field
    from backlog_sync.render.canvas import wrapped
    from backlog_sync.render.json import dump
    from backlog_sync.reports.ready import ready
    from backlog_sync.reports.render_sprint import (
        SprintAnswer,
        sprint_json,
        sprint_line,
        sprint_text,
    )
    from backlog_sync.reports.sprint import (
        State,
        fits_next,
        left_over,
        sprint,
        sprint_forecast,
        velocity,
    )

    terminal = open_terminal(output_options, output)
    items = read_items(target, terminal, offline=offline)
    facts, tree = items.facts, items.tree
    chosen = iteration_named(facts, name)
    field = sprint_field(items.desired, items.observed)
    assert field is not None
    history = _history(items, field, chosen, target)
    pace = velocity(facts, tree)
    shown = sprint(facts, tree, chosen, history)
    answer = SprintAnswer(
        shown,
        pace,
        sprint_forecast(facts, tree, pace),
        left_over(facts, tree),
        fits_next(facts, tree, ready(facts, tree, items.schedule), pace)
        if shown.state is not State.COMING
        else None,
        tuple(_notes(facts, history, shown.guessed, chosen, name)),
    )
    if items.why:
        terminal.info(wrapped(items.note, terminal.look(err=True)))
    if terminal.output == "json":
        places = {item.key: item.place for item in items.desired.items}
        why = items.note if items.why else ""
        terminal.result(dump(sprint_json(answer, facts, tree, places, why=why)))
    elif output_options.quiet:
        terminal.result(sprint_line(answer))
    else:
        roll = command_line("sprint roll")
        terminal.result(sprint_text(answer, facts, tree, terminal.look(), roll))
    return ExitCode.DONE


def iteration_named(facts: Facts, name: str | None) -> Iteration:
    """Return the iteration that a name or a word means; None means the current one.

    In a break that is the next one, and after the last one the last. Raises `UsageError`.
    """
    from backlog_sync.core.normalize import fold
    from backlog_sync.core.words import CURRENT, NEXT, PREVIOUS
    from backlog_sync.files.validation import did_you_mean
    from backlog_sync.reports.sprint import current_of, next_of, previous_of

    if not facts.iterations:
        raise _without_iterations(facts)
    if name is None:
        return current_of(facts) or next_of(facts) or facts.iterations[-1]
    words = {CURRENT: current_of, NEXT: next_of, PREVIOUS: previous_of}
    if find := words.get(fold(name)):
        found = find(facts)
        if found is None:
            last = facts.iterations[-1]
            what = {NEXT: f"no sprint comes after {last.name}, which ends on {last.last}"}
            why = what.get(fold(name), f"no sprint is {fold(name)} on {facts.today}")
            hint = _ADD if fold(name) == NEXT else did_you_mean("", _names(facts))
            raise UsageError(f"{name}: {why}", slug="no-such-sprint", hint=hint)
        return found
    named = {fold(each.name): each for each in facts.iterations}
    if fold(name) not in named:
        hint = did_you_mean(name, (*_names(facts), *words))
        raise UsageError(f"there is no sprint '{name}'", slug="no-such-sprint", hint=hint)
    return named[fold(name)]


_ADD = (
    "raise `count` of the field in the settings and run `backlog sync --extend-iterations`, or add"
    " an iteration in the board's settings"
)


def _names(facts: Facts) -> list[str]:
    return [each.name for each in facts.iterations]


def _without_iterations(facts: Facts) -> UsageError:
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
    return UsageError(why, slug="no-sprints", hint=hint)


def _history(
    items: Items, field: SprintField, iteration: Iteration, target: TargetOptions
) -> History:
    """Return what the files said about sprints when this one began, and before."""
    from backlog_sync import wiring
    from backlog_sync.cli.earlier_files import declared_at
    from backlog_sync.core.sprints import declaring, sprints_then
    from backlog_sync.local import git
    from backlog_sync.reports.sprint import History

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


def _notes(
    facts: Facts, history: History, guessed: tuple[str, ...], iteration: Iteration, name: str | None
) -> Iterator[str]:
    """Yield sentences on what the sums rest on, and on why another sprint is shown."""
    from backlog_sync.render.words import counted
    from backlog_sync.reports.sprint import State, current_of, state_of

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
