"""A backlog as the text of a Markdown roadmap: headings, lines of metadata, check boxes."""

import re
from collections.abc import Iterator, Mapping, Sequence

from backlog_sync.files.block import user_story_text
from backlog_sync.files.documents.items import UserStoryDocument
from backlog_sync.files.vocabulary import RANKS
from backlog_sync.files.write.export import Draft, Outline, pair, remark_lines, sequence

_HEADING_LEVELS = 6

_LINES = {
    "id": "ID", "issue": "Issue", "status": "Status", "priority": "Priority",
    "story_points": "Points", "estimate_hours": "Estimated hours", "milestone": "Milestone",
    "labels": "Labels", "assignees": "Assignees", "depends_on": "Depends on", "start": "Start",
    "target": "Due", "sprint": "Sprint", "team": "Team", "audience": "Audience",
    "skills": "Skills", "repository": "Repository",
}  # fmt: skip
"""Fields that have a line of their own, in this order, and what they are called there."""

_TEXTS = {"user_story": "User story", "goal": "Goal"}
_WRITTEN = frozenset((*_LINES, *_TEXTS, "title", "description", "acceptance_criteria"))


def roadmap_text(draft: Draft, keyed: frozenset[str] = frozenset()) -> str:
    """The text of the roadmap; the descriptions of the items in `keyed` stand below a key.

    What does not read as it was meant is found by reading it again.
    """
    lines = ["---", "backlog:", *(f"  # {part}" for part in remark_lines(draft))]
    for name, value in draft.settings.items():
        lines += pair(name, value, "  ")
    lines += ["---", "", "# Roadmap"]
    words = dict(_words(draft.items))
    for item in _ordered(draft.items):
        lines += _item(item, 2, words, keyed)
    return "\n".join(lines) + "\n"


def _words(items: Sequence[Outline]) -> Iterator[tuple[str, str]]:
    """How a line of dependencies names each item: a key that is a plain word says nothing there."""
    for item in items:
        key = str(item.fields["id"])
        if _CODE.fullmatch(key):
            yield key, key.upper()
        elif not any(sign in key for sign in "-."):
            yield key, str(item.fields["title"])
        yield from _words(item.below)


_CODE = re.compile(r"[a-z][a-z0-9]{0,9}\d")


def unsaid(item: Outline, depth: int = 2) -> Iterator[tuple[str, str]]:
    """What a roadmap has no place for: the key of an item and a field, or its depth."""
    key = str(item.fields["id"])
    if depth > _HEADING_LEVELS:
        yield key, "its depth"
    for name, value in item.fields.items():
        if name not in _WRITTEN and value is not None and value not in ((), [], {}):
            yield key, name
    for each in item.below:
        yield from unsaid(each, depth + 1)


def _item(
    item: Outline, level: int, words: Mapping[str, str], keyed: frozenset[str]
) -> Iterator[str]:
    fields = item.fields
    yield from ("", f"{'#' * level} {item.kind.capitalize()}: {fields['title']}", "")
    for name, word in _LINES.items():
        if fields.get(name) is not None:
            value = fields[name]
            if name == "depends_on":
                value = [words.get(str(each), str(each)) for each in sequence(value)]
            yield f"- **{word}:** {_value(name, value)}"
    for name, word in _TEXTS.items():
        if fields.get(name):
            yield from _text(word, _story(fields[name]))
    if fields.get("description"):
        head = ("", "**Description:**") if fields["id"] in keyed else ()
        yield from (*head, "", *str(fields["description"]).strip().split("\n"))
    yield from _criteria(fields.get("acceptance_criteria"))
    for each in _ordered(item.below):
        yield from _item(each, level + 1, words, keyed)


def _ordered(items: Sequence[Outline]) -> list[Outline]:
    """Tasks before stories before epics: a heading of a smaller kind belongs to the one before."""
    return sorted(items, key=lambda item: -RANKS[item.kind])


def _text(word: str, text: str) -> Iterator[str]:
    """A text behind its key, or below it where it has more than one line."""
    if "\n" in text.strip():
        yield from ("", f"**{word}:**", "", *text.strip().split("\n"))
    else:
        yield from ("", f"**{word}:** {text.strip()}")


def _criteria(entries: object) -> Iterator[str]:
    if not isinstance(entries, list | tuple) or not entries:
        return
    yield from ("", "**Acceptance criteria:**", "")
    for each in entries:
        done = isinstance(each, Mapping) and each.get("done")
        text = each.get("text") if isinstance(each, Mapping) else each
        yield f"- [{'x' if done else ' '}] {' '.join(str(text).split())}"


def _story(value: object) -> str:
    story = UserStoryDocument.model_validate(value) if isinstance(value, Mapping) else str(value)
    return user_story_text(story) or ""


def _value(name: str, value: object) -> str:
    if value in ((), []):
        return "none"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(f"@{each}" if name == "assignees" else str(each) for each in value)
    if name == "issue" and str(value).isdecimal():
        return f"#{value}"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
