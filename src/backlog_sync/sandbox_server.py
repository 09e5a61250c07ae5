"""Serve, prepare and reset the simulated GitHub of a folder (.backlog/sandbox)."""

import http.client
import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backlog_sync.dataclass import dataclass
from backlog_sync.errors import FailedError, UsageError
from backlog_sync.files.refs import check_repository, parse_project
from backlog_sync.local.state import BOARD, REPOSITORY, SANDBOX, forget_sandbox, kept, write_whole
from github_sandbox import server
from github_sandbox.errors import SandboxError
from github_sandbox.server import StateLock

if TYPE_CHECKING:
    from backlog_sync.core.diagnostics import Diagnostic
    from github_sandbox.app import Sandbox
    from github_sandbox.clock import VirtualClock
    from github_sandbox.fault_config import FaultConfig


_LONGEST = 150
"""Characters of a repository's name at most: GitHub allows 39 for the owner and 100 after it."""


def sandbox_folder(top: Path) -> Path:
    """Return the folder in which this folder's sandbox keeps its state."""
    return kept(top, SANDBOX)


@contextmanager
def _own_errors() -> Iterator[None]:
    """Turn a `SandboxError` into a `FailedError`."""
    try:
        yield
    except SandboxError as error:
        raise FailedError(error.message, slug=error.slug, hint=error.hint) from error


@dataclass(frozen=True, slots=True)
class Furniture:
    """What a run needs in the sandbox: repositories, an owner of a board, people to assign."""

    repositories: Sequence[str]
    board_owner: str | None = None
    people: Sequence[str] = ()


@contextmanager
def sandbox_url(top: Path, furniture: Furniture) -> Iterator[str]:
    """Yield the URL of this folder's sandbox: the running one, else one for this context.

    What the run needs is created in it. Raises `FailedError` if another process holds the
    sandbox's state and does not serve it.
    """
    folder = sandbox_folder(top)
    try:
        with _own_errors():
            sandbox, lock = server.open_sandbox(folder)
    except FailedError as busy:
        url = server.running_url(folder) if busy.slug == server.BUSY else None
        if url is None:
            raise
        _furnish(url, furniture, busy)
        yield url
        return
    with _own_errors(), lock_given_back(lock), sandbox, server.serve(sandbox) as running:
        _furnish(
            running.url,
            furniture,
            FailedError("the sandbox does not answer", hint="run the command again"),
        )
        yield running.url


def served_url(top: Path) -> str | None:
    """Return the address of this folder's sandbox if another process serves it."""
    folder = sandbox_folder(top)
    try:
        with server.StateLock(folder):
            return None
    except server.SandboxBusyError as busy:
        return busy.url
    except SandboxError as error:
        raise FailedError(error.message, slug=error.slug, hint=error.hint) from error


def _furnish(url: str, furniture: Furniture, problem: FailedError) -> None:
    """Create what a run needs in our sandbox, by a request that its fault configuration skips."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for repository in furniture.repositories:
        body = {
            "repository": repository,
            "board_owner": furniture.board_owner,
            "people": list(furniture.people),
        }
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{url}/_sandbox/repositories",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        try:
            with opener.open(request, timeout=10):
                pass
        except urllib.error.HTTPError as error:
            error.close()
            raise problem from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise problem from error


def default_repository(top: Path) -> str:
    """Return the repository of runs on the sandbox that no file, flag or remote names.

    It is the last one that was named with a flag, else `sandbox/` and the name of the folder.
    """
    try:
        return check_repository(_remembered(top, REPOSITORY))
    except (OSError, ValueError, UsageError):
        folder = re.sub(r"[^A-Za-z0-9._-]+", "-", top.absolute().name)[:100].strip("-.")
        return f"sandbox/{folder or 'backlog'}"


def default_board(top: Path) -> str | None:
    """Return the board that the last sync on the sandbox named with a flag, or None."""
    try:
        board = _remembered(top, BOARD)
        parse_project(board)
    except (OSError, ValueError, UsageError):
        return None
    return board


def _remembered(top: Path, name: str) -> str:
    return (sandbox_folder(top) / name).read_text(encoding="utf-8")[:_LONGEST].strip()


def remember(top: Path, repository: str | None, board: str | None) -> None:
    """Record what flags name, for later runs without them."""
    folder = sandbox_folder(top)
    for name, value in ((REPOSITORY, repository), (BOARD, board)):
        if value:
            folder.mkdir(exist_ok=True)
            write_whole(folder / name, f"{value}\n".encode())


def read_fault_config(file: Path) -> "FaultConfig | tuple[Diagnostic, ...]":
    """Return the fault configuration in a file, or all errors in it."""
    # Its models take a while to build, and only `sandbox serve --faults` needs them.
    from backlog_sync.files.plain_model import read_model  # noqa: PLC0415
    from github_sandbox.fault_config import FaultConfig  # noqa: PLC0415

    return read_model(file, str(file), FaultConfig, listed_in="docs/sandbox.md")


@contextmanager
def serving_sandbox(
    top: Path, port: int, fault_config: "FaultConfig | None" = None
) -> Iterator[str]:
    """Serve this folder's sandbox and yield its URL. Port 0 picks a free one."""
    folder = sandbox_folder(top)
    options: dict[str, Any] = {}
    if fault_config and fault_config.clock:
        options["clock"] = fault_config.clock.clock()
    with _own_errors():
        sandbox, lock = server.open_sandbox(folder, **options)
    if fault_config:
        from github_sandbox.fault_config import set_up  # noqa: PLC0415 - only with faults

        set_up(sandbox, fault_config)
    sandbox.files_in = os.path.relpath(top)
    with _own_errors(), lock_given_back(lock), sandbox:  # noqa: SIM117 - one line would be too long
        with server.serve(sandbox, port, state_dir=folder) as running:
            yield running.url


@contextmanager
def virtual_sandbox(top: Path, clock: "VirtualClock") -> Iterator["Sandbox"]:
    """Yield this folder's sandbox on a virtual clock; runs with `--sandbox` use it meanwhile."""
    folder = sandbox_folder(top)
    with _own_errors():
        sandbox, lock = server.open_sandbox(folder, clock=clock)
    with _own_errors(), lock_given_back(lock), sandbox, server.serve(sandbox, state_dir=folder):
        yield sandbox


def reset_sandbox(top: Path) -> None:
    """Delete this folder's sandbox and the state that runs keep about it."""
    try:
        with _own_errors():
            server.reset(sandbox_folder(top))
        for name in (REPOSITORY, BOARD):
            (sandbox_folder(top) / name).unlink(missing_ok=True)
        forget_sandbox(top)
    except OSError as error:
        raise FailedError(
            f"{error.filename or top} cannot be removed: {error.strerror or error}",
            slug="own-folder",
            hint="make its folder writable, or remove it yourself",
        ) from error


@contextmanager
def lock_given_back(lock: StateLock) -> Iterator[None]:
    """Release a lock at the end of the context."""
    try:
        yield
    finally:
        lock.leave()
