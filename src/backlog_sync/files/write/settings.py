"""Setting values in the settings of a YAML backlog or of a roadmap's front matter."""

from collections.abc import Mapping
from typing import TypeAlias

from backlog_sync.core.escaping import quoted
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.syntax.markdown import Kind, scan_lines
from backlog_sync.files.write.nodes import Editor, Setting, scalar_text
from backlog_sync.files.write.wanted import CannotSay
from backlog_sync.files.yaml.nodes import ListNode, MapNode, Node, Scalar, compose

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list indices from the top of the settings."""


def with_settings(parsed: ParsedFile, values: Mapping[Path, str | None], *, entry_key: str) -> str:
    """Return the file's text with these settings set; None empties one.

    A key may be new in a mapping that is there. `entry_key` is the key of a list entry's plain
    text, which becomes a mapping where it gets a second key. Raises CannotSay if a value cannot
    be set there.
    """
    text, path = parsed.source.text, parsed.source.path
    root, _ = compose(text[: front_end(text)] if is_roadmap(path) else text, path)
    if is_roadmap(path) and isinstance(root, MapNode):
        root = root.get("backlog")
    if not isinstance(root, MapNode):
        raise CannotSay("the file has no settings")
    editor = Editor(text)
    for steps, value in values.items():
        _set(editor, root, steps, value, entry_key)
    return editor.result()


def front_end(text: str) -> int:
    """Where the line that closes the front matter of a roadmap begins, 0 if there is none."""
    front = [line for line in scan_lines(text) if line.kind is Kind.FRONT]
    return front[-1].start if front else 0


def _set(editor: Editor, root: MapNode, path: Path, value: str | None, entry_key: str) -> None:
    *above, last = path
    node: Node | None = root
    for step in above:
        node = _step(node, step)
    if isinstance(last, str) and isinstance(node, MapNode) and not node.shared:
        there = node.get(last)
        if isinstance(there, ListNode | MapNode) or (there is not None and there.shared):
            raise CannotSay("it is not one value there")
        editor.set_keys(node, [_setting(last, value, there)])
        return
    if isinstance(last, str) and last != entry_key and isinstance(node, Scalar) and not node.shared:
        setting = _setting(last, value, None)
        editor.to_mapping(node, entry_key, [setting], quote=node.style == '"')
        return
    scalar = node if last == entry_key else _step(node, last)
    if not isinstance(scalar, Scalar) or scalar.shared or value is None:
        raise CannotSay("it is written in parts")
    editor.replace(scalar.start, scalar.end, scalar_text(value, scalar.style))


def _step(node: Node | None, step: str | int) -> Node | None:
    found: Node | None = None
    if isinstance(step, int) and isinstance(node, ListNode) and step < len(node.items):
        found = node.items[step]
    elif isinstance(step, str) and isinstance(node, MapNode):
        found = node.get(step)
    if found is not None and found.shared:
        raise CannotSay("an alias stands there, and what it stands for is used elsewhere too")
    return found


def _setting(key: str, value: str | None, there: Scalar | None) -> Setting:
    """A key with its value; one that is there keeps its quotes.

    A new color is in quotes, so that no digits are a number.
    """
    if value is None:
        return Setting(key, "null", bare=True)
    if there is not None and there.style:
        return Setting(key, value)
    return Setting(key, quoted(value) if key == "color" else scalar_text(value), bare=True)
