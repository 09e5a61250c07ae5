"""The roll-up: sums of leaf items, for every parent and every way to group them.

Only leaf items count; dropped ones never do. A leaf counts with its own points. If an item has
points and nothing below it does, they are shared equally among its leaves that are not dropped. If
some of the leaves have points, the item's are an earlier estimate: the leaves are right, and those
without points are listed as unestimated.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from backlog_sync.core.facts import Phase, WorkItem
from backlog_sync.dataclass import dataclass

_LARGEST = 1e9
"""The most points or hours of one item; a larger or a negative value is not an estimate."""


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a group of leaf items; dropped work does not count.

    `name` is a key for an item, an epic or a feature, else a title or name. `items` are the keys
    that are counted, `unestimated` those among them without points (empty if nothing in the backlog
    has points). `criteria` and `ticked` count the acceptance criteria of these items. `not_in_plan`
    are sub-issues that are not items, of these and of what is between; they count for nothing else,
    because nobody planned them.
    """

    name: str
    items: tuple[str, ...] = ()
    done: int = 0
    doing: int = 0
    points: float = 0
    points_done: float = 0
    criteria: int = 0
    ticked: int = 0
    unestimated: tuple[str, ...] = ()
    not_in_plan: int = 0
    not_in_plan_closed: int = 0

    @property
    def total(self) -> int:
        """The number of items."""
        return len(self.items)

    @property
    def percent(self) -> int:
        """The percentage by points, or by count if there are no points; rounded down.

        It is 100 only if every item is done, with points or without.
        """
        if not self.total or self.done == self.total:
            return 100 if self.total else 0
        done, whole = (self.points_done, self.points) if self.points else (self.done, self.total)
        return min(99, int(100 * done / whole + 1e-6))  # shares of a third leave dust


@dataclass(frozen=True, slots=True)
class Outline:
    """The items as a tree. `below` maps each key to the leaves below it; a leaf to itself.

    `leaves` contains all of them, including dropped ones; `points` and `hours` are what those that
    are not dropped count with. All are in document order.
    """

    items: Mapping[str, WorkItem]
    parents: Mapping[str, str | None]
    below: Mapping[str, tuple[str, ...]]
    leaves: tuple[WorkItem, ...]
    points: Mapping[str, float]
    hours: Mapping[str, float]

    def live(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return those of the keys that are not dropped."""
        return tuple(key for key in keys if self.items[key].phase is not Phase.DROPPED)

    def open(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return those of the keys with remaining work."""
        over = (Phase.DONE, Phase.DROPPED)
        return tuple(key for key in keys if self.items[key].phase not in over)

    def above(self, key: str) -> Iterable[WorkItem]:
        """Return the item, its parent, and so on to the top."""
        at: str | None = key
        while at is not None:
            yield self.items[at]
            at = self.parents[at]

    def depth(self, key: str) -> int:
        """Return the number of items above it."""
        return sum(1 for _ in self.above(key)) - 1

    def inherited(self, key: str, value: Callable[[WorkItem], object]) -> WorkItem | None:
        """Return the nearest value at or above `key`, None if there is none."""
        return next((item for item in self.above(key) if value(item)), None)


def outline(items: Sequence[WorkItem]) -> Outline:
    """Return the items as a tree. An item whose parent does not come first has none."""
    items_by_key: dict[str, WorkItem] = {}
    parents: dict[str, str | None] = {}
    inner: set[str] = set()
    for item in items:
        parent = item.parent if item.parent in items_by_key else None
        items_by_key[item.key] = item
        parents[item.key] = parent
        if parent is not None:
            inner.add(parent)
    leaves_of: dict[str, list[str]] = {key: [] for key in items_by_key}
    for key in items_by_key:
        current = None if key in inner else key
        while current is not None:
            leaves_of[current].append(key)
            current = parents[current]
    fixed = {key: tuple(leaf_keys) for key, leaf_keys in leaves_of.items()}
    return Outline(
        items=items_by_key,
        parents=parents,
        below=fixed,
        leaves=tuple(item for key, item in items_by_key.items() if key not in inner),
        points=_shared(items_by_key, fixed, inner, lambda item: amount(item.points)),
        hours=_shared(items_by_key, fixed, inner, lambda item: amount(item.hours)),
    )


def amount(value: float | None) -> float | None:
    """Return the value if it can be added up, else None."""
    return value if value is not None and 0 <= value <= _LARGEST else None


def _shared(
    items: Mapping[str, WorkItem],
    leaves_of: Mapping[str, tuple[str, ...]],
    inner: set[str],
    value: Callable[[WorkItem], float | None],
) -> dict[str, float]:
    """Return what each leaf counts with: its own value, or its share of the nearest parent's."""
    live = {key for key in items if items[key].phase is not Phase.DROPPED}
    shares = {
        key: own_value
        for key in items
        if key not in inner and key in live and (own_value := value(items[key])) is not None
    }
    for key in reversed(tuple(items)):  # children stand after their parents
        own_value = value(items[key]) if key in inner and key in live else None
        if own_value is None:
            continue
        leaves = [leaf for leaf in leaves_of[key] if leaf in live]
        if leaves and not any(leaf in shares for leaf in leaves):
            shares.update(dict.fromkeys(leaves, own_value / len(leaves)))
    return shares


def count(name: str, keys: Iterable[str], tree: Outline) -> Sum:
    """Return the sum of these leaf items, without dropped ones."""
    live = tree.live(keys)
    items = [tree.items[key] for key in live]
    done = [item.key for item in items if item.phase is Phase.DONE]
    pointed = bool(tree.points)
    return Sum(
        name=name,
        items=live,
        done=len(done),
        doing=sum(item.phase is Phase.DOING for item in items),
        points=_sum(tree.points.get(key, 0) for key in live),
        points_done=_sum(tree.points.get(key, 0) for key in done),
        criteria=sum(item.criteria for item in items),
        ticked=sum(item.ticked for item in items),
        unestimated=tuple(key for key in live if pointed and key not in tree.points),
        not_in_plan=sum(item.outside for item in items),
        not_in_plan_closed=sum(item.outside_closed for item in items),
    )


def _sum(values: Iterable[float]) -> float:
    """Return the sum without rounding errors from shares; a whole number as an int."""
    total = round(sum(values), 9)
    return int(total) if total == int(total) else total


def sums(tree: Outline) -> dict[str, Sum]:
    """Return the sum of every item with children, by key, in document order."""
    leaves = {leaf.key for leaf in tree.leaves}
    counted = {key: count(key, tree.below[key], tree) for key in tree.items if key not in leaves}
    for item in _inner(tree):
        for above in tree.above(item.key) if item.outside else ():
            counted[above.key] = _with_outside(counted[above.key], [item])
    return counted


def _inner(tree: Outline) -> Iterable[WorkItem]:
    """Return the items with others below them."""
    leaves = {leaf.key for leaf in tree.leaves}
    return (item for key, item in tree.items.items() if key not in leaves)


def _with_outside(whole: Sum, inner: Iterable[WorkItem]) -> Sum:
    """Return a sum with the sub-issues of inner items that are not in the plan."""
    items = tuple(inner)
    return replace(
        whole,
        not_in_plan=whole.not_in_plan + sum(item.outside for item in items),
        not_in_plan_closed=whole.not_in_plan_closed + sum(item.outside_closed for item in items),
    )


def add(name: str, parts: Iterable[Sum]) -> Sum:
    """Return the sum of groups that have no item in common."""
    all_parts = tuple(parts)
    return Sum(
        name=name,
        items=tuple(key for part in all_parts for key in part.items),
        done=sum(part.done for part in all_parts),
        doing=sum(part.doing for part in all_parts),
        points=_sum(part.points for part in all_parts),
        points_done=_sum(part.points_done for part in all_parts),
        criteria=sum(part.criteria for part in all_parts),
        ticked=sum(part.ticked for part in all_parts),
        unestimated=tuple(key for part in all_parts for key in part.unestimated),
        not_in_plan=sum(part.not_in_plan for part in all_parts),
        not_in_plan_closed=sum(part.not_in_plan_closed for part in all_parts),
    )


def total(tree: Outline) -> Sum:
    """Return the sum of the whole."""
    return _with_outside(count("", (leaf.key for leaf in tree.leaves), tree), _inner(tree))


def groups(tree: Outline, milestones: Sequence[str] = ()) -> dict[str, tuple[Sum, ...]]:
    """Return the sums by epic, feature, milestone, team, audience and label; see `Report.groups`.

    `milestones` are the titles in their order; others follow. All except the labels partition the
    whole; an item with several labels counts for each of them.
    """

    def kind(name: str) -> Callable[[str], tuple[str, ...]]:
        def key_of(key: str) -> tuple[str, ...]:
            ancestor = tree.inherited(key, lambda item: item.kind == name)
            return (ancestor.key if ancestor else "",)

        return key_of

    def team(key: str) -> tuple[str, ...]:
        return (team_of(tree, key),)

    def audience(key: str) -> tuple[str, ...]:
        return (audience_of(tree, key),)

    def milestone(key: str) -> tuple[str, ...]:
        return (tree.items[key].milestone or "",)

    def labels(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tree.items[key].labels)) or ("",)

    return {
        "epic": _grouped(tree, kind("epic"), [*tree.items]),
        "feature": _grouped(tree, kind("feature"), [*tree.items]),
        "milestone": _grouped(tree, milestone, milestones),
        "team": _grouped(tree, team),
        "audience": _grouped(tree, audience),
        "label": _grouped(tree, labels),
    }


