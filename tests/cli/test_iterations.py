"""Iterations that an interrupted run did not set again: every verb names them, sync restores them.

The interruption is a Ctrl-C right after GitHub cleared the field.
"""

import json
from pathlib import Path

import pytest

from backlog_sync.engine import iterations
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog

PLAN = """\
version: 1
repository: octo-org/shop
project:
  owner: octo-org
  title: Shop
  views: []
  fields:
    Sprint: {type: iteration, start: 2026-01-05, duration: 14, count: 3}
stories:
  - {id: cart, title: Keep a cart, sprint: Sprint 1}
  - {id: pay, title: Pay by card, sprint: Sprint 2}
  - {id: mail, title: Send a receipt, sprint: Sprint 3}
"""
PENDING = "an interrupted run may have cleared the Sprint of 3 cards"
HINT = "run `backlog sync` to restore it"


def sprints(server: Sandbox) -> list[object]:
    """The sprint of each card, in the order of the issues."""
    ann = Person(server, "ann", repository="octo-org/shop")
    return [ann.value(number, "Sprint") for number in (1, 2, 3)]


@pytest.fixture
def interrupted(
    backlog: Backlog, server: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Sandbox:
    """A repository whose third run was interrupted; one of the cards is archived."""
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    (folder / "backlog.yaml").write_text(PLAN)
    assert backlog("sync", "--yes").code == 0
    Person(server, "ann", repository="octo-org/shop").archive_card(3)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    text = (
        (folder / "backlog.yaml")
        .read_text()
        .replace("card, sprint: Sprint 2", "card, sprint: Sprint 3")
    )
    (folder / "backlog.yaml").write_text(text)
    assert backlog("sync", "--yes").code == 0
    (folder / "backlog.yaml").write_text(text.replace("count: 3", "count: 4"))
    with monkeypatch.context() as patched:
        patched.setattr(iterations, "_set_again", interrupt)
        assert backlog("sync", "--yes", "--extend-iterations").code == 130
    assert sprints(server) == [None, None, None]
    return server


def test_every_verb_names_what_is_pending_and_sync_restores_it(
    backlog: Backlog, interrupted: Sandbox
) -> None:
    """Nothing that was cleared flows into the file, and nothing is undone because of it."""
    checks = json.loads(backlog("doctor", "--format", "json").out)["checks"]
    (check,) = [each for each in checks if each["name"] == "iterations"]
    assert (check["state"], check["message"], check["hint"]) == ("warning", PENDING, HINT)
    for verb in (["pull"], ["report"], ["undo", "--dry-run"]):
        told = backlog(*verb).err
        assert told.count(PENDING) == 1, verb
        assert HINT in told, verb
    earlier = backlog("undo", "--dry-run", "--run", "2").err
    said = "Pay by card: Sprint was cleared by an interrupted run; left alone"
    assert f"{said} ({HINT})" in earlier
    drift = backlog("drift")
    assert (drift.code, "Sprint  values  2 cards → set again" in drift.out) == (3, True)
    assert "lost their Sprint: Send a receipt (Sprint 3) unarchive" in " ".join(drift.out.split())
    synced = backlog("sync", "--yes")
    assert synced.code == 0
    assert sprints(interrupted) == ["Sprint 1", "Sprint 3", None]
    notes = " ".join(synced.out.partition("Notes")[2].split())
    assert "archived cards take no value, and lost theirs: Send a receipt (Sprint 3)" in notes
    assert "No changes" in backlog("sync", "--yes").out
    assert "iterations" not in backlog("doctor").out
    assert "cleared" not in backlog("undo", "--dry-run").err


def test_another_board_is_named_by_its_absence(
    backlog: Backlog, interrupted: Sandbox, folder: Path
) -> None:
    """Only a sync with the board of the interrupted run can set the values again."""
    text = (folder / "backlog.yaml").read_text()
    (folder / "backlog.yaml").write_text(text.replace("title: Shop", "title: Another"))
    checks = json.loads(backlog("doctor", "--format", "json").out)["checks"]
    (check,) = [each for each in checks if each["name"] == "iterations"]
    assert check["hint"] == "run `backlog sync` with that board to restore it"


def test_a_damaged_file_is_an_error_of_doctor(
    backlog: Backlog, interrupted: Sandbox, folder: Path
) -> None:
    """A sync would stop at it, too."""
    (path,) = (folder / "state").rglob("iterations-*.json")
    path.write_text("{")
    checks = json.loads(backlog("doctor", "--format", "json").out)["checks"]
    (check,) = [each for each in checks if each["name"] == "local state"]
    assert (check["state"], "are damaged" in check["message"]) == ("error", True)
