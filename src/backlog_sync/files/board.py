"""Determine the board's fields, and an item's values for them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from backlog_sync.core.diagnostics import Diagnostic, Fix, Place, Severity, warning
from backlog_sync.core.fields import BOARD_FIELDS, BOARD_KEYS, issue_field_of
from backlog_sync.core.model import BoardFieldDef, IssueFieldValue, OptionDef, ProjectSpec, ViewDef
from backlog_sync.core.words import RELATIVE, unknown_word
from backlog_sync.files.documents.board import (
    BoardFieldDocument,
    IssueFieldDocument,
    ProjectDocument,
    ViewDocument,
)
from backlog_sync.files.documents.items import LISTS, ItemDocument
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.documents.values import Model
from backlog_sync.files.entries import Entry
from backlog_sync.files.key_suggestions import item_key, value_for
from backlog_sync.files.near import is_surely
from backlog_sync.files.statuses import meanings
from backlog_sync.files.suggestions import NONE, advice, date_for, fix_of, number_for
from backlog_sync.files.validation import MANY, did_you_mean, nearest, shown, unknown_field
from backlog_sync.files.vocabulary import bare_word, is_priority, vocabulary

STATUS, PRIORITY, POINTS = "Status", "Priority", "Story Points"

_STATUS_OPTIONS = tuple(
    OptionDef(*each) for each in (("Todo", "GREEN"), ("In Progress", "YELLOW"), ("Done", "PURPLE"))
)
_COLORS = {"Critical": "PINK", "High": "RED", "Medium": "YELLOW", "Low": "GREEN"}
_PRIORITIES = tuple(OptionDef(name, color) for name, color in _COLORS.items())


_BOARDS = (STATUS, "Sprint")
"""Fields that only a board has: its workflows move the status, and issues have no iterations."""


def _options_of(document: BoardFieldDocument | IssueFieldDocument) -> tuple[OptionDef, ...]:
    return tuple(OptionDef(o.name, o.color, o.description) for o in document.options)


def parse_date(text: str) -> str | None:
    """Return a date written as 2026-03-31, or None."""
    try:
        return date.fromisoformat(text).isoformat() if len(text) == 10 else None
    except ValueError:
        return None


class Board:
    """The fields of a backlog's board, from the settings and from the items."""

    def __init__(self, settings: SettingsDocument, entries: Sequence[Entry]) -> None:
        self.unknown: dict[tuple[str, str], list[Entry]] = {}
        self.sizes: dict[str, list[tuple[Place, str]]] = {}
        self._scale = {word.casefold(): value for word, value in settings.points.items()}
        self.fields: dict[str, BoardFieldDef] = {}
        for name, document in settings.board_fields.items():
            options = _options_of(document)
            self.fields[name.casefold()] = BoardFieldDef(
                name, document.type, options, document.start, document.duration, document.count
            )
        self.issue_fields = {
            name.casefold(): BoardFieldDef(
                name,
                document.type or "",
                _options_of(document),
                visibility=document.visibility or "",
            )
            for name, document in settings.issue_fields.items()
        }
        names = [definition.name for definition in self.issue_fields.values()]
        self._replaced = {
            row: replacing
            for row in BOARD_FIELDS
            if row not in _BOARDS and (replacing := issue_field_of(row, names))
        }
        for name, row in BOARD_FIELDS.items():
            if name in self._replaced:
                continue
            used = any(entry.declared(row.key)[1] is not None for entry in entries)
            options = self._default_options(name, entries)
            used = used and (bool(options) or name != PRIORITY)
            if name.casefold() not in self.fields and (used or name == STATUS):
                self.fields[name.casefold()] = BoardFieldDef(
                    name, row.type, options, declared=False
                )

    def definition(self, name: str) -> BoardFieldDef | None:
        """Return the definition of a field by its name: of an issue field, or of the board.

        The fields of the table are those of the board unless an issue field replaces them.
        """
        folded = self._replaced.get(name, name).casefold()
        return self.issue_fields.get(folded) or self.fields.get(folded)

    def _default_options(self, name: str, entries: Sequence[Entry]) -> tuple[OptionDef, ...]:
        if name == STATUS:
            return _STATUS_OPTIONS
        if name != PRIORITY:
            return ()
        priorities = (p for entry in entries if (p := entry.text("priority")) and is_priority(p))
        used = {priority.casefold(): priority for priority in priorities}
        known = [option for option in _PRIORITIES if used.pop(option.name.casefold(), None)]
        return (*known, *(OptionDef(other) for other in used.values()))

    def unknown_words(self, entry: Entry) -> dict[str, str]:
        """Return the item's words for Status and Priority that are unknown and not an option."""
        words = {name: entry.text(BOARD_KEYS[name]) for name in (STATUS, PRIORITY)}
        unknown = {n: w for n, w in words.items() if w is not None and not self.accepts(n, w)}
        for name, word in unknown.items():
            self.unknown.setdefault((name, word.casefold()), []).append(entry)
        return unknown

    def is_priority(self, word: str) -> bool:
        """Return whether a word is a priority, of the board or of the vocabulary."""
        return self.accepts(PRIORITY, word)

    def accepts(self, name: str, word: str) -> bool:
        """Return whether a word for Status or Priority is an option or in the vocabulary."""
        definition = self.definition(name)
        if definition is not None and definition.type != "single_select":
            return True
        options = definition.options if definition else ()
        if name in self._replaced and not options:
            return True
        if any(option.name.casefold() == word.casefold() for option in options):
            return True
        return bool(meanings(word)) if name == STATUS else is_priority(word)

    def values(self, entry: Entry) -> tuple[dict[str, IssueFieldValue], list[Diagnostic]]:
        """Return the declared values of an item by field name, and diagnostics for invalid ones.

        They are those of the board and those of issue fields.
        """
        typed = list(self._typed(entry))
        values = {name: value for name, value in typed if not isinstance(value, Diagnostic)}
        return values, [value for _, value in typed if isinstance(value, Diagnostic)]

    def _typed(self, entry: Entry) -> Iterator[tuple[str, IssueFieldValue | Diagnostic]]:
        for name, row in BOARD_FIELDS.items():
            declared, value = entry.declared(row.key)
            definition = self.definition(name)
            if definition is not None and value not in (None, ""):
                yield from self._value(entry, definition, row.key, value)
            elif declared and name != STATUS and (definition is not None or value is None):
                yield self._replaced.get(name, name), None
        for name, value in self._own(entry).items():
            definition = self.definition(name)
            if definition is None:
                yield name, self._unknown(entry, name, value)
            elif value is None:
                yield definition.name, None
            else:
                yield from self._value(entry, definition, name, value)

    def _own(self, entry: Entry) -> dict[str, object]:
        """Return the item's values for fields that only this board has.

        A board may have its own field with the name of a planning field that was added later.
        """
        document = entry.parsed.document
        own = dict(document.model_extra or {})
        for name in ("capacity", "feedback"):
            if name in self.fields and name in document.model_fields_set:
                value = getattr(document, name)
                own[name] = ", ".join(value) if isinstance(value, tuple) else value
        return own

    def _unknown(self, entry: Entry, name: str, value: object) -> Diagnostic:
        own = [each.name for each in (*self.fields.values(), *self.issue_fields.values())]
        known = (*ItemDocument.model_fields, *LISTS, *own)
        meant = item_key(name, value, own)
        hint = meant.hint
        is_given = meant.key in entry.parsed.document.model_fields_set
        if is_given and getattr(entry.parsed.document, meant.key) != value:
            hint = f"`{meant.key}:` is given too: keep one of them"
        elif meant.key:
            hint = advice(value_for(meant.key, value), meant.key)
            is_given = False
        problem = unknown_field(entry.place(name), name, known, hint)
        if problem.hint == MANY:
            hint = (
                "declare it under 'project.fields' (on the board) or 'issue_fields' (on the issue)"
            )
            problem = replace(problem, hint=hint)
        severity = Severity.WARNING if entry.lenient else Severity.ERROR
        fix = Fix(name, meant.key) if meant.sure and not is_given else None
        return replace(problem, severity=severity, fix=fix)

    def _value(
        self, entry: Entry, definition: BoardFieldDef, key: str, value: object
    ) -> Iterator[tuple[str, IssueFieldValue | Diagnostic]]:
        """Yield one value converted to its field's type, or the reason why it is invalid."""
        typed: IssueFieldValue | Diagnostic
        text = str(value).strip()
        if isinstance(value, list | tuple) and definition.type in ("multi_select", ""):
            typed = self._options(entry, definition, key, [str(each) for each in value])
        elif definition.type == "multi_select":
            typed = self._options(entry, definition, key, text.split(","))
        elif not isinstance(value, str | int | float):
            hint = "write one value, not a list or a mapping"
            typed = entry.problem(key, "wrong-type", f"'{key}' must be one value", hint)
        elif definition.type == "number":
            typed = self._number(entry, definition.name, key, text)
        elif definition.type == "date":
            typed = parse_date(text) or _no_date(entry, key, text)
        elif definition.type == "single_select":
            typed = self._chosen(entry, definition, key, text)
        elif definition.type == "iteration" and text.startswith("@"):
            typed = self._relative(entry, key, text)
        elif not definition.type and isinstance(value, int | float):
            typed = value
        else:
            typed = text
        if typed is not None:
            yield definition.name, typed

    def _chosen(
        self, entry: Entry, definition: BoardFieldDef, key: str, text: str
    ) -> str | Diagnostic | None:
        """Return the option for a word; any word if only GitHub knows the options."""
        return self._option(entry, definition, key, text) if definition.options else text

    def _options(
        self, entry: Entry, definition: BoardFieldDef, key: str, words: Sequence[str]
    ) -> tuple[str, ...] | Diagnostic:
        """Return the options for several words, or the reason why one of them is invalid."""
        options: dict[str, None] = {}
        for word in filter(None, map(str.strip, words)):
            option = self._chosen(entry, definition, key, word)
            if isinstance(option, Diagnostic):
                return option
            options[option or word] = None
        return tuple(options)

    def _relative(self, entry: Entry, key: str, text: str) -> str | Diagnostic:
        """Return a word such as `@current`, or a diagnostic for one that is nearly that."""
        word = text.casefold()
        if word in RELATIVE or nearest(word, RELATIVE) is None:
            return word if word in RELATIVE else text
        message = f"'{shown(text)}' is not an iteration"
        return entry.problem(key, "unknown-option", message, did_you_mean(word, RELATIVE))

    def _number(self, entry: Entry, name: str, key: str, word: str) -> float | Diagnostic | None:
        scaled = self._scale.get(word.casefold()) if name == POINTS else None
        if scaled is not None:
            return scaled
        try:
            number = float(word)
        except ValueError:
            number = math.nan
        meant = number_for(word)
        if math.isfinite(number) and (number >= 0 or name != POINTS):
            return number
        if math.isfinite(number):
            message = f"{number:g} is negative; story points are 0 or more"
            return entry.problem(key, "invalid-number", message, advice(meant, key))
        if name != POINTS:
            hint = advice(meant, key) or f"write a number such as `{key}: 5`"
            message = f"'{shown(word)}' is not a number"
            problem = entry.problem(key, "invalid-number", message, hint)
            return replace(problem, fix=fix_of(meant, word))
        if meant is not NONE:
            message = f"'{shown(word)}' is not a number and is not in 'points:'; ignored"
            hint = advice(meant, "" if entry.lenient else key)
            problem = warning(entry.place(key), "unknown-points", message, hint)
            return replace(problem, fix=fix_of(meant, word))
        place = entry.place(key)
        self.sizes.setdefault(place.path, []).append((place, shown(word)))
        return None

    def _option(
        self, entry: Entry, definition: BoardFieldDef, key: str, text: str
    ) -> str | Diagnostic | None:
        """Return the option for a word; None for a known word without an option."""
        names = [option.name for option in definition.options]
        spellings = (text.casefold(), bare_word(text))  # an emoji may precede the word: `✅ Live`
        same = next((name for name in names if name.casefold() in spellings), None)
        if same is not None:
            return same
        if definition.name == STATUS:
            meant = meanings(text)
            return next((name for name in names if meanings(name) & meant), None)
        if definition.name == PRIORITY and not is_priority(text):
            return None
        message = f"'{shown(text)}' is not an option of {definition.name}"
        problem = entry.problem(key, "unknown-option", message, did_you_mean(text, names))
        return replace(problem, severity=Severity.WARNING) if key == "priority" else problem

    def warnings(self) -> Iterator[Diagnostic]:
        """Warn of each unknown word for Status or Priority, and once of unknown sizes."""
        yield from map(_unknown_sizes, self.sizes.values())
        for (name, _), entries in self.unknown.items():
            word = entries[0].text(BOARD_KEYS[name]) or ""
            definition = self.definition(name)
            names = [option.name for option in definition.options] if definition else []
            key = BOARD_KEYS[name]
            place = entries[0].place(key)
            where = "issue_fields" if name in self._replaced else "project.fields"
            message = unknown_word(key, word, len(entries))
            near = nearest(word, names or (_RANKS if name == PRIORITY else ()))
            if near is None and name == STATUS:
                near = nearest(word, vocabulary().statuses)
            hint = _valid(near, names, self._replaced.get(name, name), where)
            fix = Fix(word, near) if near and len(entries) == 1 and is_surely(word, near) else None
            if name == STATUS:
                yield replace(warning(place, "unknown-status", message, hint), fix=fix)
            else:
                yield replace(warning(place, "unknown-priority", message, hint), fix=fix)


