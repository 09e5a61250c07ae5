"""The report as one page of HTML that fetches nothing and runs nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from backlog_sync.core.reporting.decisions import decisions
from backlog_sync.core.reporting.facts import Phase, WorkItem
from backlog_sync.core.reporting.rollup import outline
from backlog_sync.core.reporting.values import Health, Report, Sum
from backlog_sync.render.page.charts import charts
from backlog_sync.render.page.drawing import THEME, alone
from backlog_sync.render.report_words import (
    HEALTH,
    SECTIONS,
    Audience,
    Names,
    Section,
    amount,
    at_risk,
    changes,
    figure,
    how_much,
    late,
    open_risks,
    overdue,
    priorities,
    risk_scale,
    status,
    waiting,
    when,
)
from backlog_sync.render.safe import clean

_MOST = 200
"""Sentences of one kind, and cards of one column of the board."""
_TEXT = 300
"""Characters of a title; GitHub's longest has 256."""
_HIGHEST = 16
_SIGNS = {
    Health.DONE: "✓",
    Health.ON_TRACK: "✓",
    Health.AT_RISK: "!",
    Health.OFF_TRACK: "✗",
    Health.UNKNOWN: "?",
}


@dataclass(frozen=True, slots=True)
class _Row:
    """One item in the page: how deep it stands, and its sum where anything stands below it."""

    item: WorkItem
    depth: int
    sum: Sum | None
    points: str
    days: str
    critical: bool


@dataclass(frozen=True, slots=True)
class _Epic:
    """An item at the top with all that stands below it."""

    item: WorkItem
    sum: Sum
    rows: tuple[_Row, ...]


def page_html(report: Report, audience: Audience = Audience.EVERYBODY) -> str:
    """Give the page. It is whole: no part of it comes from the network, and no script is in it."""
    environment = Environment(
        loader=PackageLoader("backlog_sync.render.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["t"] = _text
    environment.filters["figure"] = figure
    names = Names(report)
    sections = SECTIONS[audience]
    epics, lone = _epics(report)
    return environment.get_template(
        "report.html"
    ).render(
        report=report,
        facts=report.facts,
        audience=audience,
        theme=Markup(THEME),  # noqa: S704 - our own
        charts={name: Markup(svg) for name, (_, svg) in charts(report).items()},  # noqa: S704 - escaped by what drew them
        has={section.name: section in sections for section in Section},
        everything=audience in (Audience.EVERYBODY, Audience.ENGINEERING),
        health=HEALTH,
        signs=_SIGNS,
        when=when(report),
        how_much=how_much(report),
        at_risk=at_risk(report),
        amount=amount,
        names=names,
        changes=changes(report, names, 20),
        decisions=list(decisions(report))[:_MOST],
        late=late(report, names)[:_MOST],
        waiting=waiting(report, names)[:_MOST],
        overdue=overdue(report, names)[:_MOST],
        priorities=priorities(report),
        risks=open_risks(report)[:_MOST],
        risk_scale=risk_scale,
        grave=_HIGHEST,
        epics=epics,
        lone=lone,
        board=_board(report),
        most=_MOST,
        status=status,
        rows={row.key: row for row in report.schedule.rows},
        quarterly=[one for one in report.load if "Q" in one.period],
    )


def pictures(report: Report) -> dict[str, tuple[str, str]]:
    """Give the charts as files of their own: title and SVG by file name."""
    return {f"{name}.svg": (title, alone(svg)) for name, (title, svg) in charts(report).items()}


def _text(value: object) -> str:
    """A text from the file or GitHub in one line, without what would turn the lines around it."""
    text = " ".join(clean(str(value)).split())
    return text if len(text) <= _TEXT else f"{text[: _TEXT - 1]}…"


def _epics(report: Report) -> tuple[list[_Epic], list[_Row]]:
    """What stands at the top with what is below it, and the items that stand alone."""
    tree = outline(report.facts.items)
    critical = set(report.schedule.path)
    days = {row.key: f"{row.first} to {row.last}" for row in report.schedule.rows}
    below: dict[str, list[_Row]] = {}
    for key, item in tree.items.items():
        *_, top = tree.above(key)
        row = _Row(
            item=item,
            depth=min(tree.depth(key), 6),
            sum=report.sums.get(key),
            points=figure(report.points[key]) if key in report.points else "",
            days=days.get(key, ""),
            critical=key in critical,
        )
        below.setdefault(top.key, []).append(row)
    epics = [
        _Epic(tree.items[key], report.sums[key], tuple(rows[1:]))
        for key, rows in below.items()
        if key in report.sums
    ]
    return epics, [rows[0] for key, rows in below.items() if key not in report.sums]


def _board(report: Report) -> dict[str, list[WorkItem]]:
    """The leaf items by their status, in the order of work; dropped ones are left out."""
    inner = report.sums
    found: dict[str, list[WorkItem]] = {}
    for item in _in_order(report):
        if item.key not in inner and item.phase is not Phase.DROPPED:
            found.setdefault(status(item), []).append(item)
    return found


def _in_order(report: Report) -> Iterator[WorkItem]:
    order = [Phase.TODO, Phase.DOING, Phase.DONE, Phase.DROPPED]
    yield from sorted(report.facts.items, key=lambda item: order.index(item.phase))
