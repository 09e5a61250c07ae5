"""What a request costs the sandbox; `python -m bench.sandbox` measures milliseconds."""

from typing import Any

import pytest

from github_sandbox import graphql
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.growth import grows_like
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
    """A page of 100 out of 1,200 costs little more than one of 100 out of 200."""
    few, lots = many(200), many(1200)
    for world in (few, lots):
        answer = world.send(**asked)
        assert answer.status == 200, answer.body
        assert b"errors" not in answer.body[:10]
    grows_like(lambda world: world.send(**asked), few, lots, times=1)
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
