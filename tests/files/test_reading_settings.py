"""`reading:`: what is wrong with its lines, and words for a status that the settings declare."""

from pathlib import Path

import pytest

from backlog_sync.core.model import DesiredItem, IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.files.load import Loaded
from backlog_sync.files.write.progress import write_back
from tests.files.conftest import LoadText

STATUSES = '{Shipped: Done, "in the works": In Progress, Blessed: Waiting}'


def _roadmap(reading: str, body: str = "## Epic 1: A\n") -> str:
    fields = "{Status: {type: single_select, options: [Todo, In Progress, Waiting, Done]}}"
    settings = f"  project: {{owner: o, title: T, fields: {fields}}}\n  reading:\n{reading}"
    return f"---\nbacklog:\n{settings}---\n# R\n\n{body}"


def _items(loaded: Loaded) -> dict[str, DesiredItem]:
    assert loaded.desired is not None, loaded.diagnostics
    return {item.key: item for item in loaded.desired.items}


def test_lines_that_say_nothing_are_told_all_at_once(load_text: LoadText) -> None:
    """Each with its place, what is wrong, and what may be written."""
    lines = ["'## *': banana", "Phases: epic", "table T: {items: thing}", "statuses: Done"]
    loaded = load_text(_roadmap("".join(f"    {line}\n" for line in lines)), "R.md")
    told = [each for each in loaded.errors if each.slug == "invalid-reading"]
    assert [each.place.line for each in told] == [5, 6, 7, 8]
    expected = ("epic, feature", "begin it with", "epic, feature", "must map words")
    for each, words in zip(told, expected, strict=True):
        assert words in each.message
        assert each.hint


def test_settings_beside_backlog_are_told(load_text: LoadText) -> None:
    """A mapping of that name is ours; a word is a key of whoever wrote the front matter."""
    head = "---\nproject: Harbour\nreading:\n  '## *': epic\n---\n"
    (told,) = load_text(f"{head}# R\n\n## Epic 1: A\n", "R.md").diagnostics
    assert (told.slug, told.place.line, told.place.column) == ("settings-astray", 3, 1)
    assert "'reading'" in told.message
    assert "'backlog:'" in told.hint
    head = "---\nrepository: octo/harbour\ntitle: Harbour\n---\n"
    (told,) = load_text(f"{head}# R\n\n## Epic 1: A\n", "R.md").diagnostics
    assert (told.slug, told.place.line) == ("settings-astray", 2)


def test_a_status_that_is_none_is_told(load_text: LoadText) -> None:
    """An option of the board is one, and so is every word that we know."""
    loaded = load_text(_roadmap("    statuses: {Shipped: Blue, Parked: Waiting}\n"), "R.md")
    assert [each.slug for each in loaded.errors] == ["invalid-reading"]
    assert "'Blue', the meaning of 'Shipped', is not a status: write one of Todo" in (
        loaded.errors[0].message
    )


@pytest.mark.parametrize(
    ("word", "status", "state"),
    [
        ("Shipped", "Done", "completed"),
        ("SHIPPED", "Done", "completed"),
        ("in the works", "In Progress", "open"),
        ("Blessed", "Waiting", "open"),
    ],
)
def test_a_declared_word_is_the_status_that_it_means(
    load_text: LoadText, word: str, status: str, state: str
) -> None:
    """On the board and for the issue, without a warning; in YAML as in Markdown."""
    body = f"## Epic 1: A\n\n### Story 1.1: B\n**Status**: {word}\n"
    loaded = load_text(_roadmap(f"    statuses: {STATUSES}\n", body), "R.md")
    assert loaded.diagnostics == ()
    story = _items(loaded)["story-1.1"]
    assert (story.board["Status"], story.fields["state"]) == (status, state)
    text = f"reading: {{statuses: {STATUSES}}}\nstories: [{{id: s, title: S, status: {word}}}]\n"
    project = "project: {owner: o, title: T, fields: {Status: {type: single_select, options: "
    text = f"{project}[Todo, In Progress, Waiting, Done]}}}}}}\n{text}"
    story = _items(load_text(text))["s"]
    assert (story.board["Status"], story.fields["state"]) == (status, state)


