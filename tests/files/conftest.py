"""Ways to read a backlog that a test writes down."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from backlog_sync.files.load import Loaded, load
from backlog_sync.files.parsed import ParsedFile, Source
from backlog_sync.files.source import source_of
from backlog_sync.files.yaml.file import parse_yaml

RAW = re.compile(
    r"nput should|ield required|xtra inputs|alid (?:string|number|list)|nable to parse"
)
"""The words of the library that checks values, which mean nothing to the author of a file."""


class LoadText(Protocol):
    """Writes a file into a fresh repository and loads it."""

    def __call__(
        self,
        text: str,
        name: str = ...,
        *,
        repository: str | None = ...,
        project: str | None = ...,
        bullets: str | None = ...,
    ) -> Loaded:
        """Load the text as the only file of a backlog."""
        ...


@pytest.fixture
def load_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LoadText:
    """Load a text as the only file of a repository, in which the test then stands."""
    monkeypatch.chdir(tmp_path)

    def loaded(
        text: str,
        name: str = "backlog.yaml",
        *,
        repository: str | None = None,
        project: str | None = None,
        bullets: str | None = None,
    ) -> Loaded:
        (tmp_path / name).write_bytes(text.encode())
        result = load(
            [Path(name)], root=tmp_path, repository=repository, project=project, bullets=bullets
        )
        assert not [d for d in result.diagnostics if RAW.search(f"{d.message} {d.hint}")]
        return result

    return loaded


@pytest.fixture
def parse() -> Callable[[str], ParsedFile]:
    """Read a text as a YAML backlog called b.yaml."""

    def parsed(text: str) -> ParsedFile:
        source = source_of(text.encode(), Path("b.yaml"), "b.yaml")
        assert isinstance(source, Source)
        return parse_yaml(source)

    return parsed
