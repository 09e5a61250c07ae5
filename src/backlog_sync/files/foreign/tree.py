"""Backlogs in YAML or JSON of other shapes: which lists hold items, and how they nest."""

import re
from dataclasses import dataclass, field, replace

from backlog_sync.core.diagnostics import Place
from backlog_sync.files.anchors import TreeAnchor
from backlog_sync.files.draft import Draft, Findings, Ref
from backlog_sync.files.fill import Filler, Pair
from backlog_sync.files.foreign.shapes import (
    Shapes,
    has_maps,
    have_parts,
    holds_lists,
    holds_one_item,
    named_kind,
    one_item,
    period_of,
)
from backlog_sync.files.node_values import short_title, text_of
from backlog_sync.files.source import Lines
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import (
    RANKS,
    field_of,
    group_kind,
    is_any_list,
    key_words,
    list_kind,
    list_status,
    listed,
    topics,
)
from backlog_sync.files.yaml.nodes import Entry, ListNode, MapNode, Node, Scalar

_WRAPPERS = 4
"""How deep items are looked for below keys that say nothing of items."""

_PLAIN_WRAPPERS = listed("backlog|project|product|roadmap|plan|data")
"""Wrappers whose names tell nothing; those of others may part ids, as taskmaster's tags do."""

_MILESTONE_KEYS = listed("id|number|name|title|description|due|due on|due date|state|status|url")
"""Keys of GitHub's own milestones: what says no more is only a milestone, never an epic."""

_LOOSE = listed(
    "issues|issue list|items|entries|children|backlog|product backlog|backlog items|tickets|cards|"
    "pbis|work items|workitems|work|elements|課題|イシュー|sprint backlog"
)
"""Lists whose entries may say of what kind they are."""

_NOISE = frozenset(("noise", "risks", "navigation"))
"""Topics below which no items are looked for."""

_STATUSES = {"done": "Done", "progress": "In Progress", "todo": "Todo"}

