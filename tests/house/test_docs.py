"""The docs say what is: links lead somewhere, commands exist, tests say what they show."""

import ast
import re
from pathlib import Path

import pytest

from tests.house import sources

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
)
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s#]+)(#[^)\s]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link on a page leads to a file of this project."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [m[1] for m in LINK.finditer(text) if "://" not in m[1]]
    missing = [t for t in targets if not (page.parent / t).exists()]
    assert missing == []


@pytest.mark.parametrize("path", TESTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_tests_say_what_they_show(path: Path) -> None:
    """Every test has a docstring that states the behaviour it proves."""
    silent = [
        node.name
        for node in sources.nodes(sources.text(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_picture_is_shown() -> None:
    """No picture is left in docs that no page shows any more."""
    docs = ROOT / "docs"
    shown = {
        (page.parent / m[1]).resolve() for page in PAGES for m in LINK.finditer(page.read_text())
    }
    assert [p.name for p in (*docs.glob("*.png"), *docs.glob("*.svg")) if p not in shown] == []


def test_readme_names_the_test_command() -> None:
    """The continuous integration script finds the test command in the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"<!-- test-command -->\s*```sh\n.*pytest.*\n```", text)
