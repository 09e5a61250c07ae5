"""Report: read GitHub, write progress into the files, show it."""

from contextlib import nullcontext

from backlog_sync import wiring
from backlog_sync.cli.loading import ready
from backlog_sync.cli.options import Voice, Where
from backlog_sync.cli.screen import Screen
from backlog_sync.core.progress import measure
from backlog_sync.engine.ports import Wanted
from backlog_sync.files.write_back import FileChange, save, write_back
from backlog_sync.local.signals import INTERRUPTS
from backlog_sync.render.envelopes import dump
from backlog_sync.render.report import Report, diff_text, report_json, report_text

DONE, FAILED, PENDING = 0, 1, 3


def report(where: Where, voice: Voice, *, output: str, check: bool) -> int:
    """Show progress, and write it into the files, or with `check` only show the difference."""
    screen = Screen(voice, wiring.environment())
    wiring.configure_logging(voice.verbose, voice.log_format)
    found = ready(where, screen)
    if found is None:
        return FAILED
    desired = found.desired
    with (
        nullcontext()
        if check
        else wiring.alone(found.top, screen.env, found.repository, sandbox=where.sandbox),
        wiring.tracker(
            found.repository,
            screen.env,
            top=found.top,
            sandbox=where.sandbox,
            read_only=True,
            board_owner=found.board_owner,
            waits=screen.waits,
        ) as tracker,
    ):
        with screen.waiting(f"Reading {found.repository}"):
            observed = tracker.observe(Wanted.for_backlog(desired))
        measured = measure(desired, observed)
        changes = write_back(found.loaded, measured)
        if not check:
            with INTERRUPTS.held():
                for change in changes:
                    save(change)
    if observed.project_problem:
        screen.complain(f"the board was left out: {observed.project_problem}")
    written = () if check else tuple(change.path for change in changes)
    board = str(desired.project) if desired.project else None
    made = Report(desired, measured)
    if output == "json":
        screen.result(dump(report_json(made, found.repository, board, written)))
    else:
        _text(screen, made, found.repository, changes, check=check)
    return PENDING if check and changes else DONE


def _text(
    screen: Screen, made: Report, title: str, changes: tuple[FileChange, ...], *, check: bool
) -> None:
    look = screen.look()
    if check:
        for change in changes:
            before, after = (raw.decode("utf-8-sig") for raw in (change.before, change.after))
            screen.result(diff_text(change.path, before, after, look))
        if not changes:
            screen.result("The files say what GitHub knows.\n")
        return
    if not screen.voice.quiet:
        screen.result(report_text(made, title, look) + "\n")
    for change in changes:
        screen.result(f"Written: {change.path}\n")
    if not changes:
        screen.result("The files say what GitHub knows already.\n")
