"""The plan that a person reads."""

import os
import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.changes import Change, FieldChange, LinkSubIssue, RefreshBase
from backlog_sync.core.diagnostics import Place, Warned
from backlog_sync.core.plan import Plan, PlanItem
from backlog_sync.render.canvas import Look
from backlog_sync.render.text import plan_text, summary_text
from tests.growth import grows_like
from tests.render.build import change, values

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = "\x1b[31mred\x07\r\n::error::x ##[command]y \u202eevil\u2066 \ud800 \u200b \x9b2J"


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", ["first_sync", "changed", "unchanged"])
def test_a_plan_looks_as_it_was_agreed(plans: dict[str, Plan], name: str, width: int) -> None:
    """The text of each plan is the golden file, read by a person (BACKLOG_GOLDEN=1 writes it)."""
    path, text = GOLDEN / f"{name}-{width}.txt", plan_text(plans[name], Look(width=width))
    if os.environ.get("BACKLOG_GOLDEN") == "1":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("width", [40, 57, 80, 81, 120])
@pytest.mark.parametrize("name", ["first_sync", "changed", "unchanged"])
@pytest.mark.parametrize("look", [{}, {"ascii": True}, {"full": True}])
def test_no_line_is_wider_than_the_terminal(
    plans: dict[str, Plan], name: str, width: int, look: dict[str, bool]
) -> None:
    """Every line fits the columns, counted as a terminal counts them, and has no loose end."""
    for line in plan_text(plans[name], Look(width=width, **look)).splitlines():
        assert cell_len(line) <= width
        assert line == line.rstrip()


def test_warnings_that_can_be_many_are_one_line() -> None:
    """A single one keeps its place and number; thirty are a count, the first few and the option."""
    warned = [
        Warned("has the title", "same-title", "", Place("a.md", n), f"#{n}", f"Story {n}")
        for n in range(1, 31)
    ]
    many, one = (Plan("o/r", None, (), warnings=tuple(each)) for each in (warned, warned[:1]))
    text = " ".join(plan_text(many, Look()).split())
    assert "30 items have the titles of existing issues, and there will be two of each: St" in text
    assert "`--adopt` takes these issues" in text
    assert ": Story 1 (#1), Story 2 (#2), Story 3 (#3) and 27 more" in text
    assert "has the title" not in text
    assert "Story 30 (#30)" in " ".join(plan_text(many, Look(full=True)).split())
    assert "! a.md:1:1: #1: has the title" in plan_text(one, Look())


def test_colour_only_where_it_is_asked_for(plans: dict[str, Plan]) -> None:
    """Without colour there is no escape; with it the characters are the same."""
    plain = plan_text(plans["changed"], Look())
    colored = plan_text(plans["changed"], Look(color=True))
    assert "\x1b" not in plain
    assert "\x1b[32m" in colored
    assert _without_styles(colored) == plain


