"""Resolve discussions and their comments in GraphQL."""

from typing import Any

from github_sandbox.connections import Connection, page_by_index
from github_sandbox.context import Info
from github_sandbox.fields import Table, attribute, constant, page, record, related
from github_sandbox.models import Account, Discussion, DiscussionComment, Repository


def _below(comment: Discussion | DiscussionComment, info: Info, **arguments: Any) -> Connection:
    """Return the comments of a discussion, or the replies to one of them."""
    within = comment.id if isinstance(comment, Discussion) else comment.discussion
    reply_to = None if isinstance(comment, Discussion) else comment.id
    return page_by_index(info, info.context.store.replies.get((within, reply_to), []), arguments)


def _repository_of(comment: Discussion | DiscussionComment, info: Info) -> Repository:
    store = info.context.store
    one = comment if isinstance(comment, Discussion) else store.get(Discussion, comment.discussion)
    return store.get(Repository, one.repository)


_SAID: Table = {
    "author": related(Account, "author"),
    "authorAssociation": lambda comment, info: info.context.association(
        comment.author, _repository_of(comment, info)
    ),
    "body": attribute("body"),
}

DISCUSSION: Table = {
    **record(number="number", title="title", closed="closed"),
    **page(lambda ctx, one: ctx.discussion_path(one)),
    **_SAID,
    "comments": _below,
    "repository": _repository_of,
    "isAnswered": lambda one, _: one.answer is not None,
}

DISCUSSION_COMMENT: Table = {
    **record(),
    **page(lambda ctx, comment: ctx.discussion_comment_path(comment)),
    **_SAID,
    "discussion": related(Discussion, "discussion"),
    "isMinimized": constant(False),
    "replies": _below,
}
