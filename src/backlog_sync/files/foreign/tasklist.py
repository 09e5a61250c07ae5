"""Numbered task lists of spec tools: Kiro's `- [ ] 1.` over `- [ ] 1.1`, OpenSpec's `## 1.`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from backlog_sync.core.diagnostics import Place
from backlog_sync.files.anchors import Anchor, MetaLine
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.inline import plain
from backlog_sync.files.node_values import short_title
from backlog_sync.files.parsed import LineNote, ParsedFile, ParsedItem, Source
from backlog_sync.files.reading.front import front_matter
from backlog_sync.files.reading.metadata import parse_pairs
from backlog_sync.files.syntax.markdown import SILENT, Kind, Line, scan_lines
from backlog_sync.files.values import parse_issue, without_issue

RULE = "numbered-tasks"
"""What `lint --explain` calls this rule."""

_NUMBERED = re.compile(r"(\d{1,4}(?:\.\d{1,4}){0,3})[.)]?[ \t]+(?=\S)")
_ENOUGH = 3
_OURS = ("issue", "status", "progress")


@dataclass(slots=True, eq=False)
class _Task:
    """A numbered line: where it stands, and the lines that belong to it."""

    number: str
    line: Line
    title: str
    below: list[Line] = field(default_factory=list)


def parse_task_list(source: Source) -> ParsedFile | None:
    """Read a numbered task list; None where the file is another one.

    Numbers of one part (headings or check boxes) are epics, longer numbers tasks below them; an
    asterisk behind a box makes a task optional. Lines below a task are its description. Raises
    nothing.
    """
    if "[" not in source.text:
        return None
    lines = scan_lines(source.text)
    tasks = _tasks(lines)
    if tasks is None:
        return None
    _gather(lines, tasks)
    index = {task.number: at for at, task in enumerate(tasks)}
    items, notes = [], []
    for at, task in enumerate(tasks):
        items.append(_item(source, lines, task, _parent(task.number, index)))
        notes.append(LineNote(task.line.row + 1, RULE, item=at))
        notes += [LineNote(line.row + 1, RULE, item=at, reason="text") for line in task.below]
    taken = {note.line for note in notes}
    notes += [
        LineNote(line.row + 1, "skipped", reason="no numbered task")
        for line in lines
        if line.kind is not Kind.BLANK and line.row + 1 not in taken
    ]
    front = front_matter(source, lines)
    return ParsedFile(
        source,
        items=tuple(items),
        settings=front.settings,
        settings_places=front.places,
        diagnostics=front.diagnostics,
        notes=tuple(sorted(notes, key=lambda note: note.line)),
    )


def _tasks(lines: Sequence[Line]) -> list[_Task] | None:
    """The numbered lines, where they are what the file's check boxes are."""
    found: dict[str, _Task] = {}
    boxes = numbered = 0
    for line in lines:
        if line.kind is Kind.LIST and line.box is not None and line.indent == 0:
            boxes += 1
        if line.kind not in (Kind.LIST, Kind.HEADING) or (
            line.kind is Kind.LIST and line.box is None
        ):
            continue
        match = _NUMBERED.match(line.text)
        if match is None:
            continue
        number = match[1]
        if line.kind is Kind.HEADING and "." in number:
            return None
        if number in found:
            return None
        numbered += line.kind is Kind.LIST and line.indent == 0
        found[number] = _Task(number, line, plain(line.text[match.end() :]))
    deep = [task for task in found.values() if "." in task.number]
    held = [task for task in deep if task.number.partition(".")[0] in found]
    all_boxes = all(task.line.kind is Kind.LIST for task in deep)
    if len(held) < _ENOUGH or len(held) < len(deep) or not all_boxes or numbered * 4 < boxes * 3:
        return None
    return list(found.values())


def _gather(lines: Sequence[Line], tasks: Sequence[_Task]) -> None:
    """Give each task the lines that are indented below it."""
    by_row = {task.line.row: task for task in tasks}
    current: _Task | None = None
    for line in lines:
        if line.row in by_row:
            current = by_row[line.row]
            continue
        if line.kind is Kind.BLANK:
            continue
        if line.kind is Kind.HEADING or line.kind in SILENT or current is None:
            current = None if line.kind is Kind.HEADING else current
            continue
        if current.line.kind is Kind.LIST:
            inside = line.indent > current.line.indent
        else:
            inside = line.kind is Kind.TEXT
        if inside:
            current.below.append(line)
        else:
            current = None


def _parent(number: str, index: dict[str, int]) -> int | None:
    """The nearest shorter number that is a task."""
    at = number.rpartition(".")[0]
    while at:
        if at in index:
            return index[at]
        at = at.rpartition(".")[0]
    return None


def _item(source: Source, lines: tuple[Line, ...], task: _Task, parent: int | None) -> ParsedItem:
    line = task.line
    kind = "task" if "." in task.number else "epic"
    place = Place(source.path, line.row + 1, line.at - line.start + 1)
    whole, issue = without_issue(task.title)
    title = short_title(whole)
    fields: dict[str, object] = {"id": f"{kind}-{task.number}", "title": title}
    if issue:
        fields["issue"] = issue
    places = {"title": place, "id": place}
    told: list[str] = [whole] if len(whole) > len(title) else []
    meta: list[MetaLine] = []
    for below in task.below:
        pairs = [
            pair for pair in parse_pairs(source.text, below, plain_keys=True) if pair.field in _OURS
        ]
        meta += [MetaLine(pair, below.row) for pair in pairs]
        for pair in pairs:
            if pair.field == "issue" and (named := parse_issue(pair.value)):
                fields["issue"] = str(named)
            elif pair.field == "status" and pair.value.strip():
                fields["status"] = plain(pair.value)
        if not pairs:
            told.append(f"- {below.text}" if below.kind is Kind.LIST else below.text)
    if told:
        fields["description"] = "\n".join(told)
    if line.box is not None:
        fields.setdefault("status", "Done" if line.ticked else "Todo")
        if source.text.startswith("*", line.box + 2):
            fields["labels"] = ["optional"]
    anchor = Anchor(
        lines=lines,
        title=line.row,
        list_=line.kind is Kind.LIST,
        content=line.content,
        meta=tuple(meta),
        boxes=(),
        box=line.box,
        simple=line.box is not None,
    )
    document = ItemDocument.model_validate(fields)
    return ParsedItem(document, kind, place, parent=parent, places=places, anchor=anchor)
