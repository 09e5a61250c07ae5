"""Authenticate as a GitHub App: check its key, request tokens, and renew them in time."""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Final, TypeVar

from backlog_sync.dataclass import dataclass
from backlog_sync.errors import AccessError
from backlog_sync.github_api.answers import Rejected, required
from backlog_sync.github_api.clients import Clients
from backlog_sync.github_api.reader import Reader
from backlog_sync.github_api.transport import PolicySession
from backlog_sync.waiting import Patience, Trouble

ACCESS_TOKENS: Final = re.compile(r"/app/installations/[0-9]+/access_tokens")
"""The only path that a read-only run may POST to: it returns a token and changes nothing."""

BACKDATED: Final = 60
JWT_LIFETIME: Final = 300
"""Seconds by which a signature is dated back, and for which it is valid. GitHub refuses one issued
in the future or valid for more than 600 seconds ("Generating a JSON Web Token (JWT) for a GitHub
App"); PyGithub's defaults leave room on both sides for a clock that is wrong."""

RENEW_BEFORE: Final = JWT_LIFETIME + 60
"""Seconds before its expiry, by this machine's clock, at which a token is renewed. A clock that is
ahead of GitHub's by more than `JWT_LIFETIME` gets no token at all, so an expired one is never sent;
the extra minute is for the request itself."""

SHORTEST_SECRET: Final = 20
"""Characters: client secrets and tokens have 40, ids about a dozen."""

LONGEST_PATH: Final = 1000
"""Characters: more than any path has, fewer than any private key."""

_APP_ID: Final = re.compile(r"[1-9][0-9]{0,18}|Iv[0-9]+[.A-Za-z0-9]{8,40}")
"""An App ID, or a client ID, which GitHub accepts as the issuer, too."""

