"""Parsed files into the desired state."""

from collections.abc import Callable

import pytest

from backlog_sync.core.model import BoardFieldDef, DesiredItem, DesiredState, IssueRef, Prose
from backlog_sync.files.load import Loaded

LoadText = Callable[..., Loaded]


def _state(loaded: Loaded) -> DesiredState:
    assert loaded.errors == ()
    assert loaded.desired is not None
    return loaded.desired


def _items(loaded: Loaded) -> dict[str, DesiredItem]:
    return {item.key: item for item in _state(loaded).items}


def _slugs(loaded: Loaded) -> list[str]:
    return [each.slug for each in loaded.diagnostics]


def _field(loaded: Loaded, name: str) -> BoardFieldDef:
    project = _state(loaded).project
    assert project is not None
    return next(each for each in project.fields if each.name == name)


# ---- keys and parents ----------------------------------------------------------------------


def test_keys_are_declared_or_made_from_parent_and_title(load_text: LoadText) -> None:
    """Without an id, the parent's key, the title and a hash make one; it is always the same."""
    text = "epics:\n  - id: e\n    title: E\n    tasks: [Write docs]\n"
    first, second = _items(load_text(text)), _items(load_text(text))
    assert list(first) == list(second)
    assert list(first)[1].startswith("e-write-docs-")


def test_a_key_that_is_used_twice_is_told_with_both_places(load_text: LoadText) -> None:
    """Keys are unique in the whole backlog; without them nothing is resolved."""
    loaded = load_text("epics:\n  - {id: a, title: A}\nstories:\n  - {id: a, title: B}\n")
    assert loaded.desired is None
    assert _slugs(loaded) == ["duplicate-key"]
    assert loaded.diagnostics[0].place.line == 4
    assert "backlog.yaml:2:6" in loaded.diagnostics[0].message


def test_two_items_of_one_title_below_one_parent_need_ids(load_text: LoadText) -> None:
    """The tool does not guess which is which."""
    loaded = load_text("tasks: [Test, Test]\n")
    assert _slugs(loaded) == ["duplicate-key"]
    assert "id:" in loaded.diagnostics[0].hint


def test_children_of_unsynced_items_stay_in_the_file(load_text: LoadText) -> None:
    """`sync: false` holds for all below, and they are still counted."""
    loaded = load_text(
        "epics:\n  - id: e\n    title: E\n    stories:\n"
        "      - {id: s, title: S, sync: false, story_points: 2, tasks: [T]}\n"
        "      - {id: t, title: T, depends_on: [s]}\n"
    )
    items = _items(loaded)
    assert list(items) == ["e", "t"]
    assert loaded.inventory.counts == {"epic": 1, "story": 2, "task": 1}
    assert loaded.inventory.points == 2
    assert _slugs(loaded) == ["unsynced-dependency"]
    assert items["t"].fields["blocked_by"] == ()


# ---- what is inherited and what is declared ------------------------------------------------


def test_milestones_are_inherited_until_set(load_text: LoadText) -> None:
    """A child has its parent's milestone; an emptied one is not handed down."""
    items = _items(
        load_text(
            """
milestones: [{title: One, due: 2027-01-31}]
epics:
  - id: a
    title: A
    milestone: one
    features:
      - {id: b, title: B}
      - {id: c, title: C, milestone: Two}
      - id: d
        title: D
        milestone:
        stories: [{id: e, title: E}]
"""
        )
    )
    found = {key: item.fields.get("milestone", "absent") for key, item in items.items()}
    assert found == {"a": "One", "b": "One", "c": "Two", "d": None, "e": "absent"}


def test_omitted_is_not_empty(load_text: LoadText) -> None:
    """Only what the file mentions is in an item's fields and board values."""
    items = _items(
        load_text(
            "stories:\n  - {id: a, title: A}\n"
            "  - {id: b, title: B, assignees: [], depends_on: [], story_points: , target: null}\n"
        )
    )
    assert set(items["a"].fields) == {"title", "body", "labels"}
    assert items["a"].board == {}
    assert items["b"].fields["assignees"] == ()
    assert items["b"].fields["blocked_by"] == ()
    assert items["b"].board == {"Story Points": None, "Target": None}


