"""What reports plan with, as documents."""

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
from backlog_sync.files.validation import shown

_SPAN = re.compile(r"([0-9]{1,4})\s*(d|w|m|y)?(?:ays?|eeks?|onths?|ears?)?", re.IGNORECASE)


def _days(value: object) -> object:
    """`90`, `90d`, `6w`, `3 months`: days."""
    if isinstance(value, str) and (found := _SPAN.fullmatch(value.strip())):
        return int(found[1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[(found[2] or "d").lower()]
    return value


_Days: TypeAlias = Annotated[
    int, Field(ge=1, le=3660), BeforeValidator(_days, json_schema_input_type=int | str)
]
_HoursPerWeek: TypeAlias = Annotated[float, Field(gt=0, le=MOST)]
_QUARTER = re.compile(r"([0-9]{4})[- ]?Q([1-4])|Q([1-4])[- ]?([0-9]{4})", re.IGNORECASE)


def quarter_start(word: str) -> date:
    """The first day of a quarter, as in `2027-Q1`. Raises `ValueError` for any other word."""
    found = _QUARTER.fullmatch(word.strip())
    if found is None:
        raise invalid("invalid-quarter", "this is no quarter", "write it as 2027-Q1")
    return date(int(found[1] or found[4]), 3 * int(found[2] or found[3]) - 2, 1)


def _rate(value: object) -> object:
    """Hours a week or people; what is neither is told with what was written."""
    if value is None or (isinstance(value, str | int | float) and read(str(value).strip())):
        return value
    is_negative = isinstance(value, str | int | float) and str(value).startswith("-")
    what = "less than nothing" if is_negative else "neither hours a week nor people"
    hint = "write hours a week, or '3-4 people'"
    raise invalid("invalid-capacity", f"'{shown(value)}' is {what}", hint)


def _once(steps: dict[str, float | str]) -> dict[str, float | str]:
    if not steps:
        raise invalid("empty-value", "it names no quarter", "write {2027-Q1: 96}")
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
    """What a team, or those with a skill, can give."""

    capacity: Annotated[
        Annotated[_Rate, Tag("always")] | Annotated[_Steps, Tag("by_quarter")],
        Discriminator(lambda value: "by_quarter" if isinstance(value, dict) else "always"),
    ] = Field(
        description="Hours a week (96), people ('3-4 engineers'), or either by quarter: from each"
        " quarter on until the next one named, {2027-Q1: 96, 2027-Q3: 160}."
    )


_Segment: TypeAlias = Annotated[
    SegmentDocument, shorthand("capacity", float | str | SegmentDocument, object)
]


class ReviewDocument(Model):
    """After how many days something is to be looked at again; by kind, or `every` for the rest."""

    every: _Days | None = optional("Days, for every kind not named here.")
    plan: _Days | None = optional("Days, for the plan as a whole.")
    epic: _Days | None = optional("Days, for epics.")
    feature: _Days | None = optional("Days, for features.")
    story: _Days | None = optional("Days, for stories.")
    task: _Days | None = optional("Days, for tasks.")
    bug: _Days | None = optional("Days, for bugs.")
    spike: _Days | None = optional("Days, for spikes.")
    chore: _Days | None = optional("Days, for chores.")


class PlanningDocument(Model):
    """What reports plan with; nothing of it goes to GitHub."""

    velocity: float | None = optional(
        "Story points a week, for items without hours. Measured where omitted.", gt=0
    )
    hours_per_week: _HoursPerWeek = optional("Working hours that one person gives a week.", 40)
    teams: dict[str, _Segment] = optional(
        "What each team can give: hours a week, people, or either by quarter.", {}
    )
    skills: dict[str, _Segment] = optional("What those with a skill can give, in the same way.", {})
    one_at_a_time: bool = optional("Whether milestones are worked on one after the other.", False)
    risks: Risks = optional("Risks of the plan as a whole.", ())
    feedback: Words = optional(
        "Where people say what they think of the plan: '#12', 'owner/repo#12', or the"
        " address of an issue or a discussion.",
        (),
    )
    review_notes: ReviewNotes = optional(
        "What was found when the plan was looked at again, by day.", ()
    )
    review: Annotated[ReviewDocument, shorthand("every", ReviewDocument | int | str, object)] = (
        optional(
            "How often items are looked at again: days, '90d', '6w', '3 months'.", ReviewDocument()
        )
    )
