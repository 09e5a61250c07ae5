"""Risk registers: tables whose columns are a risk, how likely it is, what it costs, what is done.

A table is one by its header: a column for the risk, and one for likelihood, impact, mitigation or
contingency. Its rows are no items. A column that names items ties a row to one of them.
"""

from collections.abc import Sequence

from backlog_sync.files.documents.items import RiskDocument
from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Outline
from backlog_sync.files.parsed import ListedRisk
from backlog_sync.files.syntax.cells import Cell, pipe_rows
from backlog_sync.files.vocabulary import is_empty_word, risk_column

_TELLING = frozenset(("likelihood", "impact", "mitigation", "contingency"))
_MOST = 500
"""Risks of a file; a register that anybody reads has fewer."""


def read_risks(outline: Outline) -> tuple[ListedRisk, ...]:
    """Give the risks of all registers of a file, in order; rows without a risk are left out."""
    found: list[ListedRisk] = []
    for node in outline.root.walk():
        rows = pipe_rows(outline.lines, node)
        meaning = _meaning(rows[0][1]) if rows else {}
        told = (_risk(cells, meaning) for _, cells in rows[2:])
        found += [risk for risk in told if risk is not None]
    return tuple(found[:_MOST])


def _meaning(header: Sequence[Cell]) -> dict[int, str]:
    """What the columns of a register are; nothing where the table is none."""
    meaning: dict[int, str] = {}
    for index, cell in enumerate(header):
        name = risk_column(plain(cell.text))
        if name is not None and name not in meaning.values():
            meaning[index] = name
    named = set(meaning.values())
    return meaning if "text" in named and named & _TELLING else {}


def _risk(cells: Sequence[Cell], meaning: dict[int, str]) -> ListedRisk | None:
    said: dict[str, str] = {}
    for index, cell in enumerate(cells):
        text = plain(cell.text)
        if index in meaning and text and not is_empty_word(text):
            said[meaning[index]] = text
    about = said.pop("about", None)
    return ListedRisk(RiskDocument.model_validate(said), about) if "text" in said else None
