"""Read a file that is a single item: its front matter holds title, status and the like.

A document with other front matter (a title, an owner, a level) is not an item: it needs an id and a
status, or a status and a planning field if no items are declared below.
"""

from bisect import bisect_right
from dataclasses import replace

from backlog_sync.core.keys import suggest_key
from backlog_sync.dataclass import dataclass
from backlog_sync.files.anchors import MetaLine, NodeAnchor
from backlog_sync.files.cards import is_epic_file, key_in_folder, numbered_file
from backlog_sync.files.fill import Pair
from backlog_sync.files.inline import plain
from backlog_sync.files.node_values import short_title, text_of
from backlog_sync.files.outline import Kind
from backlog_sync.files.parsed import ParsedItem
from backlog_sync.files.reading.choices import Choices
from backlog_sync.files.reading.drafts import MarkdownDraft
from backlog_sync.files.reading.front import FrontMatter
from backlog_sync.files.reading.gather import Gatherer
from backlog_sync.files.reading.metadata import Pair as MetaPair
from backlog_sync.files.reading.scope import Scope
from backlog_sync.files.reading.settle import key_elsewhere
from backlog_sync.files.statuses import meanings
from backlog_sync.files.values import parse_key
from backlog_sync.files.vocabulary import field_of, key_words, listed, type_word
from backlog_sync.files.yaml.nodes import MapNode, Scalar

_PLANNED = listed("card_evidence")


@dataclass(slots=True)
class Single:
    """The item that a whole file is; `card` is True if it has an id and contains no other items."""

    node: MapNode
    end: int
    card: bool
    parent: str | None = None


def single_item(front: FrontMatter, choices: Choices, path: str) -> Single | None:
    """Return the item that a whole file is, or None; nothing else in the file is an item then.

    In a file that is named `epic.md` or `001.md`, the name is the id.
    """
    node = front.fields
    if node is None:
        return None
    texts = {key_words(entry.key.value): text_of(entry.value) for entry in node.entries}
    known = {field_of(name) for name in texts}
    status = next((text for name, text in texts.items() if field_of(name) == "status"), None)
    placed = is_epic_file(path) or numbered_file(path) is not None
    named = any(text and "title" in name.split() for name, text in texts.items())
    if not (named or (placed and texts.get("name"))) or status is None:
        return None
    ided = any(text and "id" in name.split() for name, text in texts.items())
    card = (placed or ided) and bool(meanings(texts.get("status", "")))
    if not card and not (known & _PLANNED and _declares_none(choices)):
        return None
    for row in choices.sections.items:
        choices.sections.refused[row] = "the whole file is one item"
    choices.sections.items.clear()
    choices.sections.containers.clear()
    if card:
        choices.listed.items.clear()
        choices.tables.items.clear()
        choices.planned.clear()
    return Single(node, front.end, card)


def _declares_none(choices: Choices) -> bool:
    """Return whether no heading or list entry of the file declares an item."""
    headings, entries = choices.sections.items.values(), choices.listed.items.values()
    return all(typed.word.weak for typed in headings) and all(typed.sentence for typed in entries)


def open_single(walk: Gatherer, single: Single) -> MarkdownDraft:
    """Open a file that is a single item: everything below belongs to it."""
    record = walk.record
    filler, lines = record.filler, record.lines
    starts = [line.start for line in lines[: single.end]]
    rows = [bisect_right(starts, entry.key.start) - 1 for entry in single.node.entries]
    pairs = [
        Pair(entry.key.value, entry.value, record.place(lines[row], entry.key.start))
        for entry, row in zip(single.node.entries, rows, strict=True)
    ]
    title = filler.title_of(pairs, "story")
    assert title is not None
    held = any(field_of(pair.key) == "parent" and text_of(pair.value) for pair in pairs)
    path = record.path
    task = held or (single.card and numbered_file(path) is not None)
    usual = "epic" if single.card and is_epic_file(path) else "task" if task else "story"
    kind = filler.kind_of(pairs, usual, loose=True)
    name = _heading(walk, kind) or short_title(text_of(title.value))
    draft = walk.add(kind, None, name, lines[0], lines[0].start, None, Scope(), -1)
    filler.name(draft, pairs)
    if not single.card:
        draft.key, draft.raw_id = parse_key(draft.raw_id or ""), None
    elif draft.raw_id is None:
        draft.raw_id = key_in_folder(record.file)
    filler.fill(draft, pairs, title)
    draft.front = single.end
    draft.meta += [_meta(record.text, pair, row) for pair, row in zip(pairs, rows, strict=True)]
    if single.card:
        walk.whole = draft
        above = (ref.word for ref in draft.parents if ref.kind != "group")
        single.parent = next((suggest_key(word) for word in above), None)
    draft.parents = []
    return draft


def _heading(walk: Gatherer, kind: str) -> str:
    """Return the title in the file's first heading if it begins with the item's type word.

    In ccpm, `name:` is that of the folder, in lower case; `# Epic: Boats` has the proper spelling.
    """
    first = next((line for line in walk.record.lines if line.kind is Kind.HEADING), None)
    word, colon, title = plain(first.text).partition(":") if first is not None else ("", "", "")
    known = type_word(word) if colon else None
    return short_title(title) if known and known.kind == kind else ""


def _meta(text: str, pair: Pair, row: int) -> MetaLine:
    """Return a key of front matter as a line of metadata for the writer."""
    node = pair.value
    value = node.value if isinstance(node, Scalar) else text[node.start : node.end].strip("[]")
    meta = MetaPair(pair.key, field_of(pair.key), value, node.start, node.end, "", ": ")
    return MetaLine(meta, row)


def card_key(word: str) -> str | None:
    """Return the key of another card: such files may have ids of any form."""
    id_like = any(char.isdigit() for char in word) and " " not in word
    return key_elsewhere(word) or (suggest_key(word) if id_like else None)


def as_card(item: ParsedItem, single: Single) -> ParsedItem:
    """Return the item of a file without other items, written back through its front matter."""
    boxes = getattr(item.anchor, "boxes", ())
    return replace(item, anchor=NodeAnchor(single.node, boxes), parent_key=single.parent)
