"""Every command that README and docs show works, and prints what they show."""

import re
from collections.abc import Iterable
from pathlib import Path

import click
import pytest

from backlog_sync.errors import UsageError
from tests.house.doc_commands import (
    PAGES,
    ROOT,
    Block,
    arguments,
    check_options,
    reader,
    refreshed,
    steps,
    tokens,
)

COMMAND = re.compile(r"(?<!`)`(?:\$ )?(backlog [a-z-][^`]*)`(?!`)|^ {2,4}(backlog [a-z].*)$", re.M)
HINT = re.compile(r"""[`'](backlog [a-z-][^`'{}"\n]*)[`']""")
BROKEN = """\
```sh
backlog lint ROADMAP.md --wrong
backlog lint missing.yaml
rm -r home
```

<!-- exits with 4 -->
```console
$ backlog lint ROADMAP.md
no errors
```

<!-- not run: reads the network -->
```sh
backlog plan --nowhere | grep Plan
```
"""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_do_what_it_shows(page: Path) -> None:
    """Each one ends with its exit code and prints the output below it.

    `python -m tests.house.generated` writes what they print now into the pages.
    """
    text, problems = refreshed(page)
    assert problems == []
    assert text == page.read_text("utf-8"), "python -m tests.house.generated writes it again"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_within_sentences_exist(page: Path) -> None:
    """Commands and options in the text, and the examples of the help, are the program's own."""
    found = COMMAND.finditer(page.read_text("utf-8"))
    assert unknown(match[1] or match[2] for match in found) == []


def test_the_commands_of_messages_exist() -> None:
    """What a message, a hint or a comment of the program names for people to run."""
    files = sorted((ROOT / "src").rglob("*.py"))
    found = [match[1] for file in files for match in HINT.finditer(file.read_text("utf-8"))]
    assert unknown(found) == []
    assert len(found) > 50


def unknown(lines: Iterable[str]) -> list[str]:
    """Return the command lines that the program would refuse, with the reason."""
    problems = []
    for line in lines:
        words = [w for w in tokens(line.replace("\n", " ")) if w != "…" and w[0] not in "[<("]
        try:
            check_options(arguments(words) or [])
        except (click.UsageError, UsageError) as error:
            problems.append(f"{line}: {error}")
    return problems


def test_a_wrong_command_exit_code_or_output_is_found() -> None:
    """An unknown option, a code or an output that differ, and a command that may do harm."""
    with reader() as someone:
        text = someone.follow(BROKEN)
    found = [problem.partition("\n")[2].partition("\n")[0] for problem in someone.problems]
    assert found == [
        "exit code 2, not 0",
        "exit code 1, not 0",
        "is not run here: write a comment that says why",
        "exit code 0, not 4",
        "No such option '--nowhere'.",
    ]
    assert "$ backlog lint ROADMAP.md\n" in text
    assert "3 epics, 6 features" in text


def test_nearly_every_command_is_run() -> None:
    """A few blocks only are not run, and each says why it cannot be."""
    blocks = [
        step
        for page in PAGES
        for step in steps(page.read_text("utf-8"))
        if isinstance(step, Block) and step.kind in ("sh", "console")
    ]
    parsed = [block.reason for block in blocks if block.reason is not None]
    assert [reason for reason in parsed if len(reason.split()) < 3] == []
    assert len(parsed) <= 12 <= len(blocks)  # one more needs a better reason than these
