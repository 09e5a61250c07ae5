"""Parse dates and periods as plans write them: days, months, weeks, quarters, halves, years.

An ambiguous date, such as `03/04/2027`, is not parsed: it is reported, never guessed.
"""

import re
from calendar import month_abbr, month_name, monthrange
from datetime import date
from functools import cache, lru_cache

from backlog_sync.dataclass import dataclass
from backlog_sync.files.vocabulary import without_accents, words_of

_LIMIT = 200
"""Characters searched for a date: no date is longer, and patterns stay cheap on long cells."""

# ---- periods -------------------------------------------------------------------------------

_PART = r"(?:Q[1-4]|H[12])"
_RANGE = rf"(?P<first>{_PART})(?:[ ]?[-–—/~][ ]?(?P<last>{_PART}))?"
_YEARS = r"(?P<year>20\d\d)(?:[ ]?[-–][ ]?(?P<end>20\d\d))?"
_YEAR = re.compile(rf"(?P<text>{_YEARS}\+?)(?=$|[ ]?[)\]:：–—-][ \w]?|年)")
_PERIODS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<text>(?P<first>Q[1-4])[ ](?P<year>20\d\d)[ ]?[-–—][ ]?"
        r"(?P<last>Q[1-4])[ ](?P<end>20\d\d))",
        rf"(?P<text>(?P<year>20\d\d)[ ]?[-/]?[ ]?{_RANGE})(?![\w])",
        rf"(?P<text>{_RANGE}[ ,/'-]{{1,2}}{_YEARS})(?!\d)",
        rf"[(\[](?P<text>{_YEARS}\+?)[)\]]",
    )
)


@dataclass(frozen=True, slots=True)
class Period:
    """A period: its text as written, its first and its last date."""

    text: str
    start: str
    end: str


def find_period(text: str) -> Period | None:
    """Return the first quarter or half with a year, or range of them; None without one."""
    matches = (form.search(text[:_LIMIT]) for form in _PERIODS)
    return next((_period(match) for match in matches if match), None)


def leading_period(text: str) -> Period | None:
    """Return the period that a text begins with: `2025 Q4 - MVP`, `Q1 2026`, `2027+`."""
    period = find_period(text)
    if period and text.startswith(period.text):
        return period
    match = _YEAR.match(text[:_LIMIT])
    return _period(match) if match else None


def whole_period(text: str) -> Period | None:
    """Return the period if the whole text is one, otherwise None."""
    period = leading_period(text.strip())
    return period if period and period.text == text.strip() else None


def _period(match: re.Match[str]) -> Period:
    """Return the period between two quarters or halves; a year by itself is the whole year."""
    parts = match.groupdict()
    first, year = parts.get("first") or "Q1", int(parts["year"])
    whole = parts.get("end") or not parts.get("first")
    last, end = parts.get("last") or ("Q4" if whole else first), int(parts.get("end") or year)
    month = _months_of(last)[1]
    begin, finish = date(year, _months_of(first)[0], 1), date(end, month, monthrange(end, month)[1])
    return Period(parts["text"].strip(), begin.isoformat(), finish.isoformat())


def _months_of(part: str) -> tuple[int, int]:
    """Return the first and the last month of `Q2` or `H1`."""
    number = int(part[1])
    length = 3 if part[0] in "Qq" else 6
    return (number - 1) * length + 1, number * length


# ---- days ----------------------------------------------------------------------------------

_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|er|º|ª)?"
_YEAR_ONE = r"(?P<year>20\d\d)"
_OF = r"(?:[ ](?:de|of|del))?"
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME_OF_DAY = r"(?:[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d{1,9})?)?[ ]?(?:Z|UTC|[+-]\d\d:?\d\d)?)?"
_CENTURY, _SHORT_YEAR = 2000, 100
"""Two-digit years are in this century: plans are about the future."""
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](20\d\d)$")
_WEEK = re.compile(r"(20\d\d)-?W(\d{2})$", re.IGNORECASE)
_SPAN = re.compile(
    r"[ ]?(?:[–—→]|->)[ ]?|[ ](?:-|to|until|through|bis|à|au|a|al|até|до|по|tot|do)[ ]"
)
_LEAD = re.compile(r"(?:by|before|until|bis|ends?|due|avant|antes de|до|~)[ ]", re.IGNORECASE)


