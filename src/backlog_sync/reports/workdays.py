"""Working days, Monday to Friday, counted from a day on."""

from datetime import date, timedelta

_WEEK = 5
"""Working days of a week, Monday to Friday (ISO 8601 counts Monday first)."""


def workday_on_or_after(day: date) -> date:
    """The day itself, or the Monday after it."""
    return day + timedelta(days=(7 - day.weekday()) if day.weekday() >= _WEEK else 0)


def workdays_before(day: date) -> int:
    """How many working days there were before a day, from the first Monday of the calendar on."""
    weeks, rest = divmod(day.toordinal() - 1, 7)  # 0001-01-01 was a Monday
    return weeks * _WEEK + min(rest, _WEEK)


def workdays(first: date, last: date) -> int:
    """How many working days lie from `first` to `last`, both included; 0 where last is earlier."""
    return max(0, workdays_before(last) + (last.weekday() < _WEEK) - workdays_before(first))


def nth_workday(nth: int) -> date:
    """The working day with this number, the opposite of `workdays_before`.

    Days beyond the calendar's end (the year 9999) are its last day.
    """
    weeks, rest = divmod(nth, _WEEK)
    ordinal = weeks * 7 + rest + 1
    return date.fromordinal(min(ordinal, date.max.toordinal()))
