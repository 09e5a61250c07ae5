"""Whether an installed copy works, outside of the checkout: `python -m tests.house.installed`.

`wheel` builds the wheel, installs it into an empty environment, and takes the first steps of a new
user in an empty folder. `action` lets the action's installer make its environment, as on a runner,
and starts the action there. Both install from the package index; nothing else needs a network.
"""

import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

from backlog_sync.action.install import python_of

ROOT = Path(__file__).parents[2]
BACKLOG = """\
version: 1
id: shop
repository: octo-org/shop
epics:
  - id: checkout
    title: Checkout that never loses a cart
    items:
      - {kind: story, id: keep, title: Keep a cart for thirty days}
      - {kind: story, id: merge, title: Merge the carts of two devices, depends_on: [keep]}
"""
STEPS: Sequence[tuple[str, int]] = (
    ("--version", 0),
    ("init", 0),
    ("lint", 0),
    ("lint shop.yaml", 0),
    ("plan shop.yaml --sandbox --check", 3),
    ("sync shop.yaml --sandbox", 0),
    ("plan shop.yaml --sandbox --check", 0),
    ("report shop.yaml --sandbox", 0),
)
"""What is run, with the exit code that it must have."""


def main(arguments: Sequence[str]) -> int:
    """Check what is named; everything if nothing is."""
    # Neither the checkout's sources nor a token of this machine may help.
    hidden = ("PYTHON", "GITHUB_", "GH_", "BACKLOG_", "INPUT_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    checks = {"wheel": check_wheel, "action": check_action}
    for name in arguments or checks:
        with tempfile.TemporaryDirectory() as folder:
            checks[name](Path(folder).resolve(), env)
    return 0


def check_wheel(folder: Path, env: Mapping[str, str]) -> None:
    """Build the wheel, install it with the tested versions, and use it."""
    environment, home = folder / "environment", folder / "home"
    home.mkdir()
    run(env, folder, sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    venv.create(environment, with_pip=True)
    python = python_of(environment)
    run(env, home, python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel)
    run(env, home, python, "-m", "pip", "check")
    (home / "shop.yaml").write_text(BACKLOG, "utf-8")
    state = {
        **env,
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    for words, code in STEPS:
        run(state, home, python.with_name("backlog"), *words.split(), code=code)


def check_action(folder: Path, env: Mapping[str, str]) -> None:
    """Install from the lock file as a runner does, and lint with what that made."""
    output = folder / "output"
    (folder / "backlog.yaml").write_text(BACKLOG, "utf-8")
    job = {
        **env,
        "BACKLOG_ACTION_PATH": str(ROOT),
        "RUNNER_TOOL_CACHE": str(folder / "tools"),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_WORKSPACE": str(folder),
        "GITHUB_REPOSITORY": "octo-org/shop",
        "GITHUB_EVENT_NAME": "push",
        "INPUT_MODE": "lint",
    }
    script = ROOT / "src" / "backlog_sync" / "action" / "install.py"
    run(job, folder, sys.executable, "-I", script)
    name, _, python = output.read_text("utf-8").strip().partition("=")
    if name != "python":
        raise SystemExit(f"the installer wrote {name!r} instead of the path of its Python")
    run(job, folder, python, "-m", "pip", "check")
    run(job, folder, python, "-I", "-m", "backlog_sync.action")


def run(env: Mapping[str, str], folder: Path, *command: str | Path, code: int = 0) -> None:
    """Run a command in a folder; end with what it printed unless it exits with the code."""
    words = [str(word) for word in command]
    sys.stdout.write(f"+ {' '.join(words)}\n")
    sys.stdout.flush()
    done = subprocess.run(
        words, cwd=folder, env=dict(env), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != code:
        sys.stdout.write(done.stdout + done.stderr)
        raise SystemExit(f"exit code {done.returncode} instead of {code}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
