"""Render the plan as text for a terminal, from `render.view`.

The tree shows which item is below which; links are lines only if an existing item moves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.text import Text

from backlog_sync.core.changes import Action, FieldChange
from backlog_sync.core.escape import clean
from backlog_sync.core.plan import Plan, Verdict
from backlog_sync.render.canvas import (
    Leaf,
    Look,
    cut,
    fact_words,
    flow,
    heading,
    listed,
    listed_names,
    paint,
    paragraph,
    spread,
    stacked,
    tree_lines,
)
from backlog_sync.render.coverage import coverage_text
from backlog_sync.render.details import field_lines, value_text
from backlog_sync.render.issue_lists import held_list, issue_list
from backlog_sync.render.view import (
    SET_BACK,
    TO_DO,
    DefinitionRow,
    Edit,
    Group,
    Link,
    Listed,
    Move,
    Note,
    NoteGroup,
    NoteRow,
    PlanView,
    Row,
    change_facts,
    plan_view,
    rest_facts,
)
from backlog_sync.render.words import counted, number

_STYLES = {Action.CREATE: "green", Action.CLOSE: "red", Action.ADOPT: "cyan", Action.FORGET: "dim"}
_LONGEST_KEY = 28
"""Columns of a key next to a title; a longer one would push the title out."""
_COLUMN = 14
"""Columns up to which the names of fields are padded, so that their values line up."""
_DEFINITION = len("milestones")
_INDENT = 4
"""Columns by which the changes of an item are indented below it."""


def plan_text(plan: Plan, look: Look) -> str:
    """Return the plan as text; no line is wider than `look.width` (at least 40), unless uncut."""
    return paint(plan_lines(plan, look), look)


def summary_text(plan: Plan, look: Look) -> str:
    """Return only the summary line of the plan."""
    return paint(_summary(plan, look), look)


def plan_lines(plan: Plan, look: Look) -> list[Text]:
    """Return the whole plan as styled lines."""
    view = plan_view(plan)
    *sections, settings = plan_sections(view, look)
    last = [*_summary(plan, look), *_coverage(view, look)]
    if not any(sections):
        return stacked([last, settings])
    return stacked([[_target(view, look)], *sections, settings, last])


def plan_sections(view: PlanView, look: Look) -> list[list[Text]]:
    """Return the sections of a plan in the order in which people need them; some may be empty."""
    return [
        _notes("Drift", view.drift_note, view.drift, look),
        _definitions(view, look),
        _items(view, look),
        _notes(
            "Conflicts", "held, everything else is applied; --on-conflict file|github decides",
            view.conflicts, look,
        ),
        held_list(view.held, look),
        _notes(
            "Decided for GitHub", "GitHub's values go into the files (--on-conflict github)",
            view.accepted, look,
        ),
        # Orphans all have the same reason, which is in the title.
        issue_list(
            "Orphans", "no longer in the file, left alone", _without_reason(view.orphans), look
        ),
        issue_list(
            "No longer read as an item", "still in the file, left alone, never closed",
            view.unread, look,
        ),
        _deferred(view, look),
        _warnings(view, look),
        _settings(view, look),
    ]  # fmt: skip


def _without_reason(rows: Sequence[Listed]) -> list[Listed]:
    return [replace(row, reason="") for row in rows]


def _target(view: PlanView, look: Look) -> Text:
    line = Text("Plan for ").append(clean(view.repository), "bold")
    if view.board:
        line.append(", board ").append(clean(view.board), "bold")
    return cut(line, look.columns, look)


# ---- definitions ---------------------------------------------------------------------------


def _definitions(view: PlanView, look: Look) -> list[Text]:
    lines = [line for row in view.definitions for line in _definition(row, look)]
    return [*heading("Definitions", "", look), *lines] if lines else []


def _definition(row: DefinitionRow, look: Look) -> list[Text]:
    sign, style = _sign(row.action, look)
    head = Text("  ").append(sign, style).append(" ")
    head.append(row.word.ljust(_DEFINITION + 1) + " ", "dim")
    if row.action is Action.CREATE:
        names = [f"{name} ({known})" if known else name for name, known in row.names]
        room = look.columns - head.cell_len
        words = [
            part
            for word in listed(map(clean, names))
            for part in (word.split(" ") if word.cell_len > room else [word])
        ]
        where = [Text(f"in {clean(row.repository)}:", "dim")] if row.repository else []
        return flow(head, [*where, *words], look)
    head.append(clean(row.names[0][0]))
    if row.repository:
        head.append(f" in {clean(row.repository)}", "dim")
    fields = list(_edits(row.edits, look, 6))
    if row.note:
        fields = [*_note(row.note.word, row.note.text, 6, look), *fields]
    if len(fields) == 1:
        inline = head.copy().append("  ").append_text(fields[0][6:])
        if inline.cell_len <= look.columns:
            return [inline]
    return [cut(head, look.columns, look), *fields]


# ---- the tree ------------------------------------------------------------------------------


def _sign(action: Action | None, look: Look) -> tuple[str, str]:
    if action is None:
        return " ", ""
    linked = action in (Action.LINK, Action.UNLINK)
    sign: str = getattr(look.glyphs, "update" if linked else action.value)
    return sign, _STYLES.get(action, "yellow")


def _items(view: PlanView, look: Look) -> list[Text]:
    """Return the section of items, followed by issues that are no longer in the files."""
    lines: list[Text] = []
    previous: Group | None = None
    for group in view.groups:
        if not group.in_file:
            lines += [*([Text()] if lines else []), *heading("Not in the file", "", look)]
        elif previous and (len(previous.rows) > 1 or len(group.rows) > 1):
            lines.append(Text())
        inner = look.narrower(2)
        rows = ((row.depth, _leaf(row, view, inner)) for row in group.rows)
        lines += [Text("  ").append_text(line) for line in tree_lines(rows, inner)]
        previous = group
    if not lines or not view.groups[0].in_file:
        return lines
    right = Text("points", "dim") if view.has_points else Text()
    return [spread(Text("Items", "bold"), right, look), *lines]


def _leaf(row: Row, view: PlanView, look: Look) -> Leaf:
    item, room = row.item, look.columns - 2 * row.depth
    sign, style = _sign(row.action, look)
    left = Text().append(sign, style).append(" ")
    left.append(clean(item.kind), "dim" if row.action is None else style).append("  ")
    left.append(clean(item.title), "dim" if row.action is None else "" if row.depth else "bold")
    right = Text()
    if view.has_points:
        right = Text(row.points.rjust(4), "dim" if item.points is None else "")
    name = cut(Text(clean(item.ref or item.key), "dim"), _LONGEST_KEY, look)
    fits = left.cell_len + 2 + name.cell_len + 2 + right.cell_len <= room
    if fits or look.uncut or look.columns >= 98 or item.ref:
        right = name.append("  " if right.cell_len else "").append_text(right)
    return Leaf(left, right, look, tuple(_details(row, look.narrower(2 * row.depth))))


def _details(row: Row, look: Look) -> Iterator[Text]:
    for detail in row.details:
        if isinstance(detail, Note):
            yield from _note(detail.word, detail.text, _INDENT, look)
    if not row.created or look.full:
        edits = [each for each in row.details if isinstance(each, Edit) and each.name != "parent"]
        yield from _edits(edits, look, _INDENT)
    for detail in row.details:
        match detail:
            case Edit(name="parent"):
                yield from _edits([detail], look, _INDENT)
            case Link() | Move():
                yield _link(detail, look)
            case _:
                continue


def _link(detail: Link | Move, look: Look) -> Text:
    line = Text(" " * _INDENT)
    if isinstance(detail, Link):
        line.append(*(("- ", "red") if detail.removed else ("+ ", "green")))
        line.append(detail.word, "dim")
    else:
        line.append(f"moves {detail.where}", "dim")
    line.append("  ").append(clean(detail.key))
    if detail.title:
        line.append("  ").append(clean(detail.title), "dim")
    line = cut(line, look.columns, look)
    return _reverting(line, look) if detail.reverts else line


def _note(word: str, text: str, indent: int, look: Look) -> list[Text]:
    return paragraph(text, look, Text(" " * indent).append(clean(word), "dim").append("  "))


def _edits(edits: Sequence[Edit], look: Look, indent: int) -> Iterator[Text]:
    """Yield the lines of aligned fields; those that revert drift are marked."""
    column = min(_COLUMN, max((len(each.name) for each in edits), default=0))
    for each in edits:
        lines = field_lines(each.name, each.change, look, indent, column)
        yield _reverting(lines[0], look) if each.reverts else lines[0]
        yield from lines[1:]


def _reverting(line: Text, look: Look) -> Text:
    """Append to a line that it reverts a change made on GitHub, if there is room."""
    note = "  (reverts drift)"
    room = look.uncut or line.cell_len + len(note) <= look.columns
    return line.copy().append(note, "magenta") if room else line


# ---- next to the changes -------------------------------------------------------------------


def _notes(title: str, note: str, groups: Sequence[NoteGroup], look: Look) -> list[Text]:
    """Return notes grouped by item below a heading."""
    lines = heading(title, note, look) if groups else []
    for group in groups:
        left = Text("  ").append(look.glyphs.warn, "magenta").append(" ").append(clean(group.title))
        about = group.about
        if group.word:
            about = f"{group.word} in {about}" if about else group.word
        right = cut(Text(clean(about), "dim"), _LONGEST_KEY, look)
        lines.append(spread(left, right, look))
        column = min(_COLUMN, max(len(row.name) for row in group.rows))
        for row in group.rows:
            lines += _note_row(row, column, look, sets_back=note == SET_BACK)
    return lines


def _note_row(row: NoteRow, column: int, look: Look, *, sets_back: bool) -> list[Text]:
    if row.verdict in (Verdict.DRIFT, Verdict.DIFFERS):
        lines = field_lines(row.name, FieldChange(row.base, row.github), look, 6, column)
        if row.verdict is Verdict.DIFFERS:
            return lines + _note("differs", row.reason, 6 + column + 2, look)
        kept = sets_back and not row.reverted and row.reason
        return lines + (_note("kept", row.reason, 6 + column + 2, look) if kept else [])
    if not row.two_sided:
        return _note(row.name, row.reason, 6, look)
    lines = []
    for name, side, value in ((row.name, "file", row.file), ("", "GitHub", row.github)):
        line = Text("      ").append(clean(name).ljust(column), "dim").append("  ")
        line.append(side.ljust(8), "dim").append(value_text(value, look))
        lines.append(cut(line, look.columns, look))
    pad = Text(" " * (8 + column))
    return lines + (paragraph(row.reason, look, pad, "dim") if row.reason else [])


def _deferred(view: PlanView, look: Look) -> list[Text]:
    lines = heading("Deferred", "", look) if view.deferred else []
    for group in view.deferred:
        head = Text("  ").append(look.glyphs.defer, "cyan").append(" ")
        (names,) = listed_names(group.names, look)
        lines += paragraph(f"{names}: {group.reason}", look, head)
        if group.hint:
            lines += paragraph(group.hint, look, Text("    "), "dim")
    return lines


def _warnings(view: PlanView, look: Look) -> list[Text]:
    lines = heading("Warnings", "", look) if view.warnings else []
    for row in view.warnings:
        head = Text("  ").append(look.glyphs.warn, "yellow").append(" ")
        names = listed_names(row.names, look)
        lines += paragraph(": ".join((*row.where, row.message, *names)), look, head)
    return lines


def _settings(view: PlanView, look: Look) -> list[Text]:
    """Return the settings that change who is trusted or what is published."""
    lines = heading("Settings in force", "", look) if view.settings else []
    for name, values in view.settings.items():
        words = listed(map(clean, values)) or [Text("none")]
        lines += flow(Text(f"  {name}: ", "dim"), words, look)
    return lines


def _coverage(view: PlanView, look: Look) -> list[Text]:
    """Return what was read, if that was less than everything."""
    if view.coverage is None:
        return []
    sentence = f"{coverage_text(view.coverage, view.others or {})}."
    return paragraph(sentence, look, Text("Read: ", "dim"), "dim")


# ---- the summary ---------------------------------------------------------------------------


def _summary(plan: Plan, look: Look) -> list[Text]:
    if not plan.has_changes and not plan.conflicts:
        return _no_changes(plan, look)
    first, rest = change_facts(plan.changes, TO_DO), rest_facts(plan)
    head = Text().append("Plan: ", "bold")
    if not plan.has_changes:
        return flow(head, fact_words(["nothing to apply", *rest]), look)
    return flow(head, fact_words([*first, *rest]), look)


def _no_changes(plan: Plan, look: Look) -> list[Text]:
    counts = plan.summary()
    points = sum(item.points or 0 for item in plan.items)
    facts = counted(len(plan.items), "item") + (f", {number(points)} points" if points else "")
    text = f"{plan.repository} matches the file ({facts})."
    head = Text().append(f"{look.glyphs.tick} ", "green").append("No changes. ", "bold")
    if not plan.items:
        text = "Run `backlog lint --explain` to see why."
        head = Text().append(f"{look.glyphs.warn} ", "yellow").append("No items. ", "bold")
    lines = paragraph(text, look, head)
    if counts["refresh"]:
        note = f"  {counted(counts['refresh'], 'internal record')} will be updated."
        lines.append(Text(note, "dim"))
    if counts["drift"]:
        lines.append(Text(f"  {counted(counts['drift'], 'drifted field')} left as GitHub has it."))
    return lines
