"""Convert the planning data of documents to the model that reports use."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from backlog_sync.core.capacity import read as read_capacity
from backlog_sync.core.model import DesiredItem, PlanningFields
from backlog_sync.core.normalize import fold
from backlog_sync.core.planning import (
    Capacity,
    FeedbackRef,
    PlanningSettings,
    ReviewNote,
    Risk,
    Step,
    WipLimit,
)
from backlog_sync.files.block import one_line
from backlog_sync.files.documents.items import RiskDocument
from backlog_sync.files.documents.plan_settings import SegmentDocument, quarter_start
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.documents.values import ReviewNoteDocument
from backlog_sync.files.entries import Entry
from backlog_sync.files.parsed import ListedRisk
from backlog_sync.files.refs import parse_feedback


def planning_fields_of(entry: Entry) -> PlanningFields:
    """Return an item's planning data; dates are ISO dates, or the text as written."""
    document = entry.parsed.document
    return PlanningFields(
        hours=document.estimate_hours,
        start=entry.text("start"),
        target=entry.text("target"),
        priority=entry.text("priority"),
        team=entry.text("team"),
        audience=entry.text("audience"),
        skills=entry.words("skills"),
        capacity=one_line(document.capacity) if document.capacity else None,
        risks=tuple(map(_risk, document.risks or ())),
        feedback=feedback_of(document.feedback or ()),
        review_notes=_notes(document.review_notes or ()),
        goal=one_line(document.goal) if document.goal else None,
    )


def feedback_of(words: Iterable[str]) -> tuple[FeedbackRef, ...]:
    """Return the places that the words name; invalid ones are left out, and reported elsewhere."""
    refs = (parse_feedback(word) for word in words)
    return tuple(dict.fromkeys(ref for ref in refs if ref is not None))


def _notes(notes: Iterable[ReviewNoteDocument]) -> tuple[ReviewNote, ...]:
    dated = (ReviewNote(date.fromisoformat(note.date), one_line(note.text)) for note in notes)
    return tuple(sorted(dated, key=lambda note: note.day))


def _risk(risk: RiskDocument) -> Risk:
    prose = {name: text and one_line(text) for name, text in risk
             if name in ("text", "mitigation", "contingency")}  # fmt: skip
    return Risk(**{**dict(risk), **prose})


def planning_of(settings: SettingsDocument) -> PlanningSettings:
    """Return the settings that only reports and `backlog ready` use."""
    document = settings.planning
    review = document.review
    kinds = review.model_dump(exclude={"every", "plan"}, exclude_none=True)
    return PlanningSettings(
        velocity=document.velocity,
        hours_per_week=document.hours_per_week,
        teams=tuple(_capacity(*each, document.hours_per_week) for each in document.teams.items()),
        skills=tuple(_capacity(*each, document.hours_per_week) for each in document.skills.items()),
        one_at_a_time=document.one_at_a_time,
        review_every=kinds,
        review_days=review.every,
        risks=tuple(map(_risk, document.risks)),
        review_plan=review.plan,
        feedback=feedback_of(document.feedback),
        review_notes=_notes(document.review_notes),
        wip=tuple(WipLimit(name, wip.limit, wip.per_person) for name, wip in settings.wip.items()),
        stale_days=settings.stale,
    )


def _capacity(name: str, segment: SegmentDocument, hours_per_person: float) -> Capacity:
    """Return the capacity of a team or skill; nothing before the first quarter listed."""
    if not isinstance(segment.capacity, dict):
        hours, words = _rate(segment.capacity, hours_per_person)
        return Capacity(name, hours, words=words)
    steps = sorted(
        (quarter_start(quarter), *_rate(rate, hours_per_person))
        for quarter, rate in segment.capacity.items()
    )
    return Capacity(name, 0, tuple(Step(*step) for step in steps))


def _rate(rate: float | str, hours_per_person: float) -> tuple[float, str]:
    """Return hours per week, and the original words if they count people."""
    given = read_capacity(str(rate))
    assert given is not None, "the document has been validated"
    return given.hours(hours_per_person), given.words() if given.people else ""


def with_listed(
    listed: Iterable[ListedRisk], items: Sequence[DesiredItem], planning: PlanningSettings
) -> tuple[tuple[DesiredItem, ...], PlanningSettings]:
    """Return items and settings with the risks of registers added to the items that they name.

    A row names an item by its key or title; a row without one is a risk of the whole plan.
    """
    by_name = {fold(item.title): item.key for item in reversed(items)}
    by_name |= {fold(item.key): item.key for item in items}
    whole, of_item = list(planning.risks), dict[str, list[Risk]]()
    for each in listed:
        key = by_name.get(fold(each.about)) if each.about else None
        (of_item.setdefault(key, []) if key else whole).append(_risk(each.risk))
    with_risks = tuple(
        replace(i, planning=replace(i.planning, risks=(*i.planning.risks, *of_item[i.key])))
        if i.key in of_item
        else i
        for i in items
    )
    return with_risks, replace(planning, risks=tuple(whole))
