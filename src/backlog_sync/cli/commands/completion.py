"""`backlog completion`."""

import click

from backlog_sync.errors import ExitCode

VARIABLE = "_BACKLOG_COMPLETE"
"""The variable with which the script asks the command for completions; click's name for it."""


@click.command(
    "completion",
    epilog="\b\nWhere to put it; each takes effect in new shells:\n"
    "  bash  echo 'eval \"$(backlog completion bash)\"' >> ~/.bashrc\n"
    "  zsh   echo 'eval \"$(backlog completion zsh)\"' >> ~/.zshrc\n"
    "  fish  backlog completion fish > ~/.config/fish/completions/backlog.fish\n\n"
    "In zsh, `autoload -Uz compinit && compinit` must come first in ~/.zshrc.",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(*, shell: str) -> int:
    """Print the script that completes commands, options and files in a shell."""
    from click.shell_completion import get_completion_class

    from backlog_sync.cli.main import cli

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "backlog", VARIABLE).source())
    return ExitCode.DONE
