"""One item whole, as text and as JSON of version 1."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, Literal

from rich.text import Text

from backlog_sync.core.drift import Drift
from backlog_sync.core.escape import clean, split_lines
from backlog_sync.core.facts import Criterion, Facts, Phase, PullRequestFact, WorkItem
from backlog_sync.core.model import Prose
from backlog_sync.core.plan_json import change_to_json, note_to_json
from backlog_sync.core.rollup import Outline, audience_of, skills_of, team_of
from backlog_sync.dataclass import dataclass
from backlog_sync.render.canvas import Look, paint, paragraph, spread, stacked
from backlog_sync.render.drift import item_lines
from backlog_sync.render.view import CommandLine, bare_command
from backlog_sync.render.words import counted
from backlog_sync.reports.item import ItemDetail
from backlog_sync.reports.ready import Blocker, Ready
from backlog_sync.reports.render_ready import BlockerJson, blockers_json
from backlog_sync.reports.view import amount, figure, status

FORMAT_VERSION: Final = 1
"""Raised when a key of `show --format json` goes or changes its meaning."""
_COLUMN = 10
"""Columns of the names of fields, so that their values line up."""


# ---- text ----------------------------------------------------------------------------------


def item_text(
    detail: ItemDetail,
    answer: Ready,
    facts: Facts,
    tree: Outline,
    drift: Drift | None,
    look: Look,
    command: CommandLine = bare_command,
) -> str:
    """Return the item as text; `drift` is None if GitHub was not read.

    `answer` says whether it can be started, and `command` returns a command line for this target.
    """
    printer = _Printer(detail, facts, tree, look)
    agrees = [Text().append(f"{look.glyphs.tick} ", "green").append("The file and GitHub agree.")]
    sections = [
        printer.head(answer),
        printer.fields(),
        *printer.prose(),
        printer.criteria(),
        printer.blockers(),
        printer.items("Blocks", detail.blocks),
        printer.children(),
        printer.pull_requests(),
        [] if drift is None else (item_lines(drift, look, command) or agrees),
    ]
    return paint(stacked(sections), look)


class _Printer:
    def __init__(self, detail: ItemDetail, facts: Facts, tree: Outline, look: Look) -> None:
        self.detail, self.facts, self.tree, self.look = detail, facts, tree, look

    def head(self, answer: Ready) -> list[Text]:
        """Return the title, what the item is, where it is, and whether it can be started."""
        work, place = self.detail.work, self.detail.desired.place
        right = Text(clean(work.ref or ""), "dim").append("  " if work.ref else "")
        right.append(clean(status(work)), _STYLES[work.phase])
        title = Text(clean(work.title), "bold")
        if title.cell_len + 2 + right.cell_len <= self.look.columns:
            lines = [spread(title, right, self.look)]
        else:
            lines = [*paragraph(work.title, self.look, Text(), "bold"), right]
        lines += self._line(f"{work.kind} {work.key}, {place.path}:{place.line}")
        if self.detail.parents:
            names = [f"{_name(one)} {one.title}" for one in reversed(self.detail.parents)]
            lines += self._line(f"in {' > '.join(names)}")
        if work.url:
            lines += self._line(work.url)
        return [*lines, *self._readiness(answer)]

    def _line(self, text: str) -> list[Text]:
        return paragraph(text, self.look, Text(), "dim")

    def _readiness(self, answer: Ready) -> list[Text]:
        """Return in a line whether it can be started now, else why not."""
        key, phase = self.detail.work.key, self.detail.work.phase
        if key in {item.key for item in answer.items}:
            critical = ", and it is on the critical path" if key in answer.critical else ""
            return paragraph(f"Can be started now{critical}.", self.look, Text(), "green")
        reasons = []
        if self.detail.work.held:
            reasons.append(f"held: {self.detail.work.held}")
        count = len(self.detail.open_blockers)
        if count and phase in (Phase.TODO, Phase.DOING):
            reasons.append(f"waits for {counted(count, 'open blocker')}")
        reasons += [f"starts {one.start}" for one in answer.waiting
                    if one.item.key == key and one.start]  # fmt: skip
        if days := answer.stale.get(key):
            reasons.append(f"no update for {counted(days, 'day')}")
        if not reasons:
            return []
        text = "; ".join(reasons)
        return paragraph(f"{text[:1].upper()}{text[1:]}.", self.look, Text(), "yellow")

    def fields(self) -> list[Text]:
        """Return the values of the item, aligned; those of a parent are marked."""
        lines: list[Text] = []
        for name, value in self._values():
            if value:
                head = Text(f"  {name:{_COLUMN}} ", "dim")
                lines += paragraph(value, self.look, head)
        return lines

    def _values(self) -> Iterator[tuple[str, str]]:
        detail, work, key = self.detail, self.detail.work, self.detail.work.key
        share = " (its share of a parent's)" if work.points is None else ""
        yield "points", "" if detail.points is None else f"{figure(detail.points)}{share}"
        yield "hours", "" if work.hours is None else figure(work.hours)
        yield "priority", self._inherited(detail.priority, work.priority)
        yield "milestone", work.milestone or ""
        yield "start", work.start.isoformat() if work.start else ""
        yield "due", self._due()
        yield "assignees", ", ".join(work.assignees)
        yield "team", self._inherited(team_of(self.tree, key), work.team)
        yield "audience", self._inherited(audience_of(self.tree, key), work.audience)
        yield "skills", ", ".join(skills_of(self.tree, key))
        yield "labels", ", ".join(work.labels)
        yield "capacity", work.capacity or ""
        for name, value in detail.board.items():
            yield clean(name), ", ".join(value) if isinstance(value, tuple) else _plain(value)
        yield "branches", ", ".join(work.branches)

    def _inherited(self, value: str, own: str | None) -> str:
        return f"{value} (from a parent)" if value and not own else value

    def _due(self) -> str:
        due = self.detail.due
        if due is None:
            return ""
        days = (self.facts.today - due).days
        over = days > 0 and self.detail.work.phase in (Phase.TODO, Phase.DOING)
        return f"{due}, {counted(days, 'day')} overdue" if over else due.isoformat()

    def prose(self) -> list[list[Text]]:
        """Return the file's texts, each below its heading."""
        sections = []
        for part in self.detail.desired.block:
            if isinstance(part, Prose):
                lines = [Text(clean(part.heading), "bold")] if part.heading else []
                for line in split_lines(part.text.strip()):
                    lines += paragraph(line, self.look, Text("  ")) if line.strip() else [Text()]
                sections.append(lines)
        return sections

    def criteria(self) -> list[Text]:
        """Return the acceptance criteria, and where only one side has ticked one."""
        work = self.detail.work
        if not work.checklist:
            return []
        count = f"  {work.ticked} of {len(work.checklist)}"
        if not self.detail.desired.criteria:
            count += "; boxes in the text of the issue"
        lines = [Text("Acceptance criteria", "bold").append(count, "dim")]
        for criterion, in_file in _ticks(self.detail):
            sign, style = ("[x]", "green") if criterion.done else ("[ ]", "dim")
            side = "GitHub" if criterion.done else "file"
            only = f" (ticked only in the {side})" if side == "file" else " (ticked only on GitHub)"
            note = only if in_file not in (None, criterion.done) else ""
            lines += paragraph(criterion.text + note, self.look, Text(f"  {sign} ", style))
        return lines

    def blockers(self) -> list[Text]:
        """Return what it waits for, the open ones first, with the parent that waits for it."""
        ordered = sorted(self.detail.blockers, key=lambda one: one.name not in self._open)
        lines = [line for one in ordered for line in self._blocker(one)]
        return [Text("Waits for", "bold"), *lines] if lines else []

    @property
    def _open(self) -> frozenset[str]:
        return self.detail.open_blockers

    def _blocker(self, one: Blocker) -> list[Text]:
        of, notes = self.tree.items[one.of], []
        if of.key != self.detail.work.key:
            notes.append(f"blocks all of {_name(of)} {of.title}")
        if one.name in of.linked:
            notes.append("linked on GitHub only")
        if one.item is not None:
            return self._row(one.item, "; ".join(notes))
        head = Text("  ").append(f"{self.look.glyphs.dot} ", "yellow")
        return paragraph("; ".join([f"{one.name}, an issue elsewhere", *notes]), self.look, head)

    def _row(self, item: WorkItem, note: str = "") -> list[Text]:
        """Return another item in a line: its sign, name, title and status."""
        done = item.phase in (Phase.DONE, Phase.DROPPED)
        sign = self.look.glyphs.tick if item.phase is Phase.DONE else self.look.glyphs.dot
        left = Text("  ").append(f"{sign} ", _STYLES[item.phase])
        left.append(clean(_name(item)), "dim").append("  ")
        left.append(clean(item.title), "dim" if done else "")
        right = Text(clean(status(item)), _STYLES[item.phase])
        below = paragraph(note, self.look, Text("      "), "dim") if note else []
        return [spread(left, right, self.look), *below]

    def items(self, title: str, items: Sequence[WorkItem]) -> list[Text]:
        """Return other items below a title."""
        lines = [line for item in items for line in self._row(item)]
        return [Text(title, "bold"), *lines] if lines else []

    def children(self) -> list[Text]:
        """Return what is below it and how much of that is done, also outside of the plan."""
        notes = [f"{amount(self.detail.sum)} done"] if self.detail.sum else []
        if outside := self.detail.outside:
            issues = counted(outside.count, "sub-issue")
            notes.append(f"{issues} not in the plan, {outside.closed} closed")
        if not notes:
            return []
        head = Text("Below it", "bold").append("  ")
        return [
            *paragraph("; ".join(notes), self.look, head, "dim"),
            *(line for item in self.detail.children for line in self._row(item)),
        ]

    def pull_requests(self) -> list[Text]:
        """Return the pull requests that close its issue."""
        lines = []
        for pull in self.detail.work.pull_requests:
            by = f" by {pull.author}" if pull.author else ""
            text = f"{pull.ref} {pull.title}, {pull.state}{by}"
            lines += paragraph(text, self.look, Text("  "))
        return [Text("Pull requests", "bold"), *lines] if lines else []


