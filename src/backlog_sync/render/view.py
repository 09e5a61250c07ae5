"""Lay out a plan once: sections of rows of plain values, which text and Markdown only print.

Nothing here is styled, cut or escaped. What needs a person comes first. Unchanged items are left
out, except for those above a changed one, which show where it belongs.
"""

import shlex
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from backlog_sync.core.change_kinds import DEFINITIONS, Action, ChangeKind
from backlog_sync.core.changes import Change, CreateView, FieldChange, JsonValue
from backlog_sync.core.drift import Drift, Finding
from backlog_sync.core.fields import SHOWN_FIRST, file_key
from backlog_sync.core.observed import Coverage
from backlog_sync.core.plan import (
    DONE_NOT_CREATED,
    FieldNote,
    FileWrite,
    Plan,
    PlanItem,
    Verdict,
    count_changes,
)
from backlog_sync.core.states import OPEN
from backlog_sync.dataclass import dataclass
from backlog_sync.render.words import counted, number

DEFINITION_WORDS = {
    ChangeKind.LABEL: ("label", "labels"),
    ChangeKind.MILESTONE: ("milestone", "milestones"),
    ChangeKind.ISSUE_FIELD: ("issue field", "issue fields"),
    ChangeKind.PROJECT: ("board", "boards"),
    ChangeKind.FIELD: ("field", "fields"),
    ChangeKind.VIEW: ("view", "views"),
}
TO_DO = {
    "create": "to create",
    "adopt": "to adopt",
    "update": "to update",
    "close": "to close",
    "reopen": "to reopen",
    "forget": "to forget",
    "unlink": "to unlink",
}
DONE = {
    "create": "created",
    "adopt": "adopted",
    "update": "updated",
    "close": "closed",
    "reopen": "reopened",
    "forget": "forgotten",
    "unlink": "unlinked",
}
_STRONGEST = (Action.CREATE, Action.ADOPT, Action.CLOSE, Action.REOPEN, Action.FORGET)
"""The actions that represent an item's changes as a whole; anything else is an update."""
_WITH_REASON = (Action.CLOSE, Action.REOPEN, Action.ADOPT, Action.FORGET)
_PROGRESS = "Progress on GitHub"
DRIFT = ("Drift", "sync reverts it")
NEEDS_YOU = ("Needs you", "")
PENDING = ("Pending in the file", "sync applies it")
"""The titles of the sections of a drift report, each with what happens; a plan uses them too."""


def progress_title(view: "PlanView") -> tuple[str, str]:
    """Return the title of the progress on GitHub, with what `write_back` makes of it."""
    kept = view.settings.get("write_back")
    return _PROGRESS, f"stays there: write_back is {kept[0]}" if kept else "flows into the file"


CommandLine: TypeAlias = Callable[..., str]
"""Returns the command of a verb with more words, and the paths and target of the run."""


def bare_command(verb: str, *more: str) -> str:
    """Return the command of a verb for whoever runs it elsewhere."""
    return shlex.join(("backlog", verb, *more))


