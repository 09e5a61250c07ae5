"""`backlog report`."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
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
from backlog_sync.errors import UsageError
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
    from backlog_sync.files.write_back import FileChange
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
    "  backlog report --issue 'How we stand' --comment 12",
)
@target_options
@click.option("--check", is_flag=True,
              help="Show what would change in the files; exit 3 where anything would.")  # fmt: skip
@click.option("--no-write-back", is_flag=True, help="Leave the files as they are.")
@click.option("--audience", type=click.Choice(AUDIENCES), default="everybody", show_default=True,
              help="Whom it is for: chooses depth and wording, changes no figure.")  # fmt: skip
@click.option("--since", metavar="DAY",
              help="Tell what happened since 2026-03-01, 30d, 4w, or last-month.")  # fmt: skip
@click.option("--output", "destination", metavar="FILE|FOLDER",
              help="Write the report there; a folder gets every form of it.")  # fmt: skip
@click.option("--issue", "title", metavar="TITLE", is_flag=False, flag_value="Progress report",
              help="Keep one issue with the report up to date.")  # fmt: skip
@click.option("--comment", metavar="NUMBER", type=click.IntRange(min=1),
              help="Keep one comment on that issue or pull request up to date.")  # fmt: skip
@click.option("--status-update", is_flag=True,
              help="Tell on the board, once a day, how each milestone stands.")  # fmt: skip
@click.option("--today", metavar="DAY", help="The day of the report, where it is not today.")
@click.option("--seed", type=int, default=1, show_default=True,
              help="What the forecast's chances are drawn with.")  # fmt: skip
@format_option("text", "markdown", "html", "json", "csv")
@output_options
def command(
    *,
    target: TargetOptions,
    check: bool,
    no_write_back: bool,
    audience: str,
    since: str | None,
    destination: str | None,
    title: str | None,
    comment: int | None,
    status_update: bool,
    today: str | None,
    seed: int,
    output: str,
    output_options: OutputOptions,
) -> int:
    """Read GitHub, write progress into the files, and show it.

    Progress with its health, a forecast, the schedule, load and risks: on the terminal, as
    Markdown, as one HTML page, as JSON or CSV. On GitHub it notes, hidden in each issue and on
    each card, what it writes into the files, which needs the right to write issues; nothing else
    there is changed, but for the one issue of --issue, the one comment of --comment, and the
    status update of --status-update.
    """

    return report(
        target,
        output_options,
        ReportOptions(
            output=output,
            check=check,
            write=not no_write_back,
            audience=audience,
            since=since,
            destination=destination,
            title=title,
            comment=comment,
            status_update=status_update,
            today=today,
            seed=seed,
        ),
    )


DONE, FAILED, PENDING, PARTLY = 0, 1, 3, 5


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What the options say: `output` is the format, `destination` a file or folder.

    `title` is an issue's, `comment` the number of an issue or pull request. `since` and `today`
    are days as people write them.
    """

    output: str = "text"
    check: bool = False
    write: bool = True
    audience: str = "everybody"
    since: str | None = None
    destination: str | None = None
    title: str | None = None
    comment: int | None = None
    status_update: bool = False
    today: str | None = None
    seed: int = 1

    @property
    def publishes(self) -> bool:
        """Whether anything is told on GitHub."""
        return self.title is not None or self.comment is not None or self.status_update