def _without_styles(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def test_ascii_where_the_encoding_knows_no_more(plans: dict[str, Plan]) -> None:
    """With ASCII signs, all that we add ourselves is ASCII."""
    assert plan_text(plans["changed"], Look(ascii=True)).isascii()


def test_the_summary_agrees_with_the_plan(plans: dict[str, Plan]) -> None:
    """The counts of the last line are those of `Plan.summary`."""
    counts = plans["first_sync"].summary()
    text = " ".join(summary_text(plans["first_sync"], Look()).split())
    assert f"Plan: {counts['create']} to create, {counts['link']} links" in text
    assert "6 labels, 2 milestones, 1 board, 2 fields" in text
    assert "to update" not in text


def test_nothing_to_do_is_one_line(plans: dict[str, Plan]) -> None:
    """An empty plan is a single friendly line."""
    text = plan_text(plans["unchanged"], Look())
    assert text == "✓ No changes. octo-org/widgets matches the file (24 items, 62 points).\n"


def test_verbose_shows_every_field_of_a_new_item(plans: dict[str, Plan]) -> None:
    """With full detail, labels, board values and criteria of creations are listed."""
    text = plan_text(plans["first_sync"], Look(full=True))
    assert "Priority" in text
    assert "+ [ ] It works" in text or "+ It works" in text


def hostile_parts(of: Change) -> dict[str, Any]:
    """A hostile value in every part of a change of its own that takes one."""
    parts: dict[str, Any] = dict.fromkeys(
        {each.name for each in fields(of)} & {"parent", "blocker", "name", "before", "after"},
        HOSTILE,
    )
    if "fields" in {each.name for each in fields(of)}:
        after, body = FieldChange(HOSTILE, [HOSTILE]), FieldChange("", HOSTILE)
        parts["fields"] = {HOSTILE: after, "body": body}
    return parts


def hostile_plan(plans: dict[str, Plan]) -> Plan:
    """The big plan with a hostile value in every place that takes one."""
    plan = plans["changed"]
    return replace(
        plan,
        repository=HOSTILE,
        project=HOSTILE,
        items=tuple(replace(i, title=HOSTILE, kind=HOSTILE, key=i.key) for i in plan.items),
        changes=tuple(
            replace(c, title=HOSTILE, reason=HOSTILE, **hostile_parts(c)) for c in plan.changes
        ),
        drift=tuple(
            replace(n, title=HOSTILE, name=HOSTILE, reason=HOSTILE, observed=HOSTILE)
            for n in plan.drift
        ),
        conflicts=tuple(
            replace(n, title=HOSTILE, reason=HOSTILE, observed=HOSTILE, desired="x")
            for n in plan.conflicts
        ),
        orphans=tuple(replace(o, title=HOSTILE) for o in plan.orphans),
        unread=tuple(
            replace(u, title=HOSTILE, place=HOSTILE, reading=HOSTILE) for u in plan.unread
        ),
        deferred=tuple(
            replace(d, key=HOSTILE, reason=HOSTILE, hint=HOSTILE) for d in plan.deferred
        ),
        warnings=tuple(
            replace(w, message=HOSTILE, hint=HOSTILE, ref=HOSTILE) for w in plan.warnings
        ),
    )


@pytest.mark.parametrize("ascii_only", [False, True])
def test_hostile_values_stay_text(plans: dict[str, Plan], ascii_only: bool) -> None:
    """No control, bidi or invisible character and no workflow command gets through."""
    text = plan_text(hostile_plan(plans), Look(ascii=ascii_only))
    for line in text.splitlines():
        assert cell_len(line) <= 80
        assert not line.lstrip().startswith(("::", "##["))
    for forbidden in ("\x1b", "\x07", "\r", "\u202e", "\u2066", "\ud800", "\x9b", "##[", "::"):
        assert forbidden not in text
    assert "\\x1b[31mred" in text
    text.encode("utf-8")


def many(count: int) -> Plan:
    """A first sync of `count` stories below ten epics."""
    items = [PlanItem(f"epic-{n}", "epic", f"Epic {n}", None, None) for n in range(10)]
    for n in range(count - 10):
        title = f"Story number {n} with a title of the usual length"
        items.append(PlanItem(f"s-{n}", "story", title, f"epic-{n % 10}", None, points=n % 8))
    return Plan(
        "o/r",
        None,
        tuple(change(Action.CREATE, ChangeKind.ISSUE, i.key, i.title, "declared") for i in items),
        tuple(items),
    )


def test_five_hundred_items_are_one_line_each() -> None:
    """A big first sync is one line an item, grouped by epic, and four times as many cost that."""
    grows_like(lambda plan: plan_text(plan, Look()), many(500), many(2_000), times=4)
    lines = plan_text(many(500), Look()).splitlines()
    assert sum(1 for line in lines if line.lstrip().startswith("+ ")) == 500
    assert len(lines) < 520
    assert lines[-1] == "Plan: 500 to create"


def test_unchanged_items_are_not_listed() -> None:
    """Of 500 items with one change, only that one and what stands above it are shown."""
    plan = many(500)
    items = tuple(replace(item, ref=f"#{n}") for n, item in enumerate(plan.items, 1))
    (changed,) = values("s-7", "Story", "changed", "#18", Story_Points=FieldChange(3.0, 5.0))
    text = plan_text(replace(plan, changes=(changed,), items=items), Look())
    assert "Story Points  3 → 5" in text
    assert text.count("story") == 1
    assert text.count("epic") == 1
    assert "499 unchanged" in text


@pytest.mark.parametrize("order", [list, lambda items: list(reversed(items))])
def test_a_cycle_of_parents_does_not_hang(
    order: Callable[[list[PlanItem]], list[PlanItem]],
) -> None:
    """Whatever the tree is like, drawing it ends."""
    items = order([PlanItem("a", "epic", "A", "b", None), PlanItem("b", "epic", "B", "a", None)])
    made = change(Action.CREATE, ChangeKind.ISSUE, "a", "A", "declared")
    assert "Plan: 1 to create" in plan_text(Plan("o/r", None, (made,), tuple(items)), Look())


def test_a_move_below_another_parent_shows_both() -> None:
    """An existing item that moves tells the parent it had and the one it gets."""
    items = (
        PlanItem("e1", "epic", "One", None, "#1"),
        PlanItem("e2", "epic", "Two", None, "#2"),
        PlanItem("s", "story", "Moves", "e2", "#3"),
    )
    changed = LinkSubIssue("s", "Moves", "is below it", "#3", parent="e2", replaces="e1")
    text = plan_text(Plan("o/r", None, (changed,), items), Look())
    assert "parent  e1 → e2" in text


def test_a_refresh_of_hidden_records_is_no_change() -> None:
    """Moves of the base alone are told in one dim line, and nothing is listed."""
    changed = RefreshBase("s", "S", "follows", "#3", body="x", body_seen="y")
    plan = Plan("o/r", None, (changed,), (PlanItem("s", "story", "S", None, "#3"),))
    assert plan_text(plan, Look()).splitlines() == [
        "✓ No changes. o/r matches the file (1 item).",
        "  1 internal record will be updated.",
    ]


# ---- terminals and pipes -------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_terminal_shows_the_lines_of_the_tree(plans: dict[str, Plan], width: int) -> None:
    """Guides lead from an item to those below it, and no line gets wider for them."""
    text = plan_text(plans["changed"], Look(width=width, guides=True))
    assert "│ └ ~ story  Keep" in text
    assert all(cell_len(line) <= width for line in text.splitlines())
    plain = plan_text(plans["changed"], Look(width=width, guides=True, ascii=True))
    assert "| ` ~ story  Keep" in plain
    assert plain.isascii()


def test_a_pipe_gets_each_item_whole_on_one_line(plans: dict[str, Plan]) -> None:
    """However long a title is, its line has all of it and the key, without styles or guides."""
    endless = "word " * 400 + "日本語" * 100 + "x" * 3_000
    plan = plans["first_sync"]
    items = tuple(replace(item, title=endless) for item in plan.items)
    look = Look(width=80, uncut=True)
    lines = plan_text(replace(plan, items=items), look).splitlines()
    rows = [line for line in lines if re.match(r" +\+ (epic|feature|story) ", line)]
    assert len(rows) == len(items)
    assert all(
        endless.strip() in row and item.key in row for item, row in zip(items, rows, strict=True)
    )
    assert "…" not in "".join(rows)


def test_brackets_of_a_title_are_no_markup(plans: dict[str, Plan]) -> None:
    """What rich would take for a style in its own texts is shown as it is written."""
    title = "[bold]loud[/bold] [link=https://x.example]click[/link] [/] :smile: [red"
    items = tuple(replace(item, title=title) for item in plans["first_sync"].items)
    for look in (Look(width=200), Look(width=200, color=True, guides=True), Look(uncut=True)):
        shown = _without_styles(plan_text(replace(plans["first_sync"], items=items), look))
        assert shown.count(title) >= len(items)
