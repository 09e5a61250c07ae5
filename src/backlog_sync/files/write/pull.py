"""Write GitHub's version of fields to the files, if it is read back as intended."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import JsonValue
from backlog_sync.core.fields import file_key
from backlog_sync.core.model import CheckItem, DesiredState
from backlog_sync.core.normalize import fold
from backlog_sync.core.plan import FieldNote
from backlog_sync.core.pull import (
    MOVES,
    Left,
    Take,
    TakeCriteria,
    TakeMembers,
    TakeName,
    TakeOrder,
    TakeText,
    TakeValue,
)
from backlog_sync.dataclass import dataclass
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.inline import plain
from backlog_sync.files.labels import Labels
from backlog_sync.files.load import Loaded
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.refs import parse_issue_ref
from backlog_sync.files.withheld import without_withheld
from backlog_sync.files.write.change import FileChange, change_of
from backlog_sync.files.write.definitions import with_definition
from backlog_sync.files.write.engine import texts_of, written
from backlog_sync.files.write.move import below, in_order
from backlog_sync.files.write.new_values import (
    NOT_IN_PLACE,
    TEXTS,
    NewValue,
    UnwritableError,
    UnwritableFileError,
    Value,
    document_value,
    is_set,
)
from backlog_sync.files.write.own_words import Texts, plain_text, spelled


@dataclass(frozen=True, slots=True)
class Accepted:
    """The changed files, the takes that were left out, and the backlog as it would be loaded."""

    changes: tuple[FileChange, ...]
    taken: tuple[Take, ...]
    left: tuple[Left, ...]
    loaded: Loaded


def accept(loaded: Loaded, desired: DesiredState, takes: Sequence[Take]) -> Accepted:
    """Apply these takes to the files; nothing is written to disk. Raises nothing.

    The result is read again: a field that would be misread, or that would change another one, is
    left out and reported.
    """
    work = _Work(loaded, desired)
    definitions = [take for take in takes if take.kind is not ChangeKind.ISSUE]
    # Other parts first: they are found by the name that the file still has.
    definitions.sort(key=lambda take: isinstance(take.what, TakeName))
    moves = [take for take in takes if take.kind is ChangeKind.ISSUE and take.name in MOVES]
    work.one_by_one(definitions, work.define)
    work.fields(take for take in takes if take not in (*definitions, *moves))
    work.one_by_one(moves, work.move)
    return work.accepted()


def in_file_words(
    loaded: Loaded, desired: DesiredState, notes: Iterable[FieldNote]
) -> Iterator[FieldNote]:
    """Yield notes with the values of items as the files have them, or would have if accepted."""
    words = _Words(loaded, desired)
    texts = cache(lambda number: texts_of(loaded.files[number]))
    for note in notes:
        place = None if note.is_definition else loaded.keys.get(note.key)
        if place is None:
            yield note
            continue
        parsed = loaded.files[place[0]]
        document = parsed.items[place[1]].document
        file, github = (
            words.shown(note, value, parsed, document) for value in (note.desired, note.observed)
        )
        name = words.name_of(note.name, document)
        own = written_text(texts(place[0]), parsed.items[place[1]], place[1], name)
        if isinstance(file, str | int | float) and isinstance(own, str | int | float):
            file = own
        if isinstance(github, str | int | float) and name not in AS_READ:
            text = texts(place[0]).new(place[1], name, github)
            github = github if text == plain_text(github) else text
        yield note if file == github else replace(note, in_file=(file, github))


AS_READ = frozenset(("title", "status", *TEXTS))
"""Fields that are shown as they are read: texts in full, a status without its sign or box."""


def written_text(texts: Texts, item: ParsedItem, index: int, name: str) -> object:
    """Return a value of an item as its file has it: the text of a single value, or what was read.

    Points that are in the title or inherited have no text of their own.
    """
    value = document_value(item.document, name)
    if name in AS_READ or value is None or not isinstance(value, str | int | float):
        return value
    hours = name == "story_points" and item.document.estimate_hours is not None
    text = "" if hours else plain(texts.text(index, name))
    return value if text in ("", plain_text(value)) else text


class _Work:
    """The files as they change; settings that roadmaps share are the last of them."""

    def __init__(self, loaded: Loaded, desired: DesiredState) -> None:
        self.loaded, self.desired = loaded, desired
        self.before = (*loaded.files, *([loaded.config] if loaded.config else []))
        self.files = list(self.before)
        self.keys = dict(loaded.keys)
        self.taken: list[Take] = []
        self.left: list[Left] = []

    def one_by_one(self, takes: Iterable[Take], do: Callable[[Take], None]) -> None:
        """Apply changes that affect more than one place, each completely or not at all."""
        for take in takes:
            try:
                do(take)
                self.taken.append(take)
            except UnwritableError as why:
                self.left.append(_left(take, str(why)))

    def define(self, take: Take) -> None:
        """Set a part of a definition."""
        self.files = with_definition(self.files, take, self.desired.settings)

    def move(self, take: Take) -> None:
        """Move an item below another one, or reorder the items below it."""
        named = take.what.keys if isinstance(take.what, TakeOrder) else (take.key,)
        if isinstance(take.what, TakeValue) and take.what.value is not None:
            named = (*named, str(take.what.value))
        places = [self.keys[key] for key in named if key in self.keys]
        if len(places) < len(named) or len({number for number, _ in places}) != 1:
            raise UnwritableError("they are in different files; move it by hand")
        number, index = places[0]
        if isinstance(take.what, TakeOrder):
            moved = in_order(self.files[number], [at for _, at in places])
        else:
            parent = places[1][1] if len(places) > 1 else None
            moved = below(self.files[number], index, parent)
        self.files[number] = moved.parsed
        self.keys |= {
            key: (number, moved.places[at]) for key, (n, at) in self.keys.items() if n == number
        }

    def fields(self, takes: Iterable[Take]) -> None:
        """Set fields of items, those of one file together."""
        words = _Words(self.loaded, self.desired)
        by_file: dict[int, list[tuple[Take, int, NewValue]]] = {}
        for take in takes:
            place = self.keys.get(take.key)
            if place is None:
                self.left.append(_left(take, "it is in none of the files"))
                continue
            number, index = place
            document = self.files[number].items[index].document
            try:
                field = _spelled(self.files[number], words.field(take, document))
            except UnwritableError as why:
                self.left.append(_left(take, str(why)))
                continue
            # To drop a value from its parent or a default, an item has to declare it as empty.
            inherited = field.name not in document.model_fields_set and field.value is None
            if inherited or not is_set(document, field):
                by_file.setdefault(number, []).append((take, index, field))
        for number, group in sorted(by_file.items()):
            by_place = {(index, field.name): take for take, index, field in group}
            try:
                assignments = [(at, field) for _, at, field in group]
                result = written(self.files[number], assignments, self.loaded.parse)
            except UnwritableFileError as refused:
                self.left += [_left(take, str(refused)) for take in by_place.values()]
                continue
            for (index, field), reason in result.left:
                self.left.append(_left(by_place.pop((index, field.name)), reason))
            self.taken += by_place.values()
            self.files[number] = result.parsed

    def accepted(self) -> Accepted:
        """Return the result."""
        both = zip(self.before, self.files, strict=True)
        changes = (change_of(old.source, new.source.text) for old, new in both)
        files = tuple(self.files[: len(self.loaded.files)])
        whole = replace(self.loaded, files=files, keys=self.keys)
        written_ones = tuple(change for change in changes if change.is_written)
        return Accepted(written_ones, tuple(self.taken), tuple(self.left), whole)


def _spelled(parsed: ParsedFile, field: NewValue) -> NewValue:
    """Return a word as the file spells it elsewhere; Markdown has no key without a value."""
    if field.value == "" and is_roadmap(parsed.source.path):
        return replace(field, value=None)
    if isinstance(field.value, str) and field.name in _WORDS:
        return replace(field, value=spelled(parsed, field.name, field.value))
    return field


_WORDS = frozenset(("status", "priority", "milestone"))


def _left(take: Take, reason: str) -> Left:
    return Left(take.key, take.title, take.ref or take.kind.value, take.name, reason)


# ---- the file's own words ----------------------------------------------------------------------


class _Words:
    """Translates GitHub's words into the file's."""

    def __init__(self, loaded: Loaded, desired: DesiredState) -> None:
        self.desired = desired
        self.issue_fields = tuple(definition.name for definition in desired.issue_fields)
        board = desired.project.fields if desired.project else ()
        several = (definition.name for definition in board if definition.type == "multi_select")
        self.options = (*self.issue_fields, *several)
        self.items = {item.key: item for item in desired.items}
        self.spelled = Labels(loaded.settings, desired.settings).spelled
        self.publish = loaded.settings.publish
        self.scale = loaded.settings.points
        people = loaded.settings.people
        self.people = {name.casefold(): login for name, login in people.items()}
        self.logins = {fold(login): name for name, login in people.items()}

    def name_of(self, name: str, document: ItemDocument) -> str:
        """Return the document's name of a field."""
        key = file_key(name, self.issue_fields)
        stated = name in self.issue_fields and document_value(document, name) is not None
        return name if stated else key

    def shown(
        self, note: FieldNote, value: JsonValue, parsed: ParsedFile, document: ItemDocument
    ) -> JsonValue:
        """Return a value of a note as the file spells it; one that it cannot take is unchanged."""
        name = self.name_of(note.name, document)
        if isinstance(value, list):
            own = {
                fold(self._meant(name, word)): word for word in self._current_words(name, document)
            }
            return [own.get(fold(str(each)), self._person(name, str(each))) for each in value]
        if value is None or not isinstance(value, str | int | float):
            return value
        take = Take(note.key, note.title, note.ref or "", note.name, TakeValue(value))
        try:
            field = _spelled(parsed, self.field(take, document))
        except UnwritableError:
            return value
        return field.value if isinstance(field.value, str | int | float) else value

    def field(self, take: Take, document: ItemDocument) -> NewValue:
        """Return the field of the document to set, and its value. Raises UnwritableError."""
        name = self.name_of(take.name, document)
        match take.what:
            case TakeValue(value=value):
                self._check_options(take.name, () if value is None else (str(value),))
                return NewValue(name, self._scaled(name, self._value(take, value), document))
            case TakeText(text=text):
                if name not in ("description", "goal", "user_story"):
                    raise UnwritableError("it is made of planning fields: change those by hand")
                current = str(getattr(document, name) or "").strip()
                if without_withheld(current, self.publish) != current:
                    raise UnwritableError("some of its lines are not published: change it by hand")
                return NewValue(name, text)
            case TakeCriteria(entries=entries):
                return NewValue(name, tuple(CheckItem(e.text, e.done) for e in entries))
            case TakeMembers() as members:
                self._check_options(take.name, members.add)
                options = self._members(name, members, document)
                listed = name not in self.options or isinstance(
                    document_value(document, name), list | tuple
                )
                return NewValue(name, options if listed else ", ".join(options))
            case TakeName() | TakeOrder():
                raise UnwritableError(NOT_IN_PLACE)

    def _check_options(self, name: str, values: Sequence[str]) -> None:
        """Raise UnwritableError for an option of an issue field that the file does not declare."""
        fields = self.desired.issue_fields
        declared = next((f.options for f in fields if fold(f.name) == fold(name)), ())
        names = {fold(option.name) for option in declared}
        new = [value for value in values if fold(value) not in names]
        if declared and new:
            words = ", ".join(map(repr, new))
            raise UnwritableError(
                f"add {words} to the options of {name} under 'issue_fields' first"
            )

    def _value(self, take: Take, value: str | float | None) -> Value:
        if take.name == "title" and (not isinstance(value, str) or not value.strip()):
            raise UnwritableError("an item needs a title")
        if isinstance(value, str) and any(sign in value for sign in "\r\n"):
            raise UnwritableError("it has more than one line")
        return value

    def _scaled(self, name: str, value: Value, document: ItemDocument) -> Value:
        """Return the word of the scale for points of an item that has such a word now."""
        current = str(document_value(document, name)).casefold()
        if name != "story_points" or current not in map(str.casefold, self.scale):
            return value
        return next((word for word, points in self.scale.items() if points == value), value)

    def _current_words(self, name: str, document: ItemDocument) -> list[str]:
        """Return the members of a set as the file has them."""
        current = document_value(document, name)
        if isinstance(current, str) and name in self.options:
            return [word.strip() for word in current.split(",") if word.strip()]
        return [str(word) for word in current] if isinstance(current, tuple | list) else []

    def _person(self, name: str, member: str) -> str:
        """Return the file's name for a login if the set is of people."""
        return self.logins.get(fold(member), member) if name == "assignees" else member

    def _members(self, name: str, members: TakeMembers, document: ItemDocument) -> tuple[str, ...]:
        words = self._current_words(name, document)
        meant = {word: fold(self._meant(name, word)) for word in words}
        gone = {fold(each) for each in members.remove}
        kept = [word for word in words if meant[word] not in gone]
        missing = gone - set(meant.values())
        if missing:
            names = ", ".join(sorted(missing))
            raise UnwritableError(f"{names} comes from another value of the item")
        prefix = self.desired.settings.priority_label
        if name == "labels" and prefix:
            wrong = [each for each in members.add if fold(each).startswith(fold(prefix))]
            if wrong:
                raise UnwritableError(f"{', '.join(wrong)} is the label of a priority")
        return (*kept, *(self._person(name, each) for each in members.add))

    def _meant(self, name: str, word: str) -> str:
        """Return the meaning of a word of the file on GitHub."""
        if name == "labels":
            return self.spelled(word) or ""
        if name == "assignees":
            return self.people.get(word.casefold(), word).removeprefix("@")
        if word in self.items:
            return word
        ref = parse_issue_ref(word)
        if ref is None:
            return word.casefold()
        home = ref.repository or self.desired.repository or ""
        for key, item in self.items.items():
            own = item.issue
            if own is None or (own.number, own.sandbox) != (ref.number, ref.sandbox):
                continue
            there = own.repository or item.repository or self.desired.repository or ""
            if ref.sandbox or fold(there) == fold(home):
                return key
        return f"{home}#{ref.number}"
