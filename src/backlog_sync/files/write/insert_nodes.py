"""Write new items into YAML and JSON: entries like those of the list that they go into."""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from backlog_sync.core.escape import quoted
from backlog_sync.core.inbox import NewItem
from backlog_sync.dataclass import dataclass
from backlog_sync.files.anchors import NodeAnchor
from backlog_sync.files.documents.items import CHILD_LISTS, LISTS
from backlog_sync.files.foreign.structured import JSON_LINES, composed
from backlog_sync.files.node_values import text_of
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.vocabulary import RANKS, bare_word, field_of, key_words
from backlog_sync.files.write.edits import Edit, behind_line
from backlog_sync.files.write.insert_forms import Below, Form, usual_start
from backlog_sync.files.write.new_values import UnwritableError
from backlog_sync.files.write.nodes import Editor, Setting, content_end, scalar_text
from backlog_sync.files.yaml.nodes import Entry, ListNode, MapNode, Node, Scalar

_LEAD = re.compile(r"[ ]*(?:-[ ]+)+")
_STEP = "  "
_BLANKS = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*")
_ABOVE = (None, "epic", "feature", "parent")
_TIMES = ("milestone", "sprint")
_COPIED = {"": (), "parent": (), "above": _ABOVE, "times": (*_ABOVE, *_TIMES)}
"""Fields whose values are copied if all siblings have them, try after try; None are unknown keys.

Most items need none of them; times are copied last, because they change the issue.
"""
_UNUSUAL = "the list is written in an unusual way"


@dataclass(frozen=True, slots=True)
class _Home:
    """A list of items with the key before it, if it has one, and the mapping that it is in.

    `outer` is whether it is below mappings only.
    """

    nodes: ListNode
    key: Scalar | None
    owner: MapNode | None
    outer: bool


