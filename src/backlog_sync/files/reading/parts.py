"""The part of a document that a claim of a total speaks of: the section that it is in.

A section of items is counted by its items. One without any is left alone: nobody knows what its
total counts. Only a summary, and what stands above all sections, speaks of more than itself.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from backlog_sync.files.outline import Kind, Line
from backlog_sync.files.reading.drafts import MarkdownDraft
from backlog_sync.files.vocabulary import bare_word, listed

_SUMS = listed(
    "summary|overview|total|totals|sum|statistics|stats|metrics|glance|dashboard|metadata|info|"
    "information|about|status|progress|introduction|summe|gesamt|übersicht|zusammenfassung|resumo|"
    "visão|resumen|résumé|aperçu|vue|riepilogo|overzicht|samenvatting|podsumowanie|итого|обзор|"
    "сводка|总计|合计|概览|概述|汇总|概要|まとめ|合計|요약"
)
"""Words of headings whose totals speak of more than what stands below them."""

_LABEL = re.compile(r"(?:\*\*|__)([^*_]{1,80})(?:\*\*|__):?|([^\W\d_][^:|*]{0,60}):")
_BACK = 40
"""Rows searched upward for the line that a part belongs to; each search stays cheap."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a claim counts: what is below an item, a range of items by position, or everything."""

    scope: int | None = None
    items: tuple[int, int] | None = None


WHOLE = Part()


class Parts:
    """The sections of a file, and what a line of each speaks of."""

    def __init__(
        self, lines: Sequence[Line], drafts: Sequence[MarkdownDraft], rows: Collection[int]
    ) -> None:
        self._lines = lines
        self._rows = [draft.line.row for draft in drafts]
        self._of_items = frozenset(self._rows)
        self._items = {d.line.row: d for d in reversed(drafts) if d.level > 0}
        self._above: dict[int, tuple[Line, ...]] = {}
        self._ends: dict[int, int] = {}
        self._first = next((line.row for line in lines if line.kind is Kind.HEADING), -1)
        self._scan(set(rows))

    def _scan(self, rows: Collection[int]) -> None:
        open_: list[Line] = []
        for line in self._lines:
            if line.kind is Kind.HEADING:
                while open_ and open_[-1].level >= line.level:
                    self._ends[open_.pop().row] = line.row
                open_.append(line)
            if line.row in rows:
                self._above[line.row] = tuple(open_)
        self._ends.update((line.row, len(self._lines)) for line in open_)

    def of(self, line: Line, item: MarkdownDraft | None) -> Part | None:
        """Return the part that a claim on a line speaks of; None where it cannot be known.

        `item` is the one that the line belongs to.
        """
        if self._is_labeled(line):
            return None
        if item is not None:
            return Part(scope=item.index)
        for heading in reversed(self._above.get(line.row, ())):
            found = self._items.get(heading.row)
            if found is not None:
                return Part(scope=found.index)
            first = bisect_left(self._rows, heading.row)
            last = bisect_right(self._rows, self._ends[heading.row] - 1)
            if first < last:
                return WHOLE if last - first == len(self._rows) else Part(items=(first, last))
            if heading.row != self._first and not _is_summary(heading.text):
                return None
        return WHOLE

    def _is_labeled(self, line: Line) -> bool:
        """Whether a claim stands below a bullet or a label of its own: `**Sprint 1**`."""
        if line.kind is Kind.TABLE:
            return False
        for row in range(line.row - 1, max(-1, line.row - _BACK), -1):
            above = self._lines[row]
            if above.kind is Kind.HEADING or row in self._of_items:
                return False
            if above.kind is Kind.LIST and above.indent < line.indent:
                return True
            label = _LABEL.fullmatch(above.text) if above.kind in (Kind.TEXT, Kind.LIST) else None
            if label is not None:
                return not _is_summary(label[1] or label[2])
        return False


def _is_summary(text: str) -> bool:
    """Whether a heading says that what stands below it sums up more than itself."""
    found = bare_word(text)
    return not any(char.isdigit() for char in found) and bool(_SUMS.intersection(found.split()))
