"""Combine the items of all files: their keys, parents, and declared or inherited values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import PurePath

from backlog_sync.core.diagnostics import Diagnostic, Place, Severity, warning
from backlog_sync.core.graph import cycles, parents_first
from backlog_sync.core.keys import make_key
from backlog_sync.core.model import IssueRef
from backlog_sync.dataclass import dataclass
from backlog_sync.files.documents.settings import KindDefaultsDocument, SettingsDocument
from backlog_sync.files.near import Near
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.statuses import meanings
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import key_words

STATUSES = "statuses"
"""The key of `reading:` with the meaning of the files' own status words."""


@dataclass(frozen=True, slots=True)
class Collected:
    """The items of a backlog, parents before children, and problems with their keys.

    `doubles` are items with the key of another one: they are reported, counted and left out.
    """

    entries: tuple["Entry", ...]
    doubles: tuple["Entry", ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(slots=True, eq=False)
class Entry:
    """An item before it is resolved.

    `file` and `index` are where it was read; `defaults` are those of its kind, then those of all;
    `lenient` is whether the file is not in our own format (a roadmap, an export), so that an
    invalid value is a warning; `foreign` whether it is another tool's.
    """

    file: int
    index: int
    parsed: ParsedItem
    lenient: bool
    key: str = ""
    foreign: bool = False
    parent: "Entry | None" = None
    defaults: tuple[KindDefaultsDocument, ...] = ()
    children: list["Entry"] = field(default_factory=list)
    issue: IssueRef | None = None
    milestone: str | None = None
    counted_points: float = 0

    @property
    def synced(self) -> bool:
        """Return whether it, and everything above it, is synced with GitHub."""
        return all(entry.parsed.document.sync for entry in self.upward())

    def upward(self) -> Iterator["Entry"]:
        """Yield the item and those above it, the nearest first."""
        at: Entry | None = self
        while at is not None:
            yield at
            at = at.parent

    def declared(self, name: str) -> tuple[bool, object]:
        """Return whether the item or its defaults declare a field, and the value."""
        document = self.parsed.document
        if name in document.model_fields_set:
            return True, getattr(document, name)
        for defaults in self.defaults:
            if name in defaults.model_fields_set:
                return True, getattr(defaults, name)
        return False, None

    def text(self, name: str) -> str | None:
        """Return a declared text that is not empty."""
        value = self.declared(name)[1]
        return value.strip() or None if isinstance(value, str) else None

    def words(self, name: str) -> tuple[str, ...]:
        """Return a declared list of texts; a single text is a list of one."""
        value = self.declared(name)[1]
        words = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
        return tuple(word.strip() for word in words if word.strip())

    def place(self, name: str = "") -> Place:
        """Return the place of a field or its container (`labels` of `labels.0`), or the item's."""
        return place_in(self.parsed.places, name, self.parsed.place)

    def problem(self, name: str, slug: str, message: str, hint: str = "") -> Diagnostic:
        """Return a diagnostic for an invalid value: an error, or in a roadmap a warning."""
        severity = Severity.WARNING if self.lenient else Severity.ERROR
        return Diagnostic(self.place(name), slug, message, hint, severity)


def place_in(places: Mapping[str, Place], dotted: str, whole: Place) -> Place:
    """Return the place of a value, or of the nearest value that contains it."""
    while dotted and dotted not in places:
        dotted = dotted.rpartition(".")[0]
    return places.get(dotted, whole)


def is_roadmap(path: str) -> bool:
    """Return whether a file is Markdown, by its name."""
    return PurePath(path).suffix.lower() in (".md", ".markdown")


def collect(files: Sequence[ParsedFile], settings: SettingsDocument) -> Collected:
    """Return all confident items with keys and parents, parents before children.

    Items that are only listed are left out. A duplicate in one file of another tool is a warning,
    because such files do not have to follow our rules. Includes diagnostics for keys that are used
    twice, parents that do not exist, and items that are their own ancestors.
    """
    entries: list[Entry] = []
    by_place: dict[tuple[int, int], Entry] = {}
    statuses = own_statuses(settings)
    for number, parsed in enumerate(files):
        lenient = is_roadmap(parsed.source.path) or bool(parsed.dialect)
        for index, item in enumerate(parsed.items):
            if item.confident:
                meant, defaults = as_meant(item, statuses), _defaults(item, settings)
                foreign = bool(parsed.dialect)
                entry = Entry(number, index, meant, lenient, foreign=foreign, defaults=defaults)
                by_place[number, index] = entry
                entries.append(entry)
    for entry in entries:
        entry.parent = _parent(entry, files, by_place)
    _make_keys(entries)
    diagnostics = [*_duplicates(entries), *_adopt(entries)]
    by_key: dict[str, Entry] = {}
    for entry in entries:
        by_key.setdefault(entry.key, entry)
    parents = {entry.key: entry.parent.key if entry.parent else None for entry in by_key.values()}
    order = parents_first(parents)
    for cycle in cycles({key: [parent] if parent else [] for key, parent in parents.items()}):
        names = " -> ".join((*cycle, cycle[0]))
        message = f"'{cycle[0]}' is its own ancestor: {names}"
        hint = f"remove the parent of '{cycle[0]}', or of another one of these"
        place = by_key[cycle[0]].place("parent")
        diagnostics.append(Diagnostic(place, "cyclic-parents", message, hint))
    ordered = tuple(by_key[key] for key in order)
    for entry in ordered:
        if entry.parent is not None:
            entry.parent.children.append(entry)
            _follow(entry, entry.parent)
    doubles = tuple(entry for entry in entries if by_key[entry.key] is not entry)
    return Collected(ordered, doubles, tuple(diagnostics))


def own_statuses(settings: SettingsDocument) -> dict[str, str]:
    """Return the statuses that words of the files mean, by the normalized word."""
    declared = settings.reading.get(STATUSES)
    words = declared.items() if isinstance(declared, Mapping) else ()
    return {key_words(word): str(status) for word, status in words}


def as_meant(item: ParsedItem, statuses: Mapping[str, str]) -> ParsedItem:
    """Return the item with the status that its own word is declared to mean."""
    meant = statuses.get(key_words(item.document.status or ""))
    if meant is None:
        return item
    return replace(item, document=item.document.model_copy(update={"status": meant}))


def _follow(entry: Entry, above: Entry) -> None:
    """Treat an item without its own status inside finished work as finished.

    An item with its own issue number gets its state from the issue.
    """
    document = entry.parsed.document
    if (
        entry.parsed.follows
        and not document.issue
        and "done" in meanings(above.text("status") or "")
    ):
        finished = document.model_copy(update={"status": "Done"})
        entry.parsed = replace(entry.parsed, document=finished)


def _defaults(item: ParsedItem, settings: SettingsDocument) -> tuple[KindDefaultsDocument, ...]:
    of_kind = getattr(settings.defaults, item.kind, None)
    if isinstance(of_kind, KindDefaultsDocument):
        return (of_kind, settings.defaults)
    return (settings.defaults,)


def _parent(
    entry: Entry, files: Sequence[ParsedFile], by_place: dict[tuple[int, int], Entry]
) -> Entry | None:
    """Return the nearest confident ancestor in the same file."""
    items = files[entry.file].items
    at, seen = entry.parsed.parent, {entry.index}
    while at is not None and at not in seen and 0 <= at < len(items):
        if (entry.file, at) in by_place:
            return by_place[entry.file, at]
        seen.add(at)
        at = items[at].parent
    return None


def _make_keys(entries: Sequence[Entry]) -> None:
    """Set the key of every entry: its own, otherwise made from the parent's key and the title."""
    for entry in entries:
        chain = [entry]
        while not chain[-1].key and chain[-1].parent is not None and chain[-1].parent not in chain:
            chain.append(chain[-1].parent)
        for member in reversed(chain):
            document = member.parsed.document
            above = member.parent.key if member.parent else member.parsed.parent_key
            member.key = member.key or document.id or make_key(document.title, above)


def _duplicates(entries: Sequence[Entry]) -> list[Diagnostic]:
    first: dict[str, Entry] = {}
    problems = []
    for entry in entries:
        before = first.setdefault(entry.key, entry)
        if before is entry:
            continue
        title = shown(before.parsed.document.title)
        if entry.parsed.document.id is None and before.parsed.document.id is None:
            message = f"two items named '{title}' under the same parent; first at {before.place()}"
            hint = "give one of them its own key with 'id:'"
            if entry.lenient and before.lenient:
                message += ", and only that one is taken"
                hint = "give them different titles"
                problems.append(warning(entry.place("title"), "twice", message, hint))
                continue
        else:
            message = f"the key '{entry.key}' is also that of '{title}' at {before.place('id')}"
            hint = "keys are unique in a backlog: change one of them"
        if entry.foreign and entry.file == before.file:
            message += "; the second one is left out"
            problems.append(warning(entry.place("id"), "duplicate-key", message, hint))
        else:
            problems.append(Diagnostic(entry.place("id"), "duplicate-key", message, hint))
    return problems


def _adopt(entries: Sequence[Entry]) -> list[Diagnostic]:
    """Resolve the parents that are named by key."""
    by_key = {entry.key: entry for entry in reversed(entries)}
    keys = Near(by_key)
    problems = []
    for entry in entries:
        parent_key = entry.parsed.parent_key
        if entry.parent is not None or parent_key is None:
            continue
        entry.parent = by_key.get(parent_key)
        if entry.parent is None:
            message = f"the parent '{shown(parent_key)}' does not exist"
            near = keys.to(parent_key)
            hint = f"did you mean '{near}'?" if near else "name an item by its key"
            problems.append(entry.problem("parent", "unknown-parent", message, hint))
    return problems
