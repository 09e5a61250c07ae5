"""What two versions are compared over: files of the corpus, cases, examples, and scenarios."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared"
CASES = tuple(SHARED / "cases" / name for name in ("reading.py", "behaviour.py"))
"""Scripts that print a verdict for each of their cases."""

Job: TypeAlias = dict[str, Any]
"""A name, files by their paths, and the steps to take: `["run", "lint", …]`, `["serve"]` …"""

_REPO = ("--repo", "acme/roadmap")
_YAML = """\
version: 1
repository: acme/roadmap
project: {owner: acme, title: Roadmap}
milestones: [{title: Beta, due: 2027-03-31, description: For everybody}]
labels: [{name: risky, color: d93f0b, description: Look twice}]
epics:
  - id: pay
    title: Pay online
    milestone: Beta
    labels: [risky]
    features:
      - id: card
        title: Pay by card
        priority: High
        stories:
          - id: enter
            title: Enter a card
            story_points: 3
            acceptance_criteria: [Numbers are checked, {text: Nothing is stored, done: true}]
          - {id: keep, title: Keep a card, story_points: 5, depends_on: [enter]}
  - {id: help, title: Ask for help}
"""
_MARKDOWN = """\
# Roadmap

## Epic 1: Pay online

### Feature 1.1: Pay by card

#### Story 1.1.1: Enter a card
**Story Points**: 3
**Priority**: High

- [ ] Numbers are checked
- [x] Nothing is stored

