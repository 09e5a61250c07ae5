"""`backlog report`."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import Voice, Where, format_option, target_options, voice_options
from backlog_sync.cli.publish import folder_of, tell_in_comment, tell_in_issue
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
    from backlog_sync.cli.workspace import Ready
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
@click.option("--output", "target", metavar="FILE|FOLDER",
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
@voice_options
def command(
    *,
    paths: tuple[str, ...],
    repo: str | None,
    project: str | None,
    sandbox: bool,
    bullets: str | None,
    check: bool,
    no_write_back: bool,
    audience: str,
    since: str | None,
    target: str | None,
    title: str | None,
    comment: int | None,
    status_update: bool,
    today: str | None,
    seed: int,
    output: str,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Read GitHub, write progress into the files, and show it.

    Progress with its health, a forecast, the schedule, load and risks: on the terminal, as
    Markdown, as one HTML page, as JSON or CSV. On GitHub it notes, hidden in each issue and on
    each card, what it writes into the files, which needs the right to write issues; nothing else
    there is changed, but for the one issue of --issue, the one comment of --comment, and the
    status update of --status-update.
    """

    return report(
        Where(paths, repo, project, sandbox, bullets),
        Voice(color, quiet, verbose, log_format),
        Asked(
            output=output,
            check=check,
            write=not no_write_back,
            audience=audience,
            since=since,
            target=target,
            title=title,
            comment=comment,
            status_update=status_update,
            today=today,
            seed=seed,
        ),
    )


DONE, FAILED, PENDING, PARTLY = 0, 1, 3, 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options say: `output` is the format, `target` a file or folder, `title` an issue's.

    `comment` is the number of an issue or pull request. `since` and `today` are days as people
    write them.
    """

    output: str = "text"
    check: bool = False
    write: bool = True
    audience: str = "everybody"
    since: str | None = None
    target: str | None = None
    title: str | None = None
    comment: int | None = None
    status_update: bool = False
    today: str | None = None
    seed: int = 1

    @property
    def tells(self) -> bool:
        """Whether anything is told on GitHub."""
        return self.title is not None or self.comment is not None or self.status_update


def report(where: Where, voice: Voice, asked: Asked) -> int:
    """Show progress, and write it into the files, or with `check` only show the difference.

    Raises `errors.BacklogError` for what stands in the way.
    """
    from backlog_sync.cli.report_facts import make_report, read_since
    from backlog_sync.cli.screen import Screen
    from backlog_sync.cli.workspace import files_after, ready

    screen = Screen(voice, wiring.environment())
    wiring.configure_logging(voice.verbose, voice.log_format)
    today = _today(asked.today)
    since = read_since(asked.since, today) if asked.since is not None else None
    audience = Audience(asked.audience)
    found = ready(where, screen)
    if found is None:
        return FAILED
    writes = asked.write and not asked.check
    with (
        wiring.alone(found.top, screen.env, found.repository, sandbox=where.sandbox)
        if writes
        else nullcontext(),
        wiring.tracker(
            found.repository,
            screen.env,
            top=found.top,
            sandbox=where.sandbox,
            read_only=asked.check or not (writes or asked.tells),
            board_owner=found.board_owner,
            others=found.others,
            waits=screen.waits,
        ) as tracker,
    ):
        with screen.waiting(f"Reading {found.repository}"):
            observed = reconcile.observe(found.desired, tracker, _wanted(found, asked))
        _, changes = files_after(found.loaded, found.desired, observed)
        written: tuple[str, ...] = ()
        code = DONE
        if writes and changes:
            with INTERRUPTS.held():
                written, code = _write(found, observed, tracker, changes, screen)
        if observed.project_problem:
            screen.complain(f"the board was left out: {observed.project_problem}")
        if asked.check:
            _differences(screen, changes)
            return PENDING if changes else DONE
        made = make_report(
            found, observed, today=today, since=since, bullets=where.bullets, seed=asked.seed
        )
        backlog = found.desired.backlog_id
        whole = asked.write and len(written) == len(changes)
        _show(screen, made, replace(asked, write=whole), audience, written)
        if asked.title is not None:
            ref = tell_in_issue(
                tracker, observed, backlog, made, title=asked.title, audience=audience
            )
            screen.tell(f"The report stands in {ref}.")
        if asked.comment is not None:
            told = tell_in_comment(tracker, backlog, made, number=asked.comment, audience=audience)
            screen.tell(f"The report stands in a comment: {told or f'#{asked.comment}'}")
        if asked.status_update:
            keep_status(
                tracker,
                observed,
                mark=safe_name(backlog),
                day=today,
                status=board_status(made.health),
                text=report_status(made),
            )
            screen.tell("The board tells how things stand.")
    return code


def _write(
    found: Ready,
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

    flow = flow_in(found.loaded, found.desired, observed, tracker=tracker)
    for line in unrecorded_lines(flow.unrecorded):
        screen.complain(line)
    if flow.denied:
        for change in changes:
            screen.complain(_difference(change, screen.look(err=True)).rstrip("\n"))
        return (), DONE
    for change in flow.changes:
        save(change)
    screen.warn_replaced(each for change in flow.changes for each in change.replaced)
    code = PARTLY if any(why.again for why in flow.unrecorded.values()) else DONE
    return tuple(change.path for change in flow.changes), code


def _wanted(found: Ready, asked: Asked) -> ReadScope:
    """The issues that the files name; all of them where one issue has to be found."""
    return ReadScope.for_backlog(found.desired, full=asked.title is not None)


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
    screen: Screen, made: Report, asked: Asked, audience: Audience, written: tuple[str, ...]
) -> None:
    """The report on standard output, or in a file or folder, which standard output then names."""
    if asked.target is None:
        if asked.output != "text" or not screen.voice.quiet:
            screen.result(_rendered(made, asked.output, audience, written, screen))
        if asked.output == "text":
            screen.result("" if screen.voice.quiet else "\n")
            _told_of(screen, written, write=asked.write)
        return
    target = Path(asked.target)
    if target.is_dir() or asked.target.endswith(("/", "\\")):
        files = folder_of(made, audience, written)
    else:
        output = _SUFFIXES.get(target.suffix.lower(), asked.output)
        if asked.output not in ("text", output):
            raise UsageError(
                f"--format {asked.output} does not go into {target.name}",
                hint=f"leave --format out, or name the file *.{_SUFFIX_OF[asked.output]}",
            )
        files = {target.name: _rendered(made, output, audience, written, None)}
        target = target.parent
    for name, text in files.items():
        write_whole(target / name, text.encode())
        screen.result(f"Report: {target / name}\n")
    _told_of(screen, written, write=asked.write)


def _told_of(screen: Screen, written: tuple[str, ...], *, write: bool) -> None:
    for path in written:
        screen.result(f"Written: {path}\n")
    if write and not written:
        screen.result("The files say what GitHub knows already.\n")


_SUFFIX_OF = {"text": "txt", "markdown": "md", "html": "html", "json": "json", "csv": "csv"}
_SUFFIXES = {f".{suffix}": output for output, suffix in _SUFFIX_OF.items()}


def _rendered(
    made: Report,
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
            return dump(report_json(made, written))
        case "csv":
            return report_csv(made)
        case "markdown":
            return report_markdown(made, audience)
        case "html":
            return str(wiring.page().page_html(made, audience))
    return report_text(
        made, screen.look() if screen else Look(width=80, color=False, ascii=False), audience
    )
