"""The plan as a picture: a standalone SVG that fetches nothing.

Every run of characters is placed by its cell, so that columns line up in any viewer, whatever
font it has.
"""

from collections.abc import Iterable
from html import escape

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from backlog_sync.core.plan import Plan
from backlog_sync.render.canvas import Look, cut
from backlog_sync.render.text import plan_lines

_CELL, _LINE, _PAD, _BAR = 8.4, 19, 18, 34
_COLORS = {
    "green": "#7ee787",
    "yellow": "#e3b341",
    "red": "#ff7b72",
    "magenta": "#d2a8ff",
    "cyan": "#79c0ff",
}
_FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" \
height="{height}" role="img" aria-label="{title}">
<style>
text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", \
"DejaVu Sans Mono", monospace; fill: #e6edf3; white-space: pre }}
.dim {{ fill: #8b949e }} .bold {{ font-weight: bold }}
{colors}
</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<circle cx="20" cy="17" r="5.5" fill="#ff5f57"/><circle cx="38" cy="17" r="5.5" \
fill="#febc2e"/><circle cx="56" cy="17" r="5.5" fill="#28c840"/>
<text x="{middle}" y="22" text-anchor="middle" class="dim">{title}</text>
{lines}
</svg>
"""


def plan_svg(plan: Plan, *, width: int = 84, title: str = "backlog plan") -> str:
    """The text plan drawn as a terminal window of `width` columns, as SVG source."""
    look = Look(width=width, color=True)
    return lines_svg(plan_lines(plan, look), look, title)


def lines_svg(lines: Iterable[Text], look: Look, title: str) -> str:
    """Styled lines drawn as a terminal window, as SVG source."""
    drawn = [cut(line, look.columns, look) for line in lines]
    across = round(look.columns * _CELL + 2 * _PAD)
    rows = [run for number, line in enumerate(drawn) for run in _runs(line, number)]
    colors = " ".join(f".{name} {{ fill: {value} }}" for name, value in _COLORS.items())
    return _FRAME.format(
        width=across,
        height=_BAR + len(drawn) * _LINE + _PAD,
        middle=across // 2,
        title=escape(title),
        colors=colors,
        lines="\n".join(rows),
    )


def _runs(line: Text, row: int) -> Iterable[str]:
    """The words of one line, each at its cell; neighbours of one style stay together."""
    styles = [Style.null()] * len(line.plain)
    for span in line.spans:
        style = Style.parse(span.style) if isinstance(span.style, str) else span.style
        for index in range(span.start, min(span.end, len(styles))):
            styles[index] = styles[index] + style
    base = Style.parse(line.style) if isinstance(line.style, str) else line.style
    start = 0
    for end in range(1, len(styles) + 1):
        if (
            end < len(styles)
            and styles[end] == styles[start]
            and line.plain[start:end][-2:] != "  "
        ):
            continue
        yield from _run(line.plain, start, end, base + styles[start], row)
        start = end


def _run(plain: str, start: int, end: int, style: Style, row: int) -> Iterable[str]:
    raw = plain[start:end]
    text = raw.strip()
    if not text:
        return
    column = cell_len(plain[:start]) + len(raw) - len(raw.lstrip())
    x = _PAD + column * _CELL
    y = _BAR + (row + 1) * _LINE - 5
    names = [style.color.name] if style.color and style.color.name in _COLORS else []
    names += ["dim"] if style.dim else []
    names += ["bold"] if style.bold else []
    kind = f' class="{" ".join(names)}"' if names else ""
    length = f' textLength="{cell_len(text) * _CELL:.1f}" lengthAdjust="spacingAndGlyphs"'
    yield f'<text x="{x:.1f}" y="{y}"{kind}{length}>{escape(text)}</text>'
