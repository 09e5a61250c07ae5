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
    issue = reader.card_issue(item)
    return all(
        _holds(reader, project, item, issue, match) != bool(match["not"])
        for match in _TERM.finditer(query or "")
    )


def _holds(
    reader: Reader, project: Project, item: Item, issue: IssueView | None, match: re.Match[str]
) -> bool:
    values = [(quoted or plain).lower() for quoted, plain in _VALUE.findall(match["values"])]
    title = (issue.title if issue else item.draft_title or "").lower()
    if match["key"] is None:
        return all(value in title for value in values)
    key = match["key"].strip('"').lower()
    shown = _shown(reader, project, item, issue)
    if key in ("no", "has"):
        return any(bool(shown.get(value)) is (key == "has") for value in values)
    return bool(set(values) & set(shown.get(key, ())))


def _shown(
    reader: Reader, project: Project, item: Item, issue: IssueView | None
) -> dict[str, list[str]]:
    """Return the values of a card in lower case, by the names that filters have for them."""
    shown: dict[str, list[str]] = {}
    for chip in reader.values(project, item):
        shown.setdefault(chip.name.lower().replace(" ", "-"), []).append(chip.text.lower())
    if issue is None:
        return shown | {"is": ["draft"]}
    state = "open" if issue.state == "open" else "closed"
    return shown | {
        "is": [state, "issue"],
        "label": [label.name.lower() for label in issue.labels],
        "assignee": [login.lower() for login in issue.assignees],
        "milestone": [issue.milestone.lower()] if issue.milestone else [],
        "type": [issue.type.lower()] if issue.type else [],
        "repo": [issue.home.lower()],
    }
