"""Write a report to standard output, to a file, or to a folder for GitHub Pages."""

from collections.abc import Mapping
from pathlib import Path

from backlog_sync import wiring
from backlog_sync.cli.requests import ReportRequest
from backlog_sync.cli.screen import Screen
from backlog_sync.cli.write_back import Written
from backlog_sync.errors import UsageError
from backlog_sync.local.state import write_whole
from backlog_sync.render.canvas import Look
from backlog_sync.render.json import dump
from backlog_sync.render.words import counted
from backlog_sync.reports.render_json import report_csv, report_json
from backlog_sync.reports.render_markdown import Picture, report_markdown
from backlog_sync.reports.render_notes import notes_markdown
from backlog_sync.reports.render_text import report_text
from backlog_sync.reports.values import Report
from backlog_sync.reports.view import Audience


def report_files(report: Report, audience: Audience, written: tuple[str, ...]) -> Mapping[str, str]:
    """Return the files of a folder for GitHub Pages by name: the page, and the other formats.

    Raises `FailedError` if the packages that draw the page are not installed.
    """
    page = wiring.page()
    pictures = page.pictures(report)
    shown = [Picture(title, name) for name, (title, _) in pictures.items()]
    return {
        "index.html": page.page_html(report, audience),
        "report.md": report_markdown(report, audience, pictures=shown),
        "report.json": dump(report_json(report, written)),
        "items.csv": report_csv(report),
        **{name: svg for name, (_, svg) in pictures.items()},
    }


def print_report(
    screen: Screen, output: str, report: Report, request: ReportRequest, written: Written | None
) -> None:
    """Print the report or write it to its destination, and list the files that were written."""
    paths = written.paths if written else ()
    quiet = screen.output_options.quiet
    if request.destination is not None:
        _save(screen, report, output, request.audience, paths, request.destination)
    elif output != "text" or not quiet:
        screen.result(_rendered(report, output, request.audience, paths, screen))
    left = report.release.open if report.release and output == "notes" else ()
    if left and not (screen.output_options.verbose and request.destination is None):
        screen.write_stderr(f"Still open: {counted(len(left), 'item')} (-v lists them on screen).")
    if request.destination is None and output != "text":
        return
    screen.result("\n" if request.destination is None and not quiet else "")
    for path in paths:
        screen.result(f"Updated {path}\n")
    if written is not None and written.nothing_to_write:
        screen.result("The files are up to date.\n")


def _save(
    screen: Screen,
    report: Report,
    output: str,
    audience: Audience,
    written: tuple[str, ...],
    destination: str,
) -> None:
    """Write the report to a file or folder, and print its path on standard output."""
    target = Path(destination)
    if target.is_dir() or destination.endswith(("/", "\\")):
        files = report_files(report, audience, written)
    else:
        form = output if output == "notes" else _SUFFIXES.get(target.suffix.lower(), output)
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


_SUFFIX_OF = {"text": "txt", "markdown": "md", "html": "html", "json": "json", "csv": "csv"}
_SUFFIXES = {f".{suffix}": output for output, suffix in _SUFFIX_OF.items()}


def _rendered(
    report: Report, output: str, audience: Audience, written: tuple[str, ...], screen: Screen | None
) -> str:
    """Return the report in a format; for text without a screen, laid out for a file."""
    match output:
        case "json":
            return dump(report_json(report, written))
        case "csv":
            return report_csv(report)
        case "markdown":
            return report_markdown(report, audience)
        case "notes":
            assert report.release is not None
            more = screen is not None and screen.output_options.verbose > 0
            return notes_markdown(report.release, with_open=more)
        case "html":
            return str(wiring.page().page_html(report, audience))
    return report_text(
        report, screen.look() if screen else Look(width=80, color=False, ascii=False), audience
    )
