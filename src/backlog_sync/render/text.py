"""The plan that a person reads: drift, definitions, the tree of changes, what is held, a summary.

Unchanged items are not listed, except as the dim line above a changed one that says where it
belongs. Links are told by the tree itself, and as a line only where an existing item moves.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.text import Text

from backlog_sync.core.changes import (
    Action,
    Change,
    ChangeKind,
    FieldChange,
    FieldNote,
    Plan,
    PlanItem,
    Verdict,
)
from backlog_sync.core.escape import clean
from backlog_sync.core.fields import SHOWN_FIRST
from backlog_sync.render.canvas import Glyphs, Look, cut, flow, listed, paint, paragraph, spread
from backlog_sync.render.coverage import coverage_text
from backlog_sync.render.details import field_lines, known_fields, value_text
from backlog_sync.render.issue_lists import ListedIssue, held_items, issue_list
from backlog_sync.render.words import counted, number

_STYLES = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.CLOSE: "red",
    Action.REOPEN: "yellow",
    Action.LINK: "green",
    Action.UNLINK: "red",
    Action.ADOPT: "cyan",
    Action.FORGET: "dim",
}
_DEFINITIONS = {
    ChangeKind.LABEL: ("label", "labels"),
    ChangeKind.MILESTONE: ("milestone", "milestones"),
    ChangeKind.PROJECT: ("board", "boards"),
    ChangeKind.FIELD: ("field", "fields"),
}
_STRONGEST = (Action.CREATE, Action.ADOPT, Action.CLOSE, Action.REOPEN, Action.FORGET)
"""Which of an item's actions gives its line the sign; anything else is an update."""
_LONGEST_KEY = 28

_SET_BACK = "on GitHub since the last sync; what sync sets back is listed again below"


def plan_text(plan: Plan, look: Look) -> str:
    """The whole plan as text; no line is wider than `look.width` (at least 40)."""
    return paint(plan_lines(plan, look), look)


def summary_text(plan: Plan, look: Look) -> str:
    """The plan's last line alone."""
    return paint(_summary(plan, look), look)


def plan_lines(plan: Plan, look: Look) -> list[Text]:
    """The whole plan as styled lines."""
    sections = plan_sections(plan, look)
    last = [*_summary(plan, look), *_coverage(plan, look)]
    if not any(sections[:-1]):
        return stacked([last, sections[-1]])
    return stacked([[_target(plan, look)], *sections, last])


def _coverage(plan: Plan, look: Look) -> list[Text]:
    """What was read, where that was less than everything."""
    if plan.coverage.complete and all(other.complete for other in plan.others.values()):
        return []
    sentence = coverage_text(plan.coverage, plan.others)
    words = [Text(word, "dim") for word in f"{sentence}.".split(" ")]
    return flow(Text("Read: ", "dim"), words, look.columns, look.glyphs)


def plan_sections(plan: Plan, look: Look, *, drift_hint: str = _SET_BACK) -> list[list[Text]]:
    """What a plan tells, in the order in which people need it; empty sections are empty."""
    return [
        _drift(plan, look, drift_hint),
        _definitions(plan, look),
        _Tree(plan, look).lines(),
        _conflicts(plan, look),
        _held(plan, look),
        _accepted(plan, look),
        _orphans(plan, look),
        _unread(plan, look),
        _deferred(plan, look),
        _warnings(plan, look),
        _settings_in_force(plan, look),
    ]


def stacked(sections: Sequence[Sequence[Text]]) -> list[Text]:
    """Sections one below the other, a blank line between."""
    out: list[Text] = []
    for section in sections:
        if section:
            out.extend([Text(), *section] if out else section)
    return out


def _target(plan: Plan, look: Look) -> Text:
    line = Text("Plan for ").append(clean(plan.repository), "bold")
    if plan.project:
        line.append(", board ").append(clean(plan.project), "bold")
    return cut(line, look.columns, look.glyphs)


def _heading(title: str, note: str = "") -> Text:
    line = Text().append(title, "bold")
    return line.append(f"  {note}", "dim") if note else line


# ---- definitions ---------------------------------------------------------------------------


