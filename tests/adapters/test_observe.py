"""What a read asks for, and what it makes of the answers."""

from dataclasses import dataclass

import pytest
import requests

from backlog_sync.core.model import ProjectSpec
from backlog_sync.core.reading import CachedIssues
from backlog_sync.engine.ports import ReadScope, Tracker
from backlog_sync.errors import AccessError, PartialError, RefusedError, UnreachableError
from tests.adapters.fake_server import (
    FakeServer,
    Reply,
    Request,
    board,
    data,
    fault,
    issue,
    overview,
    owner,
    page,
    repository,
)

NO_BOARD = ReadScope()
BY_TITLE = ReadScope(ProjectSpec("octo-org", title="Widgets"))
BY_NUMBER = ReadScope(ProjectSpec("octo-org", number=4))


@dataclass(frozen=True)
class _Plain:
    project: ProjectSpec | None = None
    since: float | None = None
    uses: frozenset[str] = frozenset()
    cached: CachedIssues | None = None

    def numbers(self, repository: str, *, sandbox: bool, plain: bool) -> dict[str, tuple[int, ...]]:
        return {}

    def others(self, repository: str) -> tuple[str, ...]:
        return ()


def test_the_tracker_fits_the_port(server: FakeServer) -> None:
    """The adapter satisfies the engine's protocol; the type checker proves it here."""
    tracker: Tracker = server.tracker()
    assert tracker.usage().requests == 0


def test_an_unchanged_repository_with_a_board_takes_two_requests(server: FakeServer) -> None:
    """33 issues, labels, milestones and the board come in two requests, counted with points."""
    issues = [issue(n) for n in range(1, 34)]
    items = [
        {
            "id": f"C_{n}",
            "isArchived": n == 2,
            "content": {"id": f"I_{n}"},
            "field0": {"name": "Todo"},
            "field1": {"number": 3},
            "field2": None,
        }
        for n in range(1, 34)
    ]
    server.answers(
        overview(issues=page(*issues), owner=owner(board())), data(node={"items": page(*items)})
    )
    tracker = server.tracker()
    state = tracker.observe(BY_TITLE)
    assert [i.number for i in state.issues] == list(range(1, 34))
    assert state.issues[0].card is not None
    assert state.issues[0].card.values == {"Status": "Todo", "Points": 3}
    assert state.issues[1].card is not None
    assert state.issues[1].card.archived
    assert state.coverage.complete
    assert server.seen[1].variables["field1"] == "Points"
    usage = tracker.usage()
    assert (usage.graphql, usage.rest, usage.mutations, usage.points) == (2, 0, 0, 2)


def test_an_issue_is_mapped_whole(server: FakeServer) -> None:
    """Every field of an issue arrives in the core's words, text as it came."""
    there = {"id": "I_9", "number": 9, "repository": {"nameWithOwner": "octo-org/other"}}
    server.answers(
        overview(
            issues=page(
                issue(
                    1,
                    state="CLOSED",
                    stateReason="NOT_PLANNED",
                    closedAt="2026-02-01T00:00:00Z",
                    labels=page({"name": "epic"}),
                    assignees=page({"login": "hubot"}),
                    milestone={"title": "M"},
                    issueType={"name": "Task"},
                    parent=there,
                    blockedBy=page({**there, "state": "CLOSED"}),
                ),
                issue(2, author=None, body=None),
            ),
            labels=page({"id": "L_1", "name": "Epic", "color": "ABCDEF", "description": None}),
            milestones=page(
                {
                    "id": "M_1",
                    "number": 1,
                    "title": "M",
                    "state": "CLOSED",
                    "dueOn": "2026-03-31T07:00:00Z",
                    "description": None,
                }
            ),
        )
    )
    state = server.tracker().observe(NO_BOARD)
    first, second = state.issues
    assert (first.state, first.state_reason) == ("closed", "not_planned")
    assert (first.labels, first.assignees, first.milestone) == (("epic",), ("hubot",), "M")
    assert first.issue_type == "Task"
    assert first.parent is not None
    assert first.parent.repository == "octo-org/other"
    assert [(link.number, link.state) for link in first.blocked_by] == [(9, "closed")]
    assert first.body == "a\r\nb"
    assert first.author is not None
    assert (first.author.id, first.author.association) == ("U_1", "MEMBER")
    assert (second.author, second.body) == (None, "")
    assert state.labels[0].color == "abcdef"
    assert (state.milestones[0].state, state.milestones[0].due) == ("closed", "2026-03-31")
    assert state.issue_types == ("Task",)
    assert (state.repository.owner_type, state.repository.permission) == ("Organization", "WRITE")
    assert (state.host, state.sandbox) == ("github.com", False)


