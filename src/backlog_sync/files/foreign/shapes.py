"""Classify the nodes of another tool's tree by shape: list of items, group, item, or other."""

import re
from collections.abc import Collection
from dataclasses import field

from backlog_sync.core.diagnostics import Place
from backlog_sync.dataclass import dataclass
from backlog_sync.files.fill import Filler, Pair
from backlog_sync.files.node_values import has_value, text_of
from backlog_sync.files.source import Lines
from backlog_sync.files.statuses import meanings
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
    type_word,
    words_of,
)
from backlog_sync.files.yaml.nodes import Entry, ListNode, MapNode, Node, Scalar

_CODE = re.compile(r"[A-Z][A-Z0-9]{0,9}-?\d{1,6}(?![A-Za-z0-9])")
"""A tracker's id."""

_NUMBER = re.compile(r"(?:([^\W\d_]{1,20})[ _-]?)?\d{1,4}")
"""A key that counts: `3`, `task_3`."""

_ORDER = re.compile(r"\d{1,3}[._) -]+(?=[^\W\d_])")
_SPELLED = re.compile(r"[^\W\d_]{2}")

_SLUG = re.compile(r"(?=.{0,60}[ _-][^\W\d_]{2})[^\W\d_]{2,40}(?:[ _-][^\W_]{1,40}){1,15}")
"""Several words that are joined like a name."""

_EVIDENCE = listed("record_evidence")
"""Fields that the entries of a list with an unknown name must have to be items."""

_STRONG = frozenset(("acceptance_criteria", "user_story", "i_want", "story_points"))
"""Fields that only a plan has: one of them is enough."""

_WORTH = frozenset((*_STRONG, "priority", "depends_on", "estimate", "done"))
"""Fields that are only declared for planned work."""

_OF_PARTS = frozenset(("status", "milestone", "done", "definition_of_done"))

_SHORTEST = 3
"""Characters; a shorter word is a code."""

_PROOF = 2
"""How many fields that only a plan has identify an item below a meaningless name."""

_TO_DO = frozenset(("plan", "tasks", "deliverables"))
"""Topics of keys in a group that lists what is to do."""

_OWNERS = ("epic", "feature", "story", "initiative")


