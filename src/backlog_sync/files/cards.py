"""Files that are one item each, and what their names say: `epic.md`, `001.md`."""

import re
from pathlib import Path, PurePath

from backlog_sync.core.keys import suggest_key

CARD = "card"
"""The dialect of a file that is one item."""

_STEM = re.compile(r"\d{1,9}")


def is_epic_file(path: str) -> bool:
    """Return whether a card is an epic with its tasks next to it, by its name."""
    return PurePath(path).name.lower() == "epic.md"


def numbered_file(path: str) -> str | None:
    """The number that a card's name is: `001.md`; None for another name."""
    stem = PurePath(path).stem
    return stem if _STEM.fullmatch(stem) else None


def key_in_folder(file: Path) -> str | None:
    """The key of a card that has no id: its folder's name, and its number behind it."""
    folder = file.absolute().parent.name
    if is_epic_file(file.name):
        return suggest_key(folder or "epic")
    number = numbered_file(file.name)
    return suggest_key(f"{folder}-{number}" if folder else f"task-{number}")
