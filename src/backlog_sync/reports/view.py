"""The report in words, for every format: forecast, progress, risks, by audience."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from backlog_sync.core.capacity import read
from backlog_sync.core.facts import Phase, PullRequestFact, WorkItem
from backlog_sync.core.rollup import Sum
from backlog_sync.render.words import counted
from backlog_sync.reports.decisions import GRAVE
from backlog_sync.reports.forecast import ENOUGH, NOTHING_LEFT
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
    SprintForecast,
    SprintProgress,
    Velocity,
)

NEVER = "more than ten years from now"
_HEALTH = {
    Health.DONE: "done",
    Health.ON_TRACK: "on track",
    Health.AT_RISK: "at risk",
    Health.OFF_TRACK: "off track",
}


class Audience(StrEnum):
    """The audience of a report: it changes depth and wording, never the figures.

    `LEADERS` read forecast, progress, risks and decisions; `PRODUCT` epics and features, scope,
    priorities and quarters; `ENGINEERING` every item, dependencies, and the load. `EVERYBODY` is
    the short form of all.
    """

    EVERYBODY = "everybody"
    LEADERS = "leaders"
    PRODUCT = "product"
    ENGINEERING = "engineering"


class Section(StrEnum):
    """A part of a report."""

    SINCE = "Since"
    SPRINT = "Sprint"
    TREE = "Epics and features"
    ITEMS = "Items"
    MILESTONES = "Milestones"
    QUARTERS = "Quarters"
    PRIORITIES = "Open work by priority"
    RISKS = "Risks"
    DECISIONS = "Decisions needed"
    TIMELINE = "Timeline"
    SCOPE = "Scope"
    PATH = "Critical path"
    WAITING = "Dependencies"
    LATE = "Late"
    LOAD = "Load"
    STAFFING = "Staffing"
    AUDIENCES = "By audience"
    QUESTIONS = "Open questions"
    REVIEW_NOTES = "Review notes"
    REVIEWS = "Overdue for review"
    PULL_REQUESTS = "Pull requests"
    MERGED_OPEN = "Merged, still open"
    UNPROVEN = "Done without a pull request"
    UNESTIMATED = "Unestimated"
    NOTES = "Data gaps"


_EVIDENCE = (Section.PULL_REQUESTS, Section.MERGED_OPEN, Section.UNPROVEN)
_LAST = (Section.QUESTIONS, Section.REVIEW_NOTES, Section.UNESTIMATED, Section.NOTES)
SECTIONS = {
    Audience.EVERYBODY: (
        Section.SINCE, Section.SPRINT, Section.ITEMS, Section.PATH, Section.AUDIENCES,
        Section.MILESTONES, Section.TIMELINE, Section.RISKS, *_EVIDENCE, *_LAST,
    ),
    Audience.LEADERS: (
        Section.SINCE, Section.SPRINT, Section.SCOPE, Section.PATH, Section.AUDIENCES,
        Section.MILESTONES, Section.TIMELINE, Section.STAFFING, Section.RISKS, Section.DECISIONS,
        *_LAST,
    ),
    Audience.PRODUCT: (
        Section.SINCE, Section.SPRINT, Section.TREE, Section.PATH, Section.AUDIENCES,
        Section.MILESTONES, Section.TIMELINE, Section.QUARTERS, Section.STAFFING,
        Section.PRIORITIES, Section.RISKS, Section.DECISIONS, *_LAST,
    ),
    Audience.ENGINEERING: (
        Section.SINCE, Section.SPRINT, Section.ITEMS, Section.MILESTONES, Section.TIMELINE,
        Section.PATH, Section.WAITING, Section.LATE, Section.LOAD, Section.STAFFING,
        Section.REVIEWS, Section.RISKS, *_EVIDENCE, *_LAST,
    ),
}  # fmt: skip
"""The sections for each audience, in order; empty ones are left out."""


_FEW = 5
"""If more than one in this many durations is a guess, no dates of the schedule are shown."""
_SHORT = 60
"""The most rows for which the report for everybody shows details."""


def shown(report: Report, audience: Audience, section: Section, *, full: bool) -> frozenset[str]:
    """Return the keys of the items that get a row in a list of items.

    Epics and features are items with children, and standalone items. The report for everybody stays
    short: if there are many items it shows these, and if there are many of these the topmost.
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
    """Return how much is done: "33 of 70 points, 9 of 15 items", points only if there are any."""
    items = f"{total.done} of {counted(total.total, 'item')}"
    if not total.points:
        return items
    return f"{figure(total.points_done)} of {figure(total.points)} points, {items}"


