"""Read backlogs in YAML or JSON of other shapes: find the lists of items, and how they nest."""

import re
from collections.abc import Collection, Mapping
from dataclasses import field, replace

from backlog_sync.core.diagnostics import Place
from backlog_sync.dataclass import dataclass
from backlog_sync.files.anchors import NodeAnchor
from backlog_sync.files.draft import Draft, Ref
from backlog_sync.files.fill import Filler, Pair
from backlog_sync.files.foreign.shapes import (
    Shapes,
    group_of,
    has_maps,
    have_parts,
    holds_lists,
    holds_one_item,
    is_slug,
    is_word,
    maps_of,
    name_of_key,
    named_kind,
    one_item,
    period_of,
)
from backlog_sync.files.key_suggestions import title_key
from backlog_sync.files.node_values import short_title, text_of, titled
from backlog_sync.files.outline import Form
from backlog_sync.files.reading.declared import Rule
from backlog_sync.files.source import Lines
from backlog_sync.files.statuses import STATUS_WORDS, meanings
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import (
    RANKS,
    field_of,
    group_kind,
    is_any_list,
    key_words,
    list_kind,
    list_status,
    topics,
    words_of,
)
from backlog_sync.files.yaml.nodes import Entry, ListNode, MapNode, Node, Scalar

_WRAPPERS = 4
"""How many levels of meaningless keys are searched for items."""

_NOISE = frozenset(("noise", "risks", "navigation"))
"""Topics of keys that are not searched for items."""


_TIMES = frozenset(("term", "shelved"))
"""Topics of keys for when something is done, or that it is not."""

_SEVERAL = 2
"""How many named mappings with lists make them parts of the work; a single one is a wrapper."""

_HEAD = re.compile(r"[\[(]?([A-Za-z][\w.-]{0,39}\d[\w.-]{0,20}?)(?=$|[\s:：,;)\]–—])")
"""The code that a text begins with: `US-001, first half`."""

_NUMBERED = re.compile(r"[^\W\d_]{1,20}[ ](\d{1,4})(?=$|[\s:：.,;(（–—-])")
"""A word and a number: `Phase 2: Search`."""

LIST_LEFT = "a list of something else than items"
"""The reason why a list that only has the shape of items is not read."""

_OF_OWNERS = ("description", "goal", "status", "priority", "target")
"""Fields next to the lists of the epic that a file is about."""

_LONGEST_ID = 80
"""Characters of a key that names an item: longer keys are sentences."""
_REFERENCE = re.compile(r"[\w.#-]{1,40}")