def _definitions(plan: Plan, look: Look) -> list[Text]:
    lines: list[Text] = []
    column = len("milestones")
    for kind, (singular, plural) in _DEFINITIONS.items():
        changes = [c for c in plan.changes if c.kind is kind]
        for created in _by_repository(c for c in changes if c.action is Action.CREATE):
            head = Text("  ").append("+", "green").append(" ")
            head.append((singular if len(created) == 1 else plural).ljust(column + 2), "dim")
            words = listed(_definition(c, look.glyphs) for c in created)
            if created[0].repository:
                words.insert(0, Text(f"in {clean(created[0].repository)}:", "dim"))
            lines += flow(head, words, look.columns, look.glyphs)
        for change in changes:
            if change.action is not Action.CREATE:
                lines += _changed_definition(change, singular.ljust(column + 2), look)
    return [_heading("Definitions"), *lines] if lines else []


def _by_repository(changes: Iterable[Change]) -> Iterable[list[Change]]:
    """Changes of the target first, then those of each other repository."""
    groups: dict[str | None, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.repository, []).append(change)
    return groups.values()


def _definition(change: Change, glyphs: Glyphs) -> str:
    fields = change.fields
    parts: list[str] = []
    if change.kind is ChangeKind.MILESTONE and (due := fields.get("due")) and due.after:
        parts.append(f"due {value_text(due.after, glyphs)}")
    if change.kind is ChangeKind.FIELD:
        detail = fields.get("options") or fields.get("type")
        if detail and detail.after:
            parts.append(value_text(detail.after, glyphs).replace("_", " "))
    name = clean(change.title or change.key)
    return f"{name} ({', '.join(parts)})" if parts else name


def _changed_definition(change: Change, word: str, look: Look) -> list[Text]:
    sign, style = _sign(change.action, look.glyphs)
    head = Text("  ").append(sign, style).append(" ").append(word, "dim")
    head.append(clean(change.title or change.key))
    if change.repository:
        head.append(f" in {clean(change.repository)}", "dim")
    fields = _fields([change], look, 6)
    if len(fields) == 1:
        inline = head.copy().append("  ").append_text(fields[0][6:])
        if inline.cell_len <= look.columns:
            return [inline]
    return [cut(head, look.columns, look.glyphs), *fields]


# ---- the tree ------------------------------------------------------------------------------


def _sign(action: Action | None, glyphs: Glyphs) -> tuple[str, str]:
    if action is None:
        return " ", ""
    signs = {
        Action.CREATE: glyphs.create,
        Action.UPDATE: glyphs.update,
        Action.CLOSE: glyphs.close,
        Action.REOPEN: glyphs.reopen,
        Action.ADOPT: glyphs.adopt,
        Action.FORGET: glyphs.forget,
        Action.LINK: glyphs.update,
        Action.UNLINK: glyphs.update,
    }
    style = "yellow" if action in (Action.LINK, Action.UNLINK) else _STYLES[action]
    return signs[action], style


@dataclass(frozen=True, slots=True)
class _Row:
    """One item in the tree with what happens to it; `action` None for a line of context."""

    item: PlanItem
    depth: int
    action: Action | None
    changes: tuple[Change, ...]


