"""Serve the sandbox over HTTP/1.1, on the loopback interface only."""

import contextlib
import json
import os
import re
import socket
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from github_sandbox import control, page
from github_sandbox.app import Sandbox
from github_sandbox.errors import SandboxError, disk_hint
from github_sandbox.faults import ConnectionLostError
from github_sandbox.journal import JOURNAL, PARTIAL, SNAPSHOT
from github_sandbox.messages import Request, Response, error_response

HOST = "127.0.0.1"
LOCK_NAME = "lock"
SERVER_NAME = "server.json"
_NAMES = (SNAPSHOT, PARTIAL, JOURNAL, SERVER_NAME)
_NOTE_BYTES = 10_000
_OURS = re.compile(r"http://127\.0\.0\.1:\d{1,5}")


BUSY = "sandbox-busy"
"""The slug of the error that another process holds the state."""


class SandboxBusyError(SandboxError):
    """Another process holds the sandbox's state; `url` is its address if it serves it."""

    def __init__(self, state_dir: Path, url: str | None) -> None:
        where = f" at {url}" if url else ""
        super().__init__(
            f"{state_dir}: another process runs this sandbox{where}",
            slug=BUSY,
            hint="stop it with Ctrl-C in its terminal, then run this again; `--sandbox` needs no "
            "stop: it uses the one that runs"
            if url
            else "wait until it is done, or stop it",
        )
        self.url = url


class StateLock:
    """The lock of a state folder; the system releases it when the process ends."""

    def __init__(self, state_dir: Path) -> None:
        try:
            state_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SandboxError(
                f"{state_dir}: the sandbox cannot keep its state there: {error.strerror}",
                slug="sandbox-folder",
                hint=disk_hint(error, "make the folder writable, or remove it"),
            ) from None
        self.state_dir = state_dir
        self._lock = FileLock(state_dir / LOCK_NAME)

    def take(self) -> None:
        """Take the lock, or raise `SandboxBusyError` if another process holds it."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise SandboxBusyError(self.state_dir, running_url(self.state_dir)) from None
        except (OSError, NotImplementedError) as error:
            remedy = "remove that file or folder, or make it writable"
            raise SandboxError(
                f"{self.state_dir / LOCK_NAME}: the sandbox cannot be locked: {error}",
                slug="sandbox-folder",
                hint=disk_hint(error, remedy) if isinstance(error, OSError) else remedy,
            ) from error

    def leave(self) -> None:
        """Release the lock."""
        self._lock.release()

    def __enter__(self) -> "StateLock":
        self.take()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.leave()


def running_url(state_dir: Path) -> str | None:
    """Return the noted address of a served state folder; only loopback addresses are trusted."""
    try:
        with (state_dir / SERVER_NAME).open("rb") as file:
            url = json.loads(file.read(_NOTE_BYTES))["url"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return url if isinstance(url, str) and _OURS.fullmatch(url) else None


def open_sandbox(state_dir: Path, **options: Any) -> tuple[Sandbox, StateLock]:
    """Open the sandbox in this folder; return it and its lock, which the caller releases.

    Options are those of `Sandbox`. Raises `SandboxBusyError` if another process holds the lock.
    """
    lock = StateLock(state_dir)
    lock.take()
    try:
        return Sandbox(state_dir, **options), lock
    except BaseException:
        lock.leave()
        raise


def reset(state_dir: Path) -> None:
    """Delete the sandbox in a state folder, and keep other files in it.

    Raises `SandboxBusyError` while it is served, and `OSError` if a file cannot be deleted.
    """
    if not state_dir.exists():
        return
    with StateLock(state_dir):
        for name in _NAMES:
            (state_dir / name).unlink(missing_ok=True)


class _Handler(BaseHTTPRequestHandler):
    """Passes requests from the socket to the sandbox."""

    protocol_version = "HTTP/1.1"
    server: "_Server"

    def setup(self) -> None:
        """Prepare a connection to send small answers immediately."""
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()
        self.server.connections.add(self.request)

    def finish(self) -> None:
        """Close the connection."""
        self.server.connections.discard(self.request)
        with contextlib.suppress(OSError):
            super().finish()

    def _serve(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdigit() or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._send(error_response(411, "Length Required"))
            return
        body = self.rfile.read(int(length))
        headers = dict(self.headers.items())
        request = Request(self.command, _origin_form(self.path), headers, body)
        try:
            response = self.server.sandbox.handle(request)
        except ConnectionLostError:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        except SandboxError as problem:  # for example its disk: nothing was stored
            response = error_response(422, f"{problem.message} ({problem.hint})")
        except Exception:  # a bug must not end the server
            traceback.print_exc(file=sys.stderr)
            response = error_response(500, "Server Error")
        self._send(response)

    def _send(self, response: Response) -> None:
        """Send head and body in one write."""
        lines = [f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('',))[0]}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        if response.status != 304 or response.body:
            lines.append(f"Content-Length: {len(response.body)}")
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        try:
            self.wfile.write(head + response.body)
        except OSError:
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = _serve  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Do nothing: the sandbox has its own log."""


def _origin_form(target: str) -> str:
    """Return the path of a request's target; a client that uses us as a proxy sends a whole URL."""
    if target.startswith("/"):
        return target
    parts = urlsplit(target)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, sandbox: Sandbox, port: int) -> None:
        self.sandbox = sandbox
        self.connections: set[socket.socket] = set()
        super().__init__((HOST, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors of connections."""


class RunningServer:
    """A sandbox that is being served at `url`, without a trailing slash."""

    def __init__(self, sandbox: Sandbox, port: int, state_dir: Path | None) -> None:
        try:
            self._server = _Server(sandbox, port)
        except OSError as error:
            raise SandboxError(
                f"port {port}: the sandbox cannot listen on it: {error.strerror or error}",
                slug="port-in-use",
                hint="choose another port; 0 picks one that is free",
            ) from None
        self.sandbox = sandbox
        self.url = f"http://{HOST}:{self._server.server_address[1]}"
        self._note = state_dir / SERVER_NAME if state_dir else None
        if self._note:
            self._write_down(self._note)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.02},
            name="sandbox",
            daemon=True,
        )
        self._thread.start()

    def _write_down(self, note: Path) -> None:
        """Note the address for other processes."""
        try:
            note.write_text(json.dumps({"url": self.url, "pid": os.getpid()}), "utf-8")
        except OSError as error:
            self._server.server_close()
            raise SandboxError(
                f"{note}: the sandbox cannot note its address there: {error.strerror or error}",
                slug="sandbox-folder",
                hint=disk_hint(error, "make the folder writable, or remove it"),
            ) from error

    def stop(self) -> None:
        """Stop listening, close the connections, and write the state."""
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self._server.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        if self._note:
            self._note.unlink(missing_ok=True)

    def wait(self) -> None:
        """Wait until another thread or a signal stops the server."""
        self._thread.join()

    def __enter__(self) -> "RunningServer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def serve(sandbox: Sandbox, port: int = 0, *, state_dir: Path | None = None) -> RunningServer:
    """Serve a sandbox on 127.0.0.1; port 0 picks a free one.

    With a state folder, the address is noted there while the server runs. The sandbox stays open
    when the server stops. Raises `SandboxError` if the port is not available.
    """
    mount(sandbox)
    return RunningServer(sandbox, port, state_dir)


def mount(sandbox: Sandbox) -> None:
    """Add the control requests for programs and the pages for people to a sandbox."""
    sandbox.mounted = (control, page)