class NodeForms:
    """Finds the forms of new items in one file of mappings and lists."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.parsed, self.text = parsed, parsed.source.text
        path = parsed.source.path.lower()
        self.json, self.by_line = path.endswith((".json", *JSON_LINES)), path.endswith(JSON_LINES)
        root, _ = composed(parsed.source)
        if root is None or isinstance(root, Scalar):
            raise UnwritableError("the file is not valid as a whole")
        self.root = root
        self.editor = Editor(self.text)
        self.homes: dict[int, _Home] = {}
        self.mappings: dict[int, MapNode] = {}
        self._look(root)

    def _look(self, root: Node) -> None:
        """Find the list of each entry, by its offset."""
        todo: list[tuple[Node, Scalar | None, MapNode | None, bool]] = [(root, None, None, True)]
        while todo:
            node, key, owner, outer = todo.pop()
            if isinstance(node, MapNode):
                self.mappings.setdefault(node.start, node)
                own = (each for each in node.entries if each.own)
                todo += ((each.value, each.key, node, outer) for each in own)
            elif isinstance(node, ListNode) and not node.shared:
                for each in node.items:
                    self.homes[each.start] = _Home(node, key, owner, outer)
                    todo.append((each, None, None, False))

    def forms(self, below: Below, kind: str) -> Iterator[Form]:
        """Yield the forms for items of a kind at a place, the best one first."""
        named = self._named(below) if isinstance(below, str) else None
        index = named if isinstance(named, int) else below if isinstance(below, int) else None
        if index is not None:
            yield from self._below_item(index, kind)
            return
        if isinstance(named, Entry):
            yield from self._into(named, kind)
        yield from self._at_top(kind)

    def _named(self, name: str) -> int | Entry | None:
        """Return the item with a title, or the list with a name; None without one."""
        for index, item in enumerate(self.parsed.items):
            if bare_word(item.document.title) == bare_word(name):
                return index
        entries = self.root.entries if isinstance(self.root, MapNode) else ()
        return next(
            (each for each in entries if key_words(each.key.value) == key_words(name)), None
        )

    def _into(self, entry: Entry, kind: str) -> Iterator[Form]:
        there = entry.value.items if isinstance(entry.value, ListNode) else ()
        starts = {each.start for each in there}
        inner = [each for each in self.parsed.items if _start(each) in starts]
        yield from self._beside(inner, kind, None)

    # ---- where -----------------------------------------------------------------------------

    def _below_item(self, index: int, kind: str) -> Iterator[Form]:
        inner = [each for each in self.parsed.items if each.parent == index]
        yield from self._beside(inner, kind, index)
        node = self.mappings.get(_start(self.parsed.items[index]))
        if node is None:
            if not inner:
                raise UnwritableError("the item is not written as a mapping")
            return
        names = [_list_for(CHILD_LISTS[self.parsed.items[index].kind], kind)]
        if self.parsed.dialect:
            names = list(self._usual_names(self.parsed.items[index].kind))
        for name in names:
            yield from self._new_list(node, name, frozenset((index,)))
        if not names:
            raise UnwritableError("no item of its kind has a list of others in this file")

    def _usual_names(self, kind: str) -> Iterator[str]:
        """Yield the keys below which items of a kind have others in this file."""
        names = dict.fromkeys(
            home.key.value for each in self.parsed.items
            if each.parent is not None and self.parsed.items[each.parent].kind == kind
            and (home := self.homes.get(_start(each))) and home.key is not None
            and home.owner is not None
            and home.owner.start == _start(self.parsed.items[each.parent])
        )  # fmt: skip
        yield from names

    def _at_top(self, kind: str) -> Iterator[Form]:
        homes = ((each, self.homes.get(_start(each))) for each in self.parsed.items)
        outer = [each for each, home in homes if home is not None and home.outer]
        tops = [each for each in outer if each.parent is None] or outer
        alone = [each for each in self.parsed.items if each.parent is None]
        if len(alone) == 1 and self.parsed.dialect:  # the file is one epic
            yield from self._below_item(self.parsed.items.index(alone[0]), kind)
            return
        alike = [each for each in tops if _is_like(each.kind, kind)]
        if alike or self.parsed.dialect:
            yield from self._beside(tops if self.parsed.dialect else alike, kind, None)
        if not self.parsed.dialect and isinstance(self.root, MapNode):
            yield from self._new_list(self.root, _list_for(tuple(LISTS), kind), frozenset((None,)))
        elif not tops:
            raise UnwritableError("all its lists are below other items: name one of those")

    def _beside(
        self, siblings: Sequence[ParsedItem], kind: str, parent: int | None
    ) -> Iterator[Form]:
        """Yield the forms that follow the last entry of a list with siblings."""
        alike = sorted(siblings, key=lambda each: each.kind == kind)
        tried: set[int] = set()
        for model in reversed(alike):
            home = self.homes.get(_start(model))
            if home is None or home.nodes.start in tried:
                continue
            tried.add(home.nodes.start)
            for shared in _COPIED:
                write = partial(self._appended, home.nodes, model, parent, shared)
                yield Form(write, frozenset((parent,)))

    # ---- entries of a list ---------------------------------------------------------------------

    def _appended(
        self, nodes: ListNode, model: ParsedItem, parent: int | None, shared: str,
        new: Sequence[NewItem], _wholly: bool,
    ) -> list[Edit]:  # fmt: skip
        """Return the edit that adds entries to the end of a list."""
        last = nodes.items[-1]
        node = next(each for each in nodes.items if each.start == _start(model))
        pairs = [self._pairs(model, node, parent, each, shared=shared) for each in new]
        at = content_end(self.text, last)
        if self.by_line and nodes is self.root:
            eol = self.editor.line_break
            return [Edit(at, at, "".join(eol + self._flow(node, each) for each in pairs))]
        if nodes.flow:
            if len(nodes.items) > 1:
                between = self.text[content_end(self.text, nodes.items[-2]) : last.start]
            else:
                between = "," + self.text[self.text.index("[", nodes.start) + 1 : last.start]
            if between.strip() != ",":
                raise UnwritableError(_UNUSUAL)
            between = between if between != "," else ", "
            return [Edit(at, at, "".join(between + self._flow(node, each) for each in pairs))]
        start = self.text.rfind("\n", 0, last.start) + 1
        lead = self.text[start : last.start]
        if not _LEAD.fullmatch(lead) or lead.count("-") != 1:
            raise UnwritableError(_UNUSUAL)
        gap = self._gap(nodes)
        return [behind_line(self.text, at, [
            line for each in pairs for line in (*gap, *self._block(lead, node, each))
        ])]  # fmt: skip

    def _gap(self, nodes: ListNode) -> list[str]:
        """Return the blank lines between the last two entries of a list."""
        if len(nodes.items) < 2:
            return []
        end = content_end(self.text, nodes.items[-2])
        line_end = self.text.find("\n", end)
        blanks = _BLANKS.match(self.text, line_end + 1) if line_end >= 0 else None
        return [""] * blanks[0].count("\n") if blanks else []

    def _pairs(
        self, model: ParsedItem, node: Node, parent: int | None, new: NewItem, *, shared: str
    ) -> list[Setting] | str:
        """Return the keys of a new entry and their values as text; a text if it is only a title.

        Other keys than those of the title and the kind are only copied if they are `shared`, as the
        key that names the parent: what its other fields are is set later.
        """
        if isinstance(node, Scalar):
            return quoted(new.title) if self.json else scalar_text(new.title, node.style)
        if not isinstance(node, MapNode):
            raise UnwritableError(_UNUSUAL)
        own = [each for each in node.entries if each.own]
        title = _title_entry(model, own)
        pairs: list[Setting] = []
        has_kind = any(field_of(each.key.value) == "kind" for each in own)
        if not (self.parsed.dialect or has_kind or model.kind == new.kind):
            pairs.append(
                Setting(quoted("kind") if self.json else "kind", new.kind, bare=not self.json)
            )
        for entry in own:
            if entry is title:
                style = entry.value.style if isinstance(entry.value, Scalar) else ""
                pairs.append(Setting(self._key(entry), self._text(new.title, style), bare=True))
            elif field_of(entry.key.value) == "kind":
                pairs.append(self._kind(entry, new.kind))
            elif field_of(entry.key.value) == "status" and self.parsed.dialect:
                raw = usual_start(self.parsed, partial(self._raw_of, entry.key.value))
                pairs += [Setting(self._key(entry), raw, bare=True)] if raw else []
            elif isinstance(entry.value, Scalar) and self._is_shared(entry, model, parent, shared):
                raw = self.text[entry.value.start : content_end(self.text, entry.value)]
                pairs.append(Setting(self._key(entry), raw, bare=True))
        return pairs

    def _key(self, entry: Entry) -> str:
        return self.text[entry.key.start : entry.key.end]

    def _text(self, text: str, style: str) -> str:
        return quoted(text) if self.json or style == '"' else scalar_text(
            text, style if style == "'" else ""
        )  # fmt: skip

    def _raw_of(self, key: str, item: ParsedItem) -> str:
        """Return the value of a key of an item as it is written."""
        node = self.mappings.get(_start(item))
        value = node.get(key) if node is not None else None
        return self.text[value.start : value.end] if isinstance(value, Scalar) else ""

    def _kind(self, entry: Entry, kind: str) -> Setting:
        """Return the key of the kind with the word that the file has for it."""
        alike = (each for each in self.parsed.items if each.kind == kind)
        for raw in filter(None, (self._raw_of(entry.key.value, each) for each in alike)):
            return Setting(self._key(entry), raw, bare=True)
        style = entry.value.style if isinstance(entry.value, Scalar) else ""
        return Setting(self._key(entry), self._text(kind, style), bare=True)

    def _is_shared(self, entry: Entry, model: ParsedItem, parent: int | None, shared: str) -> bool:
        """Return whether a value is copied: if it names the parent, or if all siblings have it."""
        name, text = entry.key.value, text_of(entry.value)
        if shared == "parent" and parent is not None:
            above = self.mappings.get(_start(self.parsed.items[parent]))
            return above is not None and any(text_of(each.value) == text for each in above.entries)
        if field_of(name) not in _COPIED[shared]:
            return False
        siblings = [
            node for each in self.parsed.items
            if each.parent == model.parent and (node := self.mappings.get(_start(each)))
        ]  # fmt: skip
        others = [node.get(name) for node in siblings]
        return len(siblings) > 1 and all(each and text_of(each) == text for each in others)

    def _block(self, lead: str, node: Node, pairs: list[Setting] | str) -> list[str]:
        """Return the lines of an entry of a list with dashes."""
        if isinstance(pairs, str):
            return [f"{lead}{pairs}"]
        if isinstance(node, MapNode) and node.flow:
            return [f"{lead}{self._flow(node, pairs)}"]
        lines = [f"{each.key}: {each.value}" for each in pairs]
        return [f"{lead if not at else ' ' * len(lead)}{line}" for at, line in enumerate(lines)]

    def _flow(self, node: Node, pairs: list[Setting] | str) -> str:
        """Return an entry in braces, over several lines if another one is."""
        if isinstance(pairs, str):
            return pairs
        written = [f"{each.key}: {each.value}" for each in pairs]
        own = [each for each in node.entries if each.own] if isinstance(node, MapNode) else []
        opening = self.text[self.text.index("{", node.start) + 1 : own[0].key.start] if own else ""
        closing = self.text[content_end(self.text, own[-1].value) : node.end - 1] if own else ""
        if opening.strip() or closing.strip(" \t\r\n,"):
            opening = closing = ""
        joint = f",{opening}" if "\n" in opening else ", "
        return f"{{{opening}{joint.join(written)}{closing.replace(',', '')}}}"

    # ---- a new list ----------------------------------------------------------------------------

    def _new_list(self, node: MapNode, name: str, parents: frozenset[int | None]) -> Iterator[Form]:
        """Yield the form with the first entries of a list, at the end of a mapping."""
        entry = next((each for each in node.entries if each.key.value == name and each.own), None)
        if entry is None or _is_empty(entry.value):
            yield Form(partial(self._listed, node, name, entry), parents)

    def _listed(
        self, node: MapNode, name: str, entry: Entry | None, new: Sequence[NewItem], _wholly: bool
    ) -> list[Edit]:
        """Return the edit that adds a list of items to a mapping, or fills an empty one."""
        title = self._title_key()
        texts = [[Setting(title, self._text(each.title, ""), bare=True)] for each in new]
        if not LISTS.get(name, name) and not self.parsed.dialect:
            key = quoted("kind") if self.json else "kind"
            for each, pairs in zip(new, texts, strict=True):
                pairs.insert(0, Setting(key, self._text(each.kind, ""), bare=True))
        if node.flow:
            inner = ", ".join(_braces(pairs) for pairs in texts)
            if entry is not None:
                return [Edit(entry.value.start, entry.value.end, f"[{inner}]")]
            if (edit := self._over_lines(node, name, texts)) is not None:
                return [edit]
            editor = Editor(self.text)
            editor.set_keys(node, [Setting(name, f"[{inner}]", bare=True)])
            return editor.edits
        indent = self.editor.indent(node)
        lead = f"{indent}{self._dash()}- "
        lines = [line for pairs in texts for line in self._block(lead, node, pairs)]
        if entry is not None:
            colon = self.text.index(":", entry.key.end)
            eol = self.editor.line_break
            end = max(colon + 1, content_end(self.text, entry.value))
            return [Edit(colon + 1, end, "".join(eol + each for each in lines))]
        at = content_end(self.text, node)
        blank = [""] * (node is self.root and self._is_spaced(node))
        return [behind_line(self.text, at, [*blank, f"{indent}{name}:", *lines])]

    def _over_lines(
        self, node: MapNode, name: str, entries: Sequence[Sequence[Setting]]
    ) -> Edit | None:
        """Return the edit that adds a list behind the last key, if each key has its own line."""
        own = [each for each in node.entries if each.own]
        if not own:
            return None
        inner = self.text[self.text.index("{", node.start) + 1 : own[0].key.start]
        at = content_end(self.text, own[-1].value)
        outer = self.text[at : node.end - 1]
        if inner.strip() or "\n" not in inner or not inner.startswith(outer):
            return None
        step = inner[len(outer) :]
        lead = inner + step
        items = (f",{lead}{step}".join(f"{p.key}: {p.value}" for p in pairs) for pairs in entries)
        listed = ",".join(f"{lead}{{{lead}{step}{item}{lead}}}" for item in items)
        key = quoted(name) if own[-1].key.style == '"' else name
        return Edit(at, at, f",{inner}{key}: [{listed}{inner}]")

    def _title_key(self) -> str:
        """Return the key of titles that most items of the file have."""
        for item in reversed(self.parsed.items):
            node = self.mappings.get(_start(item))
            if node is not None and self.parsed.dialect:
                return self._key(_title_entry(item, [each for each in node.entries if each.own]))
        return quoted("title") if self.json else "title"

    def _dash(self) -> str:
        """Return how far the dashes of a list are behind its key, as in the rest of the file."""
        for home in self.homes.values():
            if home.key is None or home.nodes.flow:
                continue
            first = home.nodes.items[0].start
            dash = self.text[self.text.rfind("\n", 0, first) + 1 : first].find("-")
            key = home.key.start - (self.text.rfind("\n", 0, home.key.start) + 1)
            return "" if dash == key else _STEP
        return _STEP

    def _is_spaced(self, node: MapNode) -> bool:
        """Return whether a blank line is above the lists of a mapping."""
        starts = [each.key.start for each in node.entries if each.key.value in LISTS]
        return any(_BLANK_ABOVE.search(self.text, 0, start) for start in starts) or not starts


_BLANK_ABOVE = re.compile(r"(?:\r\n|\n)[ \t]*(?:\r\n|\n)(?:#[^\n]*\n)*\Z")


def _is_like(kind: str, other: str) -> bool:
    """Return whether items of a kind may be in a list with items of another one."""
    story = RANKS["story"]
    return kind == other or (RANKS[kind] == RANKS[other] == story)


def _start(item: ParsedItem) -> int:
    """Return the offset of the node of an item; -1 without one."""
    return item.anchor.node.start if isinstance(item.anchor, NodeAnchor) else -1


def _list_for(names: Sequence[str], kind: str) -> str:
    """Return the list for items of a kind, `items` if no other may contain them."""
    return next((name for name in names if LISTS[name] == kind), "items")


def _is_empty(node: Node) -> bool:
    return (
        not node.items if isinstance(node, ListNode) else isinstance(node, Scalar) and node.is_null
    )


def _title_entry(model: ParsedItem, own: Sequence[Entry]) -> Entry:
    """Return the entry that an item has its title from."""
    scalars = [each for each in own if isinstance(each.value, Scalar)]
    for entry in scalars:
        if " ".join(text_of(entry.value).split()) == " ".join(model.document.title.split()):
            return entry
    for entry in scalars:
        if field_of(entry.key.value) == "title":
            return entry
    raise UnwritableError("its items have no key for a title")


def _braces(pairs: Sequence[Setting]) -> str:
    return "{" + ", ".join(f"{each.key}: {each.value}" for each in pairs) + "}"