def not_in_plan(count: int, closed: int) -> str:
    """Return how many sub-issues are not in the plan: "3 sub-issues not in the plan (1 closed)"."""
    words = f"{counted(count, 'sub-issue')} not in the plan"
    return f"{words} ({closed} closed)" if closed else words


def outside(total: Sum) -> str:
    """Return the same for a sum, after a comma; empty if all sub-issues are in the plan."""
    count, closed = total.not_in_plan, total.not_in_plan_closed
    return f", {not_in_plan(count, closed)}" if count else ""


def figure(value: float) -> str:
    """Return a number with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def day(value: date | None) -> str:
    """Return a date, or a text if there is none."""
    return value.isoformat() if value else "none"


def likely(forecast: Forecast) -> str:
    """Return the dates of a forecast, or why there are none."""
    if forecast.reason:
        return forecast.reason
    days = [value.isoformat() if value else NEVER for value in (forecast.at_85, forecast.at_95)]
    first = forecast.at_50.isoformat() if forecast.at_50 else NEVER
    return f"50% likely by {first}, 85% by {days[0]}, 95% by {days[1]}"


def when(report: Report) -> str:
    """Return when everything is done, as far as known."""
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
    parts = [forecast.reason, f"Possible from {first_forecast(report, forecast)}."]
    if report.schedule.ends and not guessed(report):
        parts.append(f"By the schedule: {report.schedule.ends} at the earliest.")
    if due:
        parts.append(f"The last milestone is due {max(due)}.")
    return " ".join(parts)


def sprint_forecast_words(ahead: SprintForecast) -> str:
    """Return a sentence on how many sprints the rest takes; "" if nothing is left."""
    if ahead.reason or not ahead.left:
        return ahead.reason
    one = ahead.left == 1
    left = f"{figure(ahead.left)} {ahead.unit[:-1] if one else ahead.unit} {'is' if one else 'are'}"
    until = f"until {ahead.ends}" if ahead.ends else NEVER
    name = f" ({ahead.name})" if ahead.name else ""
    takes = counted(ahead.sprints, "sprint")
    return f"{left} left: {takes} at {figure(ahead.velocity)} {ahead.unit} each, {until}{name}."


def sprint_rows(report: Report) -> list[tuple[str, str]]:
    """Return what there is to say of the sprints, each with a word before it."""
    sprints = report.sprints
    if sprints is None or not (
        sprints.velocity.sprints or sprints.done.items or sprints.left.items
    ):
        return []
    rows = []
    if (now := sprints.current) is not None:
        has_points = bool(sprints.done.points or sprints.left.points)
        done, every = len(sprints.done.items), len(sprints.done.items) + len(sprints.left.items)
        much = f"{done} of {counted(every, 'item')}"
        if has_points:
            points = sprints.done.points + sprints.left.points
            much = f"{figure(sprints.done.points)} of {figure(points)} points, {much}"
        added = (
            f", {counted(len(sprints.added.items), 'item')} added" if sprints.added.items else ""
        )
        days = counted(sprints.days_left, "day")
        text = f"{now.name}: {much} done{added}; {days} left, until {now.last}"
        rows.append(("current", text))
        rows.append(("burn-down", burn_down_words(sprints)))
    if sprints.velocity.sprints:
        rows.append(("velocity", velocity_words(sprints.velocity)))
        if words := sprint_forecast_words(sprints.forecast):
            rows.append(("forecast", words))
    return rows


def burn_down_words(sprints: SprintProgress) -> str:
    """Return how much of the current sprint is left, next to an even pace."""
    now, today = sprints.current, sprints.burn_down[-1]
    assert now is not None
    points = any(each.all_points for each in sprints.burn_down)
    left, every = (today.points, today.all_points) if points else (today.items, today.all_items)
    unit = "points" if points else "items"
    day = (today.day - now.first).days + 1
    even = every * sprints.days_left / ((now.last - now.first).days + 1)
    return (
        f"{figure(left)} of {figure(every)} {unit} left on day {day};"
        f" {figure(even)} at an even pace"
    )


def velocity_words(pace: Velocity) -> str:
    """Return the velocity, and what it is the mean of."""
    points, last = pace.is_pointed, pace.sprints[-3:]
    mean = f"{figure(pace.points)} points" if points else f"{figure(pace.items)} items"
    each = ", ".join(
        f"{row.iteration.name}: {figure(row.done.points) if points else len(row.done.items)}"
        for row in last
    )
    return f"{mean} a sprint ({each})"


def without_forecast(report: Report) -> bool:
    """Return whether work is left and too little is known of the past to forecast its end."""
    forecast = report.forecast
    return bool(forecast and forecast.reason and forecast.reason != NOTHING_LEFT)


def first_forecast(report: Report, forecast: Forecast) -> date:
    """Return the first date on which there may be a forecast, if work is done every week."""
    today = report.facts.today
    missing = ENOUGH - sum(week > 0 for week in forecast.weekly)
    begun = (today - report.history[0].day).days % 7 if report.history else 0
    return min(today, date.max - timedelta(weeks=ENOUGH)) + timedelta(days=7 * missing - begun)


def guessed(report: Report) -> bool:
    """Return whether too many durations of the schedule are guesses for its dates to be shown."""
    rows = report.schedule.rows
    return sum(row.by == "guess" for row in rows) * _FEW > len(rows)


def health_word(health: Health, total: Sum) -> str:
    """Return the word for a health; if it is unknown, how far the work has come."""
    if health is not Health.UNKNOWN:
        return _HEALTH[health]
    if not total.total:
        return "empty"
    return "in progress" if total.done or total.doing else "not started"


def scope(report: Report) -> str:
    """Return what the backlog consists of: "3 epics, 6 features, 12 stories; 45 points"."""
    kinds = Counter(item.kind for item in report.facts.items if item.phase is not Phase.DROPPED)
    parts = ", ".join(
        counted(count, kind, f"{kind[:-1]}ies" if kind.endswith("y") else None)
        for kind, count in kinds.items()
    )
    points = report.total.points
    return f"{parts}; {figure(points)} point{'' if points == 1 else 's'}" if points else parts


def scope_parts(report: Report) -> tuple[Sum, ...]:
    """Return the sums of the items at the top: the epics, unless the backlog begins elsewhere."""
    tops = {item.key for item in report.facts.items if item.parent is None}
    return tuple(total for key, total in report.sums.items() if key in tops and total.total)


def critical_path(report: Report) -> str:
    """Return the length of the critical path: in days if they are known, else by estimate."""
    schedule = report.schedule
    if not schedule.path:
        return schedule.reason if schedule.reason != NOTHING_LEFT else ""
    items = counted(len(schedule.path), "item")
    if unlinked(report):
        return "No dependencies declared: items can be done in any order"
    if not guessed(report):
        length = counted_days(schedule.days)
        return f"{items}, {length}, to {day(schedule.ends)} at the earliest"
    points = sum(report.points.get(key, 0) for key in schedule.path)
    if not points:
        return f"{items} of {len(schedule.rows)} left"
    left = sum(report.points.get(row.key, 0) for row in schedule.rows)
    return f"{items}, {figure(points)} of the {figure(left)} points left"


def unlinked(report: Report) -> bool:
    """Return whether nothing is known of the order of work: no dependencies, and no durations."""
    return guessed(report) and not report.schedule.links


def counted_days(days: float) -> str:
    """Return a number of working days in words."""
    return f"{figure(days)} working day{'' if figure(days) == '1' else 's'}"


def quoted(title: str) -> str:
    """Return a title in quotes: what follows it in a sentence is not taken for a part of it."""
    return f'"{title}"'


def joined(names: Sequence[str]) -> str:
    """Return names as a list: with semicolons if a name has a comma."""
    return ("; " if any("," in name for name in names) else ", ").join(names)


def how_much(report: Report) -> str:
    """Return how much is done and in progress; the percentage is shown next to it."""
    doing = f", {report.total.doing} under way" if report.total.doing else ""
    return f"{amount(report.total)} done{doing}{outside(report.total)}"


def at_risk(report: Report) -> str:
    """Return the counts of what endangers the plan."""
    facts = []
    for health in (Health.OFF_TRACK, Health.AT_RISK):
        names = [one.sum.name for one in report.milestones if one.health is health]
        if names:
            facts.append(f"{counted(len(names), 'milestone')} {_HEALTH[health]}")
    late = sum(row.late > 0 for row in report.schedule.rows)
    if late:
        facts.append(f"{counted(late, 'item')} late")
    grave = grave_risks(report)
    if grave:
        facts.append(f"{counted(len(grave), 'high risk')}")
    if report.overlaps:
        facts.append(f"{counted(len(report.overlaps), 'overlap')} of milestones")
    if busy := dict.fromkeys(one.name for one in overloads(report.load)):
        facts.append(f"overloaded: {', '.join(busy)}")
    return ", ".join(facts) or "no known risks"


def open_risks(report: Report) -> tuple[RegisteredRisk, ...]:
    """Return the risks of unfinished work, the highest first."""
    return tuple(risk for risk in report.risks if risk.open)


def grave_risks(report: Report) -> tuple[RegisteredRisk, ...]:
    """Return the risks that need a response."""
    return tuple(risk for risk in open_risks(report) if (risk.exposure or 0) >= GRAVE)


def risk_scale(risk: RegisteredRisk) -> str:
    """Return a risk's exposure: "20 (likelihood 4, impact 5)"."""
    values = (risk.likelihood, risk.impact)
    parts = [
        f"{name} {'?' if value is None else value}"
        for name, value in zip(("likelihood", "impact"), values, strict=True)
    ]
    return f"{'?' if risk.exposure is None else risk.exposure} ({', '.join(parts)})"


