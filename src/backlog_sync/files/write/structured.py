"""Set fields of items in YAML, JSON and front matter, in the style of each file.

In our own format, the keys are known. In files of other tools, a field is set at the key that it
was read from; an issue or a status gets a new key if it has none.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import pairwise

from backlog_sync.core.checkboxes import IN_VALUE
from backlog_sync.core.escape import is_inert, quoted
from backlog_sync.core.model import CheckItem
from backlog_sync.files.anchors import NodeAnchor, StatusAnchor
from backlog_sync.files.foreign.structured import JSON_LINES
from backlog_sync.files.node_values import criteria_of, names_of, text_of
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.source import Lines
from backlog_sync.files.vocabulary import field_of
from backlog_sync.files.write.checklist import rewritten
from backlog_sync.files.write.edits import Edit
from backlog_sync.files.write.new_values import (
    CRITERIA,
    NO_PLACE,
    TEXTS,
    Link,
    Status,
    Ticks,
    UnwritableError,
    Value,
    has_progress,
    spellings,
)
from backlog_sync.files.write.nodes import Editor, Setting, content_end, scalar_text
from backlog_sync.files.write.own_words import Texts, list_text, own_id, plain_text, spelled
from backlog_sync.files.yaml.nodes import Entry, ListNode, MapNode, Node, Scalar

_LEAD = re.compile(r"[ \t]*(?:- +)*")
_STEP = "  "
_ADDED = ("issue", "status")
"""Fields that get a new key in a file of another tool."""

_ALIAS = "an alias is used there, and its value is also used elsewhere"


class NodeWriter:
    """Sets fields of the mappings of one file; new keys of a mapping are added together."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.parsed = parsed
        self.text = parsed.source.text
        self.ours = not parsed.dialect
        self.json = parsed.source.path.lower().endswith((".json", *JSON_LINES))
        self.editor = Editor(self.text)
        self.lines = Lines(self.text)
        self.new: dict[int, tuple[MapNode | Scalar, list[Setting]]] = {}
        self.texts = Texts(len(parsed.items), self._text)
        self.common = set(_common(parsed))
        self.spelled = cache(partial(spelled, parsed))
        self.key = cache(partial(_key, parsed))

    def set(self, index: int, field: str, value: Value) -> None:
        """Set one field of an item. Raises UnwritableError, without an edit, if it has no place."""
        item = self.parsed.items[index]
        document, anchor = item.document, item.anchor
        if has_progress(document, value):
            return
        if isinstance(value, Status):
            value = Status(self.spelled(field, value.word), value.initial)
        if isinstance(anchor, StatusAnchor):
            self._status_alone(anchor.node, value)
            return
        if not isinstance(anchor, NodeAnchor):
            raise UnwritableError(NO_PLACE)
        if field == CRITERIA and anchor.boxes:
            self.editor.edits += rewritten(self.text, anchor.boxes, document, value)
        elif isinstance(anchor.node, Scalar):
            self._of_text(anchor.node, field, value)
        else:
            if isinstance(value, str | int | float) and field not in TEXTS:
                text = self.texts.new(index, field, value)
                value = value if text == plain_text(value) else text
            _Mapping(self, item, anchor.node).set(field, value)

    def _text(self, index: int, field: str) -> str:
        """Return the text of a scalar; empty if the item has none."""
        item = self.parsed.items[index]
        if not isinstance(item.anchor, NodeAnchor) or not isinstance(item.anchor.node, MapNode):
            return ""
        return _Mapping(self, item, item.anchor.node).text_now(field)

    def finish(self) -> list[Edit]:
        """Return the edits for all fields that were set."""
        for node, settings in self.new.values():
            if isinstance(node, MapNode):
                self.editor.set_keys(node, settings)
            else:
                self.editor.to_mapping(node, "title", settings, quote=self.json)
        self.new.clear()
        return self.editor.edits

    def add(self, node: MapNode | Scalar, setting: Setting) -> None:
        """Add a key to a mapping, or turn a text into a mapping with it."""
        self.new.setdefault(id(node), (node, []))[1].append(setting)

    def _status_alone(self, node: Scalar, value: Value) -> None:
        if not isinstance(value, Status) or node.end == node.start:
            raise UnwritableError("this file contains only statuses")
        self.editor.replace(node.start, node.end, scalar_text(value.word, node.style))

    def _of_text(self, node: Scalar, field: str, value: Value) -> None:
        """Set the title of an item that is only a text; progress turns the text into a mapping."""
        if field == "title" and isinstance(value, str):
            text = quoted(value) if self.json else scalar_text(value, node.style)
            self.editor.replace(node.start, node.end, text)
        elif isinstance(value, Link):
            self.add(node, Setting(field, *_as_scalar(value)))
        elif isinstance(value, Status):
            if not value.initial:
                self.add(node, Setting(field, value.word))
        else:
            raise UnwritableError("the item is only a title: write it as a mapping")


