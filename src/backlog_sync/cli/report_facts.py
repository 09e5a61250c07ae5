"""Build the report of a backlog from GitHub's state and the git history of its files."""

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from backlog_sync import wiring
from backlog_sync.cli.earlier_files import declared_at
from backlog_sync.cli.requests import ReportRequest
from backlog_sync.cli.workspace import Run
from backlog_sync.core.facts import Facts
from backlog_sync.core.fields import STATUS
from backlog_sync.core.model import DesiredItem, DesiredState
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.reworded import Words
from backlog_sync.errors import UsageError
from backlog_sync.files.validation import did_you_mean
from backlog_sync.local import git, git_history
from backlog_sync.reports.audience import audiences, for_audience, for_milestone
from backlog_sync.reports.build import build_report
from backlog_sync.reports.dates import since_day
from backlog_sync.reports.gather import Remembered, feedback_refs, gather
from backlog_sync.reports.release_notes import release_notes
from backlog_sync.reports.values import Report

_PROGRESS = re.compile(r"\W*(?:issue|status|progress|done)\W*:", re.IGNORECASE)
"""Lines that the tool writes itself: they do not show when people last edited an item."""


def make_report(run: Run, observed: ObservedState, request: ReportRequest) -> Report:
    """Return the requested report.

    Reads the feedback from the places that collect it, and raises as `Tracker` does. Raises
    `UsageError` if `items_for` is not the audience of any item.
    """
    facts = gather(
        run.desired,
        observed,
        today=request.today,
        since=request.since,
        conversations=run.tracker.feedback(feedback_refs(run.desired)),
        remembered=remember(
            run, request.since, request.bullets, request.today, _statuses(observed)
        ),
        pages=run.pages(observed),
    )
    if request.items_for is not None:
        facts = _only_for(facts, request.items_for)
    notes = None
    if request.notes or request.release is not None:
        mentions = run.desired.settings.mentions
        notes = release_notes(facts, request.milestone, since=request.since, mentions=mentions)
    if request.milestone is not None:
        facts = for_milestone(facts, request.milestone)
    chance = random.Random(request.seed)  # noqa: S311 - chance, no secret
    return replace(build_report(facts, chance, seed=request.seed), release=notes)


def declared_milestone(desired: DesiredState, name: str) -> str:
    """Return the title of a milestone of the files. Raises `UsageError` if they have none of it."""
    titles = [milestone.title for milestone in desired.milestones]
    for title in titles:
        if fold(title) == fold(name):
            return title
    hint = did_you_mean(name, titles, many="") if titles else "set 'milestone:' of an item"
    raise UsageError(f"no item is in the milestone '{name}'", hint=hint)


def _only_for(facts: Facts, name: str) -> Facts:
    """Return the facts of the items for one audience. Raises `UsageError` for an unknown name."""
    limited = for_audience(facts, name)
    if limited is None:
        names = audiences(facts)
        hint = did_you_mean(name, names, many="") if names else "say 'audience:' of an item"
        raise UsageError(f"no item is for '{name}'", hint=hint)
    return limited


def read_since(word: str, today: date) -> date:
    """Return the date that `word` means. Raises `UsageError` if it is not one before `today`."""
    day = since_day(word, today)
    if day is None or day > today:
        why = "lies after the day of the report" if day else "is not a day"
        raise UsageError(f"since: '{word}' {why}", hint="write 2026-03-01, 30d, 4w, or last-month")
    return day


def today_utc() -> date:
    """Return today's date in UTC, as on GitHub."""
    return datetime.fromtimestamp(wiring.clock().now(), UTC).date()


def _statuses(observed: ObservedState) -> tuple[str, ...]:
    """Return the board's words for progress."""
    fields = observed.project.fields if observed.project else ()
    options = (option for field in fields if field.name == STATUS for option in field.options)
    return tuple(option.name for option in options)


def remember(
    run: Run, since: date | None, bullets: str | None, today: date, statuses: Iterable[str] = ()
) -> Remembered:
    """Return what git knows about the files: their dates, and their content at `since`.

    Raises nothing: the answer lists what is unknown.
    """
    top = run.target.top
    if git.top_level(top) is None:
        no_history = ("The files are not in a git repository: their history is unknown.",)
        return Remembered(unseen=no_history if since else ())
    unseen = []
    if git_history.is_shallow(top):
        unseen.append(
            "The clone is shallow: what is older than its first commit is not seen"
            " (fetch-depth: 0 brings it)."
        )
    added, reviewed = _days(run.desired.items, top, today, Words(statuses))
    then = None
    if since is not None:
        then = declared_at(top, run.desired, since, bullets)
        if then is None:
            unseen.append(f"The history of the files does not reach back to {since}.")
    return Remembered(added, reviewed, then, tuple(unseen))


def _days(
    items: Iterable[DesiredItem], top: Path, today: date, words: Words
) -> tuple[Mapping[str, date], Mapping[str, date]]:
    """Return by key the dates of an item's first line, and of the latest line by people in it."""
    by_file: dict[str, list[DesiredItem]] = {}
    for item in items:
        by_file.setdefault(item.place.path, []).append(item)
    added: dict[str, date] = {}
    reviewed: dict[str, date] = {}
    for path, members in by_file.items():
        file = Path(path).absolute()
        days = git_history.line_days(top, str(file), today, words)
        if days is None:
            continue
        lines = file.read_bytes().decode("utf-8", "replace").split("\n")
        members.sort(key=lambda item: item.place.line)
        ends = [item.place.line - 1 for item in members[1:]] + [len(days)]
        for item, end in zip(members, ends, strict=True):
            span = range(item.place.line - 1, min(max(end, item.place.line), len(days)))
            if not span:
                continue
            added[item.key] = days[span[0]]
            written = [
                days[at] for at in span if at < len(lines) and _has_content(lines[at], words)
            ]
            reviewed[item.key] = max(written, default=days[span[0]])
    return added, reviewed


def _has_content(line: str, words: Words) -> bool:
    """Return whether a line contains anything besides what the tool itself writes."""
    return bool(words(line)) and not _PROGRESS.match(line)
