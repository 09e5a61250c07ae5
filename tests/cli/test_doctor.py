"""`backlog doctor`: what is fine, what is less, what would stop a sync, and what to do."""

import json
import subprocess
from pathlib import Path

import pytest

from github_sandbox.access import Grant
from github_sandbox.app import Sandbox
from github_sandbox.features import Features, enterprise
from tests.cli.conftest import CANARY, Backlog, Ran


def states(ran: Ran) -> dict[str, tuple[str, str, str]]:
    """Each check's state, message and hint by its name."""
    envelope = json.loads(ran.out)
    assert envelope["format_version"] == 1
    assert envelope["ok"] == (ran.code == 0)
    return {c["name"]: (c["state"], c["message"], c["hint"]) for c in envelope["checks"]}


def doctor(backlog: Backlog, *more: str) -> dict[str, tuple[str, str, str]]:
    """The checks as JSON tells them."""
    return states(backlog("doctor", "--format", "json", *more))


def test_on_the_sandbox_everything_is_fine(backlog: Backlog) -> None:
    """No token, no network: every line is ok or skipped, and nothing is changed."""
    ran = backlog("doctor", "--sandbox")
    assert ran.code == 0
    assert ran.out.endswith("Nothing would stop a sync.\n")
    assert "backlog.yaml: 4 items, no errors or warnings" in ran.out
    assert "octo-org/Shop does not exist yet; sync creates it" in ran.out
    assert "STOP" not in ran.out
    backlog("sync", "--sandbox")
    assert "octo-org/1 Shop, read and write" in backlog("doctor", "--sandbox").out


def test_a_real_token_is_named_by_its_place_and_never_shown(
    backlog: Backlog, server: Sandbox
) -> None:
    """Where it was found, whose it is, its scopes; what is left of the hour."""
    found = doctor(backlog)
    assert found["token"] == ("ok", "GH_TOKEN, sandbox-user (scopes: admin:org, project, repo)", "")
    assert found["repository"][:2] == ("ok", "octo-org/shop, admin access, an organization's")
    assert "of 5000 points left" in found["rate limit"][1]
    ran = backlog("doctor", "-vv")
    assert CANARY not in ran.out + ran.err
    assert not any(entry.writes for entry in server.log)