def test_a_user_has_no_issue_types(server: FakeServer) -> None:
    """Where the owner has none to offer, issue types are None and not an empty tuple."""
    server.answers(overview(issueTypes=None))
    assert server.tracker().observe(NO_BOARD).issue_types is None


def test_lists_are_read_to_their_end(server: FakeServer) -> None:
    """Issues, labels, milestones and blockers beyond the first page are read too, each once."""
    label = {"id": "L_1", "name": "a", "color": "000000", "description": ""}
    goal = {
        "id": "M_1",
        "number": 1,
        "title": "M",
        "state": "OPEN",
        "dueOn": None,
        "description": "",
    }
    home = {"nameWithOwner": "octo-org/widgets"}
    link = {"id": "I_9", "number": 9, "repository": home, "state": "OPEN"}
    server.answers(
        overview(
            issues=page(issue(1), issue(2), after="c1", total=3),
            labels=page(label, after="c2"),
            milestones=page(goal, after="c3"),
        ),
        data(
            repository={
                "issues": page(issue(2), issue(3, blockedBy=page(link, after="b1")), total=3)
            }
        ),
        data(node={"blockedBy": page({**link, "id": "I_8", "number": 8})}),
        data(repository={"labels": page({**label, "id": "L_2", "name": "b"})}),
        data(repository={"milestones": page({**goal, "id": "M_2", "number": 2, "title": "N"})}),
    )
    state = server.tracker().observe(NO_BOARD)
    assert [i.number for i in state.issues] == [1, 2, 3]
    assert [b.number for b in state.issues[2].blocked_by] == [9, 8]
    assert [entry.name for entry in state.labels] == ["a", "b"]
    assert [m.title for m in state.milestones] == ["M", "N"]
    assert state.coverage.complete
    assert server.seen[1].variables["after"] == "c1"


@pytest.mark.parametrize("issues", [page(issue(1), total=2), page(issue(1), None)])
def test_a_short_list_is_not_complete(server: FakeServer, issues: dict[str, object]) -> None:
    """A list that holds fewer issues than it claims, or withholds one, is told as incomplete."""
    server.answers(overview(issues=issues))
    assert not server.tracker().observe(NO_BOARD).coverage.complete


@pytest.mark.parametrize(
    "complaint",
    [
        Reply("<html>", 502),
        Reply("", 504),
        Reply({"data": None, "errors": [fault("Resource limits", "RESOURCE_LIMITS_EXCEEDED")]}),
        Reply(
            {
                "data": None,
                "errors": [fault("Something went wrong while executing your query. This may…")],
            }
        ),
    ],
)
def test_pages_are_halved_where_the_server_complains(server: FakeServer, complaint: Reply) -> None:
    """A read that is too much for the server is asked for in halves, down to ten at a time."""
    server.answers(complaint, complaint, complaint, complaint, overview())
    server.tracker().observe(NO_BOARD)
    assert [r.variables["first"] for r in server.seen] == [100, 50, 25, 12, 10]


# ---- the board -------------------------------------------------------------------------------


def test_a_board_is_found_by_its_exact_title(server: FakeServer) -> None:
    """Of boards whose titles contain the words, the open one of exactly this title is taken."""
    server.answers(
        overview(
            owner=owner(
                board(1, "Widgets old"),
                board(2, "widgets"),
                board(3, "Widgets", closed=True),
                board(7),
                board(5),
            )
        ),
        data(node={"items": page()}),
    )
    state = server.tracker().observe(BY_TITLE)
    assert state.project is not None
    assert (state.project.number, state.project.closed, state.project.linked) == (5, False, True)
    assert state.project_owner_id == "O_1"
    status, points, sprint = state.project.fields[1:]
    assert (status.type, status.options[0].name, points.type) == ("single_select", "Todo", "number")
    assert [o.name for o in sprint.options] == ["Sprint 2", "Sprint 1"]
    assert "field3" not in server.seen[1].variables


