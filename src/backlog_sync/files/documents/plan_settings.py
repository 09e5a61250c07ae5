"""The models of the planning settings that reports use."""

import re
from datetime import date
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from backlog_sync.core.capacity import MOST, read
from backlog_sync.files.documents.items import Risks
from backlog_sync.files.documents.values import (
    Model,
    ReviewNotes,
    Words,
    invalid,
    optional,
    shorthand,
)

_SPAN = re.compile(r"([0-9]{1,4})\s*(d|w|m|y)?(?:ays?|eeks?|onths?|ears?)?", re.IGNORECASE)


def _days(value: object) -> object:
    """Convert `90`, `90d`, `6w` or `3 months` to days."""
    if isinstance(value, str) and (span := _SPAN.fullmatch(value.strip())):
        return int(span[1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[(span[2] or "d").lower()]
    return value


_Days: TypeAlias = Annotated[
    int, Field(ge=1, le=3660), BeforeValidator(_days, json_schema_input_type=int | str)
]
_HoursPerWeek: TypeAlias = Annotated[float, Field(gt=0, le=MOST)]
_QUARTER = re.compile(r"([0-9]{4})[- ]?Q([1-4])|Q([1-4])[- ]?([0-9]{4})", re.IGNORECASE)


def quarter_start(word: str) -> date:
    """Return the first date of a quarter such as `2027-Q1`. Raises `ValueError` for other texts."""
    quarter = _QUARTER.fullmatch(word.strip())
    if quarter is None:
        raise invalid("invalid-quarter", "this is not a quarter", "write it as 2027-Q1")
    return date(int(quarter[1] or quarter[4]), 3 * int(quarter[2] or quarter[3]) - 2, 1)


def _rate(value: object) -> object:
    """Check that a value is hours per week or a number of people; the error quotes the value."""
    if value is None or (isinstance(value, str | int | float) and read(str(value).strip())):
        return value
    is_negative = isinstance(value, str | int | float) and str(value).startswith("-")
    what = "negative" if is_negative else "neither hours per week nor a number of people"
    hint = "write hours per week, or '3-4 people'"
    raise invalid("invalid-capacity", f"'{str(value)[:60]}' is {what}", hint)


def _once(steps: dict[str, float | str]) -> dict[str, float | str]:
    if not steps:
        raise invalid("empty-value", "no quarter is given", "write {2027-Q1: 96}")
    seen: dict[date, str] = {}
    for word in steps:
        other = seen.setdefault(quarter_start(word), word)
        if other != word:
            text = f"'{other}' and '{word}' are the same quarter"
            raise invalid("duplicate-quarter", text, "keep one of them")
    return steps


_Rate: TypeAlias = Annotated[
    float | str, BeforeValidator(_rate, json_schema_input_type=float | str)
]
_Steps: TypeAlias = Annotated[
    dict[Annotated[str, AfterValidator(lambda word: quarter_start(word) and word)], _Rate],
    AfterValidator(_once),
]


class SegmentDocument(Model):
    """The capacity of a team, or of the people with a skill."""

    capacity: Annotated[
        Annotated[_Rate, Tag("always")] | Annotated[_Steps, Tag("by_quarter")],
        Discriminator(lambda value: "by_quarter" if isinstance(value, dict) else "always"),
    ] = Field(
        description="Hours per week (96), people ('3-4 engineers'), or either by quarter: from each"
        " quarter until the next one listed, {2027-Q1: 96, 2027-Q3: 160}."
    )


_Segment: TypeAlias = Annotated[
    SegmentDocument, shorthand("capacity", float | str | SegmentDocument, object)
]


class ReviewDocument(Model):
    """How often items are reviewed, in days: by kind, or `every` for the rest."""

    every: _Days | None = optional("Days, for every kind that is not listed.")
    plan: _Days | None = optional("Days, for the plan as a whole.")
    epic: _Days | None = optional("Days, for epics.")
    feature: _Days | None = optional("Days, for features.")
    story: _Days | None = optional("Days, for stories.")
    task: _Days | None = optional("Days, for tasks.")
    bug: _Days | None = optional("Days, for bugs.")
    spike: _Days | None = optional("Days, for spikes.")
    chore: _Days | None = optional("Days, for chores.")


class WipDocument(Model):
    """How many items may have a status at the same time."""

    limit: int | None = optional("The most items with this status.", ge=1)
    per_person: int | None = optional("The most of them for one person.", ge=1)


WipLimit: TypeAlias = Annotated[WipDocument, shorthand("limit", int | WipDocument, object)]
Stale: TypeAlias = _Days


class PlanningDocument(Model):
    """Planning settings for reports. None of them goes to GitHub."""

    velocity: float | None = optional(
        "Story points per week, for items without hours. Measured if omitted.", gt=0
    )
    hours_per_week: _HoursPerWeek = optional("Working hours per person and week.", 40)
    teams: dict[str, _Segment] = optional(
        "The capacity of each team: hours per week, people, or either by quarter.", {}
    )
    skills: dict[str, _Segment] = optional(
        "The capacity of the people with each skill, as for teams.", {}
    )
    one_at_a_time: bool = optional(
        "Whether milestones are worked on one after the other; overlaps are reported.", False
    )
    risks: Risks = optional("Risks of the plan as a whole.", ())
    feedback: Words = optional(
        "Where people comment on the plan: '#12', 'owner/repo#12', or the"
        " URL of an issue or a discussion.",
        (),
    )
    review_notes: ReviewNotes = optional("Notes of reviews of the plan, by date.", ())
    review: Annotated[ReviewDocument, shorthand("every", ReviewDocument | int | str, object)] = (
        optional(
            "How often items are reviewed: days, '90d', '6w', '3 months'.",
            ReviewDocument.model_construct(),
        )
    )
