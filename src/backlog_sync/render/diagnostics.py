"""Render lint's findings for people, scripts, workflow logs and code scanning."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from rich.text import Text

from backlog_sync.core.diagnostics import Diagnostic, Place, Severity
from backlog_sync.core.escape import clean, json_text
from backlog_sync.render.annotations import Annotation, annotation_command
from backlog_sync.render.canvas import Look, paint

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def diagnostics_text(diagnostics: Sequence[Diagnostic], *, color: bool = False) -> str:
    """Return `path:line:column: slug: message` and a hint line for each, sorted by place.

    In color, errors are red and warnings yellow. Lines are never wrapped: editors and scripts
    read them.
    """
    lines: list[Text] = []
    for diagnostic in sorted(diagnostics):
        line = Text(f"{clean(str(diagnostic.place))}: ")
        line.append(diagnostic.slug, "red" if diagnostic.is_error else "yellow")
        lines.append(line.append(f": {clean(diagnostic.message)}"))
        if diagnostic.hint:
            hint = Text("    ").append("hint:", "dim")
            lines.append(hint.append(f" {clean(diagnostic.hint)}"))
    return paint(lines, Look(color=color, uncut=True))


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
