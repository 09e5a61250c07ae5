"""Set multi-line texts in a Markdown roadmap: edit the lines that differ, in place."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from backlog_sync.files.anchors import Anchor, MetaLine
from backlog_sync.files.outline import Kind, Line, default_eol
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.write.edits import Edit
from backlog_sync.files.write.new_values import UnwritableError

_Span = tuple[int, int, Line] | None
"""The offsets of a line of a text, and the file's line that contains it; None for a blank one."""


def new_prose(anchor: Anchor, lines: Sequence[str]) -> Edit:
    """Return the edit that puts a text below a heading and its metadata."""
    if anchor.list_ or anchor.row is not None:
        raise UnwritableError("there is no place for a new text of several lines")
    row = max([anchor.title, *(meta.line for meta in anchor.meta)])
    line = anchor.lines[row]
    eol = line.eol or default_eol(anchor.lines)
    return Edit(line.end, line.end, "".join(f"{eol}{each}" for each in ("", *lines)), order=1)


class Prose:
    """Edits the lines of one text of an item; `first` is the line of its key, if it has one."""

    def __init__(self, parsed: ParsedFile, index: int, anchor: Anchor, first: MetaLine | None):
        self.text = parsed.source.text
        self.anchor, self.lines, self.first = anchor, anchor.lines, first
        self.last = _last_row(parsed, index, self.lines)
        self.eol = default_eol(self.lines)
        self.edits: list[Edit] = []

    def change(self, old: Sequence[str], new: Sequence[str]) -> list[Edit]:
        """Return the edits that change the lines of a text in place."""
        spans = self._spans(old)
        matcher = SequenceMatcher(None, [o.strip() for o in old], [n.strip() for n in new],
                                  autojunk=False)  # fmt: skip
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag == "equal":
                continue
            same = 0
            for span, text in zip(spans[i1:i2], new[j1:j2], strict=False):
                if span is None or not text.strip():
                    break
                self.edits.append(Edit(span[0], span[1], text.strip()))
                same += 1
            if i1 + same < i2 or j1 + same < j2:
                self._rewrite(spans, i1 + same, i2, new[j1 + same : j2])
        return self.edits

    def _spans(self, old: Sequence[str]) -> list[_Span]:
        """Return the position of each line of a text."""
        spans: list[_Span] = []
        first = self.first
        row = first.line if first is not None else self.anchor.title + 1
        for index, text in enumerate(old):
            stripped = text.strip()
            if not stripped:
                spans.append(None)
                continue
            if index == 0 and first is not None:
                spans.append((first.pair.start, first.pair.end, self.lines[first.line]))
                row = first.line + 1
                continue
            below = self.lines[row : self.last + 1]
            same = (each for each in below if self.text[each.start : each.end].strip() == stripped)
            line = next(same, None)
            if line is None:
                raise UnwritableError("the text is not written line by line as it is read")
            start = self.text.index(stripped, line.start, line.end)
            spans.append((start, start + len(stripped), line))
            row = line.row + 1
        return spans

    def _rewrite(self, spans: Sequence[_Span], i1: int, i2: int, come: Sequence[str]) -> None:
        """Delete whole lines, and insert whole lines after the one before them."""
        for index in range(i1, i2):
            span = spans[index]
            if span is not None and not (index == 0 and self.first is not None):
                self.edits.append(Edit(span[2].start, span[2].next, ""))
            elif span is not None:
                raise UnwritableError("the text begins on the line of its key")
        if not come:
            return
        before = next((s for s in reversed(spans[:i1]) if s is not None), None)
        anchor = before or next((s for s in (*spans[i2:], *spans[i1:i2]) if s is not None), None)
        if anchor is None:
            raise UnwritableError("there is no line to begin from")
        line = anchor[2]
        body = self.text[line.start : line.end]
        lead = body[: len(body) - len(body.lstrip())] if line.kind is not Kind.LIST else ""
        eol = line.eol or self.eol
        text = "".join(f"{lead}{each}{eol}" if each.strip() else eol for each in come)
        at = line.next if before is not None else line.start
        if before is not None and not line.eol:
            text, at = eol + text.removesuffix(eol), line.end
        self.edits.append(Edit(at, at, text, order=1))


def _last_row(parsed: ParsedFile, index: int, lines: Sequence[Line]) -> int:
    """Return the last row before the next item."""
    here = parsed.items[index].place.line
    below = [each.place.line for each in parsed.items if each.place.line > here]
    return min(below, default=len(lines) + 1) - 2
