"""User stories as sentences, in the languages of the vocabulary: `As a rider, I want …`."""

import re
from functools import cache

from backlog_sync.files.inline import plain
from backlog_sync.files.vocabulary import spelled

_LONGEST = 400
"""Characters of a text that decide whether it is a sentence: its first line is enough."""

_ACTOR = re.compile(
    r"as (?:an?|the)?[ ]?[^,]{1,80},? "
    r"(?:i (?:want|can|need|would|should|will|receive|get|must|am)|we (?:want|need))\b",
    re.IGNORECASE,
)
_STARTS = ("as a ", "as an ", "as the ")
_BEHIND = {
    "として": ("たい", "ほしい", "欲しい"),
    "로서": ("원한다", "싶다", "원합니다", "싶습니다"),
}
"""Languages with the word for the actor at the end: that word, and those for wanting."""


@cache
def _actors() -> tuple[str, ...]:
    return tuple(actor.replace("_", " ") for actor in spelled("stories.actors"))


@cache
def _openings() -> tuple[str, ...]:
    return ("as ", *(actor.split(" ", 1)[0].rstrip(",") for actor in _actors() if actor.isascii()))


def _may_be(text: str) -> bool:
    """Return whether a text may be a story, so that only few lines are examined closely."""
    return not text.isascii() or text[:80].lstrip(_MARKS).casefold().startswith(_openings())


_MARKS = "*_>[~`# \t"
"""What may be before the first word."""


def is_story_sentence(text: str) -> bool:
    """Return whether a paragraph begins like a user story: `As a rider, I want …`."""
    if not _may_be(text):
        return False
    words = text[:_LONGEST].replace("*", "").replace("_", "").lstrip("> ").casefold()
    if words.startswith(_STARTS):
        return True
    for actor, wants in _BEHIND.items():
        if actor in words and any(want in words for want in wants):
            return True
    if not words.replace(",", "", 1).startswith(_actors()):
        return False
    return any(want in words for want in spelled("stories.wants"))


def is_sentence(text: str) -> bool:
    """Return whether a bullet or title is a complete user story, with a comma after the actor."""
    if not _may_be(text):
        return False
    bare = plain(text[:_LONGEST])
    if _ACTOR.match(bare):
        return True
    return is_story_sentence(bare) and any(comma in bare for comma in (",", "，", "、"))
