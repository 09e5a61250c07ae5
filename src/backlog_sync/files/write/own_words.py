"""Write values in the words that a file already uses for them."""

import re
from collections.abc import Callable, Iterable, Sequence

from backlog_sync.core.checkboxes import WRITTEN, is_ticked
from backlog_sync.core.keys import suggest_key
from backlog_sync.core.model import CheckItem
from backlog_sync.core.normalize import fold
from backlog_sync.files.dates import date_like
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.names import parse_names
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.statuses import meanings, same_status
from backlog_sync.files.write.new_values import CRITERIA, UnwritableError, document_value

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_JOINT = re.compile(r"\s*[,;，、]\s*|\n")
_FALLBACK = {"done": "done", "cancelled": "cancelled", "progress": "in-progress", "todo": "todo"}
"""Status words for a file that does not have any to copy the spelling from."""


def plain_text(value: str | float | None) -> str:
    """Return a value as text without any form of the file's: `8`, `2026-04-30`."""
    return value if isinstance(value, str) else "" if value is None else f"{value:g}"


class Texts:
    """The texts of single values as one file has them, and new values in the same form.

    What a report shows and what is written into the file comes from here, so that both agree.
    """

    def __init__(self, count: int, text_of: Callable[[int, str], str]) -> None:
        self._count, self._text_of = count, text_of
        self._dates: dict[str, str] = {}

    def text(self, index: int, field: str) -> str:
        """Return the text of an item's field; empty if the file has none at the item itself."""
        return self._text_of(index, field)

    def new(self, index: int, field: str, value: str | float | None) -> str:
        """Return a value in the form of the text that it replaces."""
        return self.like(self._text_of(index, field), field, value)

    def like(self, old: str, field: str, value: str | float | None) -> str:
        """Return a value in the form of an old text of the field: `8 pts`, `30.04.2026`.

        Without an old text, a date is in the form of the first one of the file.
        """
        text = plain_text(value)
        if isinstance(value, str):
            is_date = _ISO_DATE.fullmatch(value) is not None
            model = old or (self._date(field) if is_date else "")
            return date_like(model, value, last=field != "start") if is_date else text
        number = _NUMBER.search(old) if text else None
        return f"{old[: number.start()]}{text}{old[number.end() :]}" if number else text

    def _date(self, field: str) -> str:
        """Return the first text of a field in the file."""
        if field not in self._dates:
            texts = (self._text_of(index, field) for index in range(self._count))
            self._dates[field] = next(filter(None, texts), "")
        return self._dates[field]


def spelled(parsed: ParsedFile, field: str, word: str) -> str:
    """Return a word as a file of another tool spells it elsewhere; unchanged in our own format."""
    if not parsed.dialect:
        return word
    values = (document_value(item.document, field) for item in parsed.items)
    used = list(dict.fromkeys(value for value in values if isinstance(value, str) and value))
    same = next((each for each in used if fold(each) == fold(word)), None)
    if same is not None:
        return same
    return _status(word, used) if field == "status" else word


def _status(word: str, used: list[str]) -> str:
    meant = meanings(word)
    for each in used:
        if meanings(each) == meant or (len(meant) == 1 and meant <= meanings(each)):
            return each
    if used and all(each == each.lower() for each in used):
        joint = "_" if any("_" in each for each in used) else "-"
        for meaning, fallback in _FALLBACK.items():
            spelled_so = fallback.replace("-", joint)
            if meaning in meant and same_status(spelled_so, word):
                return spelled_so
    return word


def own_id(
    parsed: ParsedFile,
    item: ParsedItem,
    key: str,
    words: Sequence[str],
    texts_of: Callable[[ParsedItem], Iterable[str]],
) -> str:
    """Return the id that a file of another tool uses for an item that another one depends on.

    `words` are the ids by which the file names dependencies now; `texts_of` returns the values of
    an item. Raises UnwritableError if no value is such an id.
    """
    keys = item.document.depends_on or ()
    if key in keys and len(keys) == len(words):
        return words[keys.index(key)]
    others = (other for other in parsed.items if other.document.id == key)
    ids = (text for other in others for text in texts_of(other) if suggest_key(text) == key)
    for text in ids:
        return text
    raise UnwritableError("the file identifies items in its own way")


# ---- lists that are one text --------------------------------------------------------------


def list_text(
    parsed: ParsedFile,
    item: ParsedItem,
    field: str,
    old: str,
    value: Sequence[str | CheckItem],
    texts_of: Callable[[ParsedItem], Iterable[str]],
) -> str:
    """Return a list that a file writes as one text, with the same separators as before."""
    if field == CRITERIA:
        return _criteria_text(old, item.document, value)
    members = [each for each in value if isinstance(each, str)]
    if field == "depends_on":
        words = parse_names(old)
        members = [own_id(parsed, item, each, words, texts_of) for each in members]
    joint = _JOINT.search(old)
    return (joint[0] if joint else ", ").join(members)


def _criteria_text(old: str, document: ItemDocument, criteria: Sequence[str | CheckItem]) -> str:
    """Return a text with these criteria, each in the form of the existing ones.

    Raises UnwritableError if the text cannot be split into its criteria.
    """
    joint = next((sign for sign in ("\r\n", "\n") if sign in old), ";")
    parts = [part for part in old.split(joint) if part.strip()]
    entries = document.acceptance_criteria or ()
    if not parts or len(parts) != len(entries):
        raise UnwritableError("the criteria cannot be separated in the text")
    left = dict(zip((entry.text for entry in entries), parts, strict=True))
    texts = list(left)
    lines = []
    for number, entry in enumerate(each for each in criteria if isinstance(each, CheckItem)):
        model = left.pop(entry.text, None) or _renamed(parts[-1], texts[-1], entry.text, number)
        lines.append(_boxed(model, done=entry.done))
    return joint.join(lines)


def _renamed(part: str, old: str, new: str, number: int) -> str:
    """Return another part in the form of the last one, with the next number if it is numbered."""
    lead, match, _ = part.rpartition(old)
    if not match:
        raise UnwritableError("the criteria cannot be separated in the text")
    return re.sub(r"\d+", str(number + 1), lead, count=1) + new


def _boxed(part: str, *, done: bool) -> str:
    box = WRITTEN.search(part)
    if box is None:
        if done:
            raise UnwritableError("its criteria have no boxes")
        return part
    if is_ticked(box) == done:
        return part
    return f"{part[: box.start()]}[{'x' if done else ' '}]{part[box.end() :]}"
