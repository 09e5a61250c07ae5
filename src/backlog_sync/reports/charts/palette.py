"""The colors of charts and of the page, as CSS custom properties for light and for dark.

Color is never the only signal: a word, a shape or a dash says the same.
"""

from collections.abc import Mapping
from enum import Enum


class Color(Enum):
    """A color: its name in CSS, its value in light and in dark.

    Text colors have a contrast of at least 4.5 to 1 against `PAPER` and `CARD`, shapes at least 3
    to 1 (WCAG 2.2, 1.4.3 and 1.4.11); `GRID` is decoration.
    """

    PAPER = ("paper", "#ffffff", "#0d1117")
    CARD = ("card", "#f6f8fa", "#161b22")
    INK = ("ink", "#1f2328", "#e6edf3")
    DIM = ("dim", "#57606a", "#9198a1")
    GRID = ("grid", "#d1d9e0", "#30363d")
    TRACK = ("track", "#dfe4ea", "#30363d")
    DONE = ("done", "#0f6f5c", "#3fb99b")
    PLAN = ("plan", "#5b7795", "#7f9cbd")
    LINK = ("link", "#0a5cc0", "#6cb0ff")
    CRITICAL = ("critical", "#b0361e", "#ff8a66")
    WARN = ("warn", "#8a5a00", "#e0b04a")

    @property
    def css(self) -> str:
        """The reference in CSS."""
        return f"var(--{self.value[0]})"

    @property
    def paint(self) -> str:
        """The unique placeholder color that charts are drawn with, before it is replaced by CSS."""
        return f"#0101{16 + list(Color).index(self):02x}"


PAINTS: Mapping[str, str] = {color.paint: color.css for color in Color}


def properties(*, dark: bool) -> str:
    """Return the custom properties as CSS declarations."""
    return ";".join(f"--{color.value[0]}:{color.value[1 + dark]}" for color in Color)
