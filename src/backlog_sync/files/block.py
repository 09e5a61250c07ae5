"""Build the managed part of an issue's body from an item, part by part."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from backlog_sync.core.model import Block, CheckItem, Checklist, Prose
from backlog_sync.dataclass import dataclass
from backlog_sync.files.documents.items import (
    CriterionDocument,
    ItemDocument,
    RiskDocument,
    UserStoryDocument,
)
from backlog_sync.files.entries import Entry
from backlog_sync.files.fit import fitted, whole_title
from backlog_sync.files.withheld import without_withheld

ACCEPTANCE = "acceptance_criteria"

PROSE_PARTS = ("user_story", "goal", "description")
PLANNING_PARTS = ("estimate_hours", "skills", "risks", "team", "capacity", "audience")
"""Parts that are shown only if `publish` lists them."""

_ARTICLES = ("a ", "an ", "the ")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a template: one part of the item, or fixed text, under a heading."""

    heading: str
    part: str
    text: str = ""


Template: TypeAlias = tuple[Section, ...]
"""The layout of issue bodies; empty for the default layout."""


def block_of(
    entry: Entry, publish: Sequence[str], template: Template = (), source: str = ""
) -> Block:
    """Return the managed block in order; planning fields only if `publish` lists them.

    With a template, its sections in its order; a section whose part the item lacks is left out.
    Text beyond GitHub's limit is cut, and refers to the file `source`.
    """
    parts = _parts(entry, publish)
    parts = tuple(lay_out(parts, template)) if template else parts
    return fitted((*whole_title(entry.parsed.document.title), *parts), source)


def lay_out(parts: Block, template: Template) -> Iterator[Prose | Checklist]:
    """Yield the sections of a template, filled; omit those whose part is missing."""
    by_name = {part.name: part for part in parts}
    for section in template:
        if not section.part:
            yield Prose("", section.heading, section.text, templated=True)
        elif part := by_name.get(section.part):
            yield replace(part, heading=section.heading, templated=True)


def _parts(entry: Entry, publish: Sequence[str]) -> Block:
    document = entry.parsed.document
    prose = (
        ("user_story", "User story", user_story_text(document.user_story)),
        ("goal", "Goal", document.goal),
        ("description", "Description", document.description),
    )
    parts: list[Prose | Checklist] = [
        Prose(name, heading, shown)
        for name, heading, text in prose
        if text and (shown := without_withheld(text.strip(), publish))
    ]
    criteria = document.acceptance_criteria
    if criteria:
        boxes = tuple(
            CheckItem(one_line(each.text), each.done, _details(each, publish)) for each in criteria
        )
        parts.append(Checklist(ACCEPTANCE, "Acceptance criteria", boxes))
    for name in publish:
        text = _planning(entry, document, name)
        if text:
            heading = "Estimate" if name == "estimate_hours" else name.capitalize()
            parts.append(Prose(name, heading, text))
    return tuple(parts)


def _details(entry: CriterionDocument, publish: Sequence[str]) -> tuple[str, ...]:
    shown = without_withheld("\n".join(entry.details), publish)
    return tuple(shown.split("\n")) if shown else ()


def _planning(entry: Entry, document: ItemDocument, name: str) -> str:
    if name == "risks":
        return "\n".join(_risk(risk) for risk in document.risks or ())
    if name == "estimate_hours":
        hours = document.estimate_hours
        return f"{hours:g} hours" if hours is not None else ""
    if name == "skills":
        return "\n".join(f"- {one_line(skill)}" for skill in entry.words("skills"))
    return entry.text(name) or ""


def _risk(risk: RiskDocument) -> str:
    parts = (("likelihood", risk.likelihood), ("impact", risk.impact), ("owner", risk.owner))
    notes = [f"{name}: {one_line(value)}" for name, value in parts if value]
    line = f"- {one_line(risk.text)}"
    if notes:
        line += f" ({', '.join(notes)})"
    if risk.mitigation:
        line += f"\n  Mitigation: {one_line(risk.mitigation)}"
    if risk.contingency:
        line += f"\n  Contingency: {one_line(risk.contingency)}"
    return line


def one_line(text: str) -> str:
    """Return a text without line breaks."""
    return " ".join(text.split())


def user_story_text(story: str | UserStoryDocument | None) -> str | None:
    """Return a user story as one text: parts as a sentence, a text unchanged."""
    if not isinstance(story, UserStoryDocument):
        return story
    who = story.as_a.rstrip(",")
    if not who.lower().startswith(_ARTICLES):
        who = f"{'an' if who[:1].lower() in 'aeio' else 'a'} {who}"
    text = f"As {who}, I want {story.i_want.rstrip(',.')}"
    if story.so_that:
        text += f", so that {story.so_that.rstrip('.')}"
    return f"{text}."
