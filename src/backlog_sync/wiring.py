"""The composition root: the only reader of the environment, and where adapters meet ports.

Adapters are imported where they are used, so that `backlog lint` loads no GitHub client.
"""

import os
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backlog_sync.core.redaction import Secrets, without_shapes
from backlog_sync.errors import AccessError, RefusedError, UsageError
from backlog_sync.local import git
from backlog_sync.local.signals import INTERRUPTS

if TYPE_CHECKING:
    from backlog_sync.core.model import ObservedState
    from backlog_sync.core.rate import Learned, Pace
    from backlog_sync.engine.ports import Clock, Examiner, Git, Nonces, Tracker
    from backlog_sync.engine.reconcile import Journals
    from backlog_sync.github_api.app_auth import AppKey
    from backlog_sync.local.cache import FileCache

PUBLIC_API = "https://api.github.com"
_SANDBOX_TOKEN = "sandbox"  # noqa: S105 - the sandbox takes any
_IN_USE: set[str] = set()
"""Tokens of this process that are in no variable: of `gh`, and those that an App was given."""

_MORE_SECRETS = (
    "BACKLOG_PROJECT_TOKEN",
    "BACKLOG_APP_PRIVATE_KEY",
    "INPUT_APP_PRIVATE_KEY",
    "ACTIONS_RUNTIME_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
)
_APP = (
    "BACKLOG_APP_ID",
    "BACKLOG_APP_PRIVATE_KEY",
    "BACKLOG_APP_PRIVATE_KEY_FILE",
    "BACKLOG_APP_INSTALLATION_ID",
)
APP_INPUTS = ("app-id", "app-private-key")
"""The action's inputs that describe a GitHub App."""

