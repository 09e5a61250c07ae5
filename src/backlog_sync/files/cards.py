"""Recognize files that are one item each by their names: `epic.md`, `001.md`."""

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
    """Return the number that is a card's file name: `001.md`; None for other names."""
    stem = PurePath(path).stem
    return stem if _STEM.fullmatch(stem) else None


def key_in_folder(file: Path) -> str | None:
    """Return the key of a card without an id: its folder's name and its number."""
    folder = file.absolute().parent.name
    if is_epic_file(file.name):
        return suggest_key(folder or "epic")
    number = numbered_file(file.name)
    return suggest_key(f"{folder}-{number}" if folder else f"task-{number}")
