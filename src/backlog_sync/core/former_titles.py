"""Which issues of an older reading may be which items, where key and title are others now."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from backlog_sync.core.likeness import Likeness, Titles
from backlog_sync.core.model import DesiredItem


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """What speaks for an issue as an item's: the least is the surest."""

    likeness: Likeness
    other_key: bool
    other_parent: bool

    @property
    def is_sure(self) -> bool:
        """Whether a title that a better reading shortened says more than a key that moved on."""
        return self.likeness < Likeness.BEGUN and not self.other_parent


@dataclass(frozen=True, slots=True)
class FormerIssue:
    """An issue of an older reading: its number, title, the hash of the title that we gave it,
    its key, and the id of its parent.
    """

    number: int
    title: str
    mark: str
    key: str
    parent: str | None


_Ranked: TypeAlias = Mapping[int, Claim]


class Claims:
    """All claims of items that have no issue yet on issues that have no item yet."""

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
            found = self._ranked(item, marks[item.key], parent_id(item))
            if found:
                self.of_item[item.key] = found
            for number, claim in found.items():
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
        """Return the one issue that is the surest for an item, and it for that issue."""
        number = _surest(self.of_item.get(key, {}))
        return number if number is not None and _surest(self._of_issue[number]) == key else None

    def claim(self, key: str, number: int) -> Claim:
        """Give what speaks for an issue as an item's."""
        return self.of_item[key][number]

    def rival(self, key: str, number: int) -> str | None:
        """Return the other item that has an issue's key, and no issue that is surer for it."""
        other = self._issues[number].key
        return other if other != key and other in self._keys and self.sole(other) is None else None

    def key_is_free(self, key: str) -> bool:
        """Whether an issue has an item's key that is no other item's by its title."""
        return any(
            issue.key == key and _surest(self._of_issue.get(number, {})) in (None, key)
            for number, issue in self._issues.items()
        )


_About = TypeVar("_About", int, str)


def _surest(claims: Mapping[_About, Claim]) -> _About | None:
    """Return what the surest claim is about; None where there is none, or more than one."""
    best = min(claims.values(), default=None)
    surest = [about for about, claim in claims.items() if claim == best]
    return surest[0] if len(surest) == 1 else None
