"""Small random changes to `core`, and whether a test fails: `python -m tests.mutants [PART …]`.

Cosmic Ray (`pip install 'backlog-sync[mutation]'`) says what can be changed where; of its places,
200 are drawn with a seed, and of what it does at a place one. Annotations are left out: nothing
asks for what changes there. Only the tests that run the changed line are run, of the directories in
`SELECTION`. Survivors are explained in `docs/mutation.md`; one that is not fails this program.

It takes about an hour. `--map FILE` keeps what is known of lines and tests for the next time.
"""

import argparse
import ast
import difflib
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from coverage import CoverageData

from tests.faults.seeded import ROOT, copied

CORE = Path("src/backlog_sync/core")
SELECTION = ("tests/core", "tests/engine", "tests/surface", "tests/counts")
WIDER = (
    "tests/cli/test_pull.py",
    "tests/cli/test_drift.py",
    "tests/cli/test_report.py",
    "tests/cli/test_saved_plans.py",
    "tests/render/test_report_sums.py",
)
"""Slower tests, for lines that none of the selection runs."""
SHAPES = "tests/core/test_values.py"
SEED, COUNT, LEAST = 13, 200, 0.9
SECONDS = 600
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0")
SURVIVORS = ROOT / "docs" / "mutation.md"

Tests = Mapping[int, frozenset[str]]


@dataclass(frozen=True)
class Mutant:
    """A change: where, what of Cosmic Ray's, and the module as it is then."""

    module: Path
    line: int
    operator: str
    before: str
    after: str

    @property
    def change(self) -> str:
        """The changed lines, as a diff shows them."""
        found = difflib.unified_diff(self.before.split("\n"), self.after.split("\n"), n=0)
        return "\n".join(row for row in found if row[:1] in "+-" and row[:3] not in ("+++", "---"))

    @property
    def name(self) -> str:
        """What it is known by in the list of survivors: the module and the new text."""
        new = [row[1:].strip() for row in self.change.split("\n") if row.startswith("+")]
        return f"{self.module.relative_to(CORE)}: {' '.join(new)}"


# ---- what can be changed -----------------------------------------------------------------------


def drawn(seed: int, count: int, parts: Sequence[str]) -> list[Mutant]:
    """So many mutants, each at a place of its own.

    A place is drawn by a hash of the seed and its text, so that a change elsewhere draws no others.
    """
    places = [
        (_lot(seed, module, line, column), module, line, names)
        for module in sorted((ROOT / CORE).rglob("*.py"))
        if not parts or any(part in str(module.relative_to(ROOT)) for part in parts)
        for (line, column), names in _places(module).items()
    ]
    found: list[Mutant] = []
    for lot, module, line, names in sorted(places, key=lambda each: each[:3]):
        operator, occurrence = sorted(names)[int(lot, 16) % len(names)]
        made = _mutant(module, line, operator, occurrence)
        if made is not None:
            found.append(made)
        if len(found) == count:
            break
    return found


def _lot(seed: int, module: Path, line: int, column: int) -> str:
    text = module.read_text("utf-8").split("\n")[line - 1]
    told = f"{seed} {module.relative_to(ROOT)} {column} {text}"
    return hashlib.sha256(told.encode()).hexdigest()


def _places(module: Path) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """What Cosmic Ray can do at which line and column, outside of annotations."""
    from cosmic_ray.commands.init import _all_work_items  # noqa: PLC0415 - an extra

    silent = _annotations(module.read_text("utf-8"))
    places: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for item in _all_work_items([module], {}):
        (change,) = item.mutations
        if not any(first <= change.start_pos < last for first, last in silent):
            found = places.setdefault(change.start_pos, [])
            found.append((change.operator_name, change.occurrence))
    return places


