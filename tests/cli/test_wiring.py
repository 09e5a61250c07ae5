"""The environment, the target, and this machine."""

import io
import subprocess
import sys
from pathlib import Path

import click
import pytest

from backlog_sync import credentials, wiring
from backlog_sync.cli.options import OutputOptions
from backlog_sync.cli.progress import Bar
from backlog_sync.cli.screen import Screen
from backlog_sync.core.addresses import is_loopback
from backlog_sync.core.rate import A_MINUTE, Learned
from backlog_sync.environment import Environment, environment, web_host
from backlog_sync.errors import AccessError, RefusedError, UsageError
from backlog_sync.local import git
from backlog_sync.local.cache import FileCache
from backlog_sync.local.clock import fresh
from backlog_sync.local.git import Remote, parse_remote
from backlog_sync.local.lock import only_one
from backlog_sync.local.state import own_folder
from backlog_sync.sandbox_server import default_board, remember, reset_sandbox
from backlog_sync.wiring import target_repository
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog

# ---- the environment -----------------------------------------------------------------------


def test_gh_token_goes_first() -> None:
    """GH_TOKEN wins over GITHUB_TOKEN; blank ones do not count."""
    assert environment({"GH_TOKEN": "a", "GITHUB_TOKEN": "b"}).token == "a"
    assert environment({"GH_TOKEN": " ", "GITHUB_TOKEN": "b\n"}).token == "b"
    assert environment({}).token is None


def test_the_public_api_is_the_default() -> None:
    """Without GITHUB_API_URL the public API is meant."""
    assert environment({}).api_url == "https://api.github.com"
    assert environment({"GITHUB_API_URL": "https://h/api/v3"}).api_url == "https://h/api/v3"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.github.com", "github.com"),
        ("https://api.octo.ghe.com", "octo.ghe.com"),
        ("https://ghe.example.com/api/v3", "ghe.example.com"),
        ("http://127.0.0.1:8123", "127.0.0.1:8123"),
        ("nonsense", ""),
        ("http://[::1", "http://[::1"),
    ],
)
def test_the_host_as_people_know_it(url: str, host: str) -> None:
    """The host that gh and remotes speak of is derived from the API's address."""
    assert web_host(url) == host


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("a.localhost", True), ("127.9.9.9", True), ("::1", True),
     ("localhost.example.com", False), ("10.0.0.1", False), ("", False)],
)  # fmt: skip
def test_loopback_is_this_machine_only(host: str, loopback: bool) -> None:
    """Only names and addresses that cannot mean another machine are loopback."""
    assert is_loopback(host) is loopback


def test_without_a_token_there_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """No token anywhere is an access error with a hint."""
    monkeypatch.setattr(git, "gh_token", lambda host: None)
    with (
        pytest.raises(AccessError, match=r"no token for github\.com") as told,
        wiring.tracker(wiring.Target("o/r", Environment(), Path()), read_only=True),
    ):
        pass
    assert told.value.hint is not None
    assert "--sandbox" in told.value.hint


def test_gh_is_asked_for_the_same_host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`gh auth token` is called with the host; what it prints is the token."""
    fake = tmp_path / "gh"
    fake.write_text('#!/bin/sh\n[ "$4" = ghe.example.com ] && echo "tok-$4"\n', encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert git.gh_token("ghe.example.com") == "tok-ghe.example.com"
    assert git.gh_token("github.com") is None


def test_every_secret_of_a_run_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of variables, the one that gh gave, and the password of a proxy."""
    monkeypatch.setattr(credentials, "_IN_USE", set())
    monkeypatch.setattr(git, "gh_token", lambda host: "token-of-gh")
    monkeypatch.setenv("BACKLOG_PROJECT_TOKEN", "token-of-boards")
    monkeypatch.setenv("INPUT_APP_PRIVATE_KEY", "key-of-an-app")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pass-of-proxy@h:1")
    assert credentials.find_token(Environment())[0] == "token-of-gh"
    known = {"token-of-gh", "token-of-boards", "key-of-an-app", "pass-of-proxy"}
    assert known <= set(credentials.known_secrets())


def test_gh_may_be_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without gh (and without git) the answer is simply None."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git.gh_token("github.com") is None
    assert git.top_level(tmp_path) is None
    assert git.origin(tmp_path) is None


# ---- the target ----------------------------------------------------------------------------


def test_the_flag_wins() -> None:
    """--repo wins over everything, even where file and workflow differ."""
    env = Environment(repository="a/b")
    assert target_repository("x/y", "c/d", env, Path(), sandbox=False) == "x/y"