_STYLES = {Phase.DONE: "green", Phase.DROPPED: "dim", Phase.TODO: "dim", Phase.DOING: "yellow"}


def _name(item: WorkItem) -> str:
    return item.ref or item.key


def _plain(value: object) -> str:
    return figure(value) if isinstance(value, int | float) else str(value or "")


# ---- JSON ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherJson:
    """Another item: its key, its issue ("#14") if it has one, and whether it is done or dropped."""

    key: str
    kind: str
    title: str
    issue: str | None
    status: str
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkJson(BlockerJson):
    """A blocker, open or not; `on_github_only` means that the file does not declare it."""

    open: bool
    on_github_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TextJson:
    """A text of the file in Markdown, with its heading in the issue ("" if it has none)."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TickJson:
    """An acceptance criterion; `done` is its tick as a report counts it, `in_file` the file's.

    `in_file` is None if it is a box in the text of the issue, and not in the file.
    """

    text: str
    done: bool
    in_file: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueJson:
    """The issue of an item; `state_reason` is GitHub's word, null while it is open."""

    issue: str
    url: str | None
    state: str
    state_reason: str | None
    updated: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressJson:
    """How much of the items below is done; those that will not be done do not count.

    `not_in_plan` counts sub-issues that are not items, `not_in_plan_closed` the closed ones.
    """

    items: int
    done: int
    points: float
    points_done: float
    not_in_plan: int
    not_in_plan_closed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceJson:
    """Where the file and GitHub differ for the item, as `plan` and `drift` print it.

    `changes` are what a sync changes on GitHub, `drift` what people changed there, `conflicts` what
    is held until somebody decides, `deferred` what cannot be done, and why.
    """

    changes: tuple[Mapping[str, Any], ...]
    drift: tuple[Mapping[str, Any], ...]
    conflicts: tuple[Mapping[str, Any], ...]
    deferred: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowJson:
    """One item whole. `source` is "files" if GitHub was not read: then `difference` is null.

    `ready` is whether it can be started now. `priority` and `team` may be those of a parent, `due`
    is its own target date, a parent's, or the due date of the milestone. `parents` are the items
    above it, the nearest first; `blocks` are those that wait for it. `fields` are its other values
    on the board. `held` is the reason why a sync does nothing for it.
    """

    format_version: Literal[1]
    source: Literal["github", "files"]
    key: str
    kind: str
    title: str
    path: str
    line: int
    status: str
    phase: str
    ready: bool
    critical: bool
    held: str | None
    issue: IssueJson | None
    points: float | None
    hours: float | None
    priority: str | None
    milestone: str | None
    start: str | None
    due: str | None
    team: str | None
    audience: str | None
    skills: tuple[str, ...]
    assignees: tuple[str, ...]
    labels: tuple[str, ...]
    fields: Mapping[str, str | float | tuple[str, ...]]
    texts: tuple[TextJson, ...]
    criteria: tuple[TickJson, ...]
    parents: tuple[OtherJson, ...]
    children: tuple[OtherJson, ...]
    progress: ProgressJson | None
    blocked_by: tuple[LinkJson, ...]
    blocks: tuple[OtherJson, ...]
    pull_requests: tuple[PullRequestFact, ...]
    branches: tuple[str, ...]
    difference: DifferenceJson | None


