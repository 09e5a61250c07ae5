"""What every verb that meets GitHub does first: read the files, find the target."""

from dataclasses import dataclass
from pathlib import Path

from backlog_sync import wiring
from backlog_sync.cli.options import Where
from backlog_sync.cli.screen import Screen
from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.core.locations import others_of
from backlog_sync.core.model import DesiredState
from backlog_sync.files.load import Loaded, load
from backlog_sync.render.diagnostics import diagnostics_text
from backlog_sync.render.words import counted


@dataclass(frozen=True, slots=True)
class Ready:
    """Files without errors, and the repository that they are about."""

    loaded: Loaded
    desired: DesiredState
    repository: str
    top: Path

    @property
    def board_owner(self) -> str | None:
        """Whose the board is, where one is declared."""
        return self.desired.project.owner if self.desired.project else None

    @property
    def others(self) -> tuple[str, ...]:
        """The other repositories in which items have their issues."""
        return others_of(self.desired.items, self.repository, self.desired.repository)


def ready(where: Where, screen: Screen) -> Ready | None:
    """Read the files and find the target; None where lint found errors, which were told.

    Raises `errors.BacklogError` where there is nothing to read or no target.
    """
    top = wiring.root()
    loaded = load(
        [Path(path) for path in where.paths],
        root=top,
        repository=where.repo,
        project=where.project,
        bullets=where.bullets,
    )
    desired = loaded.desired
    if desired is None or loaded.errors:
        screen.complain(diagnostics_text(loaded.diagnostics, color=screen.look(err=True).color))
        screen.complain(f"{count_findings(loaded.diagnostics)}; nothing was sent")
        return None
    if loaded.diagnostics:
        note = counted(len(loaded.diagnostics), "warning")
        screen.tell(f"{note} about the files; `backlog lint` shows them")
    repository = wiring.target_repository(
        where.repo, desired.repository, screen.env, top, sandbox=where.sandbox
    )
    return Ready(loaded, desired, repository, top)


def count_findings(diagnostics: tuple[Diagnostic, ...]) -> str:
    """How many errors and warnings there are, in words."""
    errors = sum(1 for found in diagnostics if found.is_error)
    warnings = len(diagnostics) - errors
    told = [counted(errors, "error")] if errors else []
    told += [counted(warnings, "warning")] if warnings else []
    return ", ".join(told) or "no errors, no warnings"
