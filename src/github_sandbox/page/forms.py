"""Handle the forms of a visitor: check a box, close, assign, comment, set a card's value.

The visitor is a separate person of the sandbox (`actors.py`), neither the tool nor whoever runs it,
so that their clicks count as somebody else's changes on GitHub.
"""

import math
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from github_sandbox import boards
from github_sandbox.actors import Person
from github_sandbox.models import Field, Issue, Project, Repository
from github_sandbox.page.markdown import with_tick
from github_sandbox.page.views import Reader, board_url, is_internal, issue_url

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox

VISITOR = "visitor"

DONE = {
    "ticked": "Ticked.",
    "unticked": "The tick is gone.",
    "closed": "Closed.",
    "reopened": "Reopened.",
    "moved": "Moved.",
    "saved": "Saved.",
    "assigned": "Assigned.",
    "unassigned": "No longer assigned.",
    "commented": "Commented.",
}
"""The message of a page after a form, by the word in its address."""

_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:\[bot\])?", re.ASCII)

_REASONS: dict[str, Literal["completed", "not_planned"]] = {
    "completed": "completed",
    "not_planned": "not_planned",
}


class StaleError(Exception):
    """The object of a form has changed since its page was shown."""


def press_issue(
    sandbox: "Sandbox", repository: Repository, issue: Issue, verb: str, form: dict[str, str]
) -> str:
    """Check a box, close, reopen, assign or comment; return the address to continue at.

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
    elif verb == "assign":
        done = _assign(visitor, issue, form["login"].strip().removeprefix("@"), form["on"])
    elif verb == "comment":
        if not form["body"].strip():
            raise ValueError("an empty comment")
        visitor.comment(issue.number, form["body"])
        done = "commented"
    elif verb == "move":
        boards_of = {board.id: board for board, _ in Reader(sandbox.store).cards(issue)}
        set_value(sandbox, boards_of[int(form["board"])], form)
        done = "moved" if "status" in form else "saved"
    else:
        visitor.reopen(issue.number)
        done = "reopened"
    return f"{issue_url(name, issue.number)}?did={done}"


def _assign(visitor: Person, issue: Issue, login: str, on: str) -> str:
    """Assign somebody, who is created if unknown, as `Person.assign` does; or take them off."""
    if not _LOGIN.fullmatch(login) or on not in ("0", "1"):
        raise ValueError(login)
    (visitor.assign if on == "1" else visitor.unassign)(issue.number, login)
    return "assigned" if on == "1" else "unassigned"


def set_value(sandbox: "Sandbox", project: Project, form: dict[str, str]) -> int:
    """Set a card's Status, or the value of the form's `field`, or clear it; return its number.

    Raises the same errors as `press_issue`.
    """
    store = sandbox.store
    item = store.items.get(project.id, {}).get(int(form["card"]))
    field = Reader(store).status_field(project)
    text = form["status"] if "status" in form else form["value"]
    if "status" not in form:
        field = store.fields.get(project.id, {}).get(int(form["field"]))
    if field is None or item is None or item.is_archived:
        raise StaleError
    if is_internal(field):
        raise ValueError(field.name)
    viewer = Person(sandbox, VISITOR).viewer
    if text or "status" in form:
        boards.set_value(store, viewer, project, item, field, _value(field, text))
    else:
        boards.clear_value(store, viewer, project, item, field)
    store.commit()
    return item.id


def _value(field: Field, text: str) -> dict[str, Any]:
    """Return the input of `boards.set_value`, or raise StaleError for an option that is gone."""
    known = [choice["id"] for choice in (*field.options, *field.iterations)]
    if field.data_type in ("SINGLE_SELECT", "ITERATION") and text not in known:
        raise StaleError
    value: str | float = text
    if field.data_type == "NUMBER":
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(text)
    elif field.data_type == "DATE":
        value = date.fromisoformat(text).isoformat()
    return {boards.INPUT_NAMES[field.data_type]: value}


def set_on_board(
    sandbox: "Sandbox", project: Project, form: dict[str, str], asked: dict[str, str]
) -> str:
    """Set a value as `set_value`; return the board's address, with what was asked of it before."""
    card = set_value(sandbox, project, form)
    address = board_url(Reader(sandbox.store).login(project.owner), project.number)
    done = "moved" if "status" in form else "saved"
    return f"{address}?{urlencode({**asked, 'did': done}, errors='replace')}#card-{card}"
