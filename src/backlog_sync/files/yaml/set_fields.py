"""Setting declared fields of one item of a YAML backlog, each in the style that it has."""

import re
from collections.abc import Sequence

from backlog_sync.core.escaping import is_inert, quoted
from backlog_sync.core.model import CheckItem
from backlog_sync.files.anchors import YamlAnchor
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.wanted import CRITERIA, LISTS, TEXTS, CannotSay, Wanted, spellings
from backlog_sync.files.yaml.edit import Edit, Editor, Setting, scalar_text
from backlog_sync.files.yaml.nodes import Entry, ListNode, MapNode, Node, Scalar

_LEAD = re.compile(r"[ \t]*(?:- +)*")
_STEP = "  "


def edits_of(parsed: ParsedFile, index: int, wanted: Sequence[Wanted]) -> list[Edit]:
    """The edits that set these fields of an item. Raises CannotSay where one cannot be set."""
    anchor = parsed.items[index].anchor
    assert isinstance(anchor, YamlAnchor)
    setter = _Setter(Editor(parsed.source.text), anchor.node, parsed.source.path)
    for each in wanted:
        setter.set(each)
    return setter.finish()


class _Setter:
    """Sets fields of one mapping; keys that are not there yet are added together."""

    def __init__(self, editor: Editor, node: MapNode | Scalar, path: str) -> None:
        self.editor, self.node = editor, node
        self.text = editor.text
        self.quote = path.lower().endswith(".json") or (
            isinstance(node, MapNode)
            and node.flow
            and all(entry.key.style == '"' for entry in node.entries)
        )
        self.new: list[Setting] = []

    def set(self, wanted: Wanted) -> None:
        """Set one field."""
        if isinstance(self.node, Scalar):
            self._of_text(self.node, wanted)
            return
        entry = self._entry(self.node, wanted)
        if wanted.name == CRITERIA or wanted.name in LISTS:
            self._list(entry, wanted)
        elif isinstance(wanted.value, str) and wanted.name in TEXTS:
            self._long(entry, wanted, wanted.value)
        else:
            self._scalar(entry, wanted)

    def finish(self) -> list[Edit]:
        """All edits."""
        if self.new and isinstance(self.node, MapNode):
            self.editor.set_keys(self.node, self.new)
        return self.editor.edits

    def _entry(self, node: MapNode, wanted: Wanted) -> Entry | None:
        names = spellings(wanted.name)
        folded = {name.casefold() for name in names}
        exact = [e for e in node.entries if e.key.value in names]
        alike = [e for e in node.entries if e.key.value.casefold() in folded]
        found = next(iter((*exact, *alike)), None)
        if found is None:
            return None
        if not found.own:
            return None  # what a merge key brings in is covered by a key of its own
        if found.value.shared:
            raise CannotSay("an alias stands there, and what it stands for is used elsewhere too")
        return found

    def _of_text(self, node: Scalar, wanted: Wanted) -> None:
        """Of an item that is only a text, its title can change."""
        if wanted.name != "title" or not isinstance(wanted.value, str):
            raise CannotSay("the item is only a title: write it as a mapping")
        self.editor.replace(node.start, node.end, self._one(wanted.value, node.style))

    # ---- one value -------------------------------------------------------------------------

    def _one(self, value: str, style: str = "") -> str:
        return quoted(value) if self.quote else scalar_text(value, style)

    def _scalar(self, entry: Entry | None, wanted: Wanted) -> None:
        value = wanted.value
        assert not isinstance(value, tuple)
        bare = value is None or isinstance(value, int | float)
        text = "null" if value is None else f"{value:g}" if bare else str(value)
        if entry is None:
            self.new.append(Setting((wanted.name,), text, bare=bare))
        elif isinstance(entry.value, Scalar):
            setting = Setting((entry.key.value,), text, bare=bare)
            assert isinstance(self.node, MapNode)
            self.editor.set_keys(self.node, [setting])
        else:
            raise CannotSay("it is written in parts")

    # ---- texts of several lines ------------------------------------------------------------

    def _long(self, entry: Entry | None, wanted: Wanted, value: str) -> None:
        lines = value.replace("\r\n", "\n").split("\n")
        flow = isinstance(self.node, MapNode) and self.node.flow
        literal = len(lines) > 1 and not (flow or self.quote) and _is_literal(value)
        if entry is not None and not isinstance(entry.value, Scalar):
            raise CannotSay("it is written in parts")
        if entry is None:
            text = self._literal(lines, self._indent(None)) if literal else self._one(value)
            self.new.append(Setting((wanted.name,), text, bare=True))
            return
        assert isinstance(entry.value, Scalar)
        style = entry.value.style if entry.value.style in ("'", '"') else ""
        text = self._one(value, style)
        if literal:
            text = self._literal(lines, self._indent(entry), self._old_block(entry.value))
        start, end = entry.value.start, _content_end(self.text, entry.value)
        if start == end:
            text = text if self.text[:start].endswith((" ", "\t")) else f" {text}"
        self.editor.replace(start, end, text)

    def _literal(self, lines: Sequence[str], indent: str, old: tuple[str, str] = ("|-", "")) -> str:
        """A block scalar, as the `old` one was written; its last line has no line ending."""
        header, inner = old[0], old[1] or indent + _STEP
        line_break = self.editor.line_break
        body = line_break.join(f"{inner}{line}" if line.strip() else "" for line in lines)
        return f"{header}{line_break}{body}"

    def _old_block(self, value: Scalar) -> tuple[str, str]:
        """The header and the indentation of a literal block that stands there."""
        header, _, body = self.text[value.start : value.end].partition("\n")
        first = next((line for line in body.split("\n") if line.strip()), "")
        if value.style != "|" or header.rstrip() not in ("|", "|-"):
            return "|-", ""
        return header.rstrip(), first[: len(first) - len(first.lstrip(" "))]

    def _indent(self, entry: Entry | None) -> str:
        """The blanks before the keys of this mapping, dashes counted as blanks."""
        assert isinstance(self.node, MapNode)
        for each in (entry, *self.node.entries):
            if each is None or not each.own:
                continue
            line = self.text.rfind("\n", 0, each.key.start) + 1
            lead = self.text[line : each.key.start]
            if _LEAD.fullmatch(lead):
                return " " * len(lead)
        return ""

    # ---- lists -----------------------------------------------------------------------------

    def _list(self, entry: Entry | None, wanted: Wanted) -> None:
        assert isinstance(wanted.value, tuple)
        if entry is None:
            self._new_list(wanted)
            return
        value = entry.value
        if isinstance(value, ListNode) and any(node.shared for node in value.items):
            raise CannotSay("an alias stands there, and what it stands for is used elsewhere too")
        if isinstance(value, MapNode):
            raise CannotSay("it is no list")
        nodes = value.items if isinstance(value, ListNode) else () if value.is_null else (value,)
        kept = _kept(nodes, wanted)
        if isinstance(value, ListNode) and not value.flow and nodes and wanted.value:
            self._block(value, wanted, kept)
            return
        end = _content_end(self.text, value)
        chunks = [
            self.text[nodes[at].start : _content_end(self.text, nodes[at])]
            if at is not None
            else self._member(each)
            for at, each in zip(kept, wanted.value, strict=True)
        ]
        if isinstance(value, ListNode) and value.flow and nodes and _appends(kept, len(nodes)):
            added = "".join(f", {chunk}" for chunk in chunks[len(nodes) :])
            after = _content_end(self.text, nodes[-1])
            self.editor.replace(after, after, added)
            return
        text = f"[{', '.join(chunks)}]"
        begin = value.start
        if begin == end and not self.text[:begin].endswith((" ", "\t")):
            text = f" {text}"
        if isinstance(value, ListNode) and not value.flow:
            begin = entry.key.end + self.text[entry.key.end : value.start].index(":") + 1
            text = f" {text}"
        self.editor.replace(begin, end, text)

    def _new_list(self, wanted: Wanted) -> None:
        assert isinstance(wanted.value, tuple)
        members = [self._member(each) for each in wanted.value]
        assert isinstance(self.node, MapNode)
        if wanted.name == CRITERIA and members and not (self.node.flow or self.quote):
            inner = self._indent(None) + _STEP
            lines = "".join(f"{self.editor.line_break}{inner}- {member}" for member in members)
            self.new.append(Setting((wanted.name,), lines.lstrip(" "), bare=True))
        else:
            self.new.append(Setting((wanted.name,), f"[{', '.join(members)}]", bare=True))

    def _member(self, value: str | CheckItem) -> str:
        if isinstance(value, CheckItem):
            return self._one(f"[x] {value.text}" if value.done else value.text)
        return self._one(value)

    def _block(self, value: ListNode, wanted: Wanted, kept: Sequence[int | None]) -> None:
        """A list with a dash on each line: the lines of what stays are moved as they are."""
        assert isinstance(wanted.value, tuple)
        starts = [self.text.rfind("\n", 0, node.start) + 1 for node in value.items]
        last = _content_end(self.text, value.items[-1])
        line_end = self.text.find("\n", last)
        end = len(self.text) if line_end < 0 else line_end + 1
        lead = self.text[starts[0] : value.items[0].start]
        if len(set(starts)) != len(starts) or not _LEAD.fullmatch(lead) or lead.count("-") != 1:
            raise CannotSay("the list is written in an unusual way")
        ends = [*starts[1:], end]
        chunks = [
            self.text[starts[at] : ends[at]]
            if at is not None
            else f"{lead}{self._member(each)}{self.editor.line_break}"
            for at, each in zip(kept, wanted.value, strict=True)
        ]
        chunks = [c if c.endswith(("\n", "\r")) else c + self.editor.line_break for c in chunks]
        text = "".join(chunks)
        if line_end < 0:
            text = text.rstrip("\r\n")
        self.editor.replace(starts[0], end, text)


