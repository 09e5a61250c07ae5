"""Times as plans write them: quarters, halves, years, and the days on which they begin and end."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_PART = r"(?:Q[1-4]|H[12])"
_RANGE = rf"({_PART})(?:[ ]?[-–—/~][ ]?({_PART}))?"
_YEAR_FIRST = re.compile(rf"(20\d\d)[ ]?[-/]?[ ]?{_RANGE}(?![\w])", re.IGNORECASE)
_YEAR_LAST = re.compile(rf"{_RANGE}[ ,/'-]{{1,2}}(20\d\d)(?:[ ]?[-–][ ]?(20\d\d))?(?!\d)", re.I)
_YEAR = re.compile(r"(20\d\d)(?:[ ]?[-–][ ]?(20\d\d))?\+?(?=$|[ ]?[)\]:：–—-][ \w]?|年)")
_BRACKETED = re.compile(r"[(\[](20\d\d)(?:[ ]?[-–][ ]?(20\d\d))?\+?[)\]]")
_JOINED = re.compile(r"Q[1-4][ ]20\d\d[ ]?[-–—][ ]?Q[1-4][ ]20\d\d", re.IGNORECASE)
_HEAD = 200


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time: its text as written, its first and its last day."""

    text: str
    start: str
    end: str


def find_period(text: str) -> Period | None:
    """The first quarter, half or range of them with a year in a text, None where there is none."""
    head = text[:_HEAD]
    joined = _JOINED.search(head)
    if joined:
        first, last = _YEAR_LAST.search(joined[0][:7]), _YEAR_LAST.search(joined[0][-7:])
        assert first is not None
        assert last is not None
        return _period(joined[0], int(first[3]), first[1], int(last[3]), last[1])
    match = _YEAR_FIRST.search(head)
    if match:
        return _period(match[0], int(match[1]), match[2], int(match[1]), match[3] or match[2])
    match = _YEAR_LAST.search(head)
    if match:
        last_year = int(match[4] or match[3])
        part = match[2] or (match[1] if match[4] is None else "Q4")
        return _period(match[0], int(match[3]), match[1], last_year, part)
    match = _BRACKETED.search(head)
    if match:
        return _period(match[0][1:-1], int(match[1]), "Q1", int(match[2] or match[1]), "Q4")
    return None


def leading_period(text: str) -> Period | None:
    """The period that a text begins with: `2025 Q4 - MVP`, `Q1 2026`, `2027+`."""
    found = find_period(text)
    if found and text.startswith(found.text):
        return found
    match = _YEAR.match(text[:_HEAD])
    if match:
        end = int(match[2] or match[1])
        return _period(match[0].strip(), int(match[1]), "Q1", end, "Q4")
    return None


def whole_period(text: str) -> Period | None:
    """The period that a text is, None where it says anything else."""
    found = leading_period(text.strip())
    return found if found and found.text == text.strip() else None


def _period(text: str, year: int, first: str, last_year: int, last: str) -> Period:
    begin = _months(first)[0]
    end = _months(last)[1]
    last_day = monthrange(last_year, end)[1]
    return Period(
        text.strip(), date(year, begin, 1).isoformat(), date(last_year, end, last_day).isoformat()
    )


def _months(part: str) -> tuple[int, int]:
    """The first and the last month of `Q2` or `H1`."""
    number = int(part[1])
    length = 3 if part[0] in "Qq" else 6
    return (number - 1) * length + 1, number * length
