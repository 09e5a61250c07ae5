"""What the values of structured files say: texts, words, names, criteria."""

import re
from collections.abc import Iterable, Iterator

from backlog_sync.files.foreign.words import EXTRA_STATUSES, TRUE_WORDS, key_words
from backlog_sync.files.words import is_empty_word, meanings
from backlog_sync.files.yaml.nodes import ListNode, MapNode, Node, Scalar

LONGEST_TITLE = 240
"""A title that is made from a longer text ends here; GitHub takes 256 characters."""

_BULLET = re.compile(r"\s*(?:[-*+•·▪✓☐☑–]|\d{1,3}[.)])\s+")
_BOX = re.compile(r"\[([ xX✓])\]\s*")
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s")
_HASHED = re.compile(r"#\d{1,4}\s")
_DONE = ("done", "completed", "complete", "met", "checked", "passed", "passes", "status", "state")
_NAMED = ("text", "description", "criterion", "title", "name", "criteria", "value", "condition",
          "statement", "summary", "requirement", "desc", "content", "then")  # fmt: skip

_NAMES = ("name", "title", "value", "key", "display name", "login", "id")
"""Keys of mappings that stand for a single word: `status: {name: Done}`."""


def text_of(node: Node) -> str:
    """A node's text; empty for what is none, or nothing."""
    if isinstance(node, Scalar):
        return "" if node.is_null else node.value.strip()
    if isinstance(node, ListNode) and all(isinstance(each, Scalar) for each in node.items):
        return "\n".join(text for each in node.items if (text := text_of(each)))
    return ""


def word_of(node: Node) -> str:
    """A single word, also where a mapping stands for it: `{name: Done}`."""
    if not isinstance(node, MapNode):
        return text_of(node)
    by_name = {key_words(entry.key.value): entry.value for entry in node.entries}
    return next((text for name in _NAMES if name in by_name and (text := text_of(by_name[name]))),
                "")  # fmt: skip


def words_of(node: Node) -> list[str]:
    """Single words or names in a list, in a text between commas, or as ids of mappings."""
    if isinstance(node, ListNode):
        return [word for each in node.items for word in _entry_words(each)]
    return _entry_words(node)


def _entry_words(node: Node) -> list[str]:
    if isinstance(node, MapNode):
        for wanted in ("id", "key", "number", "task", "story", "name", "title", "login"):
            for entry in node.entries:
                if key_words(entry.key.value) == wanted and text_of(entry.value):
                    return [text_of(entry.value)]
        return []
    text = text_of(node)
    if not text or is_empty_word(text):
        return []
    return [part for raw in re.split(r"[,;，、\n]", _outside_brackets(text))
            if (part := raw.replace("\0", ",").strip())]  # fmt: skip


def _outside_brackets(text: str) -> str:
    """Hide commas within brackets: a remark does not part what it remarks on."""
    depth, parts = 0, []
    for char in text[:4000]:
        depth += (char in "(（") - (char in ")）" and depth > 0)
        parts.append("\0" if depth and char == "," else char)
    return "".join(parts)


def names_of(node: Node) -> Iterator[str]:
    """Labels or people."""
    if isinstance(node, ListNode):
        for each in node.items:
            if word := word_of(each):
                yield word
        return
    if isinstance(node, MapNode):
        yield from [word] if (word := word_of(node)) else []
        return
    text = text_of(node)
    if text and not is_empty_word(text):
        parts = re.split(r"[,;，、]", text) if re.search(r"[,;，、]", text) else [text]
        yield from (part.strip() for part in parts if part.strip())


def status_word(text: str) -> str:
    """A status as written where its meaning is known, else what it comes to."""
    if meanings(text):
        return text
    return EXTRA_STATUSES.get(key_words(text), text)


def criteria_of(node: Node) -> Iterator[dict[str, object]]:
    """The entries of a check list: a list, lines of a text, a mapping of lists, scenarios."""
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
            for line in _lines(text_of(node)):
                yield _boxed(line)


def _lines(text: str) -> Iterable[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and text.count(";") >= 1:
        lines = [part for part in text.split(";") if part.strip()]
    return lines


def _boxed(line: str) -> dict[str, object]:
    plain = _BULLET.sub("", line.strip(), count=1) if _BULLET.match(line) else line.strip()
    box = _BOX.match(plain)
    if box:
        return {"text": _HASHED.sub("", plain[box.end() :], count=1), "done": box[1] != " "}
    return {"text": plain}


def _criterion(node: Node) -> Iterator[dict[str, object]]:
    if isinstance(node, Scalar):
        if text_of(node):
            yield _boxed(" ".join(text_of(node).split()))
        return
    if isinstance(node, ListNode):
        for each in node.items:
            yield from _criterion(each)
        return
    sentence = _steps(node)
    text = sentence
    if not text:
        by_name = {key_words(e.key.value): text_of(e.value) for e in node.entries}
        text = next((by_name[name] for name in _NAMED if by_name.get(name)), "")
    if not text and len(node.entries) == 1:
        entry = node.entries[0]
        text = f"{entry.key.value}: {text_of(entry.value)}" if text_of(entry.value) else ""
    if text:
        yield {"text": " ".join(text.split()), "done": is_ticked(node)}


def is_ticked(node: MapNode) -> bool:
    """Whether a criterion that is a mapping says that it holds."""
    for entry in node.entries:
        if key_words(entry.key.value) in _DONE:
            text = text_of(entry.value)
            return text.casefold() in TRUE_WORDS or "done" in meanings(text)
    return False


def _steps(node: MapNode) -> str:
    """`Given …, when …, then …` of a scenario's three keys."""
    by_name = {key_words(entry.key.value): entry.value for entry in node.entries}
    parts = []
    for word in ("given", "when", "then"):
        if word in by_name and (said := _joined(by_name[word])):
            parts.append(f"{word} {said}")
    if len(parts) < 2:
        return ""
    sentence = ", ".join(parts)
    return sentence[0].upper() + sentence[1:]


def _joined(node: Node) -> str:
    if isinstance(node, ListNode):
        return " and ".join(text for each in node.items if (text := text_of(each)))
    return text_of(node)


def short_title(text: str) -> str:
    """A title from a longer text: its first line, its first sentence, at most so long."""
    line = " ".join(text.strip().split("\n", 1)[0].split())
    if len(line) <= LONGEST_TITLE:
        return line
    first = _SENTENCE.split(line, maxsplit=1)[0]
    return first if len(first) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"
