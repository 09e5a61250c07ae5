"""A numbered roadmap that is edited between syncs which write nothing back."""

from pathlib import Path

import pytest

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog

REPOSITORY = "octo-org/shop"


def roadmap(*titles: str) -> str:
    """A feature with these stories, numbered as they stand."""
    stories = "".join(f"#### Story 1.1.{n}: {t}\n\n" for n, t in enumerate(titles, 1))
    return f"# Roadmap\n\n## Epic 1: Shop\n\n### Feature 1.1: Carts\n\n{stories}"


@pytest.fixture
def sync(backlog: Backlog, folder: Path, server: Sandbox):  # type: ignore[no-untyped-def] # a closure
    """Sync a roadmap of these titles; give the number of each issue by its title."""
    (folder / "backlog.yaml").unlink()
    server.ensure_repository(REPOSITORY)

    def run(*titles: str) -> dict[str, int]:
        path = folder / "ROADMAP.md"
        path.write_text(roadmap(*titles), encoding="utf-8")
        target = ("--repo", REPOSITORY, "--project", "none", "--no-write-back", "--yes")
        ran = backlog("sync", str(path.name), *target)
        assert ran.code == 0, ran.out + ran.err
        again = backlog("sync", str(path.name), *target)
        assert "✓ No changes." in again.out, again.out
        stored = server.store.issues[server.repository(REPOSITORY).id].values()
        return {issue.title: issue.number for issue in stored}

    return run


def test_a_removed_story_s_issue_is_not_taken_over(sync, server: Sandbox) -> None:  # type: ignore[no-untyped-def] # see there
    """Removed, the next one renumbered, and then retitled: what people wrote stays with it."""
    made = sync("Keep a cart", "Merge two carts")
    ann = Person(server, "ann", repository=REPOSITORY)
    ann.comment(made["Merge two carts"], "Mind the guests.")
    assert sync("Merge two carts") == made
    now = sync("Merge the carts of two devices")
    assert now["Merge the carts of two devices"] == made["Merge two carts"]
    assert now["Keep a cart"] == made["Keep a cart"]
    assert len(now) == len(made)
    more = sync("Share a cart", "Merge the carts of two devices")
    assert more["Share a cart"] not in now.values()
    assert {title: more[title] for title in now} == now
