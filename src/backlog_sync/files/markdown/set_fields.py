"""Setting declared fields of one item of a Markdown roadmap, each in the style that it has.

What comes of it is read again before anything is written (`accept`), so that an edit that the
dialect would read otherwise is refused and not made.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from backlog_sync.core.model import CheckItem
from backlog_sync.files.anchors import Anchor, MetaLine, anchor_of
from backlog_sync.files.markdown.place import Edit, insertion
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.syntax.markdown import Kind, Line, default_eol
from backlog_sync.files.values import parse_dependencies
from backlog_sync.files.wanted import CRITERIA, LISTS, TEXTS, CannotSay, Wanted

_KEYS = {
    "story_points": "Story Points",
    "depends_on": "Depends on",
    "user_story": "User Story",
    "goal": "Goal",
}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_TITLE_POINTS = re.compile(r"[(\[](\d+(?:[.,]\d+)?)(?=\s*(?:pts?|points?|sp)\b)", re.IGNORECASE)
_CODED = re.compile(r"`[^`]{1,100}`")
_EMPTY = "None"


def edits_of(parsed: ParsedFile, index: int, wanted: Sequence[Wanted]) -> list[Edit]:
    """The edits that set these fields of an item. Raises CannotSay where one cannot be set."""
    setter = _Setter(parsed, index)
    for each in wanted:
        setter.set(each)
    return setter.finish()


class _Setter:
    def __init__(self, parsed: ParsedFile, index: int) -> None:
        self.text = parsed.source.text
        self.item: ParsedItem = parsed.items[index]
        self.anchor: Anchor = anchor_of(self.item)
        self.lines = self.anchor.lines
        self.last = _last_row(parsed, index, self.lines)
        self.eol = default_eol(self.lines)
        self.edits: list[Edit] = []
        self.new: list[tuple[str, str]] = []

    def set(self, wanted: Wanted) -> None:
        """Set one field."""
        if wanted.name == "title":
            self._title(str(wanted.value))
        elif wanted.name == CRITERIA:
            assert isinstance(wanted.value, tuple)
            self._criteria([each for each in wanted.value if isinstance(each, CheckItem)])
        elif wanted.name in TEXTS and not isinstance(wanted.value, tuple):
            self._prose(wanted.name, str(wanted.value) if wanted.value is not None else "")
        elif wanted.name in LISTS:
            assert isinstance(wanted.value, tuple)
            self._list(wanted.name, [each for each in wanted.value if isinstance(each, str)])
        else:
            assert not isinstance(wanted.value, tuple)
            self._value(wanted.name, wanted.value)

    def finish(self) -> list[Edit]:
        """All edits; new lines of metadata go together."""
        if self.new:
            if self.anchor.row is not None or self.anchor.front >= 0:
                raise CannotSay("a table row or front matter has no place for a new field")
            self.edits += insertion(self.text, self.anchor, self.new, self.eol)
        return self.edits

    # ---- title and single values -----------------------------------------------------------

    def _title(self, title: str) -> None:
        row, old = self.anchor.row, self.item.document.title
        if row is not None:
            start, end = row.start, row.end
        else:
            line = self.lines[self.anchor.title]
            start, end = line.start, line.end
        if self.text.count(old, start, end) != 1:
            raise CannotSay("the title is not written in one piece")
        at = self.text.index(old, start, end)
        self.edits.append(Edit(at, at + len(old), title))

    def _told(self, name: str) -> list[MetaLine]:
        """The lines and cells that tell a field; of an estimate where it gives the points."""
        places = [*self.anchor.meta, *self.anchor.cells]
        found = [meta for meta in places if meta.pair.field == name]
        if not found and name == "story_points":
            found = [meta for meta in places if meta.pair.field == "estimate"]
        return found

    def _value(self, name: str, value: str | float | None) -> None:
        text = "" if value is None else f"{value:g}" if isinstance(value, int | float) else value
        if "\n" in text or "\r" in text:
            raise CannotSay("a field of one line cannot hold several")
        told = self._told(name)
        for meta in told:
            old = meta.pair.value
            number = _NUMBER.search(old) if isinstance(value, int | float) else None
            now = f"{old[: number.start()]}{text}{old[number.end() :]}" if number else text
            self._replace(meta, now)
        if told:
            return
        in_title = self._points_in_title() if name == "story_points" else None
        if in_title is not None and text:
            self.edits.append(Edit(*in_title, text))
        elif text:
            self.new.append((_KEYS.get(name, name.replace("_", " ").capitalize()), text))
        else:
            raise CannotSay("it is not written on a line of its own")

    def _points_in_title(self) -> tuple[int, int] | None:
        line = self.lines[self.anchor.title]
        found = _TITLE_POINTS.search(self.text, line.start, line.end)
        return found.span(1) if found else None

    def _replace(self, meta: MetaLine, value: str) -> None:
        pair = meta.pair
        if pair.start == pair.end and value and self.text[pair.start - 1] not in " \t":
            value = f" {value}"
        if pair.cell:
            value = value.replace("|", "/")
        self.edits.append(Edit(pair.start, pair.end, value))

    # ---- lists of words --------------------------------------------------------------------

    def _list(self, name: str, members: Sequence[str]) -> None:
        told = self._told(name)
        if len(told) > 1:
            raise CannotSay("it is told in more than one place")
        if not told:
            if members:
                key = _KEYS.get(name, name.capitalize())
                self.new.append((key, ", ".join(members)))
            return
        old = told[0].pair.value
        if not old:
            raise CannotSay("it goes on over the lines below")
        written = self._written(name, old)
        coded = bool(_CODED.search(old)) and name != "depends_on"
        words = [written.get(each, f"`{each}`" if coded else each) for each in members]
        self._replace(told[0], ", ".join(words) if words else _EMPTY)

    def _written(self, name: str, value: str) -> dict[str, str]:
        """How each member that is there already is written."""
        document = self.item.document
        if name != "depends_on":
            names = getattr(document, name) or ()
            coded = _CODED.search(value)
            return {each: f"`{each}`" for each in names} if coded else {}
        parts = [each.written for each in parse_dependencies(value)]
        keys = document.depends_on or ()
        if len(parts) != len(keys):
            raise CannotSay("some of what it names is not clear")
        return dict(zip(keys, parts, strict=True))

    # ---- prose -----------------------------------------------------------------------------

    def _prose(self, name: str, new: str) -> None:
        document = self.item.document
        old = getattr(document, name)
        if old is not None and not isinstance(old, str):
            raise CannotSay("it is written in parts")
        wanted = new.replace("\r\n", "\n").split("\n") if new else []
        if not old:
            self._new_prose(name, wanted)
            return
        told = [meta for meta in self._told(name) if meta.pair.value]
        if len(told) > 1:
            raise CannotSay("it is told in more than one place")
        first = told[0] if told else None
        self._lines(old.split("\n"), wanted, first)

    def _new_prose(self, name: str, wanted: Sequence[str]) -> None:
        if name != "description" and len(wanted) == 1:
            self.new.append((_KEYS[name], wanted[0]))
            return
        if self.anchor.list_ or self.anchor.row is not None or name != "description":
            raise CannotSay("there is no place for a new text of several lines")
        row = max([self.anchor.title, *(meta.line for meta in self.anchor.meta)])
        line = self.lines[row]
        eol = line.eol or self.eol
        body = "".join(f"{eol}{each}" for each in ("", *wanted))
        self.edits.append(Edit(line.end, line.end, body, order=1))

    def _lines(self, old: Sequence[str], new: Sequence[str], first: MetaLine | None) -> None:
        """Change the lines of a text where they stand."""
        spans = self._spans(old, first)
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
                self._rewrite(spans, i1 + same, i2, new[j1 + same : j2], first)

    def _spans(
        self, old: Sequence[str], first: MetaLine | None
    ) -> list[tuple[int, int, Line] | None]:
        """Where each line of a text stands, None for blank ones."""
        spans: list[tuple[int, int, Line] | None] = []
        row = self.anchor.title + 1
        if first is not None:
            row = first.line
        for index, text in enumerate(old):
            wanted = text.strip()
            if not wanted:
                spans.append(None)
                continue
            if index == 0 and first is not None:
                spans.append((first.pair.start, first.pair.end, self.lines[first.line]))
                row = first.line + 1
                continue
            found = next(
                (at for at in range(row, self.last + 1) if self._body(self.lines[at]) == wanted),
                None,
            )
            if found is None:
                raise CannotSay("the text is not written line by line as it is read")
            line = self.lines[found]
            start = self.text.index(wanted, line.start, line.end)
            spans.append((start, start + len(wanted), line))
            row = found + 1
        return spans

    def _body(self, line: Line) -> str:
        return self.text[line.start : line.end].strip()

    def _rewrite(
        self,
        spans: Sequence[tuple[int, int, Line] | None],
        i1: int,
        i2: int,
        come: Sequence[str],
        first: MetaLine | None,
    ) -> None:
        """Take whole lines out, and put whole lines in behind the one before them."""
        for index in range(i1, i2):
            span = spans[index]
            if span is not None and not (index == 0 and first is not None):
                self.edits.append(Edit(span[2].start, span[2].next, ""))
            elif span is not None:
                raise CannotSay("the text begins on the line of its key")
        if not come:
            return
        before = next((s for s in reversed(spans[:i1]) if s is not None), None)
        after = next((s for s in spans[i2:] if s is not None), None)
        anchor = before or after
        if anchor is None:
            anchor = next((s for s in spans[i1:i2] if s is not None), None)
        if anchor is None:
            raise CannotSay("there is no line to begin from")
        line = anchor[2]
        body = self.text[line.start : line.end]
        lead = body[: len(body) - len(body.lstrip())] if line.kind is not Kind.LIST else ""
        eol = line.eol or self.eol
        text = "".join(f"{lead}{each}{eol}" if each.strip() else eol for each in come)
        at = line.next if before is not None else line.start
        if before is not None and not line.eol:
            text, at = eol + text.removesuffix(eol), line.end
        self.edits.append(Edit(at, at, text, order=1))

    # ---- criteria --------------------------------------------------------------------------

    def _criteria(self, wanted: Sequence[CheckItem]) -> None:
        document = self.item.document
        entries = document.acceptance_criteria or ()
        rows = [self._criterion_row(index) for index in range(len(entries))]
        if not rows:
            raise CannotSay("the item has no check list in the file yet")
        for index, (row, entry) in enumerate(zip(rows, entries, strict=True)):
            if self.anchor.boxes[index] is None or self.lines[row].text != entry.text:
                raise CannotSay("a criterion is not a check box on a line of its own")
        texts = [entry.text for entry in entries]
        if len(texts) == len(wanted):
            self._reword(rows, wanted)
            return
        if rows != list(range(rows[0], rows[0] + len(rows))):
            raise CannotSay("the check list is not in one piece")
        if any(entry.details for entry in entries):
            raise CannotSay("details stand below a criterion: change the list by hand")
        self._rebuild(rows, texts, wanted)

    def _criterion_row(self, index: int) -> int:
        place = self.item.places.get(f"{CRITERIA}.{index}")
        if place is None:
            raise CannotSay("a criterion has no place of its own")
        return place.line - 1

    def _reword(self, rows: Sequence[int], wanted: Sequence[CheckItem]) -> None:
        for row, entry in zip(rows, wanted, strict=True):
            line = self.lines[row]
            if line.text != entry.text:
                self.edits.append(Edit(line.at, line.at + len(line.text), entry.text))
            if line.box is not None and line.ticked != entry.done:
                self.edits.append(Edit(line.box, line.box + 1, "x" if entry.done else " "))

    def _rebuild(
        self, rows: Sequence[int], texts: Sequence[str], wanted: Sequence[CheckItem]
    ) -> None:
        """Write the lines of a list that grew or shrank; those that stay are kept as they are."""
        left = {text: row for row, text in reversed(list(zip(rows, texts, strict=True)))}
        model = self.lines[rows[0]]
        parts: list[str] = []
        for entry in wanted:
            row = left.pop(entry.text, None)
            line = self.lines[row] if row is not None else model
            assert line.box is not None
            tail = line.at + len(line.text)
            behind = self.text[tail : line.end] if row is not None else ""
            mark = "x" if entry.done else " "
            old = self.text[line.box]
            mark = old if row is not None and (old != " ") == entry.done else mark
            parts.append(
                f"{self.text[line.start : line.box]}{mark}"
                f"{self.text[line.box + 1 : line.at]}{entry.text}{behind}"
            )
        eol = model.eol or self.eol
        first, last = self.lines[rows[0]], self.lines[rows[-1]]
        text = "".join(f"{part}{eol}" for part in parts)
        self.edits.append(Edit(first.start, last.next, text if last.eol else text[: -len(eol)]))


def _last_row(parsed: ParsedFile, index: int, lines: Sequence[Line]) -> int:
    """The last row before the next item."""
    here = parsed.items[index].place.line
    below = [each.place.line for each in parsed.items if each.place.line > here]
    return min(below, default=len(lines) + 1) - 2
