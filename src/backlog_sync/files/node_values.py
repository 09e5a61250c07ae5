"""Parse the values of nodes in structured files: texts, words, names, check lists, risks."""

import re
from collections.abc import Iterable, Iterator

from backlog_sync.core.checkboxes import IN_VALUE
from backlog_sync.core.checkboxes import is_ticked as is_ticked_box
from backlog_sync.dataclass import dataclass
from backlog_sync.files.draft import Criterion
from backlog_sync.files.names import parse_names
from backlog_sync.files.scenario import begins_scenario, continues_scenario, names_scenario
from backlog_sync.files.statuses import meanings
from backlog_sync.files.values import is_empty
from backlog_sync.files.vocabulary import field_of, is_yes, key_words, risk_column
from backlog_sync.files.yaml.nodes import ListNode, MapNode, Node, Scalar

LONGEST_TITLE = 240
"""Characters of a title made from a longer text; GitHub accepts 256."""

_BULLET = re.compile(r"\s*(?:[-*+•·▪✓☐☑–]|\d{1,3}[.)])\s+")
_BREAK = re.compile(r"<br ?/?>")
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s")
_NEXT_SENTENCE = re.compile(r"(?<=[^\W\d_]{3}[.!?])[ ]+(?=[^\W\d_a-zа-яё])|(?<=[。！？])")
"""The end of a sentence: after a word, unlike in `e.g.`, and before a capital letter."""
_SHORT_ENOUGH = 20
"""Characters; a shorter first sentence says too little to be a title by itself: `TODO. …`."""
_HEADING = re.compile(r"\s*#{1,6}\s+")
_HASHED = re.compile(r"#\d{1,4}\s+(?=\S)")
_DONE = ("done", "completed", "complete", "met", "checked", "passed", "passes", "status", "state")
_NAMED = ("text", "description", "criterion", "title", "name", "criteria", "value", "condition",
          "statement", "summary", "requirement", "desc", "content", "then")  # fmt: skip
_NAMES = ("name", "title", "value", "key", "display name", "login", "id")
"""Keys of mappings that contain a single word: `status: {name: Done}`."""
_TARGETS = ("depends on id", "depends on", "target id", "target")
"""Keys of mappings that link two items: how one item refers to the other."""
_RELATED = ("related", "relates to", "discovered from", "duplicates", "duplicate")
_IDS = ("id", "key", "number", "task", "story", "name", "title", "login")


def text_of(node: Node) -> str:
    """Return a node's text; empty if it is null or not a scalar."""
    if isinstance(node, Scalar):
        return "" if node.is_null else node.value.strip()
    if isinstance(node, ListNode) and all(isinstance(each, Scalar) for each in node.items):
        return "\n".join(text for each in node.items if (text := text_of(each)))
    return ""


def has_value(value: Node) -> bool:
    """Return whether a value is not empty: `""`, `[]`, `{}` and `null` do not."""
    match value:
        case Scalar():
            return not value.is_null and bool(value.value.strip())
        case ListNode():
            return bool(value.items)
        case MapNode():
            return bool(value.entries)


def word_of(node: Node) -> str:
    """Return a single word, also from a mapping with one: `{name: Done}`."""
    return _named(node, _NAMES) if isinstance(node, MapNode) else text_of(node)


def _named(node: MapNode, names: Iterable[str]) -> str:
    by_name = {key_words(entry.key.value): entry.value for entry in node.entries}
    return next((text for name in names if name in by_name and (text := text_of(by_name[name]))),
                "")  # fmt: skip


def entries_of(node: Node) -> list[str]:
    """Return the texts of a list, one per entry (mappings: their ids); a text is one entry."""
    if isinstance(node, ListNode):
        return [text for each in node.items for text in entries_of(each)]
    text = _named(node, _IDS) if isinstance(node, MapNode) else text_of(node)
    return [text] if text and not is_empty(text) else []


@dataclass(frozen=True, slots=True)
class Link:
    """Another item in a list of dependencies: a blocker, a parent, or neither."""

    word: str
    blocks: bool = True
    parent: bool = False


def links_of(node: Node) -> list[Link]:
    """Return the entries of a list of dependencies; mappings may have a type.

    `{depends_on_id: a-1, type: parent-child}` is a parent; related items are neither.
    """
    if isinstance(node, ListNode):
        return [link for each in node.items for link in links_of(each)]
    if isinstance(node, MapNode) and (word := _named(node, _TARGETS)):
        sort = key_words(_named(node, ("type", "kind", "relation")))
        above = sort in ("parent child", "parent", "child of")
        return [Link(word, not above and sort not in _RELATED, above)]
    return [Link(word) for word in entries_of(node)]


def names_of(node: Node) -> list[str]:
    """Return labels or people: entries of a list, or names in a text."""
    if isinstance(node, Scalar):
        return list(parse_names(text_of(node)))
    words = map(word_of, node.items if isinstance(node, ListNode) else (node,))
    return [word for word in words if word]


# ---- check lists ---------------------------------------------------------------------------


def criteria_of(node: Node) -> Iterator[Criterion]:
    """Yield the entries of a check list: a list, lines of a text, a mapping of lists, scenarios."""
    match node:
        case ListNode():
            for each in node.items:
                yield from _criterion(each)
        case MapNode() if _steps(node):
            yield from _criterion(node)
        case MapNode():
            for entry in node.entries:
                if isinstance(entry.value, ListNode | MapNode):
                    yield from criteria_of(entry.value)
        case Scalar():
            for line in _scenarios(_lines(text_of(node))):
                yield _boxed(line)


