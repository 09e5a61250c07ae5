"""The input of a report: the items with the file's plan and GitHub's progress."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum

from backlog_sync.core.planning import FeedbackRef, PlanningSettings, ReviewNote, Risk
from backlog_sync.dataclass import dataclass


class Phase(StrEnum):
    """The progress of an item; `DROPPED` is work that was closed and will not be done."""

    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment with its author and time; `trusted` means that the author may write."""

    author: str
    trusted: bool
    text: str
    at: str = ""
    url: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """The feedback at a `FeedbackRef`; `settled` means that it is closed or answered.

    `threads` are comments that reply to each other: all comments of an issue, or each comment of a
    discussion with its replies. `cut` means that there are more comments than were read, `missing`
    is the reason why nothing could be read.
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
    """An acceptance criterion, and whether it is ticked, in the file or on GitHub."""

    text: str
    done: bool


@dataclass(frozen=True, slots=True)
class PullRequestFact:
    """A pull request that closes an item's issue; `ref` is its name for display.

    `state` is "open", "draft", "merged" or "closed", `author` a login, "" for a deleted account.
    """

    ref: str
    title: str
    state: str
    url: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class Iteration:
    """An iteration of the board, such as a sprint, with its first and its last day."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class WorkItem:
    """An item with the file's plan and GitHub's progress.

    `parent` and `blocked_by` are keys; `waits_for` are issues outside the backlog that are not
    known to be closed. `linked` are both, as blockers that only GitHub has. `held` is the reason
    why a sync does nothing for it, "" if there is none. `ref` and `url` identify its issue,
    `status` is GitHub's word, `phase` its meaning. `hours` are planned working hours. `capacity` is
    the capacity for it and everything below it, in the file's words. `criteria` counts acceptance
    criteria, `ticked` the ticked ones; `checklist` contains their texts. `added` is the date on
    which it was added to the backlog, `closed` the date on which it was done, `updated` the one of
    the last update of the issue or its board item; None if unknown. `pull_requests` close its
    issue, `branches` are linked to it. `sprint` is the title of its own iteration. `outside`
    counts the sub-issues of its issue that are not items, `outside_closed` the closed ones of them.
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
    sprint: str | None = None
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
    updated: date | None = None
    blocked_by: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    held: str = ""
    risks: tuple[Risk, ...] = ()
    feedback: tuple[FeedbackRef, ...] = ()
    review_notes: tuple[ReviewNote, ...] = ()
    criteria: int = 0
    ticked: int = 0
    checklist: tuple[Criterion, ...] = ()
    goal: str | None = None
    pull_requests: tuple[PullRequestFact, ...] = ()
    branches: tuple[str, ...] = ()
    outside: int = 0
    outside_closed: int = 0


@dataclass(frozen=True, slots=True)
class MilestoneFact:
    """A milestone; `was_due` is its due date at the start of the reported period."""

    title: str
    due: date | None = None
    closed: bool = False
    was_due: date | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """The file at the start of the reported period; `items` maps keys to their values then.

    `risks` are those of the plan as a whole.
    """

    day: date
    items: Mapping[str, WorkItem] = field(default_factory=dict)
    milestones: Mapping[str, MilestoneFact] = field(default_factory=dict)
    risks: tuple[Risk, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Where the report's subject is found: its name, and its address if there is one to open.

    `kind` is "repository", "board" or "file".
    """

    kind: str
    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a report is made from. Items are in document order, parents first.

    `today` is the report's date, `since` the first day of the reported period. `reviewed` maps a
    key to the date on which people last changed the item's lines in the file. `conversations`
    contain the feedback. `links` are the repository, the board and the files. `unseen` are
    sentences about data that could not be read (a shallow clone, a board without access).
    `statuses` are the options of the board's status, () if they are not known. `iterations` are
    those of the board's `sprint_field` in the order of time, () and "" if there are none.
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
    links: tuple[Link, ...] = ()
    unseen: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    iterations: tuple[Iteration, ...] = ()
    sprint_field: str = ""
