"""Every slug is produced: by its example in the catalogue, by one here, or by a named test."""

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import pytest

from backlog_sync import wiring
from backlog_sync.action import delivery
from backlog_sync.action.context import Context, choose_mode, read_context
from backlog_sync.action.inputs import read_inputs
from backlog_sync.core.observed import ObservedRepository
from backlog_sync.core.operations import Refused
from backlog_sync.engine.comments import keep_comment
from backlog_sync.engine.ports import Tracker
from backlog_sync.engine.status_update import keep_status
from backlog_sync.errors import BacklogError, of_system
from backlog_sync.files.source import read_source
from backlog_sync.github_api.environment import checked_certificates, checked_proxies
from backlog_sync.local.iteration_files import IterationFiles
from backlog_sync.local.new_board_file import NewBoardFile
from backlog_sync.local.push import Push, Pushed, WorkTree
from backlog_sync.local.run_files import read_given_record, read_record
from backlog_sync.local.state import own_folder
from backlog_sync.render.catalogue import catalogue
from tests.cli.conftest import BACKLOG, Backlog
from tests.core.builders import REPOSITORY, desired, item, observed
from tests.core.test_guards import guard
from tests.slug_producers import PRODUCERS, UNPROVEN
from tests.slugs import neighbors, recorded_slugs


class Place(NamedTuple):
    """What an example works with."""

    backlog: Backlog
    folder: Path
    patch: pytest.MonkeyPatch


def command(*words: str, env: dict[str, str] | None = None, text: str = "") -> "Example":
    """Return an example that runs a command, with this text in `backlog.yaml`."""

    def run(place: Place) -> object:
        for name, value in (env or {}).items():
            place.patch.setenv(name, value)
        if text:
            (place.folder / "backlog.yaml").write_text(text, "utf-8")
        ran = place.backlog(*words)
        assert ran.code, "it ends with an error"
        return ran

    return run


Example = Callable[[Place], object]

ITEMS = "version: 1\nstories: [{title: A}]\n"
SECRET = {"GH_TOKEN": "t"}


def _refusing() -> Tracker:
    """Return a server that refuses what it is asked to write."""

    def apply(operations: Any) -> Any:
        return [(each, Refused("not today")) for each in operations]

    return cast("Tracker", SimpleNamespace(apply=apply, conversation=str))


def _without_a_board(_: Place) -> object:
    observed: Any = SimpleNamespace(project=None, project_problem="")
    day = date(2026, 1, 1)
    keep_status(_refusing(), observed, mark="m", day=day, status=None, text="t")
    return None


def _without_matplotlib(place: Place) -> object:
    place.patch.setitem(sys.modules, "backlog_sync.reports.page.html", None)
    place.patch.delattr("backlog_sync.reports.page.html", raising=False)
    return wiring.page()


def _refuse(*_: Any, **__: Any) -> Any:
    raise PermissionError(13, "Permission denied")


def _unreadable(place: Place) -> object:
    place.patch.setattr(Path, "open", _refuse)
    return read_source(place.folder / "backlog.yaml", "backlog.yaml")


def _junk(place: Place, name: str = "junk.json") -> Path:
    file = place.folder / name
    file.write_text("junk\n", "utf-8")
    return file


def _damaged_iterations(place: Place) -> object:
    _junk(place, "iterations-0123456789abcdef.json")
    return IterationFiles(place.folder, str).read()


def _folder_in_the_way(place: Place) -> object:
    board = NewBoardFile(place.folder, str)
    (place.folder / "new-board.json").mkdir()
    return board.read()


def _bad_plan_file(place: Place) -> object:
    return command("sync", "--sandbox", "--plan", str(_junk(place)))(place)


def _no_backlog(place: Place) -> object:
    (place.folder / "backlog.yaml").unlink()
    return place.backlog("plan")


def _own_folder(place: Place) -> object:
    place.patch.setattr(Path, "mkdir", _refuse)
    return own_folder(place.folder)


def _pull_request(place: Place) -> object:
    context = Context("pull_request", "", None, place.folder, "", None)
    return choose_mode("sync", context)


def _without_a_default_branch(place: Place) -> object:
    tree = WorkTree(place.folder, token=None, server_url="")
    place.patch.setattr(tree, "head", lambda: "0" * 40)
    place.patch.setattr(tree, "default_branch", lambda: None)
    return tree.checkout()


