"""Write a backlog as a Markdown roadmap: headings, lines of metadata, check boxes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from backlog_sync.dataclass import dataclass
from backlog_sync.files.block import user_story_text
from backlog_sync.files.documents.items import UserStoryDocument
from backlog_sync.files.vocabulary import RANKS, spelled
from backlog_sync.files.write.export import Draft, Outline, is_empty, pair, remark_lines, sequence
from backlog_sync.files.write.titles import written_title

_HEADING_LEVELS = 6
"""Levels of headings in Markdown (CommonMark, "ATX headings")."""

_NAMES = {
    "id": "ID",
    "story_points": "Points",
    "estimate_hours": "Estimated hours",
    "target": "Due",
}
_LINES = {
    name: _NAMES.get(name, name.replace("_", " ").capitalize()) for name in spelled("sets.lines")
} | {"target": "Due"}
"""Fields that have their own line, in this order, and their names there."""

_TEXTS = {"user_story": "User story", "goal": "Goal"}
_WRITTEN = frozenset(
    (*_LINES, *_TEXTS, "title", "description", "acceptance_criteria", "review_notes", "risks")
)
_RISK = ("risk", "likelihood", "impact", "mitigation", "contingency", "owner")
"""Columns of the risk register, in this order; `Risk` is the text."""


@dataclass(frozen=True, slots=True)
class Care:
    """Keys of items that need more than the plain form, found by reading the text again.

    Descriptions of items in `keyed` are below a key. Titles of items in `spelled` have characters
    that would end the title or be read as emphasis, and are escaped. Items in `open` declare that
    they have no status, because a heading above them has one.
    """

    keyed: frozenset[str] = frozenset()
    spelled: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()


def roadmap_text(draft: Draft, care: Care) -> str:
    """Return the text of the roadmap."""
    lines = ["---", "backlog:", *(f"  # {part}" for part in remark_lines(draft))]
    for name, value in draft.settings.items():
        lines += pair(name, value, "  ")
    lines += ["---", "", "# Roadmap"]
    words = dict(_words(draft.items))
    for item in _ordered(draft.items):
        lines += _item(item, 2, words, care)
    lines += _register(draft.items)
    return "\n".join(lines) + "\n"


def _words(items: Sequence[Outline]) -> Iterator[tuple[str, str]]:
    """Yield each key that dependencies cannot use, and what they use: a code, or the title."""
    for item in items:
        key = str(item.fields["id"])
        if _CODE.fullmatch(key):
            yield key, key.upper()
        elif not any(sign in key for sign in "-."):
            yield key, str(item.fields["title"])
        yield from _words(item.below)


_CODE = re.compile(r"[a-z][a-z0-9]{0,9}\d")


def unsaid(item: Outline, depth: int = 2) -> Iterator[tuple[str, str]]:
    """Yield what a roadmap has no place for: the key of an item with a field, or with its depth."""
    key = str(item.fields["id"])
    if depth > _HEADING_LEVELS:
        yield key, "its depth"
    for name, value in item.fields.items():
        if name not in _WRITTEN and isinstance(value, list | tuple | Mapping) and value:
            yield key, name
    for each in item.below:
        yield from unsaid(each, depth + 1)


def _item(item: Outline, level: int, words: Mapping[str, str], care: Care) -> Iterator[str]:
    fields = item.fields
    title, word = str(fields["title"]), f"{item.kind.capitalize()}: "
    if fields["id"] in care.spelled:
        title = written_title(title, (word, ""))
    yield from ("", f"{'#' * level} {word}{title}", "")
    if fields["id"] in care.open:
        yield "- **Status:** none"
    for name, word in _LINES.items():
        if fields.get(name) is not None:
            value = fields[name]
            if name == "depends_on":
                value = [words.get(str(each), str(each)) for each in sequence(value)]
            yield f"- **{word}:** {_value(name, value)}"
    for name in (each for each in fields if each not in _WRITTEN):  # fields that only the board has
        if not is_empty(fields[name]):
            yield f"- **{name}:** {_value(name, fields[name])}"
    for name, word in _TEXTS.items():
        if fields.get(name):
            yield from _text(word, _story(fields[name]))
    if fields.get("description"):
        head = ("", "**Description:**") if fields["id"] in care.keyed else ()
        yield from (*head, "", *str(fields["description"]).strip().split("\n"))
    yield from _criteria(fields.get("acceptance_criteria"))
    if fields.get("review_notes"):
        yield from ("", "**Review notes:**", "", *map(_note, sequence(fields["review_notes"])))
    for each in _ordered(item.below):
        yield from _item(each, level + 1, words, care)


def _register(items: Sequence[Outline]) -> Iterator[str]:
    """Yield a table of the risks of all items, with the item of each."""
    rows = list(_risks(items))
    if rows:
        yield from ("", "## Risks", "", _row(("Item", *(name.capitalize() for name in _RISK))))
        yield _row("---" for _ in range(len(_RISK) + 1))
        yield from map(_row, rows)


def _risks(items: Sequence[Outline]) -> Iterator[tuple[str, ...]]:
    for item in items:
        for each in sequence(item.fields.get("risks")):
            risk = each if isinstance(each, Mapping) else {"risk": each}
            cells = {**risk, "risk": risk.get("text", risk.get("risk"))}
            yield (str(item.fields["id"]), *(_cell(cells.get(name)) for name in _RISK))
        yield from _risks(item.below)


def _cell(value: object) -> str:
    return " ".join(str(value or "").split()).replace("|", "\\|")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _ordered(items: Sequence[Outline]) -> list[Outline]:
    """Sort tasks before stories before epics: a smaller kind belongs to the one before it."""
    return sorted(items, key=lambda item: -RANKS[item.kind])


def _text(word: str, text: str) -> Iterator[str]:
    """Yield a text after its key, or below it if it has more than one line."""
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


def _note(value: object) -> str:
    text = f"{value['date']}: {value['text']}" if isinstance(value, Mapping) else str(value)
    return f"- {' '.join(text.split())}"


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
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