_INSTALLATION_ID: Final = re.compile(r"[1-9][0-9]{0,18}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AppKey:
    """The id and the private key of a GitHub App, checked.

    Without an `installation_id` the installation is looked up for the repository.
    """

    app_id: str
    private_key: str = field(repr=False)
    installation_id: int | None = None


@dataclass(frozen=True, slots=True)
class AppVariables:
    """The names of the variables or inputs that describe a GitHub App, used in messages."""

    app_id: str = "BACKLOG_APP_ID"
    private_key: str = "BACKLOG_APP_PRIVATE_KEY"
    key_file: str = "BACKLOG_APP_PRIVATE_KEY_FILE"
    installation_id: str = "BACKLOG_APP_INSTALLATION_ID"


def read_app_key(values: Mapping[str, str], names: AppVariables) -> AppKey | None:
    """Return the GitHub App that these variables describe; None if none of them is set.

    `values` are the ones that are set, by name. Raises `AccessError` for values that cannot work.
    """
    app_id, text = values.get(names.app_id), values.get(names.private_key)
    path, number = values.get(names.key_file), values.get(names.installation_id)
    if not (app_id or text or path or number):
        return None
    if not app_id:
        present = next(n for n in (names.private_key, names.key_file, names.installation_id)
                       if values.get(n))  # fmt: skip
        raise _wrong(
            f"{present} is set, but {names.app_id} is not",
            f"set {names.app_id} to the App ID on the settings page of the GitHub App,"
            f" or unset {present}",
        )
    if not _APP_ID.fullmatch(app_id):
        raise _wrong(
            f"{names.app_id} is not the ID of a GitHub App{_shown(app_id)}",
            "use the number shown as App ID on the App's settings page (or its client ID)",
        )
    if number and not _INSTALLATION_ID.fullmatch(number):
        raise _wrong(
            f"{names.installation_id} is not a number{_shown(number)}",
            "use the number at the end of the installation's address, or unset the variable:"
            " the installation is then looked up for the repository",
        )
    if text and path:
        raise _wrong(f"{names.private_key} and {names.key_file} are both set", "unset one of them")
    if path:
        text, source = _read_key_file(path, names), f"{names.key_file} ({path})"
    elif text:
        source = names.private_key
    else:
        raise _wrong(
            f"{names.app_id} is set, but the private key of the GitHub App is not",
            _KEY_HINT.format(names=names) + f", or unset {names.app_id}",
        )
    key = AppKey(app_id, _pem(text), int(number) if number else None)
    _check_key(key, source, names)
    return key


_KEY_HINT: Final = (
    "set {names.private_key} to the text of the .pem file, or {names.key_file} to its path"
)


def _wrong(message: str, hint: str) -> AccessError:
    return AccessError(message, slug="app-credentials", hint=hint)


def _shown(value: str) -> str:
    """Return a wrong value for a message; empty if long: it may be a secret in the wrong place."""
    return f": {value!r}" if len(value) < SHORTEST_SECRET else ""


def _read_key_file(path: str, names: AppVariables) -> str:
    if "-----BEGIN" in path or len(path) > LONGEST_PATH:
        raise _wrong(
            f"{names.key_file} is not the path of a file",
            f"for the text of a private key, set {names.private_key}",
        )
    try:
        return Path(path).expanduser().read_text("utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text file"
        raise _wrong(
            f"cannot read the private key of the GitHub App: {path}: {reason}",
            f"set {names.key_file} to the path of the .pem file that GitHub generated",
        ) from None


def _pem(text: str) -> str:
    r"""Return a key with real line breaks; secrets are often pasted with `\n` written out."""
    return text.replace("\\r", "").replace("\\n", "\n").replace("\r\n", "\n").strip() + "\n"


def _check_key(key: AppKey, source: str, names: AppVariables) -> None:
    """Raise `AccessError` if the key cannot sign."""
    from github.Auth import AppAuth  # noqa: PLC0415 - most runs use a fixed token

    try:
        AppAuth(key.app_id, key.private_key).create_jwt()
    except Exception:
        hint = "use the whole .pem file that GitHub generated, from -----BEGIN to -----END"
        if key.private_key.strip().endswith(".pem"):
            hint = f"for the path of a file, set {names.key_file}"
        raise AccessError(
            f"{source} is not the private key of a GitHub App in PEM format",
            slug="bad-app-key",
            hint=hint,
        ) from None


class AppToken:
    """The token of an App's installation, renewed in time for everything that a run sends.

    `session` sends the App's own requests and has no credential; they have their own `patience`,
    because rate limits count per token. `on_token` is called with each token before it is sent.
    GitHub's clock and this machine's may differ: see `RENEW_BEFORE`.

    PyGithub's `AppInstallationAuth` renews tokens as well, but trusts the machine's clock, renews
    only 20 seconds ahead, and does so from several threads at once.
    """

    def __init__(
        self,
        key: AppKey,
        repository: str,
        session: PolicySession,
        *,
        api_url: str,
        patience: Patience,
        on_token: Callable[[str], None],
    ) -> None:
        session.secrets.add(key.private_key)
        self._key = key
        self._repository = repository
        self._installation = key.installation_id
        self._clients = Clients(session, api_url=api_url, patience=patience)
        self._reader = Reader(self._clients, patience)
        self._patience = patience
        self._on_token = on_token
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    @property
    def remedy(self) -> str:
        """What to do if the server does not accept the token."""
        return f"is GitHub App {self._key.app_id} still installed for {self._repository}?"

    def token(self) -> str:
        """Return a token that stays valid for some minutes; request one if needed.

        Raises `AccessError` if the App gets none, and otherwise what `Reader.rest` raises.
        """
        with self._lock:
            if self._patience.now() >= self._renew_at:
                self._renew()
            return self._token

    def _renew(self) -> None:
        from backlog_sync.github_api.pygithub import integration  # noqa: PLC0415 - as above

        session = self._clients.session
        app = integration(session, self._clients.api_url, self._key.app_id, self._sign)
        owner, _, name = self._repository.partition("/")
        if self._installation is None:
            self._installation = self._ask(
                lambda: required(app.get_repo_installation(owner, name).id)
            )
        number = self._installation

        def requested() -> tuple[str, float]:
            granted = app.get_access_token(number)
            return required(granted.token), required(granted.expires_at).timestamp()

        token, expires_at = self._ask(requested)
        session.secrets.add(token)
        self._on_token(token)
        self._token, self._renew_at = token, expires_at - RENEW_BEFORE

    def _sign(self, claims: dict[str, Any]) -> str:
        """Sign PyGithub's claims, dated with the clock of this run."""
        from github.Auth import AppAuth  # noqa: PLC0415 - as above

        now = int(self._patience.now())
        dates = {"iat": now - BACKDATED, "exp": now + JWT_LIFETIME}
        signed = AppAuth.create_jwt_sign(self._key.private_key, "RS256")({**claims, **dates})
        token = signed.decode() if isinstance(signed, bytes) else signed
        self._clients.session.secrets.add(token)
        return token

    def _ask(self, request: Callable[[], T]) -> T:
        """Send a request as the App itself until it is answered."""
        try:
            return self._patience.run(lambda: self._clients.exchange(request))
        except Trouble as trouble:
            raise self._reader.explained(trouble) from trouble
        except (Rejected, AccessError) as refusal:
            raise self._refused(refusal.message, getattr(refusal, "status", 401)) from None

    def _refused(self, message: str, status: int) -> AccessError:
        """Explain why the App got no token, and what to do, from GitHub's answer."""
        app, repository = f"GitHub App {self._key.app_id}", self._repository
        answer = message.rpartition("token: ")[2]
        slug, hint = "no-app-token", "check the settings of the App and of its installation"
        if status == 401 and "claim" in answer:
            what = f"the signature of {app} was refused"
            hint = "the clock of this machine differs from GitHub's: set it"
        elif status == 401:
            slug, what = "bad-app-key", f"the private key is not one of {app}"
            hint = "generate a private key on the settings page of this App, and use that one"
        elif "integration not found" in answer.lower():
            what = f"there is no {app} on this server"
            hint = "use the App ID on the App's settings page, which is not an installation ID"
        elif "suspended" in answer.lower():
            what = f"the installation of {app} for {repository} is suspended"
            hint = "ask an owner to unsuspend it, in the settings below GitHub Apps"
        elif status == 404 and self._key.installation_id is not None:
            slug = "no-installation"
            what = f"{app} has no installation {self._key.installation_id}"
            hint = "unset BACKLOG_APP_INSTALLATION_ID: it is then looked up for the repository"
        elif status == 404:
            slug, what = "no-installation", f"{app} is not installed for {repository}"
            hint = "install the App for this repository, and check the repository's name"
        else:
            what = f"{app} got no token"
        return AccessError(f"{what}: {answer or status}", slug=slug, hint=hint)
