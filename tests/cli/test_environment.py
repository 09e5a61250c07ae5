"""What the environment says of the way to the server and of this machine, and gets wrong."""

import os
import ssl
from pathlib import Path

import pytest

from backlog_sync.errors import ExitCode
from github_sandbox.app import Sandbox
from tests.cli.conftest import CANARY, Backlog, Ran

FAR = "https://127.0.0.1:9"
"""A server that is not there: nobody gets as far as asking it where something is wrong before."""


def is_told(ran: Ran, *words: str) -> None:
    """It failed before anything was sent, in two lines, with these words."""
    assert ran.code in (1, 2), ran.err
    assert ran.code != ExitCode.BUG
    assert "hint: " in ran.err
    assert "did not answer" not in ran.err
    assert "Traceback" not in ran.err
    assert all(word in ran.err for word in words), ran.err
    assert CANARY not in ran.err


@pytest.fixture(autouse=True)
def far(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token, and an address over TLS; nobody waits until it is tried again."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_API_URL", FAR)
    monkeypatch.setenv("GH_TOKEN", CANARY)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), ("", "no certificates"), ("garbage\n", "no certificates"),
     ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no certificates")],
)  # fmt: skip
def test_certificates_that_cannot_be_read(
    backlog: Backlog,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: str | None,
    words: str,
) -> None:
    """A file that is missing, empty or no certificate is named, with the variable to set."""
    file = folder / "ca.pem"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    monkeypatch.setenv(name, str(file))
    is_told(backlog("plan"), str(file), words, "REQUESTS_CA_BUNDLE")
    is_told(backlog("sync", "--yes"), str(file))


def test_certificates_that_can_be_read_are_used(
    backlog: Backlog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's own bundle, and a folder, are no reason to stop."""
    bundle = ssl.get_default_verify_paths().openssl_cafile
    if not Path(bundle).is_file():
        pytest.skip("this system has no bundle of certificates")
    for place in (bundle, str(Path(bundle).parent)):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", place)
        assert "did not answer" in backlog("plan").err


def test_certificates_matter_over_tls_alone(
    backlog: Backlog, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sandbox, and a server on this machine, have none."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    assert backlog("plan").code == 0
    assert backlog("plan", "--sandbox").code == 0
    assert server.log


@pytest.mark.parametrize(
    "proxy",
    [
        "http://[::1",
        "http://me:hunter2pass@proxy.example:99999999",
        "::::",
        "ftp://proxy.example",
        "http://",
        "http://a b:1",
        "http://me:hunter2pass@",
        "http://proxy.example:port",
        "file:///etc/passwd",
        "x" * 5000 + "://y",
    ],
)
def test_a_proxy_that_is_none(
    backlog: Backlog, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """It is told before anything is sent, and without the password that may stand in it."""
    monkeypatch.setenv("GITHUB_API_URL", "https://ghe.example.com/api/v3")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    ran = backlog("plan")
    is_told(ran, "proxy", "HTTPS_PROXY")
    assert "hunter2pass" not in ran.err


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "127.0.0.1:9", "http://me:pw@[::1]:9"])
def test_a_proxy_that_is_one_is_used(
    backlog: Backlog, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """With or without a scheme; that nobody is there is what is told then."""
    monkeypatch.setenv("GITHUB_API_URL", "https://ghe.example.com/api/v3")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert "the proxy did not let the request through" in backlog("plan").err


@pytest.mark.parametrize("pace", ["0", "-1", "inf", "nan", "9" * 5000, "1e3", "fast", "²"])
def test_a_pace_that_is_none(backlog: Backlog, monkeypatch: pytest.MonkeyPatch, pace: str) -> None:
    """Whatever it is, it is a line that says what it may be."""
    monkeypatch.setenv("BACKLOG_PACE", pace)
    ran = backlog("sync", "--yes")
    is_told(ran, "BACKLOG_PACE", "creations per minute")
    assert len(ran.err) < 400


@pytest.mark.parametrize("name", ["BACKLOG_BUDGET_POINTS", "BACKLOG_BUDGET_CREATIONS"])
@pytest.mark.parametrize("value", ["0", "-1", "many", "1e3", "½"])
def test_a_budget_that_is_none(
    backlog: Backlog, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """The message names the variable, and nothing is read."""
    monkeypatch.setenv(name, value)
    ran = backlog("sync", "--yes")
    assert ran.code == 2
    is_told(ran, name, "is not a whole number of at least 1")
    assert len(ran.err) < 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOME", "/nonexistent/home"),
        ("HOME", ""),
        ("HOME", "/dev/null"),
        ("XDG_STATE_HOME", "/dev/null/state"),
        ("XDG_STATE_HOME", "not/absolute"),
        ("XDG_CACHE_HOME", "/dev/null/cache"),
        ("NETRC", "/dev/null/netrc"),
        ("TMPDIR", "/nonexistent/tmp"),
    ],
)
def test_a_home_that_is_none_stops_nobody(
    backlog: Backlog,
    server: Sandbox,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    """What must be remembered is kept below the root then, and the sync works, twice."""
    monkeypatch.setenv("HOME", str(folder / "home"))
    for each in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, value)
    (folder / ".netrc").write_text("machine 127.0.0.1 login\nbroken \x00", encoding="utf-8")
    assert backlog("sync", "--yes").code == 0
    writes = len([entry for entry in server.log if entry.writes])
    assert backlog("sync").code == 0
    assert len([entry for entry in server.log if entry.writes]) == writes


def test_a_folder_that_is_gone(backlog: Backlog, folder: Path) -> None:
    """Somebody removed the current folder: one line, and no bug."""
    gone = folder / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    ran = backlog("plan", "--sandbox")
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert "hint: " in ran.err