def _kept(nodes: Sequence[Node], wanted: Wanted) -> list[int | None]:
    """For each wanted member the node that says it already, each node once."""
    assert isinstance(wanted.value, tuple)
    left = dict(enumerate(nodes))
    kept: list[int | None] = []
    for each in wanted.value:
        found = next((at for at, node in left.items() if _says(node, each)), None)
        if found is not None:
            del left[found]
        kept.append(found)
    return kept


def _says(node: Node, member: str | CheckItem) -> bool:
    if isinstance(member, str):
        return isinstance(node, Scalar) and node.value.strip() == member
    if isinstance(node, Scalar):
        box = re.match(r"\[([ xX])\]\s+", node.value)
        text = node.value[box.end() :] if box else node.value
        done = bool(box) and box[1] in "xX" if box else False
    elif isinstance(node, MapNode):
        found, tick = node.get("text"), node.get("done")
        text = found.value if isinstance(found, Scalar) else ""
        done = isinstance(tick, Scalar) and tick.value.lower() in ("true", "yes", "on")
    else:
        return False
    return (" ".join(text.split()), done) == (" ".join(member.text.split()), member.done)


def _appends(kept: Sequence[int | None], count: int) -> bool:
    """Whether all that stands there stays as it stands, and only more comes behind it."""
    return list(kept[:count]) == list(range(count)) and all(at is None for at in kept[count:])


def _is_literal(value: str) -> bool:
    """Whether a text can stand in a block scalar as it is."""
    printable = is_inert(value)
    return printable and not value.startswith((" ", "\n", "\t")) and not value.endswith("\n")


def _content_end(text: str, node: Node) -> int:
    """Where what a node holds ends: a block's own end lies behind comments and empty lines."""
    if isinstance(node, Scalar):
        if node.style in ("|", ">"):
            return node.start + len(text[node.start : node.end].rstrip())
        return node.end
    if node.flow or node.shared:
        return node.end
    if isinstance(node, ListNode):
        return _content_end(text, node.items[-1]) if node.items else node.end
    own = [entry for entry in node.entries if entry.own]
    if not own:
        return node.end
    ends = [_content_end(text, e.value) for e in own]
    return max(*ends, *(entry.key.end for entry in own))
