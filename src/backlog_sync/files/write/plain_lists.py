"""Lists that a file writes as one text: words between commas, criteria one to a line."""

import re
from collections.abc import Sequence

from backlog_sync.core.model import CheckItem
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.write.wanted import CannotSay

_JOINT = re.compile(r"\s*[,;，、]\s*|\n")
_BOX = re.compile(r"\[[ xX✓]\]")


def joined(old: str, members: Sequence[str]) -> str:
    """Return words with the sign between them that the old text has."""
    found = _JOINT.search(old)
    return (found[0] if found else ", ").join(members)


def criteria_text(old: str, document: ItemDocument, wanted: Sequence[str | CheckItem]) -> str:
    """Return a text that holds these criteria, each written as those that were there.

    Raises CannotSay where it cannot be told which part of the text is which criterion.
    """
    joint = next((sign for sign in ("\r\n", "\n") if sign in old), ";")
    parts = [part for part in old.split(joint) if part.strip()]
    entries = document.acceptance_criteria or ()
    if not parts or len(parts) != len(entries):
        raise CannotSay("the text does not tell its criteria apart")
    left = dict(zip((entry.text for entry in entries), parts, strict=True))
    texts = list(left)
    lines = []
    for number, entry in enumerate(each for each in wanted if isinstance(each, CheckItem)):
        model = left.pop(entry.text, None) or _renamed(parts[-1], texts[-1], entry.text, number)
        lines.append(_boxed(model, done=entry.done))
    return joint.join(lines)


def _renamed(part: str, old: str, new: str, number: int) -> str:
    """A further part like the last one; one that is numbered gets its number."""
    lead, found, _ = part.rpartition(old)
    if not found:
        raise CannotSay("the text does not tell its criteria apart")
    return re.sub(r"\d+", str(number + 1), lead, count=1) + new


def _boxed(part: str, *, done: bool) -> str:
    box = _BOX.search(part)
    if box is None:
        if done:
            raise CannotSay("its criteria have no boxes")
        return part
    if (box[0][1] != " ") == done:
        return part
    return f"{part[: box.start()]}[{'x' if done else ' '}]{part[box.end() :]}"
