"""The report as Markdown that GitHub renders, for a file, a step summary, an issue or a comment.

Titles and all other words of people are inert: nobody is mentioned, nothing is linked or closed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import starmap

from backlog_sync.core.escape import code, inert
from backlog_sync.core.rollup import Sum
from backlog_sync.dataclass import dataclass
from backlog_sync.render.bounded import SUMMARY_BYTES, BoundedText, cut, size, table
from backlog_sync.render.bounded import Block as Printed
from backlog_sync.reports.layout import (
    MISSING,
    Bar,
    Bars,
    Grid,
    Limits,
    Named,
    Outline,
    OutlineRow,
    Pairs,
    Risks,
    SectionView,
    Sentences,
    report_sections,
)
from backlog_sync.reports.layout import Picture as Diagram
from backlog_sync.reports.next_steps import next_steps
from backlog_sync.reports.values import Health, RegisteredRisk, Report
from backlog_sync.reports.view import (
    Audience,
    Section,
    amount,
    at_risk,
    figure,
    health_word,
    how_much,
    outside,
    risk_scale,
    when,
)

_BAR = 10
_COLUMNS = ("item", "issue", "status", "points", "criteria", "done", "days", "slack")
_SHORT = 4
"""Columns of items for readers who do not work on them."""
_DEEPEST = 8
"""Levels by which a row is indented: a table cell has room for no more."""
_MOST = 40
"""Sentences of one kind."""
_SIGNS = {
    Health.DONE: "✅",
    Health.ON_TRACK: "🟢",
    Health.AT_RISK: "🟡",
    Health.OFF_TRACK: "🔴",
    Health.UNKNOWN: "⚪",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that lies next to the text: what it shows, and its path from the text's folder."""

    title: str
    path: str


def report_markdown(
    report: Report,
    audience: Audience = Audience.EVERYBODY,
    *,
    pictures: Sequence[Picture] = (),
    limit: int = SUMMARY_BYTES,
) -> str:
    """The report as Markdown of at most `limit` bytes of UTF-8 (at least 4,000).

    `pictures` are shown below the answers; their paths are ours.
    """
    head = _head(report, pictures)
    note = "\n> **Cut here:** {} more rows do not fit; `backlog report` shows all of them.\n"
    bounded_text = BoundedText(limit - size(head) - size(note) - 12)
    for section in report_sections(report, audience, Limits(_MOST, _MOST)):
        for block in _section(section):
            bounded_text.add(block)
    end = note.format(bounded_text.left_out) if bounded_text.left_out else ""
    return head + "".join(bounded_text.parts) + end


def _head(report: Report, pictures: Sequence[Picture]) -> str:
    """The title, the four answers, and the pictures."""
    facts = report.facts
    progress = f"{_bar(report.total)} {report.total.percent}%: {inert(how_much(report))}"
    where = code(cut(facts.repository))
    if facts.board:
        where += f", board {code(cut(facts.board))}"
    state = health_word(report.health, report.total)
    steps = "<br>".join(_text(step) for step in next_steps(report))
    lines = [
        f"## {_text(facts.title)}",
        "",
        f"{_SIGNS[report.health]} **{state.capitalize()}.** {_text(report.why)}",
        "",
        "| | |",
        "| --- | --- |",
        f"| **Forecast** | {inert(when(report))} |",
        f"| **Progress** | {progress} |",
        f"| **Risks** | {_text(at_risk(report))} |",
        *([f"| **Next** | {steps} |"] if steps else []),
        "",
        f"For {where}, on {facts.today}.",
    ]
    for picture in pictures:
        lines += ["", f"![{inert(picture.title)}](<{picture.path}>)"]
    return "\n".join(lines) + "\n"


def _section(view: SectionView) -> Iterator[Printed]:
    """What a section's blocks are in Markdown: tables, lists, diagrams, folded lists of items."""
    title = f"### {view.title}" + (f": {view.note}" if view.note else "")
    drawn = [block for block in view.blocks if isinstance(block, Diagram)]
    for block in view.blocks:
        match block:
            case Sentences():
                if not drawn or any(diagram.hidden for diagram in drawn):
                    more = [f"- {block.more} more\n"] if block.more else []
                    yield Printed(
                        f"\n{title}\n\n", [*(f"- {_text(each)}\n" for each in block.lines), *more]
                    )
            case Pairs():
                rows = [(f"**{word}**", _text(text)) if word else (_text(text), "")
                        for word, text in block.rows]  # fmt: skip
                yield table(title, ("", ""), rows)
            case Grid():
                yield table(title, block.columns, [_grid_row(block, row) for row in block.rows])
            case Bars():
                yield _bars(title, block)
            case Risks():
                more_risks = f", {block.more} more not shown" if block.more else ""
                yield table(
                    f"{title}{more_risks}",
                    ("exposure", "risk", "of", "mitigation", "if it happens", "owner"),
                    starmap(_risk, block.rows),
                )
            case Named():
                names = [f"- {_text(name)}\n" for name in block.names]
                yield Printed(f"\n### {block.what}\n\n", names)
            case Diagram():
                hidden = f", {block.hidden} without room" if block.hidden else ""
                source = [f"```mermaid\n{block.source}```\n"]
                yield Printed(f"\n### {block.title}{hidden}\n\n", source, whole=True)
            case Outline():
                whole = view.section is Section.ITEMS and not block.hidden
                yield from _items(block) if whole else [_tree(title, block)]


