"""Risk registers of Markdown roadmaps, and risks of the plan as a whole."""

from backlog_sync.core.planning import Risk
from backlog_sync.reports.risks import register, unplaced
from tests.files.conftest import LoadText

ROADMAP = """\
# Roadmap

## Epic 1: Pair a phone

### Story 1.1: Show the code

## Risks

| Risk | Likelihood | Impact | Mitigation | Contingency | Epic | Owner |
|---|---|---|---|---|---|---|
| The chip is late | High | 4/5 | Two makers | Ship without it | Pair a phone | Ann |
| Nobody wants it | Low | **High** | Ask ten people | – | | |
|  | High | High | a row without a risk | | | |

| Metric | Target |
|---|---|
| Risk | 3 |

| Risk | Note |
|---|---|
| no register | nothing is said of it |
"""


def test_a_register_is_read_and_tied_to_its_items(load_text: LoadText) -> None:
    """By an item's title or key; what names none is of the plan; rows are no items."""
    desired = load_text(ROADMAP, "ROADMAP.md").desired
    assert desired is not None
    assert [item.key for item in desired.items] == ["epic-1", "story-1.1"]
    (chip,) = desired.items[0].planning.risks
    assert chip == Risk("The chip is late", "High", "4/5", "Two makers", "Ship without it", "Ann")
    assert [risk.text for risk in desired.planning.risks] == ["Nobody wants it"]
    assert desired.planning.risks[0].contingency is None


def test_a_yaml_backlog_says_risks_of_the_whole(load_text: LoadText) -> None:
    """Under `planning:`, as an item says its own."""
    desired = load_text(
        "planning: {risks: [{text: Money runs out, likelihood: low, impact: 5}, Rain]}\n"
        "stories: [{title: A, risks: [Snow]}]\n"
    ).desired
    assert desired is not None
    assert [risk.text for risk in desired.planning.risks] == ["Money runs out", "Rain"]


def test_risks_of_the_plan_stand_in_the_register() -> None:
    """With an exposure, open for as long as the plan is, and told where a word is no level."""
    risks = (Risk("Rain", likelihood="often", impact="3"), Risk("Frost", "high", "4"))
    found = register((), risks)
    assert [(one.text, one.item, one.exposure, one.open) for one in found] == [
        ("Frost", "", 16, True),
        ("Rain", "", None, True),
    ]
    (told,) = unplaced((), risks)
    assert "'often' of a risk of the plan" in told
