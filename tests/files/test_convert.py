"""From YAML to Markdown and back: nothing is lost, or nothing is written."""

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backlog_sync.errors import FailedError
from backlog_sync.files.load import Loaded, load
from backlog_sync.files.write.convert import converted, differences

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
NAMES = {"yaml": "b.yaml", "markdown": "b.md"}

ROADMAP = """\
---
backlog:
  repository: octo-org/ferry
  people: {Ada: ada}
  project:
    title: Ferry
    fields:
      Priority: {type: single_select, options: [High, Low]}
---

# Ferry

## Epic 1: Booking (#11)

**Goal:** Nobody waits at the quay

Crossings are sold by hand today.

```python
print("# no heading")
```

### Story 1.1: Book a crossing ✅

**Points:** 3 | **Priority:** High
**Depends on:** Story 1.2
**Labels:** web, urgent

As a passenger, I want to book, so that I have a seat.

- [x] Pays by card
- [ ] Gets a ticket

### Story 1.2: Move a crossing

**Milestone:** Spring

- **Assignee:** @ada

## Q1 2027: Winter timetable

- [ ] Print it
- [x] Draw it

## Risks

| Risk | Likelihood | Mitigation |
|------|------------|------------|
| Fog | High | Radar |
"""


def read(text: str, name: str, folder: Path) -> Loaded:
    """A file with this text, read."""
    (folder / name).write_text(text, encoding="utf-8")
    return load([folder / name], root=folder)


def assert_kept(loaded: Loaded, to: str, folder: Path) -> Loaded:
    """The converted file declares what the first one does; give what it holds."""
    again = read(converted(loaded, to), NAMES[to], folder)
    assert loaded.desired is not None
    assert list(differences(loaded.desired, again.desired)) == []
    return again


def test_a_roadmap_is_yaml_without_loss_and_comes_back(tmp_path: Path) -> None:
    """Settings, kinds, keys, parents, texts, ticks, labels, days, numbers and risks stay."""
    loaded = read(ROADMAP, "ROADMAP.md", tmp_path)
    yaml = assert_kept(loaded, "yaml", tmp_path)
    assert yaml.desired is not None
    assert [risk.text for risk in yaml.desired.planning.risks] == ["Fog"]
    assert {str(item.issue) for item in yaml.desired.items if item.issue} == {"#11"}
    assert not yaml.errors
    assert_kept(yaml, "yaml", tmp_path)


def test_siblings_of_several_kinds_keep_their_parents(tmp_path: Path) -> None:
    """In Markdown a smaller kind would fall below the bigger one before it."""
    text = json.dumps(
        {"version": 1, "items": [
            {"id": "e-1", "kind": "epic", "title": "Quay", "items": [
                {"id": "s-1", "kind": "story", "title": "Ropes"},
                {"id": "t-1", "kind": "task", "title": "Paint"},
                {"id": "b-1", "kind": "bug", "title": "Leak"}]},
            {"id": "t-2", "kind": "task", "title": "Sweep", "depends_on": ["s-1", "#9"]}]}
    )  # fmt: skip
    loaded = read(text, "b.json", tmp_path)
    assert_kept(assert_kept(loaded, "markdown", tmp_path), "yaml", tmp_path)


@pytest.mark.parametrize(
    "item",
    [
        {"risks": [{"text": "Fog", "impact": "High"}, {"text": "Ice|rime", "owner": "ada"}]},
        {"title": "Row ✅"},
        {"title": "Row home — before the tide turns, whatever the weather"},
        {"title": "Row. Then rest at the other side of the river until the ferry comes. Row on"},
        {"title": "Read ferry/**/tide.yaml, R&amp;D and `**/tide` (#7)"},
        {"capacity": "3-4 rowers", "feedback": ["#12"], "previously": ["row", "boat-2"]},
        {"review_notes": ["2027-01-15: too slow", {"date": "2027-02-01", "text": "better"}]},
        {"sync": False},
        {"description": "Ferry layout:\n```\nbow\n```\nThe rest:\n```\nstern\n```"},
    ],
)  # fmt: skip
def test_what_markdown_would_take_for_a_sign_is_kept(
    item: dict[str, object], tmp_path: Path
) -> None:
    """Dashes, emphasis, numbers and entities in titles; risks; code right below a line."""
    whole = {"version": 1, "stories": [{"id": "a-1", "title": "Row", **item}]}
    loaded = read(json.dumps(whole), "b.json", tmp_path)
    assert_kept(assert_kept(loaded, "markdown", tmp_path), "yaml", tmp_path)


def test_what_is_open_below_what_is_done_stays_so(tmp_path: Path) -> None:
    """Below a heading that is done a roadmap's items are done, where they do not say otherwise."""
    text = json.dumps({"version": 1, "epics": [
        {"id": "e-1", "title": "Quay", "status": "Done", "stories": [{"id": "s-1", "title": "Row"}]}
    ]})  # fmt: skip
    loaded = read(text, "b.json", tmp_path)
    again = assert_kept(loaded, "markdown", tmp_path)
    assert again.desired is not None
    assert [item.status for item in again.desired.items] == ["Done", None]
    assert_kept(again, "yaml", tmp_path)


