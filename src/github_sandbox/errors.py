"""What a user can do something about: the sandbox's state, its disk, its port."""

import errno
from typing import Final

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class SandboxError(Exception):
    """The sandbox cannot do what was asked for.

    Takes the message (what happened, where), a slug that names the kind of fault for machines,
    and a hint that says what to do.
    """

    def __init__(self, message: str, *, slug: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.slug = slug
        self.hint = hint


def disk_hint(error: OSError, otherwise: str) -> str:
    """Say what to do about a file that cannot be written; `otherwise` if the disk is not full."""
    if error.errno in _FULL:
        return "free some space there, then run the command again"
    return otherwise