# ---- what happens to items -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edit:
    """A field that changes; `reverts` if the change reverts what somebody did on GitHub."""

    name: str
    change: FieldChange
    reverts: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A parent or a blocker that is added, or removed; `title` if it is an item of the plan."""

    word: str
    key: str
    title: str = ""
    ref: str = ""
    removed: bool = False
    reverts: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A new place among the siblings: `where` ("after", "before") another one."""

    where: str
    key: str
    title: str = ""
    reverts: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A word and what it is about: "close" and the reason, "in" and the repository."""

    word: str
    text: str


Detail: TypeAlias = Edit | Link | Move | Note


@dataclass(frozen=True, slots=True)
class Row:
    """One item and its changes; `action` is None for a row of context.

    `points` are those of the item and all below it. The edits of a new item are all its fields.
    """

    item: PlanItem
    depth: int
    action: Action | None
    points: str
    details: tuple[Detail, ...] = ()

    @property
    def created(self) -> bool:
        """Whether the item is new."""
        return self.action is Action.CREATE


@dataclass(frozen=True, slots=True)
class Group:
    """A root of the tree with the rows below it; `in_file` is False for issues without an item."""

    rows: tuple[Row, ...]
    in_file: bool = True

    @property
    def counts(self) -> str:
        """The numbers of items by action, in words: "1 to create, 2 to update"."""
        counts = Counter(row.action.value for row in self.rows if row.action)
        return ", ".join(f"{counts[name]} {word}" for name, word in TO_DO.items() if counts[name])


class _Items:
    """The items of a plan, grouped below their parents."""

    def __init__(self, plan: Plan) -> None:
        self.items = {item.key: item for item in plan.items}
        self.children: dict[str | None, list[PlanItem]] = defaultdict(list)
        for item in plan.items:
            self.children[item.parent if item.parent in self.items else None].append(item)
        self.changes: dict[str, list[Change]] = defaultdict(list)
        for change in plan.changes:
            if change.kind not in DEFINITIONS and not change.is_refresh:
                self.changes[change.key].append(change)
        self.points = {item.key: item.points or 0 for item in plan.items}
        for item in reversed(plan.items):
            if item.parent in self.points and item.parent != item.key:
                self.points[item.parent] += self.points[item.key]
        self.shown: set[str] = set()
        for key in self.changes:
            ancestor: str | None = key
            while ancestor in self.items and ancestor not in self.shown:
                self.shown.add(ancestor)
                ancestor = self.items[ancestor].parent

    def groups(self) -> Iterator[Group]:
        """Yield the roots with the rows below them, then issues that are no longer in the files."""
        for root in self.children[None]:
            rows = tuple(self._rows(root))
            if rows:
                yield Group(rows)
        gone = [changes[0] for key, changes in self.changes.items() if key not in self.items]
        items = [PlanItem(c.key, "issue", c.title or c.key, None, c.ref) for c in gone]
        if items:
            yield Group(tuple(self._row(item, 0) for item in items), in_file=False)

    def _rows(self, root: PlanItem) -> Iterator[Row]:
        stack = [(root, 0)]
        while stack:
            item, depth = stack.pop()
            if item.key in self.shown:
                yield self._row(item, depth)
                stack.extend((child, depth + 1) for child in reversed(self.children[item.key]))

    def _row(self, item: PlanItem, depth: int) -> Row:
        changes = self.changes.get(item.key, [])
        actions = {c.action for c in changes if c.kind is ChangeKind.ISSUE}
        usual = Action.UPDATE if changes else None
        action = next((strong for strong in _STRONGEST if strong in actions), usual)
        value = self.points.get(item.key, item.points)
        points = number(value) if value else ""
        details = tuple(self._details(item, changes, created=action is Action.CREATE))
        return Row(item, depth, action, points, details)

    def _details(
        self, item: PlanItem, changes: Sequence[Change], *, created: bool
    ) -> Iterator[Detail]:
        if created and item.repository:
            yield Note("in", item.repository)
        for change in changes:
            forgotten = change.kind is ChangeKind.FIELD_VALUE and change.action is Action.FORGET
            about = (change.kind is ChangeKind.ISSUE or forgotten) and change.action in _WITH_REASON
            if about and change.reason:
                yield Note(change.action.value, _with_state_reason(change))
        with_fields = (ChangeKind.ISSUE, ChangeKind.FIELD_VALUE)
        yield from edits(c for c in changes if c.kind in with_fields)
        for change in changes:
            if change.kind is ChangeKind.SUB_ISSUE:
                yield from self._parent(change, item, created=created)
        for change in changes:
            if change.kind is ChangeKind.DEPENDENCY:
                yield self._link(change, "blocked by")
            elif change.kind is ChangeKind.PROJECT_ITEM and not created:
                word = "added to" if change.action is not Action.UNLINK else "removed from"
                yield Note(word, "the board")

    def _parent(self, change: Change, item: PlanItem, *, created: bool) -> Iterator[Detail]:
        """Yield the parent or the place that an issue gets, unless the tree already shows it."""
        parent = change.fields.get("parent")
        if change.is_move:
            ((where, anchor),) = change.fields.items()
            key = str(anchor.after)
            yield Move(where, key, self._title(key), bool(change.drifted))
        elif created and change.other == item.parent and change.other in self.items:
            return
        elif parent is None or parent.before is None or parent.after is None:
            yield self._link(change, "parent")
        else:
            yield Edit("parent", parent, bool(change.drifted))

    def _link(self, change: Change, word: str) -> Link:
        key = change.other or ""
        ref = (self.items[key].ref if key in self.items else None) or key
        removed = change.action is Action.UNLINK
        return Link(word, key, self._title(key), ref, removed, bool(change.drifted))

    def _title(self, key: str) -> str:
        return self.items[key].title if key in self.items else ""


def edits(changes: Iterable[Change]) -> list[Edit]:
    """Return all fields of a thing's changes, in the order in which people look for them."""
    every = list(changes)
    fields = {
        name: change
        for c in every
        for name, change in c.fields.items()
        if not (name in ("state", "state_reason") and c.action in (Action.CLOSE, Action.REOPEN))
    }
    drifted = {name for c in every for name in c.drifted}
    names = dict.fromkeys((*(name for name in SHOWN_FIRST if name in fields), *fields))
    return [Edit(name, fields[name], name in drifted) for name in names]


