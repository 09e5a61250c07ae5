"""Compute the cost of a GraphQL operation with the formula that GitHub documents.

One request is counted for each parent of each connection; points are those requests divided by
100, at least 1. Nodes are the most that the page sizes could return.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

NODE_LIMIT = 500_000


@dataclass(slots=True)
class Cost:
    """Requests and nodes of one operation."""

    requests: int = 0
    nodes: int = 0

    @property
    def points(self) -> int:
        """The points that count toward the hourly limit."""
        return max(1, round(self.requests / 100))


def measure(
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> Cost:
    """Compute the cost of an operation, which must be valid: fragments must not be recursive."""
    cost = Cost()
    _walk(operation.selection_set, 1, fragments, variables, cost)
    return cost


def _walk(
    selections: SelectionSetNode,
    parents: int,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
    cost: Cost,
) -> None:
    for node in selections.selections:
        if isinstance(node, FragmentSpreadNode):
            fragment = fragments[node.name.value]
            _walk(fragment.selection_set, parents, fragments, variables, cost)
            continue
        below = parents
        if isinstance(node, FieldNode):
            size = _page_size(node, variables)
            if size is not None:
                cost.requests += parents
                below = parents * size
                cost.nodes += below
        inner = getattr(node, "selection_set", None)
        if inner is not None:
            _walk(inner, below, fragments, variables, cost)


def _page_size(node: FieldNode, variables: Mapping[str, Any]) -> int | None:
    for argument in node.arguments or ():
        if argument.name.value in ("first", "last"):
            value = argument.value
            if isinstance(value, IntValueNode):
                return int(value.value)
            if isinstance(value, VariableNode):
                size = variables.get(value.name.value)
                if isinstance(size, int):
                    return size
    return None