def _no_date(entry: Entry, key: str, text: str) -> Diagnostic:
    """Return the diagnostic for a text that is not a date, with the date that it may mean."""
    meant = date_for(text, last=key != "start")
    problem = entry.problem(
        key, "invalid-date", f"'{shown(text)}' is not a date", advice(meant, key)
    )
    return replace(problem, fix=fix_of(meant, text))


def _unknown_sizes(sizes: Sequence[tuple[Place, str]]) -> Diagnostic:
    """Return the warning for a file's words for points that are not in a scale."""
    words = list(dict.fromkeys(word for _, word in sizes))
    quoted = ", ".join(f"'{word}'" for word in words[:_MOST_SIZES])
    quoted += " …" if len(words) > _MOST_SIZES else ""
    message = f"{quoted} is not a number and is not in 'points:'"
    if len(words) > 1:
        message = f"{quoted} are not numbers and are not in 'points:'"
    message += f" ({len(sizes)} items)" if len(sizes) > 1 else ""
    hint = f"declare a scale, such as 'points: {{{words[0]}: 3}}'; until then they are left empty"
    return warning(min(sizes)[0], "unknown-points", message, hint)


_RANKS = ("Critical", "High", "Medium", "Low")
"""Priorities that a misspelled word may mean if the board declares no options."""
_MOST_SIZES = 5
"""Sizes listed in one message: more do not fit on its line."""


