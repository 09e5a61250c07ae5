"""Maintain the text of one draft release; what is published is never touched."""

from backlog_sync.core.normalize import unify_newlines
from backlog_sync.core.operations import Done, PutRelease
from backlog_sync.engine.notices import Tracking
from backlog_sync.engine.ports import Tracker
from backlog_sync.errors import AccessError, FailedError, RefusedError

RELEASE = "release"
LONGEST = 125_000
"""The most characters that GitHub accepts as the text of a release [R]."""


def keep_release(
    tracker: Tracker, tag: str, title: str, *, text: str, mark: str
) -> tuple[str, str]:
    """Create or update the draft release with this tag; return what was done, and its address.

    It is ours if its text begins with our hidden mark; `mark` is safe in a comment. What people
    wrote into it stays, and so does its title, which is only for a new one. Raises `RefusedError`
    if the tag is released, or its draft is not ours, and `FailedError` if it cannot be written.
    """
    tracking = Tracking(RELEASE, mark, title, text)
    releases = tracker.releases(tag)
    if any(not release.draft for release in releases):
        raise RefusedError(
            f"the release {tag} is published, so its text is not changed",
            slug="release-published",
            hint="--release takes the tag of the next release",
        )
    ours = [release for release in releases if release.body.startswith(tracking.mark)]
    empty = [release for release in releases if not release.body.strip()]
    if releases and not (ours or empty):
        raise RefusedError(
            f"the draft release {tag} has a text that this tool did not write",
            slug="foreign-release",
            hint=f"empty its text or delete it, and run this again: {releases[0].url}",
        )
    draft = next(iter((*ours, *empty)), None)
    body = tracking.body(draft.body if draft else "")
    if len(body) > LONGEST:
        raise RefusedError(
            f"the draft release {tag} would have {len(body)} characters; GitHub allows {LONGEST}",
            slug="release-too-long",
            hint="write the notes into a file (--output notes.md), and link it",
        )
    if draft is not None and unify_newlines(draft.body) == body:
        return f"The draft release {tag} is up to date", draft.url
    operation = PutRelease(tag, title, body, tracking.mark, draft.number if draft else None)
    try:
        ((_, reply),) = tracker.apply([operation])
    except AccessError as denied:
        raise _unwritten(tag, denied.message) from denied
    if not isinstance(reply, Done):
        raise _unwritten(tag, reply.message)
    return f"The draft release {tag} was {'updated' if draft else 'created'}", reply.url or ""


def _unwritten(tag: str, why: str) -> FailedError:
    return FailedError(
        f"the draft release {tag} could not be written: {why}",
        slug="no-release",
        hint="the token needs the right to write contents (in a job: `contents: write`)",
    )
