"""Several repositories in one request: sizes, and that each one's trouble is its own."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from backlog_sync.core.model import ProjectSpec
from backlog_sync.core.observed import ObservedState
from backlog_sync.errors import AccessError
from tests.adapters.fake_server import (
    REPOSITORY,
    FakeServer,
    Reply,
    Request,
    Script,
    data,
    fault,
    issue,
    page,
    repository,
)

NAMES = tuple(f"octo-org/r{n:02}" for n in range(20))
BLOCKED = fault("Resource protected by organization SAML enforcement", "FORBIDDEN", "at0")


@dataclass(frozen=True)
class _Scope:
    """The other repositories, each with these numbers, or read whole."""

    others_read: tuple[str, ...] = NAMES
    named: tuple[int, ...] | None = (1,)
    project: ProjectSpec | None = None
    since: float | None = None
    uses: frozenset[str] = frozenset()
    cached: None = None

    def numbers(self, repository: str, *, sandbox: bool, plain: bool) -> dict[str, tuple[int, ...]]:
        return dict.fromkeys(self.others_read, self.named) if self.named else {}

    def others(self, repository: str) -> tuple[str, ...]:
        return self.others_read


@dataclass
class _Hub:
    """A server with repositories of `issues` issues each; `odd` answers for some of them."""

    issues: int = 3
    odd: dict[str, Any] = field(default_factory=dict)
    refuses: frozenset[str] = frozenset()
    least_heavy: int = 10_000

    def __call__(self, call: Request) -> Reply:
        if "owner" in call.variables:
            viewer = {"id": "U_1", "login": "octocat"}
            return data(viewer=viewer, repository=repository())
        count = sum(key.startswith("name") for key in call.variables)
        names = [f"octo-org/{call.variables[f'name{n}']}" for n in range(count)]
        wanted = sum(call.variables.get(f"first{n}", 0) for n in range(count))
        if wanted > self.least_heavy:
            return Reply("<html>", 502)
        if self.refuses & set(names):
            return Reply({"message": "Resource not accessible"}, 403)
        parts: dict[str, Any] = {}
        faults: list[dict[str, Any]] = []
        for n, name in enumerate(names):
            odd = self.odd.get(name)
            if isinstance(odd, dict) and "message" in odd:
                parts[f"at{n}"] = None
                faults.append({**odd, "path": [f"at{n}"]})
            else:
                parts[f"at{n}"] = self._repository(name, call.variables, n) | (odd or {})
        return Reply({**data(**parts).body, "errors": faults})

    def _repository(self, name: str, variables: dict[str, Any], n: int) -> dict[str, Any]:
        home = {"nameWithOwner": name}
        if f"number{n}" in variables:
            number = variables[f"number{n}"]
            return {**home, "issue": issue(number, id=f"{name}#{number}", repository=home)}
        start, size = int(variables.get(f"after{n}") or 0), variables.get(f"first{n}", 100)
        end = min(self.issues, start + size)
        nodes = [issue(k, id=f"{name}#{k}", repository=home) for k in range(start + 1, end + 1)]
        after = str(end) if end < self.issues else None
        there = page(*nodes, after=after, total=self.issues)
        return {**repository(id=name), **home, "issues": there}


def read(server: FakeServer, hub: _Hub, scope: _Scope | None = None) -> ObservedState:
    """Observe the target and the other repositories."""
    return _observed(server, hub, scope or _Scope())


def _observed(server: FakeServer, rule: Script, scope: _Scope) -> ObservedState:
    server.answers(*[rule] * 200)
    server.answers_by(rule)
    state = server.tracker().observe(scope)
    server.script.clear()
    return state


def test_twenty_repositories_take_one_request(server: FakeServer) -> None:
    """With all their issues and labels, each under its own name."""
    state = read(server, _Hub())
    assert server.names() == ["Overview", "RepositoriesAt"]
    assert [o.repository.name_with_owner for o in state.others] == list(NAMES)
    assert all(o.coverage.complete for o in state.others)
    assert {(i.repository, i.number) for i in state.issues} == {
        (name, n) for name in NAMES for n in (1, 2, 3)
    }
    assert not state.out_of_reach


def test_one_repository_takes_a_page_of_a_hundred(server: FakeServer) -> None:
    """As it did when each was read by itself."""
    read(server, _Hub(issues=250), _Scope(NAMES[:1], None))
    assert [call.variables.get("first0") for call in server.seen[1:]] == [100, 100, 50]


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (
            fault("Could not resolve to a Repository", "NOT_FOUND"),
            "it does not exist, or this token may not see it",
        ),
        (
            fault("Resource not accessible by integration", "FORBIDDEN"),
            "this token may not read it: Resource not accessible by integration",
        ),
        ({"nameWithOwner": "octo-org/new"}, "octo-org/r07 is now called octo-org/new"),
    ],
    ids=["missing", "forbidden", "renamed"],
)
def test_one_of_twenty_concerns_only_itself(
    server: FakeServer, odd: dict[str, Any], why: str
) -> None:
    """The data of the others are kept, in the same request."""
    state = read(server, _Hub(odd={NAMES[7]: odd}))
    assert state.out_of_reach == {NAMES[7]: why}
    assert len(state.others) == 19
    assert server.names() == ["Overview", "RepositoriesAt"]


def test_a_refused_request_is_sent_for_each_alone(server: FakeServer) -> None:
    """A server may refuse all of a request for one repository in it."""
    state = read(server, _Hub(refuses=frozenset({NAMES[3]})))
    assert list(state.out_of_reach) == [NAMES[3]]
    assert len(state.others) == 19
    assert len(server.seen) == 22


def test_a_request_that_is_too_much_is_halved(server: FakeServer) -> None:
    """Fewer repositories at once, and fewer issues where there are many."""
    state = read(server, _Hub(issues=30, least_heavy=60))
    assert len(state.issues) == 600
    assert all(o.coverage.complete for o in state.others)
    assert max(_wanted(call) for call in server.seen[-5:]) <= 60


def test_pages_of_several_repositories_are_read_together(server: FakeServer) -> None:
    """Two hundred issues a request, whatever repository they are in."""
    state = read(server, _Hub(issues=45), _Scope(named=None))
    assert len(state.issues) == 900
    assert max(map(_wanted, server.seen)) <= 200
    assert len(server.seen) <= 1 + 2 + 4


def test_named_issues_of_large_repositories_are_read_together(server: FakeServer) -> None:
    """By number, and the latest of each: a list of 100 pages for each of them is not read."""
    state = read(server, _Hub(issues=9_000), _Scope(named=(8_001, 8_002)))
    assert server.names() == ["Overview", "RepositoriesAt", "IssueNumbersAt", *["TouchedAt"] * 2]
    assert {i.number for i in state.issues} == {8_001, 8_002}
    coverage = state.others[0].coverage
    assert (coverage.complete, coverage.by_number, coverage.total) == (False, 2, 9_000)


def test_a_repository_that_goes_in_between_concerns_only_itself(server: FakeServer) -> None:
    """Its later pages are missing: nothing of it counts as read."""
    hub = _Hub(issues=45)

    def answer(call: Request) -> Reply:
        if call.name == "IssuePagesAt":
            hub.odd = {NAMES[2]: fault("Could not resolve to a Repository", "NOT_FOUND")}
        return hub(call)

    state = _observed(server, answer, _Scope(named=None))
    assert list(state.out_of_reach) == [NAMES[2]]
    assert not [i for i in state.issues if i.repository == NAMES[2]]
    assert len(state.others) == 19


def test_the_latest_of_a_missing_repository_are_an_error(server: FakeServer) -> None:
    """Whoever looks for a lost issue must not take silence for an answer."""
    server.answers(data(at0=None))
    with pytest.raises(AccessError, match=f"{REPOSITORY}: it does not exist"):
        server.tracker().recent(2)


def _wanted(call: Request) -> int:
    return sum(v for key, v in call.variables.items() if key.startswith("first") and key != "first")
