"""Check boxes whose texts move, change and go: whose tick counts, and which box is which."""

from dataclasses import replace

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.model import DesiredItem, Settings
from backlog_sync.core.observed import ObservedIssue
from backlog_sync.core.plan import Plan, Verdict
from backlog_sync.core.planner import build_plan
from backlog_sync.core.progress import measure
from backlog_sync.core.ticks import reworded
from tests.core.builders import backlog, desired, item, observed


def lines(*texts: str) -> tuple[str, ...]:
    """Boxes with these texts; one that begins with `x ` is ticked."""
    return tuple(f"- [x] {t[2:]}" if t.startswith("x ") else f"- [ ] {t}" for t in texts)


def pairs(want: tuple[str, ...], have: tuple[str, ...]) -> list[tuple[str, str]]:
    """What was reworded, by text: now, before."""
    now, before = body_block.box_texts(lines(*want)), body_block.box_texts(lines(*have))
    return [(now[new], before[old]) for new, old in reworded(lines(*want), lines(*have)).items()]


@pytest.mark.parametrize(
    ("have", "want", "found"),
    [
        (("Deploys once", "b"), ("Deploys one", "b"), [("Deploys one", "Deploys once")]),
        (("a", "Fast enough now"), ("a", "Fast enough"), [("Fast enough", "Fast enough now")]),
        (("a", "b"), ("b", "a"), []),  # moved, not reworded
        (("a", "Works on staging"), ("a", "Costs less than 5 EUR"), []),  # another criterion
        (("a", "b", "Works now"), ("Works no", "a", "b"), []),  # not at the same place
        (("Works now",), ("Works now", "Works no"), []),  # added
        (("Works now", "Works no"), ("Works now",), []),  # removed
        (("a", "one text", "b", "two text"), ("a", "one texts", "b", "two texts"),
         [("one texts", "one text"), ("two texts", "two text")]),
    ],
)  # fmt: skip
def test_a_box_is_reworded_where_little_changed_at_its_place(
    have: tuple[str, ...], want: tuple[str, ...], found: list[tuple[str, str]]
) -> None:
    """One line went, one came between the same neighbours, and they are nearly alike."""
    assert pairs(want, have) == found


def plan_of(wanted: DesiredItem, there: ObservedIssue) -> Plan:
    """The plan of one item."""
    return build_plan(desired(wanted), observed(there))


def shown(plan: Plan) -> list[str]:
    """The boxes that the plan writes, as Markdown."""
    (body,) = [c.body for c in plan.changes if c.body]
    return [line for line in body_block.split(body).lines if line.startswith("- [")]


def ticked(there: ObservedIssue, *texts: str) -> ObservedIssue:
    """People tick these boxes."""
    body = there.body
    for text in texts:
        assert f"- [ ] {text}" in body
        body = body.replace(f"- [ ] {text}", f"- [x] {text}")
    return replace(there, body=body)


BASE = item("a", criteria={"Deploys at once": False, "Rolls back": False, "Tells why": False})


@pytest.mark.parametrize(
    ("criteria", "after"),
    [
        ({"Rolls back": False, "Tells why": False, "Deploys at once": False}, "moved"),
        ({"Deploys at one": False, "Rolls back": False, "Tells why": False}, "reworded"),
        ({"Deploys at once": True, "Rolls back": False, "Tells why": False}, "ticked in both"),
    ],
)
def test_a_tick_of_people_stays_with_its_criterion(criteria: dict[str, bool], after: str) -> None:
    """Whether the file moved the criterion, reworded it, or ticked it too."""
    (there,) = backlog(BASE)
    plan = plan_of(item("a", criteria=criteria), ticked(there, "Deploys at once"))
    first = "Deploys at one" if after == "reworded" else "Deploys at once"
    assert [line for line in shown(plan) if line.startswith("- [x]")] == [f"- [x] {first}"]
    assert plan.conflicts == ()


def test_a_removed_criterion_goes_with_its_tick() -> None:
    """The file owns which criteria there are; nothing of it is moved below."""
    (there,) = backlog(BASE)
    wanted = item("a", criteria={"Rolls back": False, "Tells why": False})
    plan = plan_of(wanted, ticked(there, "Deploys at once"))
    assert shown(plan) == ["- [ ] Rolls back", "- [ ] Tells why"]
    assert "Deploys" not in str([c.body for c in plan.changes])


