"""Progress as text: the tree with bars, milestones, the whole, and what has no estimate."""

import difflib
from collections import defaultdict
from collections.abc import Sequence

from rich.text import Text

from backlog_sync.core.model import DesiredItem, DesiredState
from backlog_sync.core.progress import DROPPED, ItemProgress
from backlog_sync.core.reporting.rollup import add
from backlog_sync.core.reporting.values import Sum
from backlog_sync.render.canvas import Look, flow, listed, paint, spread
from backlog_sync.render.safe import clean
from backlog_sync.render.words import counted, number

_BAR = 16
_DONE = "Done"
_MOST_UNESTIMATED = 12


class Report:
    """What the report verbs show, worked out once from the files and what GitHub knows.

    `progress` is what `core.progress.measure` gave. Work that was closed as not planned counts
    nowhere.
    """

    def __init__(self, desired: DesiredState, progress: Sequence[ItemProgress]) -> None:
        self.items = desired.items
        self.known = {one.key: one for one in progress}
        keys = {item.key for item in desired.items}
        self.children: dict[str | None, list[DesiredItem]] = defaultdict(list)
        for item in desired.items:
            self.children[item.parent if item.parent in keys else None].append(item)
        self.sums: dict[str, Sum] = {}
        for item in reversed(desired.items):
            self.sums[item.key] = self._sum(item)
        self.total = add("", (self.sums[item.key] for item in self.children[None]))
        self.milestones = self._milestones(desired)
        self.unestimated = [item for item in self._leaves() if item.points is None]
        if not self.total.points:
            self.unestimated = []

    def status(self, item: DesiredItem) -> str | None:
        """GitHub's word for an item, None where it is not known."""
        one = self.known.get(item.key)
        return one.status if one else None

    def _leaves(self) -> list[DesiredItem]:
        return [
            item
            for item in self.items
            if not self.children[item.key] and self.status(item) != DROPPED
        ]

    def _sum(self, item: DesiredItem) -> Sum:
        one = self.known.get(item.key)
        if one is not None and one.roll_up is not None:
            return one.roll_up
        below = self.children[item.key]
        if below:
            return add(item.key, (self.sums[child.key] for child in below))
        return self._leaf(item)

    def _leaf(self, item: DesiredItem) -> Sum:
        status = self.status(item)
        if status == DROPPED:
            return Sum(item.key)
        done = status == _DONE
        points = item.points or 0
        return Sum(
            item.key, (item.key,), int(done), points=points, points_done=points if done else 0
        )

    def _milestones(self, desired: DesiredState) -> dict[str, Sum]:
        parts: dict[str, list[Sum]] = {one.title: [] for one in desired.milestones}
        for item in self._leaves():
            title = item.fields.get("milestone")
            if isinstance(title, str):
                parts.setdefault(title, []).append(self._leaf(item))
        return {title: add(title, found) for title, found in parts.items() if found}


def report_text(report: Report, title: str, look: Look) -> str:
    """The report as text; no line is wider than `look.width` (at least 40)."""
    lines = [_line(Text().append(clean(title), "bold"), report.total, look, bar=True)]
    for root in report.children[None]:
        lines.append(Text())
        lines += _tree(report, root, look)
    if report.milestones:
        lines += [Text(), Text().append("Milestones", "bold")]
        for name, roll_up in report.milestones.items():
            lines.append(_line(Text("  ").append(clean(name)), roll_up, look, bar=True))
    if report.unestimated:
        lines += [Text(), *_unestimated(report.unestimated, look)]
    return paint(lines, look)


def _tree(report: Report, root: DesiredItem, look: Look) -> list[Text]:
    lines: list[Text] = []
    stack = [(root, 0)]
    while stack:
        item, depth = stack.pop()
        below = report.children[item.key]
        stack.extend((child, depth + 1) for child in reversed(below))
        head = Text("  " * depth)
        if below:
            head.append(clean(item.title), "bold" if depth == 0 else "")
            lines.append(_line(head, report.sums[item.key], look, bar=True))
        else:
            lines.append(_leaf_line(report, item, head, look))
    return lines


