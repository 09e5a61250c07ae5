"""Connect adapters to ports: the composition root.

Adapters are imported inside the functions that use them, so that `backlog lint` does not load a
GitHub client.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from backlog_sync.core.addresses import is_loopback
from backlog_sync.core.budget import UNLIMITED, Budget
from backlog_sync.core.redaction import Secrets
from backlog_sync.credentials import (
    app_key,
    environment_secrets,
    find_token,
    known_secrets,
    remember_secrets,
    remembered_secrets,
)
from backlog_sync.dataclass import dataclass
from backlog_sync.environment import Environment, web_host
from backlog_sync.errors import RefusedError, UsageError
from backlog_sync.files.discovery import project_folder
from backlog_sync.local import git
from backlog_sync.local.signals import INTERRUPTS

if TYPE_CHECKING:
    from backlog_sync.core.observed import ObservedRepository, ObservedState, SavedIterations
    from backlog_sync.core.rate import Learned, Pace
    from backlog_sync.engine.ports import Clock, Git, Nonces
    from backlog_sync.engine.reconcile import Journals
    from backlog_sync.github_api.tracker import GitHubTracker
    from backlog_sync.local.cache import FileCache
    from backlog_sync.local.journal import FileJournal

_SANDBOX_TOKEN = "sandbox"  # noqa: S105 - the sandbox accepts any


def _no_one(seconds: float) -> None:
    """Do not report a wait."""


@dataclass(frozen=True, slots=True)
class Target:
    """The repository of a run, its server, and the folder of the run.

    If `sandbox` is set, the server is the simulator of that folder, in which `board_owner`, the
    repositories of `others` and the `people` to assign are created; `named` is whether a flag names
    the repository, and `board` is the one that a flag names: later runs on the simulator remember
    both. A run spends at most its `budget`. `waits` is called with the seconds
    of each wait before it begins, except for short ones that only keep the pace.
    """

    repository: str
    env: Environment
    top: Path
    sandbox: bool = False
    board_owner: str | None = None
    others: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    named: bool = False
    board: str | None = None
    budget: Budget = UNLIMITED
    waits: Callable[[float], None] = _no_one

    @property
    def host(self) -> str:
        """The server's name in the paths of this machine's files."""
        return "sandbox" if self.sandbox else web_host(self.env.api_url)


def root(paths: Sequence[str] = ()) -> Path:
    """Return the top of the git work tree that contains the first file, or else the current folder.

    Outside of git it is the nearest folder with a backlog, else the current folder.
    """
    folder = Path.cwd()
    first = folder / paths[0] if paths else folder
    place = first if first.is_dir() else first.parent
    elsewhere = git.top_level(place) if place != folder else None
    return elsewhere or git.top_level(folder) or project_folder(folder)


def target_repository(
    flag: str | None, declared: str | None, env: Environment, top: Path, *, sandbox: bool
) -> str:
    """Return the repository of a run: the flag, the file, GITHUB_REPOSITORY, or git's `origin`.

    On the sandbox, if none of them names one, it is the repository that an earlier run named with
    a flag, else one with the name of the folder. Raises `RefusedError` if the workflow and the file
    differ on GitHub and there is no flag, and `UsageError` if nothing names a repository.
    """
    if flag:
        return flag
    differ = declared and env.repository and declared.lower() != env.repository.lower()
    if differ and not sandbox:  # the simulator is neither of them
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
    if sandbox:
        from backlog_sync.sandbox_server import default_repository  # noqa: PLC0415 - as above

        return default_repository(top)
    elsewhere = f"; git's origin is on {remote.host}, not on {host}" if remote else ""
    hint = (
        "use --repo OWNER/NAME, set `repository: OWNER/NAME` in the file, or try it with --sandbox"
    )
    if remote and not re.search("gitlab|bitbucket", remote.host):
        hint += f"; if that is GitHub Enterprise, set GITHUB_API_URL=https://{remote.host}/api/v3"
    raise UsageError(f"no repository given{elsewhere}", slug="no-repository", hint=hint)


def _same_host(remote: str, host: str) -> bool:
    bare = host.split(":", maxsplit=1)[0]
    return is_loopback(bare) or remote.split(":", maxsplit=1)[0].removeprefix("ssh.") == bare


@contextmanager
def tracker(target: Target, *, read_only: bool) -> "Iterator[GitHubTracker]":
    """Yield the engine's access to GitHub or the simulator; the transport enforces `read_only`.

    Raises `AccessError` if there is no token.
    """
    from backlog_sync.github_api.session import connect  # noqa: PLC0415 - see the module's text

    env, sleep = target.env, clock(target.waits).sleep
    if target.sandbox:
        from backlog_sync import sandbox_server as sandbox  # noqa: PLC0415 - as above

        names = (target.repository, *target.others)
        needs = sandbox.Furniture(names, target.board_owner, target.people)
        if not read_only:
            named = target.repository if target.named else None
            sandbox.remember(target.top, named, target.board)
        with sandbox.sandbox_url(target.top, needs) as url:
            yield connect(
                api_url=url,
                token=_SANDBOX_TOKEN,
                secrets=known_secrets(),
                repository=target.repository,
                read_only=read_only,
                sleep=sleep,
                waiting=INTERRUPTS.waiting,
                embedded=True,
                budget=target.budget,
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
        proxies=env.proxies,
        verify=env.ca_bundle or True,
        sleep=sleep,
        waiting=INTERRUPTS.waiting,
        pace=None if read_only else pace(env, memory.pace()),
        idle=clock(idle).sleep,
        budget=target.budget,
        keep=memory.keep_pace,
    )
    try:
        yield github_tracker
    finally:
        if (learned := github_tracker.learned()) is not None:
            memory.keep_pace(learned)


def pace(env: Environment, learned: "Learned") -> "Pace | None":
    """Return the pace: BACKLOG_PACE creations per minute, None for `off`, else the learned one.

    Raises `UsageError` for any other value.
    """
    from backlog_sync.core.rate import A_MINUTE, LEAST, Pace  # noqa: PLC0415 - as above

    if env.pace is None:
        return Pace(learned, now=clock().now())
    if env.pace.lower() == "off":
        return None
    decimal = env.pace.isdecimal() and len(env.pace) < 4  # longer ones may be too long for int()
    if not decimal or not LEAST <= int(env.pace) <= _FASTEST:
        raise UsageError(
            f"BACKLOG_PACE is {env.pace[:40]!r}",
            hint=f"set creations per minute, {LEAST} to {_FASTEST} (default {A_MINUTE}), or off",
        )
    return Pace(learned, now=clock().now(), a_minute=int(env.pace))


_FASTEST = 80
"""Creations per minute: the limit that GitHub documents."""

_LONG_WAIT = 120.0
"""Seconds: shorter waits that keep the pace are not reported, as the bar shows the time left."""


def repository_here(top: Path, env: Environment) -> "Git":
    """Return the git repository of this folder; in a workflow, git may use its token and server."""
    from backlog_sync.local.push import WorkTree  # noqa: PLC0415 - see the module's text

    if env.workflow:
        return WorkTree(top, token=env.token, server_url=env.server_url)
    return WorkTree(top, token=None, server_url="", seconds=_PATIENCE)


_PATIENCE = 10.0
"""Seconds to wait for a remote that may be unreachable, while somebody watches."""


def page() -> ModuleType:
    """Return the module that renders HTML reports, or raise `UsageError` without its libraries."""
    try:
        from backlog_sync.reports.page import html  # noqa: PLC0415 - heavy
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"HTML reports need {missing.name}, which is not installed",
            slug="no-extra",
            hint="pip install 'backlog-sync[report]'",
        ) from missing
    return html


def clock(waits: Callable[[float], None] = lambda _: None) -> "Clock":
    """Return the system clock; `waits` is called with the seconds of each wait before it begins."""
    from backlog_sync.local.clock import SystemClock  # noqa: PLC0415 - see the module's text

    return SystemClock(waits)


def moved_state(top: Path) -> Path | None:
    """Return where the state of a read-only folder is kept, None if the folder is writable."""
    from backlog_sync.local.state import elsewhere  # noqa: PLC0415 - see the module's text

    return elsewhere(top)


def state(target: Target) -> Path:
    """Return the folder in which this machine keeps state about a server."""
    from backlog_sync.local.state import state_folder  # noqa: PLC0415 - see the module's text

    return state_folder(target.top, home=target.env.state_home, sandbox=target.sandbox)


def cache(target: Target) -> "FileCache":
    """Return this machine's cache for a repository, which saves requests and is never required."""
    from backlog_sync.local.cache import FileCache, cache_file  # noqa: PLC0415 - as above

    home, sandbox = target.env.cache_home, target.sandbox
    file = cache_file(target.top, target.host, target.repository, home=home, sandbox=sandbox)
    return FileCache(file)


