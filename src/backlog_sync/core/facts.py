"""What a report is made from: items with what the file plans and what GitHub knows of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Phase(StrEnum):
    """How far an item is; `DROPPED` is work that was closed and will not be done."""

    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Risk:
    """What may go wrong, in the file's words; `external` names what is not in our hands."""

    text: str
    likelihood: str | None = None
    impact: str | None = None
    mitigation: str | None = None
    contingency: str | None = None
    owner: str | None = None
    external: bool = False


@dataclass(frozen=True, slots=True)
class ReviewNote:
    """What somebody found when they looked at an item or the plan again, and when."""

    day: date
    text: str


@dataclass(frozen=True, slots=True)
class FeedbackRef:
    """An issue or a discussion in which people say what they think; of the target without a
    `repository`.
    """

    number: int
    repository: str | None = None
    discussion: bool = False

    def __str__(self) -> str:
        what = "discussion " if self.discussion else ""
        return f"{what}{self.repository or ''}#{self.number}"


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment: who wrote it, when and what; `trusted` is who may write to the repository."""

    author: str
    trusted: bool
    text: str
    at: str = ""
    url: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """What stands at a `FeedbackRef`; `settled` is one that is closed or has its answer.

    `threads` are comments that answer each other: all of an issue, each with its replies of a
    discussion. `cut` says that there are more comments than were read, `missing` why nothing
    could be read.
    """

    ref: FeedbackRef
    title: str = ""
    url: str | None = None
    text: str = ""
    settled: bool = False
    threads: tuple[tuple[Remark, ...], ...] = ()
    cut: bool = False
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One acceptance criterion, and whether it is ticked, here or on GitHub."""

    text: str
    done: bool


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One item, as the file plans it and as GitHub knows it.

    `parent` and `blocked_by` are keys; `waits_for` names issues elsewhere. `ref` and `url` say
    its issue, `status` is GitHub's word, `phase` what it means. `hours` are planned working
    hours. `capacity` says who is there for it and what stands below it, in the file's words.
    `criteria` counts acceptance criteria, `ticked` those that are; `checklist` holds them
    word for word. `added` is the day it
    came into the backlog, `closed` the day it was done; None where that is not known.
    """

    key: str
    kind: str
    title: str
    parent: str | None = None
    ref: str | None = None
    url: str | None = None
    status: str | None = None
    phase: Phase = Phase.TODO
    points: float | None = None
    hours: float | None = None
    priority: str | None = None
    milestone: str | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    team: str | None = None
    audience: str | None = None
    skills: tuple[str, ...] = ()
    capacity: str | None = None
    start: date | None = None
    target: date | None = None
    added: date | None = None
    closed: date | None = None
    blocked_by: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()
    feedback: tuple[FeedbackRef, ...] = ()
    review_notes: tuple[ReviewNote, ...] = ()
    criteria: int = 0
    ticked: int = 0
    checklist: tuple[Criterion, ...] = ()
    goal: str | None = None


@dataclass(frozen=True, slots=True)
class MilestoneFact:
    """A milestone; `was_due` is the day that it was due at the start of the reported time."""

    title: str
    due: date | None = None
    closed: bool = False
    was_due: date | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Working hours a week from a day on; `words` as of `Capacity`."""

    since: date
    hours_per_week: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Working hours a week that a team, or those with a skill, can give.

    `steps` say, oldest first, what it is from a day on; before the first it is `hours_per_week`.
    `words` is how the file says it where it counts people ("3 to 4 people").
    """

    name: str
    hours_per_week: float
    steps: tuple[Step, ...] = ()
    words: str = ""

    def on(self, day: date) -> tuple[float, str]:
        """Give the hours a week on a day, and the file's words for them."""
        begun = [step for step in self.steps if step.since <= day]
        if begun:
            return begun[-1].hours_per_week, begun[-1].words
        return self.hours_per_week, self.words


@dataclass(frozen=True, slots=True)
class PlanningSettings:
    """What the settings say about planning (`planning:` in the file).

    `velocity` is points a week, which turns points into time where items have no hours;
    `hours_per_week` is what one person gives. `one_at_a_time` asks that milestones do not
    overlap. `review_every` says after how many days something is to be looked at again, by kind,
    `review_plan` after how many the plan is. `risks`, `feedback` and `review_notes` are those of
    the plan as a whole.
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


@dataclass(frozen=True, slots=True)
class Before:
    """How the file stood at the start of the reported time; `items` maps keys to what it said.

    `risks` are those of the plan as a whole.
    """

    day: date
    items: Mapping[str, WorkItem] = field(default_factory=dict)
    milestones: Mapping[str, MilestoneFact] = field(default_factory=dict)
    risks: tuple[Risk, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a report is made from. Items stand in document order, parents before children.

    `today` is the day of the report, `since` the first day of the reported time. `reviewed` maps
    a key to the day on which people last changed the file's words about it. `conversations` are
    what stands where feedback is collected. `unseen` are sentences about what could not be seen (a
    shallow clone, a board out of reach).
    """

    title: str
    repository: str
    today: date
    items: tuple[WorkItem, ...]
    milestones: tuple[MilestoneFact, ...] = ()
    planning: PlanningSettings = field(default_factory=PlanningSettings)
    board: str | None = None
    since: date | None = None
    before: Before | None = None
    reviewed: Mapping[str, date] = field(default_factory=dict)
    conversations: tuple[Conversation, ...] = ()
    unseen: tuple[str, ...] = ()
