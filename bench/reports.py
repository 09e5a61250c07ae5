"""How long reports take: `python -m bench.reports [ITEMS]`.

For 5,000 items: all text and Markdown reports for every reader together, and the page with all its
charts, in at most 5 seconds of processor time each; a plan of 500 items in half a second.
"""

import sys
import time
from collections.abc import Callable

from backlog_sync.render.canvas import Look
from backlog_sync.render.text import plan_text
from backlog_sync.reports.page.html import page_html
from backlog_sync.reports.render_markdown import report_markdown
from backlog_sync.reports.render_text import report_text
from backlog_sync.reports.view import Audience
from tests.render.test_report import many
from tests.render.test_text import many as many_changes
from tests.reporting import sample
from tests.reporting.builders import made

ITEMS = 5_000
CHANGES = 500


def took(run: Callable[[], object]) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    run()
    return time.process_time() - began


def texts(count: int) -> None:
    """Every form for every reader."""
    found = made(many(count))
    for audience in Audience:
        report_text(found, Look(), audience)
        report_markdown(found, audience)


def main() -> int:
    """Measure and print; 1 if a bar was missed."""
    count = int(sys.argv[1]) if sys.argv[1:] else ITEMS
    changes = many_changes(CHANGES)
    rows = [
        ("text and Markdown, every reader", lambda: texts(count), 5.0),
        ("the page", lambda: page_html(made(sample.big(count))), 5.0),
        (f"a plan of {CHANGES}", lambda: plan_text(changes, Look()), 0.5),
    ]
    missed = False
    for what, run, bar in rows:
        seconds = took(run)
        missed |= seconds > bar
        print(f"{what:34}{seconds:7.2f} s   bar {bar} s")
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