_APART = re.compile(r"(?:`[^`]*`|\([^()]*\)|[^;])+")
"""The text between semicolons; those in code and in brackets do not separate."""


def _scenarios(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a text; the name and steps of a scenario (`Given …`) are one line."""
    open_: list[str] = []
    for line in lines:
        step = line.strip()
        named = bool(open_) and names_scenario(open_[-1])
        if open_ and (continues_scenario(step) or (named and begins_scenario(step))):
            open_.append(step)
            continue
        if open_:
            yield " ".join(open_)
        open_ = [step] if begins_scenario(step) or names_scenario(step) else []
        if not open_:
            yield line
    if open_:
        yield " ".join(open_)


def _lines(text: str) -> Iterable[str]:
    lines = [line for line in _BREAK.sub("\n", text).splitlines() if line.strip()]
    if len(lines) == 1:
        lines = [part for part in _APART.findall(lines[0].replace(" • ", "; ")) if part.strip()]
    return lines


def without_hash(text: str) -> str:
    """Return the text of a criterion without the number that some tools keep: `#1 It floats`."""
    return _HASHED.sub("", text, count=1)


def _boxed(line: str) -> Criterion:
    plain = _BULLET.sub("", line.strip(), count=1) if _BULLET.match(line) else line.strip()
    box = IN_VALUE.match(plain)
    if box:
        return Criterion(without_hash(plain[box.end() :]), is_ticked_box(box))
    return Criterion(plain)


def _criterion(node: Node) -> Iterator[Criterion]:
    if isinstance(node, Scalar):
        if text_of(node):
            yield _boxed(" ".join(text_of(node).split()))
        return
    if isinstance(node, ListNode):
        for each in node.items:
            yield from _criterion(each)
        return
    text = _steps(node) or _named(node, _NAMED)
    if not text and len(node.entries) == 1:
        entry = node.entries[0]
        text = f"{entry.key.value}: {text_of(entry.value)}" if text_of(entry.value) else ""
    if text:
        yield Criterion(" ".join(text.split()), is_ticked(node))


def is_ticked(node: MapNode) -> bool:
    """Return whether a criterion that is a mapping is marked as done."""
    for entry in node.entries:
        if key_words(entry.key.value) in _DONE:
            text = text_of(entry.value)
            return is_yes(text) or "done" in meanings(text)
    return False


def _steps(node: MapNode) -> str:
    """Return `Given …, when …, then …` from the three keys of a scenario."""
    by_name = {key_words(entry.key.value): entry.value for entry in node.entries}
    parts = []
    for word in ("given", "when", "then"):
        if word in by_name and (text := _joined(by_name[word])):
            parts.append(f"{word} {text}")
    if len(parts) < 2:
        return ""
    sentence = ", ".join(parts)
    return sentence[0].upper() + sentence[1:]


def _joined(node: Node) -> str:
    if isinstance(node, ListNode):
        return " and ".join(text for each in node.items if (text := text_of(each)))
    return text_of(node)


# ---- risks ---------------------------------------------------------------------------------


def risks_of(node: Node) -> list[dict[str, object]]:
    """Return the risks of a list, or the one of a text; entries are texts or mappings."""
    nodes = node.items if isinstance(node, ListNode) else (node,)
    return [risk for each in nodes if (risk := _risk(each))]


def _risk(node: Node) -> dict[str, object]:
    if not isinstance(node, MapNode):
        text = text_of(node)
        return {"text": text} if text and not is_empty(text) else {}
    fields: dict[str, object] = {}
    for entry in node.entries:
        name = risk_column(entry.key.value)
        if name is None and field_of(entry.key.value) in ("title", "description"):
            name = "text"
        text = text_of(entry.value)
        if name and name != "about" and text:
            fields.setdefault(name, text)
    return fields if "text" in fields else {}


# ---- titles --------------------------------------------------------------------------------


def short_title(text: str) -> str:
    """Return a title from a longer text: its first line, its first sentence, of limited length."""
    line = " ".join(text.strip().split("\n", 1)[0].split())
    if len(line) <= LONGEST_TITLE:
        return line
    first = _SENTENCE.split(line, maxsplit=1)[0]
    return first if len(first) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"


def titled(text: str) -> tuple[str, str]:
    """Return the title of a text, and the part of the text that is not in the title.

    A bullet, a box or a heading mark before it is not included; a text that begins with a box is a
    check list, and stays whole.
    """
    first, _, below = text.strip().partition("\n")
    sign = _HEADING.match(first) or _BULLET.match(first)
    bare = first[sign.end() :] if sign else first
    box = IN_VALUE.match(bare)
    title = short_title(bare[box.end() :] if box else bare)
    if box or len(title) < len(" ".join(bare.split())):
        return title, text.strip()
    return title, below.strip("\n")


def leading_title(text: str) -> tuple[str, str]:
    """Return a title from running text, and the rest: the first sentence, and what follows."""
    line, _, below = text.strip().partition("\n")
    end = _NEXT_SENTENCE.search(line, _SHORT_ENOUGH)
    first = line[: end.start()].rstrip(" .") if end else line
    title = short_title(first)
    if title != " ".join(first.split()):
        return title, text.strip()
    rest = line[end.end() :] if end else ""
    return title, "\n".join(part for part in (rest, below) if part).strip()
