"""The report as one HTML page that loads nothing; without its small script it has all content."""

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from backlog_sync.core.escape import visible
from backlog_sync.core.rollup import Sum
from backlog_sync.render.words import counted
from backlog_sync.reports.charts.bars import progress_bars
from backlog_sync.reports.charts.burn_down import burn_down
from backlog_sync.reports.charts.burn_up import burn_up
from backlog_sync.reports.charts.graph import dependencies
from backlog_sync.reports.charts.palette import properties
from backlog_sync.reports.charts.svg import Chart
from backlog_sync.reports.charts.timeline import timeline
from backlog_sync.reports.decisions import GRAVE, decisions
from backlog_sync.reports.next_steps import next_steps
from backlog_sync.reports.page.parts import board, branches, loads, used
from backlog_sync.reports.values import Health, Report
from backlog_sync.reports.view import (
    Audience,
    Names,
    amount,
    asked,
    at_risk,
    audience_name,
    audiences,
    changes,
    critical_path,
    figure,
    guessed,
    health_word,
    late,
    merged_open,
    open_risks,
    outside,
    overdue,
    priorities,
    pull_state,
    review_notes,
    risk_scale,
    scope,
    scope_parts,
    segment,
    sprint_rows,
    staffing,
    status,
    unlinked,
    unproven,
    waiting,
    when,
    without_forecast,
)

LIMIT = 2_000_000
"""The most bytes of a page; for a very large backlog it shows fewer items, and says so."""
_PHONE = 326
"""The width in pixels of a chart on a phone."""
_ROWS = ((8_000, True), (8_000, False), (4_000, False), (2_000, False), (500, False), (0, False))
"""The numbers of items, with criteria in full or only counted; the first that fits is used."""
_MOST = 60
"""The most sentences, and rows of a table, of one kind."""
_ANYTHING = (Audience.EVERYBODY, Audience.ENGINEERING)
_SIGNS = {
    Health.DONE: "✓",
    Health.ON_TRACK: "●",
    Health.AT_RISK: "▲",
    Health.OFF_TRACK: "✕",
    Health.UNKNOWN: "○",
}
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
"""Dates are not broken over lines."""
_WEB = re.compile(r"https?://", re.IGNORECASE)


def page_html(report: Report, audience: Audience = Audience.EVERYBODY) -> str:
    """Return the page. It is complete: it loads nothing from the network."""
    shown = _shown(report, audience)
    template = _environment().get_template("report.html")
    page = ""
    for rows, spelled in _ROWS:
        parts = branches(report, audience, rows)
        page = template.render(**shown, branches=parts, spelled=spelled)
        if len(page.encode()) <= LIMIT:
            break
    return page


def pictures(report: Report) -> dict[str, tuple[str, str]]:
    """Return the charts as separate files, for light and dark: title and SVG by file name."""
    charts = (progress_bars(report), burn_up(report), burn_down(report))
    return {f"{chart.name}.svg": (chart.title, chart.standalone()) for chart in charts if chart}


