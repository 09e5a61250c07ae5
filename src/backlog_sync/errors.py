"""Define the errors that users see: one class per exit code, each with a slug and a hint.

They are all `BacklogError`. The command line prints the message and the hint, and exits with the
code of the class; any other exception that escapes is a bug (exit 70).
"""

import errno
from enum import IntEnum
from typing import Final

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class ExitCode(IntEnum):
    """What a run's exit code means, for the command and for the action."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    """The command line is invalid; the same code that click uses."""
    PENDING = 3
    """There are changes, and `--exit-code` or `check` was requested."""
    REFUSED = 4
    """A guard, a conflict or a stale plan stops the run."""
    PARTLY = 5
    """Some changes were applied; the next run continues."""
    BUG = 70
    """EX_SOFTWARE of sysexits.h."""
    INTERRUPTED = 130
    """128 + SIGINT, as shells report it."""


class BacklogError(Exception):
    """An error that a user can act on.

    The message says what happened and where, the hint what to do next; the slug identifies the
    kind of error for machines.
    """

    exit_code = ExitCode.FAILED
    slug = "failed"

    def __init__(self, message: str, *, slug: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.slug = slug or self.slug
        self.hint = hint


class FailedError(BacklogError):
    """The command failed (exit 1)."""


class UsageError(BacklogError):
    """The command line or a file that it names is invalid (exit 2)."""

    exit_code = ExitCode.USAGE
    slug = "usage"


class RefusedError(BacklogError):
    """A guard, a conflict or a stale plan stops the run (exit 4)."""

    exit_code = ExitCode.REFUSED
    slug = "refused"


class PartialError(BacklogError):
    """Some changes were applied; the next run continues (exit 5).

    `again_at` is when to run again, in seconds since the epoch; None if that can be at once.
    """

    exit_code = ExitCode.PARTLY
    slug = "partly-applied"

    def __init__(
        self,
        message: str,
        *,
        slug: str | None = None,
        hint: str | None = None,
        again_at: float | None = None,
    ) -> None:
        super().__init__(message, slug=slug, hint=hint)
        self.again_at = again_at


class BudgetError(PartialError):
    """The budget of the run is spent (exit 5)."""

    slug = "budget"


class BudgetTooSmallError(BacklogError):
    """Reading takes all of the budget, so that no run would get to writing (exit 4)."""

    exit_code = ExitCode.REFUSED
    slug = "budget-too-small"


class CreationsSpentError(BudgetError):
    """The run may create nothing more, but may still send other changes (exit 5)."""


class AccessError(FailedError):
    """GitHub denied access: the token is missing, invalid or lacks permissions (exit 1)."""

    slug = "access"


class UnreachableError(FailedError):
    """The server did not answer (exit 1)."""

    slug = "unreachable"


def disk_hint(error: OSError, otherwise: str) -> str:
    """Return the hint for a file that cannot be written; `otherwise` if the disk is not full."""
    if error.errno in _FULL:
        return "free some space there, then run the command again"
    return otherwise


def of_system(error: OSError) -> FailedError:
    """Return the error for a disk, a file or a pipe that no caller handled.

    A full disk or a missing permission is not a bug, wherever it occurs; the path shows where.
    """
    place = "" if error.filename is None else f"{error.filename}: "
    what = "" if place else "a file or a pipe could not be read or written: "
    return FailedError(
        f"{place}{what}{error.strerror or error}",
        slug="system",
        hint=disk_hint(error, "check that it exists and is accessible, then run it again"),
    )
