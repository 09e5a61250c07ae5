"""The values that make up a report. Each figure names the items that it counts."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum

from backlog_sync.core.facts import Facts, Iteration, PullRequestFact, WorkItem
from backlog_sync.core.rollup import Sum
from backlog_sync.dataclass import dataclass


class Health(StrEnum):
    """The health of a milestone, or of the whole plan."""

    DONE = "done"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Day:
    """Scope and completed work at the end of a day, by points and by count."""

    day: date
    points: float
    points_done: float
    total: int
    done: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the remaining work will be done.

    `unit` is "points" or "items". `weekly` is the work done in each of the last full weeks, oldest
    first. `at_50`, `at_85` and `at_95` are the dates by which it is done with that probability,
    None if the simulation does not end within ten years. `reason` is empty, or explains why there
    is not a forecast. `milestones` maps a title to its own forecast, in the same form.
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
    """A leaf item in the schedule: its first and last day, and its slack in working days.

    `critical` means that it has no slack. `days` is its duration in working days, and `by` the
    source of the duration: "hours", "points", "dates", or "guess" (one day, because nothing is
    known). `late` is the number of calendar days after its own target, or its milestone's due date.
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
    """When work can be done, given the dependencies. `path` is the critical path.

    `days` is the duration in working days from the report's date, `ends` the last day. `edges` are
    (before, after) pairs of keys between leaf items with remaining work; `links` are the same
    dependencies as declared in the file, where one end may be a parent (between large parents, only
    `links` has them). `velocity` is the points per week used for durations, None if not used.
    `reason` is empty, or explains why there is no schedule.
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
    """Hours that a team, a skill or an item (`whose`) needs in a period, and its capacity.

    `period` is a quarter ("2026 Q1") or a month ("2026-01"). `capacity` is None if none is
    declared. `people` is how many people are needed at `hours_per_week`, `there` how many the
    capacity provides (`there_words` in the file's words, if it counts people), and `more` how many
    are missing.
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
    """Consecutive months in which a team, a skill or an item (`whose`) lacks people.

    In the worst of these months, `people` are needed, `there` are available and `more` are missing.
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
    """A risk with its item; `exposure` is likelihood x impact, each 1 to 5.

    `item` is "" for a risk of the plan as a whole. `likelihood` and `impact` are None if the file's
    word is not on the scale; then there is no exposure either.
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
    """A milestone: its sum, its health with the reason, and its dates.

    `hours_left` and `skills` are as in `Quarter`.
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
    """Two milestones that are worked on at the same time, although `one_at_a_time` is set."""

    earlier: str
    later: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Review:
    """An item, or the plan (""), that is overdue for review."""

    key: str
    last: date
    due: date
    days_over: int


@dataclass(frozen=True, slots=True)
class Question:
    """An unanswered question in a place where feedback is collected.

    `item` is the key of the item that links the place, "" for the plan. `by` and `at` are the
    author and the date, empty for an open box in the first text.
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
    """A review note; `item` is "" for the plan as a whole."""

    item: str
    day: date
    text: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A milestone or item whose date was changed in the reported period."""

    name: str
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Period:
    """What happened since a date: the monthly status."""

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
    """A quarter's plan: milestones due and items that should end in it, with their sums.

    `hours_left` are the remaining hours of these items, `skills` the skills that they need.
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
class MergedOpen:
    """An item whose closing pull request was merged, though work is left.

    `refs` are the merged pull requests. `open` is whether the issue is open, `items` are the keys
    of leaf items below it with remaining work, `criteria` counts its unticked criteria.
    """

    item: str
    refs: tuple[str, ...]
    open: bool
    items: tuple[str, ...] = ()
    criteria: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """The keys of some leaf items, and the sum of their points."""

    items: tuple[str, ...] = ()
    points: float = 0


@dataclass(frozen=True, slots=True)
class SprintDone:
    """A sprint that is over: all of its items, and those that were done by its last day."""

    iteration: Iteration
    all: Part
    done: Part


@dataclass(frozen=True, slots=True)
class Velocity:
    """What was done in the last sprints, the oldest first; `over` is how many are over in all.

    `points` and `items` are the mean of the last three, or of as many as there are.
    """

    sprints: tuple[SprintDone, ...] = ()
    over: int = 0
    points: float = 0
    items: float = 0

    @property
    def is_pointed(self) -> bool:
        """Whether it is in points: if any were done, or nothing was done and items have points."""
        return bool(self.points or (not self.items and any(row.all.points for row in self.sprints)))


@dataclass(frozen=True, slots=True)
class SprintForecast:
    """When the remaining work is done at the pace of the last three sprints.

    `unit` is "points" or "items", `velocity` their number per sprint. `sprints` is how many it
    takes, the current one included, `ends` the last day of the last one (None if that is not within
    ten years), and `name` its title if it is declared already. `reason` is empty, or says why there
    is no forecast.
    """

    unit: str
    left: float
    velocity: float = 0
    sprints: int = 0
    ends: date | None = None
    name: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BurnDay:
    """What was left of a sprint at the end of a day, and all that was in it."""

    day: date
    points: float
    items: int
    all_points: float
    all_items: int


@dataclass(frozen=True, slots=True)
class SprintProgress:
    """The current sprint (None in a break), the velocity, and the forecast that follows from it.

    `planned` and `added` make up the sprint, and so do `done` and `left`. What was created after
    the first day was added. `days_left` counts today.
    """

    current: Iteration | None
    days_left: int
    planned: Part
    added: Part
    done: Part
    left: Part
    burn_down: tuple[BurnDay, ...]
    velocity: Velocity
    forecast: SprintForecast


@dataclass(frozen=True, slots=True)
class ReleaseEntry:
    """One item of release notes, with the merged pull requests and the people behind it.

    Those of the tasks below it are its own, and so are the points of these.
    """

    item: WorkItem
    pull_requests: tuple[PullRequestFact, ...] = ()
    people: tuple[str, ...] = ()
    points: float = 0


@dataclass(frozen=True, slots=True)
class ReleaseGroup:
    """The entries below one epic or feature, in document order; None for those without one."""

    container: ReleaseEntry | None
    entries: tuple[ReleaseEntry, ...]


@dataclass(frozen=True, slots=True)
class ReleaseNotes:
    """What is done in a milestone, or since a date: groups of items by kind.

    `title` is the milestone's. `finished` is the date on which the last item was done, if none is
    `open`. `mentions` means that people may be notified.
    """

    title: str
    due: date | None = None
    finished: date | None = None
    description: str = ""
    kinds: Mapping[str, tuple[ReleaseGroup, ...]] = field(default_factory=dict)
    open: tuple[WorkItem, ...] = ()
    mentions: bool = False

    @property
    def entries(self) -> tuple[ReleaseEntry, ...]:
        """All items that are done."""
        every = (entry for groups in self.kinds.values() for g in groups for entry in g.entries)
        return tuple(every)


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report. `sums` maps the key of each item with children to its sum.

    `points` and `hours` are what each leaf item counts with: its own value, or its equal share if
    only a parent was estimated. `groups` maps "epic", "feature", "milestone", "team", "audience"
    and "label" to sums in document order; items without a value are summed under "". All groups
    except labels, of which an item may have several, partition the whole. `unproven` are the keys
    of leaf items that are done without a pull request, if any item has one. `notes` are sentences
    about missing or unknown data; a reader must see them. `sprints` is None if the board has no
    iterations. `release` are the release notes, if they were asked for.
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
    unproven: tuple[str, ...] = ()
    merged_open: tuple[MergedOpen, ...] = ()
    period: Period | None = None
    points: Mapping[str, float] = field(default_factory=dict)
    hours: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    sprints: SprintProgress | None = None
    release: ReleaseNotes | None = None