@dataclass(frozen=True, slots=True)
class Shapes:
    """Classifies the nodes of one file.

    `ruled` are entries that the settings declare: they are not fields. `lanes` are mappings of
    items by name, below keys that are statuses.
    """

    path: str
    lines: Lines
    filler: Filler
    ruled: Collection[int] = ()
    lanes: set[int] = field(default_factory=set)

    def look_for_lanes(self, node: MapNode) -> None:
        """Note mappings with names below keys that are statuses, if there are several statuses.

        A single one (`active`) may mean anything; `done` next to `planned` describes work.
        """
        statuses = {id(e.value): list_status(e.key.value) for e in node.entries
                 if isinstance(e.value, MapNode) and _are_slugs(e.value)}  # fmt: skip
        lanes = [each for each, status in statuses.items() if status]
        if len({statuses[each] for each in lanes}) > 1:
            self.lanes.update(lanes)

    def pairs(self, node: MapNode) -> list[Pair]:
        """Return the pairs of a mapping, with those of Jira's `fields:`."""
        pairs = []
        for entry in node.entries:
            inner = entry.value
            if entry.key.value == "fields" and isinstance(inner, MapNode):
                pairs += [Pair(e.key.value, e.value, self._place(e.key)) for e in inner.entries]
            elif entry.own and id(entry) not in self.ruled:
                pairs.append(Pair(entry.key.value, inner, self._place(entry.key)))
        return pairs

    def is_list(self, key: str, value: Node) -> bool:
        """Return whether a key and its value are a list of items or of groups."""
        if isinstance(value, MapNode):
            named = is_known_list(key) or id(value) in self.lanes
            return named and self._keyed(value)
        if not isinstance(value, ListNode) or not value.items:
            return False
        return is_known_list(key) or (is_loose_list(key) and has_maps(value))

    def _keyed(self, value: MapNode) -> bool:
        """Return whether a mapping contains items by their ids, or by their titles."""
        if not value.entries:
            return False
        titled = [
            each.value for each in value.entries
            if isinstance(each.value, MapNode) and not self.runs(each.value)
            and (self.filler.title_of(self.pairs(each.value), "")
                 or (is_word(each.key.value) and self._proof(each.value)))
        ]  # fmt: skip
        return len(titled) * 2 > len(value.entries)

    def keyed_items(self, value: MapNode) -> list[MapNode]:
        """Return the items that most keys of a mapping name, whatever its own name is.

        Each has words as its key, and fields that only a plan has, as in a list without a name.
        """
        maps = [entry.value for entry in value.entries
                if is_slug(entry.key.value) and isinstance(entry.value, MapNode)]  # fmt: skip
        work = [each for each in maps if self._proof(each) >= _PROOF and not self.runs(each)
                and self._is_planned(each)]  # fmt: skip
        many = len(work) > 1 and len(work) * 2 > len(value.entries)
        return maps if many and len(work) * 2 > len(maps) else []

    def named_parts(self, value: MapNode, *, timed: bool = False) -> list[MapNode]:
        """Return the mappings that have a name and contain lists, and are not a list by their key.

        Their key is their name if they have no other. Unless they are `timed`, items with ids speak
        against it, because their container may be a tag or a view.
        """
        return [
            each.value
            for each in value.entries
            if isinstance(each.value, MapNode)
            and not is_known_list(each.key.value)
            and one_item(key_words(each.key.value)) is None
            and (self._is_part(each.value) or self._is_named_by_key(each, timed=timed))
        ]

    def _is_named_by_key(self, entry: Entry, *, timed: bool) -> bool:
        """Return whether the key of a mapping with items is its only name: `auth: {tasks: […]}`.

        Price plans have features, too, and menus have items: only below a time these are work.
        """
        key, node = key_words(entry.key.value), entry.value
        spoken = key in words_of("wrapper_keys") or topics(key) or list_status(key)
        if spoken or not isinstance(node, MapNode) or self.runs(node):
            return False
        lists = [e.value for e in node.entries
                 if (kind := list_kind(e.key.value)) and has_value(e.value)
                 and (timed or RANKS.get(kind, 0) >= RANKS["story"])]  # fmt: skip
        nodes = [each for value in lists if isinstance(value, ListNode) for each in value.items]
        bare = timed or not any(isinstance(each, MapNode) and each.get("id") for each in nodes)
        texts = all(isinstance(each, Scalar | MapNode) for each in nodes)
        titled = any(field_of(each.key.value) == "title" for each in node.entries)
        return bool(nodes) and bare and texts and not titled

    def is_one_group(self, key: str, value: MapNode) -> bool:
        """Return whether a mapping is one period by its key: `active_phase: {name, tasks}`."""
        if group_of(key.rpartition(" ")[2]) is None or self.runs(value):
            return False
        titled = any(field_of(pair.key) == "title" for pair in self.pairs(value))
        return titled and (holds_lists(value) or any(map(self.are_goals, value.entries)))

    def are_groups(self, value: ListNode) -> bool:
        """Return whether the entries of a list of an unknown name are groups: named, with lists."""
        maps = maps_of(value)
        parts = [each for each in maps if self._is_part(each)]
        return bool(parts) and len(maps) == len(value.items) and len(parts) * 2 >= len(maps)

    def _is_part(self, node: MapNode) -> bool:
        titled = any(field_of(pair.key) == "title" and text_of(pair.value)
                     for pair in self.pairs(node))  # fmt: skip
        return titled and holds_lists(node) and not self.runs(node) and not self._plans(node)

    def _plans(self, node: MapNode) -> bool:
        """Return whether a mapping has fields of an item itself: a priority, an owner, criteria.

        A part of the work may have a status, dates, and a definition of done.
        """
        return bool(_filled_fields(node) & (_EVIDENCE - _OF_PARTS))

    def are_steps(self, key: str, value: Node) -> bool:
        """Return whether milestones of an epic are its parts: ids or statuses, but no due dates."""
        if group_kind(key) != "milestone" or not isinstance(value, ListNode):
            return False
        fields = [_filled_fields(each) for each in maps_of(value)]
        dated = any(names & {"target", "start"} for names in fields)
        return (
            bool(fields) and not dated and all(names & {"id", "status", "done"} for names in fields)
        )

    def is_numbered(self, node: MapNode) -> str:
        """Return the kind of the items that a mapping numbers: `1`, `2` or `task1`, `task2`."""
        matches = [_NUMBER.fullmatch(entry.key.value) for entry in node.entries]
        words = {match[1] or "" if match else None for match in matches}
        maps = [entry.value for entry in node.entries if isinstance(entry.value, MapNode)]
        word = type_word(next(iter(words), None) or "")
        counted = words == {""} or (len(words) == 1 and word is not None and not word.weak)
        if not counted or len(maps) < max(2, len(node.entries)):
            return ""
        work = [each for each in maps if self._proof(each)]
        named = all(self.filler.title_of(self.pairs(each), "") for each in maps)
        return (word.kind if word else "story") if named and len(work) * 2 > len(maps) else ""

    def tree(self, value: MapNode) -> Entry | None:
        """Return the list below the root of a tree, if it describes work."""
        for entry in value.entries:
            if is_any_list(entry.key.value) and isinstance(entry.value, ListNode):
                maps = maps_of(entry.value)
                work = [each for each in maps if self._proof(each)]
                return entry if len(work) * 2 > len(maps) else None
        return None

    def column_status(self, node: MapNode) -> tuple[str, Place] | None:
        """Return the status that a column of a board is named after, with its place."""
        titled = any(field_of(entry.key.value) == "title" for entry in node.entries)
        for entry in node.entries:
            key, text = key_words(entry.key.value), text_of(entry.value)
            own = key in words_of("column_names") and not (titled and field_of(key) == "status")
            if own and text and meanings(text):
                return text, self._place(entry.value)
        return None

    def is_board(self, value: Node) -> bool:
        """Return whether a list contains columns: most are named after a status."""
        maps = maps_of(value)
        named = [each for each in maps if self.column_status(each) and not self._plans(each)]
        return len(maps) >= 2 and all(map(holds_lists, maps)) and len(named) * 2 >= len(maps)

    def are_goals(self, entry: Entry) -> bool:
        """Return whether a key of a group such as `goals` contains work: titled, with boxes."""
        value = entry.value
        maps = maps_of(value)
        checked = field_of(entry.key.value) == "acceptance_criteria" and maps
        listed = checked and all(each.get("task") for each in maps)
        if not isinstance(value, ListNode) or not (topics(entry.key.value) & _TO_DO or listed):
            return False
        work = [each for each in maps if self._proof(each)]
        return bool(work) and len(work) * 2 > len(value.items) and self.is_plan(value, strict=False)

    def is_item(self, node: MapNode) -> bool:
        """Return whether a mapping without lists is an item: titled, with fields of a plan."""
        if holds_lists(node):
            return False
        pairs = self.pairs(node)
        names = {field_of(pair.key) for pair in pairs}
        titled = "title" in names or "i_want" in names
        score = len(names & _EVIDENCE)
        strong = bool(names & _STRONG)
        return titled and strong and score >= 2 and not self.runs(node)

    def is_plan(self, value: ListNode, *, strict: bool, named: bool = False) -> bool:
        """Return whether the entries of a list look like planned work.

        Below a key that is one of lists of items (`named`), an id such as `WEB-12` is evidence for
        it.
        """
        maps = maps_of(value)
        if not maps:
            return not strict
        titled = [each for each in maps if self.filler.title_of(self.pairs(each), "")]
        running = [each for each in maps if self.runs(each)]
        if len(titled) * 2 <= len(maps) or len(running) * 2 >= len(maps):
            return False
        if not strict:
            return True
        work = [each for each in maps if self._proof(each) + (named and self._coded(each)) >= 2]
        return len(work) * 2 > len(maps)

    def _is_planned(self, node: MapNode) -> bool:
        """Return whether a mapping declares the state or value of work, not of a service."""
        pairs = {field_of(pair.key): text_of(pair.value) for pair in self.pairs(node)}
        return bool(pairs.keys() & _WORTH or meanings(pairs.get("status") or ""))

    def _coded(self, node: MapNode) -> bool:
        ids = self.filler.ids_of(self.pairs(node), "")
        return bool(ids) and _CODE.match(ids[0]) is not None

    def _proof(self, node: MapNode) -> int:
        """Return how many fields that only a plan has are in a mapping."""
        pairs = self.pairs(node)
        names = {field_of(pair.key) for pair in pairs}
        score = len(names & _EVIDENCE) + bool(names & _STRONG)
        if any(field_of(pair.key) == "parent" for pair in pairs):
            score += 1
        kind = self.filler.kind_of(pairs, "", loose=True)
        return score + 2 if kind and self.filler.ids_of(pairs, kind) else score + bool(kind)

    def runs(self, node: MapNode) -> bool:
        """Return whether a mapping is a task that a machine runs."""
        return any(key_words(entry.key.value) in words_of("run_keys") for entry in node.entries)

    def _place(self, node: Node) -> Place:
        return self.lines.place(self.path, node.start)


