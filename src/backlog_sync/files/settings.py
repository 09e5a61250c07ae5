"""Read the settings of a backlog from each of its files, and merge them."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.core.fields import BOARD_FIELDS, FIELD_WORDS, ISSUE_FIELDS, STATUS, issue_field_of
from backlog_sync.core.model import KINDS, InboxSettings, Settings
from backlog_sync.core.normalize import fold
from backlog_sync.core.option_values import SELECTS
from backlog_sync.core.view_arrangement import UNGROUPED
from backlog_sync.core.words import RECORD
from backlog_sync.dataclass import dataclass
from backlog_sync.files.board import parse_date
from backlog_sync.files.documents.board import ViewDocument
from backlog_sync.files.documents.settings import InboxDocument, SettingsDocument
from backlog_sync.files.entries import STATUSES, place_in
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.reading.declared import problem
from backlog_sync.files.refs import parse_feedback
from backlog_sync.files.statuses import meanings
from backlog_sync.files.suggestions import advice, date_for, fix_of
from backlog_sync.files.validation import did_you_mean, explain, shown
from backlog_sync.files.vocabulary import spelled

_JOINED_LISTS = {"labels": "name", "milestones": "title"}
_OWN = ("version", "include")
STATE = "state"
_SEE = "docs/files.md, 'Configure how a roadmap is read', has the forms"


_RESERVED = spelled("sets.reserved")
"""Names of a board's built-in fields, which the issue determines; the tool writes `Status`."""


@dataclass(frozen=True, slots=True)
class FileSettings:
    """The settings of one file, with their places."""

    document: SettingsDocument
    places: Mapping[str, Place]
    path: str

    def place(self, dotted: str) -> Place:
        """Return the place of a setting, or of what contains it."""
        return place_in(self.places, dotted, Place(self.path))

    def fault(self, dotted: str, slug: str, message: str, hint: str = "") -> Diagnostic:
        """Return a diagnostic for an invalid setting."""
        return Diagnostic(self.place(dotted), slug, message, hint)


def read_settings(parsed: ParsedFile) -> tuple[FileSettings, tuple[Diagnostic, ...]]:
    """Validate the settings of one file.

    Returns the valid settings, and a diagnostic for each error: an error in one setting does not
    affect the others.
    """
    places, path = parsed.settings_places, parsed.source.path

    def place_of(dotted: tuple[str, ...]) -> Place | None:
        return places.get(".".join(dotted)) if dotted else Place(path)

    raw = deepcopy(dict(parsed.settings))
    diagnostics: tuple[Diagnostic, ...] = ()
    while True:
        try:
            document = SettingsDocument.model_validate(raw)
        except ValidationError as error:
            diagnostics = diagnostics or explain(error, SettingsDocument, place_of)
            for broken in {_broken_part(raw, detail["loc"]) for detail in error.errors()}:
                _leave_out(raw, broken)
        else:
            return FileSettings(document, places, path), diagnostics


_INSTEAD: Mapping[tuple[str, ...], object] = {
    ("issue_fields",): {},
    ("project", "fields"): {"type": "multi_select"},
}
"""What stays of a broken field, by where it is declared: one that takes any value of an item."""


def _broken_part(raw: Mapping[str, object], loc: tuple[int | str, ...]) -> tuple[str, ...]:
    """Return the path of the innermost mapping's key that contains an error.

    A list counts as a whole: without one of its entries, the places of the others would be wrong.
    Pydantic's locations also name members of unions, which are skipped.
    """
    path: list[str] = []
    inside: object = raw
    for part in loc:
        if isinstance(inside, Mapping) and part in inside:
            path.append(str(part))
            inside = inside[part]
    return tuple(path)


