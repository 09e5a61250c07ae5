"""Setting values in the settings of a YAML backlog or of a roadmap's front matter."""

from collections.abc import Mapping
from typing import TypeAlias

from backlog_sync.core.escaping import quoted
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.parsed import ParsedFile
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
    root = _root(parsed)
    if root is None:
        raise CannotSay("the file has no settings")
    editor = Editor(parsed.source.text)
    for path, value in values.items():
        _set(editor, root, path, value, entry_key)
    return editor.result()


def _root(parsed: ParsedFile) -> MapNode | None:
    text = parsed.source.text
    if is_roadmap(parsed.source.path):
        end = _front_end(text)
        top, _ = compose(text[:end], parsed.source.path)
        node: Node | None = top.get("backlog") if isinstance(top, MapNode) else None
    else:
        node, _ = compose(text, parsed.source.path)
    return node if isinstance(node, MapNode) else None


def _front_end(text: str) -> int:
    """Return where the closing fence of front matter begins, 0 if there is none."""
    at = text.find("\n") + 1
    while 0 < at < len(text):
        end = text.find("\n", at)
        if text[at : len(text) if end < 0 else end].strip() in ("---", "..."):
            return at
        at = end + 1
    return 0


def _set(editor: Editor, root: MapNode, path: Path, value: str | None, entry_key: str) -> None:
    *above, last = path
    node: Node | None = root
    for step in above:
        node = _step(node, step)
    if isinstance(last, int):
        scalar = _step(node, last)
        if not isinstance(scalar, Scalar) or value is None:
            raise CannotSay("it is written in parts")
        editor.replace(scalar.start, scalar.end, scalar_text(value, scalar.style))
        return
    if isinstance(node, Scalar) and not node.shared:
        if last != entry_key:
            setting = Setting(last, "null" if value is None else _plain(last, value), bare=True)
            editor.to_mapping(node, entry_key, [setting], quote=node.style == '"')
            return
        if value is None:
            raise CannotSay("it needs a name")
        editor.replace(node.start, node.end, scalar_text(value, node.style))
        return
    if not isinstance(node, MapNode) or node.shared:
        raise CannotSay("it is not written as a mapping there")
    editor.set_keys(node, [_setting(node, last, value)])


def _step(node: Node | None, step: str | int) -> Node | None:
    found: Node | None = None
    if isinstance(step, int) and isinstance(node, ListNode) and step < len(node.items):
        found = node.items[step]
    elif isinstance(step, str) and isinstance(node, MapNode):
        found = node.get(step)
    if found is not None and found.shared:
        raise CannotSay("an alias stands there, and what it stands for is used elsewhere too")
    return found


def _setting(node: MapNode, key: str, value: str | None) -> Setting:
    """Return the setting of a key; one that is there keeps its quotes."""
    there = node.get(key)
    if isinstance(there, ListNode | MapNode) or (there is not None and there.shared):
        raise CannotSay("it is not one value there")
    if value is None:
        return Setting(key, "null", bare=True)
    if there is not None and there.style:
        return Setting(key, value)
    return Setting(key, _plain(key, value), bare=True)


def _plain(key: str, value: str) -> str:
    """A value without quotes of its own; a color is in quotes, so that no digits are a number."""
    return quoted(value) if key == "color" else scalar_text(value)