def item_json(
    detail: ItemDetail, answer: Ready, tree: Outline, drift: Drift | None
) -> dict[str, Any]:
    """Return the item as plain values; `drift` is None if GitHub was not read."""
    desired, work, key = detail.desired, detail.work, detail.work.key
    return asdict(
        ShowJson(
            format_version=FORMAT_VERSION,
            source="files" if drift is None else "github",
            key=key,
            kind=work.kind,
            title=work.title,
            path=desired.place.path,
            line=desired.place.line,
            status=status(work),
            phase=work.phase.value,
            ready=key in {item.key for item in answer.items},
            critical=key in answer.critical,
            held=work.held or None,
            issue=_issue(detail),
            points=detail.points,
            hours=work.hours,
            priority=detail.priority or None,
            milestone=work.milestone,
            start=work.start.isoformat() if work.start else None,
            due=detail.due.isoformat() if detail.due else None,
            team=team_of(tree, key) or None,
            audience=audience_of(tree, key) or None,
            skills=skills_of(tree, key),
            assignees=work.assignees,
            labels=work.labels,
            fields={name: value for name, value in detail.board.items() if value is not None},
            texts=tuple(
                TextJson(heading=part.heading, text=part.text)
                for part in desired.block
                if isinstance(part, Prose)
            ),
            criteria=tuple(
                TickJson(text=shown.text, done=shown.done, in_file=in_file)
                for shown, in_file in _ticks(detail)
            ),
            parents=tuple(map(_other, detail.parents)),
            children=tuple(map(_other, detail.children)),
            progress=_progress(detail),
            blocked_by=tuple(_links(detail, tree)),
            blocks=tuple(map(_other, detail.blocks)),
            pull_requests=work.pull_requests,
            branches=work.branches,
            difference=None if drift is None else _difference(drift),
        )
    )


