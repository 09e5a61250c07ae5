"""Define how new items may be written into a file: what the writers of all syntaxes offer."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeAlias

from backlog_sync.core.inbox import NewItem
from backlog_sync.dataclass import dataclass
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.statuses import meanings
from backlog_sync.files.write.edits import Edit

Below: TypeAlias = int | str | None
"""The index of an item, or the name of a heading or list; None for the end of the file's items."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write new items into a file.

    `edits` returns the edits for some items, with the signs of their titles escaped wholly or only
    as far as it seems needed. `parents` are the items below which they may be read.
    """

    edits: Callable[[Sequence[NewItem], bool], Sequence[Edit]]
    parents: frozenset[int | None]


def usual_start(parsed: ParsedFile, text_of: Callable[[ParsedItem], str]) -> str:
    """Return the most common text for a status of items that nobody has begun; empty for none.

    Of equally common ones, it is the shortest, which has no remark. Files of other tools have a
    status at each item, and may be read as something else without.
    """
    begins = (each for each in parsed.items if meanings(each.document.status or "") == {"todo"})
    counts = Counter(filter(None, map(text_of, begins)))
    return max(counts, key=lambda text: (counts[text], -len(text)), default="")
