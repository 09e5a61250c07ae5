"""Apply the filter of a view to the cards of a board, with the qualifiers that boards have."""

import re

from github_sandbox.models import Item, Project
from github_sandbox.page.views import IssueView, Reader

_TERM = re.compile(
    r'(?P<not>-)?(?:(?P<key>[\w-]+|"[^"]*"):)?(?P<values>(?:"[^"]*"|[^\s",]+)(?:,(?:"[^"]*"|[^\s",]+))*)'
)
_VALUE = re.compile(r'"([^"]*)"|([^",]+)')


def matches(reader: Reader, project: Project, item: Item, query: str | None) -> bool:
    """Return whether a card is shown under a filter: every term must hold.

    A term is a word of the title, or `key:value`, where a comma means "or" and a `-` in front
    "not". A qualifier that is not known here matches nothing.
    """
    if not query:
        return True
    issue = reader.card_issue(item)
    shown: dict[str, list[str]] = {}
    for chip in reader.values(project, item):
        shown.setdefault(chip.name.lower().replace(" ", "-"), []).append(chip.text.lower())
    title = issue.title if issue else item.draft_title or ""
    return _all_hold(title, shown | (_qualifiers(issue) if issue else {"is": ["draft"]}), query)


def matches_issue(issue: IssueView, query: str) -> bool:
    """Return whether an issue is shown under a filter, with the same terms as for cards."""
    return _all_hold(issue.title, _qualifiers(issue), query)


def _all_hold(title: str, shown: dict[str, list[str]], query: str) -> bool:
    return all(
        _holds(title.lower(), shown, match) != bool(match["not"]) for match in _TERM.finditer(query)
    )


def _holds(title: str, shown: dict[str, list[str]], match: re.Match[str]) -> bool:
    values = [(quoted or plain).lower() for quoted, plain in _VALUE.findall(match["values"])]
    if match["key"] is None:
        return all(value in title for value in values)
    key = match["key"].strip('"').lower()
    if key in ("no", "has"):
        return any(bool(shown.get(value)) is (key == "has") for value in values)
    return bool(set(values) & set(shown.get(key, ())))


def _qualifiers(issue: IssueView) -> dict[str, list[str]]:
    """Return the values of an issue in lower case, by the names that filters have for them."""
    state = "open" if issue.state == "open" else "closed"
    return {
        "is": [state, "issue", *(["blocked"] if issue.waits else [])],
        "label": [label.name.lower() for label in issue.labels],
        "assignee": [login.lower() for login in issue.assignees],
        "milestone": [issue.milestone.lower()] if issue.milestone else [],
        "type": [issue.type.lower()] if issue.type else [],
        "repo": [issue.home.lower()],
    }
