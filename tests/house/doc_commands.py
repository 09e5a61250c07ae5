"""Run the commands of README and docs as a reader would, and write what they print into the pages.

A block `sh` has commands, a block `console` has `$ commands` and their output; lines `…` stand for
lines that are left out. Comments before a block, which readers do not see, say what it needs:

    <!-- file: NAME -->     the block is a file of the reader's folder
    <!-- run: COMMANDS -->  what readers did before, and need not see
    <!-- people: STEPS -->  what others do on GitHub meanwhile, as in a simulator's fault file
    <!-- exits with 3 -->   the exit code of the block's last command, if it is not 0
    <!-- not run: WHY -->   the commands are only parsed: they need the network, or do not end

The commands of a page share a folder with the example roadmap as ROADMAP.md, an own simulator for
`--sandbox`, and another one in place of github.com.
"""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from unittest import mock

import click
import yaml
from pydantic import TypeAdapter

from backlog_sync.cli.main import cli
from backlog_sync.errors import UsageError
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.scenario import AnyStep
from github_sandbox.server import serve

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "adr").glob("*.md")),
]
REPOSITORIES = ("octo-org/widgets", "octo-org/pedal-works")
_COMMENT = r"<!-- (?P<note>file|run|people|exits with|not run)(?:: ?| )(?P<text>.*?)\s*-->"
_FENCE = r"^(?P<indent> *)```(?P<kind>[\w-]*)\n(?P<code>.*?)^(?P=indent)```"
_STEP = re.compile(f"{_COMMENT}|{_FENCE}", re.MULTILINE | re.DOTALL)
_OPERATORS = frozenset({"&&", "|", ">"})
_STEPS: TypeAdapter[AnyStep] = TypeAdapter(AnyStep)
_HARMLESS = frozenset({"cat", "cp", "curl", "export", "grep", "head", "mkdir", "mv", "sed"})
_HIDDEN = ("GITHUB_", "GH_", "BACKLOG_", "XDG_", "NO_COLOR", "CI")


@dataclass(slots=True)
class Block:
    """A block of commands, with what the comments before it say; `start` and `end` are its code."""

    kind: str
    code: str
    start: int
    end: int
    reason: str | None = None
    exit_code: int = 0


def steps(page: str) -> Iterator[Block | tuple[str, str]]:
    """Yield the blocks of commands of a page, and `(name, text)` for a file, in their order."""
    notes: dict[str, str] = {}
    for match in _STEP.finditer(page):
        if match["note"]:
            if match["note"] in ("run", "people"):
                yield Block(match["note"], match["text"], 0, 0)
            notes[match["note"]] = match["text"]
            continue
        if "file" in notes:
            yield notes["file"], match["code"]
        elif match["kind"] in ("sh", "console"):
            yield Block(
                match["kind"],
                match["code"],
                match.start("code"),
                match.end("code"),
                notes.get("not run"),
                int(notes.get("exits with", "0")),
            )
        notes = {}


def commands(block: Block) -> list[str]:
    """Return the command lines of a block, joined where they go on in the next line."""
    code = block.code.replace("\\\n", " ")
    lines = [line.strip() for line in code.splitlines()]
    if block.kind == "console":
        return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return [line for line in lines if line and not line.startswith("#")]


def tokens(line: str) -> list[str]:
    """Return the words and operators of a command line, without its comment."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|>")
    lexer.whitespace_split = True
    return list(lexer)


def arguments(words: Sequence[str]) -> list[str] | None:
    """Return what follows the program's name, up to the next operator; None without the name."""
    for index, word in enumerate(words):
        if word == "backlog" or word.endswith("bin/backlog"):
            rest = words[index + 1 :]
            ends = [at for at, other in enumerate(rest) if other in _OPERATORS]
            return list(rest[: ends[0]] if ends else rest)
    return None


def may_run(line: str) -> bool:
    """Return whether a line has only our command, which ends, and harmless ones of a shell."""
    words = tokens(line)
    starts = [0, *(at + 1 for at, word in enumerate(words) if word in ("&&", "|"))]
    programs = {Path(words[at]).name for at in starts}
    return programs <= {"backlog", *_HARMLESS} and "serve" not in words


def check_options(words: Sequence[str]) -> None:
    """Parse arguments without running anything; raises a usage error for what is unknown."""
    command: click.Command = cli
    context = click.Context(cli, info_name="backlog", **cli.context_settings)
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        _, found, rest = command.resolve_command(context, rest)
        assert found is not None
        command = found
        context = click.Context(
            command, info_name=command.name, parent=context, **command.context_settings
        )
    command.make_parser(context).parse_args(list(rest))


