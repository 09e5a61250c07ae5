"""Compare an answer of the simulator with the recorded one.

Every recorded key must be there with its JSON type, and null where it was null; our answer may
have more keys, as newer ones have been added since. Lists have as many elements, compared one by
one. Values of a few keys, which the state decides, must be equal.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from tests.recordings.exchanges import Exchange
from tests.recordings.world import World


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the simulator; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """Where an answer differs (`status`, `header.link`, `body.user.login`), and how."""

    where: str
    what: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.where}: {self.what}"


def differences(world: World, recorded: Exchange, ours: Answer) -> list[Difference]:
    """Return how our answer differs from the recorded one."""
    if recorded.status != ours.status:
        message = ours.body.get("message") if isinstance(ours.body, dict) else ""
        return [Difference("status", f"{ours.status} {message}, recorded {recorded.status}")]
    found = list(_headers(world, recorded, ours))
    if recorded.body is not None:  # some suites recorded no bodies
        found += _values(world, recorded.body, ours.body, "body")
    return found


# ---- bodies --------------------------------------------------------------------------------

_EQUAL: Final = frozenset(
    {
        *("state", "state_reason", "title", "name", "number", "color", "body", "description"),
        *("total", "completed", "percent_completed", "comments", "locked", "active_lock_reason"),
        *("blocked_by", "total_blocked_by", "blocking", "total_blocking", "due_on"),
        *("resource", "field", "code", "type", "path", "typeName", "argumentName"),
        *("__typename", "dataType", "text", "date", "optionId", "iterationId", "startDate"),
        *("duration", "startDay", "isArchived", "closed", "merged", "isMinimized"),
        *("endCursor", "hasNextPage", "clientMutationId"),
    }
)
"""Keys whose values the state of a case decides, and of errors."""

_OWNED: Final = re.compile(r"\.(repository|user|owner|creator|organization|parent|license)(\.|$)")
"""Below these, only keys and types are compared: names were replaced in the recordings."""

_TIMES: Final = ("created_at", "updated_at", "closed_at")
_LATE: Final = 2
"""Seconds that times may differ: a server needs some between the work and the answer."""


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    names = {dict: "object", list: "list", str: "string", type(None): "null"}
    return names[type(value)]


def _values(world: World, recorded: Any, ours: Any, where: str) -> Iterator[Difference]:
    if _type(recorded) != _type(ours):
        yield Difference(where, f"{_type(ours)}, recorded {_type(recorded)}")
    elif isinstance(recorded, dict):
        for name, value in recorded.items():
            if name == "name" and recorded.keys() & {"login", "full_name"}:
                continue  # names of people and repositories were replaced
            if name in ours:
                yield from _values(world, value, ours[name], f"{where}.{name}")
            else:
                yield Difference(f"{where}.{name}", f"missing, recorded {_type(value)}")
    elif isinstance(recorded, list):
        if len(recorded) != len(ours):
            yield Difference(where, f"{len(ours)} elements, recorded {len(recorded)}")
        for theirs, own in zip(recorded, ours, strict=False):
            yield from _values(world, theirs, own, f"{where}[]")
    else:
        yield from _scalars(world, recorded, ours, where)


def _scalars(world: World, recorded: Any, ours: Any, where: str) -> Iterator[Difference]:
    name = where.rpartition(".")[2].removesuffix("[]")
    if _OWNED.search(where):
        return
    if name == "message":
        expected, given = pattern(str(world.translated(recorded))), pattern(str(ours))
        if expected != given:
            yield Difference(where, f"{ours!r}, recorded {recorded!r}")
    elif name in _TIMES and isinstance(recorded, str):
        seconds = datetime.fromisoformat(ours) - datetime.fromisoformat(recorded)
        if abs(seconds.total_seconds()) > _LATE:
            yield Difference(where, f"{ours}, recorded {recorded}")
    elif name in _EQUAL and world.translated(recorded) != ours:
        yield Difference(where, f"{ours!r:.60}, recorded {recorded!r:.60}")


def pattern(message: str) -> str:
    """Return a message without what differs from case to case: quoted texts, ids, numbers."""
    message = re.sub(r"'[^']*'|`[^`]*`|\"[^\"]*\"", "'…'", message)
    message = re.sub(r"(request ID) \S+", r"\1 …", message)
    return re.sub(r"\d+", "0", message)


# ---- headers -------------------------------------------------------------------------------

_PRESENT: Final = (
    *("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-used"),
    *("x-ratelimit-resource", "x-github-media-type"),
)
_SAME: Final = ("content-type", "deprecation", "sunset", "x-github-api-version-selected")


def _headers(world: World, recorded: Exchange, ours: Answer) -> Iterator[Difference]:
    for name in _PRESENT:
        if name in recorded.headers and name not in ours.headers:
            yield Difference(f"header.{name}", "missing")
    for name in _SAME:
        if recorded.status == 204 and name == "content-type":
            continue  # sent by GitHub until 2019 although there is no content
        if name in recorded.headers and recorded.headers[name] != ours.headers.get(name):
            shown = f"{ours.headers.get(name)}, recorded {recorded.headers[name]}"
            yield Difference(f"header.{name}", shown)
    for name, form in (("location", _address), ("link", _links), ("retry-after", _wait)):
        theirs, own = recorded.headers.get(name), ours.headers.get(name)
        expected = form(world.path(theirs)) if theirs else None
        given = form(own) if own else None
        if expected != given:
            yield Difference(f"header.{name}", f"{own}, recorded {theirs}")


def _address(url: str) -> object:
    """Return the path and the query of an address, without the host and its prefix."""
    split = urlsplit(url)
    return split.path.removeprefix("/api/v3"), parse_qs(split.query)


def _links(header: str) -> object:
    """Return the addresses of a `Link` header by their relation; None without one to compare.

    Whether a version of the API is deprecated depends on the day, not on the request.
    """
    parts = re.findall(r'<([^>]*)>; rel="([^"]*)"', header)
    return {rel: _address(url) for url, rel in parts if rel != "deprecation"} or None


def _wait(header: str) -> object:
    """Return the form of a `Retry-After`: seconds, or a date."""
    return "seconds" if header.isdigit() else "date"
