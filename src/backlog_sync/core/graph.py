"""Graphs of keys: cycles, parents-first order, depth. Nothing here recurses."""

from collections.abc import Mapping, Sequence


def cycles(edges: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the cycles of a graph, one for each strongly connected component.

    `edges` maps a key to those it points at; one that is not a key of the mapping is ignored. A
    cycle is as short as possible, starts at the component's first key in the mapping's order and
    does not repeat it: `a -> b -> a` is `("a", "b")`. The result has the mapping's order, too.
    """
    shortest = []
    order = {key: index for index, key in enumerate(edges)}
    for knot in _components(edges):
        members = set(knot)
        first = min(members, key=order.__getitem__)
        if len(members) > 1 or first in edges[first]:
            shortest.append(_shortest_cycle(first, members, edges))
    return tuple(sorted(shortest, key=lambda cycle: order[cycle[0]]))


def _shortest_cycle(
    first: str, members: set[str], edges: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Return the shortest way from `first` back to itself within `members`."""
    came_from: dict[str, str] = {}
    queue = [first]
    for key in queue:
        for other in edges[key]:
            if other == first:
                path = [key]
                while path[-1] != first:
                    path.append(came_from[path[-1]])
                return tuple(reversed(path))
            if other in members and other not in came_from:
                came_from[other] = key
                queue.append(other)
    raise AssertionError("a knot has a cycle through each of its keys")


def _components(edges: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Tarjan's strongly connected components, with an explicit stack."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    result: list[list[str]] = []
    for root in edges:
        if root in index:
            continue
        work = [(root, iter(edges[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            key, others = work[-1]
            for other in others:
                if other not in edges:
                    continue
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(edges[other])))
                    break
                if other in on_stack:
                    low[key] = min(low[key], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[key])
                if low[key] == index[key]:
                    component: list[str] = []
                    while not component or component[-1] != key:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                    result.append(component)
    return result


def parents_first(parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the keys in their own order, but every parent before its children.

    `parents` maps each key to its parent; a parent that is not a key counts as none. Keys in a
    cycle of parents, and all below them, are left out.
    """
    done: set[str] = set()
    order: list[str] = []
    for key in parents:
        chain: list[str] = []
        visited: set[str] = set()
        current: str | None = key
        while (
            current is not None
            and current in parents
            and current not in done
            and current not in visited
        ):
            visited.add(current)
            chain.append(current)
            current = parents[current]
        if current is not None and current in parents and current not in done:
            continue  # the chain of parents bites its own tail
        order.extend(reversed(chain))
        done.update(chain)
    return tuple(order)


def levels(parents: Mapping[str, str | None]) -> dict[str, int]:
    """Return the depth of each key: 1 if it has no parent. Keys in a cycle are left out."""
    depth: dict[str, int] = {}
    for key in parents_first(parents):
        depth[key] = depth.get(parents[key] or "", 0) + 1
    return depth
