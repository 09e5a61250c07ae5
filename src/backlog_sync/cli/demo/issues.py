"""Fill the simulator with issues that no backlog manages, to try adopting them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, product
from pathlib import Path

from backlog_sync.sandbox_server import virtual_sandbox

MOST = 2_000
"""Issues: more take minutes, and nobody reads them."""

_DAYS = 364
"""The issues are spread over the year before today."""
_FAULTS = (
    "crashes", "is slow", "loses its settings", "ignores the language", "shows an empty page",
    "needs a test", "is not documented", "needs a second look",
)  # fmt: skip
_PARTS = (
    "Search", "The login page", "The export", "The import of contacts", "The calendar",
    "The mail reminder", "The price list", "The map", "The settings page", "The photo upload",
    "The archive", "The weekly summary", "The invoice", "The help page", "The mobile menu",
    "The comment field", "The password reset", "The dark mode",
)  # fmt: skip
_PLACES = (
    "", "on a phone", "in an old browser", "with a slow network", "for guests", "after an update",
    "in German", "on a large screen", "with many entries", "after midnight", "for administrators",
    "without a mouse", "in a second window", "on the first of a month",
)  # fmt: skip
_PEOPLE = ("ana", "bo", "cy", "eve")
_CLOSED_EACH = 4
"""One issue out of this many is closed, as in a repository in use."""


def open_issues(
    top: Path, repository: str, titles: Sequence[str], total: int, today: date
) -> tuple[int, int]:
    """Open issues in a repository of the sandbox until it has these titles and `total` issues.

    They are spread over the last year, and some that have no title of `titles` are closed. Returns
    how many are new, and how many of these have a title of `titles`. Raises `FailedError` if the
    sandbox is being served.
    """
    from github_sandbox.actors import Person  # noqa: PLC0415 - only for this command
    from github_sandbox.clock import VirtualClock  # noqa: PLC0415 - as above

    start = today - timedelta(days=_DAYS)
    clock = VirtualClock(datetime.combine(start, time(9), UTC))
    with virtual_sandbox(top, clock) as sandbox:
        home = sandbox.ensure_repository(repository)
        existing = sandbox.store.issues.get(home.id, {}).values()
        taken = {issue.title for issue in existing}
        room = max(0, total - len(existing))
        named = [title for title in titles if title not in taken][:room]
        others = [title for title in _titles() if title not in taken]
        new = _spread(named, others[: room - len(named)])
        people = [Person(sandbox, login, repository=repository) for login in _PEOPLE]
        for nth, title in enumerate(new):
            clock.advance(_DAYS * 86_400 / len(new))
            person = people[nth % len(people)]
            issue = person.open_issue(title, f"Seen by {person.account.login}, more than once.")
            if title not in named:
                label = "bug" if nth % 2 else "enhancement"
                person.label(issue.number, label)
                if nth % _CLOSED_EACH == 0:
                    clock.advance(1)
                    person.close(issue.number)
        return len(new), len(named)


def _titles() -> list[str]:
    """Return the titles of invented issues; neighbors have little in common."""
    combined = [
        f"{part} {fault} {place}".strip()
        for place, fault, part in product(_PLACES, _FAULTS, _PARTS)
    ]
    return list(islice(combined, MOST))


def _spread(named: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return both lists as one, the named ones evenly among the others."""
    placed = [((nth + 0.5) / len(named), title) for nth, title in enumerate(named)]
    placed += [((nth + 0.5) / len(others), title) for nth, title in enumerate(others)]
    return [title for _, title in sorted(placed, key=lambda each: each[0])]
