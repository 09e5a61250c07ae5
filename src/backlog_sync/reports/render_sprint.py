"""A sprint with velocity and what fits into the next one, as text and as JSON of version 1."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final, Literal

from rich.text import Text

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.escape import clean
from backlog_sync.core.facts import Facts, Iteration, Phase, WorkItem
from backlog_sync.core.rollup import Outline
from backlog_sync.dataclass import dataclass
from backlog_sync.render.canvas import Look, cut, heading, paint, paragraph, stacked, table_lines
from backlog_sync.render.words import counted
from backlog_sync.reports.render_ready import TargetJson
from backlog_sync.reports.sprint import (
    ENOUGH,
    Next,
    Sprint,
    State,
    current_of,
    next_of,
    sprints_of,
    state_of,
)
from backlog_sync.reports.values import Part, SprintForecast, Velocity
from backlog_sync.reports.view import figure, joined, sprint_forecast_words, status

FORMAT_VERSION: Final = 1
"""Raised when a key of `sprint --format json` goes or changes its meaning."""
_NAME = 16
"""Columns for the key of an item without an issue; the start of a key is enough to name it."""


@dataclass(frozen=True, slots=True)
class SprintAnswer:
    """What `backlog sprint` shows: one sprint, and what surrounds it.

    `late` is what is open in sprints that are over. `following` is None unless the sprint is
    running or over, and one is to come. `notes` are sentences on what is not known. `words` are the
    keys of items whose sprint in the file is a word such as `@current`, which a sync moves.
    """

    sprint: Sprint
    velocity: Velocity
    forecast: SprintForecast
    late: Part
    following: Next | None = None
    notes: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()


# ---- text ----------------------------------------------------------------------------------


def sprint_text(
    answer: SprintAnswer, facts: Facts, tree: Outline, look: Look, *, roll: str, sync: str
) -> str:
    """Return the answer as text; `roll` and `sync` are the commands that move what is left over."""
    printer = _Printer(answer, facts, tree, look)
    sections = [
        printer.sums(),
        printer.items("Open", printer.still_open),
        printer.items("Done", answer.sprint.done.items, is_done=True),
        printer.items("Done after its end", printer.done_later, is_done=True),
        printer.people(),
        printer.velocity(),
        printer.following(),
        [*printer.late(roll, sync), *printer.notes()],
    ]
    return paint(stacked(sections), look)


def sprint_line(answer: SprintAnswer) -> str:
    """Return only a line of the sums."""
    one = answer.sprint
    done, everything = len(one.done.items), counted(len(one.all.items), "item")
    points = (
        f", {figure(one.done.points)} of {figure(one.all.points)} points" if one.all.points else ""
    )
    return f"{clean(one.iteration.name)}: {done} of {everything} done{points}{_time(one)}\n"


def _time(one: Sprint) -> str:
    """Return where a sprint is in time, after a comma."""
    match one.state:
        case State.CURRENT:
            return f", {counted(one.days_left, 'day')} left"
        case State.OVER:
            return ", over"
        case _:
            return ", to come"


def _days(iteration: Iteration) -> str:
    return f"{iteration.first} to {iteration.last}"


def _points(value: float) -> str:
    return f"{figure(value)} point{'' if value == 1 else 's'}"


class _Printer:
    def __init__(self, answer: SprintAnswer, facts: Facts, tree: Outline, look: Look) -> None:
        self.answer, self.one, self.facts = answer, answer.sprint, facts
        self.tree, self.look = tree, look
        left = self.one.left.items
        self.done_later = tuple(key for key in left if tree.items[key].phase is Phase.DONE)
        self.still_open = tuple(key for key in left if key not in self.done_later)

    def sums(self) -> list[Text]:
        """Return the sums of the sprint."""
        one = self.one
        lines = heading(clean(one.iteration.name), f"{_days(one.iteration)}{_time(one)}", self.look)
        if not (one.all.items or one.moved.items):
            return [*lines, Text("  Nothing is planned for it.")]
        rows = [("planned", one.planned, "")]
        rows += [("added", one.added, "after its first day")] if one.added.items else []
        rows += (
            [("carried over", one.carried, "of these, from before")] if one.carried.items else []
        )
        rows += (
            [("moved out", one.moved, "now in another sprint, or in none")]
            if one.moved.items
            else []
        )
        if one.state is not State.COMING or one.done.items:
            late = "not done by its end" if one.state is State.OVER and one.left.items else ""
            if late and self.done_later:
                late += f", {len(self.done_later)} of these done since"
            rows += [("done", one.done, _share(one)), ("left", one.left, late)]
        return [*lines, *self._parts(rows)]

    def _parts(self, rows: Iterable[tuple[str, Part, str]]) -> list[Text]:
        """Return sums as a table; without points, and without notes, if there are none."""
        shown = [
            [name, str(len(part.items)), figure(part.points), note] for name, part, note in rows
        ]
        columns = ["", "items", "points", " "]
        used = [
            0,
            1,
            *([2] if self.tree.points else ()),
            *([3] if any(r[3] for r in shown) else ()),
        ]
        cells = [[Text(row[n], "dim") if n == 3 else Text(row[n]) for n in used] for row in shown]
        names = [columns[n] for n in used]
        return table_lines(names, cells, self.look, numbers=("items", "points"))

    def items(self, title: str, keys: Sequence[str], *, is_done: bool = False) -> list[Text]:
        """Return a list of items."""
        if not keys:
            return []
        return [*heading(title, counted(len(keys), "item"), self.look),
                *self._table(keys, is_done=is_done)]  # fmt: skip

    def _table(self, keys: Sequence[str], *, is_done: bool = False) -> list[Text]:
        columns = ["item", "title", "status", "points", "who", "done", "", "key"]
        rows = []
        for key in keys:
            item = self.tree.items[key]
            points = self.tree.points.get(key)
            rows.append(
                [
                    self._name(item),
                    item.title,
                    "" if is_done else status(item),
                    "" if points is None else figure(points),
                    ", ".join(item.assignees),
                    str(item.closed or "") if is_done else "",
                    self._note(key),
                    item.key if self.look.uncut and item.ref else "",
                ]
            )
        used = [nth for nth in range(len(columns)) if any(row[nth] for row in rows)]
        return table_lines(
            [columns[nth] for nth in used],
            [[clean(row[nth]) for nth in used] for row in rows],
            self.look,
            numbers=("points",),
        )

    def _note(self, key: str) -> str:
        words = ["added"] if key in self.one.added.items else []
        words += ["carried over"] if key in self.one.carried.items else []
        return ", ".join(words)

    def _name(self, item: WorkItem) -> str:
        """Return the issue's name, else the key: on a terminal as much of it as there is room."""
        return item.ref or cut(Text(item.key), _NAME, self.look).plain

    def people(self) -> list[Text]:
        """Return how much of each person's part is done."""
        people = self.one.people
        if not any(share.who for share in people):
            return []
        has_points = bool(self.one.all.points)
        columns = ["", "items done", *(["points done"] if has_points else [])]
        rows = []
        for share in people:
            row = [clean(share.who) or "nobody"]
            row.append(f"{len(share.done.items)} of {len(share.all.items)}")
            if has_points:
                row.append(f"{figure(share.done.points)} of {figure(share.all.points)}")
            rows.append(row)
        several = any(len(self.tree.items[key].assignees) > 1 for key in self.one.all.items)
        note = "an item counts for each of its people" if several else ""
        return [*heading("By person", note, self.look), *table_lines(columns, rows, self.look)]

    def velocity(self) -> list[Text]:
        """Return what was done in the last sprints, and their mean."""
        pace = self.answer.velocity
        if not pace.sprints:
            return [*heading("Velocity", "known as soon as a sprint is over", self.look)]
        used = min(ENOUGH, len(pace.sprints))
        mean = _points(pace.points) if pace.is_pointed else counted_mean(pace.items)
        of = "the mean of the last {used}" if used > 1 else "from the only one that is over"
        lines = heading("Velocity", f"{mean} a sprint, {of.format(used=used)}", self.look)
        columns = ["", "until", "items done", *(["points done"] if self.tree.points else [])]
        rows = []
        for row in pace.sprints:
            cells = [clean(row.iteration.name), str(row.iteration.last)]
            cells.append(f"{len(row.done.items)} of {len(row.all.items)}")
            if self.tree.points:
                cells.append(f"{figure(row.done.points)} of {figure(row.all.points)}")
            rows.append(cells)
        lines += table_lines(columns, rows, self.look)
        words = sprint_forecast_words(self.answer.forecast)
        return [*lines, *(paragraph(words, self.look, Text("  "), "") if words else [])]

    def following(self) -> list[Text]:
        """Return what fits into the next sprint."""
        after, is_over = self.answer.following, self.one.state is State.OVER
        if after is None or (is_over and current_of(self.facts)):
            return []  # who looks back does not plan ahead
        room = ""
        if after.room is not None:
            amount = _points(after.room) if after.unit == "points" else counted_mean(after.room)
            room = f", room for {amount}"
        title = f"Next: {clean(after.iteration.name)}"
        lines = heading(title, f"{_days(after.iteration)}{room}", self.look)
        rows = [("carried over", after.carried, "if nothing more is done before it")]
        rows += [("planned", after.planned, "")] if after.planned.items else []
        rows += [("fits", after.fits, "ready, in their order")] if after.fits.items else []
        lines += self._parts(rows)
        if after.room and after.taken > after.room:
            over = after.taken - after.room
            much = _points(over) if after.unit == "points" else counted_mean(over)
            lines += paragraph(f"{much} too many", self.look, Text("  ! ", "yellow"), "yellow")
        lines += self._table(after.fits.items) if after.fits.items else []
        if after.unestimated:
            count = len(after.unestimated)
            text = f"{counted(count, 'ready item')} without points {'is' if count == 1 else 'are'}"
            lines += paragraph(f"{text} not counted", self.look, Text("  "), "dim")
        return lines

    def late(self, roll: str, sync: str) -> list[Text]:
        """Return what is open in sprints that are over, and which commands move it."""
        if self.one.state is State.COMING:
            return []
        by_word = [key for key in self.answer.late.items if self._has_word(key)]
        others = [key for key in self.answer.late.items if key not in by_word]
        return [*self._moved_by(roll, others), *self._moved_by(sync, by_word)]

    def _moved_by(self, command: str, keys: Sequence[str]) -> list[Text]:
        if not keys:
            return []
        names = joined(sprints_of(self.facts, self.tree, keys))
        verb, them = ("is", "it") if len(keys) == 1 else ("are", "them")
        text = f"{counted(len(keys), 'item')} {verb} still open in {names}"
        if into := current_of(self.facts) or next_of(self.facts):
            text += f": `{command}` moves {them} to {into.name}"
        return paragraph(text, self.look, Text("! ", "yellow"))

    def _has_word(self, key: str) -> bool:
        having = self.tree.inherited(key, lambda item: item.sprint)
        return having is not None and having.key in self.answer.words

    def notes(self) -> list[Text]:
        """Return the sentences on what is not known."""
        return [line for note in self.answer.notes
                for line in paragraph(note, self.look, Text(), "dim")]  # fmt: skip


