"""The report in words, whatever it is written on: when, how much, what is at risk, for whom."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from backlog_sync.core.capacity import read
from backlog_sync.core.facts import Phase, WorkItem
from backlog_sync.core.rollup import Sum
from backlog_sync.render.words import counted
from backlog_sync.reports.decisions import GRAVE
from backlog_sync.reports.forecast import NOTHING_LEFT
from backlog_sync.reports.load import overloads
from backlog_sync.reports.risks import level
from backlog_sync.reports.values import (
    Forecast,
    Health,
    MilestoneReport,
    Quarter,
    Question,
    RegisteredRisk,
    Report,
)

NEVER = "more than ten years from now"
HEALTH = {
    Health.DONE: "done",
    Health.ON_TRACK: "on track",
    Health.AT_RISK: "at risk",
    Health.OFF_TRACK: "off track",
    Health.UNKNOWN: "unknown",
}


class Audience(StrEnum):
    """Whom a report is for: it chooses depth and wording, and changes no figure.

    `LEADERS` read when, how much, what is at risk and what to decide; `PRODUCT` what becomes of
    epics and features, scope, priorities and quarters; `ENGINEERING` every item, what waits for
    what, and the load. `EVERYBODY` is the short form of all.
    """

    EVERYBODY = "everybody"
    LEADERS = "leaders"
    PRODUCT = "product"
    ENGINEERING = "engineering"


class Section(StrEnum):
    """A part of a report."""

    SINCE = "Since"
    TREE = "Epics and features"
    ITEMS = "Items"
    MILESTONES = "Milestones"
    QUARTERS = "Quarters"
    PRIORITIES = "Open work by priority"
    RISKS = "Risks"
    DECISIONS = "To decide"
    TIMELINE = "Timeline"
    PATH = "Critical path"
    WAITING = "Waiting"
    LATE = "Late"
    LOAD = "Load"
    STAFFING = "Staffing"
    AUDIENCES = "By audience"
    QUESTIONS = "Open questions"
    REVIEW_NOTES = "Notes of reviews"
    REVIEWS = "Overdue for review"
    UNESTIMATED = "Unestimated"
    NOTES = "Not known"


_LAST = (Section.QUESTIONS, Section.REVIEW_NOTES, Section.UNESTIMATED, Section.NOTES)
SECTIONS = {
    Audience.EVERYBODY: (
        Section.SINCE, Section.ITEMS, Section.AUDIENCES, Section.MILESTONES, Section.TIMELINE,
        Section.RISKS, *_LAST,
    ),
    Audience.LEADERS: (
        Section.SINCE, Section.AUDIENCES, Section.MILESTONES, Section.TIMELINE, Section.STAFFING,
        Section.RISKS, Section.DECISIONS, *_LAST,
    ),
    Audience.PRODUCT: (
        Section.SINCE, Section.TREE, Section.AUDIENCES, Section.MILESTONES, Section.TIMELINE,
        Section.QUARTERS, Section.STAFFING, Section.PRIORITIES, Section.RISKS, Section.DECISIONS,
        *_LAST,
    ),
    Audience.ENGINEERING: (
        Section.SINCE, Section.ITEMS, Section.MILESTONES, Section.TIMELINE, Section.PATH,
        Section.WAITING, Section.LATE, Section.LOAD, Section.STAFFING, Section.REVIEWS,
        Section.RISKS, *_LAST,
    ),
}  # fmt: skip
"""What each reader sees, in this order; what there is nothing to say about is left out."""


_FEW = 5
"""Where more than one in so many lengths is a guess, the schedule's end says nothing."""
_SHORT = 60
"""Rows up to which the report for everybody goes into detail."""


def shown(report: Report, audience: Audience, section: Section, *, full: bool) -> frozenset[str]:
    """The keys of the items that a list of items has a row for.

    Epics and features are those with something below them, and what stands alone. The report for
    everybody stays short: of many items it shows these, and of many of these the topmost.
    """
    items, keys = report.facts.items, {item.key for item in report.facts.items}
    tops = {item.key for item in items if item.parent not in keys}
    everybody = audience is Audience.EVERYBODY and not full
    if section is Section.ITEMS and not (everybody and len(items) > _SHORT):
        return frozenset(keys)
    if everybody and len(report.sums) > _SHORT:
        return frozenset(tops & report.sums.keys())
    return frozenset(tops | report.sums.keys())


def amount(total: Sum) -> str:
    """How much is done: "33 of 70 points, 9 of 15 items", points only where there are any."""
    items = f"{total.done} of {counted(total.total, 'item')}"
    if not total.points:
        return items
    return f"{figure(total.points_done)} of {figure(total.points)} points, {items}"


