"""What people say in the issues and discussions where feedback is collected."""

from collections.abc import Iterator, Sequence
from typing import Final

from backlog_sync.core.facts import Conversation, FeedbackRef, Remark
from backlog_sync.github_api import mapping
from backlog_sync.github_api.answers import Json
from backlog_sync.github_api.documents import talks_at
from backlog_sync.github_api.reader import Reader

_AT_ONCE: Final = 10
"""Places in one request: of a discussion 50 comments with 50 replies each are read."""
_TRUSTED: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""Who may answer for the repository, by GitHub's CommentAuthorAssociation."""


def talks(reader: Reader, target: str, refs: Sequence[FeedbackRef]) -> Iterator[Conversation]:
    """Give what stands at each place, ten in a request; none of it is missing without a word."""
    for start in range(0, len(refs), _AT_ONCE):
        chunk = refs[start : start + _AT_ONCE]
        variables: dict[str, Json] = {}
        for n, ref in enumerate(chunk):
            owner, _, name = (ref.repository or target).partition("/")
            variables |= {f"owner{n}": owner, f"name{n}": name, f"number{n}": ref.number}
        answer = reader.query(talks_at([ref.discussion for ref in chunk]), variables)
        for n, ref in enumerate(chunk):
            talk = ((answer.data or {}).get(f"at{n}") or {}).get("talk")
            fault = answer.fault(f"at{n}")
            if talk:
                yield _conversation(ref, talk)
            elif fault is None or fault.type == "NOT_FOUND":
                yield Conversation(ref, missing="there is none, or this token may not see it")
            else:
                yield Conversation(ref, missing=fault.message)


def _conversation(ref: FeedbackRef, talk: Json) -> Conversation:
    comments = mapping.nodes(talk["comments"])
    if ref.discussion:
        threads = [[one, *mapping.nodes(one["replies"])] for one in comments]
    else:
        threads = [comments]
    connections = [talk["comments"], *(one["replies"] for one in comments if ref.discussion)]
    return Conversation(
        ref,
        title=talk["title"],
        url=talk["url"],
        text=talk["body"] or "",
        settled=bool(talk["closed"] or talk.get("isAnswered")),
        threads=tuple(tuple(map(_remark, thread)) for thread in threads),
        cut=any(len(mapping.nodes(one)) < one["totalCount"] for one in connections),
    )


def _remark(comment: Json) -> Remark:
    return Remark(
        author=(comment["author"] or {}).get("login", "ghost"),
        trusted=comment["authorAssociation"] in _TRUSTED,
        text=comment["body"] or "",
        at=comment["createdAt"],
        url=comment["url"],
        hidden=comment["isMinimized"],
    )
