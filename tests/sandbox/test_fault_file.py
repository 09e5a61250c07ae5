"""`backlog sandbox serve --faults FILE`: what the file may say, and how its own faults are told."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
import requests
from pydantic import ValidationError

from backlog_sync.files.plain_model import read_model
from github_sandbox import faults
from github_sandbox.app import Sandbox
from github_sandbox.fault_config import FaultConfig, FaultName, set_up
from github_sandbox.faults import Fault
from github_sandbox.scenario import AnyStep
from tests.sandbox.conftest import REPOSITORY, World

DOCS = Path(__file__).parents[2] / "docs" / "sandbox.md"
Read = Callable[[str], FaultConfig | list[str]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a file of this text; gives what it says, or its faults as lines."""

    def run(text: str) -> FaultConfig | list[str]:
        file = tmp_path / "trouble.yaml"
        file.write_text(text, "utf-8")
        found = read_model(file, "trouble.yaml", FaultConfig, listed_in="docs/sandbox.md")
        if isinstance(found, FaultConfig):
            return found
        return [f"{d.place}: {d.message}" + (f" ({d.hint})" if d.hint else "") for d in found]

    return run


def good(read: Read, text: str) -> FaultConfig:
    """What a file says that has no faults."""
    found = read(text)
    assert isinstance(found, FaultConfig), found
    return found


def test_everything_can_be_set(read: Read, world: World) -> None:
    """Clock, latency, lags, server, limits, tokens, faults, people."""
    found = good(
        read,
        """
version: 1
clock: {start: 2026-03-01T00:00:00Z, per_request: 0.5}
latency: 0.25
list_lag: 5
search_lag: 30
enterprise: "3.17"
limits: {per_hour: 1000, creations_per_minute: 30, block_seconds: 90, tells: true, status: 429,
         searches_per_minute: null}
tokens:
  reader: {login: eve, permission: read, scopes: null}
  bot: {login: "github-actions[bot]", permission: write, projects: false}
count: writes
faults:
  - {request: 2, kind: bad_gateway, status: 504, times: 2}
people:
  - {after: 10, who: ana, do: close, issue: 3}
""",
    )
    assert found.clock is not None
    clock = found.clock.clock()
    assert (clock().isoformat(), clock.per_request) == ("2026-03-01T00:00:00+00:00", 0.5)
    sandbox = world.sandbox
    set_up(sandbox, found)
    assert (sandbox.latency, sandbox.list_lag) == (0.25, timedelta(seconds=5))
    assert sandbox.search_lag == timedelta(seconds=30)
    assert "sub_issues" in sandbox.features.missing
    assert (sandbox.limits.per_hour, sandbox.limits.creations_per_minute) == (1000, 30)
    assert (sandbox.limits.block_seconds, sandbox.limits.status) == (90, 429)
    assert (sandbox.limits.tells, sandbox.limits.searches_per_minute) == (True, None)
    assert sandbox.tokens["reader"].scopes is None
    assert not sandbox.tokens["bot"].reads_boards
    assert sandbox.faults.writes_only
    assert sandbox.faults.faults == {2: faults.bad_gateway(504), 3: faults.bad_gateway(504)}
    assert sandbox.actors is not None


def test_an_empty_document_changes_nothing() -> None:
    """What is left out is as it always is."""
    plain = Sandbox()
    with Sandbox() as sandbox:
        set_up(sandbox, FaultConfig.model_validate({}))
        assert sandbox.limits == plain.limits
        assert sandbox.features == plain.features
        assert (sandbox.latency, sandbox.list_lag, sandbox.actors) == (0, timedelta(0), None)
    plain.close()


