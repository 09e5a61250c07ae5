"""Handle the forms of a visitor: check a box, close or reopen an issue, move a card.

The visitor is a separate person of the sandbox (`actors.py`), neither the tool nor whoever runs it,
so that their clicks count as somebody else's changes on GitHub.
"""

from typing import TYPE_CHECKING, Literal

from github_sandbox import boards
from github_sandbox.actors import Person
from github_sandbox.models import Issue, Project, Repository
from github_sandbox.page.markdown import with_tick
from github_sandbox.page.views import Reader, board_url, issue_url

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox

VISITOR = "visitor"

DONE = {
    "ticked": "Ticked.",
    "unticked": "The tick is gone.",
    "closed": "Closed.",
    "reopened": "Open again.",
    "moved": "Moved.",
}
"""The message of a page after a form, by the word in its address."""

_REASONS: dict[str, Literal["completed", "not_planned"]] = {
    "completed": "completed",
    "not_planned": "not_planned",
}


class StaleError(Exception):
    """The object of a form has changed since its page was shown."""


def press_issue(
    sandbox: "Sandbox", repository: Repository, issue: Issue, verb: str, form: dict[str, str]
) -> str:
    """Check a box, close or reopen; return the address to continue at.

    Raises `StaleError`, `problems.RefusalError` if the visitor may not do it, and KeyError or
    ValueError for an unknown form.
    """
    name = sandbox.store.full_name(repository)
    visitor = Person(sandbox, VISITOR, repository=name)
    done = verb
    if verb == "tick":
        body = with_tick(issue.body, form["box"])
        if body is None:
            raise StaleError
        if body != issue.body:
            visitor.edit(issue.number, body=body)
        done = "ticked" if form["box"].endswith("1") else "unticked"
    elif verb == "close":
        visitor.close(issue.number, _REASONS[form["reason"]])
        done = "closed"
    else:
        visitor.reopen(issue.number)
        done = "reopened"
    return f"{issue_url(name, issue.number)}?did={done}"


def move_card(sandbox: "Sandbox", project: Project, form: dict[str, str]) -> str:
    """Change the Status of a card; return the address to continue at.

    Raises the same errors as `press_issue`.
    """
    reader = Reader(sandbox.store)
    field = reader.status_field(project)
    item = sandbox.store.items.get(project.id, {}).get(int(form["card"]))
    options = {option["id"] for option in field.options} if field else set()
    if field is None or item is None or item.is_archived or form["status"] not in options:
        raise StaleError
    visitor = Person(sandbox, VISITOR)
    boards.set_value(
        sandbox.store,
        visitor.viewer,
        project,
        item,
        field,
        {"singleSelectOptionId": form["status"]},
    )
    sandbox.store.commit()
    address = board_url(reader.login(project.owner), project.number)
    return f"{address}?did=moved#card-{item.id}"
