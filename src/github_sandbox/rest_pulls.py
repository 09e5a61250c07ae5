"""Handle the REST routes for pull requests."""

from typing import Any

from github_sandbox import issues, payloads, pull_requests, rest_payloads
from github_sandbox.messages import DOCS, Response, json_response
from github_sandbox.models import Account, Issue, Repository
from github_sandbox.problems import RefusalError, not_found
from github_sandbox.rest_call import Call, missing, page


def _payload(call: Call, pull: Issue) -> dict[str, Any]:
    """Return a pull request as a list shows it. There is no code here: all commits are zeros."""
    shown = payloads.issue(call.ctx, pull)
    link, page, issue_url = shown.pop("pull_request"), shown["html_url"], shown["url"]
    home = issue_url.rpartition("/issues/")[0]
    urls = {
        "url": link["url"],
        "html_url": page,
        "issue_url": issue_url,
        "comments_url": shown["comments_url"],
        "commits_url": f"{link['url']}/commits",
        "review_comments_url": f"{link['url']}/comments",
        "review_comment_url": f"{home}/pulls/comments{{/number}}",
        "statuses_url": f"{home}/statuses/{_NO_COMMIT}",
    }
    names = ("self", "html", "issue", "comments", "commits", "review_comments", "review_comment")
    sources = ("url", *(f"{name}_url" for name in (*names[1:], "statuses")))
    links = {
        name: {"href": urls[source]}
        for name, source in zip((*names, "statuses"), sources, strict=True)
    }
    owner, _, branch = pull.head.rpartition(":")
    return {
        **{name: shown[name] for name in _LIKE_ISSUES},
        **urls,
        "diff_url": link["diff_url"],
        "patch_url": link["patch_url"],
        "draft": pull.is_draft,
        "merged_at": pull.merged_at,
        "merge_commit_sha": f"{pull.id:040x}" if pull.merged_at else None,
        "requested_reviewers": [],
        "requested_teams": [],
        "auto_merge": None,
        "head": _branch(call, pull, owner, branch),
        "base": _branch(call, pull, "", pull.base),
        "_links": links,
    }


_NO_COMMIT = "0" * 40

_LIKE_ISSUES = (
    *("id", "node_id", "number", "title", "body", "state", "locked", "active_lock_reason"),
    *("user", "labels", "assignee", "assignees", "milestone", "author_association"),
    *("created_at", "updated_at", "closed_at"),
)


def _branch(call: Call, pull: Issue, fork_owner: str, branch: str) -> dict[str, Any]:
    """Return a branch; of the owner's own repository if it is not in somebody's fork."""
    store = call.ctx.store
    home = store.get(Repository, pull.repository)
    owner = store.get(Account, home.owner)
    name = f"{fork_owner or owner.login}/{home.name}"
    return {
        "label": f"{fork_owner or owner.login}:{branch}",
        "ref": branch,
        "sha": _NO_COMMIT,
        "user": rest_payloads.account(call.ctx, store.accounts.get(fork_owner.lower(), owner)),
        "repo": {**rest_payloads.repository_short(call.ctx, home), "full_name": name},
    }


def _whole(call: Call, pull: Issue) -> dict[str, Any]:
    """Return a pull request as its own route shows it."""
    counted = dict.fromkeys(("additions", "changed_files", "commits", "deletions"), 0)
    return {
        **_payload(call, pull),
        **counted,
        "comments": len(call.ctx.store.comments.get(pull.id, ())),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "mergeable": None if pull.merged_at else True,
        "mergeable_state": "unknown" if pull.merged_at else "clean",
        "rebaseable": None if pull.merged_at else True,
        "merged": pull.merged_at is not None,
        "merged_by": None,
    }


def _pull(call: Call) -> Issue:
    number = int(call.parts["number"])
    pull = call.ctx.store.issues.get(call.repository.id, {}).get(number)
    if pull is None or not pull.is_pull:
        raise not_found("PullRequest", "number", number)
    return pull


def list_pulls(call: Call) -> Response:
    """GET pull requests, newest first; only open ones by default; of one branch with `head`."""
    state, head = call.query.get("state", "open"), call.query.get("head", "")
    listed = call.ctx.listed_issues(call.repository)
    pulls = [p for p in listed if p.is_pull and state in ("all", p.state.lower())]
    # GitHub's documentation of "List pull requests": `head` is `user:ref-name`, else ignored.
    pulls = [p for p in pulls if ":" not in head or p.head == head]
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
    return json_response(201, _whole(call, pull))


def get_pull(call: Call) -> Response:
    """GET a pull request."""
    return json_response(200, _whole(call, _pull(call)))


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
    return json_response(200, _whole(call, pull))


def merge_pull(call: Call) -> Response:
    """PUT the merge of a pull request."""
    try:
        pull = pull_requests.merge(call.ctx.store, call.ctx.viewer, _pull(call))
    except RefusalError as refusal:
        if refusal.type != "NOT_ALLOWED":
            raise
        return json_response(405, {"message": refusal.message, "documentation_url": DOCS})
    message = "Pull Request successfully merged"
    return json_response(200, {"sha": f"{pull.id:040x}", "merged": True, "message": message})