def _shown(report: Report, audience: Audience) -> Mapping[str, object]:
    names = Names(report)
    everything = audience in _ANYTHING
    product = audience is Audience.PRODUCT
    estimated = guessed(report)
    timelines, unplanned = _timelines(report, items=everything and not estimated)
    parts = scope_parts(report)

    def size_of(part: Sum) -> float:
        return part.points if report.total.points else part.total

    items = {item.key: item for item in report.facts.items}
    graph, undrawn = dependencies(report) if everything else (None, 0)
    load, unloaded = loads(report, _MOST) if everything else ([], 0)
    risks, threats = open_risks(report), at_risk(report)
    return {
        "report": report,
        "facts": report.facts,
        "names": names,
        "audience": audience.value,
        "everything": everything,
        "product": product,
        "burn_up": burn_up(report),
        "burn_up_small": burn_up(report, width=_PHONE, height=300, name="burn-up-small"),
        "burn_down": burn_down(report),
        "burn_down_small": burn_down(report, width=_PHONE, height=260, name="burn-down-small"),
        "sprints": sprint_rows(report),
        "timelines": timelines,
        "steps": next_steps(report),
        "parts": parts,
        "scope": scope(report),
        "size_of": size_of,
        "largest": max(map(size_of, parts), default=0) or 1,
        "estimated": estimated,
        "path": [items[key] for key in report.schedule.path]
        if everything or without_forecast(report)
        else [],
        "length": critical_path(report),
        "unlinked_path": unlinked(report),
        "scheduled": {row.key: row for row in report.schedule.rows},
        "unplanned": unplanned,
        "graph": graph,
        "undrawn": undrawn,
        "load": load,
        "unloaded": unloaded,
        "used": used,
        "when": when(report),
        "amount": amount(report.total),
        "at_risk": threats[:1].upper() + threats[1:],
        "risks": risks if everything else risks[:5],
        "more_risks": 0 if everything else max(0, len(risks) - 5),
        "decisions": [] if audience is Audience.ENGINEERING else decisions(report)[:_MOST],
        "changes": changes(report, names, 12),
        "late": late(report, names)[:_MOST] if everything else [],
        "waiting": waiting(report, names)[:_MOST] if everything else [],
        "overdue": overdue(report, names)[:_MOST] if everything else [],
        "priorities": priorities(report) if product else {},
        "staffing": staffing(report)[:_MOST],
        "audiences": audiences(report),
        "questions": report.questions[:_MOST],
        "more_questions": max(0, len(report.questions) - _MOST),
        "review_notes": review_notes(report, names)[:_MOST],
        "pulled": [item for item in report.facts.items if item.pull_requests][:_MOST]
        if everything
        else [],
        "merged_open": merged_open(report, names)[:_MOST] if everything else [],
        "unproven": unproven(report, names, _MOST) if everything else [],
        "quarters": report.quarters if product or everything else (),
        "board": board(report) if everything else (),
        "unestimated": names.some(report.total.unestimated, _MOST),
    }


def _timelines(report: Report, *, items: bool) -> tuple[list[tuple[Chart, Chart]], int]:
    """Return the charts, each with one for a phone, and how many items are not shown."""
    charts, hidden = [], 0
    for of_items in (False, True) if items else (False,):
        name = "items" if of_items else "timeline"
        wide, more = timeline(report, items=of_items, name=name)
        small, _ = timeline(report, items=of_items, name=f"{name}-small", width=_PHONE)
        hidden += more
        charts += [(wide, small)] if wide and small else []
    return charts, hidden


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("backlog_sync.reports.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    folder = files("backlog_sync.reports.page").joinpath("templates")
    style = folder.joinpath("style.css").read_text("utf-8")
    script = folder.joinpath("page.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    colors = (
        f":root{{{properties(dark=False)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{properties(dark=True)}}}}}"
    )
    environment.filters |= {
        "t": _text,
        "plain": _plain,
        "figure": figure,
        "count": counted,
        "drawn": _drawn,
    }
    environment.tests["web"] = _is_web
    environment.globals |= {
        "style": Markup(colors + style),  # noqa: S704 - our own
        "script": Markup(script),  # noqa: S704 - our own
        "script_hash": f"sha256-{digest}",
        "health_word": health_word,
        "signs": _SIGNS,
        "grave": GRAVE,
        "status": status,
        "pull_state": pull_state,
        "risk_scale": risk_scale,
        "amount_of": amount,
        "outside": outside,
        "asked": asked,
        "audience_name": audience_name,
        "segment": segment,
    }
    return environment


def _text(value: object) -> Markup:
    """Return an untrusted text on one line, without invisible characters, isolated in direction."""
    text = str(escape(_plain(value)))
    text = _DAY.sub(r'<span class="d">\g<0></span>', text)
    return Markup(f"<bdi>{text}</bdi>")  # noqa: S704 - escaped above


def _plain(value: object) -> str:
    """Return an untrusted text for an attribute."""
    return " ".join(visible(str(value)).split())


def _drawn(chart: Chart) -> Markup:
    return Markup(chart.svg)  # noqa: S704 - an XML writer made it


def _is_web(value: str | None) -> bool:
    """Return whether an address is a web link."""
    return bool(value and _WEB.match(value))
