"""The headings above a line: which item it stands below, or what else."""

import re
from dataclasses import dataclass

from backlog_sync.files.markdown.drafts import Draft
from backlog_sync.files.markdown.words import ELSE_WORDS

_NUMBERING = re.compile(r"^\d{1,3}(?:\.\d{1,3}){0,3}[.)]?[ ]+")


@dataclass(slots=True)
class Section:
    """An open heading: the item that it is, or what it means for the item above it.

    `foreign` tells that what stands below speaks of something else than that item. `planned`
    tells that the bullets below it carry priorities or quarters of their own. `word` is its text,
    as tables of words hold it; `status` is set where it is a status (`## In progress`).
    """

    level: int
    draft: Draft | None = None
    foreign: bool = False
    field: str | None = None
    time: bool = False
    metadata: bool = False
    planned: bool = False
    word: str = ""
    status: str | None = None


class Outline:
    """The headings and list items that are open, outermost first."""

    def __init__(self) -> None:
        self.headings: list[Section] = []
        self.lists: list[Draft] = []

    @property
    def section(self) -> Section | None:
        """The innermost heading."""
        return self.headings[-1] if self.headings else None

    def owner(self) -> Draft | None:
        """The item that a line belongs to."""
        if self.lists:
            return self.lists[-1]
        return next((s.draft for s in reversed(self.headings) if s.draft), None)

    def foreign(self) -> bool:
        """Whether the line stands below a heading that speaks of something else."""
        if self.lists:
            return False
        for section in reversed(self.headings):
            if section.draft:
                return False
            if section.foreign:
                return True
        return False

    def speaks_of_else(self) -> bool:
        """Whether a heading above says that no items follow: risks, metrics, a history."""
        return any(_is_else(section.word) for section in self.headings if not section.draft)

    def parent(self, rank: int) -> Draft | None:
        """The nearest open item of a smaller rank."""
        for draft in reversed(self.lists):
            if draft.rank < rank:
                return draft
        return next(
            (s.draft for s in reversed(self.headings) if s.draft and s.draft.rank < rank), None
        )


def _is_else(word: str) -> bool:
    parts = _NUMBERING.sub("", word).split()
    return bool(parts) and (parts[0] in ELSE_WORDS or parts[-1] in ELSE_WORDS)
