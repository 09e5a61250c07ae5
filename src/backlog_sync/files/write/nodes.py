"""Edit YAML text, changing only what must change.

An edit replaces a span of offsets. Everything outside of it is byte-identical: comments, quotes,
indentation, line endings, a missing newline at the end.
"""

import re
from collections.abc import Sequence
from itertools import takewhile

from backlog_sync.core.escape import is_inert, quoted
from backlog_sync.dataclass import dataclass
from backlog_sync.files.source import Lines
from backlog_sync.files.write.edits import Edit, apply_edits
from backlog_sync.files.yaml.nodes import Entry, ListNode, MapNode, Node, Scalar

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./_#-]*[A-Za-z0-9])?")
_MEANT_OTHERWISE = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
_BLOCKS = ("|", ">")
_BREAK = re.compile(r"\r\n|\n|\r")
_LEAD = re.compile(r" *(?:- +)*")


@dataclass(frozen=True, slots=True)
class Setting:
    """A key to set in a mapping; a `bare` value is written without quotes."""

    key: str
    value: str
    bare: bool = False


def scalar_text(value: str, style: str = "") -> str:
    """Return a text as a scalar in the given style, in quotes if it needs them."""
    if style == "'" and is_inert(value) and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    plain = _PLAIN.fullmatch(value) and " #" not in value
    if style == '"' or not plain or value.lower() in _MEANT_OTHERWISE:
        return quoted(value)
    return value


class Editor:
    """Collects the edits of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.edits: list[Edit] = []
        self._lines = Lines(text)
        first = _BREAK.search(text)
        self.line_break = first[0] if first else "\n"

    def result(self) -> str:
        """Return the text with all edits applied."""
        return apply_edits(self.text, self.edits)

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace a span by a text, unless they are equal."""
        if self.text[start:end] != text:
            self.edits.append(Edit(start, end, text))

    # ---- mappings --------------------------------------------------------------------------

    def set_keys(self, node: MapNode, settings: Sequence[Setting]) -> None:
        """Set keys of a mapping: change existing values, add the missing keys together."""
        own = [entry for entry in node.entries if entry.own]
        new = []
        for setting in settings:
            entry = next((entry for entry in own if entry.key.value == setting.key), None)
            if entry is None:
                new.append(setting)
            else:
                self.set_value(entry, setting)
        if new and node.flow:
            self._insert_flow(node, own, new)
        elif new:
            self._insert_block(node, own, new)

    def set_value(self, entry: Entry, setting: Setting) -> None:
        """Change the value of a key, unless the existing value is not a scalar."""
        value = entry.value
        if not isinstance(value, Scalar):
            return
        start, end = value.start, value.end
        # A number keeps the quotes of the value before it; nothing in quotes would be a word.
        bare = setting.bare and (not value.style or setting.value == "null")
        json_style = entry.key.style == '"' and value.style == "" and not setting.bare
        style = '"' if json_style else value.style
        text = setting.value if bare else scalar_text(setting.value, style)
        if start == end:
            between = self.text[entry.key.end : start]
            lead = "" if between.endswith((" ", "\t")) else " "
            text = f"{lead}{text}" if ":" in between else f": {text}"
        elif value.style in _BLOCKS:
            text = setting.value if bare else scalar_text(setting.value)
            end = content_end(self.text, value)
        self.replace(start, end, text)

    def _insert_flow(self, node: MapNode, own: Sequence[Entry], new: Sequence[Setting]) -> None:
        entry = _last_scalar(own)
        if entry is None:
            brace = self.text.index("{", node.start)
            pairs = "".join(f"{_pair(setting, quote=False)}, " for setting in new)
            self.edits.append(Edit(brace + 1, brace + 1, pairs))
            return
        pairs_list = [_pair(setting, quote=entry.key.style == '"') for setting in new]
        line = self._lines.start(entry.key.start)
        lead = self.text[line : entry.key.start]
        glue = ", "
        if line and not lead.strip():  # each key has its own line
            before = "\r\n" if self.text[:line].endswith("\r\n") else self.text[line - 1]
            glue = f",{before}{lead}"
        at = entry.value.end
        self.edits.append(Edit(at, at, "".join(f"{glue}{pair}" for pair in pairs_list)))

    def _insert_block(self, node: MapNode, own: Sequence[Entry], new: Sequence[Setting]) -> None:
        indent = self.indent(node)
        pairs = [_pair(setting, quote=False) for setting in new]
        entry = _last_scalar(own)
        if entry is None:
            at = node.start
            text = "".join(f"{pair}{self.line_break}{indent}" for pair in pairs)
            self.edits.append(Edit(at, at, text))
            return
        at = entry.value.end
        if isinstance(entry.value, Scalar) and entry.value.style in _BLOCKS:
            if at != self._lines.start(at):
                at = len(self.text)
            line_end = None
        else:
            line_end = _BREAK.search(self.text, at)
            at = line_end.end() if line_end else len(self.text)
        newline = line_end[0] if line_end else self.line_break
        if at == len(self.text) and not self.text.endswith(("\n", "\r")):
            text = "".join(f"{newline}{indent}{pair}" for pair in pairs)
        else:
            text = "".join(f"{indent}{pair}{newline}" for pair in pairs)
        self.edits.append(Edit(at, at, text))

    def indent(self, node: MapNode) -> str:
        """Return the blanks before a key of a block mapping; dashes count as blanks."""
        for entry in (entry for entry in node.entries if entry.own):
            lead = self.text[self._lines.start(entry.key.start) : entry.key.start]
            if _LEAD.fullmatch(lead):
                return " " * len(lead)
        return " " * (node.start - self._lines.start(node.start))

    # ---- texts -----------------------------------------------------------------------------

    def to_mapping(
        self, node: Scalar, key: str, settings: Sequence[Setting], *, quote: bool
    ) -> None:
        """Turn a text into a mapping in braces, with the text under a key."""
        pairs = [f"{quoted(key) if quote else key}: {self._as_flow(node, quote=quote)}"]
        pairs += [_pair(setting, quote=quote) for setting in settings]
        self.replace(node.start, content_end(self.text, node), "{" + ", ".join(pairs) + "}")

    def _as_flow(self, node: Scalar, *, quote: bool) -> str:
        """Return a scalar's source if it means the same in braces, otherwise its text in quotes."""
        source = self.text[node.start : node.end]
        if quote or _BREAK.search(source) or node.style in _BLOCKS:
            return quoted(node.value.strip())
        if node.style or not re.search(r"[\[\]{},:?#]", source):
            return source
        return quoted(node.value)


