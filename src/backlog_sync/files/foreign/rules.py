"""Apply the keys and columns under `reading:` to a YAML or JSON tree before it is read."""

from collections.abc import Collection, Mapping
from dataclasses import field, replace
from typing import TypeAlias

from backlog_sync.dataclass import dataclass
from backlog_sync.files.reading.declared import Declared, Rule
from backlog_sync.files.yaml.nodes import Entry, ListNode, MapNode, Node

_Keys: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ruled:
    """A tree after applying the settings: without ignored parts, keys of records named by field.

    `kinds` maps entries, and the root, to the rules that declare what they contain; `above` are the
    entries that contain such entries. Both use the identity of the nodes.
    """

    root: Node
    kinds: Mapping[int, Rule]
    above: Collection[int]


def ruled(root: Node, rules: Declared) -> Ruled:
    """Return a tree with the settings about its keys applied."""
    walk = _Walk(rules)
    rule = rules.of_key(())
    if rule is not None and rule.ignored:
        return Ruled(ListNode((), root.start, root.end, flow=True), {}, ())
    tree = walk.value(root, (), rule)
    if rule is not None and (rule.what or rule.items):
        walk.kinds[id(tree)] = rule
    return Ruled(tree, walk.kinds, walk.above)


@dataclass(slots=True)
class _Walk:
    rules: Declared
    kinds: dict[int, Rule] = field(default_factory=dict)
    above: set[int] = field(default_factory=set)

    def value(self, value: Node, keys: _Keys, rule: Rule | None) -> Node:
        """Return the value of a key, with its rule applied to the record, or the records in it."""
        if rule is None or rule.what or not isinstance(value, MapNode):
            return self._node(value, keys, rule)
        entries = (replace(e, value=self._node(e.value, (*keys, e.key.value), rule))
                   for e in value.entries)  # fmt: skip
        return replace(value, entries=tuple(entries))

    def _node(self, node: Node, keys: _Keys, record: Rule | None) -> Node:
        if isinstance(node, ListNode):
            return replace(node, items=tuple(self._node(e, keys, record) for e in node.items))
        if not isinstance(node, MapNode):
            return node
        entries = (self._entry(entry, keys, record) for entry in node.entries)
        return replace(node, entries=tuple(entry for entry in entries if entry is not None))

    def _entry(self, entry: Entry, keys: _Keys, record: Rule | None) -> Entry | None:
        name = record.read_as(entry.key.value) if record else entry.key.value
        keys = (*keys, entry.key.value)
        rule = self.rules.of_key(keys)
        if not name or (rule is not None and rule.ignored):
            return None
        before = len(self.kinds)
        value = self.value(entry.value, keys, rule)
        changed = replace(entry, key=replace(entry.key, value=name), value=value)
        if len(self.kinds) > before:
            self.above.add(id(changed))
        if rule is not None and (rule.what or rule.items):
            self.kinds[id(changed)] = rule
        return changed
