"""`backlog sprint [show]|roll`."""

from __future__ import annotations

import re
from pathlib import Path

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
from backlog_sync.cli.usage import Commands, nearest_word
from backlog_sync.errors import ExitCode

_PATH = re.compile(r"[/\\]|\.[A-Za-z]{2,8}$")
"""A word that names a file; `Sprint 2.1` does not."""


_NAMES = {"show": "--name", "roll": "--to"}
"""The option of each subcommand that takes the name of a sprint, which may also follow it."""


def _is_path(word: str) -> bool:
    return bool(_PATH.search(word) or (word and Path(word).exists()))


class _ShownByDefault(Commands):
    """A group that shows a sprint if no subcommand is named: the current one, or that of a name."""

    default = "show"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default in front of options."""
        is_own = bool(args) and args[0] in self.get_help_option_names(ctx)
        if not is_own and (not args or args[0].startswith("-")):
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Put the default in front of a file, and the option in front of the name of a sprint."""
        word = args[0]
        if word in _NAMES and args[1:] and not (args[1].startswith("-") or _is_path(args[1])):
            args = [word, _NAMES[word], *args[1:]]
        if word not in (*self.commands, "help"):
            if _is_path(word):
                args = [self.default, *args]
            elif not nearest_word(word, self.commands):
                args = [self.default, "--name", *args]
        return super().resolve_command(ctx, args)


@click.group("sprint", cls=_ShownByDefault, epilog="\b\nExamples:\n"
             "  backlog sprint\n"
             "  backlog sprint @next\n"
             "  backlog sprint 'Sprint 3' ROADMAP.md --format json\n"
             "  backlog sprint roll --dry-run")  # fmt: skip
def command() -> None:
    """Show the sprint, or move what is left to the next one.

    `backlog sprint` is short for `backlog sprint show`, and `backlog sprint @next` for `backlog
    sprint show --name @next`. Sprints are the iterations of the board: of its field Sprint, else of
    its first iteration field.
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
    from backlog_sync.cli.sprints import earlier_states, iteration_named, notes
    from backlog_sync.cli.terminal import open_terminal
    from backlog_sync.core.relative_iterations import is_relative
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
    chosen = iteration_named(facts, name, items.desired.sources)
    field = sprint_field(items.desired, items.observed)
    assert field is not None
    history = earlier_states(items, field, chosen, target)
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
        tuple(notes(facts, history, shown.guessed, chosen, name)),
        frozenset(i.key for i in items.desired.items if is_relative(field.declared(i))),
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
        commands = {"roll": command_line("sprint roll"), "sync": command_line("sync")}
        terminal.result(sprint_text(answer, facts, tree, terminal.look(), **commands))
    return ExitCode.DONE


@command.command("roll", epilog="\b\nExamples:\n"
                 "  backlog sprint roll --dry-run\n"
                 "  backlog sprint roll --to @next\n"
                 "  backlog sprint roll --to 'Sprint 5' --yes")  # fmt: skip
@target_options("sprint roll")
@click.option("--to", "to", metavar="NAME|@current|@next",
              help="Sprint to move to (default: the current one, or the next one in a break)."
              )  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show the plan and the difference, and stop.")
@click.option("-y", "--yes", is_flag=True, help="Skip the confirmation.")
@format_option("text", "json")
@output_options
def roll(
    *,
    target: TargetOptions,
    to: str | None,
    dry_run: bool,
    yes: bool,
    output: str,
    output_options: OutputOptions,
) -> int:
    """Move what is open in earlier sprints to the current one.

    With `--to @next`, what is open in the current sprint moves, too. If the file owns the field
    (`ownership: {sprint: file}`), the files are changed and the next sync sets the board; else the
    values are set on the board, recorded for `backlog undo`, and the files follow. Items that say
    `@current` or `@next` move by themselves.
    """
    from backlog_sync.cli.sprint_roll import roll_sprint
    from backlog_sync.cli.terminal import open_terminal

    terminal = open_terminal(output_options, output, yes=yes or target.sandbox)
    return roll_sprint(target, terminal, to, dry_run=dry_run)
