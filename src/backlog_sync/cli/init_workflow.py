"""`backlog init --workflow`: write the workflow of the GitHub Action for a backlog."""

import json
import os
import re
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit

from backlog_sync.cli.screen import Screen
from backlog_sync.core.escape import clean
from backlog_sync.errors import FailedError
from backlog_sync.files.source import create_file
from backlog_sync.local import git

WORKFLOW = ".github/workflows/backlog.yml"
PLACEHOLDER = "OWNER/backlog@COMMIT"
"""The action in the template, which is also the workflow in docs/action.md."""

_PLAIN = re.compile(r"[\w./-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_ACTION = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*@[0-9a-f]{40}", re.ASCII)
_JOBS = 3
"""The jobs of the template, which all use the action."""


def write_workflow(screen: Screen, top: Path, file: Path) -> None:
    """Write the workflow for a backlog file, and show what to do next.

    Raises `FailedError` if the workflow exists.
    """
    target = top / WORKFLOW
    shown = clean(os.path.relpath(target))
    if target.exists() or target.is_symlink():
        raise FailedError(
            f"{shown} already exists; not overwritten",
            slug="file-exists",
            hint="compare it with the workflow in docs/action.md, or remove it",
        )
    path = Path(os.path.relpath(file, top)).as_posix()
    action = installed_action() or (_asked(screen) if screen.can_ask() else None)
    branch = git.default_branch(top) or "main"
    create_file(target, workflow_text(path, branch, action or PLACEHOLDER).encode())
    screen.result(f"{shown}\n")
    screen.info("Next:")
    if action is None:
        screen.info(f"  replace {PLACEHOLDER} in its {_JOBS} lines `uses:` with the repository")
        screen.info("  that you install backlog from and a commit: until then every run fails")
    screen.info("  add the secret BACKLOG_PROJECT_TOKEN if there is a board (docs/action.md)")
    screen.info("  commit and push it: pull requests get the plan as a comment,")
    screen.info(f"  and pushes to {clean(branch)} are synced")


def _asked(screen: Screen) -> str | None:
    """Ask which action the workflow uses; return None to fill it in later."""
    screen.write_stderr("backlog was not installed from github.com, so its action is not known.")
    while True:
        answer = screen.answer("Which action? (OWNER/NAME@COMMIT, or later)", "later")
        if answer.lower() == "later":
            return None
        if _ACTION.fullmatch(answer):
            return answer
        screen.write_stderr(
            f"{clean(answer)} is not an action: write it as OWNER/NAME@ and the full commit SHA"
        )


def workflow_text(path: str, branch: str, action: str) -> str:
    """Return the workflow for a file below the top of the repository."""
    text = files("backlog_sync.cli").joinpath("workflow.yml").read_text(encoding="utf-8")
    for old, new in (("ROADMAP.md", _scalar(path)), ("[main]", f"[{_scalar(branch)}]")):
        text = text.replace(old, new)
    return text.replace(PLACEHOLDER, action)


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def installed_action() -> str | None:
    """Return the action at the commit from which this program was installed: `owner/name@sha`.

    It is known for an installation from a repository on github.com (PEP 610), and for one from a
    clone whose branch has been pushed; otherwise None.
    """
    try:
        origin = json.loads(distribution("backlog-sync").read_text("direct_url.json") or "{}")
        url, commit = str(origin.get("url", "")), origin.get("vcs_info", {}).get("commit_id", "")
    except (PackageNotFoundError, ValueError, AttributeError):
        return None
    if url.startswith("file:"):
        clone = Path(unquote(urlsplit(url).path))
        remote, commit = git.origin(clone), git.pushed(clone)
    else:
        remote = git.parse_remote(url)
    if remote is None or remote.host != "github.com" or not _COMMIT.fullmatch(commit or ""):
        return None
    return f"{remote.repository}@{commit}"
