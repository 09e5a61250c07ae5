"""User stories as sentences, in the languages of the vocabulary: `As a rider, I want …`."""

import re

from backlog_sync.files.inline import plain

_LONGEST = 400

_ACTOR = re.compile(
    r"as (?:an?|the)?[ ]?[^,]{1,80},? i (?:want|can|need|would|should|will|receive|get|must|am)\b",
    re.IGNORECASE,
)
_STARTS = ("as a ", "as an ", "as the ")
_OTHER_STARTS = (
    "como ", "en tant qu", "als ", "как ", "я, как ", "я как ", "作为", "作為", "身为", "come ",
    "in qualità di ", "jako ", "in de rol van ",
)  # fmt: skip
_WANTS = (
    "quero", "quiero", "necesito", "preciso", "gostaria", "je veux", "je souhaite", "j'aimerais",
    "je peux", "möchte", "will ich", "brauche", "хочу", "мне нужно", "想", "希望", "需要", "voglio",
    "vorrei", "posso", "wil ik", "ik wil", "chcę", "chciałbym", "chciałabym", "potrzebuję",
)  # fmt: skip


_BEHIND = {
    "として": ("たい", "ほしい", "欲しい"),
    "로서": ("원한다", "싶다", "원합니다", "싶습니다"),
}
"""Where the word for the actor stands behind it: that word, and those for wanting."""


def is_story_sentence(text: str) -> bool:
    """Whether a paragraph begins like a user story: `As a rider, I want …`."""
    words = text[:_LONGEST].replace("*", "").replace("_", "").lstrip("> ").casefold()
    if words.startswith(_STARTS):
        return True
    for actor, wants in _BEHIND.items():
        if actor in words and any(want in words for want in wants):
            return True
    return words.startswith(_OTHER_STARTS) and any(want in words for want in _WANTS)


def is_sentence(text: str) -> bool:
    """Whether a bullet or a title is a user story as a whole: with a comma behind the actor."""
    bare = plain(text[:_LONGEST])
    if _ACTOR.match(bare):
        return True
    return is_story_sentence(bare) and any(comma in bare for comma in (",", "，", "、"))