def test_a_criterion_that_people_reworded_keeps_its_tick() -> None:
    """The file's words come back as drift, ticked; people's words move below the block."""
    (there,) = backlog(BASE)
    there = replace(there, body=there.body.replace("- [ ] Rolls back", "- [x] Rolls back."))
    plan = plan_of(BASE, there)
    assert [note.verdict for note in plan.drift] == [Verdict.DRIFT]
    assert shown(plan)[1] == "- [x] Rolls back"
    (body,) = [c.body for c in plan.changes if c.body]
    assert "- [x] Rolls back." in body_block.split(body).after


def test_what_was_reworded_and_ticked_flows_back_into_the_file() -> None:
    """Progress knows the criterion under its new words before a sync wrote them."""
    (there,) = backlog(BASE)
    wanted = item("a", criteria={"Deploys at one": False, "Rolls back": False, "Tells why": False})
    state = observed(ticked(there, "Deploys at once", "Tells why"))
    (told,) = measure(desired(wanted), state)
    assert told.ticks == {0: True, 2: True}


# ---- another rendering of the same text ------------------------------------------------------


def rendered_otherwise(there: ObservedIssue) -> ObservedIssue:
    """The issue as an older version of the tool might have written it."""
    parts = body_block.split(there.body)
    assert parts.marker is not None
    old = tuple(
        line.replace("### ", "#### ").replace("*Managed", "_Managed") for line in parts.lines
    )
    base = replace(parts.marker.base, lines=body_block.line_hashes(old))
    marker = replace(parts.marker, base=base)
    return replace(there, body=body_block.join(replace(parts, lines=old, marker=marker)))


def test_a_new_version_of_the_tool_alone_rewrites_no_body() -> None:
    """What the file says did not change, so what stands stays, however we would write it now."""
    (there,) = backlog(BASE)
    assert plan_of(BASE, rendered_otherwise(there)).changes == ()


def test_the_new_rendering_comes_with_the_next_change_of_the_file() -> None:
    """Then the block is written anyway, ticks kept."""
    (there,) = backlog(BASE)
    old = ticked(rendered_otherwise(there), "Rolls back")
    wanted = item("a", criteria={"Deploys at once": False, "Rolls back": False})
    (change,) = plan_of(wanted, old).changes
    assert "### Acceptance criteria" in body_block.split(change.body or "").lines
    assert shown(plan_of(wanted, old)) == ["- [ ] Deploys at once", "- [x] Rolls back"]
    assert plan_of(wanted, replace(old, body=change.body or "")).changes == ()


def test_ticks_go_both_ways_through_an_older_rendering() -> None:
    """A tick of the file is written into the block that stands; one of people reaches the file."""
    (there,) = backlog(BASE)
    old = ticked(rendered_otherwise(there), "Tells why")
    wanted = item("a", criteria={"Deploys at once": True, "Rolls back": False, "Tells why": False})
    (change,) = plan_of(wanted, old).changes
    block = body_block.split(change.body or "").lines
    assert "#### Acceptance criteria" in block
    assert {line for line in block if "[x]" in line} == {"- [x] Deploys at once", "- [x] Tells why"}
    (told,) = measure(desired(BASE), observed(old))
    assert told.ticks == {2: True}


def test_drift_in_an_older_rendering_is_reverted_in_the_present_one() -> None:
    """It is drift and not a conflict: the file's own text did not change."""
    (there,) = backlog(BASE)
    old = rendered_otherwise(there)
    old = replace(old, body=old.body.replace("- [ ] Rolls back\n", ""))
    plan = plan_of(BASE, old)
    assert ([n.name for n in plan.drift], plan.conflicts) == (["body"], ())
    assert shown(plan) == list(lines("Deploys at once", "Rolls back", "Tells why"))


def test_what_changes_how_the_text_is_written_is_a_change_of_the_file() -> None:
    """The setting `mentions` and the file's path stand in the block, and are pushed."""
    wanted = item("a", text="ask @ops")
    (there,) = backlog(wanted)
    plan = build_plan(desired(wanted, settings=Settings(mentions=True)), observed(there))
    assert [tuple(c.fields) for c in plan.changes] == [("body",)]
    moved = desired(wanted, sources=("docs/ROADMAP.md",))
    assert [tuple(c.fields) for c in build_plan(moved, observed(there)).changes] == [("body",)]


def test_a_body_that_github_owns_is_left_to_people() -> None:
    """With `ownership: {body: github}` the file acts only where it was changed itself."""
    settings = Settings(ownership={"body": "github"})
    (there,) = backlog(BASE)
    edited = replace(there, body=there.body.replace("- [ ] Rolls back\n", ""))
    plan = build_plan(desired(BASE, settings=settings), observed(edited))
    assert plan.changes == ()
    assert [n.reason for n in plan.drift] == ["changed on GitHub, which owns it"]
