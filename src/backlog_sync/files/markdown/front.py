"""Front matter: the settings of a roadmap, under the key `backlog:`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.files.parsed import Source
from backlog_sync.files.source import Lines
from backlog_sync.files.syntax.markdown import Kind, Line
from backlog_sync.files.yaml.nodes import MapNode, Scalar, compose, places_below, to_plain

_KEY = "backlog"


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The raw settings, their places by dotted path, and what is wrong with them."""

    settings: Mapping[str, object] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


def front_matter(source: Source, lines: tuple[Line, ...]) -> FrontMatter:
    """Read the settings of a file's front matter.

    Front matter without a line that begins with `backlog:` belongs to other tools and is not
    even parsed.
    """
    taken = [line for line in lines if line.kind is Kind.FRONT]
    if not any(source.text.startswith(f"{_KEY}:", line.start) for line in taken):
        return FrontMatter()
    # The first fence opens a YAML document; offsets and lines stay those of the file.
    root, faults = compose(source.text[: taken[-1].start], source.path)
    node = root.get(_KEY) if isinstance(root, MapNode) else None
    if faults or node is None or (isinstance(node, Scalar) and node.is_null):
        return FrontMatter(diagnostics=faults)
    if not isinstance(node, MapNode):
        place = Lines(source.text).place(source.path, node.start)
        hint = "write 'repository: owner/name' and the like below it, indented"
        fault = Diagnostic(place, "wrong-type", "'backlog' takes a mapping of settings", hint)
        return FrontMatter(diagnostics=(fault,))
    settings = to_plain(node)
    assert isinstance(settings, dict)
    return FrontMatter(settings, places_below(node, source.path, Lines(source.text)))
