"""Options of a run in addition to the files: each of them is visible in the plan."""

from backlog_sync.core.fields import Owner
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The options that planning uses.

    `on_conflict` is the side that wins if both changed a field; None holds it. `prune` closes
    issues whose items are gone from the files. `adopt` adopts unmarked issues with exactly an
    item's title, as the setting of that name does. `only` are the keys that a run is limited to,
    with what they need; empty for all. `extend_iterations` adds iterations that the board lacks,
    and sets every card's iteration again. `create_issue_fields` creates what the
    organization lacks of the declared issue fields. `all_agents` assigns more than one agent.
    """

    on_conflict: Owner | None = None
    prune: bool = False
    only: tuple[str, ...] = ()
    adopt: bool = False
    extend_iterations: bool = False
    create_issue_fields: bool = False
    all_agents: bool = False


PLAIN = PlanOptions()
