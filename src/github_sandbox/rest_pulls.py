"""Handle the REST routes for pull requests."""

from typing import Any

from github_sandbox import issues, payloads, pull_requests
from github_sandbox.messages import Response, error_response, json_response
from github_sandbox.models import Issue, Repository
from github_sandbox.problems import RefusalError, not_found
from github_sandbox.rest_call import Call, missing, page


def _payload(call: Call, pull: Issue) -> dict[str, Any]:
    store = call.ctx.store
    payload = payloads.issue(call.ctx, pull)
    link = payload.pop("pull_request")
    owner, _, branch = pull.head.rpartition(":")
    home = store.full_name(store.get(Repository, pull.repository))
    fork = f"{owner}/{home.partition('/')[2]}" if owner else home
    return {
        **payload,
        "node_id": pull.node_id,
        "url": link["url"],
        "issue_url": payload["url"],
        "html_url": link["html_url"],
        "draft": pull.is_draft,
        "merged": pull.merged_at is not None,
        "merged_at": pull.merged_at,
        "head": {"label": pull.head, "ref": branch, "repo": {"full_name": fork}},
        "base": {
            "label": f"{home.partition('/')[0]}:{pull.base}",
            "ref": pull.base,
            "repo": {"full_name": home},
        },
    }


def _pull(call: Call) -> Issue:
    number = int(call.parts["number"])
    pull = call.ctx.store.issues.get(call.repository.id, {}).get(number)
    if pull is None or not pull.is_pull:
        raise not_found("PullRequest", "number", number)
    return pull


def list_pulls(call: Call) -> Response:
    """GET pull requests, newest first; only open ones by default."""
    state = call.query.get("state", "open")
    listed = call.ctx.listed_issues(call.repository)
    pulls = [p for p in listed if p.is_pull and state in ("all", p.state.lower())]
    pulls.sort(key=lambda pull: pull.number, reverse=True)
    return page(call, pulls, lambda pull: _payload(call, pull))


def create_pull(call: Call) -> Response:
    """POST a pull request."""
    title, head, base = (call.text(name) for name in ("title", "head", "base"))
    for name, value in (("title", title), ("head", head), ("base", base)):
        if not value:
            raise missing(name)
    pull = pull_requests.open_pull_request(
        call.ctx.store,
        call.ctx.viewer,
        call.repository,
        title=title or "",
        body=call.text("body") or "",
        head=head or "",
        base=base or "main",
        draft=call.body.get("draft") is True,
    )
    return json_response(201, _payload(call, pull))


def get_pull(call: Call) -> Response:
    """GET a pull request."""
    return json_response(200, _payload(call, _pull(call)))


def update_pull(call: Call) -> Response:
    """PATCH title, body or state of a pull request."""
    pull = _pull(call)
    changes: dict[str, Any] = {
        name: call.text(name) for name in ("title", "body") if call.text(name) is not None
    }
    if call.text("state") in ("open", "closed"):
        changes["state"] = str(call.text("state")).upper()
    issues.edit(call.ctx.store, call.ctx.viewer, pull, changes)
    pull_requests.relink(call.ctx.store, pull)
    return json_response(200, _payload(call, pull))


def merge_pull(call: Call) -> Response:
    """PUT the merge of a pull request."""
    try:
        pull = pull_requests.merge(call.ctx.store, call.ctx.viewer, _pull(call))
    except RefusalError as refusal:
        if refusal.type != "NOT_ALLOWED":
            raise
        return error_response(405, refusal.message)
    message = "Pull Request successfully merged"
    return json_response(200, {"sha": f"{pull.id:040x}", "merged": True, "message": message})