_REFERENCE = re.compile(r"[\w.#-]{1,40}")


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where in the tree we are: what stands above, what is inherited."""

    parent: Draft | None = None
    within: Draft | None = None
    status: tuple[str, Place] | None = None
    inherited: tuple[tuple[str, str, Place], ...] = ()
    scope: str = ""
    depth: int = 0
    shelved: str = ""


@dataclass(slots=True)
class TreeReader:
    """Reads the items of one tree, in document order."""

    path: str
    lines: Lines
    findings: Findings
    filler: Filler
    drafts: list[Draft] = field(default_factory=list)
    count: int = 0
    shapes: Shapes = field(init=False)

    def __post_init__(self) -> None:
        self.shapes = Shapes(self.path, self.lines, self.filler)

    def read(self, root: Node) -> None:
        """Read all items below the root."""
        if isinstance(root, ListNode):
            self._list("items", root, "story", _Spot(), known=False)
        elif isinstance(root, MapNode):
            self._mapping(root, _Spot())
        self.filler.efforts.settle(self.findings)

    def place(self, node: Node) -> Place:
        """Where a node stands."""
        return self.lines.place(self.path, node.start)

    # ---- mappings that are no items --------------------------------------------------------

    def _mapping(self, node: MapNode, spot: _Spot) -> None:
        """A mapping that holds lists of items somewhere below."""
        spot = self._owner(node, spot)
        if not spot.depth and spot.parent is None and self.shapes.is_item(node):
            self._item(node, "story", spot, loose=True)
            return
        for entry in node.entries:
            key, value = key_words(entry.key.value), entry.value
            if one_item(key) and isinstance(value, MapNode):
                continue
            if self.shapes.is_list(key, value):
                self._lists(entry, spot, parent_kind="")
            elif topics(key) & _NOISE:
                self._skip(entry, "it holds no items")
            elif isinstance(value, MapNode) and self.shapes.parts_work(value):
                self._groups("milestone", value, spot)
            elif isinstance(value, MapNode) and spot.depth < _WRAPPERS:
                tag = holds_lists(value) and key not in _PLAIN_WRAPPERS
                scope = key.replace(" ", "-") if tag else spot.scope
                self._mapping(value, replace(spot, depth=spot.depth + 1, scope=scope))
            elif isinstance(value, ListNode) and value.items:
                shelved = "shelved" in topics(key)
                if self.shapes.is_plan(value, strict=not shelved):
                    shelf = key if shelved else spot.shelved
                    below = replace(spot, shelved=shelf)
                    self._list(key, value, "story", below, known=shelved)
                else:
                    self._skip(entry, "a list of something else than items")

    def _owner(self, node: MapNode, spot: _Spot) -> _Spot:
        """What stands beside the lists and owns them: `epic: {…}`, `epic: 1`, `sprint: 2`."""
        if not holds_lists(node) and not holds_one_item(node):
            return spot
        pairs = self.shapes.pairs(node)
        for entry in node.entries:
            key = key_words(entry.key.value)
            kind = one_item(key)
            if kind is None or _kind_of_list(key):
                continue
            if isinstance(entry.value, MapNode):
                draft = self._item(entry.value, kind, spot, loose=False)
            elif text_of(entry.value):
                draft = self._named_by(node, entry, kind, pairs, spot)
            else:
                continue
            if draft is not None:
                return replace(spot, parent=draft)
        for pair in pairs:
            name, text = field_of(pair.key), text_of(pair.value)
            if name in ("sprint", "milestone") and isinstance(pair.value, Scalar) and text:
                title = f"Sprint {text}" if name == "sprint" and text.isdecimal() else text
                if key_words(pair.key) != "version":
                    spot = replace(spot, inherited=(*spot.inherited, (name, title, pair.place)))
        return spot

    def _named_by(
        self, node: MapNode, entry: Entry, kind: str, pairs: list[Pair], spot: _Spot
    ) -> Draft:
        """An epic that a file is about: `epic: 1` and a name beside its issues."""
        title = self.filler.title_of(
            [pair for pair in pairs if field_of(pair.key) == "title"], kind
        )
        word = text_of(entry.value)
        draft = Draft(kind, short_title(text_of(title.value)) if title else word,
                      self.place(entry.key), anchor=TreeAnchor(node), scope=spot.scope)  # fmt: skip
        draft.raw_id = word if title else None
        for pair in pairs:
            if field_of(pair.key) in ("description", "goal", "status", "priority", "target"):
                self.filler.fill(draft, [pair], None)
        self.drafts.append(draft)
        return draft

    # ---- lists -----------------------------------------------------------------------------

    def _lists(self, entry: Entry, spot: _Spot, parent_kind: str) -> None:
        """Read a list by its key's meaning."""
        key, value = key_words(entry.key.value), entry.value
        group = group_kind(key)
        if group is not None:
            self._groups(group, value, spot)
            return
        kind, status = _kind_of_list(key), list_status(key)
        if status is not None and not kind:
            spot = replace(spot, status=(_STATUSES[status], self.place(entry.key)))
        if not kind:
            kind = self._child_kind(value, parent_kind)
        if kind == "task" and not parent_kind and spot.within is None and have_parts(value):
            kind = "story"
        bare = not parent_kind and spot.within is None and spot.parent is None
        self._list(key, value, kind, spot, known=not (bare and is_any_list(key)))

    def _child_kind(self, value: Node, parent_kind: str) -> str:
        """What entries of a list of any kind are: what stands below their parent."""
        if parent_kind == "epic":
            nested = isinstance(value, ListNode) and any(
                isinstance(each, MapNode) and holds_lists(each) for each in value.items
            )
            return "feature" if nested else "story"
        if parent_kind in ("", "feature"):
            return "story"
        return "task"

    def _list(self, key: str, value: Node, kind: str, spot: _Spot, *, known: bool) -> None:
        if isinstance(value, MapNode):
            for entry in value.entries:
                if isinstance(entry.value, MapNode):
                    draft = self._item(entry.value, kind, spot, loose=key in _LOOSE)
                    if draft is not None and draft.raw_id is None:
                        draft.raw_id = entry.key.value[:80]
            return
        assert isinstance(value, ListNode)
        if not self.shapes.is_plan(value, strict=not known):
            if value.items:
                self.findings.skip(self.place(value), f"the entries of '{key}' are no items")
            return
        loose = key in _LOOSE or not _kind_of_list(key)
        for each in value.items:
            if isinstance(each, MapNode):
                self._item(each, kind, spot, loose=loose)
            elif isinstance(each, Scalar):
                self._text(each, kind, spot)

    def _text(self, node: Scalar, kind: str, spot: _Spot) -> None:
        """An entry that is only a text: another item by its id, or an item by its title."""
        text = text_of(node)
        if not text:
            return
        owner = spot.parent or spot.within
        holder = spot.within if spot.parent is None else spot.parent
        if (
            holder is not None
            and _REFERENCE.fullmatch(text)
            and (kind != "task" or any(char.isdigit() for char in text))
        ):
            holder.members.append(Ref(text, self.place(node), kind))
            return
        if kind in ("epic", "feature") and owner is None:
            self.findings.skip(self.place(node), "a text alone, where items are mappings")
            return
        draft = Draft(kind, short_title(text), self.place(node), anchor=TreeAnchor(node))
        if len(text) > len(draft.title) + 1:
            draft.put("description", text, draft.place)
        self._set(draft, spot)
        self.drafts.append(draft)

    # ---- groups ----------------------------------------------------------------------------

    def _groups(self, group: str, value: Node, spot: _Spot) -> None:
        """Milestones, phases or sprints: what they hold, or that they are only defined."""
        entries: list[tuple[str | None, MapNode]] = []
        if isinstance(value, ListNode):
            entries = [(None, each) for each in value.items if isinstance(each, MapNode)]
        elif isinstance(value, MapNode):
            entries = [(e.key.value, e.value) for e in value.entries
                       if isinstance(e.value, MapNode)]  # fmt: skip
        siblings = self.count = self.count + 1
        for key, node in entries:
            pairs = self.shapes.pairs(node)
            if group == "milestone" and self.shapes.runs(node):
                continue
            title = self.filler.title_of(pairs, "")
            ids = self.filler.ids_of(pairs, "epic")
            raw = ids[0] if ids else key
            name = short_title(text_of(title.value)) if title else period_of(pairs) or raw
            if not name:
                self.findings.skip(self.place(node), f"a {group} without a name")
                self._mapping(node, replace(spot, depth=spot.depth + 1))
                continue
            draft = Draft("epic", name, self._start(node), anchor=TreeAnchor(node), group=group)
            draft.raw_id, draft.scope, draft.within = raw, spot.scope, spot.within
            fields = [p for p in pairs if not self.shapes.is_list(key_words(p.key), p.value)]
            self.filler.fill(draft, [p for p in fields if field_of(p.key)], title)
            draft.fields.pop("milestone", None)
            draft.parents.clear()
            draft.siblings = siblings
            draft.bare = {key_words(pair.key) for pair in pairs} <= _MILESTONE_KEYS
            self.drafts.append(draft)
            below = replace(spot, within=draft)
            for entry in node.entries:
                if self.shapes.is_list(key_words(entry.key.value), entry.value):
                    self._lists(entry, below, parent_kind="")

    # ---- items -----------------------------------------------------------------------------

    def _item(self, node: MapNode, kind: str, spot: _Spot, *, loose: bool) -> Draft | None:
        if node.shared:
            self.findings.skip(self.place(node), "an alias: an item stands where it is written")
            return None
        pairs = [p for p in self.shapes.pairs(node)
                 if not self.shapes.is_list(key_words(p.key), p.value)
                 or field_of(p.key) in ("depends_on", "acceptance_criteria")]  # fmt: skip
        kind = self.filler.kind_of(pairs, kind, loose=loose)
        kind = named_kind(node, pairs) or kind
        title = self.filler.title_of(pairs, kind)
        if title is None:
            self.findings.skip(self.place(node), "no title")
            if ids := self.filler.ids_of(pairs, kind):
                self.findings.warn(self.place(node), "missing-title",
                                   "entries without a title are left out",
                                   ids[0])  # fmt: skip
            return None
        draft = Draft(kind, short_title(text_of(title.value)), self._start(node))
        draft.anchor = TreeAnchor(node)
        self.filler.name(draft, pairs)
        draft.local = spot.parent is not None
        self._set(draft, spot)
        self.filler.fill(draft, pairs, title)
        draft.places["title"] = title.place
        if spot.status is not None:
            draft.put("status", *spot.status)
        for name, value, place in spot.inherited:
            draft.put(name, value, place)
        self.drafts.append(draft)
        self._below(node, draft, spot)
        return draft

    def _below(self, node: MapNode, draft: Draft, spot: _Spot) -> None:
        """The lists of an item."""
        below = replace(spot, parent=draft, status=None)
        for entry in node.entries:
            key = key_words(entry.key.value)
            if not self.shapes.is_list(key, entry.value):
                continue
            if field_of(key) in ("depends_on", "acceptance_criteria"):
                continue
            kind = _kind_of_list(key)
            if kind and RANKS[kind] < draft.rank and has_maps(entry.value):
                self._skip(entry, f"'{shown(key)}' cannot stand below a {draft.kind}")
                continue
            self._lists(entry, below, parent_kind=draft.kind)

    def _set(self, draft: Draft, spot: _Spot) -> None:
        """Where an item stands."""
        draft.scope, draft.within, draft.shelved = spot.scope, spot.within, spot.shelved
        if spot.parent is not None and spot.parent.rank <= draft.rank:
            draft.parent = spot.parent

    def _start(self, node: MapNode) -> Place:
        if node.flow or not node.entries:
            return self.place(node)
        return self.place(node.entries[0].key)

    def _skip(self, entry: Entry, reason: str) -> None:
        self.findings.skip(self.place(entry.key), f"'{shown(entry.key.value)}': {reason}")


def _kind_of_list(key: str) -> str:
    """The kind that a key of a list names; empty where it takes any."""
    kind = list_kind(key)
    return "" if kind in (None, "any") else str(kind)
