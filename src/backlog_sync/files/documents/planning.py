"""What reports plan with, as documents."""

import re
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field

from backlog_sync.files.documents.items import Risks
from backlog_sync.files.documents.values import Model

_SPAN = re.compile(r"([0-9]{1,4})\s*(d|w|m|y)?(?:ays?|eeks?|onths?|ears?)?", re.IGNORECASE)


def _days(value: object) -> object:
    """`90`, `90d`, `6w`, `3 months`: days."""
    if isinstance(value, str) and (found := _SPAN.fullmatch(value.strip())):
        return int(found[1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[(found[2] or "d").lower()]
    return value


_Days: TypeAlias = Annotated[
    int, Field(ge=1, le=3660), BeforeValidator(_days, json_schema_input_type=int | str)
]
_HoursPerWeek: TypeAlias = Annotated[float, Field(gt=0, le=100_000)]


class ReviewDocument(Model):
    """After how many days something is to be looked at again; by kind, or `every` for the rest."""

    every: _Days | None = Field(default=None, description="Days, for every kind not named here.")
    epic: _Days | None = Field(default=None, description="Days, for epics.")
    feature: _Days | None = Field(default=None, description="Days, for features.")
    story: _Days | None = Field(default=None, description="Days, for stories.")
    task: _Days | None = Field(default=None, description="Days, for tasks.")
    bug: _Days | None = Field(default=None, description="Days, for bugs.")
    spike: _Days | None = Field(default=None, description="Days, for spikes.")
    chore: _Days | None = Field(default=None, description="Days, for chores.")


class PlanningDocument(Model):
    """What reports plan with; nothing of it goes to GitHub."""

    velocity: float | None = Field(
        default=None,
        description="Story points a week, for items without hours. Measured where omitted.",
        gt=0,
    )
    hours_per_week: _HoursPerWeek = Field(
        default=40, description="Working hours that one person gives a week."
    )
    teams: dict[str, _HoursPerWeek] = Field(
        default_factory=dict, description="Working hours a week of each team."
    )
    skills: dict[str, _HoursPerWeek] = Field(
        default_factory=dict, description="Working hours a week of those with a skill."
    )
    one_at_a_time: bool = Field(
        default=False, description="Whether milestones are worked on one after the other."
    )
    risks: Risks = Field(default=(), description="Risks of the plan as a whole.")
    review: Annotated[
        ReviewDocument,
        BeforeValidator(
            lambda value: value if isinstance(value, dict) else {"every": value},
            json_schema_input_type=ReviewDocument | int | str,
        ),
    ] = Field(
        default=ReviewDocument(),
        description="How often items are looked at again: days, '90d', '6w', '3 months'.",
    )
