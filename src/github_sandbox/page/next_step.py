"""Find out which command to run next, for the bar at the bottom of each page.

The file is known from the footers that `backlog` writes into issues: "Managed from `roadmap.md`".
"""

import posixpath
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from github_sandbox.models import Issue
from github_sandbox.page.forms import VISITOR

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox

_FOOTER = re.compile(r"^\*Managed from `([^`\r\n]{1,200})`", re.MULTILINE)
_MOST = 3
"""Files that a command names; with more it names none, and the command looks for them itself."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """A command, and what it does."""

    command: str
    words: str


def next_step(sandbox: "Sandbox") -> NextStep:
    """Return the command that brings the visitor's changes into the file, or else the next plan."""
    every = (issue for table in sandbox.store.issues.values() for issue in table.values())
    files = managed_files(every)
    if sandbox.files_in:
        files = [posixpath.normpath(posixpath.join(sandbox.files_in, name)) for name in files]
    names = " ".join(map(shlex.quote, files)) if len(files) <= _MOST else ""
    if not any(sandbox.store.issues.values()):
        return NextStep("backlog sync ROADMAP.md --sandbox", "fills this simulator from your file")
    command = " ".join(filter(None, ("report", names, "--sandbox")))
    asked = sandbox.log[-1].at if sandbox.log else ""
    events = sandbox.store.events
    changes = sum(e.actor == VISITOR and e.created_at >= asked for e in events)
    if changes:
        count = "your change" if changes == 1 else f"your {changes} changes"
        return NextStep(f"backlog {command}", f"writes {count} into the file")
    plan = " ".join(filter(None, ("plan", names, "--sandbox")))
    return NextStep(f"backlog {plan}", "shows what an edit of the file would change")


def managed_files(issues: Iterable[Issue]) -> list[str]:
    """Return the files that the footers of these issues name, in order."""
    names = (match[1] for issue in issues if (match := _FOOTER.search(issue.body)))
    return list(dict.fromkeys(name for name in names if not name.startswith("-")))
