"""The adapter against the simulated GitHub: what is written is what is read back."""

from datetime import UTC, datetime

import pytest

from backlog_sync.core.lookups import Questions
from backlog_sync.core.model import BoardFieldDef, OptionDef, ProjectSpec
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.operations import (
    AddBlocker,
    AddCard,
    AddOptions,
    AddSubIssue,
    ChangeAssignees,
    ChangeLabels,
    CloseIssue,
    CreateBoardField,
    CreateIssue,
    CreateLabel,
    CreateMilestone,
    CreateProject,
    Done,
    LinkProject,
    Operation,
    Overwrite,
    Refused,
    RemoveBlocker,
    RemoveSubIssue,
    ReopenIssue,
    SetValue,
    Unknown,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
)
from backlog_sync.engine.ports import ReadScope
from backlog_sync.errors import AccessError, RefusedError
from backlog_sync.github_api.session import connect
from backlog_sync.github_api.tracker import GitHubTracker
from github_sandbox import faults
from github_sandbox.access import Grant
from github_sandbox.app import Sandbox
from github_sandbox.server import serve
from tests.sandbox_adapter import SandboxAdapter

REPOSITORY = "octo-org/widgets"
BOARD = ProjectSpec("octo-org", title="Widgets")


class World:
    """A sandbox with a repository, on a virtual clock, and trackers that speak to it."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.slept: list[float] = []
        self.sandbox = Sandbox(
            None, clock=lambda: datetime.fromtimestamp(self.now, UTC), sleep=self.sleep
        )
        self.sandbox.ensure_repository(REPOSITORY)

    def sleep(self, seconds: float) -> None:
        """Pass time."""
        self.slept.append(seconds)
        self.now += seconds

    def tracker(self, token: str = "a-token", repository: str = REPOSITORY) -> GitHubTracker:
        """A tracker over the in-process adapter."""
        return connect(
            api_url="http://127.0.0.1",
            repository=repository,
            token=token,
            read_only=False,
            adapter=SandboxAdapter(self.sandbox),
            clock=lambda: self.now,
            sleep=self.sleep,
        )

    def observe(self, project: ProjectSpec | None = BOARD) -> ObservedState:
        """What a new tracker sees."""
        return self.tracker().observe(ReadScope(project))


@pytest.fixture
def world() -> World:
    """A sandbox of one's own."""
    return World()


def run(tracker: GitHubTracker, *operations: Operation) -> list[Done]:
    """Carry out operations, all of which must succeed."""
    replies = [reply for _, reply in tracker.apply(operations)]
    assert all(isinstance(reply, Done) for reply in replies), replies
    return [reply for reply in replies if isinstance(reply, Done)]


def create(state: ObservedState, number: int, **parts: object) -> CreateIssue:
    """An issue to be made."""
    return CreateIssue(
        repository_id=state.repository.id,
        key=f"story-{number}",
        nonce=f"{number:016x}",
        title=f"Story {number}",
        body=f"Body {number}",
        **parts,  # type: ignore[arg-type] # the fields of CreateIssue
    )


def make_board(tracker: GitHubTracker, state: ObservedState) -> tuple[Done, dict[str, Done]]:
    """A board with a Priority, a Points, a Target, a Note and a Sprint field."""
    assert state.project_owner_id is not None
    (board,) = run(tracker, CreateProject(state.project_owner_id, "Widgets", state.repository.id))
    definitions = (
        BoardFieldDef("Priority", "single_select", (OptionDef("High", "RED"), OptionDef("Low"))),
        BoardFieldDef("Points", "number"),
        BoardFieldDef("Target", "date"),
        BoardFieldDef("Note", "text"),
        BoardFieldDef("Sprint", "iteration", start="2026-01-05", duration=14, count=2),
    )
    made = run(tracker, *[CreateBoardField(board.id, one) for one in definitions])
    return board, {one.name: done for one, done in zip(definitions, made, strict=True)}