def is_known_list(key: str) -> bool:
    """Return whether a key is one of lists of items of a kind, or of milestones or sprints."""
    return group_kind(key) is not None or list_kind(key) not in (None, "any")


def is_loose_list(key: str) -> bool:
    """Return whether a key is a list of any items if it contains mappings: `items`, `doing`."""
    return is_any_list(key) or list_status(key) is not None


def group_of(key: str) -> str | None:
    """Return the sort of group that a key names, in either number: `phases`, `phase`, `sprint`."""
    word = type_word(key)
    if word is not None and word.weak:
        return "sprint" if word.name == "sprint" else "milestone"
    return group_kind(key)


def name_of_key(key: str) -> str:
    """Return the name in a key: `1_engine_work` is `Engine work`; a code stays as it is."""
    bare = _ORDER.sub("", key, count=1)
    if not _SPELLED.search(bare):
        return key
    bare = bare.replace("_", " ")
    words = " ".join((bare if " " in bare else bare.replace("-", " ")).split())
    return words[:1].upper() + words[1:]


def is_slug(key: str) -> bool:
    """Return whether a key consists of words, as a name does: `dark-mode`, `export_to_pdf`."""
    return _SLUG.fullmatch(key) is not None


def is_word(key: str) -> bool:
    """Return whether a key may name an item of a list by words: no code, and no number."""
    return is_slug(key) or (key.isalpha() and len(key) >= _SHORTEST and not key.isupper())


