"""What a request costs the sandbox, in counts; `python -m bench.sandbox` measures milliseconds."""

import sys
from types import FrameType
from typing import Any

import pytest

from backlog_sync.sandbox import graphql
from backlog_sync.sandbox.app import Sandbox
from backlog_sync.sandbox.people import Person
from tests.sandbox.conftest import REPOSITORY, World

PAGE = """query Page($o: String!, $n: String!) { repository(owner: $o, name: $n) {
  issues(first: 100) { totalCount pageInfo { endCursor hasNextPage } nodes {
    id number title body state author { login } labels(first: 20) { nodes { name } }
    parent { id } subIssues(first: 20) { nodes { id } } milestone { title } } } } }"""


def many(count: int) -> World:
    """A world with so many issues, each with a label and a milestone."""
    world = World()
    world.send("POST", f"/repos/{REPOSITORY}/milestones", {"title": "M0"})
    person = Person(world.sandbox, "ana")
    for number in range(1, count + 1):
        person.open_issue(f"Issue {number}", "text", labels=("bug",))
        person.set_milestone(number, "M0")
    return world


def calls(world: World, **asked: Any) -> int:
    """How many Python functions the sandbox calls for a request."""
    seen = 0

    def count(_: FrameType, event: str, __: Any) -> None:
        nonlocal seen
        seen += event == "call"

    sys.setprofile(count)
    try:
        answer = world.send(**asked)
    finally:
        sys.setprofile(None)
    assert answer.status == 200, answer.body
    assert b"errors" not in answer.body[:10]
    return seen


@pytest.mark.parametrize(
    "asked",
    [
        {
            "method": "POST",
            "path": "/graphql",
            "body": {"query": PAGE, "variables": {"o": "octo-org", "n": "widgets"}},
        },
        {"method": "GET", "path": f"/repos/{REPOSITORY}/issues?state=all&per_page=100"},
    ],
    ids=["graphql", "rest"],
)
def test_a_page_costs_little_more_where_there_are_more_issues(asked: dict[str, Any]) -> None:
    """A page of 100 out of 1,200 calls a few functions more for each of the 1,000 others."""
    few, lots = many(200), many(1200)
    for world in (few, lots):
        world.send(**asked)
    small, large = calls(few, **asked), calls(lots, **asked)
    assert large - small <= 3 * 1000
    assert large < 2 * small
    few.sandbox.close()
    lots.sandbox.close()


def test_a_document_is_read_once_and_the_schema_built_once(world: World) -> None:
    """However often it is sent, and however many sandboxes there are in a process."""
    variables = {"o": "octo-org", "n": "widgets"}
    world.ask(PAGE, **variables)
    documents, schemas = graphql.prepare.cache_info().misses, graphql.schema.cache_info().misses
    for _ in range(5):
        world.ask(PAGE, **variables)
    with Sandbox() as other:
        other.ensure_repository(REPOSITORY)
    assert graphql.prepare.cache_info().misses == documents
    assert graphql.schema.cache_info().misses == schemas
