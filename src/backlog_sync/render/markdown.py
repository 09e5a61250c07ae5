"""The plan as GitHub Markdown, for step summaries and pull-request comments.

What needs a person comes first: drift and conflicts, then the items by epic in folded sections,
then definitions and what is left alone. Foreign text is inert (`inert`), and no cell is longer
than a glance.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import ndiff

from backlog_sync.core.changes import (
    Action,
    Change,
    ChangeKind,
    FieldChange,
    FieldNote,
    JsonValue,
    Plan,
    PlanItem,
)
from backlog_sync.core.drift import Drift, Finding
from backlog_sync.core.escape import code, inert, split_lines
from backlog_sync.render.bounded import SUMMARY_BYTES, Block, BoundedText, cut, row, size, table
from backlog_sync.render.words import counted, number

_LINES = 8
"""Lines shown of a changed text."""
_NAMES = 40
"""Names shown of definitions of one kind."""
_DEEPEST = 8
_STRONGEST = (Action.CREATE, Action.ADOPT, Action.CLOSE, Action.REOPEN, Action.FORGET)
_SIGNS = {
    Action.CREATE: "➕",
    Action.ADOPT: "🔗",
    Action.CLOSE: "✔️",
    Action.REOPEN: "🔄",
    Action.FORGET: "💤",
}
_DEFINITIONS = {
    ChangeKind.LABEL: ("label", "labels"),
    ChangeKind.MILESTONE: ("milestone", "milestones"),
    ChangeKind.PROJECT: ("board", "boards"),
    ChangeKind.FIELD: ("board field", "board fields"),
}
_WORDS = {
    "create": "to create",
    "update": "to update",
    "close": "to close",
    "reopen": "to reopen",
    "adopt": "to adopt",
    "forget": "to forget",
    "unlink": "to unlink",
}
_DRIFT_WORDS = {
    "drift": "drifted",
    "pending": "pending in the file",
    "conflicts": "in conflict or held",
    "orphans": "orphaned",
    "duplicates": "duplicate",
    "vanished": "vanished",
    "transferred": "transferred",
    "suspicious": "suspicious",
}
_ACTIONS_WITH_REASON = (Action.CLOSE, Action.REOPEN, Action.ADOPT, Action.FORGET)


def plan_markdown(
    plan: Plan, *, limit: int = SUMMARY_BYTES, title: str = "Backlog plan", note: str = ""
) -> str:
    """The plan as GitHub Markdown of at most `limit` bytes of UTF-8 (at least 2,000).

    `title` is ours; `note` is a line of foreign text below it, shown as plain text.
    """
    tail = f"\nDigest of this plan: {code(plan.digests.plan)}\n" if plan.has_changes else ""
    return _document(plan, limit, title, summary_line(plan), note, list(_blocks(plan)), tail)


def _document(
    plan: Plan, limit: int, title: str, line: str, note: str, blocks: Sequence[Block], tail: str
) -> str:
    head = f"### {inert(title)}\n\n**{inert(line)}**\n"
    target = f"{code(cut(plan.repository))}"
    if plan.project:
        target += f", board {code(cut(plan.project))}"
    head += f"\nFor {target}.\n"
    if note:
        head += f"\n{inert(cut(note))}\n"
    cut_note = "\n> **Cut here:** {} more rows do not fit; `backlog plan` shows all of them.\n"
    bounded_text = BoundedText(limit - size(head) - size(tail) - size(cut_note) - 12)
    for block in blocks:
        bounded_text.add(block)
    end = cut_note.format(bounded_text.left_out) if bounded_text.left_out else ""
    return head + "".join(bounded_text.parts) + end + tail


def drift_markdown(
    drift: Drift, *, limit: int = SUMMARY_BYTES, title: str = "Backlog drift"
) -> str:
    """What moved apart, as `plan_markdown`, with what is in question beside it."""
    questions = [
        _findings("Second issues of an item, which a sync closes", drift.duplicates),
        _findings("Vanished: once synced, and gone", drift.vanished),
        _findings("Transferred to another repository", drift.transferred),
        _findings("Suspicious: their hidden marks are not believed", drift.suspicious),
    ]
    return _document(
        drift.plan, limit, title, drift_line(drift), "", [*questions, *_blocks(drift.plan)], ""
    )


def drift_line(drift: Drift) -> str:
    """One line of counts of what moved apart, as plain text."""
    facts = [f"{count} {_DRIFT_WORDS[name]}" for name, count in drift.counts.items() if count]
    return f"Drift: {', '.join(facts)}." if facts else "No drift."


def summary_line(plan: Plan) -> str:
    """One line of counts, as plain text; every one can be recomputed from the changes."""
    counts = plan.summary()
    held = [f"{counts['conflict']} held"] if counts["conflict"] else []
    drift = [f"{counts['drift']} drifted"] if counts["drift"] else []
    if not plan.has_changes:
        if not held:
            text = f"No changes: GitHub says what the files say ({counted(len(plan.items), 'item')}"
            return text + "".join(f", {part}" for part in drift) + ")."
        return f"Nothing to apply: {', '.join([*held, *drift])}."
    facts = [f"{counts[name]} {word}" for name, word in _WORDS.items() if counts[name]]
    if counts["link"]:
        facts.append(counted(counts["link"], "link"))
    if counts["definitions"]:
        facts.append(counted(counts["definitions"], "definition"))
    unchanged = [f"{counts['unchanged']} unchanged"] if counts["unchanged"] else []
    return f"Plan: {', '.join([*facts, *drift, *held, *unchanged])}."


def _blocks(plan: Plan) -> Iterator[Block]:
    yield _conflicts(plan)
    yield _held(plan)
    yield _drift(plan)
    yield from _items(plan)
    yield _definitions(plan)
    yield _orphans(plan)
    yield _unread(plan)
    yield _deferred(plan)
    yield _warnings(plan)
    yield _settings_in_force(plan)


# ---- what needs a person -------------------------------------------------------------------


def _conflicts(plan: Plan) -> Block:
    rows = [
        (_subject(note), inert(cut(note.name)), _value(note.desired), _value(note.observed),
         inert(cut(note.reason)))
        for note in plan.conflicts
        if not note.is_hold
    ]  # fmt: skip
    title = f"#### ⚠️ Conflicts: {counted(len(rows), 'field')} held until somebody decides"
    return table(title, ("item", "field", "the file", "GitHub", "why"), rows)


def _held(plan: Plan) -> Block:
    places = {item.key: item.place for item in plan.items}
    rows = []
    for note in plan.conflicts:
        if note.is_hold:
            place = places.get(note.key)
            where = code(cut(f"{place.path}:{place.line}")) if place else ""
            rows.append((_subject(note), where, inert(cut(note.reason)), inert(cut(note.hint))))
    title = f"#### ✋ Held: {counted(len(rows), 'item')} left alone until fixed"
    return table(title, ("item", "in the file", "why", "what to do"), rows)


def _drift(plan: Plan) -> Block:
    reverted = plan.reverted
    rows = [
        (_subject(note), inert(cut(note.name)), _value(note.desired), _value(note.observed),
         "sync sets it back" if (note.key, note.name) in reverted else inert(cut(note.reason)))
        for note in plan.drift
    ]  # fmt: skip
    title = f"#### ↩️ Drift: {counted(len(rows), 'field')} changed on GitHub"
    return table(title, ("item", "field", "the file", "GitHub", "what happens"), rows)


def _subject(note: FieldNote) -> str:
    title = inert(cut(note.title or note.key))
    if note.is_definition:
        where = f" in {code(cut(note.repository))}" if note.repository else ""
        return f"{_DEFINITIONS[note.kind][0]} {title}{where}"
    return f"{title} {code(note.ref or cut(note.key))}"


# ---- items by epic -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Group:
    """What is shown together: a root of the tree with all below it, or items without any."""

    title: str
    rows: tuple[tuple[PlanItem, int], ...]


def _items(plan: Plan) -> Iterator[Block]:
    changes: dict[str, list[Change]] = defaultdict(list)
    for change in plan.changes:
        if change.kind not in _DEFINITIONS and not change.is_refresh:
            changes[change.key].append(change)
    items = {item.key: item for item in plan.items}
    for group in _groups(plan, changes):
        shown = [row for row in group.rows if changes.get(row[0].key)]
        opening = (
            f"\n<details><summary>{group.title}: {_counts(shown, changes)}</summary>\n\n"
            f"{row(('', 'item', 'issue', 'points', 'what changes'))}{row(['---'] * 5)}"
        )
        rows = [_line(item, depth, changes.get(item.key, []), items) for item, depth in group.rows]
        yield Block(opening, rows, "\n</details>\n")


def _groups(plan: Plan, changes: dict[str, list[Change]]) -> Iterator[_Group]:
    items = {item.key: item for item in plan.items}
    children: dict[str | None, list[PlanItem]] = defaultdict(list)
    for item in plan.items:
        children[item.parent if item.parent in items else None].append(item)
    shown: set[str] = set()
    for key in changes:
        ancestor: str | None = key
        while ancestor in items and ancestor not in shown:
            shown.add(ancestor)
            ancestor = items[ancestor].parent
    lone: list[tuple[PlanItem, int]] = []
    for root in children[None]:
        if root.key not in shown:
            continue
        if not children[root.key]:
            lone.append((root, 0))
            continue
        title = f"{inert(cut(root.kind))} <b>{inert(cut(root.title))}</b>"
        yield _Group(title, tuple(_below(root, children, shown)))
    if lone:
        yield _Group("<b>Items</b>", tuple(lone))
    not_in_file = tuple(
        (PlanItem(key, "issue", item_changes[0].title or key, None, item_changes[0].ref), 0)
        for key, item_changes in changes.items()
        if key not in items
    )
    if not_in_file:
        yield _Group("<b>Not in the file</b>", not_in_file)


def _below(
    root: PlanItem, children: dict[str | None, list[PlanItem]], shown: set[str]
) -> Iterator[tuple[PlanItem, int]]:
    stack = [(root, 0)]
    while stack:
        item, depth = stack.pop()
        if item.key in shown:
            yield item, depth
            stack.extend((child, depth + 1) for child in reversed(children[item.key]))


def _counts(rows: Sequence[tuple[PlanItem, int]], changes: dict[str, list[Change]]) -> str:
    counts: dict[str, int] = defaultdict(int)
    for item, _ in rows:
        counts[_action(changes[item.key]).value] += 1
    return ", ".join(f"{counts[name]} {word}" for name, word in _WORDS.items() if counts[name])


def _action(changes: Sequence[Change]) -> Action:
    """What is done to an item as a whole."""
    done = {c.action for c in changes if c.kind is ChangeKind.ISSUE}
    return next((strong for strong in _STRONGEST if strong in done), Action.UPDATE)


def _line(item: PlanItem, depth: int, changes: Sequence[Change], items: dict[str, PlanItem]) -> str:
    name = f"{'&emsp;' * min(depth, _DEEPEST)}{inert(cut(item.kind))} {inert(cut(item.title))}"
    points = number(item.points) if item.points else ""
    issue = code(item.ref or cut(item.key))
    if not changes:
        return row(("", name, issue, points, ""))
    action = _action(changes)
    sign = _SIGNS.get(action, "✏️")
    phrases = "<br>".join(_phrases(item, action, changes, items)) or inert(action.value)
    return row((sign, name, issue, points, phrases))


def _phrases(
    item: PlanItem, action: Action, changes: Sequence[Change], items: dict[str, PlanItem]
) -> Iterator[str]:
    """What happens to an item, in a few words each."""
    created = action is Action.CREATE
    if created:
        yield f"create in {code(cut(item.repository))}" if item.repository else "create"
    for change in changes:
        match change.kind:
            case ChangeKind.ISSUE | ChangeKind.FIELD_VALUE:
                if change.action in _ACTIONS_WITH_REASON:
                    yield f"{inert(change.action.value)}: {inert(cut(change.reason))}"
                if not created:
                    for name, value in change.fields.items():
                        yield _field(name, value)
            case ChangeKind.SUB_ISSUE if change.is_move:
                yield "moves among its siblings"
            case ChangeKind.SUB_ISSUE if created and change.other == item.parent:
                continue
            case ChangeKind.SUB_ISSUE:
                yield _link(change, "parent", items)
            case ChangeKind.DEPENDENCY:
                yield _link(change, "blocked by", items)
            case ChangeKind.PROJECT_ITEM if not created:
                yield "off the board" if change.action is Action.UNLINK else "onto the board"
            case _:
                continue


def _link(change: Change, word: str, items: dict[str, PlanItem]) -> str:
    sign = "no longer " if change.action is Action.UNLINK else ""
    other = change.other or ""
    other_item = items.get(other)
    title = f" {inert(cut(other_item.title))}" if other_item else ""
    return f"{sign}{word} {code(cut(other_item.ref or other) if other_item else cut(other))}{title}"


def _field(name: str, change: FieldChange) -> str:
    label = f"<b>{inert(cut(name.replace('_', ' ')))}</b>"
    before, after = change.before, change.after
    if name == "body":
        return f"<b>text</b> {_text(str(before or ''), str(after or ''))}"
    if isinstance(before, list) or isinstance(after, list):
        old = before if isinstance(before, list) else []
        new = after if isinstance(after, list) else []
        added = [f"+{_value(each)}" for each in new if each not in old]
        removed = [f"−{_value(each)}" for each in old if each not in new]
        return f"{label} {' '.join([*added, *removed][:_NAMES]) or 'in another order'}"
    return f"{label} {_value(before)} → {_value(after)}"


def _text(before: str, after: str) -> str:
    """The lines of a text that differ, the first few of them."""
    old, new = ([line for line in split_lines(text) if line.strip()] for text in (before, after))
    if len(old) + len(new) > 400:  # ndiff grows with the product
        return f"{counted(len(new), 'line')}, {len(old)} before"
    lines = [line for line in ndiff(old, new) if line[:2] in ("- ", "+ ")]
    shown = [f"{'−' if line[0] == '-' else '+'} {inert(cut(line[2:]))}" for line in lines[:_LINES]]
    if len(lines) > _LINES:
        shown.append(f"… {counted(len(lines) - _LINES, 'more line', 'more lines')}")
    return "<br>".join(["", *shown]) if shown else "in white space"


# ---- the rest ------------------------------------------------------------------------------


def _definitions(plan: Plan) -> Block:
    rows: list[str] = []
    count = 0
    for kind, (singular, plural) in _DEFINITIONS.items():
        changes = [c for c in plan.changes if c.kind is kind]
        count += len(changes)
        for repo in dict.fromkeys(c.repository for c in changes):
            created = [c for c in changes if c.action is Action.CREATE and c.repository == repo]
            where = f" in {code(cut(repo))}" if repo else ""
            if created:
                names = ", ".join(code(cut(c.title or c.key)) for c in created[:_NAMES])
                more = f" and {len(created) - _NAMES} more" if len(created) > _NAMES else ""
                word = singular if len(created) == 1 else plural
                rows.append(f"- ➕ {word}{where}: {names}{more}\n")
            for change in changes:
                if change.action is not Action.CREATE and change.repository == repo:
                    fields = "; ".join(_field(n, v) for n, v in change.fields.items())
                    name = code(cut(change.title or change.key))
                    rows.append(f"- ✏️ {singular} {name}{where}: {fields}\n")
    title = counted(count, "definition")
    return Block(f"\n<details><summary>{title}</summary>\n\n", rows, "\n</details>\n")


def _orphans(plan: Plan) -> Block:
    rows = [
        f"- {code(o.ref)} {inert(cut(o.title))}: {inert(cut(o.reason))}\n" for o in plan.orphans
    ]
    return Block("\n#### No longer in the file, left alone\n\n", rows)


def _unread(plan: Plan) -> Block:
    rows = [
        f"- {code(u.ref)} {inert(cut(u.title))}: {code(cut(u.place))}"
        f"{f'; to keep it: {code(cut(u.reading))} below `reading:`' if u.reading else ''}\n"
        for u in plan.unread
    ]
    return Block("\n#### No longer read as an item, left alone\n\n", rows)


def _findings(title: str, findings: Sequence[Finding]) -> Block:
    rows = [
        f"- {code(cut(f.ref or f.key))} {inert(cut(f.title))}: {inert(cut(f.reason))}"
        f"{'; ' * bool(f.hint)}{inert(cut(f.hint))}\n"
        for f in findings
    ]
    return Block(f"\n#### {title}\n\n", rows)


def _deferred(plan: Plan) -> Block:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in plan.deferred:
        groups[(each.reason, each.hint)].append(f"{each.kind.value.replace('_', ' ')} {each.key}")
    rows = []
    for (reason, hint), all_names in groups.items():
        names = ", ".join(inert(cut(name)) for name in all_names[:3])
        more = f" and {len(all_names) - 3} more" if len(all_names) > 3 else ""
        remedy = f" ({inert(cut(hint))})" if hint else ""
        rows.append(f"- {names}{more}: {inert(cut(reason))}{remedy}\n")
    return Block("\n#### Deferred\n\n", rows)


def _warnings(plan: Plan) -> Block:
    rows = []
    for warned in plan.warnings:
        where = "".join(
            f"{code(cut(str(part)))} " for part in (warned.place, warned.ref) if part is not None
        )
        rows.append(f"- {where}{inert(cut(warned.message))}\n")
    return Block("\n#### Warnings\n\n", rows)


def _settings_in_force(plan: Plan) -> Block:
    """The settings that change who is trusted or what is published."""
    rows = []
    for name, value in plan.in_force.items():
        members = ", ".join(inert(cut(each)) for each in value) if isinstance(value, list) else ""
        rows.append(f"- {code(name)}: {members or _value(value)}\n")
    return Block("\n#### Settings in force\n\n", rows)


def _value(value: JsonValue) -> str:
    """One value as a person writes it, in a cell."""
    match value:
        case None | "" | []:
            return "∅"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return number(value)
        case list():
            return inert(cut(", ".join(str(member) for member in value)))
        case _:
            return inert(cut(value))
