"""Working days, Monday to Friday, counted from a date on."""

from datetime import date, timedelta

_WEEK = 5
"""Working days of a week, Monday to Friday (ISO 8601 counts Monday first)."""


def workday_on_or_after(day: date) -> date:
    """Return the day itself, or the Monday after it."""
    return day + timedelta(days=(7 - day.weekday()) if day.weekday() >= _WEEK else 0)


def workdays_before(day: date) -> int:
    """Return the number of working days before a date, from the calendar's first Monday."""
    weeks, rest = divmod(day.toordinal() - 1, 7)  # 0001-01-01 was a Monday
    return weeks * _WEEK + min(rest, _WEEK)


def workdays(first: date, last: date) -> int:
    """Return the number of working days from `first` to `last`, inclusive; 0 if last is earlier."""
    return max(0, workdays_before(last) + (last.weekday() < _WEEK) - workdays_before(first))


def nth_workday(nth: int) -> date:
    """Return the working day with this number, the opposite of `workdays_before`.

    Days beyond the calendar's end (the year 9999) are its last day.
    """
    weeks, rest = divmod(nth, _WEEK)
    ordinal = weeks * 7 + rest + 1
    return date.fromordinal(min(ordinal, date.max.toordinal()))