def status(item: WorkItem) -> str:
    """Return the status of an item: GitHub's word, else what is known."""
    if item.status:
        return item.status
    return {
        Phase.TODO: "Todo",
        Phase.DOING: "In progress",
        Phase.DONE: "Done",
        Phase.DROPPED: "Not planned",
    }[item.phase]


class Names:
    """Titles by key; an unknown key (of an item that left the file) is shown as it is."""

    def __init__(self, report: Report) -> None:
        self._titles = {item.key: item.title for item in report.facts.items}
        before = report.facts.before
        self._before = {key: one.title for key, one in before.items.items()} if before else {}

    def __call__(self, key: str) -> str:
        """Return the title of a key; "" is the plan as a whole."""
        if not key:
            return "the plan"
        return self._titles.get(key) or self._before.get(key) or key

    def some(self, keys: Sequence[str], most: int) -> list[str]:
        """Return the first titles, and how many more there are."""
        if len(keys) <= most + 1:
            return [self(key) for key in keys]
        return [*(self(key) for key in keys[:most]), f"{len(keys) - most} more"]


def waiting(report: Report, names: Names) -> list[str]:
    """Return a sentence for each item that depends on another one."""
    before: dict[str, list[str]] = defaultdict(list)
    for first, second in report.schedule.links:
        before[second].append(first)
    return [
        f"{names(key)} waits for {joined(names.some(others, 5))}" for key, others in before.items()
    ]


