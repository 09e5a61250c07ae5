"""The verbs on files and a simulated GitHub: what they print, where, and how they end."""

import contextlib
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from backlog_sync.cli.main import cli
from backlog_sync.core import matching
from backlog_sync.core.matching import Matches
from backlog_sync.local.lock import only_one
from backlog_sync.sandbox_server import serving_sandbox
from github_sandbox import faults
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.messages import Request, Response
from tests.cli.conftest import BACKLOG, CANARY, Backlog

COMMAND = [sys.executable, "-m", "backlog_sync"]

# ---- the main job --------------------------------------------------------------------------


def test_first_second_and_changed_sync(backlog: Backlog, folder: Path) -> None:
    """A first sync builds all of it, a second does nothing, an edit is exactly that edit."""
    first = backlog("sync", "--sandbox")
    assert first.code == 0, first.err
    assert "Plan: 4 to create, 4 links" in first.out
    words = " ".join(first.out.split())
    planned = re.search(r"Plan: (.+?) ✓", words)
    assert planned
    done = planned[1].replace("to create", "created")
    assert re.search(rf"✓ Sync complete: {done} · \d+ requests Updated backlog.yaml", words)
    second = backlog("sync", "--sandbox")
    assert second.code == 0
    assert second.out.startswith("✓ No changes. octo-org/shop matches the file")
    assert backlog("plan", "--sandbox", "--check").code == 0
    text = (folder / "backlog.yaml").read_text(encoding="utf-8")
    text = text.replace("for thirty days\n", "for ninety days\n").replace("points: 5", "points: 3")
    (folder / "backlog.yaml").write_text(text, encoding="utf-8")
    changed = backlog("sync", "--sandbox", "--dry-run", "--check")
    assert changed.code == 3
    lines = [line.split() for line in changed.out.splitlines()]
    assert ["Story", "Points", "5", "→", "3"] in lines
    assert "title" in changed.out
    assert "1 to update" in changed.out
    assert backlog("plan", "--sandbox").code == 0


def test_a_sync_that_created_says_where_to_look(
    backlog: Backlog, server: Sandbox, folder: Path
) -> None:
    """The last line is the board, or the issues; an edit of what people know already has none."""
    path = folder / "backlog.yaml"
    before = path.read_bytes()
    assert backlog("sync", "--sandbox").out.endswith("See it: backlog sandbox serve\n")
    path.write_bytes(before)
    made = backlog("sync", "-y").out.splitlines()
    assert re.fullmatch(r"See it: https?://\S+/projects/\d+", made[-1])
    path.write_bytes(before)
    server.ensure_repository("octo-org/other")
    issues = backlog("sync", "--yes", "--project", "none", "--repo", "octo-org/other")
    assert re.fullmatch(r"See it: https?://\S+/octo-org/other/issues", issues.out.splitlines()[-1])
    text = path.read_text(encoding="utf-8").replace("for thirty days\n", "for ninety days\n")
    path.write_text(text, encoding="utf-8")
    edited = backlog("sync", "--yes").out
    assert "Sync complete: 1 updated · " in edited
    assert "See it" not in edited


