"""`backlog init`."""

import click

from backlog_sync.cli.options import Voice, named_repository, voice_options


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
@voice_options
def command(
    *,
    sources: tuple[str, ...],
    from_github: bool,
    closed: bool,
    target: str | None,
    repo: str | None,
    project: str | None,
    sandbox: bool,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Write a first backlog: empty, from a plan that exists, or from a repository.

    No file is ever overwritten. A Markdown roadmap stays as it is: the settings to put at its
    top are printed.
    """
    if sources and from_github:
        raise click.UsageError("--from and --from-github exclude each other.")
    if not from_github and (closed or project or sandbox):
        raise click.UsageError("--closed, --project and --sandbox go with --from-github.")
    from backlog_sync.cli import beginning  # noqa: PLC0415 - when it is called

    voice = Voice(color, quiet, verbose, log_format)
    if from_github:
        return beginning.from_github(
            voice, target, repo=repo, project=project, sandbox=sandbox, closed=closed
        )
    if sources:
        return beginning.from_files(voice, target, sources, repo=repo)
    return beginning.first(voice, target, repo=repo)
