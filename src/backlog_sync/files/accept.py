"""GitHub's version of fields into the files: only what can be read again as it was meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.core.model import CheckItem, DesiredState
from backlog_sync.core.normalize import fold
from backlog_sync.core.pull import Left, Take, TakeCriteria, TakeMembers, TakeText, TakeValue
from backlog_sync.files.documents.items import BOARD_NAMES, ItemDocument
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.labels import Labels
from backlog_sync.files.load import Loaded, parse_roadmap
from backlog_sync.files.parsed import ParsedFile, Source
from backlog_sync.files.refs import parse_issue_ref
from backlog_sync.files.source import encode, source_of
from backlog_sync.files.wanted import CannotSay, Value, Wanted, says
from backlog_sync.files.withheld import without_withheld
from backlog_sync.files.write_back import FileChange
from backlog_sync.files.yaml.edit import apply_edits as apply_yaml
from backlog_sync.files.yaml.file import parse_yaml

_NAMES = {"blocked_by": "depends_on", "state": "status", "Status": "status", **BOARD_NAMES}
_NOT_IN_PLACE = "this file cannot say it there without saying something else too"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The files as they are to be, what cannot be said in them, and all as it would be loaded."""

    changes: tuple[FileChange, ...]
    taken: tuple[Take, ...]
    left: tuple[Left, ...]
    loaded: Loaded


def accept(loaded: Loaded, desired: DesiredState, takes: Sequence[Take]) -> Accepted:
    """Put these into the files; nothing is written to disk. Raises nothing.

    The result is read again: a field that would not be read as it was meant, or that would
    change what another one says, is left out and told.
    """
    words = _Words(loaded, desired)
    by_file: dict[int, list[tuple[Take, int, Wanted]]] = {}
    left: list[Left] = []
    for take in takes:
        place = loaded.keys.get(take.key)
        if place is None:
            left.append(_left(take, "it is in none of the files"))
            continue
        number, index = place
        try:
            wanted = words.wanted(take, loaded.files[number].items[index].document)
        except CannotSay as why:
            left.append(_left(take, str(why)))
            continue
        document = loaded.files[number].items[index].document
        # What an item has from above or by default it has to say itself to be without it.
        inherited = wanted.name not in document.model_fields_set and wanted.value is None
        if inherited or not says(document, wanted):
            by_file.setdefault(number, []).append((take, index, wanted))
    files = list(loaded.files)
    changes: list[FileChange] = []
    taken: list[Take] = []
    for number, asked in sorted(by_file.items()):
        before = files[number]
        files[number], done, told = _file(before, asked)
        taken += done
        left += told
        after = encode(before.source, files[number].source.text)
        if after != before.source.raw:
            source = before.source
            changes.append(FileChange(source.path, source.file, source.raw, after))
    return Accepted(tuple(changes), tuple(taken), tuple(left), replace(loaded, files=tuple(files)))


def _left(take: Take, reason: str) -> Left:
    return Left(take.key, take.title, take.ref, take.name, reason)


# ---- one file --------------------------------------------------------------------------------


def _file(
    parsed: ParsedFile, asked: Sequence[tuple[Take, int, Wanted]]
) -> tuple[ParsedFile, list[Take], list[Left]]:
    """All fields at once; where that does not read as meant, one after the other."""
    if parsed.dialect:
        why = "this file was written for another tool"
        return parsed, [], [_left(take, why) for take, _, _ in asked]
    try:
        return _edited(parsed, [(i, w) for _, i, w in asked]), [take for take, _, _ in asked], []
    except CannotSay:
        pass
    taken: list[Take] = []
    left: list[Left] = []
    for take, index, wanted in asked:
        try:
            parsed = _edited(parsed, [(index, wanted)])
            taken.append(take)
        except CannotSay as why:
            left.append(_left(take, str(why)))
    return parsed, taken, left


def _edited(parsed: ParsedFile, asked: Sequence[tuple[int, Wanted]]) -> ParsedFile:
    """The file with these fields set, read again. Raises CannotSay where it reads otherwise."""
    by_item: dict[int, list[Wanted]] = {}
    for index, wanted in asked:
        by_item.setdefault(index, []).append(wanted)
    text = _text(parsed, by_item)
    again = source_of(encode(parsed.source, text), parsed.source.file, parsed.source.path)
    if isinstance(again, Diagnostic):
        raise CannotSay(_NOT_IN_PLACE)
    read = _read_again(parsed, again)
    if len(read.items) != len(parsed.items) or read.settings != parsed.settings:
        raise CannotSay(_NOT_IN_PLACE)
    for index, (old, new) in enumerate(zip(parsed.items, read.items, strict=True)):
        moved = (old.kind, old.parent) != (new.kind, new.parent)
        if moved or not _as_meant(old.document, new.document, by_item.get(index, ())):
            raise CannotSay(_NOT_IN_PLACE)
    return read


