"""`backlog init` on a terminal: three questions, their settings, and a first plan."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from backlog_sync.cli.commands.plan import command as plan
from backlog_sync.cli.options import repository_of
from backlog_sync.cli.screen import Screen
from backlog_sync.cli.terminal import Terminal
from backlog_sync.core.escape import clean
from backlog_sync.core.model import ProjectSpec
from backlog_sync.credentials import find_token
from backlog_sync.environment import Environment
from backlog_sync.errors import BacklogError, UsageError
from backlog_sync.files.discovery import discover
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.load import load, nearby_plans
from backlog_sync.files.refs import check_repository, parse_project
from backlog_sync.files.write.reading import (
    setting_lines,
    write_to_config,
    write_to_front,
    write_to_yaml,
)

NONE, NEW = "none", "new"
Answer = TypeVar("Answer")


def choose_file(screen: Screen, top: Path) -> Path | None:
    """Ask which file holds the plan; return None to start with a new one."""
    here = Path.cwd()
    by_name = [os.path.relpath(file) for file in discover(here, top)]
    plans = nearby_plans(here, top)
    others = [path for path, _ in plans if path not in by_name]
    screen.write_stderr("Three questions; Enter accepts the answer in brackets.\n")
    for path in (*by_name, *others):
        items = dict(plans).get(path)
        screen.write_stderr(f"  {clean(path)}" + (f"  {items} items" if items else ""))
    default = next(iter((*by_name, *others)), NEW)

    def checked(answer: str) -> Path | None:
        if answer.lower() == NEW:
            return None
        if not Path(answer).is_file():
            raise UsageError(f"{answer} is not a file", hint=f"name one, or write {NEW}")
        return Path(answer)

    question = f"1. Which file holds the plan? ({NEW} starts an empty one)"
    return _asked(screen, question, default, checked)


def choose_repository(screen: Screen, default: str | None) -> str | None:
    """Ask for the repository of the issues; return None if it is not known yet."""
    question = f"2. Which repository gets the issues? (OWNER/NAME, or {NONE} for now)"

    def checked(answer: str) -> str | None:
        return None if answer.lower() == NONE else check_repository(repository_of(answer))

    return _asked(screen, question, default or NONE, checked)


def choose_board(screen: Screen, default: str | None) -> ProjectSpec | None:
    """Ask for the board; return None for none."""
    question = f"3. Which board? (OWNER/TITLE, OWNER/NUMBER, or {NONE})"
    return _asked(screen, question, default or NONE, parse_project)


def _asked(screen: Screen, question: str, default: str, checked: Callable[[str], Answer]) -> Answer:
    while True:
        try:
            return checked(screen.answer(question, default))
        except UsageError as error:
            screen.write_stderr(f"{clean(error.message)}: {clean(error.hint or '')}")


def save_answers(
    screen: Screen, top: Path, file: Path, repository: str | None, board: ProjectSpec | None
) -> None:
    """Write the answers that the file does not declare into its settings, or show their lines.

    They go into the front matter of a roadmap that has settings, else into the settings that all
    roadmaps share; into a YAML backlog itself.
    """
    loaded = load([file], root=top)
    declared, settings = loaded.settings, dict[str, object]()
    if repository and declared.repository is None:
        settings["repository"] = repository
    if board and declared.project is None:
        last = {"title": board.title} if board.number is None else {"number": board.number}
        settings["project"] = {"owner": board.owner, **last}
    if not settings or not loaded.files:
        return
    source = loaded.files[0].source
    try:
        if not is_roadmap(source.path):
            place = write_to_yaml(source, settings)
        elif loaded.files[0].settings:
            place = write_to_front(source, settings)
        else:
            place = write_to_config(top, settings)
    except BacklogError:
        screen.info(f"Put these lines into the settings of {clean(source.path)}:")
        for line in setting_lines(settings):
            screen.info(f"  {clean(line)}")
        return
    screen.info(f"Wrote {' and '.join(settings)} to {clean(place)}")


def first_plan(terminal: Terminal, file: Path, repository: str | None) -> int:
    """Run `backlog plan` for a file: on GitHub, or on the simulator without a token."""
    arguments = [str(file)]
    if repository is None or not _has_token(terminal.env):
        why = "no token was found" if repository else "there is no repository yet"
        terminal.info(f"\nWhat a sync would do, on the simulator, as {why}:\n")
        arguments.append("--sandbox")
    root = click.get_current_context().find_root()
    with plan.make_context("plan", arguments, parent=root) as context:
        return int(plan.invoke(context))


def _has_token(env: Environment) -> bool:
    try:
        find_token(env)
    except BacklogError:
        return False
    return True