def test_defaults_fill_what_is_not_said(load_text: LoadText) -> None:
    """Defaults of a kind come before those of all; what an item says comes before both."""
    items = _items(
        load_text(
            """
defaults: {priority: Low, milestone: Later, story: {priority: Medium, labels: [x]}}
epics:
  - id: e
    title: E
    milestone: Now
    stories: [{id: s, title: S}, {id: t, title: T, priority: High}]
tasks: [{id: u, title: U}]
"""
        )
    )
    assert {key: item.board.get("Priority") for key, item in items.items()} == {
        "e": "Low",
        "s": "Medium",
        "t": "High",
        "u": "Low",
    }
    assert items["s"].fields["labels"] == ("story", "x", "priority:medium")
    assert items["s"].fields["milestone"] == "Now"
    assert items["u"].fields["milestone"] == "Later"


# ---- labels --------------------------------------------------------------------------------


def test_labels_are_kind_declared_and_priority(load_text: LoadText) -> None:
    """In this order, each once whatever its case; a declared priority label is enough."""
    items = _items(
        load_text(
            "stories:\n  - {id: a, title: A, labels: [Story, x, X], priority: High}\n"
            "  - {id: b, title: B, labels: ['Priority:Low'], priority: High}\n"
        )
    )
    assert items["a"].fields["labels"] == ("story", "x", "priority:high")
    assert items["b"].fields["labels"] == ("story", "Priority:Low")


def test_label_spellings_are_mapped(load_text: LoadText) -> None:
    """`label_map` and aliases give the label that is meant; null means none."""
    items = _items(
        load_text(
            "label_map: {fe: frontend, wip: null}\nlabels: [{name: Docs, aliases: [doc]}]\n"
            "stories:\n  - {id: a, title: A, labels: [FE, wip, doc, DOCS]}\n"
        )
    )
    assert items["a"].fields["labels"] == ("story", "frontend", "Docs")


def test_kind_and_priority_labels_can_be_switched_off(load_text: LoadText) -> None:
    """Then an item without labels of its own declares none."""
    text = "kind_labels: {story: Story, task: false}\npriority_label: false\n"
    items = _items(
        load_text(text + "stories: [{id: a, title: A, priority: P0, tasks: [{id: b, title: B}]}]\n")
    )
    assert items["a"].fields["labels"] == ("Story",)
    assert "labels" not in items["b"].fields
    items = _items(load_text("kind_labels: false\nstories: [{id: a, title: A}]\n"))
    assert "labels" not in items["a"].fields


def test_every_label_has_a_definition_and_no_invented_claim(load_text: LoadText) -> None:
    """Declared looks are claims; looks of kinds and priorities are only for new labels."""
    state = _state(
        load_text(
            'labels: [{name: unused, color: "#ABCDEF"}, {name: story, description: Ours}]\n'
            "stories: [{title: A, labels: [x], priority: High}]\n"
        )
    )
    labels = {label.name: label for label in state.labels}
    assert set(labels) == {"unused", "story", "x", "priority:high"}
    assert labels["unused"].color == "abcdef"
    assert (labels["story"].color, labels["story"].description) == (None, "Ours")
    assert labels["story"].new_color is not None
    assert (labels["x"].color, labels["x"].new_color) == (None, None)
    assert labels["priority:high"].color is None
    assert labels["priority:high"].new_color is not None


# ---- body ----------------------------------------------------------------------------------