def _an_obstacle(**more: Any) -> Example:
    """Return an example that plans for a repository with these values."""

    def run(_: Place) -> object:
        state = replace(ObservedRepository("R_1", REPOSITORY, "O_1", "Organization"), **more)
        return guard(desired(item("a")), observed(repository=state))

    return run


EXAMPLES: dict[str, Example] = {
    "app-credentials": command("plan", env={"BACKLOG_APP_ID": "1"}),
    "bad-app-key": command("plan", env={"BACKLOG_APP_ID": "1", "BACKLOG_APP_PRIVATE_KEY": "x"}),
    "bad-input": lambda _: read_inputs({"INPUT_MODE": "later"}),
    "bad-plan-file": _bad_plan_file,
    "bad-token": command("plan", env={"GH_TOKEN": "two words"}),
    "ca-bundle": lambda place: checked_certificates(str(place.folder / "none.pem")),
    "disabled": _an_obstacle(disabled=True),
    "file-exists": command("init"),
    "git": lambda place: WorkTree(place.folder, token=None, server_url="").head(),
    "iterations-damaged": _damaged_iterations,
    "locked": _an_obstacle(locked=True),
    "new-board": _folder_in_the_way,
    "no-backlog": _no_backlog,
    "no-comment": lambda _: keep_comment(_refusing(), 1, mark="m", body="b"),
    "no-default-branch": _without_a_default_branch,
    "no-event": lambda place: read_context({"GITHUB_EVENT_PATH": str(_junk(place))}, place.folder),
    "no-extra": _without_matplotlib,
    "no-issues": _an_obstacle(has_issues=False),
    "no-repository": command("plan", env=SECRET, text=ITEMS),
    "no-run": command("undo", "--sandbox", "--run", "7"),
    "no-status-update": _without_a_board,
    "no-token": command("plan", env={"PATH": ""}),
    "no-write-back": command("pull", "--sandbox", text=f"write_back: none\n{ITEMS}"),
    "not-a-demo": command("demo", "."),
    "not-a-record": lambda place: read_given_record(_junk(place)),
    "not-approved": command("sync", "--sandbox", "--approve", "0" * 12),
    "not-merged": _pull_request,
    "not-pushed": lambda _: delivery._failed(Push(Pushed.REFUSED, "fatal: no"), "main"),
    "own-folder": _own_folder,
    "plain-http": command("plan", env={**SECRET, "GITHUB_API_URL": "http://example.com"}),
    "proxy": lambda _: checked_proxies({"https": "nowhere:port"}),
    "record": lambda place: read_record(place.folder),
    "record-damaged": lambda place: read_record(_junk(place)),
    "repository-differs": command("plan", env={**SECRET, "GITHUB_REPOSITORY": "o/other"}),
    "saved-iterations": lambda place: IterationFiles(_junk(place), str).read(),
    "system": lambda _: of_system(OSError(5, "Input/output error", "disk")),
    "too-deep": command("lint", text="[" * 100),
    "too-many": command(
        "lint",
        text=BACKLOG.replace(
            "  fields:\n", "  fields:\n" + "".join(f"    F{n}: {{type: text}}\n" for n in range(51))
        ),
    ),
    "unknown-ending": command("plan", "--sandbox", "--out", "plan.txt"),
    "unknown-item": command("plan", "--sandbox", "--only", "nothing-like-it"),
    "unreadable": _unreadable,
}
"""By slug what produces it."""


@pytest.mark.parametrize("slug", EXAMPLES)
def test_the_example_produces_the_slug(
    slug: str, backlog: Backlog, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code makes a message with the slug when the example runs."""
    place = Place(backlog, folder, monkeypatch)
    with recorded_slugs() as slugs, monkeypatch.context() as patch, suppress(BacklogError):
        EXAMPLES[slug](place._replace(patch=patch))
    assert slug in slugs


def test_every_slug_is_produced() -> None:
    """By a wrong file in the catalogue, an example here, or one test that exists."""
    shown = {slug for slug, entry in catalogue().items() if entry.wrong is not None}
    elsewhere = PRODUCERS.keys() | EXAMPLES.keys() | UNPROVEN
    assert catalogue().keys() - shown == elsewhere
    assert not UNPROVEN & (PRODUCERS.keys() | EXAMPLES.keys())
    missing = {test for test in PRODUCERS.values() if test not in neighbors(test)}
    assert missing == set()