def test_without_a_token_it_says_what_to_do(
    backlog: Backlog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No token: one line stops, the files are still looked at, the rest is skipped."""
    monkeypatch.setenv("PATH", "")
    ran = backlog("doctor", "--format", "json")
    found = states(ran)
    assert ran.code == 1
    assert found["files"][0] == "ok"
    assert found["token"][0] == "error"
    assert "set GH_TOKEN" in found["token"][2]
    assert found["the rest"][0] == "skipped"


def test_a_token_that_is_not_accepted(
    backlog: Backlog, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's refusal is a line of the list, not the end of it."""
    monkeypatch.setenv("GH_TOKEN", "bad-one")
    found = doctor(backlog)
    host = next(name for name in found if name.startswith("127.0.0.1"))
    assert found[host][0] == "error"
    assert "did not accept the token" in found[host][1]
    assert server.log


def test_rights_that_are_missing(backlog: Backlog, server: Sandbox) -> None:
    """A reader, a triager, no issues, an archived repository: each in words."""
    home = server.repository("octo-org/shop")
    server.tokens[CANARY] = Grant("ann", "read")
    found = doctor(backlog)
    assert found["repository"][0] == "error"
    assert "may only read" in found["repository"][1]
    server.tokens[CANARY] = Grant("ann", "triage")
    assert doctor(backlog)["repository"][0] == "warning"
    server.tokens[CANARY] = Grant("ann", "admin")
    home.has_issues = False
    assert doctor(backlog)["issues"][0] == "error"
    home.has_issues, home.is_archived = True, True
    assert doctor(backlog)["repository"][1] == "octo-org/shop is archived"


def test_issues_that_may_not_be_created(backlog: Backlog, server: Sandbox) -> None:
    """Doctor, plan and sync say so; nothing is sent."""
    home = server.repository("octo-org/shop")
    home.creation_policy = "COLLABORATORS_ONLY"
    assert doctor(backlog)["issues"] == ("ok", "switched on, only collaborators create them", "")
    home.is_locked = True
    assert doctor(backlog)["repository"][1] == "octo-org/shop is locked, as during a migration"
    planned, synced = backlog("plan"), backlog("sync", "--yes")
    assert "octo-org/shop is locked" in planned.out + planned.err
    assert synced.code == 4
    assert not any(entry.writes for entry in server.log)


def test_boards_that_cannot_be_used(
    backlog: Backlog, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out of reach, read-only, closed; and a second token that helps."""
    server.tokens[CANARY] = Grant("github-actions[bot]", "write", projects=False, scopes=None)
    found = doctor(backlog)
    assert found["board"][0] == "error"
    assert "BACKLOG_PROJECT_TOKEN" in found["board"][2]
    assert "scopes" not in found["token"][1]
    monkeypatch.setenv("BACKLOG_PROJECT_TOKEN", "for-boards")
    server.tokens["for-boards"] = Grant("ann", "admin")
    found = doctor(backlog)
    assert found["board"][0] == "ok"
    assert found["board token"][1] == "BACKLOG_PROJECT_TOKEN, ann"
    assert backlog("sync", "--yes").code == 0
    server.tokens["for-boards"] = Grant("ann", "admin", board_writes=False)
    assert "may look at the board" in doctor(backlog)["board"][1]
    server.tokens["for-boards"] = Grant("ann", "admin")
    (board,) = server.store.projects[server.store.accounts["octo-org"].id].values()
    board.closed = True
    assert "the board is closed" in doctor(backlog)["board"][1]
    assert doctor(backlog, "--project", "none")["board"] == ("skipped", "none is declared", "")


def test_what_the_server_lacks(backlog: Backlog, server: Sandbox) -> None:
    """An older server stops nothing: each feature that is missing is told with what follows."""
    server.features = enterprise("3.17")
    ran = backlog("doctor", "--format", "json")
    found = states(ran)
    assert ran.code == 0
    for name in ("sub-issues", "dependencies", "issue types", "Projects"):
        assert found[name][0] == "warning"
        assert found[name][2]
    assert "multi-select" not in found
    server.features = Features(projects=False, create_with_board=False)
    assert doctor(backlog)["board"][0] == "error"


def test_a_declared_field_that_the_server_cannot_have(
    backlog: Backlog, server: Sandbox, folder: Path
) -> None:
    """One line names it and says what to do; on github.com there is none."""
    file = folder / "backlog.yaml"
    text = file.read_text("utf-8")
    field = "  fields:\n    Areas: {type: multi_select, options: [web]}\n"
    file.write_text(text.replace("  fields:\n", field), "utf-8")
    assert "multi-select" not in doctor(backlog)
    server.features = enterprise("3.19")
    state, message, hint = doctor(backlog)["multi-select"]
    assert (state, message.partition(":")[0]) == ("warning", "Areas")
    assert hint


def test_files_and_targets_that_are_not_clear(
    backlog: Backlog, server: Sandbox, folder: Path
) -> None:
    """Errors in the file, no file at all, no repository: told, and the rest is still looked at."""
    file = folder / "backlog.yaml"
    file.write_text(file.read_text("utf-8").replace("title: Keep", "titel: Keep"), "utf-8")
    found = doctor(backlog, "--repo", "octo-org/shop")
    assert found["files"][0] == "error"
    assert "`backlog lint`" in found["files"][2]
    assert found["repository"][0] == "ok"
    file.unlink()
    found = doctor(backlog)
    assert found["files"][0] == "error"
    assert found["repository"][0] == "error"
    assert "--repo" in found["repository"][2]
    assert server.tokens == {}


def test_git_is_told(backlog: Backlog, folder: Path) -> None:
    """Outside of a work tree it is skipped; inside, the remote and the branch are named."""
    assert doctor(backlog, "--sandbox")["git"][0] == "skipped"
    for words in (
        ("init", "-q", "-b", "plans"),
        ("remote", "add", "origin", "git@github.com:octo-org/shop.git"),
    ):
        subprocess.run(["git", "-C", str(folder), *words], check=True)
    assert doctor(backlog, "--sandbox")["git"][:2] == (
        "ok",
        "origin is octo-org/shop on github.com, branch plans",
    )
