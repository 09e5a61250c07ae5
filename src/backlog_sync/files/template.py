"""Read the template of issue bodies: sections with one part of an item or with fixed text.

Nothing is replaced inside of a text: a template is read into sections once, and an item's own text
is never searched for names of parts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from backlog_sync.core.diagnostics import Diagnostic, Place, warning
from backlog_sync.dataclass import dataclass
from backlog_sync.files.block import ACCEPTANCE, PLANNING_PARTS, PROSE_PARTS, Section, Template
from backlog_sync.files.outline import Kind, Line
from backlog_sync.files.parsed import Source
from backlog_sync.files.syntax.markdown import scan_lines
from backlog_sync.files.validation import did_you_mean, shown

PARTS = (*PROSE_PARTS, ACCEPTANCE, *PLANNING_PARTS)
"""The names that may be in braces."""

_SLOT = re.compile(r"\{([A-Za-z][A-Za-z0-9_ -]{0,40})\}")

_Lines: TypeAlias = Sequence[Line]


@dataclass(frozen=True, slots=True)
class _Slot:
    """A name in braces that is the only text on its line."""

    name: str
    place: Place


def read_template(source: Source) -> tuple[Template, tuple[Diagnostic, ...]]:
    """Return the sections of a template, and its errors; raises nothing.

    A heading begins a section, which contains either one part such as `{goal}`, on its own line, or
    text. Text above the first heading is a section, too.
    """
    sections: list[Section] = []
    problems: list[Diagnostic] = []
    for heading, below in _split(scan_lines(source.text)):
        place = Place(source.path, heading.row + 1 if heading else 1)
        text = _text(source, below)
        slots = tuple(_slots(source, below))
        title = " ".join(heading.text.split()) if heading else ""
        if slots:
            sections.append(Section(title, slots[0].name))
            problems += _wrong_parts(slots, text)
        elif text:
            sections.append(Section(title, "", text))
        elif heading is not None:
            message = f"there is nothing below the heading '{shown(title)}'"
            hint = "give it a text or a part such as {goal}, or take it out"
            problems.append(Diagnostic(place, "empty-section", message, hint))
        problems += _within(source, below)
        if heading is not None and any(each.heading == title for each in sections[:-1]):
            message = f"the heading '{shown(title)}' occurs twice"
            problems.append(Diagnostic(place, "duplicate-heading", message, "give it another name"))
    problems += _wrong_whole(sections, Place(source.path))
    return tuple(sections), tuple(problems)


def unpublished(template: Template, publish: Sequence[str], place: Place) -> Iterator[Diagnostic]:
    """Report planning fields that are in the template or in `publish`, but not in both."""
    named = [each.part for each in template if each.part in PLANNING_PARTS]
    for name in named:
        if name not in publish:
            message = f"the template shows '{name}', which 'publish' does not name"
            hint = f"add it: 'publish: [{name}]'; until then its section is left out"
            yield warning(place, "not-published", message, hint)
    for name in publish:
        if name not in named:
            message = f"'publish' names '{name}', which the template does not show"
            hint = f"add a section with {{{name}}} to the template"
            yield warning(place, "not-published", message, hint)


def _split(lines: _Lines) -> Iterator[tuple[Line | None, _Lines]]:
    """Yield the sections: a heading, None for what is above the first, and the lines below it."""
    starts = [at for at, line in enumerate(lines) if line.kind is Kind.HEADING]
    bounds = (*starts, len(lines))
    yield None, lines[: bounds[0]]
    for start, end in pairwise(bounds):
        underlined = start + 1 < end and lines[start + 1].kind is Kind.UNDERLINE
        yield lines[start], lines[start + 1 + underlined : end]


def _text(source: Source, lines: _Lines) -> str:
    return "\n".join(source.text[line.start : line.end].rstrip() for line in lines).strip("\n")


def _slots(source: Source, lines: _Lines) -> Iterator[_Slot]:
    for line in lines:
        slot = _SLOT.fullmatch(source.text[line.start : line.end].strip())
        if slot and line.kind is Kind.TEXT:
            name = slot[1].lower().replace(" ", "_").replace("-", "_")
            yield _Slot(name, Place(source.path, line.row + 1))


def _within(source: Source, lines: _Lines) -> Iterator[Diagnostic]:
    """Report names of parts in lines with other words."""
    for line in lines:
        text = source.text[line.start : line.end].strip()
        if line.kind in (Kind.CODE, Kind.COMMENT) or _SLOT.fullmatch(text):
            continue
        for slot in _SLOT.finditer(text):
            if slot[1] in PARTS:
                message = f"{{{slot[1]}}} is next to other words, so it is not replaced"
                hint = "give it its own line and section"
                yield Diagnostic(Place(source.path, line.row + 1), "part-in-text", message, hint)


def _wrong_parts(slots: Sequence[_Slot], text: str) -> Iterator[Diagnostic]:
    for slot in slots:
        if slot.name not in PARTS:
            message = f"'{slot.name}' is not a part of an item"
            yield Diagnostic(slot.place, "unknown-part", message, did_you_mean(slot.name, PARTS))
    if len(text.split("\n")) > 1:
        message = f"{{{slots[0].name}}} shares its section"
        hint = "give each part and each text its own heading"
        yield Diagnostic(slots[0].place, "shared-section", message, hint)


def _wrong_whole(sections: Iterable[Section], place: Place) -> Iterator[Diagnostic]:
    names = [each.part for each in sections if each.part]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            message = f"{{{name}}} occurs {names.count(name)} times"
            yield Diagnostic(place, "duplicate-part", message, "keep one of them")
    if ACCEPTANCE not in names:
        message = f"the template has no {{{ACCEPTANCE}}}"
        hint = "progress is read from their check boxes: give them a section"
        yield Diagnostic(place, "missing-part", message, hint)
