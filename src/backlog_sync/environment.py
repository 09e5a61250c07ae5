"""Read the environment of a run once: servers, tokens, folders, proxies."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from urllib.parse import urlsplit

from backlog_sync.core.addresses import PUBLIC_API, is_loopback
from backlog_sync.dataclass import dataclass

TOKEN_VARIABLES = ("GH_TOKEN", "GITHUB_TOKEN")
_APP = (
    "BACKLOG_APP_ID",
    "BACKLOG_APP_PRIVATE_KEY",
    "BACKLOG_APP_PRIVATE_KEY_FILE",
    "BACKLOG_APP_INSTALLATION_ID",
)


@dataclass(frozen=True, slots=True)
class Environment:
    """The values of the environment variables that matter, not validated.

    `token` is GH_TOKEN, else GITHUB_TOKEN, and `token_name` is the one that is set. `project_token`
    is BACKLOG_PROJECT_TOKEN. `app` holds the values that describe a GitHub App, by the names of
    the variables or of the action's inputs; `board_app` those of an App that is only used for
    boards. `on_token` is called with each token that an App gets. `workflow` is set in a run of a
    GitHub workflow, and `server_url` is the server of its git remotes. `browser` is whether a
    window of a browser can be opened here.
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
    ca_bundle: str | None = None
    state_home: Path | None = None
    cache_home: Path | None = None
    pace: str | None = None
    workflow: bool = False
    server_url: str = ""
    browser: bool = False

    @property
    def proxies(self) -> dict[str, str]:
        """The system's proxies for the server by scheme; none for loopback."""
        import urllib.request  # noqa: PLC0415 - an HTTP client, which `lint` does not need

        host = _host(self.api_url)
        if is_loopback(host) or urllib.request.proxy_bypass(host):
            return {}
        proxies = urllib.request.getproxies()
        return {scheme: proxies[scheme] for scheme in ("http", "https") if scheme in proxies}


def environment(environ: Mapping[str, str] | None = None) -> Environment:
    """Read the environment; its users validate the values."""
    env = os.environ if environ is None else environ

    def value(name: str) -> str | None:
        return env.get(name, "").strip() or None

    api_url = value("GITHUB_API_URL") or PUBLIC_API
    return Environment(
        token=value("GH_TOKEN") or value("GITHUB_TOKEN"),
        token_name=next((name for name in TOKEN_VARIABLES if value(name)), None),
        project_token=value("BACKLOG_PROJECT_TOKEN"),
        app={name: text for name in _APP if (text := value(name))},
        api_url=api_url,
        graphql_url=value("GITHUB_GRAPHQL_URL"),
        repository=value("GITHUB_REPOSITORY"),
        no_color=bool(env.get("NO_COLOR")),
        dumb=env.get("TERM") == "dumb",
        ca_bundle=value("REQUESTS_CA_BUNDLE") or value("SSL_CERT_FILE"),
        state_home=_absolute(value("XDG_STATE_HOME")),
        cache_home=_absolute(value("XDG_CACHE_HOME")),
        pace=value("BACKLOG_PACE"),
        workflow=value("GITHUB_ACTIONS") == "true",
        server_url=value("GITHUB_SERVER_URL") or "",
        browser=_has_windows(value),
    )


def _has_windows(value: Callable[[str], str | None]) -> bool:
    """Return whether programs have windows: not over SSH, and on Linux only with a display."""
    if value("SSH_CONNECTION"):
        return False
    display = value("DISPLAY") or value("WAYLAND_DISPLAY") or value("BROWSER")
    return sys.platform in ("darwin", "win32") or display is not None


def _absolute(path: str | None) -> Path | None:
    """Return a path; None for a relative one, which must be ignored (XDG Base Directory Spec.)."""
    return Path(path) if path and Path(path).is_absolute() else None


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def web_host(api_url: str) -> str:
    """Return the server's host name for messages: github.com for the public API."""
    try:
        parts = urlsplit(api_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return api_url
    return f"{host}:{port}" if port else host.removeprefix("api.")
