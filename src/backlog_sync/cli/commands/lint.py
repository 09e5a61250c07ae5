"""`backlog lint`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from backlog_sync import __version__, wiring
from backlog_sync.cli.options import (
    OutputOptions,
    bullets_option,
    format_option,
    output_options,
    paths_argument,
)
from backlog_sync.core.escape import clean
from backlog_sync.errors import ExitCode, UsageError
from backlog_sync.render.json import dump, lint_json
from backlog_sync.render.words import counted, found_text, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from click.shell_completion import CompletionItem

    from backlog_sync.cli.screen import Screen
    from backlog_sync.core.accounts import Account
    from backlog_sync.core.model import Inventory
    from backlog_sync.files.load import Loaded
    from backlog_sync.render.canvas import Look

_PLURALS = {"epic": "epics", "feature": "features", "story": "stories"}


_FIXED = ("mojibake", "wrong-total")
"""What `--fix` fixes without a correction in the finding itself."""
_MOST_STEPS = 6
"""The most rounds of fixing: a file takes one for its text and one for its totals."""


def _complete_slug(
    _context: click.Context, _option: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete slugs, and paths as the shell does."""
    from click.shell_completion import CompletionItem

    from backlog_sync.render.catalogue import catalogue

    slugs = [CompletionItem(slug, help=entry.title)
             for slug, entry in catalogue().items() if slug.startswith(incomplete)]  # fmt: skip
    return slugs or [CompletionItem(incomplete, type="file")]


@click.command(
    "lint",
    epilog="\b\nExamples:\n  backlog lint\n  backlog lint ROADMAP.md --explain\n"
    "  backlog lint --explain unknown-field\n  backlog lint --fix",
)
@paths_argument
@bullets_option
@click.option("--explain", "subject", is_flag=False, flag_value="", metavar="[SLUG]",
              shell_complete=_complete_slug,
              help="With the slug of a message, explain it; else show which rule matched each"
              " line.")  # fmt: skip
@click.option("--fix", "fix_files", is_flag=True,
              help="Fix what can be fixed: misspelled keys and values, wrong totals, mojibake."
              )  # fmt: skip
@click.option("--write-ids", "ids", is_flag=True,
              help="With --fix, also write the generated `id:` into items of YAML files, so that"
              " renamed items keep their issues.")  # fmt: skip
@format_option("text", "json", "sarif", "github")
@output_options
def command(
    *,
    paths: tuple[str, ...],
    bullets: str | None,
    subject: str | None,
    fix_files: bool,
    ids: bool,
    output: str,
    output_options: OutputOptions,
) -> int:
    """Check backlog files, offline: list every problem with its location and a hint.

    Exits with 1 if there are errors; warnings do not fail.
    """

    explain = subject is not None
    if ids and not fix_files:
        raise click.UsageError("--write-ids works only with --fix.")
    if explain and output == "sarif":
        raise click.UsageError(f"--explain has no meaning with --format {output}.")
    from backlog_sync.cli.screen import log_files, open_screen
    from backlog_sync.files.account import accounts
    from backlog_sync.files.load import load
    from backlog_sync.render.canvas import wrapped
    from backlog_sync.render.diagnostics import (
        diagnostics_github,
        diagnostics_sarif,
        diagnostics_text,
        explained_github,
    )

    screen = open_screen(output_options)
    if subject and not _is_path(subject):
        return _explain_slug(subject, paths, screen, output)
    paths = (subject, *paths) if subject else paths
    loaded = load([Path(path) for path in paths], root=wiring.root(paths), bullets=bullets)
    log_files(loaded)
    if fix_files:
        loaded = _fixed(loaded, screen, paths, bullets, ids=ids, quiet=output != "text")
    failed = any(diagnostic.is_error for diagnostic in loaded.diagnostics)
    read = accounts(loaded)
    look = screen.look()
    match output:
        case "json":
            lines = list(_explained(read)) if explain else None
            screen.result(dump(lint_json(loaded.inventory, loaded.diagnostics, read, lines)))
        case "sarif":
            screen.result(diagnostics_sarif(loaded.diagnostics, __version__))
        case "github":
            if explain:
                screen.result(explained_github(list(_explained(read))))
            screen.result(diagnostics_github(loaded.diagnostics))
        case _:
            if explain:
                from backlog_sync.render.outline import explained_text

                screen.result(explained_text(read, look))
            shown = [each for each in loaded.diagnostics
                     if each.is_error or not output_options.quiet]  # fmt: skip
            screen.result(diagnostics_text(shown, look, loaded.texts))
            screen.result(summary_text(read, look, explained=explain))
            if loaded.inventory.counts or not failed:
                screen.result(wrapped(inventory_text(loaded.inventory), look))
            screen.result(found_text(loaded.diagnostics, fixable=_fixable(loaded)) + "\n")
    return ExitCode.FAILED if failed else ExitCode.DONE


