"""Define requests and responses as plain values, independent of the transport."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """A request: method, path with its query, headers, body."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return a header's value, ignoring the case of its name."""
        lowered = name.lower()
        return next((v for k, v in self.headers.items() if k.lower() == lowered), None)

    def json(self) -> Any:
        """Return the parsed JSON body, None if empty; raise ValueError if it is invalid."""
        return json.loads(self.body) if self.body.strip() else None


@dataclass(frozen=True, slots=True)
class Response:
    """A response: status, headers, body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """Return the parsed JSON body."""
        return json.loads(self.body)


JSON_TYPE = "application/json; charset=utf-8"


def json_response(status: int, payload: Any, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON response."""
    body = json.dumps(payload, separators=(",", ":")).encode()
    return Response(status, {"Content-Type": JSON_TYPE, **(headers or {})}, body)


DOCS = "https://docs.github.com/rest"


def error_response(status: int, message: str, **more: Any) -> Response:
    """Return an error response of the REST API; for an invalid value, its body has no status."""
    payload = {"message": message, **more, "documentation_url": DOCS}
    return json_response(status, payload if status == 422 else {**payload, "status": str(status)})
