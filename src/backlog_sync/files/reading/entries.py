"""Decide which list entries and bold lines are items, for a whole file at once."""

import re
from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import field, replace
from itertools import pairwise

from backlog_sync.dataclass import dataclass
from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Form, Node, Outline, grouped, opens_yaml
from backlog_sync.files.reading.metadata import parse_pairs
from backlog_sync.files.reading.runs import Chosen
from backlog_sync.files.reading.titles import Typed, parse_title, recognize, typed_line
from backlog_sync.files.sentences import is_sentence, is_story_sentence
from backlog_sync.files.vocabulary import RANKS, bare_word, is_priority, vocabulary

_LETTERED = re.compile(r"([A-Z]\d{1,3}(?:\.\d{1,3})?)[.:)–—-][ ]?(?=\S)|([A-Z]\d{1,3})[ ][–—-][ ]")
_BOLD_TITLE = re.compile(r"\*\*([^*]{1,200})\*\*(?:[ ]?[-–—:][ ]?([^*]{1,30}))?$")
_REMARK = re.compile(r"[ ]?\((P\d)\)$")
STORY = vocabulary().spelled["story"]
TASK = vocabulary().spelled["task"]
_MENTIONS = "it only mentions"
_FAMILY = 3
"""Minimum codes of an unknown family: two may be mentions, three with lines below are a plan."""

_OURS = ("issue", "status", "progress")
_VOUCHING = ("user_story", "acceptance_criteria")
"""Fields that only an item has: an entry with one of them is an item, whatever its title."""


@dataclass(slots=True)
class Listed:
    """List entries and bold lines that are items, by row, and why similar ones are not.

    `mentions` are the refused ones that only name an item which a heading declares.
    """

    items: dict[int, Typed] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    mentions: dict[int, Typed] = field(default_factory=dict)