def _is_path(word: str) -> bool:
    """Return whether the word after `--explain` is a path: `./NAME` always is, a slug never."""
    from backlog_sync.render.catalogue import catalogue

    if word in catalogue():
        return False
    return Path(word).exists() or any(sign in word for sign in "./\\")


def _explain_slug(slug: str, paths: Sequence[str], screen: Screen, output: str) -> int:
    """Print what a slug means, with an example."""
    from backlog_sync.render.catalogue import catalogue, entry_json, entry_text, nearest_slugs

    if slug not in catalogue():
        near = ", ".join(nearest_slugs(slug))
        hint = f"did you mean {near}?" if near else "docs/messages.md lists all slugs"
        raise UsageError(f"{clean(slug)!r} is neither a slug nor a file", hint=hint)
    if paths:
        hint = f"`backlog lint --explain {slug}` explains the slug; `backlog lint` checks files"
        raise UsageError("--explain SLUG takes no files", hint=hint)
    entry = catalogue()[slug]
    screen.result(dump(entry_json(entry)) if output == "json" else entry_text(entry, screen.look()))
    return ExitCode.DONE


def _fixed(
    loaded: Loaded,
    screen: Screen,
    paths: tuple[str, ...],
    bullets: str | None,
    *,
    ids: bool,
    quiet: bool,
) -> Loaded:
    """Fix the files step by step, and show how they changed, with a line per fix.

    That is the result; with another output format it goes to standard error.
    """
    from backlog_sync.files.load import load
    from backlog_sync.files.write.change import save
    from backlog_sync.files.write.fix import fix
    from backlog_sync.render.diffs import diff_text

    before: dict[str, tuple[bytes, bytes]] = {}
    fixed: list[str] = []
    for _ in range(_MOST_STEPS):
        changes = fix(loaded, ids=ids)
        if not changes:
            break
        for change in changes:
            save(change)
            original, _after = before.get(change.path, (change.before, b""))
            before[change.path] = (original, change.after)
            fixed += change.fixed
        loaded = load([Path(path) for path in paths], root=wiring.root(paths), bullets=bullets)
    look = screen.look(err=quiet)
    show = screen.info if quiet else screen.result
    for path, (old, new) in before.items():
        texts = (old.decode("utf-8", "replace"), new.decode("utf-8", "replace"))
        show(diff_text(path, *texts, look))
    if fixed:
        show("".join(f"fixed {clean(each)}\n" for each in fixed))
    return loaded


def inventory_text(inventory: Inventory) -> str:
    """Return how much the files contain, in words."""
    parts = [
        counted(count, kind, _PLURALS.get(kind))
        for kind, count in inventory.counts.items()
        if count or kind in _PLURALS
    ]
    parts.append(counted(inventory.checklist, "acceptance criterion", "acceptance criteria"))
    parts.append(f"{number(inventory.points)} point{'' if inventory.points == 1 else 's'}")
    parts.append(counted(inventory.milestones, "milestone"))
    return ", ".join(parts)


def summary_text(accounts: Sequence[Account], look: Look, *, explained: bool = False) -> str:
    """Return how much of the files was read as items, and how to read more; "" if all was."""
    from backlog_sync.render.canvas import wrapped
    from backlog_sync.render.outline import not_taken

    left = any(each.taken < each.written for each in accounts)
    return wrapped(not_taken(accounts, explained=explained), look) if left else ""


def _fixable(loaded: Loaded) -> int:
    """Return how many of the problems `--fix` would fix."""
    if not any(each.fix or each.slug in _FIXED for each in loaded.diagnostics):
        return 0
    from backlog_sync.files.write.fix import count_fixable

    return count_fixable(loaded)


def _explained(accounts: Sequence[Account]) -> Iterator[dict[str, object]]:
    """Yield every line that is not blank as a mapping for scripts."""
    for account in accounts:
        for line in account.lines:
            if line.rule:
                yield {
                    "path": account.path,
                    "line": line.number,
                    "rule": line.rule,
                    "key": line.key,
                    "reason": line.reason,
                    "verdict": line.verdict.value,
                }
