"""The report as text for a terminal: when, how much and what is at risk first, then the rest."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.text import Text

from backlog_sync.core.escape import clean
from backlog_sync.core.facts import Phase, WorkItem
from backlog_sync.core.rollup import Sum
from backlog_sync.render.canvas import Look, flow, listed, paint, paragraph, spread
from backlog_sync.render.words import counted
from backlog_sync.reports.decisions import decisions
from backlog_sync.reports.values import Health, MilestoneReport, Report
from backlog_sync.reports.view import (
    HEALTH,
    SECTIONS,
    Audience,
    Names,
    Section,
    at_risk,
    audience_name,
    audiences,
    changes,
    day,
    figure,
    how_much,
    late,
    likely,
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

_MOST = 12
_BAR = 16
_WIDE = 60
"""Columns from which on there is room for bars."""
_COLORS = {
    Health.DONE: "green",
    Health.ON_TRACK: "green",
    Health.AT_RISK: "yellow",
    Health.OFF_TRACK: "red",
    Health.UNKNOWN: "dim",
}


def report_text(report: Report, look: Look, audience: Audience = Audience.EVERYBODY) -> str:
    """The report as text; no line is wider than `look.width` (at least 40)."""
    return paint(_Page(report, look, audience).lines(), look)


class _Page:
    """The lines of one report."""

    def __init__(self, report: Report, look: Look, audience: Audience) -> None:
        self.report, self.look, self.audience = report, look, audience
        self.names = Names(report)
        self.items = {item.key: item for item in report.facts.items}
        self.rows = {row.key: row for row in report.schedule.rows}
        self.children: dict[str | None, list[WorkItem]] = defaultdict(list)
        for item in report.facts.items:
            self.children[item.parent if item.parent in self.items else None].append(item)
        self.most = 1_000_000 if look.full else _MOST

    def lines(self) -> list[Text]:
        """All of it."""
        lines = self._head()
        for section in SECTIONS[self.audience]:
            part = self._part(section)
            if part:
                lines += [Text(), Text(self._title(section), "bold"), *part]
        return lines

    def _title(self, section: Section) -> str:
        if section is Section.SINCE and self.report.period:
            return f"{section} {self.report.period.since}"
        if section is Section.ITEMS and len(self._shown(section)) < len(self.items):
            return Section.TREE
        return section

    def _shown(self, section: Section) -> frozenset[str]:
        return shown(self.report, self.audience, section, full=self.look.full)

    def _part(self, section: Section) -> list[Text]:
        report, names = self.report, self.names
        most = {Audience.EVERYBODY: 3, Audience.ENGINEERING: self.most}.get(self.audience, 5)
        parts: dict[Section, Callable[[], list[Text]]] = {
            Section.SINCE: self._since,
            Section.TREE: lambda: self._tree(self._shown(Section.TREE)),
            Section.ITEMS: lambda: self._tree(self._shown(Section.ITEMS)),
            Section.MILESTONES: self._milestones,
            Section.QUARTERS: self._quarters,
            Section.PRIORITIES: self._priorities,
            Section.RISKS: lambda: self._risks(most),
            Section.DECISIONS: lambda: self._bullets(decisions(report)),
            Section.TIMELINE: list,  # a terminal has no room for it; the milestones tell the days
            Section.PATH: self._path,
            Section.WAITING: lambda: self._bullets(waiting(report, names)),
            Section.LATE: lambda: self._bullets(late(report, names)),
            Section.LOAD: self._load,
            Section.STAFFING: lambda: self._bullets(staffing(report)),
            Section.AUDIENCES: self._audiences,
            Section.QUESTIONS: lambda: self._bullets(questions(report), most),
            Section.REVIEW_NOTES: lambda: self._bullets(review_notes(report, names), most),
            Section.REVIEWS: lambda: self._bullets(overdue(report, names)),
            Section.UNESTIMATED: self._unestimated,
            Section.NOTES: lambda: self._bullets(report.notes),
        }
        return parts[section]()

    # ---- what every reader sees --------------------------------------------------------------

    def _head(self) -> list[Text]:
        report, look = self.report, self.look
        title = Text().append(clean(report.facts.title), "bold")
        lines = [spread(title, Text(str(report.facts.today), "dim"), look)]
        state = Text(HEALTH[report.health].capitalize(), f"bold {_COLORS[report.health]}")
        lines += paragraph(report.why, look, state.append("  "))
        lines.append(Text())
        lines += self._answer("When", when(report))
        head = Text().append("How much ", "bold")
        if look.columns >= _WIDE:
            head.append_text(self._blocks(report.total.percent))
        head.append(f"{report.total.percent} %  ", "bold")
        lines += paragraph(how_much(report), look, head)
        lines += self._answer("At risk", at_risk(report))
        return lines

    def _answer(self, word: str, text: str) -> list[Text]:
        head = Text().append(f"{word:9}", "bold")
        return paragraph(text, self.look, head)

    def _since(self) -> list[Text]:
        if self.report.period is None:
            return []
        entries = changes(self.report, self.names, self.most)
        lines: list[Text] = []
        for word, text in entries:
            head = Text(f"  {word:10} ", "dim")
            lines += paragraph(self._plain(text), self.look, head)
        return lines or [Text("  Nothing that is known.", "dim")]

    def _milestones(self) -> list[Text]:
        lines = []
        for milestone in self.report.milestones:
            lines.append(self._bar(Text("  ").append(clean(milestone.sum.name)), milestone.sum))
            lines += self._standing(milestone)
        return lines

    def _audiences(self) -> list[Text]:
        return [
            self._bar(Text("  ").append(clean(audience_name(one))), one)
            for one in audiences(self.report)
        ]

    def _standing(self, milestone: MilestoneReport) -> Iterator[Text]:
        look = self.look
        head = Text("    ").append(HEALTH[milestone.health], _COLORS[milestone.health]).append("  ")
        yield from paragraph(milestone.why, look, head, "dim")
        if (
            self.audience is Audience.LEADERS
            and milestone.forecast
            and not milestone.forecast.reason
        ):
            yield from paragraph(likely(milestone.forecast), look, Text("    "), "dim")
        if self.audience is not Audience.EVERYBODY:
            yield from self._below(segment(milestone), 0)

    def _risks(self, most: int) -> list[Text]:
        look, lines = self.look, []
        risks = open_risks(self.report)
        for risk in risks[:most]:
            exposure = "?" if risk.exposure is None else str(risk.exposure)
            head = Text(f"  {exposure:>2}  ", "bold")
            lines += paragraph(risk.text, look, head)
            facts = [self.names(risk.item)] if risk.item else []
            facts += [f"exposure {risk_scale(risk)}"]
            facts += ["not in our hands"] if risk.external else []
            facts += [f"owner {risk.owner}"] if risk.owner else []
            if self.audience is not Audience.EVERYBODY:
                facts.append(f"mitigation: {risk.mitigation or 'none'}")
                facts += [f"if it happens: {risk.contingency}"] if risk.contingency else []
            text = "; ".join(facts)
            lines += paragraph(text, look, Text("      "), "dim")
        if len(risks) > most:
            lines.append(Text(f"      {len(risks) - most} more", "dim"))
        return lines

    def _unestimated(self) -> list[Text]:
        keys = self.report.total.unestimated
        if not keys:
            return []
        names = [clean(name) for name in self.names.some(keys, self.most)]
        head = Text(f"  {counted(len(keys), 'item')} without points: ", "yellow")
        if head.cell_len > self.look.columns // 2:
            return [head, *flow(Text("    "), listed(names), self.look)]
        return flow(head, listed(names), self.look)

    # ---- the tree ----------------------------------------------------------------------------

    def _tree(self, keys: frozenset[str]) -> list[Text]:
        lines: list[Text] = []
        whole = len(keys) == len(self.items)
        stack = [(root, 0) for root in reversed(self.children[None])]
        hidden = 0
        while stack:
            item, depth = stack.pop()
            below = self.children[item.key]
            stack.extend((child, depth + 1) for child in reversed(below))
            head = Text("  " * (depth + 1))
            if item.key not in keys:
                hidden += 1
            elif below:
                if depth == 0 and lines and whole:
                    lines.append(Text())
                head.append(clean(item.title), "bold" if depth == 0 else "")
                lines.append(self._bar(head, self.report.sums[item.key]))
                if item.goal and depth == 0 and self.audience is Audience.PRODUCT:
                    lines += self._below(item.goal, depth)
            else:
                lines += self._leaf(item, head, depth)
        if hidden and self.audience is Audience.EVERYBODY:
            lines.append(Text(f"  {counted(hidden, 'item')} below them (-v lists each)", "dim"))
        return lines

    def _leaf(self, item: WorkItem, head: Text, depth: int) -> list[Text]:
        glyphs = self.look.glyphs
        sign, style = {
            Phase.DONE: (glyphs.tick, "green"),
            Phase.DROPPED: (glyphs.close, "dim"),
            Phase.TODO: (" ", "dim"),
            Phase.DOING: (glyphs.dot, "yellow"),
        }[item.phase]
        over = item.phase in (Phase.DONE, Phase.DROPPED)
        head.append(sign, style).append(" ").append(clean(item.title), "dim" if over else "")
        right = Text()
        if item.phase is not Phase.DONE and self.look.columns >= _WIDE:
            right.append(clean(status(item)), "dim" if over else "yellow")
        if item.ref:
            right.append(f"  {clean(item.ref)}".rjust(7), "dim")
        points = self.report.points.get(item.key)
        right.append((figure(points) if points is not None else "").rjust(9), "dim")
        lines = [spread(head, right, self.look)]
        if self.audience is Audience.ENGINEERING and not over:
            lines += self._below("; ".join(self._details(item)), depth + 1)
        return lines

    def _details(self, item: WorkItem) -> Iterator[str]:
        if item.criteria:
            yield f"{item.ticked} of {counted(item.criteria, 'criterion', 'criteria')}"
        if item.assignees:
            yield ", ".join(item.assignees)
        row = self.rows.get(item.key)
        if row:
            slack = "critical" if row.critical else f"{figure(row.slack)} days of slack"
            guess = ", a guess" if row.by == "guess" else ""
            yield f"{row.first} to {row.last} ({figure(row.days)} d{guess}), {slack}"
        if item.waits_for:
            yield f"waits for {', '.join(item.waits_for)}"

    def _below(self, text: str, depth: int) -> list[Text]:
        if not text:
            return []
        head = Text("  " * (depth + 2))
        return paragraph(text, self.look, head, "dim")

    def _bar(self, head: Text, total: Sum) -> Text:
        """A title with its bar, per cent and points (or counts where nothing has points)."""
        percent = total.percent
        right = self._blocks(percent) if self.look.columns >= _WIDE else Text()
        right.append(f"{percent}%".rjust(5), "green" if percent == 100 else "")
        done, whole = float(total.done), float(total.total)
        if total.points:
            done, whole = total.points_done, total.points
        right.append(f"{figure(done)}/{figure(whole)}".rjust(9))
        return spread(head, right, self.look)

    def _blocks(self, percent: int) -> Text:
        glyphs, filled = self.look.glyphs, percent * _BAR // 100
        bar = Text().append(glyphs.full * filled, "green")
        return bar.append(glyphs.empty * (_BAR - filled), "dim").append(" ")

    # ---- for product -------------------------------------------------------------------------

    def _quarters(self) -> list[Text]:
        lines = []
        for quarter in self.report.quarters:
            lines.append(self._bar(Text(f"  {quarter.name}"), quarter.sum))
            facts = [f"due: {', '.join(quarter.milestones)}"] if quarter.milestones else []
            if quarter.late:
                facts.append(f"ends later: {', '.join(self.names.some(quarter.late, 3))}")
            facts.append(segment(quarter))
            lines += self._below("; ".join(filter(None, facts)), 0)
        return lines

    def _priorities(self) -> list[Text]:
        """What is left by priority, in the order in which they first appear."""
        by_priority = priorities(self.report)
        lines: list[Text] = []
        for name, keys in by_priority.items():
            head = Text(f"  {clean(name)}: ").append(f"{counted(len(keys), 'item')}  ", "dim")
            names = [clean(each) for each in self.names.some(keys, 5)]
            lines += flow(head, listed(names), self.look)
        return lines

    # ---- for engineering ---------------------------------------------------------------------

    def _path(self) -> list[Text]:
        schedule = self.report.schedule
        if not schedule.path:
            return self._bullets((schedule.reason,)) if schedule.reason else []
        text = f"{figure(schedule.days)} working days, to {day(schedule.ends)}"
        lines = [Text(f"  {text}", "dim")]
        for key in schedule.path[: self.most]:
            row = self.rows[key]
            right = Text(f"{row.first}  {figure(row.days)} d".rjust(18), "dim")
            head = Text("  ").append(clean(self.names(key)))
            lines.append(spread(head, right, self.look))
        if len(schedule.path) > self.most:
            lines.append(Text(f"  {len(schedule.path) - self.most} more", "dim"))
        return lines

    def _load(self) -> list[Text]:
        lines = []
        for load in self.report.load:
            if "Q" not in load.period:
                continue
            head = Text(f"  {load.period}  ").append(clean(load.name or f"no {load.whose}"))
            amounts = f"{figure(load.hours)} h"
            if load.capacity is not None:
                amounts += f" of {figure(load.capacity)} h"
            there = f" of {load.there:.1f}" if load.there is not None else ""
            amounts += f", {load.people:.1f}{there} people"
            right = Text(amounts, "dim")
            if load.more > 0:
                right.append(f", {load.more:.1f} more", "red")
            lines.append(spread(head, right, self.look))
        return lines

    # ---- lists -------------------------------------------------------------------------------

    def _bullets(self, sentences: Iterable[str], most: int | None = None) -> list[Text]:
        all_sentences: Sequence[str] = tuple(sentences)
        most = self.most if most is None else most
        lines: list[Text] = []
        for text in all_sentences[:most]:
            head = Text(f"  {self.look.glyphs.dot} ")
            lines += paragraph(self._plain(text), self.look, head)
        if len(all_sentences) > most:
            lines.append(Text(f"    {len(all_sentences) - most} more", "dim"))
        return lines

    def _plain(self, text: str) -> str:
        return text.replace("→", self.look.glyphs.arrow)