class _Tree:
    """The items of a plan, grouped below their parents."""

    def __init__(self, plan: Plan, look: Look) -> None:
        self.plan = plan
        self.look = look
        self.items = {item.key: item for item in plan.items}
        self.children: dict[str | None, list[PlanItem]] = defaultdict(list)
        for item in plan.items:
            self.children[item.parent if item.parent in self.items else None].append(item)
        self.changes: dict[str, list[Change]] = defaultdict(list)
        for change in plan.changes:
            if change.kind not in _DEFINITIONS and not change.is_refresh:
                self.changes[change.key].append(change)
        self.points = self._sums()
        self.shown = self._shown()

    def _sums(self) -> dict[str, float]:
        """Points of each item with all below it."""
        sums = {item.key: item.points or 0 for item in self.plan.items}
        for item in reversed(self.plan.items):
            if item.parent in sums and item.parent != item.key:
                sums[item.parent] += sums[item.key]
        return sums

    def _shown(self) -> set[str]:
        """Changed items and all that stands above them."""
        shown: set[str] = set()
        for key in self.changes:
            ancestor: str | None = key
            while ancestor in self.items and ancestor not in shown:
                shown.add(ancestor)
                ancestor = self.items[ancestor].parent
        return shown

    def lines(self) -> list[Text]:
        """The section of items, then of issues that no file names any more."""
        lines: list[Text] = []
        previous_size = 0
        for root in self.children[None]:
            rows = list(self._rows(root))
            if rows:
                apart = bool(lines) and (previous_size > 1 or len(rows) > 1)
                lines += [Text(), *self._group(rows)] if apart else self._group(rows)
                previous_size = len(rows)
        not_in_file = [key for key in self.changes if key not in self.items]
        if not_in_file:
            rows = [self._row(_item_not_in_file(self.changes[key]), 0) for key in not_in_file]
            head = [_heading("Not in the file")]
            lines += [Text(), *head, *self._group(rows)] if lines else head + self._group(rows)
        if not lines:
            return []
        title = _heading("Items")
        right = Text("points", "dim") if any(self.points.values()) else Text()
        return [spread(title, right, self.look.columns, self.look.glyphs), *lines]

    def _rows(self, root: PlanItem) -> Iterable[_Row]:
        stack = [(root, 0)]
        while stack:
            item, depth = stack.pop()
            if item.key not in self.shown:
                continue
            yield self._row(item, depth)
            stack.extend((child, depth + 1) for child in reversed(self.children[item.key]))

    def _row(self, item: PlanItem, depth: int) -> _Row:
        changes = tuple(self.changes.get(item.key, ()))
        actions = {c.action for c in changes if c.kind is ChangeKind.ISSUE}
        usual = Action.UPDATE if changes else None
        action = next((strong for strong in _STRONGEST if strong in actions), usual)
        return _Row(item, depth, action, changes)

    def _group(self, rows: Sequence[_Row]) -> list[Text]:
        lines: list[Text] = []
        for row in rows:
            lines.append(self._line(row))
            lines += self._details(row)
        return lines

    def _line(self, row: _Row) -> Text:
        item, look = row.item, self.look
        sign, style = _sign(row.action, look.glyphs)
        left = Text("  " * (row.depth + 1)).append(sign, style).append(" ")
        left.append(clean(item.kind), "dim" if row.action is None else f"{style}")
        left.append("  ")
        top = "bold" if row.depth == 0 else ""
        left.append(clean(item.title), "dim" if row.action is None else top)
        points = self._points(item)
        right = Text(points.rjust(4), "dim" if item.points is None else "")
        if not any(self.points.values()):
            right = Text()
        name = cut(Text(clean(item.ref or item.key), "dim"), _LONGEST_KEY, look.glyphs)
        fits = left.cell_len + 2 + name.cell_len + 2 + right.cell_len <= look.columns
        if fits or look.columns >= 100 or item.ref:
            right = name.append("  " if right.cell_len else "").append_text(right)
        return spread(left, right, look.columns, look.glyphs)

    def _points(self, item: PlanItem) -> str:
        value = self.points.get(item.key, item.points)
        return number(value) if value else ""

    def _details(self, row: _Row) -> list[Text]:
        indent = 2 * (row.depth + 1) + 4
        created = row.action is Action.CREATE
        lines: list[Text] = []
        if created and row.item.repository:
            lines += _note("in", row.item.repository, indent, self.look)
        for change in row.changes:
            forgotten = change.kind is ChangeKind.FIELD_VALUE and change.action is Action.FORGET
            if change.kind is not ChangeKind.ISSUE and not forgotten:
                continue
            if change.action in _ACTIONS_WITH_REASON:
                word = _ACTIONS_WITH_REASON[change.action]
                lines += _note(word, change.reason, indent, self.look)
        if not created or self.look.full:
            changes = [c for c in row.changes if _has_fields(c)]
            lines += _fields(changes, self.look, indent)
        lines += self._links(row, indent, created=created)
        return lines

    def _links(self, row: _Row, indent: int, *, created: bool) -> list[Text]:
        """Dependencies always; the parent only where the tree does not already tell it."""
        lines: list[Text] = []
        parents = [c for c in row.changes if c.kind is ChangeKind.SUB_ISSUE]
        for change in parents:
            if change.is_move:
                lines.append(self._moved_among_siblings(change, indent))
                continue
            if created and change.other == row.item.parent and change.other in self.items:
                continue
            lines += self._moved_below_another(change, indent)
        for change in row.changes:
            if change.kind is ChangeKind.DEPENDENCY:
                lines.append(self._link(change, "blocked by", indent))
            elif change.kind is ChangeKind.PROJECT_ITEM and not created:
                word = "added to" if change.action is not Action.UNLINK else "removed from"
                lines += _note(word, "the board", indent, self.look)
        return lines

    def _moved_below_another(self, change: Change, indent: int) -> list[Text]:
        """The line of an issue that comes to stand below another parent."""
        parent = change.fields.get("parent")
        if parent is None or parent.before is None or parent.after is None:
            return [self._link(change, "parent", indent)]
        lines = field_lines("parent", parent, self.look, indent, len("parent"))
        return [_reverting(lines[0], self.look), *lines[1:]] if change.drifted else lines

    def _moved_among_siblings(self, change: Change, indent: int) -> Text:
        """The line of an issue that moves among its siblings."""
        ((where, anchor),) = change.fields.items()
        key = str(anchor.after)
        line = Text(" " * indent).append(f"moves {where}", "dim").append(f"  {clean(key)}")
        if key in self.items:
            line.append("  ").append(clean(self.items[key].title), "dim")
        line = cut(line, self.look.columns, self.look.glyphs)
        return _reverting(line, self.look) if change.drifted else line

    def _link(self, change: Change, word: str, indent: int) -> Text:
        glyphs = self.look.glyphs
        removed = change.action is Action.UNLINK
        line = Text(" " * indent)
        line.append("- " if removed else "+ ", "red" if removed else "green")
        line.append(word, "dim").append("  ")
        other = change.other or ""
        line.append(clean(other))
        if other in self.items:
            line.append("  ").append(clean(self.items[other].title), "dim")
        line = cut(line, self.look.columns, glyphs)
        return _reverting(line, self.look) if change.drifted else line