def _leave_out(raw: dict[str, object], path: tuple[str, ...]) -> None:
    """Remove a broken part of the settings, or all of them if an error is in none of their keys."""
    if not path:
        raw.clear()
        return
    inside: Any = raw
    for name in path[:-1]:
        inside = inside.get(name)
        if not isinstance(inside, dict):  # another error has removed it
            return
    instead = _INSTEAD.get(path[:-1])
    if instead is not None and inside.get(path[-1]) != instead:
        inside[path[-1]] = instead
    else:
        inside.pop(path[-1], None)


def merge_settings(
    files: Sequence[FileSettings],
) -> tuple[SettingsDocument, tuple[Diagnostic, ...]]:
    """Merge the settings of a backlog's files, the first file's before the others'.

    Labels, milestones and mappings are combined; for anything else, the first value counts, and
    another value in a later file is an error.
    """
    merged: dict[str, object] = {}
    said_by: dict[str, FileSettings] = {}
    diagnostics: list[Diagnostic] = []
    for file in files:
        for name in sorted(file.document.model_fields_set - set(_OWN)):
            value = getattr(file.document, name)
            if name in _JOINED_LISTS:
                merged[name] = _joined(name, merged.get(name, ()), value, file, diagnostics)
            elif isinstance(before := merged.get(name, type(value)()), tuple):
                merged[name] = tuple(dict.fromkeys((*before, *value)))
            elif isinstance(before, dict):
                merged[name] = {**value, **before}
            elif name not in merged:
                merged[name] = value
                said_by[name] = file
            elif merged[name] != value:
                first = said_by[name].place(name)
                message = f"'{name}' has another value at {first}"
                hint = "files of one backlog share their settings: set it in one place"
                diagnostics.append(file.fault(name, "conflicting-setting", message, hint))
    return SettingsDocument.model_construct(_fields_set=set(merged), **merged), tuple(diagnostics)


def _joined(
    name: str,
    before: object,
    value: Sequence[object],
    file: FileSettings,
    problems: list[Diagnostic],
) -> tuple[object, ...]:
    """Merge two lists of definitions; another definition of the same name is an error."""
    assert isinstance(before, tuple)
    key = _JOINED_LISTS[name]
    known = {getattr(entry, key).casefold(): entry for entry in before}
    for index, entry in enumerate(value):
        title = getattr(entry, key)
        first = known.setdefault(title.casefold(), entry)
        if first is not entry and first != entry:
            path, hint = f"{name}.{index}", "keep one of them"
            message = f"'{title}' is defined twice in '{name}', differently"
            problems.append(file.fault(path, "duplicate-definition", message, hint))
    return tuple(known.values())


def owned_fields(name: str, document: SettingsDocument) -> tuple[str, ...]:
    """Return the fields that a word under `ownership:` means, of items and of the board.

    Empty for an unknown word.
    """
    word = name.strip().casefold()
    if word in ("status", "state"):
        return (STATE, STATUS) if word == "status" else (STATE,)
    fields = (*ISSUE_FIELDS, *BOARD_FIELDS, *document.board_fields, *document.issue_fields)
    known = {field.casefold(): field for field in fields}
    meant = FIELD_WORDS.get(word, word)
    field = issue_field_of(meant, document.issue_fields) or known.get(meant.casefold())
    return (field,) if field else ()