class _Mapping:
    """Sets the fields of one item that is a mapping."""

    def __init__(self, writer: NodeWriter, item: ParsedItem, node: MapNode) -> None:
        self.writer, self.item, self.node = writer, item, node
        self.editor, self.text = writer.editor, writer.text
        self.quote = writer.json or (
            node.flow and all(entry.key.style == '"' for entry in node.entries)
        )

    def set(self, field: str, value: Value) -> None:
        entry = self._entry(field)
        if isinstance(value, Ticks):
            self._ticks(entry, value)
        elif isinstance(value, Status):
            self._status(entry, value)
        elif isinstance(value, tuple):
            self._list(entry, field, value)
        elif isinstance(value, str) and field in TEXTS:
            self._long(entry, field, value)
        else:
            self._scalar(entry, field, *_as_scalar(value))

    def text_now(self, field: str) -> str:
        """Return the text of a field's scalar; empty without one."""
        try:
            entry = self._entry(field)
        except UnwritableError:
            return ""
        return text_of(entry.value) if entry and isinstance(entry.value, Scalar) else ""

    # ---- keys ------------------------------------------------------------------------------

    def _entry(self, field: str) -> Entry | None:
        entry = self._own(field) if self.writer.ours else self._foreign(field)
        if entry is None or not entry.own:
            return None  # a key that a merge key brings in is overridden by the item's own key
        if entry.value.shared:
            raise UnwritableError(_ALIAS)
        return entry

    def _own(self, field: str) -> Entry | None:
        names = spellings(field)
        folded = {name.casefold() for name in names}
        alike = (e for e in self.node.entries if e.key.value.casefold() in folded)
        return min(alike, key=lambda entry: entry.key.value not in names, default=None)

    def _foreign(self, field: str) -> Entry | None:
        """Return the entry that a field was read from, otherwise one that can hold it."""
        entries = [entry for entry in self._entries() if entry.own]
        place, path = self.item.places.get(field), self.writer.parsed.source.path
        for entry in entries:
            if place == self.writer.lines.place(path, entry.key.start):
                return entry
        names = (field, "done") if field == "status" else (field,)
        named = (e for name in names for e in entries if field_of(e.key.value) == name)
        if field == "issue":
            named = (e for e in named if text_of(e.value))
        return next((e for e in named if isinstance(e.value, Scalar)), None)

    def _entries(self) -> Iterator[Entry]:
        """Yield the entries of an item, with those of Jira's `fields:`."""
        for entry in self.node.entries:
            if entry.key.value == "fields" and isinstance(entry.value, MapNode):
                yield from entry.value.entries
            yield entry

    def _add(self, field: str, value: str, *, bare: bool = False) -> None:
        """Add a key. In a file of another tool, use the key that its other items use, or refuse."""
        name = field if self.writer.ours else self.writer.key(field)
        if name is None:
            raise UnwritableError("this file has no key for it")
        self.writer.add(self.node, Setting(name, value, bare=bare))

    # ---- one value -------------------------------------------------------------------------

    def _one(self, value: str, style: str = "") -> str:
        return quoted(value) if self.quote else scalar_text(value, style)

    def _scalar(self, entry: Entry | None, field: str, value: str, bare: bool) -> None:
        if entry is None:
            self._add(field, value, bare=bare)
        elif isinstance(entry.value, Scalar):
            self._change(entry, value, bare=bare)
        else:
            raise UnwritableError("it is written in parts")

    def _change(self, entry: Entry, value: str, *, bare: bool = False) -> None:
        self.editor.set_value(entry, Setting(entry.key.value, value, bare=bare))

    def _status(self, entry: Entry | None, status: Status) -> None:
        if entry is None:
            if not status.initial:
                self._add("status", status.word)
        elif not self.writer.ours and field_of(entry.key.value) == "done":
            ended = "true" if status.ends else "false"
            if entry.value.start == entry.value.end or not status.initial:
                self._change(entry, ended, bare=True)
        else:
            self._scalar(entry, "status", status.word, bare=False)

    # ---- texts of several lines ------------------------------------------------------------

    def _long(self, entry: Entry | None, field: str, value: str) -> None:
        old = entry.value if entry else Scalar("", 0, 0)
        if not isinstance(old, Scalar):
            raise UnwritableError("it is written in parts")
        lines = value.replace("\r\n", "\n").split("\n")
        if len(lines) > 1 and not (self.node.flow or self.quote) and _is_literal(value):
            text = self._literal(lines, old)
        else:
            text = self._one(value, old.style if old.style in ("'", '"') else "")
        if entry is None:
            self._add(field, text, bare=True)
            return
        start, end = old.start, content_end(self.text, old)
        if start == end:
            text = text if self.text[:start].endswith((" ", "\t")) else f" {text}"
        self.editor.replace(start, end, text)

    def _literal(self, lines: Sequence[str], old: Scalar) -> str:
        """Return a block scalar in the style of the `old` one; its last line has no line ending."""
        header, _, body = self.text[old.start : old.end].partition("\n")
        inner = self.editor.indent(self.node) + _STEP
        if old.style == "|" and header.rstrip() in ("|", "|-"):
            first = next((line for line in body.split("\n") if line.strip()), "")
            inner = first[: len(first) - len(first.lstrip(" "))] or inner
        else:
            header = "|-"
        indented = (f"{inner}{line}" if line.strip() else "" for line in lines)
        return self.editor.line_break.join((header.rstrip(), *indented))

    # ---- lists -----------------------------------------------------------------------------

    def _list(self, entry: Entry | None, field: str, value: tuple[str | CheckItem, ...]) -> None:
        if entry is None:
            self._new_list(field, value)
            return
        old = entry.value
        if isinstance(old, ListNode) and any(node.shared for node in old.items):
            raise UnwritableError(_ALIAS)
        if isinstance(old, MapNode):
            raise UnwritableError("it is not a list")
        if isinstance(old, Scalar) and not self.writer.ours and not old.is_null:
            parsed = self.writer.parsed
            self._change(entry, list_text(parsed, self.item, field, old.value, value, _texts))
            return
        nodes = old.items if isinstance(old, ListNode) else () if old.is_null else (old,)
        value = tuple(self._raw(field, each, names_of(old)) for each in value)
        kept = _kept(nodes, value)
        if not self.writer.ours and any(
            isinstance(node, MapNode) for at, node in enumerate(nodes) if at not in kept
        ):
            raise UnwritableError("an entry is written in parts")
        if isinstance(old, ListNode) and not old.flow and nodes and value:
            self._block(old, value, kept)
            return
        chunks = self._chunks(nodes, value, kept)
        if isinstance(old, ListNode) and nodes and _appends(kept, len(nodes)):
            after = content_end(self.text, nodes[-1])
            self.editor.replace(after, after, "".join(f", {each}" for each in chunks[len(nodes) :]))
        else:
            self._brackets(entry, chunks)

    def _raw(self, field: str, member: str | CheckItem, words: Sequence[str]) -> str | CheckItem:
        """Return the id that the file uses for an item that another one depends on."""
        if field != "depends_on" or self.writer.ours or isinstance(member, CheckItem):
            return member
        return own_id(self.writer.parsed, self.item, member, words, _texts)

    def _chunks(
        self, nodes: Sequence[Node], value: Sequence[str | CheckItem], kept: Sequence[int | None]
    ) -> list[str]:
        """Return the members of a list in brackets; those that stay are unchanged."""
        return [
            self._member(each) if at is None
            else self.text[nodes[at].start : content_end(self.text, nodes[at])]
            for at, each in zip(kept, value, strict=True)
        ]  # fmt: skip

    def _brackets(self, entry: Entry, chunks: Sequence[str]) -> None:
        """Replace a list by its members in brackets."""
        old = entry.value
        begin, end, text = old.start, content_end(self.text, old), f"[{', '.join(chunks)}]"
        if isinstance(old, ListNode) and not old.flow:
            begin = entry.key.end + self.text[entry.key.end : old.start].index(":") + 1
        if begin != old.start or (begin == end and not self.text[:begin].endswith((" ", "\t"))):
            text = f" {text}"
        self.editor.replace(begin, end, text)

    def _new_list(self, field: str, value: Sequence[str | CheckItem]) -> None:
        members = [self._member(self._raw(field, each, ())) for each in value]
        if field == CRITERIA and members and not (self.node.flow or self.quote):
            inner = self.editor.indent(self.node) + _STEP
            lines = "".join(f"{self.editor.line_break}{inner}- {member}" for member in members)
            self._add(field, lines, bare=True)
        else:
            self._add(field, f"[{', '.join(members)}]", bare=True)

    def _member(self, value: str | CheckItem) -> str:
        if isinstance(value, CheckItem):
            return self._one(f"[x] {value.text}" if value.done else value.text)
        return self._one(value)

    def _block(
        self, old: ListNode, value: Sequence[str | CheckItem], kept: Sequence[int | None]
    ) -> None:
        """Rewrite a block list; the lines of members that stay are moved unchanged."""
        starts = [self.text.rfind("\n", 0, node.start) + 1 for node in old.items]
        line_end = self.text.find("\n", content_end(self.text, old.items[-1]))
        end = len(self.text) if line_end < 0 else line_end + 1
        lead = self.text[starts[0] : old.items[0].start]
        if len(set(starts)) != len(starts) or not _LEAD.fullmatch(lead) or lead.count("-") != 1:
            raise UnwritableError("the list is written in an unusual way")
        lines = [self.text[at:to] for at, to in pairwise([*starts, end])]
        chunks = [
            f"{lead}{self._member(each)}" if at is None else lines[at]
            for at, each in zip(kept, value, strict=True)
        ]
        eol = self.editor.line_break
        text = "".join(each if each.endswith(("\n", "\r")) else each + eol for each in chunks)
        self.editor.replace(starts[0], end, text.rstrip("\r\n") if line_end < 0 else text)

    # ---- boxes of criteria -----------------------------------------------------------------

    def _ticks(self, entry: Entry | None, ticks: Ticks) -> None:
        if entry is None or id(entry.value) in self.writer.common:
            raise UnwritableError("the criteria belong to other items, too")
        criteria = self.item.document.acceptance_criteria or ()
        old = entry.value
        nodes = old.items if isinstance(old, ListNode) else (old,)
        for index, done in ticks.done.items():
            if not 0 <= index < len(criteria) or criteria[index].done == done:
                continue
            if len(nodes) != len(criteria) or id(nodes[index]) in self.writer.common:
                raise UnwritableError("the criterion has no separate place")
            self._tick(nodes[index], done=done)

    def _tick(self, box: Node, *, done: bool) -> None:
        """Tick a box, set the key of a mapping, or turn a text in our format into a mapping."""
        if isinstance(box, ListNode) or box.shared:
            raise UnwritableError("the criterion has no box")
        if isinstance(box, Scalar) and IN_VALUE.match(box.value):
            self._flip(box, "x" if done else " ")
            return
        value = "true" if done else "false"
        if isinstance(box, MapNode):
            keys = (e.key.value for e in box.entries if field_of(e.key.value) == "done")
            key = "done" if self.writer.ours else next(keys, None)
            if key is not None:
                self.editor.set_keys(box, [Setting(key, value, bare=True)])
                return
        elif self.writer.ours:
            setting = Setting("done", value, bare=True)
            self.editor.to_mapping(box, "text", [setting], quote=self.quote)
            return
        raise UnwritableError("the criterion has no box")

    def _flip(self, box: Scalar, sign: str) -> None:
        at = self.text.find("[", box.start, box.end)
        if IN_VALUE.match(self.text, at):
            self.editor.replace(at + 1, at + 2, sign)
        else:
            self.editor.replace(box.start, box.end, quoted(f"[{sign}{box.value[2:]}"))