_ACTIONS_WITH_REASON = {
    Action.ADOPT: "adopt",
    Action.CLOSE: "close",
    Action.REOPEN: "reopen",
    Action.FORGET: "forget",
}


def _item_not_in_file(changes: Sequence[Change]) -> PlanItem:
    first = changes[0]
    return PlanItem(first.key, "issue", first.title, None, first.ref)


def _note(word: str, text: str, indent: int, look: Look) -> list[Text]:
    head = Text(" " * indent).append(word, "dim").append("  ")
    return paragraph(clean(text), look.columns, look.glyphs, head)


def _has_fields(change: Change) -> bool:
    return change.kind in (ChangeKind.ISSUE, ChangeKind.FIELD_VALUE)


def _fields(changes: Sequence[Change], look: Look, indent: int) -> list[Text]:
    """All fields of an item's changes, aligned; a field that reverts drift says so."""
    fields = {
        name: change
        for c in changes
        for name, change in c.fields.items()
        if not (name == "state" and c.action in (Action.CLOSE, Action.REOPEN))
    }
    if not fields:
        return []
    drifted = {name for c in changes for name in c.drifted}
    column = min(14, max(len(name) for name in fields))
    lines: list[Text] = []
    for name in known_fields(fields, SHOWN_FIRST):
        new_lines = field_lines(name, fields[name], look, indent, column)
        if name in drifted:
            new_lines[0] = _reverting(new_lines[0], look)
        lines += new_lines
    return lines


def _reverting(line: Text, look: Look) -> Text:
    """Say on a line that it reverts what somebody did on GitHub, if there is room."""
    note = "  (reverts drift)"
    room = line.cell_len + len(note) <= look.columns
    return line.copy().append(note, "magenta") if room else line


# ---- beside the changes --------------------------------------------------------------------


def _notes(
    title: str,
    hint: str,
    notes: Sequence[FieldNote],
    look: Look,
    note_lines: Callable[[FieldNote, int], list[Text]],
) -> list[Text]:
    """Notes grouped by item under a heading."""
    lines = paragraph(
        hint, look.columns, look.glyphs, Text().append(title, "bold").append("  "), "dim"
    )
    by_item: dict[tuple[str, str | None, str], list[FieldNote]] = defaultdict(list)
    for note in notes:
        by_item[note.kind, note.repository, note.key].append(note)
    for item_notes in by_item.values():
        left = Text("  ").append(look.glyphs.warn, "magenta").append(" ")
        left.append(clean(item_notes[0].title))
        right = cut(Text(clean(_about(item_notes[0])), "dim"), _LONGEST_KEY, look.glyphs)
        lines.append(spread(left, right, look.columns, look.glyphs))
        column = min(14, max(len(note.name) for note in item_notes))
        for note in item_notes:
            lines += note_lines(note, column)
    return lines


