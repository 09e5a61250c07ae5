"""Connect to a server: check addresses and tokens, create sessions and the tracker."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from requests.adapters import BaseAdapter

from backlog_sync import __version__
from backlog_sync.core.addresses import PUBLIC_API, is_loopback
from backlog_sync.core.budget import UNLIMITED, Budget
from backlog_sync.core.rate import Learned, Pace
from backlog_sync.core.redaction import Secrets
from backlog_sync.errors import AccessError, UsageError
from backlog_sync.github_api.app_auth import ACCESS_TOKENS, AppKey, AppToken
from backlog_sync.github_api.tracker import GitHubTracker
from backlog_sync.github_api.transport import Credential, FixedToken, PolicySession, Tally
from backlog_sync.waiting import LIMIT, Patience

USER_AGENT: Final = f"backlog-sync/{__version__}"

FROM_ENVIRONMENT: Final = "GH_TOKEN (or GITHUB_TOKEN)"
"""The source of the token, for messages."""

_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]+")


def connect(
    *,
    repository: str,
    token: str | AppKey,
    read_only: bool,
    api_url: str = PUBLIC_API,
    graphql_url: str | None = None,
    adapter: BaseAdapter | None = None,
    proxies: Mapping[str, str] | None = None,
    verify: bool | str = True,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None],
    patience: float = LIMIT,
    user_agent: str = USER_AGENT,
    project_token: str | AppKey | None = None,
    waiting: Callable[[], AbstractContextManager[None]] = nullcontext,
    pace: Pace | None = None,
    idle: Callable[[float], None] | None = None,
    embedded: bool = False,
    secrets: Sequence[str] = (),
    on_token: Callable[[str], None] = lambda _: None,
    budget: Budget = UNLIMITED,
    keep: Callable[[Learned], None] = lambda _: None,
) -> GitHubTracker:
    """Return a tracker for `repository` ("owner/name"). Nothing is sent yet.

    `graphql_url` is derived from `api_url` if it is None. `adapter` answers requests instead of
    the network. `clock` returns seconds since the epoch; `patience` is how many seconds the run
    may wait in total; `waiting` is entered while waiting for an answer. `pace` limits how fast to
    write (None: as fast as the server answers); its pauses are made by `idle`, else by `sleep`.
    `embedded` means that the server is the simulator inside this process. A `project_token` is
    used for everything about boards. The key of a GitHub App is exchanged for installation tokens
    when they are needed. `secrets` are further values to hide in everything that the server
    sends; `on_token` is called with each token of an App before it is sent. The run spends at most
    its `budget`; `keep` is called with what the pace has learned before each creation.

    Raises `UsageError` for an invalid address or repository name, and `AccessError` for a token
    that cannot be valid.
    """
    api_url = checked_url(api_url)
    graphql_url = checked_url(graphql_url) if graphql_url else graphql_url_for(api_url)
    if not _REPOSITORY.fullmatch(repository):
        raise UsageError(
            f"{repository!r} is not the name of a repository", hint="write it as OWNER/NAME"
        )
    tally = Tally()
    hidden = Secrets(secrets)

    def session(
        credential: Credential | None, may_post: re.Pattern[str] | None = None
    ) -> PolicySession:
        return PolicySession(
            api_url=api_url,
            graphql_url=graphql_url,
            credential=credential,
            read_only=read_only,
            user_agent=user_agent,
            adapter=adapter,
            proxies=proxies,
            verify=verify,
            tally=tally,
            secrets=hidden,
            waiting=waiting,
            may_post=may_post,
        )

    def credential(secret: str | AppKey, name: str) -> Credential:
        if isinstance(secret, AppKey):
            own = session(None, may_post=ACCESS_TOKENS)
            own_patience = Patience(clock=clock, sleep=sleep, limit=patience)
            return AppToken(
                secret, repository, own, api_url=api_url, patience=own_patience, on_token=on_token
            )
        token = _checked_token(secret, name)
        hidden.add(token)
        return FixedToken(token, name)

    board_session = None
    if project_token:
        board_session = session(credential(project_token, "BACKLOG_PROJECT_TOKEN"))
    return GitHubTracker(
        session(credential(token, FROM_ENVIRONMENT)),
        board_session=board_session,
        api_url=api_url,
        repository=repository,
        clock=clock,
        sleep=sleep,
        patience=patience,
        pace=pace,
        idle=idle,
        embedded=embedded,
        budget=budget,
        keep=keep,
    )


def graphql_url_for(api_url: str) -> str:
    """Return the GraphQL address that belongs to a REST address.

    The public API has it at `/graphql`, a GitHub Enterprise Server (`…/api/v3`) at
    `…/api/graphql`; for any other address, `/graphql` is appended.
    """
    base = api_url.rstrip("/")
    if base.endswith("/api/v3"):
        base = base.removesuffix("/v3")
    return f"{base}/graphql"


def checked_url(url: str) -> str:
    """Return the address without a trailing slash, or raise `UsageError` if it is not safe.

    Only https, or plain http to this machine: a token must not travel unencrypted.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError(f"{url!r} is not an address", hint=_HINT) from None
    if not host or parts.username is not None or parts.query or parts.fragment:
        raise UsageError(f"{_safe(url)!r} is not the address of an API", hint=_HINT)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise UsageError(f"{url!r} is not https", slug="plain-http", hint=_HINT)
    path = parts.path.rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, "", ""))


_HINT: Final = "set GITHUB_API_URL to an https address, such as https://ghe.example.com/api/v3"


def _safe(url: str) -> str:
    """Return an address without what may be a password before its `@`."""
    return re.sub(r"//[^/@]*@", "//…@", url)


def _checked_token(token: str, name: str) -> str:
    """Return the token, or raise `AccessError` for characters that would break the header."""
    token = token.strip()
    if not token:
        raise AccessError(
            "there is no token for GitHub",
            slug="no-token",
            hint="set GH_TOKEN (or GITHUB_TOKEN), or run `gh auth login`",
        )
    if not _TOKEN.fullmatch(token):
        raise AccessError(
            "the token holds characters that no token of GitHub has",
            slug="bad-token",
            hint=f"set {name} again, without quotes or line breaks",
        )
    return token
