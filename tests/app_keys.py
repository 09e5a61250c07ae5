"""Keys of GitHub Apps for tests: as GitHub hands them out, and as a server knows them."""

import base64
import functools
import json
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


@functools.cache
def key(which: int = 1) -> rsa.RSAPrivateKey:
    """The private key of an App; another number is another App's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def pem(which: int = 1) -> str:
    """The key as GitHub hands it out."""
    return (
        key(which)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        .decode()
    )


def public(which: int = 1) -> tuple[int, int]:
    """Modulus and exponent, as the simulated GitHub takes them."""
    numbers = key(which).public_key().public_numbers()
    return numbers.n, numbers.e


def signed(claims: dict[str, Any], which: int = 1) -> str:
    """A JSON Web Token with these claims."""
    parts = [_encoded(json.dumps(part).encode()) for part in ({"alg": "RS256"}, claims)]
    text = ".".join(parts)
    signature = key(which).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{_encoded(signature)}"


def claims_of(token: str, which: int = 1) -> dict[str, Any]:
    """The claims of a JSON Web Token; raises `InvalidSignature` if another key signed it."""
    text, _, signature = token.rpartition(".")
    known = key(which).public_key()
    known.verify(_decoded(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256())
    claims: dict[str, Any] = json.loads(_decoded(text.partition(".")[2]))
    return claims


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
