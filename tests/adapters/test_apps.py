"""Tokens of a GitHub App: requested, renewed, shared by all that is sent, and refused in words."""

import itertools
import logging
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backlog_sync.core.operations import CreateMilestone, Overwrite, UpdateMilestone
from backlog_sync.core.rate import Learned, Pace
from backlog_sync.engine.apply import apply
from backlog_sync.engine.ports import ReadScope
from backlog_sync.engine.reconcile import observe_and_plan
from backlog_sync.errors import AccessError, BacklogError, PartialError, RefusedError
from backlog_sync.github_api.app_auth import AppKey, AppVariables, read_app_key
from backlog_sync.github_api.session import connect
from backlog_sync.github_api.tracker import GitHubTracker
from backlog_sync.local.journal import FileJournal
from github_sandbox import faults
from github_sandbox.app import Sandbox
from github_sandbox.faults import FaultPlan
from tests.app_keys import pem, public
from tests.core.builders import desired, item
from tests.engine.memory import Watcher
from tests.faults.harness import BOARD, all_applied
from tests.sandbox_adapter import SandboxAdapter

HOME = "octo-org/widgets"
KEY = AppKey("12", pem())


class World:
    """A server that knows App 12, and a clock that only tests and waits move."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.slow = 0.0
        self.sandbox = Sandbox(
            None, clock=lambda: datetime.fromtimestamp(self.now, UTC), sleep=self.sleep
        )
        self.sandbox.ensure_repository(HOME)
        self.app = self.sandbox.apps.register(12, public(), slug="planner")
        self.installed = self.sandbox.apps.install(self.app, "octo-org")
        self.given: list[str] = []

    def sleep(self, seconds: float) -> None:
        """Pass time."""
        self.now += seconds

    def tracker(
        self, key: AppKey = KEY, *, read_only: bool = True, secrets: tuple[str, ...] = ()
    ) -> GitHubTracker:
        """The real client, with the App's key."""
        return connect(
            api_url="http://127.0.0.1",
            repository=HOME,
            token=key,
            read_only=read_only,
            adapter=SandboxAdapter(self.sandbox),
            clock=lambda: self.now - self.slow,
            sleep=self.sleep,
            on_token=self.given.append,
            secrets=secrets,
        )

    @property
    def paths(self) -> list[tuple[str, str, int]]:
        """What was sent: method, path, status."""
        return [(entry.method, entry.path, entry.status) for entry in self.sandbox.log]


@pytest.fixture
def world() -> World:
    """A server that knows App 12."""
    return World()


# ---- tokens ----------------------------------------------------------------------------------


def test_one_token_serves_rest_and_graphql_for_an_hour(world: World) -> None:
    """The installation is looked up once; GraphQL and REST are sent with the token it gets."""
    tracker = world.tracker(read_only=False)
    assert world.paths == []
    tracker.observe(ReadScope())
    list(tracker.apply([CreateMilestone("M1")]))
    installation = ("GET", f"/repos/{HOME}/installation", 200)
    token = ("POST", f"/app/installations/{world.installed.id}/access_tokens", 201)
    milestone = ("POST", f"/repos/{HOME}/milestones", 201)
    others = [entry for entry in world.paths if entry[1] != "/graphql"]
    assert others == [installation, token, milestone]
    assert world.given == [issued.token for issued in world.sandbox.apps.issued]
    assert tracker.usage().rest == 3


def test_a_known_installation_is_not_looked_up(world: World) -> None:
    """Its number is enough, where it is given."""
    world.tracker(replace(KEY, installation_id=world.installed.id)).observe(ReadScope())
    assert [path for method, path, _ in world.paths if method == "GET"] == []


@pytest.mark.parametrize("slow", [0.0, 290.0, -50.0])
def test_a_token_is_renewed_before_it_ends(world: World, slow: float) -> None:
    """Through three hours no request meets a token that is over, whatever the clock says here."""
    world.slow = slow
    tracker = world.tracker()
    for _ in range(180):
        tracker.observe(ReadScope())
        world.sleep(60)
    assert {status for _, _, status in world.paths} == {200, 201}
    assert len(world.given) == 4