def test_no_board_is_believed_only_of_the_whole_list(server: FakeServer) -> None:
    """A search that finds nothing may lag: all boards are listed before none is there."""
    rest = {"projectsV2": page(board(1, "Other"), after="c1")}
    last = {"projectsV2": page(board(2, "Widgets"))}
    server.answers(
        overview(owner=owner()),
        data(repositoryOwner=rest),
        data(repositoryOwner=last),
        data(node={"items": page()}),
    )
    state = server.tracker().observe(BY_TITLE)
    assert state.project is not None
    assert state.project.number == 2


def test_a_board_that_is_not_there_yet_is_no_problem(server: FakeServer) -> None:
    """Where no board has the title there is none, its owner's id is known, and nothing is wrong."""
    server.answers(overview(owner=owner()), data(repositoryOwner={"projectsV2": page()}))
    state = server.tracker().observe(BY_TITLE)
    assert (state.project, state.project_problem) == (None, None)
    assert state.project_owner_id == "O_1"


def test_a_board_of_another_repository_is_not_linked(server: FakeServer) -> None:
    """A board that is not shown on this repository says so."""
    server.answers(
        overview(owner=owner(projectV2=board(repositories=page({"id": "R_9"})))),
        data(node={"items": page()}),
    )
    state = server.tracker().observe(BY_NUMBER)
    assert state.project is not None
    assert not state.project.linked


def test_a_hidden_repository_of_a_board_is_no_problem(server: FakeServer) -> None:
    """A fault below the board, for what the token may not see of it, leaves the board usable."""
    seen = board(repositories=page(None, {"id": "R_1"}))
    path = ("repositoryOwner", "projectV2", "repositories", "nodes", "0")
    first = overview(owner=owner(projectV2=seen))
    server.answers(
        Reply({**first.body, "errors": [fault("Resource not accessible", "FORBIDDEN", *path)]}),
        data(node={"items": page()}),
    )
    state = server.tracker().observe(BY_NUMBER)
    assert state.project is not None
    assert (state.project.linked, state.project_problem) == (True, None)


def test_cards_that_the_token_may_not_see_are_left_out(server: FakeServer) -> None:
    """A redacted card, a draft and a withheld one belong to no issue of ours."""
    server.answers(
        overview(owner=owner(projectV2=board()), issues=page(issue(1))),
        data(
            node={
                "items": page(
                    {"id": "C_1", "isArchived": False, "content": None},
                    {"id": "C_2", "isArchived": False, "content": {}},
                    None,
                    after="c1",
                )
            }
        ),
        data(
            node={
                "items": page(
                    {
                        "id": "C_3",
                        "isArchived": False,
                        "content": {"id": "I_1"},
                        "field2": {"title": "Sprint 2"},
                    }
                )
            }
        ),
    )
    card = server.tracker().observe(BY_NUMBER).issues[0].card
    assert card is not None
    assert (card.id, card.values) == ("C_3", {"Sprint": "Sprint 2"})


@pytest.mark.parametrize(
    ("wanted", "holder", "faults", "words"),
    [
        (
            BY_TITLE,
            None,
            [fault("Resource not accessible by integration", "FORBIDDEN", "repositoryOwner")],
            "BACKLOG_PROJECT_TOKEN",
        ),
        (
            BY_TITLE,
            owner(projectsV2=None),
            [fault("no", "FORBIDDEN", "repositoryOwner", "projectsV2")],
            "a user's board",
        ),
        (BY_TITLE, None, [], "there is no user or organization octo-org"),
        (
            BY_NUMBER,
            owner(projectV2=None),
            [fault("Could not resolve", "NOT_FOUND", "repositoryOwner", "projectV2")],
            "no project number 4",
        ),
        (BY_TITLE, None, [fault("odd", "ODD", "repositoryOwner")], "could not be read: odd"),
    ],
)
def test_a_board_out_of_reach_is_a_problem_in_words(
    server: FakeServer, wanted: ReadScope, holder: object, faults: list[object], words: str
) -> None:
    """What keeps the board from us is told beside the rest of the observation, not raised."""
    first = overview(owner=holder)
    server.answers(Reply({**first.body, "errors": faults}))
    state = server.tracker().observe(wanted)
    assert state.project is None
    assert words in (state.project_problem or "")
    assert state.repository.id == "R_1"