def _with_state_reason(change: Change) -> str:
    """Return why an issue is closed, and as what if not as completed."""
    state_reason = change.fields.get("state_reason")
    dropped = state_reason is not None and state_reason.after == "not_planned"
    return f"{change.reason} (as not planned)" if dropped else change.reason


# ---- definitions ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """Definitions of one kind that are created, or one that is changed.

    `names` are pairs of a name and details about it. `repository` is "" for the target. `note` says
    why a milestone is closed or reopened.
    """

    word: str
    action: Action
    names: tuple[tuple[str, str], ...]
    repository: str = ""
    edits: tuple[Edit, ...] = ()
    note: Note | None = None


def _definitions(plan: Plan) -> Iterator[DefinitionRow]:
    for kind, (singular, plural) in DEFINITION_WORDS.items():
        by_repository: dict[str, list[Change]] = defaultdict(list)
        for change in plan.changes:
            if change.kind is kind:
                by_repository[change.repository or ""].append(change)
        for repository, changes in by_repository.items():
            created = [c for c in changes if c.action is Action.CREATE]
            if created and all(map(_is_declared_view, created)):
                for change in created:
                    view = ((change.title, _known(change)),)
                    yield DefinitionRow(singular, Action.CREATE, view, repository)
            elif created:
                word = singular if len(created) == 1 else plural
                names = tuple((c.title or c.key, _known(c)) for c in created)
                yield DefinitionRow(word, Action.CREATE, names, repository)
            for change in changes:
                if change.action is not Action.CREATE:
                    name = ((change.title or change.key, ""),)
                    note = _closing(change)
                    shown = (e for e in edits([change]) if note is None or e.name != "state")
                    about = singular, change.action, name, repository
                    yield DefinitionRow(*about, tuple(shown), note)


def _new_board(change: Change) -> str:
    """Return the details of a board that is created."""
    given = {name: f.after for name, f in change.fields.items() if f.after is not None}
    parts = [f"copied from {given['template']}"] if "template" in given else []
    parts += [plain_value(given["description"])] if given.get("description") else []
    parts += ["with a readme"] if given.get("readme") else []
    if "public" in given:
        parts.append("public" if given["public"] == "true" else "private")
    return "; ".join(parts)


def _is_declared_view(change: Change) -> bool:
    return isinstance(change, CreateView) and change.definition.declared


def _closing(change: Change) -> Note | None:
    """Return why a milestone is closed or reopened, in the words used for an issue."""
    state = change.fields.get("state")
    if change.kind is not ChangeKind.MILESTONE or state is None:
        return None
    return Note((Action.REOPEN if state.after == OPEN else Action.CLOSE).value, change.reason)


_VIEW_PARTS = {
    "layout": "",
    "filter": "only ",
    "group_by": "grouped by ",
    "column_by": "in columns by ",
    "sort_by": "sorted by ",
    "columns": "shows ",
}
"""The parts of a new view, and the words before their values."""


def _known(change: Change) -> str:
    """Return the details of a definition that is created: its due date, options, type, layout."""
    due = change.fields.get("due")
    if change.kind is ChangeKind.MILESTONE and due and due.after:
        return f"due {plain_value(due.after)}"
    if change.kind is ChangeKind.PROJECT:
        return _new_board(change)
    if isinstance(change, CreateView) and not change.definition.declared:
        return ""
    if change.kind is ChangeKind.VIEW:
        parts = ((words, change.fields.get(name)) for name, words in _VIEW_PARTS.items())
        return "; ".join(f"{words}{plain_value(p.after)}" for words, p in parts if p and p.after)
    detail = change.fields.get("options") or change.fields.get("type")
    is_field = change.kind in (ChangeKind.FIELD, ChangeKind.ISSUE_FIELD)
    if is_field and detail and detail.after:
        text = plain_value(detail.after).replace("_", " ")
        seen_by = change.fields.get("visibility")
        return f"{text}; visible to {plain_value(seen_by.after)}" if seen_by else text
    return ""


# ---- what is listed next to the changes ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A field of a note: both sides if they matter, and the reason ("" if it adds nothing)."""

    name: str
    file: JsonValue
    github: JsonValue
    base: JsonValue
    reason: str
    verdict: Verdict
    reverted: bool = False

    @property
    def two_sided(self) -> bool:
        """Whether the file and GitHub each have their own value."""
        return self.verdict is Verdict.CONFLICT and self.file != self.github


