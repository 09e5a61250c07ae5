"""`backlog report`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import (
    OutputOptions,
    TargetOptions,
    format_option,
    output_ending,
    output_options,
    target_options,
)
from backlog_sync.cli.requests import TAG, ReportRequest
from backlog_sync.engine.comments import keep_comment
from backlog_sync.engine.notices import REPORT, Tracking, track
from backlog_sync.engine.releases import keep_release
from backlog_sync.engine.status_update import keep_status
from backlog_sync.errors import ExitCode, UsageError
from backlog_sync.local.signals import INTERRUPTS
from backlog_sync.local.state import safe_name
from backlog_sync.render.bounded import COMMENT_BYTES, TRACKING_BYTES
from backlog_sync.reports.health import board_status
from backlog_sync.reports.render_markdown import report_markdown
from backlog_sync.reports.render_notes import notes_markdown
from backlog_sync.reports.render_status import report_status
from backlog_sync.reports.view import Audience

if TYPE_CHECKING:
    from backlog_sync.cli.presenter import Presenter
    from backlog_sync.cli.terminal import Terminal
    from backlog_sync.cli.workspace import Run
    from backlog_sync.cli.write_back import Written
    from backlog_sync.core.observed import ObservedState
    from backlog_sync.reports.values import Report


AUDIENCES = ("everybody", "leaders", "product", "engineering")


def _tag(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Return the tag of --release, if Git allows it as one."""
    if value is not None and not TAG.fullmatch(value):
        raise click.BadParameter(f"{value!r} is not a tag that Git allows.")
    return value


@click.command(
    "report",
    epilog="\b\nExamples:\n"
    "  backlog report\n"
    "  backlog report --check\n"
    "  backlog report --audience leaders --since last-month\n"
    "  backlog report --output report.html\n"
    "  backlog report --output public/\n"
    "  backlog report --milestone v1 --format notes\n"
    "  backlog report --milestone v1 --release v1.0.0\n"
    "  backlog report --issue 'Progress report' --comment 12",
)
@target_options("report")
@click.option("--check", is_flag=True,
              help="Show what would change in the files; exit with 3 if anything would."
              )  # fmt: skip
@click.option("--no-write-back", is_flag=True, help="Do not change the files.")
@click.option("--audience", "audience_name", type=click.Choice(AUDIENCES),
              default="everybody", show_default=True,
              help="Readers: sets depth and wording, never the figures.")  # fmt: skip
@click.option("--items-for", metavar="NAME",
              help="Limit to items whose 'audience:' is NAME, and their parents.")  # fmt: skip
@click.option("--milestone", metavar="TITLE", help="Limit to the items in this milestone.")
@click.option("--since", "since_word", metavar="DATE",
              help="Show what happened since 2026-03-01, 30d, 4w, or last-month.")  # fmt: skip
@click.option("--output", "destination", metavar="FILE|FOLDER", type=click.Path(),
              callback=output_ending(".txt", ".md", ".html", ".json", ".csv", folder=True),
              help="Write the report to a file, or in every format to a folder.")  # fmt: skip
@click.option("--issue", "title", metavar="TITLE", is_flag=False, flag_value="Progress report",
              help="Post the report in one issue and keep it up to date.")  # fmt: skip
@click.option("--comment", metavar="NUMBER", type=click.IntRange(min=1),
              help="Post the report as one comment on this issue or pull request and keep it up"
              " to date.")  # fmt: skip
@click.option("--release", metavar="TAG", callback=_tag,
              help="Keep the release notes in a draft release with this tag; never publish it."
              )  # fmt: skip
@click.option("--status-update", is_flag=True,
              help="Post a daily status update to the board.")  # fmt: skip
@click.option("--today", "today_word", metavar="DATE", help="Report date (default: today).")
@click.option("--seed", type=int, default=1, show_default=True,
              help="Random seed for the forecast.")  # fmt: skip
