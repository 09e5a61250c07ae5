"""Every line of a file has a verdict; an answer about its reading is put into its settings."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backlog_sync.core.accounts import Verdict, left_out
from backlog_sync.errors import FailedError
from backlog_sync.files.account import account, accounts
from backlog_sync.files.load import CONFIG, load, parse_source
from backlog_sync.files.outline_report import branches, doubts, merged
from backlog_sync.files.parsed import Source
from backlog_sync.files.source import source_of
from backlog_sync.files.write.reading import setting_lines, with_front, write_to_config
from backlog_sync.files.yaml.nodes import MapNode, compose
from tests.files.conftest import LoadText

ANSWER = {"reading": {"## Next": {"items": "task"}, '### *: a "b"': "story"}}

LINES = st.lists(
    st.sampled_from(
        ("# Plan", "## Epic 1: Quay", "### Story 1.1: Ropes", "## Next", "- Oars", "- [ ] Sweep",
         "", "**Points:** 3", "```", "---", "words", "  - deep", "| A | B |", "|---|---|",
         "| x | y |")
    ),
    max_size=25,
)  # fmt: skip


@given(LINES)
@settings(max_examples=150, deadline=None)
def test_every_line_has_one_verdict(lines: list[str]) -> None:
    """The lines of an account are those of the file, and what is not blank has a verdict."""
    text = "\n".join([*lines, "end"])
    source = source_of(text.encode(), Path("a.md"), "a.md")
    assert isinstance(source, Source)
    parsed = parse_source(source)
    assert parsed is not None
    found = account(parsed, {index: f"k-{index}" for index in range(len(parsed.items))})
    assert [line.text for line in found.lines] == text.split("\n")
    assert [line.number for line in found.lines] == list(range(1, len(lines) + 2))
    for line in found.lines:
        assert (line.verdict is Verdict.BLANK) == (not line.text.strip() or line.rule == "rule")
        assert (line.verdict is Verdict.ITEM) == (line.key is not None)
    told = sum(left.count for left in left_out([found]))
    assert found.taken + told == found.written


def test_lines_below_an_item_of_yaml_are_its_own(load_text: LoadText) -> None:
    """A mapping ends where something stands less deep."""
    loaded = load_text(
        "version: 1\nstories:\n  - title: Ropes\n    description: |\n      long\n\n      text\n"
        "milestones:\n  - Spring\n"
    )
    (found,) = accounts(loaded)
    verdicts = [line.verdict.value for line in found.lines]
    assert verdicts == ["frame", "frame", *["item"] * 3, "blank", "item", "frame", "frame"]


def test_headings_above_items_hold_them(load_text: LoadText) -> None:
    """A heading without a type is no line that was left where an item stands below it."""
    loaded = load_text("# Plan\n\n## Part\n\n### Story 1: A\n\n## Words\n\nText\n", "a.md")
    (found,) = accounts(loaded)
    by_text = {line.text: line.verdict for line in found.lines}
    assert by_text["# Plan"] is by_text["## Part"] is Verdict.FRAME
    assert by_text["## Words"] is Verdict.LEFT


def test_a_tree_has_every_item_below_its_parent(load_text: LoadText) -> None:
    """Done marks and ticks are those of the file."""
    loaded = load_text("## Epic 1: A\n\n### Story 1.1: B ✅\n\n- [x] c\n- [ ] d\n", "a.md")
    (epic,) = branches(loaded)
    (story,) = epic.below
    assert (epic.kind, story.kind, story.done, story.criteria, story.ticked) == (
        "epic", "story", True, 2, 1,
    )  # fmt: skip


def test_each_answer_changes_what_it_says(load_text: LoadText) -> None:
    """What a doubt offers gives as many items more as it tells, once it is declared."""
    text = "## Epic 1: A\n\n## Next\n\n- Oars\n- Ropes\n\n## Two\n\n| Thing | Why |\n|--|--|\n| Lamps | light |\n| Masts | wind |\n"  # noqa: E501
    loaded = load_text(text, "a.md")
    found = doubts(loaded, accounts(loaded))
    assert len(found) == 2
    for doubt in found:
        answer = next(iter(doubt.answers.values()))
        again = load_text(with_front(text, "a.md", answer), "a.md")
        assert len(again.keys) == len(loaded.keys) + doubt.gain == len(loaded.keys) + 2
        assert not doubts(again, accounts(again))[1:]
    whole = merged(next(iter(doubt.answers.values())) for doubt in found)
    again = load_text(with_front(text, "a.md", whole), "a.md")
    assert not doubts(again, accounts(again))


@pytest.mark.parametrize(
    "text",
    [
        "# A\n",
        "---\ntitle: x\n---\n# A\n",
        "---\r\nbacklog:\r\n  repository: o/w\r\n---\r\n# A\r\n",
        '---\nbacklog:\n  reading:\n    "## *": epic  # ours\n  repository: o/w\n---\n# A\n',
        "---\nbacklog: {repository: o/w}\n---\n# A\n",
    ],
)
def test_an_answer_is_added_to_front_matter(text: str) -> None:
    """All that was there stays, in its order, and the answer is read."""
    written = with_front(text, "a.md", ANSWER)
    behind = iter(written)
    kept = text.replace("backlog: {repository: o/w}", "")
    assert all(sign in behind for sign in kept)
    front = written.replace("\r\n", "\n").split("---\n")[1]
    node, faults = compose(front, "a.md")
    assert not faults
    assert isinstance(node, MapNode)
    assert ("\r\n" in written) == ("\r\n" in text)
    for line in setting_lines(ANSWER)[1:]:
        assert line.strip() in written


def test_an_answer_is_added_to_shared_settings(tmp_path: Path) -> None:
    """A new file, one with other settings, one with answers of before."""
    write_to_config(tmp_path, {"reading": {"## A": "epic"}})
    write_to_config(tmp_path, {"reading": {"## B": "story"}, "bullets": "items"})
    (tmp_path / "a.md").write_text("## A\n\n## B\n", encoding="utf-8")
    loaded = load([tmp_path / "a.md"], root=tmp_path)
    assert [item.kind for item in loaded.files[0].items] == ["epic", "story"]
    assert (tmp_path / CONFIG).read_text(encoding="utf-8").startswith("# Settings")


def test_settings_that_cannot_be_added_to_stay(tmp_path: Path) -> None:
    """A broken file is not made worse, and the error says what to do."""
    (tmp_path / "backlog").mkdir()
    (tmp_path / CONFIG).write_text("- a list\n", encoding="utf-8")
    with pytest.raises(FailedError, match="cannot be put in"):
        write_to_config(tmp_path, ANSWER)
    assert (tmp_path / CONFIG).read_text(encoding="utf-8") == "- a list\n"


def test_settings_and_comments_are_not_told_as_left(load_text: LoadText) -> None:
    """Front matter is settings, and nobody meant a comment to be an item."""
    text = "---\nbacklog:\n  repository: o/r\n---\n# Plan\n<!-- to be sorted -->\n## Story: Row\n"
    (told,) = accounts(load_text(text, "ROADMAP.md"))
    assert {line.verdict for line in told.lines} == {Verdict.FRAME, Verdict.KNOWN, Verdict.ITEM}


def test_a_file_without_any_item_is_asked_about(load_text: LoadText) -> None:
    """Headings and bullets that nothing makes items are doubtful, and both answers fit together."""
    text = "# Plan\n\n## On boats\n\n- Row by hand\n- Sail\n\n## On quays\n\nOld.\n\n- Paint\n"
    loaded = load_text(text, "a.md")
    found = doubts(loaded, accounts(loaded))
    assert [each.count for each in found] == [3, 2]
    assert found[0].answers == {"items": {"bullets": "items"}}
    answer = merged([found[0].answers["items"], found[1].answers["epic"]])
    again = load_text(with_front(text, "a.md", answer), "a.md")
    assert again.desired is not None
    assert [item.kind for item in again.desired.items].count("task") == 3
    assert [item.kind for item in again.desired.items].count("epic") == 2