def _key(parsed: ParsedFile, field: str) -> str | None:
    """Return the key by which items of another tool declare a field, or the one to add."""
    for item in parsed.items:
        node = getattr(item.anchor, "node", None)
        for entry in node.entries if isinstance(node, MapNode) else ():
            if field_of(entry.key.value) == field:
                return parsed.source.text[entry.key.start : entry.key.end].strip("\"'")
    return field if field in _ADDED else None


def _as_scalar(value: Value) -> tuple[str, bool]:
    """Return a value as YAML text, and whether it is written without quotes."""
    match value:
        case None:
            return "null", True
        case Link(number=number):
            return number, number.isdecimal()
        case int() | float():
            return f"{value:g}", True
        case str():
            return value, False
        case _:
            raise UnwritableError("sums have no place in this file")


def _texts(item: ParsedItem) -> Iterator[str]:
    """Yield the scalar values of an item, with its ids."""
    node = getattr(item.anchor, "node", None)
    for entry in node.entries if isinstance(node, MapNode) else ():
        if isinstance(entry.value, Scalar):
            yield text_of(entry.value)


def _common(parsed: ParsedFile) -> Iterator[int]:
    """Yield nodes that more than one item uses, through an alias or a merge key."""
    for item in parsed.items:
        node = getattr(item.anchor, "node", None)
        for entry in node.entries if isinstance(node, MapNode) else ():
            if not entry.own or entry.value.shared:
                yield id(entry.value)
                if isinstance(entry.value, ListNode):
                    yield from map(id, entry.value.items)


