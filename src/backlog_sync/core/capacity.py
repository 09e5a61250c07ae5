"""Parse capacity as people write it: hours per week, or a number of people, maybe as a range."""

import re

from backlog_sync.dataclass import dataclass

_NUMBER = r"\d{1,6}(?:[.,]\d{1,2})?"
_GIVEN = re.compile(
    rf"(?<![\w.,-])({_NUMBER})"
    rf"(?:[ ]{{0,3}}(?:-|–|—|~|〜|～|to|bis|à|a)[ ]{{0,3}}({_NUMBER}))?"
    r"[ ]{0,3}(\+)?[ ]{0,3}(%|[^\W\d_]++(?!\w))?",
    re.IGNORECASE,
)
_HOURS = re.compile(
    r"h|hs|hrs?|hours?|std|stunden?|heures?|horas?|uur|uren|godzin\w*|час\w*|小时|小時|時間|시간",
    re.IGNORECASE,
)
_NO_PEOPLE = re.compile(
    r"%|x|(?:day|week|month|year|quarter|sprint|point|tag|woche|monat|jahr|jour|semaine|mois|"
    r"d[ií]a|semana|mes|giorn|settiman|dag|maand|день|дн|недел|месяц)\w*|[天周週月日年].*|주|개월",
    re.IGNORECASE,
)
"""Words after a number that is not a number of people: "for 6 weeks", "at 50%"."""
MOST = 100_000
"""The most hours per week, or people; a larger number is a mistake."""


@dataclass(frozen=True, slots=True)
class CapacityRange:
    """A parsed capacity: from `least` to `most` people, or hours per week.

    `most` is None for "10 or more", which counts as `least`.
    """

    least: float
    most: float | None
    people: bool

    @property
    def middle(self) -> float:
        """The single number to calculate with."""
        return self.least if self.most is None else (self.least + self.most) / 2

    def hours(self, hours_per_person: float) -> float:
        """Return the hours per week."""
        return self.middle * hours_per_person if self.people else self.middle

    def words(self) -> str:
        """Return the text: "3 to 4 people", "10 or more people", "96 hours a week"."""
        unit = "people" if self.people else "hours a week"
        if self.most is None:
            return f"{self.least:g} or more {unit}"
        if self.most == self.least:
            one = self.least == 1 and self.people
            return "1 person" if one else f"{self.least:g} {unit}"
        return f"{self.least:g} to {self.most:g} {unit}"


def read(text: str) -> CapacityRange | None:
    """Parse "96", "96 h", "3-4 engineers" or "a team of 10+ people"; None for any other text.

    A number without a unit is hours per week. A range needs a unit, because it may be either.
    """
    for match in _GIVEN.finditer(text):
        given = _given(match, alone=match[0].strip() == text.strip())
        if given is not None:
            return given
    return None


def _given(match: re.Match[str], *, alone: bool) -> CapacityRange | None:
    least, unit = _number(match[1]), match[4] or ""
    most = _number(match[2]) if match[2] else None if match[3] else least
    ranged = most != least
    if not unit and (ranged or not alone):
        return None
    if max(least, most or 0) > MOST or (most is not None and most < least):
        return None
    if unit and not _HOURS.fullmatch(unit):
        return None if _NO_PEOPLE.fullmatch(unit) else CapacityRange(least, most, people=True)
    return CapacityRange(least, most, people=False)


def _number(word: str) -> float:
    return float(word.replace(",", "."))
