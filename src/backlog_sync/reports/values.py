"""What a report says. Every figure can be worked out again from the items that it names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from backlog_sync.core.facts import Facts
from backlog_sync.core.rollup import Sum


class Health(StrEnum):
    """How a milestone, or the whole, stands against its day."""

    DONE = "done"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Day:
    """Scope and what was done at the end of a day, by points and by count."""

    day: date
    points: float
    points_done: float
    total: int
    done: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """When what is left will be done.

    `unit` is "points" or "items". `weekly` is what was done in each of the last whole weeks,
    oldest first. `at_50`, `at_85` and `at_95` are days by which it is done with that probability,
    None where the simulation does not end within ten years. `reason` is empty, or says why there
    is no forecast. `milestones` maps a title to its own days in the same form.
    """

    unit: str
    left: float
    weekly: tuple[float, ...] = ()
    runs: int = 0
    seed: int = 0
    at_50: date | None = None
    at_85: date | None = None
    at_95: date | None = None
    reason: str = ""
    milestones: Mapping[str, "Forecast"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One leaf item in time: first and last day, and by how many working days it may slip.

    `critical` says that it may not slip at all; `days` is its length in working days, `by` says
    where that comes from: "hours", "points", "dates", or "guess" (one day, nothing is known).
    `late` is by how many calendar days it ends after its own target, or its milestone's.
    """

    key: str
    first: date
    last: date
    days: float
    slack: float
    critical: bool
    by: str
    late: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """When things can be done as they wait for each other; `path` is the critical path.

    `days` is how many working days it takes from the report's day on, `ends` its last day.
    `edges` are (before, after) pairs of keys between leaf items with something left to do;
    `links` are the same as the file declares them, where one end may be an item with others
    below it (between large ones of these only `links` says it). `velocity` is the points a week
    that lengths were taken from, None where none were. `reason` is empty, or says why there is
    no schedule.
    """

    rows: tuple[Scheduled, ...] = ()
    path: tuple[str, ...] = ()
    days: float = 0
    ends: date | None = None
    edges: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    velocity: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """Hours that a period asks of a team, a skill or an item (`whose`), against what it can give.

    `period` is a quarter ("2026 Q1") or a month ("2026-01"). `capacity` is None where none is
    declared. `people` is how many would be needed at the settings' hours a week, `there` how many
    the capacity stands for, in the file's words `there_words` where it counts people, and `more`
    how many are missing.
    """

    period: str
    whose: str
    name: str
    hours: float
    capacity: float | None
    people: float
    more: float
    items: tuple[str, ...] = ()
    there: float | None = None
    there_words: str = ""


@dataclass(frozen=True, slots=True)
class Shortage:
    """Months, one after the other, in which a team, a skill or an item (`whose`) lacks people.

    `people` are needed, `there` are there and `more` are missing in the worst of these months.
    """

    whose: str
    name: str
    first: date
    last: date
    people: float
    there: float
    more: float


@dataclass(frozen=True, slots=True)
class RegisteredRisk:
    """A risk with the item that it is of; `exposure` is likelihood x impact, each 1 to 5.

    `item` is "" for a risk of the plan as a whole.
    `likelihood` and `impact` are None where the file's word has no place on the scale; then
    there is no exposure either.
    """

    text: str
    item: str
    milestone: str | None
    likelihood: int | None
    impact: int | None
    exposure: int | None
    mitigation: str | None = None
    contingency: str | None = None
    owner: str | None = None
    external: bool = False
    open: bool = True


@dataclass(frozen=True, slots=True)
class MilestoneReport:
    """A milestone: its sum, its health and why, and the days that matter.

    `hours_left` and `skills` as of `Quarter`.
    """

    sum: Sum
    due: date | None
    closed: bool
    health: Health
    why: str
    first: date | None = None
    last: date | None = None
    forecast: Forecast | None = None
    hours_left: float = 0
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two milestones that are worked on in the same time although one at a time was asked for."""

    earlier: str
    later: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Review:
    """An item, or the plan ("") that was not looked at for longer than the cadence asks."""

    key: str
    last: date
    due: date
    days_over: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked where feedback is collected, and has no answer yet.

    `item` is the key of the item that names the place, "" for the plan. `by` and `at` are who asked
    and on which day, empty for an open box of the first text.
    """

    item: str
    ref: str
    title: str
    text: str
    by: str = ""
    at: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A note of a review; `item` is "" for one of the plan."""

    item: str
    day: date
    text: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A milestone or item whose day was changed in the reported time."""

    name: str
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Period:
    """What happened since a day: the monthly status."""

    since: date
    done: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    milestones_done: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()
    priorities: tuple[tuple[str, str | None, str | None], ...] = ()
    new_risks: tuple[str, ...] = ()
    points_done: float = 0
    points_added: float = 0


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter's plan: milestones due and items that should end in it, and what they come to.

    `hours_left` are the hours of what is left of them, `skills` what it takes somebody to know.
    """

    name: str
    first: date
    last: date
    milestones: tuple[str, ...]
    sum: Sum
    late: tuple[str, ...] = ()
    hours_left: float = 0
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report. `sums` has, for each item with something below it, its sum by key.

    `points` and `hours` say what each leaf item counts with: its own, or its equal share where
    only an item above it was estimated. `groups` maps "epic", "feature", "milestone", "team",
    "audience" and "label" to sums in document order; what has none of it is summed under "". All
    of them but the labels, of which an item may have several, partition the whole. `notes` are
    sentences about what is not seen or not known; a reader must see them.
    """

    facts: Facts
    total: Sum
    sums: Mapping[str, Sum]
    groups: Mapping[str, tuple[Sum, ...]]
    health: Health
    why: str
    milestones: tuple[MilestoneReport, ...] = ()
    history: tuple[Day, ...] = ()
    forecast: Forecast | None = None
    schedule: Schedule = field(default_factory=Schedule)
    quarters: tuple[Quarter, ...] = ()
    load: tuple[Load, ...] = ()
    shortages: tuple[Shortage, ...] = ()
    risks: tuple[RegisteredRisk, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    reviews: tuple[Review, ...] = ()
    questions: tuple[Question, ...] = ()
    review_notes: tuple[Noted, ...] = ()
    period: Period | None = None
    points: Mapping[str, float] = field(default_factory=dict)
    hours: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
