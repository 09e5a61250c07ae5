"""What lint finds in a backlog that can be read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backlog_sync.core.diagnostics import Place
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.load import Loaded
from backlog_sync.files.parsed import Claim, ParsedFile, ParsedItem, Source
from backlog_sync.files.totals import Figure, describe_wrong_total, wrong_totals

LoadText = Callable[..., Loaded]


def _slugs(loaded: Loaded) -> list[str]:
    return [each.slug for each in loaded.diagnostics]


# ---- claims --------------------------------------------------------------------------------


def _claimed(what: str, value: float, scope: int | None = None) -> ParsedFile:
    source = Source("f.md", Path("f.md"), b"", "")
    items = tuple(
        ParsedItem(ItemDocument(title=title), kind, Place("f.md"))
        for title, kind in (("E", "epic"), ("S", "story"), ("T", "story"))
    )
    claim = Claim(Place("f.md", 3, 7), what, value, 0, 1, scope)
    return ParsedFile(source, items=items, claims=(claim,))


_FIGURES = (
    Figure(0, "epic", 0, 0, "M", ()),
    Figure(1, "story", 3, 2, "M", (0,)),
    Figure(2, "story", 5, 1, None, (0,)),
)


@pytest.mark.parametrize(
    ("what", "right"),
    [("epics", 1), ("stories", 2), ("points", 8), ("items", 3), ("criteria", 3), ("milestones", 1)],
)
def test_claims_are_held_against_the_items(what: str, right: int) -> None:
    """A right claim is quiet, a wrong one gives the computed number."""
    assert wrong_totals(_claimed(what, right), _FIGURES) == ()
    wrong = wrong_totals(_claimed(what, right + 1), _FIGURES)
    assert [each.computed for each in wrong] == [right]


def test_a_claim_about_an_item_counts_what_is_below_it() -> None:
    """An epic's claim leaves the epic itself out."""
    assert wrong_totals(_claimed("items", 2, scope=0), _FIGURES) == ()


def test_what_cannot_be_counted_is_passed_over() -> None:
    """A claim about something else is not a wrong total."""
    assert wrong_totals(_claimed("sprints", 4), _FIGURES) == ()


def test_the_warning_says_both_numbers() -> None:
    """With the place of the number."""
    parsed = _claimed("features", 9)
    told = describe_wrong_total(wrong_totals(parsed, _FIGURES)[0], parsed)
    assert told.message == "the document says 9 features, but it has 0"
    assert (told.place.line, told.place.column, told.is_error) == (3, 7, False)
    parsed = _claimed("points", 9, scope=0)
    told = describe_wrong_total(wrong_totals(parsed, _FIGURES)[0], parsed)
    assert told.message == "'E' says 9 points, but the items add up to 8"


# ---- placeholders --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "item",
    [
        "title: '[Title]'",
        "title: '[Your next big thing]'",
        "title: 'Story: [Feature Name]'",
        "title: '{{ title }}'",
        "title: '*Titre*'",
        "title: TBD",
        "title: A\n    user_story: As a [role], I want this",
        "title: A\n    acceptance_criteria: ['[Criterion 1]']",
    ],
)
def test_a_file_of_placeholders_alone_is_refused(load_text: LoadText, item: str) -> None:
    """What a template left to be filled in must not become an issue."""
    loaded = load_text(f"stories:\n  - {item}\n")
    assert [each.slug for each in loaded.errors] == ["placeholder"]
    loaded = load_text(f"stories:\n  - {item}\n  - title: Real\n")
    assert (_slugs(loaded), loaded.errors) == (["placeholder"], ())
    assert loaded.desired is not None
    held, real = loaded.desired.items
    assert [hole.place.line for hole in held.holes] == [loaded.diagnostics[0].place.line]
    assert real.holes == ()


@pytest.mark.parametrize(
    "item",
    [
        "title: 'Door with `lock --name <name>`'",
        "title: A\n    user_story: 'As a dev, I call `run <title>`'",
        "title: A\n    user_story: |\n      I call\n      ```\n      run [title]\n      ```",
        "title: A\n    acceptance_criteria: ['`[title]`']",
    ],
)
def test_in_code_there_are_no_placeholders(load_text: LoadText, item: str) -> None:
    """A command's arguments are written so."""
    assert _slugs(load_text(f"stories:\n  - {item}\n")) == []


