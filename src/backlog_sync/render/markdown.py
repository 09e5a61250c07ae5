"""Render the plan as GitHub Markdown from `render.view`, for step summaries and PR comments.

What needs a person comes first, then drift and progress, then the items by epic in folded sections,
then definitions and what goes into the files. Untrusted text is escaped (`inert`), and very long
cells are cut.
"""

from collections.abc import Iterable, Iterator, Sequence

from backlog_sync.core.change_kinds import Action
from backlog_sync.core.changes import FieldChange, JsonValue
from backlog_sync.core.drift import Drift
from backlog_sync.core.escape import code, inert
from backlog_sync.core.plan import Plan
from backlog_sync.render.body_diff import body_diff
from backlog_sync.render.bounded import SUMMARY_BYTES, Block, BoundedText, cut, row, size, table
from backlog_sync.render.view import (
    DefinitionRow,
    Detail,
    Edit,
    Group,
    Link,
    Listed,
    Move,
    Note,
    NoteGroup,
    PlanView,
    Row,
    WriteRow,
    drift_line,
    drift_view,
    plain_value,
    plan_view,
    progress_title,
    summary_line,
)
from backlog_sync.render.words import counted

_NAMES = 200
"""The most names shown of definitions of one kind, and of members of one field."""
_LINES = 100
"""The most changed lines shown for one part of a body: a comment has room for little more."""
_DEEPEST = 8
"""The most levels by which a row is indented: a table cell has no room for more."""
_SIGNS = {
    Action.CREATE: "➕",
    Action.ADOPT: "🔗",
    Action.CLOSE: "✔️",
    Action.REOPEN: "🔄",
    Action.FORGET: "💤",
}


def plan_markdown(
    plan: Plan, *, limit: int = SUMMARY_BYTES, title: str = "Backlog plan", note: str = ""
) -> str:
    """Return the plan as GitHub Markdown of at most `limit` bytes of UTF-8 (at least 2,000).

    `title` is trusted; `note` is a line of untrusted text below it, shown as plain text.
    """
    tail = f"\nDigest of this plan: {code(plan.digests.plan)}\n" if plan.has_changes else ""
    return _document(plan_view(plan), limit, title, summary_line(plan), note, tail)


def drift_markdown(drift: Drift, *, limit: int = SUMMARY_BYTES) -> str:
    """Return a drift report as `plan_markdown` returns a plan, in the sections of its text."""
    return _document(drift_view(drift), limit, "Backlog drift", drift_line(drift), "", "")


def _document(view: PlanView, limit: int, title: str, line: str, note: str, tail: str) -> str:
    board = f", board {_code(view.board)}" if view.board else ""
    head = f"### {inert(title)}\n\n**{inert(line)}**\n\nFor {_code(view.repository)}{board}.\n"
    if note:
        head += f"\n{_text(note)}\n"
    cut_note = "\n> **Cut here:** {} more rows do not fit; `backlog plan` shows all of them.\n"
    bounded_text = BoundedText(limit - size(head) - size(tail) - size(cut_note) - 12)
    for block in _blocks(view):
        bounded_text.add(block)
    end = cut_note.format(bounded_text.left_out) if bounded_text.left_out else ""
    return head + "".join(bounded_text.parts) + end + tail


def _blocks(view: PlanView) -> Iterator[Block]:
    yield _conflicts(view)
    yield _needs(view)
    yield _drift(view)
    yield _list("Duplicates: sync closes the second one", map(_finding, view.duplicates))
    yield _progress(view)
    lone = [group for group in view.groups if group.in_file and len(group.rows) == 1]
    for group in view.groups:
        if group.in_file and group not in lone:
            root = group.rows[0].item
            yield _items(f"{_text(root.kind)} <b>{_text(root.title)}</b>", group)
    if lone:
        yield _items("<b>Items</b>", Group(tuple(group.rows[0] for group in lone)))
    for group in view.groups:
        if not group.in_file:
            yield _items("<b>Not in the file</b>", group)
    yield _definitions(view)
    for row_ in view.writes:
        yield _write(row_)
    yield _list("Deferred", (
        f"{_some(group.names, 3)}: {_text(group.reason)}"
        + (f" ({_text(group.hint)})" if group.hint else "")
        for group in view.deferred
    ))  # fmt: skip
    yield _list("Warnings", (
        "".join(f"{_code(part)} " for part in each.where) + _text(each.message)
        + (f": {_some(each.names, _NAMES)}" if each.names else "") + f" ({_text(each.hint)})"
        for each in view.warnings
    ))  # fmt: skip
    yield _list("Settings in force", (
        f"{code(name)}: {', '.join(map(_text, values)) or '∅'}"
        for name, values in view.settings.items()
    ))  # fmt: skip


