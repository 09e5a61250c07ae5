"""`init` on a terminal, as a new user has it, and the workflow that it writes."""

import json
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from backlog_sync.cli import init_workflow
from backlog_sync.cli.screen import Screen
from tests.cli.conftest import Backlog

ROOT = Path(__file__).parents[2]
ROADMAP = "# Plan\n\n## Epic 1: Sign in\n\n### Story 1.1: Mail\n\n- [ ] It arrives\n"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
WORKFLOW = Path(".github/workflows/backlog.yml")


@pytest.fixture
def empty(folder: Path) -> Path:
    """A git repository without a backlog, whose remote is on GitHub."""
    (folder / "backlog.yaml").unlink()
    git(folder, "init", "-q", "-b", "trunk")
    git(folder, "remote", "add", "origin", "git@github.com:octo-org/shop.git")
    return folder


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def test_enter_three_times_ends_with_a_plan(
    backlog: Backlog, empty: Path, typed: list[str]
) -> None:
    """The answers in brackets are what lies there; a roadmap stays as it is."""
    (empty / "TODO.md").write_text(ROADMAP)
    typed += ["", "", ""]
    ran = backlog("init")
    assert ran.code == 0
    assert "TODO.md  2 items" in ran.err
    assert "Wrote repository to backlog/config.yaml" in ran.err
    assert "on the simulator, as no token was found" in ran.err
    assert "Plan for octo-org/shop\n" in ran.out
    assert "2 to create" in ran.out
    assert "`backlog sync TODO.md --sandbox`" in ran.err
    assert (empty / "TODO.md").read_text() == ROADMAP
    assert backlog("sync", "TODO.md", "--sandbox").code == 0


