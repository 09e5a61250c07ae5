"""What git knows of this folder: its top level and where `origin` is."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_SECONDS = 10
"""Local git commands answer at once; a hook or a network file system may not."""
_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^/:]+):(?P<path>[^:].*)\Z")
_NAME = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+\Z")


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository as a remote names it: the host, and `owner/name`."""

    host: str
    repository: str


def top_level(folder: Path) -> Path | None:
    """The root of the work tree that holds the folder; None outside of one or without git."""
    answer = _git(folder, "rev-parse", "--show-toplevel")
    return Path(answer) if answer else None


def origin(folder: Path) -> Remote | None:
    """Where the remote `origin` is; None where there is none, or none that names a repository."""
    url = _git(folder, "remote", "get-url", "origin")
    return parse_remote(url) if url else None


def branch(folder: Path) -> str | None:
    """The branch that is checked out; None where there is none, or outside of a work tree."""
    return _git(folder, "symbolic-ref", "--quiet", "--short", "HEAD")


def tracked(folder: Path, path: str) -> tuple[str, ...]:
    """What git tracks at or below a path, whatever the case; empty outside of a work tree."""
    raw = run(folder, "ls-files", "-z", "--", f":(icase){path}")
    return tuple(name for name in (raw or b"").decode(errors="replace").split("\0") if name)


def parse_remote(url: str) -> Remote | None:
    """Read a remote's URL: `https://`, `ssh://`, `git://`, or `user@host:owner/name`.

    Whatever credentials stand in the URL are dropped. Ports are kept for http(s), where the API
    may be behind the same one.
    """
    url = url.strip()
    if "://" in url:
        try:
            parts = urlsplit(url)
            port = parts.port if parts.scheme in ("http", "https") else None
        except ValueError:
            return None
        if parts.scheme not in ("https", "http", "ssh", "git", "git+ssh") or not parts.hostname:
            return None
        host = f"{parts.hostname}:{port}" if port else parts.hostname
        path = parts.path
    elif match := _SCP.match(url):
        host, path = match["host"], match["path"]
    else:
        return None
    name = path.strip("/").removesuffix(".git")
    return Remote(host.lower(), name) if _NAME.match(name) else None


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints, trimmed; None where it fails or prints nothing."""
    raw = run(folder, *arguments)
    return raw.decode(errors="replace").strip() or None if raw is not None else None


def run(folder: Path, *arguments: str) -> bytes | None:
    """What git prints, as it comes; None where it fails, is not there, or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603  # fixed arguments, no shell
            ["git", "-C", str(folder), *arguments],  # noqa: S607  # the user's own git
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


_GH_SECONDS = 5
"""`gh auth token` reads a keyring, which may ask somebody who is not there."""


def gh_token(host: str) -> str | None:
    """What `gh auth token` gives for a host; None where there is no gh or it is not signed in."""
    try:
        done = subprocess.run(  # noqa: S603  # fixed arguments, no shell
            ["gh", "auth", "token", "--hostname", host],  # noqa: S607  # the user's own gh
            capture_output=True,
            text=True,
            timeout=_GH_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
