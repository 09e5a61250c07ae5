"""Options that several commands share, and the values that they are collected into."""

import re
import shlex
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Any, TypeAlias

import click
from click.shell_completion import CompletionItem

from backlog_sync.core.budget import Budget
from backlog_sync.core.fields import Owner
from backlog_sync.core.guard_names import FINAL, FORCEABLE
from backlog_sync.core.options import PlanOptions
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import UsageError

Command: TypeAlias = Callable[..., Any]

SANDBOX_PORT = 8123
"""The port at which the simulator's pages are served unless another one is asked for."""


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """How a run prints: color ("auto", "always", "never"), quiet, verbosity, log format."""

    color: str = "auto"
    quiet: bool = False
    verbose: int = 0
    log_format: str = "text"


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """What a run works on: the files, the repository, the board and the server.

    `command` is the command that runs, which hints repeat with another file.
    """

    command: str
    paths: tuple[str, ...] = ()
    repo: str | None = None
    project: str | None = None
    sandbox: bool = False
    bullets: str | None = None


def _collected(command: Command, name: str, kind: type[Any], *given: str) -> Command:
    """Pass the options that are fields of a data class to the command as one value.

    `given` are the first fields, which are not options.
    """

    @wraps(command)
    def gathered(**values: Any) -> Any:
        chosen = {f.name: values.pop(f.name) for f in fields(kind) if f.name in values}
        return command(**{name: kind(*given, **chosen)}, **values)

    return gathered