@format_option("text", "markdown", "html", "json", "csv", "notes")
@output_options
def command(
    *,
    target: TargetOptions,
    check: bool,
    no_write_back: bool,
    audience_name: str,
    items_for: str | None,
    milestone: str | None,
    since_word: str | None,
    destination: str | None,
    title: str | None,
    comment: int | None,
    release: str | None,
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
    of --issue, the comment of --comment, the status update of --status-update, and the draft of
    --release.

    Release notes (--format notes) are the done items of a milestone, or since a date, by kind,
    with their pull requests and people.
    """

    from backlog_sync.cli.report_facts import read_since
    from backlog_sync.cli.terminal import open_terminal
    from backlog_sync.cli.workspace import workspace

    terminal = open_terminal(output_options, output)
    today = _today(today_word)
    request = ReportRequest(
        today,
        since=read_since(since_word, today) if since_word is not None else None,
        bullets=target.bullets,
        seed=seed,
        items_for=items_for,
        milestone=milestone,
        audience=Audience(audience_name),
        writes=not (no_write_back or check),
        destination=destination,
        issue=title,
        comment=comment,
        status_update=status_update,
        notes=output == "notes",
        release=release,
    )
    _check_notes(request)
    read_only = check or not (request.writes or request.publishes)
    with workspace(target, terminal, read_only=read_only) as run:
        if check:
            return _check(run, terminal)
        if request.writes:
            run.lock()
        return report(run, terminal, request)


def report(run: Run, presenter: Presenter, request: ReportRequest) -> int:
    """Read GitHub, write progress into the files, and show, publish and deliver the report."""
    from backlog_sync.cli.report_facts import declared_milestone, make_report

    if request.milestone is not None:
        title = declared_milestone(run.desired, request.milestone)
        request = replace(request, milestone=title)
    observed = run.observe(full=request.issue is not None, pull_requests=True)
    written = _write(run, presenter, observed) if request.writes else None
    if observed.project_problem:
        presenter.board_left_out(observed.project_problem)
    produced = make_report(run, observed, request)
    presenter.report(produced, request, written)
    if observed.embedded and not run.is_served:
        presenter.posted("The links lead to the simulator's pages. See it: backlog sandbox serve")
    publish(run, presenter, observed, produced, request)
    unfinished = written is not None and written.again
    code = ExitCode.PARTLY if unfinished else ExitCode.DONE
    return presenter.deliver(run, written.paths if written else (), code)


def _write(run: Run, presenter: Presenter, observed: ObservedState) -> Written:
    """Write recorded progress into the files; with a token that may not write, write nothing.

    A file that cannot be written is a warning: the report does not depend on it.
    """
    from backlog_sync.cli.write_back import flow_in, write_files

    with INTERRUPTS.held():
        flow = flow_in(run.loaded, run.desired, observed, tracker=run.tracker)
        written = write_files(flow, refused=flow.denied)
    problem = written.problem
    if problem is not None and problem.slug != "unwritable":
        raise problem
    if problem is not None:
        presenter.unwritten(problem)
    presenter.written(run, observed, written, denied=flow.denied)
    return written


def _check(run: Run, terminal: Terminal) -> int:
    """Show what would change in the files."""
    from backlog_sync.cli.write_back import files_after

    observed = run.observe()
    if observed.project_problem:
        terminal.board_left_out(observed.project_problem)
    _, changes = files_after(run.loaded, run.desired, observed)
    for change in changes:
        terminal.difference(change)
    if not changes:
        terminal.result("The files are up to date.\n")
    return ExitCode.PENDING if changes else ExitCode.DONE


def _check_notes(request: ReportRequest) -> None:
    """Raise `UsageError` if nothing limits release notes, or their file is not of Markdown."""
    has_notes = request.notes or request.release is not None
    if has_notes and request.milestone is None and request.since is None:
        raise UsageError(
            "release notes of what?",
            hint="name a milestone (--milestone TITLE), or a date (--since 2026-03-01)",
        )
    if request.notes and request.destination and not request.destination.endswith(".md"):
        raise UsageError(
            f"--format notes does not go into {request.destination}", hint="name a file *.md"
        )


def _today(word: str | None) -> date:
    from backlog_sync.cli.report_facts import today_utc

    if word is None:
        return today_utc()
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise UsageError(f"'{word}' is not a day", hint="write it as 2026-03-31") from None


# ---- where it is published -----------------------------------------------------------------


def publish(
    run: Run, presenter: Presenter, observed: ObservedState, report: Report, request: ReportRequest
) -> None:
    """Keep the issue, the comment and the status update of the report up to date."""
    tracker = run.tracker
    mark, audience = safe_name(run.desired.backlog_id), request.audience
    if request.issue is not None:
        with presenter.posting():
            text = report_markdown(report, audience, limit=TRACKING_BYTES)
            tracking = Tracking(REPORT, mark, request.issue, text)
            ref = track(tracker, observed, tracking, open_=True, nonce=wiring.nonces()())
            presenter.posted(f"Report posted in {ref}.")
    if request.comment is not None:
        with presenter.posting():
            text = report_markdown(report, audience, limit=COMMENT_BYTES)
            number = request.comment
            address = keep_comment(tracker, number, mark=f"report-{mark}", body=text)
            presenter.posted(f"Report posted in a comment: {address or f'#{number}'}")
    if request.release is not None and report.release is not None:
        with presenter.posting():
            # The title of the milestone is that of the release; its text does not repeat it.
            text = notes_markdown(report.release, titled=request.milestone is None)
            title = report.release.title if request.milestone else request.release
            done, address = keep_release(tracker, request.release, title, text=text, mark=mark)
            # The simulator has no page of a release.
            presenter.posted(f"{done}." if observed.sandbox else f"{done}: {address}")
    if request.status_update:
        with presenter.posting():
            keep_status(
                tracker,
                observed,
                mark=mark,
                day=request.today,
                status=board_status(report.health),
                text=report_status(report),
            )
            presenter.posted("Status update posted to the board.")