def test_an_empty_repository_is_observed(world: World) -> None:
    """A new repository has no issues, GitHub's own labels, and says that it is simulated."""
    state = world.observe()
    assert (state.issues, state.milestones, state.project) == ((), (), None)
    assert state.project_problem is None
    assert state.coverage.complete
    assert state.sandbox
    assert state.repository.name_with_owner == REPOSITORY
    assert state.repository.owner_type == "Organization"


def test_issues_labels_and_milestones_come_back_as_written(world: World) -> None:
    """Everything that one create sets is there at the next read, by the core's own names."""
    tracker = world.tracker()
    state = tracker.observe(ReadScope())
    label, goal, parent = run(
        tracker,
        CreateLabel("epic", "5319e7", "Large"),
        CreateMilestone("M1", "2026-03-31", "first"),
        create(state, 1),
    )
    made = run(
        tracker,
        *[
            create(state, n, label_ids=(label.id,), milestone_id=goal.id, parent_id=parent.id)
            for n in range(2, 9)
        ],
    )
    assert [done.missing for done in made] == [()] * 7
    seen = world.observe(None)
    assert [issue.title for issue in seen.issues] == [f"Story {n}" for n in range(1, 9)]
    child = seen.issues[1]
    assert (child.id, child.number, child.url) == (made[0].id, made[0].number, made[0].url)
    assert (child.labels, child.milestone, child.body) == (("epic",), "M1", "Body 2")
    assert child.parent is not None
    assert child.parent.id == parent.id
    assert child.author is not None
    assert child.author.id == seen.viewer.id
    assert seen.milestones[0].due == "2026-03-31"
    assert next(one for one in seen.labels if one.name == "epic").color == "5319e7"


def test_changes_of_an_issue_come_back(world: World) -> None:
    """Title, body, state, labels, links and blockers change, and change back."""
    tracker = world.tracker()
    state = tracker.observe(ReadScope())
    epic, bug, goal = run(
        tracker,
        CreateLabel("epic", "5319e7", ""),
        CreateLabel("mine", "ff0000", ""),
        CreateMilestone("M1"),
    )
    one, two, three = run(tracker, *[create(state, n) for n in (1, 2, 3)])
    run(
        tracker,
        UpdateIssue(
            one.id,
            title=Overwrite("Story 1", "New"),
            body=Overwrite("Body 1", "Text"),
            milestone=Overwrite(None, "M1"),
            milestone_id=goal.id,
        ),
        ChangeLabels(one.id, add=(epic.id, bug.id)),
        ChangeAssignees(one.id, add=(state.viewer.login,)),
        AddSubIssue(one.id, two.id),
        AddBlocker(two.id, three.id),
        CloseIssue(three.id, "not_planned"),
        UpdateLabel(
            epic.id, color=Overwrite("5319e7", "00ff00"), description=Overwrite("", "Bigger")
        ),
        UpdateMilestone(goal.id, goal.number or 0, due=Overwrite(None, "2026-04-30")),
    )
    first, second, third = world.observe(None).issues
    assert (first.title, first.body, first.milestone) == ("New", "Text", "M1")
    assert set(first.labels) == {"epic", "mine"}
    assert first.assignees == (state.viewer.login,)
    assert second.parent is not None
    assert second.parent.number == first.number
    assert [(link.id, link.state) for link in second.blocked_by] == [(third.id, "closed")]
    assert (third.state, third.state_reason) == ("closed", "not_planned")
    run(
        tracker,
        AddSubIssue(three.id, two.id, taken_from=one.id),
        ChangeLabels(one.id, remove=(bug.id,)),
        ChangeAssignees(one.id, remove=(state.viewer.login,)),
        UpdateIssue(one.id, milestone=Overwrite("M1", None)),
        RemoveBlocker(two.id, three.id),
        ReopenIssue(three.id, "not_planned"),
    )
    first, second, third = world.observe(None).issues
    assert (first.labels, first.assignees, first.milestone) == (("epic",), (), None)
    assert second.parent is not None
    assert second.parent.id == third.id
    assert second.blocked_by == ()
    assert third.state == "open"
    run(tracker, RemoveSubIssue(three.id, two.id))
    assert world.observe(None).issues[1].parent is None