@cache
def months() -> dict[str, int]:
    """Return the months by their names, case-folded."""
    listed = (words_of(f"months.{name}") for name in _NAMES)
    return {word: number for number, words in enumerate(listed, 1) for word in words}


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    listed = "|".join(sorted(months(), key=len, reverse=True))
    name = rf"(?P<name>{listed})\.?"
    return tuple(
        re.compile(form + "$", re.IGNORECASE)
        for form in (
            rf"{_YEAR_ONE}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME_OF_DAY}",
            rf"(?P<day>\d{{1,2}})\.[ ]?(?P<month>\d{{1,2}})\.[ ]?{_YEAR_ONE}",
            rf"{name}[ ]{_DAY},?[ ]{_YEAR_ONE}",
            rf"{_DAY}{_OF}[ -]{name}{_OF},?[ -]{_YEAR_ONE}(?:[ ]?г\.?)?",
            rf"{_DAY}/{name}/(?P<year>(?:20)?\d\d)(?:[ ]\d{{1,2}}:\d\d(?:[ ]?[AP]M)?)?",
            r"(?P<year>20\d\d)[年년][ ]?(?P<month>\d{1,2})[月월][ ]?(?P<day>\d{1,2})[日일]",
            rf"{name}{_OF},?[ -]{_YEAR_ONE}(?:[ ]?г\.?)?",
            rf"{_YEAR_ONE}[ -]{name}",
            r"(?P<year>20\d\d)-(?P<month>\d{2})",
            r"(?P<year>20\d\d)[年년][ ]?(?P<month>\d{1,2})[月월]",
        )
    )


@lru_cache(maxsize=1024)
def parse_date(text: str, *, last: bool = True) -> str | None:
    """Return a date in ISO form; the last one of a month, a quarter or a range, or the first.

    `31.03.2027`, `2027/3/31`, `31/Mar/27`, `Mar 31, 2027`, `March 2027`, `2027-W12`, `Q1 2027`, `1
    Jan 2027 – 31 Mar 2027`. None for other words, and if day and month are ambiguous: `03/04/2027`.
    """
    phrase = " ".join(text[:_LIMIT].split()).strip(" *_`").rstrip(".,;")
    phrase = _LEAD.sub("", phrase, count=1)
    return (
        _read_form(phrase, last=last)
        or _read_slashed(phrase, last=last)
        or _read_week(phrase, last=last)
        or ((period.end if last else period.start) if (period := whole_period(phrase)) else None)
        or _read_span(phrase, last=last)
    )


def _read_form(phrase: str, *, last: bool) -> str | None:
    plain = without_accents(phrase.casefold())
    for form in _forms():
        match = form.match(plain)
        if match:
            parts = match.groupdict()
            month = int(parts["month"]) if parts.get("month") else months()[parts["name"]]
            year = int(parts["year"])
            year += _CENTURY if year < _SHORT_YEAR else 0
            return _day(year, month, int(parts.get("day") or 0), last=last)
    return None


def _read_slashed(phrase: str, *, last: bool) -> str | None:
    """Read `31/03/2027` and `03/31/2027`, if only one of the numbers can be a month."""
    match = _SLASHED.match(phrase)
    if match is None:
        return None
    first, second, year = (int(part) for part in match.groups())
    if first > 12 or first == second:
        return _day(year, second, first, last=last)
    return _day(year, first, second, last=last) if second > 12 else None


