"""`backlog demo` and `backlog sandbox seed`: a history to look at, and issues to adopt."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest

from backlog_sync.cli.demo import history
from backlog_sync.sandbox_server import serving_sandbox
from tests.cli.conftest import Backlog


@pytest.fixture
def empty(folder: Path) -> Path:
    """An empty current folder."""
    (folder / "backlog.yaml").unlink()
    return folder


def commands(out: str) -> list[list[str]]:
    """The commands that a text ends with, as words."""
    return [shlex.split(line) for line in out.splitlines() if re.match(r" {2}[a-z]", line)]


def test_the_demo_plans_reports_and_keeps_edits(empty: Path, backlog: Backlog) -> None:
    """One run creates all of it; what it prints works as printed, and a second run keeps it."""
    first = backlog("demo")
    assert (first.code, first.err) == (0, "")
    assert "At risk  Season opens" in first.out
    assert re.search(r"Forecast 50% likely by \d{4}-\d\d-\d\d, 85% by", first.out)
    assert os.listdir(empty) == ["backlog-demo"]  # noqa: PTH208 - hidden files, too
    place = empty / "backlog-demo"
    page = (place / "report.html").read_text("utf-8")
    assert "Ferry Tickets" in page
    assert "85% likely" in page

    edit, plan, sync, ready, sprint, report = commands(first.out)[-6:]
    file = "backlog-demo/backlog.yaml"
    tried = (plan, sync, ready, sprint, report)
    assert [each[-2:] for each in tried] == [[file, "--sandbox"]] * 5
    assert backlog(*ready[1:]).out.startswith("Ready  7 items")
    assert backlog(*sprint[1:]).out.startswith("Sprint ")
    unedited = backlog(*plan[1:])
    assert "No changes" in unedited.out, unedited.out
    assert "hidden record" not in unedited.out
    subprocess.run(edit, check=True)
    changed = json.loads(backlog(*plan[1:], "--format", "json").out)
    (only,) = changed["changes"]
    assert only["title"] == "Share one pass in a family"
    assert only["fields"] == {"Story Points": {"before": 5, "after": 8}}

    edited = (place / "backlog.yaml").read_bytes()
    again = backlog("demo", "--no-serve")
    assert again.code == 0
    assert "your edits stay" in again.err
    assert (place / "backlog.yaml").read_bytes() == edited
    assert backlog(*sync[1:]).code == 0
    since = backlog(*report[1:], "--since", "8w", "--format", "json", "--no-write-back")
    period = json.loads(since.out)["period"]
    assert period["added"] == ["family-pass", "midnight", "drill"]
    assert period["dropped"] == ["machine-cash"]
    assert period["milestones_done"] == ["First pier"]

    assert _served(empty) == (0, True)


def _served(folder: Path) -> tuple[int, bool]:
    """The exit code of serving the demo until Ctrl-C, and whether its board was shown."""
    command = [sys.executable, "-m", "backlog_sync", "demo", "--serve", "--no-open", "--port", "0"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = next(line for line in process.stdout if line.startswith("Board: ")).split()[1]
    with urllib.request.urlopen(address, timeout=30) as page:
        shown = b"Share one pass in a family" in page.read()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    return process.returncode, shown


def test_without_a_writable_folder_or_libraries_for_pages(
    empty: Path, backlog: Backlog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes to a temporary folder, and the report is a text that says how to get the page."""
    if os.geteuid():
        empty.chmod(0o555)
    elif sys.platform == "linux":
        monkeypatch.chdir("/proc")  # not even root can write there
    else:
        pytest.skip("root can write everywhere")
    temporary = empty.parent / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.delattr("backlog_sync.reports.page.html", raising=False)
    monkeypatch.setitem(sys.modules, "backlog_sync.reports.page.html", None)
    monkeypatch.setattr(history, "WEEKS", 0)
    ran = backlog("demo")
    assert ran.code == 0
    (place,) = temporary.iterdir()
    assert f"using {place}" in ran.err
    assert f"{place}/report.txt" in ran.out
    assert "pip install 'backlog-sync[report]'" in ran.out
    assert "Ferry Tickets" in (place / "report.txt").read_text("utf-8")
    _, plan, *_ = commands(ran.out)[-6:]
    assert "No changes" in backlog(*plan[1:]).out