def figure(value: float) -> str:
    """A number with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def day(value: date | None) -> str:
    """A day, or what is said where there is none."""
    return value.isoformat() if value else "none"


def likely(forecast: Forecast) -> str:
    """The days of a forecast, or why there are none."""
    if forecast.reason:
        return forecast.reason
    days = [value.isoformat() if value else NEVER for value in (forecast.at_85, forecast.at_95)]
    first = forecast.at_50.isoformat() if forecast.at_50 else NEVER
    return f"50 % likely by {first}, 85 % by {days[0]}, 95 % by {days[1]}"


def when(report: Report) -> str:
    """When all is done, as far as that can be told."""
    forecast = report.forecast
    if forecast is None or report.schedule.reason == NOTHING_LEFT:
        return NOTHING_LEFT
    if not forecast.reason:
        return likely(forecast)
    due = [
        milestone.due
        for milestone in report.milestones
        if milestone.due and milestone.health is not Health.DONE
    ]
    parts = [forecast.reason]
    rows = report.schedule.rows
    guesses = sum(row.by == "guess" for row in rows)
    if report.schedule.ends and guesses * _FEW <= len(rows):
        parts.append(f"As things wait for each other: {report.schedule.ends} at the earliest.")
    if due:
        parts.append(f"The last milestone is due {max(due)}.")
    return " ".join(parts)


def how_much(report: Report) -> str:
    """How much is done and under way; the per cent stand beside it."""
    doing = f", {report.total.doing} under way" if report.total.doing else ""
    return f"{amount(report.total)} done{doing}"


def at_risk(report: Report) -> str:
    """What endangers the plan, by count."""
    facts = []
    for health in (Health.OFF_TRACK, Health.AT_RISK):
        names = [one.sum.name for one in report.milestones if one.health is health]
        if names:
            facts.append(f"{counted(len(names), 'milestone')} {HEALTH[health]}")
    late = sum(row.late > 0 for row in report.schedule.rows)
    if late:
        facts.append(f"{counted(late, 'item')} late")
    grave = grave_risks(report)
    if grave:
        facts.append(f"{counted(len(grave), 'grave risk')}")
    if report.overlaps:
        facts.append(f"{counted(len(report.overlaps), 'pair')} of milestones at the same time")
    if busy := dict.fromkeys(one.name for one in overloads(report.load)):
        facts.append(f"overloaded: {', '.join(busy)}")
    return ", ".join(facts) or "nothing that is known"


def open_risks(report: Report) -> tuple[RegisteredRisk, ...]:
    """The risks of work that is not over, the gravest first."""
    return tuple(risk for risk in report.risks if risk.open)


def grave_risks(report: Report) -> tuple[RegisteredRisk, ...]:
    """Those that need an answer."""
    return tuple(risk for risk in open_risks(report) if (risk.exposure or 0) >= GRAVE)


def risk_scale(risk: RegisteredRisk) -> str:
    """A risk's place on the scale: "20 (likelihood 4, impact 5)"."""
    values = (risk.likelihood, risk.impact)
    parts = [
        f"{name} {'?' if value is None else value}"
        for name, value in zip(("likelihood", "impact"), values, strict=True)
    ]
    return f"{'?' if risk.exposure is None else risk.exposure} ({', '.join(parts)})"


def status(item: WorkItem) -> str:
    """How far an item is: GitHub's word, else what is known of it."""
    if item.status:
        return item.status
    return {
        Phase.TODO: "Todo",
        Phase.DOING: "In progress",
        Phase.DONE: "Done",
        Phase.DROPPED: "Not planned",
    }[item.phase]


class Names:
    """Titles by key; a key that is not known (an item that left the file) stands for itself."""

    def __init__(self, report: Report) -> None:
        self._titles = {item.key: item.title for item in report.facts.items}
        before = report.facts.before
        self._before = {key: one.title for key, one in before.items.items()} if before else {}

    def __call__(self, key: str) -> str:
        """The title of a key; "" is the plan as a whole."""
        if not key:
            return "the plan"
        return self._titles.get(key) or self._before.get(key) or key

    def some(self, keys: Sequence[str], most: int) -> list[str]:
        """The first titles, and how many more there are."""
        if len(keys) <= most + 1:
            return [self(key) for key in keys]
        return [*(self(key) for key in keys[:most]), f"{len(keys) - most} more"]


def waiting(report: Report, names: Names) -> list[str]:
    """A sentence for each item that waits for another one."""
    before: dict[str, list[str]] = defaultdict(list)
    for first, second in report.schedule.links:
        before[second].append(first)
    return [
        f"{names(key)} waits for {', '.join(names.some(others, 5))}"
        for key, others in before.items()
    ]


def late(report: Report, names: Names) -> list[str]:
    """A sentence for each item that the schedule ends after its day, the latest first."""
    rows = sorted((row for row in report.schedule.rows if row.late), key=lambda row: -row.late)
    return [f"{names(row.key)} ends {row.last}, {counted(row.late, 'day')} late" for row in rows]


