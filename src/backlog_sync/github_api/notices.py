"""Maintain one comment per issue: find it by its hidden mark and update it in place.

GraphQL, not PyGithub: REST does not show who edited a comment last, nor whether we wrote it.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

from backlog_sync.core.operations import Done, PutComment, Refused
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import parse
from backlog_sync.github_api.answers import Answer, Fault, required
from backlog_sync.github_api.clients import Clients
from backlog_sync.github_api.documents import batch, document, nth
from backlog_sync.github_api.reader import Reader
from backlog_sync.waiting import Limited, Lost

T = TypeVar("T")

MARK: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")


def marked(operation: PutComment) -> str:
    """Return the text to send: the hidden mark on its own line, then the body."""
    return f"{_line(operation.mark)}\n{operation.body}"


def put(reader: Reader, clients: Clients, operation: PutComment) -> Done | Refused:
    """Update our comment, or create it if there is none.

    Every attempt looks for it first, so that a retry after a lost answer finds the comment that
    the lost request created. Raises what `Clients.graphql` raises, and `Lost` if GitHub confirms
    nothing.
    """
    if not MARK.fullmatch(operation.mark):
        return Refused(f"{operation.mark!r} cannot mark a comment", "invalid")
    text = marked(operation)
    comment = _our_comment(reader, operation)
    if isinstance(comment, Fault):
        return Refused(comment.message, comment.type)
    if comment is None:
        name, inputs = "AddComment", {"subjectId": operation.id, "body": text}
    elif comment["body"].replace("\r\n", "\n") == text:
        return Done(id=comment["id"])
    else:
        name, inputs = "UpdateComment", {"id": comment["id"], "body": text}
    answer = clients.graphql(batch([name]), {"i0": inputs})
    if comment is None:
        created = confirmed(answer, answered.AddComment)
        if isinstance(created, Refused):
            return created
        node = required(created["commentEdge"], "comment")["node"]
    else:
        updated = confirmed(answer, answered.UpdateComment)
        if isinstance(updated, Refused):
            return updated
        node = updated["issueComment"]
    return Done(id=required(node, "comment")["id"], url=required(node, "comment")["url"])


def confirmed(answer: Answer[Mapping[str, object]], kind: type[T]) -> T | Refused:
    """Return the payload of the only mutation that was sent; raise as `put` does without one."""
    payload = nth(answer.data, "m", 0, kind)
    if payload:
        return payload
    fault = next(iter(answer.faults), None)
    if fault is None or fault.heavy:
        raise Lost(fault.message if fault else "no confirmation")
    if fault.limited:
        raise Limited(fault.message, wait=answer.wait)
    return Refused(fault.message, fault.type)


def _our_comment(
    reader: Reader, operation: PutComment
) -> answered.CommentPageIssueComment | Fault | None:
    """Return our first comment that begins with the mark; a fault if it cannot be looked for.

    A comment that somebody else edited is skipped: updating it would lose what they wrote.
    """
    after = None
    while True:
        answer = reader.query(document(answered.Comments), {"id": operation.id, "after": after})
        node = answer.data.get("node") if answer.data else None
        if not answer.data or not node or "comments" not in node:
            missing = Fault(f"{operation.id} is neither an issue nor a pull request", "NOT_FOUND")
            return next(iter(answer.faults), missing)
        me = answer.data["viewer"]["id"]
        for comment in parse.nodes(node["comments"]):
            is_ours = comment["viewerDidAuthor"] and _untouched(comment, me)
            if is_ours and comment["body"].startswith(_line(operation.mark)):
                return comment
        after = parse.cursor(node["comments"])
        if after is None:
            return None


def _untouched(comment: answered.CommentPageIssueComment, me: str) -> bool:
    """Return whether nobody but us ever edited a comment."""
    editor = comment["editor"]
    return not comment["lastEditedAt"] or (editor is not None and editor.get("id") == me)


def _line(mark: str) -> str:
    return f"<!-- backlog:comment {mark} -->"
