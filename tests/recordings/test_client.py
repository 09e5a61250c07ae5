"""Our client reads what GitHub really answered: results, limits with their waits, refusals."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from backlog_sync.core.operations import CreateMilestone
from backlog_sync.core.redaction import Secrets
from backlog_sync.github_api import milestones, parse
from backlog_sync.github_api.answers import Rejected, check, read_faults
from backlog_sync.github_api.clients import Clients
from backlog_sync.github_api.transport import FixedToken, PolicySession
from backlog_sync.waiting import Limited, Patience
from tests.recordings.exchanges import RECORDINGS, SOURCES, WITHOUT, Exchange, cases, kind

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason=WITHOUT)

API = "https://api.github.com"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OUR_CLOCK = (NOW + timedelta(hours=3)).timestamp()
"""What this machine shows: it is wrong, and only the server's `Date` tells how long to wait."""


class Recorded(BaseAdapter):
    """Answers each request with the next of some recorded exchanges."""

    def __init__(self) -> None:
        super().__init__()
        self.script: list[Exchange] = []

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Return the next recorded answer, its templates of times filled in."""
        exchange = self.script.pop(0)
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = exchange.status, request, request.url or ""
        for name, value in exchange.headers.items():
            answer.headers[name] = _filled(value)
        answer._content = b"" if exchange.body is None else json.dumps(exchange.body).encode()
        return answer

    def close(self) -> None:
        """Nothing to let go of."""


def _filled(header: str) -> str:
    """Return a header with its template of a time as the time, counted from `NOW`."""
    if not header.startswith("{{"):
        return header
    offset = re.search(r"offset='(\d+) seconds'", header)
    moment = NOW + timedelta(seconds=int(offset[1]) if offset else 0)
    if "format='unix'" in header:
        return str(int(moment.timestamp()))
    return format_datetime(moment, usegmt=True)


def _session(adapter: BaseAdapter) -> PolicySession:
    return PolicySession(
        api_url=API,
        graphql_url=f"{API}/graphql",
        credential=FixedToken("a-token", "GH_TOKEN"),
        read_only=False,
        user_agent="tests",
        secrets=Secrets(),
        adapter=adapter,
    )


@pytest.fixture
def recorded() -> Recorded:
    """What answers; give it exchanges in `script`."""
    return Recorded()


@pytest.fixture
def clients(recorded: Recorded) -> Clients:
    """Our clients, answered by recorded exchanges."""
    patience = Patience(sleep=lambda _: None, clock=lambda: OUR_CLOCK)
    return Clients(_session(recorded), api_url=API, patience=patience)


def _in_scope() -> Iterator[Exchange]:
    for source in SOURCES:
        for case in cases(source):
            yield from case.exchanges


def _outcome(session: PolicySession, exchange: Exchange) -> Exception | None:
    response = session.request(exchange.method, API + exchange.path, json=exchange.request)
    try:
        check(response, OUR_CLOCK, None)
    except (Limited, Rejected) as error:
        return error
    return None


def _expected_wait(exchange: Exchange) -> float | None:
    """Return the seconds until the next attempt, as the recorded answer asks for them."""
    headers = exchange.headers
    after = headers.get("retry-after")
    if after is not None and after.isdigit():
        return float(after)
    now = NOW.timestamp() if "date" in headers else OUR_CLOCK
    if after is not None:
        return max(1.0, NOW.timestamp() + 8 - now)
    if headers.get("x-ratelimit-remaining") == "0":
        return max(1.0, NOW.timestamp() + 3 - now + 1)
    return None


def test_each_answer_is_read_as_what_it_is(recorded: Recorded) -> None:
    """A result passes, a limit is one with its wait, anything else is a refusal with its reason."""
    session = _session(recorded)
    seen = dict.fromkeys(("result", "limit", "refusal"), 0)
    for exchange in _in_scope():
        recorded.script = [exchange]
        outcome = _outcome(session, exchange)
        if exchange.status < 400:
            assert outcome is None, exchange.name
            seen["result"] += 1
        elif exchange.status in (403, 429):
            assert isinstance(outcome, Limited), exchange.name
            assert outcome.wait == _expected_wait(exchange), exchange.name
            seen["limit"] += 1
        else:
            assert isinstance(outcome, Rejected), exchange.name
            assert outcome.status == exchange.status
            message = exchange.body["message"] if exchange.body else f"HTTP {exchange.status}"
            assert outcome.message.startswith(message)
            seen["refusal"] += 1
    assert (seen["limit"], seen["refusal"]) == (15, 4)


def test_errors_of_graphql_answers_are_read(recorded: Recorded, clients: Clients) -> None:
    """Type, path and code of each; none is taken for a limit."""
    count = 0
    for exchange in _in_scope():
        errors = exchange.body.get("errors") if isinstance(exchange.body, dict) else None
        if not exchange.is_graphql or not errors:
            continue
        for error, fault in zip(errors, read_faults(errors), strict=True):
            assert fault.message == error["message"]
            assert fault.type == error.get("type", "")
            assert fault.path == tuple(str(step) for step in error.get("path", ()))
            assert fault.code == error.get("extensions", {}).get("code", "")
            assert not fault.limited
            assert not fault.heavy
        count += 1
    assert count > 10


def _objects(value: Any, key: str) -> Iterator[dict[str, Any]]:
    """Return all objects below a value that have this key."""
    if isinstance(value, dict):
        if key in value:
            yield value
        for each in value.values():
            yield from _objects(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each, key)


@pytest.mark.parametrize("dropped", [(), ("assignee", "merge_commit_sha")])
def test_issues_are_read_in_both_versions(
    recorded: Recorded, clients: Clients, dropped: tuple[str, ...]
) -> None:
    """The second version has `assignees` only; nothing more is asked for (one answer each)."""
    count = 0
    for exchange in _in_scope():
        if not re.search(r"/issues/\d+$", exchange.path) or not isinstance(exchange.body, dict):
            continue
        body = {k: v for k, v in exchange.body.items() if k not in dropped}
        recorded.script = [
            Exchange(
                *(exchange.source, exchange.case, exchange.step, "GET", exchange.path, None, 200),
                exchange.headers,
                body,
            )
        ]
        issue = clients.rest(lambda github: github.get_repo("a/b").get_issue(1).complete())
        assert [each.login for each in issue.assignees] == [
            each["login"] for each in body.get("assignees", ())
        ]
        read = (issue.id, issue.node_id, issue.number, issue.title, issue.state)
        assert read == tuple(body[n] for n in ("id", "node_id", "number", "title", "state"))
        assert [label.name for label in issue.labels] == [each["name"] for each in body["labels"]]
        assert recorded.script == []
        count += 1
    assert count > 20


def test_milestones_are_created_and_their_dates_read(recorded: Recorded, clients: Clients) -> None:
    """The number and the node id come from the answer; the date is right in both its forms."""
    created = 0
    for exchange in _in_scope():
        for shown in _objects(exchange.body, "due_on"):
            read = parse.milestone(
                {
                    "id": shown["node_id"],
                    "number": shown["number"],
                    "title": shown["title"],
                    "state": shown["state"].upper(),
                    "description": shown["description"],
                    "dueOn": shown["due_on"],
                }
            )
            assert read.due == (shown["due_on"][:10] if shown["due_on"] else None)
        if exchange.method == "POST" and exchange.path.endswith("/milestones"):
            recorded.script = [exchange]
            title = exchange.request["title"]
            done = milestones.send(clients, "a/b", CreateMilestone(title))
            assert (done.id, done.number) == (exchange.body["node_id"], exchange.body["number"])
            created += 1
    assert created > 3


def test_a_run_waits_as_asked_and_goes_on(recorded: Recorded) -> None:
    """After each recorded limit, the same request is sent again when the wait is over."""
    for case in cases("hub4j"):
        limits = [each for each in case.exchanges if kind(each) == "limits"]
        after = case.exchanges[-1]
        if not limits or after.status != 200:
            continue
        slept: list[float] = []
        now = [NOW.timestamp()]

        def sleep(seconds: float, slept: list[float] = slept, now: list[float] = now) -> None:
            slept.append(seconds)
            now[0] += seconds

        patience = Patience(sleep=sleep, clock=lambda now=now: now[0])  # type: ignore[misc]
        own = Clients(_session(recorded), api_url=API, patience=patience)
        recorded.script = [*limits, after]
        found = patience.run(
            lambda own=own: own.rest(lambda github: github.get_repo("a/b").complete())  # type: ignore[misc]
        )
        assert found.id == after.body["id"]
        expected = _expected_wait(limits[0])
        if "date" not in limits[0].headers:
            expected = {None: None, "429": 8.0, "403": 4.0}[str(limits[0].status)]
        assert slept == [60.0 if expected is None else expected], case.name
