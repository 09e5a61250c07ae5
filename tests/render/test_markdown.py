"""The plan as GitHub Markdown: golden texts, sizes, and text that must do nothing."""

import os
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.changes import FieldChange
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.escape import inert
from backlog_sync.core.plan import Deferred, FieldNote, Orphan, Plan, PlanItem, Unread, Verdict
from backlog_sync.render.bounded import COMMENT_BYTES, SUMMARY_BYTES
from backlog_sync.render.markdown import plan_markdown
from tests.render.build import change

GOLDEN = Path(__file__).parent / "golden"
FULL = os.environ.get("BACKLOG_BARS") == "full"
COUNT = 10_000 if FULL else 300
GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@pytest.mark.parametrize("name", ["first_sync", "changed", "unchanged"])
def test_golden(name: str, plans: dict[str, Plan]) -> None:
    """The plan's Markdown is exactly the text that was looked at (BACKLOG_GOLDEN=1 writes it)."""
    path = GOLDEN / f"{name}.md"
    text = plan_markdown(plans[name])
    if os.environ.get("BACKLOG_GOLDEN") == "1":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


def test_what_needs_a_person_comes_first(plans: dict[str, Plan]) -> None:
    """Conflicts, then drift, then the items by epic, then the rest, the digest last."""
    text = plan_markdown(plans["changed"])
    order = [
        "Needs you: 1 field changed on both sides",
        "Needs you: 2 items",
        "Drift (sync reverts it)",
        "<details>",
        "<summary>3 definitions",
        "Deferred",
        "Digest",
    ]
    places = [text.index(word) for word in order]
    assert places == sorted(places)


# ---- size ----------------------------------------------------------------------------------


def large(count: int) -> Plan:
    """A plan that creates so many items."""
    items = [PlanItem("e", "epic", "日本語" * 60, None, None)]
    items += [PlanItem(f"s{n}", "story", f"{n} " + "日本語" * 60, "e", None) for n in range(count)]
    changes = [change(Action.CREATE, ChangeKind.ISSUE, i.key, i.title, "declared") for i in items]
    return Plan("octo-org/widgets", None, tuple(changes), tuple(items))


@pytest.mark.parametrize("limit", [2_000, COMMENT_BYTES, SUMMARY_BYTES])
def test_it_is_cut_in_bytes_with_a_note(limit: int) -> None:
    """A text that is too long ends at a row, sections closed, with what is left out counted."""
    plan = large(4_000)
    text = plan_markdown(plan, limit=limit)
    assert len(text.encode()) <= limit
    shown = text.count("\n| ➕")
    assert f"{4_001 - shown} more rows do not fit" in text
    assert text.count("<details>") == text.count("</details>")
    assert "Digest of this plan" in text
    assert limit < 5_000 or len(text.encode()) > limit - 2_000


def test_one_endless_text_is_a_glance(plans: dict[str, Plan]) -> None:
    """No single value or text is longer than a glance."""
    long = "x" * 60_000
    changed = change(
        Action.UPDATE,
        ChangeKind.ISSUE,
        "story-1.1.1",
        long,
        "changed",
        "#3",
        fields={
            "body": FieldChange("\n".join("ab" * 20 for _ in range(2000)), long),
            "title": FieldChange(long, long + "y"),
        },
    )
    text = plan_markdown(replace(plans["changed"], changes=(changed,)))
    assert len(text) < 8_000


# ---- text that must do nothing ----------------------------------------------------------------

PIECES = (
    "|",
    "\\|",
    "||",
    "`",
    "```",
    "~~~",
    "<b>",
    "</details>",
    "</summary>",
    "<!--",
    "-->",
    "<script>",
    "@octocat",
    "@octo-org/team",
    "#1",
    "octo-org/widgets#12",
    "GH-7",
    "gh-7",
    "fixes #3",
    "closes: #9",
    "resolves https://github.com/octo-org/widgets/issues/5",
    "www.example.com",
    "http://example.com",
    "mailto:ann@example.com",
    "ann@example.com",
    "[a](https://x.example)",
    "![a](https://x.example/a.png)",
    "<https://x.example>",
    "[[x]]",
    "[^1]",
    "::error::no",
    "::set-output name=a::b",
    "##[command]",
    "##[add-path]/tmp",
    "%0A::error::",
    "\n",
    "\r\n",
    "\u2028",
    "\x1b[31m",
    "\u202e",
    "\u200b",
    "*",
    "_",
    "**",
    "__",
    "~~",
    "$x$",
    "$$",
    "&",
    "&lt;",
    "&#64;ann",
    "&commat;ann",
    "\\@ann",
    "\\",
    "| --- |",
    "---",
    "===",
    "# ",
    "- ",
    "1. ",
    "> ",
    "\t",
    "    ",
    "- [ ] ",
    "é",
    "日本語",
    "👩‍👩‍👧",
    "a",
    "word",
    " ",
    ":tada:",
    "{{ x }}",
    "${{ secrets.X }}",
    "\ud800",
    "＠ann",
    "@",
    "#",
    "GH-",
)


