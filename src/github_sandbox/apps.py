"""Simulate GitHub Apps: verify their signatures, install them, issue tokens.

Sources: GitHub's documentation ("Generating a JSON Web Token (JWT) for a GitHub App",
"Generating an installation access token for a GitHub App") and the OpenAPI description. Error
messages are those that users report.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from github_sandbox.access import Grant
from github_sandbox.models import App, PublicKey

LONGEST = 600
"""Seconds from now for which a signature may be valid."""

UNDECODABLE = "A JSON web token could not be decoded"
SUSPENDED = "This installation has been suspended"

_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
"""The prefix of a SHA-256 digest in PKCS #1 (RFC 8017, 9.2)."""


@dataclass(slots=True, kw_only=True)
class Installation:
    """An App installed at an account: for all its repositories, or those in `repositories`."""

    id: int
    app: App
    account: str
    created_at: str
    repositories: tuple[str, ...] | None = None
    suspended_at: str | None = None

    def covers(self, full_name: str) -> bool:
        """Return whether the installation covers this repository."""
        if self.repositories is None:
            return full_name.lower().startswith(f"{self.account.lower()}/")
        return full_name.lower() in {name.lower() for name in self.repositories}


@dataclass(frozen=True, slots=True)
class Issued:
    """A token of an installation, valid until `expires_at` (seconds since the epoch)."""

    token: str
    installation: Installation
    expires_at: float
    permissions: Mapping[str, str]


class AppRefusalError(Exception):
    """A request of an App is refused."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Apps:
    """The Apps of this server. While none is registered, any App is installed everywhere.

    `known` maps ids to Apps; `token_seconds` is how long a token is valid.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.known: dict[int, App] = {}
        self._installations: dict[int, Installation] = {}
        self._tokens: dict[str, Issued] = {}
        self._next = 1001
        self._any = True
        self.token_seconds = 3600.0

    @property
    def issued(self) -> list[Issued]:
        """All tokens issued so far, the oldest first."""
        return list(self._tokens.values())

    def register(self, app_id: int, public_key: PublicKey | None = None, **more: Any) -> App:
        """Register an App; from then on unregistered ones are refused."""
        self._any = False
        return self._add(app_id, public_key=public_key, **more)

    def _add(self, app_id: int, **more: Any) -> App:
        more = {"slug": f"app-{app_id}", "owner": "octo-org", **more}
        app = self.known[app_id] = App(id=app_id, created_at=self._now(), **more)
        return app

    def install(
        self, app: App, account: str, repositories: tuple[str, ...] | None = None
    ) -> Installation:
        """Install an App at an account."""
        self._next += 1
        installation = Installation(
            id=self._next,
            app=app,
            account=account,
            created_at=self._now(),
            repositories=repositories,
        )
        self._installations[installation.id] = installation
        return installation

    def suspend(self, installation: Installation, *, suspended: bool = True) -> None:
        """Suspend or unsuspend an installation."""
        installation.suspended_at = self._now() if suspended else None

    def remove(self, installation: Installation) -> None:
        """Uninstall an App."""
        del self._installations[installation.id]

    def _now(self) -> str:
        return self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    # ---- who asks --------------------------------------------------------------------------

    def signed_by(self, token: str) -> App:
        """Return the App that signed this, or raise `AppRefusalError` if none did."""
        try:
            signed, _, last = token.rpartition(".")
            head, claims = (json.loads(_decoded(part)) for part in signed.split("."))
            signature = _decoded(last)
            issuer, algorithm = str(claims["iss"]), head["alg"]
        except (ValueError, TypeError, KeyError):
            raise AppRefusalError(401, UNDECODABLE) from None
        app = self.known.get(int(issuer)) if issuer.isdecimal() else None
        if app is None and self._any and issuer.isdecimal():
            app = self._add(int(issuer))
        if app is None:
            raise AppRefusalError(404, "Integration not found")
        if algorithm != "RS256" or not _is_signature(app.public_key, signed.encode(), signature):
            raise AppRefusalError(401, UNDECODABLE)
        self._check_dates(claims)
        return app

    def _check_dates(self, claims: Mapping[str, Any]) -> None:
        now, issued, expires = self._clock().timestamp(), claims.get("iat"), claims.get("exp")
        if not isinstance(expires, int | float) or expires <= now:
            text = "must be a numeric value representing the future time at which"
            raise AppRefusalError(
                401, f"'Expiration time' claim ('exp') {text} the assertion expires"
            )
        if expires > now + LONGEST:
            raise AppRefusalError(401, "'Expiration time' claim ('exp') is too far in the future")
        if not isinstance(issued, int) or issued > now:
            text = "must be an Integer representing the time that the assertion was issued"
            raise AppRefusalError(401, f"'Issued at' claim ('iat') {text}")

    def issued_as(self, token: str) -> Issued | None:
        """Return the token's issue record; None if it is not an installation's token.

        Raises `AppRefusalError` if it is no longer valid.
        """
        issued = self._tokens.get(token)
        if issued is None:
            return None
        installed = self._installations.get(issued.installation.id)
        if installed is None or self._clock().timestamp() >= issued.expires_at:
            raise AppRefusalError(401, "Bad credentials")
        if installed.suspended_at:
            raise AppRefusalError(403, SUSPENDED)
        return issued

    # ---- what an App asks for --------------------------------------------------------------

    def installations(self, app: App) -> list[Installation]:
        """Return the installations of an App."""
        return [i for i in self._installations.values() if i.app is app]

    def at_repository(self, app: App, full_name: str) -> Installation | None:
        """Return the installation that covers an existing repository."""
        for installation in self.installations(app):
            if installation.covers(full_name):
                return installation
        return self.install(app, full_name.partition("/")[0]) if self._any else None

    def issue(self, installation: Installation, permissions: Mapping[str, str]) -> Issued:
        """Issue a new token for an installation."""
        if installation.suspended_at:
            raise AppRefusalError(403, SUSPENDED)
        if not permissions.keys() <= installation.app.permissions.keys():
            text = "The permissions requested are not granted to this installation."
            raise AppRefusalError(422, text)
        digest = hashlib.sha256(f"{installation.id}:{len(self._tokens)}".encode()).hexdigest()
        issued = Issued(
            f"ghs_{digest[:36]}",
            installation,
            self._clock().timestamp() + self.token_seconds,
            permissions or installation.app.permissions,
        )
        self._tokens[issued.token] = issued
        return issued


def grant_of(issued: Issued, names: list[str]) -> Grant:
    """Return the grant of a token, limited to the covered ones of these repositories."""
    granted = issued.permissions
    return Grant(
        issued.installation.app.login,
        permission="write" if granted.get("issues") == "write" else "read",
        projects="organization_projects" in granted,
        board_writes=granted.get("organization_projects") in ("write", "admin"),
        repositories=tuple(name for name in names if issued.installation.covers(name)),
        scopes=None,
    )


def is_signed(token: str) -> bool:
    """Return whether this is a JSON Web Token."""
    return token.startswith("eyJ") and token.count(".") == 2


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _is_signature(key: PublicKey | None, signed: bytes, signature: bytes) -> bool:
    """Verify a signature with a key (RSASSA-PKCS1-v1_5 with SHA-256: RFC 8017, 8.2.2)."""
    if key is None:
        return True
    modulus, exponent = key
    size = (modulus.bit_length() + 7) // 8
    if len(signature) != size:
        return False
    block = pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big")
    digest = _SHA256 + hashlib.sha256(signed).digest()
    return block == b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
