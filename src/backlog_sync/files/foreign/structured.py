"""Read structured files: our own format, and other shapes with their own readers."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import PurePath

from backlog_sync.core.diagnostics import Diagnostic, Place, warning
from backlog_sync.core.fields import BOARD_KEYS
from backlog_sync.core.keys import is_key
from backlog_sync.files.documents.items import LISTS, ItemDocument
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.draft import Findings
from backlog_sync.files.fill import Filler
from backlog_sync.files.foreign.finish import finished
from backlog_sync.files.foreign.repair import read_broken
from backlog_sync.files.foreign.rules import ruled
from backlog_sync.files.foreign.shapes import has_maps, maps_of, one_item
from backlog_sync.files.foreign.status import parse_sprint_status
from backlog_sync.files.foreign.tree import TreeReader
from backlog_sync.files.near import is_surely
from backlog_sync.files.outline import Form
from backlog_sync.files.parsed import DEFAULTS, ParsedFile, ParsedItem, ReadingOptions, Source
from backlog_sync.files.reading.declared import Declared, unused_lines
from backlog_sync.files.refs import is_repository
from backlog_sync.files.source import Lines
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import (
    field_of,
    group_kind,
    key_words,
    list_kind,
    list_status,
    listed,
    lookalikes,
    words_of,
)
from backlog_sync.files.yaml.file import parse_yaml, read_nodes
from backlog_sync.files.yaml.json_nodes import compose_json, compose_json_lines
from backlog_sync.files.yaml.nodes import ListNode, MapNode, Node, Scalar, compose, compose_all

TREE = "tree"
"""The dialect of YAML and JSON of other shapes."""

JSON_LINES = (".jsonl", ".ndjson")
"""Extensions of files with one JSON value per line."""

_BROKEN = ("invalid-yaml", "invalid-json")
_ENOUGH_IDS = 2
_SURELY = 2
_PLANNED = listed("plan_evidence")
_SETTINGS = frozenset(SettingsDocument.model_fields) - {"version"}
_OUR_KEYS = (*ItemDocument.model_fields, *LISTS, *BOARD_KEYS, "kind")
_CAMEL = re.compile("[a-z][A-Z]")
"""`dependsOn`: a field of our format, spelled as others do."""

_MOST_UNKNOWN = 50
"""The most unknown keys to examine; more may be data, and each costs a search."""

_DEEPEST = 6
_NEAR = 0.75
"""How similar a key must be to one in our format to be a typo: `services` is not `stories`."""


def parse_structured(source: Source, options: ReadingOptions = DEFAULTS) -> ParsedFile:
    """Read a YAML or JSON file: a backlog in our own format, or a plan of another shape.

    A file of another shape has a `dialect`, and warnings for what has no place in a backlog. A
    broken file has an error for each bad place and the items that could be read. A file that is not
    a plan has one error with the reason. `options` are the settings for reading. Raises nothing for
    the file's content.
    """
    root, faults = composed(source)
    if faults and not (root is not None and is_ours(root)):
        root, faults = _leniently(source, root, faults)
    if any(fault.slug in _BROKEN for fault in faults):
        return _broken(source, root, faults, options)
    if root is None and faults:
        return ParsedFile(source, diagnostics=faults)
    if root is None or isinstance(root, Scalar) or is_ours(root):
        # Our own format is YAML: only `.json` was composed by other rules until here.
        is_json = PurePath(source.path).suffix.lower() in (".json", *JSON_LINES)
        return parse_yaml(source) if is_json else read_nodes(source, root, faults)
    status = parse_sprint_status(source, root)
    return status if status is not None else _foreign(source, root, faults, options)


def composed(source: Source) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """Return the nodes of a file, and its errors; `.json` may also contain YAML syntax."""
    suffix = PurePath(source.path).suffix.lower()
    if suffix in JSON_LINES:
        return compose_json_lines(source.text, source.path)
    if suffix != ".json":
        return compose(source.text, source.path)
    root, faults = compose_json(source.text, source.path)
    if any(fault.slug == "invalid-json" for fault in faults):
        other, wrong = compose(source.text, source.path)
        if other is not None:
            return other, wrong
    return root, faults


def _leniently(
    source: Source, root: Node | None, faults: tuple[Diagnostic, ...]
) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """Read a file as other programs do if only our own rules are broken: equal keys, documents.

    A file in our own format that is valid except for a second document keeps its error.
    """
    suffix = PurePath(source.path).suffix.lower()
    if suffix in JSON_LINES:
        return root, faults
    if suffix == ".json" and not any(fault.slug in _BROKEN for fault in faults):
        return compose_json(source.text, source.path, strict=False)
    other, diagnostics = compose_all(source.text, source.path)
    if other is None or isinstance(other, Scalar) or is_ours(other):
        return root, faults
    return other, diagnostics


def _broken(
    source: Source, root: Node | None, faults: tuple[Diagnostic, ...], options: ReadingOptions
) -> ParsedFile:
    """Return what could be read of a broken file."""
    read = source
    if faults[-1].slug == "invalid-yaml":
        repaired = read_broken(source.text, source.path, faults)
        root, faults = repaired.root, repaired.faults
        read = replace(source, text=repaired.text)
    if root is None or isinstance(root, Scalar):
        return ParsedFile(source, diagnostics=faults)
    if is_ours(root):
        return replace(read_nodes(read, root, faults), source=source)
    parsed = parse_sprint_status(read, root) or _read(read, root, options)[0]
    if not parsed.items:
        return ParsedFile(source, diagnostics=faults)
    first = next(fault for fault in faults if fault.slug in _BROKEN)
    hint = "fix the file, then run this again"
    message = _recovered(parsed.items, first)
    recovered = warning(first.place, "recovered", message, hint)
    return replace(
        parsed, source=source, diagnostics=(*faults, recovered), settings={}, settings_places={}
    )


def _recovered(parsed: Sequence[ParsedItem], first: Diagnostic) -> str:
    """Describe how much of a broken file was read, before and after the break."""
    items = [item for item in parsed if item.confident]
    counts = Counter(item.kind for item in items)
    before = [item for item in items if item.place.line < first.place.line]
    plurals = {"story": "stories"}
    numbers = ", ".join(
        f"{count} {kind if count == 1 else plurals.get(kind, f'{kind}s')}"
        for kind, count in counts.items()
    )
    if not before:
        return f"partly read: {numbers}"
    last = f"the last of these '{shown(before[-1].document.title)}'"
    return f"partly read: {numbers}; {len(before)} of them before line {first.place.line}, {last}"


def _read(source: Source, root: Node, options: ReadingOptions) -> tuple[ParsedFile, bool]:
    """Read a file, and return whether its settings or its names for times declare it a plan."""
    rules, filler = Declared(dict(options.declared)), Filler(Findings(source.path), options.fields)
    reader = TreeReader(source.path, Lines(source.text), filler)
    if rules:
        result = ruled(root, rules)
        root, reader.kinds, reader.above = result.root, result.kinds, result.above
    reader.read(root)
    parsed = finished(source, reader.drafts, filler, TREE, options=options)
    diagnostics = (*parsed.diagnostics, *unused_lines(rules, source.path, Form.KEY))
    return replace(parsed, diagnostics=diagnostics), reader.planned or bool(reader.kinds)


def _is_plan(items: Sequence[ParsedItem]) -> bool:
    """Return whether items have more than titles and texts: web pages list features, too."""
    if any(item.kind in ("story", "bug", "spike", "chore") for item in items):
        return True
    return any(
        item.parent is not None
        or item.document.model_fields_set & _PLANNED
        or (item.kind == "epic" and item.document.milestone != item.document.title)
        for item in items
    )


def _foreign(
    source: Source, root: Node, faults: tuple[Diagnostic, ...], options: ReadingOptions
) -> ParsedFile:
    parsed, planned = _read(source, root, options)
    if parsed.items and (planned or _is_plan(parsed.items)):
        return replace(parsed, diagnostics=(*faults, *parsed.diagnostics))
    unused = (each for each in parsed.diagnostics if each.slug == "unused-reading")
    diagnostics = (*faults, *unused, not_a_backlog(root, source.path))
    return ParsedFile(
        source, diagnostics=diagnostics, notes=parsed.notes, dialect=TREE, options=options
    )


# ---- ours or not ---------------------------------------------------------------------------


def is_ours(root: Node) -> bool:
    """Return whether a file is in our own format, valid or not.

    `version: 1` or `repository: owner/name` above our own lists is a sign, unless several other
    keys are next to them, and no fewer than our settings: those of a mistaken file are still ours.
    With both signs, mistakes below them change nothing; with one, only what shows that the items
    are another tool's. Without a sign, keys that our items never have, other ids and other list
    names show that it is not ours.
    """
    if not isinstance(root, MapNode):
        return False
    names = [entry.key.value for entry in root.entries]
    signs = [_has_version(root), _has_repository(root)]
    own_lists = [name for name in names if name in LISTS]
    maps = [node for name in own_lists for node in _items_of(root.get(name), 0)]
    unknown = _unknown_keys(root, maps)
    others = {key for key in unknown if _has_another_home(key)}
    other_list = any(_is_foreign_list(e.key.value, e.value) for e in root.entries)
    if other_list and not (own_lists and any(signs)):
        return False
    known = {*SettingsDocument.model_fields, *LISTS}
    odd = [
        name for name in names
        if name[-1:].isdigit()
        or not (name == "repo" or get_close_matches(name[:100], known, 1, _NEAR))
    ]  # fmt: skip
    if own_lists and any(signs):
        named = [name for name in ("project",) if isinstance(root.get(name), Scalar)]
        strangers = len(odd) + len(named)
        settings = set(names) & _SETTINGS.difference(named)
        if strangers >= _SURELY and strangers >= len(settings):
            return False
        return all(signs) or not _of_another_tool(maps, others)
    owned = any(one_item(e.key.value) and isinstance(e.value, MapNode)
                for e in root.entries)  # fmt: skip
    strange = bool(others) or not all(_is_slip(key) for key in unknown)
    if seems(root) or owned or (strange and not _fields_of(root)) or _other_milestones(root):
        return False
    if own_lists == ["items"] and not any(node.get("kind") for node in maps):
        return False
    if own_lists:
        return not odd and not _other_ids(maps)
    return len(odd) * 2 < len(names)


def _has_version(root: MapNode) -> bool:
    return any(
        is_surely(entry.key.value, "version")
        and isinstance(entry.value, Scalar)
        and entry.value.value == "1"
        for entry in root.entries
    )


def _has_repository(root: MapNode) -> bool:
    """Return whether the file names its repository, also below a key that only means that."""
    return any(
        (key_words(entry.key.value) == "repo" or is_surely(entry.key.value, "repository"))
        and isinstance(entry.value, Scalar)
        and is_repository(entry.value.value)
        for entry in root.entries
    )


def _of_another_tool(maps: Sequence[MapNode], others: set[str]) -> bool:
    """Return whether items are another tool's: by their ids, spelling, lists, or habits.

    A mistake is in a few items: another tool writes its keys into most of them.
    """
    if _other_ids(maps):
        return bool(others)
    if any(_CAMEL.search(key) for key in others):
        return len(others) >= _SURELY
    holds = {e.key.value for node in maps for e in node.entries if has_maps(e.value)}
    if others & holds and not any(node.get("title") for node in maps):
        return True
    counts = Counter(e.key.value for node in maps for e in node.entries if e.key.value in others)
    usual = [key for key, count in counts.items() if count >= max(_SURELY, len(maps) / 2)]
    return len(usual) > _SURELY


def _unknown_keys(root: MapNode, maps: Sequence[MapNode]) -> list[str]:
    """Return keys of items that our own format never has, up to a maximum."""
    known = {*_OUR_KEYS, *_fields_of(root), "<<"}
    keys = {entry.key.value: None for node in maps for entry in node.entries}
    return [key for key in keys if key not in known][:_MOST_UNKNOWN]


def _is_slip(key: str) -> bool:
    """Return whether a key is a typo of one in our format."""
    return bool(get_close_matches(key[:100], _OUR_KEYS, 1, _NEAR))


def _has_another_home(key: str) -> bool:
    """Return whether an unknown key belongs to other tools: a word for a field, a list."""
    words = key_words(key)
    ours = words.replace(" ", "_") in ItemDocument.model_fields and not _CAMEL.search(key)
    known = field_of(key) is not None or list_kind(key) is not None
    return words in words_of("not_ours") or (known and not ours)


def _fields_of(root: MapNode) -> set[str]:
    """Return the board and issue fields that the settings declare: items may have them as keys."""
    project = root.get("project")
    board_fields = project.get("fields") if isinstance(project, MapNode) else None
    names: set[str] = set()
    for declared in (board_fields, root.get("issue_fields")):
        if isinstance(declared, MapNode):
            names |= {entry.key.value for entry in declared.entries}
        elif isinstance(declared, ListNode):
            names |= {each.value for each in declared.items if isinstance(each, Scalar)}
    return names


def _other_milestones(root: MapNode) -> bool:
    """Return whether milestones are in another format: none has a title, or they contain lists.

    In our own format, milestones have due dates, and contain nothing.
    """
    value = root.get("milestones")
    maps = maps_of(value)
    holding = any(has_maps(e.value) for each in maps for e in each.entries)
    return bool(maps) and (holding or not any(each.get("title") for each in maps))


def _is_foreign_list(name: str, value: Node) -> bool:
    """Return whether a key of the root is a list of items in another format."""
    if name in LISTS:
        return isinstance(value, MapNode)
    maps, words = maps_of(value), key_words(name)
    if name == "milestones":
        return any(list_kind(e.key.value) for each in maps for e in each.entries)
    return bool(maps) and bool(list_kind(words) or list_status(words) or group_kind(words))


def _items_of(value: Node | None, depth: int) -> list[MapNode]:
    """Return the mappings in a list and in our own lists below them."""
    maps: list[MapNode] = []
    if depth > _DEEPEST:
        return maps
    for each in maps_of(value):
        maps.append(each)
        for entry in each.entries:
            if entry.key.value in LISTS:
                maps += _items_of(entry.value, depth + 1)
    return maps


def _other_ids(maps: Sequence[MapNode]) -> bool:
    """Return whether items have ids, none of which can be a key in our own format."""
    ids = [value.value for node in maps if isinstance(value := node.get("id"), Scalar)]
    return len(ids) >= _ENOUGH_IDS and not any(is_key(each) for each in ids)


# ---- files that only look like a backlog -----------------------------------------------------

_LOOKED_FOR = (
    "lists of epics, features, stories, tasks or issues with titles, below keys such as "
    "'epics', 'user_stories' or 'milestones'"
)
_LISTED = 6
"""Keys listed in one message: enough to recognize the file."""


def not_a_backlog(root: Node | None, path: str) -> Diagnostic:
    """Return why a file has no items: what it looks like, what it contains, what was expected."""
    other = seems(root)
    what = f"this is not a backlog: it looks like {other}" if other else "this is not a backlog"
    holds = ""
    if isinstance(root, MapNode) and root.entries:
        names = [f"'{shown(entry.key.value)}'" for entry in root.entries[:_LISTED]]
        holds = f", found {', '.join(names)}{' …' if len(root.entries) > _LISTED else ''}"
    elif isinstance(root, ListNode):
        holds = f", found a list of {len(root.items)} entries of another kind"
    message = f"{what}; looked for {_LOOKED_FOR}{holds}"
    hint = "name the file that holds the plan, or write one with 'backlog init'"
    return Diagnostic(Place(path), "not-a-backlog", message, hint)


def seems(root: Node | None) -> str:
    """Return which other tool's file this looks like; empty if unknown."""
    for name, signs in lookalikes().items():
        if any(all(_has(root, sign) for sign in way.split(" + ")) for way in signs):
            return name
    return ""


