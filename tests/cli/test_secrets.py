"""A server that repeats our secrets wherever it can: they come out nowhere, and no text is lost."""

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from backlog_sync.core.redaction import REDACTED
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import BACKLOG, CANARY, Backlog

BASIC = base64.b64encode(f"x-access-token:{CANARY}".encode()).decode()
OTHER = "ghs_" + "SomebodyElses" * 3


def traces(text: str) -> list[str]:
    """Which of our secrets are in a text, in which form."""
    return [form for form in (CANARY, BASIC, OTHER) if form in text]


class Parrot:
    """Has each answer of the server say the secrets, in messages and headers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.status: int | None = None
        self.body: Any = None
        send = HTTPAdapter.send

        def sent(
            adapter: HTTPAdapter, request: requests.PreparedRequest, *more: Any, **named: Any
        ) -> requests.Response:
            response = send(adapter, request, *more, **named)
            told = f"{CANARY} {BASIC} {OTHER}"
            response.headers["Server"] = f"backlog-sandbox {told}"
            response.reason = told
            if self.status is not None:
                response.status_code = self.status
                response.headers["Retry-After"] = "3600"  # nobody waits for so long
                response._content = json.dumps(self.body).encode()
                response.raw = io.BytesIO()
            return response

        monkeypatch.setattr(HTTPAdapter, "send", sent)


@pytest.fixture
def parrot(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Parrot:
    """The server, as a parrot."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    return Parrot(monkeypatch)


SAID = f"Bad credentials: Bearer {CANARY}, basic {BASIC}, https://me:{CANARY}@h/, not {OTHER}"


def bodies() -> Iterator[tuple[int, Any]]:
    """Answers that say no with our secrets in them."""
    for status in (400, 401, 403, 404, 422, 429, 500, 502):
        yield status, {"message": SAID}
    yield 422, {"message": "no", "errors": [{"field": SAID, "code": SAID}, SAID]}
    yield 200, {"errors": [{"type": SAID, "message": SAID, "path": [SAID]}]}
    yield 200, {"errors": [{"message": f"API rate limit exceeded for {SAID}"}]}
    yield 200, {"data": None, "errors": [SAID]}
    yield 200, {"data": {"repository": SAID, "viewer": SAID}}
    yield 200, SAID


@pytest.mark.parametrize(("status", "body"), list(bodies()))
@pytest.mark.parametrize("output", [["-vv"], ["--format", "json", "-vv", "--log-format", "json"]])
def test_no_refusal_repeats_a_secret(
    backlog: Backlog, parrot: Parrot, output: list[str], status: int, body: Any
) -> None:
    """Whatever is refused, in whatever words: they are in no output and no log."""
    parrot.status, parrot.body = status, body
    ran = backlog("plan", *output)
    assert ran.code in (1, 4, 5), ran.err
    assert traces(ran.out + ran.err) == []


def test_what_people_wrote_repeats_none_either(
    backlog: Backlog, parrot: Parrot, server: Sandbox, folder: Path
) -> None:
    """A title, a text, a label with the token: in no plan, report, file, journal or log."""
    assert backlog("sync", "--yes", "-vv").code == 0
    ann = Person(server, "ann", permission="admin", repository="octo-org/shop")
    number = ann.find("Keep a cart for thirty days").number
    ann.edit(number, title=f"Keep {CANARY} in a cart")
    runs = [
        backlog("plan", "-vv", "--out", "plan.json"),
        backlog("plan", "--format", "json"),
        backlog("drift", "-v"),
        backlog("report", "--no-write-back"),
        backlog("report", "--no-write-back", "--output", "report.json"),
        backlog("report", "--no-write-back", "--output", "report.csv"),
        backlog("pull"),
    ]
    for ran in runs:
        assert traces(ran.out + ran.err) == []
    for path in folder.rglob("*"):
        if path.is_file():
            assert traces(path.read_text(encoding="utf-8", errors="replace")) == [], path


def test_a_text_with_our_token_in_it_is_left_as_it_is(
    backlog: Backlog, server: Sandbox, folder: Path
) -> None:
    """Below our block somebody pasted the token: nothing is written over it, and that is told."""
    assert backlog("sync", "--yes").code == 0
    ann = Person(server, "ann", permission="admin", repository="octo-org/shop")
    issue = ann.find("Keep a cart for thirty days")
    before = issue.body + f"\n\nmy token is {CANARY} and that is that\n"
    issue.body = before
    file = folder / "backlog.yaml"
    text = file.read_text(encoding="utf-8")
    changed = text.replace("The cart is there after a restart", "The cart is there afterwards")
    file.write_text(changed, encoding="utf-8")
    ran = backlog("sync")
    assert ran.code in (1, 5)
    assert "contains a token that this run uses" in ran.out
    assert traces(ran.out + ran.err) == []
    assert issue.body == before
    issue.body = before.replace(CANARY, "gone")
    assert backlog("sync").code == 0
    assert "afterwards" in issue.body
    assert "my token is gone" in issue.body


def test_the_word_for_what_is_hidden_may_be_written(backlog: Backlog, folder: Path) -> None:
    """`[redacted]` in a text of one's own is a word like any other."""
    file = folder / "backlog.yaml"
    file.write_text(BACKLOG.replace("Keep a cart", f"Keep a {REDACTED} cart"), encoding="utf-8")
    assert backlog("sync", "--sandbox").code == 0
    assert backlog("plan", "--sandbox").out.startswith("✓ No changes.")