def _kept(nodes: Sequence[Node], value: Sequence[str | CheckItem]) -> list[int | None]:
    """Return, for each wanted member, the index of the node that already has it, each only once."""
    left = dict(enumerate(nodes))
    kept: list[int | None] = []
    for each in value:
        same = next((at for at, node in left.items() if _is_member(node, each)), None)
        if same is not None:
            del left[same]
        kept.append(same)
    return kept


def _is_member(node: Node, member: str | CheckItem) -> bool:
    if isinstance(member, str):
        return isinstance(node, Scalar) and node.value.strip() == member
    text = " ".join(member.text.split())
    if isinstance(node, Scalar) and " ".join(node.value.split()) == text:
        return not member.done
    criteria = list(criteria_of(ListNode((node,), 0, 0, flow=True)))
    return len(criteria) == 1 and (criteria[0].text, criteria[0].done) == (text, member.done)


def _appends(kept: Sequence[int | None], count: int) -> bool:
    """Return whether all members stay where they are and new ones only follow."""
    return list(kept[:count]) == list(range(count)) and all(at is None for at in kept[count:])


def _is_literal(value: str) -> bool:
    """Return whether a text can be written unchanged in a block scalar."""
    return is_inert(value) and not value.startswith((" ", "\n", "\t")) and not value.endswith("\n")
