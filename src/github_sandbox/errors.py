"""Define errors that a user can act on: about the sandbox's state, its disk, its port."""

import errno
from typing import Final

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class SandboxError(Exception):
    """The sandbox cannot do something.

    The message says what happened and where, the hint what to do next; the slug identifies the
    kind of error for machines.
    """

    def __init__(self, message: str, *, slug: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.slug = slug
        self.hint = hint


def disk_hint(error: OSError, otherwise: str) -> str:
    """Return the hint for a file that cannot be written; `otherwise` if the disk is not full."""
    if error.errno in _FULL:
        return "free some space there, then run the command again"
    return otherwise
