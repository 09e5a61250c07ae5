"""The composition root: where adapters meet ports.

Adapters are imported where they are used, so that `backlog lint` loads no GitHub client.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from backlog_sync.core.redaction import Secrets
from backlog_sync.credentials import app_key, find_token, known_secrets, remember_secrets
from backlog_sync.environment import Environment, is_loopback, web_host
from backlog_sync.errors import RefusedError, UsageError
from backlog_sync.local import git
from backlog_sync.local.signals import INTERRUPTS

if TYPE_CHECKING:
    from backlog_sync.core.model import ObservedState
    from backlog_sync.core.rate import Learned, Pace
    from backlog_sync.engine.ports import Clock, Git, Nonces
    from backlog_sync.engine.reconcile import Journals
    from backlog_sync.github_api.tracker import GitHubTracker
    from backlog_sync.local.cache import FileCache

_SANDBOX_TOKEN = "sandbox"  # noqa: S105 - the sandbox takes any


def _no_one(seconds: float) -> None:
    """Report a wait to nobody."""


@dataclass(frozen=True, slots=True)
class Target:
    """The repository that a run is about, its server, and the folder that the run is in.

    `sandbox` stands for the simulator of that folder, in which `board_owner` and the repositories
    of `others` are created. `waits` is called before each wait with its seconds, except for short
    ones that only keep the pace.
    """

    repository: str
    env: Environment
    top: Path
    sandbox: bool = False
    board_owner: str | None = None
    others: tuple[str, ...] = ()
    waits: Callable[[float], None] = _no_one

    @property
    def host(self) -> str:
        """The server, as this machine's files are named after it."""
        return "sandbox" if self.sandbox else web_host(self.env.api_url)


def root() -> Path:
    """The top of the git work tree that we are in, else the current folder."""
    folder = Path.cwd()
    return git.top_level(folder) or folder


def target_repository(
    flag: str | None, declared: str | None, env: Environment, top: Path, *, sandbox: bool
) -> str:
    """Return the repository of a run: the flag, the file, GITHUB_REPOSITORY, or git's `origin`.

    Raises `RefusedError` where the workflow and the file differ and nobody chose, `UsageError` if
    nothing names a repository.
    """
    if flag:
        return flag
    if declared and env.repository and declared.lower() != env.repository.lower():
        raise RefusedError(
            f"the file says repository: {declared}, GITHUB_REPOSITORY says {env.repository}",
            slug="repository-differs",
            hint="choose one with --repo",
        )
    if declared:
        return declared
    if env.repository:
        return env.repository
    remote = git.origin(top)
    host = web_host(env.api_url)
    if remote and (sandbox or _same_host(remote.host, host)):
        return remote.repository
    elsewhere = f"; git's origin is on {remote.host}, not on {host}" if remote else ""
    raise UsageError(
        f"no repository given{elsewhere}",
        slug="no-repository",
        hint="use --repo OWNER/NAME, or set `repository: OWNER/NAME` in the file",
    )


def _same_host(remote: str, host: str) -> bool:
    bare = host.split(":", maxsplit=1)[0]
    return is_loopback(bare) or remote.split(":", maxsplit=1)[0].removeprefix("ssh.") == bare


@contextmanager
def tracker(target: Target, *, read_only: bool) -> "Iterator[GitHubTracker]":
    """GitHub, or the simulator, as the engine wants it; `read_only` is enforced in the transport.

    Raises `AccessError` if there is no token.
    """
    from backlog_sync.github_api.session import connect  # noqa: PLC0415 - see the module's text

    env, sleep = target.env, clock(target.waits).sleep
    if target.sandbox:
        from backlog_sync.sandbox_hosting import sandbox_url  # noqa: PLC0415 - as above

        names = (target.repository, *target.others)
        with sandbox_url(target.top, names, target.board_owner) as url:
            yield connect(
                api_url=url,
                token=_SANDBOX_TOKEN,
                secrets=known_secrets(),
                repository=target.repository,
                read_only=read_only,
                sleep=sleep,
                waiting=INTERRUPTS.waiting,
                embedded=True,
            )
        return
    memory = cache(target)
    token = find_token(env)[0]
    board_token = env.project_token or app_key(env.board_app)
    remember_secrets((env.token, env.project_token))

    def on_token(token: str) -> None:
        remember_secrets([token])
        env.on_token(token)

    def idle(seconds: float) -> None:
        if seconds >= _LONG_WAIT:
            target.waits(seconds)

    github_tracker = connect(
        api_url=env.api_url,
        graphql_url=env.graphql_url,
        token=token,
        project_token=board_token,
        secrets=known_secrets(),
        on_token=on_token,
        repository=target.repository,
        read_only=read_only,
        proxies=dict(env.proxies),
        verify=env.ca_bundle or True,
        sleep=sleep,
        waiting=INTERRUPTS.waiting,
        pace=None if read_only else pace(env, memory.pace()),
        idle=clock(idle).sleep,
    )
    try:
        yield github_tracker
    finally:
        if (learned := github_tracker.learned()) is not None:
            memory.keep_pace(learned)