def team_of(tree: Outline, key: str) -> str:
    """Return the team of an item or of its nearest parent that has one, "" if there is none."""
    ancestor = tree.inherited(key, lambda item: item.team)
    return (ancestor.team if ancestor else None) or ""


def audience_of(tree: Outline, key: str) -> str:
    """Return the audience of an item or of its nearest parent that has one, else ""."""
    ancestor = tree.inherited(key, lambda item: item.audience)
    return (ancestor.audience if ancestor else None) or ""


def skills_of(tree: Outline, key: str) -> tuple[str, ...]:
    """Return the skills of an item or of its nearest parent that has some."""
    skilled = tree.inherited(key, lambda item: item.skills)
    return tuple(dict.fromkeys(skilled.skills)) if skilled else ()


def hours_left(tree: Outline, keys: Iterable[str]) -> float:
    """Return the remaining hours of these leaf items."""
    return _sum(tree.hours.get(key, 0) for key in tree.open(keys))


def skills_left(tree: Outline, keys: Iterable[str]) -> tuple[str, ...]:
    """Return the skills that the remaining work of these leaf items needs."""
    return tuple(dict.fromkeys(name for key in tree.open(keys) for name in skills_of(tree, key)))


def _grouped(
    tree: Outline, names: Callable[[str], tuple[str, ...]], order: Sequence[str] = ()
) -> tuple[Sum, ...]:
    """Return a sum for each name that a leaf has, in the given order, then as found; "" last."""
    parts: dict[str, list[str]] = {name: [] for name in order}
    for leaf in tree.leaves:
        if leaf.phase is Phase.DROPPED:
            continue
        for name in names(leaf.key):
            parts.setdefault(name, []).append(leaf.key)
    nameless = parts.pop("", [])
    named_sums = [count(name, keys, tree) for name, keys in parts.items() if keys]
    return (*named_sums, *([count("", nameless, tree)] if nameless else []))
