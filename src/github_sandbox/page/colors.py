"""Choose colors of labels: text that is readable on the label's tint, on light and dark pages."""

import re
from collections.abc import Iterable, Iterator

UNSET = "ededed"
LIGHT, DARK = "ffffff", "151b23"
"""The backgrounds of labels: `--surface` in the style sheet."""

TINT = 0.24
"""The share of its color in a label's background."""

LEAST = 4.5
"""The contrast of text that WCAG 2.2 asks for (1.4.3, level AA)."""


def valid_color(color: str) -> str:
    """Return six lower-case hex digits; for an invalid color, those of a label without one."""
    return color.lower() if re.fullmatch(r"[0-9a-fA-F]{6}", color) else UNSET


def _parts(color: str) -> Iterator[int]:
    return (int(color[i : i + 2], 16) for i in (0, 2, 4))


def mixed(color: str, other: str, share: float) -> str:
    """Return a color with `share` of the first and the rest of the other."""
    pairs = zip(_parts(color), _parts(other), strict=True)
    return "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _luminance(color: str) -> float:
    """Return the brightness of a color, 0 to 1 (WCAG 2.2, "relative luminance")."""
    parts = (part / 255 for part in _parts(color))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colors, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    dark, bright = sorted((_luminance(first), _luminance(second)))
    return (bright + 0.05) / (dark + 0.05)


def inks(color: str, surface: str) -> tuple[str, str]:
    """Return the background of a label on this surface, and a readable text color of its hue."""
    ground = mixed(color, surface, TINT)
    end = "000000" if _luminance(surface) > 0.5 else "ffffff"
    for tenths in range(10, 0, -1):
        ink = mixed(color, end, tenths / 10)
        if contrast(ink, ground) >= LEAST:
            return ground, ink
    return ground, end


def rules(colors: Iterable[str]) -> str:
    """Return style rules for the classes `c-<color>`: inline styles are not allowed."""
    distinct = sorted({valid_color(color) for color in colors})
    return "\n".join(_rule(color) for color in distinct)


def _rule(color: str) -> str:
    light, dark = inks(color, LIGHT), inks(color, DARK)
    return (
        f".c-{color}{{--hue:#{color};--ground-light:#{light[0]};--ink-light:#{light[1]};"
        f"--ground-dark:#{dark[0]};--ink-dark:#{dark[1]}}}"
    )
