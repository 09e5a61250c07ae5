"""Read a Markdown roadmap into items, with the place of everything."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, pairwise

from backlog_sync.core.diagnostics import Diagnostic, Place, warning
from backlog_sync.files.assemble import assemble
from backlog_sync.files.cards import CARD
from backlog_sync.files.outline import Form, Kind, Node, Outline
from backlog_sync.files.parsed import DEFAULTS, LineNote, ParsedFile, ReadingOptions, Source
from backlog_sync.files.reading.choices import Choices, are_coded, box_codes, planned_headings
from backlog_sync.files.reading.declared import Declared, unused_lines
from backlog_sync.files.reading.entries import EntryChooser
from backlog_sync.files.reading.front import front_matter
from backlog_sync.files.reading.gather import Gatherer
from backlog_sync.files.reading.numbered import numbered_boxes
from backlog_sync.files.reading.problems import problems
from backlog_sync.files.reading.record import Record
from backlog_sync.files.reading.runs import Chosen, SectionChooser
from backlog_sync.files.reading.sections import Section, read_sections
from backlog_sync.files.reading.settle import claims_of, key_elsewhere, settle
from backlog_sync.files.reading.single import as_card, card_key, open_single, single_item
from backlog_sync.files.reading.tables import (
    Tables,
    name_parents,
    names_of,
    part_overviews,
    read_risks,
    read_tables,
)
from backlog_sync.files.syntax.markdown import read_outline

MAX_LINES = 200_000
"""Longer than any real roadmap; line breaks of two characters count twice."""

MAX_ITEMS = 5_000
"""More than any real roadmap; GitHub would need months for as many items."""


def parse_roadmap(source: Source, options: ReadingOptions = DEFAULTS) -> ParsedFile:
    """Read a Markdown roadmap. Raise nothing, whatever the text."""
    return parse_text(source, options, read_outline)


def parse_text(
    source: Source, options: ReadingOptions, syntax: Callable[[str], Outline], dialect: str = ""
) -> ParsedFile:
    """Read a text of sections, lists and tables.

    Return items in document order with offsets in `source.text`, the settings of its front matter,
    the totals that it claims, and a note for every line that is not blank. Raise nothing, whatever
    the text: problems are diagnostics.
    """
    if source.text.count("\n") + source.text.count("\r") > MAX_LINES:
        message = f"the file has more than {MAX_LINES} lines"
        fault = Diagnostic(Place(source.path), "too-large", message, "split the file")
        return ParsedFile(source, diagnostics=(fault,))
    outline = syntax(source.text)
    record = Record(source, outline, options.fields)
    choices = _choices(outline, options)
    front = front_matter(source, outline.lines)
    single = single_item(front, choices, source.path)
    gatherer = Gatherer(record, choices, MAX_ITEMS)
    first = open_single(gatherer, single) if single else None
    if not gatherer.run(outline.root, first):
        message = f"the file has more than {MAX_ITEMS} items"
        fault = Diagnostic(Place(source.path), "too-large", message, "split the file")
        return ParsedFile(source, diagnostics=(fault,))
    known = settle(record)
    card = single if single and single.card and len(record.drafts) == 1 else None
    done = assemble(record.drafts, record.findings, card_key if card else key_elsewhere)
    items = (as_card(done.items[0], card),) if card else done.items
    loose = record.loose if items else []
    slips = tuple(problems(source.path, outline, record, choices))
    forms = (Form.SECTION, Form.ENTRY, Form.TABLE)
    unused = unused_lines(choices.rules, source.path, *forms)
    warnings = (*record.findings.diagnostics(), *unused, *slips)
    return ParsedFile(
        source=source,
        items=items,
        settings=front.settings,
        settings_places=front.places,
        claims=tuple(claims_of(record, known)),
        diagnostics=(*front.diagnostics, *_loose(loose), *warnings),
        notes=tuple(_notes(record)),
        dialect=CARD if card else dialect,
        periods={**done.periods, **record.periods},
        loose_criteria=len(loose),
        risks=read_risks(outline),
        options=options,
    )


def _notes(record: Record) -> Iterator[LineNote]:
    """Yield one note per line: from the first rule that took it, else the kind of its block."""
    noted: set[int] = set()
    for note in record.notes:
        if note.line not in noted:
            noted.add(note.line)
            item = note.draft.index if note.draft else None
            yield LineNote(note.line, note.rule, item, note.reason)
    for line in record.lines:
        if line.kind is not Kind.BLANK and line.row + 1 not in noted:
            front = line.kind is Kind.FRONT
            rule, reason = ("settings", "") if front else (line.kind.value, "not read")
            yield LineNote(line.row + 1, rule, None, reason)


def _loose(places: list[Place]) -> Iterator[Diagnostic]:
    """Warn about criteria that do not belong to any item."""
    if places:
        count = len(places)
        criteria = "1 criterion belongs" if count == 1 else f"{count} criteria belong"
        hint = "put them below an item to add them to its issue"
        message = f"{criteria} to the plan as a whole and not to any issue"
        yield warning(places[0], "loose-criteria", message, hint)


def _choices(outline: Outline, options: ReadingOptions) -> Choices:
    """Decide about the headings, lists and tables of the file as a whole."""
    bullets = options.bullets
    rules = Declared(dict(options.declared))
    tables = read_tables(outline, rules, options.fields)
    counts = {row: len(rows) for row, rows in tables.items.items() if not name_parents(rows)}
    sections = read_sections(outline.text, outline.lines, outline.root, counts)
    planned = planned_headings(sections)
    plan = numbered_boxes(outline.root)
    coded = are_coded(outline.root)
    elsewhere = bool(planned) or coded or _is_numbered(tables)
    chooser = SectionChooser(sections, rules, plan, bullets=bullets, planned=elsewhere)
    chosen = chooser.run()
    listed = EntryChooser(outline, chosen).run()
    declared = [*chosen.items.values(), *listed.items.values()]
    names = (names_of(each.title, each.key, each, "" if each.dotted else each.word.kind)
             for each in declared)  # fmt: skip
    part_overviews(tables, set(chain.from_iterable(names)))
    by_row = {section.node.first: section for section in sections}
    declares = bool(declared or tables.items)
    return Choices(
        chosen, listed, tables, by_row, planned, plan,
        parts=not tables.items and all(typed.word.kind == "epic" for typed in declared),
        bullets=bullets, coded=coded,
        bare=_is_bare(outline.root, sections, chosen, planned=declares or elsewhere),
        codes=box_codes(outline.root), rules=rules,
    )  # fmt: skip


def _is_bare(root: Node, sections: Sequence[Section], chosen: Chosen, *, planned: bool) -> bool:
    """Return whether no heading, list, box or table of a file shows what its items are."""
    shown = any(
        s.boxes or s.rows or s.sentences or (s.time and (s.bullets or s.children)) for s in sections
    )
    return not (planned or shown or chosen.containers or _has_labels(root))


def _has_labels(root: Node) -> bool:
    """Return whether several lists have a label above them: then not all of them are work."""
    pairs = (pair for node in root.walk() for pair in pairwise(node.children))
    labels = [a for a, b in pairs if a.form is Form.TEXT and b.form is Form.ENTRY and not b.indent]
    return len(labels) > 1


def _is_numbered(tables: Tables) -> bool:
    """Return whether rows of a table have their own numbers, as items do, or are issues."""
    all_rows = (row for rows in tables.items.values() for row in rows)
    return any(row.typed.number or row.columns.column_of("issue") >= 0 for row in all_rows)