def test_file_and_workflow_must_agree() -> None:
    """GITHUB_REPOSITORY and `repository:` that differ are refused, but not on the sandbox."""
    env = Environment(repository="a/b")
    assert target_repository(None, "A/B", env, Path(), sandbox=False) == "A/B"
    with pytest.raises(RefusedError, match=r"c/d.*a/b"):
        target_repository(None, "c/d", env, Path(), sandbox=False)
    assert target_repository(None, "c/d", env, Path(), sandbox=True) == "c/d"


@pytest.fixture
def work_tree(tmp_path: Path) -> Path:
    """A git work tree whose origin is on github.com."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    url = "git@github.com:octo-org/widgets.git"
    subprocess.run(["git", "-C", str(tmp_path), "remote", "add", "origin", url], check=True)
    return tmp_path


def test_origin_is_the_last_resort(work_tree: Path) -> None:
    """Where nothing else names a repository, git's origin does, if it is on the same host."""
    assert target_repository(None, None, Environment(), work_tree, sandbox=False) == (
        "octo-org/widgets"
    )
    other = Environment(api_url="https://ghe.example.com/api/v3")
    with pytest.raises(UsageError, match=r"origin is on github\.com, not on ghe\.example\.com"):
        target_repository(None, None, other, work_tree, sandbox=False)
    assert target_repository(None, None, other, work_tree, sandbox=True) == "octo-org/widgets"


def test_no_repository_is_a_usage_error(tmp_path: Path) -> None:
    """Where nothing names one, the hint says how to."""
    with pytest.raises(UsageError, match="no repository given"):
        target_repository(None, None, Environment(), tmp_path, sandbox=False)


@pytest.mark.parametrize(
    ("name", "repository"),
    [
        ("Crate 2", "sandbox/Crate-2"),
        ("проект", "sandbox/backlog"),
        ("a" * 120, "sandbox/" + "a" * 100),
    ],
)
def test_the_sandbox_needs_no_repository(tmp_path: Path, name: str, repository: str) -> None:
    """Without one it has the folder's name, until a flag names one, and again after a reset."""
    top = tmp_path / name
    top.mkdir()
    assert target_repository(None, None, Environment(), top, sandbox=True) == repository
    remember(top, "me/other", None)
    assert target_repository(None, None, Environment(), top, sandbox=True) == "me/other"
    remember(top, None, "me/Plan")
    assert default_board(top) == "me/Plan"
    reset_sandbox(top)
    assert target_repository(None, None, Environment(), top, sandbox=True) == repository
    assert default_board(top) is None


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        ("https://github.com/o/r.git", Remote("github.com", "o/r")),
        ("https://user:secret@github.com/o/r", Remote("github.com", "o/r")),
        ("https://ghe.example.com:8443/o/r/", Remote("ghe.example.com:8443", "o/r")),
        ("ssh://git@ssh.github.com:443/o/r.git", Remote("ssh.github.com", "o/r")),
        ("git@github.com:o/r.git", Remote("github.com", "o/r")),
        ("github.com:o/r", Remote("github.com", "o/r")),
        ("git://GitHub.com/o/r.js", Remote("github.com", "o/r.js")),
        ("/srv/git/r.git", None),
        ("../r", None),
        ("file:///srv/o/r", None),
        ("https://example.com/group/sub/r", None),
        ("https://[::1/o/r", None),
        ("C:\\repos\\r", None),
    ],
)
def test_remotes_in_all_their_spellings(url: str, remote: Remote | None) -> None:
    """Every spelling of a remote gives host and owner/name, or nothing; never credentials."""
    assert parse_remote(url) == remote


# ---- this machine --------------------------------------------------------------------------


def test_the_own_folder_hides_itself_from_git(tmp_path: Path) -> None:
    """`.backlog/` is made with a .gitignore that hides it, which is never written twice."""
    folder = own_folder(tmp_path)
    ignore = folder / ".gitignore"
    assert ignore.read_text(encoding="utf-8") == "*\n"
    ignore.write_text("mine\n", encoding="utf-8")
    assert own_folder(tmp_path) == folder
    assert ignore.read_text(encoding="utf-8") == "mine\n"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file in its place is a clear failure."""
    (tmp_path / ".backlog").write_text("", encoding="utf-8")
    with pytest.raises(RefusedError, match="should be a folder"):
        own_folder(tmp_path)


def test_one_run_at_a_time(tmp_path: Path) -> None:
    """While one run holds the lock a second is refused; afterwards it is free again."""
    with only_one(tmp_path), pytest.raises(RefusedError, match="another"), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


def test_nonces_are_fresh() -> None:
    """A nonce is 16 lower-case hex digits, never the same."""
    made = {fresh() for _ in range(100)}
    assert len(made) == 100
    assert all(len(nonce) == 16 and int(nonce, 16) >= 0 for nonce in made)


def test_long_waits_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A wait that makes one wonder is told on standard error; a short one is not."""
    screen = Screen(OutputOptions(), Environment())
    screen.waits(1.0)
    assert capsys.readouterr().err == ""
    screen.waits(60.0)
    assert capsys.readouterr().err.startswith("waiting 60 s before the next request, until ")