def report(
    target: TargetOptions, output_options: OutputOptions, report_options: ReportOptions
) -> int:
    """Show progress, and write it into the files, or with `check` only show the difference.

    Raises `errors.BacklogError` for what stands in the way.
    """
    from backlog_sync.cli.report_facts import make_report, read_since
    from backlog_sync.cli.screen import open_screen
    from backlog_sync.cli.workspace import files_after, open_workspace

    screen = open_screen(output_options)
    today = _today(report_options.today)
    since = read_since(report_options.since, today) if report_options.since is not None else None
    audience = Audience(report_options.audience)
    workspace = open_workspace(target, screen)
    writes = report_options.write and not report_options.check
    with (
        workspace.lock() if writes else nullcontext(),
        workspace.tracker(
            read_only=report_options.check or not (writes or report_options.publishes)
        ) as tracker,
    ):
        with screen.waiting(f"Reading {workspace.repository}"):
            observed = reconcile.observe(
                workspace.desired, tracker, _read_scope(workspace, report_options)
            )
        _, changes = files_after(workspace.loaded, workspace.desired, observed)
        written: tuple[str, ...] = ()
        code = DONE
        if writes and changes:
            with INTERRUPTS.held():
                written, code = _write(workspace, observed, tracker, changes, screen)
        if observed.project_problem:
            screen.write_stderr(f"the board was left out: {observed.project_problem}")
        if report_options.check:
            _differences(screen, changes)
            return PENDING if changes else DONE
        report = make_report(
            workspace,
            observed,
            today=today,
            since=since,
            bullets=target.bullets,
            seed=report_options.seed,
        )
        backlog = workspace.desired.backlog_id
        whole = report_options.write and len(written) == len(changes)
        _show(screen, report, replace(report_options, write=whole), audience, written)
        if report_options.title is not None:
            ref = publish_to_issue(
                tracker, observed, backlog, report, title=report_options.title, audience=audience
            )
            screen.info(f"The report stands in {ref}.")
        if report_options.comment is not None:
            address = publish_to_comment(
                tracker, backlog, report, number=report_options.comment, audience=audience
            )
            screen.info(
                f"The report stands in a comment: {address or f'#{report_options.comment}'}"
            )
        if report_options.status_update:
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
    from backlog_sync.cli.workspace import flow_in, unrecorded_lines
    from backlog_sync.files.write_back import save

    flow = flow_in(workspace.loaded, workspace.desired, observed, tracker=tracker)
    for line in unrecorded_lines(flow.unrecorded):
        screen.write_stderr(line)
    if flow.denied:
        for change in changes:
            screen.write_stderr(_difference(change, screen.look(err=True)).rstrip("\n"))
        return (), DONE
    for change in flow.changes:
        save(change)
    screen.warn_replaced(word for change in flow.changes for word in change.replaced)
    code = PARTLY if any(why.again for why in flow.unrecorded.values()) else DONE
    return tuple(change.path for change in flow.changes), code


def _read_scope(workspace: Workspace, report_options: ReportOptions) -> ReadScope:
    """The issues that the files name; all of them where one issue has to be found."""
    return ReadScope.for_backlog(workspace.desired, full=report_options.title is not None)


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


def _show(
    screen: Screen,
    report: Report,
    report_options: ReportOptions,
    audience: Audience,
    written: tuple[str, ...],
) -> None:
    """The report on standard output, or in a file or folder, which standard output then names."""
    if report_options.destination is None:
        if report_options.output != "text" or not screen.output_options.quiet:
            screen.result(_rendered(report, report_options.output, audience, written, screen))
        if report_options.output == "text":
            screen.result("" if screen.output_options.quiet else "\n")
            _list_written(screen, written, write=report_options.write)
        return
    target = Path(report_options.destination)
    if target.is_dir() or report_options.destination.endswith(("/", "\\")):
        files = report_files(report, audience, written)
    else:
        output = _SUFFIXES.get(target.suffix.lower(), report_options.output)
        if report_options.output not in ("text", output):
            raise UsageError(
                f"--format {report_options.output} does not go into {target.name}",
                hint=f"leave --format out, or name the file *.{_SUFFIX_OF[report_options.output]}",
            )
        files = {target.name: _rendered(report, output, audience, written, None)}
        target = target.parent
    for name, text in files.items():
        write_whole(target / name, text.encode())
        screen.result(f"Report: {target / name}\n")
    _list_written(screen, written, write=report_options.write)


def _list_written(screen: Screen, written: tuple[str, ...], *, write: bool) -> None:
    for path in written:
        screen.result(f"Written: {path}\n")
    if write and not written:
        screen.result("The files say what GitHub knows already.\n")


_SUFFIX_OF = {"text": "txt", "markdown": "md", "html": "html", "json": "json", "csv": "csv"}
_SUFFIXES = {f".{suffix}": output for output, suffix in _SUFFIX_OF.items()}


def _rendered(
    report: Report,
    output: str,
    audience: Audience,
    written: tuple[str, ...],
    screen: Screen | None,
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
