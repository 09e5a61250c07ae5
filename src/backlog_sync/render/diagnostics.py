"""What lint found, for people, scripts, workflow logs and code scanning."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from backlog_sync.core.diagnostics import Diagnostic, Severity
from backlog_sync.core.escaping import json_text
from backlog_sync.render.escape import clean, split_lines, visible

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def diagnostics_text(diagnostics: Sequence[Diagnostic], *, color: bool = False) -> str:
    """`path:line:column: slug: message` and a hint line each, sorted by place.

    In colour, errors are red and warnings yellow. Lines are never wrapped: editors and scripts
    read them.
    """
    lines = []
    for diagnostic in sorted(diagnostics):
        slug, hint = diagnostic.slug, "hint:"
        if color:
            slug = f"\x1b[{31 if diagnostic.is_error else 33}m{slug}\x1b[0m"
            hint = f"\x1b[2m{hint}\x1b[0m"
        lines.append(f"{clean(str(diagnostic.place))}: {slug}: {clean(diagnostic.message)}")
        if diagnostic.hint:
            lines.append(f"    {hint} {clean(diagnostic.hint)}")
    return "".join(line + "\n" for line in lines)


def diagnostics_github(diagnostics: Sequence[Diagnostic]) -> str:
    """Workflow commands that annotate the files, escaped as the runner's own toolkit does.

    Source: GitHub's documentation of workflow commands and @actions/core's escapeData and
    escapeProperty.
    """
    lines = []
    for diagnostic in sorted(diagnostics):
        properties = ",".join(
            f"{name}={_property(value)}"
            for name, value in (
                ("file", diagnostic.place.path),
                ("line", str(diagnostic.place.line)),
                ("col", str(diagnostic.place.column)),
                ("title", diagnostic.slug),
            )
        )
        message = diagnostic.message + (f"\nhint: {diagnostic.hint}" if diagnostic.hint else "")
        lines.append(f"::{diagnostic.severity.value} {properties}::{_data(message)}\n")
    return "".join(lines)


def explained_github(lines: Sequence[Mapping[str, object]]) -> str:
    """Workflow commands that note for each line which rule took it, or why none did.

    `lines` are mappings of `path`, `line`, `rule`, `key` and `reason`. A step shows the first ten
    notes; its log shows all (GitHub's documentation of workflow commands).
    """
    commands = []
    for line in lines:
        parts = [str(line[name]) for name in ("key", "reason") if line[name]]
        place = f"file={_property(str(line['path']))},line={line['line']}"
        title = _property(str(line["rule"]))
        commands.append(f"::notice {place},title={title}::{_data(': '.join(parts) or 'read')}\n")
    return "".join(commands)


def diagnostics_sarif(diagnostics: Sequence[Diagnostic], version: str) -> str:
    """A SARIF 2.1.0 log, as code scanning takes it; `version` is that of this tool."""
    ordered = sorted(diagnostics)
    slugs = sorted({diagnostic.slug for diagnostic in ordered})
    run = {
        "tool": {
            "driver": {
                "name": "backlog",
                "version": version,
                "rules": [{"id": slug, "shortDescription": {"text": slug}} for slug in slugs],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, slugs.index(diagnostic.slug)) for diagnostic in ordered],
    }
    log = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(log) + "\n"


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, object]:
    text = diagnostic.message + (f"\nhint: {diagnostic.hint}" if diagnostic.hint else "")
    region = {"startLine": diagnostic.place.line, "startColumn": diagnostic.place.column}
    return {
        "ruleId": diagnostic.slug,
        "ruleIndex": rule,
        "level": "error" if diagnostic.severity is Severity.ERROR else "warning",
        "message": {"text": text},
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


def _data(value: str) -> str:
    return "%0A".join(visible(line).replace("%", "%25") for line in split_lines(value))


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
