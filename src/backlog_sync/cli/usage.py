"""Errors of the command line: what was typed, and the command or option that was probably meant."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

import click
from click.core import ParameterSource

from backlog_sync.errors import UsageError

_CLOSE = 0.6
"""Similarity of a suggestion: a word with two letters swapped gets one."""
_CLOSE_OPTION = 0.72
"""Similarity of a suggested option: `--repos` gets one, `--json` is not taken for `--only`."""


def _by_word(*hints: tuple[str, str]) -> Mapping[str, str]:
    return {word: hint for words, hint in hints for word in words.split()}


_COMMANDS = _by_word(
    ("apply push deploy up commit publish", "`backlog sync` shows the plan, asks, and applies it"),
    ("diff preview list ls", "`backlog plan` shows what would change; it is read-only"),
    ("next todo open mine blocked wip", "`backlog ready` lists what can be started now"),
    ("view get describe info item issue", "`backlog show ITEM` shows one item whole"),
    ("sprints iteration velocity burndown", "`backlog sprint` shows the sprint and the velocity"),
    ("roll rollover carryover", "`backlog sprint roll` carries over what is left of a sprint"),
    ("validate check verify test", "`backlog lint` checks the files, offline"),
    ("fmt format fix", "`backlog lint --fix` fixes what it can in the files"),
    (
        "status st state changes",
        "`backlog drift` shows what changed on GitHub, `backlog report` progress and forecast",
    ),
    (
        "import convert",
        "`backlog init --from FILE` converts a plan, `backlog init --from-github` existing issues",
    ),
    ("new create add start", "`backlog init` creates a backlog"),
    ("export clone", "`backlog init --from-github` creates a backlog from existing issues"),
    (
        "destroy delete remove rm revert rollback",
        "nothing is ever deleted; `backlog undo` restores what the last run changed, and closes"
        " what it created",
    ),
    (
        "login logout auth token",
        "set GH_TOKEN, or log in with `gh auth login`; `backlog doctor` checks the token",
    ),
    ("fetch accept merge", "`backlog pull` accepts changes on GitHub into the files"),
    ("refresh forecast burnup", "`backlog report` writes progress into the files and reports it"),
    ("adopt", "`backlog sync --adopt` adopts existing issues with the titles of items"),
    ("version", "`backlog --version` prints it"),
    ("serve server simulator", "`backlog sandbox serve` serves the GitHub simulator"),
    ("reset", "`backlog sandbox reset` empties the GitHub simulator"),
    ("workflow action", "`backlog init --workflow` writes the workflow of the GitHub Action"),
)
"""What other tools call a command, with the command that does it here."""

_OPTIONS = _by_word(
    ("--repository", "--repo"),
    ("--board", "--project"),
    ("--auto-approve --confirm --assume-yes", "--yes"),
    ("--simulate --simulator", "--sandbox"),
    ("--target --key --item --id", "--only"),
    ("--preview -n", "--dry-run"),
    ("--conflict", "--on-conflict"),
    ("--delete", "--prune close"),
    ("--no-color", "--color never"),
    ("--silent", "--quiet"),
    ("--debug", "-v"),
    ("--exit-code --detailed-exitcode", "--check"),
    ("--write", "--fix"),
    ("--out", "--output"),
    ("--output", "--out"),
    ("-o", "--output|--out"),
    ("--for --reader", "--audience"),
)
"""What other tools call an option, with the option that does it here."""

_FILE_OPTIONS = ("--file", "-f", "--path", "-p")
"""What other tools call the option for the file, which is an argument here."""


def nearest_word(word: str, known: Iterable[str], cutoff: float = _CLOSE) -> str | None:
    """Return the most similar of the known words, None if none is similar enough."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a typing error

    return next(iter(get_close_matches(word.lower(), known, n=1, cutoff=cutoff)), None)


