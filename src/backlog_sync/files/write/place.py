"""Where a new metadata line goes, and in which style, so that it looks as if it had been there."""

from dataclasses import dataclass, replace

from backlog_sync.files.anchors import Anchor, MetaLine
from backlog_sync.files.syntax.markdown import TAB, Kind, Line, is_hard
from backlog_sync.files.vocabulary import TEXT_FIELDS
from backlog_sync.files.write.edits import Edit

_BREAK = "  "
_PARAGRAPH = (Kind.TEXT, Kind.LIST)
_OURS = ("issue", "status", "progress")


@dataclass(frozen=True, slots=True)
class _Style:
    """How a line of metadata is written around its key and value."""

    prefix: str
    joint: str
    closing: str = ""

    def line(self, key: str, value: str) -> str:
        return f"{self.prefix}{key}{self.joint}{value}{self.closing}"


def insertion(text: str, anchor: Anchor, new: list[tuple[str, str]], eol: str) -> list[Edit]:
    """The edits that add metadata lines (key, value) to an item.

    They go behind its last short line of metadata that stands before its prose and criteria;
    else behind any short one; else before its first line of metadata; else below its title.
    """
    host = _host(anchor)
    if host is not None:
        return _behind(text, anchor, host, _written(host, new), eol)
    first = next((meta for meta in anchor.meta if meta.pair.field and not meta.aside), None)
    if first is None:
        style = _Style(_indent(text, anchor) + "**", "**: ")
        return _below_title(text, anchor, [style.line(*pair) for pair in new], eol)
    below = anchor.lines[first.line]
    glued = anchor.lines[first.line - 1].kind in _PARAGRAPH
    if below.kind is not Kind.LIST and (anchor.list_ or glued or below.indent >= TAB):
        mark = first.pair.prefix[-2:] if first.pair.bold else ""
        pair = replace(first.pair, prefix=_indent(text, anchor) + mark)
        return _below_title(text, anchor, _written(replace(first, pair=pair), new), eol)
    return _before(anchor, first, _written(first, new), eol)


def _written(meta: MetaLine, new: list[tuple[str, str]]) -> list[str]:
    pair = meta.pair
    joint = pair.joint.replace(".", ":")  # `**Issue.** #4` would begin a sentence
    joint = joint if joint[-1:] in (" ", "\t", "：") else f"{joint} "
    style = _Style(pair.prefix, joint, pair.closing.removeprefix("."))
    return [style.line(*pair) for pair in new]


def _host(anchor: Anchor) -> MetaLine | None:
    """The short line of metadata behind which new ones go."""
    short = [m for m in anchor.meta if _is_short(m) and not goes_on(anchor, m)]
    prose = [m.line for m in anchor.meta if m.pair.field in TEXT_FIELDS]
    before = [m for m in short if not prose or m.line < prose[0]]
    found = before or short
    return found[-1] if found else None


def _is_short(meta: MetaLine) -> bool:
    field = meta.pair.field
    known = field is not None and field not in TEXT_FIELDS
    return known and bool(meta.pair.value) and not meta.aside


def goes_on(anchor: Anchor, meta: MetaLine) -> bool:
    """Whether a value goes on in the next line, which a new line would part from it."""
    following = anchor.lines[meta.line + 1 : meta.line + 2]
    told = {each.line for each in anchor.meta}
    return bool(following) and following[0].kind is Kind.TEXT and following[0].row not in told


def _indent(text: str, anchor: Anchor) -> str:
    """The blanks before the further lines of a list item."""
    if not anchor.list_:
        return ""
    line = _title_start(anchor)
    blanks = text[line.start : line.end][: _leading(text, line)]
    return blanks + " " * max(1, anchor.content - line.indent)


def _title_start(anchor: Anchor) -> Line:
    """The line that holds a list item's marker."""
    index = anchor.title
    while index > 0 and anchor.lines[index].kind is not Kind.LIST:
        index -= 1
    return anchor.lines[index]


