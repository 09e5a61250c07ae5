"""Check the certificates and proxies of the environment before anything is sent.

Otherwise a wrong certificate file or proxy would surface deep inside a client, as its own kind of
exception or as a server that does not answer.
"""

import importlib.util
import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from backlog_sync.errors import FailedError, UsageError

_HOST: Final = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+")
_SCHEMES: Final = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


def checked_certificates(verify: bool | str) -> bool | str:
    """Return the certificate file or folder, or raise `FailedError` if it cannot be used."""
    if isinstance(verify, bool):
        return verify
    path = Path(verify)
    try:
        if path.is_dir():
            return verify
        ssl.create_default_context(cafile=verify)
    except (OSError, ValueError) as error:
        # An SSLError is an OSError too, but it is about the content.
        why = "it holds no certificates" if isinstance(error, ssl.SSLError) else _why(error)
        raise FailedError(
            f"the certificates in {verify} cannot be read: {why}",
            slug="ca-bundle",
            hint="set REQUESTS_CA_BUNDLE (or SSL_CERT_FILE) to a file in PEM form, or unset it",
        ) from None
    return verify


def checked_proxies(proxies: Mapping[str, str]) -> dict[str, str]:
    """Return the proxies, or raise `UsageError` if one is not a usable address."""
    for scheme, address in proxies.items():
        why = _fault_of(address)
        if why:
            raise UsageError(
                f"the proxy for {scheme} {why}",
                slug="proxy",
                hint=f"set {scheme.upper()}_PROXY to http://HOST:PORT, or unset it; NO_PROXY names"
                " hosts that need none",
            )
    return dict(proxies)


def _fault_of(address: str) -> str:
    """Describe what is wrong with a proxy address, without showing it: it may hold a password."""
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in _SCHEMES or not host or not _HOST.fullmatch(host):
        return "is not an address"
    if parts.scheme.startswith("socks") and importlib.util.find_spec("socks") is None:
        return f"is a {parts.scheme} proxy, which needs the package pysocks"
    return ""


def _why(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