# ---- cells ---------------------------------------------------------------------------------


def _text(text: str) -> str:
    return inert(cut(text))


def _bar(total: Sum) -> str:
    filled = total.percent * _BAR // 100
    return "▰" * filled + "▱" * (_BAR - filled)


def _amounts(total: Sum) -> tuple[str, str]:
    return f"{_bar(total)}&nbsp;{total.percent}%", inert(amount(total))


def _grid_row(block: Grid, row: Sequence[str]) -> list[str]:
    """The cells of a row; missing people stand out."""
    return [
        f"**{_text(cell)}**" if column == MISSING and cell else _text(cell)
        for column, cell in zip(block.columns, row, strict=True)
    ]


def _bars(title: str, block: Bars) -> Printed:
    healthy = any(bar.health for bar in block.rows)
    columns = [block.of, *(["health"] if healthy else [])]
    first = 1 if healthy else 0  # the due date comes before how much is done
    columns += [*block.columns[:first], "done", "", *block.columns[first:]]
    rows = [_bar_row(bar, first) for bar in block.rows]
    if block.columns and not any(row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return table(title, columns, rows)


def _bar_row(bar: Bar, first: int) -> list[str]:
    health = []
    if bar.health:
        health = [f"{_SIGNS[bar.health]} {health_word(bar.health, bar.sum)}".replace(" ", "&nbsp;")]
    cells = [_text(cell) for cell in bar.cells]
    return [_text(bar.name), *health, *cells[:first], *_amounts(bar.sum), *cells[first:]]


def _risk(risk: RegisteredRisk, of: str) -> tuple[str, ...]:
    return (
        inert(risk_scale(risk)),
        _text(risk.text) + (" (not in our hands)" if risk.external else ""),
        _text(of or "the plan"),
        _text(risk.mitigation or "none"),
        _text(risk.contingency or ""),
        _text(risk.owner or ""),
    )


# ---- items ---------------------------------------------------------------------------------


def _tree(title: str, block: Outline) -> Printed:
    rows = []
    for row in block.rows:
        goal = f"<br><sub>{_text(row.item.goal)}</sub>" if row.item.goal else ""
        cells = _amounts(row.sum) if row.sum else (_text(row.status), row.points)
        rows.append((_name(row) + goal, *cells))
    return table(title, ("item", "done", ""), rows)


def _items(block: Outline) -> Iterator[Printed]:
    columns = _COLUMNS if block.detailed else _COLUMNS[:_SHORT]
    yield Printed("\n### Items\n", [""])
    for root, rows in block.branches:
        summary = "<b>Without anything above</b>"
        if root and root.sum:
            facts = f"{root.sum.percent}%, {amount(root.sum)}{outside(root.sum)}"
            summary = f"<b>{_text(root.item.title)}</b>: {facts}"
        cells = [_row(row)[: len(columns)] for row in rows]
        inner = table(f"<details><summary>{summary}</summary>", columns, cells)
        yield replace(inner, closing="\n</details>\n")


def _name(row: OutlineRow, less: int = 0) -> str:
    depth = min(row.depth - less, _DEEPEST)
    return f"{'&emsp;' * depth}{_text(row.item.kind)} {_text(row.item.title)}"


def _row(row: OutlineRow) -> tuple[str, ...]:
    item, total, when_ = row.item, row.sum, row.when
    issue = code(cut(item.ref)) if item.ref else ""
    if total:
        points = f"{figure(total.points_done)}/{figure(total.points)}" if total.points else ""
        ticks = f"{total.ticked}/{total.criteria}" if total.criteria else ""
        percent = f"{total.percent}%"
        return (_name(row, 1), issue, _text(item.status or ""), points, ticks, percent, "", "")
    ticks = f"{item.ticked}/{item.criteria}" if item.criteria else ""
    days = slack = ""
    if when_:
        days = f"{when_.first} to {when_.last}" + (" (a guess)" if when_.by == "guess" else "")
        slack = "**critical**" if when_.critical else figure(when_.slack)
    state = _text(", ".join((row.status, *item.assignees)))
    return (_name(row, 1), issue, state, row.points, ticks, "", days, slack)
