"""Save answers to its settings: how a roadmap is read, its repository and its board."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from backlog_sync.core.escape import quoted
from backlog_sync.errors import FailedError
from backlog_sync.files.load import CONFIG
from backlog_sync.files.parsed import Source
from backlog_sync.files.reading.front import front_matter
from backlog_sync.files.source import create_file, read_source
from backlog_sync.files.syntax.markdown import read_outline
from backlog_sync.files.write.change import change_of, save
from backlog_sync.files.write.definitions import front_end
from backlog_sync.files.write.nodes import Editor, Setting, scalar_text
from backlog_sync.files.yaml.file import parse_yaml
from backlog_sync.files.yaml.nodes import MapNode, compose

Settings = Mapping[str, object]
"""`reading:` with its patterns, `bullets:`, `id:`, or `repository:` and `project:`."""


def setting_lines(settings: Settings, indent: str = "") -> list[str]:
    """Return the settings of a reading as lines of YAML."""
    lines: list[str] = []
    for name, value in settings.items():
        if isinstance(value, Mapping):
            lines.append(f"{indent}{name}:")
            lines += [f"{indent}  {_key(str(k))}: {_flow(each)}" for k, each in value.items()]
        else:
            lines.append(f"{indent}{name}: {scalar_text(str(value))}")
    return lines


def write_to_config(root: Path, settings: Settings) -> str:
    """Add settings to the file that all roadmaps of a repository share; return its path.

    Raises FailedError if it cannot be written, or already declares something else.
    """
    file = root / CONFIG
    if not file.exists():
        create_file(file, "\n".join((_REMARK, *setting_lines(settings), "")).encode())
        return CONFIG
    source = read_source(file, CONFIG)
    if not isinstance(source, Source):
        raise FailedError(f"{CONFIG}: {source.message}", slug=source.slug, hint=source.hint)
    root_node, faults = compose(source.text, CONFIG)
    if faults or not isinstance(root_node, MapNode | None):
        raise _unsayable(CONFIG)
    text = _set(source.text, root_node, settings) if root_node else _behind(source.text, settings)
    _check(parse_yaml(replace(source, text=text)).settings, settings, CONFIG)
    save(change_of(source, text))
    return CONFIG


def write_to_yaml(source: Source, settings: Settings) -> str:
    """Add settings to a YAML backlog; return its path. Raises FailedError."""
    root_node, faults = compose(source.text, source.path)
    if faults or not isinstance(root_node, MapNode):
        raise _unsayable(source.path)
    text = _set(source.text, root_node, settings)
    _check(parse_yaml(replace(source, text=text)).settings, settings, source.path)
    save(change_of(source, text))
    return source.path


def write_to_front(source: Source, settings: Settings) -> str:
    """Add settings to the front matter of a roadmap; return its path. Raises FailedError."""
    text = with_front(source.text, source.path, settings)
    outline = read_outline(text)
    front = front_matter(replace(source, text=text), outline.lines)
    _check(front.settings, settings, source.path)
    save(change_of(source, text))
    return source.path


def with_front(text: str, path: str, settings: Settings) -> str:
    """Return a roadmap's text with these settings below `backlog:` in its front matter."""
    brk = Editor(text).line_break
    end = front_end(text)
    if not end:
        block = ["---", "backlog:", *setting_lines(settings, "  "), "---", "", ""]
        return brk.join(block) + text
    top, faults = compose(text[:end], path)
    node = top.get("backlog") if isinstance(top, MapNode) else None
    if faults or (top is not None and not isinstance(top, MapNode)):
        raise _unsayable(path)
    if isinstance(node, MapNode):
        return _set(text[:end], node, settings) + text[end:]
    if node is not None:
        raise _unsayable(path)
    block = ["backlog:", *setting_lines(settings, "  "), ""]
    return text[:end] + brk.join(block) + text[end:]


_BOARD_KEYS = ("owner", "title", "number")
"""Keys that are written without quotes; the others are patterns, which may contain anything."""
_REMARK = "# Settings that the roadmaps of this repository share."


def _set(text: str, node: MapNode, settings: Settings) -> str:
    editor = Editor(text)
    for name, value in settings.items():
        if not isinstance(value, Mapping):
            editor.set_keys(node, [Setting(name, str(value))])
            continue
        there = node.get(name)
        new = [Setting(_key(str(key)), _flow(each), bare=True) for key, each in value.items()]
        if isinstance(there, MapNode) and there.entries:
            editor.set_keys(there, new)
        else:
            editor.set_keys(node, [Setting(name, _block(editor, node, new), bare=True)])
    return editor.result()


def _block(editor: Editor, node: MapNode, new: Sequence[Setting]) -> str:
    """Return patterns as the value of a new key: below it, or in braces like the rest."""
    if node.flow:
        return "{" + ", ".join(f"{each.key}: {each.value}" for each in new) + "}"
    lead = f"{editor.line_break}{editor.indent(node)}  "
    return "".join(f"{lead}{each.key}: {each.value}" for each in new)


def _behind(text: str, settings: Settings) -> str:
    """Return a text without settings, with these settings appended."""
    gap = "" if not text or text.endswith("\n") else "\n"
    return text + gap + "\n".join((*setting_lines(settings), ""))


def _key(name: str) -> str:
    return name if name in _BOARD_KEYS else quoted(name)


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_flow(each)}" for k, each in value.items()) + "}"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return text if text.isascii() and text.isalpha() and text != "no" else quoted(text)


def _check(settings_now: Settings, settings: Settings, path: str) -> None:
    """Check, by reading the settings again, that they are as intended."""
    for name, value in settings.items():
        there = settings_now.get(name)
        same = there == value
        if isinstance(value, Mapping) and isinstance(there, Mapping):
            # Scalars are read as text.
            columns = {
                key: str(each) if isinstance(each, int) else each for key, each in value.items()
            }
            same = all(there.get(key) == each for key, each in columns.items())
        if not same:
            raise _unsayable(path)


def _unsayable(path: str) -> FailedError:
    return FailedError(
        f"{path}: these settings cannot be put in there",
        slug="not-written",
        hint="put the lines that were printed into its settings yourself",
    )
