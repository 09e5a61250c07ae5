"""Compare totals that a document states with the totals of its items."""

import math
from collections.abc import Sequence
from dataclasses import replace

from backlog_sync.core.diagnostics import Diagnostic, warning
from backlog_sync.dataclass import dataclass
from backlog_sync.files.parsed import Claim, ParsedFile
from backlog_sync.files.vocabulary import list_kind

_CRITERIA = ("criteria", "acceptance_criteria", "checklist")


@dataclass(frozen=True, slots=True)
class Figure:
    """An item for totals: its index in the file, its points, and what it counts as."""

    index: int
    kind: str
    points: float
    criteria: int
    milestone: str | None
    ancestors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WrongTotal:
    """A wrong total, and the correct one; `sure` is whether it can be written."""

    claim: Claim
    computed: float
    sure: bool = True


def wrong_totals(parsed: ParsedFile, figures: Sequence[Figure]) -> tuple[WrongTotal, ...]:
    """Return the totals of one file that differ from its items.

    A total of something that cannot be counted is ignored, and so is one of a part without items.
    """
    wrong = []
    for claim in parsed.claims:
        within = _within(claim, figures)
        computed = _compute(claim.what, within) if within else None
        if computed is None or computed == claim.value:
            continue
        listed = _of_rows(claim, figures) if claim.rows else computed
        if claim.value != listed:
            sure = claim.sure and computed == listed and computed > 0
            wrong.append(WrongTotal(claim, computed, sure))
    return tuple(wrong)


def _within(claim: Claim, figures: Sequence[Figure]) -> list[Figure]:
    if claim.scope is not None:
        return [figure for figure in figures if claim.scope in figure.ancestors]
    first, last = claim.items or (0, math.inf)
    return [figure for figure in figures if first <= figure.index < last]


def _of_rows(claim: Claim, figures: Sequence[Figure]) -> float:
    """Return the total of the items of a table's rows."""
    rows = (replace(claim, scope=index, rows=()) for index in claim.rows)
    return sum(_compute(claim.what, _within(row, figures)) or 0 for row in rows)


def _compute(what: str, figures: Sequence[Figure]) -> float | None:
    if what == "points":
        return sum(figure.points for figure in figures)
    if what == "items":
        return len(figures)
    if what == "milestones":
        return len({figure.milestone for figure in figures if figure.milestone})
    if what in _CRITERIA:
        return sum(figure.criteria for figure in figures)
    kind = list_kind(what)
    return sum(figure.kind == kind for figure in figures) if kind else None


def describe_wrong_total(wrong: WrongTotal, parsed: ParsedFile) -> Diagnostic:
    """Return the warning for a wrong total, with both numbers."""
    claim = wrong.claim
    claimer = "the document" if claim.items is None else "this section"
    if claim.scope is not None:
        claimer = f"'{parsed.items[claim.scope].document.title}'"
    has = "the items add up to" if claim.what == "points" else "it has"
    what = claim.what.replace("_", " ")
    message = f"{claimer} says {claim.value:g} {what}, but {has} {wrong.computed:g}"
    hint = f"write {wrong.computed:g}, or find what is missing"
    if not wrong.sure:
        hint += "; `lint --fix` leaves it, because it may count something else"
    return warning(claim.place, "wrong-total", message, hint)