class Commands(click.Group):
    """A group of commands that suggests the one that was meant, and has `help COMMAND`.

    `default` is the command that runs if none is named, "" if there is none.
    """

    default = ""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command as click does; raise `UsageError` with a hint if there is none."""
        if ctx.resilient_parsing:  # a shell completes
            return super().resolve_command(ctx, args)
        names = self.list_commands(ctx)
        if args[0] == "help":
            args = [*args[1:], "--help"]
            if len(args) == 1:
                click.echo(ctx.get_help())
                ctx.exit()
        if args[0] not in names:
            raise UsageError(
                f"there is no command `{ctx.command_path} {args[0]}`",
                hint=_command_hint(args[0], names, ctx.command_path),
            )
        return super().resolve_command(ctx, args)


def _command_hint(word: str, names: Iterable[str], path: str) -> str:
    top = " " not in path
    if top and word.lower() in _COMMANDS:
        return _COMMANDS[word.lower()]
    if near := nearest_word(word, names):
        return f"did you mean `{path} {near}`?"
    if top and "." in word:
        return f"a command comes before the file: {path} plan {word}"
    return f"`{path} --help` shows the commands: {', '.join(names)}"


def explained(
    error: click.ClickException, root: click.Context, arguments: Sequence[str]
) -> UsageError:
    """Return the `UsageError` for an error of click, with a hint made from what was typed.

    `root` is the context of the outermost command.
    """
    context: click.Context = getattr(error, "ctx", None) or _context(root, arguments)
    hint = f"`{context.command_path} --help` shows its arguments and options"
    message = error.message.rstrip(".")
    if isinstance(error, click.NoSuchOption):
        message = f"`{context.command_path}` has no option {error.option_name}"
        hint = _option_hint(error.option_name, context, root, arguments) or hint
    elif isinstance(error, click.BadOptionUsage):
        name = error.option_name
        option = _options(context).get(name)
        if option and not option.is_flag:
            message = f"{name} needs a value"
            hint = f"write {name} {option.make_metavar(context)}"
        else:
            message, hint = f"{name} takes no value", f"write only {name}"
    elif isinstance(error, click.MissingParameter) and error.param is not None:
        message = f"`{context.command_path}` needs {error.param.make_metavar(context).strip('{}')}"
    elif isinstance(error, click.BadParameter) and error.param is not None:
        hint = _value_hint(error.param, message) or f"`{context.command_path} --help` explains it"
        name = (
            f"{_option_name(error.param, context)}: "
            if isinstance(error.param, click.Option)
            else ""
        )
        message = name + _value_message(error.param.type, message)
    elif message.startswith("Got unexpected extra argument"):
        message = f"`{context.command_path}` takes no argument {message.partition('(')[2][:-1]}"
    return UsageError(message, hint=hint)


def _context(root: click.Context, arguments: Sequence[str]) -> click.Context:
    """Return the context of the command that the arguments name."""
    context = root
    for word in arguments:
        command = context.command
        inner = command.get_command(context, word) if isinstance(command, click.Group) else None
        if inner is None:
            break
        context = click.Context(inner, info_name=word, parent=context)
    command = context.command
    if isinstance(command, Commands) and (inner := command.commands.get(command.default)):
        return click.Context(inner, info_name=command.default, parent=context)
    return context


def _options(context: click.Context) -> dict[str, click.Option]:
    """Return the options of a command by each of their names, without hidden ones."""
    return {
        name: option
        for option in context.command.get_params(context)
        if isinstance(option, click.Option) and not option.hidden
        for name in option.opts
    }


def _option_hint(
    name: str, context: click.Context, root: click.Context, arguments: Sequence[str]
) -> str | None:
    """Return what was probably meant by an option that the command does not have."""
    command, options = context.command, _options(context)
    if isinstance(command, click.Group):
        verbs = command.list_commands(context)
        at = next((at for at, word in enumerate(arguments) if word in verbs), None)
        if at is not None:
            words = (arguments[at], *arguments[:at], *arguments[at + 1 :])
            return f"options come after the command: backlog {shlex.join(words)}"
    if name in _FILE_OPTIONS and any(p.name == "paths" for p in command.params):
        return f"the file needs no option: {context.command_path} FILE"
    if "--format" in options and name[2:] in getattr(options["--format"].type, "choices", ()):
        return f"did you mean --format {name[2:]}?"
    meant = (word for word in _OPTIONS.get(name, "-").split("|") if word.split()[0] in options)
    if near := next(meant, None) or nearest_word(name, options, _CLOSE_OPTION):
        return f"did you mean {near}?"
    names = root.command.list_commands(root) if isinstance(root.command, click.Group) else []
    others = [verb for verb in names if name in _options(_context(root, [verb]))]
    return f"it is an option of {', '.join(others)}" if others else None


def _option_name(option: click.Option, context: click.Context) -> str:
    """Return the name of an option, or of the variable that its value is from."""
    from_variable = context.get_parameter_source(option.name or "") is ParameterSource.ENVIRONMENT
    return str(option.envvar) if from_variable else option.opts[-1]


def _value_message(kind: object, message: str) -> str:
    """Return click's message about a value, in plain words for choices and whole numbers."""
    value = re.split(" is not ", message)[0]
    if isinstance(kind, click.Choice):
        return f"{value} is not one of {', '.join(kind.choices)}"
    if not isinstance(kind, click.IntRange):
        return message
    limits = f" of at least {kind.min}" if kind.max is None else f" from {kind.min} to {kind.max}"
    return f"{value} is not a whole number{limits}"


def _value_hint(parameter: click.Parameter, message: str) -> str | None:
    """Return the valid value that is nearest to the one in the message."""
    typed = re.match("'(.*?)' is not ", message)
    if not typed or not isinstance(parameter.type, click.Choice):
        return None
    choices = parameter.type.choices
    near = choices[0] if len(choices) == 1 else nearest_word(typed[1], choices)
    option = f"{parameter.opts[-1]} " if isinstance(parameter, click.Option) else ""
    return f"did you mean {option}{near}?" if near else None