def test_wrong_answers_are_asked_again(
    backlog: Backlog, empty: Path, typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with what would do; an address of a browser is a repository."""
    monkeypatch.setattr(init_workflow, "installed_action", lambda: None)
    (empty / "plan.yaml").write_text("version: 1\nepics:\n  - {id: a, title: A}\n")
    typed += ["nope.md", "plan.yaml", "widgets", "https://github.com/octo-org/widgets/"]
    typed += ["Board", "octo-org/My: Board", "me/backlog@main", f"me/backlog@{COMMIT}"]
    ran = backlog("init", "--workflow")
    assert ran.code == 0
    for problem in ("e.md is not a file", "not a repository", "does not name a board", "an action"):
        assert problem in ran.err
    assert WORKFLOW.read_text().count(f"uses: me/backlog@{COMMIT}\n") == 3
    assert "replace OWNER" not in ran.err
    assert yaml.safe_load((empty / "plan.yaml").read_text())["project"] == {
        "owner": "octo-org",
        "title": "My: Board",
    }
    assert "Plan for octo-org/widgets, board octo-org/My: Board" in ran.out
    assert "paths: [plan.yaml]" in WORKFLOW.read_text()


def test_an_interrupted_question_ends_its_line(
    backlog: Backlog, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows it begins on a line of its own, and nothing was written."""

    def interrupt(_: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(Screen, "can_ask", lambda _: True)
    monkeypatch.setattr("click.termui.visible_prompt_func", interrupt)
    ran = backlog("init")
    assert ran.err.endswith("\n\nInterrupted. Run it again to continue.\n")
    assert not list(empty.glob("[!.]*.yaml")) + list(empty.glob("backlog"))


def test_new_starts_an_empty_one(backlog: Backlog, empty: Path, typed: list[str]) -> None:
    """If nothing looks like a plan, that is the answer in brackets; flags are not asked for."""
    typed += [""]
    ran = backlog("init", "--repo", "o/r", "--project", "o/4")
    assert (ran.code, ran.out) == (0, "backlog/backlog.yaml\n")
    text = (empty / "backlog" / "backlog.yaml").read_text()
    assert "\nrepository: o/r\nproject:\n  owner: o\n  number: 4\n" in text


def test_a_table_is_converted(backlog: Backlog, empty: Path, typed: list[str]) -> None:
    """A file of another tool becomes a backlog with the answers in it, and its plan is shown."""
    (empty / "jira.csv").write_text("Summary,Status,Story Points\nMail,To Do,3\nText,Done,2\n")
    typed += ["", "none", "octo-org/Board"]
    ran = backlog("init")
    assert ran.code == 0
    assert "Plan for octo-org/shop, board octo-org/Board" in ran.out
    assert "backlog sync backlog/backlog.yaml --sandbox" in ran.err


def test_no_second_backlog_hides_the_first(backlog: Backlog, empty: Path) -> None:
    """Without a terminal nothing is asked, and a roadmap that is found stays the backlog."""
    (empty / "ROADMAP.md").write_text(ROADMAP)
    ran = backlog("init")
    assert ran.code == 1
    assert "a new backlog would hide it" in ran.err
    assert "`backlog init --from ROADMAP.md`" in ran.err
    assert "did you mean ROADMAP.md?" in backlog("lint", "roadmp.md").out
    assert backlog("init", "--output", "other.yaml").code == 0


def test_a_forgotten_option_is_named(backlog: Backlog) -> None:
    """`init FILE` is `init --from FILE`, most likely."""
    ran = backlog("init", "ROADMAP.md")
    assert ran.code == 2
    assert "did you mean `backlog init --from ROADMAP.md`?" in ran.err


# ---- the workflow --------------------------------------------------------------------------


def test_the_workflow_is_the_one_of_the_docs() -> None:
    """The page shows what is written, up to the path, the branch and the action."""
    page = (ROOT / "docs" / "action.md").read_text(encoding="utf-8")
    assert init_workflow.workflow_text("ROADMAP.md", "main", init_workflow.PLACEHOLDER) in page


def test_the_workflow_of_an_existing_backlog(backlog: Backlog, empty: Path) -> None:
    """It is written for the file and the default branch, and never over another one."""
    (empty / "docs").mkdir()
    (empty / "docs" / "roadmap.md").write_text(ROADMAP)
    ran = backlog("init", "--workflow")
    assert (ran.code, ran.out) == (0, f"{WORKFLOW}\n")
    assert "replace OWNER/backlog@COMMIT" in ran.err or "OWNER" not in WORKFLOW.read_text()
    flow = yaml.safe_load(WORKFLOW.read_text())
    assert flow[True]["pull_request"]["paths"] == ["docs/roadmap.md"]
    assert flow[True]["push"] == {"branches": ["trunk"], "paths": ["docs/roadmap.md"]}
    for name, job in flow["jobs"].items():
        assert job["steps"][-1]["with"]["mode"] == name
        assert job["steps"][-1]["with"]["paths"] == "docs/roadmap.md"
    assert sorted(path.name for path in empty.iterdir()) == [".git", ".github", "docs"]
    again = backlog("init", "--workflow")
    assert again.code == 1
    assert "already exists; not overwritten" in again.err


def test_the_workflow_uses_the_action_that_is_installed(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a repository on GitHub, or a clone of one; otherwise a placeholder is left."""

    def installed(**origin: object) -> str | None:
        distribution = SimpleNamespace(read_text=lambda _: json.dumps(origin))
        monkeypatch.setattr(init_workflow, "distribution", lambda _: distribution)
        return init_workflow.installed_action()

    from_git = {"vcs": "git", "commit_id": COMMIT}
    assert installed(url="https://github.com/me/backlog.git", vcs_info=from_git) == (
        f"me/backlog@{COMMIT}"
    )
    assert installed(url="https://example.com/me/backlog.git", vcs_info=from_git) is None
    assert installed(url="https://github.com/me/backlog.zip", archive_info={}) is None
    assert installed() is None
    clone = {"url": empty.as_uri(), "dir_info": {"editable": True}}
    assert installed(**clone) is None
    git(empty, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--allow-empty", "-m", "a")
    git(empty, "update-ref", "refs/remotes/origin/trunk", "HEAD")
    git(empty, "branch", "-u", "origin/trunk")
    assert re.fullmatch("octo-org/shop@[0-9a-f]{40}", installed(**clone) or "")
