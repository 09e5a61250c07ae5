"""The pages, pictures and data that are made from the code: `python -m tests.house.generated`."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner
from graphql import build_schema, introspection_from_schema

from backlog_sync.cli.main import cli
from backlog_sync.core.planner import build_plan
from backlog_sync.engine.ports import ReadScope
from backlog_sync.files.load import load
from backlog_sync.files.vocabulary import key_words
from backlog_sync.github_api.session import connect
from backlog_sync.render.inbox import InboxJson
from backlog_sync.reports.render_item import ShowJson
from backlog_sync.reports.render_ready import ReadyJson
from backlog_sync.reports.render_roll import RollJson
from backlog_sync.reports.render_sprint import SprintJson
from github_sandbox.app import Sandbox
from tests.house import doc_commands
from tests.house.messages import messages_page
from tests.house.plan_svg import plan_svg
from tests.house.report_schema import envelope_schema, report_schema
from tests.sandbox_adapter import SandboxAdapter

ROOT = Path(__file__).parents[2]
WIDTH = 80
_CLI_HEAD = """\
# The command line

Every command with its options and examples, as `--help` prints them, and what scripts can rely on:
exit codes, output in a pipe, and the log.

| to | run |
|---|---|
| see what it does, without a file or a token | [`backlog demo`](#backlog-demo) |
| start a plan, convert one, or set up the GitHub Action | [`backlog init`](#backlog-init) |
| check the file, offline | [`backlog lint`](#backlog-lint) |
| check the token and its permissions | [`backlog doctor`](#backlog-doctor) |
| see what would happen | [`backlog plan`](#backlog-plan) |
| see what can be started now | [`backlog ready`](#backlog-ready) |
| see one item whole | [`backlog show`](#backlog-show) |
| see the sprint, or carry it over | [`backlog sprint`](#backlog-sprint) |
| apply the file to GitHub, and write progress into it | [`backlog sync`](#backlog-sync) |
| see what people changed on GitHub | [`backlog drift`](#backlog-drift) |
| accept what they changed into the file | [`backlog pull`](#backlog-pull) |
| show progress and forecast | [`backlog report`](#backlog-report) |
| take the last run back | [`backlog undo`](#backlog-undo) |

## Exit codes

| exit code | meaning |
|---|---|
| 0 | done, or nothing to do |
| 1 | failed |
| 2 | usage error |
| 3 | changes pending (`--check`, `drift`) |
| 4 | refused: a guard, a held conflict, or a missing confirmation |
| 5 | partly applied; run again to continue |
| 70 | a bug; a crash report was written |
| 130 | interrupted; run again to continue |

Results go to standard output, everything else to standard error.
"""
_CLI_TAIL = """\
## Terminals and pipes

In a terminal, text fits its width (40 to 140 columns): a title that does not fit ends with `…`, and
trees have lines. In a pipe or a file nothing is cut and nothing is styled: each item is one whole
line, with its key, so that `backlog plan | grep TITLE` finds it. `NO_COLOR` and `--color never`
leave out colors; `TERM=dumb` also leaves out the lines of trees and the progress bar. If the
encoding has no signs beyond ASCII, ASCII is used.

## The log

`-v` logs the events of a run on standard error, `-vv` each request with its cost. On a terminal
each event is a line, and what stays the same is shown once. With `--log-format json` standard error
has nothing but JSON: one object per line. Each has `timestamp` (UTC), `level` (`debug`, `info`,
`warning`, `error`), `event` and `run` (the same for all lines of a run), `repository` as soon as it
is known, `plan` (the digest) as soon as there is one, and the keys of its event. All of them are
always there; a value that is not known is null.

| event | when | keys |
|---|---|---|
| `run.started` | first | `verb`, `version` |
| `files.loaded` | the files are read | `files`, `items`, `errors`, `warnings` (numbers) |
| `github.observed` | GitHub is read | `issues`, `complete` (whether these are all), `board` \
(its number), `requests`, `points` (so far) |
| `plan.built` | the plan is known | `changes`, `new_issues`, `conflicts`, `drift`, `refused` \
(the guards that refuse it) |
| `change.applied` | the result of a change is known; a warning unless `result` is `applied` | \
`action`, `kind`, `key`, `ref`, `result`, `reason` |
| `wait.started` | before each wait | `seconds`, `reason` (`rate-limit`, `pace`, `retry`, \
`issue-list`) |
| `api.version` | the server refused the version of the REST API | `refused`, `used` |
| `write_back.done` | the files are written | `files` (paths), `taken` (fields), `unrecorded` \
(items), `problem` |
| `run.finished` | last, whatever happened | `exit_code`, `seconds` |
| `request.done` | a request was answered (`-vv`) | `method`, `path`, `operations` (GraphQL), \
`status`, `points` (if the answer says so), `remaining`, `milliseconds` |
| `message` | a message for people, with `json` only, also without `-v` | `text` |
| `error` | what ended the run, with `json` only, also without `-v` | `text`, `slug`, `hint` |
"""


def cli_page() -> str:
    """Give the help of every command as one page."""
    parts = [_CLI_HEAD]
    for words in _commands(cli, ()):
        shown = CliRunner().invoke(
            cli,
            [*words, "--help"],
            prog_name="backlog",
            terminal_width=WIDTH,
            max_content_width=WIDTH,
        )
        assert shown.exit_code == 0, shown.output
        title = " ".join(("backlog", *words))
        parts.append(f"## {title}\n\n```text\n{shown.output.rstrip()}\n```\n")
    return "\n".join([*parts, _CLI_TAIL])


def _commands(group: click.Group, words: tuple[str, ...]) -> list[tuple[str, ...]]:
    found = [words]
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        below = (*words, name)
        found += _commands(command, below) if isinstance(command, click.Group) else [below]
    return found


_KEYS_HEAD = """\
# Keys of a YAML file

Every key that a backlog file in YAML may have, from its [JSON Schema](schema/backlog.schema.json).
The settings may also be below `backlog:` in the front matter of a roadmap, or in
`backlog/config.yaml`. How to use them: [Backlog files](files.md), [Boards and fields](board.md),
[Reports](reports.md).
"""
_KEYS_PARTS = {
    "any_item": "Items: `epics`, `features`, `stories`, `tasks`, `items`",
    "user_story": "An item's `user_story`",
    "criterion": "An entry of `acceptance_criteria`",
    "label": "An entry of `labels`",
    "milestone": "An entry of `milestones`",
    "defaults": "`defaults`",
    "project": "`project`",
    "board_field": "A field of the board",
    "option": "An option of a field",
    "view": "A view of the board",
    "issue_field": "An entry of `issue_fields`",
    "pull_requests": "`pull_requests`",
    "planning": "`planning`",
    "wip": "A status of `wip`",
    "segment": "A team or skill of `planning`",
    "risk": "A risk",
    "review_note": "A note of a review",
    "review": "`review`",
}
"""The definitions of the schema that are shown, with their headings, in the order of the page."""


def keys_page() -> str:
    """Return the keys of the JSON Schema as one page."""
    schema = json.loads((ROOT / "docs" / "schema" / "backlog.schema.json").read_text("utf-8"))
    parts = {"Settings": schema} | {
        heading: schema["$defs"][name] for name, heading in _KEYS_PARTS.items()
    }
    return "\n".join([_KEYS_HEAD, *(_keys_table(heading, part) for heading, part in parts.items())])


def _keys_table(heading: str, part: dict[str, Any]) -> str:
    rows = [
        f"| `{key}` | {_allowed(value)} | {value['description'].replace('|', chr(92) + '|')} |"
        for key, value in part["properties"].items()
    ]
    return "\n".join([f"## {heading}\n", "| key | value | meaning |", "|---|---|---|", *rows, ""])


def _allowed(value: dict[str, Any]) -> str:
    """Return the values that a key may have, in a few words."""
    kinds = value.get("anyOf") or value.get("oneOf")
    if kinds is None:
        return _kind(value)
    words = (_allowed(kind) for kind in kinds if kind.get("type") != "null")
    return " or ".join(dict.fromkeys(words))


def _kind(kind: dict[str, Any]) -> str:
    if "enum" in kind:
        return ", ".join(f"`{word}`" for word in kind["enum"])
    if "$ref" in kind:
        return "mapping"
    name = kind.get("type", "value")
    if isinstance(name, list):  # any scalar, which is read as text
        return "text"
    words = {"string": "text", "array": "list", "object": "mapping", "boolean": "`true`, `false`"}
    return "date" if kind.get("format") == "date" else words.get(name, name)


def plan_picture() -> str:
    """Give the picture of the first plan of the example roadmap."""
    loaded = load(
        [ROOT / "examples" / "roadmap.md"],
        root=ROOT / "examples",
        repository=None,
        project=None,
        bullets=None,
    )
    assert loaded.desired is not None
    assert loaded.desired.repository is not None
    with Sandbox() as sandbox:
        sandbox.ensure_repository(loaded.desired.repository)
        tracker = connect(
            repository=loaded.desired.repository,
            token="x",
            read_only=True,
            adapter=SandboxAdapter(sandbox),
            sleep=lambda _: None,
        )
        plan = build_plan(loaded.desired, tracker.observe(ReadScope(loaded.desired.project)))
    return plan_svg(plan, title="backlog plan roadmap.md")


def vocabulary_json() -> str:
    """Return the words of `vocabulary.toml` as a run loads them, and how they are compared."""
    source = ROOT / "src/backlog_sync/files/vocabulary.toml"
    table = tomllib.loads(source.read_text(encoding="utf-8"))
    words: set[str] = set()
    parts: list[Any] = [table]
    while parts:
        match parts.pop():
            case str(spellings):
                words.update(map(str.strip, spellings.split("|")))
            case dict(part):
                parts += part.values()
    compared = {word: key_words(word) for word in sorted(words) if key_words(word) != word}
    content = {"table": table, "key_words": compared}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def introspected_schema() -> str:
    """Return what GraphQL's introspection says of the simulator's schema, one type a line."""
    text = (ROOT / "src/github_sandbox/schema.graphql").read_text(encoding="utf-8")
    known = introspection_from_schema(build_schema(text), descriptions=False)
    compact = json.dumps(known, separators=(",", ":"))
    return compact.replace('},{"kind":', '},\n{"kind":') + "\n"


GENERATED: dict[str, Callable[[], str]] = {
    "docs/messages.md": messages_page,
    "docs/cli.md": cli_page,
    "docs/keys.md": keys_page,
    "docs/plan.svg": plan_picture,
    "docs/schema/report.schema.json": report_schema,
    "src/backlog_sync/files/vocabulary.json": vocabulary_json,
    "src/github_sandbox/schema.json": introspected_schema,
    "docs/schema/ready.schema.json": lambda: envelope_schema(ReadyJson, "backlog ready"),
    "docs/schema/inbox.schema.json": lambda: envelope_schema(InboxJson, "backlog pull --new"),
    "docs/schema/show.schema.json": lambda: envelope_schema(ShowJson, "backlog show"),
    "docs/schema/sprint.schema.json": lambda: envelope_schema(SprintJson, "backlog sprint"),
    "docs/schema/sprint-roll.schema.json": lambda: envelope_schema(RollJson, "backlog sprint roll"),
}


def main() -> None:
    """Write all of them, and the output of the commands that README and docs show."""
    for name, make in GENERATED.items():
        (ROOT / name).write_text(make(), encoding="utf-8")
    doc_commands.main()


if __name__ == "__main__":
    main()
