"""Start discussions, comment on them, and choose answers."""

from github_sandbox.access import Viewer
from github_sandbox.issues import require
from github_sandbox.models import Discussion, DiscussionComment, Repository
from github_sandbox.store import Store


def start(
    store: Store, viewer: Viewer, repository: Repository, title: str, body: str
) -> Discussion:
    """Start a discussion; it shares its series of numbers with issues."""
    require(store, viewer, repository, "read")
    record = store.create(
        Discussion,
        repository=repository.id,
        number=repository.next_number,
        title=title,
        body=body,
        author=viewer.account.id,
    )
    repository.next_number += 1
    store.mark(repository)
    store.event(viewer.account, "started", record)
    return record


def add_comment(
    store: Store,
    viewer: Viewer,
    discussion: Discussion,
    body: str,
    reply_to: DiscussionComment | None = None,
) -> DiscussionComment:
    """Comment on a discussion, or reply to one of its comments."""
    require(store, viewer, store.get(Repository, discussion.repository), "read")
    record = store.create(
        DiscussionComment,
        discussion=discussion.id,
        body=body,
        author=viewer.account.id,
        reply_to=reply_to.id if reply_to else None,
    )
    store.touch(discussion)
    store.event(viewer.account, "commented", discussion)
    return record


def choose(store: Store, viewer: Viewer, answer: DiscussionComment) -> Discussion:
    """Mark a comment as the answer to its discussion."""
    discussion = store.get(Discussion, answer.discussion)
    require(store, viewer, store.get(Repository, discussion.repository), "triage")
    discussion.answer = answer.id
    store.touch(discussion)
    return discussion
