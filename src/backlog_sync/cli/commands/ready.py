"""`backlog ready`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backlog_sync.cli.options import (
    OutputOptions,
    TargetOptions,
    format_option,
    offline_option,
    output_options,
    target_options,
)
from backlog_sync.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backlog_sync.cli.items import Items
    from backlog_sync.cli.terminal import Terminal
    from backlog_sync.reports.ready import Choice


@click.command(
    "ready",
    epilog="\b\nExamples:\n"
    "  backlog ready\n"
    "  backlog ready --assignee @me\n"
    "  backlog ready --label backend --assignee none --limit 3\n"
    "  backlog ready --blocked\n"
    "  backlog ready --format json",
)
@target_options("ready")
@click.option("--assignee", metavar="LOGIN|@me|none",
              help="Limit to items of this person, of yourself, or of nobody.")  # fmt: skip
@click.option("--team", metavar="NAME", help="Limit to items of this team.")
@click.option("--label", metavar="NAME", help="Limit to items with this label.")
@click.option("--milestone", metavar="TITLE", help="Limit to items of this milestone.")
@click.option("--kind", metavar="KIND", help="Limit to items of this kind, such as story.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1),
              help="List at most N items (default: 20 in text, all in JSON).")  # fmt: skip
@click.option("--blocked", is_flag=True,
              help="List the items that wait, and what they wait for.")  # fmt: skip
@offline_option
@format_option("text", "json")
@output_options
def command(
    *,
    target: TargetOptions,
    assignee: str | None,
    team: str | None,
    label: str | None,
    milestone: str | None,
    kind: str | None,
    limit: int | None,
    blocked: bool,
    offline: bool,
    output: str,
    output_options: OutputOptions,
) -> int:
    """Show what can be started now, and what is in progress. Read-only.

    Ready are open items without children that nobody has started, that wait for no open blocker in
    the file or on GitHub, and whose start date is not in the future. They are in the order of
    priority, critical path and due date. Limits of work in progress are set with `wip:` in the
    file.
    """
    from backlog_sync.cli.items import read_items
    from backlog_sync.cli.terminal import open_terminal
    from backlog_sync.reports.ready import Choice

    terminal = open_terminal(output_options, output)
    items = read_items(target, terminal, offline=offline)
    choice = Choice(_login(assignee, items), team, label, milestone, kind)
    _check(choice, items)
    _show(items, choice, terminal, limit=limit, blocked=blocked)
    return ExitCode.DONE


def _login(assignee: str | None, items: Items) -> str | None:
    """Return the login that `@me` means. Raises `UsageError` if GitHub was not asked."""
    if assignee is None or assignee.lower() != "@me":
        return assignee
    if items.observed is None:
        raise UsageError(
            f"--assignee @me: GitHub was not asked who you are ({items.why})",
            hint="name a login, or none for items of nobody",
        )
    return items.observed.viewer.login


def _check(choice: Choice, items: Items) -> None:
    """Raise `UsageError` if no item of the backlog has the named team, label, milestone or kind."""
    from backlog_sync.core.normalize import fold
    from backlog_sync.core.rollup import team_of
    from backlog_sync.files.validation import did_you_mean

    works = items.facts.items
    known: dict[str, tuple[str | None, Iterable[str | None]]] = {
        "team": (choice.team, (team_of(items.tree, work.key) for work in works)),
        "label": (choice.label, (label for work in works for label in work.labels)),
        "milestone": (choice.milestone, (work.milestone for work in works)),
        "kind": (choice.kind, (work.kind for work in works)),
    }
    for option, (value, names) in known.items():
        used = list(dict.fromkeys(name for name in names if name))
        if value is not None and fold(value) not in map(fold, used):
            hint = did_you_mean(value, used, many="") if used else f"no item has a {option}"
            raise UsageError(f"--{option}: no item has '{value}'", hint=hint)


def _show(
    items: Items, choice: Choice, terminal: Terminal, *, limit: int | None, blocked: bool
) -> None:
    from backlog_sync.render.canvas import wrapped
    from backlog_sync.render.json import dump
    from backlog_sync.reports.ready import chosen, ready
    from backlog_sync.reports.render_ready import USUAL, ready_counts, ready_json, ready_text

    answer = chosen(ready(items.facts, items.tree, items.schedule), items.tree, choice)
    if items.why:
        terminal.info(wrapped(items.note, terminal.look(err=True)))
    if terminal.output == "json":
        places = {item.key: item.place for item in items.desired.items}
        envelope = ready_json(
            answer, items.facts, items.tree, places, most=limit, why=items.note if items.why else ""
        )
        terminal.result(dump(envelope))
        return
    if terminal.output_options.quiet:
        terminal.result(ready_counts(answer))
        return
    text = ready_text(
        answer,
        items.facts,
        terminal.look(),
        most=limit or USUAL,
        blocked=blocked,
        narrowed=bool(choice),
    )
    terminal.result(text)
