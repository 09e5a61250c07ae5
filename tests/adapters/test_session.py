"""The rules of the one session: addresses, token, redirects, reading only."""

import json
import logging
import ssl
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from requests.adapters import BaseAdapter

from backlog_sync.core.operations import CreateMilestone, NotSent, SetValue
from backlog_sync.engine.ports import ReadScope
from backlog_sync.errors import (
    AccessError,
    BacklogError,
    PartialError,
    RefusedError,
    UnreachableError,
    UsageError,
)
from backlog_sync.github_api.answers import asked_wait, no_answer
from backlog_sync.github_api.session import checked_url, connect, graphql_url_for
from backlog_sync.github_api.tracker import host_of
from backlog_sync.github_api.transport import count_mutations
from backlog_sync.waiting import NotConnected
from tests.adapters.fake_server import API, GRAPHQL, TOKEN, FakeServer, Reply, overview

VALUE = SetValue("P_1", "C_1", "F_1", "number", 1.0, fresh=True)


@pytest.mark.parametrize(
    ("api", "graphql"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://ghe.example.com/api/v3", "https://ghe.example.com/api/graphql"),
        ("https://ghe.example.com/api/v3/", "https://ghe.example.com/api/graphql"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/graphql"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
    ],
)
def test_graphql_is_found_from_the_rest_address(api: str, graphql: str) -> None:
    """The GraphQL address follows from the REST address."""
    assert graphql_url_for(api) == graphql


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:1",
        "http://127.0.0.9",
        "http://[::1]:8080",
        "https://GHE.example.com/api/v3/",
    ],
)
def test_https_and_loopback_are_addresses(url: str) -> None:
    """https is taken, and plain http where it does not leave this machine."""
    assert checked_url(url) == url.lower().rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://ghe.example.com",
        "http://127.0.0.1.example.com",
        "ftp://ghe.example.com",
        "https://",
        "https://user:secret@ghe.example.com",
        "https://ghe.example.com?x=1",
        "https://ghe.example.com:port",
        "https://[::1",
    ],
)
def test_other_addresses_are_a_usage_error(url: str) -> None:
    """A token never travels in the clear, and a password in an address is not repeated."""
    with pytest.raises(UsageError) as caught:
        checked_url(url)
    assert "secret" not in caught.value.message
    assert "https" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["widgets", "a/b/c", "octo org/x", "../x", "", "a/b?c"])
def test_a_repository_has_an_owner_and_a_name(server: FakeServer, name: str) -> None:
    """Anything else than OWNER/NAME is a usage error."""
    with pytest.raises(UsageError, match="not the name of a repository"):
        server.tracker(repository=name)


@pytest.mark.parametrize("token", ["", "  ", "ghp_a\nb", "ghp_ä", "ghp a"])
def test_a_token_that_cannot_be_one_is_not_sent_or_shown(server: FakeServer, token: str) -> None:
    """No token, or one that would break a header and be shown with it, is refused in words."""
    with pytest.raises(AccessError) as caught:
        server.tracker(token=token)
    assert "GH_TOKEN" in (caught.value.hint or "")
    assert "ghp" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.github.com", "github.com"),
        ("https://ghe.example.com/api/v3", "ghe.example.com"),
        ("https://api.acme.ghe.com", "acme.ghe.com"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
    ],
)
def test_hosts_are_named_as_people_know_them(url: str, host: str) -> None:
    """The host that goes with an API address."""
    assert host_of(url) == host


# ---- redirects -------------------------------------------------------------------------------


def test_a_redirect_to_another_server_is_refused(server: FakeServer) -> None:
    """The token and the request never follow a redirect to another origin."""
    server.answers(Reply("", 307, {"Location": "https://evil.example.com/graphql"}))
    with pytest.raises(RefusedError, match=r"another server, https://evil\.example\.com"):
        server.tracker().observe(ReadScope())
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_changes_the_method_is_refused(server: FakeServer, status: int) -> None:
    """A POST that would become a GET, whose 200 looks like success, is refused."""
    server.answers(Reply("", status, {"Location": f"{API}/repositories/1/milestones"}))
    with pytest.raises(RefusedError, match="has moved"):
        list(server.tracker().apply([CreateMilestone("M")]))
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [307, 308])
def test_a_write_is_not_sent_after_a_renamed_repository(server: FakeServer, status: int) -> None:
    """Even with the method kept, a REST write does not follow a repository that moved."""
    server.answers(Reply("", status, {"Location": f"{API}/repositories/1/milestones"}))
    with pytest.raises(RefusedError, match="has moved") as caught:
        list(server.tracker().apply([CreateMilestone("M")]))
    assert "renamed" in (caught.value.hint or "")


def test_graphql_may_move_within_its_server(server: FakeServer) -> None:
    """A redirect to the same origin that keeps the method is followed."""
    server.answers(Reply("", 308, {"Location": "/api/graphql"}), overview())
    server.tracker().observe(ReadScope())
    assert server.seen[1].method == "POST"
    assert server.seen[1].body == server.seen[0].body


