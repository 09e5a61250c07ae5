"""Progress into files that were not written for us: their keys, their words, only those bytes."""

from collections.abc import Iterator, Mapping, Sequence

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.errors import FailedError
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.foreign.card import CardAnchor, parse_card
from backlog_sync.files.foreign.csv import CSV, RowAnchor, Table, agrees, column_of, parse_csv
from backlog_sync.files.foreign.csv import read_table as table_of
from backlog_sync.files.foreign.join import CARD
from backlog_sync.files.foreign.line_write import org_edits, todo_edits
from backlog_sync.files.foreign.org import ORG, OrgAnchor, parse_org
from backlog_sync.files.foreign.status import StatusAnchor
from backlog_sync.files.foreign.structured import JSON_LINES, parse_structured
from backlog_sync.files.foreign.todotxt import TODO_TXT, TodoAnchor, parse_todo_txt
from backlog_sync.files.foreign.tree import TreeAnchor
from backlog_sync.files.node_values import is_ticked, text_of
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.source import encode, source_of
from backlog_sync.files.statuses import is_plain_status, meanings, same_status
from backlog_sync.files.vocabulary import field_of
from backlog_sync.files.yaml.edit import Edit, Editor, Setting, apply_edits, scalar_text
from backlog_sync.files.yaml.nodes import Entry, ListNode, MapNode, Scalar
from backlog_sync.files.yaml.write import same_issue

_WRITTEN = {"issue", "status", "acceptance_criteria"}
_FALLBACK = {"todo": "todo", "progress": "in-progress", "done": "done", "cancelled": "cancelled"}
"""Statuses for a file that has none yet to learn its spelling from."""


def write_foreign(parsed: ParsedFile, updates: Mapping[int, ItemProgress]) -> str:
    """The text of a foreign file with progress written in; keys are positions of items.

    Issue numbers, statuses in the file's own spelling, ticks where a criterion has a box of its
    own. Items that the file only names have no place for it and are passed over. Raises
    FailedError where the result would not read as the same items.
    """
    match parsed.dialect:
        case "tree":
            text = _write_tree(parsed, updates)
        case "csv":
            text = _write_csv(parsed, updates)
        case "card":
            text = _write_card(parsed, updates)
        case "org" | "todo.txt":
            text = _write_lines(parsed, updates)
        case _:
            text = _write_statuses(parsed, updates)
    if text != parsed.source.text:
        _check(parsed, text, updates)
    return text


# ---- words ---------------------------------------------------------------------------------


def _status(parsed: ParsedFile, document: ItemDocument, progress: ItemProgress) -> str | None:
    """The status to write, in the file's own spelling; None where it says the same."""
    wanted = _wanted(document, progress)
    return None if wanted is None else _spelled(parsed.items, wanted)


def _wanted(document: ItemDocument, progress: ItemProgress) -> str | None:
    """The status that an item does not say yet."""
    wanted, said = progress.status, document.status
    if wanted is None:
        return None
    if said is None and (progress.initial or "status" in document.model_fields_set):
        return None
    return None if said is not None and same_status(said, wanted) else wanted


def _spelled(items: Sequence[ParsedItem], wanted: str) -> str:
    """How a file spells a status: as it does elsewhere, else in the case of its others."""
    meant = meanings(wanted)
    said = [each.document.status for each in items if each.document.status]
    for word in filter(is_plain_status, said):
        if meanings(word) == meant or (len(meant) == 1 and meant <= meanings(word)):
            return word
    if said and all(word == word.lower() for word in said):
        for meaning in ("done", "cancelled", "progress", "todo"):
            if meaning in meant:
                joint = "_" if any("_" in word for word in said) else "-"
                return _FALLBACK[meaning].replace("-", joint)
    return wanted


def _issue(document: ItemDocument, issue: IssueRef | None) -> str | None:
    """The issue to write, None where the file names it already."""
    if issue is None or same_issue(document.issue, issue):
        return None
    if issue.repository is None and not issue.sandbox:
        return str(issue.number)
    return str(issue)


# ---- YAML and JSON -------------------------------------------------------------------------


def _write_tree(parsed: ParsedFile, updates: Mapping[int, ItemProgress]) -> str:
    editor = Editor(parsed.source.text)
    json_file = parsed.source.path.lower().endswith((".json", *JSON_LINES))
    for index, progress in updates.items():
        item = parsed.items[index]
        node = item.anchor.node if isinstance(item.anchor, TreeAnchor) else None
        if isinstance(node, Scalar):
            settings = _text_settings(parsed, item.document, progress)
            if settings:
                editor.to_mapping(node, "title", settings, quote=json_file)
        elif node is not None:
            editor.set_keys(node, _settings(parsed, item.document, node, progress))
            for entry in node.entries:
                if field_of(entry.key.value) == "acceptance_criteria" and entry.own:
                    _tick(editor, entry, item.document, progress.ticks)
    return editor.result() if editor.edits else parsed.source.text