# ---- the pace ------------------------------------------------------------------------------


def test_the_pace_is_what_the_environment_says() -> None:
    """A number of creations per minute, none at all, or the default."""
    usual = wiring.pace(Environment(), Learned())
    assert usual is not None
    assert usual.a_minute == A_MINUTE
    faster = wiring.pace(environment({"BACKLOG_PACE": "60"}), Learned())
    assert faster is not None
    assert faster.a_minute == 60
    assert wiring.pace(environment({"BACKLOG_PACE": "off"}), Learned()) is None


@pytest.mark.parametrize("word", ["fast", "0", "4", "81", "-5", "1e1"])
def test_any_other_pace_is_a_usage_error(word: str) -> None:
    """The hint says what there is."""
    with pytest.raises(UsageError) as caught:
        wiring.pace(environment({"BACKLOG_PACE": word}), Learned())
    assert "or off" in (caught.value.hint or "")


def test_a_log_has_a_line_a_minute() -> None:
    """Where no bar can be shown, long work says now and then how far it is."""
    now, told, asked = [0.0], list[str](), list[float]()

    def left(elapsed: float) -> float | None:
        asked.append(elapsed)
        return 200.0 - elapsed if elapsed >= 70 else None

    bar = Bar(shown=False, color=False, info=told.append, clock=lambda: now[0])
    bar.start("Applying", 800, left)
    for _ in range(800):
        now[0] += 0.25
        bar.advance()
    bar.finish()
    assert told == [
        "Applying: 240 of 800",
        "Applying: 480 of 800, about 1 minute left",
        "Applying: 720 of 800, under 1 minute left",
    ]
    assert len(asked) == 1 + len(told)  # looking ahead takes a moment, and nobody sees a bar


def test_estimates_take_a_small_part_of_the_time_of_a_run() -> None:
    """However long one takes: with ten thousand changes that is a noticeable moment."""
    now, asked = [0.0], list[float]()

    def left(elapsed: float) -> float:
        asked.append(elapsed)
        now[0] += 1.0
        return 100.0

    bar = Bar(shown=True, color=False, clock=lambda: now[0])
    bar.start("Applying", 400, left)
    for _ in range(400):
        now[0] += 0.25
        bar.advance()
    bar.finish()
    assert 2 <= len(asked) <= 3


def test_an_interrupted_question_ends_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the run says after it begins on a line of its own."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    screen = Screen(OutputOptions(), Environment())
    for ask in (
        lambda: screen.ask("Apply this?"),
        lambda: screen.choose("Keep what?", ["file"], "file"),
    ):
        with pytest.raises(click.Abort):
            ask()
        assert capsys.readouterr().err.endswith("]: \n")


def test_the_time_left_counts_down_while_nothing_is_done() -> None:
    """A wait for the hour does not look as if the run stood still; nothing known, nothing said."""
    now = [0.0]
    bar = Bar(shown=False, color=False, clock=lambda: now[0])
    bar.start("Applying", 10, lambda _: 3_600.0)
    assert bar.text() == "0 of 10, about 60 minutes left"
    now[0] += 1_800
    assert bar.text() == "0 of 10, about 30 minutes left"
    now[0] += 1_900
    assert bar.text() == "0 of 10, under 1 minute left"
    bar.start("Playing", 10)
    assert bar.text() == "0 of 10"


def test_creations_are_recorded_before_they_are_sent(
    backlog: Backlog, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a run that is killed leaves to the next one what the hour holds already."""
    monkeypatch.setenv("BACKLOG_PACE", "60")
    seen: list[tuple[int, int]] = []
    keep = FileCache.keep_pace

    def kept(self: FileCache, learned: Learned) -> None:
        there = sum(map(len, server.store.issues.values()))
        seen.append((sum(count for _, count in learned.sent), there))
        keep(self, learned)

    monkeypatch.setattr(FileCache, "keep_pace", kept)
    assert backlog("sync", "--yes").code == 0
    assert seen[0] == (1, 0)
    assert seen[-1] == (4, 4)
