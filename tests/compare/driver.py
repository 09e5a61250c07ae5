"""Run jobs with the version of the program that is on the path; a process of its own.

Reads jobs as JSON lines on standard input and answers each with a line of results. Every command
runs in a forked child, so nothing of one run is left in the next, and nothing is imported twice.
Knows of the program only what users know: the command of its distribution.
"""

import importlib
import json
import os
import pkgutil
import secrets
import shutil
import signal
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests.adapters

_WAIT = 60
"""Seconds after which a command has hung: the slowest takes a few."""

_ENVIRONMENT = {"NO_COLOR": "1", "COLUMNS": "100", "PATH": os.environ.get("PATH", "")}
_REPOSITORY = "acme/roadmap"


def _main(entry: str) -> Callable[[], object]:
    module, _, name = entry.partition(":")
    package = importlib.import_module(module.partition(".")[0])
    for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not each.name.endswith("__main__"):
            importlib.import_module(each.name)  # once here, instead of in every child
    found: Callable[[], object] = getattr(importlib.import_module(module), name)
    return found


class Runner:
    """Runs the steps of one job in a folder of its own."""

    def __init__(self, main: Callable[[], object], top: Path) -> None:
        self.main, self.top = main, top
        self.outputs = Path(tempfile.mkdtemp(prefix="compare-out-"))
        self.server: tuple[int, str] | None = None

    def start(self, argv: list[str], extra: dict[str, str]) -> int:
        """Fork a child that runs a command; give its process id."""
        child = os.fork()
        if child:
            return child
        try:
            os.setsid()
            os.chdir(self.top)
            os.environ.clear()
            os.environ.update(
                _ENVIRONMENT,
                HOME=str(self.top / ".home"),
                XDG_STATE_HOME=str(self.top / ".state"),
                XDG_CACHE_HOME=str(self.top / ".cache"),
                **extra,
            )
            for number, name in ((0, os.devnull), (1, "stdout"), (2, "stderr")):
                path = name if number == 0 else str(self.outputs / name)
                flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
                os.dup2(os.open(path, flags, 0o600), number)
            sys.stdin, sys.stdout, sys.stderr = (
                os.fdopen(n, m) for n, m in ((0, "r"), (1, "w"), (2, "w"))
            )
            sys.argv = ["backlog", *argv]
            signal.alarm(_WAIT)
            _count_nonces()
            _log_requests(self.outputs / "requests")
            code = 0
            try:
                self.main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        except BaseException as error:  # whatever it is, the child must not come back
            os.write(2, f"uncaught {type(error).__name__}: {error}\n".encode())
            os._exit(99)

    def run(self, argv: list[str]) -> dict[str, Any]:
        """Run a command; give all that it left."""
        for name in ("stdout", "stderr", "requests"):
            (self.outputs / name).unlink(missing_ok=True)
        extra: dict[str, str] = {}
        if self.server is not None:
            extra = {"GITHUB_API_URL": self.server[1], "GH_TOKEN": "a-token-for-comparing"}
        _, status = os.waitpid(self.start(argv, extra), 0)
        return {
            "code": os.waitstatus_to_exitcode(status),
            **{name: self._read(name) for name in ("stdout", "stderr", "requests")},
            "files": self._files(),
        }

    def _read(self, name: str) -> str:
        path = self.outputs / name
        return path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else ""

    def _files(self) -> dict[str, str]:
        """Every file that the commands wrote, and the store of the embedded simulator."""
        found = {}
        for path in sorted(self.top.rglob("*")):
            name = path.relative_to(self.top).as_posix()
            hidden = name.startswith((".state", ".cache", ".home", ".backlog"))
            store = name in (".backlog/sandbox/state.json", ".backlog/sandbox/journal.jsonl")
            if path.is_file() and (store or not hidden):
                found[name] = path.read_bytes().decode("utf-8", "surrogateescape")
        return found

    def serve(self) -> dict[str, Any]:
        """Start the simulator of this version, and a repository in it."""
        child = self.start(["sandbox", "serve", "--port", "0"], {})
        self.server = child, ""
        for _ in range(600):
            words = self._read("stdout").split()
            if words:
                break
            os.sched_yield()
            signal.sigtimedwait([], 0.05)
        else:
            raise TimeoutError("the simulator did not start")
        self.server = child, words[0].rstrip("/")
        for name in ("stdout", "stderr"):
            # The server goes on writing into its own; commands get new ones.
            (self.outputs / name).rename(self.outputs / f"server-{name}")
        made = {"repository": _REPOSITORY, "board_owner": _REPOSITORY.partition("/")[0]}
        return self.call("POST", "/_sandbox/repositories", made)

    def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Act as somebody on the simulator."""
        assert self.server is not None
        head = {"authorization": "bearer somebody", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server[1] + path, data, head, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_WAIT) as answer:
                return {"status": answer.status, "answer": answer.read().decode()}
        except urllib.error.HTTPError as error:
            return {"status": error.code, "answer": error.read().decode()}

    def edit(self, path: str, old: str, new: str) -> dict[str, Any]:
        """Change a file as its author would."""
        file = self.top / path
        text = file.read_bytes().decode()
        file.write_bytes(text.replace(old, new).encode())
        return {"edited": text.count(old)}

    def step(self, what: str, *arguments: Any) -> dict[str, Any]:
        """Take one step of a job."""
        steps: dict[str, Callable[..., dict[str, Any]]] = {
            "run": lambda *argv: self.run(list(argv)),
            "serve": self.serve,
            "call": self.call,
            "edit": self.edit,
        }
        return steps[what](*arguments)

    def close(self) -> None:
        """End the simulator, if it was started."""
        if self.server is not None:
            os.kill(self.server[0], signal.SIGTERM)
            os.waitpid(self.server[0], 0)
        shutil.rmtree(self.outputs, ignore_errors=True)


def _count_nonces() -> None:
    """Give the same marks in the same order, so that bodies can be compared."""
    made = iter(range(1 << 30))
    secrets.token_hex = lambda nbytes=None: f"{next(made):0{2 * (nbytes or 32)}x}"


def _log_requests(log: Path) -> None:
    """Write down each request that a client of the program sends."""
    send = requests.adapters.HTTPAdapter.send

    def logged(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        body = request.body.decode() if isinstance(request.body, bytes) else request.body
        with log.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps([request.method, request.path_url, body]) + "\n")
        return send(self, request, *args, **kwargs)

    requests.adapters.HTTPAdapter.send = logged  # type: ignore[method-assign] # to watch it


def _job(main: Callable[[], object], job: dict[str, Any]) -> list[dict[str, Any]]:
    top = Path(tempfile.mkdtemp(prefix="compare-"))
    for name, text in job["files"].items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    runner = Runner(main, top)
    try:
        results = [{"step": step, **runner.step(*step)} for step in job["steps"]]
    finally:
        runner.close()
        shutil.rmtree(top, ignore_errors=True)
    return [json.loads(json.dumps(each).replace(str(top), "/top")) for each in results]


def serve_jobs(entry: str) -> None:
    """Answer every job on standard input with a line on standard output."""
    main = _main(entry)
    for line in sys.stdin:
        print(json.dumps(_job(main, json.loads(line))), flush=True)


if __name__ == "__main__":
    serve_jobs(sys.argv[1])
