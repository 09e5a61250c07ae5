"""What a fact is, and the list of all facts that can be checked.

A check returns whether the fact holds and what was seen, and raises `UncheckableError` if that
cannot be known. It creates what it needs with `Live`, which takes it away again. Tags are [D] for
documentation, [S] for the published schema, [R] for what others report, and [?] for what is not
confirmed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeAlias

from tests.live.client import Live

Seen: TypeAlias = tuple[bool, str]


class Group(Enum):
    """What a check needs in addition to a repository and a token, and how to allow it."""

    REPOSITORY = ""
    BOARD = (
        "set BACKLOG_LIVE_BOARD_OWNER to the account in which a board may be created and deleted;"
        " the token needs the right to do that"
    )
    ORGANIZATION = (
        "set BACKLOG_LIVE_ORGANIZATION to the organization of the repository; its owner's token"
        " may create and delete issue fields and issue types"
    )
    ORGANIZATION_BOARD = (
        "set BACKLOG_LIVE_ORGANIZATION and BACKLOG_LIVE_BOARD_OWNER to the organization"
    )
    BRANCH = (
        "set BACKLOG_LIVE_BRANCH to a branch with a commit that the default branch lacks;"
        " a pull request is opened from it and closed again"
    )


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact: its tag, its text, the module of the product that relies on it, and its check."""

    tag: str
    text: str
    relied_on_by: str
    check: Callable[[Live], Seen]
    group: Group = Group.REPOSITORY


FACTS: Final[list[Fact]] = []
"""All facts that can be checked; `tests.live.checks` fills it."""


def fact(
    tag: str, text: str, relied_on_by: str, group: Group = Group.REPOSITORY
) -> Callable[[Callable[[Live], Seen]], Callable[[Live], Seen]]:
    """Register the check of a fact."""

    def register(check: Callable[[Live], Seen]) -> Callable[[Live], Seen]:
        FACTS.append(Fact(tag, text, relied_on_by, check, group))
        return check

    return register


def refusal(answer: Any) -> str:
    """Return the status of a REST answer, its message and those of its errors, for the table."""
    body = answer.json()
    details = [str(each.get("message") or each.get("code")) for each in body.get("errors", ())]
    texts = filter(None, [f"HTTP {answer.status_code}", str(body.get("message") or ""), *details])
    return "; ".join(texts)
