"""Our one comment on an issue: found by its hidden mark, changed in place, never repeated.

GraphQL, not PyGithub: REST does not show who edited a comment last, nor whether we wrote it.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

from backlog_sync.core.operations import Done, PutComment, Refused
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import mapping
from backlog_sync.github_api.answers import Answer, Fault, required
from backlog_sync.github_api.clients import Clients
from backlog_sync.github_api.documents import batch, document, nth
from backlog_sync.github_api.reader import Reader
from backlog_sync.waiting import Limited, Lost

T = TypeVar("T")

MARK: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")


def marked(operation: PutComment) -> str:
    """Return the text to send: the hidden mark on its own line, then the words."""
    return f"{_line(operation.mark)}\n{operation.body}"


def put(reader: Reader, clients: Clients, operation: PutComment) -> Done | Refused:
    """Change our comment, or make it if there is none.

    It is looked for first, each time again: sent again after a lost answer, it finds what the lost
    request made. Raises as `Clients.graphql` does, and `Lost` if nothing is confirmed.
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
        made = confirmed(answer, answered.AddComment)
        if isinstance(made, Refused):
            return made
        node = required(made["commentEdge"], "comment")["node"]
    else:
        changed = confirmed(answer, answered.UpdateComment)
        if isinstance(changed, Refused):
            return changed
        node = changed["issueComment"]
    return Done(id=required(node, "comment")["id"], url=required(node, "comment")["url"])


def confirmed(answer: Answer[Mapping[str, object]], kind: type[T]) -> T | Refused:
    """The payload of the one mutation that was sent; raises as `put` does if there is none."""
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
    """Our first comment that begins with the mark; a fault if none can be.

    One that somebody else edited is theirs from then on: what they wrote there would be lost.
    """
    after = None
    while True:
        answer = reader.query(document(answered.Comments), {"id": operation.id, "after": after})
        node = answer.data.get("node") if answer.data else None
        if not answer.data or not node or "comments" not in node:
            missing = Fault(f"{operation.id} is neither an issue nor a pull request", "NOT_FOUND")
            return next(iter(answer.faults), missing)
        me = answer.data["viewer"]["id"]
        for comment in mapping.nodes(node["comments"]):
            is_ours = comment["viewerDidAuthor"] and _untouched(comment, me)
            if is_ours and comment["body"].startswith(_line(operation.mark)):
                return comment
        after = mapping.cursor(node["comments"])
        if after is None:
            return None


def _untouched(comment: answered.CommentPageIssueComment, me: str) -> bool:
    """Return whether nobody but us ever edited a comment."""
    editor = comment["editor"]
    return not comment["lastEditedAt"] or (editor is not None and editor.get("id") == me)


def _line(mark: str) -> str:
    return f"<!-- backlog:comment {mark} -->"
