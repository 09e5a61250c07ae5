"""What programs may ask of the sandbox itself, and who may not."""

import json
from pathlib import Path

from github_sandbox.app import Sandbox
from github_sandbox.messages import Request
from github_sandbox.server import mount

MAKE = json.dumps({"repository": "acme/one"}).encode()


def post(sandbox: Sandbox, **headers: str) -> int:
    """Ask for a repository; give the status."""
    mount(sandbox)
    request = Request("POST", "/_sandbox/repositories", headers, MAKE)
    return sandbox.handle(request).status


def test_only_programs_on_this_machine_are_answered() -> None:
    """A page in a browser (it sends Origin), or a name that is not this machine's, gets nothing."""
    with Sandbox() as sandbox:
        assert post(sandbox, Host="127.0.0.1:8123", Origin="https://evil.example") == 403
        assert post(sandbox, Host="evil.example") == 403
        assert post(sandbox, Host="127.0.0.1:8123") == 201


def test_half_a_surrogate_pair_is_kept_and_breaks_nothing(tmp_path: Path) -> None:
    """A text that is no valid Unicode is stored, read back, and survives a restart."""
    headers = {"Host": "127.0.0.1", "Authorization": "bearer x"}
    with Sandbox(tmp_path) as sandbox:
        sandbox.ensure_repository("acme/one")
        body = b'{"title": "half \\ud800"}'
        made = sandbox.handle(Request("POST", "/repos/acme/one/issues", headers, body))
        assert made.status == 201
        again = sandbox.handle(
            Request("POST", "/repos/acme/one/issues", headers, b'{"title": "b"}')
        )
        assert again.status == 201
    with Sandbox(tmp_path) as sandbox:
        seen = sandbox.handle(Request("GET", "/repos/acme/one/issues/1", headers, b""))
        assert seen.json()["title"] == "half \ud800"
