"""Render the outline that was read from plans, with doubtful parts and lines not read."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from rich.text import Text

from backlog_sync.core.accounts import (
    BULLETS_FLAG,
    Account,
    AccountedLine,
    Branch,
    Doubt,
    Left,
    Verdict,
    left_out,
)
from backlog_sync.core.escape import clean
from backlog_sync.render.canvas import Leaf, Look, cut, flow, paint, paragraph, tree_lines
from backlog_sync.render.words import counted

_PLURALS = {"story": "stories"}

_MOST_LINES = 40
"""The most lines of a tree that is still an overview: long lists are folded until it fits."""

_LIMITS = (12, 8, 5, 3, 2, 1)
"""Children shown of each parent, tried in turn until the tree fits."""
_MOST_REASONS = 8
"""Reasons shown for lines that were not read: the rare ones need `-v`."""


def plural(kind: str, count: int) -> str:
    """Return a number of items of a kind: "1 story", "3 stories"."""
    return counted(count, kind, _PLURALS.get(kind))


# ---- the tree ------------------------------------------------------------------------------


def tree_text(branches: Sequence[Branch], look: Look) -> str:
    """Return the items as a tree; long lists are folded unless every detail is asked for."""
    if look.full:
        return paint(tree_lines(_tree(branches, look, 0, None), look), look)
    rows: list[tuple[int, Leaf]] = []
    for limit in _LIMITS:
        rows = list(_tree(branches, look, 0, limit))
        if len(rows) <= _MOST_LINES:
            break
    if len(rows) > _MOST_LINES:
        folded = _folded(f"{len(rows) - _MOST_LINES} more lines (-v shows all)", look)
        rows = [*rows[:_MOST_LINES], (0, folded)]
    return paint(tree_lines(rows, look), look)


def _tree(
    branches: Sequence[Branch], look: Look, depth: int, limit: int | None
) -> Iterator[tuple[int, Leaf]]:
    """Yield a row for each item; for a list over the limit, the first ones and a count."""
    shown = branches if limit is None or len(branches) <= limit + 1 else branches[:limit]
    for branch in shown:
        yield depth, _branch(branch, look)
        yield from _tree(branch.below, look, depth + 1, limit)
    rest = branches[len(shown) :]
    if rest:
        kinds = Counter(branch.kind for branch in rest)
        below = sum(1 for branch in rest for _ in _all(branch.below))
        folded = ", ".join(plural(f"more {kind}", n) if kind != "story" else _more_stories(n)
                         for kind, n in kinds.items())  # fmt: skip
        folded += f" and {counted(below, 'item')} below them" if below else ""
        yield depth, _folded(folded, look)


def _more_stories(count: int) -> str:
    return counted(count, "more story", "more stories")


def _all(branches: Iterable[Branch]) -> Iterator[Branch]:
    for branch in branches:
        yield branch
        yield from _all(branch.below)


def _branch(branch: Branch, look: Look) -> Leaf:
    glyphs = look.glyphs
    mark = glyphs.tick if branch.done else " "
    left = Text().append(mark, "green").append(f" {branch.kind} ", "cyan")
    left.append(clean(branch.title))
    right = Text(style="dim")
    if branch.criteria:
        ticked = f"{branch.ticked}/" if branch.ticked else ""
        right.append(f"{ticked}{counted(branch.criteria, 'criterion', 'criteria')} {glyphs.dot} ")
    right.append_text(cut(Text(branch.key), look.columns // 3, look))
    return Leaf(left, right, look)


def _folded(text: str, look: Look) -> Leaf:
    return Leaf(Text(f"  {look.glyphs.ellipsis} {text}", "dim"), Text(), look)


# ---- what is doubtful ----------------------------------------------------------------------


def doubts_text(
    doubts: Sequence[Doubt], look: Look, lines_of: Callable[[Mapping[str, object]], Sequence[str]]
) -> str:
    """Return each unclear part with the settings that would change it."""
    lines = [Text("doubtful:", "bold")] if doubts else []
    for doubt in doubts:
        lines += _doubt(doubt, look)
        kind, settings = next(iter(doubt.answers.items()))
        lines += [_setting(each, look) for each in lines_of(settings)]
        others = [each for each in doubt.answers if each != kind]
        if others:
            lines.append(Text(f"      or: {', '.join(others)}", "dim"))
    return paint(lines, look)


def _doubt(doubt: Doubt, look: Look) -> list[Text]:
    head = Text("  ").append(f"line {doubt.line}: ", "yellow")
    more = f" ({counted(doubt.gain, 'item')} more)" if doubt.gain > 0 else ""
    return paragraph(doubt.what + more, look, head)


def _setting(line: str, look: Look) -> Text:
    return cut(Text(f"      {clean(line)}"), look.columns, look)


# ---- what was not read ---------------------------------------------------------------------


def left_text(accounts: Sequence[Account], left: Sequence[Left], look: Look) -> str:
    """Return the lines that were not read as items, and known other lines, by reason."""
    several = len(accounts) > 1
    lines = [Text(taken_line(accounts), "bold")]
    for verdict, title in _TITLES.items():
        reasons_left = [each for each in left if each.verdict is verdict]
        if not reasons_left:
            continue
        shown = reasons_left if look.full else reasons_left[:_MOST_REASONS]
        lines.append(Text(title, "bold" if verdict is Verdict.LEFT else "dim"))
        lines += [line for each in shown for line in _left(each, look, several=several)]
        if len(reasons_left) > len(shown):
            rest = sum(each.count for each in reasons_left[len(shown) :])
            reasons = counted(len(reasons_left) - len(shown), "more reason")
            lines.append(_folded(f"{counted(rest, 'line')} for {reasons}", look).left)
    return paint(lines, look)


_TITLES = {Verdict.LEFT: "not taken:", Verdict.KNOWN: "known to be something else:"}


def _left(left: Left, look: Look, *, several: bool) -> list[Text]:
    style = "yellow" if left.verdict is Verdict.LEFT else "dim"
    head = Text().append(f"  {left.count:>5} ", style)
    place = f"{left.path}:{left.first}" if several else f"line {left.first}"
    first = f"from {place}" if left.count > 1 else place
    return paragraph(f"{left.reason} ({first})", look, head)


def taken_line(accounts: Sequence[Account]) -> str:
    """Return how many lines of the files were read as items, in a sentence."""
    written = sum(account.written for account in accounts)
    taken = sum(account.taken for account in accounts)
    return f"taken: {taken} of {counted(written, 'line')}"


def not_taken(accounts: Sequence[Account], *, explained: bool = False) -> str:
    """Return one line: how much was read, what was not, and how to have it read.

    `explained` is whether all lines are shown above it.
    """
    left = left_out(accounts)
    bullets = [each for each in left if BULLETS_FLAG in each.reason]
    others = [each for each in left if each.verdict is Verdict.LEFT and each not in bullets]
    known = sum(each.count for each in left if each.verdict is Verdict.KNOWN)
    parts = [taken_line(accounts)]
    if bullets:
        count = sum(each.count for each in bullets)
        one = count == 1
        verb, what = ("was", "an item") if one else ("were", "items")
        way = f"'{BULLETS_FLAG}' takes {'it' if one else 'them'}"
        parts.append(f"{counted(count, 'bullet')} {verb} not taken as {what}: {way}")
    if others:
        count = sum(each.count for each in others)
        noun = "other line" if bullets else "line"
        parts.append(f"{counted(count, noun)} not taken, most often '{others[0].reason}'")
    if known:
        parts.append(f"{known} {'is' if known == 1 else 'are'} something else")
    if (others or known) and not explained:
        parts.append("--explain shows all")
    return "; ".join(parts)


# ---- line by line --------------------------------------------------------------------------


def explained_text(accounts: Sequence[Account], look: Look) -> str:
    """Return every line of the files with how it was read."""
    lines: list[Text] = []
    for account in accounts:
        if len(accounts) > 1:
            lines.append(Text(clean(account.path), "bold"))
        lines += _explained(account, look)
    return paint(lines, look)


def _explained(account: Account, look: Look) -> Iterator[Text]:
    width = len(str(len(account.lines)))
    half = max((look.columns - width - 5) * 9 // 20, 20)
    key: str | None = None
    for line in account.lines:
        verdict, style = _verdict(line, key)
        key = line.key if line.verdict is not Verdict.BLANK else key
        text = cut(Text(clean(line.text.expandtabs(4))), half, look)
        shown = Text().append(f"{line.number:>{width}} ", "dim").append_text(_sign(line, look))
        shown.append(" ").append_text(_styled(text, line))
        if not verdict:
            yield shown
            continue
        shown.append(" " * max(half - text.cell_len + 1, 2))
        if look.uncut:
            yield shown.append(clean(verdict), style)
        else:
            yield from flow(shown, [Text(word, style) for word in clean(verdict).split()], look)


def _sign(line: AccountedLine, look: Look) -> Text:
    """Return a bar for lines of items, an exclamation mark for those that were not read."""
    bar = "|" if look.ascii else "│"
    signs = {Verdict.ITEM: (bar, "green"), Verdict.LEFT: (look.glyphs.warn, "bold yellow"),
             Verdict.KNOWN: (look.glyphs.forget, "dim"), Verdict.FRAME: (bar, "dim")}  # fmt: skip
    return Text(*signs.get(line.verdict, (" ", "")))


def _styled(text: Text, line: AccountedLine) -> Text:
    styles = {Verdict.LEFT: "yellow", Verdict.KNOWN: "dim"}
    return Text(text.plain, styles.get(line.verdict, ""))


def _verdict(line: AccountedLine, before: str | None) -> tuple[str, str]:
    """Return how a line was read: the key of a new item, then the rule and the reason."""
    if line.verdict is Verdict.BLANK:
        return "", ""
    if line.verdict is Verdict.LEFT and BULLETS_FLAG in line.reason:
        return f"not taken: '{BULLETS_FLAG}' takes it", "bold yellow"
    if line.verdict is Verdict.LEFT:
        return f"not taken: {line.reason or line.rule}", "bold yellow"
    if line.verdict is Verdict.KNOWN:
        return f"not an item: {line.reason or line.rule}", "dim"
    reason = f": {line.reason}" if line.reason else ""
    if line.key is None or line.key == before:
        return f"{line.rule}{reason}", "dim"
    return f"{line.rule} {line.key}{reason}", "green"