def _read_week(phrase: str, *, last: bool) -> str | None:
    match = _WEEK.match(phrase)
    if match is None:
        return None
    try:
        week = date.fromisocalendar(int(match[1]), int(match[2]), 7 if last else 1)
    except ValueError:
        return None
    return week.isoformat()


def _read_span(phrase: str, *, last: bool) -> str | None:
    """Read `1 January – 31 March 2027`: the year of the end is also that of the beginning."""
    parts = [part for part in _SPAN.split(phrase) if part]
    if len(parts) != 2:
        return None
    end = parse_date(parts[1])
    begin = parse_date(parts[0], last=False) or (
        parse_date(f"{parts[0]} {end[:4]}", last=False) if end else None
    )
    if begin is None or end is None or begin > end:
        return None
    return end if last else begin


def _day(year: int, month: int, day: int, *, last: bool) -> str | None:
    """Return a date; without a day, the first or the last of the month."""
    try:
        return date(year, month, day or (monthrange(year, month)[1] if last else 1)).isoformat()
    except ValueError:
        return None


# ---- writing -------------------------------------------------------------------------------

_ENGLISH = (*map(str.casefold, month_abbr), *map(str.casefold, month_name))
"""The months in English, short and long, both with an empty word before January."""
_ORDINAL = re.compile(r"(\d)(?:st|nd|rd|th)\b", re.IGNORECASE)


def date_like(old: str, iso: str, *, last: bool = True) -> str:
    """Return an ISO date in the form of another date: `30.04.2026` for `31.03.2026`.

    The ISO date itself, if that form does not exist for it (`Q1 2026`, months in other languages
    than English), is ambiguous (`03/04/2026`), or if `old` is not a date.
    """
    fits = old == old.strip(" *_`.,;") and parse_date(old, last=last) is not None
    text = _in_form(old, date.fromisoformat(iso)) if fits else None
    return text if text and parse_date(text, last=last) == iso else iso


def _in_form(old: str, day: date) -> str | None:
    plain = without_accents(old.casefold())
    lead = _LEAD.match(plain)
    at = lead.end() if lead else 0
    slashed = _SLASHED.match(plain, at)
    matches = (form.match(plain, at) for form in _forms())
    match = slashed or next((each for each in matches if each), None)
    if match is None or len(plain) != len(old):
        return None
    spans = {name: match.span(name) for name, part in match.groupdict().items() if part}
    if slashed:
        first_is_day = int(slashed[1]) > 12 or slashed[1] == slashed[2]
        order = ("day", "month", "year") if first_is_day else ("month", "day", "year")
        spans = {name: match.span(number) for number, name in enumerate(order, 1)}
    words = {name: old[slice(*span)] for name, span in spans.items()}
    padded = all(len(words.get(name, "00")) > 1 for name in ("day", "month"))
    new = {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
    new = {name: text.zfill(2) if padded else text for name, text in new.items()}
    new["year"] = new["year"][-len(words["year"]) :]
    if "name" in words:
        new["name"] = _month_like(words["name"], day.month)
        new["day"] = str(day.day).zfill(2) if words.get("day", "").startswith("0") else str(day.day)
    text = old
    for name, (start, end) in sorted(spans.items(), key=lambda each: -each[1][0]):
        text = text[:start] + new[name] + text[end:]
    return _ORDINAL.sub(lambda digit: digit[1] + _ending(day.day), text)


def _month_like(old: str, month: int) -> str:
    """Return the name of a month, as long and with the capitals of another one; "" if not English.

    May is as long as its short form, and is taken for the long one.
    """
    word = old.casefold()
    if word not in _ENGLISH:
        return ""
    name = month_name[month] if word in map(str.casefold, month_name) else month_abbr[month]
    return name.upper() if old.isupper() else name.lower() if old.islower() else name


def _ending(day: int) -> str:
    """Return the ending of an ordinal number in English: "st" of "31st"."""
    if day in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