def _leaf_line(report: Report, item: DesiredItem, head: Text, look: Look) -> Text:
    status = report.status(item)
    glyphs = look.glyphs
    sign, style = {
        _DONE: (glyphs.tick, "green"),
        DROPPED: (glyphs.close, "dim"),
        None: (" ", "dim"),
    }.get(status, (glyphs.dot, ""))
    head.append(sign, style).append(" ")
    head.append(clean(item.title), "dim" if status in (_DONE, DROPPED) else "")
    known = report.known.get(item.key)
    right = Text()
    if status not in (None, _DONE):
        right.append(clean(status or ""), "dim" if status == DROPPED else "yellow")
    if known and known.issue:
        right.append(f"  #{known.issue.number}".rjust(7), "dim")
    points = number(item.points) if item.points is not None else ""
    right.append(points.rjust(9), "dim")
    return spread(head, right, look.columns, glyphs)


def _line(head: Text, roll_up: Sum, look: Look, *, bar: bool) -> Text:
    """A title with its bar, per cent and points (or counts where nothing has points)."""
    glyphs, percent = look.glyphs, roll_up.percent
    right = Text()
    if bar:
        filled = percent * _BAR // 100
        right.append(glyphs.full * filled, "green")
        right.append(glyphs.empty * (_BAR - filled), "dim")
    style = "green" if percent == 100 else ""
    right.append(f"{percent}%".rjust(6), style)
    amounts = (roll_up.points_done, roll_up.points)
    if not roll_up.points:
        amounts = (float(roll_up.done), float(roll_up.total))
    right.append("/".join(number(value) for value in amounts).rjust(9))
    return spread(head, right, look.columns, glyphs)


def _unestimated(items: Sequence[DesiredItem], look: Look) -> list[Text]:
    head = Text().append("Unestimated", "bold yellow")
    head.append(f"  {counted(len(items), 'item')} without points: ")
    names = [clean(item.title) for item in items[:_MOST_UNESTIMATED]]
    if len(items) > _MOST_UNESTIMATED:
        names.append(f"{len(items) - _MOST_UNESTIMATED} more")
    return [head, *flow(Text("  "), listed(names), look.columns, look.glyphs)]


def report_json(
    report: Report, repository: str, project: str | None, written: Sequence[str]
) -> dict[str, object]:
    """The report as plain values, version 1."""
    return {
        "format_version": 1,
        "target": {"repository": repository, "project": project},
        "total": _sum_json(report.total),
        "milestones": [
            {"title": title, **_sum_json(roll_up)} for title, roll_up in report.milestones.items()
        ],
        "items": [_item_json(report, item) for item in report.items],
        "unestimated": [item.key for item in report.unestimated],
        "written_back": list(written),
    }


def _item_json(report: Report, item: DesiredItem) -> dict[str, object]:
    known = report.known.get(item.key)
    return {
        "key": item.key,
        "kind": item.kind,
        "title": item.title,
        "parent": item.parent,
        "ref": f"#{known.issue.number}" if known and known.issue else None,
        "status": report.status(item),
        "points": item.points,
        **_sum_json(report.sums[item.key]),
    }


def _sum_json(roll_up: Sum) -> dict[str, object]:
    return {
        "done": roll_up.done,
        "total": roll_up.total,
        "points_done": roll_up.points_done,
        "points_total": roll_up.points,
        "percent": roll_up.percent,
    }


def diff_text(path: str, before: str, after: str, look: Look) -> str:
    """A unified diff of one file."""
    styles = {"+": "green", "-": "red", "@": "cyan"}
    name = clean(path)
    found = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"a/{name}", f"b/{name}", n=1, lineterm=""
    )
    lines = []
    for number_, line in enumerate(found):
        style = "bold" if number_ < 2 else styles.get(line[:1], "")
        lines.append(Text(line[:1] + clean(line[1:]), style))
    wide = Look(width=10_000, color=look.color, ascii=look.ascii)
    return paint(lines, wide)
