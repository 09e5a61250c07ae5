"""`backlog schema`."""

import json

import click

from backlog_sync.errors import ExitCode


@click.command("schema", epilog="\b\nExample:\n  backlog schema > backlog.schema.json")
def command() -> int:
    """Print the JSON Schema of the file format, for editors."""
    from backlog_sync.files.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return ExitCode.DONE
