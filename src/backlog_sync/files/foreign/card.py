"""One item per Markdown file, its fields in front matter: Backlog.md's tasks and their like."""

import re
from collections.abc import Iterator
from dataclasses import replace

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.keys import suggest_key
from backlog_sync.files.anchors import CardAnchor
from backlog_sync.files.assemble import assemble
from backlog_sync.files.draft import Criterion, Draft, Findings
from backlog_sync.files.fill import Filler, Pair
from backlog_sync.files.inline import plain
from backlog_sync.files.node_values import short_title, text_of
from backlog_sync.files.parsed import LineNote, ParsedFile, Source
from backlog_sync.files.source import Lines
from backlog_sync.files.statuses import meanings
from backlog_sync.files.syntax.markdown import Kind, Line, scan_lines
from backlog_sync.files.vocabulary import field_of, key_words
from backlog_sync.files.yaml.nodes import MapNode, Node, compose

CARD = "card"
"""The dialect of a file that is one item."""

_HASHED = re.compile(r"#\d{1,4}[ \t]+")
_LONGEST_FRONT = 20_000
_SECTIONS = ("description", "acceptance_criteria", "definition_of_done")


def parse_card(source: Source) -> ParsedFile | None:
    """Read a file that is one item; None where it is another one.

    Its front matter has an id, a title and a status that a plan knows, and no settings of ours.
    The section of acceptance criteria gives the check list, that of the description the text.
    Raises nothing.
    """
    if not source.text.startswith("---"):
        return None
    lines = scan_lines(source.text)
    front = [line for line in lines if line.kind is Kind.FRONT]
    if not front or front[-1].start > _LONGEST_FRONT:
        return None
    root, faults = compose(source.text[: front[-1].start], source.path)
    if faults or not isinstance(root, MapNode) or not _is_card(root):
        return None
    findings = Findings(source.path)
    filler = Filler(findings)
    places = Lines(source.text)
    pairs = [
        Pair(entry.key.value, entry.value, places.place(source.path, entry.key.start))
        for entry in root.entries
    ]
    title = filler.title_of(pairs, "story")
    assert title is not None
    parent = any(field_of(pair.key) == "parent" and text_of(pair.value) for pair in pairs)
    kind = filler.kind_of(pairs, "task" if parent else "story", loose=True)
    draft = Draft(kind, short_title(text_of(title.value)), title.place)
    filler.name(draft, pairs)
    filler.fill(draft, pairs, title)
    filler.efforts.settle(findings)
    boxes = _sections(source, lines, draft)
    draft.anchor = CardAnchor(root, boxes)
    links = [suggest_key(ref.word) or ref.word for ref in draft.depends or ()]
    above = next((suggest_key(ref.word) for ref in draft.parents if ref.kind != "group"), None)
    if draft.depends is not None:
        draft.fields["depends_on"] = links
    draft.depends, draft.parents = None, []
    item = assemble([draft], findings).items[0]
    notes = (*findings.notes, *(LineNote(line.row + 1, "front-matter", item=0) for line in front))
    return ParsedFile(
        source,
        items=(replace(item, parent_key=above),),
        diagnostics=findings.diagnostics(),
        notes=tuple(sorted(notes, key=lambda note: note.line)),
        dialect=CARD,
    )


def _is_card(root: MapNode) -> bool:
    """Whether front matter is that of an item: an id, a title, a status that is one."""
    names = {key_words(entry.key.value): entry.value for entry in root.entries}
    status, has_id = names.get("status"), _text(names.get("id"))
    if "backlog" in names or not has_id or not _text(names.get("title")) or status is None:
        return False
    word = text_of(status)
    return bool(meanings(word))


def _text(node: Node | None) -> str:
    return text_of(node) if node is not None else ""


def _sections(source: Source, lines: tuple[Line, ...], draft: Draft) -> tuple[int | None, ...]:
    """Read the criteria and the description below their headings; the boxes of the criteria."""
    boxes: list[int | None] = []
    criteria: list[Criterion] = []
    prose: list[str] = []
    for name, line in _lines_below(lines):
        if name in ("acceptance_criteria", "definition_of_done") and line.kind is Kind.LIST:
            if line.box is None:
                continue
            place = Place(source.path, line.row + 1)
            draft.places.setdefault("acceptance_criteria", place)
            text = _HASHED.sub("", line.text, count=1) or line.text
            criteria.append(Criterion(text, line.ticked, line.box, place))
            boxes.append(line.box)
        elif name == "description" and line.kind is not Kind.COMMENT:
            prose.append(source.text[line.start : line.end])
    if criteria and not draft.criteria and "scenarios" not in draft.fields:
        draft.criteria = criteria
    else:
        boxes = []
    text = "\n".join(prose).strip()
    if text:
        draft.put("description", text, draft.place)
    return tuple(boxes)


def _lines_below(lines: tuple[Line, ...]) -> Iterator[tuple[str, Line]]:
    """Each line with the field that the heading above it names."""
    name = ""
    level = 0
    for line in lines:
        if line.kind is Kind.HEADING:
            if not name or line.level <= level:
                known = field_of(plain(line.text)) or ""
                name, level = known if known in _SECTIONS else "", line.level
            continue
        if name:
            yield name, line