def test_the_block_has_its_parts_in_order(load_text: LoadText) -> None:
    """User story, goal, description, criteria; planning fields only where published."""
    text = """
stories:
  - id: a
    title: A
    description: D
    goal: G
    acceptance_criteria: [x, {text: y, done: true}]
    user_story: {as_a: engineer, i_want: to sleep., so_that: I am awake}
    risks: [{text: Fire, impact: high, mitigation: Water}]
    team: Blue
    estimate_hours: 6
    skills: [python]
"""
    block = _items(load_text(text))["a"].block
    assert [part.heading for part in block] == [
        "User story",
        "Goal",
        "Description",
        "Acceptance criteria",
    ]
    assert isinstance(block[0], Prose)
    assert block[0].text == "As an engineer, I want to sleep, so that I am awake."
    assert [entry.done for entry in _items(load_text(text))["a"].criteria] == [False, True]
    block = _items(load_text("publish: [hours, risks, team, skills]" + text))["a"].block
    assert [part.heading for part in block[4:]] == ["Estimate", "Risks", "Team", "Skills"]
    assert isinstance(block[5], Prose)
    assert block[5].text == "- Fire (impact: high)\n  Mitigation: Water"


def test_an_item_without_texts_declares_an_empty_block(load_text: LoadText) -> None:
    """The block is ours even where it is empty: a removed description must go."""
    assert _items(load_text("stories: [{id: a, title: A}]"))["a"].fields["body"] == ()


# ---- board ---------------------------------------------------------------------------------


def test_values_are_typed_and_spelled_as_the_board_does(load_text: LoadText) -> None:
    """Numbers are numbers, options are found whatever their case, statuses by their meaning."""
    items = _items(
        load_text(
            """
project:
  owner: o
  title: T
  fields:
    Priority: {type: single_select, options: [Must, Should]}
    Risk: {type: number}
    Team: {type: text}
stories:
  - {id: a, title: A, priority: must, story_points: 3, status: completed, Risk: 2.5, Team: Blue}
  - {id: b, title: B, status: in-progress, target: 2027-01-31, sprint: Sprint 1}
"""
        )
    )
    assert items["a"].board == {
        "Priority": "Must",
        "Story Points": 3,
        "Status": "Done",
        "Risk": 2.5,
        "Team": "Blue",
    }
    assert items["b"].board == {
        "Status": "In Progress",
        "Target": "2027-01-31",
        "Sprint": "Sprint 1",
    }


def test_a_status_decides_open_or_closed(load_text: LoadText) -> None:
    """A done-word closes, a dropped one closes as not planned, and no status is not ours."""
    items = _items(
        load_text(
            "stories: [{id: a, title: A, status: Done}, {id: b, title: B, status: doing},"
            " {id: c, title: C}, {id: d, title: D, status: cancelled},"
            " {id: e, title: E, status: Won't do}, {id: f, title: F, status: Closed}]"
        )
    )
    states = {key: item.fields.get("state") for key, item in items.items()}
    assert states == {
        "a": "completed",
        "b": "open",
        "c": None,
        "d": "not_planned",
        "e": "not_planned",
        "f": "closed",
    }


def test_default_fields_are_those_that_items_use(load_text: LoadText) -> None:
    """Status always; Priority with the known options in use, others behind them."""
    loaded = load_text(
        "project: {owner: o, title: T}\nstories: [{title: A, priority: low, story_points: 1},"
        " {title: B, priority: P0}, {title: C, priority: High}]"
    )
    project = _state(loaded).project
    assert project is not None
    assert [each.name for each in project.fields] == ["Status", "Priority", "Story Points"]
    assert [o.name for o in _field(loaded, "Status").options] == ["Todo", "In Progress", "Done"]
    assert [o.name for o in _field(loaded, "Priority").options] == ["High", "Low", "P0"]


def test_points_in_words_need_a_scale(load_text: LoadText) -> None:
    """Without one they are a warning and left empty, never a guess."""
    loaded = load_text(
        "points: {s: 2}\nstories: [{id: a, title: A, story_points: S},"
        " {id: b, title: B, story_points: XL}]"
    )
    items = _items(loaded)
    assert items["a"].points == 2
    assert "Story Points" not in items["b"].board
    assert _slugs(loaded) == ["unknown-points"]
    assert "XL" in loaded.diagnostics[0].hint