@dataclass(frozen=True, slots=True)
class Remedy:
    """A command, and what it is for: "keep it"."""

    purpose: str
    command: str


@dataclass(frozen=True, slots=True)
class NoteGroup:
    """Notes on one item or definition: its title, what it is, a row for each field, remedies."""

    title: str
    about: str
    word: str
    rows: tuple[NoteRow, ...]
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """An issue or item: title, place, number, why it is listed, and what to do about it."""

    title: str
    ref: str
    reason: str = ""
    hint: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class WriteRow:
    """What is written into a file: sums in words, the values of items, what has no place in it."""

    path: str
    facts: str
    groups: tuple[NoteGroup, ...]
    unplaced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeferredGroup:
    """Work that is deferred for the same reason."""

    names: tuple[str, ...]
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class WarningRow:
    """A warning, the places that it refers to, and the titles of all that it is about."""

    where: tuple[str, ...]
    message: str
    hint: str
    names: tuple[str, ...] = ()


def _note_groups(
    notes: Iterable[FieldNote],
    remedies: Callable[[Sequence[FieldNote]], tuple[Remedy, ...]] = lambda _: (),
    reverted: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[NoteGroup, ...]:
    by_thing: dict[tuple[ChangeKind, str | None, str], list[FieldNote]] = defaultdict(list)
    for note in notes:
        by_thing[note.kind, note.repository, note.key].append(note)
    return tuple(_note_group(group, reverted, remedies(group)) for group in by_thing.values())


def _note_group(
    notes: Sequence[FieldNote], reverted: frozenset[tuple[str, str]], remedies: tuple[Remedy, ...]
) -> NoteGroup:
    first = notes[0]
    word = DEFINITION_WORDS[first.kind][0] if first.is_definition else ""
    about = (first.repository or "") if word else first.ref or first.key
    rows = tuple(
        NoteRow(
            note.name,
            file,
            github,
            file if note.base is None else note.base,
            note.reason,
            note.verdict,
            (note.key, note.name) in reverted,
        )
        for note in notes
        for file, github in [note.in_file or (note.desired, note.observed)]
    )
    return NoteGroup(first.title or first.key, about, word, rows, remedies)


class _Remedies:
    """The commands that decide drift and conflicts."""

    def __init__(self, command: CommandLine) -> None:
        self.command = command

    def drift(self, notes: Sequence[FieldNote]) -> tuple[Remedy, ...]:
        """Return how to keep what people changed, instead of having it reverted."""
        unclear = any(note.verdict is Verdict.DIFFERS for note in notes)
        more = ("--on-conflict", "github") if unclear else ()
        return (Remedy("keep it", self._pull(notes, *more)),)

    def conflict(self, notes: Sequence[FieldNote]) -> tuple[Remedy, ...]:
        """Return how to choose the side that wins."""
        first = notes[0]
        only = () if first.is_definition else ("--only", first.key)
        return (
            Remedy("keep the file's", self.command("sync", *only, "--on-conflict", "file")),
            Remedy("take GitHub's", self._pull(notes, "--on-conflict", "github")),
        )

    def _pull(self, notes: Sequence[FieldNote], *more: str) -> str:
        first = notes[0]
        name = first.title if first.is_definition else first.key
        field = ("--field", file_key(first.name)) if len(notes) == 1 else ()
        return self.command("pull", "--only", name, *field, *more)


def held_rows(plan: Plan) -> tuple[Listed, ...]:
    """Return the held items, with their places."""
    places = {item.key: item.place for item in plan.items}
    return tuple(
        Listed(note.title or note.key, note.ref or note.key, note.reason, note.hint,
               f"{place.path}:{place.line}" if (place := places.get(note.key)) else "")
        for note in plan.conflicts if note.is_hold
    )  # fmt: skip


def _gone_rows(plan: Plan, command: CommandLine) -> Iterator[Listed]:
    """Yield the issues whose items are no longer in the files, or no longer read as items."""
    prune = command("sync", "--prune", "close")
    hint = f"put it back into the file, or `{prune}` closes it"
    for orphan in plan.orphans:
        yield Listed(orphan.title, orphan.ref, f"{orphan.reason}; left alone", hint)
    for unread in plan.unread:
        why = "no longer read as an item; left alone"
        yield Listed(unread.title, unread.ref, why, unread.hint, unread.place)


def _findings(findings: Iterable[Finding]) -> Iterator[Listed]:
    return (Listed(f.title, f.ref or f.key, f.reason, f.hint) for f in findings)


_NOUNS = {
    "status": ("status", "statuses"),
    "acceptance_criteria": ("checklist", "checklists"),
    "assignees": ("list of assignees", "lists of assignees"),
    "progress": ("progress line", "progress lines"),
    "labels": ("list of labels", "lists of labels"),
    "depends_on": ("list of dependencies", "lists of dependencies"),
    "priority": ("priority", "priorities"),
    "story_points": ("number of points", "numbers of points"),
    "target": ("target date", "target dates"),
    "start": ("start date", "start dates"),
}
"""Fields whose values have a noun of their own; others are called by their name."""


def write_facts(write: FileWrite) -> str:
    """Return what is written into a file, in words: "21 issue numbers, 2 statuses"."""
    facts = [counted(write.numbers, "issue number")] if write.numbers else []
    for name, count in Counter(note.name for note in write.values).items():
        word = name.replace("_", " ")
        facts.append(counted(count, *_NOUNS.get(name, (word, word))))
    return ", ".join(facts) or "progress lines"


def _referring(plan: Plan, write: FileWrite) -> list[FieldNote]:
    """Return the values that are written into a file, with the issues of their items."""
    refs = {item.key: item.ref for item in plan.items}
    return [replace(note, ref=refs.get(note.key)) for note in write.values]


def write_rows(plan: Plan) -> Iterator[WriteRow]:
    """Yield what applying the plan writes into each file."""
    for write in plan.writes:
        groups = _note_groups(_referring(plan, write))
        if write.numbers or write.values or not write.unplaced:
            yield WriteRow(write.path, write_facts(write), groups, write.unplaced)
        else:
            yield WriteRow(write.path, "", (), write.unplaced)


def _deferred(plan: Plan) -> tuple[DeferredGroup, ...]:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in plan.deferred:
        word = DEFINITION_WORDS.get(each.kind, (each.kind.value.replace("_", " "), ""))[0]
        groups[each.reason, each.hint].append(f"{word} {each.key}")
    return tuple(
        DeferredGroup(tuple(names), reason, hint) for (reason, hint), names in groups.items()
    )


def _warnings(plan: Plan) -> Iterator[WarningRow]:
    """Yield the warnings of a plan; several of a kind in `_TOGETHER` are one row with names."""
    names: dict[str, list[str]] = defaultdict(list)
    for each in plan.warnings:
        if each.slug in _TOGETHER:
            names[each.slug].append(f"{each.title} ({each.ref})" if each.ref else each.title)
    for warning in plan.warnings:
        alike = len(names.get(warning.slug, ()))
        if alike > 1:
            what, hint = _TOGETHER[warning.slug]
            yield WarningRow((), f"{alike} {what}", hint, tuple(names.pop(warning.slug)))
        elif alike or warning.slug not in _TOGETHER:
            parts = (warning.place, warning.ref)
            where = tuple(str(p) for p in parts if p is not None)
            yield WarningRow(where, warning.message, warning.hint)


_TOGETHER = {
    DONE_NOT_CREATED: (
        "items are already done, so no issues are created for them",
        "remove their status to create them open; `create_done: true` creates them closed",
    ),
    "same-title": (
        "items have the titles of existing issues, and there will be two of each",
        "`--adopt` takes these issues",
    ),
}
"""Warnings that can be many and are shown as one: what follows their number, and the hint."""


# ---- the whole -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan or a drift report laid out for readers. Empty sections are empty tuples.

    `progress` flows into the files, `drift` and `duplicates` are reverted by a sync. People decide
    `conflicts`, `held` and `needs`. A plan has no `progress`: what flows is in its `writes`.
    """

    repository: str
    board: str
    definitions: tuple[DefinitionRow, ...]
    groups: tuple[Group, ...]
    progress: tuple[NoteGroup, ...]
    drift: tuple[NoteGroup, ...]
    duplicates: tuple[Listed, ...]
    conflicts: tuple[NoteGroup, ...]
    held: tuple[Listed, ...]
    needs: tuple[Listed, ...]
    accepted: tuple[NoteGroup, ...]
    writes: tuple[WriteRow, ...]
    deferred: tuple[DeferredGroup, ...]
    warnings: tuple[WarningRow, ...]
    settings: Mapping[str, tuple[str, ...]]
    coverage: Coverage | None = None
    others: Mapping[str, Coverage] | None = None

    @property
    def has_points(self) -> bool:
        """Whether any row has points."""
        return any(row.points for group in self.groups for row in group.rows)


def plan_view(
    plan: Plan,
    command: CommandLine = bare_command,
    reverted: frozenset[tuple[str, str]] | None = None,
) -> PlanView:
    """Return the layout of a plan: its sections and their rows.

    `reverted` is the drift that a sync reverts, if not all of its changes are in the plan.
    """
    complete = plan.coverage.complete and all(other.complete for other in plan.others.values())
    remedies = _Remedies(command)
    drift = [note for note in plan.drift if not note.flows]
    conflicts = [note for note in plan.conflicts if not note.is_hold]
    return PlanView(
        repository=plan.repository,
        board=_board_name(plan),
        definitions=tuple(_definitions(plan)),
        groups=tuple(_Items(plan).groups()),
        progress=(),
        drift=_note_groups(drift, remedies.drift, plan.reverted if reverted is None else reverted),
        duplicates=(),
        conflicts=_note_groups(conflicts, remedies.conflict),
        held=held_rows(plan),
        needs=tuple(_gone_rows(plan, command)),
        accepted=_note_groups(plan.accepted),
        writes=tuple(write_rows(plan)),
        deferred=_deferred(plan),
        warnings=tuple(_warnings(plan)),
        settings={
            name: tuple(value) if isinstance(value, list) else (plain_value(value),)
            for name, value in plan.in_force.items()
        },
        coverage=None if complete else plan.coverage,
        others=plan.others,
    )


def drift_view(drift: Drift, command: CommandLine = bare_command) -> PlanView:
    """Return the layout of a drift report: that of its plan, with what else was found."""
    view = plan_view(drift.plan, command, drift.reverted)
    written = [note for write in drift.plan.writes for note in _referring(drift.plan, write)]
    progress = written or [note for note in drift.plan.drift if note.flows]
    doubtful = (*drift.vanished, *drift.transferred, *drift.suspicious)
    return replace(
        view,
        progress=_note_groups(progress),
        writes=(),
        duplicates=tuple(_findings(drift.duplicates)),
        needs=(*_findings(doubtful), *view.needs),
    )


def _board_name(plan: Plan) -> str:
    """Return the board's owner and number with its title; without a number, owner and title."""
    title = "" if (plan.project or "").endswith(f"/{plan.board_title}") else plan.board_title
    return f"{plan.project} {title}".strip() if plan.project else ""


def drift_facts(drift: Drift) -> list[str]:
    """Return the sums of a drift report, in words and without zeros."""
    counts = drift.counts
    flowing = sum(note.flows for note in drift.plan.drift)
    drifted = counts["drift"] - flowing
    needs = ("conflicts", "orphans", "vanished", "transferred", "suspicious")
    waiting = sum(counts[name] for name in needs)
    flow = "stays on GitHub" if "write_back" in drift.plan.in_force else "flows into the file"
    if flowing != 1:
        flow = flow.replace("s ", " ", 1)
    facts = [f"{flowing} {flow}"] if flowing else []
    facts += [f"{drifted} drifted"] if drifted else []
    facts += [counted(counts["duplicates"], "duplicate")] if counts["duplicates"] else []
    facts += [f"{waiting} {'needs' if waiting == 1 else 'need'} you"] if waiting else []
    pending = change_facts([c for c in drift.plan.changes if not c.is_refresh], TO_DO)
    return [*facts, f"pending in the file: {', '.join(pending)}"] if pending else facts


def drift_line(drift: Drift) -> str:
    """Return one line of the counts of a drift report, as plain text."""
    facts = drift_facts(drift)
    return f"Drift: {', '.join(facts)}." if facts else "No drift."


def change_facts(changes: Collection[Change], words: Mapping[str, str]) -> list[str]:
    """Return what changes add up to, without zeros: "21 to create", "26 links", "6 labels".

    `words` are `TO_DO` for planned changes and `DONE` for applied ones, so that a run reports the
    sums that its plan announced.
    """
    counts = count_changes(changes)
    kinds = Counter(change.kind for change in changes)
    facts = [f"{counts[name]} {word}" for name, word in words.items() if counts[name]]
    facts += [counted(counts["link"], "link")] if counts["link"] else []
    facts += [counted(kinds[k], *nouns) for k, nouns in DEFINITION_WORDS.items() if kinds[k]]
    if not facts and counts["refresh"]:
        return [counted(counts["refresh"], "internal record")]
    return facts


def rest_facts(plan: Plan) -> list[str]:
    """Return how many values drifted, are held, and how many items stay as they are."""
    counts = plan.summary()
    words = {"drift": "drifted", "conflict": "held", "unchanged": "unchanged"}
    return [f"{counts[name]} {word}" for name, word in words.items() if counts[name]]


def summary_line(plan: Plan) -> str:
    """Return one line of counts as plain text; each can be recomputed from the changes."""
    counts = plan.summary()
    rest = rest_facts(plan)
    if plan.has_changes:
        return f"Plan: {', '.join([*change_facts(plan.changes, TO_DO), *rest])}."
    if counts["conflict"]:
        return f"Nothing to apply: {', '.join(rest)}."
    drift = f", {counts['drift']} drifted" if counts["drift"] else ""
    return f"No changes: GitHub matches the files ({counted(len(plan.items), 'item')}{drift})."


def plain_value(value: JsonValue, none: str = "∅") -> str:
    """Return one value as a person writes it; `none` is the text for no value."""
    match value:
        case None | "" | []:
            return none
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return number(value)
        case list():
            return ", ".join(str(member) for member in value)
        case _:
            return value
