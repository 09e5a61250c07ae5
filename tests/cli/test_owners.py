"""A backlog over repositories of two owners, by HTTP: every command works with both."""

from pathlib import Path

from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog

TEXT = """\
version: 1
repository: octo-org/shop
project: {owner: octo-org, title: Shop}
epics:
  - id: pay
    title: Pay
    stories:
      - {id: card, title: Pay by card}
      - {id: bank, title: Pay by bank, repository: cat-org/bank, labels: [bank]}
"""


def test_two_owners_are_one_backlog(backlog: Backlog, server: Sandbox, folder: Path) -> None:
    """Examined, synced, unchanged afterwards, and without drift; the file has both numbers."""
    bank = server.ensure_repository("cat-org/bank")
    (folder / "backlog.yaml").write_text(TEXT, encoding="utf-8")
    examined = backlog("doctor")
    assert examined.code == 0, examined.out
    assert "cat-org/bank, admin access" in examined.out
    synced = backlog("sync", "--yes")
    assert synced.code == 0, synced.err
    assert "no sub-issues across owners" in " ".join((synced.out + synced.err).split())
    assert [i.title for i in server.store.issues[bank.id].values()] == ["Pay by bank"]
    before = len(server.log)
    assert backlog("sync", "--yes", "--dry-run", "--check").code == 0
    # The two repositories, the board, and whether the card that is missing there is archived.
    assert len(server.log) - before <= 4
    assert backlog("drift").code == 0


def test_an_undo_reaches_both_owners(backlog: Backlog, server: Sandbox, folder: Path) -> None:
    """What a run changed is restored, what it created is closed; a redo and a sync go on."""
    bank = server.ensure_repository("cat-org/bank")
    file = folder / "backlog.yaml"
    file.write_text(TEXT, encoding="utf-8")
    assert backlog("sync", "--yes").code == 0
    (transfer,) = server.store.issues[bank.id].values()
    labels = set(transfer.labels)
    text = file.read_text("utf-8")
    text = text.replace("Pay by bank", "Pay by transfer").replace("labels: [bank]", "labels: []")
    new = "      - {id: cash, title: Cash, repository: cat-org/bank, depends_on: [card, bank]}\n"
    file.write_text(text + new, encoding="utf-8")
    assert backlog("sync", "--yes").code == 0
    _, cash = server.store.issues[bank.id].values()
    assert (transfer.title, len(cash.blocked_by)) == ("Pay by transfer", 2)
    undone = backlog("undo", "--yes")
    assert undone.code == 0, undone.out + undone.err
    assert (transfer.title, set(transfer.labels)) == ("Pay by bank", labels)
    assert (cash.state, cash.state_reason) == ("CLOSED", "NOT_PLANNED")
    redone = backlog("undo", "--redo", "--yes")
    assert redone.code == 0, redone.out + redone.err
    assert cash.state == "OPEN"
    synced = backlog("sync", "--yes")
    assert synced.code == 0, synced.out + synced.err
    assert (transfer.title, len(cash.blocked_by)) == ("Pay by transfer", 2)
    assert backlog("sync", "--yes", "--dry-run", "--check").code == 0
