"""A repository with a remote on disk, a simulated GitHub over HTTP, and events to run it on."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from backlog_sync.action.install import LOCK, READY, REPORT_LOCK, fingerprint
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.messages import Request, Response, error_response, json_response
from github_sandbox.server import serve
from tests.action.runner import ROOT, Job, bare, filled, run_action

REPOSITORY = "octo-org/shop"
CANARY = "ghs_CANARYCANARYCANARYCANARYCANARYCANARY"
BACKLOG = """\
version: 1
id: shop
epics:
  - id: checkout
    title: Checkout that never loses a cart
    features:
      - id: carts
        title: Carts survive a restart
        stories:
          - id: keep
            title: Keep a cart for thirty days
            acceptance_criteria:
              - The cart is there after a restart
          - id: merge
            title: Merge the carts of two devices
            depends_on: [keep]
"""
BOARD = """\
project:
  owner: octo-org
  title: Shop
  fields:
    Priority: {type: single_select, options: [High, Low]}
"""


class Hub(Sandbox):
    """The simulated GitHub, with the few answers outside of issues that the action needs."""

    pulls: list[Mapping[str, Any]]
    may_open = True
    before: Callable[[], object] = staticmethod(lambda: None)
    """What somebody does when the first write arrives."""

    def handle(self, request: Request) -> Response:
        """Pull requests here; all else as the sandbox does."""
        if b"createIssue" in request.body:
            act, self.before = self.before, lambda: None
            act()
        if request.path.startswith(f"/repos/{REPOSITORY}/pulls") and request.method != "POST":
            return self._existing(request)
        if request.path != f"/repos/{REPOSITORY}/pulls":
            return super().handle(request)
        if not self.may_open:
            told = "GitHub Actions is not permitted to create or approve pull requests."
            return error_response(403, told)
        wanted = request.json()
        if any(pull["head"] == wanted["head"] for pull in self.pulls):
            fault = {"message": f"A pull request already exists for {wanted['head']}."}
            return error_response(422, "Validation Failed", errors=[fault])
        self.pulls.append(wanted)
        number = len(self.pulls)
        address = f"https://github.test/{REPOSITORY}/pull/{number}"
        return json_response(201, {"number": number, "node_id": "PR_1", "html_url": address})

    def _existing(self, request: Request) -> Response:
        """The pull requests as a list; or one of them with other texts."""
        if request.method == "GET":
            home = f"/repos/{REPOSITORY}/pulls"
            every = [{**pull, "head": {"ref": pull["head"]}, "url": f"{home}/{number}"}
                     for number, pull in enumerate(self.pulls, 1)]  # fmt: skip
            return json_response(200, every)
        number = int(request.path.rpartition("/")[2])
        self.pulls[number - 1] = {**self.pulls[number - 1], **request.json()}
        return json_response(200, {})


class Place:
    """The repository on disk and on the simulated GitHub; runs of the action."""

    def __init__(self, folder: Path, hub: Hub, url: str, action: Path) -> None:
        self.folder, self.hub, self.url, self.action = folder, hub, url, action
        self.remote = folder / "remote.git"
        self.workspace = folder / "work"
        self.home = folder / "home"
        self.home.mkdir()
        self.runs = 0
        self.ann = Person(hub, "ann", repository=REPOSITORY)
        self.env = bare(self.home, folder / "tools")
        self.env["RUNNER_TOOL_CACHE"] = str(folder / "cache")
        self._tools()
        self._git(folder, "init", "-q", "--bare", "-b", "main", str(self.remote))
        self._git(folder, "clone", "-q", str(self.remote), str(self.workspace))
        self.commit({"backlog.yaml": BACKLOG}, "Plan")

    def _tools(self) -> None:
        """An environment that is installed already, as an earlier run would have left it."""
        tools = self.folder / "tools"
        tools.mkdir()
        script = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'
        paths = [tools / "python3"]
        for locked in (LOCK, REPORT_LOCK):
            kept = self.folder / "cache" / "backlog-sync" / fingerprint(self.action, locked)
            (kept / "bin").mkdir(parents=True)
            (kept / READY).touch()
            paths.append(kept / "bin" / "python")
        for path in paths:
            path.write_text(script)
            path.chmod(0o755)

    def _git(self, folder: Path, *arguments: str) -> str:
        identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
        done = subprocess.run(
            ["git", "-C", str(folder), *identity, *arguments],
            env={**self.env, "GIT_CONFIG_GLOBAL": os.devnull},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def git(self, *arguments: str) -> str:
        """Run git in the work tree; give what it prints."""
        return self._git(self.workspace, *arguments)

    def commit(
        self, files: Mapping[str, str], message: str = "Change", *, push: bool = True
    ) -> str:
        """Commit files, and push them to main; give the commit."""
        for name, text in files.items():
            path = self.workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        if push:
            self.git("push", "-q", "origin", "HEAD:main")
        return self.git("rev-parse", "HEAD")

    def clone(self, folder: Path) -> None:
        """Check the repository out once more, as another runner would."""
        self._git(self.folder, "clone", "-q", str(self.remote), str(folder))

    def fresh(self) -> None:
        """Check out what main is now, as the next run would."""
        self.git("fetch", "-q", "origin")
        self.git("checkout", "-q", "--force", "--detach", "origin/main")

    def at_remote(self, what: str) -> str:
        """What a file or a commit says at the remote, as `git show` tells it."""
        return self._git(self.remote, "show", what)

    def protect(self, branch: str = "main") -> None:
        """Have the remote refuse pushes to a branch, in GitHub's words."""
        hook = self.remote / "hooks" / "update"
        hook.write_text(
            "#!/bin/sh\n"
            f'[ "$1" != refs/heads/{branch} ] && exit 0\n'
            'echo "error: GH006: Protected branch update failed for $1." >&2\nexit 1\n'
        )
        hook.chmod(0o755)

    def text(self) -> str:
        """What the backlog says in the work tree."""
        return (self.workspace / "backlog.yaml").read_text("utf-8")

    def run(
        self,
        event: str,
        payload: Mapping[str, Any] | None = None,
        inputs: Mapping[str, str] | None = None,
        *,
        ref: str = "refs/heads/main",
        token: str = CANARY,
        workspace: Path | None = None,
    ) -> Job:
        """Run the action on an event."""
        self.runs += 1
        temp = self.folder / f"temp-{self.runs}"
        temp.mkdir()
        home = {"full_name": REPOSITORY, "default_branch": "main"}
        told = temp / "event.json"
        told.write_text(json.dumps({"repository": home, **(payload or {})}), "utf-8")
        env = {
            **self.env,
            "GITHUB_API_URL": self.url,
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(told),
            "GITHUB_REF": ref,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": "https://github.test",
            "GITHUB_WORKSPACE": str(workspace or self.workspace),
            "GITHUB_RUN_ID": str(self.runs),
            "RUNNER_TEMP": str(temp),
            "XDG_STATE_HOME": str(self.home / (workspace or self.workspace).name),
        }
        self.job = job = Job()
        run_action(
            inputs or {},
            env,
            action=self.action,
            workspace=workspace or self.workspace,
            temp=temp,
            token=token,
            job=job,
        )
        assert token not in job.log + job.summary + "".join(job.outputs.values())
        allowed = {"error", "warning", "notice", "add-mask"}
        assert {command.name for command in job.commands} <= allowed
        assert "Traceback" not in job.log
        return job

    def called(self, event: str, given: Mapping[str, object], token: str = "") -> Job:
        """A run of the reusable workflow's own steps, as a caller with these inputs gets it."""
        flow = yaml.safe_load((ROOT / ".github/workflows/reusable.yml").read_text("utf-8"))
        declared = flow[True]["workflow_call"]["inputs"]
        assert set(given) <= set(declared)
        values = {f"inputs.{name}": spec["default"] for name, spec in declared.items()}
        values |= {f"inputs.{name}": value for name, value in given.items()}
        known = {name: str(value) for name, value in values.items()}
        known["secrets.project-token"] = token
        (told,) = flow["jobs"].values()
        checkout, step = told["steps"]
        assert checkout["uses"].startswith("actions/checkout@")
        assert step["uses"] == "$/"
        job = self.run(event, None, {n: filled(str(v), known) for n, v in step["with"].items()})
        found = {f"steps.{step['id']}.outputs.{name}": v for name, v in job.outputs.items()}
        job.outputs = {name: filled(value, found) for name, value in told["outputs"].items()}
        return job

    def push(self, inputs: Mapping[str, str] | None = None, **more: Any) -> Job:
        """A run on a push to main."""
        return self.run("push", None, inputs, **more)

    def proposal(self, *, fork: bool = False) -> dict[str, Any]:
        """The payload of a pull request, which is open on the simulated GitHub."""
        made = self.ann.open_pull_request("Change the plan")
        head = "somebody/shop" if fork else REPOSITORY
        return {
            "pull_request": {
                "number": made.number,
                "node_id": made.node_id,
                "head": {"repo": {"full_name": head}, "sha": "1" * 40},
                "base": {"repo": {"full_name": REPOSITORY}, "ref": "main"},
            }
        }

    def comments(self, payload: Mapping[str, Any]) -> list[str]:
        """What is said on a pull request."""
        issue = self.ann.issue(payload["pull_request"]["number"])
        return [c.body for c in self.hub.store.comments.get(issue.id, {}).values()]

    def titles(self) -> list[str]:
        """The titles of all issues on the simulated GitHub."""
        home = self.hub.repository(REPOSITORY)
        issues = self.hub.store.issues.get(home.id, {})
        return [issue.title for issue in issues.values() if not issue.is_pull]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A place of its own for each test; the action is what a checkout of it would hold."""
    action = tmp_path / "action"
    script = Path("src/backlog_sync/action/install.py")
    (action / script).parent.mkdir(parents=True)
    for name in ("action.yml", "pyproject.toml", LOCK, REPORT_LOCK, str(script)):
        shutil.copy(ROOT / name, action / name)
    hub = Hub()
    hub.pulls = []
    with hub:
        hub.ensure_repository(REPOSITORY)
        with serve(hub) as running:
            yield Place(tmp_path, hub, running.url, action)
