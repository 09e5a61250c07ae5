"""Write GitHub's version of labels, milestones, options, the board and its views to the files.

A new name is written to all references as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.escape import quoted
from backlog_sync.core.fields import BOARD_KEYS
from backlog_sync.core.model import Settings
from backlog_sync.core.normalize import fold
from backlog_sync.core.pull import Take, TakeName, TakeValue
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.outline import Kind
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.syntax.markdown import scan_lines
from backlog_sync.files.write.engine import edited, read_again
from backlog_sync.files.write.new_values import (
    NOT_IN_PLACE,
    NewValue,
    UnwritableError,
    document_value,
)
from backlog_sync.files.write.nodes import Editor, Setting, scalar_text
from backlog_sync.files.yaml.nodes import ListNode, MapNode, Node, Scalar, compose

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list indices from the top of the settings."""

_LISTS: Mapping[ChangeKind, tuple[Path, str]] = {
    ChangeKind.MILESTONE: (("milestones",), "title"),
    ChangeKind.LABEL: (("labels",), "name"),
    ChangeKind.VIEW: (("project", "views"), "name"),
}
"""The list that declares definitions of a kind, and the key of their names."""


def with_definition(
    files: Sequence[ParsedFile], take: Take, settings: Settings
) -> list[ParsedFile]:
    """Return the files with one part of a definition set; a new name is set in all references, too.

    All or nothing: raises UnwritableError if any of the places cannot be written.
    """
    match take.what:
        case TakeName(was=was, now=now):
            _check(take, was, files, settings)
            several = any(_has_several(parsed.settings, take) for parsed in files)
            return [_renamed(parsed, take, was, now, several=several) for parsed in files]
        case TakeValue(value=value):
            text = value if value is None else str(value)
            changed = [_with_part(parsed, take, text) for parsed in files]
            if all(new is old for new, old in zip(changed, files, strict=True)):
                path = _LISTS[take.kind][0] if take.kind in _LISTS else ("project",)
                name = ".".join(map(str, path))
                raise UnwritableError(
                    f"it is not declared under `{name}:`; declare it there to keep it"
                )
            return changed
        case _:
            raise UnwritableError(NOT_IN_PLACE)


def _check(take: Take, was: str, files: Sequence[ParsedFile], settings: Settings) -> None:
    """Raise UnwritableError for a label that no item names: it comes from a kind or a priority."""
    if take.kind is not ChangeKind.LABEL:
        return
    written = {
        fold(str(value))
        for parsed in files
        for path, value in _leaves(parsed.settings)
        if path[0] == "kind_labels"
    }
    kinds = [
        kind for kind, label in settings.kind_labels.items() if label and fold(label) == fold(was)
    ]
    if kinds and fold(was) not in written:
        names = ", ".join(f"{kind}: …" for kind in kinds)
        raise UnwritableError(f"it is the label of a kind; name it with `kind_labels: {{{names}}}`")
    prefix = settings.priority_label
    if prefix and fold(was).startswith(fold(prefix)):
        raise UnwritableError("it is the label of a priority; rename the priority, or set it back")


# ---- one part ----------------------------------------------------------------------------------


def _with_part(parsed: ParsedFile, take: Take, value: str | None) -> ParsedFile:
    if take.kind is ChangeKind.PROJECT:
        return _with_board_text(parsed, ("project", take.name), value)
    above, key = _LISTS[take.kind]
    depth = len(above) + 1
    named = [
        path[:depth]
        for path, text in _leaves(parsed.settings)
        if path[: len(above)] == above
        and path[depth:] in ((), (key,))
        and fold(str(text)) == fold(take.key)
    ]
    if not named:
        return parsed
    return _with_settings(parsed, {(*path, take.name): value for path in named}, key)


def _with_board_text(parsed: ParsedFile, path: Path, value: str | None) -> ParsedFile:
    """Set a text of the board where the file declares it."""
    if path not in dict(_leaves(parsed.settings)):
        return parsed
    if value is not None and any(sign in value for sign in "\r\n"):
        raise UnwritableError("it has more than one line; change it by hand")
    return _with_settings(parsed, {path: value}, "title")


def _with_settings(parsed: ParsedFile, values: Mapping[Path, str | None], key: str) -> ParsedFile:
    """Set these settings, and check that nothing else in the file is read differently."""
    if parsed.dialect:
        raise UnwritableError("this file was written for another tool")
    read = read_again(parsed, _text_with(parsed, values, key))
    meant = dict(_leaves(parsed.settings))
    for path, value in values.items():
        if path[:-1] in meant:  # an entry that is only a name becomes a mapping
            meant[*path[:-1], key] = meant.pop(path[:-1])
        meant[path] = value
    same = [(i.document, i.kind, i.parent) for i in read.items] == [
        (i.document, i.kind, i.parent) for i in parsed.items
    ]
    if not same or dict(_leaves(read.settings)) != meant:
        raise UnwritableError(NOT_IN_PLACE)
    return read


def _leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, str | None]]:
    """Yield each plain value of the settings as text, with its path."""
    below: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, Mapping):
        below = value.items()
    elif isinstance(value, list | tuple):
        below = enumerate(value)
    else:
        yield path, None if value is None else str(value)
    for step, each in below:
        yield from _leaves(each, (*path, step))


# ---- a name ------------------------------------------------------------------------------------


def _has_several(settings: Mapping[str, object], take: Take) -> bool:
    """Return whether these settings declare a board field with several options."""
    path: Path = ("project", "fields", take.key, "type")
    types = (value for at, value in _leaves(settings) if _fits(at, path))
    return take.kind is ChangeKind.FIELD and "multi_select" in types