def test_a_token_without_the_scope_is_asked_again_without_the_board(server: FakeServer) -> None:
    """GitHub gives nothing at all where a scope is missing: the rest is read without the board."""
    server.answers(
        Reply({"errors": [fault("Your token has not been granted…", "INSUFFICIENT_SCOPES")]}),
        overview(issues=page(issue(1))),
    )
    state = server.tracker().observe(BY_TITLE)
    assert server.names() == ["OverviewWithBoard", "Overview"]
    assert "read:project" in (state.project_problem or "")
    assert len(state.issues) == 1


# ---- what goes wrong -------------------------------------------------------------------------


def test_a_missing_repository_is_named(server: FakeServer) -> None:
    """A repository that is not there, or hidden, is one clear line with its name."""
    server.answers(
        Reply(
            {
                "data": {"viewer": {}, "repository": None},
                "errors": [fault("Could not resolve to a Repository", "NOT_FOUND", "repository")],
            }
        )
    )
    with pytest.raises(AccessError, match="octo-org/widgets: it does not exist, or this token"):
        server.tracker().observe(BY_TITLE)


def test_a_renamed_repository_is_refused_with_its_new_name(server: FakeServer) -> None:
    """A repository that answers under another name is not followed; its case does not matter."""
    server.answers(overview(nameWithOwner="Octo-Org/Widgets"), overview(nameWithOwner="octo/new"))
    server.tracker().observe(NO_BOARD)
    with pytest.raises(RefusedError, match="octo-org/widgets is now called octo/new"):
        server.tracker().observe(NO_BOARD)


def test_a_wrong_token_is_one_clear_line(server: FakeServer) -> None:
    """401 is an error about the token, with what to do, and is not retried."""
    server.answers(Reply({"message": "Bad credentials"}, 401))
    with pytest.raises(AccessError, match="did not accept the token: Bad credentials") as caught:
        server.tracker().observe(NO_BOARD)
    assert "GH_TOKEN" in (caught.value.hint or "")
    assert server.slept == []


def test_forbidden_without_a_limit_is_access(server: FakeServer) -> None:
    """A 403 that is no rate limit is about rights, and is not retried."""
    server.answers(Reply({"message": "Resource protected by organization SAML enforcement."}, 403))
    with pytest.raises(AccessError, match="SAML"):
        server.tracker().observe(NO_BOARD)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply("<html>hello</html>", headers={"Content-Type": "text/html"}), "text/html"),
        (Reply('{"data": {"repo'), "not an answer"),
        (Reply("[]"), "not an answer"),
        (Reply("null"), "not an answer"),
        (Reply({"data": None}), "without data"),
        (Reply({"message": "Server Error"}, 500), "HTTP 500"),
        (requests.exceptions.ReadTimeout("slow"), "no answer within 30 s"),
        (requests.exceptions.ChunkedEncodingError("cut"), "broke off"),
        (requests.exceptions.ConnectionError("reset"), "connection broke"),
    ],
)
def test_a_server_without_an_answer_is_unreachable(
    server: FakeServer, reply: Reply | Exception, words: str
) -> None:
    """Web pages, broken JSON, 5xx and broken connections are retried, then one clear line."""
    server.answers(*[reply] * 5)
    with pytest.raises(UnreachableError, match=r"https://api\.github\.com did not answer") as it:
        server.tracker().observe(NO_BOARD)
    assert words in it.value.message
    assert server.slept == [1, 2, 4, 8]


def test_a_wrong_address_is_told_at_once(server: FakeServer) -> None:
    """A 404 for the whole API is about the address."""
    server.answers(Reply({"message": "Not Found"}, 404))
    with pytest.raises(UnreachableError, match="has no GitHub API"):
        server.tracker().observe(NO_BOARD)


def test_json_of_another_shape_is_not_github(server: FakeServer) -> None:
    """Data that GitHub's schema rules out ends as one clear line and no traceback."""
    server.answers(data(viewer={}, repository={"id": 3}))
    with pytest.raises(UnreachableError, match="not GitHub's API"):
        server.tracker().observe(NO_BOARD)


