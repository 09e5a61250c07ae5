"""Build the site from README.md and docs with Sphinx: `make site` writes it into build/site.

The pages are plain Markdown for GitHub, without directives of Sphinx; only the navigation is here.
"""

import shutil
from pathlib import Path

from sphinx.application import Sphinx

NAVIGATION = {
    "Guides": [
        "docs/day-two",
        "docs/agents",
        "docs/sprints",
        "docs/files",
        "docs/board",
        "docs/other-tools",
        "docs/reports",
        "docs/sandbox",
    ],
    "GitHub": ["docs/github", "docs/action", "docs/drift", "docs/safety", "docs/limits"],
    "Reference": [
        "docs/cli",
        "docs/keys",
        "docs/messages",
        "An example roadmap <examples/roadmap>",
        "docs/corpus",
        "docs/bench",
        "docs/versions",
        "CHANGELOG",
    ],
    "Contributing": [
        "CONTRIBUTING",
        "SECURITY",
        "docs/lifecycle",
        "docs/adr/README",
        "docs/mutation",
    ],
}
"""The pages below each heading of the sidebar. The build fails if one is missing here."""

project = "backlog"
html_title = "backlog"
copyright = "2026 The backlog authors"  # noqa: A001
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = ["*.md", "docs/**/*.md", "docs/*.md", "examples/roadmap.md"]
exclude_patterns = [".*", "build", "src", "tests"]  # folders that need not be searched for pages
myst_heading_anchors = 4
smartquotes = False
html_theme = "furo"
html_copy_source = False
html_show_sphinx = False


def add_navigation(_app: Sphinx, name: str, source: list[str]) -> None:
    """Append the navigation to the first page, where GitHub shows a table of the pages."""
    if name == root_doc:
        for heading, pages in NAVIGATION.items():
            source[0] += toctree(f":caption: {heading}", *pages)
    elif name == "docs/adr/README":
        source[0] += toctree(":glob:", "0*")


def toctree(option: str, *pages: str) -> str:
    """Return the directive that puts pages into the sidebar."""
    return "\n".join(["", "```{toctree}", ":hidden:", option, "", *pages, "```", ""])


def add_index(app: Sphinx, problem: Exception | None) -> None:
    """Copy the first page to the name that web servers open for a folder."""
    if problem is None and app.builder.name == "html":
        shutil.copyfile(Path(app.outdir) / f"{root_doc}.html", Path(app.outdir) / "index.html")


def setup(app: Sphinx) -> None:
    """Connect the two to the build."""
    app.connect("source-read", add_navigation)
    app.connect("build-finished", add_index)