def _has(root: Node | None, sign: str) -> bool:
    """Return whether a file has a sign: `jobs`, one of `cmd|run`, two of `2 of a|b|c`.

    `jobs > runs on` is a key below `jobs` (or below the root if nothing precedes the `>`), `body:
    list` and `type: text` require a type of value, and `not` negates the sign.
    """
    if sign.startswith("not "):
        return not _has(root, sign[4:])
    if ": " in sign:
        key, _, form = sign.partition(": ")
        value = root.get(key) if isinstance(root, MapNode) else None
        return isinstance(value, ListNode if form == "list" else Scalar)
    above, deep, names = sign.rpartition("> ")
    count, _, names = names.rpartition(" of ")
    names_in_file: set[str] = set()
    if not deep:
        names_in_file = _names(root)
    elif not above:
        names_in_file = _below(root if isinstance(root, ListNode) else None)
    elif isinstance(root, MapNode):
        names_in_file = _below(root.get(above.strip()))
    return len(names_in_file & set(names.split("|"))) >= int(count or 1)


def _names(node: Node | None) -> set[str]:
    return {key_words(e.key.value) for e in node.entries} if isinstance(node, MapNode) else set()


def _below(node: Node | None) -> set[str]:
    """Return all keys one level below a mapping's entries, or a list's."""
    if isinstance(node, MapNode):
        return {word for entry in node.entries for word in _names(entry.value)}
    items = node.items if isinstance(node, ListNode) else ()
    return {word for each in items for word in _names(each)}