def late(report: Report, names: Names) -> list[str]:
    """Return a sentence for each item that is scheduled to end late, the latest first."""
    rows = sorted((row for row in report.schedule.rows if row.late), key=lambda row: -row.late)
    return [f"{names(row.key)} ends {row.last}, {counted(row.late, 'day')} late" for row in rows]


def overdue(report: Report, names: Names) -> list[str]:
    """Return a sentence for each item that is overdue for review."""
    return [
        f"{names(review.key)}: {counted(review.days_over, 'day')} over, last on {review.last}"
        for review in report.reviews
    ]


def staffing(report: Report) -> list[str]:
    """Return a sentence for each team, skill and item that lacks people, and for available people.

    Within the same months, the order is that of the load: teams, skills, items.
    """
    sentences = [
        f"{one.name} needs {_more_people(one.more)} {_months(one.first, one.last)}: "
        f"{figure(one.people)} needed, {figure(one.there)} available"
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
    """Return the remaining hours of a milestone or quarter, and the skills that it needs."""
    facts = [f"{figure(part.hours_left)} h left"] if part.hours_left else []
    facts += [f"skills: {', '.join(part.skills)}"] if part.skills else []
    return "; ".join(facts)


def audiences(report: Report) -> tuple[Sum, ...]:
    """Return the parts by audience; empty if there are none."""
    sums = report.groups.get("audience", ())
    return sums if any(one.name for one in sums) else ()


def audience_name(total: Sum) -> str:
    """Return the audience of a part."""
    return total.name or "nobody named"


def asked(question: Question) -> str:
    """Return who asked, where and when."""
    where = f"{question.ref}, {question.title}" if question.title else question.ref
    who = f"{question.by} in {where}" if question.by else where
    return f"{who}, {question.at}" if question.at else who


def questions(report: Report) -> list[str]:
    """Return a sentence for each unanswered question."""
    return [f"{question.text} ({asked(question)})" for question in report.questions]


def pull_requests(report: Report) -> list[str]:
    """Return a sentence for each pull request of an item."""
    return [
        f"{item.title}: {pull.ref} {quoted(pull.title)}, {pull_state(pull)} ({pull.url})"
        for item in report.facts.items
        for pull in item.pull_requests
    ]


def pull_state(pull: PullRequestFact) -> str:
    """Return the state of a pull request and its author."""
    state = "not merged" if pull.state == "closed" else pull.state
    return f"{state}, by {pull.author}" if pull.author else state


_NAMED = 3
"""Open items below one whose pull request was merged are named up to so many; the tree has all."""


def merged_open(report: Report, names: Names) -> list[str]:
    """Return a sentence for each item whose pull request was merged, though work is left."""
    sentences = []
    for left in report.merged_open:
        why = ["the issue is open"] if left.open else []
        if left.items:
            verb = "is" if len(left.items) == 1 else "are"
            below = joined(names.some(left.items, _NAMED))
            why.append(f"{counted(len(left.items), 'item')} below {verb} open ({below})")
        if left.criteria:
            criteria = counted(left.criteria, "criterion", "criteria")
            why.append(f"{criteria} not ticked")
        verb = "was" if len(left.refs) == 1 else "were"
        sentences.append(
            f"{names(left.item)}: {', '.join(left.refs)} {verb} merged; {', '.join(why)}"
        )
    return sentences


def unproven(report: Report, names: Names, most: int | None = None) -> list[str]:
    """Return the items that are done without a merged pull request: `most` of them, and the rest.

    Pull requests that were closed without merging are named.
    """
    pulls = {item.key: [pull.ref for pull in item.pull_requests] for item in report.facts.items}
    lines = []
    for key in report.unproven:
        verb = "was" if len(pulls[key]) == 1 else "were"
        why = f": {', '.join(pulls[key])} {verb} closed without merging" if pulls[key] else ""
        lines.append(f"{names(key)}{why}")
    if most is None or len(lines) <= most + 1:
        return lines
    return [*lines[:most], f"{len(lines) - most} more"]


def review_notes(report: Report, names: Names) -> list[str]:
    """Return a sentence for each review note, the newest first."""
    return [f"{note.day}, {names(note.item)}: {note.text}" for note in report.review_notes]


def priorities(report: Report) -> dict[str, list[str]]:
    """Return the remaining work by priority, the most urgent first; empty if there is none."""
    by_priority: dict[str, list[str]] = defaultdict(list)
    items = {item.key: item for item in report.facts.items}
    for key in report.total.items:
        if items[key].phase is not Phase.DONE:
            by_priority[items[key].priority or _NONE].append(key)
    if set(by_priority) == {_NONE}:
        return {}
    return {word: by_priority[word] for word in sorted(by_priority, key=priority_rank)}


_NONE = "without one"
_MOSCOW = {"must": 4, "must have": 4, "should": 3, "should have": 3, "could": 2, "could have": 2}
_P = re.compile(r"p([0-4])\b", re.IGNORECASE)


def priority_rank(word: str) -> tuple[int, int]:
    """Return the rank of a priority: words of a scale, `P0` to `P4`, MoSCoW.

    Unknown words come after those, and no priority last.
    """
    if word in ("", _NONE):
        return 2, 0
    numbered = _P.match(word.strip())
    rank = 5 - int(numbered[1]) if numbered else level(word) or _MOSCOW.get(word.casefold())
    return (0, -rank) if rank else (1, 0)


def changes(report: Report, names: Names, most: int) -> list[tuple[str, str]]:
    """Return what happened in the reported period: the kind of each change, and its text."""
    period = report.period
    if period is None:
        return []
    entries: list[tuple[str, str]] = []

    def add(word: str, keys: Sequence[str], points: float | None = None) -> None:
        if keys:
            amounts = counted(len(keys), "item")
            if points:
                amounts += f", {figure(points)} points"
            entries.append((word, f"{amounts}: {joined(names.some(keys, most))}"))

    if period.milestones_done:
        entries.append(("Milestones", f"finished: {joined(period.milestones_done)}"))
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
