"""A report laid out once: sections of plain values, which text and Markdown only print.

Nothing here is styled, cut or escaped. A section with nothing to say is left out.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from backlog_sync.core.facts import Phase, WorkItem
from backlog_sync.core.rollup import Sum
from backlog_sync.core.rollup import outline as tree_of
from backlog_sync.dataclass import dataclass
from backlog_sync.render.words import counted
from backlog_sync.reports.decisions import decisions
from backlog_sync.reports.mermaid import dependencies, items_timeline, milestones_timeline
from backlog_sync.reports.values import Health, Load, RegisteredRisk, Report, Scheduled
from backlog_sync.reports.view import (
    SECTIONS,
    Audience,
    Names,
    Section,
    audience_name,
    audiences,
    changes,
    critical_path,
    day,
    figure,
    guessed,
    late,
    likely,
    merged_open,
    open_risks,
    overdue,
    priorities,
    pull_requests,
    questions,
    review_notes,
    scope,
    scope_parts,
    segment,
    shown,
    sprint_rows,
    staffing,
    status,
    unlinked,
    unproven,
    waiting,
    without_forecast,
)

MISSING = "missing"
"""The column of missing people, which stand out."""

_FEW_NAMES = 5
"""Titles that a sentence names before it counts the rest."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """One sentence for each thing, and how many more there are."""

    lines: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Pairs:
    """A word, and what it is about."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: rows of cells, as many as there are columns; `numbers` are aligned right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A part with how much of it is done. `notes` are for readers who have no room for `cells`."""

    name: str
    sum: Sum
    health: Health | None = None
    cells: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """Parts below each other; `columns` names their cells."""

    of: str
    columns: tuple[str, ...]
    rows: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Risks:
    """Risks with the title of what they endanger, the highest first, and how many more there are.

    `answers` is whether the reader wants to know what is done about them.
    """

    rows: tuple[tuple[RegisteredRisk, str], ...]
    more: int
    answers: bool


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """One item of the tree: the sum of the items below it, or its own values."""

    item: WorkItem
    depth: int
    sum: Sum | None
    points: str
    status: str
    when: Scheduled | None

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.item.phase in (Phase.DONE, Phase.DROPPED)


@dataclass(frozen=True, slots=True)
class Outline:
    """The tree of items, and how many are not shown; `detailed` shows criteria, days and slack."""

    rows: tuple[OutlineRow, ...]
    hidden: int = 0
    detailed: bool = False
    goals: bool = False

    @property
    def branches(self) -> list[tuple[OutlineRow | None, list[OutlineRow]]]:
        """Each item at the top with what is below it; last, without one, what is by itself."""
        every: dict[str, list[OutlineRow]] = {}
        root = ""
        for row in self.rows:
            if row.depth == 0:
                root = row.item.key if row.sum else ""
            every.setdefault(root, []).append(row)
        lone = every.pop("", [])
        branches: list[tuple[OutlineRow | None, list[OutlineRow]]] = [
            (rows[0], rows[1:]) for rows in every.values()
        ]
        return [*branches, (None, lone)] if lone else branches


