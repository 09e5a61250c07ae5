"""Releases in the simulator: drafts, publishing, and who sees them."""

from pathlib import Path

from github_sandbox.access import Grant
from tests.sandbox.conftest import REPOSITORY, World

PATH = f"/repos/{REPOSITORY}/releases"


def test_a_draft_is_seen_by_writers_until_it_is_published(world: World) -> None:
    """A draft has no tag to be found by; publishing gives it one, and everybody sees it."""
    draft = {"tag_name": "v1", "name": "One", "body": "Notes", "draft": True}
    made = world.send("POST", PATH, draft)
    assert made.status == 201
    number = made.json()["id"]
    assert made.json()["tarball_url"] is None
    assert "/untagged-" in made.json()["html_url"]
    world.sandbox.tokens["reader"] = Grant("eve", "read")
    writer, world.token = world.token, "reader"
    assert world.send("GET", PATH).json() == []
    assert world.send("GET", f"{PATH}/{number}").status == 404
    assert world.send("POST", PATH, draft).status == 403
    world.token = writer
    assert [each["name"] for each in world.send("GET", PATH).json()] == ["One"]
    assert world.send("GET", f"{PATH}/tags/v1").status == 404
    changed = world.send("PATCH", f"{PATH}/{number}", {"body": "Better notes"}).json()
    assert (changed["body"], changed["draft"], changed["name"]) == ("Better notes", True, "One")
    published = world.send("PATCH", f"{PATH}/{number}", {"draft": False}).json()
    assert published["published_at"] is not None
    world.token = "reader"
    assert world.send("GET", f"{PATH}/tags/v1").json() == published
    assert world.send("PATCH", f"{PATH}/{number}", {"body": "x"}).status == 403


def test_drafts_share_a_tag_and_published_releases_do_not(world: World) -> None:
    """GitHub lets several drafts have one tag, which makes looking for one necessary."""
    for _ in range(2):
        assert world.send("POST", PATH, {"tag_name": "v1", "draft": True}).status == 201
    assert world.send("POST", PATH, {"tag_name": "v1"}).status == 201
    refused = world.send("POST", PATH, {"tag_name": "v1"})
    assert refused.status == 422
    assert refused.json()["errors"][0]["code"] == "already_exists"
    newest = world.send("GET", PATH).json()
    assert [each["draft"] for each in newest] == [False, True, True]
    assert world.send("PATCH", f"{PATH}/{newest[2]['id']}", {"draft": False}).status == 422
    assert world.send("POST", PATH, {"name": "without a tag"}).status == 422
    assert world.send("DELETE", f"{PATH}/{newest[1]['id']}").status == 204
    assert len(world.send("GET", PATH).json()) == 2


def test_a_release_outlives_a_restart(tmp_path: Path) -> None:
    """A release is stored with the rest of the state; a text that is too long is refused."""
    world = World(tmp_path / "sandbox")
    made = world.send("POST", PATH, {"tag_name": "v1", "body": "x" * 125_000}).json()
    assert world.send("POST", PATH, {"tag_name": "v2", "body": "x" * 125_001}).status == 422
    world.sandbox.close()
    again = World(tmp_path / "sandbox")
    assert again.send("GET", PATH).json() == [made]
    again.sandbox.close()
