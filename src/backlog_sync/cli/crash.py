"""The report that is written when we have a bug."""

import contextlib
import os
import platform
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence

from backlog_sync import __version__

_TOKENS = re.compile(
    r"gh[a-z]_[A-Za-z0-9_]{16,}|github_pat_[A-Za-z0-9_]{16,}|\beyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|(?i:(?<=bearer )|(?<=token ))[A-Za-z0-9._~+/=-]{8,}|(?<=//)[^/@\s]+(?=@)"
)
_REPORT = """\
### What happened

(please say what you did)

### Details

- backlog {version}, Python {python} on {system}
- `backlog {arguments}`

```
{trace}```
"""


def write_report(error: BaseException, arguments: Sequence[str]) -> str:
    """Write a report that can be pasted into an issue; give its path.

    It holds versions, the command line and the traceback, and no values of variables. Whatever
    looks like a token is taken out.
    """
    from backlog_sync.wiring import known_secrets  # noqa: PLC0415 - the boundary stays lean

    text = _REPORT.format(
        version=__version__,
        python=platform.python_version(),
        system=platform.platform(),
        arguments=" ".join(arguments),
        trace="".join(traceback.format_exception(error)),
    )
    text = redact(text, known_secrets())
    try:
        handle, path = tempfile.mkstemp(prefix="backlog-bug-", suffix=".md")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        with contextlib.suppress(OSError):
            sys.stderr.write(text)
        return "the lines above"
    return path


def redact(text: str, secrets: Sequence[str]) -> str:
    """The text without these secrets and without anything that looks like one."""
    for secret in secrets:
        text = text.replace(secret, "[redacted]")
    return _TOKENS.sub("[redacted]", text)