def test_sizes_without_a_scale_are_one_warning_for_a_file(load_text: LoadText) -> None:
    """At the first place, with how many items there are and which words."""
    sizes = "".join(f"  - {{title: T{at}, story_points: {'SML'[at % 3]}}}\n" for at in range(9))
    loaded = load_text(f"stories:\n{sizes}")
    (told,) = loaded.diagnostics
    assert (told.slug, told.place.line) == ("unknown-points", 2)
    assert told.message.startswith("'S', 'M', 'L' are not numbers")
    assert told.message.endswith("(9 items)")


@pytest.mark.parametrize(
    ("item", "slug", "hint"),
    [
        ("Depot: x", "unknown-field", ""),
        ("assignes: [a]", "unknown-field", "write `assignees: [a]`"),
        ("target: soon", "invalid-date", "2026-03-31"),
        ("target: 2027-02-30", "invalid-date", "2027-02-28"),
        ("Risk: high", "invalid-number", ""),
        ("Risk: [1]", "wrong-type", ""),
        ("issue: soon", "invalid-issue", "42"),
        ('title: " "', "empty-title", ""),
    ],
)
def test_values_that_cannot_be_used_are_errors(
    load_text: LoadText, item: str, slug: str, hint: str
) -> None:
    """Each with a hint where there is something better to write."""
    fields = "{Priority: {type: single_select, options: [Must]}, Risk: {type: number}}"
    title = "" if item.startswith("title") else "title: A\n    "
    loaded = load_text(
        f"project: {{owner: o, title: T, fields: {fields}}}\nstories:\n  - {title}{item}\n"
    )
    assert [each.slug for each in loaded.errors] == [slug]
    assert hint in loaded.errors[0].hint


def test_an_unknown_status_is_a_warning(load_text: LoadText) -> None:
    """A word that no option means is told and kept off the board."""
    loaded = load_text("stories: [{id: a, title: A, status: In limbo}]")
    assert _slugs(loaded) == ["unknown-status"]
    assert "Status" not in _items(loaded)["a"].board
    assert _items(loaded)["a"].status == "In limbo"


# ---- links ---------------------------------------------------------------------------------


def test_blockers_are_keys_or_issues(load_text: LoadText) -> None:
    """A key, a former key, an issue of an item, and issues elsewhere."""
    items = _items(
        load_text(
            """
repository: o/r
stories:
  - {id: a, title: A, previously: [old-a]}
  - {id: b, title: B, issue: 7}
  - {id: c, title: C, depends_on: [a, old-a, '#7', '#9', x/y#3, 'https://github.com/x/y/issues/4']}
"""
        )
    )
    assert items["c"].fields["blocked_by"] == ("a", "b", "o/r#9", "x/y#3", "x/y#4")
    assert items["a"].previously == ("old-a",)


def test_dangling_dependencies_are_told(load_text: LoadText) -> None:
    """With the nearest key; one that differs only in its number is no suggestion."""
    loaded = load_text("stories: [{id: deploy, title: A, depends_on: [deplyo, deploy2]}]")
    assert _slugs(loaded) == ["dangling-dependency", "dangling-dependency"]
    assert loaded.diagnostics[0].hint == "write `deploy`"
    assert "key" in loaded.diagnostics[1].hint


def test_cycles_are_named_whole(load_text: LoadText) -> None:
    """Who waits for whom, all the way around."""
    loaded = load_text(
        "stories: [{id: a, title: A, depends_on: [b]}, {id: b, title: B, depends_on: [c]},"
        " {id: c, title: C, depends_on: [a]}, {id: d, title: D, depends_on: [d]}]"
    )
    assert [each.message for each in loaded.errors] == [
        "circular dependency: a -> b -> c -> a",
        "'d' depends on itself",
    ]


@pytest.mark.parametrize(
    ("written", "ref"),
    [
        ("42", IssueRef(42)),
        ("'#42'", IssueRef(42)),
        ("o/r#42", IssueRef(42, "o/r")),
        ("https://github.com/o/r/issues/42", IssueRef(42, "o/r")),
        ("sandbox#14", IssueRef(14, sandbox=True)),
    ],
)
def test_issues_are_named_in_five_ways(load_text: LoadText, written: str, ref: IssueRef) -> None:
    """Number, number sign, repository, address, sandbox."""
    assert _items(load_text(f"stories: [{{id: a, title: A, issue: {written}}}]"))["a"].issue == ref


