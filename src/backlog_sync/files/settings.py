"""The settings of a backlog: read from each of its files, and made one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.core.model import KINDS, Settings
from backlog_sync.files.documents import SettingsDocument
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.validation import explain

_JOINED_LISTS = {"labels": "name", "milestones": "title"}
_UNITED = ("trusted_authors", "ignore_issues", "publish")
_MAPPINGS = ("people", "label_map", "points", "ownership", "kind_labels", "issue_types")
_OWN = ("version", "include")
_FRIENDLY = {
    "depends_on": "blocked_by",
    "acceptance_criteria": "body",
    "kind": "issue_type",
    "priority": "Priority",
    "story_points": "Story Points",
    "target": "Target",
    "start": "Start",
    "sprint": "Sprint",
}
"""Words of the file format for what the field table calls otherwise."""


@dataclass(frozen=True, slots=True)
class FileSettings:
    """The settings of one file, with the places of what it says."""

    document: SettingsDocument
    places: Mapping[str, Place]
    path: str

    def place(self, dotted: str) -> Place:
        """The place of a setting, or of what it stands in."""
        while dotted and dotted not in self.places:
            dotted = dotted.rpartition(".")[0]
        return self.places.get(dotted, Place(self.path))


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
            elif name in _UNITED:
                before = merged.get(name, ())
                assert isinstance(before, tuple)
                merged[name] = tuple(dict.fromkeys((*before, *value)))
            elif name in _MAPPINGS:
                before = merged.get(name, {})
                assert isinstance(before, dict)
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


def core_settings(document: SettingsDocument) -> Settings:
    """The part of the settings that planning works with."""
    labels: dict[str, str | None] = {kind: kind for kind in KINDS}
    labels.update({str(kind): label for kind, label in document.kind_labels.items()})
    types: dict[str, str | None] = {kind: kind for kind in KINDS}
    types.update({str(kind): name for kind, name in document.issue_types.items()})
    ownership = {_FRIENDLY.get(name, name): owner for name, owner in document.ownership.items()}
    if "status" in document.ownership:
        ownership["Status"] = ownership["state"] = ownership.pop("status")
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
    )
