"""Progress goes on record on GitHub before a file says it: rights, failures, and what it costs."""

import json
from pathlib import Path

import pytest

from backlog_sync.core import body as body_block
from github_sandbox.access import Grant
from github_sandbox.actors import Person
from github_sandbox.app import ActorAction, Sandbox
from tests.cli.conftest import Backlog

TARGET = "octo-org/shop"


@pytest.fixture
def ann(backlog: Backlog, server: Sandbox) -> Person:
    """Somebody who may write; the backlog is synced, and a second sync has nothing to do."""
    assert backlog("sync", "--yes").code == 0
    assert backlog("sync", "--yes").code == 0
    return Person(server, "ann", repository=TARGET)


class Visitor:
    """Writes a note above an issue's block before the request with a number is served."""

    def __init__(self, person: Person, number: int, at: int) -> None:
        self.person, self.number, self.at = person, number, at
        self.actions: tuple[ActorAction, ...] = ()

    def act(self, sandbox: Sandbox, request: int) -> None:
        """Once, and nobody else acts."""
        del sandbox
        if request == self.at:
            body = self.person.issue(self.number).body
            self.person.edit(self.number, body=f"a note\n\n{body}")


def number_of(server: Sandbox, title: str) -> int:
    """The number of the issue with this title."""
    home = server.store.repository(*TARGET.split("/"))
    assert home is not None
    return next(n for n, i in server.store.issues[home.id].items() if i.title.startswith(title))


def test_a_report_records_what_it_writes(
    backlog: Backlog, server: Sandbox, folder: Path, ann: Person
) -> None:
    """One write with what goes into the file, and none in the next report."""
    keep = number_of(server, "Keep")
    ann.close(keep)
    before = len(server.log)
    assert backlog("report").code == 0
    assert "status: Done" in (folder / "backlog.yaml").read_text()
    writes = [entry for entry in server.log[before:] if entry.writes]
    # One body, and one card: the file's word says a state and a status.
    assert [entry.mutations for entry in writes] == [1, 1]
    marker = body_block.split(ann.issue(keep).body).marker
    assert marker is not None
    assert marker.base.written.atoms.keys() == {"state"}
    (folder / "backlog.yaml").write_text(
        (folder / "backlog.yaml").read_text().replace("status: Done", "status: Todo")
    )
    before = len(server.log)
    assert backlog("report").code == 0
    assert not any(entry.writes for entry in server.log[before:])


def test_a_report_with_nothing_to_write_costs_nothing(
    backlog: Backlog, server: Sandbox, ann: Person
) -> None:
    """It reads as before, and sends no write."""
    del ann
    before = len(server.log)
    assert backlog("report").code == 0
    asked = [entry.operation for entry in server.log[before:]]
    assert asked == ["OverviewWithBoard", "BoardItems"]


@pytest.mark.parametrize("more", [("--check",), ("--no-write-back",)])
def test_a_report_that_writes_no_file_records_nothing(
    backlog: Backlog, server: Sandbox, ann: Person, more: tuple[str, ...]
) -> None:
    """`--check` and `--no-write-back` write nothing anywhere."""
    ann.close(number_of(server, "Keep"))
    before = len(server.log)
    backlog("report", *more)
    assert not any(entry.writes for entry in server.log[before:])


def test_a_token_that_only_reads(
    backlog: Backlog, server: Sandbox, folder: Path, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report is there, the file stays, the difference is shown, and the right is named."""
    ann.close(number_of(server, "Keep"))
    server.tokens["looking"] = Grant("ann", "write", read_only=True)
    monkeypatch.setenv("GH_TOKEN", "looking")
    before = (folder / "backlog.yaml").read_bytes()
    done = backlog("report", "--format", "json")
    assert done.code == 0
    assert json.loads(done.out)
    assert (folder / "backlog.yaml").read_bytes() == before
    assert "issues: write" in done.err
    assert "+            status: Done" in done.err.replace("'", "")


def test_a_body_that_moves_meanwhile_keeps_its_progress_out_of_the_file(
    backlog: Backlog, server: Sandbox, folder: Path, ann: Person
) -> None:
    """What could not be recorded is not written, said, and comes with the next run."""
    keep, merge = number_of(server, "Keep"), number_of(server, "Merge")
    ann.close(keep)
    ann.close(merge)
    server.actors = Visitor(ann, keep, at=len(server.log) + 2)
    done = backlog("report")
    server.actors = None
    assert done.code == 5
    assert "keep" in done.err
    text = (folder / "backlog.yaml").read_text()
    assert text.count("status: Done") == 1
    assert backlog("report").code == 0
    assert (folder / "backlog.yaml").read_text().count("status: Done") == 2
    assert ann.issue(keep).body.startswith("a note")


def test_a_sync_records_along_with_what_it_writes_anyway(
    backlog: Backlog, server: Sandbox, folder: Path, ann: Person
) -> None:
    """A body that is written for its title takes the record along."""
    keep = number_of(server, "Keep")
    ann.close(keep)
    path = folder / "backlog.yaml"
    path.write_text(path.read_text().replace("Keep a cart for", "Keep carts for"))
    before = len(server.log)
    assert backlog("sync", "--yes").code == 0
    bodies = [entry for entry in server.log[before:] if entry.operation == "UpdateIssue"]
    marker = body_block.split(ann.issue(keep).body).marker
    assert marker is not None
    assert marker.base.written.atoms.keys() == {"state"}
    assert sum(entry.mutations for entry in bodies) <= 1
