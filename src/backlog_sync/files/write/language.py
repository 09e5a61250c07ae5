"""Find the words for progress in a roadmap: its own words, or else those of its language.

If `**Status**: Concluído` is the status of one item, the others get that word, too. A roadmap with
Portuguese keys but without a status gets the Portuguese word.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from backlog_sync.dataclass import dataclass
from backlog_sync.files.anchors import Anchor, MetaLine
from backlog_sync.files.inline import plain
from backlog_sync.files.statuses import is_plain_status, meanings
from backlog_sync.files.vocabulary import field_of, is_partly, languages_of, listed

# Keys that write-back adds do not count: they would change the language.
_MARKERS = listed("language_markers")
_LONGEST_WORD = 40
"""The most characters of a status word to copy from a file: longer values are remarks."""
_WRITTEN = ("status", "progress")
_WHOLE = {"Done": "done", "Closed": "cancelled"}
_NO_WORDS: Mapping[str, Mapping[str, str]] = {"keys": {}, "statuses": {}}


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return the status words of each language except English."""
    import tomllib  # noqa: PLC0415 - only for a new line

    text = files("backlog_sync.files.write").joinpath("language.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True, slots=True)
class Wording:
    """The language of a file, and its own words and keys."""

    language: str
    statuses: dict[str, str]
    keys: dict[str, str]

    def status(self, word: str) -> str:
        """Return a board status in the file's words, or unchanged if it has no common meaning."""
        meaning = _meaning(word)
        if meaning is None:
            return word
        return self.statuses.get(meaning) or self._own("statuses").get(meaning, word)

    def key(self, field: str) -> str:
        """Return the key for a new line: `Status`, `Estado`; always `Issue` for issues."""
        return self.keys.get(field) or self._own("keys").get(field, field.capitalize())

    def _own(self, part: str) -> Mapping[str, str]:
        return _words().get(self.language, _NO_WORDS)[part]


def wording_of(anchors: Sequence[Anchor]) -> Wording:
    """Detect the language, words and keys of the items of a file."""
    lines = [meta for anchor in anchors for meta in (*anchor.meta, *anchor.cells)]
    return Wording(_language(lines), _usual(_own_statuses(lines)), _usual(_own_keys(lines)))


def _language(lines: Iterable[MetaLine]) -> str:
    counts = Counter({"en": 0} | dict.fromkeys(_words(), 0))
    for meta in lines:
        if field_of(meta.pair.key) in _MARKERS:
            counts.update(languages_of(meta.pair.key) & counts.keys())
    return counts.most_common(1)[0][0]


def _own_statuses(lines: Iterable[MetaLine]) -> Iterator[tuple[str, str]]:
    """Yield the file's word for each meaning, without remarks; `✅ Done` keeps its sign."""
    for meta in lines:
        head, _, remark = plain(meta.pair.value).partition("(")
        meaning = _meaning(head) if meta.pair.field == "status" else None
        is_word = is_plain_status(head) and len(head) <= _LONGEST_WORD
        if meaning and is_word and not is_partly(remark.rstrip(") ")):
            yield meaning, head.strip()


def _own_keys(lines: Iterable[MetaLine]) -> Iterator[tuple[str, str]]:
    """Yield the file's spelling of the keys that write-back uses, if it has them."""
    for meta in lines:
        field = meta.pair.field
        if field in _WRITTEN and not meta.pair.cell and field_of(meta.pair.key) == field:
            yield field, plain(meta.pair.key)


def _usual(words: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the most common word for each name; of equally common words the first one."""
    counts = Counter(words)
    return {name: word for (name, word), _ in reversed(counts.most_common())}


def _meaning(word: str) -> str | None:
    """Return the only meaning of a status: an issue closed as not planned is cancelled."""
    if word in _WHOLE:
        return _WHOLE[word]
    meant = meanings(word) if is_plain_status(word) else frozenset[str]()
    return next(iter(meant)) if len(meant) == 1 else None
