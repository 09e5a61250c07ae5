"""How often a run reads the same text: each once, however many steps need it."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from graphql import DocumentNode

from backlog_sync.files.reading import markdown
from backlog_sync.files.syntax.markdown import read_outline
from backlog_sync.files.yaml.nodes import _Composer
from backlog_sync.github_api import documents
from github_sandbox import graphql
from tests.cli.conftest import Backlog

ROADMAP = """\
# Shop

## Epic: Checkout

- [ ] Keep a cart for thirty days
- [ ] Merge the carts of two devices
"""

EPICS = "".join(
    f"  - {{id: epic-{n}, title: Epic {n}, features: [{{id: part-{n}, title: Part {n}}}]}}\n"
    for n in range(6)
)


def _counted(
    texts: Counter[str], call: Callable[..., object], text_of: Callable[..., str]
) -> Callable[..., object]:
    """Return the same function, which counts the texts that it is called for."""

    def counting(*arguments: object, **options: object) -> object:
        result = call(*arguments, **options)
        texts[text_of(*arguments, result)] += 1
        return result

    return counting


@pytest.fixture(name="documents_read")
def _documents_read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The GraphQL documents that are printed by the client, and parsed by the server."""
    texts: Counter[str] = Counter()

    def printed(_: DocumentNode, text: str) -> str:
        return f"printed: {text}"

    def parsed(text: str, _: DocumentNode) -> str:
        return f"parsed: {text}"

    for cached in (documents._single, documents._repeated, documents._joined, graphql.prepare):
        cached.cache_clear()  # other tests sent the same documents
    for module, name, text_of in ((documents, "print_ast", printed), (graphql, "parse", parsed)):
        monkeypatch.setattr(module, name, _counted(texts, getattr(module, name), text_of))
    return texts


def test_a_sync_reads_each_text_once(
    folder: Path, backlog: Backlog, documents_read: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file before and after, and each document: not once for each check of a step."""
    file = folder / "backlog.yaml"
    before = file.read_text() + EPICS  # epics are created before features, five at once
    file.write_text(before)
    composed: Counter[str] = Counter()
    compose = _counted(composed, _Composer.run, lambda composer, _: composer.text)
    monkeypatch.setattr(_Composer, "run", compose)
    assert backlog("sync", "--sandbox", "--yes", "backlog.yaml").code == 0
    after = file.read_text()
    assert before != after
    assert composed == {before: 1, after: 1}
    assert set(documents_read.values()) == {1}


def test_a_sync_scans_a_roadmap_once(
    folder: Path, backlog: Backlog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is, and as it is written."""
    (folder / "ROADMAP.md").write_text(ROADMAP)
    scanned: Counter[str] = Counter()
    scan = _counted(scanned, read_outline, lambda text, _: text)
    monkeypatch.setattr(markdown, "read_outline", scan)
    assert backlog("sync", "--sandbox", "--yes", "ROADMAP.md").code == 0
    after = (folder / "ROADMAP.md").read_text()
    assert after != ROADMAP
    assert scanned == {ROADMAP: 1, after: 1}
