"""What others publish about GitHub, as npm packages: where it lies, and how it gets there.

`package.json` and its lock file name exact versions. Nothing of them is tracked or shipped:
`npm ci` puts them into `node_modules` beside them. In continuous integration (`CI=true`) and with
`BACKLOG_NPM=1` the tests run it themselves; elsewhere, what is not there is a reason to skip.
"""

import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"
_MARK = MODULES / ".installed"
_TIMEOUT = 300
"""Seconds that an installation may take; it moves some 400 MB on the disk."""


def in_ci() -> bool:
    """Whether this is a run whose checks must all be made."""
    return os.environ.get("CI", "").lower() in ("1", "true")


def _wanted() -> str:
    return hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()


def _installed() -> bool:
    return _MARK.is_file() and _MARK.read_text("utf-8").strip() == _wanted()


@cache  # asked by every test that needs the packages
def why_missing() -> str | None:
    """None where the packages are there; they are installed where that is asked for."""
    if _installed():
        return None
    if not (in_ci() or os.environ.get("BACKLOG_NPM") == "1"):
        return "GitHub's descriptions are not installed: set BACKLOG_NPM=1, or run .ci/run"
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "node and npm are needed to install GitHub's descriptions"
    with FileLock(FOLDER / ".npm.lock"):  # the workers of one run install once
        if not _installed():
            return _install(npm)
    return None


def _install(npm: str) -> str | None:
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        command, cwd=FOLDER, capture_output=True, text=True, timeout=_TIMEOUT, check=False
    )
    if done.returncode:
        return f"npm ci failed: {done.stderr.strip()[-500:]}"
    _MARK.write_text(_wanted(), "utf-8")
    return None


def package(name: str) -> Path:
    """The folder of a package; skips the test where it is missing, and fails it in CI."""
    reason = why_missing()
    if reason:
        (pytest.fail if in_ci() else pytest.skip)(reason)
    return MODULES / name


if __name__ == "__main__":
    os.environ["BACKLOG_NPM"] = "1"
    raise SystemExit(why_missing())