def _about(note: FieldNote) -> str:
    """What a note is about: an issue, or a definition by its kind."""
    if not note.is_definition:
        return note.ref or note.key
    word = _DEFINITIONS[note.kind][0]
    return f"{word} in {note.repository}" if note.repository else word


def _drift(plan: Plan, look: Look, hint: str) -> list[Text]:
    if not plan.drift:
        return []
    reverted = plan.reverted

    def note_lines(note: FieldNote, column: int) -> list[Text]:
        shown = FieldChange(note.desired if note.base is None else note.base, note.observed)
        lines = field_lines(note.name, shown, look, 6, column)
        if note.verdict is Verdict.DIFFERS:
            return lines + _note("differs", note.reason, 6 + column + 2, look)
        kept = hint == _SET_BACK and (note.key, note.name) not in reverted
        if kept and note.reason:
            lines += _note("kept", note.reason, 6 + column + 2, look)
        return lines

    return _notes("Drift", hint, plan.drift, look, note_lines)


def _conflicts(plan: Plan, look: Look) -> list[Text]:
    hint = "held, everything else is applied; --on-conflict file|github decides"
    fields = [note for note in plan.conflicts if not note.is_hold]
    return _two_sided("Conflicts", hint, fields, look)


def _held(plan: Plan, look: Look) -> list[Text]:
    return held_items([note for note in plan.conflicts if note.is_hold], plan.items, look)


def _accepted(plan: Plan, look: Look) -> list[Text]:
    hint = "what GitHub says goes into the files (--on-conflict github)"
    return _two_sided("Decided for GitHub", hint, plan.accepted, look)


def _two_sided(title: str, hint: str, notes: Sequence[FieldNote], look: Look) -> list[Text]:
    if not notes:
        return []

    def note_lines(note: FieldNote, column: int) -> list[Text]:
        if note.verdict is not Verdict.CONFLICT or note.desired == note.observed:
            return _note(clean(note.name), note.reason, 6, look)
        lines = []
        for side, value in (("file", note.desired), ("GitHub", note.observed)):
            name = clean(note.name) if side == "file" else ""
            line = Text("      ").append(name.ljust(column), "dim").append("  ")
            line.append(side.ljust(8), "dim")
            text = value_text(value, look.glyphs)
            lines.append(cut(line.append(text), look.columns, look.glyphs))
        if note.reason:
            lines += paragraph(
                clean(note.reason), look.columns, look.glyphs, Text(" " * (8 + column)), "dim"
            )
        return lines

    return _notes(title, hint, notes, look, note_lines)


def _orphans(plan: Plan, look: Look) -> list[Text]:
    if not plan.orphans:
        return []
    issues = [ListedIssue(orphan.title, orphan.ref) for orphan in plan.orphans]
    return issue_list("Orphans", "no longer in the file, left alone", issues, look)


def _unread(plan: Plan, look: Look) -> list[Text]:
    issues = [
        ListedIssue(each.title, f"{each.place}  {each.ref}", hint=each.hint) for each in plan.unread
    ]
    note = "still in the file, left alone, never closed"
    return issue_list("No longer read as an item", note, issues, look)


