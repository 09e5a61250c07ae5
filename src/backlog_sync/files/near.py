"""Find the known word that was probably meant, with few comparisons."""

import difflib
from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property

_ALL = 100
"""Up to this many words, all are compared; of more, those that begin or end alike."""

_BESIDE = 8
"""Words to compare on either side of a word's position in sorted order."""

_LONGEST = 100
_ALIKE = 0.6
"""The least similarity: below 0.6 a suggestion is a guess. Comparing is quadratic in length."""

_SURE = 0.8
"""The least similarity of a misspelling to correct: a word that is less similar may be another."""


def is_surely(word: str, known: str) -> bool:
    """Return whether a word can only be a misspelling of a known one: nearly it, or turned."""
    folded, name = word[:_LONGEST].casefold(), known.casefold()
    if sorted(folded) == sorted(name):
        return True
    return difflib.SequenceMatcher(None, folded, name).ratio() >= _SURE


class Near:
    """Words to choose from. A lookup takes at most `_ALL` comparisons, however many there are."""

    def __init__(self, known: Iterable[str]) -> None:
        self._names = {name.casefold(): name for name in known}

    def to(self, word: str, alike: float = _ALIKE) -> str | None:
        """Return the known word most similar to a word; None if none is similar."""
        folded = word[:_LONGEST].casefold()
        candidates = list(self._names) if len(self._names) <= _ALL else self._beside(folded)
        close = difflib.get_close_matches(folded, candidates, n=1, cutoff=alike)
        return self._names[close[0]] if close else None

    def _beside(self, word: str) -> list[str]:
        names = dict.fromkeys(_around(self._sorted, word))
        names.update((name[::-1], None) for name in _around(self._backwards, word[::-1]))
        return list(names)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._names)

    @cached_property
    def _backwards(self) -> list[str]:
        return sorted(name[::-1] for name in self._names)


def _around(names: list[str], word: str) -> list[str]:
    at = bisect_left(names, word)
    return names[max(0, at - _BESIDE) : at + _BESIDE]
