"""The simulator answers as GitHub was recorded to."""

from types import ModuleType

import pytest

from github_sandbox import (
    boards,
    connections,
    graphql,
    issues,
    payloads,
    problems,
    read_boards,
    rest_call,
    rest_issues,
    rest_repositories,
)
from github_sandbox.messages import Response, error_response, json_response
from github_sandbox.store import Store
from tests.recordings import seed_boards, seed_rest
from tests.recordings.exchanges import RECORDINGS, SOURCES, WITHOUT, cases, exchanges
from tests.recordings.listed import rest, rules
from tests.recordings.replay import replay
from tests.recordings.table import MOST_LISTED, compared, lines, rows

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason=WITHOUT)


def _bare(payload: dict[str, object]) -> Response:
    return json_response(201, payload)


def test_about_480_exchanges_are_in_scope() -> None:
    """The rules by path leave as many as the recordings announce."""
    recorded = [each for source in SOURCES for each in exchanges(source)]
    in_scope = [each for source in SOURCES for case in cases(source) for each in case.exchanges]
    assert (len(recorded), len(in_scope)) == (547, 476)


def test_every_answer_about_boards_is_reproduced() -> None:
    """Boards, cards and values by GraphQL, and the errors: all of them, without an exception."""
    board = next(row for row in rows(["github-project"]) if row.kind == "board")
    assert (board.different, board.listed, board.reproduced) == ([], 0, 171)


@pytest.mark.parametrize(
    ("case_name", "module", "name", "replaced"),
    [
        ("api.items.add-draft-with-too-long-text", boards, "MAX_TEXT", 1_025),
        ("api.items.get", read_boards, "_FIRST_VALUES", {"TITLE": 0, "REPOSITORY": 1}),
        ("api.items.get-not-found", problems, "_is_node_id", lambda _: True),
        ("api.items.list", connections, "_position_cursor", str),
        ("api.items.add-draft-with-invalid-date", graphql, "_bad_literal", lambda _: None),
    ],
)
def test_the_comparison_notices(
    monkeypatch: pytest.MonkeyPatch, case_name: str, module: ModuleType, name: str, replaced: object
) -> None:
    """Each part of the recorded behavior is seen in the answers: without it some differ."""
    monkeypatch.setattr(module, name, replaced)
    graphql.prepare.cache_clear()
    try:
        (case,) = (each for each in cases("github-project") if each.name == case_name)
        assert any(each.differences for each in replay(case, seed_boards.seed))
    finally:
        graphql.prepare.cache_clear()


@pytest.mark.parametrize(
    ("case_name", "module", "name", "replaced"),
    [
        (
            "person22.removeLabels",
            rest_issues,
            "error_response",
            lambda *_: error_response(404, ""),
        ),
        ("SubIssue.testAddSubIssue", payloads, "related_issue", payloads.issue),
        ("SubIssue.testPrioritizeSubIssue", Store, "mark", Store.touch),
        ("GHMilestoneTest.testListMilestonesWithSort", issues, "_touch_milestone", lambda *_: None),
        ("GHMilestoneTest.testUnsetMilestone", rest_repositories, "created", _bare),
        ("PaginatedList.testCustomPerPageIteration", rest_call, "list_address", lambda _: "/list"),
        ("RateLimiting.testResetTime", rest_repositories, "_OTHER_LIMITS", {}),
    ],
)
def test_the_comparison_of_rest_notices(
    monkeypatch: pytest.MonkeyPatch, case_name: str, module: object, name: str, replaced: object
) -> None:
    """The same for answers of REST: the message, a payload, a time, a header, an address."""
    monkeypatch.setattr(module, name, replaced)
    (case,) = (
        each for source in ("hub4j", "pygithub") for each in cases(source) if each.name == case_name
    )
    compared_now = replay(case, seed_rest.seed, seed_rest.before)
    assert any(rest(each.exchange, each.differences, "key") for each in compared_now)


def test_the_simulator_answers_as_recorded() -> None:
    """All exchanges in scope, except the few that are listed with reasons."""
    table = rows()
    print("\n".join(lines(table)))
    assert [name for row in table for name in row.different] == []
    assert sum(row.listed for row in table) <= MOST_LISTED


@pytest.mark.parametrize("table", ["key", "exchange"])
def test_every_rule_of_the_list_is_needed(table: str) -> None:
    """A rule that names no difference (any more) is taken off the list."""
    found = [
        (each.exchange, difference)
        for source in SOURCES
        for each in compared(source)
        for difference in each.differences
    ]
    for rule in rules(table):
        assert any(rule.allows(*each) for each in found), rule
