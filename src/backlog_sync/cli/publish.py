"""Where a report goes beside standard output: a folder, an issue, a comment."""

from collections.abc import Mapping

from backlog_sync import wiring
from backlog_sync.core.model import ObservedState
from backlog_sync.engine.commenting import keep_comment
from backlog_sync.engine.notices import REPORT, Tracking, track
from backlog_sync.engine.ports import Tracker
from backlog_sync.errors import FailedError
from backlog_sync.local.state import safe_name
from backlog_sync.render.bounded import COMMENT_BYTES, TRACKING_BYTES
from backlog_sync.render.json import dump
from backlog_sync.reports.render_json import report_csv, report_json
from backlog_sync.reports.render_markdown import Picture, report_markdown
from backlog_sync.reports.values import Report
from backlog_sync.reports.view import Audience


def report_files(report: Report, audience: Audience, written: tuple[str, ...]) -> Mapping[str, str]:
    """The files of a folder of GitHub Pages by name: the page, and the report in other forms.

    Raises `FailedError` where what draws the page is not installed.
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


def publish_to_issue(
    tracker: Tracker,
    observed: ObservedState,
    backlog_id: str,
    report: Report,
    *,
    title: str,
    audience: Audience,
) -> str:
    """Keep one issue with the report up to date; give its ref. Raises as `track` does."""
    text = report_markdown(report, audience, limit=TRACKING_BYTES)
    tracking = Tracking(REPORT, safe_name(backlog_id), title, text)
    ref = track(tracker, observed, tracking, open_=True, nonce=wiring.nonces()())
    if ref is None:
        raise FailedError("the report has no issue")
    return ref


def publish_to_comment(
    tracker: Tracker, backlog_id: str, report: Report, *, number: int, audience: Audience
) -> str | None:
    """Keep one comment with the report up to date; give its address. Raises as `keep_comment`."""
    text = report_markdown(report, audience, limit=COMMENT_BYTES)
    mark = f"report-{safe_name(backlog_id)}"
    return keep_comment(tracker, number, mark=mark, body=text)
