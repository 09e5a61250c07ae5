"""One way from pairs to fields: the same story says the same in every syntax."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.fields import KEYS
from backlog_sync.files.assemble import assemble
from backlog_sync.files.documents.items import ItemDocument, UserStoryDocument
from backlog_sync.files.draft import Draft, Findings, Ref
from backlog_sync.files.fill import Filler, Pair, Taken, text_pair
from backlog_sync.files.foreign.csv import parse_csv
from backlog_sync.files.foreign.structured import parse_structured
from backlog_sync.files.parsed import ParsedItem, Source
from backlog_sync.files.source import source_of
from backlog_sync.files.yaml.nodes import MapNode, compose

PLACE = Place("plan.md", 3)
STORY = {
    "Status": "In review",
    "Quarter": "Q1 2027",
    "Priority": "P1 (soon)",
    "Story Points": "5 pts",
    "Labels": "bug, `urgent`",
    "Due date": "31.03.2027",
    "Assignee": "@ada / Ben",
    "Team": "Web",
    "Estimate (hours)": "6",
    "Issue link": "#12 (open)",
}


def _draft(kind: str = "story", title: str = "A", **more: str) -> Draft:
    draft = Draft(kind, title, PLACE)
    draft.raw_id = more.get("id")
    return draft


def _take(pairs: dict[str, str]) -> tuple[ItemDocument, Findings, list[Taken]]:
    """What lines of metadata say of a story, and what is told."""
    findings = Findings("plan.md")
    filler, draft = Filler(findings), _draft()
    taken = [filler.take(draft, text_pair(key, value, PLACE)) for key, value in pairs.items()]
    filler.efforts.settle(findings)
    return assemble([draft], findings).items[0].document, findings, taken


def _slugs(findings: Findings) -> list[str]:
    return [each.slug for each in findings.diagnostics()]


def _source(text: str, path: str) -> Source:
    source = source_of(text.encode(), Path(path), path)
    assert isinstance(source, Source)
    return source


def _said(document: ItemDocument) -> dict[str, object]:
    return document.model_dump(exclude_none=True, exclude_unset=True)


def test_the_same_story_says_the_same_in_every_syntax() -> None:
    """As lines of metadata, as YAML of another shape, as a row of a table."""
    lines, _, taken = _take(STORY)
    assert set(taken) == {Taken.SET}
    yaml = "user_stories:\n  - title: A\n" + "".join(
        f'    {key.replace(" ", "_")}: "{value}"\n' for key, value in STORY.items()
    )
    cells = ['"' + value.replace('"', '""') + '"' for value in STORY.values()]
    csv = f"Type,Title,{','.join(STORY)}\nStory,A,{','.join(cells)}\n"
    (in_yaml,) = parse_structured(_source(yaml, "plan.yaml")).items
    (in_csv,) = parse_csv(_source(csv, "plan.csv")).items
    assert _said(lines) == _said(in_yaml.document) == _said(in_csv.document)
    assert _said(lines) == {
        "title": "A", "status": "In review", "milestone": "Q1 2027", "priority": "P1",
        "story_points": 5.0, "labels": ("bug", "urgent"), "target": "2027-03-31",
        "assignees": ("ada", "Ben"), "team": "Web", "estimate_hours": 6.0, "issue": "#12",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "slug", "taken"),
    [
        ("Story Points", "5+", "unread-value", Taken.UNREAD),
        ("Target", "end of March 2027", "unread-value", Taken.UNREAD),
        ("Due", "03/04/2027", "unread-value", Taken.UNREAD),
        ("Issue", "the big one", "unread-value", Taken.UNREAD),
        ("Repository", "the web one", "unread-value", Taken.UNREAD),
        ("Estimate", "2 days", "unknown-unit", Taken.WITHHELD),
        ("Hours", "some", "unknown-unit", Taken.WITHHELD),
    ],
)
def test_what_cannot_be_read_is_told(key: str, value: str, slug: str, taken: Taken) -> None:
    """One warning that shows the value; the field stays empty."""
    document, findings, (found,) = _take({key: value})
    assert (_slugs(findings), found) == ([slug], taken)
    assert value in findings.diagnostics()[0].message
    assert _said(document) == {"title": "A"}


@pytest.mark.parametrize(
    ("pairs", "taken"),
    [
        ({"Customer": "Acme"}, [Taken.UNKNOWN]),
        ({"Cost": "200"}, [Taken.WITHHELD]),
        ({"Time spent": "3 h"}, [Taken.WITHHELD]),
        ({"Priority": "None"}, [Taken.EMPTY]),
        ({"Labels": "—"}, [Taken.EMPTY]),
        ({"Target": "TBD"}, [Taken.EMPTY]),
        ({"Priority": "High", "Prio": "Low"}, [Taken.SET, Taken.AGAIN]),
        ({"Progress": "3 of 4"}, [Taken.OURS]),
        ({"As a": "rider"}, [Taken.UNKNOWN]),
        ({"Feature": "Boats"}, [Taken.SET]),
        ({"Story": "Boats"}, [Taken.UNKNOWN]),
    ],
)
def test_what_becomes_of_a_pair(pairs: dict[str, str], taken: list[Taken]) -> None:
    """The first word counts; what has no field is the caller's to keep, unless it is withheld."""
    assert _take(pairs)[2] == taken