def test_a_board_and_its_values_come_back(world: World) -> None:
    """A board, its fields of every type, cards made with the issue or later, values and options."""
    tracker = world.tracker()
    state = tracker.observe(ReadScope(BOARD))
    board, fields = make_board(tracker, state)
    assert "Status" in [field.name for field in board.fields]
    one, two = run(tracker, create(state, 1, project_ids=(board.id,)), create(state, 2))
    (added,) = run(tracker, AddCard(board.id, two.id))
    assert one.card_id is not None
    assert added.card_id is not None
    priority, sprint = fields["Priority"], fields["Sprint"]
    options = priority.fields[0].options
    iterations = sprint.fields[0].options
    assert [option.name for option in options] == ["High", "Low"]
    assert [option.name for option in iterations] == ["Sprint 1", "Sprint 2"]
    values = (
        (fields["Points"].id, "number", 3.0, None),
        (fields["Target"].id, "date", "2026-05-01", None),
        (fields["Note"].id, "text", "hello", None),
        (priority.id, "single_select", "High", options[0].id),
        (sprint.id, "iteration", "Sprint 2", iterations[1].id),
    )
    run(
        tracker,
        *[
            SetValue(board.id, one.card_id, field, kind, value, (option,) if option else ())
            for field, kind, value, option in values
        ],
    )
    seen = world.observe()
    assert seen.project is not None
    assert (seen.project.id, seen.project.linked, seen.project.owner) == (
        board.id,
        True,
        "octo-org",
    )
    first, second = seen.issues
    assert first.card is not None
    assert dict(first.card.values) == {
        "Points": 3.0,
        "Target": "2026-05-01",
        "Note": "hello",
        "Priority": "High",
        "Sprint": "Sprint 2",
    }
    assert second.card is not None
    assert second.card.id == added.card_id
    run(
        tracker,
        SetValue(board.id, one.card_id, fields["Points"].id, "number", None, seen=3.0),
        AddOptions(
            board.id,
            priority.id,
            tuple((o.id, o.name, o.color, o.description) for o in options),
            tuple((o.id, o.name, o.color, o.description) for o in options),
            (("Urgent", "RED", "now"),),
        ),
        LinkProject(board.id, state.repository.id),
        AddCard(board.id, two.id),
    )
    seen = world.observe(ProjectSpec("octo-org", number=board.number))
    card = seen.issues[0].card
    assert card is not None
    assert "Points" not in card.values
    assert card.values["Priority"] == "High"
    assert seen.project is not None
    grown = next(field for field in seen.project.fields if field.name == "Priority")
    assert [option.name for option in grown.options] == ["High", "Low", "Urgent"]
    assert [option.id for option in grown.options[:2]] == [option.id for option in options]


def test_an_unchanged_run_takes_two_requests(world: World) -> None:
    """33 issues on a board are observed in two requests."""
    tracker = world.tracker()
    state = tracker.observe(ReadScope(BOARD))
    board, _ = make_board(tracker, state)
    run(tracker, *[create(state, n, project_ids=(board.id,)) for n in range(33)])
    fresh = world.tracker()
    seen = fresh.observe(ReadScope(BOARD))
    assert len(seen.issues) == 33
    assert all(issue.card for issue in seen.issues)
    usage = fresh.usage()
    assert (usage.requests, usage.rest, usage.mutations) == (2, 0, 0)
    assert usage.points <= 5