def _annotations(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where annotations begin and end."""
    found: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.AnnAssign | ast.arg):
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            found.append(node.returns)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
            # `Value = str | int`: a name for a type.
            names = [n for n in ast.walk(node.value) if isinstance(n, ast.Constant)]
            found.append(node.value if isinstance(node.value.op, ast.BitOr) and not names else None)
    return [
        ((e.lineno, e.col_offset), (e.end_lineno or e.lineno, e.end_col_offset or 0))
        for e in found
        if e is not None
    ]


def _mutant(module: Path, line: int, operator: str, occurrence: int) -> Mutant | None:
    from cosmic_ray.mutating import mutate_code  # noqa: PLC0415 - an extra
    from cosmic_ray.plugins import get_operator  # noqa: PLC0415 - an extra

    before = module.read_text("utf-8")
    after = mutate_code(before, get_operator(operator)(), occurrence)
    if after is None or after == before:
        return None
    return Mutant(module.relative_to(ROOT), line, operator, before, after)


# ---- which tests run which line ----------------------------------------------------------------


def mapped(copy: Path, file: Path) -> None:
    """Run the selection once and note which test runs which line. Raises where a test fails."""
    command = [*PYTEST, f"--cov={CORE}", "--cov-branch", "--cov-context=test", "--cov-report="]
    run = subprocess.run(
        [*command, *SELECTION], cwd=copy, env=_environment(copy) | {"COVERAGE_FILE": str(file)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        file.unlink(missing_ok=True)
        raise SystemExit(f"the tests fail without any change:\n{run.stdout[-2000:]}")


def tests_of(file: Path) -> dict[Path, Tests]:
    """The tests that run each line of each module, read from what was noted."""
    data = CoverageData(str(file))
    data.read()
    found: dict[Path, Tests] = {}
    for name in data.measured_files():
        lines = data.contexts_by_lineno(name)
        module = CORE / Path(name.rpartition("backlog_sync/core/")[2])
        found[module] = {
            line: frozenset(re.sub(r"\[.*|\|.*", "", each) for each in contexts if each)
            for line, contexts in lines.items()
        }
    return found


def _chosen(mutant: Mutant, tests: Mapping[Path, Tests]) -> list[str]:
    """The tests to run, the nearest first; all of a module for what is run when it is imported."""
    lines = tests.get(mutant.module, {})
    chosen = lines.get(mutant.line, frozenset())
    if not chosen and not _in_function(mutant):
        chosen = frozenset([SHAPES]).union(*lines.values())
    if not chosen:
        return list(WIDER)
    near = f"test_{mutant.module.stem}.py"
    return sorted(chosen, key=lambda test: (near not in test, "tests/core" not in test, test))


def _in_function(mutant: Mutant) -> bool:
    return any(
        isinstance(node, ast.FunctionDef)
        and node.body[0].lineno <= mutant.line <= (node.end_lineno or 0)
        for node in ast.walk(ast.parse(mutant.before))
    )


# ---- running them ------------------------------------------------------------------------------


def caught(mutant: Mutant, copy: Path, tests: Sequence[str]) -> str:
    """What noticed the change, in a copy of the project; nothing if nothing did."""
    file = copy / mutant.module
    file.write_text(mutant.after, "utf-8")
    try:
        return _failing(copy, tests)
    finally:
        file.write_text(mutant.before, "utf-8")


def _failing(copy: Path, tests: Sequence[str]) -> str:
    try:
        run = subprocess.run(
            [*PYTEST, "-x", *tests], cwd=copy, env=_environment(copy), timeout=SECONDS,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "it never ends"
    if run.returncode == 0:
        return ""
    told = [row for row in run.stdout.splitlines() if row.startswith(("FAILED", "ERROR"))]
    return told[0] if told else (run.stdout.strip().splitlines() or [run.stderr])[-1]


def _environment(copy: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}


def results(
    mutants: Sequence[Mutant], tests: Mapping[Path, Tests], folder: Path, jobs: int
) -> Iterator[tuple[Mutant, str]]:
    """Each mutant with what noticed it, in the order in which they were drawn."""
    free: SimpleQueue[Path] = SimpleQueue()
    for job in range(jobs):
        (folder / str(job)).mkdir()
        free.put(copied(folder / str(job)))

    def one(mutant: Mutant) -> str:
        copy = free.get()
        try:
            return caught(mutant, copy, _chosen(mutant, tests))
        finally:
            free.put(copy)

    with ThreadPoolExecutor(jobs) as pool:
        yield from zip(mutants, pool.map(one, mutants), strict=True)


def main() -> int:
    """Draw, run and print; 1 if too many survive, or one that is not explained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help="only modules whose paths hold one of these")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--map", type=Path, help="where lines and their tests are kept")
    asked = parser.parse_args()
    known = SURVIVORS.read_text("utf-8") if SURVIVORS.exists() else ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = (asked.map or folder / "map").resolve()
        if not file.exists():
            (folder / "map-copy").mkdir()
            mapped(copied(folder / "map-copy"), file)
        mutants = drawn(asked.seed, asked.count, asked.parts)
        survivors: list[Mutant] = []
        for mutant, told in results(mutants, tests_of(file), folder, asked.jobs):
            if not told:
                survivors.append(mutant)
            word = "caught" if told else "explained" if mutant.name in known else "SURVIVED"
            print(f"{word:9} {mutant.module}:{mutant.line} {mutant.operator}\n{mutant.change}")
            print(f"    {told[:150] or 'no test fails'}\n", flush=True)
    share = 1 - len(survivors) / max(1, len(mutants))
    new = [mutant.name for mutant in survivors if mutant.name not in known]
    print(
        f"seed {asked.seed}: {len(mutants) - len(survivors)} of {len(mutants)} caught, {share:.1%}"
    )
    print("".join(f"not explained: {each}\n" for each in new), end="")
    return int(share < LEAST or bool(new))


if __name__ == "__main__":
    sys.exit(main())
