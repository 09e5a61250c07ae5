"""Install the tool in its own environment, and output its path: the action's first steps.

Runs before anything is installed, as a plain script that uses only the standard library, with
whatever Python the runner has. An environment that an earlier step or run created from the very
same sources is used again; it is kept in the tool cache, which hosted runners empty with each
job, and from there in GitHub's cache. The packages that draw pages are installed only if the run
writes them. With the argument `find` it only outputs where the environment is, whether it exists,
and where runs keep what they read.

Everything that is installed is pinned by a hash: the lock file contains every dependency and the
build backend, and only wheels are used, because building a source distribution would fetch
build dependencies that no hash covers. The action's own sources are built with that backend,
offline.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

OLDEST = (3, 11)
READY = ".backlog-ready"
"""File that is written last: without it an installation is incomplete."""

LOCK, REPORT_LOCK = "requirements.lock", "requirements-report.lock"
"""What `make lock` writes: complete environments with hashes, without and with the extra."""


def main(arguments: Sequence[str]) -> int:
    """Install unless that is done already or only `find` is asked for; write the outputs.

    The output is `python`, or for `find`: `folder`, `key` (its name, which identifies the
    sources, the lock file and the Python) and `ready`, and those of `reads`.
    """
    if sys.version_info < OLDEST:
        version = ".".join(map(str, sys.version_info[:3]))
        sys.stdout.write(
            "::error title=backlog::Python 3.11 or newer is needed, this is " + version
            + "; add actions/setup-python before this step\n"
        )  # fmt: skip
        return 1
    source = Path(os.environ["BACKLOG_ACTION_PATH"])
    home = os.environ.get("RUNNER_TOOL_CACHE") or os.environ.get("RUNNER_TEMP") or "/tmp"  # noqa: S108 - a runner always has one of the first two
    folder = Path(home) / "backlog-sync" / fingerprint(source, lock())
    ready = (folder / READY).is_file()
    outputs = {"folder": str(folder), "key": folder.name, "ready": str(ready).lower()}
    if arguments == ["find"]:
        outputs |= reads(os.environ)
    else:
        if not ready:
            install(source, folder)
        outputs = {"python": str(python_of(folder))}
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.writelines(f"{name}={value}\n" for name, value in outputs.items())
    return 0


def reads(env: Mapping[str, str]) -> dict[str, str]:
    """Return the folder for what runs read, its key, and whether this run may keep it for others.

    The key identifies the repository and the backlog. Only runs on the default branch keep
    anything, so that nothing comes from a pull request.
    """
    folder = Path(env.get("RUNNER_TEMP") or "/tmp") / "backlog-reads"  # noqa: S108 - as above
    folder.mkdir(parents=True, exist_ok=True)
    names = ("INPUT_REPOSITORY", "INPUT_PATHS", "INPUT_WORKING_DIRECTORY")
    backlog = json.dumps([env.get(name, "") for name in names])
    return {
        "reads": str(folder),
        "reads-key": f"backlog-reads-{hashlib.sha256(backlog.encode()).hexdigest()[:20]}",
        "keep-reads": str(on_default_branch(env)).lower(),
    }


def on_default_branch(env: Mapping[str, str]) -> bool:
    """Return whether this run is about the default branch itself, not about a pull request."""
    event = env.get("GITHUB_EVENT_NAME")
    if event not in ("push", "workflow_dispatch"):
        return event == "schedule"  # which always runs on the default branch
    try:
        with Path(env["GITHUB_EVENT_PATH"]).open("rb") as file:
            default_branch = json.load(file)["repository"]["default_branch"]
    except (LookupError, OSError, TypeError, ValueError):
        return False
    return env.get("GITHUB_REF") == f"refs/heads/{default_branch}"


def fingerprint(source: Path, locked: str) -> str:
    """Return a name for an environment: a hash of the sources, the lock file and the Python."""
    where = f"{sys.version_info[:3]} {sys.executable} {sys.platform}"
    digest = hashlib.sha256(where.encode())
    files = [source / "pyproject.toml", source / locked]
    files += sorted(p for p in (source / "src").rglob("*") if p.suffix != ".pyc" and p.is_file())
    for path in files:
        digest.update(path.relative_to(source).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:20]


def lock() -> str:
    """Return the lock file that the run needs: HTML pages need more packages."""
    return REPORT_LOCK if os.environ.get("INPUT_REPORT_FOLDER", "").strip() else LOCK


def python_of(folder: Path) -> Path:
    """Return the interpreter of an environment."""
    windows = folder / "Scripts" / "python.exe"
    return windows if windows.exists() else folder / "bin" / "python"


def install(source: Path, folder: Path) -> None:
    """Create the environment: the locked dependencies, then the action's own sources."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)  # noqa: S603
    _pip(
        folder, "--require-hashes", "--only-binary", ":all:", "--requirement", str(source / lock())
    )
    _pip(folder, "--no-deps", "--no-index", "--no-build-isolation", str(source))
    (folder / READY).touch()


def _pip(folder: Path, *arguments: str) -> None:
    command = [str(python_of(folder)), "-I", "-m", "pip", "install", "--quiet", "--no-input",
               "--disable-pip-version-check", *arguments]  # fmt: skip
    # A runner's own constraints are for other packages; its index and proxy stay.
    env = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    subprocess.run(command, check=True, env=env)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
