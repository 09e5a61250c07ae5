"""Faults on order, and the limits of a token."""

import pytest

from github_sandbox import faults
from github_sandbox.faults import ConnectionLostError, Fault, FaultPlan
from tests.sandbox.conftest import World

HOME = "/repos/octo-org/widgets"
CREATE = """mutation($r: ID!) {
  one: createIssue(input: {repositoryId: $r, title: "one"}) { issue { id } }
  createIssue(input: {repositoryId: $r, title: "two"}) { issue { id } } }"""


def count(world: World) -> int:
    """How many issues there are."""
    return len(world.sandbox.store.issues.get(world.sandbox.repository("octo-org/widgets").id, {}))


def order(world: World, *troubles: Fault, writes_only: bool = False) -> None:
    """Let the next requests meet these faults."""
    plan = dict(enumerate(troubles, start=1))
    world.sandbox.faults = FaultPlan(plan, writes_only=writes_only)


@pytest.mark.parametrize(
    ("fault", "made"), [(faults.not_delivered(), 0), (faults.answer_lost(), 1)]
)
def test_a_closed_connection_may_or_may_not_have_delivered(
    world: World, fault: Fault, made: int
) -> None:
    """In process it is an exception that an adapter turns into a connection error."""
    order(world, fault)
    with pytest.raises(ConnectionLostError):
        world.send("POST", f"{HOME}/issues", {"title": "x"})
    assert count(world) == made
    assert (world.sandbox.log[-1].status, world.sandbox.log[-1].fault) == (0, "closed")
    assert world.send("POST", f"{HOME}/issues", {"title": "x"}).status == 201


@pytest.mark.parametrize("delivered", [False, True])
@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_fault_is_html(world: World, status: int, delivered: bool) -> None:
    """502 and 504 come from the front, whether or not the write was carried out."""
    order(world, faults.bad_gateway(status, delivered=delivered))
    answer = world.send("POST", f"{HOME}/issues", {"title": "x"})
    assert answer.status == status
    assert answer.body.startswith(b"<!DOCTYPE html>")
    assert count(world) == int(delivered)


def test_html_and_half_a_json_where_json_was_due(world: World) -> None:
    """A 200 that cannot be read."""
    order(world, faults.html_page(), faults.truncated())
    html = world.send("GET", HOME)
    assert (html.status, html.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    torn = world.send("POST", f"{HOME}/issues", {"title": "x"})
    assert torn.status == 201
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        torn.json()
    assert count(world) == 1


def test_an_error_after_the_write(world: World) -> None:
    """`Something went wrong`, and yet both issues were made."""
    order(world, faults.graphql_error())
    answer = world.graphql(CREATE, r=world.repository_id)
    assert answer["data"] is None
    assert answer["errors"][0]["message"].startswith("Something went wrong while executing")
    assert count(world) == 2


def test_the_primary_limit_speaks_as_github_does(world: World) -> None:
    """REST 403 or 429 with nothing remaining; GraphQL 200 with `RATE_LIMITED`."""
    order(world, faults.primary_limit(), faults.primary_limit(status=429), faults.primary_limit())
    for status in (403, 429):
        rest = world.send("GET", HOME)
        assert rest.status == status
        assert rest.json()["message"].startswith("API rate limit exceeded for user ID")
        assert rest.headers["x-ratelimit-remaining"] == "0"
        assert "X-RateLimit-Remaining" not in rest.headers
    answer = world.send("POST", "/graphql", {"query": "{ viewer { id } }"})
    assert answer.status == 200
    assert answer.json()["errors"][0]["type"] == "RATE_LIMITED"


def test_the_secondary_limit_speaks_as_github_does(world: World) -> None:
    """403, 429 or 200, with and without `retry-after`; nothing is carried out."""
    order(
        world,
        faults.secondary_limit(),
        faults.secondary_limit(retry_after=60, status=429),
        faults.secondary_limit(status=200),
        faults.submitted_too_quickly(),
    )
    first = world.send("POST", f"{HOME}/issues", {"title": "x"})
    assert first.status == 403
    assert "secondary rate limit" in first.json()["message"]
    assert "Retry-After" not in first.headers
    second = world.send("POST", f"{HOME}/issues", {"title": "x"})
    assert (second.status, second.headers["Retry-After"]) == (429, "60")
    assert "secondary rate limit" in world.graphql(CREATE, r=world.repository_id)["message"]
    quick = world.graphql(CREATE, r=world.repository_id)
    assert quick["data"] == {"one": None, "createIssue": None}
    assert quick["errors"][0]["message"] == "was submitted too quickly"
    assert count(world) == 0


def test_latency_is_the_right_answer_later(world: World) -> None:
    """The sandbox sleeps by the means that it was given."""
    order(world, faults.latency(2.5))
    assert world.send("GET", HOME).status == 200
    assert world.slept == [2.5]


def test_only_writes_may_be_counted(world: World) -> None:
    """With `writes_only` reads pass by without being counted."""
    order(world, faults.bad_gateway(), writes_only=True)
    assert world.send("GET", HOME).status == 200
    assert world.graphql("{ viewer { id } }")["data"]
    assert world.send("POST", f"{HOME}/issues", {"title": "x"}).status == 502


def test_the_hours_allowance_runs_out_and_comes_back(world: World) -> None:
    """After the last request 403 with `remaining: 0`, until the hour is over."""
    world.sandbox.limits.per_hour = 3
    assert [world.send("GET", HOME).status for _ in range(4)] == [200, 200, 200, 403]
    refused = world.send("GET", HOME)
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    reset = int(refused.headers["X-RateLimit-Reset"])
    assert reset == int(world.moment.timestamp()) + 3600
    assert world.send("POST", "/graphql", {"query": "{ viewer { id } }"}).status == 200
    world.wait(3600)
    assert world.send("GET", HOME).status == 200


def test_creations_that_come_too_fast_are_blocked(world: World) -> None:
    """The one beyond the limit is refused, and all in the minute after; then it goes on."""
    world.sandbox.limits.creations_per_minute = 3
    for _ in range(3):
        assert world.send("POST", f"{HOME}/issues", {"title": "x"}).status == 201
    assert world.send("POST", f"{HOME}/issues", {"title": "x"}).status == 403
    quick = world.graphql(CREATE, r=world.repository_id)
    assert quick["errors"][0]["message"] == "was submitted too quickly"
    assert world.send("PATCH", f"{HOME}/issues/1", {"title": "y"}).status == 200
    assert world.sandbox.limits.blocks == 2
    world.wait(61)
    assert "errors" not in world.graphql(CREATE, r=world.repository_id)
    assert count(world) == 5


def test_the_log_tells_every_request(world: World) -> None:
    """Method, path, operation, mutations, points, status."""
    world.send("GET", f"{HOME}/issues?state=all")
    world.graphql("query Who { viewer { login } }")
    world.graphql(CREATE, r=world.repository_id)
    told = [
        (e.index, e.method, e.path, e.operation, e.mutations, e.points, e.status, e.writes)
        for e in world.sandbox.log
    ]
    assert told == [
        (1, "GET", f"{HOME}/issues?state=all", None, 0, 1, 200, False),
        (2, "POST", "/graphql", "Who", 0, 1, 200, False),
        (3, "POST", "/graphql", None, 2, 1, 200, True),
    ]
    assert all(entry.ms >= 0 for entry in world.sandbox.log)
