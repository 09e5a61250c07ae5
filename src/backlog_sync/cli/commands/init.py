"""`backlog init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import OutputOptions, named_repository, output_options
from backlog_sync.engine.takeover import adopt_repository
from backlog_sync.errors import FailedError, UsageError
from backlog_sync.render.diagnostics import diagnostics_text
from backlog_sync.render.escape import clean
from backlog_sync.render.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_sync.cli.screen import Screen
    from backlog_sync.core.diagnostics import Diagnostic
    from backlog_sync.files.load import Loaded


@click.command(
    "init",
    epilog="\b\nExamples:\n  backlog init\n  backlog init --from jira.csv\n"
    "  backlog init --from ROADMAP.md\n  backlog init --from-github --repo octo-org/widgets",
)
@click.option("--from", "sources", multiple=True, metavar="FILE", type=click.Path(),
              help="Make it from this plan: YAML, JSON or CSV. May be repeated.")  # fmt: skip
@click.option("--from-github", is_flag=True, help="Make it from the issues of the repository.")
@click.option("--closed", is_flag=True, help="With --from-github: closed issues too.")
@click.option("--output", "target", metavar="FILE", type=click.Path(),
              help="The file to write; backlog/backlog.yaml by default.")  # fmt: skip
@click.option("--repo", metavar="OWNER/NAME", callback=named_repository, help="The repository.")
@click.option("--project", metavar="OWNER/NUMBER|OWNER/TITLE",
              help="With --from-github: the board whose values are taken along.")  # fmt: skip
@click.option("--sandbox", is_flag=True, help="With --from-github: read the simulated GitHub.")
@output_options
def command(
    *,
    sources: tuple[str, ...],
    from_github: bool,
    closed: bool,
    target: str | None,
    repo: str | None,
    project: str | None,
    sandbox: bool,
    output_options: OutputOptions,
) -> int:
    """Write a first backlog: empty, from a plan that exists, or from a repository.

    No file is ever overwritten. A Markdown roadmap stays as it is: the settings to put at its
    top are printed.
    """
    if sources and from_github:
        raise click.UsageError("--from and --from-github exclude each other.")
    if not from_github and (closed or project or sandbox):
        raise click.UsageError("--closed, --project and --sandbox go with --from-github.")
    if from_github:
        return _from_github(
            output_options, target, repo=repo, project=project, sandbox=sandbox, closed=closed
        )
    if sources:
        return _from_files(output_options, target, sources, repo=repo)
    return _first(output_options, target, repo=repo)


DONE, FAILED = 0, 1
_RECOVERED = ("invalid-yaml", "invalid-json")
"""Faults of a file that leave something to be read."""


def _first(output_options: OutputOptions, target: str | None, *, repo: str | None) -> int:
    """Write a backlog without items."""
    from backlog_sync.cli.screen import Screen
    from backlog_sync.files.load import PLACES
    from backlog_sync.files.write.export import empty

    screen = Screen(output_options, wiring.environment())
    top = wiring.root()
    existing = [place for place in PLACES if (top / place).is_file()]
    _write(screen, top, target, empty(_known_repository(repo, screen, top)))
    if existing and target is None:
        screen.info(
            f"{existing[0]} is there too; 'backlog init --from {existing[0]}' looks into it"
        )
    screen.info("Put your first epic into it, then: backlog lint")
    return DONE


def _from_files(
    output_options: OutputOptions, target: str | None, sources: Sequence[str], *, repo: str | None
) -> int:
    """Make a backlog of ours of files that were not written for us."""
    from backlog_sync.cli.commands.lint import inventory_text
    from backlog_sync.cli.screen import Screen
    from backlog_sync.cli.workspace import count_findings
    from backlog_sync.files.entries import is_roadmap
    from backlog_sync.files.load import load
    from backlog_sync.files.write.export import draft_of_files, render

    screen = Screen(output_options, wiring.environment())
    top = wiring.root()
    loaded = load([Path(path) for path in sources], root=top)
    if any(is_roadmap(path) for path in sources):
        return _roadmap(screen, loaded, sources, repo)
    stopped = [diagnostic for diagnostic in loaded.errors if diagnostic.slug not in _RECOVERED]
    look = screen.look(err=True)
    if loaded.diagnostics:
        screen.write_stderr(diagnostics_text(loaded.diagnostics, color=look.color).rstrip())
    if stopped or not loaded.keys:
        screen.write_stderr(f"{count_findings(loaded.diagnostics)}; nothing was written")
        return FAILED
    losses = [diagnostic for diagnostic in loaded.diagnostics if _is_loss(diagnostic)]
    repository = _known_repository(repo, screen, top)
    _write(screen, top, target, render(draft_of_files(loaded, losses, repository)))
    screen.info(f"{inventory_text(loaded.inventory)}; {counted(len(losses), 'thing')} left out")
    return DONE


def _is_loss(diagnostic: Diagnostic) -> bool:
    """Whether a finding tells of something that is not in the new file."""
    harmless = ("unknown-option", "unknown-status", "unknown-priority")
    return not diagnostic.slug.startswith(harmless)


def _roadmap(screen: Screen, loaded: Loaded, sources: Sequence[str], repo: str | None) -> int:
    """Leave a roadmap as it is; print the settings that belong at its top."""
    from backlog_sync.cli.commands.lint import inventory_text

    top = wiring.root()
    repository = _known_repository(repo, screen, top) or "owner/name"
    lines = ["---", "backlog:", f"  repository: {repository}"]
    if len(sources) > 1:
        folder = Path(sources[0]).parent
        others = [_relative_path(source, folder) for source in sources[1:]]
        lines.append(f"  include: [{', '.join(others)}]")
    if not loaded.keys and any(note.rule.startswith("bullet") for note in loaded.notes):
        lines.append("  bullets: items          # its bullets are what is planned")
    lines += ["  # project: {title: My Backlog}", "  # points: {S: 2, M: 5, L: 8}", "---"]
    screen.result("\n".join(lines) + "\n")
    name = clean(sources[0])
    screen.info(f"{name} stays as it is: {inventory_text(loaded.inventory)}")
    screen.info(f"Put these lines at its top (or into its front matter), then: backlog lint {name}")
    return DONE


def _relative_path(path: str, folder: Path) -> str:
    try:
        return Path(path).relative_to(folder).as_posix()
    except ValueError:
        return Path(path).as_posix()


def _from_github(
    output_options: OutputOptions,
    target: str | None,
    *,
    repo: str | None,
    project: str | None,
    sandbox: bool,
    closed: bool,
) -> int:
    """Make a backlog that adopts the issues of a repository."""
    from backlog_sync.cli.screen import open_screen
    from backlog_sync.files.refs import parse_project
    from backlog_sync.files.write.export import draft_of_desired, render

    screen = open_screen(output_options)
    top = wiring.root()
    _target(top, target)
    repository = wiring.target_repository(repo, None, screen.env, top, sandbox=sandbox)
    board = parse_project(project) if project else None
    with (
        wiring.tracker(
            repository,
            screen.env,
            top=top,
            sandbox=sandbox,
            read_only=True,
            board_owner=board.owner if board else None,
            waits=screen.waits,
        ) as tracker,
        screen.waiting(f"Reading {clean(repository)} …"),
    ):
        desired = adopt_repository(tracker, board, closed=closed)
    _write(screen, top, target, render(draft_of_desired(desired)))
    screen.info(f"{counted(len(desired.items), 'issue')} to adopt; look at it with: backlog plan")
    return DONE


def _known_repository(flag: str | None, screen: Screen, top: Path) -> str | None:
    """The repository, where somebody or something names one."""
    from backlog_sync.files.refs import check_repository

    if flag is not None:
        return check_repository(flag)
    try:
        return wiring.target_repository(None, None, screen.env, top, sandbox=True)
    except UsageError:
        return None


def _target(top: Path, target: str | None) -> Path:
    """The file to write. Raises FailedError where there is one already."""
    from backlog_sync.files.load import PLACES

    file = Path(target) if target is not None else top / PLACES[0]
    if file.exists() or file.is_symlink():
        raise FailedError(
            f"{file}: the file exists, and nothing is overwritten",
            slug="file-exists",
            hint="name another one with --output, or remove it",
        )
    if target is not None and file.suffix.lower() not in (".yaml", ".yml"):
        raise UsageError(f"'{target}' is no YAML file", hint="name it .yaml")
    return file


def _write(screen: Screen, top: Path, target: str | None, text: str) -> None:
    from backlog_sync.files.source import create_file

    file = _target(top, target)
    create_file(file, text.encode())
    folder = Path.cwd()
    shown = file.relative_to(folder) if file.is_relative_to(folder) else file
    screen.result(f"{clean(str(shown))}\n")
