"""Write the crash report of a bug in the program."""

import contextlib
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Sequence

from backlog_sync import __version__
from backlog_sync.core.redaction import Secrets, without_shapes

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
    """Write a report that can be pasted into an issue; return its path.

    It contains versions, the command line and the traceback, but no values of variables.
    Whatever looks like a token is removed.
    """
    from backlog_sync.credentials import known_secrets  # noqa: PLC0415 - the boundary stays lean

    text = _REPORT.format(
        version=__version__,
        python=platform.python_version(),
        system=platform.platform(),
        arguments=" ".join(arguments),
        trace="".join(traceback.format_exception(error)),
    )
    text = without_shapes(Secrets(known_secrets()).hide(text))
    try:
        handle, path = tempfile.mkstemp(prefix="backlog-bug-", suffix=".md")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        with contextlib.suppress(OSError):
            sys.stderr.write(text)
        return "the lines above"
    return path
