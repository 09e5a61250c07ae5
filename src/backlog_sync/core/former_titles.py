"""Match issues of an older reader with items whose key and title are different now."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from backlog_sync.core.likeness import Likeness, Titles
from backlog_sync.core.model import DesiredItem
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """The evidence that an issue is an item's: the smallest is the most certain."""

    likeness: Likeness
    other_key: bool
    other_parent: bool

    @property
    def is_sure(self) -> bool:
        """Whether a shortened title is stronger evidence than a key that moved on."""
        return self.likeness < Likeness.BEGUN and not self.other_parent


@dataclass(frozen=True, slots=True)
class FormerIssue:
    """An issue of an older reader.

    It has a number, a title, the hash of the title that we set, a key, and the id of its parent.
    """

    number: int
    title: str
    mark: str
    key: str
    parent: str | None


_Ranked: TypeAlias = Mapping[int, Claim]


class Claims:
    """Claims of items without an issue on issues without an item."""

    def __init__(
        self,
        items: Sequence[DesiredItem],
        issues: Iterable[FormerIssue],
        marks: Mapping[str, str],
        parent_id: Callable[[DesiredItem], str | None],
    ) -> None:
        self._issues = {issue.number: issue for issue in issues}
        self._titles = Titles((issue.number, issue.title) for issue in self._issues.values())
        self._by_mark: dict[str, list[int]] = {}
        for issue in self._issues.values():
            self._by_mark.setdefault(issue.mark, []).append(issue.number)
        self.of_item: dict[str, _Ranked] = {}
        self._of_issue: dict[int, dict[str, Claim]] = {}
        self._keys = {item.key for item in items}
        for item in items if self._issues else ():
            claims = self._ranked(item, marks[item.key], parent_id(item))
            if claims:
                self.of_item[item.key] = claims
            for number, claim in claims.items():
                self._of_issue.setdefault(number, {})[item.key] = claim

    def _ranked(self, item: DesiredItem, mark: str, parent: str | None) -> _Ranked:
        like = self._titles.like(item.title)
        like |= dict.fromkeys(self._by_mark.get(mark, ()), Likeness.SAME)
        return {
            number: Claim(
                likeness,
                other_key=self._issues[number].key != item.key,
                other_parent=self._issues[number].parent != parent,
            )
            for number, likeness in like.items()
        }

    def sole(self, key: str) -> int | None:
        """Return the best match for an item, if the item is also the best match for that issue."""
        number = _surest(self.of_item.get(key, {}))
        return number if number is not None and _surest(self._of_issue[number]) == key else None

    def claim(self, key: str, number: int) -> Claim:
        """Return the evidence that an issue is an item's."""
        return self.of_item[key][number]

    def rival(self, key: str, number: int) -> str | None:
        """Return the other item with an issue's key, if no other issue is a better match for it."""
        other = self._issues[number].key
        return other if other != key and other in self._keys and self.sole(other) is None else None

    def key_is_free(self, key: str) -> bool:
        """Return whether an issue has an item's key and no other item has that key by its title."""
        return any(
            issue.key == key and _surest(self._of_issue.get(number, {})) in (None, key)
            for number, issue in self._issues.items()
        )


_About = TypeVar("_About", int, str)


def _surest(claims: Mapping[_About, Claim]) -> _About | None:
    """Return the target of the most certain claim; None if there is none, or more than one."""
    best = min(claims.values(), default=None)
    surest = [about for about, claim in claims.items() if claim == best]
    return surest[0] if len(surest) == 1 else None
