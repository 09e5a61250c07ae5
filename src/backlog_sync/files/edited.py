"""A file with some of its values set, read again: only what is read as it was meant is kept."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.load import parse_roadmap
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.source import encode, source_of
from backlog_sync.files.wanted import CannotSay, Wanted, says
from backlog_sync.files.yaml.edit import apply_edits as apply_yaml
from backlog_sync.files.yaml.file import parse_yaml

NOT_IN_PLACE = "this file cannot say it there without saying something else too"


def edited(parsed: ParsedFile, asked: Sequence[tuple[int, Wanted]]) -> ParsedFile:
    """The file with these fields set, read again. Raises CannotSay where it reads otherwise."""
    by_item: dict[int, list[Wanted]] = {}
    for index, wanted in asked:
        by_item.setdefault(index, []).append(wanted)
    read = read_again(parsed, _text(parsed, by_item))
    if len(read.items) != len(parsed.items) or read.settings != parsed.settings:
        raise CannotSay(NOT_IN_PLACE)
    for index, (old, new) in enumerate(zip(parsed.items, read.items, strict=True)):
        moved = (old.kind, old.parent) != (new.kind, new.parent)
        if moved or not _as_meant(old.document, new.document, by_item.get(index, ())):
            raise CannotSay(NOT_IN_PLACE)
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
            raise CannotSay(NOT_IN_PLACE)
        return apply_edits(parsed.source.text, edits)
    from backlog_sync.files.yaml.set_fields import edits_of  # noqa: PLC0415 - nor Markdown this

    found = [each for index, wanted in by_item.items() for each in edits_of(parsed, index, wanted)]
    try:
        return apply_yaml(parsed.source.text, found)
    except AssertionError as error:
        raise CannotSay(NOT_IN_PLACE) from error


def read_again(parsed: ParsedFile, text: str) -> ParsedFile:
    """The file as it would be read with this text; a roadmap in the way in which it was read.

    Raises CannotSay where it would not be read at all.
    """
    fresh = source_of(encode(parsed.source, text), parsed.source.file, parsed.source.path)
    if isinstance(fresh, Diagnostic):
        raise CannotSay(NOT_IN_PLACE)
    if not is_roadmap(parsed.source.path):
        return parse_yaml(fresh)
    return parse_roadmap(fresh, parsed.asked)


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
