"""Risk registers: tables whose columns are a risk, how likely it is, what it costs, what is done.

A table is one by its header: a column for the risk, and one for likelihood, impact, mitigation or
contingency. Its rows are no items. A column that names items ties a row to one of them.
"""

from collections.abc import Sequence

from backlog_sync.files.documents.items import RiskDocument
from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Kind, Line
from backlog_sync.files.parsed import ListedRisk
from backlog_sync.files.reading.claims import split_cells
from backlog_sync.files.vocabulary import is_empty_word, risk_column

_TELLING = frozenset(("likelihood", "impact", "mitigation", "contingency"))
_MOST = 500
"""Risks of a file; a register that anybody reads has fewer."""


def read_risks(lines: Sequence[Line]) -> tuple[ListedRisk, ...]:
    """Give the risks of all registers of a file, in order; rows without a risk are left out."""
    found: list[ListedRisk] = []
    meaning: dict[int, str] = {}
    row = 0
    for line in lines:
        if line.kind is not Kind.TABLE:
            row = 0
            continue
        if row == 0:
            meaning = _meaning(line)
        elif row > 1 and meaning and len(found) < _MOST:
            risk = _risk(line, meaning)
            if risk is not None:
                found.append(risk)
        row += 1
    return tuple(found)


def _meaning(header: Line) -> dict[int, str]:
    """What the columns of a register are; nothing where the table is none."""
    meaning: dict[int, str] = {}
    for index, cell in enumerate(split_cells(header)):
        name = risk_column(plain(cell.text))
        if name is not None and name not in meaning.values():
            meaning[index] = name
    named = set(meaning.values())
    return meaning if "text" in named and named & _TELLING else {}


def _risk(line: Line, meaning: dict[int, str]) -> ListedRisk | None:
    said: dict[str, str] = {}
    for index, cell in enumerate(split_cells(line)):
        text = plain(cell.text)
        if index in meaning and text and not is_empty_word(text):
            said[meaning[index]] = text
    about = said.pop("about", None)
    return ListedRisk(RiskDocument.model_validate(said), about) if "text" in said else None