def _renamed(parsed: ParsedFile, take: Take, was: str, now: str, *, several: bool) -> ParsedFile:
    paths: dict[Path, str | None] = {
        path: now for path, value in _names(parsed.settings, take) if fold(str(value)) == fold(was)
    }
    assignments = [
        (index, change)
        for index, item in enumerate(parsed.items)
        for change in _of_item(item.document, take, was, now, several=several)
    ]
    if not (paths or assignments):
        return parsed
    if paths:
        _, key = _LISTS.get(take.kind, ("options", "name"))
        parsed = _with_settings(parsed, paths, key)
    return edited(parsed, assignments) if assignments else parsed


def _names(settings: Mapping[str, object], take: Take) -> Iterator[tuple[Path, str | None]]:
    """Yield each value of the settings that names something of this sort, with its path."""
    field = "milestone" if take.kind is ChangeKind.MILESTONE else "labels"
    patterns: list[Path] = [("label_map", _ANY), ("kind_labels", _ANY)]
    if take.kind is ChangeKind.FIELD:
        field = BOARD_KEYS.get(take.key, take.key)
        options = ("project", "fields", take.key, "options", _ANY)
        patterns = [options, (*options, "name")]
    else:
        above, key = _LISTS[take.kind]
        lists: list[Path] = [(*above, _ANY), (*above, _ANY, key)]
        patterns = [*lists, *(patterns if take.kind is ChangeKind.LABEL else [])]
    defaults: list[Path] = [("defaults", field), ("defaults", _ANY, field)]
    for default in [] if take.kind is ChangeKind.VIEW else defaults:
        patterns += [default, (*default, _ANY)]
    for path, value in _leaves(settings):
        if any(_fits(path, pattern) for pattern in patterns):
            yield path, value


_ANY = "*"


def _fits(path: Path, pattern: Path) -> bool:
    """Return whether a path matches a pattern; field names are compared without case."""
    return len(path) == len(pattern) and all(
        want in (_ANY, step) or fold(str(step)) == fold(str(want))
        for step, want in zip(path, pattern, strict=True)
    )


def _of_item(
    document: ItemDocument, take: Take, was: str, now: str, *, several: bool
) -> Iterator[NewValue]:
    """Yield the fields of an item to set, with the new name instead of the old one."""
    if take.kind is ChangeKind.VIEW:
        return
    if take.kind is ChangeKind.LABEL:
        labels = document.labels
        if labels is not None and any(fold(word) == fold(was) for word in labels):
            yield NewValue("labels", tuple(now if fold(w) == fold(was) else w for w in labels))
        return
    name = "milestone"
    if take.kind is ChangeKind.FIELD:
        name = BOARD_KEYS.get(take.key, take.key)
    current = document_value(document, name)
    if isinstance(current, str) and fold(current) == fold(was):
        yield NewValue(name, now)
    elif several and isinstance(current, str | list | tuple):
        words = (
            [w.strip() for w in current.split(",")]
            if isinstance(current, str)
            else map(str, current)
        )
        before = tuple(words)
        after = tuple(now if fold(word) == fold(was) else word for word in before)
        if after != before:
            yield NewValue(name, ", ".join(after) if isinstance(current, str) else after)


# ---- the text of settings ----------------------------------------------------------------------


def _text_with(parsed: ParsedFile, values: Mapping[Path, str | None], entry_key: str) -> str:
    """Return the file's text with these settings set; None clears a setting.

    A key may be new in an existing mapping. A list entry that is plain text becomes a mapping if it
    gets a second key; `entry_key` is then the key of its text. Raises UnwritableError if a
    value cannot be set there.
    """
    text, path = parsed.source.text, parsed.source.path
    root, _ = compose(text[: front_end(text)] if is_roadmap(path) else text, path)
    if is_roadmap(path) and isinstance(root, MapNode):
        root = root.get("backlog")
    if not isinstance(root, MapNode):
        raise UnwritableError("the file has no settings")
    editor = Editor(text)
    for steps, value in values.items():
        _set(editor, root, steps, value, entry_key)
    return editor.result()


def front_end(text: str) -> int:
    """Return the offset of the closing line of a roadmap's front matter, 0 if there is none."""
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
            raise UnwritableError("it is not one value there")
        editor.set_keys(node, [_setting(last, value, there)])
        return
    if isinstance(last, str) and last != entry_key and isinstance(node, Scalar) and not node.shared:
        setting = _setting(last, value, None)
        editor.to_mapping(node, entry_key, [setting], quote=node.style == '"')
        return
    scalar = node if last == entry_key else _step(node, last)
    if not isinstance(scalar, Scalar) or scalar.shared or value is None:
        raise UnwritableError("it is written in parts")
    editor.replace(scalar.start, scalar.end, scalar_text(value, scalar.style))


def _step(node: Node | None, step: str | int) -> Node | None:
    child: Node | None = None
    if isinstance(step, int) and isinstance(node, ListNode) and step < len(node.items):
        child = node.items[step]
    elif isinstance(step, str) and isinstance(node, MapNode):
        child = node.get(step)
    if child is not None and child.shared:
        raise UnwritableError("an alias is used there, and its value is also used elsewhere")
    return child


def _setting(key: str, value: str | None, there: Scalar | None) -> Setting:
    """Return the setting of a key; an existing value keeps its quotes.

    A new color is put in quotes, so that one that has only digits is not read as a number.
    """
    if value is None:
        return Setting(key, "null", bare=True)
    if key == "public":
        return Setting(key, value, bare=True)
    if there is not None and there.style:
        return Setting(key, value)
    return Setting(key, quoted(value) if key == "color" else scalar_text(value), bare=True)
