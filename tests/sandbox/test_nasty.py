"""As nasty as the service: answers that hang, tear, end early; limits; an index that lags."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
import requests

from github_sandbox import faults, limits
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.clock import START, VirtualClock
from github_sandbox.faults import AnswerHangsError, ConnectionLostError, Fault, FaultPlan
from github_sandbox.messages import Request, Response
from github_sandbox.server import mount, serve
from tests.sandbox.conftest import REPOSITORY, World

HOME = f"/repos/{REPOSITORY}"
BATCH = """mutation($r: ID!) {
  one: createIssue(input: {repositoryId: $r, title: "one"}) { issue { number } }
  two: createIssue(input: {repositoryId: $r, title: "two"}) { issue { number } }
  three: createIssue(input: {repositoryId: $r, title: "three"}) { issue { number } } }"""
LIST = """query($o: String!, $n: String!) { repository(owner: $o, name: $n) {
  issues(first: 10) { totalCount pageInfo { hasNextPage } nodes { title } } } }"""
NAMED = {"o": "octo-org", "n": "widgets"}


def titles(world: World) -> list[str]:
    """The titles of all issues that there are."""
    home = world.sandbox.repository(REPOSITORY)
    return [issue.title for issue in world.sandbox.store.issues.get(home.id, {}).values()]


def order(world: World, *troubles: Fault) -> None:
    """Let the next requests meet these faults."""
    world.sandbox.faults = FaultPlan(dict(enumerate(troubles, start=1)))


# ---- answers that do not come as they should -----------------------------------------------


@pytest.mark.parametrize(("delivered", "made"), [(False, []), (True, ["x"])])
def test_an_answer_may_never_come(world: World, delivered: bool, made: list[str]) -> None:
    """The connection hangs as long as was ordered; whether the write was done shows later."""
    order(world, faults.hang(60, delivered=delivered))
    with pytest.raises(AnswerHangsError) as hangs:
        world.send("POST", f"{HOME}/issues", {"title": "x"})
    assert (hangs.value.seconds, world.slept, titles(world)) == (60, [60], made)
    assert world.sandbox.log[-1].fault == "hang"


@pytest.mark.parametrize("status", [502, 504])
def test_a_timeout_is_json_in_githubs_words(world: World, status: int) -> None:
    """GraphQL tells an error that may be a bug; REST says that it could not respond in time."""
    order(world, *[faults.timeout(status, delivered=True)] * 2)
    answer = world.send("POST", "/graphql", {"query": BATCH, "variables": {"r": _home(world)}})
    assert answer.status == status
    assert answer.json()["data"] is None
    assert "This may be the result of a timeout" in answer.json()["errors"][0]["message"]
    assert titles(world) == ["one", "two", "three"]
    rest = world.send("GET", HOME)
    assert rest.status == status
    assert rest.json()["message"].startswith("We couldn't respond to your request in time")


def test_an_answer_that_hangs_ends_as_a_closed_socket() -> None:
    """Over HTTP the connection is closed after the wait, which a virtual clock makes short."""
    with Sandbox(clock=VirtualClock()) as sandbox, requests.Session() as session:
        sandbox.ensure_repository(REPOSITORY)
        sandbox.faults = FaultPlan({1: faults.hang(3600)})
        session.trust_env = False
        with serve(sandbox) as running, pytest.raises(requests.ConnectionError):
            session.get(f"{running.url}{HOME}", headers={"Authorization": "token x"}, timeout=9)
        assert sandbox.clock() == START + timedelta(hours=1)


def _home(world: World) -> str:
    return world.repository_id


@pytest.mark.parametrize(
    "fault",
    [
        faults.bad_gateway(502, delivered=True, ran=2),
        faults.timeout(504, delivered=True, ran=2),
        faults.answer_lost(ran=2),
        faults.graphql_error(ran=2),
    ],
)
def test_a_batch_may_be_carried_out_in_part_and_nobody_tells(world: World, fault: Fault) -> None:
    """On a timeout some of the aliases have run: the client has to look."""
    order(world, fault)
    body = {"query": BATCH, "variables": {"r": _home(world)}}
    try:
        answer = world.send("POST", "/graphql", body)
        assert b'"number"' not in answer.body
    except ConnectionLostError:
        pass
    assert titles(world) == ["one", "two"]


def test_some_aliases_fail_and_nothing_is_rolled_back(world: World) -> None:
    """The failing ones are null with an error at their path; the others stay."""
    order(world, faults.partial(2))
    answer = world.graphql(BATCH, r=_home(world))
    assert answer["data"]["one"] == {"issue": {"number": 1}}
    assert answer["data"]["two"] is None
    assert answer["data"]["three"] == {"issue": {"number": 2}}
    assert [error["path"] for error in answer["errors"]] == [["two"]]
    assert titles(world) == ["one", "three"]


def test_graphql_errors_come_with_200(world: World) -> None:
    """Before the write, too expensive, and too slow to be validated; to REST the first is a 500."""
    order(
        world,
        faults.graphql_error(delivered=False),
        faults.resource_limits(ran=1),
        faults.validation_timeout(),
        faults.graphql_error(delivered=False),
    )
    wrong = world.graphql(BATCH, r=_home(world))
    assert wrong["errors"][0]["message"].startswith("Something went wrong while executing")
    assert titles(world) == []
    heavy = world.graphql(BATCH, r=_home(world))
    assert heavy["data"] == {"one": None, "two": None, "three": None}
    assert {error["type"] for error in heavy["errors"]} == {"RESOURCE_LIMITS_EXCEEDED"}
    assert heavy["errors"][0]["message"] == "Resource limits for this query exceeded."
    assert titles(world) == ["one"]
    slow = world.graphql(LIST, **NAMED)
    assert slow["errors"][0]["message"] == "Timeout on validation of query"
    rest = world.send("POST", f"{HOME}/issues", {"title": "x"})
    assert (rest.status, rest.json()["message"]) == (500, "Server Error")
    assert titles(world) == ["one"]


def test_a_list_that_ends_early_still_counts_all(world: World) -> None:
    """GraphQL: fewer nodes, no next page, the true total. REST: fewer, and no link to more."""
    for number in range(4):
        world.issue(f"Issue {number}")
    order(world, faults.short_list(), faults.short_list(0), faults.short_list(0.25))
    issues = world.ask(LIST, **NAMED)["repository"]["issues"]
    assert issues["totalCount"] == 4
    assert [node["title"] for node in issues["nodes"]] == ["Issue 0", "Issue 1"]
    assert issues["pageInfo"] == {"hasNextPage": False}
    assert world.ask(LIST, **NAMED)["repository"]["issues"]["nodes"] == []
    rest = world.send("GET", f"{HOME}/issues?per_page=4&state=all")
    assert len(rest.json()) == 1
    assert "Link" not in rest.headers


def test_what_is_there_may_not_be_found(world: World) -> None:
    """As where rights are missing: 404, and `NOT_FOUND` with no data."""
    order(world, faults.not_found(), faults.not_found())
    assert world.send("GET", HOME).status == 404
    answer = world.graphql(LIST, **NAMED)
    assert (answer["data"], answer["errors"][0]["type"]) == (None, "NOT_FOUND")
    assert world.send("GET", HOME).status == 200


# ---- limits --------------------------------------------------------------------------------


def test_the_bodies_of_limits_come_in_several_wordings(world: World) -> None:
    """What was reported: `RATE_LIMIT` with a code, an installation, blocked from content."""
    order(
        world,
        faults.primary_limit(),
        faults.primary_limit(worded="already"),
        faults.primary_limit(worded="installation"),
        faults.secondary_limit(worded="content"),
        faults.secondary_limit(),
    )
    user = world.sandbox.default_account().id
    assert world.graphql(LIST, **NAMED)["errors"] == [
        {"type": "RATE_LIMITED", "message": f"API rate limit exceeded for user ID {user}"}
    ]
    assert world.graphql(LIST, **NAMED)["errors"] == [
        {
            "type": "RATE_LIMIT",
            "code": "graphql_rate_limit",
            "message": f"API rate limit already exceeded for user ID {user}.",
        }
    ]
    rest = world.send("GET", HOME).json()["message"]
    assert rest == f"API rate limit exceeded for installation ID {user}."
    assert world.send("GET", HOME).json()["message"] == (
        "You have exceeded a secondary rate limit and have been temporarily blocked from content"
        " creation. Please retry your request again later."
    )
    plain = world.send("GET", HOME).json()
    assert plain["message"].startswith(
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
        " If you reach out to GitHub Support for help, please include the request ID SBX:"
    )
    assert plain["documentation_url"].endswith("#about-secondary-rate-limits")


def test_a_minutes_points_are_counted_and_block(world: World) -> None:
    """A REST read is 1, a write 5; what goes beyond is refused for a minute."""
    world.sandbox.limits = limits.Limits(rest_points_per_minute=7, tells=True, status=429)
    assert world.send("GET", HOME).status == 200
    assert world.send("POST", f"{HOME}/issues", {"title": "x"}).status == 201
    refused = world.send("POST", f"{HOME}/issues", {"title": "y"})
    assert (refused.status, refused.headers["Retry-After"]) == (429, "60")
    assert "secondary rate limit" in refused.json()["message"]
    assert world.graphql(LIST, **NAMED)["data"]
    world.wait(59)
    assert world.send("GET", HOME).headers["Retry-After"] == "1"
    world.wait(1)
    assert world.send("GET", HOME).status == 200
    assert world.sandbox.limits.blocks == 2


def test_graphql_has_a_minute_of_its_own(world: World) -> None:
    """A query is 1 point, a call that mutates 5, however many mutations it holds."""
    world.sandbox.limits = limits.Limits(graphql_points_per_minute=6)
    assert world.graphql(LIST, **NAMED)["data"]
    assert world.graphql(BATCH, r=_home(world))["data"]["three"]
    refused = world.send("POST", "/graphql", {"query": LIST, "variables": NAMED})
    assert refused.status == 403
    assert "secondary rate limit" in refused.json()["message"]
    assert world.send("GET", HOME).status == 200
    assert [entry.minute_points for entry in world.sandbox.log] == [1, 5, 1, 1]


def test_an_hours_creations_are_counted_by_item(world: World) -> None:
    """A batch of three creations counts as three; after the block the hour still counts."""
    world.sandbox.limits = limits.Limits(creations_per_hour=4)
    assert world.graphql(BATCH, r=_home(world))["data"]["three"]
    quick = world.graphql(BATCH, r=_home(world))
    assert quick["errors"][2]["message"] == "was submitted too quickly"
    world.wait(61)
    assert world.send("POST", f"{HOME}/issues", {"title": "four"}).status == 201
    assert world.send("POST", f"{HOME}/issues", {"title": "five"}).status == 403
    world.wait(3600)
    assert world.send("POST", f"{HOME}/issues", {"title": "six"}).status == 201
    assert titles(world) == ["one", "two", "three", "four", "six"]


def test_too_many_at_once_are_refused() -> None:
    """While one request is being answered, so many may wait; the next is refused."""
    inside, go_on = threading.Event(), threading.Event()

    def wait(_: float) -> None:
        inside.set()
        assert go_on.wait(20)

    with Sandbox(sleep=wait) as sandbox:
        sandbox.ensure_repository(REPOSITORY)
        sandbox.limits = limits.Limits(at_once=1)
        sandbox.faults = FaultPlan({1: faults.latency(1)})
        asked = Request("GET", HOME, {"Authorization": "token x"})
        slow = threading.Thread(target=sandbox.handle, args=(asked,))
        slow.start()
        assert inside.wait(20)
        assert sandbox.handle(asked).status == 403
        go_on.set()
        slow.join(20)
        assert sandbox.handle(asked).status == 200


def test_the_documented_limits_are_at_hand() -> None:
    """One call gives all of them as GitHub documents them."""
    found = limits.documented()
    assert (found.per_hour, found.searches_per_minute, found.at_once) == (5000, 30, 100)
    assert (found.rest_points_per_minute, found.graphql_points_per_minute) == (900, 2000)
    assert (found.creations_per_minute, found.creations_per_hour) == (80, 500)


# ---- searching -----------------------------------------------------------------------------


def search(world: World, query: str) -> list[str]:
    """The titles that a search finds by REST, which must be those that GraphQL finds."""
    rest = world.send("GET", "/search/issues?q=" + query.replace(" ", "+").replace('"', "%22"))
    assert rest.status == 200, rest.body
    found = [issue["title"] for issue in rest.json()["items"]]
    asked = world.ask(
        """query($q: String!) { search(type: ISSUE, query: $q, first: 100) { issueCount nodes {
             ... on Issue { title } ... on PullRequest { title } } } }""",
        q=query,
    )["search"]
    assert [node["title"] for node in asked["nodes"]] == found
    assert asked["issueCount"] == rest.json()["total_count"] == len(found)
    return found


def test_search_finds_by_words_and_qualifiers(world: World) -> None:
    """Newest first; negated, quoted, labelled, assigned, closed, written, in a milestone."""
    world.sandbox.limits.searches_per_minute = None
    ada = Person(world.sandbox, "ada")
    world.send("POST", f"{HOME}/milestones", {"title": "First Light"})
    one = {"title": "Alpha beta", "body": "gamma", "labels": ["bug"], "milestone": 1}
    world.send("POST", f"{HOME}/issues", {**one, "assignees": ["ada"]})
    world.wait(1)
    ada.open_issue("Beta", "alpha", labels=("good first issue",))
    ada.close(2)
    world.wait(1)
    ada.open_pull_request("Alpha change")
    repo = f"repo:{REPOSITORY}"
    assert search(world, f"{repo} alpha") == ["Alpha change", "Beta", "Alpha beta"]
    assert search(world, f"{repo} alpha in:title") == ["Alpha change", "Alpha beta"]
    assert search(world, f"{repo} is:issue sort:created-asc") == ["Alpha beta", "Beta"]
    assert search(world, f"{repo} is:pr") == ["Alpha change"]
    assert search(world, f"{repo} type:issue is:closed") == ["Beta"]
    assert search(world, f"{repo} is:issue -is:closed") == ["Alpha beta"]
    assert search(world, f'{repo} label:"good first issue"') == ["Beta"]
    assert search(world, f"{repo} label:BUG label:nope") == []
    assert search(world, f"{repo} assignee:ada") == ["Alpha beta"]
    assert search(world, f"{repo} author:ada") == ["Alpha change", "Beta"]
    assert search(world, f"{repo} author:@me") == ["Alpha beta"]
    assert search(world, f'{repo} milestone:"first light"') == ["Alpha beta"]
    assert search(world, f"{repo} is:issue no:label no:assignee") == []
    assert search(world, f'{repo} "alpha beta"') == ["Alpha beta"]
    assert search(world, "repo:octo-org/other alpha") == []
    assert search(world, "org:octo-org gamma") == ["Alpha beta"]


def test_search_lags_while_lists_do_not(world: World) -> None:
    """What was just made is in the list at once, and in the index later."""
    world.sandbox.search_lag = timedelta(seconds=30)
    world.issue("Fresh")
    assert search(world, f"repo:{REPOSITORY} fresh") == []
    assert [issue["title"] for issue in world.send("GET", f"{HOME}/issues").json()] == ["Fresh"]
    world.wait(31)
    assert search(world, f"repo:{REPOSITORY} fresh") == ["Fresh"]


def test_search_hides_what_the_token_may_not_read(world: World) -> None:
    """A private repository's issues are found by those alone who may read it."""
    from github_sandbox.access import Grant  # noqa: PLC0415 - this test alone has tokens

    world.sandbox.ensure_repository("octo-org/secret", private=True)
    world.send("POST", "/repos/octo-org/secret/issues", {"title": "Hidden"})
    assert search(world, "hidden") == ["Hidden"]
    world.sandbox.tokens["other"] = Grant("eve", "write", repositories=(REPOSITORY,))
    world.token = "other"
    assert search(world, "hidden") == []


