"""Workspace of a verb, opened once: files, target repository, lock, tracker, journal, memory."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

import click

from backlog_sync import log, wiring
from backlog_sync.cli.only import choices_of, keys_of
from backlog_sync.cli.options import SANDBOX_PORT, TargetOptions
from backlog_sync.cli.screen import log_files
from backlog_sync.core.agents import is_agent_name
from backlog_sync.core.budget import UNLIMITED, Budget
from backlog_sync.core.guards import Violation
from backlog_sync.core.iterations import PENDING_HINT, pending_text
from backlog_sync.core.locations import others_of
from backlog_sync.core.model import DesiredState
from backlog_sync.core.observed import ObservedState, SavedIterations
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.engine import reconcile
from backlog_sync.engine.ports import Clock, ReadScope, Tracker
from backlog_sync.engine.reconcile import Journals, Prepared
from backlog_sync.environment import Environment
from backlog_sync.errors import ExitCode
from backlog_sync.files.load import Loaded, load
from backlog_sync.local.cache import FileCache


class RunPresenter(Protocol):
    """What a run shows while it reads files and GitHub."""

    @property
    def env(self) -> Environment:
        """The environment with the credentials and settings of requests."""
        ...

    def waits(self, seconds: float) -> None:
        """Print that a request waits, if the wait is long enough to be noticed."""
        ...

    def unreadable(self, loaded: Loaded) -> None:
        """Show the errors of files that end the run."""
        ...

    def files(self, loaded: Loaded) -> None:
        """Show the findings of lint in files without errors."""
        ...

    def reading(self, repository: str) -> AbstractContextManager[object]:
        """Show a sign of life while GitHub is read."""
        ...

    def posted(self, text: str) -> None:
        """Show where something was posted, or is kept."""
        ...

    def unfinished(self, message: str, hint: str) -> None:
        """Warn of what an interrupted run left, and what to run."""
        ...

    def worded(self, prepared: Prepared) -> Prepared:
        """Return the plan and its guards with hints in words of the command or of a workflow."""
        ...

    def overridden(self, violation: Violation) -> None:
        """Name a guard that `--force` overrides."""
        ...


class Run:
    """A run of a verb: the files, the target, and ports that are opened on first use."""

    def __init__(
        self,
        loaded: Loaded,
        desired: DesiredState,
        target: wiring.Target,
        presenter: RunPresenter,
        opened: ExitStack,
        *,
        options: TargetOptions,
        read_only: bool,
    ) -> None:
        self.loaded = loaded
        self.desired = desired
        self.target = target
        self.presenter = presenter
        self._opened = opened
        self._options = options
        self.read_only = read_only

    @cached_property
    def tracker(self) -> Tracker:
        """GitHub or the simulator; the transport enforces whether writes are allowed."""
        return self._opened.enter_context(wiring.tracker(self.target, read_only=self.read_only))

    @cached_property
    def memory(self) -> FileCache:
        """The cache of the repository on this machine."""
        return wiring.cache(self.target)

    @cached_property
    def journals(self) -> Journals:
        """The journals of this machine, one for each observed repository."""
        return wiring.journals(self.target)

    @cached_property
    def clock(self) -> Clock:
        """The clock; it shows its waits."""
        return wiring.clock(self.target.waits)

    def lock(self, *, files: bool = True) -> None:
        """Lock out other runs on this machine; with `files`, also those under the same root."""
        self._opened.enter_context(wiring.run_lock(self.target, files=files))

    def reload(self) -> None:
        """Read the files again, after a change of their settings."""
        loaded = load_target(self._options, self.target.top)
        if loaded.desired is not None:
            self.loaded, self.desired = loaded, loaded.desired

    def observe(
        self, *, full: bool = False, pull_requests: bool = False, activity: bool = False
    ) -> ObservedState:
        """Read GitHub to report on it; with `full`, read every issue.

        With `pull_requests` and `activity` these are read too, as `ReadScope` describes them; the
        states of sub-issues always, because some are not in the plan.
        """
        with self.presenter.reading(self.target.repository):
            scope = ReadScope.for_backlog(
                self.desired,
                full=full,
                pull_requests=pull_requests,
                sub_issues=True,
                activity=activity,
            )
            observed = reconcile.observe(self.desired, self.tracker, scope, self.journals)
        self.warn_of_pending(observed.saved_iterations)
        return observed

    def warn_of_pending(self, saved: Sequence[SavedIterations]) -> None:
        """Warn of iterations that an interrupted run did not set again."""
        for each in saved:
            self.presenter.unfinished(pending_text(each), PENDING_HINT)

    def pages(self, observed: ObservedState) -> str:
        """Return the address of the simulator's pages, "" for GitHub's own.

        `sandbox serve` shows those of `--sandbox`.
        """
        if not observed.sandbox:
            return ""
        if not observed.embedded:
            return self.presenter.env.api_url
        return self._served() or f"http://127.0.0.1:{SANDBOX_PORT}"

    @property
    def is_served(self) -> bool:
        """Whether `sandbox serve` shows the pages of this simulator now."""
        return self._served() is not None

    def _served(self) -> str | None:
        from backlog_sync.sandbox_server import served_url  # noqa: PLC0415 - only for it

        return served_url(self.target.top)

    def plan(
        self,
        options: PlanOptions = PLAIN,
        *,
        wait: bool = False,
        full: bool = False,
        cached: bool = False,
        details: bool = False,
        remembered: bool = True,
    ) -> Prepared:
        """Read GitHub and plan; with `wait`, wait for creations that an earlier run left in doubt.

        With `full` every issue is read; with `cached`, those in this machine's cache and the ones
        updated since are enough to show the plan. With `details`, pull requests, the states of
        sub-issues and when board items changed are read too. With `remembered` the state on this
        machine is used.
        Raises `UsageError` if `options.only` names no item.
        """
        options = self.resolved(options)
        with self.presenter.reading(self.target.repository):
            prepared = reconcile.observe_and_plan(
                self.desired,
                self.tracker,
                options,
                journals=self.journals if remembered else None,
                clock=self.clock if wait else None,
                memory=self.memory if remembered else None,
                full=full,
                cached=cached,
                details=details,
                saved=self.journals,
                today=datetime.fromtimestamp(wiring.clock().now(), UTC).date().isoformat(),
            )
        return self.presenter.worded(prepared)

    def resolved(self, options: PlanOptions) -> PlanOptions:
        """Return the options with the keys of the items that `only` names in whatever way.

        Raises `UsageError` for a name that is not that of one item.
        """
        choices = choices_of(self.desired.items)
        return replace(options, only=keys_of(options.only, choices, self.target.repository))

    def standing(self, prepared: Prepared, force: Sequence[str]) -> list[Violation]:
        """Return the guards that refuse the plan; show those that `force` overrides."""
        standing = []
        for violation in prepared.violations:
            if violation.final or violation.slug not in force:
                standing.append(violation)
            else:
                self.presenter.overridden(violation)
        return standing


@contextmanager
def workspace(
    options: TargetOptions,
    presenter: RunPresenter,
    *,
    read_only: bool = True,
    top: Path | None = None,
    budget: Budget = UNLIMITED,
) -> Iterator[Run]:
    """Read the files, find the target, and close whatever the run opened at the end.

    `top` is the root folder (default: that of the first file). The run spends at most its `budget`.
    Ends the run if lint finds errors, which are shown. Raises `errors.BacklogError` if no file or
    no target is known.
    """
    top, env = top or wiring.root(options.paths), presenter.env
    loaded = load_target(options, top)
    desired = loaded.desired
    if desired is None or loaded.errors:
        presenter.unreadable(loaded)
        raise click.exceptions.Exit(ExitCode.FAILED)
    presenter.files(loaded)
    repository = wiring.target_repository(
        options.repo, desired.repository, env, top, sandbox=options.sandbox
    )
    log.bind(repository=repository)
    target = wiring.Target(
        repository,
        env,
        top,
        sandbox=options.sandbox,
        board_owner=desired.project.owner if desired.project else None,
        others=others_of(desired.items, repository, desired.repository),
        people=people_of(desired),
        named=options.repo is not None,
        board=options.project,
        budget=budget,
        waits=presenter.waits,
    )
    if options.sandbox and (moved := wiring.moved_state(top)):
        presenter.posted(f"{top} is read-only: the sandbox is kept in {moved}")
    with ExitStack() as opened:
        yield Run(loaded, desired, target, presenter, opened, options=options, read_only=read_only)


def people_of(desired: DesiredState) -> tuple[str, ...]:
    """Return the logins that a backlog assigns, without agents."""
    named = (item.fields.get("assignees") for item in desired.items)
    logins = {str(login) for names in named if isinstance(names, tuple) for login in names}
    people = logins - set(desired.settings.agents)
    return tuple(sorted(login for login in people if not is_agent_name(login)))


def load_target(target: TargetOptions, top: Path) -> Loaded:
    """Read the files that the options name. Raises `errors.BacklogError` if none exists.

    On the sandbox, files that declare no board have the one that the last sync named with a flag.
    """

    def read(board: str | None) -> Loaded:
        return load(
            [Path(path) for path in target.paths],
            root=top,
            repository=target.repo,
            project=board,
            bullets=target.bullets,
            command=target.command,
        )

    loaded = read(target.project)
    undeclared = target.project is None and loaded.settings.project is None
    if target.sandbox and undeclared and loaded.desired and not loaded.errors:
        from backlog_sync.sandbox_server import default_board  # noqa: PLC0415 - only for it

        if board := default_board(top):
            loaded = read(board)
    log_files(loaded)
    return loaded