@pytest.mark.parametrize(
    ("word", "now", "said"),
    [
        ("Shipped", "Done", "Shipped"),
        ("in the works", "In Progress", "in the works"),
        ("Blessed", "Waiting", "Blessed"),
        ("in the works", "Done", "Done"),
    ],
)
def test_the_file_keeps_its_word_where_it_means_the_same(
    load_text: LoadText, word: str, now: str, said: str
) -> None:
    """Another status on GitHub is written; the same one is not said a second time."""
    body = f"## Epic 1: A\n\n### Story 1.1: B\n**Status**: {word}\n"
    loaded = load_text(_roadmap(f"    statuses: {STATUSES}\n", body), "R.md")
    progress = ItemProgress("story-1.1", issue=IssueRef(4), status=now)
    (change,) = write_back(loaded, [progress])
    assert f"**Status**: {said}" in change.after.decode()
    assert "#4" in change.after.decode()


def test_an_option_may_stand_behind_a_sign(load_text: LoadText) -> None:
    """The sign says that it is done, the words which option of the board it has."""
    body = "## Epic 1: A\n\n### Story 1.1: B\n**Status**: ✅ Out at sea\n"
    fields = "{Status: {type: single_select, options: [Todo, Out at sea, Done]}}"
    settings = f"  project: {{owner: o, title: T, fields: {fields}}}"
    loaded = load_text(f"---\nbacklog:\n{settings}\n---\n{body}", "R.md")
    assert _items(loaded)["story-1.1"].board["Status"] == "Out at sea"


def test_a_declared_word_of_another_meaning_is_believed(load_text: LoadText) -> None:
    """What the settings say counts before what the word usually means."""
    body = "## Epic 1: A\n\n### Story 1.1: B\n**Status**: Released\n"
    loaded = load_text(_roadmap("    statuses: {Released: In Progress}\n", body), "R.md")
    assert _items(loaded)["story-1.1"].fields["state"] == "open"
    progress = ItemProgress("story-1.1", status="In Progress")
    assert write_back(loaded, [progress]) == ()


def test_settings_beside_the_file_count_too(tmp_path: Path, load_text: LoadText) -> None:
    """Roadmaps share `backlog/config.yaml`."""
    (tmp_path / "backlog").mkdir()
    (tmp_path / "backlog/config.yaml").write_text("reading: {statuses: {Afloat: In Progress}}\n")
    loaded = load_text("## Epic 1: A\n**Status**: Afloat\n", "R.md")
    assert loaded.diagnostics == ()


DOCUMENTED = """\
    "## *": epic
    "### Phase *": feature
    "## Appendix": ignore
    "## Later": {items: task}
    "- [ ] *": task
    "table Feature": {items: feature, title: Feature, status: Progress}
    statuses: {Shipped: Done}
"""
BODY = """\
## Pay

### Phase One

- [ ] Card

## Later

- Boats

## Parts

| Feature | Progress |
|---|---|
| Cart | Shipped |

## Appendix

- Words
"""


def test_every_form_that_is_documented_is_read(load_text: LoadText) -> None:
    """Headings, entries, tables and what holds no items."""
    loaded = load_text(_roadmap(DOCUMENTED, BODY), "R.md")
    assert loaded.diagnostics == ()
    assert loaded.desired is not None
    assert [(item.kind, item.title) for item in loaded.desired.items] == [
        ("epic", "Pay"),
        ("feature", "Phase One"),
        ("task", "Card"),
        ("task", "Boats"),
        ("epic", "Parts"),
        ("feature", "Cart"),
    ]
    assert loaded.desired.items[-1].fields["state"] == "completed"


def test_a_heading_is_an_item_and_holds_items(load_text: LoadText) -> None:
    """`{kind: epic, items: task}`: its bullets are items, whatever text stands above them."""
    text = (
        "---\nbacklog:\n  reading:\n    '## *': {kind: epic, items: task}\n---\n# Plan\n\n"
        "## Boats\n\nAll that floats.\n\n- **Points:** 3\n- Row\n- Sail\n\n## Quays\n\n1. Paint\n"
    )
    desired = load_text(text, "ROADMAP.md").desired
    assert desired is not None
    told = [(item.kind, item.fields["title"], item.parent) for item in desired.items]
    assert [each[:2] for each in told] == [
        ("epic", "Boats"), ("task", "Row"), ("task", "Sail"), ("epic", "Quays"), ("task", "Paint"),
    ]  # fmt: skip
    assert all(parent for kind, _, parent in told if kind == "task")