def test_a_server_that_lacks_a_field_is_told(server: FakeServer) -> None:
    """What an older server lacks beyond what we know to do without is passed on with a hint."""
    complaint = Reply({"errors": [fault("Field 'labels' doesn't exist on type 'Issue'")]})
    server.answers(complaint, data(issue=None, repository=None), complaint)
    with pytest.raises(RefusedError, match="doesn't exist") as caught:
        server.tracker().observe(NO_BOARD)
    assert "Enterprise" in (caught.value.hint or "")


# ---- limits ----------------------------------------------------------------------------------

LIMITS = {
    "retry-after": (Reply({"message": "slow down"}, 403, {"Retry-After": "7"}), [7]),
    "429": (Reply({"message": "slow down"}, 429), [60]),
    "reset": (
        Reply(
            {"message": "API rate limit exceeded"},
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000030"},
        ),
        [31],
    ),
    "secondary": (Reply({"message": "You have exceeded a secondary rate limit."}, 403), [60]),
    "secondary-200": (Reply({"message": "You have exceeded a secondary rate limit."}), [60]),
    "RATE_LIMITED": (Reply({"errors": [fault("API rate limit exceeded", "RATE_LIMITED")]}), [60]),
    "RATE_LIMIT": (
        Reply(
            {"errors": [{"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": "no"}]},
            headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000009"},
        ),
        [10],
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_are_waited_out(server: FakeServer, name: str) -> None:
    """Each spelling of a limit is waited out as the server asks, else for 60 s."""
    reply, slept = LIMITS[name]
    server.answers(reply, overview())
    server.tracker().observe(NO_BOARD)
    assert server.slept == slept


def test_unsaid_waits_double(server: FakeServer) -> None:
    """Where the server does not say how long, each wait is twice the last."""
    limit = Reply({"message": "You have exceeded a secondary rate limit."}, 403)
    server.answers(limit, limit, limit, overview())
    server.tracker().observe(NO_BOARD)
    assert server.slept == [60, 120, 240]


def test_a_wait_beyond_patience_ends_with_the_time_to_come_back(server: FakeServer) -> None:
    """Waiting is bounded in all; what is longer ends the run and says when to run again."""
    server.answers(
        Reply({"message": "limit"}, 429, {"Retry-After": "600"}),
        Reply({"message": "limit"}, 429, {"Retry-After": "600"}),
    )
    with pytest.raises(PartialError) as caught:
        server.tracker().observe(NO_BOARD)
    assert server.slept == [600]
    assert "after 1970-01-12 14:06 UTC" in (caught.value.hint or "")


# ---- smaller reads ---------------------------------------------------------------------------


def test_reread_leaves_out_what_is_gone(server: FakeServer) -> None:
    """Issues are read again by id, a hundred a request; ids that are gone are absent."""
    ids = [f"I_{n}" for n in range(1, 121)]
    gone = fault("Could not resolve to a node", "NOT_FOUND", "nodes", "0")

    def answer(call: Request) -> Reply:
        asked = [int(id_.removeprefix("I_")) for id_ in call.variables["ids"]]
        first: dict[int, object] = {1: None, 2: {}}
        nodes = data(nodes=[first.get(n, issue(n)) for n in asked])
        return Reply({**nodes.body, "errors": [gone]}) if 1 in asked else nodes

    server.answers_by(answer)
    found = server.tracker().reread(ids)
    assert sorted(found) == sorted(ids[2:])
    assert sorted(len(call.variables["ids"]) for call in server.seen) == [20, 100]


def test_recent_reads_the_list(server: FakeServer) -> None:
    """The latest issues come from the list, newest first."""
    server.answers(
        data(at0={"nameWithOwner": "octo-org/widgets", "issues": page(issue(3), issue(2))})
    )
    assert [i.number for i in server.tracker().recent(2)] == [3, 2]
    assert "CREATED_AT" in server.seen[0].body["query"]
    assert server.seen[0].variables["first0"] == 2


def test_the_sandbox_is_known_by_its_name(server: FakeServer) -> None:
    """The simulated GitHub is recognised by its Server header, and nothing else is."""
    server.answers(Reply(overview().body, headers={"Server": "backlog-sandbox"}), overview())
    tracker = server.tracker()
    assert tracker.observe(_Plain()).sandbox
    assert not tracker.observe(_Plain()).sandbox
    assert repository()["id"] == "R_1"