def _deferred(plan: Plan, look: Look) -> list[Text]:
    """Deferred work; the same reason for many things is told once."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for deferred in plan.deferred:
        word = _DEFINITIONS.get(deferred.kind, (deferred.kind.value.replace("_", " "), ""))[0]
        groups[(deferred.reason, deferred.hint)].append(f"{word} {clean(deferred.key)}")
    lines: list[Text] = []
    for (reason, hint), all_names in groups.items():
        head = Text("  ").append(look.glyphs.defer, "cyan").append(" ")
        names = all_names if len(all_names) <= 3 else [*all_names[:2], f"{len(all_names) - 2} more"]
        text = f"{', '.join(names)}: {clean(reason)}"
        lines += paragraph(text, look.columns, look.glyphs, head)
        if hint:
            lines += paragraph(clean(hint), look.columns, look.glyphs, Text("    "), "dim")
    return [_heading("Deferred"), *lines] if lines else []


def _warnings(plan: Plan, look: Look) -> list[Text]:
    lines: list[Text] = []
    for warning in plan.warnings:
        head = Text("  ").append(look.glyphs.warn, "yellow").append(" ")
        where = [clean(str(warning.place))] if warning.place else []
        where += [clean(warning.ref)] if warning.ref else []
        text = ": ".join([*where, clean(warning.message)])
        lines += paragraph(text, look.columns, look.glyphs, head)
    return [_heading("Warnings"), *lines] if lines else []


def _settings_in_force(plan: Plan, look: Look) -> list[Text]:
    """The settings that change who is trusted or what is published."""
    lines: list[Text] = []
    for name, value in plan.in_force.items():
        members = value if isinstance(value, list) else [value_text(value, look.glyphs)]
        words = listed(map(clean, members)) or [Text("none")]
        lines += flow(Text(f"  {name}: ", "dim"), words, look.columns, look.glyphs)
    return [_heading("Settings in force"), *lines] if lines else []


# ---- the summary ---------------------------------------------------------------------------


def _summary(plan: Plan, look: Look) -> list[Text]:
    counts = plan.summary()
    glyphs = look.glyphs
    if not plan.has_changes and not plan.conflicts:
        return _no_changes(plan, counts, look)
    first = [f"{counts['create']} to create"]
    if counts["link"]:
        first.append(counted(counts["link"], "link"))
    for kind, (singular, plural) in _DEFINITIONS.items():
        count = sum(1 for c in plan.changes if c.kind is kind)
        if count:
            first.append(counted(count, singular, plural))
    second = [f"{counts['update']} to update"]
    words = {
        "close": "to close",
        "reopen": "to reopen",
        "adopt": "to adopt",
        "forget": "to forget",
        "unlink": "to unlink",
        "drift": "drifted",
        "conflict": "held",
        "unchanged": "unchanged",
    }
    second += [f"{counts[name]} {word}" for name, word in words.items() if counts[name]]
    head = Text().append("Plan: ", "bold")
    groups = [_coloured(first), _coloured(second)]
    together = [*groups[0], Text(glyphs.dot, "dim"), *groups[1]]
    lines = flow(head, together, look.columns, glyphs)
    if len(lines) == 1:
        return lines
    indent = Text(" " * head.cell_len)
    return [
        *flow(head, groups[0], look.columns, glyphs),
        *flow(indent, groups[1], look.columns, glyphs),
    ]


def _coloured(facts: Sequence[str]) -> list[Text]:
    """Facts of the summary with commas between; what is zero stays quiet."""
    styles = {"create": "green", "update": "yellow", "close": "red", "held": "magenta"}
    words = []
    for index, fact in enumerate(facts):
        style = next((s for word, s in styles.items() if fact.endswith(word)), "")
        comma = "," if index < len(facts) - 1 else ""
        words.append(Text().append(fact, "" if fact.startswith("0 ") else style).append(comma))
    return words


def _no_changes(plan: Plan, counts: dict[str, int], look: Look) -> list[Text]:
    points = sum(item.points or 0 for item in plan.items)
    facts = counted(len(plan.items), "item")
    if points:
        facts += f", {number(points)} points"
    text = f"{clean(plan.repository)} says what the file says ({facts})."
    head = Text().append(f"{look.glyphs.tick} ", "green").append("No changes. ", "bold")
    if not plan.items:
        text = "`backlog lint --explain` says of each line of the file why it is none."
        head = Text().append(f"{look.glyphs.warn} ", "yellow").append("No items. ", "bold")
    lines = flow(head, [Text(word) for word in text.split(" ")], look.columns, look.glyphs)
    if counts["refresh"]:
        note = f"  {counted(counts['refresh'], 'hidden record')} will follow what is there."
        lines.append(Text(note, "dim"))
    if counts["drift"]:
        lines.append(Text(f"  {counted(counts['drift'], 'drifted field')} left as GitHub has it."))
    return lines
