"""The error tree: one class per exit code, each with a slug and a hint.

Every error a user can meet is a `BacklogError`. The command line prints its message, its hint
and the exit code of its class; anything else that escapes is a bug (exit 70).
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
    """The command line cannot be understood; click's own number for it."""
    PENDING = 3
    """There are changes, and `--exit-code` or `check` asked for a sign of it."""
    REFUSED = 4
    """A guard, a conflict or a stale plan stops the run."""
    PARTLY = 5
    """A part was applied; another run continues."""
    BUG = 70
    """EX_SOFTWARE of sysexits.h."""
    INTERRUPTED = 130
    """128 + SIGINT, as shells report it."""


class BacklogError(Exception):
    """A fault that a user can act on.

    Takes the message (what happened, where), a slug that names the kind of fault for machines,
    and a hint that says what to do.
    """

    exit_code = ExitCode.FAILED
    slug = "failed"

    def __init__(self, message: str, *, slug: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.slug = slug or self.slug
        self.hint = hint


class FailedError(BacklogError):
    """What was asked for could not be done (exit 1)."""


class UsageError(BacklogError):
    """The command was called in a way that has no meaning (exit 2)."""

    exit_code = ExitCode.USAGE
    slug = "usage"


class RefusedError(BacklogError):
    """A guard, a conflict or a stale plan is in the way (exit 4)."""

    exit_code = ExitCode.REFUSED
    slug = "refused"


class PartialError(BacklogError):
    """A part was applied; run again to go on (exit 5)."""

    exit_code = ExitCode.PARTLY
    slug = "partly-applied"


class AccessError(FailedError):
    """GitHub did not let us in: no token, a wrong one, or rights that are missing (exit 1)."""

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
    """Return the fault of a disk, a file or a pipe that nobody looked out for.

    A full disk or a missing right is the machine's, wherever it strikes; the path says where.
    """
    place = "" if error.filename is None else f"{error.filename}: "
    what = "" if place else "what was to be read or written could not be: "
    return FailedError(
        f"{place}{what}{error.strerror or error}",
        slug="system",
        hint=disk_hint(error, "see that it is there and can be used, then run the command again"),
    )
