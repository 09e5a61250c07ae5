"""Handle the REST routes for searches."""

from github_sandbox import payloads, search
from github_sandbox.messages import Response, error_response, json_response
from github_sandbox.problems import invalid
from github_sandbox.rest_call import Call, Json, page_bounds, page_links

_ALWAYS = frozenset({"assignee", "closed_at", "milestone", "user"})
"""Members of search results that may be null; in GitHub's description, others are not nullable."""


def search_issues(call: Call) -> Response:
    """GET issues and pull requests that match `q`; only the first 1,000 can be read."""
    text = call.query.get("q", "").strip()
    if not text:
        raise invalid("Search", "q", "is missing", "missing")
    query = search.read_query(text)
    if call.query.get("sort") in ("created", "updated"):
        order = f"{call.query['sort']}-{call.query.get('order', 'desc')}"
        query = search.Query(query.terms, query.words, order)
    issues = search.find(call.ctx, query)
    page_number, size = page_bounds(call)
    if page_number * size > search.MAX_RESULTS + size - 1:
        return error_response(422, "Only the first 1000 search results are available")
    reachable = issues[: search.MAX_RESULTS]
    items: list[Json] = []
    for issue in reachable[(page_number - 1) * size : page_number * size]:
        shown = {**payloads.issue(call.ctx, issue), "score": 1.0, "parent_issue_url": None}
        del shown["closed_by"]  # searches have no such member in GitHub's description
        items.append({k: v for k, v in shown.items() if k in _ALWAYS or v is not None})
    payload = {
        "total_count": len(issues),
        "incomplete_results": False,
        "items": items,
        "search_type": "lexical",
    }
    return json_response(200, payload, page_links(call, len(reachable)))
