"""Findings of lint and warnings of plans: location, problem and hint."""

from dataclasses import field
from enum import StrEnum

from backlog_sync.dataclass import dataclass


class Severity(StrEnum):
    """An error stops a sync, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A location in a source: the path as the user wrote it, line and column from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction in which nothing is ambiguous: `old`, on the line of the place, becomes `new`.

    It applies only if `old` is at the place itself, or only once behind it; if it is the `whole`
    line, only if the line is still that.
    """

    old: str
    new: str
    whole: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One finding; diagnostics sort by location. `fix` is what `lint --fix` does about it."""

    place: Place
    slug: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    fix: Fix | None = field(default=None, compare=False)

    @property
    def is_error(self) -> bool:
        """Whether it stops a sync."""
        return self.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning about the plan, what to do about it, and the place that it refers to, if any.

    `title` is that of its item if warnings of its kind are shown together.
    """

    message: str
    slug: str
    hint: str
    place: Place | None = None
    ref: str | None = None
    title: str = ""


def warning(place: Place, slug: str, message: str, hint: str = "") -> Diagnostic:
    """Return a finding that does not stop a sync."""
    return Diagnostic(place, slug, message, hint, Severity.WARNING)