def test_a_token_of_some_minutes_is_renewed_as_often(world: World) -> None:
    """A server may hand out shorter ones; what it says of their end counts."""
    world.sandbox.apps.token_seconds = 600
    tracker = world.tracker()
    for _ in range(30):
        tracker.observe(ReadScope())
        world.sleep(60)
    assert {status for _, _, status in world.paths} == {200, 201}
    assert len(world.given) == 8  # every four minutes: it has to be good for six more


def test_a_milestone_is_sent_with_a_renewed_token(world: World) -> None:
    """REST writes take the token from the same place as GraphQL."""
    tracker = world.tracker(read_only=False)
    list(tracker.apply([CreateMilestone("M1")]))
    world.sleep(3600)
    list(tracker.apply([CreateMilestone("M2")]))
    assert [path for method, path, status in world.paths if status >= 400] == []
    assert len(world.given) == 2


def test_a_token_that_is_known_already_is_used(world: World) -> None:
    """Secrets are taken out of every answer but this one, or the token could not be sent."""
    other = World()
    other.tracker().observe(ReadScope())
    world.tracker(secrets=tuple(other.given)).observe(ReadScope())
    assert world.given == other.given
    assert {status for _, _, status in world.paths} == {200, 201}


def test_threads_share_one_token(world: World) -> None:
    """Eight that begin at once request it once."""
    tracker, begin = world.tracker(), threading.Barrier(8)
    troubles: list[BaseException] = []

    def read() -> None:
        begin.wait()
        try:
            tracker.recent(1)
        except BaseException as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (troubles, len(world.given)) == ([], 1)


def test_a_fault_on_the_way_to_a_token_is_waited_out(world: World) -> None:
    """Bad answers and limits end no run, and those that stay end it in words."""
    world.sandbox.faults = FaultPlan(
        {1: faults.bad_gateway(), 2: faults.answer_lost(), 4: faults.secondary_limit()}
    )
    world.tracker().observe(ReadScope())
    assert world.given
    world.sandbox.faults = FaultPlan(dict.fromkeys(range(1, 30), faults.primary_limit()))
    with pytest.raises(PartialError, match="rate limit"):
        world.tracker().observe(ReadScope())


# ---- what goes wrong ---------------------------------------------------------------------------


def _uninstalled(world: World) -> AppKey:
    world.sandbox.apps.remove(world.installed)
    return KEY


def _suspended(world: World) -> AppKey:
    world.sandbox.apps.suspend(world.installed)
    return KEY


def _fast_clock(world: World) -> AppKey:
    world.slow = -400.0
    return KEY


@pytest.mark.parametrize(
    ("prepare", "message", "hint"),
    [
        (lambda _: AppKey("12", pem(2)), "the private key is not one of GitHub App 12", "generate"),
        (lambda _: AppKey("13", pem()), "there is no GitHub App 13 on this server", "App ID"),
        (_uninstalled, f"GitHub App 12 is not installed for {HOME}", "install the App"),
        (_suspended, f"installation of GitHub App 12 for {HOME} is suspended", "unsuspend"),
        (lambda _: AppKey("12", pem(), 7), "has no installation 7", "BACKLOG_APP_INSTALLATION_ID"),
        (_fast_clock, "the signature of GitHub App 12 was refused", "clock"),
    ],
)
def test_what_github_refuses_is_explained(
    world: World, prepare: Callable[[World], AppKey], message: str, hint: str
) -> None:
    """Each mistake is named, with what to do; the key is in no word of it."""
    key = prepare(world)
    with pytest.raises(AccessError, match=message) as refused:
        world.tracker(key).observe(ReadScope())
    assert hint in (refused.value.hint or "")
    assert pem().splitlines()[3] not in "".join(traceback.format_exception(refused.value))


def test_an_app_that_is_removed_meanwhile_is_named(world: World) -> None:
    """A token that is refused in the middle of a run names the App in its hint."""
    tracker = world.tracker()
    tracker.observe(ReadScope())
    world.sandbox.apps.remove(world.installed)
    with pytest.raises(AccessError, match="Bad credentials") as refused:
        tracker.observe(ReadScope())
    assert "GitHub App 12" in (refused.value.hint or "")