class EntryChooser:
    """Choose among all list entries and bold lines of a file at once.

    An entry that names what a heading or a bold entry declares is only a mention: plans and sprints
    repeat the backlog without declaring it again.
    """

    def __init__(self, outline: Outline, chosen: Chosen) -> None:
        self.text, self.lines, self.root = outline.text, outline.lines, outline.root
        self.declared, self.headings = chosen.keys, chosen.items
        typed = list(chosen.items.values())
        self.words = {each.word.name for each in typed}
        titles = (recognize(each.title) for each in typed if each.word.weak)
        typed += [inner for inner in titles if inner and not inner.word.weak]
        self.numbers = {(each.word.kind, each.number.lower()) for each in typed if each.number}
        self.entries = [node for node in self.root.walk() if node.form is Form.ENTRY and node.text]
        self.listed = Listed()
        self.families: dict[str, list[bool]] = defaultdict(list)
        self.following = {
            id(one): other for node in self.root.walk() for one, other in pairwise(node.children)
        }

    def run(self) -> Listed:
        """Choose the entries that are items."""
        self._by_word()
        self._by_sentence()
        self._by_line_below()
        self._by_bold_line()
        self._by_paragraph()
        return self.listed

    def _by_word(self) -> None:
        seen = [(node, typed) for node in self.entries if (typed := recognize(node.text))]
        bold = {typed.key for _, typed in seen if typed.bold and typed.key}
        named: dict[tuple[int, str], int] = defaultdict(int)
        for node, typed in seen:
            if typed.code and node.box is None:
                self.families[typed.word.name].append(bool(node.children))
            named[id(_section_of(node)), typed.word.name] += 1
        for node, typed in seen:
            reason = self._reason(node, typed, bold)
            alone = not typed.number and named[id(_section_of(node)), typed.word.name] < 2
            if not reason and alone and not (node.children or _is_nested(node)):
                reason = "a word without a number, and the only entry of its list"
            if reason:
                self.listed.refused[node.first] = reason
                if reason.startswith(_MENTIONS):
                    self.listed.mentions[node.first] = typed
            else:
                self.listed.items[node.first] = typed

    def _reason(self, node: Node, typed: Typed, bold: AbstractSet[str | None]) -> str:
        if typed.key and typed.key in self.declared:
            return f"{_MENTIONS} {typed.key}, which a heading declares"
        if typed.number and (typed.word.kind, typed.number.lower()) in self.numbers:
            return f"{_MENTIONS} what a heading declares"
        if typed.key and not typed.bold and typed.key in bold:
            return f"{_MENTIONS} {typed.key}"
        if typed.word.weak or typed.dotted or typed.bare:
            return "only a heading can declare this"
        if (
            typed.word.name in self.words
            and not self._has_lines_below(node)
            and not self._has_parent(node, typed)
        ):
            return (
                f"each {typed.word.name} is declared by a heading here, and this has no lines below"
            )
        if typed.code and not typed.bold and not self._is_family(typed):
            return "a code of an unknown kind, not in bold"
        if node.box is not None and typed.code:
            return "a check box with a code"
        if typed.number and typed.title.startswith(node.text.strip("* ")[:40]):
            return "it has no title"
        if (
            _is_nested(node)
            and typed.word is STORY
            and not typed.number
            and is_sentence(typed.title)
        ):
            return "it is the user story of the item above"
        return ""

    def _is_family(self, typed: Typed) -> bool:
        """Return whether codes of this family are items: several, most of them with lines below."""
        nested = self.families[typed.word.name]
        return len(nested) >= _FAMILY and sum(map(bool, nested)) * 2 > len(nested)

    def _has_lines_below(self, node: Node) -> bool:
        """Return whether an entry has lines below it, or a YAML block right after it."""
        below = self.following.get(id(node))
        yaml = below is not None and below.form is Form.CODE and opens_yaml(self.lines[below.first])
        return bool(node.children) or yaml

    def _has_parent(self, node: Node, typed: Typed) -> bool:
        """Return whether the heading above is an item that can be the parent of this one."""
        section = _section_of(node)
        above = self.headings.get(section.first) if section is not None else None
        return above is not None and RANKS[above.word.kind] < RANKS[typed.word.kind]

    def _add(self, node: Node, typed: Typed) -> None:
        if self.listed.items.get(node.first) is None:
            self.listed.items[node.first] = typed
            self.listed.refused.pop(node.first, None)

    def _by_sentence(self) -> None:
        """Add bullets that are user stories, if at least one heading has two of them."""
        sentences = (node for node in self.entries if is_sentence(node.text))
        groups = grouped(sentences, lambda node: id(_section_of(node))).values()
        vouched = any(len(group) > 1 for group in groups)
        for group in groups:
            if vouched and (len(group) > 1 or group[0].parent is _section_of(group[0])):
                for node in group:
                    self._add(node, Typed(STORY, None, plain(node.text), sentence=True))

    def _by_line_below(self) -> None:
        """Add list entries with a user story or criteria directly below them."""
        for node in self.entries:
            if node.box is not None or recognize(node.text) is not None:
                continue
            below = self._field_below(node)
            if below:
                title, priority = _bold_title(node.text)
                word = STORY if below == "user_story" else TASK
                story = word is STORY
                self._add(node, Typed(word, None, title, sentence=story, priority=priority))

    def _field_below(self, node: Node) -> str | None:
        """Return the field directly below an entry, skipping what write-back adds."""
        for row in range(node.first + 1, min(node.end, node.first + 5)):
            line = self.lines[row]
            if not line.text:
                return None
            if is_story_sentence(line.text) and not line.marker:
                return "user_story"
            pairs = parse_pairs(self.text, line, plain_keys=True)
            if pairs and pairs[0].bold and line.indent < node.content:
                return (
                    None  # a bold key that is not indented is about the item that contains the list
                )
            if not pairs or pairs[0].field not in _OURS:
                return pairs[0].field if pairs and pairs[0].field in _VOUCHING else None
        return None

    def _by_paragraph(self) -> None:
        """Add paragraphs that are user stories, at heading levels where several share a heading."""
        texts = (node for node in self.root.walk() if node.form is Form.TEXT)
        sentences = (node for node in texts if is_sentence(self.lines[node.first].text))
        groups = grouped(
            (node for node in sentences if not _is_listed(node)), lambda node: id(_section_of(node))
        ).values()
        levels = {_level_of(group[0]) for group in groups if len(group) > 1}
        for node in (each for group in groups for each in group):
            if _level_of(node) in levels:
                text = " ".join(line.text for line in self.lines[node.first : node.end])
                self._add(node, Typed(STORY, None, plain(text), sentence=True))

    def _by_bold_line(self) -> None:
        """Add paragraphs that begin with a bold title: `**A1. Sign in**`, `**Epic 1: Lockers**`."""
        titled: dict[int, tuple[Node, Typed]] = {}
        for node in self.root.walk():
            if node.form is not Form.TEXT or node.indent:
                continue
            line = self.lines[node.first]
            if line.indent or not line.text.startswith("**"):
                continue
            typed = _lettered(line.text) or typed_line(line.text)
            if typed and typed.word.name not in self.words:
                titled[node.first] = (node, typed)
        if len(titled) > 1:
            for node, typed in titled.values():
                self._add(node, typed)


def _is_nested(node: Node) -> bool:
    """Return whether an entry is nested in another one."""
    return node.parent is not None and node.parent.form is Form.ENTRY


def _is_listed(node: Node) -> bool:
    return any(above.form is Form.ENTRY for above in node.above())


def _level_of(node: Node) -> int:
    section = _section_of(node)
    return section.level if section is not None else 0


def _section_of(node: Node) -> Node | None:
    return next((each for each in node.above() if each.form is Form.SECTION), None)


def _bold_title(text: str) -> tuple[str, str | None]:
    """Return title and priority of a text such as `**Title** - HIGH`."""
    match = _BOLD_TITLE.match(text[:300])
    if match is None:
        return plain(text), None
    behind = bare_word(match[2]) if match[2] else ""
    if behind and is_priority(behind):
        return plain(match[1]), match[2].strip()
    return plain(match[1] if not match[2] else text), None


def _lettered(text: str) -> Typed | None:
    close = text.find("**", 2)
    if close < 0:
        return None
    inner, behind = text[2:close], text[close + 2 :].strip()
    if behind and not (behind.startswith("(") and behind.endswith(")")):
        return None
    match = _LETTERED.match(inner)
    if match is None:
        return None
    title = inner[match.end() :].strip()
    remark = _REMARK.search(title)
    if remark:
        title = title[: remark.start()]
    plain_title, status, points = parse_title(title)
    typed = Typed(STORY, match[1] or match[2], plain_title, bold=True, status=status, points=points)
    return replace(typed, priority=remark[1] if remark else None) if plain_title else None