def _valid(near: str | None, names: Sequence[str], field: str, where: str) -> str:
    """Return a hint with the valid values, the nearest one first."""
    meant = f"did you mean '{near}'? " if near else ""
    values = f"valid values: {', '.join(names)}; " if names else ""
    return f"{meant}{values}others are declared as options of '{field}' under '{where}'"


def project_of(
    settings: SettingsDocument, repository: str | None, fields: tuple[BoardFieldDef, ...]
) -> ProjectSpec | None:
    """Return the board that the settings declare; its owner defaults to the repository's.

    Returns None if there is none, or if its owner is unknown.
    """
    document = settings.project
    if document is None or (document.title is None and document.number is None):
        return None
    owner = document.owner or (repository or "").partition("/")[0]
    if not owner:
        return None
    return board_of(document, ProjectSpec(owner, document.title, document.number), fields)


def board_of(
    document: ProjectDocument | None, named: ProjectSpec, fields: tuple[BoardFieldDef, ...]
) -> ProjectSpec:
    """Return the named board with everything else that the settings declare of a board."""
    if document is None:
        return replace(named, fields=fields)
    views = document.views
    return replace(
        named,
        fields=fields,
        views=None if views is None else tuple(map(_view, views)),
        description=_declared(document, "description", document.description),
        readme=_declared(document, "readme", document.readme),
        public=document.public,
        template=document.template,
    )


def _view(document: ViewDocument) -> ViewDef:
    query = _declared(document, "filter", document.filter)
    parts = {
        "group_by": (document.group_by,) if document.group_by else (),
        "column_by": (document.column_by,) if document.column_by else (),
        "sort_by": document.sort_by,
    }
    arrangement = tuple((part, names) for part, names in parts.items() if names)
    about = document.name, document.layout, query, document.fields
    return ViewDef(*about, arrangement=arrangement)


def _declared(document: Model, name: str, value: str | None) -> str | None:
    """Return a text: an empty setting is declared as empty, an omitted one is not declared."""
    return "" if value is None and name in document.model_fields_set else value
