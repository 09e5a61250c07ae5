"""Mermaid diagrams, which GitHub renders: a timeline and the dependencies.

Titles are untrusted: every ASCII character except letters, digits and spaces becomes one of
Mermaid's entities (`#58;`), and so does the first one, because a line that begins with a keyword
("section", "title", a date) would be read as that. GitHub accepts at most 50,000 characters and 500
arrows (Mermaid's defaults `maxTextSize` and `maxEdges`); the diagrams stay far below.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from backlog_sync.core.escape import clean, mermaid
from backlog_sync.core.facts import Phase
from backlog_sync.reports.values import Health, MilestoneReport, Report, Scheduled
from backlog_sync.reports.view import Names

_TITLE, _SECTION = 60, 26
_ROOM = '%%{init: {"gantt": {"leftPadding": 170}}}%%'
"""Room for `_SECTION` characters next to the bars."""
MOST = 60
"""The most bars, or nodes, in one diagram; nobody can read more."""
_LONG = 120
"""Days from which the axis shows months."""


def label(text: str, most: int = _TITLE) -> str:
    """Return a title escaped for a diagram: shown as written, without any effect."""
    plain = " ".join(clean(text).split()) or "?"
    if len(plain) > most:
        plain = f"{plain[: most - 1].rstrip()}…"
    return mermaid(plain)


def milestones_timeline(report: Report) -> str:
    """Return a Gantt chart of the milestones: when each is worked on, its due date, its forecast.

    Empty if no milestone has a date.
    """
    lines: list[str] = []
    days: list[date] = []
    for index, milestone in enumerate(report.milestones[:MOST]):
        bars = list(_milestone(milestone, index, days))
        if bars:
            lines += [f"  section {label(milestone.sum.name, _SECTION)}", *bars]
    return _gantt(lines, days)


def _milestone(milestone: MilestoneReport, index: int, days: list[date]) -> Iterator[str]:
    state = {Health.DONE: "done, ", Health.AT_RISK: "crit, ", Health.OFF_TRACK: "crit, "}.get(
        milestone.health, "active, " if milestone.sum.doing or milestone.sum.done else ""
    )
    if milestone.first and milestone.last and milestone.first <= milestone.last:
        days += [milestone.first, milestone.last]
        yield f"    {label('work')} :{state}w{index}, {milestone.first}, {milestone.last}"
    likely = milestone.forecast.at_85 if milestone.forecast else None
    if likely:
        days.append(likely)
        yield f"    {label('85% likely')} :milestone, l{index}, {likely}, 0d"
    if milestone.due:
        days.append(milestone.due)
        crit = "crit, " if milestone.health is Health.OFF_TRACK else ""
        yield f"    {label('due')} :{crit}milestone, d{index}, {milestone.due}, 0d"


def items_timeline(report: Report) -> tuple[str, int]:
    """Return a Gantt chart of the open items, and how many do not fit.

    Those on the critical path are included first, then the earliest. Empty without a schedule.
    """
    path = set(report.schedule.path)
    ranked = sorted(report.schedule.rows, key=lambda row: (row.key not in path, row.first))
    shown = {row.key for row in ranked[:MOST]}
    rows = {row.key: row for row in report.schedule.rows if row.key in shown}
    items = {item.key: item for item in report.facts.items}
    names = Names(report)
    lines: list[str] = []
    days: list[date] = []
    for group in report.groups.get("epic", ()):
        group_rows = [rows[key] for key in group.items if key in rows]
        if not group_rows:
            continue
        title = names(group.name) if group.name else "Others"
        lines.append(f"  section {label(title, _SECTION)}")
        for row in group_rows:
            doing = items[row.key].phase is Phase.DOING
            lines.append(_bar(names(row.key), row, len(lines), doing=doing))
            days += [row.first, row.last]
    return _gantt(lines, days), len(ranked) - len(shown)


def _bar(title: str, row: Scheduled, index: int, *, doing: bool) -> str:
    state = ("active, " if doing else "") + ("crit, " if row.critical else "")
    return f"    {label(title)} :{state}t{index}, {row.first}, {row.last}"


def _gantt(lines: Sequence[str], days: Sequence[date]) -> str:
    if not lines:
        return ""
    long = max(days) - min(days) > timedelta(days=_LONG)
    axis = "%b %Y" if long else "%d %b"
    head = [
        _ROOM,
        "gantt",
        "  dateFormat YYYY-MM-DD",
        f"  axisFormat {axis}",
        "  inclusiveEndDates",
    ]
    return "\n".join([*head, *lines]) + "\n"


def dependencies(report: Report) -> tuple[str, int]:
    """Return a flow chart of the dependencies, and how many links do not fit.

    The critical path has thick frames and arrows, and is included first. Empty without
    dependencies.
    """
    path = report.schedule.path
    steps = set(pairwise(path))
    links = sorted(report.schedule.links, key=lambda link: not (set(link) & set(path)))
    names, nodes = Names(report), dict[str, str]()
    drawn: list[tuple[str, str]] = []
    for link in links:
        if len(nodes.keys() | set(link)) <= MOST and len(drawn) < 2 * MOST:
            for key in link:
                nodes.setdefault(key, f"n{len(nodes)}")
            drawn.append(link)
    if not drawn:
        return "", 0
    inner = report.sums
    lines = ["flowchart LR"]
    for key, node in nodes.items():
        opening, closing = ("([", "])") if key in inner else ("[", "]")
        style = ":::critical" if key in path else ""
        lines.append(f'  {node}{opening}"{label(names(key))}"{closing}{style}')
    for first, second in drawn:
        arrow = "==>" if (first, second) in steps else "-->"
        lines.append(f"  {nodes[first]} {arrow} {nodes[second]}")
    lines.append("  classDef critical stroke:#d1242f,stroke-width:3px")
    return "\n".join(lines) + "\n", len(links) - len(drawn)