# ---- cells ---------------------------------------------------------------------------------


def _text(text: str) -> str:
    return inert(cut(text))


def _code(text: str) -> str:
    return code(cut(text))


def _value(value: JsonValue) -> str:
    return _text(plain_value(value))


def _some(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(_text, names[:most])) + more


def _list(title: str, rows: Iterable[str]) -> Block:
    return Block(f"\n#### {title}\n\n", [f"- {each}\n" for each in rows])


# ---- what needs a person -------------------------------------------------------------------


def _subject(group: NoteGroup) -> str:
    if not group.word:
        return f"{_text(group.title)} {_code(group.about)}"
    where = f" in {_code(group.about)}" if group.about else ""
    return f"{group.word} {_text(group.title)}{where}"


def _conflicts(view: PlanView) -> Block:
    rows = [
        (_subject(group), _text(each.name), _value(each.file), _value(each.github),
         _text(each.reason), _remedies(group))
        for group in view.conflicts for each in group.rows
    ]  # fmt: skip
    title = f"#### ⚠️ Needs you: {counted(len(rows), 'field')} changed on both sides"
    return table(title, ("item", "field", "the file", "GitHub", "why", "what to do"), rows)


def _needs(view: PlanView) -> Block:
    listed = (*view.held, *view.needs)
    rows = [
        (f"{_text(each.title)} {_code(each.ref)}", _code(each.place) if each.place else "",
         _text(each.reason), _text(each.hint))
        for each in listed
    ]  # fmt: skip
    title = f"#### ✋ Needs you: {counted(len(rows), 'item')} left alone until somebody acts"
    return table(title, ("item", "in the file", "why", "what to do"), rows)


def _drift(view: PlanView) -> Block:
    rows = [
        (_subject(group), _text(each.name), _value(each.file), _value(each.github),
         "sync reverts it" if each.reverted else _text(each.reason), _remedies(group))
        for group in view.drift for each in group.rows
    ]  # fmt: skip
    title = f"#### ↩️ Drift (sync reverts it): {counted(len(rows), 'field')} changed on GitHub"
    columns = ("item", "field", "the file", "GitHub", "what happens", "what else to do")
    return table(title, columns, rows)


def _progress(view: PlanView) -> Block:
    rows = [
        (_subject(group), _text(each.name), _value(each.base), _value(each.github))
        for group in view.progress for each in group.rows
    ]  # fmt: skip
    name, what = progress_title(view)
    title = f"#### ✅ {name} ({what}): {counted(len(rows), 'value')}"
    return table(title, ("item", "field", "the file", "GitHub"), rows)


def _write(row_: WriteRow) -> Block:
    rows = [
        f"- {_subject(group)}: {_edit(each.name, FieldChange(each.base, each.github))}\n"
        for group in row_.groups for each in group.rows
    ]  # fmt: skip
    rows += [f"- ⚠️ {_text(unplaced)}\n" for unplaced in row_.unplaced]
    facts = f": {_text(row_.facts)}" if row_.facts else ""
    opening = f"\n#### Will be written to {_code(row_.path)}{facts}\n\n"
    return Block(opening, rows or [""])


def _remedies(group: NoteGroup) -> str:
    return "<br>".join(f"{_text(each.purpose)}: {_code(each.command)}" for each in group.remedies)


# ---- items by epic -------------------------------------------------------------------------


def _items(title: str, group: Group) -> Block:
    opening = (
        f"\n<details><summary>{title}: {group.counts}</summary>\n\n"
        f"{row(('', 'item', 'issue', 'points', 'what changes'))}{row(['---'] * 5)}"
    )
    return Block(opening, [_row(each) for each in group.rows], "\n</details>\n")


