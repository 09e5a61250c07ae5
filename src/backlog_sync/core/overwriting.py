"""Writing over what was read, and over nothing else.

GitHub knows no condition on a write, so that the only way is to look right before it.
"""

from collections.abc import Mapping

from backlog_sync.core.model import BoardValue, ObservedIssue
from backlog_sync.core.normalize import fold, unify_newlines
from backlog_sync.core.operations import Done, Operation, Over, Stale, Standing, UpdateIssue


def overwrites(operation: Operation) -> tuple[str, Mapping[str, Over]] | None:
    """Give the id of the thing whose parts an operation writes over, and these by their names.

    None where nothing that people wrote can be lost by it.
    """
    if isinstance(operation, UpdateIssue):
        return operation.id, operation.parts
    return None


def verdict(id_: str, parts: Mapping[str, Over], now: Standing | None) -> Stale | Done | None:
    """Say what becomes of an operation, by what stands there `now`; None lets it go out.

    What was changed since it was read is left alone; what stands there as it is wanted, is done.
    """
    if now is None:
        return Stale("the issue is gone")
    for name, over in parts.items():
        there = now.get(name)
        if not (_same(name, there, over.seen) or _same(name, there, over.wanted)):
            return Stale(_moved(name))
    if all(_same(name, now.get(name), over.wanted) for name, over in parts.items()):
        return Done(id=id_)
    return None


def standing(issue: ObservedIssue) -> Standing:
    """Give what stands in an issue."""
    return {
        "title": issue.title,
        "body": issue.body,
        "milestone": issue.milestone,
        "issue_type": issue.issue_type,
    }


def _moved(name: str) -> str:
    done = "edited" if name == "body" else "changed"
    return f"the {name.replace('_', ' ')} was {done} since it was read"


def _same(name: str, one: BoardValue, other: BoardValue) -> bool:
    """Whether two values are one to GitHub, which trims titles and ignores case in types."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return one == other
    if name == "body":
        return unify_newlines(one) == unify_newlines(other)
    return fold(one) == fold(other) if name == "issue_type" else one.strip() == other.strip()
