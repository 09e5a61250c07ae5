"""The words in which a roadmap tells its progress: its own where it has them, else its language's.

A roadmap that says `**Status**: Concluído` of one item gets that word for the others; one whose
keys are Portuguese but that never says a status gets the Portuguese word.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from backlog_sync.files.anchors import Anchor, MetaLine
from backlog_sync.files.inline import plain
from backlog_sync.files.statuses import is_plain_status, meanings
from backlog_sync.files.vocabulary import field_of, is_partly, languages_of, listed

# Keys that write-back adds are no markers: they would turn the language round.
_MARKERS = listed("language_markers")
_LONGEST_WORD = 40
"""Characters of a status word to copy from a file: longer values are remarks."""
_WRITTEN = ("status", "progress")
_WHOLE = {"Done": "done", "Closed": "cancelled"}
_NO_WORDS: Mapping[str, Mapping[str, str]] = {"keys": {}, "statuses": {}}


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """The words of each language but English."""
    text = files("backlog_sync.files.write").joinpath("language.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True, slots=True)
class Speech:
    """How a file speaks: its language, and its own words and keys."""

    language: str
    statuses: dict[str, str]
    keys: dict[str, str]

    def status(self, word: str) -> str:
        """A status of the board in the file's words; one without a common meaning as it is."""
        meaning = _meaning(word)
        if meaning is None:
            return word
        return self.statuses.get(meaning) or self._own("statuses").get(meaning, word)

    def key(self, field: str) -> str:
        """The key of a line that is new: `Status`, `Estado`; issues are `Issue` everywhere."""
        return self.keys.get(field) or self._own("keys").get(field, field.capitalize())

    def _own(self, part: str) -> Mapping[str, str]:
        return _words().get(self.language, _NO_WORDS)[part]


def speech_of(anchors: Sequence[Anchor]) -> Speech:
    """Find out how the items of a file are written."""
    lines = [meta for anchor in anchors for meta in (*anchor.meta, *anchor.cells)]
    return Speech(_language(lines), _usual(_own_statuses(lines)), _usual(_own_keys(lines)))


def _language(lines: Iterable[MetaLine]) -> str:
    counts = Counter({"en": 0} | dict.fromkeys(_words(), 0))
    for meta in lines:
        if field_of(meta.pair.key) in _MARKERS:
            counts.update(languages_of(meta.pair.key) & counts.keys())
    return counts.most_common(1)[0][0]


def _own_statuses(lines: Iterable[MetaLine]) -> Iterator[tuple[str, str]]:
    """The words for each meaning, without remarks; `✅ Done` keeps its sign."""
    for meta in lines:
        head, _, remark = plain(meta.pair.value).partition("(")
        meaning = _meaning(head) if meta.pair.field == "status" else None
        is_word = is_plain_status(head) and len(head) <= _LONGEST_WORD
        if meaning and is_word and not is_partly(remark.rstrip(") ")):
            yield meaning, head.strip()


def _own_keys(lines: Iterable[MetaLine]) -> Iterator[tuple[str, str]]:
    """How the file spells the keys that we write, where it does."""
    for meta in lines:
        field = meta.pair.field
        if field in _WRITTEN and not meta.pair.cell and field_of(meta.pair.key) == field:
            yield field, plain(meta.pair.key)


def _usual(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The most common word for each name, the first one of several."""
    counts = Counter(found)
    return {name: word for (name, word), _ in reversed(counts.most_common())}


def _meaning(word: str) -> str | None:
    """The one meaning of a status: an issue that is closed as not planned is cancelled."""
    if word in _WHOLE:
        return _WHOLE[word]
    found = meanings(word) if is_plain_status(word) else frozenset[str]()
    return next(iter(found)) if len(found) == 1 else None