def _text_settings(
    parsed: ParsedFile, document: ItemDocument, progress: ItemProgress
) -> list[Setting]:
    """An item that is only a text becomes a mapping, to hold its issue."""
    issue, status = _issue(document, progress.issue), _status(parsed, document, progress)
    settings = [] if issue is None else [Setting(("issue",), issue, bare=issue.isdecimal())]
    return [*settings, Setting(("status",), status)] if status else settings


def _settings(
    parsed: ParsedFile, document: ItemDocument, node: MapNode, progress: ItemProgress
) -> list[Setting]:
    settings = []
    issue = _issue(document, progress.issue)
    if issue is not None:
        names = [*_keys(node, "issue"), "issue"]
        settings.append(Setting((names[0],), issue, bare=issue.isdecimal()))
    status = _status(parsed, document, progress)
    if status is None:
        return settings
    by_word, by_box = _keys(node, "status"), _keys(node, "done")
    if by_word or not by_box:
        settings.append(Setting((by_word[0] if by_word else "status",), status))
    else:
        done = "done" in meanings(status)
        settings.append(Setting((by_box[0],), "true" if done else "false", bare=True))
    return settings


def _keys(node: MapNode, field: str) -> list[str]:
    """The keys by which a mapping says a field, those with a plain value."""
    return [
        entry.key.value for entry in node.entries
        if entry.own and isinstance(entry.value, Scalar) and field_of(entry.key.value) == field
        and (field != "issue" or text_of(entry.value))
    ]  # fmt: skip


def _tick(editor: Editor, entry: Entry, document: ItemDocument, ticks: Mapping[int, bool]) -> None:
    """Set the boxes of criteria that have one: a key such as `done`, or `[ ]` before the text."""
    criteria = document.acceptance_criteria or ()
    nodes = entry.value.items if isinstance(entry.value, ListNode) else ()
    if len(nodes) != len(criteria) or entry.value.shared:
        return
    for index, done in ticks.items():
        if not 0 <= index < len(nodes) or criteria[index].done == done:
            continue
        box = nodes[index]
        if isinstance(box, MapNode) and not box.shared and is_ticked(box) != done:
            for name in _keys(box, "done"):
                editor.set_keys(box, [Setting((name,), "true" if done else "false", bare=True)])
                break
        elif isinstance(box, Scalar) and not box.shared:
            at = editor.text.find("[", box.start, box.start + 3)
            if at >= 0 and editor.text[at + 2 : at + 3] == "]":
                editor.replace(at + 1, at + 2, "x" if done else " ")


def _write_card(parsed: ParsedFile, updates: Mapping[int, ItemProgress]) -> str:
    """Fields of the front matter, and boxes of criteria."""
    editor = Editor(parsed.source.text)
    for index, progress in updates.items():
        item = parsed.items[index]
        assert isinstance(item.anchor, CardAnchor)
        node = item.anchor.node
        editor.set_keys(node, _settings(parsed, item.document, node, progress))
        for entry, done in progress.ticks.items():
            box = item.anchor.boxes[entry] if entry < len(item.anchor.boxes) else None
            if box is not None and (editor.text[box] != " ") is not done:
                editor.replace(box, box + 1, "x" if done else " ")
    return editor.result() if editor.edits else parsed.source.text


# ---- Org and todo.txt ----------------------------------------------------------------------


def _write_lines(parsed: ParsedFile, updates: Mapping[int, ItemProgress]) -> str:
    """Keywords, properties and boxes of Org; signs and pairs of todo.txt."""
    text = parsed.source.text
    edits: list[Edit] = []
    for index, progress in updates.items():
        item = parsed.items[index]
        status = _wanted(item.document, progress)
        issue = _issue(item.document, progress.issue)
        if isinstance(item.anchor, TodoAnchor):
            edits += todo_edits(text, item.anchor, status, issue)
        elif isinstance(item.anchor, OrgAnchor):
            edits += org_edits(text, item.anchor, status, issue, progress.ticks)
    return apply_edits(text, edits)


# ---- statuses ------------------------------------------------------------------------------


def _write_statuses(parsed: ParsedFile, updates: Mapping[int, ItemProgress]) -> str:
    """Statuses only: such a file has no place for issues."""
    editor = Editor(parsed.source.text)
    for index, progress in updates.items():
        item = parsed.items[index]
        assert isinstance(item.anchor, StatusAnchor)
        status, node = _status(parsed, item.document, progress), item.anchor.node
        if status is not None and node.end > node.start:
            editor.replace(node.start, node.end, scalar_text(status, node.style))
    return editor.result()


