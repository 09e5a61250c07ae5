"""Issues that earlier versions wrote, to the letter: read by this one, and left as they are."""

import pytest

from tests.surface.conftest import World

FILE = """\
id: shop
labels:
  - {name: ui, color: c2e0c6, description: What people see}
milestones:
  - {title: M1, due: 2027-02-01, description: The first release}
epics:
  - id: checkout
    title: Checkout
    goal: No cart is ever lost.
    stories:
      - id: keep
        title: Keep a cart
        description: Carts survive a restart.
        milestone: M1
        labels: [ui]
        acceptance_criteria:
          - The cart is there after a restart
          - The cart is there for thirty days
      - id: merge
        title: Merge two carts
        depends_on: [keep]
"""

TEXTS = {
    "Checkout": """\
<!-- backlog:begin -->
### Goal

No cart is ever lost.

*Managed from `backlog.yaml`; edit there, or below this line.*
<!-- backlog:end {} -->""",
    "Keep a cart": """\
<!-- backlog:begin -->
### Description

Carts survive a restart.

### Acceptance criteria

- [ ] The cart is there after a restart
- [ ] The cart is there for thirty days

*Managed from `backlog.yaml`; edit there, or below this line.*
<!-- backlog:end {} -->""",
    "Merge two carts": """\
<!-- backlog:begin -->
*Managed from `backlog.yaml`; edit there, or below this line.*
<!-- backlog:end {} -->""",
}
"""What each version wrote for this file; only the markers differ."""

MARKERS = {
    "identity, hashes, sets, lines, ticks, pending": {
        "Checkout": (
            '{"v":1,"id":"shop","key":"checkout","n":"6baed6ce7d67290c",'
            '"h":{"state":"661f0bd816fa","title":"789902f0e091"},"s":{"labels":["epic"]},'
            '"l":"5b66a08df779b919a0"}'
        ),
        "Keep a cart": (
            '{"v":1,"id":"shop","key":"keep","n":"05ad4d4c1b987d52",'
            '"h":{"milestone":"1391bfdec011","parent":"bfddccfd726b","state":"661f0bd816fa",'
            '"title":"3fb36c07e96c"},"s":{"labels":["story","ui"]},'
            '"l":"82cf083a3c6cc13d7d5d71fd114147b919a0","t":"2526580d-f689d51d-"}'
        ),
        "Merge two carts": (
            '{"v":1,"id":"shop","key":"merge","n":"f498b46181871a1a",'
            '"h":{"parent":"bfddccfd726b","state":"661f0bd816fa","title":"b82e115d8c8d"},'
            '"s":{"blocked_by":["keep"],"labels":["story"]},"l":"b919a0","p":["blocked_by"]}'
        ),
    },
    "the order of sub-issues": {
        "Checkout": (
            '{"v":1,"id":"shop","key":"checkout","n":"eeef101f5870ccf3",'
            '"h":{"state":"661f0bd816fa","title":"789902f0e091"},"s":{"labels":["epic"]},'
            '"l":"5b66a08df779b919a0","o":"630eaa84ba04"}'
        ),
        "Keep a cart": (
            '{"v":1,"id":"shop","key":"keep","n":"eaeb5142dede884d",'
            '"h":{"milestone":"1391bfdec011","parent":"bfddccfd726b","state":"661f0bd816fa",'
            '"title":"3fb36c07e96c"},"s":{"labels":["story","ui"]},'
            '"l":"82cf083a3c6cc13d7d5d71fd114147b919a0","t":"2526580d-f689d51d-"}'
        ),
        "Merge two carts": (
            '{"v":1,"id":"shop","key":"merge","n":"b6a1e9c7590e2bb3",'
            '"h":{"parent":"bfddccfd726b","state":"661f0bd816fa","title":"b82e115d8c8d"},'
            '"s":{"blocked_by":["keep"],"labels":["story"]},"l":"b919a0","p":["blocked_by"]}'
        ),
    },
    "the text as a whole, links within the first run": {
        "Checkout": (
            '{"v":1,"id":"shop","key":"checkout","n":"0b95c0812fdcc028",'
            '"h":{"body":"5f6ec7bdee80","state":"661f0bd816fa","title":"789902f0e091"},'
            '"s":{"labels":["epic"]},"l":"5b66a08df779b919a0","o":"630eaa84ba04"}'
        ),
        "Keep a cart": (
            '{"v":1,"id":"shop","key":"keep","n":"dfe1496ed649fcc2","g":1,'
            '"h":{"body":"75878f424cfc","milestone":"1391bfdec011","parent":"bfddccfd726b",'
            '"state":"661f0bd816fa","title":"3fb36c07e96c"},"s":{"labels":["story","ui"]},'
            '"l":"82cf083a3c6cc13d7d5d71fd114147b919a0","t":"2526580d-f689d51d-"}'
        ),
        "Merge two carts": (
            '{"v":1,"id":"shop","key":"merge","n":"78650e44194b5e10",'
            '"h":{"body":"2f5c489f5243","parent":"bfddccfd726b","state":"661f0bd816fa",'
            '"title":"b82e115d8c8d"},"s":{"blocked_by":["keep"],"labels":["story"]},'
            '"l":"b919a0"}'
        ),
    },
    "definitions": {
        "Checkout": (
            '{"v":1,"id":"shop","key":"checkout","n":"eda9279f448c0650",'
            '"h":{"body":"5f6ec7bdee80","state":"661f0bd816fa","title":"789902f0e091"},'
            '"s":{"labels":["epic"]},"l":"5b66a08df779b919a0","o":"630eaa84ba04",'
            '"d":{"m0fe0464f":["1","e312a238dbfb","51be7b5d844c"]}}'
        ),
        "Keep a cart": (
            '{"v":1,"id":"shop","key":"keep","n":"74e0f8d5ee056901",'
            '"h":{"body":"75878f424cfc","milestone":"1391bfdec011","parent":"bfddccfd726b",'
            '"state":"661f0bd816fa","title":"3fb36c07e96c"},"s":{"labels":["story","ui"]},'
            '"l":"82cf083a3c6cc13d7d5d71fd114147b919a0","t":"2526580d-f689d51d-"}'
        ),
        "Merge two carts": (
            '{"v":1,"id":"shop","key":"merge","n":"a0ac0c1b2c3be2c1",'
            '"h":{"body":"2f5c489f5243","parent":"bfddccfd726b","state":"661f0bd816fa",'
            '"title":"b82e115d8c8d"},"s":{"blocked_by":["keep"],"labels":["story"]},'
            '"l":"b919a0"}'
        ),
    },
}
"""Markers of version 1 by what was new in them, oldest first; copied, never computed."""


