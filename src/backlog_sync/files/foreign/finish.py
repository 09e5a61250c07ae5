"""Turn the drafts of another tool's plan into a parsed file, in the same way for all readers."""

from collections.abc import Sequence

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.files.assemble import assemble
from backlog_sync.files.draft import Draft
from backlog_sync.files.fill import Filler
from backlog_sync.files.parsed import DEFAULTS, ParsedFile, ReadingOptions, Source


def finished(
    source: Source,
    drafts: Sequence[Draft],
    filler: Filler,
    dialect: str,
    none: Diagnostic | None = None,
    options: ReadingOptions = DEFAULTS,
) -> ParsedFile:
    """Return the items of drafts, the milestones that they define, and what is reported the file.

    `none` is reported if there are no items.
    """
    findings = filler.findings
    filler.efforts.settle(findings)
    done = assemble(drafts, findings)
    diagnostics = findings.diagnostics()
    if none is not None and not done.items:
        diagnostics = (*diagnostics, none)
    return ParsedFile(
        source,
        items=done.items,
        settings={"milestones": [each for each, _ in done.milestones]} if done.milestones else {},
        settings_places={f"milestones.{n}": at for n, (_, at) in enumerate(done.milestones)},
        diagnostics=diagnostics,
        notes=tuple(sorted(findings.notes, key=lambda note: note.line)),
        dialect=dialect,
        periods=done.periods,
        options=options,
    )
