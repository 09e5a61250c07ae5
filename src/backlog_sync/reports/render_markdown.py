"""The report as Markdown that GitHub renders, for a file, a step summary, an issue or a comment.

Titles and other texts are escaped: nobody is mentioned, nothing is linked or closed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from backlog_sync.core.escape import code, inert
from backlog_sync.core.facts import WorkItem
from backlog_sync.core.rollup import Outline, Sum, outline
from backlog_sync.render.bounded import SUMMARY_BYTES, Block, BoundedText, cut, size, table
from backlog_sync.render.words import counted
from backlog_sync.reports.decisions import decisions
from backlog_sync.reports.mermaid import dependencies, items_timeline, milestones_timeline
from backlog_sync.reports.values import Health, Load, Report
from backlog_sync.reports.view import (
    HEALTH,
    SECTIONS,
    Audience,
    Names,
    Section,
    amount,
    at_risk,
    audience_name,
    audiences,
    changes,
    day,
    figure,
    how_much,
    late,
    open_risks,
    overdue,
    priorities,
    questions,
    review_notes,
    risk_scale,
    segment,
    shown,
    staffing,
    status,
    waiting,
    when,
)

_BAR = 10
_COLUMNS = ("item", "issue", "status", "points", "criteria", "done", "days", "slack")
_DEEPEST = 8
_MOST = 40
"""The most sentences of one kind."""
_SIGNS = {
    Health.DONE: "✅",
    Health.ON_TRACK: "🟢",
    Health.AT_RISK: "🟡",
    Health.OFF_TRACK: "🔴",
    Health.UNKNOWN: "⚪",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture next to the text: its description, and its path from the text's folder."""

    title: str
    path: str


def report_markdown(
    report: Report,
    audience: Audience = Audience.EVERYBODY,
    *,
    pictures: Sequence[Picture] = (),
    limit: int = SUMMARY_BYTES,
) -> str:
    """Return the report as Markdown of at most `limit` bytes of UTF-8 (at least 4,000).

    `pictures` are shown below the answers; their paths are ours.
    """
    page = _Page(report, audience)
    head = page.head(pictures)
    note = "\n> **Cut here:** {} more rows do not fit; `backlog report` shows all of them.\n"
    bounded_text = BoundedText(limit - size(head) - size(note) - 12)
    for block in page.blocks():
        bounded_text.add(block)
    end = note.format(bounded_text.left_out) if bounded_text.left_out else ""
    return head + "".join(bounded_text.parts) + end