def test_words_that_nobody_knows_stay() -> None:
    """A status or a priority of the author's own is kept as it was written."""
    document, findings, _ = _take({"Status": "in limbo", "Priority": "banana"})
    assert (document.status, document.priority) == ("in limbo", "banana")
    assert not findings.diagnostics()


def test_risks_are_a_field_of_their_own() -> None:
    """A text, or a register's columns as keys; never a part of the description."""
    document, _, _ = _take({"Risks": "The river may flood", "Team": "Web"})
    assert document.risks
    assert (document.risks[0].text, document.description) == ("The river may flood", None)
    text = "stories:\n- title: A\n  points: 1\n  risks: [{risk: Flood, probability: low}]\n"
    (item,) = parse_structured(_source(text, "x.yaml")).items
    assert item.document.risks
    assert (item.document.risks[0].text, item.document.risks[0].likelihood) == ("Flood", "low")


@pytest.mark.parametrize(("values", "points"), [(("3", "8"), [3, 8]), (("3", "7"), [None, None])])
def test_efforts_are_judged_together(values: Sequence[str], points: list[float | None]) -> None:
    """Bare numbers are points where all of the file are on the usual scale."""
    findings = Findings("plan.md")
    filler, drafts = Filler(findings), [_draft(title=value) for value in values]
    for draft, value in zip(drafts, values, strict=True):
        filler.take(draft, text_pair("Effort", value, PLACE))
    filler.efforts.settle(findings)
    assert [each.document.story_points for each in assemble(drafts, findings).items] == points


@pytest.mark.parametrize("key", sorted(set(KEYS.values()) - {"title"}))
def test_every_field_of_the_table_can_be_filled(key: str) -> None:
    """Each field that a file can say is taken from a pair of its name."""
    value = {"start": "2027-01-01", "target": "2027-01-01", "story_points": "3"}.get(key, "x-1")
    document, _, taken = _take({key: value})
    assert taken == [Taken.SET]
    if key != "depends_on":
        assert getattr(document, key) is not None


def _node(text: str) -> MapNode:
    root, faults = compose(text, "x.yaml")
    assert isinstance(root, MapNode)
    assert not faults
    return root


