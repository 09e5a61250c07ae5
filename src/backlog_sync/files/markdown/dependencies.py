"""What a dependency line names: keys, numbers, ranges; what names nothing is said as it stands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backlog_sync.core.keys import is_key
from backlog_sync.files.inline import plain
from backlog_sync.files.markdown.values import parse_issue
from backlog_sync.files.markdown.words import TYPES
from backlog_sync.files.reading.titles import recognise
from backlog_sync.files.vocabulary import is_empty_word

_LIMIT = 2000
_MOST = 50
"""GitHub takes so many blockers; no range is longer."""

_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6}){1,5}$")
_REMARK = re.compile(r"[ ]?[(（][^()（）]{0,300}[)）]")
_WORDS = re.compile(r"[A-Z][A-Z0-9]{0,9}-?\d{1,6}(?:\.\d{1,6}){0,5}$")
_RANGE = re.compile(
    r"(?P<word>[^\W\d_]{1,20}[ ]|[^\W\d_]{1,10}-?)?(?P<first>\d{1,6}(?:\.\d{1,6}){0,4})"
    r"[ ]?(?:-|–|—|~|\.\.|to|through|bis|até|a|à|по|до|至)[ ]?"
    r"(?:[^\W\d_]{1,20}[ -]?)?(?P<last>\d{1,6}(?:\.\d{1,6}){0,4})$",
    re.IGNORECASE,
)
_ALTERNATIVES = re.compile(r"[ ](?:or|oder|ou|o|или)[ ]|[ ]?(?:或|または)[ ]?")
_CARRIER = re.compile(r"([^\W\d_]{1,20})[ ]\d")
_PLURALS = {"stories": "story", "histórias": "história", "historias": "historia"}
_BEFORE = ("after ", "needs ", "requires ", "depends on ", "blocked by ")


@dataclass(frozen=True, slots=True)
class Dependency:
    """One thing depended on: a key, an issue or a bare number, and how it was written.

    `target` is None for words that name nothing. `either` tells that they name alternatives,
    which no dependency can say.
    """

    written: str
    target: str | None
    number: str | None = None
    either: bool = False


def parse_dependencies(value: str) -> tuple[Dependency, ...]:
    """What a dependency line names: `Story 1.1.1, 1.2`, `M0`, `#12`, `Stories 3.1-3.4`.

    `None` gives none. Remarks in brackets are passed over, unless only they name something.
    """
    text = plain(value[:_LIMIT])
    if not text or is_empty_word(text):
        return ()
    found: list[Dependency] = []
    word = ""
    for part in _split(text):
        carried = _CARRIER.match(part)
        word = carried[1] if carried else word
        found += _part(f"{word} {part}" if word and part.isdecimal() else part)
    return tuple(found[: 4 * _MOST])


def _part(written: str) -> Iterable[Dependency]:
    text = _REMARK.sub("", written).strip().strip("*`.").strip()
    if _ALTERNATIVES.search(text):
        return [Dependency(written, None, either=True)]
    found = _range(written, text) or _one(written, text)
    if found:
        return found
    inside = [remark[0].strip(" ()（）") for remark in _REMARK.finditer(written)]
    named = [each for text in inside for part in _split(text) for each in _one(written, part)]
    return named or [Dependency(written, None)]


def _one(written: str, text: str) -> list[Dependency]:
    lower = text.casefold()
    for word in _BEFORE:
        if lower.startswith(word):
            text = text[len(word) :].strip()
    issue = parse_issue(text)
    if issue and (text.endswith(f"#{issue.number}") or text.startswith("http")):
        return [Dependency(written, str(issue))]
    text = _singular(text)
    if _NUMBER.match(text):
        return [Dependency(written, None, text)]
    typed = recognise(text)
    if typed and typed.key and not typed.bare:
        return [Dependency(written, typed.key)]
    if _WORDS.match(text) and is_key(text.lower()):
        return [Dependency(written, text.lower())]
    if is_key(text) and any(char in text for char in "-.") and text == text.lower():
        return [Dependency(written, text)]
    return []


def _singular(text: str) -> str:
    """`Stories 1.2` as `Story 1.2`."""
    word, blank, rest = text.partition(" ")
    lower = word.casefold()
    if blank and rest[:1].isdecimal() and lower not in TYPES:
        one = _PLURALS.get(lower, lower.removesuffix("s"))
        return f"{one} {rest}" if one in TYPES else text
    return text


def _range(written: str, text: str) -> list[Dependency]:
    """`Stories 3.6.1-3.6.5`, `T005–T014`: the numbers from the first to the last."""
    match = _RANGE.match(text)
    if match is None or (is_key(text) and not text[0].isdecimal()):
        return []
    head, _, begin = match["first"].rpartition(".")
    last_head, _, end = match["last"].rpartition(".")
    if last_head not in (head, "") or not 0 < int(end) - int(begin) < _MOST:
        return []
    word = match["word"] or ""
    found = []
    for count in range(int(begin), int(end) + 1):
        number = f"{head}." * bool(head) + str(count).zfill(len(begin))
        each = _one(written, f"{word}{number}")
        if not each:
            return []
        found += each
    return found


def _split(text: str) -> list[str]:
    """The parts between commas, semicolons and the word "and", outside of brackets."""
    parts: list[str] = []
    depth = begin = 0
    for at, char in enumerate(text):
        if char in "(（":
            depth += 1
        elif char in ")）":
            depth = max(0, depth - 1)
        elif depth == 0 and (char in ",;，；、" or text.startswith((" and ", " & ", " + "), at)):
            parts.append(text[begin:at])
            begin = at + (1 if char != " " else text.index(" ", at + 1) - at)
    parts.append(text[begin:])
    return [part.strip() for part in parts if part.strip()]
