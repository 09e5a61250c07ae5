"""A kept state that somebody else has written is read whole, or refused in one line."""

import contextlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backlog_sync.engine.ports import ReadScope
from backlog_sync.errors import BacklogError
from backlog_sync.github_api.session import connect
from github_sandbox.app import Sandbox
from github_sandbox.errors import SandboxError
from github_sandbox.messages import Request
from github_sandbox.server import mount
from tests.sandbox.conftest import REPOSITORY
from tests.sandbox.test_state import filled
from tests.sandbox_adapter import SandboxAdapter

HOSTILE: list[Any] = [
    None, True, -1, 0, 7, 2**31, 2**60, 1.5, "", "x", "\ud800", "2026-99-99T99:99:99Z",
    [], [1], [[1]], ["x"], {}, {"x": 1}, {"1": {}}, [{}], [{"id": 1}], [None],
]  # fmt: skip
"""Values that some part of some record never has."""

PAGES = ("/_sandbox/", f"/_sandbox/{REPOSITORY}", f"/_sandbox/{REPOSITORY}/issues/1")


@pytest.fixture
def snapshot(tmp_path: Path) -> dict[str, Any]:
    """A state as a sandbox writes it, with a record of nearly every kind."""
    world = filled(tmp_path / "first")
    world.sandbox.close()
    found: dict[str, Any] = json.loads((tmp_path / "first" / "state.json").read_bytes())
    return found


def changed(snapshot: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The state with one part of one record replaced, or left out, or with one more."""
    seen: set[str] = set()
    for place, (kind, values) in enumerate(snapshot["records"]):
        if kind in seen:
            continue
        seen.add(kind)
        for name in values:
            for value in HOSTILE:
                if value != values[name]:
                    yield _with(snapshot, place, {**values, name: value})
            yield _with(snapshot, place, {k: v for k, v in values.items() if k != name})
        yield _with(snapshot, place, {**values, "more": 1})


def _with(snapshot: dict[str, Any], place: int, values: dict[str, Any]) -> dict[str, Any]:
    records = list(snapshot["records"])
    records[place] = [records[place][0], values]
    return {**snapshot, "records": records}


def looked_through(sandbox: Sandbox) -> None:
    """Ask it what the tool asks, and what a browser does; a bug in it raises here."""
    mount(sandbox)
    tracker = connect(
        repository=REPOSITORY,
        token="t",
        read_only=True,
        api_url="http://127.0.0.1:1",
        adapter=SandboxAdapter(sandbox),
        sleep=lambda _: None,
    )
    with contextlib.suppress(BacklogError):
        tracker.observe(ReadScope())
    for path in PAGES:
        sandbox.handle(Request("GET", path, {"Accept": "text/html", "Host": "127.0.0.1:1"}))


def opened(folder: Path, state: dict[str, Any]) -> Sandbox | None:
    """A sandbox with this state, None where it refuses it as it should."""
    folder.mkdir()
    (folder / "state.json").write_text(json.dumps(state))
    fault: SandboxError | None = None
    try:
        return Sandbox(folder)
    except SandboxError as error:
        fault = error
    assert fault.slug == "sandbox-damaged"
    assert "reset" in str(fault.hint)
    assert len(fault.message) < 400
    return None


def test_a_part_that_was_changed_is_refused_or_does_no_harm(
    tmp_path: Path, snapshot: dict[str, Any]
) -> None:
    """Every part of every kind of record, with every hostile value: no bug, and a way out."""
    states = list(changed(snapshot))
    taken = 0
    for number, state in enumerate(states):
        sandbox = opened(tmp_path / str(number), state)
        if sandbox is not None:
            with sandbox:
                taken += 1
                if taken % 1 == 0:
                    looked_through(sandbox)
    assert taken < len(states) * 0.2


@pytest.mark.parametrize("seed", range(3))
def test_records_that_are_missing_are_missed(
    tmp_path: Path, snapshot: dict[str, Any], seed: int
) -> None:
    """A record that others name cannot be left out; one that nobody names can."""
    chance = random.Random(seed)
    for number in range(15):
        records = [each for each in snapshot["records"] if chance.random() > 0.1]
        sandbox = opened(tmp_path / str(number), {**snapshot, "records": records})
        if sandbox is not None:
            with sandbox:
                looked_through(sandbox)


def test_no_issue_stands_below_itself(tmp_path: Path, snapshot: dict[str, Any]) -> None:
    """A circle of parents would have no end."""
    issues = [values for kind, values in snapshot["records"] if kind == "Issue"]
    for values, other in zip(issues, [*issues[1:], issues[0]], strict=True):
        values["parent"] = other["id"]
    (tmp_path / "state.json").write_text(json.dumps(snapshot))
    with pytest.raises(SandboxError, match="below itself"):
        Sandbox(tmp_path)


def test_what_a_deleted_issue_was_the_original_of_can_be_read_again(tmp_path: Path) -> None:
    """A duplicate outlives its original, also on the disk."""
    world = filled(tmp_path)
    original, copy = world.issue("original"), world.issue("copy")
    world.ask(
        "mutation($i: CloseIssueInput!) { closeIssue(input: $i) { issue { id } } }",
        i={"issueId": copy, "stateReason": "DUPLICATE", "duplicateIssueId": original},
    )
    world.ask(
        "mutation($i: DeleteIssueInput!) { deleteIssue(input: $i) { clientMutationId } }",
        i={"issueId": original},
    )
    world.sandbox.close()
    again = Sandbox(tmp_path)
    looked_through(again)
    again.close()