@pytest.mark.parametrize(
    ("entry", "made"),
    [
        ({"kind": "not_delivered"}, faults.not_delivered()),
        ({"kind": "answer_lost", "ran": 3}, faults.answer_lost(ran=3)),
        ({"kind": "hang", "seconds": 9, "delivered": True}, faults.hang(9, delivered=True)),
        (
            {"kind": "bad_gateway", "status": 504, "delivered": True},
            faults.bad_gateway(504, delivered=True),
        ),
        ({"kind": "timeout"}, faults.timeout()),
        ({"kind": "html", "status": 503}, faults.html_page(status=503)),
        ({"kind": "truncated"}, faults.truncated()),
        ({"kind": "graphql_error", "delivered": False}, faults.graphql_error(delivered=False)),
        ({"kind": "resource_limits", "ran": 2}, faults.resource_limits(ran=2)),
        ({"kind": "validation_timeout"}, faults.validation_timeout()),
        ({"kind": "partial", "failing": [1, 3]}, faults.partial(1, 3)),
        ({"kind": "partial"}, faults.partial()),
        ({"kind": "short_list", "keep": 0}, faults.short_list(0)),
        ({"kind": "not_found"}, faults.not_found()),
        ({"kind": "primary_limit", "worded": "already"}, faults.primary_limit(worded="already")),
        (
            {"kind": "secondary_limit", "status": 429, "retry_after": 60},
            faults.secondary_limit(status=429, retry_after=60),
        ),
        ({"kind": "too_quick"}, faults.submitted_too_quickly()),
        ({"kind": "latency", "seconds": 2}, faults.latency(2)),
    ],
)
def test_each_fault_has_a_name(entry: dict[str, Any], made: Fault) -> None:
    """The file makes what the functions make."""
    found = FaultConfig.model_validate({"faults": [{"request": 1, **entry}]})
    assert found.plan().faults == {1: made}


def test_every_name_of_a_fault_is_documented() -> None:
    """The page tells of each kind and deed, and of each key that the file may have."""
    page = DOCS.read_text("utf-8")
    missing = [name for name in get_args(FaultName) if f"`{name}`" not in page]
    assert missing == []
    assert [name for name in FaultConfig.model_fields if f"`{name}`" not in page] == []
    steps = get_args(get_args(AnyStep)[0])
    deeds = {word for step in steps for word in get_args(step.model_fields["do"].annotation)}
    assert {name for name in deeds if f"`{name}`" not in page} == set()


def test_the_example_of_the_docs_is_read(read: Read) -> None:
    """What is shown works as it stands."""
    (example,) = re.findall(r"```yaml\n(version: 1\n.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    found = good(read, example)
    assert found.faults
    assert found.people


def test_all_faults_of_a_file_are_told_with_their_places(read: Read) -> None:
    """Place, what, and what was probably meant; all at once, in their order."""
    assert read(
        """version: 1
latensy: 4
latency: -1
enterprise: "3.1"
faults:
  - {request: 0, kind: truncated}
  - {request: 1, kind: answer_lots}
  - {request: 1, kind: latency}
  - {request: 1, kind: truncated, seconds: 4}
  - {request: 1, kind: primary_limit, worded: content}
people:
  - {who: ana, do: close, issue: 3}
  - {after: 0, who: ana, do: tock, issue: 3}
  - {after: 0, who: ana, do: close, isue: 3}
"""
    ) == [
        "trouble.yaml:2:1: 'latensy' is not a field (did you mean 'latency'?)",
        "trouble.yaml:3:1: 'latency' is -1; it must be at least 0"
        " (write `latency: 1` or leave it out)",
        "trouble.yaml:4:1: 'enterprise': 3.1 is not known (there are: 3.17, 3.18, 3.19; in quotes)",
        "trouble.yaml:6:6: 'request' is 0; it must be more than 0",
        "trouble.yaml:7:18: 'answer_lots' is not a value of 'kind' (write `kind: answer_lost`)",
        "trouble.yaml:8:5: entry 3 of 'faults': 'latency' needs 'seconds' (write, say, seconds: 2)",
        "trouble.yaml:9:5: entry 4 of 'faults': 'truncated' takes no 'seconds' (it takes: nothing)",
        "trouble.yaml:10:5: entry 5 of 'faults': 'primary_limit' is not worded 'content'"
        " (known: already, installation)",
        "trouble.yaml:12:5: entry 1 of 'people': say when: either 'before_request' or 'after'"
        " (after: 0 is at once)",
        "trouble.yaml:13:5: 'tock' is not a value of 'do' (did you mean 'tick'?)",
        "trouble.yaml:14:5: 'issue' is missing (add `issue: …`)",
        "trouble.yaml:14:37: 'isue' is not a field (did you mean 'issue'?)",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("# nothing", "the file must hold a mapping"),
        ("- 1", "the file must hold a mapping"),
        ("faults: [", "this is not YAML"),
        ("version: 2", "'2' is not a value of 'version'"),
        ("latency: 1\nlatency: 2", "'latency' is given twice"),
    ],
)
def test_a_file_that_is_none_is_told(read: Read, text: str, told: str) -> None:
    """Empty, no mapping, broken, of another version, ambiguous."""
    found = read(text)
    assert isinstance(found, list)
    assert told in found[0]


