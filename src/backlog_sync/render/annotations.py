"""Annotations of a workflow run: the one printer of `::error …`, `::warning …`, `::notice …`.

Sources: GitHub's documentation, "Workflow commands for GitHub Actions"; @actions/core.
"""

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.escape import command_data, command_property
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Annotation:
    """A message at a line of a file, or about the run as a whole if `place` is None.

    `kind` is error, warning or notice.
    """

    kind: str
    title: str
    message: str
    place: Place | None = None


def annotation_command(annotation: Annotation, prefix: str = "", *, column: bool = True) -> str:
    """Return the workflow command, with its newline; `prefix` leads to the paths' folder."""
    properties = []
    place = annotation.place
    if place is not None:
        properties = [f"file={command_property(prefix + place.path)}", f"line={place.line}"]
        properties += [f"col={place.column}"] if column else []
    properties.append(f"title={command_property(annotation.title)}")
    return f"::{annotation.kind} {','.join(properties)}::{command_data(annotation.message)}\n"
