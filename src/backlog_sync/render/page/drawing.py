"""Pictures as SVG: drawn by matplotlib, with text as text and colours that follow the theme."""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, MUTED, GRID, PAPER = "#010203", "#020304", "#030405", "#040506"
ACCENT, SOFT, GOOD, WARN, BAD = "#050607", "#060708", "#070809", "#08090a", "#090a0b"
"""Stand-ins, replaced by CSS variables of these names in what is drawn."""
_VARIABLES = {
    INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper", ACCENT: "accent", SOFT: "soft",
    GOOD: "good", WARN: "warn", BAD: "bad",
}  # fmt: skip
THEME = """\
:root { color-scheme: light dark; --ink: #1f2328; --muted: #59636e; --grid: #d1d9e0; \
--paper: #ffffff; --card: #f6f8fa; --accent: #0969da; --soft: #b6d5f7; --good: #1a7f37; \
--warn: #8a5a00; --bad: #c21c2c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --muted: #9ba5b0; --grid: #3d444d; \
--paper: #0d1117; --card: #161b22; --accent: #4493f8; --soft: #1f3d66; --good: #3fb950; \
--warn: #d4a02c; --bad: #ff7b72; } }
@media print { :root { color-scheme: light; --ink: #1f2328; --muted: #59636e; --grid: #d1d9e0; \
--paper: #ffffff; --card: #ffffff; --accent: #0969da; --soft: #b6d5f7; --good: #1a7f37; \
--warn: #8a5a00; --bad: #c21c2c; } }
"""
"""The variables, on light, on dark and on paper."""

_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "backlog",
    "text.parse_math": False,
    "font.size": 10.5,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "legend.frameon": False,
}
_FONT = re.compile(r"(font: (?:[a-z0-9]+ )?[0-9.]+px) [^;\"]*")
_NAMED = re.compile(r'(\bid="|href="#|url\(#)')


@contextmanager
def drawing(width: float, height: float) -> Iterator[tuple[Figure, Axes]]:
    """A figure of so many CSS pixels with one plot, to draw on."""
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a script that no font here has is drawn by the reader's
        figure = Figure(figsize=(width / 72, height / 72), layout="constrained")
        yield figure, figure.subplots()


def finish(figure: Figure, name: str, title: str, description: str) -> str:
    """Give the SVG of a figure, with its names made its own by `name`.

    It is to stand in a page; `alone` makes a file of it.
    """
    out = io.StringIO()
    none = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(out, format="svg", metadata=none)
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = _FONT.sub(r"\1 system-ui, sans-serif", svg)
    for color, variable in _VARIABLES.items():
        svg = svg.replace(color, f"var(--{variable})")
    svg = _NAMED.sub(rf"\g<1>{name}-", svg)
    view = re.search(r'viewBox="([^"]+)"', svg)
    assert view is not None
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' class="chart" viewBox="{view[1]}" width="{view[1].split()[2]}" role="img"'
        f' aria-labelledby="{name}-title {name}-text">\n'
        f'<title id="{name}-title">{escape(title)}</title>\n'
        f'<desc id="{name}-text">{escape(description)}</desc>\n'
    )
    return head + svg[svg.index(">") + 1 :].strip()


def alone(svg: str) -> str:
    """Give a picture as a file of its own, which follows the reader's theme."""
    style = f"<style>{THEME}</style>\n"
    at = svg.index("<title ")
    return f"{svg[:at]}{style}{svg[at:]}\n"
