"""What stands in front of a bullet's text: `Q1 - M (P0): …`, in code or not (rule 7)."""

import re
from dataclasses import dataclass

_QUARTER = r"Q[1-4](?:[ ]20\d\d)?"
_CODED = re.compile(
    rf"(?:(?P<early>{_QUARTER})[ ]?[-–—:][ ]?)?"
    rf"`(?:(?P<quarter>{_QUARTER})[ ]?[-–—:][ ]?)?"
    r"(?:(?P<must>[MSCW]|Must|Should|Could|Won't)[ ]?)?(?:\(?(?P<priority>P[0-5])\)?)?`"
    r"[ ]?[:：–—-]?[ ]*",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    rf"[\[(](?:(?P<quarter>{_QUARTER})|(?P<priority>P[0-5])|(?P<must>Must|Should|Could|Won't))[\])]"
    r"[ ]?[:：–—-]?[ ]*",
    re.IGNORECASE,
)
_MOSCOW = {"m": "Must", "s": "Should", "c": "Could", "w": "Won't"}


@dataclass(frozen=True, slots=True)
class Prefix:
    """The text behind the prefix, and what the prefix tells."""

    text: str
    priority: str | None
    quarter: str | None


def planning_prefix(text: str) -> Prefix | None:
    """Take a planning prefix off a bullet; None where it has none."""
    match = _CODED.match(text[:60]) or _BRACKETED.match(text[:60])
    if match is None or not (match["must"] or match["priority"] or match["quarter"]):
        return None
    rest = text[match.end() :].strip()
    if not rest:
        return None
    must = match["must"]
    priority = match["priority"]
    word = _MOSCOW.get(must.lower(), must) if must else None
    early = match.groupdict().get("early")
    return Prefix(rest, (priority or "").upper() or word, match["quarter"] or early)
