"""What can be started now, as text and as JSON of version 1."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final, Literal

from rich.text import Text

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.escape import clean
from backlog_sync.core.facts import Facts, WorkItem
from backlog_sync.core.rollup import Outline, team_of
from backlog_sync.dataclass import dataclass
from backlog_sync.render.canvas import Look, cut, heading, paint, paragraph, stacked, table_lines
from backlog_sync.render.words import counted
from backlog_sync.reports.ready import Blocker, Ready, Waiting
from backlog_sync.reports.view import figure, joined, status

FORMAT_VERSION: Final = 1
"""Raised when a key of `ready --format json` goes or changes its meaning."""
USUAL = 20
"""Items of each list that text shows: whoever looks for work picks one of the first."""
_NAME = 16
"""Columns for the key of an item without an issue; the start of a key is enough to name it."""
_WIDE = 60
"""Columns from which on a table has room for whole words of a title."""
_FEW = 3
"""Blockers that a line names before it counts the rest."""


# ---- text ----------------------------------------------------------------------------------


def ready_text(
    answer: Ready, facts: Facts, look: Look, *, most: int, blocked: bool, narrowed: bool
) -> str:
    """Return the lists as text, each with at most `most` items.

    `blocked` lists what waits, in place of a count; `narrowed` is whether only some items were
    asked for.
    """
    printer = _Printer(answer, facts, look, most)
    sections = [
        printer.items(narrowed=narrowed),
        printer.in_progress(),
        printer.limits(narrowed=narrowed),
        printer.waiting() if blocked else printer.waiting_count(),
    ]
    return paint(stacked(sections), look)


def ready_counts(answer: Ready) -> str:
    """Return only a line of the counts."""
    counts = (len(answer.items), len(answer.in_progress), len(answer.waiting))
    return "{} ready, {} in progress, {} waiting\n".format(*counts)


class _Printer:
    def __init__(self, answer: Ready, facts: Facts, look: Look, most: int) -> None:
        self.answer, self.facts, self.look, self.most = answer, facts, look, most
        self._items = {item.key: item for item in facts.items}

    def items(self, *, narrowed: bool) -> list[Text]:
        """Return what can be started now, the first one first."""
        items = self.answer.items
        if not items:
            text = "Nothing can be started now."
            if not (self.answer.waiting or self.answer.in_progress):
                text = "No open item matches." if narrowed else "Nothing is left to do."
            return [Text(text, "bold")]
        points = sum(item.points or 0 for item in items)
        much = f", {figure(points)} point{'' if points == 1 else 's'}" if points else ""
        order = ", in the order to take them" if len(items) > 1 else ""
        lines = heading("Ready", f"{counted(len(items), 'item')}{much}{order}", self.look)
        shown = items[: self.most]
        return [*lines, *self._table(shown), *self._critical(shown), *self._more(len(items))]

    def in_progress(self) -> list[Text]:
        """Return what was started, with what it waits for and how long nobody touched it."""
        items = self.answer.in_progress
        if not items:
            return []
        lines = heading("In progress", counted(len(items), "item"), self.look)
        shown = items[: self.most]
        lines += [*self._table(shown, started=True), *self._critical(shown)]
        lines += self._more(len(items))
        for item in items:
            facts = []
            if late := self._overdue(item):
                facts.append(f"{counted(late, 'day')} overdue")
            if idle := self.answer.stale.get(item.key):
                facts.append(f"no update for {counted(idle, 'day')}")
            if blockers := self.answer.blocked.get(item.key):
                facts.append(f"waits for {self._blockers(blockers, item.key)}")
            if facts:
                head = Text("  ! ", "yellow").append(f"{clean(self._name(item))}  ", "")
                lines += paragraph("; ".join(facts), self.look, head)
        return lines

    def limits(self, *, narrowed: bool) -> list[Text]:
        """Return the limits of work in progress, those that are exceeded as warnings.

        They are those of the whole backlog: if only some items were asked for, others are left out.
        """
        lines = []
        for load in self.answer.loads:
            if not load.is_known:
                text = f"{load.status}: the board has no such status, only "
                text += joined(self.facts.statuses)
                lines += paragraph(text, self.look, Text("  ! ", "yellow"), "yellow")
            elif load.limit is not None and (load.is_over or not narrowed):
                sign, style = ("!", "yellow") if load.is_over else (" ", "dim")
                over = f", {load.count - load.limit} too many" if load.is_over else ""
                text = f"{load.status}: {load.count} of at most {load.limit}{over}"
                lines += paragraph(text, self.look, Text(f"  {sign} ", style), style)
            for who in load.people_over:
                text = f"{load.status}: {who} has {load.people[who]} of at most {load.per_person}"
                lines += paragraph(text, self.look, Text("  ! ", "yellow"), "yellow")
        return [*heading("Limits", "", self.look), *lines] if lines else []

    def waiting_count(self) -> list[Text]:
        """Return in one line how many items wait."""
        count = len(self.answer.waiting)
        if not count:
            return []
        verb = "waits" if count == 1 else "wait"
        text = f"{counted(count, 'item')} {verb}; --blocked shows for what."
        return [Text(text, "dim")]

    def waiting(self) -> list[Text]:
        """Return what waits, and for what."""
        waiting = self.answer.waiting
        if not waiting:
            return [Text("Nothing waits.", "bold")]
        lines = heading("Waiting", counted(len(waiting), "item"), self.look)
        for one in waiting[: self.most]:
            if self.look.uncut:  # a search in a pipe finds the item with its reason
                why = "; ".join(self._reasons(one))
                name = f"{one.item.ref}  {one.item.key}" if one.item.ref else one.item.key
                lines.append(Text(clean(f"  {name}  {one.item.title}: {why}")))
                continue
            head = Text("  ").append(clean(self._name(one.item)), "dim").append("  ")
            lines += paragraph(one.item.title, self.look, head)
            lines += paragraph("; ".join(self._reasons(one)), self.look, Text("      "), "dim")
        return [*lines, *self._more(len(waiting))]

    def _reasons(self, one: Waiting) -> Iterator[str]:
        if one.held:
            yield f"held: {one.held}"
        if one.blockers:
            yield f"waits for {self._blockers(one.blockers, one.item.key)}"
        if one.start:
            yield f"starts {one.start}"

    def _blockers(self, blockers: Sequence[Blocker], key: str) -> str:
        """Return the first blockers by name, with the parent that waits for them."""
        names = []
        for blocker in blockers[:_FEW]:
            name, notes = blocker.name, []
            if blocker.item is not None:
                name = f"{self._name(blocker.item)} {blocker.item.title}"
                notes.append(status(blocker.item))
            if blocker.of != key:
                notes.append(f"blocks all of {self._name(self._items[blocker.of])}")
            names.append(f"{name} ({', '.join(notes)})" if notes else name)
        rest = len(blockers) - _FEW
        return joined([*names, *([f"{rest} more"] if rest > 0 else [])])

    def _overdue(self, item: WorkItem) -> int:
        due = self.answer.due.get(item.key)
        return (self.facts.today - due).days if due and due < self.facts.today else 0

    def _name(self, item: WorkItem) -> str:
        """Return the issue's name, else the key: on a terminal as much of it as there is room."""
        return item.ref or cut(Text(item.key), _NAME, self.look).plain

    def _table(self, items: Sequence[WorkItem], *, started: bool = False) -> list[Text]:
        """Return the items as a table; a column without a value is left out.

        Those that were `started` have a status; the others are in the order of their priority.
        """
        columns = ["", "item", "title", "status", "points", "priority", "due", "who", "key"]
        rows = [
            [
                "*" if item.key in self.answer.critical else "",
                self._name(item),
                item.title,
                status(item) if started else "",
                "" if item.points is None else figure(item.points),
                "" if started else self.answer.priority.get(item.key, ""),
                _day(self.answer.due.get(item.key)),
                ", ".join(item.assignees),
                item.key if self.look.uncut and item.ref else "",
            ]
            for item in items
        ]
        used = [nth for nth in range(len(columns)) if any(row[nth] for row in rows)]
        cells = [[self._cell(columns[nth], row[nth]) for nth in used] for row in rows]
        names = [columns[nth] for nth in used]
        if self.look.columns < _WIDE and not self.look.uncut:
            return [line for row in cells for line in self._narrow(names, row)]
        return table_lines(names, cells, self.look, numbers=("points",))

    def _narrow(self, columns: Sequence[str], row: Sequence[Text]) -> list[Text]:
        """Return an item where a table has no room: its title, and below it the other values."""
        title = columns.index("title")
        head = Text("  ").join([Text(), *(cell for cell in row[:title] if cell.plain), Text()])
        facts = [
            f"{cell.plain} points" if name == "points" else cell.plain
            for name, cell in zip(columns[title + 1 :], row[title + 1 :], strict=True)
            if cell.plain
        ]
        below = paragraph(", ".join(facts), self.look, Text("      "), "dim") if facts else []
        return [*paragraph(row[title].plain, self.look, head), *below]

    def _cell(self, column: str, value: str) -> Text:
        over = column == "due" and value and value < self.facts.today.isoformat()
        return Text(clean(value), "yellow" if over else "")

    def _critical(self, items: Sequence[WorkItem]) -> list[Text]:
        """Return what the mark in a table means, if it has one."""
        marked = any(item.key in self.answer.critical for item in items)
        return [Text("  * on the critical path", "dim")] if marked else []

    def _more(self, count: int) -> list[Text]:
        if count <= self.most:
            return []
        return [Text(f"  {count - self.most} more (--limit {count} shows all)", "dim")]


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


