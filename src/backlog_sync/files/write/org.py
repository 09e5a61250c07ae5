"""Set progress in an Org file: keywords, check boxes, issue properties, and table cells."""

from dataclasses import replace

from backlog_sync.files.anchors import Anchor
from backlog_sync.files.outline import Keywords, default_eol
from backlog_sync.files.parsed import ParsedItem
from backlog_sync.files.statuses import meanings
from backlog_sync.files.syntax.org import PLANNING, STARS
from backlog_sync.files.write.edits import Edit
from backlog_sync.files.write.markdown import RoadmapWriter
from backlog_sync.files.write.new_values import (
    Link,
    Status,
    Ticks,
    UnwritableError,
    Value,
    same_issue,
)


class OrgWriter(RoadmapWriter):
    """Sets progress in one Org file, in Org's own syntax."""

    tick = "X"

    def set(self, index: int, field: str, value: Value) -> None:
        """Set one field of an item. Raises UnwritableError, without an edit, if it has no place."""
        if not isinstance(value, Link | Status | Ticks) and self.anchors[index].row is None:
            raise UnwritableError("the file has no key for it")
        super().set(index, field, replace(value, url=None) if isinstance(value, Link) else value)

    def _own_status(
        self, index: int, item: ParsedItem, anchor: Anchor, status: Status, *, has_cell: bool
    ) -> None:
        """Tick an item's box or set its keyword, unless a line below declares the status."""
        line = anchor.lines[anchor.title]
        stars = STARS.match(self.text, line.start, line.end)
        current = item.document.status
        present = next((each for each in anchor.meta if each.pair.field == "status"), None)
        if anchor.row is not None or (present and present.line != item.place.line - 1):
            super()._own_status(index, item, anchor, status, has_cell=has_cell)
        elif status.matches(current) or (status.initial and not current):
            return
        elif anchor.box is not None and (status.ends or self.text[anchor.box] in "xX"):
            box = anchor.box
            self.edits.append(Edit(box, box + 1, self.tick if status.ends else " "))
        elif stars is None or anchor.keywords is None:
            raise UnwritableError("a box can only say that something is done")
        else:
            at, word = stars.end(), _keyword(anchor.keywords, status)
            known = next((each.pair.end for each in anchor.meta if each.pair.start == at), None)
            self.edits.append(Edit(at, known, word) if known else Edit(at, at, f"{word} "))

    def _own_issue(
        self, index: int, item: ParsedItem, anchor: Anchor, link: Link, *, has_cell: bool
    ) -> None:
        """Add the issue after a box, or as a property in the item's drawer, which may be new."""
        present = next((m.pair for m in anchor.meta if m.pair.field == "issue"), None)
        if same_issue(item.document.issue, link.issue):
            return
        if present is not None:
            self.edits.append(Edit(present.start, present.end, link.number))
        elif anchor.list_ and anchor.row is None:
            self._behind(*self._title_end(item, anchor), str(link.issue))
        elif anchor.row is not None or has_cell:
            super()._own_issue(index, item, anchor, link, has_cell=has_cell)
        else:
            self.edits.append(self._property(anchor, f":ISSUE: {link.number}"))

    def _property(self, anchor: Anchor, written: str) -> Edit:
        """Return the edit that adds a property, below the line of dates if there is one."""
        row, eol = anchor.title, default_eol(anchor.lines)
        below = [self.text[line.start : line.end] for line in anchor.lines[row + 1 : row + 3]]
        if below and PLANNING.match(below[0]):
            row, below = row + 1, below[1:]
        drawer = bool(below) and below[0].strip().upper() == ":PROPERTIES:"
        line = anchor.lines[row + drawer]
        text = written if drawer else f":PROPERTIES:{eol}{written}{eol}:END:"
        return Edit(line.next, line.next, f"{text}{eol}" if line.eol else f"{eol}{text}")


def _keyword(keywords: Keywords, status: Status) -> str:
    """Return the keyword for a status. Raises UnwritableError if the file does not have one."""
    meant = meanings(status.word)
    words = [word for word in (*keywords.open, *keywords.closed) if meanings(word) & meant]
    words += keywords.closed if status.ends else ()
    if not words:
        raise UnwritableError("the file has no keyword for it")
    return words[0]