def _ticks(detail: ItemDetail) -> Iterator[tuple[Criterion, bool | None]]:
    """Yield the criteria with their ticks in the file; None for boxes that only the issue has."""
    criteria, shown = detail.desired.criteria, detail.work.checklist
    in_file = [entry.done for entry in criteria] if criteria else [None] * len(shown)
    yield from zip(shown, in_file, strict=True)


def _other(item: WorkItem) -> OtherJson:
    return OtherJson(
        key=item.key,
        kind=item.kind,
        title=item.title,
        issue=item.ref,
        status=status(item),
        closed=item.phase in (Phase.DONE, Phase.DROPPED),
    )


def _issue(detail: ItemDetail) -> IssueJson | None:
    work, issue = detail.work, detail.issue
    if work.ref is None or issue is None:
        return None
    return IssueJson(
        issue=work.ref,
        url=work.url,
        state=issue.state,
        state_reason=issue.state_reason if issue.state == "closed" else None,
        updated=work.updated.isoformat() if work.updated else None,
    )


def _progress(detail: ItemDetail) -> ProgressJson | None:
    total, outside = detail.sum, detail.outside
    if total is None and outside is None:
        return None
    return ProgressJson(
        items=total.total if total else 0,
        done=total.done if total else 0,
        points=total.points if total else 0,
        points_done=total.points_done if total else 0,
        not_in_plan=outside.count if outside else 0,
        not_in_plan_closed=outside.closed if outside else 0,
    )


def _links(detail: ItemDetail, tree: Outline) -> Iterator[LinkJson]:
    plain = blockers_json(detail.blockers, detail.work.key)
    for blocker, row in zip(detail.blockers, plain, strict=True):
        yield LinkJson(
            **asdict(row),
            open=blocker.name in detail.open_blockers,
            on_github_only=blocker.name in tree.items[blocker.of].linked,
        )


def _difference(drift: Drift) -> DifferenceJson:
    plan = drift.plan
    return DifferenceJson(
        changes=tuple(change_to_json(change) for change in plan.changes if not change.is_refresh),
        drift=tuple(map(note_to_json, plan.drift)),
        conflicts=tuple(map(note_to_json, plan.conflicts)),
        deferred=tuple({**asdict(each), "kind": each.kind.value} for each in plan.deferred),
    )
