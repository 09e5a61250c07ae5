"""Two clones on two machines, each with a file of its own and a journal of its own."""

import shutil
from pathlib import Path

import pytest

from backlog_sync import wiring
from backlog_sync.environment import environment
from github_sandbox.app import Sandbox
from github_sandbox.models import Issue
from tests.cli.conftest import Backlog

MARKER = '"n":"'


def second_issue_of(server: Sandbox, number: int, nonce: str) -> Issue:
    """What another machine's run made at the same time: the same item, another nonce."""
    home = server.repository("octo-org/shop")
    first = server.store.issues[home.id][number]
    start = first.body.index(MARKER) + len(MARKER)
    body = first.body[:start] + nonce + first.body[start + len(nonce) :]
    number = max(server.store.issues[home.id]) + 1
    return server.store.create(
        Issue, repository=home.id, number=number, title=first.title, body=body, author=first.author
    )


@pytest.fixture
def doubled(backlog: Backlog, server: Sandbox) -> Issue:
    """A second issue of the story `keep`, which is #3."""
    assert backlog("sync", "--yes").code == 0
    return second_issue_of(server, 3, "f" * 16)


def test_a_second_issue_is_shown_and_closed(
    backlog: Backlog, server: Sandbox, doubled: Issue
) -> None:
    """The plan says which one stays; the other is closed as its duplicate, with a comment."""
    ran = backlog("plan")
    assert f"#{doubled.number} is a second issue of the same item; #3 stays" in ran.out
    assert "1 to close" in ran.out
    assert backlog("sync").code == 0
    home = server.repository("octo-org/shop")
    assert (doubled.state, doubled.state_reason) == ("CLOSED", "DUPLICATE")
    assert doubled.duplicate_of == server.store.issues[home.id][3].id
    (comment,) = server.store.comments[doubled.id].values()
    assert "Closed as a duplicate of #3" in comment.body
    assert backlog("plan").out.startswith("✓ No changes.")


def test_the_other_machine_follows(
    backlog: Backlog, server: Sandbox, doubled: Issue, folder: Path
) -> None:
    """Its file names the issue that was closed: the next sync puts the number right."""
    file = folder / "backlog.yaml"
    ours = file.read_text(encoding="utf-8")
    backlog("sync")
    theirs = ours.replace("sandbox#3", f"sandbox#{doubled.number}")
    assert theirs != ours
    file.write_text(theirs, encoding="utf-8")
    ran = backlog("sync")
    assert ran.code == 0, ran.err
    assert file.read_text(encoding="utf-8") == ours


def test_one_run_at_a_time_for_a_repository(
    backlog: Backlog,
    server: Sandbox,
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two clones on one machine: the second run is refused while the first one works."""
    clone = tmp_path_factory.mktemp("clone")
    shutil.copy(folder / "backlog.yaml", clone)
    with wiring.run_lock(wiring.Target("octo-org/shop", environment(), folder)):
        monkeypatch.chdir(clone)
        ran = backlog("sync", "--yes")
    assert ran.code == 4
    assert "another sync or report to octo-org/shop is running" in ran.err
    assert backlog("sync", "--yes").code == 0