@dataclass(slots=True)
class Reader:
    """Somebody who follows a page in an own folder."""

    folder: Path
    github: Sandbox
    environment: dict[str, str]
    problems: list[str] = field(default_factory=list)

    def follow(self, page: str) -> str:
        """Run the commands of a page; return the page with what they print now."""
        parts: list[str] = []
        position = 0
        for step in steps(page):
            if not isinstance(step, Block):
                path = self.folder / step[0]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(step[1], "utf-8")
            elif step.kind == "people":
                self._watch(step.code)
            elif step.reason is not None:
                self._parse(step)
            else:
                printed = self._run(step)
                if step.kind == "console":
                    parts += [page[position : step.start], printed]
                    position = step.end
        return "".join([*parts, page[position:]])

    def _watch(self, deeds: str) -> None:
        """Let others act on GitHub."""
        for deed in yaml.safe_load(deeds):
            given = {"repository": REPOSITORIES[0], "after": 0, **deed}
            step = _STEPS.validate_python(given)
            step.act(Person(self.github, step.who, repository=step.repository))

    def _parse(self, block: Block) -> None:
        for line in commands(block):
            words = arguments(tokens(line))
            if words is None:
                continue
            try:
                check_options(words)
            except (click.UsageError, UsageError) as error:
                self.problems.append(f"{line}\n{error}")

    def _run(self, block: Block) -> str:
        """Run the commands of a block; return its code with what they print now."""
        lines = commands(block)
        written = [part.partition("\n")[2] for part in re.split(r"^\$ ", block.code, flags=re.M)]
        parts: list[str] = []
        for number, line in enumerate(lines, start=1):
            if block.kind != "run" and not may_run(line):
                self.problems.append(f"{line}\nis not run here: write a comment that says why")
                return block.code
            code, printed = self.run(line)
            expected = block.exit_code if number == len(lines) else 0
            if code != expected:
                self.problems.append(f"{line}\nexit code {code}, not {expected}\n{printed}")
            if block.kind == "console":
                known = written[number] if number < len(written) else ""
                parts.append(f"$ {line}\n{known if agrees(known, printed) else printed}")
        return "".join(parts)

    def run(self, line: str) -> tuple[int, str]:
        """Run a command line; return its exit code and what it prints on both streams."""
        words = tokens(line)
        if words[0] == "export":
            names = (word.partition("=") for word in words[1:])
            self.environment.update({name: value for name, _, value in names if value != "…"})
            return 0, ""
        if arguments(words) is None:
            return self._shell(line)
        code, printed = 0, ""
        while words and code == 0:
            end = words.index("&&") if "&&" in words else len(words)
            code, text = self._pipeline(words[:end])
            printed += text
            words = words[end + 1 :]
        return code, printed

    def _pipeline(self, words: Sequence[str]) -> tuple[int, str]:
        given = arguments(words)
        if given is None:
            return self._shell(shlex.join(words))
        code, output, errors = self._backlog(given, apart=bool({"|", ">"} & set(words)))
        for operator in ("|", ">"):
            if operator in words:
                rest = shlex.join(words[words.index(operator) + 1 :])
                text = rest if operator == "|" else f"cat > {rest}"
                _, output = self._shell(text, given=output)
        return code, errors + output

    def _shell(self, line: str, given: str = "") -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line], input=given, cwd=self.folder,
            env=self.environment, text=True, check=False, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.returncode, done.stdout

    def _backlog(self, words: Sequence[str], *, apart: bool) -> tuple[int, str, str]:
        """Run the command in this process, and answer yes where it would ask."""
        given = list(words)
        if given[:1] in (["sync"], ["undo"]) and not {"--yes", "--sandbox"} & set(given):
            given.append("--yes")
        output = TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True)
        errors = TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True)
        with (
            chdir(self.folder),
            mock.patch.dict(os.environ, self.environment, clear=True),
            mock.patch("sys.stdin", StringIO()),
            redirect_stdout(output),
            redirect_stderr(errors if apart else output),
        ):
            try:
                cli.main(given, prog_name="backlog")
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 1
        shown, other = (stream.buffer.getvalue().decode() for stream in (output, errors))
        return code, shown, other


def agrees(written: str, printed: str) -> bool:
    """Return whether the page shows what was printed; a line `…` stands for any lines."""
    parts = re.split(r"^ *…\n", written, flags=re.MULTILINE)
    pattern = r"(?:.*\n)*".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern, printed) is not None


@contextmanager
def reader() -> Iterator[Reader]:
    """Yield a reader with the example roadmap and a simulator in place of github.com."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())).resolve()
        home = folder / "home"
        home.mkdir()
        shutil.copyfile(ROOT / "examples" / "roadmap.md", folder / "ROADMAP.md")
        sandbox = stack.enter_context(Sandbox())
        for repository in REPOSITORIES:
            sandbox.ensure_repository(repository)
        address = stack.enter_context(serve(sandbox)).url
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_HIDDEN)}
        yield Reader(folder, sandbox, {**kept, **_environment(folder, address)})


def _environment(folder: Path, address: str) -> Mapping[str, str]:
    return {
        "HOME": str(folder / "home"),
        "XDG_STATE_HOME": str(folder / "home" / "state"),
        "XDG_CACHE_HOME": str(folder / "home" / "cache"),
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "GITHUB_API_URL": address,
        "GH_TOKEN": "x",
        "COLUMNS": "80",
        "BACKLOG_PACE": "off",
    }


def refreshed(page: Path) -> tuple[str, list[str]]:
    """Run the commands of a page; return it with what they print, and what went wrong."""
    text = page.read_text("utf-8")
    if not any(isinstance(step, Block) for step in steps(text)):
        return text, []
    with reader() as someone:
        return someone.follow(text), someone.problems


def main() -> None:
    """Write what the commands print now into every page."""
    for page in PAGES:
        text, problems = refreshed(page)
        page.write_text(text, "utf-8")
        print(*[f"{page.relative_to(ROOT)}: {problem}" for problem in problems], sep="\n", end="")


if __name__ == "__main__":
    main()