_GROUP_OF_TASKS = Rule("", Form.KEY, 0, re.compile(""), what="epic", items="task")
"""A list with its own name below a time, as the settings would declare it."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """A position in the tree: what is above it, and what it inherits.

    `named` is whether the entry above is only the name of a part of the file.
    """

    parent: Draft | None = None
    within: Draft | None = None
    status: tuple[str, Place] | None = None
    inherited: tuple[tuple[str, str, Place], ...] = ()
    scope: str = ""
    depth: int = 0
    shelved: str = ""
    named: bool = False

    @property
    def of_group(self) -> "_Spot":
        """Return the position of a group: inside another one, and not below an item."""
        return replace(self, parent=None, shelved="", named=False)


@dataclass(slots=True)
class TreeReader:
    """Reads the items of one tree, in document order.

    `kinds` and `above` are the declarations of the settings: see `rules.Ruled`. `planned` is
    whether there are lists below a word for a time or a plan: `short_term`, `next`.
    """

    path: str
    lines: Lines
    filler: Filler
    drafts: list[Draft] = field(default_factory=list)
    count: int = 0
    planned: bool = False
    kinds: Mapping[int, Rule] = field(default_factory=dict)
    above: Collection[int] = ()
    shapes: Shapes = field(init=False)

    def read(self, root: Node) -> None:
        """Read all items below the root."""
        self.shapes = Shapes(self.path, self.lines, self.filler, self.kinds)
        rule = self.kinds.get(id(root))
        if rule is not None:
            self._as_ruled(root, rule, None, _Spot())
        elif isinstance(root, ListNode):
            self._list("items", root, "story", _Spot(), known=False)
        elif isinstance(root, MapNode):
            self._mapping(root, _Spot())
        self._second_mentions()

    def place(self, node: Node) -> Place:
        """Return the place of a node."""
        return self.lines.place(self.path, node.start)

    # ---- mappings that are not items -------------------------------------------------------

    def _mapping(self, node: MapNode, spot: _Spot) -> None:
        """Read a mapping that contains lists of items somewhere below."""
        spot = self._owner(node, spot)
        if not spot.depth and spot.parent is None and self.shapes.is_item(node):
            self._item(node, "story", spot, loose=True)
            return
        if kind := self.shapes.is_numbered(node):
            self._entries(node, kind, spot, loose=True)
            return
        keyed = self.shapes.keyed_items(node)
        self.shapes.look_for_lanes(node)
        parts = {id(each) for each in keyed or self.shapes.named_parts(node)}
        if keyed:
            self._entries(_only(node, parts), "story", spot, loose=True)
        elif len(parts) >= _SEVERAL:
            self._groups("milestone", _only(node, parts), spot, scoped=True)
        for entry in node.entries:
            if id(entry.value) not in parts or len(parts) < _SEVERAL:
                self._entry(entry, spot)

    def _entry(self, entry: Entry, spot: _Spot) -> None:
        """Read one key of a mapping that is not an item."""
        key, value = key_words(entry.key.value), entry.value
        rule = self.kinds.get(id(entry))
        if rule is not None:
            self._as_ruled(value, rule, entry.key, spot)
            return
        holds_ruled = id(entry) in self.above
        if one_item(key) and isinstance(value, MapNode):
            return
        if self.shapes.is_list(key, value):
            self._lists(entry, spot, parent_kind="")
        elif self.shapes.is_board(value):
            self._board(value, spot)
        elif isinstance(value, MapNode) and self._is_tree(key, value):
            self._tree(value, spot)
        elif topics(key) & _NOISE and not holds_ruled:
            self._skip(entry, "it holds no items")
        elif isinstance(value, MapNode) and self.shapes.is_one_group(key, value):
            one = ListNode((value,), value.start, value.end, flow=True)
            self._groups(group_of(key.rpartition(" ")[2]) or "milestone", one, spot)
        elif isinstance(value, MapNode) and group_of(key) and (
            self.shapes.named_parts(value, timed=True)
        ):  # fmt: skip
            self._groups("milestone", value, spot)
        elif isinstance(value, MapNode) and (spot.depth < _WRAPPERS or holds_ruled):
            self._wrapper(entry, key, value, spot)
        elif isinstance(value, ListNode) and value.items:
            self._unknown_list(entry, key, value, spot)

    def _board(self, value: Node, spot: _Spot) -> None:
        """Read the columns of a board: their names are statuses, not items."""
        self.planned = True
        for column in maps_of(value):
            inside = replace(spot, status=self.shapes.column_status(column))
            for entry in column.entries:
                key = key_words(entry.key.value)
                if self.shapes.is_list(key, entry.value):
                    kind = _kind_of_list(key) or "story"
                    self._list(key, entry.value, kind, inside, known=True)

    def _is_tree(self, key: str, value: MapNode) -> bool:
        return key in words_of("tree_keys") and self.shapes.tree(value) is not None

    def _tree(self, value: MapNode, spot: _Spot) -> None:
        """Read the items below the root of a tree; the root only names the plan."""
        entry = self.shapes.tree(value)
        assert entry is not None
        parted = any(map(holds_lists, maps_of(entry.value)))
        self._entries(entry.value, "epic" if parted else "story", spot, loose=True)

    def _wrapper(self, entry: Entry, key: str, value: MapNode, spot: _Spot) -> None:
        """Read a mapping with an unknown name, or that of a time: `now`, `short_term`, `done`.

        Lists of unknown names below a time are groups of tasks.
        """
        inside, status = replace(spot, depth=spot.depth + 1), list_status(key)
        if not topics(key) & _TIMES and status is None:
            if holds_lists(value) and key not in words_of("wrapper_keys"):
                inside = replace(inside, scope=key.replace(" ", "-"))
            self._mapping(value, inside)
            return
        self.planned = True
        if status is not None:
            inside = replace(inside, status=(STATUS_WORDS[status], self.place(entry.key)))
        if "shelved" in topics(key):
            inside = replace(inside, shelved=entry.key.value)
        for each in value.entries:
            if id(each) not in self.kinds and self._is_group(each):
                self._as_ruled(each.value, _GROUP_OF_TASKS, each.key, inside)
            else:
                self._entry(each, inside)

    def _is_group(self, entry: Entry) -> bool:
        """Return whether a key with its own name contains a list of items."""
        key, value = key_words(entry.key.value), entry.value
        known = self.shapes.is_list(key, value) or topics(key) or list_status(key)
        return (
            isinstance(value, ListNode)
            and has_maps(value)
            and not known
            and self.shapes.is_plan(value, strict=False)
        )

    def _if_ruled(self, entry: Entry, spot: _Spot) -> None:
        """Read a value that is not a list if the settings declare it or something in it."""
        if id(entry) in self.kinds or id(entry) in self.above:
            self._entry(entry, spot)

    def _as_ruled(self, value: Node, rule: Rule, key: Scalar | None, spot: _Spot) -> None:
        """Read a key as the settings declare it: as an item, or as a container of one kind."""
        if rule.what and isinstance(value, MapNode) and (
            key is None or self.filler.title_of(self.shapes.pairs(value), rule.what)
        ):  # fmt: skip
            self._item(value, rule.what, spot, loose=False)
            return
        if rule.what and key is not None:
            spot = replace(spot, parent=self._by_key(key, rule.what, spot), named=True)
        kind = rule.items or self._child_kind(value, rule.what)
        if rule.items or isinstance(value, ListNode):
            guessed = rule is _GROUP_OF_TASKS
            self._entries(value, kind, spot, loose=guessed, sure=not guessed)
        elif isinstance(value, MapNode):
            self._mapping(value, replace(spot, depth=spot.depth + 1))

    def _by_key(self, key: Scalar, kind: str, spot: _Spot) -> Draft:
        """Add an item that is only the name of a list or a mapping."""
        draft = self._add(kind, short_title(name_of_key(key.value)), self.place(key), spot)
        draft.raw_id = key.value[:_LONGEST_ID]
        return draft

    def _unknown_list(self, entry: Entry, key: str, value: ListNode, spot: _Spot) -> None:
        """Read a list with a meaningless name: groups that contain items, or items."""
        if self.shapes.are_groups(value):
            self._groups("milestone", value, spot, scoped=True)
            return
        shelved = "shelved" in topics(key)
        if self.shapes.is_plan(value, strict=not shelved):
            below = replace(spot, shelved=key if shelved else spot.shelved)
            self._list(key, value, "story", below, known=shelved)
        elif id(entry) in self.above:
            for each in maps_of(value):
                self._mapping(each, replace(spot, depth=spot.depth + 1))
        else:
            self._skip(entry, LIST_LEFT)

    def _owner(self, node: MapNode, spot: _Spot) -> _Spot:
        """Return the position below the owner of the lists: `epic: {…}`, `epic: 1`, `sprint: 2`."""
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
        """Add the epic that a file is about: `epic: 1` and a name next to its issues."""
        titles = [pair for pair in pairs if field_of(pair.key) == "title"]
        title, word = self.filler.title_of(titles, kind), text_of(entry.value)
        name = short_title(text_of(title.value)) if title else word
        draft = self._add(kind, name, self.place(entry.key), spot, node)
        draft.raw_id = word if title else None
        self.filler.fill(draft, [p for p in pairs if field_of(p.key) in _OF_OWNERS], None)
        return draft

    def _second_mentions(self) -> None:
        """Mark texts that only refer to items declared elsewhere as mentions."""
        declared = [d for d in self.drafts if not isinstance(_node(d), Scalar)]
        ids = {each.casefold() for d in declared for each in (d.raw_id, *d.aliases) if each}
        titles = {d.title.casefold() for d in declared if not d.group}
        for draft in self.drafts:
            node = _node(draft)
            word = _mentioned(text_of(node), ids, titles) if isinstance(node, Scalar) else ""
            draft.mention = bool(word)
            owner = draft.parent or draft.within
            if word and owner is not None:
                owner.members.append(Ref(word, draft.place, draft.kind))

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
            spot = replace(spot, status=(STATUS_WORDS[status], self.place(entry.key)))
        if not kind:
            kind = self._child_kind(value, parent_kind)
        if kind == "task" and not parent_kind and spot.within is None and have_parts(value):
            kind = "story"
        bare = not parent_kind and spot.within is None and spot.parent is None
        self._list(key, value, kind, spot, known=not (bare and is_any_list(key)))

    def _child_kind(self, value: Node, parent_kind: str) -> str:
        """Return the kind of the entries of an untyped list: the kind below its parent."""
        if parent_kind == "epic":
            return "feature" if any(map(holds_lists, maps_of(value))) else "story"
        return "story" if parent_kind in ("", "feature") else "task"

    def _list(self, key: str, value: Node, kind: str, spot: _Spot, *, known: bool) -> None:
        if isinstance(value, MapNode):
            self._entries(value, kind, spot, loose=key in words_of("loose_lists"))
            return
        assert isinstance(value, ListNode)
        if not self.shapes.is_plan(value, strict=not known, named=is_any_list(key)):
            for each in filter(holds_lists, maps_of(value)):
                self._mapping(each, replace(spot, depth=spot.depth + 1))
            if value.items:
                self.filler.findings.skip(
                    self.place(value), f"the entries of '{key}' are not items"
                )
            return
        self._entries(
            value, kind, spot, loose=key in words_of("loose_lists") or not _kind_of_list(key)
        )

    def _entries(
        self, value: Node, kind: str, spot: _Spot, *, loose: bool, sure: bool = False
    ) -> None:
        """Read the items of a list, or those of a mapping by their ids."""
        for key, each in _children(value):
            if isinstance(each, MapNode):
                draft = self._item(each, kind, spot, loose=loose, key=key)
                if draft is not None and draft.raw_id is None and key:
                    draft.raw_id = key.value[:_LONGEST_ID]
            elif isinstance(each, Scalar) and key is None and text_of(each):
                self._text(each, kind, spot, sure=sure)

    def _text(self, node: Scalar, kind: str, spot: _Spot, *, sure: bool) -> None:
        """Read an entry that is only a text: the id of another item, or the title of an item."""
        text, owner = text_of(node), spot.parent or spot.within
        named = kind != "task" or any(char.isdigit() for char in text)
        if owner is not None and named and _REFERENCE.fullmatch(text):
            owner.members.append(Ref(text, self.place(node), kind))
        elif kind in ("epic", "feature") and owner is None and not sure:
            self.filler.findings.skip(self.place(node), "a text, but items are mappings")
        else:
            title, rest = titled(text)
            draft = self._add(kind, title, self.place(node), spot, node)
            if rest:
                draft.put("description", rest, draft.place)
            if spot.status is not None:
                draft.put("status", *spot.status)

    def _add(
        self, kind: str, title: str, place: Place, spot: _Spot, node: MapNode | Scalar | None = None
    ) -> Draft:
        """Add an item at its position; write-back finds it by `node`."""
        draft = Draft(kind, title, place, anchor=NodeAnchor(node) if node else None)
        draft.scope, draft.within, draft.shelved = spot.scope, spot.within, spot.shelved
        draft.stood_alone = spot.named
        if spot.parent is not None and spot.parent.rank <= draft.rank:
            draft.parent = spot.parent
        self.drafts.append(draft)
        return draft

    # ---- groups ----------------------------------------------------------------------------

    def _groups(self, group: str, value: Node, spot: _Spot, *, scoped: bool = False) -> None:
        """Read milestones, phases or sprints: their items, or only their definitions.

        If `scoped`, ids are local to them, as in any wrapper.
        """
        self.count += 1
        for key, node in _children(value):
            draft = None
            name = key.value if key else ""
            if isinstance(node, Scalar) and not name:
                draft = self._named_group(node, spot)
            elif isinstance(node, MapNode) and not (
                group == "milestone" and self.shapes.runs(node)
            ):
                draft = self._group(group, name or None, node, spot)
            if draft is not None:
                draft.group, draft.siblings = group, self.count
            if draft is not None and isinstance(node, MapNode):
                scope = key_words(name).replace(" ", "-") if scoped and name else spot.scope
                below = replace(spot, within=draft, scope=scope, named=scoped)
                self._members(node, _done_with(draft, below))

    def _group(self, group: str, key: str | None, node: MapNode, spot: _Spot) -> Draft | None:
        pairs = self.shapes.pairs(node)
        title = self.filler.title_of(pairs, "")
        if key and title and field_of(title.key) != "title" and name_of_key(key) != key:
            title = None
        ids = self.filler.ids_of(pairs, "epic")
        raw = ids[0] if ids else key
        name = short_title(text_of(title.value)) if title else period_of(pairs) or raw
        name = name_of_key(key) if name and name == key else name
        if not name:
            self.filler.findings.skip(self.place(node), f"a {group} without a name")
            self._mapping(node, replace(spot, depth=spot.depth + 1))
            return None
        draft = self._add("epic", name, self._start(node), spot.of_group, node)
        draft.raw_id = raw
        goals = {id(entry.value) for entry in node.entries if self.shapes.are_goals(entry)}
        fields = [p for p in pairs if not self.shapes.is_list(key_words(p.key), p.value)
                  and id(p.value) not in goals]  # fmt: skip
        self.filler.fill(draft, [p for p in fields if field_of(p.key)], title)
        draft.fields.pop("milestone", None)
        draft.parents.clear()
        draft.bare = {key_words(pair.key) for pair in pairs} <= words_of("milestone_keys")
        return draft

    def _members(self, node: MapNode, below: _Spot) -> None:
        """Read the members of a group."""
        for entry in node.entries:
            is_list = self.shapes.is_list(key_words(entry.key.value), entry.value)
            if is_list and id(entry) not in self.kinds:
                self._lists(entry, below, parent_kind="")
            elif self.shapes.are_goals(entry):
                self._list("goals", entry.value, "task", below, known=True)
            else:
                self._if_ruled(entry, below)

    def _named_group(self, node: Scalar, spot: _Spot) -> Draft | None:
        """Read a group that is only a text: `Phase 2: Search`; items refer to its number."""
        number = _NUMBERED.match(text_of(node))
        if number is None:
            return None
        draft = self._add("epic", short_title(text_of(node)), self.place(node), spot.of_group)
        draft.raw_id = number[1]
        return draft

    # ---- items -----------------------------------------------------------------------------

    def _item(
        self, node: MapNode, kind: str, spot: _Spot, *, loose: bool, key: Scalar | None = None
    ) -> Draft | None:
        """Read the item of a mapping; without a title it is named by the words of its `key`."""
        if node.shared:
            self.filler.findings.skip(self.place(node), "an alias: items must be written out")
            return None
        pairs = [p for p in self.shapes.pairs(node)
                 if not self.shapes.is_list(key_words(p.key), p.value)
                 or field_of(p.key) in ("depends_on", "acceptance_criteria")]  # fmt: skip
        kind = self.filler.kind_of(pairs, kind, loose=loose)
        kind = named_kind(node, pairs) or kind
        title = self.filler.title_of(pairs, kind)
        word = key.value if key and is_word(key.value) else ""
        described = title is not None and field_of(title.key) == "description" and is_slug(word)
        if key and word and (title is None or described):
            name, start, title = name_of_key(word), self.place(key), None
        elif title is not None:
            name, start = titled(text_of(title.value))[0], self._start(node)
        else:
            self._untitled(node, kind, pairs, spot)
            return None
        draft = self._add(kind, name, start, spot, node)
        self.filler.name(draft, pairs)
        draft.local = spot.parent is not None
        self.filler.fill(draft, pairs, title)
        draft.places["title"] = title.place if title else draft.place
        if spot.status is not None:
            draft.put("status", *spot.status)
        for each in spot.inherited:
            draft.put(*each)
        self._below(node, draft, spot)
        return draft

    def _untitled(self, node: MapNode, kind: str, pairs: list[Pair], spot: _Spot) -> None:
        """Report a mapping without a title, which is not an item; read the items in it."""
        self.filler.findings.skip(self.place(node), "no title")
        texts = {pair.key: text for pair in pairs if (text := text_of(pair.value))}
        ids, meant = self.filler.ids_of(pairs, kind), title_key(texts)
        if ids or meant:
            what = "entries without a title are left out"
            written = shown(texts[meant]) if meant else "…"
            hint = f"write `title: {written}`"
            sample = meant or ids[0]
            self.filler.findings.warn(self.place(node), "missing-title", what, sample, hint)
        if holds_lists(node):
            self._mapping(node, replace(spot, depth=spot.depth + 1))

    def _below(self, node: MapNode, draft: Draft, spot: _Spot) -> None:
        """Read the lists of an item."""
        below = replace(spot, parent=draft, status=None, named=False)
        for entry in node.entries:
            key = key_words(entry.key.value)
            if id(entry) in self.kinds or not self.shapes.is_list(key, entry.value):
                self._if_ruled(entry, below)
                continue
            if field_of(key) in ("depends_on", "acceptance_criteria"):
                continue
            kind = _kind_of_list(key)
            if kind and RANKS[kind] < draft.rank and has_maps(entry.value):
                self._skip(entry, f"'{shown(key)}' is not allowed below a {draft.kind}")
                continue
            if kind == "feature" and draft.rank > RANKS[kind] and _are_sentences(entry.value):
                pair = Pair(entry.key.value, entry.value, self.place(entry.key))
                self.filler.take(draft, pair, "acceptance_criteria")
                continue
            if draft.kind == "epic" and self.shapes.are_steps(key, entry.value):
                self._list(key, entry.value, self._child_kind(entry.value, draft.kind), below,
                           known=True)  # fmt: skip
                continue
            self._lists(entry, below, parent_kind=draft.kind)

    def _start(self, node: MapNode) -> Place:
        if node.flow or not node.entries:
            return self.place(node)
        return self.place(node.entries[0].key)

    def _skip(self, entry: Entry, reason: str) -> None:
        self.filler.findings.skip(self.place(entry.key), f"'{shown(entry.key.value)}': {reason}")


def _children(value: Node) -> list[tuple[Scalar | None, Node]]:
    """Return the entries of a list, or those of a mapping with their keys."""
    if isinstance(value, MapNode):
        return [(entry.key, entry.value) for entry in value.entries]
    return [(None, each) for each in value.items] if isinstance(value, ListNode) else []


def _are_sentences(value: Node) -> bool:
    """Return whether a list contains texts that do not name items, such as features of a task."""
    nodes = value.items if isinstance(value, ListNode) else ()
    return bool(nodes) and all(not _REFERENCE.fullmatch(text_of(node)) for node in nodes)


def _done_with(group: Draft, spot: _Spot) -> _Spot:
    """Return the position inside a group that is done, so that its items are done by default."""
    status = group.fields.get("status")
    done = isinstance(status, str) and "done" in meanings(status)
    return replace(spot, status=("Done", group.places["status"])) if done else spot


def _node(draft: Draft) -> MapNode | Scalar | None:
    return draft.anchor.node if isinstance(draft.anchor, NodeAnchor) else None


def _mentioned(text: str, ids: set[str], titles: set[str]) -> str:
    """Return the id or title of another item that a text is or begins with; otherwise empty."""
    if text.casefold() in titles:
        return text
    head = _HEAD.match(text)
    return head[1] if head and head[1].casefold() in ids else ""


def _only(node: MapNode, values: set[int]) -> MapNode:
    """Return a mapping with only those of its entries that have these values."""
    return replace(node, entries=tuple(e for e in node.entries if id(e.value) in values))


def _kind_of_list(key: str) -> str:
    """Return the kind that a list's key names; empty if it accepts any."""
    kind = list_kind(key)
    return "" if kind in (None, "any") else str(kind)