def _last_scalar(own: Sequence[Entry]) -> Entry | None:
    """Return the entry to add others after: the last scalar before nested lists, else the last."""
    before = takewhile(lambda entry: not _is_nested(entry.value), own)
    lines = [e for e in before if _is_line(e.value)] or [e for e in own if _is_line(e.value)]
    scalars = [entry for entry in own if isinstance(entry.value, Scalar)]
    return next(reversed(lines or scalars), None)


def _is_line(value: Node) -> bool:
    return isinstance(value, Scalar) and value.style not in _BLOCKS


def _is_nested(value: Node) -> bool:
    """Return whether the value of a key is on the lines below it."""
    return not isinstance(value, Scalar) and not (value.flow or value.shared)


def _pair(setting: Setting, *, quote: bool) -> str:
    if quote:
        value = setting.value if setting.bare else quoted(setting.value)
        return f"{quoted(setting.key)}: {value}"
    value = setting.value if setting.bare else scalar_text(setting.value)
    gap = "" if value.startswith(("\n", "\r")) else " "
    return f"{setting.key}:{gap}{value}"


def content_end(text: str, node: Node) -> int:
    """Return where a node's content ends; a block node extends over comments and blank lines."""
    if isinstance(node, Scalar):
        if node.style in _BLOCKS:
            return node.start + len(text[node.start : node.end].rstrip())
        return node.end
    if node.flow or node.shared:
        return node.end
    if isinstance(node, ListNode):
        return content_end(text, node.items[-1]) if node.items else node.end
    own = [entry for entry in node.entries if entry.own]
    ends = (max(entry.key.end, content_end(text, entry.value)) for entry in own)
    return max(ends, default=node.end)
