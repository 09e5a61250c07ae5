"""`backlog init`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import OutputOptions, named_repository, output_ending, output_options
from backlog_sync.core.escape import clean
from backlog_sync.dataclass import dataclass
from backlog_sync.engine.takeover import adopt_repository
from backlog_sync.errors import ExitCode, FailedError, UsageError
from backlog_sync.files.discovery import discover, places_in
from backlog_sync.files.refs import check_repository, parse_project
from backlog_sync.local import git
from backlog_sync.render.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_sync.cli.terminal import Terminal
    from backlog_sync.core.model import ProjectSpec


NEW_FILES = {"yaml": "backlog/backlog.yaml", "markdown": "ROADMAP.md"}
"""The file that is written in each syntax, if --output names none: the first that are found."""


@click.command(
    "init",
    epilog="\b\nExamples:\n  backlog init\n  backlog init --from jira.csv\n"
    "  backlog init --from ROADMAP.md\n  backlog init --from ROADMAP.md --to yaml\n"
    "  backlog init --from-github --repo octo-org/widgets\n  backlog init --workflow --agents",
)
@click.option("--from", "sources", multiple=True, metavar="FILE", type=click.Path(),
              help="Convert this file (Markdown, YAML, JSON, CSV). May be repeated.")  # fmt: skip
@click.argument("more", nargs=-1, metavar="[FILE]...", type=click.Path())
@click.option("--to", type=click.Choice(["yaml", "markdown"]),
              help="With --from: syntax of the new file (default: YAML; a Markdown roadmap is"
              " not converted).")  # fmt: skip
@click.option("--from-github", is_flag=True,
              help="Create the file from the issues of the repository.")  # fmt: skip
@click.option("--closed", is_flag=True, help="With --from-github: include closed issues.")
@click.option("--output", "target", metavar="FILE", type=click.Path(),
              callback=output_ending(".yaml", ".yml", ".md", ".markdown"),
              help="File to write (default: backlog/backlog.yaml).")  # fmt: skip
@click.option("-R", "--repo", metavar="OWNER/NAME", callback=named_repository, help="Repository.")
@click.option("--project", metavar="OWNER/NUMBER|OWNER/TITLE",
              help="Board for the new file; with --from-github, also to read values from."
              )  # fmt: skip
@click.option("--sandbox", is_flag=True, help="With --from-github: read the GitHub simulator.")
@click.option("--workflow", is_flag=True,
              help="Write .github/workflows/backlog.yml, the GitHub Action, for the backlog; if"
              " there is one already, write nothing else.")  # fmt: skip
@click.option("--agents", is_flag=True,
              help="Append lines for AI agents to AGENTS.md: which commands to run, and what never"
              " to do; if there is a backlog already, write nothing else.")  # fmt: skip
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
    workflow: bool,
    agents: bool,
    output_options: OutputOptions,
) -> int:
    """Create a backlog: empty, from an existing plan, or from a repository.

    On a terminal it asks for the plan, the repository and the board, and ends with a plan of the
    first sync. With --from, it shows what was read: the items as a tree, what is unclear, and what
    was skipped. No file is ever overwritten. A Markdown roadmap is used unchanged unless --to is
    given; its settings go into backlog/config.yaml, or are printed to be put at its top.
    """
    from backlog_sync.cli.terminal import open_terminal

    if more and not sources:
        raise UsageError(
            f"{more[0]}: a file to convert needs --from",
            hint=f"did you mean `backlog init --from {' '.join(more)}`?",
        )
    if to and not sources:
        raise click.UsageError("--to goes with --from.")
    sources = (*sources, *more)
    if sources and from_github:
        raise click.UsageError("--from and --from-github exclude each other.")
    if not from_github and (closed or sandbox):
        raise click.UsageError("--closed and --sandbox go with --from-github.")
    terminal = open_terminal(output_options, "text")
    new = _New(terminal, target, repo, parse_project(project) if project else None)
    existing = discover(Path.cwd(), wiring.root())
    if from_github:
        code, file = new.from_github(sandbox=sandbox, closed=closed)
    elif sources:
        code, file = new.from_files(sources, to)
    elif (workflow or agents) and existing:
        code, file = ExitCode.DONE, existing[0]
    elif terminal.can_ask() and target is None:
        code, file = new.ask()
    else:
        code, file = new.empty()
    if code == ExitCode.DONE:
        _accompany(terminal, file, workflow=workflow, agents=agents)
    return code


def _accompany(terminal: Terminal, file: Path, *, workflow: bool, agents: bool) -> None:
    """Write the workflow and the lines for agents as far as asked for, or offer the latter."""
    top = wiring.root()
    if workflow:
        from backlog_sync.cli.init_workflow import write_workflow

        write_workflow(terminal, top, file)
    if agents:
        from backlog_sync.cli.init_agents import write_agents

        write_agents(terminal, top, file)
    elif not workflow and terminal.can_ask():
        from backlog_sync.cli.init_agents import offer_agents

        offer_agents(terminal, top, file)


_SUFFIXES = {"yaml": (".yaml", ".yml"), "markdown": (".md", ".markdown")}


@dataclass(frozen=True, slots=True)
class _New:
    """A new backlog: what the options say about it. Each way returns the exit code and its file."""

    terminal: Terminal
    target: str | None
    repo: str | None
    board: ProjectSpec | None

    def ask(self) -> tuple[int, Path]:
        """Ask three questions, write what they answer, and show the plan of the first sync."""
        from backlog_sync.cli import init_questions as questions
        from backlog_sync.files.load import load
        from backlog_sync.files.write.export import empty

        terminal, top = self.terminal, wiring.root()
        file = questions.choose_file(terminal, top)
        loaded = load([file], root=top) if file else None
        declared = loaded.settings if loaded else None
        repository = self.repo or questions.choose_repository(
            terminal, (declared and declared.repository) or _known_repository(None, terminal, top)
        )
        there = loaded.desired.project if loaded and loaded.desired else None
        board = self.board or questions.choose_board(terminal, str(there) if there else None)
        if file is None:
            file = self._write(empty(repository))
            questions.save_answers(terminal, top, file, None, board)
            terminal.info("Put your first epic into it, then: backlog plan --sandbox")
            return ExitCode.DONE, file
        if loaded and loaded.files and loaded.files[0].dialect:
            code, file = self.from_files((str(file),), None, repository)
            if code != ExitCode.DONE:
                return code, file
        questions.save_answers(terminal, top, file, repository, board)
        return questions.first_plan(terminal, file, repository), file

    def empty(self) -> tuple[int, Path]:
        """Write a backlog without items; raise `FailedError` if it would hide an existing one."""
        from backlog_sync.files.write.export import empty

        existing = places_in(_top())
        if existing and self.target is None:
            file = Path(os.path.relpath(existing[0]))
            raise FailedError(
                f"{file} already exists; not overwritten, and a new backlog would hide it",
                slug="file-exists",
                hint=f"use it: `backlog plan` (or `backlog init --from {file}` to convert it);"
                " --output FILE writes another one",
            )
        file = self._write(empty(_known_repository(self.repo, self.terminal, wiring.root())))
        self._save_board(file)
        named = f" {clean(str(file))}" if self.target else ""
        self.terminal.info(f"Put your first epic into it, then: backlog lint{named}")
        return ExitCode.DONE, file

    def from_files(
        self, sources: Sequence[str], to: str | None, repository: str | None = None
    ) -> tuple[int, Path]:
        """Show what existing files contain, and convert them to a backlog."""
        from backlog_sync.cli.init_from import Conversion, from_files

        repository = repository or _known_repository(self.repo, self.terminal, wiring.root())
        written: list[Path] = []

        def write(to: str, text: str) -> None:
            written.append(self._write(text, to))

        code = from_files(self.terminal, Conversion(sources, to, repository, self.board, write))
        if written:
            self._save_board(written[0])
        return code, (*written, Path(sources[0]))[0]

    def from_github(self, *, sandbox: bool, closed: bool) -> tuple[int, Path]:
        """Create a backlog that adopts the issues of a repository."""
        from backlog_sync.files.write.export import draft_of_desired, render

        screen, top = self.terminal, wiring.root()
        _target(self.target)
        repository = wiring.target_repository(self.repo, None, screen.env, top, sandbox=sandbox)
        board = self.board
        target = wiring.Target(
            repository,
            screen.env,
            top,
            sandbox=sandbox,
            board_owner=board.owner if board else None,
            waits=screen.waits,
        )
        with wiring.tracker(target, read_only=True) as tracker, screen.reading(repository):
            desired = adopt_repository(tracker, board, closed=closed)
        file = self._write(render(draft_of_desired(desired)))
        issues = counted(len(desired.items), "issue")
        screen.info(f"{issues} to adopt; look at it with: backlog plan")
        return ExitCode.DONE, file

    def _write(self, text: str, to: str = "yaml") -> Path:
        """Write the new file, and print its path."""
        from backlog_sync.files.source import create_file

        file = _target(self.target, to)
        create_file(file, text.encode())
        if file.is_relative_to(_top()):  # relpath fails between drives
            file = Path(os.path.relpath(file))
        self.terminal.result(f"{clean(str(file))}\n")
        return file

    def _save_board(self, file: Path) -> None:
        """Write the board of --project into the new file."""
        from backlog_sync.cli.init_questions import save_answers

        if self.board:
            save_answers(self.terminal, wiring.root((str(file),)), file, None, self.board)


def _known_repository(flag: str | None, screen: Terminal, top: Path) -> str | None:
    """Return the repository that the flag, the environment or git names; None if none does."""
    if flag is not None:
        return check_repository(flag)
    remote = git.origin(top)
    return screen.env.repository or (remote.repository if remote else None)


def _top() -> Path:
    """Return the folder of a new backlog: outside of git the current one, whatever is above it."""
    return git.top_level(Path.cwd()) or Path.cwd()


def _target(target: str | None, to: str = "yaml") -> Path:
    """Return the file to write. Raises FailedError if it already exists."""
    file = Path(target) if target is not None else _top() / NEW_FILES[to]
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
