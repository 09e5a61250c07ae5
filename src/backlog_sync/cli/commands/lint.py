"""`backlog lint`."""

import click

from backlog_sync.cli.options import (
    Voice,
    bullets_option,
    format_option,
    paths_argument,
    voice_options,
)


@click.command(
    "lint",
    epilog="\b\nExamples:\n  backlog lint\n  backlog lint ROADMAP.md --explain\n"
    "  backlog lint --fix",
)
@paths_argument
@bullets_option
@click.option("--explain", is_flag=True, help="Print every line with the rule that took it.")
@click.option(
    "--fix",
    "mend",
    is_flag=True,
    help="Put right what can be: wrong totals, mojibake, missing keys of YAML items.",
)
@format_option("text", "json", "sarif", "github")
@voice_options
def command(
    *,
    paths: tuple[str, ...],
    bullets: str | None,
    explain: bool,
    mend: bool,
    output: str,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Check backlog files, offline: every fault with its place and a hint.

    Exit 1 where there are errors; warnings alone do not fail.
    """
    from backlog_sync.cli.linting import lint  # noqa: PLC0415 - when it is called

    if explain and output == "sarif":
        raise click.UsageError(f"--explain has no meaning with --format {output}.")
    voice = Voice(color, quiet, verbose, log_format)
    return lint(paths, voice, bullets=bullets, output=output, explain=explain, mend=mend)
