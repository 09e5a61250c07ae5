"""Which commit a sync speaks for: in a workflow the default branch's tip, or nothing is sent."""

import os
import subprocess
from pathlib import Path

import pytest

from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog


class Clone:
    """The current folder as a clone of a remote on disk."""

    def __init__(self, folder: Path, remote: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "--bare", "-b", "main", str(remote))
        self.git("init", "-q", "-b", "main")
        self.git("remote", "add", "origin", str(remote))
        self.commit()

    def git(self, *arguments: str) -> str:
        """Run git here; give what it prints."""
        identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
        done = subprocess.run(
            ["git", "-C", str(self.folder), *identity, *arguments],
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, *, push: bool = True) -> None:
        """Commit what is here, and bring it to main."""
        self.git("add", "backlog.yaml")
        self.git("commit", "-q", "--allow-empty", "-m", "Plan")
        if push:
            self.git("push", "-q", "origin", "HEAD:main")


@pytest.fixture
def clone(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone that is what main says."""
    return Clone(folder, tmp_path_factory.mktemp("remote") / "shop.git")


@pytest.fixture
def workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of a workflow, by its environment."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.test")


def writes(server: Sandbox) -> int:
    """How many mutations arrived."""
    return sum(entry.mutations for entry in server.log)


@pytest.mark.usefixtures("workflow")
def test_a_workflow_at_the_tip_is_applied(backlog: Backlog, server: Sandbox, clone: Clone) -> None:
    """HEAD is what main is, detached as a checkout leaves it."""
    clone.git("checkout", "-q", "--detach")
    ran = backlog("sync", "--yes")
    assert ran.code == 0, ran.err
    assert "superseded" not in ran.err
    assert writes(server)


@pytest.mark.usefixtures("workflow")
@pytest.mark.parametrize("where", ["behind", "another branch", "not pushed"])
def test_a_workflow_elsewhere_ends_as_superseded(
    backlog: Backlog, server: Sandbox, clone: Clone, where: str
) -> None:
    """The exit code is 0, and GitHub is not even read: whoever pushed the tip has a run for it."""
    if where == "behind":
        clone.commit()
        clone.git("checkout", "-q", "--detach", "HEAD~1")
    else:
        clone.git("checkout", "-q", "-b", "idea") if where == "another branch" else None
        clone.commit(push=False)
    ran = backlog("sync", "--yes", "--format", "json")
    assert ran.code == 0
    assert "superseded: " in ran.err
    assert "is checked out, and main is at" in ran.err
    assert '"superseded": ' in ran.out
    assert len(server.log) == 0


@pytest.mark.usefixtures("workflow", "folder")
def test_a_workflow_without_a_repository_is_told_so(backlog: Backlog, server: Sandbox) -> None:
    """What cannot be checked is not sent: no checkout, exit 1 and a hint."""
    ran = backlog("sync", "--yes")
    assert ran.code == 1
    assert "actions/checkout" in ran.err
    assert len(server.log) == 0


@pytest.mark.usefixtures("workflow", "clone")
def test_a_trial_in_a_workflow_asks_no_branch(backlog: Backlog, clone: Clone) -> None:
    """The sandbox is nobody's backlog."""
    clone.commit(push=False)
    assert "superseded" not in backlog("sync", "--sandbox").err


def test_somebody_on_another_branch_is_warned(
    backlog: Backlog, server: Sandbox, clone: Clone
) -> None:
    """At home a warning before the question; with a yes it goes on."""
    clone.git("checkout", "-q", "-b", "idea")
    clone.commit(push=False)
    ran = backlog("sync", "--yes")
    assert ran.code == 0
    assert "on idea, and main is at" in ran.err
    assert writes(server)
    again = backlog("sync")
    assert "warning" not in again.err, "nothing to send is nothing to warn of"


def test_somebody_behind_is_warned_and_a_first_sync_still_needs_a_yes(
    backlog: Backlog, server: Sandbox, clone: Clone
) -> None:
    """Nobody can be asked here: the warning alone stops nothing, the missing yes does."""
    clone.commit()
    clone.git("reset", "-q", "--soft", "HEAD~1")
    ran = backlog("sync")
    assert ran.code == 4
    assert "warning[other-commit] main is behind: at origin it is at" in ran.err
    assert "needs-yes" in ran.err
    assert not writes(server)


def test_commits_that_are_not_pushed_yet_are_nothing_to_warn_of(
    backlog: Backlog, server: Sandbox, clone: Clone
) -> None:
    """Ahead of main, or with a remote out of reach, work goes on as it always did."""
    clone.commit(push=False)
    assert "warning" not in backlog("sync", "--yes").err
    assert writes(server)
    clone.git("remote", "set-url", "origin", str(clone.folder / "gone.git"))
    (clone.folder / "backlog.yaml").write_text(
        (clone.folder / "backlog.yaml").read_text("utf-8").replace("thirty", "ninety"), "utf-8"
    )
    ran = backlog("sync", "--yes")
    assert ran.code == 0
    assert "warning" not in ran.err
