"""The sandbox's memory: what survives, what is locked, what is forgotten."""

import json
import multiprocessing
import re
import shutil
import threading
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest
import requests

from github_sandbox.app import Sandbox
from github_sandbox.errors import SandboxError
from github_sandbox.server import (
    SandboxBusyError,
    StateLock,
    open_sandbox,
    reset,
    running_url,
    serve,
)
from tests.sandbox.conftest import REPOSITORY, World
from tests.sandbox.test_writes import mutate, read


def everything(sandbox: Sandbox) -> dict[int, Any]:
    """All records, as comparable values."""
    return {number: repr(record) for number, record in sandbox.store.records.items()}


def filled(folder: Path) -> World:
    """A world with issues, relations, a board and values."""
    world = World(folder)
    project = world.board()
    parent = world.issue("parent", projectV2Ids=[project])
    child = world.issue("child", parentIssueId=parent, body="Zeile\r\nmit Umlauten: ä ß 漢")
    mutate(world, "addBlockedBy", "issue { id }", issueId=child, blockingIssueId=parent)
    mutate(world, "addComment", "subject { id }", subjectId=parent, body="Hm")
    card = world.card(project, child)
    points = world.field(project, "Points", "NUMBER")["id"]
    world.set_value(project, card, points, number=3)
    mutate(world, "closeIssue", "issue { id }", issueId=parent)
    return world


def as_killed(world: World, folder: Path) -> Path:
    """What the folder would hold had the process ended now, without a close."""
    left = folder.with_name("left")
    shutil.copytree(folder, left)
    world.sandbox.close()
    return left


@pytest.mark.parametrize("killed", [False, True], ids=["closed", "killed"])
def test_everything_answered_survives(tmp_path: Path, killed: bool) -> None:
    """After a close, and after an end without one, all records are there as they were."""
    folder = tmp_path / "sandbox"
    world = filled(folder)
    before = everything(world.sandbox)
    if killed:
        folder = as_killed(world, folder)
    else:
        world.sandbox.close()
    again = World(folder)
    assert everything(again.sandbox) == before
    found = read(again, again.issue("next"))
    assert found["number"] == 3
    again.sandbox.close()


def test_a_torn_last_line_is_dropped(tmp_path: Path) -> None:
    """A write that was never answered leaves half a line; the rest is read."""
    world = filled(tmp_path / "sandbox")
    before = everything(world.sandbox)
    left = as_killed(world, tmp_path / "sandbox")
    with (left / "journal.jsonl").open("ab") as journal:
        journal.write(b'{"put":[["Issue",{"id":99')
    again = Sandbox(left)
    assert everything(again) == before
    again.close()


def test_a_journal_may_be_read_twice(tmp_path: Path) -> None:
    """A crash between snapshot and truncation leaves both; nothing changes by that."""
    world = filled(tmp_path)
    journal = (tmp_path / "journal.jsonl").read_bytes()
    before = everything(world.sandbox)
    world.sandbox.close()
    (tmp_path / "journal.jsonl").write_bytes(journal)
    again = Sandbox(tmp_path)
    assert everything(again) == before
    again.close()


def test_ids_are_not_reused_after_a_restart(tmp_path: Path) -> None:
    """What was deleted last leaves its id unused."""
    world = World(tmp_path)
    project, issue = world.board(), world.issue()
    card = world.card(project, issue)
    mutate(world, "deleteProjectV2Item", "deletedItemId", projectId=project, itemId=card)
    world.sandbox.store.events.clear()
    for _ in range(2):
        world.sandbox.close()
        world = World(tmp_path)
    assert world.card(project, issue) != card
    world.sandbox.close()


def test_a_write_costs_what_it_changes(tmp_path: Path) -> None:
    """With a thousand issues a small change adds a small line to the journal."""
    world = World(tmp_path)
    issues = [world.issue(f"Issue {number}", body="text " * 50) for number in range(1000)]
    journal = tmp_path / "journal.jsonl"
    before = journal.stat().st_size
    mutate(world, "updateIssue", "issue { id }", id=issues[500], title="changed")
    assert 0 < journal.stat().st_size - before < 2000
    before = journal.stat().st_size
    world.ask("{ viewer { login } }")
    assert journal.stat().st_size == before
    world.sandbox.close()


def test_node_ids_are_the_same_in_every_run() -> None:
    """The same deeds give the same ids."""
    first, second = World(), World()
    assert first.issue("one") == second.issue("one")
    assert first.board() == second.board()


def test_a_damaged_state_is_a_plain_fault(tmp_path: Path) -> None:
    """It names the folder and the way out; it is no traceback."""
    record = '{"records": [["Issue", {%s}]], "highest": 1}'
    for broken in (
        "{",
        '{"format_version": 1}',
        '{"records": [["Nope", {"id": 1}]], "highest": 1}',
        record % '"id": "one"',
        record % '"id": 1, "nope": 1',
    ):
        (tmp_path / "state.json").write_text(broken)
        with pytest.raises(SandboxError) as fault:
            Sandbox(tmp_path)
        assert fault.value.slug == "sandbox-damaged"
        assert fault.value.hint is not None
        assert "reset" in fault.value.hint
        assert not re.search("nput should|ield required|xtra inputs", fault.value.message)
    reset(tmp_path)
    Sandbox(tmp_path).close()