def test_more_than_a_page_of_everything_is_read(world: World) -> None:
    """250 issues and 120 labels come whole, each once."""
    tracker = world.tracker()
    state = tracker.observe(ReadScope())
    run(tracker, *[CreateLabel(f"label-{n}", "000000", "") for n in range(120)])
    run(tracker, *[create(state, n) for n in range(250)])
    seen = world.observe(None)
    assert len({issue.id for issue in seen.issues}) == 250
    assert seen.coverage.complete
    assert len([label for label in seen.labels if label.name.startswith("label-")]) == 120


class ArchivedWhileRead:
    """Somebody archives the first of a board's cards before a request."""

    def __init__(self, before: int) -> None:
        self.before = before
        self.actions = ()

    def act(self, sandbox: Sandbox, request: int) -> None:
        """Archive it if the time has come."""
        if request == self.before:
            (cards,) = sandbox.store.items.values()
            next(iter(cards.values())).is_archived = True


def test_a_card_that_slips_through_between_two_pages_is_asked_for(world: World) -> None:
    """Cursors of cards are positions: one card leaves, and the next page begins one too late."""
    tracker = world.tracker()
    state = tracker.observe(ReadScope(BOARD))
    board, _ = make_board(tracker, state)
    run(tracker, *[create(state, n, project_ids=(board.id,)) for n in range(102)])
    fresh = world.tracker()
    # the overview, the second page of issues, the first page of cards, and then the second one
    world.sandbox.actors = ArchivedWhileRead(before=len(world.sandbox.log) + 4)
    seen = fresh.observe(ReadScope(BOARD))
    missed = [issue.id for issue in seen.issues if issue.card is None]
    assert [seen.issues[100].id] == missed
    found = fresh.look_up(seen, Questions(cards=tuple(missed)))
    assert all(issue.card is not None for issue in found.issues)


def test_what_exists_is_refused_as_such(world: World) -> None:
    """A label or milestone of that name is told by its code, over either API."""
    tracker = world.tracker()
    operations: list[Operation] = [CreateLabel("epic", "5319e7", ""), CreateMilestone("M")]
    run(tracker, *operations)
    codes = [r.code for _, r in tracker.apply(operations) if isinstance(r, Refused)]
    assert codes == ["already_exists", "already_exists"]


def test_reread_and_recent(world: World) -> None:
    """Issues are read again by id, and the latest of the list newest first."""
    tracker = world.tracker()
    state = tracker.observe(ReadScope())
    one, two = run(tracker, create(state, 1), create(state, 2))
    assert set(tracker.reread([one.id, "I_gone", two.id])) == {one.id, two.id}
    assert [issue.id for issue in tracker.recent(10)] == [two.id, one.id]


def test_access_is_told_in_words(world: World) -> None:
    """A wrong token, a missing repository, a renamed one: one clear line each."""
    with pytest.raises(AccessError, match="did not accept the token"):
        world.tracker("bad-token").observe(ReadScope())
    with pytest.raises(AccessError, match="octo-org/nothing: it does not exist"):
        world.tracker(repository="octo-org/nothing").observe(ReadScope())
    world.sandbox.rename_repository(REPOSITORY, "gadgets")
    with pytest.raises(RefusedError, match="is now called octo-org/gadgets"):
        world.observe(None)


def test_a_milestone_is_not_made_in_a_renamed_repository(world: World) -> None:
    """A repository that is renamed between read and write is noticed, and nothing is made."""
    tracker = world.tracker()
    tracker.observe(ReadScope())
    world.sandbox.rename_repository(REPOSITORY, "gadgets")
    with pytest.raises(RefusedError, match="has moved"):
        list(tracker.apply([CreateMilestone("M")]))
    assert world.tracker(repository="octo-org/gadgets").observe(ReadScope()).milestones == ()


