"""Secrets taken out of texts: those that are known, in whatever form, and what looks like one."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote

REDACTED: Final = "[redacted]"

SHORTEST: Final = 8
"""Characters; a shorter value is not a secret, and is in too many texts by chance."""

_LINE: Final = 32
"""Characters of a key's line that nobody has by chance."""

_SHAPES: Final = re.compile(
    r"gh[a-z]_[A-Za-z0-9_]{16,}|github_pat_[A-Za-z0-9_]{16,}|\beyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|(?i:(?<=bearer )|(?<=token )|(?<=basic ))[A-Za-z0-9._~+/=-]{8,}|(?<=//)[^/@\s]+(?=@)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
)
"""Tokens of GitHub, signed tokens, what follows a kind of authorization, credentials in a URL."""


class Secrets:
    """The secrets of a run. `met` says whether one of them was taken out of anything."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._forms: list[str] = []
        self._raw: list[bytes] = []
        self.met = False
        self.add(*values)

    def add(self, *values: str) -> None:
        """Hide these values too, from now on."""
        forms = {*self._forms, *(form for value in values for form in _forms(value.strip()))}
        # The longest first: no part of a secret is left because another one is in it.
        self._forms = sorted(forms, key=lambda form: (-len(form), form))
        self._raw = [form.encode() for form in self._forms]

    def hide(self, text: str) -> str:
        """Return the text without any of them."""
        for form in self._forms:
            if form in text:
                self.met = True
                text = text.replace(form, REDACTED)
        return text

    def hide_raw(self, raw: bytes) -> bytes:
        """Return the bytes of a text without any of them."""
        for form in self._raw:
            if form in raw:
                self.met = True
                raw = raw.replace(form, REDACTED.encode())
        return raw


def without_shapes(text: str) -> str:
    """Return a text without anything that looks like a secret; for messages, and not for data."""
    return _SHAPES.sub(REDACTED, text)


def _forms(value: str) -> Iterator[str]:
    """A secret as it is, in a URL, in JSON and in Base64; of one with many lines each line."""
    for line in value.replace("\\n", "\n").split("\n"):
        secret = line.strip()
        if len(secret) < (SHORTEST if secret == value else _LINE):
            continue
        yield secret
        yield quote(secret, safe="")
        yield json.dumps(secret)[1:-1]
        yield secret.replace("/", "\\/")
        yield from _in_base64(secret)


def _in_base64(secret: str) -> Iterator[str]:
    """Yield what Base64 makes of a secret with anything before and after it, as of `user:secret`.

    Three characters become four, so that it matters how many there are before; the first and the
    last character may be shared with what is next to.
    """
    raw = secret.encode()
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw).decode().rstrip("=")
        first = (0, 2, 3)[before]
        last = len(encoded) - (1 if (before + len(raw)) % 3 else 0)
        core = encoded[first:last]
        if len(core) >= SHORTEST:
            yield core
            yield core.replace("/", "\\/")
            yield core.replace("+", "-").replace("/", "_")
