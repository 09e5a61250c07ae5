"""Release notes: what counts, who is named, and text that must do nothing."""

import random
from dataclasses import replace
from datetime import date

from markdown_it import MarkdownIt

from backlog_sync.core.facts import MilestoneFact, PullRequestFact, WorkItem
from backlog_sync.reports.release_notes import release_notes
from backlog_sync.reports.render_notes import notes_markdown
from tests.reporting.builders import DONE, DROPPED, TODO, day, facts, item

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
V1 = {"milestone": "v1", "phase": DONE}


def pull(number: int, author: str, state: str = "merged") -> PullRequestFact:
    """A pull request."""
    return PullRequestFact(f"#{number}", "Change", state, f"https://x.example/{number}", author)


def shop() -> tuple[WorkItem, ...]:
    """A release with an epic, two features, a story with tasks, a bug, and what is left out."""
    return (
        item("shop", "epic"),
        item("pay", "feature", parent="shop", ref="#3", url="https://x.example/3"),
        item("card", parent="pay", points=5, pull_requests=(pull(21, "bo"),), **V1),
        item("cash", parent="pay", points=3, assignees=("cy",), **V1),
        item("find", "feature", parent="shop"),
        item("search", parent="find", closed=day(3), pull_requests=(pull(23, "eve"),), **V1),
        item("index", "task", parent="search", points=2, assignees=("di",), **V1),
        item("rank", "task", parent="search", points=1, pull_requests=(pull(24, "bo"),), **V1),
        item("sort", parent="find", milestone="v1", phase=TODO),
        item("rows", "task", parent="sort", points=8, **V1),
        item("dropped", parent="find", milestone="v1", phase=DROPPED, closed=day(1)),
        item("crash", "bug", pull_requests=(pull(30, "ann", "closed"),), assignees=("ann",), **V1),
        item("later", milestone="v2", phase=DONE, points=13, closed=day(40)),
    )


def notes_of(*items: WorkItem, **more: object) -> str:
    """The notes of v1."""
    due = MilestoneFact("v1", date(2026, 3, 31), description="The shop\nopens.\n\nMore.")
    return notes_markdown(
        release_notes(facts(*items, milestones=(due,)), "v1"), with_open=bool(more)
    )


def test_done_items_by_kind_with_pull_requests_and_people() -> None:
    """A story has what its tasks have; open, dropped and closed things are not named."""
    assert (
        notes_of(*shop())
        == """\
# v1

Due 2026-03-31. 4 items, 11 points, 3 pull requests, 4 people.

The shop opens.

## Stories

### Pay ([#3](https://x.example/3))

- Card in [#21](https://x.example/21) by bo
- Cash by cy

### Find

- Search in [#23](https://x.example/23), [#24](https://x.example/24) by eve, bo

## Bugs

- Crash by ann
"""
    )
    assert notes_of(*shop(), with_open=True).endswith("## Still open\n\n- Sort\n")


def test_headings_only_where_they_gather_something() -> None:
    """A heading for each line says too little; without anything done, the notes say so."""
    one_each = [one for one in shop() if one.key != "cash"]
    assert "###" not in notes_of(*one_each)
    assert notes_of(item("a", milestone="v1")) == (
        "# v1\n\nDue 2026-03-31. Nothing is done.\n\nThe shop opens.\n"
    )
    whole = notes_of(item("a", closed=day(2), **V1))
    assert f"Finished on {day(2)}. 1 item." in whole


def test_a_task_in_another_milestone_counts_for_itself() -> None:
    """A part that moved to another release, or outlived its story, is an entry there."""
    moved = (
        item("story", points=None, phase=DONE, milestone="v1", closed=day(90)),
        item("task", "task", parent="story", phase=DONE, milestone="v2", points=2, closed=day(4)),
        item("part", "task", parent="story", phase=DONE, milestone="v1", points=1, closed=day(91)),
    )
    first, second = (release_notes(facts(*moved), title).entries for title in ("v1", "v2"))
    assert [(entry.item.key, entry.points) for entry in first] == [("story", 1)]
    assert [(entry.item.key, entry.points) for entry in second] == [("task", 2)]
    since = release_notes(facts(*moved), since=day(30))
    assert [entry.item.key for entry in since.entries] == ["task"]
    assert since.title == f"Done since {day(30)}"
    assert release_notes(facts(*moved), "v2", since=day(30)).title == f"v2 since {day(30)}"
    given = facts(*moved[:1], replace(moved[1], milestone=None))
    assert [entry.item.key for entry in release_notes(given, since=day(30)).entries] == ["task"]


def test_people_are_only_mentioned_if_the_settings_allow_it() -> None:
    """`mentions: true` names people so that GitHub shows them; an odd login stays text."""
    two = (item("a", assignees=("bo",), **V1), item("b", assignees=("x[bot]",), **V1))
    text = notes_markdown(release_notes(facts(*two), "v1", mentions=True))
    assert "- A by @bo\n" in text
    assert "- B by x\\[bot\\]\n" in text
    assert "@" not in notes_markdown(release_notes(facts(*two), "v1"))


PIECES = (
    "`", "*", "_", "__", "[a](http://evil.example)", "![", "<b>", "<!--", "-->", "@ann", "#1",
    "GH-2", "~~", "$x$", "&lt;", "|", "\\", "# ", "- [ ] ", "1. ", "> ", "---", "===", "```",
    "http://evil.example", "www.evil.example", " ", "word", "::error::", "##[", "\u202e", "é", "+ ",
)  # fmt: skip


def test_hostile_titles_are_text() -> None:
    """Whatever a title says, it is one entry, and reads as it is."""
    rng = random.Random(3)
    for _ in range(300):
        title = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 9)))
        text = notes_of(item("a", title=f"{title}!", **V1), item("b", **V1))
        tokens = GITHUB.parse(text)
        shape = [token.type for token in tokens if token.nesting == 1]
        assert shape == [
            *("heading_open", "paragraph_open", "paragraph_open", "heading_open"),
            *("bullet_list_open", "list_item_open", "paragraph_open"),
            *("list_item_open", "paragraph_open"),
        ], (title, text)
        children = [child for token in tokens for child in token.children or ()]
        assert {child.type for child in children} <= {"text", "text_special", "softbreak"}, title
        shown = [t for t in tokens if t.type == "inline"][-2].children or ()
        plain = "".join(child.content for child in shown).replace("\u200b", "")
        expected = f"{title}!".strip().replace("\u202e", "\\u202e")
        assert plain == expected, title
        for live in ("@ann", "#1", "GH-2", "://", "www.", "##[", "::"):
            assert live not in text.partition("## Stories")[2], (title, text)
