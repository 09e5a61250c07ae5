"""`backlog report`."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import (
    OutputOptions,
    TargetOptions,
    format_option,
    output_options,
    target_options,
)
from backlog_sync.cli.publish import publish_to_comment, publish_to_issue, report_files
from backlog_sync.engine import reconcile
from backlog_sync.engine.ports import ReadScope, Tracker
from backlog_sync.engine.status_update import keep_status
from backlog_sync.errors import ExitCode, UsageError
from backlog_sync.local.signals import INTERRUPTS
from backlog_sync.local.state import safe_name, write_whole
from backlog_sync.render.json import dump
from backlog_sync.reports.health import board_status
from backlog_sync.reports.render_json import report_csv, report_json
from backlog_sync.reports.render_markdown import report_markdown
from backlog_sync.reports.render_status import report_status
from backlog_sync.reports.view import Audience

if TYPE_CHECKING:
    from backlog_sync.cli.screen import Screen
    from backlog_sync.cli.workspace import Workspace
    from backlog_sync.core.model import ObservedState
    from backlog_sync.files.write.change import FileChange
    from backlog_sync.render.canvas import Look
    from backlog_sync.reports.values import Report


AUDIENCES = ("everybody", "leaders", "product", "engineering")


@click.command(
    "report",
    epilog="\b\nExamples:\n"
    "  backlog report\n"
    "  backlog report --check\n"
    "  backlog report --audience leaders --since last-month\n"
    "  backlog report --output report.html\n"
    "  backlog report --output public/\n"
    "  backlog report --issue 'Progress report' --comment 12",
)
@target_options
@click.option("--check", is_flag=True,
              help="Show what would change in the files; exit with 3 if anything would."
              )  # fmt: skip
@click.option("--no-write-back", is_flag=True, help="Do not change the files.")
@click.option("--audience", "audience_name", type=click.Choice(AUDIENCES),
              default="everybody", show_default=True,
              help="Audience: changes depth and wording, never the figures.")  # fmt: skip
@click.option("--items-for", metavar="NAME",
              help="Limit to items whose 'audience:' is NAME, and their parents.")  # fmt: skip
@click.option("--since", "since_word", metavar="DATE",
              help="Show what happened since 2026-03-01, 30d, 4w, or last-month.")  # fmt: skip
@click.option("--output", "destination", metavar="FILE|FOLDER",
              help="Write the report to a file, or in every format to a folder.")  # fmt: skip
@click.option("--issue", "title", metavar="TITLE", is_flag=False, flag_value="Progress report",
              help="Post the report in one issue and keep it up to date.")  # fmt: skip
@click.option("--comment", metavar="NUMBER", type=click.IntRange(min=1),
              help="Post the report as one comment on this issue or pull request and keep it up"
              " to date.")  # fmt: skip
@click.option("--status-update", is_flag=True,
              help="Post a daily status update to the board.")  # fmt: skip
@click.option("--today", "today_word", metavar="DATE", help="Report date (default: today).")
@click.option("--seed", type=int, default=1, show_default=True,
              help="Random seed for the forecast.")  # fmt: skip
@format_option("text", "markdown", "html", "json", "csv")
@output_options
def command(
    *,
    target: TargetOptions,
    check: bool,
    no_write_back: bool,
    audience_name: str,
    items_for: str | None,
    since_word: str | None,
    destination: str | None,
    title: str | None,
    comment: int | None,
    status_update: bool,
    today_word: str | None,
    seed: int,
    output: str,
    output_options: OutputOptions,
) -> int:
    """Read GitHub, write progress into the files, and show a report.

    The report covers progress, health, forecast, schedule, load and risks: on the terminal, or as
    Markdown, HTML, JSON or CSV. What is written into the files is recorded on GitHub in hidden
    markers, which needs permission to write issues. Nothing else changes there, except the issue
    of --issue, the comment of --comment, and the status update of --status-update.
    """

    from backlog_sync.cli.report_facts import make_report, read_since
    from backlog_sync.cli.screen import open_screen
    from backlog_sync.cli.workspace import open_workspace
    from backlog_sync.cli.write_back import files_after

    screen = open_screen(output_options)
    today = _today(today_word)
    since = read_since(since_word, today) if since_word is not None else None
    audience = Audience(audience_name)
    workspace = open_workspace(target, screen)
    writes = not (no_write_back or check)
    publishes = title is not None or comment is not None or status_update
    with (
        workspace.lock() if writes else nullcontext(),
        workspace.tracker(read_only=check or not (writes or publishes)) as tracker,
    ):
        with screen.waiting(f"Reading {workspace.repository}"):
            observed = reconcile.observe(
                workspace.desired,
                tracker,
                ReadScope.for_backlog(workspace.desired, full=title is not None),
            )
        _, changes = files_after(workspace.loaded, workspace.desired, observed)
        written: tuple[str, ...] = ()
        code: int = ExitCode.DONE
        if writes and changes:
            with INTERRUPTS.held():
                written, code = _write(workspace, observed, tracker, changes, screen)
        if observed.project_problem:
            screen.write_stderr(f"the board was left out: {observed.project_problem}")
        if check:
            _differences(screen, changes)
            return ExitCode.PENDING if changes else ExitCode.DONE
        report = make_report(
            workspace,
            observed,
            tracker,
            today=today,
            since=since,
            bullets=target.bullets,
            seed=seed,
            items_for=items_for,
        )
        backlog = workspace.desired.backlog_id
        if destination is not None:
            _save(screen, report, output, audience, written, destination)
        elif output != "text" or not output_options.quiet:
            screen.result(_rendered(report, output, audience, written, screen))
        if destination is not None or output == "text":
            screen.result("\n" if destination is None and not output_options.quiet else "")
            whole = not no_write_back and len(written) == len(changes)
            _list_written(screen, written, write=whole)
        if title is not None:
            ref = publish_to_issue(
                tracker, observed, backlog, report, title=title, audience=audience
            )
            screen.info(f"The report stands in {ref}.")
        if comment is not None:
            address = publish_to_comment(
                tracker, backlog, report, number=comment, audience=audience
            )
            screen.info(f"The report stands in a comment: {address or f'#{comment}'}")
        if status_update:
            keep_status(
                tracker,
                observed,
                mark=safe_name(backlog),
                day=today,
                status=board_status(report.health),
                text=report_status(report),
            )
            screen.info("The board tells how things stand.")
    return code


def _write(
    workspace: Workspace,
    observed: ObservedState,
    tracker: Tracker,
    changes: tuple[FileChange, ...],
    screen: Screen,
) -> tuple[tuple[str, ...], int]:
    """Write what could be put on record into the files; give their paths, and the exit code.

    With a token that may not write nothing goes into them: they are shown as they would be.
    """
    from backlog_sync.cli.write_back import flow_in, log_write_back, unrecorded_lines
    from backlog_sync.files.write.change import save

    flow = flow_in(workspace.loaded, workspace.desired, observed, tracker=tracker)
    for line in unrecorded_lines(flow.unrecorded):
        screen.write_stderr(line)
    if flow.denied:
        for change in changes:
            screen.write_stderr(_difference(change, screen.look(err=True)).rstrip("\n"))
        return (), ExitCode.DONE
    for change in flow.changes:
        save(change)
    screen.warn_all(told for c in flow.changes for told in (*c.replaced, *c.unplaced))
    code = ExitCode.PARTLY if any(why.again for why in flow.unrecorded.values()) else ExitCode.DONE
    paths = tuple(change.path for change in flow.changes if change.is_written)
    log_write_back(paths, flow)
    return paths, code


def _today(word: str | None) -> date:
    from backlog_sync.cli.report_facts import today_utc

    if word is None:
        return today_utc()
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise UsageError(f"'{word}' is not a day", hint="write it as 2026-03-31") from None


# ---- what is shown, and where --------------------------------------------------------------


def _differences(screen: Screen, changes: tuple[FileChange, ...]) -> None:
    for change in changes:
        screen.result(_difference(change, screen.look()))
    if not changes:
        screen.result("The files say what GitHub knows.\n")


def _difference(change: FileChange, look: Look) -> str:
    from backlog_sync.render.diffs import diff_text

    before, after = (raw.decode("utf-8-sig") for raw in (change.before, change.after))
    return diff_text(change.path, before, after, look)


def _save(
    screen: Screen,
    report: Report,
    output: str,
    audience: Audience,
    written: tuple[str, ...],
    destination: str,
) -> None:
    """Write the report into a file or folder, which standard output then names."""
    target = Path(destination)
    if target.is_dir() or destination.endswith(("/", "\\")):
        files = report_files(report, audience, written)
    else:
        form = _SUFFIXES.get(target.suffix.lower(), output)
        if output not in ("text", form):
            raise UsageError(
                f"--format {output} does not go into {target.name}",
                hint=f"leave --format out, or name the file *.{_SUFFIX_OF[output]}",
            )
        files = {target.name: _rendered(report, form, audience, written, None)}
        target = target.parent
    for name, text in files.items():
        write_whole(target / name, text.encode())
        screen.result(f"Report: {target / name}\n")


def _list_written(screen: Screen, written: tuple[str, ...], *, write: bool) -> None:
    for path in written:
        screen.result(f"Written: {path}\n")
    if write and not written:
        screen.result("The files say what GitHub knows already.\n")


_SUFFIX_OF = {"text": "txt", "markdown": "md", "html": "html", "json": "json", "csv": "csv"}
_SUFFIXES = {f".{suffix}": output for output, suffix in _SUFFIX_OF.items()}


def _rendered(
    report: Report, output: str, audience: Audience, written: tuple[str, ...], screen: Screen | None
) -> str:
    """The report in a format; without a screen as text for a file."""
    from backlog_sync.render.canvas import Look
    from backlog_sync.reports.render_text import report_text

    match output:
        case "json":
            return dump(report_json(report, written))
        case "csv":
            return report_csv(report)
        case "markdown":
            return report_markdown(report, audience)
        case "html":
            return str(wiring.page().page_html(report, audience))
    return report_text(
        report, screen.look() if screen else Look(width=80, color=False, ascii=False), audience
    )