def _text(parsed: ParsedFile, by_item: Mapping[int, Sequence[Wanted]]) -> str:
    if is_roadmap(parsed.source.path):
        from backlog_sync.files.markdown import set_fields as roadmap  # noqa: PLC0415 - YAML
        from backlog_sync.files.markdown.write import apply_edits  # noqa: PLC0415 - needs none

        edits = [
            each
            for index, wanted in by_item.items()
            for each in roadmap.edits_of(parsed, index, wanted)
        ]
        spans = sorted((edit.start, edit.end) for edit in edits)
        if any(end > start for (_, end), (start, _) in pairwise(spans)):
            raise CannotSay(_NOT_IN_PLACE)
        return apply_edits(parsed.source.text, edits)
    from backlog_sync.files.yaml.set_fields import edits_of  # noqa: PLC0415 - nor Markdown this

    found = [each for index, wanted in by_item.items() for each in edits_of(parsed, index, wanted)]
    try:
        return apply_yaml(parsed.source.text, found)
    except AssertionError as error:
        raise CannotSay(_NOT_IN_PLACE) from error


def _read_again(parsed: ParsedFile, fresh: Source) -> ParsedFile:
    """The file as it would be read; a roadmap in the way in which it was read."""
    if not is_roadmap(parsed.source.path):
        return parse_yaml(fresh)
    read = parse_roadmap(fresh)
    if len(read.items) != len(parsed.items):
        read = parse_roadmap(fresh, bullets="items")
    return read


def _as_meant(old: ItemDocument, new: ItemDocument, wanted: Sequence[Wanted]) -> bool:
    """Whether a document says what is wanted, and in all else what it said before."""
    names = {each.name for each in wanted}
    extra = {name.casefold() for name in names if name not in ItemDocument.model_fields}
    before, after = (
        {
            name: value
            for name, value in document.model_dump().items()
            if name not in names
            and (name in ItemDocument.model_fields or name.casefold() not in extra)
        }
        for document in (old, new)
    )
    return before == after and all(says(new, each) for each in wanted)


# ---- the file's own words ----------------------------------------------------------------------


class _Words:
    """GitHub's words into the file's."""

    def __init__(self, loaded: Loaded, desired: DesiredState) -> None:
        self.desired = desired
        self.items = {item.key: item for item in desired.items}
        self.spelled = Labels(loaded.settings, desired.settings).spelled
        self.publish = loaded.settings.publish
        people = loaded.settings.people
        self.people = {name.casefold(): login for name, login in people.items()}
        self.logins = {fold(login): name for name, login in people.items()}

    def wanted(self, take: Take, document: ItemDocument) -> Wanted:
        """The document's field and the value that it is to have. Raises CannotSay."""
        name = _NAMES.get(take.name, take.name)
        match take.what:
            case TakeValue(value=value):
                return Wanted(name, self._value(take, value))
            case TakeText(text=text):
                if name not in ("description", "goal", "user_story"):
                    raise CannotSay("it is made of planning fields: change those by hand")
                said = str(getattr(document, name) or "").strip()
                if without_withheld(said, self.publish) != said:
                    raise CannotSay("some of its lines are not published: change it by hand")
                return Wanted(name, text)
            case TakeCriteria(entries=entries):
                return Wanted(name, tuple(CheckItem(e.text, e.done) for e in entries))
            case TakeMembers() as members:
                return Wanted(name, self._members(name, members, document))

    def _value(self, take: Take, value: str | float | None) -> Value:
        if take.name == "title" and (not isinstance(value, str) or not value.strip()):
            raise CannotSay("an item needs a title")
        if isinstance(value, str) and any(sign in value for sign in "\r\n"):
            raise CannotSay("it has more than one line")
        return value

    def _members(self, name: str, members: TakeMembers, document: ItemDocument) -> tuple[str, ...]:
        said = getattr(document, name)
        words = [str(word) for word in said] if isinstance(said, tuple) else []
        gone = {fold(each) for each in members.remove}
        kept = [word for word in words if fold(self._meant(name, word)) not in gone]
        missing = gone - {fold(self._meant(name, word)) for word in words}
        if missing:
            names = ", ".join(sorted(missing))
            raise CannotSay(f"{names} follows from something else that the item says")
        prefix = self.desired.settings.priority_label
        if name == "labels" and prefix:
            wrong = [each for each in members.add if fold(each).startswith(fold(prefix))]
            if wrong:
                raise CannotSay(f"{', '.join(wrong)} is the label of a priority")
        return (*kept, *(self._said(name, each) for each in members.add))

    def _meant(self, name: str, word: str) -> str:
        """What a word of the file means on GitHub."""
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

    def _said(self, name: str, member: str) -> str:
        return self.logins.get(fold(member), member) if name == "assignees" else member
