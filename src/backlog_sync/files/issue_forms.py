"""Read the issue forms of a repository: what they write into the bodies of issues.

GitHub's documentation of issue forms: each is a YAML file in `.github/ISSUE_TEMPLATE`, and the
label of each field becomes a heading of the third level in the body of the issue.
"""

from collections.abc import Iterator
from pathlib import Path

from backlog_sync.core.inbox import IssueForm
from backlog_sync.files.parsed import Source
from backlog_sync.files.source import read_source
from backlog_sync.files.yaml.nodes import compose, to_plain

FOLDER = Path(".github/ISSUE_TEMPLATE")
_CHOOSER = "config"
"""The file that configures the page to choose a form on."""
_MOST = 100
"""Forms that are read; a repository has a handful."""


def issue_forms(root: Path) -> tuple[IssueForm, ...]:
    """Return the issue forms below the root of a repository; what cannot be read is left out."""
    files = sorted(
        file for file in (root / FOLDER).glob("*.y*ml")
        if file.suffix in (".yml", ".yaml") and file.stem != _CHOOSER
    )  # fmt: skip
    return tuple(form for file in files[:_MOST] if (form := _form(file)) is not None)


def _form(file: Path) -> IssueForm | None:
    source = read_source(file, file.name)
    node = compose(source.text, file.name)[0] if isinstance(source, Source) else None
    content = to_plain(node) if node is not None else None
    if not isinstance(content, dict):
        return None
    name = content.get("name")
    names = (file.name, file.stem, *([name] if isinstance(name, str) else []))
    return IssueForm(names, tuple(_headings(content.get("body"))))


def _headings(body: object) -> Iterator[str]:
    """Yield the labels of the fields of a form."""
    for element in body if isinstance(body, list) else ():
        if not isinstance(element, dict) or element.get("type") == "markdown":
            continue
        attributes = element.get("attributes")
        label = attributes.get("label") if isinstance(attributes, dict) else None
        if isinstance(label, str) and label.strip():
            yield label.strip()
