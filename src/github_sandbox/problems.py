"""Define refusals of the simulated GitHub, which both of its APIs can report."""

import base64
import re


class RefusalError(Exception):
    """GitHub would answer the request with an error.

    `type` is the GraphQL error type. For an invalid value, `resource`, `field` and `code` are those
    of the REST error.
    """

    def __init__(
        self,
        type_: str,
        message: str,
        *,
        resource: str = "",
        field: str = "",
        code: str = "custom",
        value: str | None = None,
    ) -> None:
        super().__init__(message)
        self.type = type_
        self.message = message
        self.resource = resource
        self.field = field
        self.code = code
        self.value = value


def invalid(resource: str, field: str, message: str, code: str = "custom") -> RefusalError:
    """Return the error for an invalid value; `message` follows the name of the field."""
    words = f"{field.replace('_', ' ').capitalize()} {message}" if field else message
    return RefusalError("UNPROCESSABLE", words, resource=resource, field=field, code=code)


def already_taken(resource: str, field: str) -> RefusalError:
    """Return the error for a name that another record already has."""
    return invalid(resource, field, "has already been taken", "already_exists")


def no_node(node_id: str, kind: str | None = None) -> RefusalError:
    """Return the error for a node id that does not exist, or has another kind.

    The sentence ends with a full stop only if the text is an id at all (recorded 2023 and 2024).
    """
    subject = f"{kind} node" if kind else "a node"
    stop = "." if kind or _is_node_id(node_id) else ""
    return RefusalError(
        "NOT_FOUND", f"Could not resolve to {subject} with the global id of '{node_id}'{stop}"
    )


_OLD_ID = re.compile(rb"0\d+:[A-Z]\w+?\d+")
"""What an id of the old format has in it: the length and name of the kind, and a number."""


def _is_node_id(text: str) -> bool:
    """Return whether a text is a node id in one of GitHub's two formats.

    The new one is the prefix of a kind and, packed with MessagePack, a list of numbers.
    """
    prefix, _, packed = text.partition("_") if text.isascii() else ("", "", "")
    try:
        if prefix.isalnum():
            return base64.urlsafe_b64decode(f"{packed}===")[:1] in _LISTS
        return _OLD_ID.fullmatch(base64.b64decode(text, validate=True)) is not None
    except ValueError:
        return False


_LISTS = tuple(bytes([0x90 + length]) for length in range(2, 6))
"""How MessagePack begins a list of two to five entries."""


def not_found(kind: str, by: str, value: object) -> RefusalError:
    """Return the error for a name, login or number that does not exist."""
    article = "an" if kind[0] in "AEIOaeio" else "a"
    shown = value if isinstance(value, int) else f"'{value}'"
    return RefusalError(
        "NOT_FOUND", f"Could not resolve to {article} {kind} with the {by} {shown}."
    )


def forbidden(message: str) -> RefusalError:
    """Return the error for something that this token or person may not do."""
    return RefusalError("FORBIDDEN", message)


def check_length(resource: str, field: str, text: str, limit: int) -> None:
    """Refuse a text with more characters than GitHub stores."""
    if len(text) > limit:
        raise invalid(resource, field, f"is too long (maximum is {limit} characters)")
