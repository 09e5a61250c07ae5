"""The settings of a backlog: read from each of its files, and made one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.core.fields import BOARD_FIELDS, ISSUE_FIELDS, MEANT, STATUS
from backlog_sync.core.model import KINDS, Settings
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.entries import STATUSES, place_in
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.reading.declared import problem
from backlog_sync.files.statuses import meanings
from backlog_sync.files.validation import did_you_mean, explain, shown

_JOINED_LISTS = {"labels": "name", "milestones": "title"}
_OWN = ("version", "include")
STATE = "state"
_SEE = "docs/files.md, 'Say how a roadmap is read', has the forms"


@dataclass(frozen=True, slots=True)
class FileSettings:
    """The settings of one file, with the places of what it says."""

    document: SettingsDocument
    places: Mapping[str, Place]
    path: str

    def place(self, dotted: str) -> Place:
        """The place of a setting, or of what it stands in."""
        return place_in(self.places, dotted, Place(self.path))


def read_settings(parsed: ParsedFile) -> tuple[FileSettings, tuple[Diagnostic, ...]]:
    """Validate the settings of one file.

    Gives what is valid, and a diagnostic for each fault: a fault in one setting loses that
    setting, not the others.
    """
    places, path = parsed.settings_places, parsed.source.path

    def place_of(dotted: tuple[str, ...]) -> Place | None:
        return places.get(".".join(dotted)) if dotted else Place(path)

    raw = dict(parsed.settings)
    diagnostics: tuple[Diagnostic, ...] = ()
    try:
        document = SettingsDocument.model_validate(raw)
    except ValidationError as error:
        diagnostics = explain(error, SettingsDocument, place_of)
        for broken in {detail["loc"][0] for detail in error.errors() if detail["loc"]}:
            raw.pop(str(broken), None)
        document = SettingsDocument.model_validate(raw)
    return FileSettings(document, places, path), diagnostics


def merge_settings(
    files: Sequence[FileSettings],
) -> tuple[SettingsDocument, tuple[Diagnostic, ...]]:
    """One backlog's settings from those of its files, the first file's before the others'.

    Labels and milestones add up, mappings too; of anything else the first word counts, and
    another word in a later file is an error.
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
                message = f"'{name}' is said otherwise at {first}"
                hint = "files of one backlog share their settings: say it in one place"
                place = file.place(name)
                diagnostics.append(Diagnostic(place, "conflicting-setting", message, hint))
    return SettingsDocument.model_construct(_fields_set=set(merged), **merged), tuple(diagnostics)


def _joined(
    name: str, before: object, value: Sequence[object], file: FileSettings, found: list[Diagnostic]
) -> tuple[object, ...]:
    """Two lists of definitions; the second of one name is an error where it says otherwise."""
    assert isinstance(before, tuple)
    key = _JOINED_LISTS[name]
    known = {getattr(entry, key).casefold(): entry for entry in before}
    for index, entry in enumerate(value):
        title = getattr(entry, key)
        first = known.setdefault(title.casefold(), entry)
        if first is not entry and first != entry:
            place = file.place(f"{name}.{index}")
            message = f"'{title}' is defined twice in '{name}', differently"
            found.append(Diagnostic(place, "duplicate-definition", message, "keep one of them"))
    return tuple(known.values())


def owned_fields(name: str, document: SettingsDocument) -> tuple[str, ...]:
    """The fields of the field table and of the board that a word under `ownership:` means.

    Empty for a word that means none.
    """
    word = name.strip().casefold()
    if word in ("status", "state"):
        return (STATE, STATUS) if word == "status" else (STATE,)
    fields = (*ISSUE_FIELDS, *BOARD_FIELDS, *document.board_fields)
    known = {field.casefold(): field for field in fields}
    field = known.get(MEANT.get(word, word).casefold())
    return (field,) if field else ()


def check_ownership(
    files: Sequence[FileSettings], document: SettingsDocument
) -> tuple[Diagnostic, ...]:
    """Tell words under `ownership:` that mean no field."""
    found: list[Diagnostic] = []
    for file in files:
        for name in file.document.ownership:
            if owned_fields(name, document):
                continue
            fields = (*ISSUE_FIELDS, *MEANT, *BOARD_FIELDS, *document.board_fields)
            hint = did_you_mean(name, fields)
            message = f"'{shown(name)}' is not a field"
            place = file.place(f"ownership.{name}")
            found.append(Diagnostic(place, "unknown-field", message, hint))
    return tuple(found)


def check_reading(
    files: Sequence[FileSettings], document: SettingsDocument
) -> tuple[Diagnostic, ...]:
    """Tell lines of `reading:` that say nothing that we know."""
    return tuple(
        Diagnostic(file.place(f"reading.{pattern}"), "invalid-reading", why, _SEE)
        for file in files
        for pattern, what in file.document.reading.items()
        if (why := problem(pattern, what) or _no_status(pattern, what, document))
    )


def _no_status(pattern: str, what: object, document: SettingsDocument) -> str:
    """Why a word under `statuses` means nothing; empty where all do."""
    if pattern != STATUSES or not isinstance(what, Mapping):
        return ""
    options = {option.name.casefold() for name, field in document.board_fields.items()
               for option in field.options if name.casefold() == STATUS.casefold()}  # fmt: skip
    known = ("Todo", "In Progress", "Done", "Cancelled", *options)
    for word, status in what.items():
        text = status if isinstance(status, str) else ""
        if not meanings(text) and text.casefold() not in options:
            one_of = f"write one of {', '.join(known)}"
            return f"'{shown(str(status))}', the meaning of '{word}', is no status: {one_of}"
    return ""


def core_settings(document: SettingsDocument) -> Settings:
    """The part of the settings that planning works with."""
    labels: dict[str, str | None] = {kind: kind for kind in KINDS}
    labels.update({str(kind): label for kind, label in document.kind_labels.items()})
    types: dict[str, str | None] = {kind: kind for kind in KINDS}
    types.update({str(kind): name for kind, name in document.issue_types.items()})
    ownership: dict[str, str] = {}
    for name, owner in document.ownership.items():
        for field in owned_fields(name, document):
            ownership[field] = owner
    return Settings(
        kind_labels=labels,
        issue_types=types,
        priority_label=document.priority_label,
        ownership=ownership,
        trusted_authors=document.trusted_authors,
        ignore_issues=document.ignore_issues,
        mentions=document.mentions,
        create_done=document.create_done,
        write_back=document.write_back,
        adopt=document.adopt,
        publish=document.publish,
    )