def test_redirects_in_a_circle_end(server: FakeServer) -> None:
    """A server that redirects for ever is refused after a few times."""
    server.answers(*[Reply("", 308, {"Location": GRAPHQL})] * 4)
    with pytest.raises(RefusedError, match="in a circle"):
        server.tracker().observe(ReadScope())


# ---- read only -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("query { viewer { login } }", 0),
        ("{ viewer { login } }", 0),
        ("mutation { a: closeIssue(input: $i) { x } b: closeIssue(input: $i) { x } }", 2),
        ("query A { a } mutation B { b }", 1),
        ("# mutation\nquery A { mutation }", 0),
        ("mutation {", 1),
    ],
)
def test_mutations_are_found_by_reading_the_document(query: str, count: int) -> None:
    """What writes is decided by the parsed document; what cannot be parsed counts as a write."""
    assert count_mutations(json.dumps({"query": query})) == count
    assert count_mutations(b"no json") == 1


def test_a_read_only_run_may_read(server: FakeServer) -> None:
    """Reading is unhindered where writing is forbidden, and writing is not counted as sent."""
    server.answers(overview())
    tracker = server.tracker(read_only=True)
    tracker.observe(ReadScope())
    with pytest.raises(RefusedError):
        list(tracker.apply([VALUE]))
    assert (tracker.usage().graphql, tracker.usage().mutations) == (1, 0)


# ---- the token -------------------------------------------------------------------------------


