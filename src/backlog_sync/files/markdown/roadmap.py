"""A Markdown roadmap read into items, with the place of everything (rules 1 to 7).

Lines are looked at once, in order. Each is given to the first rule that takes it, and that rule
leaves a note, which is what `lint --explain` prints.
"""

from typing import Literal

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.files.markdown.boxes import numbered_boxes
from backlog_sync.files.markdown.bullets import planned_headings
from backlog_sync.files.markdown.finish import finish
from backlog_sync.files.markdown.front import front_matter
from backlog_sync.files.markdown.headings import choose_headings
from backlog_sync.files.markdown.lines import Line, scan_lines
from backlog_sync.files.markdown.lists import choose_list_items
from backlog_sync.files.markdown.reader import read_lines
from backlog_sync.files.markdown.record import Record
from backlog_sync.files.markdown.risks import read_risks
from backlog_sync.files.markdown.single import single_item
from backlog_sync.files.markdown.tables import bare_number, part_overviews, read_tables
from backlog_sync.files.markdown.walk import Choices
from backlog_sync.files.parsed import ParsedFile, Source
from backlog_sync.files.vocabulary import bare_word

MAX_LINES = 200_000
"""No roadmap is longer; line ends of two characters count twice."""

MAX_ITEMS = 5_000
"""No roadmap holds more items; GitHub takes months for as many."""


def parse_roadmap(source: Source, *, bullets: Literal["list", "items"] = "list") -> ParsedFile:
    """Read a Markdown roadmap.

    `bullets` says whether bullets below a time, phase or status heading are items (rule 7) or
    only listed in the notes. Gives items in document order with offsets in `source.text`, the
    settings of its front matter, the totals that it claims, and a note for every line that is
    not blank. Raises nothing, whatever the text: what is wrong is a diagnostic.
    """
    if source.text.count("\n") + source.text.count("\r") > MAX_LINES:
        message = f"this holds more than {MAX_LINES} lines"
        fault = Diagnostic(Place(source.path), "too-large", message, "split the file")
        return ParsedFile(source, diagnostics=(fault,))
    lines = scan_lines(source.text)
    record = Record(source, lines)
    choices = _choices(source.text, lines, bullets=bullets == "items")
    if choices.declared > MAX_ITEMS or not read_lines(record, choices, most=MAX_ITEMS):
        message = f"this holds more than {MAX_ITEMS} items"
        fault = Diagnostic(Place(source.path), "too-large", message, "split the file")
        return ParsedFile(source, diagnostics=(fault,))
    done = finish(record)
    front = front_matter(source, lines)
    return ParsedFile(
        source=source,
        items=done.items,
        settings=front.settings,
        settings_places=front.places,
        claims=done.claims,
        diagnostics=(*front.diagnostics, *done.diagnostics),
        notes=done.notes,
        periods=done.periods,
        loose_criteria=done.loose,
        risks=read_risks(lines),
    )


def _choices(text: str, lines: tuple[Line, ...], *, bullets: bool) -> Choices:
    """What the file as a whole says of its headings, lists and tables."""
    tables = read_tables(lines)
    headings = choose_headings(text, lines, bullets=bullets, tables=tables.items)
    declared = list(headings.items.values())
    listed = choose_list_items(text, lines, headings.keys, {typed.word.name for typed in declared})
    declared += listed.items.values()
    part_overviews(
        tables,
        {typed.key for typed in declared if typed.key},
        {f"{typed.word.kind} {bare_number(typed.number)}" for typed in declared if typed.number},
        {bare_word(typed.title) for typed in declared if typed.title},
    )
    single = single_item(lines, headings, listed)
    if single:
        for row in headings.items:
            headings.refused[row] = "the whole file is one item"
        headings.items.clear()
    planned = planned_headings(lines)
    return Choices(
        headings, listed, tables, planned, numbered_boxes(lines), bullets=bullets, single=single
    )
