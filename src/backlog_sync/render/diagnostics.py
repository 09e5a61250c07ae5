"""Render lint's findings for people, scripts, workflow logs and code scanning."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from rich.text import Text

from backlog_sync.core.diagnostics import Diagnostic, Place, Severity
from backlog_sync.core.escape import json_text, split_lines
from backlog_sync.render.annotations import Annotation, annotation_command
from backlog_sync.render.canvas import Look, paint, stacked
from backlog_sync.render.catalogue import Entry, catalogue, entry_markdown
from backlog_sync.render.message import message_lines

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
NO_TEXTS: Final[Mapping[str, str]] = MappingProxyType({})


def diagnostics_text(
    diagnostics: Sequence[Diagnostic], look: Look, texts: Mapping[str, str] = NO_TEXTS
) -> str:
    """Return each diagnostic as `path:line:column: severity[slug] message`, sorted by place.

    On a terminal the line of the source is shown below it, with the part that is meant
    underlined, and a blank line; `texts` are the contents of files by path. In a pipe a diagnostic
    is one line, and its hint another: editors and scripts read them.
    """
    sources = {path: split_lines(text) for path, text in _needed(diagnostics, texts, look)}
    blocks = [
        message_lines(
            diagnostic.severity,
            diagnostic.slug,
            diagnostic.message,
            diagnostic.hint,
            look,
            diagnostic.place,
            _line_of(diagnostic.place, sources),
        )
        for diagnostic in sorted(diagnostics)
    ]
    if look.uncut:
        return paint([line for block in blocks for line in block], look)
    return paint([*stacked(blocks), Text()] if blocks else [], look)


def _needed(
    diagnostics: Iterable[Diagnostic], texts: Mapping[str, str], look: Look
) -> Iterator[tuple[str, str]]:
    """Yield the files whose lines are shown: those with diagnostics, on a terminal."""
    paths = () if look.uncut else {diagnostic.place.path for diagnostic in diagnostics}
    return ((path, texts[path]) for path in paths if path in texts)


def _line_of(place: Place, sources: Mapping[str, Sequence[str]]) -> str:
    lines = sources.get(place.path, ())
    return lines[place.line - 1] if place.line <= len(lines) else ""


def diagnostics_github(diagnostics: Sequence[Diagnostic]) -> str:
    """Return workflow commands that annotate the files."""
    return "".join(
        annotation_command(
            Annotation(
                diagnostic.severity.value, diagnostic.slug, _with_hint(diagnostic), diagnostic.place
            )
        )
        for diagnostic in sorted(diagnostics)
    )


def explained_github(lines: Sequence[Mapping[str, object]]) -> str:
    """Return workflow commands that note for each line which rule matched it, or why none did.

    `lines` are mappings of `path`, `line`, `rule`, `key` and `reason`. A step shows the first ten
    notes; its log shows all (GitHub's documentation of workflow commands).
    """
    commands = []
    for line in lines:
        parts = [str(line[name]) for name in ("key", "reason") if line[name]]
        place = Place(str(line["path"]), int(str(line["line"])))
        note = Annotation("notice", str(line["rule"]), ": ".join(parts) or "read", place)
        commands.append(annotation_command(note, column=False))
    return "".join(commands)


def diagnostics_sarif(diagnostics: Sequence[Diagnostic], version: str) -> str:
    """Return a SARIF 2.1.0 log for code scanning; `version` is that of this tool."""
    ordered = sorted(diagnostics)
    slugs = sorted({diagnostic.slug for diagnostic in ordered})
    rules = [_rule(catalogue()[slug]) for slug in slugs]
    run = {
        "tool": {"driver": {"name": "backlog", "version": version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, slugs.index(diagnostic.slug)) for diagnostic in ordered],
    }
    log = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(log) + "\n"


def _rule(entry: Entry) -> dict[str, object]:
    """Return a rule; code scanning shows its help next to each result."""
    level = "warning" if entry.severity == "warning" else "error"
    return {
        "id": entry.slug,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": f"{entry.title}. {entry.why}"},
        "help": {"text": f"{entry.why} {entry.fix}", "markdown": entry_markdown(entry)},
        "defaultConfiguration": {"level": level},
    }


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, object]:
    region = {"startLine": diagnostic.place.line, "startColumn": diagnostic.place.column}
    return {
        "ruleId": diagnostic.slug,
        "ruleIndex": rule,
        "level": "error" if diagnostic.severity is Severity.ERROR else "warning",
        "message": {"text": _with_hint(diagnostic)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(diagnostic.place.path)},
                    "region": region,
                }
            }
        ],
    }


def _uri(path: str) -> str:
    return quote(path.replace("\\", "/"))


def _with_hint(diagnostic: Diagnostic) -> str:
    return diagnostic.message + (f"\nhint: {diagnostic.hint}" if diagnostic.hint else "")