def test_links_lead_to_the_pages_of_the_served_sandbox(backlog: Backlog, folder: Path) -> None:
    """Those of a sync and of a report; the page names the next command with the file's path."""
    with serving_sandbox(folder, 0) as url:
        assert backlog("sync", "--sandbox").out.endswith(
            f"See it: {url}/orgs/octo-org/projects/1\n"
        )
        report = json.loads(backlog("report", "--sandbox", "--format", "json").out)
        links = [item["url"] for item in report["items"]]
        assert all(link.startswith(f"{url}/octo-org/shop/issues/") for link in links)
        assert [link["url"] for link in report["links"]] == [
            f"{url}/octo-org/shop", f"{url}/orgs/octo-org/projects/1", None]  # fmt: skip
        browser = urllib.request.Request(links[0], headers={"Accept": "text/html"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(browser, timeout=30) as page:
            assert page.url.startswith(f"{url}/_sandbox/repos/octo-org/shop/issues/")
            assert b"backlog plan backlog.yaml --sandbox" in page.read()
    report = json.loads(backlog("report", "--sandbox", "--format", "json").out)
    assert report["items"][0]["url"].startswith("http://127.0.0.1:8123/octo-org/shop/issues/")


def test_dry_run_is_plan_and_sends_no_write(backlog: Backlog, server: Sandbox) -> None:
    """`sync --dry-run` prints what `plan` prints, and neither writes."""
    one = backlog("sync", "--dry-run")
    two = backlog("plan")
    assert one.out == two.out
    assert one.code == two.code == 0
    assert not any(entry.writes for entry in server.log)


def test_json_is_the_contract(backlog: Backlog) -> None:
    """JSON output is the envelope and nothing else, for plan and for sync."""
    plan = json.loads(backlog("plan", "--sandbox", "--format", "json").out)
    assert list(plan) == [
        "format_version",
        "target",
        "summary",
        "changes",
        "drift",
        "conflicts",
        "orphans",
        "deferred",
        "warnings",
        "digests",
    ]
    assert plan["target"]["repository"] == "octo-org/shop"
    ran = backlog("sync", "--sandbox", "--format", "json")
    envelope = json.loads(ran.out)
    assert list(envelope) == ["format_version", "plan", "outcomes", "summary", "written_back"]
    assert envelope["plan"]["summary"]["create"] == 4
    assert envelope["summary"]["applied"] == len(envelope["outcomes"])
    assert envelope["summary"]["requests"]["mutations"] > 0


def test_a_budget_ends_a_sync_and_its_undo_in_order(backlog: Backlog) -> None:
    """Exit 5 with what is left and when to go on, in words and as JSON; the next run goes on."""
    first = backlog("sync", "--sandbox", "--budget-creations", "3")
    assert first.code == 5
    assert "3 created" in " ".join(first.out.split())
    assert "The budget of 3 creations ends this run early: ≈ 2 runs in all." in first.err
    assert "error[budget] the budget of this run is spent: 3 creations" in first.err
    assert "hint: run the same command again after 20" in first.err
    part = backlog("sync", "--sandbox", "--budget-points", "7", "--format", "json")
    assert part.code == 5, part.out
    envelope = json.loads(part.out)
    stopped, left = envelope["stopped"], envelope["summary"]["not_reached"]
    assert (stopped["slug"], stopped["left"]) == ("budget", left)
    assert left > 0
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", stopped["again_after"])
    assert backlog("sync", "--sandbox").code == 0
    # Nothing is left for a write: the error that ends an undo is shown, too.
    refused = backlog("undo", "--sandbox", "--run", "1", "--budget-points", "4")
    assert (refused.code, "error[budget-too-small]" in refused.err) == (4, True)
    assert backlog("undo", "--sandbox", "--run", "1", "--budget-points", "40").code == 0


def test_quiet_prints_the_last_line_alone(backlog: Backlog) -> None:
    """-q leaves the summary, and no remark on standard error."""
    ran = backlog("plan", "--sandbox", "-q")
    assert ran.out.startswith("Plan: 4 to create")
    assert ran.err == ""


def test_colour_when_asked_for(backlog: Backlog, monkeypatch: pytest.MonkeyPatch) -> None:
    """No colour in a pipe; colour with --color always, even where NO_COLOR is set."""
    assert "\x1b" not in backlog("plan", "--sandbox").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" in backlog("plan", "--sandbox", "--color", "always").out


# ---- asking --------------------------------------------------------------------------------


def test_a_first_sync_without_a_terminal_needs_yes(backlog: Backlog, server: Sandbox) -> None:
    """Unattended, the first sync is refused with words that say so, until --yes."""
    ran = backlog("sync")
    assert ran.code == 4
    assert "first sync" in ran.err
    assert "--yes" in ran.err
    assert not any(entry.writes for entry in server.log)
    assert backlog("sync", "--yes").code == 0
    assert backlog("sync").code == 0


def test_refused_json_has_every_change_not_reached(backlog: Backlog, server: Sandbox) -> None:
    """A refused sync still prints its envelope, in which nothing was reached."""
    envelope = json.loads(backlog("sync", "--format", "json").out)
    assert {outcome["outcome"] for outcome in envelope["outcomes"]} == {"not_reached"}
    assert envelope["summary"]["requests"]["mutations"] == 0


def test_many_creations_need_yes(backlog: Backlog, folder: Path, server: Sandbox) -> None:
    """After the first sync, more than 50 creations are refused where nobody can be asked."""
    assert backlog("sync", "--yes").code == 0
    more = "".join(f"  - {{id: more-{n}, title: Number {n}}}\n" for n in range(51))
    with (folder / "backlog.yaml").open("a", encoding="utf-8") as file:
        file.write(more)
    ran = backlog("sync")
    assert ran.code == 4
    assert "create 51 issues" in ran.err


CTRL_C = "\x03"
AT_TERMINAL = """
import fcntl, os, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from backlog_sync.cli.main import main
main()
"""


def at_terminal(answer: str, *arguments: str) -> tuple[int, str]:
    """Run at a pseudo-terminal and answer the question; give exit code and all that was seen."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", AT_TERMINAL, *arguments], stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        seen, asked = b"", False
        with contextlib.suppress(OSError):
            while process.poll() is None or select.select([ours], [], [], 0)[0]:
                quiet = not select.select([ours], [], [], 1.0)[0]
                if not quiet:
                    seen += os.read(ours, 4096)
                # Python loses an interrupt that comes just before it begins to read: press again,
                # but not while the process ends, since it would then end by the signal.
                lost = quiet and answer == CTRL_C and b"interrupted" not in seen.lower()
                if b"[y/N]" in seen and (not asked or lost):
                    asked = True
                    os.write(ours, answer.encode())
        code = process.wait(60)
    os.close(ours)
    return code, seen.decode("utf-8", "replace")


def test_on_a_terminal_one_is_asked(server: Sandbox) -> None:
    """No leaves everything as it is (exit 4), Ctrl-C is 130, yes goes ahead."""
    code, seen = at_terminal("n\n", "sync")
    assert code == 4
    assert "Apply this to octo-org/shop?" in seen
    assert at_terminal(CTRL_C, "sync")[0] == 130
    assert not any(entry.writes for entry in server.log)
    code, seen = at_terminal("y\n", "sync")
    assert code == 0
    assert "Sync complete" in seen


# ---- a run that stops ----------------------------------------------------------------------


def test_a_run_that_stops_says_so_and_the_next_goes_on(backlog: Backlog, server: Sandbox) -> None:
    """A limit that is spent ends a sync with 5, reasons and a time; then all is made once."""
    spent = {number: faults.primary_limit() for number in range(5, 100)}
    server.faults = faults.FaultPlan(spent, writes_only=True)
    first = backlog("sync", "--yes")
    assert first.code == 5
    assert "Not reached" in first.out
    assert "run the same command again after" in first.err
    server.faults = faults.FaultPlan()
    assert backlog("sync", "--yes").code == 0
    assert backlog("plan", "--check").code == 0
    assert sum(len(issues) for issues in server.store.issues.values()) == 4


def test_a_write_back_that_fails_is_told(backlog: Backlog, folder: Path, server: Sandbox) -> None:
    """Where the file was changed during the run, it stays, and the run is only partly done."""
    assert backlog("sync", "--yes", "--no-write-back").code == 0
    assert "issue:" not in (folder / "backlog.yaml").read_text(encoding="utf-8")
    handle = server.handle

    def meddling(request: Request) -> Response:
        with (folder / "backlog.yaml").open("a", encoding="utf-8") as file:
            file.write("# mine\n")
        return handle(request)

    server.handle = meddling  # type: ignore[method-assign]  # somebody edits while we read
    ran = backlog("sync")
    assert ran.code == 5
    assert "backlog.yaml" in ran.err
    assert "# mine" in (folder / "backlog.yaml").read_text(encoding="utf-8")


# ---- bad input -----------------------------------------------------------------------------


def _make_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


BAD: dict[str, Callable[[Path], object]] = {
    "missing": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
    "binary": lambda file: file.write_bytes(bytes(range(256)) * 4),
    "broken": lambda file: file.write_text("epics:\n  - {title: [\n", encoding="utf-8"),
    "unknown key": lambda file: file.write_text(BACKLOG + "assignes: x\n", encoding="utf-8"),
    "duplicate": lambda file: file.write_text(
        BACKLOG.replace("id: merge", "id: keep"), encoding="utf-8"
    ),
    "dangling": lambda file: file.write_text(
        BACKLOG.replace("[keep]", "[nothing]"), encoding="utf-8"
    ),
    "folder": _make_folder,
}


@pytest.mark.parametrize("verb", ["lint", "plan", "sync", "report"])
@pytest.mark.parametrize("fault", list(BAD))
def test_bad_files_end_with_one_and_send_nothing(
    backlog: Backlog, folder: Path, fault: str, verb: str
) -> None:
    """Every fault of a file has its place, a hint where one helps, exit 1; nothing is started."""
    BAD[fault](folder / "backlog.yaml")
    ran = backlog(verb, "backlog.yaml", *([] if verb == "lint" else ["--sandbox"]))
    assert ran.code == 1
    told = ran.out if verb == "lint" else ran.err
    assert re.search(r"^backlog\.yaml:\d+:\d+: error\[[a-z-]+\] ", told, re.M)
    assert fault in ("binary", "broken") or "hint: " in told
    assert "Traceback" not in ran.out + ran.err
    assert not (folder / ".backlog").exists()


def test_no_backlog_at_all(backlog: Backlog, folder: Path) -> None:
    """Without PATH and without a file in the usual places, they are named."""
    (folder / "backlog.yaml").unlink()
    ran = backlog("lint")
    assert ran.code == 1
    assert "ROADMAP.md" in ran.err


def one_line(err: str) -> bool:
    """Whether an error is one line and a hint."""
    return len(err.splitlines()) == 2 and err.startswith("error[") and "\n    hint: " in err


def test_no_token(backlog: Backlog, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Without a token there is one clear line and a hint."""
    (folder / "bin").mkdir()
    monkeypatch.setenv("PATH", str(folder / "bin"))
    ran = backlog("sync")
    assert ran.code == 1
    assert one_line(ran.err)
    assert "no token for github.com" in ran.err


@pytest.mark.parametrize("verb", ["plan", "sync", "report"])
def test_wrong_token(
    backlog: Backlog, server: Sandbox, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """A token that the server refuses is one clear line."""
    monkeypatch.setenv("GH_TOKEN", "bad-token-1234567890")
    ran = backlog(verb)
    assert ran.code == 1
    assert one_line(ran.err)
    assert "bad-token" not in ran.err


@pytest.mark.parametrize("verb", ["plan", "sync", "report"])
def test_missing_repository(backlog: Backlog, server: Sandbox, verb: str) -> None:
    """A repository that is not there is one clear line that names it."""
    ran = backlog(verb, "--repo", "octo-org/nowhere")
    assert ran.code == 1
    assert one_line(ran.err)
    assert "octo-org/nowhere" in ran.err


def test_dead_server(backlog: Backlog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that does not answer is one clear line that names it."""
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("GH_TOKEN", CANARY)
    ran = backlog("sync")
    assert ran.code == 1
    assert one_line(ran.err)
    assert "127.0.0.1:9" in ran.err


def test_plain_http_is_for_loopback(backlog: Backlog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token is never sent in the clear to another machine."""
    monkeypatch.setenv("GITHUB_API_URL", "http://ghe.example.com/api/v3")
    monkeypatch.setenv("GH_TOKEN", CANARY)
    ran = backlog("plan")
    assert ran.code == 2
    assert "https" in ran.err


def test_file_and_workflow_differ(backlog: Backlog, monkeypatch: pytest.MonkeyPatch) -> None:
    """GITHUB_REPOSITORY that is not the file's repository is refused, but not on the sandbox."""
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo-org/other")
    ran = backlog("plan")
    assert ran.code == 4
    assert "--repo" in ran.err
    assert backlog("plan", "--sandbox").out.startswith("Plan for octo-org/shop")


def test_the_token_is_nowhere(backlog: Backlog, server: Sandbox, folder: Path) -> None:
    """Whatever is printed, logged or written, the token is not in it."""
    ran = backlog("sync", "--yes", "-vv", "--log-format", "json")
    assert ran.code == 0
    told = ran.out + ran.err + (folder / "backlog.yaml").read_text(encoding="utf-8")
    assert CANARY not in told
    assert all(json.loads(line)["event"] for line in ran.err.splitlines() if line[:1] == "{")


def test_one_sync_at_a_time(backlog: Backlog, folder: Path) -> None:
    """While a sync runs, a second one is refused, and a plan is not."""
    with only_one(folder):
        assert backlog("sync", "--sandbox").code == 4
        assert backlog("plan", "--sandbox").code == 0


# ---- lint ----------------------------------------------------------------------------------


def test_lint_counts_what_there_is(backlog: Backlog) -> None:
    """Lint of a good file prints what it contains and that nothing is wrong, exit 0."""
    ran = backlog("lint")
    assert ran.code == 0
    counts, verdict = ran.out.splitlines()
    assert counts.startswith("1 epic, 1 feature, 2 stories")
    assert verdict == "No problems found."
    assert json.loads(backlog("lint", "--format", "json").out)["inventory"]["points"] == 13


def test_lint_formats_are_for_machines(backlog: Backlog, folder: Path) -> None:
    """json, sarif and github hold the same findings and nothing else."""
    BAD["duplicate"](folder / "backlog.yaml")
    found = json.loads(backlog("lint", "--format", "json").out)["diagnostics"]
    log = json.loads(backlog("lint", "--format", "sarif").out)
    github = backlog("lint", "--format", "github").out.splitlines()
    assert len(found) == len(log["runs"][0]["results"]) == len(github) > 0
    assert github[0].startswith("::error file=backlog.yaml,line=")


def test_explain_with_a_slug_explains_it(backlog: Backlog, folder: Path) -> None:
    """What it means, two examples and the fix; what is no slug is a file, or the nearest slugs."""
    ran = backlog("lint", "--explain", "unknown-field")
    assert ran.code == 0
    for part in ("A key is not known here", "wrong (backlog.yaml)", "assignes: [ann]", "fix: "):
        assert part in ran.out
    entry = json.loads(backlog("lint", "--explain", "unknown-field", "--format", "json").out)
    assert entry["severity"] == "error or warning"
    assert [*entry["right"]] == ["backlog.yaml"]
    ran = backlog("lint", "--explain", "unknown-feild")
    assert (ran.code, "did you mean unknown-field" in ran.err) == (2, True)
    assert backlog("lint", "--explain", "unknown-field", "backlog.yaml").code == 2
    lines = backlog("lint", "--explain").out
    assert "yaml" in lines
    for words in (["--explain", "backlog.yaml"], ["backlog.yaml", "--explain"]):
        assert backlog("lint", *words).out == lines
    (folder / "twice").mkdir()
    (folder / "twice" / "backlog.yaml").write_text(BACKLOG, encoding="utf-8")
    assert "same parent" in backlog("lint", "--explain", "twice").out
    assert "settings" in backlog("lint", "--explain", "./twice").out


def test_explain_completes_slugs_and_files() -> None:
    """A shell offers the slugs that begin so, else files."""
    complete = ShellComplete(cli, {}, "backlog", "_BACKLOG_COMPLETE").get_completions
    slugs = complete(["lint", "--explain"], "duplicate-i")
    assert [(each.value, each.help) for each in slugs] == [
        ("duplicate-issue", "Two items name the same issue")
    ]
    assert [each.type for each in complete(["lint", "--explain"], "ROAD")] == ["file"]


def test_explain_names_a_rule_for_every_line(backlog: Backlog, folder: Path) -> None:
    """--explain says for each line of a roadmap which rule took it."""
    (folder / "ROADMAP.md").write_text(
        "# Plan\n\n## Epic 1: Carts\n\n- **Story 1.1**: Keep\n", encoding="utf-8"
    )
    ran = backlog("lint", "ROADMAP.md", "--explain")
    assert ran.code == 0
    assert re.search(r"^3 . ## Epic 1: Carts +typed-heading epic-1$", ran.out, re.M)
    lines = json.loads(backlog("lint", "ROADMAP.md", "--explain", "--format", "json").out)["lines"]
    assert set(lines[0]) == {"path", "line", "rule", "key", "reason", "verdict"}


# ---- report --------------------------------------------------------------------------------


def test_report_brings_progress_back(backlog: Backlog, folder: Path, server: Sandbox) -> None:
    """A closed issue is shown and written by report; --check only shows; then all is quiet."""
    assert backlog("sync", "--yes").code == 0
    before = (folder / "backlog.yaml").read_bytes()
    store = server.store
    issue = next(
        issue
        for issues in store.issues.values()
        for issue in issues.values()
        if issue.title.startswith("Keep")
    )
    with server.lock:
        issue.state, issue.state_reason = "CLOSED", "COMPLETED"
        store.touch(issue)
        store.commit()
    check = backlog("report", "--check")
    assert check.code == 3
    assert re.search(r"^\+.*Done", check.out, re.M)
    assert (folder / "backlog.yaml").read_bytes() == before
    ran = backlog("report")
    assert ran.code == 0
    assert "5/13" in ran.out
    assert "Updated backlog.yaml" in ran.out
    after = (folder / "backlog.yaml").read_bytes()
    assert after != before
    again = backlog("report", "--format", "json")
    assert again.code == 0
    envelope = json.loads(again.out)
    assert envelope["written_back"] == []
    assert envelope["total"]["points_done"] == 5
    assert (folder / "backlog.yaml").read_bytes() == after
    assert backlog("report", "--check").code == 0


# ---- the sandbox as a process --------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_where_and_stops_when_told(folder: Path, how: signal.Signals) -> None:
    """The first line is the address; SIGINT and SIGTERM end it with 0."""
    with subprocess.Popen(
        [*COMMAND, "sandbox", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+\n", process.stdout.readline())
        process.send_signal(how)
        assert process.wait(30) == 0
        assert process.stdout.read() == ""


def test_the_sandbox_has_whom_the_board_belongs_to(backlog: Backlog) -> None:
    """With another --repo, the board's owner is there all the same, each time."""
    for _ in range(2):
        ran = backlog("plan", "--sandbox", "--repo", "me/demo")
        assert ran.code == 0
        assert "1 board" in ran.out


def test_sync_attaches_to_a_running_sandbox(backlog: Backlog, folder: Path) -> None:
    """Where this folder's sandbox is being served, --sandbox uses that one."""
    with subprocess.Popen(
        [*COMMAND, "sandbox", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            ran = backlog("sync", "--sandbox")
            assert ran.code == 0, ran.err
            assert backlog("plan", "--sandbox", "--repo", "me/demo").code == 0
            reset = backlog("sandbox", "reset")
            assert reset.code == 1
        finally:
            process.terminate()
            process.wait(30)
    assert backlog("plan", "--sandbox", "--check").code == 0
    assert backlog("sandbox", "reset").code == 0
    assert backlog("plan", "--sandbox", "--check").code == 3


def test_lint_explains_as_annotations(backlog: Backlog, folder: Path) -> None:
    """--explain --format github notes the rule of each line beside the file."""
    (folder / "ROADMAP.md").write_text("## Epic 1: A::b\n\n[link](x)\n", encoding="utf-8")
    ran = backlog("lint", "ROADMAP.md", "--explain", "--format", "github")
    assert ran.code == 0
    assert "::notice file=ROADMAP.md,line=1,title=typed-heading::epic-1\n" in ran.out
    assert "::notice file=ROADMAP.md,line=3,title=description::epic-1\n" in ran.out


def test_lint_fix_corrects_and_shows_what(backlog: Backlog, folder: Path) -> None:
    """--fix changes exactly the wrong number, shows the difference, and a second time nothing."""
    roadmap = folder / "ROADMAP.md"
    text = "**Total Stories**: 3  \n\n## Epic 1: A\n\n### Story 1.1: B\n"
    roadmap.write_text(text, encoding="utf-8")
    ran = backlog("lint", "ROADMAP.md", "--fix")
    assert ran.code == 0
    assert "-**Total Stories**: 3" in ran.out
    assert "+**Total Stories**: 1" in ran.out
    assert "fixed ROADMAP.md:1: 3 -> 1\n" in ran.out
    assert "No problems found." in ran.out
    assert roadmap.read_text(encoding="utf-8") == text.replace("3", "1", 1)
    again = backlog("lint", "ROADMAP.md", "--fix", "--format", "json")
    assert json.loads(again.out)["diagnostics"] == []
    assert roadmap.read_text(encoding="utf-8") == text.replace("3", "1", 1)


def test_items_are_matched_once(
    backlog: Backlog, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For all of a run; once more after issues were created, to see what others made."""
    counted: list[int] = []
    joined = matching._joined

    def count(parts: list[Matches]) -> Matches:
        counted.append(len(parts))
        return joined(parts)

    monkeypatch.setattr(matching, "_joined", count)
    assert backlog("sync", "--yes").code == 0
    assert counted == [1, 1]
    counted.clear()
    Person(server, "ann").close(2)
    assert backlog("sync").code == 0
    assert counted == [1]


def test_yes_assigns_all_agents(backlog: Backlog, server: Sandbox, folder: Path) -> None:
    """Without it, one per run: the plan counts them and says what --yes would do."""
    server.ensure_agent("copilot-swe-agent")
    assert backlog("sync", "--yes").code == 0
    file = folder / "backlog.yaml"
    named = "assignees: [copilot-swe-agent]\n            story_points:"
    text = file.read_text("utf-8").replace("story_points:", named)
    file.write_text(text + "agents: [copilot-swe-agent]\n", "utf-8")
    planned = backlog("plan")
    assert "assigns 1 agent: paid work begins (copilot-swe-agent on #3)" in planned.out
    assert "use --yes to assign all of them" in " ".join(planned.out.split())
    synced = backlog("sync", "--yes")
    assert synced.code == 0
    assert "assigns 2 agents" in synced.out + synced.err
    assert backlog("plan", "--check").code == 0
