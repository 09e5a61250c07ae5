"""What is typed wrong: the message names it, and the hint the command or option that was meant."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backlog_sync.cli.main import VERBS
from tests.cli.conftest import Backlog


@pytest.mark.parametrize(
    ("typed", "message", "hint"),
    [
        ("snyc", "no command `backlog snyc`", "did you mean `backlog sync`?"),
        ("apply", "no command `backlog apply`", "`backlog sync` shows the plan"),
        ("diff", "no command", "`backlog plan` shows"),
        ("validate", "no command", "`backlog lint` checks"),
        ("status", "no command", "`backlog drift` shows"),
        ("destroy", "no command", "nothing is ever deleted; `backlog undo`"),
        ("login", "no command", "`gh auth login`"),
        ("ROADMAP.md", "no command", "backlog plan ROADMAP.md"),
        ("foobar", "no command", "init, lint, plan"),
        ("help snyc", "no command `backlog snyc`", "did you mean `backlog sync`?"),
        ("sandbox rest", "no command `backlog sandbox rest`", "`backlog sandbox reset`?"),
        ("-R o/w plan x.md", "no option -R", "backlog plan -R o/w x.md"),
        ("plan --repos o/w", "`backlog plan` has no option --repos", "did you mean --repo?"),
        ("plan --json", "no option --json", "did you mean --format json?"),
        ("plan --file x", "no option --file", "the file needs no option: backlog plan FILE"),
        ("plan --output p.json", "no option --output", "did you mean --out?"),
        ("sync --auto-approve", "no option --auto-approve", "did you mean --yes?"),
        ("lint --only a", "no option --only", "it is an option of plan, sync, pull, undo"),
        ("plan --zzz", "no option --zzz", "`backlog plan --help`"),
        ("plan --repo", "--repo needs a value", "write --repo OWNER/NAME"),
        ("plan --sandbox=1", "--sandbox takes no value", "write only --sandbox"),
        ("sync --color alway", "'alway' is not one of auto, always, never", "--color always?"),
        ("sync --prune open", "'open' is not one of close", "did you mean --prune close?"),
        (
            "sync --budget-points 0",
            "--budget-points: 0 is not a whole number of at least 1",
            "sync",
        ),
        ("sync --budget-creations -5", "--budget-creations: -5 is not a whole number", "sync"),
        ("undo --budget-points x", "--budget-points: 'x' is not a whole number", "undo --help"),
        ("undo --run 0", "--run: 0 is not a whole number of at least 1", "undo --help"),
        ("sandbox serve --port x", "'x' is not a whole number from 0 to 65535", "serve --help"),
        ("sync --force lint", "--force: 'lint' is not a guard", "sync --help"),
        ("schema x", "`backlog schema` takes no argument x", "schema --help"),
        ("sync --check", "--check only looks", "sync --help"),
        ("completion", "`backlog completion` needs bash|zsh|fish", "completion --help"),
        ("completion zhs", "'zhs' is not one of bash, zsh, fish", "did you mean zsh?"),
        ("report --sandbox --output x.pdf", "x.pdf: files ending in .pdf", "*.json or *.csv; end"),
        ("report --sandbox --output x", "the ending is missing", "name it *.txt"),
        ("plan --sandbox --out x.txt", "files ending in .txt are not written", "name it *.json"),
        ("init --output x.txt", "files ending in .txt", "name it *.yaml, *.yml, *.md"),
    ],
)
def test_a_typing_error_is_two_lines(
    backlog: Backlog, folder: Path, typed: str, message: str, hint: str
) -> None:
    """Exit 2 with what was typed and what was meant, before anything is read or written."""
    before = sorted(folder.rglob("*"))
    ran = backlog(*typed.split())
    assert (ran.code, ran.out) == (2, "")
    first, second = ran.err.splitlines()
    assert first.startswith("error[")
    assert message in first
    assert second.startswith("    hint: ")
    assert hint in second
    assert sorted(folder.rglob("*")) == before


def test_short_options_and_help(backlog: Backlog) -> None:
    """`-V`, `-R` and `-y` are --version, --repo and --yes; `help` shows what --help does."""
    assert backlog("-V").out == backlog("--version").out
    assert backlog("help").out == backlog("--help").out
    assert backlog("help", "sandbox", "reset").out == backlog("sandbox", "reset", "-h").out
    assert "o/other" in backlog("plan", "-R", "o/other", "--sandbox").out
    assert all("-y, --yes" in backlog(verb, "-h").out for verb in ("sync", "undo"))


def test_completion_in_bash(backlog: Backlog, tmp_path: Path) -> None:
    """The printed script completes commands, options, their values and files."""
    script = tmp_path / "script"
    script.write_text(
        backlog("completion", "bash").out
        + """
        ask() {
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
            _backlog_completion ./command; echo "${COMPREPLY[@]}"
        }
        compopt() { COMPREPLY+=("$@"); }
        ask backlog ''; ask backlog plan --on; ask backlog lint --format ''
        ask backlog sandbox res; ask backlog plan RO
        ask backlog plan --only me; ask backlog plan broken.yaml --only me
        ask backlog aply --on; ask backlog help re
        """
    )
    command = Path("command")
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m backlog_sync "$@"\n')
    command.chmod(0o755)
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        [bash, "--norc", str(script)], capture_output=True, text=True, check=True, timeout=60
    )
    verbs, options, formats, inner, files, items, broken, wrong, helped = done.stdout.splitlines()
    assert (wrong, helped, done.stderr) == ("", "ready report", "")
    assert verbs.split() == list(VERBS)
    assert options.split() == ["--only", "--on-conflict"]
    assert formats.split() == ["text", "json", "sarif", "github"]
    assert inner == "reset"
    assert files == "-o default"
    assert (items, broken) == ("merge", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_says_where_to_put_it(backlog: Backlog, shell: str) -> None:
    """Each shell has a script, and a line in the help that turns it on."""
    assert "_BACKLOG_COMPLETE" in backlog("completion", shell).out
    assert re.search(rf"{shell} .*backlog completion {shell}", backlog("completion", "-h").out)