def test_people_are_mapped_to_logins(load_text: LoadText) -> None:
    """Names become logins; one that is neither is a warning and nobody is assigned."""
    loaded = load_text(
        "people: {Ada Example: ada}\n"
        "stories: [{id: a, title: A, assignees: [ada example, '@bob', Eve Unknown]}]"
    )
    assert _items(loaded)["a"].fields["assignees"] == ("ada", "bob")
    assert _slugs(loaded) == ["unknown-person"]


# ---- the whole -----------------------------------------------------------------------------


def test_points_of_a_parent_that_repeats_the_sum_count_once(load_text: LoadText) -> None:
    """An epic's own figure counts only where nothing below it has points."""
    loaded = load_text(
        "epics: [{title: A, story_points: 5, stories: [{title: S, story_points: 2},"
        " {title: T, story_points: 3}]}, {title: B, story_points: 8}]"
    )
    assert loaded.inventory.points == 13


def test_settings_reach_the_state(load_text: LoadText) -> None:
    """What planning needs of the settings is in the desired state."""
    state = _state(
        load_text(
            "id: w\nrepository: o/r\nproject: {title: T}\n"
            "ownership: {status: file, depends_on: github}\n"
            "trusted_authors: [bot]\nignore_issues: [3]\nmentions: true\nwrite_back: ids\n"
            "agents: [copilot-swe-agent]\n"
            "create_done: true\nstories: [{title: A}]"
        )
    )
    assert (state.backlog_id, state.repository) == ("w", "o/r")
    assert str(state.project) == "o/T"
    settings = state.settings
    assert settings.ownership == {"Status": "file", "state": "file", "blocked_by": "github"}
    assert (settings.trusted_authors, settings.ignore_issues) == (("bot",), (3,))
    assert settings.agents == ("copilot-swe-agent",)
    assert (settings.mentions, settings.write_back, settings.create_done) == (True, "ids", True)


@pytest.mark.parametrize(
    ("settings", "slug"),
    [
        ("project: {owner: o}", "missing-field"),
        ("project: {title: T}", "missing-field"),
        ("project: {owner: o, title: T, number: 4}", "invalid-value"),
        ("milestones: [{title: M, due: soon}]", "invalid-date"),
        (
            "labels: [{name: a, color: '000000'}, {name: A, color: 'ffffff'}]",
            "duplicate-definition",
        ),
        (
            "project: {owner: o, title: T, fields: {P: {type: single_select, options: [a, A]}}}",
            "duplicate-option",
        ),
    ],
)
def test_settings_that_contradict_themselves_are_errors(
    load_text: LoadText, settings: str, slug: str
) -> None:
    """What each setting says is checked, and what they say together."""
    loaded = load_text(f"{settings}\nstories: [{{title: A}}]")
    assert [each.slug for each in loaded.errors] == [slug]
    assert loaded.errors[0].place.line == 1


def test_an_item_of_another_repository_is_told(load_text: LoadText) -> None:
    """Those of any owner are taken; one beside an unnamed target is an error."""
    loaded = load_text(
        "repository: o/r\nstories:\n"
        "  - {id: a, title: A, repository: O/R}\n"
        "  - {id: b, title: B, repository: p/other}\n"
        "  - {id: c, title: C, repository: p/other, sync: false}\n"
        "  - {id: d, title: D, repository: o/other}\n"
    )
    assert not loaded.errors
    assert loaded.desired is not None
    items = loaded.desired.items
    assert [i.repository for i in items] == ["O/R", "p/other", "o/other"]
    (unsure,) = load_text("stories: [{id: b, title: B, repository: o/other}]").errors
    assert (unsure.slug, unsure.place.line) == ("other-repository", 1)
    assert "repository: owner/name" in unsure.hint
