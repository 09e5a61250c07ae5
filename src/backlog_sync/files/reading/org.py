"""Read an Org file into items, like a roadmap, using what its syntax says."""

from dataclasses import replace

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.files.parsed import DEFAULTS, ParsedFile, ReadingOptions, Source
from backlog_sync.files.reading.markdown import parse_text
from backlog_sync.files.syntax.org import read_outline

ORG = "org"
"""The dialect name of Org files."""

_NONE = "this is not a backlog: no heading has a keyword such as TODO, and there are no check boxes"
_NONE_HINT = "write '* TODO Title', or name your keywords in a line '#+TODO:'"


def parse_org(source: Source, options: ReadingOptions = DEFAULTS) -> ParsedFile:
    """Read an Org file. Raise nothing."""
    parsed = parse_text(source, options, read_outline, ORG)
    if parsed.items or any(each.is_error for each in parsed.diagnostics):
        return parsed
    none = Diagnostic(Place(source.path), "not-a-backlog", _NONE, _NONE_HINT)
    return replace(parsed, diagnostics=(*parsed.diagnostics, none))