def overdue(report: Report, names: Names) -> list[str]:
    """A sentence for each item that is to be looked at again."""
    return [
        f"{names(review.key)}: {counted(review.days_over, 'day')} over, last on {review.last}"
        for review in report.reviews
    ]


def staffing(report: Report) -> list[str]:
    """A sentence for each team, skill and item that lacks people, and for who is there for items.

    What lacks most in the same months comes as the load has it: teams, skills, items.
    """
    sentences = [
        f"{one.name} needs {_more_people(one.more)} {_months(one.first, one.last)}: "
        f"{figure(one.people)} needed, {figure(one.there)} there"
        for one in report.shortages
    ]
    for item in report.facts.items:
        if item.capacity:
            given = read(item.capacity)
            sentences.append(f"{item.title}: {given.words() if given else item.capacity}")
    return sentences


def _more_people(value: float) -> str:
    amount = figure(value)
    return f"{amount} more {'person' if amount == '1' else 'people'}"


def _months(first: date, last: date) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return f"in {first:%B %Y}"
    return f"from {first:%B %Y} to {last:%B %Y}"


def segment(part: MilestoneReport | Quarter) -> str:
    """What is left of a milestone or quarter in hours, and what one must know for it."""
    facts = [f"{figure(part.hours_left)} h left"] if part.hours_left else []
    facts += [f"skills: {', '.join(part.skills)}"] if part.skills else []
    return "; ".join(facts)


def audiences(report: Report) -> tuple[Sum, ...]:
    """What is for whom; empty where nothing says it."""
    sums = report.groups.get("audience", ())
    return sums if any(one.name for one in sums) else ()


def audience_name(total: Sum) -> str:
    """Whom a part is for."""
    return total.name or "nobody named"


def asked(question: Question) -> str:
    """Who asked, where and when."""
    where = f"{question.ref}, {question.title}" if question.title else question.ref
    who = f"{question.by} in {where}" if question.by else where
    return f"{who}, {question.at}" if question.at else who


def questions(report: Report) -> list[str]:
    """A sentence for each question that waits for an answer."""
    return [f"{question.text} ({asked(question)})" for question in report.questions]


def review_notes(report: Report, names: Names) -> list[str]:
    """A sentence for each note of a review, the newest first."""
    return [f"{note.day}, {names(note.item)}: {note.text}" for note in report.review_notes]


def priorities(report: Report) -> dict[str, list[str]]:
    """What is left by priority, the most urgent first; empty where nothing has one."""
    by_priority: dict[str, list[str]] = defaultdict(list)
    items = {item.key: item for item in report.facts.items}
    for key in report.total.items:
        if items[key].phase is not Phase.DONE:
            by_priority[items[key].priority or _NONE].append(key)
    if set(by_priority) == {_NONE}:
        return {}
    return {word: by_priority[word] for word in sorted(by_priority, key=_priority_rank)}


_NONE = "without one"
_MOSCOW = {"must": 4, "must have": 4, "should": 3, "should have": 3, "could": 2, "could have": 2}
_P = re.compile(r"p([0-4])\b", re.IGNORECASE)


def _priority_rank(word: str) -> tuple[int, int]:
    """Where a priority stands: words of a scale, `P0` to `P4`, MoSCoW; others behind, none last."""
    if word == _NONE:
        return 2, 0
    numbered = _P.match(word.strip())
    rank = 5 - int(numbered[1]) if numbered else level(word) or _MOSCOW.get(word.casefold())
    return (0, -rank) if rank else (1, 0)


def changes(report: Report, names: Names, most: int) -> list[tuple[str, str]]:
    """What happened in the reported time: a word each, and what it was."""
    period = report.period
    if period is None:
        return []
    entries: list[tuple[str, str]] = []

    def add(word: str, keys: Sequence[str], points: float | None = None) -> None:
        if keys:
            amounts = counted(len(keys), "item")
            if points:
                amounts += f", {figure(points)} points"
            entries.append((word, f"{amounts}: {', '.join(names.some(keys, most))}"))

    if period.milestones_done:
        entries.append(("Milestones", f"finished: {', '.join(period.milestones_done)}"))
    entries += [
        ("Moved", f"{names(move.name)}: {day(move.before)} → {day(move.after)}")
        for move in period.moved[:most]
    ]
    if len(period.moved) > most:
        entries.append(("Moved", f"{len(period.moved) - most} more days"))
    add("Done", period.done, period.points_done)
    add("Added", period.added, period.points_added)
    add("Dropped", period.dropped)
    add("Removed", period.removed)
    entries += [
        ("Priority", f"{names(key)}: {before or 'none'} → {after or 'none'}")
        for key, before, after in period.priorities[:most]
    ]
    if len(period.priorities) > most:
        entries.append(("Priority", f"{len(period.priorities) - most} more"))
    entries += [("New risk", text) for text in period.new_risks[:most]]
    if len(period.new_risks) > most:
        entries.append(("New risk", f"{len(period.new_risks) - most} more"))
    return entries
