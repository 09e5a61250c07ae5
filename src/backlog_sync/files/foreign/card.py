"""One item per Markdown file, its fields in front matter: Backlog.md's tasks and their like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.keys import suggest_key
from backlog_sync.files.assemble import assemble
from backlog_sync.files.draft import Criterion, Draft, Findings
from backlog_sync.files.fill import Filler, Pair
from backlog_sync.files.foreign.join import CARD, is_epic_file, key_in_folder, numbered_file
from backlog_sync.files.inline import plain
from backlog_sync.files.markdown.lines import Kind, Line, scan_lines
from backlog_sync.files.node_values import short_title, text_of
from backlog_sync.files.parsed import LineNote, ParsedFile, Source
from backlog_sync.files.source import Lines
from backlog_sync.files.statuses import meanings
from backlog_sync.files.vocabulary import field_of, key_words, type_word
from backlog_sync.files.yaml.nodes import MapNode, Node, compose

_HASHED = re.compile(r"#\d{1,4}[ \t]+")
_LONGEST_FRONT = 20_000
_SECTIONS = ("description", "acceptance_criteria", "definition_of_done")


@dataclass(frozen=True, slots=True)
class CardAnchor:
    """Where the item stands: its front matter, and the box of each criterion."""

    node: MapNode
    boxes: tuple[int | None, ...]


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
    if faults or not isinstance(root, MapNode) or not _is_card(root, source.path):
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
    numbered = numbered_file(source.path) is not None
    usual = "epic" if is_epic_file(source.path) else "task" if parent or numbered else "story"
    kind = filler.kind_of(pairs, usual, loose=True)
    draft = Draft(kind, _heading(lines, kind) or short_title(text_of(title.value)), title.place)
    filler.name(draft, pairs)
    if draft.raw_id is None:
        draft.key = key_in_folder(source.file)
        draft.raw_id = draft.key
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


def _is_card(root: MapNode, path: str) -> bool:
    """Whether front matter is that of an item: an id, a title, a status that is one.

    In a file that is named `epic.md` or `001.md`, the name is the id.
    """
    names = {key_words(entry.key.value): entry.value for entry in root.entries}
    placed = is_epic_file(path) or numbered_file(path) is not None
    status, has_id = names.get("status"), placed or _text(names.get("id"))
    has_title = _text(names.get("title")) or (placed and _text(names.get("name")))
    if "backlog" in names or not has_id or not has_title or status is None:
        return False
    word = text_of(status)
    return bool(meanings(word))


def _heading(lines: tuple[Line, ...], kind: str) -> str:
    """The title that the file's own heading gives, where it begins with the item's type word.

    ccpm's `name:` is the folder's, in small letters; `# Epic: Boats` says how it is written.
    """
    first = next((line for line in lines if line.kind is Kind.HEADING), None)
    word, colon, title = plain(first.text).partition(":") if first is not None else ("", "", "")
    known = type_word(word) if colon else None
    return short_title(title) if known and known.kind == kind else ""


def _text(node: Node | None) -> str:
    return text_of(node) if node is not None else ""


def _sections(source: Source, lines: tuple[Line, ...], draft: Draft) -> tuple[int | None, ...]:
    """Read the criteria and the description below their headings; the boxes of the criteria."""
    checked: dict[str, list[Line]] = {}
    prose: list[str] = []
    for name, line in _lines_below(lines):
        if name != "description" and line.kind is Kind.LIST:
            checked.setdefault(name, []).append(line)
        elif name == "description" and line.kind is not Kind.COMMENT:
            prose.append(source.text[line.start : line.end])
    entries = [line for found in checked.values() for line in _entries(found)]
    boxes = _criteria(source, entries, draft)
    text = "\n".join(prose).strip()
    if text:
        draft.put("description", text, draft.place)
    return boxes


def _entries(lines: list[Line]) -> list[Line]:
    """The entries of a check list: its boxes, or its bullets where none has a box."""
    boxed = [line for line in lines if line.box is not None]
    return boxed or [line for line in lines if not line.indent]


def _criteria(source: Source, lines: list[Line], draft: Draft) -> tuple[int | None, ...]:
    """These lines as the criteria of a card that has no other."""
    if not lines:
        return ()
    places = [Place(source.path, line.row + 1) for line in lines]
    draft.places.setdefault("acceptance_criteria", places[0])
    if draft.criteria or "scenarios" in draft.fields:
        return ()
    draft.criteria = [
        Criterion(_HASHED.sub("", line.text, count=1) or line.text, line.ticked, line.box, place)
        for line, place in zip(lines, places, strict=True)
    ]
    return tuple(line.box for line in lines)


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