ID, TEXT, FILE, NUMBER = (
    "BACKLOG_APP_ID",
    "BACKLOG_APP_PRIVATE_KEY",
    "BACKLOG_APP_PRIVATE_KEY_FILE",
    "BACKLOG_APP_INSTALLATION_ID",
)


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({ID: "12"}, f"{ID} is set, but the private key of the GitHub App is not", FILE),
        ({TEXT: pem()}, f"{TEXT} is set, but {ID} is not", "App ID"),
        ({FILE: "x.pem"}, f"{FILE} is set, but {ID} is not", "App ID"),
        ({NUMBER: "7"}, f"{NUMBER} is set, but {ID} is not", "App ID"),
        ({ID: "planner", TEXT: pem()}, f"{ID} is not the ID of a GitHub App: 'planner'", "number"),
        ({ID: "12", TEXT: pem(), NUMBER: "x7"}, f"{NUMBER} is not a number: 'x7'", "unset"),
        ({ID: "12", TEXT: pem(), FILE: "x.pem"}, "are both set", "unset one"),
        ({ID: "12", TEXT: "nonsense"}, f"{TEXT} is not the private key of a GitHub App", "BEGIN"),
        ({ID: "12", TEXT: "/keys/planner.pem"}, "is not the private key", FILE),
        ({ID: "12", FILE: "/nowhere/planner.pem"}, "/nowhere/planner.pem: No such file", FILE),
        ({ID: "12", FILE: pem()}, f"{FILE} is not the path of a file", TEXT),
        ({ID: "12", FILE: pem().replace("-----", "")}, f"{FILE} is not the path of a file", TEXT),
        ({ID: pem().splitlines()[3], TEXT: pem()}, f"{ID} is not the ID of a GitHub App", "number"),
        ({ID: "12", FILE: "/"}, "cannot read the private key of the GitHub App: /", FILE),
    ],
)
def test_values_that_cannot_work_are_named(values: dict[str, str], message: str, hint: str) -> None:
    """Before anything is sent, with the variable that is wrong and what to do."""
    with pytest.raises(AccessError) as refused:
        read_app_key(values, AppVariables())
    assert message in refused.value.message
    assert hint in (refused.value.hint or "")
    assert pem().splitlines()[3] not in f"{refused.value.message}{refused.value.hint}"