def pace(env: Environment, learned: "Learned") -> "Pace | None":
    """Return the creation rate: BACKLOG_PACE creations a minute, or `off`; else by server.

    Raises `UsageError` for any other word.
    """
    from backlog_sync.core.rate import A_MINUTE, LEAST, Pace  # noqa: PLC0415 - as above

    if env.pace is None:
        return Pace(learned, now=clock().now())
    if env.pace.lower() == "off":
        return None
    decimal = env.pace.isdecimal() and len(env.pace) < 4  # more digits are not pace, and no int
    if not decimal or not LEAST <= int(env.pace) <= _FASTEST:
        raise UsageError(
            f"BACKLOG_PACE is {env.pace[:40]!r}",
            hint=f"creations a minute, {LEAST} to {_FASTEST} (else {A_MINUTE}), or off",
        )
    return Pace(learned, now=clock().now(), a_minute=int(env.pace))


_FASTEST = 80
"""Creations a minute that GitHub documents as the most."""

_LONG_WAIT = 120.0
"""Seconds: what is waited to keep the pace is reported only beyond that; the bar shows time left.
"""


def repository_here(top: Path, env: Environment) -> "Git":
    """The git repository of this folder. In a workflow git may use its token, at its server."""
    from backlog_sync.local.push import WorkTree  # noqa: PLC0415 - see the module's text

    if env.workflow:
        return WorkTree(top, token=env.token, server_url=env.server_url)
    return WorkTree(top, token=None, server_url="", seconds=_PATIENCE)


_PATIENCE = 10.0
"""Seconds that somebody waits for a remote that may be out of reach."""


def page() -> ModuleType:
    """Return what draws a report as a page. Raises `UsageError` without its libraries."""
    try:
        from backlog_sync.reports.page import html  # noqa: PLC0415 - heavy
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"the page of a report needs {missing.name}, which is not installed",
            slug="no-extra",
            hint="pip install 'backlog-sync[report]'",
        ) from missing
    return html


def clock(waits: Callable[[float], None] = lambda _: None) -> "Clock":
    """The real time; `waits` is reported each wait before it, in seconds."""
    from backlog_sync.local.clock import SystemClock  # noqa: PLC0415 - see the module's text

    return SystemClock(waits)


def state(target: Target) -> Path:
    """Return where this machine keeps what it must remember of a server."""
    from backlog_sync.local.state import state_folder  # noqa: PLC0415 - see the module's text

    return state_folder(target.top, home=target.env.state_home, sandbox=target.sandbox)


def cache(target: Target) -> "FileCache":
    """Return what this machine remembers of a repository to read less of it; never needed."""
    from backlog_sync.local.cache import FileCache, cache_file  # noqa: PLC0415 - as above

    home, sandbox = target.env.cache_home, target.sandbox
    file = cache_file(target.top, target.host, target.repository, home=home, sandbox=sandbox)
    return FileCache(file)


@lru_cache(maxsize=4)
def _secrets(values: tuple[str, ...]) -> Secrets:
    """Return the forms of secrets take long to work out, and the secrets of a run hardly change."""
    return Secrets(values)


def journals(target: Target) -> "Journals":
    """Return the journals of this machine, each for the repository that was observed."""
    from backlog_sync.local.journal import FileJournal, journal_folder  # noqa: PLC0415 - see the module's text
    from backlog_sync.local.run_files import About  # noqa: PLC0415 - as above

    folder = state(target)

    def hide(text: str) -> str:
        # Tokens of an App are renewed while a run is at work.
        return _secrets(known_secrets()).hide(text)

    def journal(observed: "ObservedState") -> FileJournal:
        # The sandbox of a folder has another address each time.
        host = target.host if target.sandbox else observed.host
        repository = observed.repository
        about = About(host, repository.name_with_owner, repository.id)
        return FileJournal(journal_folder(folder, host, repository.id), about, hide)

    return journal


@contextmanager
def run_lock(target: Target, *, files: bool = True) -> Iterator[None]:
    """Be the only run on this machine for that repository, and the only one below this root.

    The latter only if `files` may be written: a checkout that is read-only has no place for a
    lock. Raises `RefusedError` if another one is running.
    """
    from backlog_sync.local.lock import only_one, only_one_for  # noqa: PLC0415 - as above

    below = only_one(target.top) if files else nullcontext()
    with below, only_one_for(state(target), target.host, target.repository):
        yield


def nonces() -> "Nonces":
    """Return where fresh nonces come from."""
    from backlog_sync.local.clock import fresh  # noqa: PLC0415 - see the module's text

    return fresh
