"""Read front matter: the settings of a roadmap under `backlog:`, or the fields of an item."""

from collections.abc import Iterator, Mapping
from dataclasses import field

from backlog_sync.core.diagnostics import Diagnostic, Place, warning
from backlog_sync.dataclass import dataclass
from backlog_sync.files.outline import Kind, Line
from backlog_sync.files.parsed import Source
from backlog_sync.files.refs import is_repository
from backlog_sync.files.source import Lines
from backlog_sync.files.yaml.nodes import MapNode, Scalar, compose, places_below, to_plain

_KEY = "backlog"
_LONGEST = 20_000
"""Maximum size in characters of front matter that is checked for the fields of an item."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The raw settings, their places by dotted path, and the diagnostics.

    `fields` are the keys and values of front matter without our settings; `end` is the row of its
    closing fence.
    """

    settings: Mapping[str, object] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    fields: MapNode | None = None
    end: int = -1


_UNMISTAKABLE = ("reading", "project")
"""Settings that are mappings; the front matter of other tools never has mappings of these names."""


def front_matter(source: Source, lines: tuple[Line, ...]) -> FrontMatter:
    """Read the front matter of a file; report errors only if it contains our settings."""
    end = next((line.row for line in lines if line.kind is not Kind.FRONT), len(lines)) - 1
    if end < 0:
        return FrontMatter()
    ours = any(source.text.startswith(f"{_KEY}:", line.start) for line in lines[: end + 1])
    if not ours and lines[end].start > _LONGEST:
        return FrontMatter()
    # The first fence opens a YAML document, so offsets and lines stay those of the file.
    root, faults = compose(source.text[: lines[end].start], source.path)
    if not ours:
        fields = root if isinstance(root, MapNode) and not faults else None
        astray = tuple(_astray(source, fields)) if fields else ()
        return FrontMatter(diagnostics=astray, fields=fields, end=end)
    node = root.get(_KEY) if isinstance(root, MapNode) else None
    if faults or node is None or (isinstance(node, Scalar) and node.is_null):
        return FrontMatter(diagnostics=faults)
    if not isinstance(node, MapNode):
        place = Lines(source.text).place(source.path, node.start)
        hint = "write 'repository: owner/name' and the like below it, indented"
        fault = Diagnostic(place, "wrong-type", "'backlog' must be a mapping of settings", hint)
        return FrontMatter(diagnostics=(fault,))
    settings = to_plain(node)
    assert isinstance(settings, dict)
    return FrontMatter(settings, places_below(node, source.path, Lines(source.text)))


def _astray(source: Source, fields: MapNode) -> Iterator[Diagnostic]:
    """Report our settings that are not read because they are not below `backlog:`."""
    for entry in fields.entries:
        named = (
            entry.key.value == "repository"
            and isinstance(entry.value, Scalar)
            and is_repository(entry.value.value)
        )
        if named or (entry.key.value in _UNMISTAKABLE and isinstance(entry.value, MapNode)):
            place = Lines(source.text).place(source.path, entry.key.start)
            message = f"'{entry.key.value}' is not below '{_KEY}:' and is not read"
            hint = f"write '{_KEY}:' above it, and indent it by two spaces"
            yield warning(place, "settings-astray", message, hint)
