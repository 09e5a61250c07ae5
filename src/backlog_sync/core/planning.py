"""What files declare for reports: risks, notes of reviews, where feedback is given, capacity."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date

from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk in the file's words; `external` means that its cause is outside the team's control."""

    text: str
    likelihood: str | None = None
    impact: str | None = None
    mitigation: str | None = None
    contingency: str | None = None
    owner: str | None = None
    external: bool = False


@dataclass(frozen=True, slots=True)
class ReviewNote:
    """A review note of an item or of the plan, with its date."""

    day: date
    text: str


@dataclass(frozen=True, slots=True)
class FeedbackRef:
    """An issue or a discussion where people give feedback.

    Without a `repository`, it is in the target repository.
    """

    number: int
    repository: str | None = None
    discussion: bool = False

    def __str__(self) -> str:
        what = "discussion " if self.discussion else ""
        return f"{what}{self.repository or ''}#{self.number}"


@dataclass(frozen=True, slots=True)
class Step:
    """Working hours per week from a date; `words` as in `Capacity`."""

    since: date
    hours_per_week: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Working hours per week of a team, or of the people with a skill.

    `steps` are the values from a date on, oldest first; before the first it is `hours_per_week`.
    `words` is the text in the file if it counts people ("3 to 4 people").
    """

    name: str
    hours_per_week: float
    steps: tuple[Step, ...] = ()
    words: str = ""

    def on(self, day: date) -> tuple[float, str]:
        """Return the hours per week on a date, and the file's words for them."""
        begun = [step for step in self.steps if step.since <= day]
        if begun:
            return begun[-1].hours_per_week, begun[-1].words
        return self.hours_per_week, self.words


@dataclass(frozen=True, slots=True)
class WipLimit:
    """The most items that may have a status at the same time, of all and of one person."""

    status: str
    limit: int | None = None
    per_person: int | None = None


@dataclass(frozen=True, slots=True)
class PlanningSettings:
    """The settings that no plan depends on (`planning:`, `wip:` and `stale:` in the file).

    `velocity` is points per week, which turns points into time if items have no hours;
    `hours_per_week` are the working hours of one person. `one_at_a_time` means that milestones
    should not overlap. `review_every` is the number of days between reviews, by kind, and
    `review_plan` that for the plan. `risks`, `feedback` and `review_notes` are those of the plan as
    a whole. Work in progress is stale after `stale_days` without an update.
    """

    velocity: float | None = None
    hours_per_week: float = 40
    teams: tuple[Capacity, ...] = ()
    skills: tuple[Capacity, ...] = ()
    one_at_a_time: bool = False
    review_every: Mapping[str, int] = field(default_factory=dict)
    review_days: int | None = None
    risks: tuple[Risk, ...] = ()
    review_plan: int | None = None
    feedback: tuple[FeedbackRef, ...] = ()
    review_notes: tuple[ReviewNote, ...] = ()
    wip: tuple[WipLimit, ...] = ()
    stale_days: int = 14
