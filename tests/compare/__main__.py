"""Compare this checkout with an older one: `python -m tests.compare OLD_CHECKOUT [--only PREFIX]`.

Each difference is printed with its job, step and what differs, unless `listed.toml` allows it.
Exits with 1 if a difference is not listed, or if something is listed that did not occur.
"""

import argparse
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.compare.inputs import CASES, PROJECT, jobs

_LISTED = Path(__file__).with_name("listed.toml")
_CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), "<time>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "<server>"),
    (re.compile(r"Y3Vyc29y[\w+/]*=*"), "<cursor>"),  # base64 of "cursor:" and a moment
)
"""What differs from one run of the same version to the next."""

_SHOWN = 12
"""Lines of a difference that are printed: enough to know it, few enough to read hundreds."""


@dataclass
class Version:
    """One version of the program, in a process of its own."""

    checkout: Path
    process: "subprocess.Popen[str]" = field(init=False)

    @property
    def _entry(self) -> str:
        project = tomllib.loads((self.checkout / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["scripts"]["backlog"])

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("driver.py"), self._entry],
            env={**os.environ, "PYTHONPATH": str(self.checkout / "src")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        return self.process.stdin, self.process.stdout

    def verdicts(self, script: Path) -> "subprocess.Popen[str]":
        """Start a script of cases that runs the program given in `BACKLOG`, with this version."""
        module, _, name = self._entry.partition(":")
        program = Path(tempfile.mkdtemp(prefix="compare-")) / "backlog"
        program.write_text(
            f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(self.checkout / 'src')!r})\n"
            f"from {module} import {name}\nsys.exit({name}())\n",
            encoding="utf-8",
        )
        program.chmod(0o700)
        return subprocess.Popen(
            [sys.executable, script],
            env={**os.environ, "BACKLOG": str(program)},
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, job: dict[str, Any]) -> None:
        """Start a job; both versions work at the same time."""
        self._pipes[0].write(json.dumps(job) + "\n")
        self._pipes[0].flush()

    def result(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """Give the results of the job that was started; `exact` with what differs each time."""
        line = self._pipes[1].readline()
        if not line:
            raise SystemExit(f"{self.checkout}: the driver ended")
        for pattern, instead in () if exact else _CHANGING:
            line = pattern.sub(instead, line)
        read: list[dict[str, Any]] = json.loads(line)
        return read

    def close(self) -> None:
        """End the process."""
        self._pipes[0].close()
        self.process.wait(60)


@dataclass(frozen=True)
class Difference:
    """One thing that differs: the job, its step, what, and the lines that were and are."""

    job: str
    step: str
    what: str
    old: str
    new: str

    def __str__(self) -> str:
        lines = difflib.unified_diff(
            self.old.splitlines(), self.new.splitlines(), "old", "new", lineterm="", n=0
        )
        shown = [line[:300] for line in lines][2:]
        more = [f"… {len(shown) - _SHOWN} more lines"] if len(shown) > _SHOWN else []
        return "\n    ".join([f"{self.job}: {self.step}: {self.what}", *shown[:_SHOWN], *more])


def differences(
    name: str, old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> Iterator[Difference]:
    """Compare the results of one job, step by step."""
    for before, after in zip(old, new, strict=True):
        step = " ".join(map(str, before["step"]))
        for what in sorted(before.keys() | after.keys()):
            one, other = before.get(what), after.get(what)
            if isinstance(one, dict) and isinstance(other, dict):
                for part in sorted(one.keys() | other.keys()):
                    if one.get(part) != other.get(part):
                        yield Difference(
                            name,
                            step,
                            f"{what} {part}",
                            _text(one.get(part)),
                            _text(other.get(part)),
                        )
            elif one != other:
                yield Difference(name, step, what, _text(one), _text(other))


def verdicts(versions: list[Version], script: Path) -> Iterator[Difference]:
    """Compare what a script of cases finds good and bad."""
    for_both = [version.verdicts(script) for version in versions]
    old, new = (process.communicate()[0] for process in for_both)
    if old != new:
        yield Difference(f"cases/{script.stem}", "run", "verdicts", old, new)


def _text(value: object) -> str:
    """Lay a value out in lines, so that differences are small."""
    text = value if isinstance(value, str) else json.dumps(value)
    lines = []
    for line in text.splitlines():
        try:
            lines.append(json.dumps(json.loads(line), indent=1, ensure_ascii=False))
        except ValueError:
            lines.append(line)
    return "\n".join(lines)


@dataclass
class Listed:
    """A difference that is allowed, why, and how often it was seen."""

    job: re.Pattern[str]
    what: re.Pattern[str]
    line: re.Pattern[str]
    reason: str
    seen: int = 0

    def allows(self, difference: Difference) -> bool:
        """Whether each changed line of a difference is one that is listed."""
        where = f"{difference.step}: {difference.what}"
        if not (self.job.search(difference.job) and self.what.search(where)):
            return False
        old, new = Counter(difference.old.splitlines()), Counter(difference.new.splitlines())
        changed = (old - new) + (new - old)
        return all(self.line.search(line) for line in changed)


def listed() -> list[Listed]:
    """Read the differences that are allowed."""
    entries = tomllib.loads(_LISTED.read_text(encoding="utf-8")).get("difference", [])
    return [
        Listed(
            re.compile(each.get("job", "")),
            re.compile(each.get("what", "")),
            re.compile(each.get("line", "")),
            each["reason"],
        )
        for each in entries
    ]


def main() -> int:
    """Compare, print, and say whether anything differs that is not listed."""
    parser = argparse.ArgumentParser(prog="python -m tests.compare", description=__doc__)
    parser.add_argument("old", type=Path, help="checkout of the older version")
    parser.add_argument("--only", default="", help="jobs whose names begin so, such as corpus/a01")
    options = parser.parse_args()
    versions = [Version(options.old.resolve()), Version(PROJECT)]
    allowed, unlisted, steps, count = listed(), 0, 0, 0

    def report(found: Iterator[Difference]) -> None:
        nonlocal unlisted
        for difference in found:
            entry = next((each for each in allowed if each.allows(difference)), None)
            if entry is not None:
                entry.seen += 1
            else:
                unlisted += 1
                print(difference, flush=True)

    for job in jobs(options.only):
        for version in versions:
            version.begin(job)
        old, new = (version.result() for version in versions)
        count, steps = count + 1, steps + len(new)
        report(differences(job["name"], old, new))
    for script in CASES:
        if f"cases/{script.stem}".startswith(options.only) and script.exists():
            report(verdicts(versions, script))
    for version in versions:
        version.close()
    unused = [] if options.only else [each for each in allowed if not each.seen]
    for each in allowed:
        print(f"listed, {each.seen} times: {each.reason}")
    print(f"{count} inputs, {steps} steps, {unlisted} differences that are not listed")
    return 1 if unlisted or unused else 0


if __name__ == "__main__":
    sys.exit(main())
