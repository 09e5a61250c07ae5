"""`backlog show`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from backlog_sync.cli.options import (
    OutputOptions,
    TargetOptions,
    command_line,
    complete_items,
    format_option,
    offline_option,
    output_options,
    target_options,
)
from backlog_sync.errors import ExitCode

if TYPE_CHECKING:
    from backlog_sync.cli.items import Items
    from backlog_sync.cli.terminal import Terminal
    from backlog_sync.core.drift import Drift
    from backlog_sync.core.observed import ObservedIssue


@click.command(
    "show",
    epilog="\b\nExamples:\n"
    "  backlog show 12\n"
    "  backlog show story-1.2 ROADMAP.md\n"
    "  backlog show 'Export as CSV' --format json",
)
@click.argument("name", metavar="ITEM", shell_complete=complete_items)
@target_options("show")
@offline_option
@format_option("text", "json")
@output_options
def command(
    *, name: str, target: TargetOptions, offline: bool, output: str, output_options: OutputOptions
) -> int:
    """Show one item whole: its plan, its state on GitHub, and what differs. Read-only.

    ITEM is a key, an issue number, a title, or the start of a key or title.
    """
    from backlog_sync.cli.items import read_items
    from backlog_sync.cli.terminal import open_terminal

    terminal = open_terminal(output_options, output)
    items = read_items(target, terminal, offline=offline, plan=True)
    _show(items, _key(name, items), terminal)
    return ExitCode.DONE


def _key(name: str, items: Items) -> str:
    """Return the key of the item that a name means; on GitHub it may have a number already."""
    from backlog_sync.cli.only import choices_of, keys_of
    from backlog_sync.files.refs import parse_issue_ref

    refs = {item.key: item.ref for item in items.facts.items if item.ref}
    choices = [
        choice if choice.issue or choice.key not in refs
        else replace(choice, issue=parse_issue_ref(refs[choice.key]))
        for choice in choices_of(items.desired.items)
    ]  # fmt: skip
    (key,) = keys_of((name,), choices, items.facts.repository, hint=_HINT)
    return key


_HINT = "name a key, an issue number, a title, or the start of a key or title"


def _show(items: Items, key: str, terminal: Terminal) -> None:
    from backlog_sync.render.canvas import wrapped
    from backlog_sync.render.json import dump
    from backlog_sync.reports.item import item_detail
    from backlog_sync.reports.ready import ready
    from backlog_sync.reports.render_item import item_json, item_text

    answer = ready(items.facts, items.tree, items.schedule)
    desired = next(item for item in items.desired.items if item.key == key)
    detail = item_detail(desired, items.facts, items.tree, _issues(items))
    drift = _drift(items, key)
    if items.why:
        terminal.info(wrapped(items.note, terminal.look(err=True)))
    if terminal.output == "json":
        terminal.result(dump(item_json(detail, answer, items.tree, drift)))
        return
    text = item_text(detail, answer, items.facts, items.tree, drift, terminal.look(), command_line)
    terminal.result(text.partition("\n")[0] + "\n" if terminal.output_options.quiet else text)


def _issues(items: Items) -> dict[str, ObservedIssue]:
    prepared = items.prepared
    if prepared is None or prepared.matches is None:
        return {}
    return {key: match.issue for key, match in prepared.matches.by_key.items()}


def _drift(items: Items, key: str) -> Drift | None:
    """Return what differs for the item; None if GitHub was not read."""
    if items.prepared is None:
        return None
    from backlog_sync.core.drift import find_drift, of_item

    prepared = items.prepared
    return of_item(find_drift(prepared.plan, prepared.desired, prepared.observed), key)
