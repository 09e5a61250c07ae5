"""Where a run looks and keeps its state: in folders below, read-only, without a repository."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Backlog

PLAN = """\
# Crates

## Epic 1: Crates are found again

### Story 1.1: Labels

- **Assignee**: @ada-lovelace, @grace
"""


def test_runs_from_folders_below_share_one_sandbox(
    backlog: Backlog, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without git and without a repository, with people that only the file names."""
    (folder / "backlog.yaml").unlink()
    (folder / "docs").mkdir()
    (folder / "src" / "deep").mkdir(parents=True)
    (folder / "docs" / "roadmap.md").write_text(PLAN)
    monkeypatch.chdir(folder / "src" / "deep")
    first = backlog("sync", "--sandbox")
    assert first.code == 0
    assert f"Plan for sandbox/{folder.name}" in first.out
    assert "Updated ../../docs/roadmap.md" in first.out
    monkeypatch.chdir(folder)
    again = backlog("plan", "--sandbox").out
    assert "No changes" in again
    assert "cannot be assigned" not in first.out + again
    assert [path.parent for path in folder.rglob(".backlog")] == [folder]
    monkeypatch.chdir(folder / "docs")
    assert backlog("sandbox", "reset").code == 0
    monkeypatch.chdir(folder)
    assert "2 to create" in backlog("plan", "--sandbox").out


def test_a_repository_is_remembered_by_a_sync(backlog: Backlog, folder: Path) -> None:
    """A plan for another repository changes nothing; after a sync the flag can be left out."""
    (folder / "backlog.yaml").write_text("version: 1\nepics: [{id: a, title: A}]\n")
    assert "Plan for me/demo" in backlog("plan", "--sandbox", "-R", "me/demo").out
    assert f"Plan for sandbox/{folder.name}" in backlog("plan", "--sandbox").out
    assert backlog("sync", "--sandbox", "-R", "me/demo").code == 0
    assert "No changes. me/demo" in backlog("plan", "--sandbox").out


def test_files_of_another_repository_are_read_with_its_settings(
    backlog: Backlog, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its includes are inside it for lint and doctor, as for plan."""
    other, here = folder / "other", folder / "here"
    for path, text in (
        ("backlog.yaml", "version: 1\ninclude: [../more/*.yaml]\nstories: [{title: Oil}]\n"),
        ("../more/more.yaml", "stories: [{title: Paint}]\n"),
    ):
        file = other / "plans" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for repository in (other, here):
        subprocess.run(["git", "init", "-q", str(repository)], check=True)
    monkeypatch.chdir(here)
    plan = "../other/plans/backlog.yaml"
    assert "2 stories" in backlog("lint", plan).out
    assert ": 2 items, no errors" in backlog("doctor", plan, "--sandbox").out
    assert "2 to create" in backlog("plan", plan, "--sandbox").out


@pytest.fixture
def read_only(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command in a folder that cannot be written to, with a folder for caches."""
    without: list[str] = []
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("the superuser may write anywhere, and there is no setpriv")
        without = [setpriv, "--bounding-set=-dac_override"]
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "ROADMAP.md").write_text(PLAN)
    folder.chmod(0o555)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("GH_", "GITHUB_"))}
    env |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_STATE_HOME": str(tmp_path / "state")}
    env |= {"GIT_CEILING_DIRECTORIES": str(tmp_path)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*without, sys.executable, "-m", "backlog_sync", *arguments]
        return subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
        )

    return run


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not read-only there")
def test_a_read_only_folder_has_a_sandbox_elsewhere(
    read_only: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """It is in the user's cache, the run says so, and the next one finds it."""
    first = read_only("sync", "--sandbox", "--no-write-back")
    assert first.returncode == 0, first.stderr
    where = tmp_path / "cache" / "backlog-sync" / "folders"
    assert f"is read-only: the sandbox is kept in {where}" in first.stderr
    again = read_only("sync", "--sandbox")
    assert "No changes" in again.stdout
    assert "ROADMAP.md: cannot be written" in again.stderr
    assert "--no-write-back" in again.stderr
    report = read_only("report", "--sandbox")
    assert report.returncode == 0, report.stderr
    assert "Progress " in report.stdout
    assert report.stderr.count("warning[unwritable]") == 1
    assert report.stderr.count("See it: backlog sandbox serve") == 1
    assert "--no-write-back" in report.stderr


@pytest.mark.parametrize("verb", ["plan", "sync", "doctor"])
def test_a_plan_nearby_is_named_with_the_command_that_ran(
    backlog: Backlog, folder: Path, verb: str
) -> None:
    """The hint repeats the command with the file that looks like a plan."""
    (folder / "backlog.yaml").unlink()
    (folder / "plan 2.md").write_text(PLAN)
    ran = backlog(verb, "--sandbox")
    words = " ".join((ran.out + ran.err).split())
    assert f"these files look like plans: `backlog {verb} 'plan 2.md'` (2 items)" in words