def _hold(folder: Path, ready: Event, done: Event) -> None:
    """Serve a folder in another process."""
    sandbox, lock = open_sandbox(folder)
    sandbox.ensure_repository(REPOSITORY)
    with lock, sandbox, serve(sandbox, state_dir=folder):
        ready.set()
        done.wait(20)


def test_a_folder_has_one_writer(tmp_path: Path) -> None:
    """A second process is told who has it, and may have it afterwards."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(tmp_path, ready, done))
    other.start()
    try:
        assert ready.wait(20)
        with pytest.raises(SandboxBusyError) as busy:
            open_sandbox(tmp_path)
        assert busy.value.url is not None
        assert busy.value.url.startswith("http://127.0.0.1:")
        assert busy.value.url in busy.value.message
        with pytest.raises(SandboxBusyError):
            reset(tmp_path)
    finally:
        done.set()
        other.join(20)
    assert other.exitcode == 0
    sandbox, lock = open_sandbox(tmp_path)
    with lock, sandbox:
        assert not (tmp_path / "server.json").exists()


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """A server that is killed has kept each issue whose answer its client saw."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(tmp_path, ready, done))
    other.start()
    assert ready.wait(20)
    url = running_url(tmp_path)
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = "Bearer t"
        for number in range(5):
            answer = session.post(
                f"{url}/repos/{REPOSITORY}/issues", json={"title": f"{number}"}, timeout=5
            )
            assert answer.status_code == 201
    other.kill()
    other.join(20)
    sandbox, lock = open_sandbox(tmp_path)
    with lock, sandbox:
        kept = sandbox.store.issues[sandbox.repository(REPOSITORY).id]
        assert [issue.title for issue in kept.values()] == ["0", "1", "2", "3", "4"]


def test_a_killed_servers_note_is_no_lock(tmp_path: Path) -> None:
    """What a killed process left does not keep anybody out."""
    (tmp_path / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:1", "pid": 1}))
    (tmp_path / "lock").touch()
    sandbox, lock = open_sandbox(tmp_path)
    with lock, sandbox:
        sandbox.ensure_repository(REPOSITORY)


def test_reset_forgets_everything(tmp_path: Path) -> None:
    """Also a folder that is not there."""
    filled(tmp_path / "sandbox").sandbox.close()
    reset(tmp_path / "sandbox")
    reset(tmp_path / "nowhere")
    again = Sandbox(tmp_path / "sandbox")
    assert everything(again) == {}
    again.close()


def test_a_folder_that_cannot_be_made_is_a_plain_fault(tmp_path: Path) -> None:
    """A file in the way is told."""
    (tmp_path / "file").touch()
    with pytest.raises(SandboxError) as fault:
        StateLock(tmp_path / "file" / "sandbox")
    assert fault.value.slug == "sandbox-folder"


def test_a_port_that_is_taken_is_a_plain_fault(world: World) -> None:
    """It names the port."""
    with serve(world.sandbox) as running:
        port = int(running.url.rsplit(":", 1)[1])
        with pytest.raises(SandboxError) as fault:
            serve(world.sandbox, port)
        assert str(port) in fault.value.message


def test_two_threads_get_what_two_clients_would(tmp_path: Path) -> None:
    """Numbers are handed out once each, and the state that is kept is whole."""
    world = World(tmp_path)
    parent = world.issue("parent")
    seen: list[str] = []

    def work(name: str) -> None:
        for number in range(40):
            seen.append(world.issue(f"{name} {number}", parentIssueId=parent))

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 80
    assert read(world, parent)["subIssuesSummary"]["total"] == 80
    before = everything(world.sandbox)
    world.sandbox.close()
    again = Sandbox(tmp_path)
    assert everything(again) == before
    again.close()


def test_a_long_running_servers_journal_does_not_grow_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is folded while the server runs; what a kill leaves is whole, and events are bounded."""
    monkeypatch.setattr("github_sandbox.journal.FOLD_AT", 20_000)
    monkeypatch.setattr("github_sandbox.store.EVENTS_KEPT", 50)
    folder = tmp_path / "sandbox"
    world = World(folder)
    issue, journal, snapshot = world.issue(), folder / "journal.jsonl", folder / "state.json"
    longest = largest = 0
    for number in range(400):
        mutate(world, "updateIssue", "issue { id }", id=issue, title=f"Title {number}")
        longest = max(longest, journal.stat().st_size)
        if snapshot.exists():  # it holds 50 to 100 events, so the last one may be a small one
            largest = max(largest, snapshot.stat().st_size)
    assert 20_000 < longest < max(20_000, largest) + 2_000
    assert snapshot.stat().st_size < 100_000
    assert 50 <= len(world.sandbox.events) <= 100
    before = everything(world.sandbox)
    again = Sandbox(as_killed(world, folder))
    assert everything(again) == before
    assert again.events[-1].id > issue_number(again)
    again.close()


def issue_number(sandbox: Sandbox) -> int:
    """The record number of the only issue."""
    (issue,) = sandbox.store.issues[sandbox.repository(REPOSITORY).id].values()
    return issue.id
