"""Moving items of a roadmap: headings with all that is below them."""

from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.syntax.markdown import Kind, Line, scan_lines
from backlog_sync.files.write.pieces import Piece, Span
from backlog_sync.files.write.wanted import CannotSay

_DEEPEST = 6


def span_of(parsed: ParsedFile, index: int) -> Span:
    """Return the section of an item. Raises CannotSay if the item is not a heading."""
    lines = scan_lines(parsed.source.text)
    line = _heading(parsed, lines, index)
    return Span(line.start, _end(lines, line), line.level)


def pieces_below(parsed: ParsedFile, index: int, parent: int | None) -> list[Piece]:
    """Return the file's text with an item's section moved to the end of its parent's.

    Its headings get the level that they need there. Raises CannotSay if one of both is not a
    heading, or would be too deep.
    """
    if parent is None:
        raise CannotSay("a heading without a parent has no place of its own in a roadmap")
    text = parsed.source.text
    lines = scan_lines(text)
    moved, target = _heading(parsed, lines, index), _heading(parsed, lines, parent)
    start, end = moved.start, _end(lines, moved)
    at = _end(lines, target)
    levels = [
        lines[item.place.line - 1].level
        for item in parsed.items
        if item.parent == parent and lines[item.place.line - 1].kind is Kind.HEADING
    ]
    shift = (levels[0] if levels else target.level + 1) - moved.level
    chunk = _deeper(text, [line for line in lines if start <= line.start < end], shift)
    eol = "\r\n" if "\r\n" in text else "\n"
    if not chunk.endswith("\n"):
        chunk += eol
    before = text[:at]
    if before and not before.endswith("\n"):
        chunk = eol + chunk
    if before and not before.rstrip(" \t").endswith((f"{eol}{eol}", "\n\n")):
        chunk = eol + chunk
    if at < len(text) and not chunk.endswith(f"{eol}{eol}"):
        chunk += eol
    if start < at < end:
        raise CannotSay("an item cannot be below itself")
    piece = Piece(start, end, chunk)
    if at <= start:
        return [Piece(0, at), piece, Piece(at, start), Piece(end, len(text))]
    return [Piece(0, start), Piece(end, at), piece, Piece(at, len(text))]


def _heading(parsed: ParsedFile, lines: tuple[Line, ...], index: int) -> Line:
    line = lines[parsed.items[index].place.line - 1]
    if line.kind is not Kind.HEADING or not parsed.source.text.startswith("#", line.start):
        raise CannotSay("only items that are headings can be moved; move it by hand")
    return line


def _end(lines: tuple[Line, ...], heading: Line) -> int:
    """Return where the next heading of the same level, or above it, begins."""
    for line in lines[heading.row + 1 :]:
        if line.kind is Kind.HEADING and line.level <= heading.level:
            return line.start
    return lines[-1].next


def _deeper(text: str, lines: list[Line], shift: int) -> str:
    """Return a section with its headings so many levels deeper."""
    parts: list[str] = []
    for line in lines:
        whole = text[line.start : line.next]
        if shift and line.kind is Kind.HEADING:
            level = line.level + shift
            if not (1 <= level <= _DEEPEST and whole.startswith("#" * line.level)):
                raise CannotSay("its headings cannot have the level that they need there")
            whole = "#" * level + whole[line.level :]
        parts.append(whole)
    return "".join(parts)