@dataclass(frozen=True, slots=True)
class Named:
    """Items that have something in common, by name."""

    what: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The source of a Mermaid diagram; `hidden` is what it has no room for."""

    title: str
    source: str
    hidden: str = ""


Block: TypeAlias = Sentences | Pairs | Grid | Bars | Risks | Outline | Named | Picture


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section: its title, a note on it, and what is in it."""

    section: Section
    title: str
    blocks: tuple[Block, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is shown of one kind: sentences, and in the short form, risks and questions."""

    sentences: int
    few: int
    full: bool = False


def report_sections(report: Report, audience: Audience, limits: Limits) -> list[SectionView]:
    """Lay out the sections that an audience sees, in its order."""
    layout = _Layout(report, audience, limits)
    sections = (layout.section(section) for section in SECTIONS[audience])
    return [each for each in sections if each.blocks]


class _Layout:
    """The sections of one report for one audience."""

    def __init__(self, report: Report, audience: Audience, limits: Limits) -> None:
        self.report, self.audience, self.limits = report, audience, limits
        self.names = Names(report)
        self.scheduled = {row.key: row for row in report.schedule.rows}

    def section(self, section: Section) -> SectionView:
        """Lay out one section."""
        report, names, limits = self.report, self.names, self.limits
        lists: dict[Section, Callable[[], Iterable[str]]] = {
            Section.DECISIONS: lambda: decisions(report),
            Section.LATE: lambda: late(report, names),
            Section.STAFFING: lambda: staffing(report),
            Section.REVIEWS: lambda: overdue(report, names),
            Section.NOTES: lambda: report.notes,
            Section.QUESTIONS: lambda: questions(report),
            Section.PULL_REQUESTS: lambda: pull_requests(report),
            Section.MERGED_OPEN: lambda: merged_open(report, names),
            Section.UNPROVEN: lambda: unproven(report, names),
            Section.REVIEW_NOTES: lambda: review_notes(report, names),
        }
        blocks: dict[Section, Callable[[], Iterator[Block]]] = {
            Section.SINCE: self._since,
            Section.SPRINT: self._sprint,
            Section.TREE: self._outline,
            Section.ITEMS: self._outline,
            Section.AUDIENCES: self._audiences,
            Section.MILESTONES: self._milestones,
            Section.QUARTERS: self._quarters,
            Section.PRIORITIES: self._priorities,
            Section.RISKS: self._risks,
            Section.TIMELINE: self._timeline,
            Section.SCOPE: self._scope,
            Section.PATH: self._path,
            Section.WAITING: self._waiting,
            Section.LOAD: self._load,
            Section.UNESTIMATED: self._unestimated,
        }
        few = (Section.QUESTIONS, Section.REVIEW_NOTES, Section.PULL_REQUESTS, Section.UNPROVEN)
        title, note = str(section), ""
        if section is Section.SINCE and report.period:
            title = f"{section} {report.period.since}"
        if section is Section.ITEMS and len(self._shown(section)) < len(report.facts.items):
            title = str(Section.TREE)
        if section is Section.PATH:
            note = critical_path(report) if report.schedule.path and not unlinked(report) else ""
        if section is Section.SCOPE:
            note = scope(report)
        content: Iterator[Block]
        if section in lists:
            most = limits.few if section in few else limits.sentences
            content = _sentences(lists[section](), most)
        else:
            content = blocks[section]()
        return SectionView(section, title, tuple(content), note)

    def _shown(self, section: Section) -> frozenset[str]:
        return shown(self.report, self.audience, section, full=self.limits.full)

    # ---- what every reader sees --------------------------------------------------------------

    def _since(self) -> Iterator[Block]:
        if self.report.period is not None:
            entries = changes(self.report, self.names, self.limits.sentences)
            yield Pairs(tuple(entries) or (("", "Nothing that is known."),))

    def _sprint(self) -> Iterator[Block]:
        if rows := sprint_rows(self.report):
            yield Pairs(tuple(rows))

    def _milestones(self) -> Iterator[Block]:
        rows = []
        for each in self.report.milestones:
            left = segment(each)
            forecast = each.forecast if self.audience is Audience.LEADERS else None
            notes = [likely(forecast)] if forecast and not forecast.reason else []
            notes += [left] if left and self.audience is not Audience.EVERYBODY else []
            due = day(each.due) if each.due else ""
            cells = (due, each.why, left)
            rows.append(Bar(each.sum.name, each.sum, each.health, cells, tuple(notes)))
        if rows:
            yield Bars("milestone", ("due", "why", "left"), tuple(rows))

    def _audiences(self) -> Iterator[Block]:
        rows = tuple(Bar(audience_name(one), one) for one in audiences(self.report))
        if rows:
            yield Bars("for", (), rows)

    def _quarters(self) -> Iterator[Block]:
        rows = []
        for quarter in self.report.quarters:
            due, left = ", ".join(quarter.milestones), segment(quarter)
            ends = ", ".join(self.names.some(quarter.late, _FEW_NAMES))
            notes = [f"due: {due}"] if due else []
            notes += [f"ends later: {ends}"] if ends else []
            text = "; ".join([*notes, *([left] if left else [])])
            cells = (due, ends, left)
            rows.append(Bar(quarter.name, quarter.sum, None, cells, (text,) if text else ()))
        if rows:
            yield Bars("quarter", ("milestones due", "ends after it", "left"), tuple(rows))

    def _priorities(self) -> Iterator[Block]:
        rows = tuple(
            (name, str(len(keys)), ", ".join(self.names.some(keys, _FEW_NAMES)))
            for name, keys in priorities(self.report).items()
        )
        if rows:
            yield Grid(("priority", "items", ""), rows, ("items",))

    def _risks(self) -> Iterator[Block]:
        risks = open_risks(self.report)
        most = {Audience.EVERYBODY: 3, Audience.ENGINEERING: self.limits.sentences}
        count = most.get(self.audience, 5)
        if risks:
            of = self.names
            rows = tuple((risk, of(risk.item) if risk.item else "") for risk in risks[:count])
            answers = self.audience is not Audience.EVERYBODY
            yield Risks(rows, max(0, len(risks) - count), answers)

    def _unestimated(self) -> Iterator[Block]:
        keys = self.report.total.unestimated
        if keys:
            names = tuple(self.names.some(keys, self.limits.sentences))
            yield Named(f"{counted(len(keys), 'item')} without points", names)

    # ---- items -------------------------------------------------------------------------------

    def _outline(self) -> Iterator[Block]:
        product = self.audience is Audience.PRODUCT
        keys = self._shown(Section.TREE if product else Section.ITEMS)
        whole = whole_outline(self.report)
        rows = tuple(row for row in whole.rows if row.item.key in keys)
        if rows:
            detailed = self.audience is Audience.ENGINEERING
            yield Outline(rows, len(whole.rows) - len(rows), detailed, product)

    def _scope(self) -> Iterator[Block]:
        whole = self.report.total
        parts = scope_parts(self.report) if without_forecast(self.report) else ()
        rows = tuple(Bar(self.names(one.name), one) for one in parts[: self.limits.sentences])
        if rows and whole.total:
            yield Bars("part", (), rows)

    # ---- for engineering ---------------------------------------------------------------------

    def _timeline(self) -> Iterator[Block]:
        source = milestones_timeline(self.report)
        if source:
            yield Picture("Timeline", source)
        if self.audience is Audience.ENGINEERING:
            source, hidden = items_timeline(self.report)
            if source:
                more = counted(hidden, "item") if hidden else ""
                yield Picture("Timeline of the items left", source, more)

    def _path(self) -> Iterator[Block]:
        schedule = self.report.schedule
        if self.audience is not Audience.ENGINEERING and not without_forecast(self.report):
            return
        if not schedule.path or unlinked(self.report):
            reason = critical_path(self.report)
            yield from _sentences([reason] if reason else [], self.limits.sentences)
            return
        estimated = guessed(self.report)
        columns = ("item", "points") if estimated else ("item", "from", "to", "working days")
        rows = []
        for key in schedule.path[: self.limits.sentences]:
            row = self.scheduled[key]
            points = self.report.points.get(key)
            dates = (str(row.first), str(row.last), _length(row))
            cells = (figure(points) if points is not None else "",) if estimated else dates
            rows.append((self.names(key), *cells))
        more = len(schedule.path) - len(rows)
        if more:
            rows.append((f"{more} more", *("" for _ in columns[1:])))
        yield Grid(columns, tuple(rows), columns[-1:])

    def _waiting(self) -> Iterator[Block]:
        source, hidden = dependencies(self.report)
        if source:
            yield Picture("Dependencies", source, counted(hidden, "link") if hidden else "")
        yield from _sentences(waiting(self.report, self.names), self.limits.sentences)

    def _load(self) -> Iterator[Block]:
        rows = tuple(_load_row(load) for load in self.report.load if "Q" in load.period)
        columns = ("quarter", "name", "hours", "capacity", "people needed",
                   "available", MISSING, "items")  # fmt: skip
        if rows:
            yield Grid(columns, rows, columns[2:5] + columns[6:])


def whole_outline(report: Report) -> Outline:
    """Return the tree of all items of a report."""
    tree = tree_of(report.facts.items)
    scheduled = {row.key: row for row in report.schedule.rows}
    points = {key: figure(value) for key, value in report.points.items()}
    return Outline(
        tuple(
            OutlineRow(item, tree.depth(key), report.sums.get(key), points.get(key, ""),
                       status(item), scheduled.get(key))
            for key, item in tree.items.items()
        )
    )  # fmt: skip


def _sentences(sentences: Iterable[str], most: int) -> Iterator[Block]:
    lines = tuple(sentences)
    if lines:
        yield Sentences(lines[:most], max(0, len(lines) - most))


def _length(row: Scheduled) -> str:
    return f"{figure(row.days)} ({row.by})"


def _load_row(load: Load) -> tuple[str, ...]:
    there = load.there_words or (figure(load.there) if load.there is not None else "")
    return (
        load.period,
        load.name or f"no {load.whose}",
        figure(load.hours),
        figure(load.capacity) if load.capacity is not None else "",
        figure(load.people),
        there,
        figure(load.more) if load.more > 0 else "",
        str(len(load.items)),
    )