def check_settings(
    file: FileSettings, whole: SettingsDocument, repository: str | None, *, project_given: bool
) -> Iterator[Diagnostic]:
    """Yield the problems of settings that are valid one by one.

    `whole` are those of all files, `repository` is that of issues without one; `project_given` is
    whether a flag declares the board.
    """
    document = file.document
    for name in document.ownership:
        if not owned_fields(name, whole):
            fields = (
                *ISSUE_FIELDS,
                *FIELD_WORDS,
                *BOARD_FIELDS,
                *whole.board_fields,
                *whole.issue_fields,
            )
            message, hint = f"'{shown(name)}' is not a field", did_you_mean(name, fields)
            yield file.fault(f"ownership.{name}", "unknown-field", message, hint)
    for pattern, what in document.reading.items():
        if why := problem(pattern, what) or _no_status(pattern, what, whole):
            yield file.fault(f"reading.{pattern}", "invalid-reading", why, _SEE)
    days = [(f"milestones.{n}.due", each.due) for n, each in enumerate(document.milestones)]
    days += [(f"project.fields.{n}.start", each.start) for n, each in document.board_fields.items()]
    for path, day in days:
        if day is not None and parse_date(day) is None:
            meant, key = date_for(day), path.rpartition(".")[2]
            message = f"'{shown(day)}' is not a date"
            fault = file.fault(path, "invalid-date", message, advice(meant, key))
            yield replace(fault, fix=fix_of(meant, day))
    yield from _check_board(file, repository, project_given=project_given)
    yield from _check_issue_fields(file, whole)
    for index, word in enumerate(document.planning.feedback):
        if parse_feedback(word) is None:
            yield file.fault(f"planning.feedback.{index}", "invalid-feedback", *not_feedback(word))


def _check_board(
    file: FileSettings, repository: str | None, *, project_given: bool
) -> Iterator[Diagnostic]:
    for name, each in file.document.board_fields.items():
        path, folded = f"project.fields.{name}", name.casefold()
        yield from _given_twice(file, path, [option.name for option in each.options])
        if folded in (RECORD.casefold(), *_RESERVED):
            message = f"every board has a field {shown(name)!r} of GitHub's own"
            if folded == RECORD.casefold():
                message = f"the board's field {RECORD!r} is kept by this tool"
            yield file.fault(path, "reserved-field", message, "give it another name")
    project = file.document.project
    if project is not None:
        yield from _check_views(file, project.views or ())
    if project is None or project_given:
        return
    if project.title is None and project.number is None:
        hint = "add 'title:' or 'number:'"
        yield file.fault("project", "missing-field", "'project' does not name a board", hint)
    elif project.title is not None and project.number is not None:
        message = "'project' has both a title and a number"
        yield file.fault("project.title", "invalid-value", message, "keep one of them")
    elif project.owner is None and repository is None:
        hint = "add 'owner:', or 'repository: owner/name'"
        yield file.fault("project", "missing-field", "'project' has no owner", hint)


def _check_issue_fields(file: FileSettings, whole: SettingsDocument) -> Iterator[Diagnostic]:
    """Yield the problems of declared issue fields: names that have a meaning, options given twice.

    A name must not be that of a field of issues, because plans and records list both by name.
    """
    reserved = {name.casefold() for name in (*ISSUE_FIELDS, STATUS, "Sprint", RECORD)}
    own = {name.casefold() for name in whole.board_fields}
    for name, each in file.document.issue_fields.items():
        path, folded = f"issue_fields.{name}", name.strip().casefold()
        if folded in reserved or folded in _RESERVED or folded == "key":
            message = f"{shown(name)!r} cannot be an issue field: the name has another meaning"
            hint = "give the field another name"
            if folded in (STATUS.casefold(), "sprint"):
                hint = "it is a field of the board: declare it under 'project.fields'"
            yield file.fault(path, "reserved-field", message, hint)
        if folded in own:
            message = f"{shown(name)!r} is declared as an issue field and as a field of the board"
            hint = "remove it from 'project.fields'; the board shows the issue field as a column"
            yield file.fault(path, "duplicate-definition", message, hint)
        if each.options and each.type not in (None, *SELECTS):
            message = f"{shown(name)!r} has options, but its type is {each.type}"
            hint = "leave the options out, or write 'type: single_select' or 'multi_select'"
            yield file.fault(f"{path}.options", "invalid-value", message, hint)
        yield from _given_twice(file, path, [option.name for option in each.options])


def _given_twice(file: FileSettings, path: str, options: Sequence[str]) -> Iterator[Diagnostic]:
    """Report options that a field has already."""
    folded = [option.casefold() for option in options]
    for index, option in enumerate(options):
        if folded.index(folded[index]) < index:
            place, message = f"{path}.options.{index}", f"'{option}' is given twice"
            yield file.fault(place, "duplicate-option", message, "keep one of them")