def _leading(text: str, line: Line) -> int:
    body = text[line.start : line.end]
    return len(body) - len(body.lstrip(" \t"))


# ---- the three places ----------------------------------------------------------------------


def _behind(text: str, anchor: Anchor, host: MetaLine, new: list[str], eol: str) -> list[Edit]:
    line = anchor.lines[host.line]
    if line.kind is Kind.LIST and not (anchor.list_ and host.line == anchor.title):
        return [_after(line, new, eol)]
    run = _run(anchor, host.line)
    if (
        len(run) == 1
        and line.indent < TAB
        and host.pair.field not in _OURS
        and _is_alone(anchor, host.line)
    ):
        return [_after(line, ["", *_broken(new)], eol)]
    hard = len(run) == 1 or any(is_hard(text, anchor.lines[i]) for i in run[:-1])
    return _glued(text, anchor, line, new, eol, hard=hard)


def _before(anchor: Anchor, first: MetaLine, new: list[str], eol: str) -> list[Edit]:
    line = anchor.lines[first.line]
    eol = line.eol or eol
    if line.kind is not Kind.LIST:
        new = [one + _BREAK for one in new] if first.pair.value else [*_broken(new), ""]
    return [Edit(line.start, line.start, "".join(one + eol for one in new), order=1)]


def _below_title(text: str, anchor: Anchor, new: list[str], eol: str) -> list[Edit]:
    line = anchor.lines[anchor.title]
    if anchor.list_:
        return _glued(text, anchor, line, new, eol, hard=True)
    index = anchor.title + 1
    follows = index < len(anchor.lines) and anchor.lines[index].kind is not Kind.BLANK
    if follows and line.kind is Kind.TEXT:
        return _glued(text, anchor, line, new, eol, hard=True)  # a bold title above its text
    return [_after(line, ["", *_broken(new), *([""] if follows else [])], eol)]


def _glued(
    text: str, anchor: Anchor, line: Line, new: list[str], eol: str, *, hard: bool
) -> list[Edit]:
    """New lines in the same paragraph as `line`, right behind it."""
    if not hard:
        return [_after(line, new, eol)]
    edits = []
    mark = "\\" if text.endswith("\\", line.start, line.end) else _BREAK
    if not is_hard(text, line):
        edits.append(Edit(line.end, line.end, _BREAK))
    following = anchor.lines[line.row + 1] if line.row + 1 < len(anchor.lines) else None
    goes_on = following is not None and following.kind is Kind.TEXT
    last = new[-1] + (mark if goes_on else "")
    after = _after(line, [*(one + mark for one in new[:-1]), last], eol)
    if edits and edits[0].start == after.start:
        return [Edit(after.start, after.end, edits[0].text + after.text)]
    return [*edits, after]


def _broken(new: list[str]) -> list[str]:
    """Lines of one paragraph, each on a line of its own when it is rendered."""
    return [one + _BREAK for one in new[:-1]] + new[-1:]


def _after(line: Line, new: list[str], eol: str) -> Edit:
    """Whole lines behind a line; the last line of a file keeps having no line ending."""
    if line.eol:
        return Edit(line.next, line.next, "".join(one + line.eol for one in new))
    return Edit(line.end, line.end, "".join(eol + one for one in new))


# ---- the style of the neighbours -----------------------------------------------------------


def _run(anchor: Anchor, index: int) -> list[int]:
    """The lines of the paragraph that holds a line, a list item's title with it."""
    lines = anchor.lines
    first = last = index
    while first > 0 and lines[first].kind is Kind.TEXT and lines[first - 1].kind in _PARAGRAPH:
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].kind is Kind.TEXT:
        last += 1
    return list(range(first, last + 1))


def _is_alone(anchor: Anchor, index: int) -> bool:
    """Whether metadata is written as paragraphs here: blank lines around, more beyond them."""
    below = anchor.lines[index + 1].kind if index + 1 < len(anchor.lines) else Kind.BLANK
    if below is not Kind.BLANK:
        return False
    return any(meta.line != index for meta in anchor.meta)
