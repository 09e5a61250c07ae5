"""Shared parts of all charts: matplotlib's SVG made suitable for a page.

Text stays text, colors become CSS custom properties, nothing contains a date, a program or a
network address, and the same figure produces the same bytes.
"""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from xml.etree import ElementTree as ET

from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from rich.cells import cell_len, set_cell_size

from backlog_sync.core.escape import visible
from backlog_sync.dataclass import dataclass
from backlog_sync.reports.charts.palette import PAINTS, Color, properties

TEXT = 12
"""The size of text in pixels: the least that people read without effort at 100%."""
_TIP = "tip-"
"""The prefix of the ids of parts that have a sentence of their own."""
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "backlog",
    "text.parse_math": False,
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": TEXT,
    "text.color": Color.INK.paint,
    "axes.labelcolor": Color.DIM.paint,
    "axes.edgecolor": Color.GRID.paint,
    "axes.facecolor": "none",
    "axes.linewidth": 1,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "figure.facecolor": "none",
    "figure.dpi": 72,
    "savefig.facecolor": "none",
    "grid.color": Color.GRID.paint,
    "grid.linewidth": 1,
    "legend.frameon": False,
    "xtick.color": Color.DIM.paint,
    "ytick.color": Color.DIM.paint,
    "xtick.labelsize": TEXT,
    "ytick.labelsize": TEXT,
    "hatch.linewidth": 1,
}
_FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
_FONTS = re.compile(r"font:(?:(\d+) )?([\d.]+)px [^;]*")
_ADDRESS = re.compile(r"url\(#([^)]+)\)")


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture as an SVG element for a page; `width` and `height` are pixels.

    `title` and `text` say the same in words, for people who cannot see it; `tips` are the sentences
    of its parts, which each of them shows on hover and on focus.
    """

    name: str
    title: str
    text: str
    svg: str
    width: int
    height: int
    tips: tuple[str, ...] = ()

    def standalone(self) -> str:
        """Return the same as its own file, for light and dark."""
        style = (
            f"<style>svg{{{properties(dark=False)};font-family:{_FONT}}}"
            f"@media (prefers-color-scheme:dark){{svg{{{properties(dark=True)}}}}}</style>"
        )
        head, body = self.svg.split(">", 1)
        return f"{head}>{style}{body}\n"


@contextmanager
def canvas(width: int, height: int) -> Iterator[Figure]:
    """Create an empty figure of this size in pixels, in the shared style."""
    with rc_context(_STYLE), warnings.catch_warnings():  # type: ignore[arg-type]  # keys are right
        # Browsers have glyphs for scripts that the font for measuring lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(width / 72, height / 72))
        FigureCanvasSVG(figure)
        yield figure


def num(day: date) -> float:
    """Return a date as matplotlib's number of days."""
    return float(date2num(datetime.combine(day, time())))


def plot(figure: Figure, left: int, top: int, right: int, bottom: int) -> Axes:
    """Return the axes of a figure, with margins in pixels."""
    width, height = figure.get_size_inches() * 72
    return figure.add_axes(
        (left / width, bottom / height, (width - left - right) / width,
         (height - top - bottom) / height)
    )  # fmt: skip


def add_tip(artist: Artist, tips: list[str], sentence: str) -> None:
    """Make an artist, seen or unseen, a part of the chart that shows a sentence."""
    artist.set_gid(f"{_TIP}{len(tips)}")
    tips.append(sentence)


def finish(figure: Figure, name: str, title: str, text: str, tips: Sequence[str] = ()) -> Chart:
    """Return the figure as a chart; call it inside `canvas`. `name` is the prefix of its ids.

    `tips` are the sentences that `add_tip` collected.
    """
    raw = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(raw, format="svg", metadata=nothing)
    root = ET.fromstring(raw.getvalue())  # noqa: S314 - matplotlib just wrote it
    width, height = (round(size * 72) for size in figure.get_size_inches())
    for parent in list(root.iter()):
        for child in list(parent):
            unseen = child.get("style") == "fill: none"  # the frame of the figure
            if unseen or child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    _add_tips(root, tips)
    _fix_colors_and_ids(root, name)
    labels = f"{name}-title {name}-text"
    root.attrib.clear()
    root.attrib |= {
        "viewBox": f"0 0 {width} {height}",
        "width": str(width),
        "height": str(height),
        "role": "group" if tips else "img",
        "aria-labelledby": labels,
        "class": "chart",
        "stroke-linejoin": "round",
    }
    for index, (tag, content) in enumerate((("title", title), ("desc", text))):
        element = ET.Element(f"{{{_SVG}}}{tag}", {"id": labels.split()[index]})
        element.text = visible(content)
        root.insert(index, element)
    ET.register_namespace("", _SVG)
    svg = ET.tostring(root, encoding="unicode")
    return Chart(name, title, text, svg, width, height, tuple(tips))


def _add_tips(root: ET.Element, tips: Sequence[str]) -> None:
    """Add a title, which browsers show on hover, to each part with a sentence."""
    for element in list(root.iter()):
        number = element.get("id", "").removeprefix(_TIP)
        if element.get("id", "").startswith(_TIP):
            element.attrib |= {"class": "tip", "role": "img", "tabindex": "-1"}
            title = ET.Element(f"{{{_SVG}}}title")
            title.text = " ".join(visible(tips[int(number)]).split())
            for path in element:  # unseen, but a mouse finds it
                path.set("style", f"fill:{Color.INK.css};opacity:0")
            element.insert(0, title)


def _fix_colors_and_ids(root: ET.Element, name: str) -> None:
    """Replace colors by CSS, keep only used ids, and remove namespaces of links."""
    every = list(root.iter())
    used = {each.get(f"{{{_XLINK}}}href", "")[1:] for each in every}
    used |= {id_ for each in every for id_ in _ADDRESS.findall(" ".join(each.attrib.values()))}
    for each in every:
        target = each.attrib.pop(f"{{{_XLINK}}}href", None)
        if target:
            each.set("href", f"#{name}-{target[1:]}")
        mark = each.attrib.pop("id", None)
        if mark in used:
            each.set("id", f"{name}-{mark}")
        for key, value in each.attrib.items():
            if key == "style":
                value = _styled(value)  # noqa: PLW2901 - the same value, fixed
            each.set(key, _ADDRESS.sub(rf"url(#{name}-\1)", value))


def _styled(style: str) -> str:
    """Return a style with our colors, and the page's font in the requested size."""
    for paint, css in PAINTS.items():
        style = style.replace(paint, css)
    return _FONTS.sub(
        lambda match: f"font-size:{match[2]}px" + (f";font-weight:{match[1]}" if match[1] else ""),
        style.replace(": ", ":").replace("; ", ";"),
    ).replace(";font-family:'DejaVu Sans', sans-serif", "")


def short(text: str, cells: int) -> str:
    """Return a title on one line of this many cells, without invisible characters."""
    plain = " ".join(visible(text).split())
    if cell_len(plain) <= cells:
        return plain
    return f"{set_cell_size(plain, cells - 1).rstrip()}…"