def _check_views(file: FileSettings, views: Sequence[ViewDocument]) -> Iterator[Diagnostic]:
    names = [view.name.casefold() for view in views]
    for index, view in enumerate(views):
        path = f"project.views.{index}"
        if names.index(view.name.casefold()) < index:
            message = f"the view '{shown(view.name)}' is declared twice"
            yield file.fault(path, "duplicate-view", message, "keep one of them")
        if view.layout == "roadmap" and view.fields:
            message = f"the view '{shown(view.name)}' is a roadmap, which has no columns"
            yield file.fault(f"{path}.fields", "invalid-value", message, "leave out 'fields:'")
        if view.column_by and view.layout != "board":
            message = f"the view '{shown(view.name)}' has 'column_by:', and is not a board"
            hint = "set 'layout: board', or use 'group_by:'"
            yield file.fault(f"{path}.column_by", "invalid-value", message, hint)
        for key, name in (("group_by", view.group_by), ("column_by", view.column_by)):
            if name and name.casefold() in map(str.casefold, UNGROUPED):
                message = f"GitHub cannot group by {shown(name)}"
                yield file.fault(f"{path}.{key}", "invalid-value", message, "name another field")


def not_feedback(word: str) -> tuple[str, str]:
    """Return the message and the hint for a word that is not a place for feedback."""
    hint = "write '#12', owner/repo#12, or the address of an issue or a discussion"
    return f"'{shown(word)}' names neither an issue nor a discussion", hint


def _no_status(pattern: str, what: object, document: SettingsDocument) -> str:
    """Return why a word under `statuses` is invalid; empty if none is."""
    if pattern != STATUSES or not isinstance(what, Mapping):
        return ""
    options = {option.name.casefold() for name, field in document.board_fields.items()
               for option in field.options if name.casefold() == STATUS.casefold()}  # fmt: skip
    known = ("Todo", "In Progress", "Done", "Cancelled", *options)
    for word, status in what.items():
        text = status if isinstance(status, str) else ""
        if not meanings(text) and text.casefold() not in options:
            one_of = f"write one of {', '.join(known)}"
            return f"'{shown(str(status))}', the meaning of '{word}', is not a status: {one_of}"
    return ""


def core_settings(document: SettingsDocument) -> Settings:
    """Return the part of the settings that planning uses."""
    own = document.ownership.items()
    return Settings(
        kind_labels=_by_kind(document.kind_labels),
        issue_types=_by_kind(document.issue_types),
        priority_label=document.priority_label,
        ownership={field: owner for name, owner in own for field in owned_fields(name, document)},
        trusted_authors=document.trusted_authors,
        agents=document.agents,
        ignore_issues=document.ignore_issues,
        mentions=document.mentions,
        create_done=document.create_done,
        write_back=document.write_back,
        adopt=document.adopt,
        publish=document.publish,
        close_done=document.close_done,
        pull_requests={
            name: status for name, status in document.pull_requests if isinstance(status, str)
        },
        inbox=_inbox(document.inbox),
    )


_WRITERS = "writers"
"""The word for all authors who may write."""


def _inbox(document: InboxDocument | None) -> InboxSettings | None:
    if document is None:
        return None
    logins = tuple(name for name in document.authors if fold(name) != _WRITERS)
    return InboxSettings(
        labels=document.labels,
        forms=document.forms,
        types=document.types,
        milestones=document.milestones,
        authors=logins,
        writers=logins != document.authors,
        below=document.below,
        kind=document.kind,
    )


def _by_kind(names: Mapping[Any, str | None]) -> dict[str, str | None]:
    """Return a name for each kind; the default is that of the kind."""
    return {kind: names.get(kind, kind) for kind in KINDS}
