"""`backlog pull`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from backlog_sync.cli.options import (
    OutputOptions,
    TargetOptions,
    complete_items,
    format_option,
    output_options,
    target_options,
)
from backlog_sync.core.body import CRITERIA
from backlog_sync.core.escape import clean
from backlog_sync.core.fields import FIELD_WORDS, Owner, file_key
from backlog_sync.core.normalize import fold
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.pull import Pulled
from backlog_sync.core.pull import pull as taken_from
from backlog_sync.errors import ExitCode, RefusedError, UsageError
from backlog_sync.local.signals import INTERRUPTS
from backlog_sync.render.json import dump
from backlog_sync.render.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_sync.cli.screen import Screen
    from backlog_sync.cli.terminal import Terminal
    from backlog_sync.cli.workspace import Run
    from backlog_sync.cli.write_back import Chosen
    from backlog_sync.core.inbox import Taken
    from backlog_sync.core.plan import FieldNote
    from backlog_sync.engine.reconcile import Prepared
    from backlog_sync.files.write.change import FileChange


@click.command("pull", epilog="\b\nExamples:\n  backlog pull --dry-run\n"
               "  backlog pull --on-conflict github\n  backlog pull --new --dry-run")  # fmt: skip
@target_options("pull")
@click.option("--only", multiple=True, metavar="ITEM", shell_complete=complete_items,
              help="Accept only values of this item or definition: a key, an issue number, a title,"
              " or the start of a key or title. May be repeated.")  # fmt: skip
@click.option("--field", "fields", multiple=True, metavar="NAME",
              help="Accept only this field, as the file or `backlog drift` names it. May be"
              " repeated.")  # fmt: skip
@click.option("--on-conflict", type=click.Choice(["github"]),
              help="Take GitHub's version even if the file changed the same field.")  # fmt: skip
@click.option("--new", "is_new", is_flag=True,
              help="Add issues that people opened to the files instead, as far as the setting"
              " `inbox` asks for them.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show the difference and write nothing.")
@format_option("text", "json")
@output_options
def command(
    *,
    target: TargetOptions,
    only: tuple[str, ...],
    fields: tuple[str, ...],
    on_conflict: str | None,
    is_new: bool,
    dry_run: bool,
    output: str,
    output_options: OutputOptions,
) -> int:
    """Accept drifted values from GitHub into the files, instead of reverting them.

    Titles, texts, criteria, points, priorities, milestones, dates, labels, assignees and
    dependencies are written in the file's own style. Values that the file cannot express are
    listed. Nothing visible changes on GitHub; written progress is recorded there in hidden
    markers, which needs permission to write issues. Exits with 4 if conflicts remain.

    With --new, nothing is written to GitHub: new issues become items with their number, title and
    fields, while their text stays on GitHub. The next sync adopts them.
    """
    from backlog_sync.cli.terminal import open_terminal
    from backlog_sync.cli.workspace import workspace
    from backlog_sync.cli.write_back import (
        Flow,
        files_after,
        flow_in,
        unrecorded_lines,
        write_files,
        writes_of,
    )
    from backlog_sync.render.drift import pulled_text, pulled_to_json

    screen = open_terminal(output_options, output)
    if is_new:
        is_whole = not fields and not on_conflict
        return _new(target, screen, only, output, is_whole=is_whole, dry_run=dry_run)
    options = PlanOptions(on_conflict=Owner.GITHUB if on_conflict else None)
    with workspace(target, screen, read_only=dry_run) as run:
        _check_writable(run, dry_run=dry_run)
        if not dry_run:
            run.lock()
        prepared = run.plan(options, remembered=False)
        run.warn_of_pending(prepared.observed.saved_iterations)
        pulled = taken_from(prepared.plan, prepared.desired, prepared.observed)
        chosen = _choice(run, prepared, only, fields)
        conflicts = tuple(n for n in prepared.plan.conflicts if chosen(n.key, n.name))
        plan = replace(prepared.plan, conflicts=conflicts)
        pulled = Pulled(
            tuple(t for t in pulled.takes if chosen(t.key, t.name)),
            tuple(left for left in pulled.left if chosen(left.key, left.name)),
        )
        about = run.loaded, prepared.desired, prepared.observed, pulled.takes
        if dry_run:
            accepted, all_changes = files_after(*about, chosen=chosen)
            writes = writes_of(run.loaded, accepted.loaded, all_changes)
            flow = Flow(accepted, all_changes, {}, writes=writes)
        else:
            with INTERRUPTS.held():
                flow = flow_in(*about, tracker=run.tracker, chosen=chosen)
                done = write_files(flow)
            if done.problem is not None:
                raise done.problem
            screen.warn_of_progress(done.replaced, done.unplaced)
    accepted = flow.accepted
    changes = tuple(change for change in flow.changes if change.is_written)
    for line in unrecorded_lines(flow.unrecorded):
        screen.write_stderr(line)
    if prepared.observed.project_problem:
        screen.board_left_out(prepared.observed.project_problem)
    leftovers = (*pulled.left, *accepted.left)
    if output == "json":
        written = () if dry_run else tuple(change.path for change in changes)
        screen.result(dump(pulled_to_json(plan, accepted.taken, leftovers, written)))
    else:
        if not output_options.quiet:
            shown = replace(plan, writes=flow.writes)
            text = pulled_text(shown, accepted.taken, leftovers, screen.look(), written=not dry_run)
            screen.result(text)
        _files(screen, changes, dry_run=dry_run, conflicts=bool(conflicts))
    screen.would_refuse(v for v in prepared.violations if not v.final)
    code = _conflicts(screen, conflicts)
    return (
        ExitCode.PARTLY
        if code == ExitCode.DONE and any(w.again for w in flow.unrecorded.values())
        else code
    )


def _check_writable(run: Run, *, dry_run: bool) -> None:
    if run.loaded.write_back == "none" and not dry_run:
        raise RefusedError(
            "the settings say `write_back: none`, so nothing may be written into the files",
            slug="no-write-back",
            hint="take the setting out, or look with --dry-run",
        )


def _new(
    target: TargetOptions,
    screen: Terminal,
    only: Sequence[str],
    output: str,
    *,
    is_whole: bool,
    dry_run: bool,
) -> int:
    """Add new issues to the files, and show them."""
    from backlog_sync.cli.inbox import find_new, save_new
    from backlog_sync.cli.workspace import workspace
    from backlog_sync.render.inbox import inbox_text, inbox_to_json

    if not is_whole:
        raise UsageError(
            "--new takes whole issues", hint="leave out --field and --on-conflict, or --new"
        )
    names = tuple(fold(name).removeprefix("#") for name in only)

    def is_named(number: int, title: str) -> bool:
        return not names or str(number) in names or fold(title).startswith(names)

    def chosen(new: Taken) -> bool:
        return is_named(new.item.issue.number, new.item.title)

    with workspace(target, screen) as run:
        _check_writable(run, dry_run=dry_run)
        if not dry_run:
            run.lock()
        new_issues = find_new(run, chosen)
        if not dry_run:
            save_new(new_issues)
    left = [each for each in new_issues.left if is_named(each.number, each.title)]
    for warned in new_issues.warnings:
        screen.warn(warned.slug, warned.message, warned.hint or "")
    if output == "json":
        taken = [(each.taken, each.key, each.place, each.fields_left) for each in new_issues.added]
        written = [] if dry_run else [change.path for change in new_issues.changes]
        screen.result(dump(inbox_to_json(taken, left, written)))
        return ExitCode.DONE
    if not screen.output_options.quiet:
        new = [each.taken for each in new_issues.added]
        look = screen.look()
        screen.result(inbox_text(new, left, new_issues.below, look, written=not dry_run))
    if not new_issues.added:
        is_unknown = bool(names) and not left
        screen.result(f"No new issue{' has this number or title' if is_unknown else 's'}.\n")
    for change in new_issues.changes:
        if dry_run:
            screen.difference(change)
        else:
            screen.result(f"Updated {clean(change.path)}\n")
    return ExitCode.DONE


def _choice(run: Run, prepared: Prepared, only: Sequence[str], fields: Sequence[str]) -> Chosen:
    """Return which fields of which items and definitions are accepted.

    Raises `UsageError` for a name of nothing.
    """
    from backlog_sync.cli.only import Choice, choices_of, keys_of

    plan = prepared.plan
    notes = (*plan.drift, *plan.conflicts, *plan.accepted)
    definitions = dict.fromkeys(note.title for note in notes if note.is_definition)
    choices = [*choices_of(run.desired.items), *map(Choice, definitions)]
    keys = keys_of(only, choices, run.target.repository)
    available = {fold(file_key(note.name)) for note in notes}
    names = {fold(file_key(FIELD_WORDS.get(name, name))) for name in fields}
    unknown = [name for name in names if name not in available and name not in _ANY_FIELD]
    if unknown and available:
        raise UsageError(
            f"nothing that differs is called {clean(', '.join(sorted(unknown)))}",
            slug="unknown-field",
            hint=f"--field takes {', '.join(sorted(available))}",
        )

    def chosen(key: str, name: str) -> bool:
        field = fold(file_key(name))
        text = "body" in names and field in _TEXTS
        return (not keys or key in keys) and (not names or field in names or text)

    return chosen


_TEXTS = frozenset({"goal", "description", "user_story", CRITERIA})
"""The fields that an edited text of an issue may be about."""
_ANY_FIELD = frozenset({"status", *_TEXTS})


def _files(
    screen: Screen, changes: tuple[FileChange, ...], *, dry_run: bool, conflicts: bool
) -> None:
    if not changes:
        message = "No file was changed." if conflicts else "The files are up to date."
        screen.result(f"{message}\n")
    for change in changes:
        if dry_run:
            screen.difference(change)
        else:
            screen.result(f"Updated {clean(change.path)}\n")


def _conflicts(screen: Screen, conflicts: tuple[FieldNote, ...]) -> int:
    """Print the conflicts that remain: fields that both sides changed, and held items."""
    fields = [note for note in conflicts if not note.is_hold]
    if fields:
        screen.write_stderr(f"{counted(len(fields), 'conflict')} left; `backlog plan` shows them")
        screen.write_stderr(
            "hint: --on-conflict github takes GitHub's version of fields in conflict"
        )
    held = len({note.key for note in conflicts if note.is_hold})
    if held:
        screen.write_stderr(f"{counted(held, 'item')} held: see what each needs above")
    return ExitCode.REFUSED if conflicts else ExitCode.DONE
