"""Decide where a new metadata line goes, and copy the style of its neighbors."""

from backlog_sync.files.anchors import Anchor, MetaLine
from backlog_sync.files.outline import TAB, Kind, Line, is_hard
from backlog_sync.files.vocabulary import TEXT_FIELDS
from backlog_sync.files.write.edits import Edit

_BREAK = "  "
_PARAGRAPH = (Kind.TEXT, Kind.LIST)
_OURS = ("issue", "status", "progress")


def insertion(text: str, anchor: Anchor, new: list[tuple[str, str]], eol: str) -> list[Edit]:
    """Return the edits that add metadata lines (key, value) to an item.

    They follow its last short line of metadata before its prose and criteria; otherwise any short
    one; otherwise they precede its first line of metadata; otherwise they follow its title.
    """
    host = metadata_host(anchor)
    if host is not None:
        return _behind(text, anchor, host, styled(host, new, host.pair.prefix), eol)
    first = next((meta for meta in anchor.meta if meta.pair.field and not meta.aside), None)
    if first is None:
        lines = [f"{_indent(text, anchor)}**{key}**: {value}" for key, value in new]
        return _below_title(text, anchor, lines, eol)
    line = anchor.lines[first.line]
    glued = anchor.lines[first.line - 1].kind in _PARAGRAPH
    if line.kind is not Kind.LIST and (anchor.list_ or glued or line.indent >= TAB):
        mark = first.pair.prefix[-2:] if first.pair.bold else ""
        lines = styled(first, new, _indent(text, anchor) + mark)
        return _below_title(text, anchor, lines, eol)
    lines = styled(first, new, first.pair.prefix)
    if line.kind is not Kind.LIST:
        lines = [one + _BREAK for one in lines] if first.pair.value else [*_broken(lines), ""]
    added = "".join(one + (line.eol or eol) for one in lines)
    return [Edit(line.start, line.start, added, order=1)]


def styled(meta: MetaLine, new: list[tuple[str, str]], prefix: str) -> list[str]:
    """Return new lines in the style of an existing line of metadata."""
    joint = meta.pair.joint.replace(".", ":")  # `**Issue.** #4` would begin a sentence
    joint = joint if joint[-1:] in (" ", "\t", "：") else f"{joint} "
    closing = meta.pair.closing.removeprefix(".")
    return [f"{prefix}{key}{joint}{value}{closing}" for key, value in new]


def metadata_host(anchor: Anchor) -> MetaLine | None:
    """Return the short line of metadata that new ones follow."""
    short = [m for m in anchor.meta if _is_short(m) and not goes_on(anchor, m)]
    prose = [m.line for m in anchor.meta if m.pair.field in TEXT_FIELDS]
    before = [m for m in short if not prose or m.line < prose[0]]
    candidates = before or short
    return candidates[-1] if candidates else None


def _is_short(meta: MetaLine) -> bool:
    field = meta.pair.field
    known = field is not None and field not in TEXT_FIELDS
    return known and bool(meta.pair.value) and not meta.aside


def goes_on(anchor: Anchor, meta: MetaLine) -> bool:
    """Return whether a value continues on the next line, so that a new line would split it."""
    following = anchor.lines[meta.line + 1 : meta.line + 2]
    rows = {each.line for each in anchor.meta}
    return bool(following) and following[0].kind is Kind.TEXT and following[0].row not in rows


def _indent(text: str, anchor: Anchor) -> str:
    """Return the blanks before the continuation lines of a list item."""
    if not anchor.list_:
        return ""
    index = anchor.title
    while index > 0 and anchor.lines[index].kind is not Kind.LIST:
        index -= 1
    line = anchor.lines[index]  # the line with its marker
    body = text[line.start : line.end]
    return body[: len(body) - len(body.lstrip(" \t"))] + " " * max(1, anchor.content - line.indent)


# ---- the places ----------------------------------------------------------------------------


def _behind(text: str, anchor: Anchor, host: MetaLine, new: list[str], eol: str) -> list[Edit]:
    line = anchor.lines[host.line]
    if line.kind is Kind.LIST and not (anchor.list_ and host.line == anchor.title):
        return [_after(line, new, eol)]
    run = _run(anchor, host.line)
    if len(run) > 1:
        if any(is_hard(text, anchor.lines[i]) for i in run[:-1]):
            return _glued(text, anchor, line, new, eol)
        return [_after(line, new, eol)]
    if line.indent < TAB and host.pair.field not in _OURS and _is_alone(anchor, host.line):
        return [_after(line, ["", *_broken(new)], eol)]
    return _glued(text, anchor, line, new, eol)


def _below_title(text: str, anchor: Anchor, new: list[str], eol: str) -> list[Edit]:
    line = anchor.lines[anchor.body]
    index = anchor.body + 1
    follows = index < len(anchor.lines) and anchor.lines[index].kind is not Kind.BLANK
    if anchor.list_ or (follows and line.kind is Kind.TEXT):
        return _glued(text, anchor, line, new, eol)  # also a bold title above its text
    return [_after(line, ["", *_broken(new), *([""] if follows else [])], eol)]


def _glued(text: str, anchor: Anchor, line: Line, new: list[str], eol: str) -> list[Edit]:
    """Return the edit that adds lines to the paragraph of `line`, directly after it."""
    mark = "\\" if text.endswith("\\", line.start, line.end) else _BREAK
    edits = [] if is_hard(text, line) else [Edit(line.end, line.end, _BREAK, order=-1)]
    following = anchor.lines[line.row + 1] if line.row + 1 < len(anchor.lines) else None
    goes_on = following is not None and following.kind is Kind.TEXT
    last = new[-1] + (mark if goes_on else "")
    return [*edits, _after(line, [*(one + mark for one in new[:-1]), last], eol)]


def _broken(new: list[str]) -> list[str]:
    """Return lines of one paragraph with hard breaks, so that each is rendered on its own line."""
    return [one + _BREAK for one in new[:-1]] + new[-1:]


def _after(line: Line, new: list[str], eol: str) -> Edit:
    """Return the edit that adds whole lines after a line, without adding a final line ending."""
    if line.eol:
        return Edit(line.next, line.next, "".join(one + line.eol for one in new))
    return Edit(line.end, line.end, "".join(eol + one for one in new))


# ---- the style of the neighbors ------------------------------------------------------------


def _run(anchor: Anchor, index: int) -> list[int]:
    """Return the lines of the paragraph that contains a line, with a list item's title."""
    lines = anchor.lines
    first = last = index
    while first > 0 and lines[first].kind is Kind.TEXT and lines[first - 1].kind in _PARAGRAPH:
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].kind is Kind.TEXT:
        last += 1
    return list(range(first, last + 1))


def _is_alone(anchor: Anchor, index: int) -> bool:
    """Return whether each metadata line here is its own paragraph, with blank lines around it."""
    if index + 1 < len(anchor.lines) and anchor.lines[index + 1].kind is not Kind.BLANK:
        return False
    return any(meta.line != index for meta in anchor.meta)
