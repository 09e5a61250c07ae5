"""Read a small YAML or JSON file into a pydantic model, with the place of every error."""

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.files.source import Lines, read_source
from backlog_sync.files.validation import MANY, explain
from backlog_sync.files.yaml.nodes import MapNode, compose, places_below, to_plain

M = TypeVar("M", bound=BaseModel)


def read_model(
    file: Path, shown: str, model: type[M], *, listed_in: str
) -> M | tuple[Diagnostic, ...]:
    """Read a file that contains one mapping; messages show its path as `shown`.

    `listed_in` is the page that lists the valid values, for hints that would be too long. Returns
    the model, or all errors of the file. Raises nothing for its content.
    """
    source = read_source(file, shown)
    more = f"{listed_in} lists the valid values"
    if isinstance(source, Diagnostic):
        about_backlogs = source.slug in ("file-missing", "empty-file")
        return (replace(source, hint=more) if about_backlogs else source,)
    root, diagnostics = compose(source.text, shown)
    if diagnostics:
        return diagnostics
    if not isinstance(root, MapNode):
        return (Diagnostic(Place(shown), "wrong-type", "the file must hold a mapping", more),)
    places = {"": Place(shown), **places_below(root, shown, Lines(source.text))}
    try:
        return model.model_validate(to_plain(root))
    except ValidationError as error:
        problems = explain(error, model, lambda path: places.get(".".join(path)))
        return tuple(sorted(replace(d, hint=more) if d.hint == MANY else d for d in problems))
