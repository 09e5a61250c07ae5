"""The command itself: its help, its start, and what becomes of errors."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from backlog_sync.cli import main
from backlog_sync.cli.main import VERBS, cli
from backlog_sync.core.redaction import without_shapes
from backlog_sync.errors import AccessError, BacklogError, PartialError, RefusedError, UsageError

HEAVY = ("github", "gql", "graphql", "pydantic", "yaml", "rich", "requests", "structlog")


def run(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """The installed module as a process of its own, without tokens."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("GH_", "GITHUB_", "LC_"))}
    return subprocess.run(
        [sys.executable, "-c", "from backlog_sync.cli.main import main; main()", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=env | {"LANG": "C.UTF-8"} | extra,
        timeout=60,
        check=False,
    )


def test_help_loads_nothing_heavy() -> None:
    """`backlog --help` imports none of the clients, parsers and drawing libraries."""
    code = (
        "import sys\n"
        "from backlog_sync.cli.main import main\n"
        "try:\n main()\n"
        "except SystemExit as end:\n"
        f" print('loaded:', [n for n in {HEAVY!r} if n in sys.modules], end.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "loaded: [] 0"


@pytest.mark.parametrize("verb", [[verb] for verb in VERBS] + [["sandbox", "serve"]])
def test_every_verb_has_help_with_no_heavy_import(verb: list[str]) -> None:
    """The help of a verb loads nothing heavy either, says what it does, and ends with 0."""
    code = (
        "import sys\n"
        "from backlog_sync.cli.main import main\n"
        "try:\n main()\n"
        "except SystemExit as end:\n"
        f" print('loaded:', [n for n in {HEAVY!r} if n in sys.modules], end.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *verb, "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "loaded: [] 0"
    assert "Usage: " in done.stdout


def test_help_loads_little_more_than_click() -> None:
    """A start is a matter of what is imported: click's modules and a handful of our own.

    `python -m bench.compare` measures the time.
    """

    def loaded(code: str) -> set[str]:
        told = "import sys, atexit\natexit.register(lambda: print('|', *sys.modules))\n"
        done = subprocess.run(
            [sys.executable, "-c", told + code], capture_output=True, text=True, check=True
        )
        return set(done.stdout.rpartition("|")[2].split())

    ours = loaded("from backlog_sync.cli.main import main\nsys.argv[1:] = ['--help']\nmain()")
    more = ours - loaded("import click")
    assert "backlog_sync.cli.main" in more
    assert len(more) <= 80, sorted(more)


def test_every_verb_in_the_table_exists() -> None:
    """The static list in the help and the modules agree."""
    context = click.Context(cli)
    for name, line in VERBS.items():
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert line.endswith(".")


def test_check_without_dry_run_is_refused() -> None:
    """`sync --check` alone has no meaning: exit 2 before anything is read."""
    done = run("sync", "--check")
    assert done.returncode == 2
    assert "--dry-run" in done.stderr


# ---- the boundary --------------------------------------------------------------------------


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> Callable[[], int]:
    """A call of the command whose verb raises this; gives the exit code."""

    @click.command("sync")
    def command() -> None:
        raise error

    monkeypatch.setattr(main.Backlog, "get_command", lambda *_: command)

    def call() -> int:
        with pytest.raises(SystemExit) as ended:
            cli.main(["sync", "--token=ghp_abcdefghijklmnopqrstuvwxyz0123456789"][:1])
        assert isinstance(ended.value.code, int)
        return ended.value.code

    return call


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AccessError("no", hint="do this"), 1),
        (UsageError("no", hint="do this"), 2),
        (RefusedError("no", hint="do this"), 4),
        (PartialError("no", hint="do this"), 5),
    ],
)
def test_an_error_is_two_lines_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BacklogError,
    code: int,
) -> None:
    """A known fault prints message and hint on standard error, and nothing else."""
    assert raising(monkeypatch, error)() == code
    assert capsys.readouterr() == ("", f"error[{error.slug}] no\n    hint: do this\n")


def test_foreign_text_in_an_error_is_harmless(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A message that quotes a server cannot colour the terminal or begin a line."""
    raising(monkeypatch, AccessError("says \x1b[2J\n::error::x\u202e"))()
    shown = capsys.readouterr().err.replace("\u200b", "")
    assert shown == "error[access] says \\x1b[2J\n    ::error::x\\u202e\n"


def test_an_interrupt_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C is one line and 130."""
    assert raising(monkeypatch, KeyboardInterrupt())() == 130
    assert "Run it again to continue" in capsys.readouterr().err


def test_a_bug_writes_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """An unexpected exception ends with 70 and one line that names a report without tokens."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("GH_TOKEN", "a-canary-token")
    error = ValueError("Bearer abcdefgh12345678 and a-canary-token and ghp_0123456789abcdef0123")
    assert raising(monkeypatch, error)() == 70
    told = capsys.readouterr()
    (report,) = tmp_path.iterdir()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert str(report) in told.err
    text = report.read_text(encoding="utf-8")
    assert "ValueError" in text
    assert "`backlog sync`" in text
    for secret in ("abcdefgh12345678", "a-canary-token", "ghp_0123456789abcdef0123"):
        assert secret not in text
    assert text.count("[redacted]") == 3


@pytest.mark.parametrize(
    "secret",
    [
        "ghs_" + "a1" * 18,
        "github_pat_" + "A1_" * 20,
        "https://me:secret@host/x",
        "token 0123456789",
    ],
)
def test_redaction_knows_the_shapes_of_tokens(secret: str) -> None:
    """Tokens are taken out even where the environment does not hold them."""
    told = without_shapes(f"x {secret} y")
    assert "[redacted]" in told
    assert secret not in told


def test_a_broken_pipe_is_quiet() -> None:
    """Where nobody reads on, there is no traceback and no complaint."""
    code = (
        "import sys\n"
        "from backlog_sync.cli import main\n"
        "def run():\n"
        "    for _ in range(100000): print('x' * 80)\n"
        "sys.exit(main._bounded(run, []))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 1


def test_output_is_utf8_where_the_locale_is_c() -> None:
    """With an ASCII locale, signs and titles still come out, as UTF-8."""
    code = (
        "import sys\n"
        "from backlog_sync.cli.main import prepare_streams\n"
        "prepare_streams()\n"
        "print(chr(0x2192), chr(0xe9), chr(0xd800))\n"
    )
    env = os.environ | {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=env)
    assert done.stdout == "→ é ?\n".encode()


def test_streams_that_cannot_be_changed_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replaced standard output without `reconfigure` is no reason to fail."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    main.prepare_streams()


def test_schema_is_json() -> None:
    """`backlog schema` prints a JSON document on standard output and nothing beside it."""
    done = run("schema")
    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["$schema"].startswith("https://json-schema.org/")