def one_item(key: str) -> str | None:
    """Return the kind if a key means a single item, which owns the lists next to it."""
    word = type_word(key)
    return word.kind if word and word.name in _OWNERS else None


def named_kind(node: MapNode, pairs: list[Pair]) -> str:
    """Return the kind of an item that a key names: `- epic: Boats` with `stories:`."""
    if not holds_lists(node) or any(field_of(pair.key) == "title" for pair in pairs):
        return ""
    return next(
        (kind for pair in pairs if (kind := key_words(pair.key)) in RANKS and text_of(pair.value)),
        "",
    )


def holds_one_item(node: MapNode) -> bool:
    """Return whether a mapping is about one item: `epic: {title: …}`."""
    return any(
        one_item(entry.key.value) and isinstance(entry.value, MapNode) for entry in node.entries
    )


def period_of(pairs: list[Pair]) -> str:
    """Return the name of a stretch of time by its own word: `quarter: Q1 2026`, `sprint: 3`."""
    for pair in pairs:
        word, text = key_words(pair.key), text_of(pair.value)
        if word in words_of("period_keys") and text and isinstance(pair.value, Scalar):
            return f"{word.capitalize()} {text}" if text.isdecimal() else text
    return ""


def _are_slugs(node: MapNode) -> bool:
    """Return whether most keys of a mapping are made of words."""
    return sum(is_slug(entry.key.value) for entry in node.entries) * 2 > len(node.entries)


def holds_lists(node: MapNode) -> bool:
    """Return whether a mapping has lists of items among its values."""
    for entry in node.entries:
        key, value = entry.key.value, entry.value
        if is_known_list(key) and isinstance(value, ListNode | MapNode):
            return True
        if is_loose_list(key) and has_maps(value):
            return True
    return False


def has_maps(value: Node) -> bool:
    """Return whether a value is a list with mappings in it."""
    return bool(maps_of(value))


def have_parts(value: Node) -> bool:
    """Return whether a list's tasks may contain smaller ones, which makes them stories."""
    parts = {"subtasks", "sub tasks", "test strategy"}
    return any(key_words(e.key.value) in parts for each in maps_of(value) for e in each.entries)


def _filled_fields(node: MapNode) -> set[str | None]:
    """Return the fields that a mapping has a value for."""
    return {field_of(entry.key.value) for entry in node.entries if has_value(entry.value)}


def maps_of(value: Node | None) -> list[MapNode]:
    """Return the mappings of a list."""
    nodes = value.items if isinstance(value, ListNode) else ()
    return [each for each in nodes if isinstance(each, MapNode)]