def test_a_new_demo_keeps_the_old_folder_and_an_interrupt_leaves_nothing(
    empty: Path, backlog: Backlog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--fresh` renames the folder with its edits; only a demo is replaced."""
    monkeypatch.setattr(history, "WEEKS", 0)
    monkeypatch.setenv("GITHUB_REPOSITORY", "somebody/else")
    monkeypatch.delattr("backlog_sync.reports.page.html", raising=False)
    monkeypatch.setitem(sys.modules, "backlog_sync.reports.page.html", None)
    old = empty / "my demo"
    (old / ".backlog" / "sandbox").mkdir(parents=True)
    (old / "backlog.yaml").write_text("# mine\n")
    made = backlog("demo", "my demo", "--fresh", "-q")
    assert (made.code, made.out, made.err) == (0, "my demo/backlog.yaml\n", "")
    assert (empty / "my demo.old" / "backlog.yaml").read_text() == "# mine\n"
    assert "id: ferry-tickets" in (old / "backlog.yaml").read_text()
    with serving_sandbox(old, 0) as url:
        refused = backlog("demo", "my demo", "--fresh")
        assert (refused.code, url in refused.err) == (4, True)

    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(history, "play", interrupted)
    before = sorted(os.listdir(empty))  # noqa: PTH208 - hidden files, too
    assert backlog("demo").code == 130
    assert sorted(os.listdir(empty)) == before  # noqa: PTH208
    refused = backlog("demo", "my demo/.backlog")
    assert (refused.code, "is not a demo" in refused.err) == (2, True)


@pytest.mark.parametrize("options", [(), ("--fresh",)])
def test_the_current_folder_is_not_renamed(
    empty: Path, backlog: Backlog, options: tuple[str, ...]
) -> None:
    """A demo replaces a folder as a whole, and the one that a shell is in cannot be replaced."""
    refused = backlog("demo", ".", *options)
    assert (refused.code, "a folder of its own" in refused.err) == (2, True)
    assert empty.is_dir()


def test_a_history_is_played_once_and_ends_earlier_if_asked(empty: Path, backlog: Backlog) -> None:
    """The plan is written once; both the file and the repository are kept by a second run."""
    (empty / "taken.yaml").touch()
    assert backlog("sandbox", "seed", "--output", "taken.yaml").code == 2
    seeded = backlog("sandbox", "seed", "--weeks", "2")
    assert seeded.out.startswith("Seeded harbor-line/ferry-tickets: 36 issues, 2 weeks of history")
    facts = json.loads(backlog("report", "ferry-tickets.yaml", "--sandbox", "--format", "json").out)
    assert facts["total"]["done"] == 2
    again = backlog("sandbox", "seed", "--output", "other.yaml")
    assert (again.code, "already exists in this sandbox" in again.err) == (1, True)
    assert not (empty / "other.yaml").exists()
    assert backlog("sandbox", "seed", "--repo", "o/r").code == 2
    assert backlog("sandbox", "seed", "--issues", "9", "--weeks", "1").code == 2


def test_issues_are_opened_to_be_adopted(folder: Path, backlog: Backlog) -> None:
    """The items' titles are among them; the plan adopts exactly these, without a warning."""
    seeded = backlog("sandbox", "seed", "backlog.yaml", "--issues", "30")
    assert "Seeded octo-org/shop: 30 new issues, 4 of them with the title of an item" in seeded.out
    command = seeded.err.rpartition("Use it: ")[2].split()
    assert command == ["backlog", "plan", "backlog.yaml", "--adopt", "--sandbox"]
    plan = json.loads(backlog(*command[1:], "--format", "json").out)
    assert (plan["summary"]["adopt"], plan["summary"]["create"]) == (4, 0)
    assert plan["warnings"] == []
    assert " 0 new issues" in backlog("sandbox", "seed", "backlog.yaml", "--issues", "30").out
