"""What a pair of metadata sets on the item that it belongs to."""

import re
from collections.abc import Callable
from enum import Enum

from backlog_sync.core.keys import is_key
from backlog_sync.files.inline import plain
from backlog_sync.files.markdown.dependencies import parse_dependencies
from backlog_sync.files.markdown.drafts import Draft
from backlog_sync.files.markdown.metadata import Pair
from backlog_sync.files.markdown.values import (
    parse_date,
    parse_estimate,
    parse_hours,
    parse_issue,
    parse_names,
    parse_points,
    parse_priority,
)
from backlog_sync.files.markdown.words import DONE_WORDS
from backlog_sync.files.vocabulary import LONG_FIELDS, bare_word, is_decoration, is_empty_word

_REPOSITORY = re.compile(r"(?:https?://[\w.:-]{1,200}/)?(?P<name>[A-Za-z0-9-]{1,39}/[\w.-]{1,100})")


class Taken(Enum):
    """What became of a pair."""

    SET = "metadata"
    BLOCK = "the value is on the lines below"
    OURS = "written by the tool"
    AGAIN = "given twice; the first one counts"
    UNKNOWN = "no key that we know"


_SENTENCES = ("as a ", "as an ", "as the ")
_OTHER_SENTENCES = ("como ", "en tant qu", "als ", "как ", "я, как ", "作为", "作為")
_WANTS = ("quero", "quiero", "je veux", "je souhaite", "möchte", "will ich", "хочу", "想", "希望")


def is_story_sentence(text: str) -> bool:
    """Whether a paragraph begins like a user story: `As a rider, I want …`."""
    words = text[:400].replace("*", "").replace("_", "").lstrip("> ").casefold()
    if words.startswith(_SENTENCES):
        return True
    if "として" in words and ("したい" in words or "ほしい" in words):
        return True
    return words.startswith(_OTHER_SENTENCES) and any(want in words for want in _WANTS)


def is_done_when(key: str) -> bool:
    """Whether a key names conditions that are criteria only where they are check boxes."""
    return bare_word(key) in DONE_WORDS


def set_field(draft: Draft, pair: Pair) -> tuple[Taken, str | None]:
    """Take a pair into a draft. Gives what became of it, and the field that was set."""
    field = pair.field
    if field is None:
        return Taken.UNKNOWN, None
    if field == "progress":
        return Taken.OURS, None
    if not pair.value and field in LONG_FIELDS:
        return (Taken.AGAIN if field in draft.fields else Taken.BLOCK), field
    if field == "issue":
        return _set(draft, field, _issue(pair.value))
    if field in ("epic", "feature"):
        draft.parent_name = draft.parent_name or plain(pair.value)
        return Taken.SET, None
    if field == "depends_on":
        if draft.depends is not None:
            return Taken.AGAIN, None
        draft.depends = list(parse_dependencies(pair.value))
        return Taken.SET, field
    if field in ("estimate", "effort"):
        return _estimate(draft, pair.value)
    reader = _READERS.get(field)
    if reader is None:
        return Taken.UNKNOWN, None
    found = reader(pair.value)
    if found is None:
        return (Taken.SET if is_empty_word(plain(pair.value)) or not pair.value
                else Taken.UNKNOWN), None  # fmt: skip
    return _set(draft, field, found)


def _set(draft: Draft, field: str, value: object | None) -> tuple[Taken, str | None]:
    if value is None:
        return Taken.SET, None
    name = "id" if field == "id" else field
    if name in draft.fields:
        return Taken.AGAIN, None
    draft.fields[name] = value
    return Taken.SET, name


def _estimate(draft: Draft, value: str) -> tuple[Taken, str | None]:
    estimate = parse_estimate(value)
    if estimate.hours is not None:
        return _set(draft, "estimate_hours", estimate.hours)
    if estimate.points is not None:
        return _set(draft, "story_points", estimate.points)
    return Taken.UNKNOWN, None


def _issue(value: str) -> str | None:
    issue = parse_issue(value)
    return str(issue) if issue else None


def status_word(value: str) -> str | None:
    """A status as a word: without signs before and after it, and without a remark."""
    word = plain(value.split("(", 1)[0][:300])
    start, end = 0, len(word)
    while start < end and (is_decoration(word[start]) or word[start] in " *`"):
        start += 1
    while end > start and (is_decoration(word[end - 1]) or word[end - 1] in " *`.,;:"):
        end -= 1
    return word[start:end] or plain(value) or None


def _text(value: str) -> str | None:
    return value.strip() or None


def _plain(value: str) -> str | None:
    text = plain(value)
    return None if not text or is_empty_word(text) else text


def _repository(value: str) -> str | None:
    """A repository as `owner/name` or by its address; other words say nothing about an issue."""
    found = _REPOSITORY.fullmatch(plain(value).strip("`<>/ "))
    return found["name"] if found else None


def _key(value: str) -> str | None:
    key = plain(value).strip("`").lower()
    return key if is_key(key) else None


def _kind(value: str) -> str | None:
    word = bare_word(value)
    return word if word in ("bug", "spike", "chore") else None


_READERS: dict[str, Callable[[str], object | None]] = {
    "story_points": parse_points,
    "estimate_hours": parse_hours,
    "priority": parse_priority,
    "status": status_word,
    "milestone": _plain,
    "labels": parse_names,
    "assignees": lambda value: tuple(name.removeprefix("@") for name in parse_names(value)),
    "skills": parse_names,
    "goal": _text,
    "description": _text,
    "user_story": _text,
    "acceptance_criteria": _text,
    "start": lambda value: parse_date(value, last=False),
    "target": parse_date,
    "sprint": _plain,
    "team": _plain,
    "audience": _plain,
    "repository": _repository,
    "id": _key,
    "kind": _kind,
}
