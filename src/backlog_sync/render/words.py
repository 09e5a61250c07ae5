"""Put counts and numbers into words."""

from collections.abc import Sequence

from backlog_sync.core.diagnostics import Diagnostic


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun: "1 link", "30 links"."""
    return f"{count} {singular if count == 1 else plural or singular + 's'}"


def number(value: float) -> str:
    """Return a number without a needless fraction: 5, 2.5."""
    return f"{value:.10g}"


def count_findings(diagnostics: Sequence[Diagnostic]) -> str:
    """Return the numbers of errors and warnings, in words."""
    errors = sum(1 for diagnostic in diagnostics if diagnostic.is_error)
    warnings = len(diagnostics) - errors
    counts = [counted(errors, "error")] if errors else []
    counts += [counted(warnings, "warning")] if warnings else []
    return " and ".join(counts) or "no errors or warnings"


def found_text(diagnostics: Sequence[Diagnostic], *, fixable: int = 0, then: str = "") -> str:
    """Return the last line of a list of diagnostics; `then` says what follows from them."""
    if not diagnostics:
        return "No problems found."
    fix = f" ({fixable} fixable with --fix)" if fixable else ""
    return f"Found {count_findings(diagnostics)}{fix}{then and f'; {then}'}."