def test_what_gets_its_key_from_a_placeholder_waits_with_it(load_text: LoadText) -> None:
    """Its key would be another one once the title is filled in; with an id it stands alone."""
    stories = "    stories:\n      - title: A\n      - {id: b, title: B}\n"
    text = f"epics:\n  - title: '[Epic name]'\n{stories}"
    desired = load_text(f"{text}    goal: G\n").desired
    assert desired is not None
    assert [[hole.above for hole in item.holes] for item in desired.items] == [[False], [True], []]
    desired = load_text(f"{text}    id: e\n").desired
    assert desired is not None
    assert [bool(item.holes) for item in desired.items] == [True, False, False]


@pytest.mark.parametrize(
    "title", ["'[BUG] Login fails'", "'See [the docs](x)'", "'Sort [a-z] keys'", "'List<String>'"]
)
def test_brackets_alone_are_no_placeholder(load_text: LoadText, title: str) -> None:
    """Brackets have many uses."""
    assert _slugs(load_text(f"stories:\n  - title: {title}\n")) == []


# ---- numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["'#4'", "o/r#4", "https://github.com/O/R/issues/4"])
def test_an_issue_belongs_to_one_item(load_text: LoadText, other: str) -> None:
    """Two items that claim one issue, however they write it, are told with both places."""
    stories = f"stories:\n  - {{title: A, issue: 4}}\n  - {{title: B, issue: {other}}}\n"
    loaded = load_text(f"repository: o/r\n{stories}")
    assert _slugs(loaded) == ["duplicate-issue"]
    assert loaded.diagnostics[0].place.line == 4
    assert "backlog.yaml:3:" in loaded.diagnostics[0].message


def test_a_number_in_two_titles_stops_nothing(load_text: LoadText) -> None:
    """A title may only mention an issue: its items are held, and the others go on."""
    text = "## Epic 1: A\n\n- [ ] Pay (#7)\n- [ ] Sail (#7)\n"
    loaded = load_text(text, "ROADMAP.md")
    assert _slugs(loaded) == ["duplicate-issue"]
    assert loaded.errors == ()


def test_a_sandbox_number_is_another_number(load_text: LoadText) -> None:
    """`sandbox#4` and `4` are different issues."""
    assert _slugs(load_text("stories: [{title: A, issue: 4}, {title: B, issue: sandbox#4}]")) == []


# ---- limits --------------------------------------------------------------------------------


def _nested(levels: int) -> str:
    text = "title: T"
    for level in range(levels - 1):
        text = f"title: T{level}, tasks: [{{{text}}}]"
    return f"tasks: [{{{text}}}]"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        (f"stories: [{{title: A, labels: {[f'l{n}' for n in range(100)]}}}]", "over-limit"),
        (f"stories: [{{title: A, labels: [{'x' * 51}]}}]", "over-limit"),
        (f"stories: [{{title: A, assignees: {[f'a{n}' for n in range(11)]}}}]", "over-limit"),
        (
            f"stories: [{{title: A, depends_on: {[f'o/r#{n}' for n in range(1, 52)]}}}]",
            "over-limit",
        ),
        (f"stories: [{{title: A, tasks: {[f't{n}' for n in range(101)]}}}]", "over-limit"),
        (_nested(9), "over-limit"),
        (f"labels: [{{name: a, description: {'x' * 101}}}]\nstories: [{{title: A}}]", "over-limit"),
        (f"labels: [{'x' * 51}]\nstories: [{{title: A}}]", "over-limit"),
        (
            "project: {owner: o, title: T}\nstories: ["
            + ", ".join(f"{{title: t{n}, priority: P{n}}}" for n in range(51))
            + "]",
            "over-limit",
        ),
    ],
    ids=[
        "labels",
        "label",
        "assignees",
        "blockers",
        "children",
        "levels",
        "description",
        "name",
        "options",
    ],
)
def test_limits_of_github_are_errors_before_anything_is_sent(
    load_text: LoadText, text: str, slug: str
) -> None:
    """What GitHub would refuse is told here, with its place."""
    assert [each.slug for each in load_text(text).errors] == [slug]


@pytest.mark.parametrize(
    "text",
    [
        f"stories: [{{title: {'x' * 256}}}]",
        f"stories: [{{title: A, labels: {[f'l{n}' for n in range(99)]}}}]",
        f"stories: [{{title: A, assignees: {[f'a{n}' for n in range(10)]}}}]",
        f"stories: [{{title: A, tasks: {[f't{n}' for n in range(100)]}}}]",
        _nested(8),
    ],
    ids=["title", "labels", "assignees", "children", "levels"],
)
def test_what_just_fits_is_fine(load_text: LoadText, text: str) -> None:
    """A limit is what still goes."""
    assert load_text(text).errors == ()
