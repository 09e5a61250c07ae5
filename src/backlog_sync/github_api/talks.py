"""Read the comments on the issues and discussions that collect feedback."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from backlog_sync.core.facts import Conversation, Remark
from backlog_sync.core.planning import FeedbackRef
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import parse
from backlog_sync.github_api.documents import nth, talks_at
from backlog_sync.github_api.reader import Reader

_AT_ONCE: Final = 10
"""Places per request: each may bring 50 comments with 50 replies each."""
_TRUSTED: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""Values of GitHub's CommentAuthorAssociation that speak for the repository."""


def talks(reader: Reader, target: str, refs: Sequence[FeedbackRef]) -> Iterator[Conversation]:
    """Yield the conversation at each place; one that cannot be read has the reason."""
    for start in range(0, len(refs), _AT_ONCE):
        chunk = refs[start : start + _AT_ONCE]
        variables: dict[str, object] = {}
        for n, ref in enumerate(chunk):
            owner, _, name = (ref.repository or target).partition("/")
            variables |= {f"owner{n}": owner, f"name{n}": name, f"number{n}": ref.number}
        answer = reader.query(talks_at([ref.discussion for ref in chunk]), variables)
        for n, ref in enumerate(chunk):
            fault = answer.fault(f"at{n}")
            if conversation := _conversation_at(ref, answer.data, n):
                yield conversation
            elif fault is None or fault.type == "NOT_FOUND":
                yield Conversation(ref, missing="there is none, or this token may not see it")
            else:
                yield Conversation(ref, missing=fault.message)


def _conversation_at(
    ref: FeedbackRef, data: Mapping[str, object] | None, n: int
) -> Conversation | None:
    """Return the n-th conversation of an answer; None if it is missing."""
    if ref.discussion:
        discussion = nth(data, "at", n, answered.DiscussionTalksAtRepository)
        talk = discussion.get("talk") if discussion else None
        return _discussion(ref, talk) if talk else None
    issue = nth(data, "at", n, answered.TalksAtRepository)
    issue_talk = issue.get("talk") if issue else None
    return _issue(ref, issue_talk) if issue_talk else None


def _issue(ref: FeedbackRef, talk: answered.IssueTalk) -> Conversation:
    comments = parse.nodes(talk["comments"])
    cut = len(comments) < talk["comments"]["totalCount"]
    return _conversation(ref, talk, [comments], settled=bool(talk["closed"]), cut=cut)


def _discussion(ref: FeedbackRef, talk: answered.DiscussionTalk) -> Conversation:
    comments = parse.nodes(talk["comments"])
    threads = [[one, *parse.nodes(one["replies"])] for one in comments]
    return _conversation(
        ref,
        talk,
        threads,
        settled=bool(talk["closed"] or talk.get("isAnswered")),
        cut=len(comments) < talk["comments"]["totalCount"]
        or any(len(parse.nodes(one["replies"])) < one["replies"]["totalCount"] for one in comments),
    )


def _conversation(
    ref: FeedbackRef,
    talk: answered.IssueTalk | answered.DiscussionTalk,
    threads: Sequence[Sequence[answered.DiscussionRemark]],
    *,
    settled: bool,
    cut: bool,
) -> Conversation:
    return Conversation(
        ref,
        title=talk["title"],
        url=talk["url"],
        text=talk["body"] or "",
        settled=settled,
        threads=tuple(tuple(map(_remark, thread)) for thread in threads),
        cut=cut,
    )


def _remark(comment: answered.DiscussionRemark) -> Remark:
    author = comment["author"]
    return Remark(
        author=author["login"] if author else "ghost",
        trusted=comment["authorAssociation"] in _TRUSTED,
        text=comment["body"] or "",
        at=comment["createdAt"],
        url=comment["url"],
        hidden=comment["isMinimized"],
    )