#### Story 1.1.2: Keep a card
**Depends on**: Story 1.1.1
**Status**: In Progress
"""


def jobs(only: str = "") -> Iterator[Job]:
    """Give all jobs whose names begin with these letters."""
    for job in (*_corpus(), *_examples(), *_cases(), *_scenarios()):
        if job["name"].startswith(only):
            yield job


def _file(group: str, path: Path, *, name: str | None = None) -> Job:
    file = name or path.name
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    return _document(f"{group}/{file}", file, text)


def _document(name: str, file: str, text: str) -> Job:
    """Read, fix, plan, sync, sync again, and bring progress back, of one file."""
    return {
        "name": name,
        "files": {file: text},
        "steps": [
            ["run", "lint", file, "--format", "json", "--explain"],
            ["run", "lint", file],
            ["run", "lint", file, "--bullets", "items", "--format", "json"],
            [
                "run",
                "plan",
                file,
                "--sandbox",
                *_REPO,
                "--project",
                "acme/Roadmap",
                "--format",
                "json",
            ],
            ["run", "plan", file, "--sandbox", *_REPO, "-v"],
            ["run", "sync", file, "--sandbox", *_REPO, "--yes", "--format", "json"],
            ["run", "sync", file, "--sandbox", *_REPO, "--yes"],
            ["run", "drift", file, "--sandbox", *_REPO],
            ["run", "report", file, "--sandbox", *_REPO],
            ["run", "lint", file, "--fix"],
            ["run", "init", "--from", file, "--output", "made.yaml"],
        ],
    }


def _corpus() -> Iterator[Job]:
    for path in sorted((SHARED / "corpus").glob("[a-h]*.*")) + sorted(
        (SHARED / "corpus").glob("s?-*.md")
    ):
        yield _file("corpus", path)


def _examples() -> Iterator[Job]:
    for path in sorted((PROJECT / "examples").glob("*")):
        yield _file("examples", path)


def _cases() -> Iterator[Job]:
    """The texts that the cases of reading hold: every literal of two lines or more in them."""
    path = CASES[0]
    if not path.exists():
        return
    texts = {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for number, text in enumerate(sorted(each for each in texts if "\n" in each.strip())):
        ending = "yaml" if text.startswith(("version:", "stories:", "epics:", "items:")) else "md"
        yield _document(f"cases/{number:02}", f"case.{ending}", text)


def _scenarios() -> Iterator[Job]:
    for name, file, text in (
        ("yaml", "backlog.yaml", _YAML),
        ("markdown", "ROADMAP.md", _MARKDOWN),
    ):
        yield {
            "name": f"scenarios/people-{name}",
            "files": {file: text},
            "steps": [["serve"], *_people(file)],
        }
        yield {
            "name": f"scenarios/file-{name}",
            "files": {file: text},
            "steps": [["serve"], *_author(file)],
        }
    yield {
        "name": "scenarios/mistakes",
        "files": {"backlog.yaml": _YAML, "broken.yaml": "epics: [", "empty.md": ""},
        "steps": [["run", *each] for each in _MISTAKES],
    }


def _issue(number: int) -> str:
    return f"/repos/acme/roadmap/issues/{number}"


def _people(file: str) -> Iterator[list[Any]]:
    """Sync, then people work on GitHub, then every verb that looks or takes."""
    sync = ["run", "sync", file, *_REPO, "--yes"]
    yield [*sync, "--format", "json"]
    yield sync
    yield ["call", "PATCH", _issue(3), {"state": "closed"}]
    yield ["call", "PATCH", _issue(1), {"title": "Pay anywhere"}]
    yield ["call", "POST", f"{_issue(2)}/labels", {"labels": ["bug"]}]
    yield ["call", "DELETE", f"{_issue(3)}/labels/story"]
    yield ["call", "PATCH", _issue(2), {"assignees": ["somebody"]}]
    for words in (["plan"], ["plan", "--format", "json"], ["drift"], ["drift", "--format", "json"]):
        yield ["run", *words, file, *_REPO]
    yield ["run", "report", file, *_REPO, "--format", "markdown"]
    yield ["run", "pull", file, *_REPO, "--dry-run"]
    yield ["run", "pull", file, *_REPO]
    yield sync
    yield ["call", "PATCH", _issue(3), {"state": "open"}]
    yield sync
    yield sync
    yield ["call", "GET", "/repos/acme/roadmap/issues?state=all&per_page=100"]
    yield ["call", "GET", "/repos/acme/roadmap/labels?per_page=100"]
    yield ["run", "undo", *_REPO, "--yes"]


def _author(file: str) -> Iterator[list[Any]]:
    """Sync, then the author edits the file, step by step."""
    sync = ["run", "sync", file, *_REPO, "--yes"]
    yield sync
    yield ["edit", file, "Enter a card", "Type in a card"]
    yield ["run", "plan", file, *_REPO, "--out", "plan.json", "--format", "json"]
    yield ["run", "sync", file, *_REPO, "--plan", "plan.json", "--yes"]
    yield ["edit", file, "Numbers are checked", "Every number is checked"]
    yield ["edit", file, "Nothing is stored", "Nothing is kept"]
    yield ["run", "sync", file, *_REPO, "--yes", "--only", "keep"]
    yield sync
    yield ["edit", file, "Keep a card", ""]
    yield sync
    yield ["run", "sync", file, *_REPO, "--yes", "--prune", "close"]
    yield ["run", "sync", file, *_REPO, "--dry-run", "--check"]
    yield ["call", "GET", "/repos/acme/roadmap/issues?state=all&per_page=100"]


_MISTAKES = (
    ["plan", "nothing.md", "--sandbox"],
    ["plan", "broken.yaml", "--sandbox"],
    ["plan", "empty.md", "--sandbox", *_REPO],
    ["lint", "backlog.yaml", "--format", "sarif"],
    ["lint", "broken.yaml", "--format", "github"],
    ["sync", "--sandbox", "--only", "nobody"],
    ["sync", "--plan", "missing.json", "--sandbox"],
    ["report", "--sandbox", "--output", "report.csv"],
    ["schema"],
    ["completion", "bash"],
    ["doctor", "--sandbox"],
    ["--help"],
    ["sync", "--help"],
    ["plan", "--no-such-flag"],
)


if __name__ == "__main__":
    print("\n".join(json.dumps(job["name"]) for job in jobs()))
