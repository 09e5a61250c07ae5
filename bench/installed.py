"""Run `backlog` as users have it: a process of its own over HTTP, with all its defaults.

Nothing of this environment reaches it except the search path, so the pace is on and the homes of
its state and cache are empty.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Lock

_LOCK = Lock()
_LOOK = 0.02
"""Seconds between two looks at a process that is measured."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a process took: seconds, of these of processor time, and its peak memory in MB.

    `seconds` are on the wall, without the time in which other work on the machine had the
    processor that its main thread was ready to use. Its own child processes are not looked at.
    """

    seconds: float
    cpu: float
    megabytes: float
    code: int
    output: str


def environment(folder: Path, url: str = "", *, source: Path | None = None) -> dict[str, str]:
    """Return the environment of a run in a folder against a server.

    `source` is another checkout, whose program is run instead of this one.
    """
    with _LOCK:  # several at once would each make a copy, and delete the others'
        _, paths = _installed(source or Path.cwd())
    homes = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("STATE", "CACHE")}
    server = {"GITHUB_API_URL": url, "GH_TOKEN": "a-token"} if url else {}
    return {"PATH": os.environ["PATH"], "HOME": str(folder), **paths, **homes, **server}


@lru_cache
def _installed(checkout: Path) -> tuple[TemporaryDirectory[str], dict[str, str]]:
    """Copy and compile a checkout as its installation would; return how Python finds the copy."""
    folder = TemporaryDirectory()
    shutil.copytree(checkout / "src", folder.name, dirs_exist_ok=True)
    command = [sys.executable, "-m", "compileall", "-q", folder.name]
    subprocess.run(command, check=True)  # noqa: S603 - our own
    search = os.pathsep.join([folder.name, str(checkout)])
    return folder, {"PYTHONPATH": search, "PYTHONDONTWRITEBYTECODE": "1"}


def backlog(*words: str) -> list[str]:
    """Return a command of the program."""
    return [sys.executable, "-m", "backlog_sync", *words]


def run(command: list[str], folder: Path, env: dict[str, str], *, fails: bool = False) -> Ran:
    """Run a command to its end; it must succeed unless it `fails` at times."""
    with TemporaryFile("w+") as output:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own
            command, cwd=folder, env=env, stdout=output, stderr=subprocess.STDOUT
        )
        megabytes = 0.0
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            megabytes = max(megabytes, peak(process.pid))
            time.sleep(_LOOK)
        seconds = time.perf_counter() - began - _kept_waiting(process.pid)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    assert fails or process.returncode == 0, f"{command}: {process.returncode}\n{text}"
    cpu = used.ru_utime + used.ru_stime
    return Ran(seconds, cpu, megabytes, process.returncode, text)


def peak(process: int | str = "self") -> float:
    """Return the most memory in MB that a process had so far; 0 if it has ended.

    `getrusage` would count what the process that started it had, such as a simulator.
    """
    found = re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def _kept_waiting(process: int) -> float:
    """Return the seconds for which an ended process waited for a processor; 0 if not known."""
    counted = Path(f"/proc/{process}/schedstat")
    return int(counted.read_text().split()[1]) / 1e9 if counted.exists() else 0.0
