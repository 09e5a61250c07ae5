"""Keep on disk which board a run is creating, until that board has its views.

One file per repository, next to the journal. It is flushed to disk before the board is created.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backlog_sync.atomic import replace_atomically, sync_folder
from backlog_sync.core.observed import NewBoard
from backlog_sync.errors import FailedError, disk_hint
from backlog_sync.local.json_lines import PRIVATE, without_lone_surrogates
from backlog_sync.local.state import NEW_BOARD

_LONGEST: Final = 100_000
"""Bytes of the file to read at most: a board's title and id take a few hundred."""


class _Saved(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    format: Literal[1] = 1
    at: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    name: str
    id: str | None


class NewBoardFile:
    """The board that a run is creating. Methods raise `FailedError` if the disk fails.

    `hide` hides the secrets in use in a text.
    """

    def __init__(self, folder: Path, hide: Callable[[str], str]) -> None:
        self._path, self._hide = folder / NEW_BOARD, hide

    def read(self) -> NewBoard | None:
        """Return what is saved; None if nothing is, or nothing that can be used.

        A damaged file only costs the board its views, so that it stops no run.
        """
        try:
            with self._path.open("rb") as file:
                saved = _Saved.model_validate_json(file.read(_LONGEST + 1))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable("read", error) from error
        except (ValidationError, ValueError, RecursionError):
            return None
        return NewBoard(**saved.model_dump(exclude={"format"}))

    def save(self, board: NewBoard) -> None:
        """Save the board; it is on disk when this returns."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            name = without_lone_surrogates(self._hide(board.name))
            content = _Saved(**{**asdict(board), "name": name}).model_dump_json()
            replace_atomically(self._path, content.encode(), mode=PRIVATE, durable=True)
        except OSError as error:
            raise self._unusable("written", error) from error

    def forget(self) -> None:
        """Delete what is saved: the board has its views, or is not this machine's."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unusable("removed", error) from error
        sync_folder(self._path.parent)

    def _unusable(self, what: str, error: OSError) -> FailedError:
        return FailedError(
            f"{self._path} cannot be {what}: {error.strerror or error}",
            slug="new-board",
            hint="the board that a run creates is kept there until it has its views; "
            + disk_hint(error, "make the folder writable, or name another one with XDG_STATE_HOME"),
        )
