"""What machines read of us holds no raw control, bidirectional mark or workflow command."""

import csv
import io
import json
from pathlib import Path

import pytest
import yaml

from backlog_sync.core.escape import is_suspect
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import BACKLOG, Backlog

EVIL = "Keep \u202egnp.exe\u2066 ##[error]boo \x85\u2028\ufeff\u200b \x9b2J"
"""A title as GitHub lets somebody set it."""


def raw(text: str) -> list[str]:
    """What stands in a text that should not."""
    found = [ascii(c) for c in text if is_suspect(c) and c not in "\r\n"]
    return found + (["##["] if "##[" in text else [])


@pytest.fixture
def evil(backlog: Backlog, server: Sandbox, folder: Path) -> int:
    """A synced backlog, one of whose issues somebody gave that title; its number."""
    file = folder / "backlog.yaml"
    file.write_text(f"{BACKLOG}inbox: {{labels: [story]}}\n", encoding="utf-8")
    assert backlog("sync", "--yes").code == 0
    ann = Person(server, "ann", permission="admin", repository="octo-org/shop")
    number = ann.find("Keep a cart for thirty days").number
    ann.edit(number, title=EVIL)
    ann.open_issue(f"New {EVIL}", labels=("story",))
    ann.label(number)
    return number


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "--format", "json"],
        ["sync", "--format", "json"],
        ["drift", "--format", "json"],
        ["pull", "--new", "--format", "json"],
        ["ready", "--format", "json"],
        ["show", "keep", "--format", "json"],
        ["report", "--no-write-back", "--format", "json"],
        ["report", "--no-write-back", "--format", "csv"],
    ],
    ids=" ".join,
)
def test_no_output_for_machines_holds_anything_raw(
    backlog: Backlog, evil: int, arguments: list[str]
) -> None:
    """Nor what stands beside it on standard error."""
    ran = backlog(*arguments)
    assert raw(ran.out) == []
    assert raw(ran.err) == []
    if "json" in arguments:
        json.loads(ran.out)


def test_a_saved_plan_is_read_back_to_the_letter(backlog: Backlog, evil: int, folder: Path) -> None:
    """It holds the old title, escaped; and it applies."""
    assert backlog("plan", "--out", "plan.json").code == 0
    assert raw((folder / "plan.json").read_text(encoding="utf-8")) == []
    assert backlog("sync", "--plan", "plan.json").code == 0


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_what_is_taken_into_a_file_holds_nothing_raw_and_says_the_same(
    backlog: Backlog, server: Sandbox, folder: Path, quote: str
) -> None:
    """A title that was pulled is escaped in the file, whatever quotes it had, and is that title."""
    title = "Keep a cart for thirty days"
    file = folder / "backlog.yaml"
    text = BACKLOG.replace(f"title: {title}", f"title: {quote}{title}{quote}")
    file.write_text(text, encoding="utf-8")
    assert backlog("sync", "--yes").code == 0
    ann = Person(server, "ann", permission="admin", repository="octo-org/shop")
    issue = ann.edit(ann.find(title).number, title=EVIL)
    assert backlog("pull").code == 0
    text = file.read_text(encoding="utf-8")
    assert raw(text) == []
    story = yaml.safe_load(text)["epics"][0]["features"][0]["stories"][0]
    assert story["title"] == " ".join(issue.title.split())
    assert backlog("plan").out.startswith("✓ No changes.")


def test_lint_holds_nothing_raw(backlog: Backlog, folder: Path) -> None:
    """Neither JSON nor SARIF of a file that holds such characters, and both are what they are."""
    evil = json.dumps(EVIL)
    text = BACKLOG.replace("depends_on: [keep]", f"depends_on: [{evil}]\n            {evil}: x")
    (folder / "backlog.yaml").write_text(text, encoding="utf-8")
    for form in ("json", "sarif"):
        ran = backlog("lint", "--format", form)
        assert ran.code == 1
        assert raw(ran.out) == []
        assert "gnp.exe" in str(json.loads(ran.out))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "|", "%", " =", "\t=", "\u202e="])
def test_no_cell_of_a_table_begins_a_formula(backlog: Backlog, folder: Path, start: str) -> None:
    """However it is led in, a spreadsheet takes it for a text."""
    title = json.dumps(f"{start}1+cmd|' /C calc'!A0")
    text = BACKLOG.replace("title: Keep a cart for thirty days", f"title: {title}")
    (folder / "backlog.yaml").write_text(text, encoding="utf-8")
    ran = backlog("report", "--sandbox", "--no-write-back", "--format", "csv")
    assert ran.code == 0, ran.err
    assert raw(ran.out) == []
    (row,) = [r for r in csv.DictReader(io.StringIO(ran.out)) if r["key"] == "keep"]
    assert "1+cmd" in row["title"]
    assert row["title"].lstrip()[0] not in "=+-@|%"