def _chain(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    "trouble",
    [
        [Reply({"message": "Bad credentials"}, 401)],
        [Reply({"message": "no"}, 403)],
        [Reply("<html>", 200)] * 5,
        [requests.exceptions.ConnectionError("reset")] * 5,
        [Reply("", 302, {"Location": "https://evil.example.com"})],
        [Reply({"message": "x"}, 429, {"Retry-After": "9999"})],
    ],
)
def test_the_token_is_in_no_message_and_no_log(
    server: FakeServer,
    trouble: list[Reply | Exception],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Whatever goes wrong, with every logger at its loudest, the token is shown nowhere."""
    caplog.set_level(logging.DEBUG)
    server.answers(*trouble, Reply({"node_id": "M", "number": 1}, 201))
    tracker = server.tracker()
    with pytest.raises((AccessError, UnreachableError, RefusedError, PartialError)) as caught:
        tracker.observe(ReadScope())
    list(tracker.apply([CreateMilestone("M")]))
    error = caught.value
    assert isinstance(error, BacklogError)
    shown = [_chain(error), str(error), repr(error), error.hint or "", caplog.text, repr(tracker)]
    shown += capfd.readouterr()
    assert caplog.records
    assert all(TOKEN not in text for text in shown)
    assert all(request.headers["Authorization"] == f"Bearer {TOKEN}" for request in server.seen)


def test_the_environment_is_not_read(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A .netrc does not replace the token, and proxies are only those that are given."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.github.com login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    server.answers(overview())
    server.tracker().observe(ReadScope())
    assert server.seen[0].headers["Authorization"] == f"Bearer {TOKEN}"


class _Recorder(BaseAdapter):
    """An adapter that keeps what it was called with."""

    def __init__(self, answer: Callable[[requests.PreparedRequest], requests.Response]) -> None:
        super().__init__()
        self.answer = answer
        self.calls: list[tuple[str, dict[str, object]]] = []

    def send(  # type: ignore[override] # the base class lists what we take as keywords
        self, request: requests.PreparedRequest, **options: object
    ) -> requests.Response:
        self.calls.append((str(request.url), options))
        return self.answer(request)

    def close(self) -> None:
        """Nothing to close."""


def test_both_clients_use_the_adapter_that_is_given() -> None:
    """gql and PyGithub send through one adapter, with our timeouts, proxies and certificates."""

    def answer(request: requests.PreparedRequest) -> requests.Response:
        response = requests.Response()
        response.status_code = 200
        response.url = str(request.url)
        graphql = str(request.url).endswith("/graphql")
        body = overview().body if graphql else {"node_id": "M_1", "number": 1}
        response._content = json.dumps(body).encode()
        return response

    adapter = _Recorder(answer)
    tracker = connect(
        api_url="http://127.0.0.1:8080",
        repository="octo-org/widgets",
        token=TOKEN,
        read_only=False,
        adapter=adapter,
        proxies={"http": "http://127.0.0.1:3128"},
        verify="/etc/ca.pem",
        sleep=lambda _: None,
    )
    tracker.observe(ReadScope())
    list(tracker.apply([CreateMilestone("M")]))
    assert [url for url, _ in adapter.calls] == [
        "http://127.0.0.1:8080/graphql",
        "http://127.0.0.1:8080/repos/octo-org/widgets/milestones",
    ]
    for _, options in adapter.calls:
        assert options["timeout"] == (10.0, 30.0)
        assert options["verify"] == "/etc/ca.pem"
        assert options["proxies"] == {"http": "http://127.0.0.1:3128"}


def test_a_dead_server_is_one_clear_line() -> None:
    """A refused connection names the address, after a short while on the virtual clock."""
    slept: list[float] = []
    tracker = connect(
        api_url="http://127.0.0.1:9",
        repository="octo-org/widgets",
        token=TOKEN,
        read_only=True,
        sleep=slept.append,
    )
    with pytest.raises(UnreachableError) as caught:
        tracker.observe(ReadScope())
    assert caught.value.message == "http://127.0.0.1:9 did not answer: the connection was refused"
    assert slept == [1, 2]


SENT = {"Date": "Thu, 01 Jan 1970 01:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "Thu, 01 Jan 1970 00:16:50 GMT"}, 10),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "2.5"}, 2.5),
        ({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, 1),
        ({"Retry-After": "86400"}, 86400),
        ({"Retry-After": "x", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1100"}, 101),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1100"}, 101),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "later"}, None),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "1100"}, None),
        ({**SENT, "Retry-After": "Thu, 01 Jan 1970 01:00:08 GMT"}, 8),
        ({**SENT, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "3603"}, 4),
        ({**SENT, "Retry-After": "7"}, 7),
        ({"Date": "soon", "Retry-After": "Thu, 01 Jan 1970 00:16:50 GMT"}, 10),
    ],
)
def test_the_wait_is_what_the_headers_ask(headers: dict[str, str], seconds: float | None) -> None:
    """`retry-after` first, then the reset where nothing is left, else no word.

    Times are the server's, so they count from its `Date`, whatever our clock shows.
    """
    response = requests.Response()
    response.headers.update(headers)
    assert asked_wait(response, 1000.0) == seconds


NO_TIMES = [
    "inf", "-inf", "nan", "Infinity", "-1", "+5", "1e300", "1e3", "0x10", "1_000", "１２",
    "9" * 400, "86401", "99999999999", "", " ", "\x00", "Fri, 31 Dec 9999 23:59:59 GMT",
    "Fri, 31 Dec 99999999999 23:59:59 GMT", "Fri, 99 Foo 2026 99:99:99 GMT",
    "Wed, 21 Oct 2026 07:28:00 +9999999999", "[]", "null", "2026-01-01T00:00:00Z",
]  # fmt: skip
"""What no server of GitHub's says when it wants to be left alone for a while."""


@pytest.mark.parametrize("value", NO_TIMES)
@pytest.mark.parametrize("status", [200, 403, 429, 502])
@pytest.mark.parametrize("name", ["Retry-After", "x-ratelimit-reset"])
def test_no_header_makes_a_bug_or_an_endless_wait(
    server: FakeServer, name: str, status: int, value: str
) -> None:
    """A time that cannot be meant counts as none: the usual wait, and the run goes on."""
    headers = {name: value, "x-ratelimit-remaining": "0"}
    limit = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    body = limit if status == 200 else {"message": "API rate limit exceeded"}
    server.answers(Reply(body, status, headers), overview())
    server.tracker().observe(ReadScope())
    assert server.slept in ([1.0], [60.0])
    if status == 502:
        return  # of a create nothing is known then, so it is not sent again
    server.answers(
        Reply({"message": "secondary rate limit"}, 403 if status == 200 else status, headers),
        Reply({"node_id": "M", "number": 1}, 201),
    )
    (reply,) = [reply for _, reply in server.tracker().apply([CreateMilestone("M")])]
    assert not isinstance(reply, NotSent)


@pytest.mark.parametrize("value", NO_TIMES)
def test_a_limit_that_stays_ends_in_order(server: FakeServer, value: str) -> None:
    """Whatever the header says: exit 5, and when to run again."""
    limit = Reply({"message": "secondary rate limit"}, 403, {"Retry-After": value})
    server.answers(*[limit] * 5)
    with pytest.raises(PartialError) as caught:
        server.tracker().observe(ReadScope())
    assert "UTC" in str(caught.value.hint)
    assert sum(server.slept) <= 900


def test_only_a_refused_certificate_means_that_nothing_was_sent() -> None:
    """TLS can also break after a request was sent: that answer is lost, not unsent."""
    wrong = requests.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed"))
    later = requests.exceptions.SSLError(ssl.SSLEOFError("EOF"))
    assert isinstance(no_answer(wrong), NotConnected)
    assert not isinstance(no_answer(later), NotConnected)
    assert isinstance(no_answer(requests.exceptions.ProxyError("no")), NotConnected)


def test_the_package_alone_imports_no_client() -> None:
    """Importing `backlog_sync.github_api` brings neither gql nor PyGithub."""
    code = (
        "import sys, backlog_sync.github_api;"
        "sys.exit(any(m in sys.modules for m in ('gql', 'github', 'requests', 'graphql')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
