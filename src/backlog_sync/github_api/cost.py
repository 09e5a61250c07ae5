"""Compute what a request costs before it is sent, with the formula that GitHub documents.

"Rate limits and query limits for the GraphQL API": one request is counted for each parent of each
connection with a page size; points are their sum divided by 100, at least 1.
"""

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from backlog_sync.github_api.documents import Document

_SIZES: Final = ("first", "last")
"""Arguments with the size of a page."""


def points_of(document: Document[Any], variables: Mapping[str, object]) -> int:
    """Return the points that a document costs with the page sizes among these variables."""
    definitions = document.node.definitions
    fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
    requests = sum(
        _requests(definition.selection_set, 1, fragments, variables)
        for definition in definitions
        if isinstance(definition, OperationDefinitionNode)
    )
    return max(1, round(requests / 100))


def _requests(
    selections: SelectionSetNode,
    parents: int,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, object],
) -> int:
    """Return the requests that are counted below so many parents."""
    total = 0
    for node in selections.selections:
        if isinstance(node, FragmentSpreadNode):
            total += _requests(
                fragments[node.name.value].selection_set, parents, fragments, variables
            )
            continue
        size = _page_size(node, variables) if isinstance(node, FieldNode) else None
        total += parents if size is not None else 0
        inner: SelectionSetNode | None = getattr(node, "selection_set", None)
        if inner is not None:
            total += _requests(inner, parents * (1 if size is None else size), fragments, variables)
    return total


def _page_size(node: FieldNode, variables: Mapping[str, object]) -> int | None:
    for argument in node.arguments or ():
        if argument.name.value in _SIZES:
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                size = variables.get(argument.value.name.value)
                return size if isinstance(size, int) else None
    return None
