"""The words in which a file tells a value: its own where it has them."""

from collections.abc import Callable, Iterable, Sequence

from backlog_sync.core.keys import suggest_key
from backlog_sync.core.normalize import fold
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.statuses import meanings, same_status
from backlog_sync.files.write.wanted import CannotSay, document_value

_FALLBACK = {"done": "done", "cancelled": "cancelled", "progress": "in-progress", "todo": "todo"}
"""Statuses for a file that has none yet to learn its spelling from."""


def spelled(parsed: ParsedFile, field: str, word: str) -> str:
    """Return a word as a file of another tool spells it elsewhere; in our own files as it is."""
    if not parsed.dialect:
        return word
    values = (document_value(item.document, field) for item in parsed.items)
    said = list(dict.fromkeys(value for value in values if isinstance(value, str) and value))
    same = next((each for each in said if fold(each) == fold(word)), None)
    if same is not None:
        return same
    return _status(word, said) if field == "status" else word


def _status(word: str, said: list[str]) -> str:
    meant = meanings(word)
    for each in said:
        if meanings(each) == meant or (len(meant) == 1 and meant <= meanings(each)):
            return each
    if said and all(each == each.lower() for each in said):
        joint = "_" if any("_" in each for each in said) else "-"
        for meaning, fallback in _FALLBACK.items():
            told = fallback.replace("-", joint)
            if meaning in meant and same_status(told, word):
                return told
    return word


def own_id(
    parsed: ParsedFile,
    item: ParsedItem,
    key: str,
    words: Sequence[str],
    texts_of: Callable[[ParsedItem], Iterable[str]],
) -> str:
    """Return the id that a file of another tool has for an item that another one depends on.

    `words` are those by which it names them now, `texts_of` gives what it says of an item. Raises
    CannotSay where no text is such an id.
    """
    keys = item.document.depends_on or ()
    if key in keys and len(keys) == len(words):
        return words[keys.index(key)]
    others = (other for other in parsed.items if other.document.id == key)
    found = (text for other in others for text in texts_of(other) if suggest_key(text) == key)
    for text in found:
        return text
    raise CannotSay("the file names items in a way of its own")
