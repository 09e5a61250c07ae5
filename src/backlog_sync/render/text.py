"""Render the plan as text for a terminal, from `render.view`.

The tree shows which item is below which; links are lines only if an existing item moves.
"""

from collections.abc import Iterator, Sequence

from rich.text import Text

from backlog_sync.core.change_kinds import Action
from backlog_sync.core.changes import FieldChange
from backlog_sync.core.escape import clean
from backlog_sync.core.merge import BOTH
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
from backlog_sync.render.details import field_lines, label, value_text
from backlog_sync.render.issue_lists import issue_list
from backlog_sync.render.view import (
    DRIFT,
    NEEDS_YOU,
    PENDING,
    TO_DO,
    CommandLine,
    DefinitionRow,
    Edit,
    Group,
    Link,
    Move,
    Note,
    NoteGroup,
    NoteRow,
    PlanView,
    Remedy,
    Row,
    WriteRow,
    bare_command,
    change_facts,
    plan_view,
    progress_title,
    rest_facts,
    write_rows,
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


def plan_text(
    plan: Plan, look: Look, command: CommandLine = bare_command, *, title: str = "Plan"
) -> str:
    """Return the plan as text; no line is wider than `look.width` (at least 40), unless uncut."""
    return paint(plan_lines(plan, look, command, title=title), look)


def summary_text(plan: Plan, look: Look) -> str:
    """Return only the summary line of the plan."""
    return paint(_summary(plan, look), look)


def plan_lines(
    plan: Plan, look: Look, command: CommandLine = bare_command, *, title: str = "Plan"
) -> list[Text]:
    """Return the whole plan as styled lines: the changes first, the sums last."""
    view = plan_view(plan, command)
    sections = [
        _definitions(view, look),
        _items(view, look),
        *decisions(view, look),
        _deferred(view, look),
        _warnings(view, look),
        _accepted(view, look),
        *write_lines(plan, look),
    ]
    settings = _settings(view, look)
    last = [*_summary(plan, look), *_coverage(view, look)]
    if not any(sections):
        return stacked([last, settings])
    return stacked([[_target(title, view, look)], *sections, settings, last])


def decisions(view: PlanView, look: Look) -> list[list[Text]]:
    """Return what people changed on GitHub, and what needs a person; each section may be empty."""
    drift = _notes(DRIFT, view.drift, look, reverts=True)
    twice = issue_list("Duplicates", "sync closes the second one", view.duplicates, look)
    conflicts = _notes(NEEDS_YOU, view.conflicts, look)
    title = "" if conflicts else NEEDS_YOU[0]
    held = issue_list(title, "", view.held, look, look.glyphs.warn, "magenta")
    rest = issue_list("" if conflicts or held else NEEDS_YOU[0], "", view.needs, look)
    return [
        _notes(progress_title(view), view.progress, look),
        drift,
        twice,
        [*conflicts, *held, *rest],
    ]


def item_drift_lines(view: PlanView, look: Look) -> list[Text]:
    """Return what differs for the only item of a report as styled lines, none if nothing does."""
    pending = _items(view, look, titled=False)
    return stacked(
        [
            *decisions(view, look),
            [*section_title(PENDING, look), *pending] if pending else [],
            _deferred(view, look),
            _warnings(view, look),
        ]
    )


def drift_lines(view: PlanView, last: Sequence[Text], look: Look) -> list[Text]:
    """Return a drift report as styled lines: what moved on GitHub first, then the file's part."""
    pending = stacked([_definitions(view, look)[1:], _items(view, look, titled=False)])
    sections = [
        *decisions(view, look),
        [*section_title(PENDING, look), *pending] if pending else [],
        _deferred(view, look),
        _warnings(view, look),
    ]
    settings = _settings(view, look)
    if not any(sections):
        return stacked([settings, last])
    return stacked([[_target("Drift", view, look)], *sections, settings, last])


def section_title(title: tuple[str, str], look: Look) -> list[Text]:
    """Return the title of a section, and in brackets what happens with its rows."""
    name, what = title
    head = Text().append(name, "bold").append(f" ({what})" if what else "", "dim")
    return [cut(head, look.columns, look)]


def _target(what: str, view: PlanView, look: Look) -> Text:
    line = Text(f"{what} for ").append(clean(view.repository), "bold")
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


def _items(view: PlanView, look: Look, *, titled: bool = True) -> list[Text]:
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
    if not lines or not view.groups[0].in_file or not titled:
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
    column = min(_COLUMN, max((len(label(each.name)) for each in edits), default=0))
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


def _notes(
    title: tuple[str, str], groups: Sequence[NoteGroup], look: Look, *, reverts: bool = False
) -> list[Text]:
    """Return notes grouped by item below a title, each item with its remedies."""
    lines = section_title(title, look) if groups else []
    for group in groups:
        lines.append(_subject(group, look))
        column = min(_COLUMN, max(len(label(row.name)) for row in group.rows))
        for row in group.rows:
            lines += _note_row(row, column, look, reverts=reverts)
        lines += remedy_lines(group.remedies, look)
    return lines


def _subject(group: NoteGroup, look: Look) -> Text:
    left = Text("  ").append(look.glyphs.warn, "magenta").append(" ").append(clean(group.title))
    about = group.about
    if group.word:
        about = f"{group.word} in {about}" if about else group.word
    return spread(left, cut(Text(clean(about), "dim"), _LONGEST_KEY, look), look)


def remedy_lines(remedies: Sequence[Remedy], look: Look) -> list[Text]:
    """Return the commands that decide what is listed above, whole even if they need two lines."""
    lines = []
    for remedy in remedies:
        head = Text("    ").append(f"{look.glyphs.arrow} ", "cyan")
        text = f"{clean(remedy.purpose)}: `{clean(remedy.command)}`"
        lines += [head.append(text)] if look.uncut else paragraph(text, look, head)
    return lines


def _note_row(row: NoteRow, column: int, look: Look, *, reverts: bool) -> list[Text]:
    if row.verdict in (Verdict.DRIFT, Verdict.DIFFERS):
        lines = field_lines(row.name, FieldChange(row.base, row.github), look, 6, column)
        if row.verdict is Verdict.DIFFERS:
            return lines + _note("differs", row.reason, 6 + column + 2, look)
        kept = reverts and not row.reverted and row.reason
        return lines + (_note("kept", row.reason, 6 + column + 2, look) if kept else [])
    if not row.two_sided:
        return _note(row.name, row.reason, 6, look)
    lines = []
    for name, side, value in ((row.name, "file", row.file), ("", "GitHub", row.github)):
        line = (
            Text("      ").append((label(name) if name else "").ljust(column), "dim").append("  ")
        )
        line.append(side.ljust(8), "dim").append(value_text(value, look))
        lines.append(cut(line, look.columns, look))
    pad = Text(" " * (8 + column))
    return lines + (paragraph(row.reason, look, pad, "dim") if row.reason != BOTH else [])


def _accepted(view: PlanView, look: Look) -> list[Text]:
    title = ("Decided for GitHub", "--on-conflict github: flows into the file")
    return _notes(title, view.accepted, look)


def write_lines(plan: Plan, look: Look, verb: str = "Will be written to") -> list[list[Text]]:
    """Return for each file what applying the plan writes into it."""
    return [_write(row, look, verb) for row in write_rows(plan)]


def _write(row: WriteRow, look: Look, verb: str) -> list[Text]:
    lines = heading(f"{verb} {clean(row.path)}", "", look)
    if row.facts:
        head = Text("  ").append(look.glyphs.update, "yellow").append(" ")
        lines += paragraph(row.facts, look, head)
    for group in row.groups:
        about = Text(clean(group.about), "dim")
        lines.append(spread(Text("    ").append(clean(group.title)), about, look))
        column = min(_COLUMN, max(len(label(each.name)) for each in group.rows))
        for each in group.rows:
            lines += field_lines(each.name, FieldChange(each.base, each.github), look, 6, column)
    for unplaced in row.unplaced:
        lines += paragraph(unplaced, look, Text("  ").append(f"{look.glyphs.warn} ", "yellow"))
    return lines


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
        lines += paragraph(row.hint, look, Text("    "), "dim")
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
        head = Text().append(f"{look.glyphs.warn} ", "yellow").append("No items found. ", "bold")
    elif plan.writes:
        text = f"Only {', '.join(write.path for write in plan.writes)} will be updated."
        head = (
            Text().append(f"{look.glyphs.tick} ", "green").append("No changes on GitHub. ", "bold")
        )
    lines = paragraph(text, look, head)
    if counts["refresh"]:
        note = f"  {counted(counts['refresh'], 'internal record')} will be updated."
        lines.append(Text(note, "dim"))
    if counts["drift"]:
        lines.append(Text(f"  {counted(counts['drift'], 'drifted field')} left as GitHub has it."))
    return lines
