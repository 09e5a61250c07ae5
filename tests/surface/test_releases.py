"""One draft release with the notes: changed in place, never published, never a second one."""

import pytest

from backlog_sync.engine.releases import LONGEST, keep_release
from backlog_sync.errors import FailedError, RefusedError
from github_sandbox import faults, releases
from github_sandbox.access import Grant, Viewer
from github_sandbox.faults import FaultPlan
from github_sandbox.models import Release
from tests.surface.conftest import REPOSITORY, World


def keep(world: World, text: str = "# v1\n", tag: str = "v1") -> str:
    """Keep the notes in the draft, with a new client."""
    done, address = keep_release(world.tracker(), tag, "Version 1", text=text, mark="shop")
    assert "/releases/tag/" in address
    return done


def kept(world: World) -> list[Release]:
    """Every release, oldest first."""
    home = world.sandbox.repository(REPOSITORY)
    return list(world.sandbox.store.releases.get(home.id, {}).values())


def release(world: World, **values: object) -> Release:
    """A release that a person made."""
    viewer = Viewer(world.sandbox.store.accounts["ann"], Grant("ann"))
    home = world.sandbox.repository(REPOSITORY)
    return releases.create(world.sandbox.store, viewer, home, {"tag": "v1", **values})


def test_a_draft_is_kept_up_to_date(world: World) -> None:
    """Made once, changed in place, left alone if it is right; people's words and title stay."""
    assert keep(world) == "The draft release v1 was created"
    (draft,) = kept(world)
    assert (draft.is_draft, draft.name, draft.tag) == (True, "Version 1", "v1")
    before = len(world.sandbox.log)
    assert "is up to date" in keep(world)
    assert not any(entry.writes for entry in world.sandbox.log[before:])
    draft.name = "The first one"
    draft.body = f"{draft.body}\r\nThanks to all!\r\n"
    assert "updated" in keep(world, "# v1\n\n- More\n")
    (again,) = kept(world)
    assert again is draft
    assert draft.is_draft
    assert draft.name == "The first one"
    assert "- More" in (draft.body or "")
    assert "Thanks to all!" in (draft.body or "")
    keep(world, tag="v2")
    assert [one.tag for one in kept(world)] == ["v1", "v2"]


def test_what_is_published_or_not_ours_is_never_touched(world: World) -> None:
    """A published release is refused, and so is a draft with a text of somebody else."""
    theirs = release(world, is_draft=True, body="Ann's words")
    with pytest.raises(RefusedError, match="did not write") as refused:
        keep(world)
    assert refused.value.slug == "foreign-release"
    theirs.body = " \n"
    assert "updated" in keep(world)
    theirs.is_draft = False
    with pytest.raises(RefusedError, match="is published") as published:
        keep(world, "# other\n")
    assert published.value.slug == "release-published"
    assert "# other" not in (theirs.body or "")
    with pytest.raises(RefusedError, match="characters") as long:
        keep(world, "x" * LONGEST, tag="v2")
    assert long.value.slug == "release-too-long"
    assert len(kept(world)) == 1


@pytest.mark.parametrize("index", [1, 2, 3, 4])
def test_a_lost_answer_is_not_a_second_draft(world: World, index: int) -> None:
    """Sent again after a lost answer, it finds what the lost request made."""
    world.sandbox.faults = FaultPlan({index: faults.answer_lost()})
    keep(world)
    assert len(kept(world)) == 1


def test_a_draft_is_found_on_a_later_page(world: World) -> None:
    """A hundred newer releases do not hide it."""
    keep(world)
    for number in range(101):
        release(world, tag=f"w{number}")
    assert "is up to date" in keep(world)


def test_a_token_that_may_not_write_is_told_so(world: World) -> None:
    """Without push access drafts are not even seen; nothing is there afterwards."""
    world.sandbox.tokens["a-token"] = Grant("eve", "read")
    with pytest.raises(FailedError, match="v1") as refused:
        keep(world)
    assert "contents: write" in (refused.value.hint or "")
    assert kept(world) == []
