"""Secrets are taken out of texts in whatever form they come."""

import base64
import json
import random
import string
from urllib.parse import quote

import pytest

from backlog_sync.core.redaction import REDACTED, Secrets, without_shapes

TOKEN = "ghp_canary/+0123456789abcdefABCDEF"
LINES = ["".join(random.Random(n).choices(string.ascii_letters + "+/", k=64)) for n in range(6)]
KEY = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *LINES, "-----END RSA PRIVATE KEY-----"])


def encoded(before: str, after: str = "") -> str:
    """The token among other characters, in Base64."""
    return base64.b64encode(f"{before}{TOKEN}{after}".encode()).decode()


@pytest.mark.parametrize(
    "form",
    [
        TOKEN,
        f"Bearer {TOKEN}",
        f"https://x-access-token:{TOKEN}@github.com/o/r",
        quote(TOKEN, safe=""),
        json.dumps(TOKEN),
        TOKEN.replace("/", "\\/"),
        *(encoded(before) for before in ("", ":", "ab", "abc", "x-access-token:", "o:", "user:")),
        *(encoded("user:", after) for after in ("\n", ":x-oauth-basic", "@h")),
    ],
)
def test_a_known_secret_is_found_in_every_form(form: str) -> None:
    """Plain, in a URL, in JSON and in Base64 at any place: nothing of it is left."""
    secrets = Secrets([TOKEN])
    for text in (form, f"x{form}y", f"before {form} after {form}"):
        told = secrets.hide(text)
        assert TOKEN not in told
        assert REDACTED in told
        assert secrets.hide_raw(text.encode()).decode() == told
        for part in told.split(REDACTED):
            assert "canary" not in part
    assert secrets.met


def test_a_key_is_found_line_by_line() -> None:
    """Whether its lines are broken, escaped or quoted one by one."""
    secrets = Secrets([KEY])
    for text in (KEY, KEY.replace("\n", "\\n"), json.dumps(KEY), KEY.replace("\n", "\n> ")):
        told = secrets.hide(text)
        assert not any(line in told for line in LINES)
    assert Secrets([KEY.replace("\n", "\\n")]).hide(KEY).count(REDACTED) == 6


@pytest.mark.parametrize("value", ["", " ", "x", "sandbox", "1234567"])
def test_what_is_short_is_no_secret(value: str) -> None:
    """It stands in too many texts by chance."""
    secrets = Secrets([value])
    assert secrets.hide(f"a {value} b sandbox") == f"a {value} b sandbox"
    assert not secrets.met


def test_other_texts_are_left_to_the_byte() -> None:
    """10,000 random texts, none of which holds it."""
    chance, secrets = random.Random(1), Secrets([TOKEN, KEY])
    for _ in range(10_000):
        text = "".join(chance.choices(string.printable, k=chance.randrange(200)))
        assert secrets.hide(text) == text
    assert not secrets.met


@pytest.mark.parametrize(
    "secret",
    ["ghp_" + "a1" * 18, "gho_" + "a1" * 18, "ghu_" + "a1" * 18, "ghs_" + "a1" * 18,
     "github_pat_" + "A1_" * 20, "eyJhbGciOi.eyJpc3Mi.c2lnbmF0dXJl", KEY],
)  # fmt: skip
def test_what_looks_like_a_secret_is_hidden_in_messages(secret: str) -> None:
    """Tokens of GitHub of every kind, signed tokens, private keys: also those of somebody else."""
    told = without_shapes(f"no access with {secret}, sorry")
    assert secret not in told
    assert told.startswith("no access with [redacted]")


@pytest.mark.parametrize("text", ["token is missing", "Bearer token", "a//b", "ghp_short"])
def test_words_are_not_taken_for_secrets(text: str) -> None:
    """What is told of tokens stays readable."""
    assert without_shapes(text) == text