def test_search_has_an_allowance_of_its_own(world: World) -> None:
    """30 a minute; lists go on."""
    answers = [world.send("GET", "/search/issues?q=x") for _ in range(31)]
    assert [answer.status for answer in answers] == [200] * 30 + [403]
    assert answers[-1].headers["X-RateLimit-Resource"] == "search"
    assert answers[-1].headers["X-RateLimit-Limit"] == "30"
    assert world.send("GET", HOME).status == 200
    world.wait(60)
    assert world.send("GET", "/search/issues?q=x").status == 200


def test_search_ends_after_a_thousand(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The count is of all, but what lies beyond cannot be paged to."""
    monkeypatch.setattr("github_sandbox.search.MAX_RESULTS", 10)
    for number in range(12):
        world.issue(f"Issue {number}")
    first = world.send("GET", "/search/issues?q=issue&per_page=5&page=2").json()
    assert (first["total_count"], len(first["items"])) == (12, 5)
    beyond = world.send("GET", "/search/issues?q=issue&per_page=5&page=3")
    assert beyond.status == 422
    assert beyond.json()["message"] == "Only the first 1000 search results are available"
    found = world.ask(
        '{ search(type: ISSUE, query: "issue", first: 100) { issueCount nodes { __typename } } }'
    )["search"]
    assert (found["issueCount"], len(found["nodes"])) == (12, 10)


# ---- what an issue can hold ----------------------------------------------------------------


def test_an_issue_has_at_most_a_hundred_labels(world: World) -> None:
    """The hundred and first is refused, whichever way it comes."""
    names = [f"label {number}" for number in range(101)]
    made = world.send("POST", f"{HOME}/issues", {"title": "x", "labels": names[:100]})
    assert len(made.json()["labels"]) == 100
    assert world.send("POST", f"{HOME}/issues/1/labels", {"labels": names[100:]}).status == 422
    assert world.send("POST", f"{HOME}/issues", {"title": "y", "labels": names}).status == 422


def test_classic_boards_are_gone(world: World) -> None:
    """The ids of classic projects are refused in GitHub's words; none at all are no matter."""
    assert world.issue("One", projectIds=None)
    error = world.refused(
        "mutation($i: CreateIssueInput!) { createIssue(input: $i) { issue { id } } }",
        i={"repositoryId": world.repository_id, "title": "Two", "projectIds": ["P_1"]},
    )
    assert error["message"].startswith("Projects (classic) is being deprecated")


# ---- time ----------------------------------------------------------------------------------


def test_a_virtual_clock_moves_when_somebody_sleeps_on_it() -> None:
    """A client that waits out a limit finds it over, and no real time has passed."""
    clock = VirtualClock()
    with Sandbox(clock=clock) as sandbox:
        sandbox.ensure_repository(REPOSITORY)
        sandbox.limits.per_hour = 1
        asked = Request("GET", HOME, {"Authorization": "token x"})
        assert sandbox.handle(asked).status == 200
        refused = sandbox.handle(asked)
        assert refused.status == 403
        clock.sleep(int(refused.headers["X-RateLimit-Reset"]) - clock.time())
        assert sandbox.handle(asked).status == 200
        assert clock() == START + timedelta(hours=1)
        sandbox.latency = 2.5
        sandbox.handle(asked)
        assert clock() == START + timedelta(hours=1, seconds=2.5)
        sandbox.write_latency = 0.5
        sandbox.handle(asked)
        made = '{repositoryId: $r, name: %s, color: "ededed"}'
        make = f"createLabel(input: {made}) {{ label {{ id }} }}"
        two = " ".join(f"{alias}: {make % json.dumps(alias)}" for alias in ("one", "two"))
        home = {"r": sandbox.repository(REPOSITORY).node_id}
        body = json.dumps({"query": f"mutation($r: ID!) {{ {two} }}", "variables": home})
        sandbox.limits.per_hour = None
        sandbox.handle(Request("POST", "/graphql", asked.headers, body.encode()))
        assert clock() == START + timedelta(hours=1, seconds=2.5 + 2.5 + 2.5 + 2 * 0.5)
    with pytest.raises(ValueError, match="backwards"):
        clock.sleep(-1)


def test_a_virtual_clock_may_tick_with_each_request() -> None:
    """So that what is made one after the other differs in time."""
    clock = VirtualClock(per_request=0.5)
    with Sandbox(clock=clock) as sandbox:
        for _ in range(4):
            sandbox.handle(Request("GET", "/meta", {"Authorization": "token x"}))
        assert [entry.at[-3:] for entry in sandbox.log] == ["00Z", "01Z", "01Z", "02Z"]


# ---- the sandbox's own addresses -----------------------------------------------------------


def own(world: World, method: str, path: str, body: Any = None, accept: str = "*/*") -> Response:
    """A request to the sandbox itself, without a token."""
    content = b"" if body is None else json.dumps(body).encode()
    return world.sandbox.handle(Request(method, path, {"Accept": accept}, content))


def test_the_log_can_be_read_as_json(world: World) -> None:
    """Every request with its points, sums over them, only what is new; reading costs nothing."""
    world.issue("One")
    world.send("GET", HOME)
    told = own(world, "GET", "/_sandbox/log").json()
    assert told["totals"] == {"requests": 2, "mutations": 1, "points": 2, "minute_points": 6}
    first, second = told["requests"]
    assert (first["method"], first["path"], first["writes"]) == ("POST", "/graphql", True)
    assert (second["index"], second["status"], second["points"]) == (2, 200, 1)
    assert second["at"] == "2026-01-05T12:00:00Z"
    newer = own(world, "GET", "/_sandbox/log?since=1").json()
    assert [entry["index"] for entry in newer["requests"]] == [2]
    assert own(world, "GET", "/_sandbox/log?since=x").status == 400
    assert own(world, "DELETE", "/_sandbox/log").status == 405
    assert len(world.sandbox.log) == 2


def test_a_browser_gets_the_page_of_the_log(world: World) -> None:
    """Whoever asks for HTML gets HTML from the same address."""
    answer = own(world, "GET", "/_sandbox/log", accept="text/html,*/*")
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_log_forgets_its_oldest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that runs for weeks does not fill the memory; the numbers go on."""
    monkeypatch.setattr("github_sandbox.app.LOG_LIMIT", 10)
    for _ in range(25):
        world.send("GET", HOME)
    assert 8 <= len(world.sandbox.log) <= 10
    assert world.sandbox.log[-1].index == 25


def test_the_clock_can_be_moved_from_outside() -> None:
    """A virtual one only."""
    with Sandbox(clock=VirtualClock()) as sandbox:
        mount(sandbox)
        send = sandbox.handle
        body = b'{"advance": 90}'
        assert send(Request("POST", "/_sandbox/clock", {}, body)).json() == {
            "now": "2026-01-05T12:01:30+00:00",
            "virtual": True,
        }
        assert send(Request("GET", "/_sandbox/clock")).json()["virtual"] is True
        for wrong in (b"{}", b"{", b'{"advance": -1}', b'{"advance": "x"}', b"[]", b"null"):
            assert send(Request("POST", "/_sandbox/clock", {}, wrong)).status == 400
    with Sandbox() as real:
        mount(real)
        assert real.handle(Request("POST", "/_sandbox/clock", {}, body)).status == 409


def test_a_repository_can_be_made_beside_the_api(world: World) -> None:
    """With the organisation that owns its board and people; no fault is about this request."""
    order(world, faults.bad_gateway())
    people = ["ada-lovelace", "New-Org", "not a login", "-a", "a--b", "a" * 40]
    asked = {"repository": "new-org/new", "board_owner": "other-org", "people": people}
    for _ in range(2):
        assert own(world, "POST", "/_sandbox/repositories", asked).status == 201
    wrongs: list[Any] = [{"repository": "x"}, {}, [], "x", {"repository": "a/b", "board_owner": 1}]
    wrongs += [{"repository": "a/b", "people": each} for each in (1, [1])]
    for wrong in wrongs:
        assert own(world, "POST", "/_sandbox/repositories", wrong).status == 400
    names = own(world, "GET", "/_sandbox/repositories").json()["repositories"]
    assert names == ["new-org/new", REPOSITORY]
    accounts = world.sandbox.store.accounts
    assert accounts["other-org"].kind == accounts["new-org"].kind == "Organization"
    assert (accounts["ada-lovelace"].kind, accounts["ada-lovelace"].permission) == ("User", "write")
    assert not {"not a login", "-a", "a--b", "a" * 40} & set(accounts)
    assert world.send("GET", "/repos/new-org/new").status == 502