def _row(shown: Row) -> str:
    item, action = shown.item, shown.action
    name = f"{'&emsp;' * min(shown.depth, _DEEPEST)}{_text(item.kind)} {_text(item.title)}"
    points = plain_value(item.points, "") if item.points else ""
    issue = _code(item.ref or item.key)
    if action is None:
        return row(("", name, issue, points, ""))
    where = f" in {_code(item.repository)}" if item.repository else ""
    phrases = [f"create{where}"] if shown.created else []
    phrases += [
        _phrase(each) for each in shown.details if not (shown.created and _is_of_creation(each))
    ]
    cell = "<br>".join(phrases) or inert(action.value)
    return row((_SIGNS.get(action, "✏️"), name, issue, points, cell))


def _is_of_creation(detail: Detail) -> bool:
    """Return whether the word "create" already covers this detail."""
    if isinstance(detail, Edit):
        return detail.name != "parent"
    return isinstance(detail, Note) and detail.word == "in"


def _phrase(detail: Detail) -> str:
    """Return what happens to an item, in a few words."""
    match detail:
        case Edit():
            return _edit(detail.name, detail.change)
        case Move():
            return f"moves {_text(detail.where)} {_code(detail.key)} {_text(detail.title)}".rstrip()
        case Link():
            sign = "no longer " if detail.removed else ""
            return f"{sign}{detail.word} {_code(detail.ref)} {_text(detail.title)}".rstrip()
        case Note():
            return f"{detail.word}: {_text(detail.text)}"


def _edit(name: str, change: FieldChange) -> str:
    label = f"<b>{_text(name.replace('_', ' '))}</b>"
    before, after = change.before, change.after
    if name == "body" or "\n" in f"{before}{after}":
        return f"{label} {_body(str(before or ''), str(after or ''))}"
    if isinstance(before, list) or isinstance(after, list):
        old = before if isinstance(before, list) else []
        new = after if isinstance(after, list) else []
        members = [f"+{_text(each)}" for each in new if each not in old]
        members += [f"−{_text(each)}" for each in old if each not in new]
        return f"{label} {' '.join(members[:_NAMES]) or 'in another order'}"
    return f"{label} {_value(before)} → {_value(after)}"


def _body(before: str, after: str) -> str:
    lines: list[str] = []
    for part in body_diff(before, after):
        lines.append(f"{_text(part.title)}: {part.facts}")
        lines += [
            f"{inert(line.sign.replace('-', '−'))} {_text(line.text)}"
            for line in part.lines[:_LINES]
        ]
        if len(part.lines) > _LINES:
            lines.append(f"… {counted(len(part.lines) - _LINES, 'more line')}")
    return "<br>".join(lines) or "in its layout only"


# ---- the rest ------------------------------------------------------------------------------


def _definitions(view: PlanView) -> Block:
    rows = [_definition(each) for each in view.definitions]
    title = counted(sum(len(each.names) for each in view.definitions), "definition")
    return Block(f"\n<details><summary>{title}</summary>\n\n", rows, "\n</details>\n")


def _definition(each: DefinitionRow) -> str:
    where = f" in {_code(each.repository)}" if each.repository else ""
    if each.action is not Action.CREATE:
        note = [f"{each.note.word}: {_text(each.note.text)}"] if each.note else []
        fields = "; ".join([*note, *(_edit(edit.name, edit.change) for edit in each.edits)])
        sign = _SIGNS.get(Action(each.note.word), "✏️") if each.note else "✏️"
        return f"- {sign} {each.word} {_code(each.names[0][0])}{where}: {fields}\n"
    names = [f"{_code(n)}{f' ({_text(known)})' if known else ''}" for n, known in each.names]
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return f"- ➕ {each.word}{where}: {', '.join(names[:_NAMES])}{more}\n"


def _finding(each: Listed) -> str:
    hint = f"; {_text(each.hint)}" if each.hint else ""
    return f"{_code(each.ref)} {_text(each.title)}: {_text(each.reason)}{hint}"
