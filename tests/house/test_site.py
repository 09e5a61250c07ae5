"""The site of the docs is built without a warning, and what makes it useless fails the build."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECIPE = ("--fail-on-warning", "--keep-going", "--nitpicky", "--quiet")
BROKEN = """\
# Broken

[A page](docs/nowhere.md), [an anchor](docs/unlisted.md#nowhere), [a file](examples/nowhere.yaml).
"""


def build(source: Path, target: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Build a folder with the configuration of the site, as `make site` does."""
    command = [sys.executable, "-m", "sphinx", *RECIPE, *options, "-c", str(ROOT / "docs")]
    return subprocess.run(
        [*command, str(source), str(target)], capture_output=True, text=True, check=False
    )


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    """Every link and anchor exists, every page is in the sidebar, and the folder opens."""
    done = build(ROOT, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "index.html").read_bytes() == (tmp_path / "README.html").read_bytes()
    pages = {page.relative_to(ROOT).with_suffix(".html") for page in (ROOT / "docs").rglob("*.md")}
    assert [page for page in pages if not (tmp_path / page).exists()] == []
    assert " ".join(RECIPE) in (ROOT / "Makefile").read_text("utf-8")


def test_what_makes_the_site_useless_fails_the_build(tmp_path: Path) -> None:
    """A link to nowhere, an anchor that does not exist, and a page that no sidebar lists."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(BROKEN, "utf-8")
    (tmp_path / "docs" / "unlisted.md").write_text("# Unlisted\n", "utf-8")
    done = build(tmp_path, tmp_path / "site", "--builder", "dummy")
    assert done.returncode != 0
    for problem in (
        "'docs/nowhere.md'",
        "local id not found in doc 'docs/unlisted': 'nowhere'",
        "'examples/nowhere.yaml'",
        "unlisted.md: WARNING: document isn't included in any toctree",
    ):
        assert problem in done.stderr