_TOKENS = ("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says. `token` is GH_TOKEN, else GITHUB_TOKEN, as they stand.

    `token_name` says which of them it is. `project_token` is BACKLOG_PROJECT_TOKEN. `app` holds
    what describes a GitHub App, by the names of the variables or of the action's inputs;
    `board_app` the same for an App that only boards are reached with. `on_token` is called with
    each token that an App gets. `workflow` says that this is a run of a GitHub workflow,
    `server_url` where its git remotes are.
    """

    token: str | None = None
    token_name: str | None = None
    project_token: str | None = None
    app: Mapping[str, str] = field(default_factory=dict, repr=False)
    board_app: Mapping[str, str] = field(default_factory=dict, repr=False)
    on_token: Callable[[str], None] = lambda _: None
    api_url: str = PUBLIC_API
    graphql_url: str | None = None
    repository: str | None = None
    no_color: bool = False
    dumb: bool = False
    proxies: tuple[tuple[str, str], ...] = ()
    ca_bundle: str | None = None
    state_home: Path | None = None
    cache_home: Path | None = None
    pace: str | None = None
    workflow: bool = False
    server_url: str = ""


def environment(environ: Mapping[str, str] | None = None) -> Environment:
    """Read the environment. Whether it is any good is for those to say who use it."""
    env = os.environ if environ is None else environ

    def value(name: str) -> str | None:
        return env.get(name, "").strip() or None

    api_url = value("GITHUB_API_URL") or PUBLIC_API
    return Environment(
        token=value("GH_TOKEN") or value("GITHUB_TOKEN"),
        token_name=next((name for name in _TOKENS[:2] if value(name)), None),
        project_token=value("BACKLOG_PROJECT_TOKEN"),
        app={name: text for name in _APP if (text := value(name))},
        api_url=api_url,
        graphql_url=value("GITHUB_GRAPHQL_URL"),
        repository=value("GITHUB_REPOSITORY"),
        no_color=bool(env.get("NO_COLOR")),
        dumb=env.get("TERM") == "dumb",
        proxies=_proxies(api_url),
        ca_bundle=value("REQUESTS_CA_BUNDLE") or value("SSL_CERT_FILE"),
        state_home=_absolute(value("XDG_STATE_HOME")),
        cache_home=_absolute(value("XDG_CACHE_HOME")),
        pace=value("BACKLOG_PACE"),
        workflow=value("GITHUB_ACTIONS") == "true",
        server_url=value("GITHUB_SERVER_URL") or "",
    )


def _absolute(path: str | None) -> Path | None:
    """A path; one that is not absolute has no meaning (XDG Base Directory Specification)."""
    return Path(path) if path and Path(path).is_absolute() else None


def _proxies(api_url: str) -> tuple[tuple[str, str], ...]:
    """The proxies that the system names for this server; none for loopback."""
    host = _host(api_url)
    if is_loopback(host) or urllib.request.proxy_bypass(host):
        return ()
    proxies = urllib.request.getproxies()
    return tuple((scheme, proxies[scheme]) for scheme in ("http", "https") if scheme in proxies)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def known_secrets() -> tuple[str, ...]:
    """What must never be printed: from the environment, and what was found or made since."""
    values = [os.environ.get(name, "") for name in (*_TOKENS, *_MORE_SECRETS)]
    passwords = (urlsplit(url).password for _, url in _all_proxies())
    return tuple(value for value in (*values, *passwords, *_IN_USE) if value)


def hide_secrets() -> Callable[[str], str]:
    """Return what takes every known secret, and what looks like one, out of a text."""
    secrets = Secrets(known_secrets())
    return lambda text: without_shapes(secrets.hide(text))


def _all_proxies() -> list[tuple[str, str]]:
    """The proxies of the environment whose addresses can be read."""
    proxies = []
    for scheme, url in urllib.request.getproxies().items():
        with suppress(ValueError):
            urlsplit(url)
            proxies.append((scheme, url))
    return proxies


# ---- the server ----------------------------------------------------------------------------


def is_loopback(host: str) -> bool:
    """Whether a host name can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def web_host(api_url: str) -> str:
    """The host as people know it: github.com for the public API."""
    try:
        parts = urlsplit(api_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return api_url
    return f"{host}:{port}" if port else host.removeprefix("api.")


# ---- the target ----------------------------------------------------------------------------


def root() -> Path:
    """The top of the git work tree that we are in, else the current folder."""
    folder = Path.cwd()
    return git.top_level(folder) or folder


def target_repository(
    flag: str | None, declared: str | None, env: Environment, top: Path, *, sandbox: bool
) -> str:
    """Which repository a run is about: the flag, the file, GITHUB_REPOSITORY, git's `origin`.

    Raises `RefusedError` where the workflow and the file differ and nobody chose, `UsageError`
    where nothing names a repository.
    """
    if flag:
        return flag
    if declared and env.repository and declared.lower() != env.repository.lower():
        raise RefusedError(
            f"the file says repository: {declared}, GITHUB_REPOSITORY says {env.repository}",
            slug="repository-differs",
            hint="say which one is meant with --repo",
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
        f"no repository is named{elsewhere}",
        slug="no-repository",
        hint="say --repo OWNER/NAME, or put `repository: OWNER/NAME` into the file",
    )


def _same_host(remote: str, host: str) -> bool:
    bare = host.split(":", maxsplit=1)[0]
    return is_loopback(bare) or remote.split(":", maxsplit=1)[0].removeprefix("ssh.") == bare


# ---- the tracker ---------------------------------------------------------------------------


@contextmanager
def tracker(
    repository: str,
    env: Environment,
    *,
    top: Path,
    sandbox: bool,
    read_only: bool,
    board_owner: str | None = None,
    others: Sequence[str] = (),
    waits: Callable[[float], None] = lambda _: None,
) -> "Iterator[Tracker]":
    """GitHub, or the sandbox of this folder, as the engine wants it.

    `read_only` is enforced in the transport. `board_owner` and the repositories of `others` are
    made in the sandbox, which knows no pace. `waits` is told of each wait before it, in seconds,
    but of short ones that only keep the pace. Raises `AccessError` where there is no token.
    """
    from backlog_sync.github_api.session import connect  # noqa: PLC0415 - see the module's text

    sleep = clock(waits).sleep
    if sandbox:
        from backlog_sync.sandbox_hosting import sandbox_url  # noqa: PLC0415 - as above

        with sandbox_url(top, (repository, *others), board_owner) as url:
            sandbox_tracker: Tracker = connect(
                api_url=url,
                token=_SANDBOX_TOKEN,
                secrets=known_secrets(),
                repository=repository,
                read_only=read_only,
                sleep=sleep,
                waiting=INTERRUPTS.waiting,
                embedded=True,
            )
            yield sandbox_tracker
        return
    memory = cache(top, env, repository, sandbox=False)
    token = find_token(env)[0]
    board_token = env.project_token or _app_key(env.board_app)
    _IN_USE.update(filter(None, (env.token, env.project_token)))

    def on_token(token: str) -> None:
        _IN_USE.add(token)
        env.on_token(token)

    github_tracker = connect(
        api_url=env.api_url,
        graphql_url=env.graphql_url,
        token=token,
        project_token=board_token,
        secrets=known_secrets(),
        on_token=on_token,
        repository=repository,
        read_only=read_only,
        proxies=dict(env.proxies),
        verify=env.ca_bundle or True,
        sleep=sleep,
        waiting=INTERRUPTS.waiting,
        pace=None if read_only else pace(env, memory.pace()),
        idle=clock(lambda seconds: waits(seconds) if seconds >= _LONG_WAIT else None).sleep,
    )
    try:
        yield github_tracker
    finally:
        if (learned := github_tracker.learned()) is not None:
            memory.keep_pace(learned)


def pace(env: Environment, learned: "Learned") -> "Pace | None":
    """How fast to write: BACKLOG_PACE creations a minute, or `off`; else what a server bears.

    Raises `UsageError` for any other word.
    """
    from backlog_sync.core.rate import A_MINUTE, LEAST, Pace  # noqa: PLC0415 - as above

    if env.pace is None:
        return Pace(learned, now=clock().now())
    if env.pace.lower() == "off":
        return None
    decimal = env.pace.isdecimal() and len(env.pace) < 4  # more digits are no pace, and no int
    if not decimal or not LEAST <= int(env.pace) <= _FASTEST:
        raise UsageError(
            f"BACKLOG_PACE is {env.pace[:40]!r}",
            hint=f"creations a minute, {LEAST} to {_FASTEST} (else {A_MINUTE}), or off",
        )
    return Pace(learned, now=clock().now(), a_minute=int(env.pace))


_FASTEST = 80
"""Creations a minute that GitHub documents as the most."""

_LONG_WAIT = 120.0
"""Seconds: what is waited to keep the pace is told only beyond that; the bar shows time left."""


def find_token(env: Environment) -> "tuple[str | AppKey, str]":
    """Return the token or the GitHub App that issues are read with, and where it was found.

    A GitHub App wins over GH_TOKEN and GITHUB_TOKEN, these over what `gh` is logged in with.
    Raises `AccessError` if there is none, or if what describes an App cannot work.
    """
    app = _app_key(env.app)
    if app is not None:
        beside = f"; {env.token_name} is not used" if env.token else ""
        return app, f"GitHub App {app.app_id} ({next(iter(env.app))}){beside}"
    if env.token:
        return env.token, env.token_name or "the environment"
    host = web_host(env.api_url)
    token = git.gh_token(host)
    _IN_USE.update([token] if token else [])
    if token is None:
        raise AccessError(
            f"there is no token for {host}",
            slug="no-token",
            hint="set GH_TOKEN, run `gh auth login`, or try it with --sandbox",
        )
    return token, "gh auth token"


def _app_key(values: Mapping[str, str]) -> "AppKey | None":
    """Return the GitHub App that these values describe; None if there are none."""
    if not values:
        return None
    from backlog_sync.github_api.app_auth import AppVariables, read_app_key  # noqa: PLC0415

    from_inputs = APP_INPUTS[0] in values
    key = read_app_key(values, AppVariables(*APP_INPUTS) if from_inputs else AppVariables())
    if key is not None:
        _IN_USE.add(key.private_key)
    return key


@contextmanager
def examiner(
    repository: str,
    env: Environment,
    *,
    top: Path,
    sandbox: bool,
    board_owner: str | None = None,
    others: Sequence[str] = (),
) -> "Iterator[Examiner]":
    """What tells whether a sync could work. Raises as `tracker` does."""
    from backlog_sync.github_api.tracker import GitHubTracker  # noqa: PLC0415 - as above

    with tracker(
        repository,
        env,
        top=top,
        sandbox=sandbox,
        read_only=True,
        board_owner=board_owner,
        others=others,
    ) as github_tracker:
        assert isinstance(github_tracker, GitHubTracker)
        yield github_tracker


def open_pull_request(
    repository: str,
    env: Environment,
    *,
    top: Path,
    waits: Callable[[float], None],
    head: str,
    base: str,
    title: str,
    body: str,
) -> str | None:
    """Open a pull request and return its address; None if there is one for the branch `head`.

    Raises as `tracker` does, `AccessError` if workflows may not open any, and `FailedError` for any
    other refusal.
    """
    from backlog_sync.github_api.tracker import GitHubTracker  # noqa: PLC0415 - as above

    with tracker(
        repository, env, top=top, sandbox=False, read_only=False, waits=waits
    ) as github_tracker:
        assert isinstance(github_tracker, GitHubTracker)
        return github_tracker.open_pull_request(head=head, base=base, title=title, body=body)


def repository_here(top: Path, env: Environment) -> "Git":
    """The git repository of this folder. In a workflow git may use its token, at its server."""
    from backlog_sync.local.push import WorkTree  # noqa: PLC0415 - see the module's text

    if env.workflow:
        return WorkTree(top, token=env.token, server_url=env.server_url)
    return WorkTree(top, token=None, server_url="", seconds=_PATIENCE)


_PATIENCE = 10.0
"""Seconds that somebody waits for a remote that may be out of reach."""


def page() -> ModuleType:
    """What draws a report as a page. Raises `UsageError` where its libraries are not installed."""
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
    """The real time; `waits` is told of each wait before it, in seconds."""
    from backlog_sync.local.clock import SystemClock  # noqa: PLC0415 - see the module's text

    return SystemClock(waits)


def state(top: Path, env: Environment, *, sandbox: bool) -> Path:
    """Where this machine keeps what it must remember of a server."""
    from backlog_sync.local.state import state_folder  # noqa: PLC0415 - see the module's text

    return state_folder(top, home=env.state_home, sandbox=sandbox)


def cache(top: Path, env: Environment, repository: str, *, sandbox: bool) -> "FileCache":
    """What this machine remembers of a repository to read less of it; never needed."""
    from backlog_sync.local.cache import FileCache, cache_file  # noqa: PLC0415 - as above

    host = "sandbox" if sandbox else web_host(env.api_url)
    return FileCache(cache_file(top, host, repository, home=env.cache_home, sandbox=sandbox))


def journals(top: Path, env: Environment, *, sandbox: bool) -> "Journals":
    """The journals of this machine, each for the repository that was observed."""
    from backlog_sync.local.journal import FileJournal, journal_folder  # noqa: PLC0415 - see the module's text

    folder = state(top, env, sandbox=sandbox)

    def journal(observed: "ObservedState") -> FileJournal:
        # The sandbox of a folder has another address each time.
        host = "sandbox" if sandbox else observed.host
        return FileJournal(journal_folder(folder, host, observed.repository.id))

    return journal


@contextmanager
def run_lock(
    top: Path, env: Environment, repository: str, *, sandbox: bool, files: bool = True
) -> Iterator[None]:
    """Be the only run on this machine for that repository, and the only one below this root.

    The latter only if `files` may be written: a checkout that is read-only has no place for a
    lock. Raises `RefusedError` where another one is running.
    """
    from backlog_sync.local.lock import only_one, only_one_for  # noqa: PLC0415 - as above

    folder = state(top, env, sandbox=sandbox)
    host = "sandbox" if sandbox else web_host(env.api_url)
    below = only_one(top) if files else nullcontext()
    with below, only_one_for(folder, host, repository):
        yield


def nonces() -> "Nonces":
    """Where fresh nonces come from."""
    from backlog_sync.local.clock import fresh  # noqa: PLC0415 - see the module's text

    return fresh