class _Page:
    """The blocks of one report."""

    def __init__(self, report: Report, audience: Audience) -> None:
        self.report, self.audience = report, audience
        self.names = Names(report)
        self.rows = {row.key: row for row in report.schedule.rows}
        self.tree: Outline = outline(report.facts.items)

    def head(self, pictures: Sequence[Picture]) -> str:
        """Return the title, the three answers, and the pictures."""
        report, facts = self.report, self.report.facts
        progress = f"{_bar(report.total)} {report.total.percent}&nbsp;%: {inert(how_much(report))}"
        where = code(cut(facts.repository))
        if facts.board:
            where += f", board {code(cut(facts.board))}"
        lines = [
            f"## {inert(cut(facts.title))}",
            "",
            f"{_SIGNS[report.health]} **{HEALTH[report.health].capitalize()}.** "
            f"{inert(cut(report.why))}",
            "",
            "| | |",
            "| --- | --- |",
            f"| **When** | {inert(when(report))} |",
            f"| **How much** | {progress} |",
            f"| **At risk** | {inert(cut(at_risk(report)))} |",
            "",
            f"For {where}, on {facts.today}.",
        ]
        for picture in pictures:
            lines += ["", f"![{inert(picture.title)}](<{picture.path}>)"]
        return "\n".join(lines) + "\n"

    def blocks(self) -> Iterator[Block]:
        """Yield the sections that this audience sees."""
        makers: dict[Section, Callable[[], Iterator[Block]]] = {
            Section.SINCE: self._since,
            Section.TREE: self._tree,
            Section.ITEMS: self._items,
            Section.MILESTONES: self._milestones,
            Section.QUARTERS: self._quarters,
            Section.PRIORITIES: self._priorities,
            Section.RISKS: self._risks,
            Section.DECISIONS: lambda: self._list(Section.DECISIONS, decisions(self.report)),
            Section.TIMELINE: self._timeline,
            Section.PATH: self._path,
            Section.WAITING: self._waiting,
            Section.LATE: lambda: self._list(Section.LATE, late(self.report, self.names)),
            Section.LOAD: self._load,
            Section.STAFFING: lambda: self._list(Section.STAFFING, staffing(self.report)),
            Section.AUDIENCES: self._audiences,
            Section.QUESTIONS: lambda: self._list(Section.QUESTIONS, questions(self.report)),
            Section.REVIEW_NOTES: lambda: self._list(
                Section.REVIEW_NOTES, review_notes(self.report, self.names)
            ),
            Section.REVIEWS: lambda: self._list(Section.REVIEWS, overdue(self.report, self.names)),
            Section.UNESTIMATED: self._unestimated,
            Section.NOTES: lambda: self._list(Section.NOTES, self.report.notes),
        }
        for section in SECTIONS[self.audience]:
            yield from makers[section]()

    # ---- what every reader sees --------------------------------------------------------------

    def _since(self) -> Iterator[Block]:
        if self.report.period is None:
            return
        entries = changes(self.report, self.names, _MOST)
        rows = [(f"**{word}**", inert(cut(text))) for word, text in entries]
        title = f"### Since {self.report.period.since}"
        yield table(title, ("", ""), rows or [("Nothing that is known.", "")])

    def _milestones(self) -> Iterator[Block]:
        rows = []
        for milestone in self.report.milestones:
            rows.append(
                (
                    inert(cut(milestone.sum.name)),
                    f"{_SIGNS[milestone.health]} {HEALTH[milestone.health]}".replace(" ", "&nbsp;"),
                    day(milestone.due) if milestone.due else "",
                    *_amounts(milestone.sum),
                    inert(milestone.why),
                    inert(cut(segment(milestone))),
                )
            )
        columns = ("milestone", "health", "due", "done", "", "why", "left")
        yield table("### Milestones", *_without_empty_end(columns, rows))

    def _audiences(self) -> Iterator[Block]:
        rows = [(inert(cut(audience_name(one))), *_amounts(one)) for one in audiences(self.report)]
        yield table("### By audience", ("for", "done", ""), rows)

    def _risks(self) -> Iterator[Block]:
        risks = open_risks(self.report)
        most = {Audience.EVERYBODY: 3, Audience.ENGINEERING: len(risks)}.get(self.audience, 5)
        rows = [
            (
                inert(risk_scale(risk)),
                inert(cut(risk.text)) + (" (not in our hands)" if risk.external else ""),
                inert(cut(self.names(risk.item))) if risk.item else "the plan",
                inert(cut(risk.mitigation or "none")),
                inert(cut(risk.contingency or "")),
                inert(cut(risk.owner or "")),
            )
            for risk in risks[:most]
        ]
        columns = ("exposure", "risk", "of", "mitigation", "if it happens", "owner")
        more = f", {len(risks) - most} more not shown" if len(risks) > most else ""
        yield table(f"### Risks{more}", columns, rows)

    def _timeline(self) -> Iterator[Block]:
        yield _picture("### Timeline", milestones_timeline(self.report))
        if self.audience is Audience.ENGINEERING:
            source, hidden = items_timeline(self.report)
            more = f", {counted(hidden, 'item')} without room" if hidden else ""
            yield _picture(f"### Timeline of the items left{more}", source)

    def _unestimated(self) -> Iterator[Block]:
        keys = self.report.total.unestimated
        names = [f"{cut(name)}" for name in self.names.some(keys, _MOST)]
        title = f"### {counted(len(keys), 'item')} without points"
        yield Block(f"\n{title}\n\n", [f"- {inert(name)}\n" for name in names])

    # ---- items -------------------------------------------------------------------------------

    def _tree(self) -> Iterator[Block]:
        rows = []
        keys = self._shown(Section.TREE)
        for key, item in self.tree.items.items():
            if key not in keys:
                continue
            goal = f"<br><sub>{inert(cut(item.goal))}</sub>" if item.goal else ""
            total = self.report.sums.get(key)
            cells = _amounts(total) if total else (inert(cut(status(item))), self._points(key))
            rows.append((self._name(item) + goal, *cells))
        yield table("### Epics and features", ("item", "done", ""), rows)

    def _items(self) -> Iterator[Block]:
        if len(self._shown(Section.ITEMS)) < len(self.tree.items):
            yield from self._tree()
            return
        every: dict[str, list[str]] = {}
        for key in self.tree.items:
            *_, top = self.tree.above(key)
            root = top.key
            every.setdefault(root if root in self.report.sums else "", []).append(key)
        lone = every.pop("", [])
        columns: Sequence[str] = _COLUMNS
        if self.audience is not Audience.ENGINEERING:
            columns = columns[:4]
        if every or lone:
            yield Block("\n### Items\n", [""])
        for root, keys in every.items():
            total = self.report.sums[root]
            title = f"<b>{inert(cut(self.names(root)))}</b>: {total.percent} %, {amount(total)}"
            yield self._folded(title, keys[1:], columns)
        if lone:
            yield self._folded("<b>Without anything above</b>", lone, columns)

    def _folded(self, title: str, keys: Sequence[str], columns: Sequence[str]) -> Block:
        rows = [self._line(self.tree.items[key])[: len(columns)] for key in keys]
        inner = table(f"<details><summary>{title}</summary>", columns, rows)
        return Block(inner.opening, inner.rows, "\n</details>\n")

    def _line(self, item: WorkItem) -> tuple[str, ...]:
        issue = code(cut(item.ref)) if item.ref else ""
        total = self.report.sums.get(item.key)
        if total:
            points = f"{figure(total.points_done)}/{figure(total.points)}" if total.points else ""
            ticks = f"{total.ticked}/{total.criteria}" if total.criteria else ""
            state = inert(cut(item.status or ""))
            return (self._name(item, 1), issue, state, points, ticks, f"{total.percent} %", "", "")
        points = self._points(item.key)
        ticks = f"{item.ticked}/{item.criteria}" if item.criteria else ""
        row = self.rows.get(item.key)
        days = slack = ""
        if row:
            days = f"{row.first} to {row.last}" + (" (a guess)" if row.by == "guess" else "")
            slack = "**critical**" if row.critical else figure(row.slack)
        assignees = ", ".join(item.assignees)
        state = inert(cut(status(item) + (f", {assignees}" if assignees else "")))
        return (self._name(item, 1), issue, state, points, ticks, "", days, slack)

    def _points(self, key: str) -> str:
        return figure(self.report.points[key]) if key in self.report.points else ""

    def _shown(self, section: Section) -> frozenset[str]:
        return shown(self.report, self.audience, section, full=False)

    def _name(self, item: WorkItem, less: int = 0) -> str:
        depth = min(self.tree.depth(item.key) - less, _DEEPEST)
        return f"{'&emsp;' * depth}{inert(cut(item.kind))} {inert(cut(item.title))}"

    # ---- for product -------------------------------------------------------------------------

    def _quarters(self) -> Iterator[Block]:
        rows = [
            (
                quarter.name,
                *_amounts(quarter.sum),
                inert(cut(", ".join(quarter.milestones))),
                inert(cut(", ".join(self.names.some(quarter.late, 5)))),
                inert(cut(segment(quarter))),
            )
            for quarter in self.report.quarters
        ]
        columns = ("quarter", "done", "", "milestones due", "ends after it", "left")
        yield table("### Quarters", *_without_empty_end(columns, rows))

    def _priorities(self) -> Iterator[Block]:
        rows = [
            (inert(cut(name)), str(len(keys)), inert(cut(", ".join(self.names.some(keys, 5)))))
            for name, keys in priorities(self.report).items()
        ]
        yield table("### Open work by priority", ("priority", "items", ""), rows)

    # ---- for engineering ---------------------------------------------------------------------

    def _path(self) -> Iterator[Block]:
        schedule = self.report.schedule
        if not schedule.path:
            yield from self._list(Section.PATH, [schedule.reason] if schedule.reason else [])
            return
        title = f"### Critical path: {figure(schedule.days)} working days, to {day(schedule.ends)}"
        rows = [
            (
                inert(cut(self.names(key))),
                str(self.rows[key].first),
                str(self.rows[key].last),
                f"{figure(self.rows[key].days)} ({self.rows[key].by})",
            )
            for key in schedule.path
        ]
        yield table(title, ("item", "from", "to", "working days"), rows)

    def _waiting(self) -> Iterator[Block]:
        source, hidden = dependencies(self.report)
        more = f", {counted(hidden, 'link')} without room" if hidden else ""
        yield _picture(f"### What waits for what{more}", source)
        if hidden:
            yield from self._list(Section.WAITING, waiting(self.report, self.names))

    def _load(self) -> Iterator[Block]:
        rows = [
            (
                load.period,
                inert(cut(load.name or f"no {load.whose}")),
                figure(load.hours),
                figure(load.capacity) if load.capacity is not None else "",
                figure(load.people),
                _there(load),
                f"**{figure(load.more)}**" if load.more > 0 else "",
                str(len(load.items)),
            )
            for load in self.report.load
            if "Q" in load.period
        ]
        columns = ("quarter", "of", "hours", "capacity", "people needed", "there", "more", "items")
        yield table("### Load", columns, rows)

    def _list(self, section: Section, sentences: Iterable[str]) -> Iterator[Block]:
        all_sentences = tuple(sentences)
        rows = [f"- {inert(cut(text))}\n" for text in all_sentences[:_MOST]]
        if len(all_sentences) > _MOST:
            rows.append(f"- {len(all_sentences) - _MOST} more\n")
        yield Block(f"\n### {section}\n\n", rows)


def _there(load: Load) -> str:
    """Return how many people are available, in the file's words if it counts them."""
    return load.there_words or (figure(load.there) if load.there is not None else "")


def _without_empty_end(
    columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Return a table without its last column if that is empty."""
    if any(row[-1] for row in rows):
        return columns, rows
    return columns[:-1], [row[:-1] for row in rows]


def _picture(title: str, source: str) -> Block:
    rows = [f"```mermaid\n{source}```\n"] if source else []
    return Block(f"\n{title}\n\n", rows, whole=True)


def _bar(total: Sum) -> str:
    filled = total.percent * _BAR // 100
    return "▰" * filled + "▱" * (_BAR - filled)


def _amounts(total: Sum) -> tuple[str, str]:
    return f"{_bar(total)}&nbsp;{total.percent}&nbsp;%", inert(amount(total))
