"""Budgets: what a run may spend at most."""

from typing import Final

from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """The most points and creations that one run may spend; None is unlimited.

    Points are those of GraphQL, and one for each REST request. Creations are issues and comments.
    """

    points: int | None = None
    creations: int | None = None

    @property
    def limited(self) -> bool:
        """Whether anything is limited."""
        return self.points is not None or self.creations is not None


UNLIMITED: Final = Budget()
"""The budget of a run that nobody limits."""
