"""All checks, in the order in which they run."""

from tests.live import (  # noqa: F401 - importing a module registers its checks
    api_checks,
    board_checks,
    board_field_checks,
    definition_checks,
    issue_checks,
    organization_checks,
    pull_checks,
    relation_checks,
    view_checks,
)
from tests.live.facts import FACTS, Fact, Group, Seen
from tests.live.unchecked import UNCHECKED

__all__ = ["FACTS", "UNCHECKED", "Fact", "Group", "Seen"]
