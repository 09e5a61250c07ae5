"""Paginate lists as GitHub's GraphQL API does."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

from graphql import FieldNode, InlineFragmentNode

from github_sandbox.context import Info
from github_sandbox.problems import RefusalError

PAGE_LIMIT = 100
_MARK = b"cursor:v2:"


class Connection:
    """One page: the records, the count of all, and the position of the page.

    The attribute names are the schema's field names.
    """

    __slots__ = ("_cursor", "hasNextPage", "hasPreviousPage", "nodes", "totalCount")

    def __init__(
        self,
        nodes: Sequence[Any],
        total: int,
        before: bool,
        after: bool,
        cursor: Callable[..., str],
    ) -> None:
        self.nodes = nodes
        self.totalCount = total
        self.hasPreviousPage = before
        self.hasNextPage = after
        self._cursor = cursor

    @property
    def pageInfo(self) -> "Connection":  # noqa: N802 - the schema's name
        """The position of the page: this object has those fields, too."""
        return self

    @property
    def startCursor(self) -> str | None:  # noqa: N802 - the schema's name
        """The cursor of the first record."""
        return self._cursor(0, self.nodes[0]) if self.nodes else None

    @property
    def endCursor(self) -> str | None:  # noqa: N802 - the schema's name
        """The cursor of the last record."""
        return self._cursor(len(self.nodes) - 1, self.nodes[-1]) if self.nodes else None

    @property
    def edges(self) -> list[dict[str, Any]]:
        """The records with their cursors."""
        return [
            {"node": node, "cursor": self._cursor(n, node)} for n, node in enumerate(self.nodes)
        ]


def _position_cursor(index: int) -> str:
    """Return the cursor of a position: counted from 1, without padding (recorded 2023)."""
    return base64.b64encode(str(index + 1).encode()).decode().rstrip("=")


def _position(cursor: str) -> int:
    """Return the position in a cursor, counted from 1, or refuse an invalid cursor."""
    try:
        position = base64.b64decode(f"{cursor}{'=' * (-len(cursor) % 4)}", validate=True)
    except ValueError:
        raise _invalid_cursor(cursor) from None
    if not position.isdigit():
        raise _invalid_cursor(cursor)
    return int(position)


def _encode(key: Any) -> str:
    return base64.b64encode(_MARK + json.dumps(key).encode()).decode()


def _decode(cursor: str) -> Any:
    """Return the key in a cursor, or refuse an invalid one."""
    try:
        mark, _, key = base64.b64decode(cursor, validate=True).partition(_MARK)
        if not mark:
            return json.loads(key)
    except ValueError:
        pass
    raise _invalid_cursor(cursor)


def _invalid_cursor(cursor: str) -> RefusalError:
    return RefusalError(
        "INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor."
    )


def _selects_records(info: Info) -> bool:
    """Return whether a query selects nodes or edges; a bare `totalCount` needs no page size."""

    def look(selections: Sequence[Any]) -> bool:
        for node in selections:
            if isinstance(node, FieldNode):
                if node.name.value in ("nodes", "edges"):
                    return True
            elif isinstance(node, InlineFragmentNode):
                if look(node.selection_set.selections):
                    return True
            elif look(info.fragments[node.name.value].selection_set.selections):
                return True
        return False

    return any(
        node.selection_set is not None and look(node.selection_set.selections)
        for node in info.field_nodes
    )


def _check(info: Info, first: int | None, last: int | None) -> None:
    """Refuse a page size that is missing or out of bounds, as an error of this field."""
    name = info.field_name
    if first is None and last is None:
        if _selects_records(info):
            raise RefusalError(
                "MISSING_PAGINATION_BOUNDARIES",
                "You must provide a `first` or `last` value to properly paginate"
                f" the `{name}` connection.",
            )
        return
    if first is not None and last is not None:
        raise RefusalError(
            "INVALID_PAGINATION_BOUNDARIES",
            f"Passing both `first` and `last` to paginate the `{name}` connection"
            " is not supported.",
        )
    for argument, size in (("first", first), ("last", last)):
        if size is None:
            continue
        if size < 0:
            raise RefusalError(
                "INVALID_PAGINATION_BOUNDARIES",
                f"`{argument}` on the `{name}` connection cannot be less than zero.",
            )
        if size > PAGE_LIMIT:
            raise RefusalError(
                "EXCESSIVE_PAGINATION",
                f"Requesting {size} records on the `{name}` connection exceeds the"
                f" `{argument}` limit of {PAGE_LIMIT} records.",
            )


def _cut(
    info: Info,
    records: Sequence[Any],
    arguments: dict[str, Any],
    start: int,
    stop: int,
    cursor: Callable[[int, Any], str],
) -> Connection:
    """Return a page between two positions; `cursor` gets a record's position and the record."""
    first, last = arguments.get("first"), arguments.get("last")
    _check(info, first, last)
    if first is not None:
        stop = min(stop, start + first)
    elif last is not None:
        start = max(start, stop - last)
    else:
        stop = start
    page = records[start:stop]
    return Connection(
        page,
        len(records),
        start > 0,
        stop < len(records),
        lambda index, record: cursor(start + index, record),
    )


def page_by_index(info: Info, records: Sequence[Any], arguments: dict[str, Any]) -> Connection:
    """Return a page of a short list; its cursors are positions."""
    after, before = arguments.get("after"), arguments.get("before")
    start = _position(after) if after else 0
    stop = _position(before) - 1 if before else len(records)
    return _cut(
        info, records, arguments, start, max(start, stop), lambda index, _: _position_cursor(index)
    )


def page_by_key(
    info: Info,
    records: Sequence[Any],
    arguments: dict[str, Any],
    key: Callable[[Any], list[Any]],
    *,
    descending: bool = False,
) -> Connection:
    """Return a page of a list that is sorted by this key.

    Its cursors are keys: records that move across the cursor between two requests are missed or
    returned twice, but additions and removals elsewhere do not matter.
    """
    start, stop = 0, len(records)
    after, before = arguments.get("after"), arguments.get("before")
    if after:
        start = _count_before(records, key, _decode(after), descending=descending, past=True)
    if before:
        stop = _count_before(records, key, _decode(before), descending=descending, past=False)
    return _cut(
        info, records, arguments, start, max(start, stop), lambda _, record: _encode(key(record))
    )


def _count_before(
    records: Sequence[Any],
    key: Callable[[Any], list[Any]],
    mark: list[Any],
    *,
    descending: bool,
    past: bool,
) -> int:
    """Count the records before the mark, including the mark itself if `past` is set."""
    low, high = 0, len(records)
    while low < high:
        middle = (low + high) // 2
        current = key(records[middle])
        ahead = current > mark if descending else current < mark
        if ahead or (past and current == mark):
            low = middle + 1
        else:
            high = middle
    return low
