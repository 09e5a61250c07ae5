"""Keep the iterations of cards on disk while the iterations of a board field are extended.

One file per field, next to the journal. It is flushed to disk before the iterations are sent, and
deleted when every card has its iteration again.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backlog_sync.atomic import replace_atomically, sync_folder
from backlog_sync.core.observed import IterationCard, SavedIterations
from backlog_sync.errors import FailedError
from backlog_sync.local.json_lines import PRIVATE, without_lone_surrogates
from backlog_sync.local.state import ITERATION_FILE, unusable

_LONGEST: Final = 64_000_000
"""Bytes of a file to read at most: a board holds up to 50,000 cards of at most about 1,000 bytes.
"""


class _Part(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")


class _Card(_Part):
    id: str
    title: str
    iteration: str | None
    start: str | None
    archived: bool


class _Saved(_Part):
    format: Literal[1] = 1
    at: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    project_id: str
    field_id: str
    field: str
    ids: tuple[str, ...]
    cards: tuple[_Card, ...]


class IterationFiles:
    """The saved iterations of one repository's boards. Methods raise `FailedError`.

    `hide` hides the secrets in use in a text.
    """

    def __init__(self, folder: Path, hide: Callable[[str], str]) -> None:
        self._folder, self._hide = folder, hide

    def read(self) -> tuple[SavedIterations, ...]:
        """Return what is saved, in the order of the files' names."""
        try:
            paths = sorted(p for p in self._folder.iterdir() if ITERATION_FILE.match(p.name))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise _unusable(self._folder, "read", error) from error
        return tuple(map(_read, paths))

    def save(self, saved: SavedIterations) -> None:
        """Save the iterations of a field's cards; they are on disk when this returns."""
        titled = [
            {**asdict(c), "title": without_lone_surrogates(self._hide(c.title))}
            for c in saved.cards
        ]
        content = _Saved(**{**asdict(saved), "cards": titled}).model_dump_json()
        path = self._path(saved.field_id)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            replace_atomically(path, content.encode(), mode=PRIVATE, durable=True)
        except OSError as error:
            raise _unusable(path, "written", error) from error

    def forget(self, field_id: str) -> None:
        """Delete what is saved for a field."""
        path = self._path(field_id)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(path, "removed", error) from error
        sync_folder(self._folder)

    def _path(self, field_id: str) -> Path:
        name = hashlib.sha256(field_id.encode()).hexdigest()[:16]
        return self._folder / f"iterations-{name}.json"


def _read(path: Path) -> SavedIterations:
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST + 1)
        saved = _Saved.model_validate_json(data)
    except OSError as error:
        raise _unusable(path, "read", error) from error
    except (ValidationError, ValueError, RecursionError):
        raise FailedError(
            f"{path}: the saved iterations of cards are damaged",
            slug="iterations-damaged",
            hint="set the iterations of the cards on the board, then move the file away",
        ) from None
    cards = tuple(IterationCard(**card.model_dump()) for card in saved.cards)
    values = saved.model_dump(exclude={"format", "cards"})
    return SavedIterations(**values, cards=cards)


_unusable = partial(
    unusable,
    slug="saved-iterations",
    kept="the iterations of all cards are kept there while a field is extended",
)
