"""What the values of metadata say: points, labels, issues, dates, hours."""

import re
from dataclasses import dataclass
from datetime import date

from backlog_sync.core.model import IssueRef
from backlog_sync.files.inline import plain
from backlog_sync.files.markdown.period import whole_period
from backlog_sync.files.vocabulary import is_empty_word

_LIMIT = 2000
_POINTS = re.compile(
    r"(\d{1,5}(?:[.,]\d{1,2})?)\+?[ ]?"
    r"(?:story[ -]?points?|points?|pts?|sp|pontos?|puntos?|punkte|баллов|балла|ポイント|点)?\.?"
    r"(?=$|[ ]?[(|,;]|[ ][–—-])",
    re.IGNORECASE,
)
_HOURS = re.compile(r"(\d{1,5}(?:[.,]\d{1,2})?)[ ]?(?:h|hrs?|hours?|horas?|stunden|std)\b", re.I)
_SIZE = re.compile(r"(XXS|XS|S|M|L|XL|XXL)(?=$|[ ]?\()", re.IGNORECASE)
_UNIT = re.compile(r"story[ -]?points?|\bpoints?\b|\bpts?\b|\bsp\b|pontos|puntos|punkte", re.I)
_CODE = re.compile(r"`([^`]{1,100})`")
_DATE = re.compile(r"(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})$")
_POINTED = re.compile(r"(\d{1,2})\.[ ]?(\d{1,2})\.[ ]?(20\d\d)$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6})\.?"
_ENGLISH = re.compile(rf"{_MONTH}[ ](?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[ ](?P<year>20\d\d)$", re.I)
_MONTH_LAST = re.compile(
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ ]{_MONTH},?[ ](?P<year>20\d\d)$", re.I
)
_ISSUE = re.compile(
    r"\[?(?:(?P<sandbox>sandbox)|(?P<repository>[\w.-]{1,100}/[\w.-]{1,100}))?#(?P<number>\d{1,9})\b"
)
_URL = re.compile(
    r"https?://[\w.:-]{1,200}/(?P<repository>[\w.-]{1,100}/[\w.-]{1,100})/issues/(?P<number>\d{1,9})\b"
)
_REMARK = re.compile(r"[ ]?\([^()]{0,300}\)")
_BRACKETED = (
    r"[ ]?\((\[?(?:[\w.-]{1,40}/[\w.-]{1,100})?#\d{1,9}\]?(?:\([^()\s]{1,300}\))?"
    r"|sandbox#\d{1,9})\)"
)
BRACKETED_ISSUE = re.compile(_BRACKETED)
TRAILING_ISSUE = re.compile(f"{_BRACKETED}$")
"""The number of an item's issue, as it stands behind a title: `(#14)`, `([#14](url))`."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an estimate says: points (a number, or a word for a scale), or hours."""

    points: float | str | None = None
    hours: float | None = None


def parse_points(value: str) -> float | str | None:
    """Points of a points key: a number, or the word as written; None where it is empty."""
    text = plain(value[:_LIMIT]).strip("*` ")
    match = _POINTS.match(text)
    if match:
        return _number(match[1])
    if not text or is_empty_word(text):
        return None
    size = _SIZE.match(text)
    return size[1].upper() if size else text.split("(", 1)[0].strip() or text


def parse_estimate(value: str) -> Estimate:
    """Points or hours of an estimate; neither for what is not clearly one of them."""
    text = plain(value[:_LIMIT]).strip("*` ")
    hours = _HOURS.match(text)
    if hours:
        return Estimate(hours=_number(hours[1]))
    match = _POINTS.match(text)
    if match and (_UNIT.search(text) or match.end() == len(text)):
        return Estimate(points=_number(match[1]))
    size = _SIZE.match(text)
    return Estimate(points=size[1].upper()) if size else Estimate()


def parse_hours(value: str) -> float | None:
    """Hours of an hours key: `6`, `6h`."""
    text = plain(value[:_LIMIT])
    match = _HOURS.match(text) or re.match(r"(\d{1,5}(?:[.,]\d{1,2})?)$", text)
    return _number(match[1]) if match else None


def parse_names(value: str) -> tuple[str, ...]:
    """Labels or people: in back ticks, or between commas. `None` gives an empty tuple."""
    text = value[:_LIMIT].strip()
    if is_empty_word(plain(text)):
        return ()
    coded = _CODE.findall(text)
    parts = coded or re.split(r"[,;，；、]", plain(text))
    names = (part.strip().strip("*`").strip() for part in parts)
    return tuple(dict.fromkeys(name for name in names if name))


def parse_priority(value: str) -> str | None:
    """A priority's word: `P0 (Critical Path)` is `P0`, a sign before it goes."""
    text = _REMARK.sub("", plain(value[:_LIMIT])).strip("*` .")
    while text and not text[0].isalnum():
        text = text[1:].lstrip()
    return None if not text or is_empty_word(text) else text


def parse_date(value: str, *, last: bool = True) -> str | None:
    """A day in ISO form; of a quarter or a year the last day, or the first. None for other words.

    Day and month in figures are read only where it is clear which is which: `31.03.2026`,
    `2026/3/31`, `March 31, 2026`.
    """
    text = plain(value[:_LIMIT]).strip().rstrip(".")
    match = _DATE.match(text)
    if match:
        return _day(match[1], match[2], match[3])
    match = _POINTED.match(text)
    if match:
        return _day(match[3], match[2], match[1])
    match = _ENGLISH.match(text) or _MONTH_LAST.match(text)
    if match:
        month = _MONTHS.index(match["month"][:3].lower()) + 1
        return _day(match["year"], str(month), match["day"])
    period = whole_period(text)
    return (period.end if last else period.start) if period else None


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def parse_issue(value: str) -> IssueRef | None:
    """An issue: `[#14](url)`, `#14`, `owner/repo#14`, `sandbox#14`, or a URL."""
    text = value[:_LIMIT].strip().strip("*`").strip()
    match = _ISSUE.match(text)
    if match:
        number = int(match["number"])
        return IssueRef(number, match["repository"], sandbox=bool(match["sandbox"]))
    match = _URL.match(text.lstrip("<"))
    return IssueRef(int(match["number"]), match["repository"]) if match else None


def without_issue(text: str) -> tuple[str, str | None]:
    """Return a title without the issue that it ends with, and that issue."""
    match = TRAILING_ISSUE.search(text[-400:])
    issue = parse_issue(match[1]) if match else None
    if match is None or issue is None or not text[: -len(match[0])].strip():
        return text, None
    return text[: -len(match[0])].rstrip(), str(issue)


def _number(text: str) -> float:
    return float(text.replace(",", "."))