def counted_mean(value: float) -> str:
    """Return a mean number of items in words."""
    return f"{figure(value)} item{'' if value == 1 else 's'}"


def _share(one: Sprint) -> str:
    """Return the percentage that is done, by points if there are any."""
    done, whole = (
        (one.done.points, one.all.points)
        if one.all.points
        else (len(one.done.items), len(one.all.items))
    )
    return f"{int(100 * done / whole)}%" if whole else ""


# ---- JSON ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PartJson:
    """The keys of some items, their number, and the sum of their points."""

    items: tuple[str, ...]
    count: int
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IterationJson:
    """An iteration with its first and last day; `state` is over, current or coming."""

    name: str
    first: str
    last: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonJson:
    """What a person has in the sprint; `login` is null for what nobody has."""

    login: str | None
    all: PartJson
    done: PartJson


@dataclass(frozen=True, slots=True, kw_only=True)
class SprintItemJson:
    """An item of the sprint; `path` and `line` are its place in the files.

    `points` are those that it counts with. `closed` is the day on which it was done, null if that
    is not known.
    """

    key: str
    kind: str
    title: str
    path: str
    line: int
    issue: str | None
    url: str | None
    status: str
    points: float | None
    assignees: tuple[str, ...]
    done: bool
    closed: str | None
    added: bool
    carried: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OneSprintJson(IterationJson):
    """The sprint: `planned` and `added` make up `all`, and so do `done` and `left`.

    `carried` of these were in an earlier sprint before; `moved` was planned and is elsewhere now.
    """

    days_left: int
    all: PartJson
    planned: PartJson
    added: PartJson
    carried: PartJson
    moved: PartJson
    done: PartJson
    left: PartJson
    people: tuple[PersonJson, ...]
    items: tuple[SprintItemJson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SprintDoneJson(IterationJson):
    """A sprint that is over, with all of its items and those that were done by its end."""

    all: PartJson
    done: PartJson


@dataclass(frozen=True, slots=True, kw_only=True)
class VelocityJson:
    """The last sprints, the oldest first; `points` and `items` are the mean of the last three.

    `over` is how many sprints are over.
    """

    sprints: tuple[SprintDoneJson, ...]
    over: int
    points: float
    items: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NextJson(IterationJson):
    """The next sprint, which has `room` for so many of `unit` (null if no sprint is over).

    `carried` is what is open in the sprints before, `planned` what is in it already, `fits` are
    ready items for the rest of the room. `unestimated` are ready items without points.
    """

    unit: Literal["points", "items"]
    room: float | None
    carried: PartJson
    planned: PartJson
    fits: PartJson
    unestimated: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SprintForecastJson:
    """How many sprints the rest takes, and the last day; `reason` says why that is not known."""

    unit: Literal["points", "items"]
    left: float
    velocity: float
    sprints: int
    ends: str | None
    name: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SprintJson:
    """A sprint, the velocity, and what fits into the next one.

    `field` is the board's iteration field. `late` is what is open in sprints that are over.
    `source` is "files" if GitHub was not read: then progress is as far as the files say.
    """

    format_version: Literal[1]
    target: TargetJson
    today: str
    source: Literal["github", "files"]
    field: str
    sprint: OneSprintJson
    iterations: tuple[IterationJson, ...]
    velocity: VelocityJson
    forecast: SprintForecastJson
    late: PartJson
    next: NextJson | None
    notes: tuple[str, ...]


def sprint_json(
    answer: SprintAnswer, facts: Facts, tree: Outline, places: Mapping[str, Place], *, why: str
) -> dict[str, Any]:
    """Return the answer as plain values.

    `places` are those of the items in the files, by key; `why` says why GitHub was not read, "" if
    it was.
    """
    one, pace, after, ahead = answer.sprint, answer.velocity, answer.following, answer.forecast

    def item(work: WorkItem) -> SprintItemJson:
        place = places[work.key]
        return SprintItemJson(
            key=work.key,
            kind=work.kind,
            title=work.title,
            path=place.path,
            line=place.line,
            issue=work.ref,
            url=work.url,
            status=status(work),
            points=tree.points.get(work.key),
            assignees=work.assignees,
            done=work.key in one.done.items,
            closed=_iso(work.closed) if work.phase is Phase.DONE else None,
            added=work.key in one.added.items,
            carried=work.key in one.carried.items,
        )

    return asdict(
        SprintJson(
            format_version=FORMAT_VERSION,
            target=TargetJson(repository=facts.repository or None, project=facts.board),
            today=facts.today.isoformat(),
            source="files" if why else "github",
            field=facts.sprint_field,
            sprint=OneSprintJson(
                **_dates(one.iteration, facts),
                days_left=one.days_left,
                all=part_json(one.all),
                planned=part_json(one.planned),
                added=part_json(one.added),
                carried=part_json(one.carried),
                moved=part_json(one.moved),
                done=part_json(one.done),
                left=part_json(one.left),
                people=tuple(
                    PersonJson(
                        login=share.who or None,
                        all=part_json(share.all),
                        done=part_json(share.done),
                    )
                    for share in one.people
                ),
                items=tuple(item(tree.items[key]) for key in one.all.items),
            ),
            iterations=tuple(iteration_json(each, facts) for each in facts.iterations),
            velocity=VelocityJson(
                sprints=tuple(
                    SprintDoneJson(
                        **_dates(row.iteration, facts),
                        all=part_json(row.all),
                        done=part_json(row.done),
                    )
                    for row in pace.sprints
                ),
                over=pace.over,
                points=pace.points,
                items=pace.items,
            ),
            forecast=SprintForecastJson(
                unit="points" if ahead.unit == "points" else "items",
                left=ahead.left,
                velocity=ahead.velocity,
                sprints=ahead.sprints,
                ends=_iso(ahead.ends),
                name=ahead.name or None,
                reason=ahead.reason or None,
            ),
            late=part_json(answer.late),
            next=NextJson(
                **_dates(after.iteration, facts),
                unit="points" if after.unit == "points" else "items",
                room=after.room,
                carried=part_json(after.carried),
                planned=part_json(after.planned),
                fits=part_json(after.fits),
                unestimated=after.unestimated,
            )
            if after
            else None,
            notes=(*([why] if why else []), *facts.unseen, *answer.notes),
        )
    )


def iteration_json(iteration: Iteration, facts: Facts) -> IterationJson:
    """Return an iteration with its dates."""
    return IterationJson(**_dates(iteration, facts))


def _dates(iteration: Iteration, facts: Facts) -> dict[str, str]:
    return {
        "name": iteration.name,
        "first": iteration.first.isoformat(),
        "last": iteration.last.isoformat(),
        "state": state_of(iteration, facts.today).value,
    }


def part_json(part: Part) -> PartJson:
    """Return some items with their sums."""
    return PartJson(items=part.items, count=len(part.items), points=part.points)


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
