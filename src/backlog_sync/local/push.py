"""Commit files and push them without running the repository's hooks.

The token is passed to git in its environment, which process lists do not show; a checkout that
has its own credentials uses those.
"""

import base64
import os
import subprocess
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from backlog_sync.core.checkout import Checkout
from backlog_sync.core.redaction import Secrets, without_shapes
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import FailedError

_SECONDS = 120
BOT = "github-actions[bot]"
BOT_EMAIL = "41898282+github-actions[bot]@users.noreply.github.com"
"""The committer: the account of GitHub Actions, with its public id."""


class Pushed(StrEnum):
    """The result of a push."""

    DONE = "done"
    MOVED = "moved"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Push:
    """The result of a push, with git's output."""

    result: Pushed
    words: str = ""


class WorkTree:
    """A checked-out repository. The token may be sent only to `server_url`.

    `seconds` is the time limit of one git command.
    """

    def __init__(
        self, folder: Path, *, token: str | None, server_url: str, seconds: float = _SECONDS
    ) -> None:
        self._folder = folder
        self._seconds = seconds
        self._token = token
        self._secrets = Secrets([token] if token else [])
        self._server = server_url.rstrip("/")

    def head(self) -> str:
        """Return the checked-out commit, or raise `FailedError` without a repository."""
        return self._read("rev-parse", "--verify", "HEAD^{commit}")

    def tip(self, branch: str) -> str | None:
        """Return the newest commit of a branch at `origin`; None if it has no such branch."""
        for line in self._read("ls-remote", "origin", f"refs/heads/{branch}").splitlines():
            commit, _, name = line.partition("\t")
            if name == f"refs/heads/{branch}":
                return commit
        return None

    def default_branch(self) -> str | None:
        """Return the default branch of `origin`; None if unknown."""
        for line in self._read("ls-remote", "--symref", "origin", "HEAD").splitlines():
            if line.startswith("ref: refs/heads/"):
                return line.removeprefix("ref: refs/heads/").partition("\t")[0]
        return None

    def checkout(self, default: str | None = None) -> Checkout:
        """Return the checkout compared with the default branch (looked up if it is not given).

        Raises `FailedError` if there is no repository, `origin` cannot be accessed, or it has no
        default branch.
        """
        head = self.head()
        base = default or self.default_branch()
        if base is None:
            raise FailedError(
                "the default branch of this repository is not known",
                slug="no-default-branch",
                hint="`git ls-remote --symref origin HEAD` does not name it",
            )
        tip = self.tip(base)
        branch = self._run("symbolic-ref", "--quiet", "--short", "HEAD").stdout.strip() or None
        # A tip that was never fetched is unknown here, so it is not an ancestor.
        follows = tip is not None and not (
            self._run("merge-base", "--is-ancestor", tip, "HEAD").returncode
        )
        return Checkout(head, branch, base, tip, follows)

    def commit(self, files: Sequence[Path], message: str) -> str | None:
        """Commit these files on top of HEAD, leaving HEAD and the index; None if nothing differs.

        The same files on the same HEAD produce the same commit: its time is that of HEAD.
        """
        index = self._read("rev-parse", "--absolute-git-dir") + "/backlog-index"
        head_time = self._read("show", "-s", "--format=%ct", "HEAD")
        extra = {
            "GIT_INDEX_FILE": index,
            "GIT_AUTHOR_NAME": BOT,
            "GIT_AUTHOR_EMAIL": BOT_EMAIL,
            "GIT_AUTHOR_DATE": f"{head_time} +0000",
            "GIT_COMMITTER_NAME": BOT,
            "GIT_COMMITTER_EMAIL": BOT_EMAIL,
            "GIT_COMMITTER_DATE": f"{head_time} +0000",
        }
        try:
            self._read("read-tree", "HEAD", extra=extra)
            self._read("add", "-f", "--", *map(str, files), extra=extra)
            tree = self._read("write-tree", extra=extra)
            if tree == self._read("rev-parse", "HEAD^{tree}"):
                return None
            return self._read("commit-tree", tree, "-p", "HEAD", "-m", message, extra=extra)
        finally:
            Path(index).unlink(missing_ok=True)

    def follow(self, commit: str) -> None:
        """Move HEAD and the index to this commit; the files stay unchanged."""
        self._read("reset", "-q", "--mixed", commit)

    def push(self, commit: str, branch: str, *, replacing: str | None = None) -> Push:
        """Push a commit to a branch of `origin`.

        Without `replacing` the commit must be based on the remote branch. With `replacing` it
        replaces exactly that commit; "" means that the branch must not exist.
        """
        lease = [] if replacing is None else [f"--force-with-lease={branch}:{replacing}"]
        done = self._run(
            "push", "--porcelain", "--no-verify", *lease, "origin", f"{commit}:refs/heads/{branch}"
        )
        output = without_shapes(self._secrets.hide(done.stdout.strip()))
        words = "\n".join(part for part in (done.stderr.strip(), output) if part)
        if done.returncode == 0:
            return Push(Pushed.DONE, words)
        if "[rejected]" in done.stdout:
            return Push(Pushed.MOVED, words)
        if "[remote rejected]" in done.stdout:
            # Two concurrent pushes: the server refused the second one.
            moved = "cannot lock ref" in words
            return Push(Pushed.MOVED if moved else Pushed.REFUSED, words)
        return Push(Pushed.FAILED, words)

    def _read(self, *arguments: str, extra: Mapping[str, str] | None = None) -> str:
        done = self._run(*arguments, extra=extra)
        if done.returncode:
            errors = done.stderr.strip().splitlines()
            raise FailedError(
                f"git {arguments[0]} failed: {errors[-1] if errors else 'without a message'}",
                slug="git",
                hint="is the repository checked out (actions/checkout), and `origin` reachable?",
            )
        return done.stdout.strip()

    def _run(
        self, *arguments: str, extra: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        env = {**os.environ, **self._credentials(), **(extra or {}), "GIT_TERMINAL_PROMPT": "0"}
        # The repository's settings must not start programs.
        safe = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]
        safe += ["-c", "commit.gpgSign=false"]
        try:
            done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
                ["git", "-C", str(self._folder), *safe, *arguments],  # noqa: S607 - the runner's git
                capture_output=True,
                text=True,
                errors="replace",
                timeout=self._seconds,
                check=False,
                stdin=subprocess.DEVNULL,
                env=env,
                # Without a terminal, nothing that git starts can prompt for a password.
                start_new_session=True,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            hint = "install git, and check that `origin` can be reached"
            raise FailedError(f"git did not run: {error}", slug="git", hint=hint) from error
        # Messages of git and its server may repeat a URL with its credentials.
        done.stderr = without_shapes(self._secrets.hide(done.stderr))
        return done

    def _credentials(self) -> dict[str, str]:
        """Return the authorization header, for our server only; nothing if git has one already.

        GitHub refuses requests with two Authorization headers.
        """
        if self._token is None or urlsplit(self._server).scheme != "https":
            return {}
        configured = subprocess.run(  # noqa: S603 - as above
            ["git", "-C", str(self._folder), "config", "--get-urlmatch", "http.extraheader",  # noqa: S607
             self._server + "/"],
            capture_output=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if configured.stdout.strip():
            return {}
        pair = base64.b64encode(f"x-access-token:{self._token}".encode()).decode()
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{self._server}/.extraheader",
            "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {pair}",
        }