def hostile(rng: random.Random) -> str:
    """A title that tries something."""
    return "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 12)))


def plan_of(texts: Sequence[str]) -> Plan:
    """A plan that says foreign text wherever a plan can."""
    a, b, c, d, e, f, g, h = texts
    items = (
        PlanItem("epic", a, b, None, None),
        PlanItem("story", "story", c, "epic", "#3"),
        PlanItem("lone", "task", d, None, None),
    )
    fields = {
        "title": FieldChange(a, b),
        f"x{g}": FieldChange([c], [d]),
        "body": FieldChange(f"{e}\n{f}", f"{f}\n{g}"),
    }
    update, issue = Action.UPDATE, ChangeKind.ISSUE
    changes = (
        change(Action.CREATE, ChangeKind.LABEL, h, h, "used"),
        change(
            update, ChangeKind.FIELD, g, g, "declared", fields={"options": FieldChange([a], [b])}
        ),
        change(Action.CREATE, issue, "epic", b, "declared"),
        change(update, issue, "story", c, e, "#3", fields=fields),
        change(Action.LINK, ChangeKind.DEPENDENCY, "story", c, "declared", other=f),
        change(Action.CLOSE, issue, "lone", d, e),
        change(Action.CLOSE, issue, "gone", h, e, "#9"),
    )
    note = FieldNote("story", c, f"f{a}", Verdict.CONFLICT, e, "#3", a, b, d)
    return Plan(
        "octo-org/widgets",
        f"octo-org/{a}",
        changes,
        items,
        drift=(note,),
        conflicts=(note,),
        orphans=(Orphan("gone", "#9", g, h),),
        unread=(Unread("left", "#8", g, h, a),),
        deferred=(Deferred(ChangeKind.FIELD, a, b, c),),
        warnings=(Warned(d, "slug", c, None, "#1"),),
    )


def shape(tokens: Sequence[Token]) -> list[str]:
    """The structure of a page: everything but its words."""
    found = []
    for token in tokens:
        if token.type == "inline":
            children = [c.type for c in token.children or () if c.type != "text"]
            tags = [c.content for c in token.children or () if c.type == "html_inline"]
            found.append(f"inline {[c for c in children if c != 'text_special']} {tags}")
        elif token.type == "html_block":
            found.append("html " + " ".join(re.findall(r"</?\w+", token.content)))
        else:
            found.append(token.type)
    return found


def shown(tokens: Sequence[Token]) -> str:
    """What a reader sees, and what GitHub looks through for mentions and references."""
    words = []
    for token in tokens:
        if token.type == "inline":
            words += [c.content for c in token.children or () if c.type in ("text", "text_special")]
        elif token.type == "html_block":
            words.append(re.sub(r"</?\w+>", " ", token.content))
        words.append("\n")
    return "".join(words)


LIVE = re.compile(
    r"(?<![\w`])@[\w]|(?<![&])#\d|\bGH-\d|://|\bwww\.|\bmailto:|::|##\[|[\x00-\x08\x0b-\x1f\u202e]",
    re.IGNORECASE,
)


def test_hostile_text_is_shown_and_does_nothing() -> None:
    """Whatever a title says: the same tables and tags, no link, mention, reference or command."""
    rng = random.Random(7)
    calm = shape(GITHUB.parse(plan_markdown(plan_of([f"t{n}" for n in range(8)]), note="note")))
    for _ in range(COUNT // 4):
        texts = [f"a{hostile(rng)}z{n}" for n in range(8)]
        text = plan_markdown(plan_of(texts), note=texts[0])
        assert text.encode("utf-8")
        tokens = GITHUB.parse(text)
        # How many lines of a body differ depends on its words; the rows do not.
        changed = [re.sub(r" \[.*<br>.*", "", line) for line in shape(tokens)]
        assert changed == [re.sub(r" \[.*<br>.*", "", line) for line in calm], texts
        found = LIVE.search(shown(tokens).replace("&amp;", "&"))
        assert found is None, (found, texts)
        assert not re.search(r"::|##\[", text)


def test_inert_text_reads_as_it_was() -> None:
    """What a reader sees is the text, but for breaks that show nothing and escaped controls."""
    for text in ("a | b", "<b>x</b>", "*x* _y_ `z`", "[a](b) ![c]", "$x$ ~y~ \\z", "a & b &lt;"):
        (_, inline, _) = GITHUB.parse(inert(text))
        assert inline.children is not None
        assert "".join(child.content for child in inline.children) == text


def test_hostile_text_is_rendered_in_time() -> None:
    """Twice the text takes no more than about twice the work: values are cut first."""
    rng = random.Random(11)
    for _ in range(20):
        texts = [hostile(rng) * 2_000 for _ in range(8)]
        assert len(plan_markdown(plan_of(texts)).encode()) < 100_000
