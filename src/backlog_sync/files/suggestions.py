"""Suggest what to write instead of a value, made from what was written.

A suggestion without doubt carries a `Fix`, which `lint --fix` applies; the others are only hints.
"""

import re
from calendar import monthrange
from collections.abc import Mapping

from backlog_sync.core.diagnostics import Fix
from backlog_sync.dataclass import dataclass
from backlog_sync.files.dates import months, parse_date
from backlog_sync.files.refs import is_repository, parse_issue_ref
from backlog_sync.files.values import parse_hours, parse_points
from backlog_sync.files.vocabulary import is_no, is_yes


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to write instead: the text, whether nothing else can be meant, and a remark."""

    text: str = ""
    sure: bool = False
    why: str = ""


NONE = Suggestion()


def advice(suggested: Suggestion, key: str = "") -> str:
    """Return the hint for a suggestion: what to write, below which key, and why."""
    if not suggested.text:
        return suggested.why
    instruction = f"write `{f'{key}: ' if key else ''}{suggested.text}`"
    return f"{instruction}{suggested.why and f' {suggested.why}'}"


def fix_of(suggested: Suggestion, written: str) -> Fix | None:
    """Return the replacement of a written text, if nothing else can be meant."""
    return Fix(written, suggested.text) if suggested.sure else None


# ---- dates ---------------------------------------------------------------------------------

_NUMBERS = re.compile(r"(\d{1,4})[./ -](\d{1,2})[./ -](\d{2}|\d{4})")
_WHOLE = re.compile(r"(20\d\d)[-./ ]?(\d{1,2})[-./ ]?(\d{1,2})")
_QUARTER = re.compile(r"q([1-4])", re.IGNORECASE)
_HALF = re.compile(r"h([12])", re.IGNORECASE)
_CENTURY = 2000
_SHORT_YEAR = 100
"""Years of two digits are in this century: plans are about the future."""
_MONTHS = 12  # of a year
_ANY_DATE = Suggestion(why="write the date itself, as in `2026-03-31`")


def date_for(text: str, *, last: bool = True) -> Suggestion:
    """Return the date that a text means, the last day of a period or the first.

    A day that its month does not have, and a number that may be the day or the month, are never
    sure.
    """
    phrase = " ".join(text.split())
    known = parse_date(phrase, last=last)
    if known is not None:
        return Suggestion(known, sure=True)
    match = _WHOLE.fullmatch(phrase)
    if match:
        return _day(int(match[1]), int(match[2]), int(match[3]))
    match = _NUMBERS.fullmatch(phrase)
    if match:
        return _numbers(int(match[1]), int(match[2]), int(match[3]))
    part = _QUARTER.fullmatch(phrase) or _HALF.fullmatch(phrase)
    if part:
        months_of = 3 if part.re is _QUARTER else 6
        month = int(part[1]) * months_of if last else (int(part[1]) - 1) * months_of + 1
        day = monthrange(_CENTURY, month)[1] if last else 1
        return Suggestion(f"YYYY-{month:02}-{day:02}", why="with its year")
    named = months().get(phrase.casefold().strip(". "))
    if named:
        day = monthrange(_CENTURY + 1, named)[1] if last else 1
        return Suggestion(f"YYYY-{named:02}-{day:02}", why="with its year")
    return _ANY_DATE


def _numbers(first: int, second: int, year: int) -> Suggestion:
    year += _CENTURY if year < _SHORT_YEAR else 0
    if first > _MONTHS >= second:
        return _day(year, second, first)
    if second > _MONTHS >= first:
        return _day(year, first, second)
    if first == second:
        return _day(year, first, second)
    if 0 < first <= _MONTHS and 0 < second <= _MONTHS:
        other = f"{year}-{second:02}-{first:02}"
        return Suggestion(f"{year}-{first:02}-{second:02}", why=f"or `{other}`")
    return _ANY_DATE


def _day(year: int, month: int, day: int) -> Suggestion:
    if not 1 <= month <= _MONTHS:
        if 1 <= day <= _MONTHS and month <= monthrange(year, day)[1]:
            return Suggestion(f"{year}-{day:02}-{month:02}", why=f"if {month} is the day")
        return Suggestion(why=f"{month} is not a month; write the date as in `2026-03-31`")
    last = monthrange(year, month)[1]
    if 1 <= day <= last:
        return Suggestion(f"{year}-{month:02}-{day:02}", sure=True)
    end = f"{year}-{month:02}-{last:02}"
    return Suggestion(end, why="if the end of the month is meant: it has no such day")


# ---- numbers -------------------------------------------------------------------------------

_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip
_COUNTED: Mapping[str, float] = {word: number for number, word in enumerate(_WORDS)}
_ARTICLES = {"a": 1.0, "an": 1.0, **_COUNTED}
_DAY, _WEEK, _MONTH = 8, 40, 160
"""Hours of work in a day, a week of five days and a month of four weeks, for hints only."""
_UNITS: Mapping[str, float] = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 1 / 60),
    **dict.fromkeys(("d", "day", "days", "pd", "md"), _DAY),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), _WEEK),
    **dict.fromkeys(("mo", "month", "months"), _MONTH),
}
_DURATION = re.compile(r"(?P<count>\d{1,5}(?:[.,]\d{1,2})?|[a-z]{1,9})[ -]?(?P<unit>[a-z]{1,7})\.?")
_ISO = re.compile(
    r"p(?:(?P<w>\d{1,3})w)?(?:(?P<d>\d{1,4})d)?(?:t(?:(?P<h>\d{1,5})h)?(?:(?P<m>\d{1,5})m)?)?"
)
_RANGE = re.compile(r"(\d{1,5}(?:[.,]\d{1,2})?)[ ]?(?:[-–—~]|to|or|/)[ ]?(\d{1,5}(?:[.,]\d{1,2})?)")
_ABOUT = re.compile(r"(?:~|≈|about|approx\.?|ca\.?|around|>|<|>=|<=)[ ]?(\d{1,5}(?:[.,]\d{1,2})?)|"
                    r"(\d{1,5}(?:[.,]\d{1,2})?)[ ]?[+?]")  # fmt: skip
_FIRST = re.compile(r"\d{1,5}(?:[.,]\d{1,2})?")
_LONGEST = 60
"""The most characters of a duration: a longer text is something else."""


def _figure(text: str) -> str:
    return f"{float(text.replace(',', '.')):g}"


def number_for(text: str) -> Suggestion:
    """Return the number that a text means: `three`, `3 points`, `3,5`, `~5`, `3-5`."""
    phrase = " ".join(text.split()).casefold()
    known = parse_points(phrase)
    if isinstance(known, float):
        return Suggestion(f"{known:g}", sure=True)
    word = phrase.removesuffix("s").removesuffix("point").strip()
    if word in _COUNTED:
        return Suggestion(str(_COUNTED[word]), sure=True)
    span = _RANGE.fullmatch(phrase)
    if span:
        return Suggestion(_figure(span[2]), why=f"or `{_figure(span[1])}`: one number, not a range")
    about = _ABOUT.fullmatch(phrase)
    if about:
        return Suggestion(_figure(about[1] or about[2]), why="if that is the estimate")
    if phrase.startswith("-") and _FIRST.fullmatch(phrase[1:].strip()):
        return Suggestion(_figure(phrase[1:].strip()), why="or leave it out")
    hours = hours_for(phrase)
    if hours.text:
        return Suggestion(why=f"write `estimate_hours: {hours.text}` if it is time, not points")
    return NONE


def hours_for(text: str) -> Suggestion:
    """Return the hours of a duration: `two days`, `3d`, `16h`, `PT8H`, `1h 30m`.

    Only hours and minutes are sure: how long a day of work is, the file does not declare.
    """
    if len(text) > _LONGEST:
        return NONE
    phrase = " ".join(text.split()).casefold()
    known = parse_hours(phrase)
    if known is not None:
        return Suggestion(f"{known:g}", sure=True)
    iso = _ISO.fullmatch(phrase)
    if iso and phrase.strip("pt"):
        weeks, days, hours, minutes = (int(iso[name] or 0) for name in "wdhm")
        total = weeks * _WEEK + days * _DAY + hours + minutes / 60
        return _hours(total, long=bool(weeks or days))
    match = _DURATION.fullmatch(phrase)
    unit = _UNITS.get(match["unit"]) if match else None
    if match and unit is not None:
        count = match["count"]
        figure = _ARTICLES.get(count) if count.isalpha() else float(count.replace(",", "."))
        if figure:
            return _hours(figure * unit, long=unit >= _DAY)
    span = _RANGE.match(phrase)
    if span:
        rest = hours_for(span[2] + phrase[span.end() :])
        return Suggestion(rest.text, why="one number, not a range") if rest.text else NONE
    if phrase.startswith("-") and (positive := hours_for(phrase[1:])).text:
        return Suggestion(positive.text, why="or leave it out")
    return NONE


def _hours(total: float, *, long: bool) -> Suggestion:
    why = f"(a day of {_DAY} hours, a week of {_WEEK})" if long else ""
    return Suggestion(f"{round(total, 2):g}", sure=not long, why=why)


# ---- issues --------------------------------------------------------------------------------

_GH = re.compile(r"(?:gh|issue|bug|ticket|no\.?|nr\.?|#)[ _#-]{0,2}(\d{1,9})", re.IGNORECASE)
_URL = re.compile(
    r"(?:https?://)?(?P<host>[\w.-]{1,200})/(?P<repository>[\w.-]{1,100}/[\w.-]{1,100})"
    r"/(?:-/)?(?P<sort>issues|issue|pull|pulls|merge_requests|work_items)/(?P<number>\d{1,9})\S{0,200}"
)
_PATH = re.compile(r"(?P<repository>[\w.-]{1,100}/[\w.-]{1,100})[/ :](?P<number>\d{1,9})")


def issue_for(text: str) -> Suggestion:
    """Return the issue that a text means: `GH-12`, `issue 12`, an address without `https`."""
    value = text.strip().strip("()<>[]")
    url = _URL.fullmatch(value)
    if url and url["sort"] in ("pull", "pulls"):
        why = "it is the address of a pull request: write the number of the issue, as in `'#12'`"
        return Suggestion(why=why)
    if url and (url["sort"] in ("merge_requests", "work_items") or "/-/" in value):
        return Suggestion(why=f"{url['host']} is not GitHub: leave it out, or put it into the text")
    if url:
        reference = f"{url['repository']}#{url['number']}"
        return Suggestion(reference, sure=parse_issue_ref(reference) is not None)
    short = _GH.fullmatch(value)
    if short and int(short[1]):
        return Suggestion(f"#{int(short[1])}", sure=True)
    path = _PATH.fullmatch(value)
    if path and int(path["number"]):
        return Suggestion(f"{path['repository']}#{path['number']}", sure=True)
    return NONE


# ---- other values --------------------------------------------------------------------------

_REMOTE = re.compile(
    r"(?:(?:https?|ssh|git)://)?(?:git@)?(?:www\.)?[\w.-]{1,200}\.[a-z]{2,10}[/:]"
    r"(?P<name>[A-Za-z0-9-]{1,39}/[\w.-]{1,100}?)(?:\.git)?(?:/\S{0,200})?"
)


def repository_for(text: str) -> Suggestion:
    """Return the repository of a URL, of a remote of git, or of `owner / name`."""
    address = text.strip().rstrip("/")
    remote = _REMOTE.fullmatch(address)
    joined = remote["name"] if remote else re.sub(r"\s*/\s*", "/", address)
    whole = is_repository(joined) and joined != text
    return Suggestion(joined, sure=True) if whole else NONE


def flag_for(text: str) -> Suggestion:
    """Return `true` or `false` for another word of that meaning."""
    if is_yes(text):
        return Suggestion("true", sure=True)
    return Suggestion("false", sure=True) if is_no(text) else NONE
