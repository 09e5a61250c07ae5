"""Where unguessable marks come from."""

import secrets


def fresh() -> str:
    """A nonce: 16 lower-case hex digits from the system's randomness."""
    return secrets.token_hex(8)
