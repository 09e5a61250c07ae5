"""Build resolvers: the tables that map GraphQL fields to values."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from github_sandbox.connections import Connection, page_by_index
from github_sandbox.context import Context, Info
from github_sandbox.models import Record

Resolver: TypeAlias = Callable[..., Any]
Table: TypeAlias = dict[str, Resolver]


def attribute(name: str) -> Resolver:
    """Return a resolver for an attribute."""
    return lambda record, _: getattr(record, name)


def constant(value: Any) -> Resolver:
    """Return a resolver for a constant."""
    return lambda *_: value


def related(kind: type[Record], name: str) -> Resolver:
    """Return a resolver for the record whose number is in an attribute, or None."""

    def resolve(record: Any, info: Info) -> Record | None:
        number = getattr(record, name)
        return None if number is None else info.context.store.get(kind, number)

    return resolve


def related_list(kind: type[Record], name: str) -> Resolver:
    """Return a resolver for a page of the records whose numbers are in an attribute, in order."""

    def resolve(record: Any, info: Info, **arguments: Any) -> Connection:
        records = info.context.store.all(kind, getattr(record, name))
        return page_by_index(info, records, arguments)

    return resolve


def record(**attributes: str) -> Table:
    """Return the resolvers of every record, and of attributes under their GraphQL names."""
    table = {
        "id": attribute("node_id"),
        "databaseId": attribute("id"),
        "fullDatabaseId": lambda record, _: str(record.id),
        "createdAt": attribute("created_at"),
        "updatedAt": attribute("updated_at"),
    }
    return table | {name: attribute(source) for name, source in attributes.items()}


def page(path: Callable[[Context, Any], str]) -> Table:
    """Return the resolvers of `url` and `resourcePath`."""
    return {
        "resourcePath": lambda record, info: path(info.context, record),
        "url": lambda record, info: info.context.web + path(info.context, record),
    }


def order(
    records: Iterable[Any], order_by: dict[str, str] | None, keys: dict[str, str], default: str
) -> list[Any]:
    """Sort records by an `orderBy` input; `keys` maps its fields to attributes."""
    source = keys[order_by["field"]] if order_by else default

    def key(record: Any) -> tuple[Any, int]:
        value = getattr(record, source)
        return "" if value is None else value, record.id

    return sorted(records, key=key, reverse=bool(order_by and order_by["direction"] == "DESC"))