def complete_items(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the items of the files whose key or title begins like a word on the command line."""
    from backlog_sync.cli.only import complete  # noqa: PLC0415 - it loads the readers of files

    return complete(context, parameter, incomplete)


def plan_options(command: Command) -> Command:
    """Add the options that change a plan as `options`, and --force as `force`.

    `options` is one `PlanOptions` with all of them except --force.
    """

    outer = _collected(command, "options", PlanOptions)
    for option in (
        click.option("--force", multiple=True, metavar="SLUG", callback=_forced,
                     help="Override the guard with this name (" + ", ".join(FORCEABLE)
                     + "). May be repeated."),
        click.option("--create-issue-fields", is_flag=True,
                     help="Create the declared issue fields and options that the organization"
                     " lacks (needs an admin)."),
        click.option("--adopt", is_flag=True,
                     help="Adopt existing issues whose title matches an item exactly."),
        click.option("--prune", type=click.Choice(["close"]),
                     callback=lambda _, __, value: value == "close",
                     help="Close issues whose items were removed from the files, as not planned."),
        click.option("--on-conflict", type=click.Choice(["file", "github"]),
                     callback=lambda _, __, value: Owner(value) if value else None,
                     help="Which side wins if both changed a field (default: hold it)."),
        click.option("--extend-iterations", is_flag=True,
                     help="Add iterations that the board lacks: every card's iteration is saved,"
                     " cleared by GitHub, and set again."),
        click.option("--only", multiple=True, metavar="ITEM", shell_complete=complete_items,
                     help="Limit to this item, its parents and what they need: a key, an issue"
                     " number, a title, or the start of a key or title. May be repeated."),
    ):  # fmt: skip
        outer = option(outer)
    return outer


def as_for_sync(command: Command) -> Command:
    """Accept and ignore the other options of sync, so that its command line can be repeated.

    They change how a plan is built or what is written into files, which does not matter to the
    command that accepts them.
    """
    for name in ("--plan", "--approve", "--force", "--prune", "--on-conflict"):
        command = click.option(name, multiple=True, hidden=True, expose_value=False)(command)
    flags = (
        "--adopt",
        "--create-issue-fields",
        "--extend-iterations",
        "--no-write-back",
        "--check",
    )
    for name in flags:
        command = click.option(name, is_flag=True, hidden=True, expose_value=False)(command)
    return command


def budget_options(command: Command) -> Command:
    """Add --budget-points and --budget-creations as `budget`."""

    outer = _collected(command, "budget", Budget)
    for option in (
        click.option("--budget-creations", "creations", metavar="N", type=click.IntRange(min=1),
                     envvar="BACKLOG_BUDGET_CREATIONS", show_envvar=True,
                     help="End the run after creating this many issues and comments; the next run"
                     " continues (exit 5)."),
        click.option("--budget-points", "points", metavar="N", type=click.IntRange(min=1),
                     envvar="BACKLOG_BUDGET_POINTS", show_envvar=True,
                     help="End the run before it spends more than this many points of GitHub's"
                     " hourly limit, reading included; the next run continues (exit 5)."),
    ):  # fmt: skip
        outer = option(outer)
    return outer


_TARGET = ("repo", "project", "sandbox", "bullets")
_PLAN = ("force", "create_issue_fields", "adopt", "prune", "on_conflict", "extend_iterations",
         "only")  # fmt: skip


def command_line(verb: str, *more: str, planned: bool = False) -> str:
    """Return the command of a verb with the paths and the target that this run was given.

    With `planned` it also has the options that change a plan. Outside of the command, it is the
    bare verb.
    """
    words = ["backlog", *verb.split()]
    context = click.get_current_context(silent=True)
    if context is not None:
        kept = (*_TARGET, *(_PLAN if planned else ()))
        words += context.params.get("paths", ())
        for option in context.command.params:
            value = context.params.get(option.name or "")
            if option.name in kept and value:
                words += _option_words(option.opts[-1], value)
    return shlex.join((*words, *more))


def _option_words(name: str, value: Any) -> list[str]:
    """Return an option as it is typed."""
    if isinstance(value, tuple):
        return [word for each in value for word in (name, str(each))]
    if value is True:
        return [name, "close"] if name == "--prune" else [name]
    return [name, str(value)]


def _forced(
    context: click.Context,  # noqa: ARG001 - click's
    option: click.Parameter,  # noqa: ARG001 - click's
    value: tuple[str, ...],
) -> tuple[str, ...]:
    for slug in value:
        if slug in FINAL:
            raise click.BadParameter(f"{slug!r} cannot be overridden: the run would fail anyway.")
        if slug not in FORCEABLE:
            raise click.BadParameter(
                f"{slug!r} is not a guard. Valid names: {', '.join(FORCEABLE)}."
            )
    return value


def output_options(command: Command) -> Command:
    """Add --color, -q, -v and --log-format as `output_options`."""

    outer = _collected(command, "output_options", OutputOptions)
    for option in (
        click.option("--log-format", type=click.Choice(["text", "json"]), default="text",
                     help="Format of standard error: text, or one JSON object per line."),
        click.option("-v", "--verbose", count=True,
                     help="Show all fields and log events (-vv: every request)."),
        click.option("-q", "--quiet", is_flag=True, help="Show only the last line and errors."),
        click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto",
                     help="Color output (auto: on a terminal, unless NO_COLOR is set)."),
    ):  # fmt: skip
        outer = option(outer)
    return outer


_ADDRESS = re.compile(r"https?://[^/\s]+/([^/\s]+/[^/\s]+?)(?:\.git)?/?")


def repository_of(text: str) -> str:
    """Convert a repository's address from a browser to `OWNER/NAME`; keep any other text."""
    address = _ADDRESS.fullmatch(text.strip())
    return address[1] if address else text


def named_repository(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Return the repository of --repo, which may be an address from a browser."""
    return repository_of(value) if value else value


def output_ending(
    *endings: str, folder: bool = False
) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """Return a callback that refuses a file to write with any other ending.

    With `folder` the value may also be an existing folder, or end with a slash.
    """

    def check(_: click.Context, option: click.Parameter, value: str | None) -> str | None:
        if value is None or Path(value).suffix.lower() in endings:
            return value
        if folder and (value.endswith(("/", "\\")) or Path(value).is_dir()):
            return value
        suffix = Path(value).suffix
        why = f"files ending in {suffix} are not written" if suffix else "the ending is missing"
        *most, last = (f"*{ending}" for ending in endings)
        names = f"{', '.join(most)} or {last}" if most else last
        raise UsageError(
            f"{option.opts[-1]} {value}: {why}",
            slug="unknown-ending",
            hint=f"name it {names}{'; end it with / for a folder' if folder else ''}",
        )

    return check


def paths_argument(command: Command) -> Command:
    """Add the argument PATH…."""
    return click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())(command)


def bullets_option(command: Command) -> Command:
    """Add the option --bullets."""
    return click.option(
        "--bullets", type=click.Choice(["items", "list"]),
        help="Treat bullets under time or status headings as items, or only list them.",
    )(command)  # fmt: skip


def offline_option(command: Command) -> Command:
    """Add the option --offline."""
    return click.option(
        "--offline", is_flag=True, help="Read only the files; progress is as far as they say."
    )(command)


def target_options(verb: str) -> Callable[[Command], Command]:
    """Add PATH…, --repo, --project, --sandbox and --bullets to a verb as `target`."""

    def add(command: Command) -> Command:
        outer = _collected(command, "target", TargetOptions, verb)
        for option in (
            bullets_option,
            click.option("--sandbox", is_flag=True, help="Use the GitHub simulator in"
                         " .backlog/sandbox (no token, no network)."),
            click.option("--project", metavar="OWNER/NUMBER|OWNER/TITLE|none",
                         help="Projects board (overrides the file)."),
            click.option("-R", "--repo", metavar="OWNER/NAME", callback=named_repository,
                         help="Repository (overrides the file)."),
            paths_argument,
        ):  # fmt: skip
            outer = option(outer)
        return outer

    return add


def format_option(*choices: str) -> Callable[[Command], Command]:
    """Add --format with these choices; the first one is the default."""
    return click.option(
        "--format", "output", type=click.Choice(choices), default=choices[0], show_default=True,
        help="Output format.",
    )  # fmt: skip
