"""What every verb that meets GitHub does first: read the files, find the target."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import click

from backlog_sync import log, wiring
from backlog_sync.cli.options import TargetOptions
from backlog_sync.cli.screen import Screen
from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.core.locations import others_of
from backlog_sync.core.model import DesiredState
from backlog_sync.engine.ports import Tracker
from backlog_sync.engine.reconcile import Journals
from backlog_sync.environment import Environment
from backlog_sync.errors import ExitCode
from backlog_sync.files.load import Loaded, load
from backlog_sync.local.cache import FileCache
from backlog_sync.render.diagnostics import diagnostics_text
from backlog_sync.render.words import counted


@dataclass(frozen=True, slots=True)
class Workspace:
    """Files without errors, and the repository that they are about."""

    loaded: Loaded
    desired: DesiredState
    target: wiring.Target

    @property
    def repository(self) -> str:
        """The target repository, "owner/name"."""
        return self.target.repository

    @property
    def top(self) -> Path:
        """The folder that paths are relative to."""
        return self.target.top

    @property
    def sandbox(self) -> bool:
        """Whether the target is the simulator."""
        return self.target.sandbox

    def tracker(self, *, read_only: bool) -> AbstractContextManager[Tracker]:
        """GitHub or the sandbox; `read_only` is enforced in the transport."""
        return wiring.tracker(self.target, read_only=read_only)

    def lock(self, *, files: bool = True) -> AbstractContextManager[None]:
        """Be the only run on this machine; below this root too if `files` may be written."""
        return wiring.run_lock(self.target, files=files)

    def journals(self) -> Journals:
        """The journals of this machine."""
        return wiring.journals(self.target)

    def memory(self) -> FileCache:
        """What this machine remembers of the repository."""
        return wiring.cache(self.target)


def target_of(
    desired: DesiredState,
    repository: str,
    top: Path,
    env: Environment,
    *,
    sandbox: bool = False,
    waits: Callable[[float], None],
) -> wiring.Target:
    """Return the target with what these files need of it."""
    return wiring.Target(
        repository,
        env,
        top,
        sandbox=sandbox,
        board_owner=desired.project.owner if desired.project else None,
        others=others_of(desired.items, repository, desired.repository),
        waits=waits,
    )


def load_target(target: TargetOptions, top: Path) -> Loaded:
    """Read the files that the options name. Raises `errors.BacklogError` if there is none."""
    loaded = load(
        [Path(path) for path in target.paths],
        root=top,
        repository=target.repo,
        project=target.project,
        bullets=target.bullets,
    )
    log_files(loaded)
    return loaded


def log_files(loaded: Loaded) -> None:
    """Log what was read of the files."""
    errors = len(loaded.errors)
    log.event(
        "files.loaded",
        files=len(loaded.files),
        items=sum(loaded.inventory.counts.values()),
        errors=errors,
        warnings=len(loaded.diagnostics) - errors,
    )


def open_workspace(options: TargetOptions, screen: Screen) -> Workspace:
    """Read the files and find the target; end the run if lint finds errors, which are shown.

    Raises `errors.BacklogError` where there is nothing to read or no target.
    """
    top = wiring.root()
    loaded = load_target(options, top)
    desired = loaded.desired
    if desired is None or loaded.errors:
        screen.write_stderr(diagnostics_text(loaded.diagnostics, color=screen.look(err=True).color))
        screen.write_stderr(f"{count_findings(loaded.diagnostics)}; nothing was sent")
        raise click.exceptions.Exit(ExitCode.FAILED)
    if loaded.diagnostics:
        note = counted(len(loaded.diagnostics), "warning")
        screen.info(f"{note} about the files; `backlog lint` shows them")
    repository = wiring.target_repository(
        options.repo, desired.repository, screen.env, top, sandbox=options.sandbox
    )
    log.bind(repository=repository)
    target = target_of(
        desired, repository, top, screen.env, sandbox=options.sandbox, waits=screen.waits
    )
    return Workspace(loaded, desired, target)


def count_findings(diagnostics: tuple[Diagnostic, ...]) -> str:
    """How many errors and warnings there are, in words."""
    errors = sum(1 for diagnostic in diagnostics if diagnostic.is_error)
    warnings = len(diagnostics) - errors
    counts = [counted(errors, "error")] if errors else []
    counts += [counted(warnings, "warning")] if warnings else []
    return ", ".join(counts) or "no errors, no warnings"