@lru_cache(maxsize=4)
def _secrets(values: tuple[str, ...]) -> Secrets:
    """Return the secrets with their encoded forms, cached: these take long to compute."""
    return Secrets(values)


def _journal(
    target: Target, folder: Path, repository: "ObservedRepository", host: str
) -> "FileJournal":
    from backlog_sync.local.journal import FileJournal, journal_folder  # noqa: PLC0415 - see the module's text
    from backlog_sync.local.run_files import About  # noqa: PLC0415 - as above

    environment = environment_secrets()

    def hide(text: str) -> str:
        return _secrets((*environment, *remembered_secrets())).hide(text)

    # The sandbox of a folder has a different address each time.
    host = target.host if target.sandbox else host
    about = About(host, repository.name_with_owner, repository.id)
    return FileJournal(journal_folder(folder, host, repository.id), about, hide)


def journals(target: Target) -> "Journals":
    """Return a function that opens this machine's journal for an observed repository."""
    folder = state(target)

    def journal(observed: "ObservedState") -> "FileJournal":
        return _journal(target, folder, observed.repository, observed.host)

    return journal


def saved_iterations(
    target: Target, repository: "ObservedRepository"
) -> "tuple[SavedIterations, ...]":
    """Return the iterations of a repository's boards that an interrupted run did not set again."""
    from backlog_sync.github_api.tracker import host_of  # noqa: PLC0415 - see the module's text

    journal = _journal(target, state(target), repository, host_of(target.env.api_url))
    return journal.saved_iterations()


@contextmanager
def run_lock(target: Target, *, files: bool = True) -> Iterator[None]:
    """Hold the locks that allow one run per repository and per root folder on this machine.

    The root is locked only if `files` may be written: a read-only checkout has no place for a
    lock. Raises `RefusedError` if another run holds a lock.
    """
    from backlog_sync.local.lock import only_one, only_one_for  # noqa: PLC0415 - as above

    below = only_one(target.top) if files else nullcontext()
    with below, only_one_for(state(target), target.host, target.repository):
        yield


def nonces() -> "Nonces":
    """Return a function that generates nonces."""
    from backlog_sync.local.clock import fresh  # noqa: PLC0415 - see the module's text

    return fresh
