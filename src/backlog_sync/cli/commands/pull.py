"""`backlog pull`."""

import click

from backlog_sync.cli.options import Voice, Where, format_option, target_options, voice_options


@click.command("pull", epilog="\b\nExamples:\n  backlog pull --dry-run\n"
               "  backlog pull --on-conflict github")  # fmt: skip
@target_options
@click.option("--on-conflict", type=click.Choice(["github"]),
              help="Take GitHub's version also where the file changed the same field.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show the difference, and write nothing.")
@format_option("text", "json")
@voice_options
def command(
    *,
    paths: tuple[str, ...],
    repo: str | None,
    project: str | None,
    sandbox: bool,
    bullets: str | None,
    on_conflict: str | None,
    dry_run: bool,
    output: str,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Accept into the files what people changed on GitHub, instead of setting it back.

    Titles, texts, criteria, points, priorities, milestones, dates, labels, assignees and
    dependencies are written in the style that the file has; what it cannot say is told. On GitHub
    nothing that people see is changed: progress that comes along is noted there, hidden, which
    needs the right to write issues. Exit 4 where conflicts are left.
    """
    from backlog_sync.cli.pulling import pull  # noqa: PLC0415 - when it is called

    return pull(
        Where(paths, repo, project, sandbox, bullets),
        Voice(color, quiet, verbose, log_format),
        output=output,
        dry_run=dry_run,
        github_wins=on_conflict == "github",
    )
