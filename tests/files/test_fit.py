"""What is too long for GitHub: titles and texts are cut where a reader would, and say so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_sync.core.body import SplitBody, join, line_hashes, render
from backlog_sync.core.marker import Base, Marker
from backlog_sync.core.model import CheckItem, Checklist, DesiredItem, Prose
from backlog_sync.files.fit import MAX_BODY, MAX_TITLE, fitted, is_too_long, short_title
from tests.files.conftest import LoadText

WORDS = "Guests keep what they put into the cart although they close the page "


def _only(load_text: LoadText, text: str, *slugs: str) -> DesiredItem:
    loaded = load_text(text)
    assert [each.slug for each in loaded.diagnostics] == list(slugs)
    assert loaded.errors == ()
    assert loaded.desired is not None
    return loaded.desired.items[0]


def _body(block: tuple[Prose | Checklist, ...]) -> str:
    lines = render(block, source="docs/backlog.yaml", mentions=False)
    base = Base({"title": "a" * 16, "body": "b" * 16}, lines=line_hashes(lines))
    return join(SplitBody("", "", lines, Marker("backlog.yaml", "a", "0" * 16, base)))


def test_a_title_is_cut_at_a_word(load_text: LoadText) -> None:
    """The whole of it comes first in the body."""
    item = _only(load_text, f"stories: [{{title: {WORDS * 6}, goal: G}}]", "title-too-long")
    assert len(item.title) <= MAX_TITLE
    assert item.title.endswith("…")
    assert f"{item.title[:-1]} " in WORDS * 6
    assert item.block[0] == Prose("title", "Title", (WORDS * 6).strip(), partial=True)


@pytest.mark.parametrize("length", [1, 255, 256])
def test_a_title_that_fits_stays(length: int) -> None:
    """No sign is lost where none is too many."""
    assert short_title("x" * length) == "x" * length


@given(st.text(max_size=600))
def test_no_title_is_too_long(title: str) -> None:
    """Whatever it is made of; and it is on one line, the same each time."""
    cut = short_title(title)
    assert len(cut) <= MAX_TITLE
    assert cut == short_title(cut) == short_title(title)


def test_a_text_is_cut_at_a_paragraph(load_text: LoadText) -> None:
    """It says where the rest is; what stands behind it is kept."""
    paragraphs = [f"Paragraph {n}. {WORDS * 3}" for n in range(400)]
    lines = "".join(f"      {line.strip()}\n\n" for line in paragraphs)
    item = _only(
        load_text,
        f"stories:\n  - title: A\n    acceptance_criteria: [It works]\n    description: |\n{lines}",
        "body-too-long",
    )
    part = item.block[0]
    assert isinstance(part, Prose)
    *kept, rest = part.text.split("\n\n")
    assert kept == [line.strip() for line in paragraphs[: len(kept)]]
    assert rest == "*The text is cut here: the rest of it is in `backlog.yaml`.*"
    assert [each.text for each in item.criteria] == ["It works"]
    assert MAX_BODY * 0.85 < len(_body(item.block)) < MAX_BODY


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "x\n" * 60_000,
        "@a #1 <!-- backlog: " * 9_000,
        "- [ ] box\n" * 12_000,
        "```\n" + "code\n\n" * 20_000 + "```",
        "<details>\n\n" + "line\n\n" * 20_000 + "</details>",
    ],
    ids=["one-word", "short-lines", "mentions", "boxes", "fence", "details"],
)
def test_every_text_is_made_to_fit(text: str) -> None:
    """With what the marker remembers of its lines; and what was opened in it is closed."""
    block = fitted((Prose("description", "Description", text),), "b.yaml")
    body = _body(block)
    assert len(body) < MAX_BODY
    assert body.count("```") % 2 == 0
    assert body.count("<details>") == body.count("</details>")
    assert fitted((Prose("description", "Description", text),), "b.yaml") == block


def test_the_longest_text_is_cut_and_the_others_stay() -> None:
    """A goal of a line is not cut for a description of a book."""
    goal, book = Prose("goal", "Goal", "Short."), Prose("description", "Description", WORDS * 2000)
    block = fitted((goal, book), "b.yaml")
    assert block[0] == goal
    assert not is_too_long(block)


def test_criteria_are_never_left_out(load_text: LoadText) -> None:
    """Where they alone are too many their item is held, and lint says why."""
    boxes = tuple(CheckItem(f"{n} {WORDS}") for n in range(1200))
    block = (Checklist("acceptance_criteria", "Acceptance criteria", boxes),)
    assert fitted(block, "b.yaml") == block
    criteria = ", ".join(f"'{box.text}'" for box in boxes)
    text = f"stories: [{{title: A, acceptance_criteria: [{criteria}]}}]"
    assert len(_only(load_text, text, "body-too-long").criteria) == len(boxes)