def test_fields_of_the_board_alone_are_kept(tmp_path: Path) -> None:
    """An item says them by name, in every syntax."""
    fields = {"Landing": {"type": "text"}, "Crew": {"type": "number"}}
    whole = {"version": 1, "repository": "o/r", "project": {"title": "T", "fields": fields},
             "stories": [{"id": "a-1", "title": "Row", "Landing": "North", "Crew": 4}]}  # fmt: skip
    loaded = read(json.dumps(whole), "b.json", tmp_path)
    again = assert_kept(loaded, "markdown", tmp_path)
    assert again.desired is not None
    assert again.desired.items[0].board == {"Landing": "North", "Crew": 4}
    assert_kept(again, "yaml", tmp_path)


@pytest.mark.parametrize(
    ("item", "what"),
    [
        ({"labels": ["at sea, at night"]}, "labels"),
        ({"description": "Text\n\n## Epic 9: a heading"}, "an item too many"),
    ],
)
def test_what_would_be_lost_is_named(item: dict[str, object], what: str, tmp_path: Path) -> None:
    """Markdown that would read otherwise is not given."""
    whole = {"version": 1, "stories": [{"id": "a-1", "title": "Row", **item}]}
    loaded = read(json.dumps(whole), "b.json", tmp_path)
    with pytest.raises(FailedError, match=what):
        converted(loaded, "markdown")
    assert_kept(loaded, "yaml", tmp_path)


# ---- laws ----------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ("rope", "quay", "berth", "tide", "fog", "lamp", "oar", "hull", "deck", "mast", "crane", "buoy")
)
PLAIN = st.lists(WORDS, min_size=1, max_size=4).map(lambda w: " ".join(w).capitalize())
ANY = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)
KINDS = {"epic": "feature", "feature": "story", "story": "task", "task": ""}


def _item(kind: str, text: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, object]]:
    below = KINDS[kind]
    criterion = st.fixed_dictionaries({"text": text, "done": st.booleans()})
    return st.fixed_dictionaries(
        {"kind": st.just(kind), "title": text},
        optional={
            "goal": text,
            "description": text,
            "status": st.sampled_from(["Todo", "In Progress", "Done"]),
            "priority": st.sampled_from(["High", "Low"]),
            "story_points": st.integers(1, 13),
            "milestone": st.sampled_from(["Spring", "Autumn"]),
            "labels": st.lists(WORDS, unique=True, max_size=3),
            "assignees": st.just(["ada"]),
            "acceptance_criteria": st.lists(criterion, max_size=3),
            "issue": st.integers(1, 10**6).map(str),
            "items": st.lists(_item(below, text), max_size=2) if below else st.just([]),
        },
    )


def _keyed(items: list[dict[str, object]], lead: str = "k") -> list[dict[str, object]]:
    """Items with keys of their own, each of which needs the one before it."""
    for number, item in enumerate(items):
        item["id"] = f"{lead}-{number}"
        if number:
            item["depends_on"] = [f"{lead}-{number - 1}"]
        if "issue" in item:
            item["issue"] = int("1" + "".join(filter(str.isdigit, f"{lead}{number}")))
        below = item.get("items", [])
        assert isinstance(below, list)
        _keyed(below, f"{lead}-{number}")
    return items


def backlogs(text: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Files of ours with some epics."""
    items = st.lists(_item("epic", text), min_size=1, max_size=3).map(_keyed)
    whole = {"version": 1, "repository": "octo-org/ferry", "points": {"S": 2}}
    return items.map(lambda found: json.dumps({**whole, "items": found}))


@given(backlogs(PLAIN))
@settings(max_examples=40, deadline=None)
def test_plain_words_go_there_and_back(text: str) -> None:
    """What people write in words is the same in both syntaxes, and the same again after both."""
    with TemporaryDirectory() as name:
        loaded = read(text, "a.json", Path(name))
        assert_kept(assert_kept(loaded, "markdown", Path(name)), "yaml", Path(name))


@given(backlogs(ANY.filter(lambda text: bool(text.strip()))))
@settings(max_examples=40, deadline=None)
def test_any_text_is_kept_or_refused(text: str) -> None:
    """YAML takes every text; Markdown takes it, or nothing is written."""
    with TemporaryDirectory() as name:
        loaded = read(text, "a.json", Path(name))
        if loaded.desired is None:
            return
        assert_kept(loaded, "yaml", Path(name))
        with suppress(FailedError):
            written = converted(loaded, "markdown")
            again = read(written, "b.md", Path(name))
            assert list(differences(loaded.desired, again.desired)) == []


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the collection of real files is not here")
def test_real_files_become_yaml_without_loss(tmp_path: Path) -> None:
    """Every real plan that can be synchronised; in Markdown it is kept, or refused by name."""
    files = sorted(file for file in CORPUS.iterdir() if file.suffix in (".md", ".csv"))
    for file in files:
        loaded = load([file], root=CORPUS)
        if loaded.desired is None or not loaded.keys:
            continue
        assert converted(loaded, "yaml"), file.name
