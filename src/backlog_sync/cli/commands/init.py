"""`backlog init`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import OutputOptions, named_repository, output_ending, output_options
from backlog_sync.core.escape import clean
from backlog_sync.engine.takeover import adopt_repository
from backlog_sync.errors import ExitCode, FailedError, UsageError
from backlog_sync.local import git
from backlog_sync.render.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_sync.cli.screen import Screen


@click.command(
    "init",
    epilog="\b\nExamples:\n  backlog init\n  backlog init --from jira.csv\n"
    "  backlog init --from ROADMAP.md\n  backlog init --from ROADMAP.md --to yaml\n"
    "  backlog init --from-github --repo octo-org/widgets",
)
@click.option("--from", "sources", multiple=True, metavar="FILE", type=click.Path(),
              help="Convert this file (Markdown, YAML, JSON, CSV). May be repeated.")  # fmt: skip
@click.argument("more", nargs=-1, metavar="[FILE]...", type=click.Path())
@click.option("--to", type=click.Choice(["yaml", "markdown"]),
              help="With --from: syntax of the new file (default: YAML; a Markdown roadmap is"
              " not converted).")  # fmt: skip
@click.option("--from-github", is_flag=True,
              help="Create it from the issues of the repository.")  # fmt: skip
@click.option("--closed", is_flag=True, help="With --from-github: include closed issues.")
@click.option("--output", "target", metavar="FILE", type=click.Path(),
              callback=output_ending(".yaml", ".yml", ".md", ".markdown"),
              help="File to write (default: backlog/backlog.yaml).")  # fmt: skip
@click.option("-R", "--repo", metavar="OWNER/NAME", callback=named_repository, help="Repository.")
@click.option("--project", metavar="OWNER/NUMBER|OWNER/TITLE",
              help="With --from-github: board to read values from.")  # fmt: skip
@click.option("--sandbox", is_flag=True, help="With --from-github: read the GitHub simulator.")
@output_options
def command(
    *,
    sources: tuple[str, ...],
    more: tuple[str, ...],
    to: str | None,
    from_github: bool,
    closed: bool,
    target: str | None,
    repo: str | None,
    project: str | None,
    sandbox: bool,
    output_options: OutputOptions,
) -> int:
    """Create a backlog: empty, from an existing plan, or from a repository.

    With --from, it shows what was read: the items as a tree, what is unclear, and what was
    skipped. On a terminal it asks about the unclear parts. No file is ever overwritten. A Markdown
    roadmap is used unchanged unless --to is given; the settings to put at its top are printed.
    """
    if (more or to) and not sources:
        raise click.UsageError("files and --to go with --from.")
    sources = (*sources, *more)
    if sources and from_github:
        raise click.UsageError("--from and --from-github exclude each other.")
    if not from_github and (closed or project or sandbox):
        raise click.UsageError("--closed, --project and --sandbox go with --from-github.")
    if from_github:
        return _from_github(
            output_options, target, repo=repo, project=project, sandbox=sandbox, closed=closed
        )
    if sources:
        return _from_files(output_options, target, sources, repo=repo, to=to)
    return _first(output_options, target, repo=repo)


_SUFFIXES = {"yaml": (".yaml", ".yml"), "markdown": (".md", ".markdown")}


def _first(output_options: OutputOptions, target: str | None, *, repo: str | None) -> int:
    """Write a backlog without items."""
    from backlog_sync.cli.screen import open_screen
    from backlog_sync.files.discovery import discover
    from backlog_sync.files.write.export import empty

    screen = open_screen(output_options)
    top = wiring.root()
    existing = [os.path.relpath(file) for file in discover(Path.cwd(), top)]
    _write(screen, top, target, empty(_known_repository(repo, screen, top)))
    if existing and target is None:
        screen.info(f"{existing[0]} also exists; 'backlog init --from {existing[0]}' looks into it")
    screen.info("Put your first epic into it, then: backlog lint")
    return ExitCode.DONE


def _from_files(
    output_options: OutputOptions,
    target: str | None,
    sources: Sequence[str],
    *,
    repo: str | None,
    to: str | None,
) -> int:
    """Show what existing files contain, and convert them to a backlog."""
    from backlog_sync.cli.init_from import Wanted, from_files
    from backlog_sync.cli.screen import open_screen

    screen = open_screen(output_options)
    top = wiring.root()

    def write(to: str, text: str) -> None:
        _write(screen, top, target, text, to=to)

    return from_files(screen, Wanted(sources, to, _known_repository(repo, screen, top), write))


def _from_github(
    output_options: OutputOptions,
    target: str | None,
    *,
    repo: str | None,
    project: str | None,
    sandbox: bool,
    closed: bool,
) -> int:
    """Create a backlog that adopts the issues of a repository."""
    from backlog_sync.cli.screen import open_screen
    from backlog_sync.files.refs import parse_project
    from backlog_sync.files.write.export import draft_of_desired, render

    screen = open_screen(output_options)
    top = wiring.root()
    _target(top, target)
    repository = wiring.target_repository(repo, None, screen.env, top, sandbox=sandbox)
    board = parse_project(project) if project else None
    target_repository = wiring.Target(
        repository,
        screen.env,
        top,
        sandbox=sandbox,
        board_owner=board.owner if board else None,
        waits=screen.waits,
    )
    with wiring.tracker(target_repository, read_only=True) as tracker, screen.reading(repository):
        desired = adopt_repository(tracker, board, closed=closed)
    _write(screen, top, target, render(draft_of_desired(desired)))
    screen.info(f"{counted(len(desired.items), 'issue')} to adopt; look at it with: backlog plan")
    return ExitCode.DONE


def _known_repository(flag: str | None, screen: Screen, top: Path) -> str | None:
    """Return the repository that the flag, the environment or git names; None if none does."""
    from backlog_sync.files.refs import check_repository

    if flag is not None:
        return check_repository(flag)
    remote = git.origin(top)
    return screen.env.repository or (remote.repository if remote else None)


def _target(top: Path, target: str | None, to: str = "yaml") -> Path:
    """Return the file to write. Raises FailedError if it already exists."""
    from backlog_sync.files.discovery import PLACES

    place = PLACES[-1] if to == "markdown" else PLACES[0]
    file = Path(target) if target is not None else top / place
    if file.exists() or file.is_symlink():
        raise FailedError(
            f"{file} already exists; not overwritten",
            slug="file-exists",
            hint="name another one with --output, or remove it",
        )
    if target is not None and file.suffix.lower() not in _SUFFIXES[to]:
        kind = "Markdown" if to == "markdown" else "YAML"
        raise UsageError(
            f"--output {target} is not a {kind} file", hint=f"name it *{_SUFFIXES[to][0]}"
        )
    return file


def _write(screen: Screen, top: Path, target: str | None, text: str, to: str = "yaml") -> None:
    from backlog_sync.files.source import create_file

    file = _target(top, target, to)
    create_file(file, text.encode())
    folder = Path.cwd()
    shown = file.relative_to(folder) if file.is_relative_to(folder) else file
    screen.result(f"{clean(str(shown))}\n")