# ---- tables --------------------------------------------------------------------------------


def _write_csv(parsed: ParsedFile, updates: Mapping[int, ItemProgress]) -> str:
    text = parsed.source.text
    table = table_of(text)
    if isinstance(table, str) or not agrees(text, table):
        raise _refused(parsed, "its quotes can be read in more than one way")
    edits: list[Edit] = []
    status_at, issue_at = column_of(table, "status"), column_of(table, "issue")
    issues: dict[int, str] = {}
    for index, progress in updates.items():
        item = parsed.items[index]
        if not isinstance(item.anchor, RowAnchor):
            continue
        row = table.rows[item.anchor.row]
        status = _status(parsed, item.document, progress)
        if status is not None and status_at is not None and status_at < len(row.cells):
            cell = row.cells[status_at]
            edits.append(
                Edit(cell.start, cell.end, _quoted(status, table, text[cell.start : cell.end]))
            )
        issue = _issue(item.document, progress.issue)
        if issue is not None:
            issues[item.anchor.row] = issue
    if issues and issue_at is None and _overflows(table):
        raise _refused(parsed, "a row has more cells than the header")
    if issues:
        edits += _issue_edits(text, table, issue_at, issues)
    return apply_edits(text, edits)


def _overflows(table: Table) -> bool:
    """Whether something stands where a new column would."""
    width = len(table.names)
    rows = table.rows[table.header + 1 :]
    return any(cell.text.strip() for row in rows for cell in row.cells[width : width + 1])


def _issue_edits(
    text: str, table: Table, column: int | None, issues: Mapping[int, str]
) -> Iterator[Edit]:
    """Fill the column of issues; where there is none, add one at the end of every row."""
    if column is not None:
        for number, issue in issues.items():
            row = table.rows[number]
            if column < len(row.cells):
                cell = row.cells[column]
                yield Edit(cell.start, cell.end, _quoted(issue, table, text[cell.start : cell.end]))
            else:
                gap = table.delimiter * (column - len(row.cells) + 1)
                yield Edit(row.end, row.end, gap + _quoted(issue, table, ""))
        return
    width = len(table.rows[table.header].cells)
    for number, row in enumerate(table.rows):
        blank = len(row.cells) == 1 and not row.cells[0].text
        if number < table.header or blank:
            continue
        told = "Issue" if number == table.header else _quoted(issues.get(number, ""), table, "")
        if len(row.cells) > width:
            cell = row.cells[width]
            yield Edit(cell.start, cell.end, told)
            continue
        gap = table.delimiter * (width - len(row.cells) + 1)
        yield Edit(row.end, row.end, gap + told)


def _quoted(value: str, table: Table, before: str) -> str:
    """A cell as its neighbours are written: in quotes where it must be, or where it was."""
    if before.startswith('"') or any(sign in value for sign in (table.delimiter, '"', "\n", "\r")):
        return '"' + value.replace('"', '""') + '"'
    return value


# ---- proof ---------------------------------------------------------------------------------


def _check(parsed: ParsedFile, text: str, updates: Mapping[int, ItemProgress]) -> None:
    """See that the new text reads as the same items. Raises FailedError where it does not.

    What other files say of the items is in neither reading.
    """
    source = parsed.source
    again = source_of(encode(source, text), source.file, source.path)
    if hasattr(again, "slug"):
        raise _refused(parsed, "the result would be no text")
    readers = {CSV: parse_csv, CARD: parse_card, ORG: parse_org, TODO_TXT: parse_todo_txt}
    reader = readers.get(parsed.dialect, parse_structured)
    before, read = reader(source), reader(again)
    if read is None or len(read.items) != len(parsed.items) or read.dialect != parsed.dialect:
        raise _refused(parsed, "the result would hold other items")
    assert before is not None
    for index, (old, new) in enumerate(zip(before.items, read.items, strict=True)):
        skipped = _WRITTEN if index in updates else set()
        same = old.document.model_dump(exclude=skipped) == new.document.model_dump(exclude=skipped)
        if not same or (old.kind, old.parent) != (new.kind, new.parent):
            raise _refused(parsed, f"'{old.document.title[:60]}' would say something else")


def _refused(parsed: ParsedFile, why: str) -> FailedError:
    return FailedError(
        f"{parsed.source.path}: progress cannot be written into this file: {why}",
        slug="write-back",
        hint=f"make a backlog of it with 'backlog init --from {parsed.source.path}'",
    )