def test_a_token_without_projects_defers_the_board(world: World) -> None:
    """Where the board is out of reach the rest is observed, and the problem has words."""
    world.sandbox.tokens["workflow"] = Grant("github-actions[bot]", "write", projects=False)
    state = world.tracker("workflow").observe(ReadScope(BOARD))
    assert state.project is None
    assert "BACKLOG_PROJECT_TOKEN" in (state.project_problem or "")
    assert state.viewer.login == "github-actions[bot]"


def test_what_is_silently_dropped_is_missing(world: World) -> None:
    """Without push access GitHub makes the issue and drops its labels: that is told."""
    tracker = world.tracker()
    state = tracker.observe(ReadScope())
    (label,) = run(tracker, CreateLabel("epic", "5319e7", ""))
    world.sandbox.tokens["reader"] = Grant("visitor", "read")
    (made,) = run(world.tracker("reader"), create(state, 1, label_ids=(label.id,)))
    assert made.missing == ("labels",)


LOSSES = {
    "answer lost": faults.answer_lost(),
    "502 after": faults.bad_gateway(delivered=True),
    "html after": faults.html_page(delivered=True),
    "truncated": faults.truncated(),
    "graphql error": faults.graphql_error(),
    "not delivered": faults.not_delivered(),
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_create_with_a_lost_answer_is_made_at_most_once(world: World, name: str) -> None:
    """Whatever becomes of the answer, each issue is made once or not at all, and is unknown."""
    tracker = world.tracker()
    state = tracker.observe(ReadScope())
    world.sandbox.faults = faults.FaultPlan({1: LOSSES[name]}, writes_only=True)
    replies = [reply for _, reply in tracker.apply([create(state, n) for n in (1, 2)])]
    assert all(isinstance(reply, Unknown) for reply in replies)
    assert len(world.observe(None).issues) == (0 if name == "not delivered" else 2)


@pytest.mark.parametrize("name", LOSSES)
def test_values_are_set_whatever_becomes_of_the_answer(world: World, name: str) -> None:
    """What is idempotent is sent again until it is confirmed."""
    tracker = world.tracker()
    state = tracker.observe(ReadScope(BOARD))
    board, fields = make_board(tracker, state)
    (one,) = run(tracker, create(state, 1, project_ids=(board.id,)))
    assert one.card_id is not None
    world.sandbox.faults = faults.FaultPlan({1: LOSSES[name]}, writes_only=True)
    run(tracker, SetValue(board.id, one.card_id, fields["Points"].id, "number", 5.0))
    card = world.observe().issues[0].card
    assert card is not None
    assert card.values["Points"] == 5.0


LIMITS = {
    "403": (faults.secondary_limit(), 60),
    "403 with retry-after": (faults.secondary_limit(retry_after=7), 7),
    "429": (faults.secondary_limit(status=429), 60),
    "200": (faults.secondary_limit(status=200), 60),
    "too quick": (faults.submitted_too_quickly(), 60),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_waited_out_and_nothing_is_made_twice(world: World, name: str) -> None:
    """Each shape of a secondary limit: the wait it asks for, then every issue exactly once."""
    fault, seconds = LIMITS[name]
    tracker = world.tracker()
    state = tracker.observe(ReadScope())
    world.sandbox.faults = faults.FaultPlan({1: fault}, writes_only=True)
    run(tracker, *[create(state, n) for n in (1, 2)])
    assert world.slept == [seconds]
    assert len(world.observe(None).issues) == 2


def test_over_real_http(world: World) -> None:
    """The same through sockets: both clients, a write and a read."""
    with serve(world.sandbox) as server:
        tracker = connect(
            api_url=server.url,
            repository=REPOSITORY,
            token="a-token",
            read_only=False,
            sleep=world.sleep,
        )
        state = tracker.observe(ReadScope())
        run(tracker, CreateMilestone("M", "2026-03-31"), create(state, 1))
        seen = tracker.observe(ReadScope())
    assert [issue.title for issue in seen.issues] == ["Story 1"]
    assert seen.milestones[0].due == "2026-03-31"
    assert seen.host.startswith("127.0.0.1:")
