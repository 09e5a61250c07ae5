"""Git data of this folder: the work tree's root and the remote `origin`."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from backlog_sync.dataclass import dataclass

_SECONDS = 10
"""Local git commands are fast; a hook or a network file system may hang."""
_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^/:]+):(?P<path>[^:].*)\Z")
_NAME = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+\Z")


@dataclass(frozen=True, slots=True)
class Remote:
    """The repository of a remote: the host, and `owner/name`."""

    host: str
    repository: str


def top_level(folder: Path) -> Path | None:
    """Return the root of the work tree that contains the folder; None if there is none."""
    answer = _git(folder, "rev-parse", "--show-toplevel")
    return Path(answer) if answer else None


def origin(folder: Path) -> Remote | None:
    """Return the repository of the remote `origin`; None if there is none."""
    url = _git(folder, "remote", "get-url", "origin")
    return parse_remote(url) if url else None


def branch(folder: Path) -> str | None:
    """Return the checked-out branch; None if HEAD is detached, or without a work tree."""
    return _git(folder, "symbolic-ref", "--quiet", "--short", "HEAD")


def default_branch(folder: Path) -> str | None:
    """Return the default branch of `origin` as far as this clone knows, else `main` or `master`.

    Without either it is the current branch.
    """
    head = _git(folder, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
    if head:
        return head.removeprefix("origin/")
    names = (_git(folder, "for-each-ref", "--format=%(refname:short)", "refs/heads") or "").split()
    return next((name for name in ("main", "master") if name in names), branch(folder))


def pushed(folder: Path) -> str | None:
    """Return the last commit of the current branch that its upstream has; None without one."""
    return _git(folder, "merge-base", "HEAD", "@{upstream}")


def tracked(folder: Path, path: str) -> tuple[str, ...]:
    """Return what git tracks at or below a path, ignoring case; empty without a work tree."""
    raw = run(folder, "ls-files", "-z", "--", f":(icase){path}")
    return tuple(name for name in (raw or b"").decode(errors="replace").split("\0") if name)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a new repository: its time (aware), its subject, and the files that it writes."""

    when: datetime
    subject: str
    files: Mapping[str, bytes]


_AUTHOR = "backlog demo <demo@example.com>"


def create_repository(folder: Path, commits: Sequence[Commit]) -> bool:
    """Make a folder a git repository with these commits on `main`; return whether git did.

    No hook runs, nothing is signed, and what the environment says about another repository is not
    used.
    """
    stream = b"".join(map(_imported, commits))
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    steps = (
        (("init", "--quiet", "--template="), b""),
        (("symbolic-ref", "HEAD", "refs/heads/main"), b""),
        (("fast-import", "--quiet"), stream),
        (("reset", "--quiet"), b""),
    )
    return all(
        _output(["git", "-C", str(folder), *arguments], _SECONDS, stdin=given, env=env) is not None
        for arguments, given in steps
    )


def _imported(commit: Commit) -> bytes:
    """Return a commit as `git fast-import` reads it."""

    def data(raw: bytes) -> bytes:
        return b"data %d\n%s\n" % (len(raw), raw)

    by = f"committer {_AUTHOR} {int(commit.when.timestamp())} +0000\n".encode()
    files = (f"M 100644 inline {name}\n".encode() + data(raw) for name, raw in commit.files.items())
    return b"commit refs/heads/main\n" + by + data(commit.subject.encode()) + b"".join(files)


def parse_remote(url: str) -> Remote | None:
    """Parse a remote's URL: `https://`, `ssh://`, `git://`, or `user@host:owner/name`.

    Credentials in the URL are dropped. Ports are kept for http(s), because the API may be on the
    same port.
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
    """Return the trimmed output of git; None if it fails or prints nothing."""
    return _trimmed(run(folder, *arguments))


def run(folder: Path, *arguments: str) -> bytes | None:
    """Return the output of git; None if it fails, is not installed, or takes too long."""
    return _output(["git", "-C", str(folder), *arguments], _SECONDS)


_GH_SECONDS = 5
"""`gh auth token` reads a keyring, which may wait for somebody to unlock it."""


def gh_token(host: str) -> str | None:
    """Return the token of `gh auth token` for a host; None without gh or a login."""
    return _trimmed(_output(["gh", "auth", "token", "--hostname", host], _GH_SECONDS))


def _trimmed(raw: bytes | None) -> str | None:
    return raw.decode(errors="replace").strip() or None if raw is not None else None


def _output(
    command: Sequence[str],
    seconds: float,
    *,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> bytes | None:
    """Return what a program prints; None if it fails, is not installed, or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell, the user's own programs
            command, capture_output=True, timeout=seconds, check=False, input=stdin, env=env
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