def test_all_pairs_of_an_item() -> None:
    """A user story in three keys, scenarios for a check list, parents and blockers by name."""
    text = (
        "name: A\nas: rider\nwant: a bell\nso: people hear\nepic_id: E1\nblockedBy: [E2, '#9']\n"
        "scenarios: [{given: x, when: y, then: z}]\ncolour: red\n"
    )
    findings = Findings("x.yaml")
    filler, draft = Filler(findings), _draft()
    pairs = [Pair(each.key.value, each.value, PLACE) for each in _node(text).entries]
    title = filler.title_of(pairs, "story")
    filler.fill(draft, pairs, title)
    assert title
    assert title.key == "name"
    assert draft.parents == [Ref("E1", PLACE, "epic")]
    assert draft.depends == [Ref("E2", PLACE), Ref("#9", PLACE)]
    assert _slugs(findings) == ["left-out"]
    document = assemble([draft], findings).items[0].document
    assert isinstance(document.user_story, UserStoryDocument)
    assert document.user_story.i_want == "a bell"
    assert [each.text for each in document.acceptance_criteria or ()] == ["Given x, when y, then z"]
    assert document.depends_on == ("#9",)


# ---- names ---------------------------------------------------------------------------------


def _items(*drafts: Draft) -> tuple[dict[str, ParsedItem], list[str]]:
    findings = Findings("plan.md")
    made = assemble(drafts, findings).items
    return {each.document.title: each for each in made}, _slugs(findings)


def _needs(*words: str) -> list[Ref]:
    return [Ref(word, PLACE) for word in words]


@pytest.mark.parametrize(
    "word",
    ["story-1.2", "Story 1.2", "Stories 1.2", "1.2", "Historia 1.2", "Pay", "pay", "[1.2]",
     "1.2 (soon)", "Story 1.2: Pay"],
)  # fmt: skip
def test_an_item_is_found_by_its_names(word: str) -> None:
    """By id, by number with or without its word, by title."""
    epic, first, pay = _draft("epic", "Shop", id="1"), _draft(title="A", id="1.1"), _draft(
        title="Pay", id="1.2"
    )  # fmt: skip
    first.depends = _needs(word)
    items, told = _items(epic, first, pay)
    assert items["A"].document.depends_on == ("story-1.2",)
    assert items["A"].parent == 0
    assert not told


def test_codes_are_found_without_their_zeros() -> None:
    """`US-012`, `US 12` and `us12` are one; lists and ranges name several."""
    one, two, three = (_draft(title=f"S{n}", id=f"US-01{n}") for n in (1, 2, 3))
    three.depends = _needs("[US-011, US 12]")
    two.depends = _needs("us11")
    items, told = _items(one, two, three)
    assert items["S3"].document.depends_on == ("us-011", "us-012")
    assert items["S2"].document.depends_on == ("us-011",)
    assert not told
    last = _draft(title="Last")
    last.depends = _needs("US-011–US-013")
    items, _ = _items(one, two, three, last)
    assert items["Last"].document.depends_on == ("us-011", "us-012", "us-013")


def test_a_title_with_a_comma_is_one_name() -> None:
    """What names an item as a whole is not parted."""
    one, two = _draft(title="Sort, filter and export"), _draft(title="B")
    two.depends = _needs("Sort, filter and export")
    items, told = _items(one, two)
    assert items["B"].document.depends_on == (items["Sort, filter and export"].document.id,)
    assert not told


def test_names_of_nothing_are_told() -> None:
    """Dangling names and alternatives are warnings, and left out."""
    one = _draft(title="A", id="1")
    one.depends = _needs("Chapter 9", "1 or 2", "o/r#4")
    items, told = _items(one)
    assert items["A"].document.depends_on == ("o/r#4",)
    assert told == ["unread-dependency", "unread-dependency"]


def test_keys_of_a_reader_stay() -> None:
    """A key that the reader is sure of is not made anew; a period has its last day."""
    draft = _draft(title="A", id="7")
    draft.key = "us-007"
    draft.put("milestone", "Q1 2027", PLACE)
    draft.add_text("First.")
    draft.add_text("Second.")
    done = assemble([draft], Findings("plan.md"))
    document = done.items[0].document
    assert (document.id, document.description) == ("us-007", "First.\n\nSecond.")
    assert done.periods == {"Q1 2027": "2027-03-31"}