def test_json_is_read_too(read: Read) -> None:
    """JSON is YAML."""
    text = json.dumps({"version": "1", "faults": [{"request": 1, "kind": "truncated"}]}, indent=2)
    assert good(read, text).plan().faults == {1: faults.truncated()}


def test_numbers_are_taken_from_tests_too() -> None:
    """A dictionary with numbers says the same as a file's texts."""
    step = {"after": 0, "who": "ana", "do": "close", "issue": 3}
    assert FaultConfig.model_validate({"version": 1, "people": [step]}).people
    with pytest.raises(ValidationError):
        FaultConfig.model_validate({"people": [{**step, "issue": None}]})


# ---- the command ---------------------------------------------------------------------------

SERVE = [sys.executable, "-m", "backlog_sync", "sandbox", "serve", "--port", "0", "--faults"]


def test_the_command_serves_with_the_files_trouble(tmp_path: Path) -> None:
    """Faults meet the requests that the file names, people act, a virtual clock stands still."""
    (tmp_path / "trouble.yaml").write_text(
        """
clock: {start: 2026-01-05T12:00:00Z}
faults:
  - {request: 2, kind: answer_lost}
  - {request: 3, kind: secondary_limit, retry_after: 60, status: 429}
people:
  - {before_request: 5, who: ana, do: close, issue: Made}
""",
        "utf-8",
    )
    command = [*SERVE, "trouble.yaml"]
    with (
        subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process,
        requests.Session() as session,
    ):
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            session.trust_env = False
            session.headers["Authorization"] = "Bearer x"
            home = f"{url}/repos/{REPOSITORY}"
            made = session.post(
                f"{url}/_sandbox/repositories", json={"repository": REPOSITORY}, timeout=9
            )
            assert made.status_code == 201
            assert session.get(home, timeout=9).json()["created_at"] == "2026-01-05T12:00:00Z"
            with pytest.raises(requests.ConnectionError):
                session.post(f"{home}/issues", json={"title": "Made"}, timeout=9)
            limited = session.get(home, timeout=9)
            assert (limited.status_code, limited.headers["Retry-After"]) == (429, "60")
            states = [session.get(f"{home}/issues/1", timeout=9).json()["state"] for _ in "12"]
            assert states == ["open", "closed"]
            log = session.get(f"{url}/_sandbox/log", timeout=9).json()
            assert [entry["fault"] for entry in log["requests"]] == [
                None, "closed", "secondary_limit", None, None,
            ]  # fmt: skip
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def test_the_command_tells_all_faults_of_the_file(tmp_path: Path) -> None:
    """With their places, on standard error; nothing is served, and the exit code is 1."""
    (tmp_path / "trouble.yaml").write_text("latensy: 4\nfaults: 7\n", "utf-8")
    done = subprocess.run(
        [*SERVE, "trouble.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "trouble.yaml:1:1: error[unknown-field] 'latensy' is not a field" in done.stderr
    assert "hint: did you mean 'latency'?" in done.stderr
    assert "trouble.yaml:2:1: error[wrong-type] 'faults' must be a list" in done.stderr
    missing = subprocess.run(
        [*SERVE, "nowhere.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert missing.returncode == 1
    assert "the file does not exist" in missing.stderr