@pytest.mark.parametrize("change", [str, lambda text: text.replace("\n", "\\n"), str.strip])
def test_keys_are_read_however_they_were_pasted(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    r"""With line breaks, with `\n` written out, without the last one; from a file as well."""
    expected = AppKey("12", pem(), 7)
    values = {ID: "12", TEXT: change(pem()), NUMBER: "7"}
    assert read_app_key(values, AppVariables()) == expected
    (tmp_path / "key.pem").write_text(change(pem()), "utf-8")
    by_file = {ID: "12", FILE: str(tmp_path / "key.pem"), NUMBER: "7"}
    assert read_app_key(by_file, AppVariables()) == expected
    assert pem() not in repr(expected)
    assert read_app_key({}, AppVariables()) is None


def test_a_client_id_stands_for_the_app_too() -> None:
    """GitHub takes either as the issuer."""
    key = read_app_key({ID: "Iv23liAbCdEfGhIjKlMn", TEXT: pem()}, AppVariables())
    assert key == AppKey("Iv23liAbCdEfGhIjKlMn", pem())


def test_no_secret_is_in_any_log(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """With every logger at its loudest, key, signature and token are shown nowhere."""
    caplog.set_level(logging.DEBUG)
    world.tracker().observe(ReadScope())
    world.sandbox.apps.suspend(world.installed)
    with pytest.raises(BacklogError) as refused:
        world.tracker().observe(ReadScope())
    told = (
        caplog.text
        + "".join(capfd.readouterr())
        + "".join(traceback.format_exception(refused.value))
    )
    assert [secret for secret in (*world.given, pem().splitlines()[3]) if secret in told] == []
    assert "eyJ" not in told


# ---- REST --------------------------------------------------------------------------------------


def _created(tracker: GitHubTracker) -> None:
    list(tracker.apply([CreateMilestone("M2", "2026-03-31", "Spring")]))


def _changed(tracker: GitHubTracker) -> None:
    (milestone,) = tracker.observe(ReadScope()).milestones
    change = UpdateMilestone(milestone.id, milestone.number, title=Overwrite("M1", "M2"))
    list(tracker.apply([change]))


def _pulled(tracker: GitHubTracker) -> None:
    tracker.open_pull_request(head="b", base="main", title="T", body="B")


@pytest.mark.parametrize("write", [_created, _changed, _pulled])
def test_no_rest_write_is_sent_by_a_read_only_run(
    world: World, write: Callable[[GitHubTracker], None]
) -> None:
    """Every write that goes through PyGithub is refused before a byte is sent."""
    list(world.tracker(read_only=False).apply([CreateMilestone("M1")]))
    tracker = world.tracker()
    tracker.recent(1)
    before = len(world.sandbox.events)
    world.sandbox.log.clear()
    with pytest.raises(RefusedError, match="must not write") as refused:
        write(tracker)
    assert refused.value.slug == "write-blocked"
    assert [path for method, path, _ in world.paths if path != "/graphql"] == []
    assert len(world.sandbox.events) == before


def test_a_write_through_pygithub_is_one_request(world: World) -> None:
    """Lazy objects cost no request of their own: a POST to create, a PATCH to change."""
    tracker = world.tracker(read_only=False)
    tracker.recent(1)
    world.sandbox.log.clear()
    ((_, created),) = tracker.apply([CreateMilestone("M1", "2026-03-31", "Spring")])
    (milestone,) = world.sandbox.store.milestones[world.sandbox.repository(HOME).id].values()
    assert (milestone.title, milestone.due_on) == ("M1", "2026-03-31T00:00:00Z")
    change = UpdateMilestone(milestone.node_id, 1, due=Overwrite("2026-03-31", "2026-12-24"))
    ((_, changed),) = tracker.apply([change])
    assert milestone.due_on == "2026-12-24T00:00:00Z"
    assert created == changed
    home = f"/repos/{HOME}/milestones"
    sent = [entry[:2] for entry in world.paths if entry[1] != "/graphql"]
    assert sent == [("POST", home), ("PATCH", f"{home}/1")]


def test_a_read_through_pygithub_is_one_request(world: World) -> None:
    """Lazy objects are read with the one request that brings what is asked for."""
    tracker = world.tracker(read_only=False)
    tracker.recent(1)
    world.sandbox.log.clear()
    assert tracker.usage().rest == 2
    with pytest.raises(BacklogError, match="no issue or pull request #7"):
        tracker.conversation(7)
    assert world.paths == [("GET", f"/repos/{HOME}/issues/7", 404)]


# ---- long runs ---------------------------------------------------------------------------------


def test_tokens_are_renewed_in_a_sync_of_three_hours(world: World, tmp_path: Path) -> None:
    """Those for issues and those for the board, in an hour of waiting for the pace and after it.

    None is in what the run logs or reads again.
    """
    board_app = world.sandbox.apps.register(13, public(2), slug="boards")
    world.sandbox.apps.install(board_app, "octo-org")
    tracker = connect(
        api_url="http://127.0.0.1",
        repository=HOME,
        token=KEY,
        project_token=AppKey("13", pem(2)),
        read_only=False,
        adapter=SandboxAdapter(world.sandbox),
        clock=lambda: world.now,
        sleep=world.sleep,
        on_token=world.given.append,
        pace=Pace(Learned(at=world.now, an_hour=60, sent=((world.now - 1, 60),)), now=world.now),
    )
    items = (item(f"s{n}", f"Story {n}", board={"Story Points": n}) for n in range(126))
    began, wanted = world.now, desired(*items, project=BOARD)
    prepared = observe_and_plan(wanted, tracker, journals=lambda _: FileJournal(tmp_path))
    numbers = map("{:016x}".format, itertools.count(1))
    # It stands for GitHub, of which more is known than of a simulator.
    prepared = replace(prepared, observed=replace(prepared.observed, sandbox=False))
    applied = apply(prepared, tracker, nonces=lambda: next(numbers), progress=Watcher())
    assert all_applied(applied)
    assert world.now - began >= 3 * 3_600 - 1
    assert {status for _, _, status in world.paths} <= {200, 201}
    issued = {(each.installation.app.slug, each.token) for each in world.sandbox.apps.issued}
    tokens = Counter(slug for slug, _ in issued)
    assert (tokens["planner"], tokens["boards"]) >= (4, 2)
    assert sorted(world.given) == sorted(token for _, token in issued)
    secret = "".join(world.given)
    issue = next(iter(world.sandbox.store.issues[world.sandbox.repository(HOME).id].values()))
    issue.title = f"Tokens: {secret}"
    (read,) = tracker.reread([issue.node_id]).values()
    assert not [token for token in world.given if token in read.title]
