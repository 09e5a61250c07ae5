"""Handle the REST routes for releases."""

from typing import Any

from github_sandbox import releases, rest_payloads
from github_sandbox.messages import Response, json_response
from github_sandbox.models import Account, Release
from github_sandbox.problems import not_found
from github_sandbox.rest_call import Call, bad_body, created, missing, page

_TEXTS = {"tag_name": "tag", "target_commitish": "target", "name": "name", "body": "body"}
_FLAGS = {"draft": "is_draft", "prerelease": "is_prerelease"}


def _payload(call: Call, release: Release) -> dict[str, Any]:
    """Return a release. A draft has the address of no tag, and no archives [R]."""
    ctx = call.ctx
    full_name = ctx.store.full_name(call.repository)
    home, web = f"{ctx.api}/repos/{full_name}", f"{ctx.web}/{full_name}"
    url = f"{home}/releases/{release.id}"
    shown = f"untagged-{release.id:020x}" if release.is_draft else release.tag
    archives = {
        f"{kind}_url": None if release.is_draft else f"{home}/{kind}/{release.tag}"
        for kind in ("tarball", "zipball")
    }
    return {
        "id": release.id,
        "node_id": release.node_id,
        "url": url,
        "html_url": f"{web}/releases/tag/{shown}",
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        **archives,
        "tag_name": release.tag,
        "target_commitish": release.target,
        "name": release.name,
        "body": release.body,
        "draft": release.is_draft,
        "prerelease": release.is_prerelease,
        "immutable": False,
        "created_at": release.created_at,
        "updated_at": release.updated_at,
        "published_at": release.published_at,
        "author": rest_payloads.account(ctx, ctx.store.get(Account, release.author)),
        "assets": [],
    }


def _values(call: Call) -> dict[str, Any]:
    """Return the values in the body by the names of the record's attributes."""
    values: dict[str, Any] = {own: call.text(n) for n, own in _TEXTS.items() if n in call.body}
    for name, own in _FLAGS.items():
        flag = call.body.get(name)
        if flag is not None and not isinstance(flag, bool):
            raise bad_body(f"For '{name}', {flag!r} is not a boolean.")
        if flag is not None:
            values[own] = flag
    return values


def _release(call: Call) -> Release:
    """Return the release in the path, if the viewer sees it."""
    number = int(call.parts["number"])
    for release in releases.visible(call.ctx.store, call.ctx.viewer, call.repository):
        if release.id == number:
            return release
    raise not_found("Release", "id", number)


def list_releases(call: Call) -> Response:
    """GET releases, newest first; drafts only with push access."""
    seen = releases.visible(call.ctx.store, call.ctx.viewer, call.repository)
    return page(call, seen, lambda release: _payload(call, release))


def create_release(call: Call) -> Response:
    """POST a release."""
    if call.text("tag_name") is None:
        raise missing("tag_name")
    release = releases.create(call.ctx.store, call.ctx.viewer, call.repository, _values(call))
    return created(_payload(call, release))


def get_release(call: Call) -> Response:
    """GET a release by its id."""
    return json_response(200, _payload(call, _release(call)))


def get_tagged(call: Call) -> Response:
    """GET a published release by its tag; a draft has none yet."""
    for release in releases.visible(call.ctx.store, call.ctx.viewer, call.repository):
        if release.tag == call.parts["tag"] and not release.is_draft:
            return json_response(200, _payload(call, release))
    raise not_found("Release", "tag", call.parts["tag"])


def update_release(call: Call) -> Response:
    """PATCH a release."""
    changed = releases.update(call.ctx.store, call.ctx.viewer, _release(call), _values(call))
    return json_response(200, _payload(call, changed))


def delete_release(call: Call) -> Response:
    """DELETE a release."""
    releases.delete(call.ctx.store, call.ctx.viewer, _release(call))
    return Response(204)