def as_written(world: World, markers: dict[str, str]) -> None:
    """Sync the file, then give each issue the very text that an earlier version gave it."""
    world.write(FILE)
    world.sync()
    for title, marker in markers.items():
        number = world.issue(title).number
        world.ann.edit(number, body=TEXTS[title].replace("{}", marker))


@pytest.mark.parametrize("form", MARKERS)
def test_what_an_earlier_version_wrote_is_left_alone(world: World, form: str) -> None:
    """Every marker is believed: no change, no drift, no conflict, and a sync writes nothing.

    Except for a parent whose marker has no order: the record of it is added once, unseen, because
    without it nobody could tell later whether people sorted its sub-issues.
    """
    as_written(world, MARKERS[form])
    plan = world.plan()
    parents = ["Checkout"] if '"o":' not in MARKERS[form]["Checkout"] else []
    assert [(change.title, change.is_refresh) for change in plan.changes] == [
        (title, True) for title in parents
    ]
    assert (plan.drift, plan.conflicts, plan.orphans) == ((), (), ())
    before = world.text
    assert world.mutations(world.run) == len(parents)
    assert world.text == before
    for title, text in TEXTS.items():
        visible = world.issue(title).body.replace("\r\n", "\n").partition("<!-- backlog:end")[0]
        assert text.startswith(visible)
    assert world.mutations(world.run) == 0


@pytest.mark.parametrize("form", MARKERS)
def test_the_base_of_an_earlier_version_counts(world: World, form: str) -> None:
    """A title that people changed is drift, one that the file changed is pushed: so it was read."""
    as_written(world, MARKERS[form])
    number = world.issue("Keep a cart").number
    world.ann.edit(number, title="Keep a cart safe")
    (note,) = world.plan().drift
    assert (note.name, note.observed) == ("title", "Keep a cart safe")
    world.ann.edit(number, title="Keep a cart")
    world.edit("title: Merge two carts", "title: Merge all carts")
    plan = world.plan()
    changed = [change.title for change in plan.changes if not change.is_refresh]
    assert (changed, plan.drift) == (["Merge all carts"], ())


def test_a_marker_of_a_newer_version_is_not_touched(world: World) -> None:
    """Its item is held: no byte of the issue changes, and no second one is created."""
    as_written(world, MARKERS["definitions"])
    number = world.issue("Keep a cart").number
    newer = world.issue("Keep a cart").body.replace('"v":1', '"v":2')
    world.ann.edit(number, body=newer)
    (note,) = world.plan().conflicts
    assert (note.key, note.ref) == ("keep", f"sandbox#{number}")
    assert "a newer version of backlog wrote them" in note.reason
    assert note.hint == "upgrade backlog"
    world.run()
    assert world.issue("Keep a cart").body == newer
    assert len(world.observe().issues) == len(TEXTS)
