"""What a run was asked for beside the files: each of these is visible in the plan."""

from dataclasses import dataclass

from backlog_sync.core.fields import Owner


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """Flags that planning knows.

    `on_conflict` decides fields that both sides changed; None holds them. `prune` closes issues
    whose items are gone from the files. `adopt` takes unmarked issues of exactly an item's
    title, as the setting of that name does. `only` are the keys to which a run is limited, with
    what they need; empty for all.
    """

    on_conflict: Owner | None = None
    prune: bool = False
    only: tuple[str, ...] = ()
    adopt: bool = False


PLAIN = PlanOptions()
