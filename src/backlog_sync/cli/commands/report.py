"""`backlog report`."""

import click

from backlog_sync.cli.options import Voice, Where, format_option, target_options, voice_options

AUDIENCES = ("everybody", "leaders", "product", "engineering")


@click.command(
    "report",
    epilog="\b\nExamples:\n"
    "  backlog report\n"
    "  backlog report --check\n"
    "  backlog report --audience leaders --since last-month\n"
    "  backlog report --output report.html\n"
    "  backlog report --output public/\n"
    "  backlog report --issue 'How we stand' --comment 12",
)
@target_options
@click.option("--check", is_flag=True,
              help="Show what would change in the files; exit 3 where anything would.")  # fmt: skip
@click.option("--no-write-back", is_flag=True, help="Leave the files as they are.")
@click.option("--audience", type=click.Choice(AUDIENCES), default="everybody", show_default=True,
              help="Whom it is for: chooses depth and wording, changes no figure.")  # fmt: skip
@click.option("--since", metavar="DAY",
              help="Tell what happened since 2026-03-01, 30d, 4w, or last-month.")  # fmt: skip
@click.option("--output", "target", metavar="FILE|FOLDER",
              help="Write the report there; a folder gets every form of it.")  # fmt: skip
@click.option("--issue", "title", metavar="TITLE", is_flag=False, flag_value="Progress report",
              help="Keep one issue with the report up to date.")  # fmt: skip
@click.option("--comment", metavar="NUMBER", type=click.IntRange(min=1),
              help="Keep one comment on that issue or pull request up to date.")  # fmt: skip
@click.option("--status-update", is_flag=True,
              help="Tell on the board, once a day, how each milestone stands.")  # fmt: skip
@click.option("--today", metavar="DAY", help="The day of the report, where it is not today.")
@click.option("--seed", type=int, default=1, show_default=True,
              help="What the forecast's chances are drawn with.")  # fmt: skip
@format_option("text", "markdown", "html", "json", "csv")
@voice_options
def command(
    *,
    paths: tuple[str, ...],
    repo: str | None,
    project: str | None,
    sandbox: bool,
    bullets: str | None,
    check: bool,
    no_write_back: bool,
    audience: str,
    since: str | None,
    target: str | None,
    title: str | None,
    comment: int | None,
    status_update: bool,
    today: str | None,
    seed: int,
    output: str,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Read GitHub, write progress into the files, and show it.

    Progress with its health, a forecast, the schedule, load and risks: on the terminal, as
    Markdown, as one HTML page, as JSON or CSV. On GitHub it notes, hidden in each issue and on
    each card, what it writes into the files, which needs the right to write issues; nothing else
    there is changed, but for the one issue of --issue, the one comment of --comment, and the
    status update of --status-update.
    """
    from backlog_sync.cli.reporting import Asked, report  # noqa: PLC0415 - when it is called

    return report(
        Where(paths, repo, project, sandbox, bullets),
        Voice(color, quiet, verbose, log_format),
        Asked(
            output=output,
            check=check,
            write=not no_write_back,
            audience=audience,
            since=since,
            target=target,
            title=title,
            comment=comment,
            status_update=status_update,
            today=today,
            seed=seed,
        ),
    )