# ---- JSON ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemJson:
    """An open item without children.

    `path` and `line` are its place in the files; `issue` is its issue ("#14"), null if it has none.
    `priority` and `team` may be those of a parent, `due` is its own target date, a parent's, or the
    due date of the milestone. `critical` means that a delay of it delays everything.
    """

    key: str
    kind: str
    title: str
    path: str
    line: int
    parent: str | None
    issue: str | None
    url: str | None
    status: str
    points: float | None
    hours: float | None
    priority: str | None
    milestone: str | None
    due: str | None
    team: str | None
    assignees: tuple[str, ...]
    labels: tuple[str, ...]
    criteria: int
    ticked: int
    critical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockerJson:
    """An open blocker: an item (`key`), or an issue elsewhere (`key` is null).

    `through` is the key of the parent that waits for it, null if the item itself does.
    """

    key: str | None
    issue: str | None
    title: str | None
    status: str | None
    through: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InProgressJson(ItemJson):
    """An item in progress; `stale_days` is null unless nobody has touched it for too long."""

    updated: str | None
    stale_days: int | None
    blocked_by: tuple[BlockerJson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingJson(ItemJson):
    """An item that cannot be started: it has open blockers, starts later, or sync holds it."""

    blocked_by: tuple[BlockerJson, ...]
    start: str | None
    held: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WipJson:
    """A limit of work in progress; `people` counts the items of each login.

    `known` is false if the board has no such status.
    """

    status: str
    limit: int | None
    per_person: int | None
    count: int
    known: bool
    over: bool
    people: Mapping[str, int]
    people_over: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetJson:
    """The repository, and the board if there is one."""

    repository: str | None
    project: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyJson:
    """What can be started now. `ready` is in the order in which to take it.

    `source` is "files" if GitHub was not read: then progress is as far as the files say.
    """

    format_version: Literal[1]
    target: TargetJson
    today: str
    source: Literal["github", "files"]
    ready: tuple[ItemJson, ...]
    in_progress: tuple[InProgressJson, ...]
    waiting: tuple[WaitingJson, ...]
    wip: tuple[WipJson, ...]
    notes: tuple[str, ...]


def ready_json(
    answer: Ready,
    facts: Facts,
    tree: Outline,
    places: Mapping[str, Place],
    *,
    most: int | None,
    why: str,
) -> dict[str, Any]:
    """Return the lists as plain values; `most` limits what is ready, None lists all of it.

    `places` are those of the items in the files, by key; `why` says why GitHub was not read, "" if
    it was.
    """

    def item(work: WorkItem) -> dict[str, Any]:
        place = places[work.key]
        return {
            "key": work.key,
            "kind": work.kind,
            "title": work.title,
            "path": place.path,
            "line": place.line,
            "parent": work.parent,
            "issue": work.ref,
            "url": work.url,
            "status": status(work),
            "points": work.points,
            "hours": work.hours,
            "priority": answer.priority.get(work.key),
            "milestone": work.milestone,
            "due": _day(answer.due.get(work.key)) or None,
            "team": team_of(tree, work.key) or None,
            "assignees": work.assignees,
            "labels": work.labels,
            "criteria": work.criteria,
            "ticked": work.ticked,
            "critical": work.key in answer.critical,
        }

    return asdict(
        ReadyJson(
            format_version=FORMAT_VERSION,
            target=TargetJson(repository=facts.repository or None, project=facts.board),
            today=facts.today.isoformat(),
            source="files" if why else "github",
            ready=tuple(ItemJson(**item(work)) for work in answer.items[:most]),
            in_progress=tuple(
                InProgressJson(
                    **item(work),
                    updated=_day(work.updated) or None,
                    stale_days=answer.stale.get(work.key),
                    blocked_by=blockers_json(answer.blocked.get(work.key, ()), work.key),
                )
                for work in answer.in_progress
            ),
            waiting=tuple(
                WaitingJson(
                    **item(one.item),
                    blocked_by=blockers_json(one.blockers, one.item.key),
                    start=_day(one.start) or None,
                    held=one.held or None,
                )
                for one in answer.waiting
            ),
            wip=tuple(
                WipJson(
                    status=load.status,
                    limit=load.limit,
                    per_person=load.per_person,
                    count=load.count,
                    known=load.is_known,
                    over=load.is_over,
                    people=dict(load.people),
                    people_over=load.people_over,
                )
                for load in answer.loads
            ),
            notes=(*([why] if why else []), *facts.unseen),
        )
    )


def blockers_json(blockers: Sequence[Blocker], key: str) -> tuple[BlockerJson, ...]:
    """Return the blockers of the item with this key."""
    return tuple(
        BlockerJson(
            key=blocker.item.key if blocker.item else None,
            issue=blocker.item.ref if blocker.item else blocker.name,
            title=blocker.item.title if blocker.item else None,
            status=status(blocker.item) if blocker.item else None,
            through=blocker.of if blocker.of != key else None,
        )
        for blocker in blockers
    )
