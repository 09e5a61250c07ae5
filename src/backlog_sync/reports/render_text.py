"""The report as text for a terminal: forecast, progress, risks and next steps first."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from backlog_sync.core.escape import clean
from backlog_sync.core.facts import Phase
from backlog_sync.core.rollup import Sum
from backlog_sync.render.canvas import (
    Leaf,
    Look,
    flow,
    listed,
    paint,
    paragraph,
    spread,
    table_lines,
    tree_lines,
)
from backlog_sync.render.words import counted
from backlog_sync.reports.layout import (
    Bars,
    Block,
    Grid,
    Limits,
    Named,
    Outline,
    OutlineRow,
    Pairs,
    Picture,
    Risks,
    Sentences,
    report_sections,
)
from backlog_sync.reports.next_steps import next_steps
from backlog_sync.reports.values import Health, Report
from backlog_sync.reports.view import (
    Audience,
    at_risk,
    figure,
    health_word,
    how_much,
    not_in_plan,
    risk_scale,
    when,
)

_MOST, _ALL = 12, 1_000_000
"""Sentences of one kind, and with `-v`."""
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
    """The report as text; no line is wider than `look.width` (at least 40), unless uncut."""
    most = _ALL if look.full else _MOST
    few = {Audience.EVERYBODY: 3, Audience.ENGINEERING: most}.get(audience, 5)
    printer = _Printer(look, audience)
    lines = printer.head(report)
    for section in report_sections(report, audience, Limits(most, few, look.full)):
        part = [line for block in section.blocks for line in printer.block(block)]
        if part:
            note = paragraph(section.note, look, Text("  "), "dim") if section.note else []
            lines += [Text(), Text(section.title, "bold"), *note, *part]
    return paint(lines, look)


def report_head(report: Report, look: Look) -> str:
    """Return the title and the three answers of a report: forecast, progress, and risks."""
    return paint(_Printer(look, Audience.EVERYBODY).head(report), look)


class _Printer:
    """Prints the blocks of a report; a picture has no room in a terminal."""

    def __init__(self, look: Look, audience: Audience) -> None:
        self.look, self.audience = look, audience

    def head(self, report: Report) -> list[Text]:
        """The title and the four answers."""
        look = self.look
        title = Text().append(clean(report.facts.title), "bold")
        lines = [spread(title, Text(str(report.facts.today), "dim"), look)]
        state = Text(
            health_word(report.health, report.total).capitalize(), f"bold {_COLORS[report.health]}"
        )
        lines += [*paragraph(report.why, look, state.append("  ")), Text()]
        lines += paragraph(when(report), look, Text("Forecast ", "bold"))
        head = Text().append("Progress ", "bold")
        if look.columns >= _WIDE:
            head.append_text(self._blocks(report.total.percent))
        head.append(f"{report.total.percent}%  ", "bold")
        lines += paragraph(how_much(report), look, head)
        lines += paragraph(at_risk(report), look, Text("Risks    ", "bold"))
        label = "Next     "
        for step in next_steps(report):
            lines += paragraph(step, look, Text(label, "bold"))
            label = " " * len(label)
        return lines

    def block(self, block: Block) -> Iterable[Text]:
        """The lines of a block."""
        match block:
            case Sentences():
                return self._sentences(block)
            case Pairs():
                return self._pairs(block)
            case Grid():
                cells = ([clean(cell) for cell in row] for row in block.rows)
                return table_lines(block.columns, cells, self.look, numbers=block.numbers)
            case Bars():
                return self._bars(block)
            case Risks():
                return self._risks(block)
            case Outline():
                return self._outline(block)
            case Named():
                return self._named(block)
            case Picture():
                return ()

    # ---- lists -------------------------------------------------------------------------------

    def _sentences(self, block: Sentences) -> Iterator[Text]:
        for text in block.lines:
            yield from self._paragraph(text, Text(f"  {self.look.glyphs.dot} "))
        if block.more:
            yield Text(f"    {block.more} more", "dim")

    def _pairs(self, block: Pairs) -> Iterator[Text]:
        for word, text in block.rows:
            head = Text(f"  {clean(word):10} " if word else "  ", "dim")
            yield from self._paragraph(text, head)

    def _paragraph(self, text: str, head: Text, style: str = "") -> list[Text]:
        return paragraph(text.replace("→", self.look.glyphs.arrow), self.look, head, style)

    def _named(self, block: Named) -> list[Text]:
        names = listed(map(clean, block.names))
        head = Text(f"  {block.what}: ", "yellow")
        if head.cell_len > self.look.columns // 2:
            return [head, *flow(Text("    "), names, self.look)]
        return flow(head, names, self.look)

    def _risks(self, block: Risks) -> Iterator[Text]:
        for risk, of in block.rows:
            exposure = "?" if risk.exposure is None else str(risk.exposure)
            yield from self._paragraph(risk.text, Text(f"  {exposure:>2}  ", "bold"))
            facts = [of] if of else []
            facts.append(f"exposure {risk_scale(risk)}")
            facts += ["not in our hands"] if risk.external else []
            facts += [f"owner {risk.owner}"] if risk.owner else []
            if block.answers:
                facts.append(f"mitigation: {risk.mitigation or 'none'}")
                facts += [f"if it happens: {risk.contingency}"] if risk.contingency else []
            yield from self._paragraph("; ".join(facts), Text("      "), "dim")
        if block.more:
            yield Text(f"      {block.more} more", "dim")

    # ---- bars --------------------------------------------------------------------------------

    def _bars(self, block: Bars) -> Iterator[Text]:
        why = block.columns.index("why") if "why" in block.columns else None
        for bar in block.rows:
            yield spread(Text("  ").append(clean(bar.name)), self._done(bar.sum), self.look)
            if bar.health and why is not None:
                head = (
                    Text("    ")
                    .append(health_word(bar.health, bar.sum), _COLORS[bar.health])
                    .append("  ")
                )
                yield from self._paragraph(bar.cells[why], head, "dim")
            for note in bar.notes:
                yield from self._paragraph(note, Text("    "), "dim")

    def _done(self, total: Sum) -> Text:
        """A bar, percent and points (or counts if nothing has points)."""
        percent = total.percent
        right = self._blocks(percent) if self.look.columns >= _WIDE else Text()
        right.append(f"{percent}%".rjust(5), "green" if percent == 100 else "")
        done, whole = float(total.done), float(total.total)
        if total.points:
            done, whole = total.points_done, total.points
        return right.append(f"{figure(done)}/{figure(whole)}".rjust(9))

    def _blocks(self, percent: int) -> Text:
        glyphs, filled = self.look.glyphs, percent * _BAR // 100
        bar = Text().append(glyphs.full * filled, "green")
        return bar.append(glyphs.empty * (_BAR - filled), "dim").append(" ")

    # ---- the tree ----------------------------------------------------------------------------

    def _outline(self, block: Outline) -> Iterator[Text]:
        inner = self.look.narrower(2)
        tops = [index for index, row in enumerate(block.rows) if row.depth == 0]
        for first, end in zip(tops, [*tops[1:], len(block.rows)], strict=True):
            rows = block.rows[first:end]
            if first and rows[0].sum and not block.hidden:
                yield Text()
            leaves = ((row.depth, self._leaf(row, block, inner)) for row in rows)
            yield from (Text("  ").append_text(line) for line in tree_lines(leaves, inner))
        if block.hidden and self.audience is Audience.EVERYBODY:
            yield Text(f"  {counted(block.hidden, 'item')} below them (-v lists each)", "dim")

    def _leaf(self, row: OutlineRow, block: Outline, look: Look) -> Leaf:
        item, room = row.item, look.narrower(2 * row.depth)
        if row.sum:
            left = Text().append(clean(item.title), "" if row.depth else "bold")
            goal = item.goal if block.goals and not row.depth else None
            under = paragraph(goal, room, Text("  "), "dim") if goal else []
            if row.sum.not_in_plan:
                count = not_in_plan(row.sum.not_in_plan, row.sum.not_in_plan_closed)
                under += paragraph(count, room, Text("  "), "dim")
            return Leaf(left, self._done(row.sum), look, tuple(under))
        glyphs = look.glyphs
        sign, style = {
            Phase.DONE: (glyphs.tick, "green"),
            Phase.DROPPED: (glyphs.close, "dim"),
            Phase.TODO: (" ", "dim"),
            Phase.DOING: (glyphs.dot, "yellow"),
        }[item.phase]
        style_of_title = "dim" if row.over else ""
        left = Text().append(sign, style).append(" ").append(clean(item.title), style_of_title)
        right = Text()
        if item.phase is not Phase.DONE and self.look.columns >= _WIDE:
            right.append(clean(row.status), "dim" if row.over else "yellow")
        if item.ref:
            right.append(f"  {clean(item.ref)}".rjust(7), "dim")
        right.append(row.points.rjust(9), "dim")
        facts = "; ".join(_facts(row)) if block.detailed and not row.over else ""
        below = paragraph(facts, room, Text("    "), "dim") if facts else ()
        return Leaf(left, right, look, tuple(below))


def _facts(row: OutlineRow) -> Iterator[str]:
    item, scheduled = row.item, row.when
    if item.criteria:
        yield f"{item.ticked} of {counted(item.criteria, 'criterion', 'criteria')}"
    if item.outside:
        yield not_in_plan(item.outside, item.outside_closed)
    if item.assignees:
        yield ", ".join(item.assignees)
    if scheduled:
        days = "1 day" if scheduled.slack == 1 else f"{figure(scheduled.slack)} days"
        slack = "critical" if scheduled.critical else f"{days} of slack"
        guess = ", a guess" if scheduled.by == "guess" else ""
        yield f"{scheduled.first} to {scheduled.last} ({figure(scheduled.days)} d{guess}), {slack}"
    if item.waits_for:
        yield f"waits for {', '.join(item.waits_for)}"
