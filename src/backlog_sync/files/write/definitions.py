"""GitHub's version of labels, milestones and options into the files, with all that names them."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from backlog_sync.core.changes import ChangeKind
from backlog_sync.core.fields import BOARD_KEYS
from backlog_sync.core.model import Settings
from backlog_sync.core.normalize import fold
from backlog_sync.core.pull import Take, TakeName, TakeValue
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.write.engine import edited, read_again
from backlog_sync.files.write.settings import Path, with_settings
from backlog_sync.files.write.wanted import NOT_IN_PLACE, CannotSay, Wanted, document_value

_LISTS = {ChangeKind.MILESTONE: ("milestones", "title"), ChangeKind.LABEL: ("labels", "name")}
_FOREIGN = "this file was written for another tool"


def with_definition(
    files: Sequence[ParsedFile], take: Take, settings: Settings
) -> list[ParsedFile]:
    """Return the files with one part of a definition set, and what refers to it if it is a name.

    All of it or nothing: raises CannotSay if any place cannot be written as it is meant.
    """
    match take.what:
        case TakeName(was=was, now=now):
            _check(take, was, files, settings)
            return [_renamed(parsed, take, was, now) for parsed in files]
        case TakeValue(value=value):
            text = value if value is None else str(value)
            found = [_with_part(parsed, take, text) for parsed in files]
            if all(new is old for new, old in zip(found, files, strict=True)):
                name = _LISTS[take.kind][0]
                raise CannotSay(f"it is not declared under `{name}:`; declare it there to keep it")
            return found
        case _:
            raise CannotSay(NOT_IN_PLACE)


def _check(take: Take, was: str, files: Sequence[ParsedFile], settings: Settings) -> None:
    """Refuse the name of a label that items have without naming it."""
    if take.kind is not ChangeKind.LABEL:
        return
    written = {
        fold(str(value))
        for parsed in files
        for path, value in _places(parsed.settings, take)
        if path[0] == "kind_labels"
    }
    kinds = [
        kind for kind, label in settings.kind_labels.items() if label and fold(label) == fold(was)
    ]
    if kinds and fold(was) not in written:
        names = ", ".join(f"{kind}: …" for kind in kinds)
        raise CannotSay(f"it is the label of a kind; name it with `kind_labels: {{{names}}}`")
    prefix = settings.priority_label
    if prefix and fold(was).startswith(fold(prefix)):
        raise CannotSay("it is the label of a priority; rename the priority, or set it back")


# ---- one part ----------------------------------------------------------------------------------


def _with_part(parsed: ParsedFile, take: Take, value: str | None) -> ParsedFile:
    name, key = _LISTS[take.kind]
    paths: dict[Path, str | None] = {
        (name, index, take.name): value
        for index, entry in enumerate(_entries(parsed.settings, name))
        if fold(_name_of(entry, key)) == fold(take.key)
    }
    if not paths:
        return parsed
    return _with_settings(parsed, paths, key)


def _entries(settings: Mapping[str, object], name: str) -> Sequence[object]:
    found = settings.get(name)
    return found if isinstance(found, list | tuple) else ()


def _name_of(entry: object, key: str) -> str:
    return str(entry.get(key, "")) if isinstance(entry, Mapping) else str(entry)


def _with_settings(parsed: ParsedFile, values: Mapping[Path, str | None], key: str) -> ParsedFile:
    """Set these settings, and see that nothing else is read otherwise."""
    if parsed.dialect:
        raise CannotSay(_FOREIGN)
    text = with_settings(parsed, values, entry_key=key)
    read = read_again(parsed, text)
    meant = deepcopy(dict(parsed.settings))
    for path, value in values.items():
        _put(meant, path, value, key)
    same = [(i.document, i.kind, i.parent) for i in read.items] == [
        (i.document, i.kind, i.parent) for i in parsed.items
    ]
    if not same or _bare(read.settings) != _bare(meant):
        raise CannotSay(NOT_IN_PLACE)
    return read


def _put(settings: Any, path: Path, value: str | None, key: str) -> None:
    """Set a value in plain settings, as the text says it."""
    *above, last = path
    at = settings
    for n, step in enumerate(above):
        below = at[step]
        if isinstance(below, str) and n == len(above) - 1:
            below = at[step] = {key: below}
        at = below
    at[last] = value


def _bare(value: object) -> object:
    """Plain settings as they compare: texts, and an entry of one name as its mapping."""
    if isinstance(value, Mapping):
        return {name: _bare(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_bare(each) for each in value]
    return None if value is None else str(value)


# ---- a name ------------------------------------------------------------------------------------


def _renamed(parsed: ParsedFile, take: Take, was: str, now: str) -> ParsedFile:
    paths: dict[Path, str | None] = {
        path: now for path, value in _places(parsed.settings, take) if fold(str(value)) == fold(was)
    }
    asked = [
        (index, wanted)
        for index, item in enumerate(parsed.items)
        for wanted in _of_item(item.document, take, was, now)
    ]
    if not (paths or asked):
        return parsed
    if paths:
        _, key = _LISTS.get(take.kind, ("options", "name"))
        parsed = _with_settings(parsed, paths, key)
    return edited(parsed, asked) if asked else parsed


def _places(settings: Mapping[str, object], take: Take) -> Iterator[tuple[Path, object]]:
    """Give all places of settings that name things of a kind, each with the name."""
    if take.kind is ChangeKind.FIELD:
        yield from _options(settings, take.key)
        field = BOARD_KEYS.get(take.key, take.key)
        yield from _defaults(settings, field)
        return
    name, key = _LISTS[take.kind]
    for index, entry in enumerate(_entries(settings, name)):
        place: Path = (name, index, key) if isinstance(entry, Mapping) else (name, index)
        yield place, _name_of(entry, key)
    yield from _defaults(settings, "milestone" if take.kind is ChangeKind.MILESTONE else "labels")
    if take.kind is ChangeKind.LABEL:
        for mapping in ("label_map", "kind_labels"):
            found = settings.get(mapping)
            for word, label in found.items() if isinstance(found, Mapping) else ():
                yield (mapping, str(word)), label


def _options(settings: Mapping[str, object], field: str) -> Iterator[tuple[Path, object]]:
    project = settings.get("project")
    fields = project.get("fields") if isinstance(project, Mapping) else None
    for name, definition in fields.items() if isinstance(fields, Mapping) else ():
        if fold(str(name)) != fold(field) or not isinstance(definition, Mapping):
            continue
        for index, entry in enumerate(_entries(definition, "options")):
            top: Path = ("project", "fields", name, "options", index)
            yield (*top, "name") if isinstance(entry, Mapping) else top, _name_of(entry, "name")


def _defaults(settings: Mapping[str, object], name: str) -> Iterator[tuple[Path, object]]:
    top = settings.get("defaults")
    if not isinstance(top, Mapping):
        return
    below: list[tuple[Path, Mapping[Any, object]]] = [(("defaults",), top)]
    below += [(("defaults", k), v) for k, v in top.items() if isinstance(v, Mapping)]
    for path, mapping in below:
        value = mapping.get(name)
        if isinstance(value, list | tuple):
            yield from (((*path, name, index), each) for index, each in enumerate(value))
        elif value is not None:
            yield (*path, name), value


def _of_item(document: ItemDocument, take: Take, was: str, now: str) -> Iterator[Wanted]:
    """Give what an item is to say instead of the old name."""
    if take.kind is ChangeKind.LABEL:
        labels = document.labels
        if labels is not None and any(fold(word) == fold(was) for word in labels):
            yield Wanted("labels", tuple(now if fold(w) == fold(was) else w for w in labels))
        return
    name = "milestone"
    if take.kind is ChangeKind.FIELD:
        name = BOARD_KEYS.get(take.key, take.key)
    said = document_value(document, name)
    if isinstance(said, str) and fold(said) == fold(was):
        yield Wanted(name, now)
