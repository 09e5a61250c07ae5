"""Create, change and delete releases. There is no code here: publishing one creates no tag."""

from typing import Any

from github_sandbox.access import Viewer
from github_sandbox.models import Release, Repository
from github_sandbox.problems import already_taken, check_length, invalid
from github_sandbox.repositories import require_write
from github_sandbox.store import Store

LONGEST = 125_000
"""The most characters of a release's text [R]."""


def visible(store: Store, viewer: Viewer, repository: Repository) -> list[Release]:
    """Return the releases that a viewer sees, newest first: drafts only with push access [D]."""
    writes = viewer.may(store.full_name(repository), "write")
    listed = store.releases.get(repository.id, {}).values()
    return sorted(
        (release for release in listed if writes or not release.is_draft),
        key=lambda release: release.id,
        reverse=True,
    )


def create(store: Store, viewer: Viewer, repository: Repository, values: dict[str, Any]) -> Release:
    """Create a release; `values` are attributes of the record, with a `tag`."""
    require_write(store, viewer, repository)
    release = store.create(
        Release, repository=repository.id, author=viewer.account.id, tag="", is_draft=True
    )
    try:
        _set(store, repository, release, {"is_draft": False, **values})
    except BaseException:
        store.drop(release)
        raise
    store.event(viewer.account, "release_created", release)
    return release


def update(store: Store, viewer: Viewer, release: Release, values: dict[str, Any]) -> Release:
    """Change attributes of a release."""
    repository = store.get(Repository, release.repository)
    require_write(store, viewer, repository)
    _set(store, repository, release, values)
    store.touch(release)
    store.event(viewer.account, "release_edited", release)
    return release


def delete(store: Store, viewer: Viewer, release: Release) -> None:
    """Delete a release."""
    require_write(store, viewer, store.get(Repository, release.repository))
    store.drop(release)


def _set(store: Store, repository: Repository, release: Release, values: dict[str, Any]) -> None:
    """Set values after checking them: drafts may share a tag, published releases may not."""
    tag = values.get("tag", release.tag)
    is_draft = values.get("is_draft", release.is_draft)
    if not tag:
        raise invalid("Release", "tag_name", "can't be blank", "missing_field")
    check_length("Release", "body", values.get("body") or "", LONGEST)
    others = store.releases.get(repository.id, {}).values()
    if not is_draft and any(
        other.tag == tag and not other.is_draft and other is not release for other in others
    ):
        raise already_taken("Release", "tag_name")
    for name, value in values.items():
        setattr(release, name, value)
    if not is_draft and release.published_at is None:
        release.published_at = store.now()
