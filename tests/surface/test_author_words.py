"""A status or priority that only its author understands stays in the file, whatever runs."""

import random
from pathlib import Path

import pytest

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.files.load import Loaded, load
from backlog_sync.files.statuses import meanings
from backlog_sync.files.vocabulary import is_priority
from tests.surface.conftest import World, of_kind
from tests.surface.syntaxes import SYNTAXES

_SYLLABLES = ("wa", "it", "for", "the", "to", "ma", "yor", "zü", "rich", "äm", "ок", "待", "shed")
_SIGNS = ("'", ", ", "; ", " - ", "?", "!", "…", " & ", "/", " (", ") ", ": ", " %")


def phrase(rng: random.Random) -> str:
    """A phrase that means nothing to the vocabulary, in letters and signs of many kinds."""
    while True:
        words = [
            "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(1, 3)))
            for _ in range(rng.randint(1, 6))
        ]
        text = "".join(f"{word}{rng.choice([' ', ' ', *_SIGNS])}" for word in words)
        text = f"Q{text}".strip(" -/:;,&(")
        if not meanings(text) and not is_priority(text) and len(text) > 2:
            return text


class Words(World):
    """A world whose files name their board by flag, as those of other tools must."""

    def load(self) -> Loaded:
        """Read the file."""
        return load([self.file], root=self.folder, project="octo-org/Widgets")


@pytest.fixture
def words(tmp_path: Path) -> Words:
    """A world with a board."""
    return Words(tmp_path)


def holds(world: World, *phrases: str) -> bool:
    """Whether the file still has the phrases to the letter, as its syntax writes them."""
    text = world.text
    csv = world.name.endswith(".csv")
    shapes = [each.replace('"', '""') if csv else each for each in phrases]
    if world.name.endswith((".yaml", ".json")):
        shapes = [each.replace("\\", "\\\\").replace('"', '\\"') for each in shapes]
    return all(shape in text for shape in shapes)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_unknown_words_stay(words: Words, syntax: str, seed: int) -> None:
    """Sync, sync, report, sync: every byte of the words stays, the second sync is silent."""
    rng = random.Random(f"{syntax} {seed}")
    status, priority = phrase(rng), phrase(rng)
    name, make = SYNTAXES[syntax]
    words.put(name, make(status, priority))
    words.sync()
    assert holds(words, status, priority)
    labels = {label.name for label in words.observe().labels}
    assert {name for name in labels if name.startswith("priority")} <= {"priority:high"}
    options = {o.name for f in words.observe().project.fields for o in f.options}  # type: ignore[union-attr]
    assert options <= {"Todo", "In Progress", "Done", "High"}
    before = words.text
    words.report()
    words.sync()
    assert words.text == before


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_what_people_do_replaces_an_unknown_status(words: Words, syntax: str) -> None:
    """Closing the issue, or moving its card, is a choice: it flows into the file, and is told."""
    rng = random.Random(syntax)
    name, make = SYNTAXES[syntax]
    for act in ("close", "move"):
        world = Words(words.folder / act, name=name)
        world.folder.mkdir()
        status = phrase(rng)
        world.put(name, make(status, "High"))
        world.sync()
        number = world.issue("Order").number
        if act == "close":
            world.ann.close(number)
        else:
            world.ann.set_value(number, "Status", "In Progress", project="Widgets")
        before = world.text
        world.run()
        assert world.text != before
        assert not holds(world, status)
        world.sync()


def test_a_card_that_was_there_is_where_moves_begin(words: Words) -> None:
    """Adopting an issue whose card is under way replaces no word; a move of it afterwards does."""
    words.put("backlog.yaml", "version: 1\nstories: [{id: a, title: First}]\n")
    words.sync()
    number = words.ann.open_issue("Order").number
    words.ann.add_card(number, "Widgets")
    words.ann.set_value(number, "Status", "In Progress", project="Widgets")
    text = words.text.rstrip().removesuffix("]")
    item = f"{{id: b, title: Order, issue: 'sandbox#{number}', status: Ask Ann}}"
    words.put("backlog.yaml", f"{text}, {item}]\n")
    words.run()
    assert holds(words, "Ask Ann")
    words.sync()
    assert holds(words, "Ask Ann")
    words.ann.set_value(number, "Status", "Done", project="Widgets")
    words.run()
    assert not holds(words, "Ask Ann")


def test_an_issue_closed_before_it_was_adopted_replaces_nothing(words: Words) -> None:
    """Nobody closed it after the word was written, as far as we know; a reopening is no word."""
    number = words.ann.open_issue("Order").number
    words.ann.close(number)
    item = f"{{id: a, title: Order, issue: 'sandbox#{number}', status: Ask Ann}}"
    words.put("backlog.yaml", f"version: 1\nstories: [{item}]\n")
    words.run()
    assert holds(words, "Ask Ann")
    words.ann.reopen(number)
    words.run()
    assert holds(words, "Ask Ann")
    words.ann.close(number)
    words.run()
    assert not holds(words, "Ask Ann")


def test_an_unknown_status_reopens_nothing(words: Words) -> None:
    """`Done` in the file replaced by words: the closed issue stays closed."""
    words.put("backlog.yaml", "version: 1\nstories: [{id: a, title: Order}]\n")
    words.sync()
    words.ann.close(1)
    words.run()
    assert "status: Done" in words.text
    words.sync()
    words.edit("status: Done", "status: Ask Ann again")
    assert words.plan().changes == ()
    words.run()
    assert words.issue("Order").state == "closed"
    assert holds(words, "Ask Ann again")


def test_an_option_of_the_board_is_a_known_word(words: Words) -> None:
    """What only the board knows is a status and a priority: set, labeled, and not warned of."""
    options = "Status: {type: single_select, options: [Todo, Shelved, Done]}"
    options += ", Priority: {type: single_select, options: [High, Whenever]}"
    project = f"{{owner: octo-org, title: Widgets, fields: {{{options}}}}}"
    item = "{id: a, title: A, priority: High}"
    words.put("backlog.yaml", f"version: 1\nproject: {project}\nstories: [{item}]\n")
    words.sync()
    item = "{id: a, title: A, priority: whenever, status: shelved}"
    words.put("backlog.yaml", f"version: 1\nstories: [{item}]\n")
    assert len(words.load().diagnostics) == 2
    plan = words.plan()
    assert not [w for w in plan.warnings if w.slug.startswith("unknown")]
    changes = of_kind(plan, ChangeKind.FIELD_VALUE)
    values = {name: each.after for change in changes for name, each in change.fields.items()}
    assert values == {"Status": "Shelved", "Priority": "Whenever"}
    words.sync()
    assert "priority:whenever" in words.issue("A").labels


def test_a_priority_that_becomes_unknown_takes_nothing_away(words: Words) -> None:
    """The value on the board and the label stay while nobody knows what is meant instead."""
    words.put("backlog.yaml", "version: 1\nstories: [{id: a, title: A, priority: High}]\n")
    words.sync()
    words.edit("priority: High", "priority: Ask Ann")
    words.run()
    issue = words.issue("A")
    assert "priority:high" in issue.labels
    assert issue.card is not None
    assert issue.card.values["Priority"] == "High"
    words.sync()
    words.edit("priority: Ask Ann", "priority: Low")
    words.sync()
    assert {n for n in words.issue("A").labels if n.startswith("priority")} == {"priority:low"}


def test_each_unknown_word_is_shown_once_with_the_valid_values(words: Words) -> None:
    """Lint and plan warn of a word once, however many items have it, and never stop."""
    item = "{{id: i{n}, title: T{n}, status: Ask Ann, priority: Mist}}"
    items = ", ".join(item.format(n=n) for n in range(9))
    status = "Status: {type: single_select, options: [Soon, Now, Past]}"
    fields = f"{status}, Priority: {{type: single_select, options: [Must]}}"
    project = f"{{owner: o, title: W, fields: {{{fields}}}}}"
    words.put("backlog.yaml", f"version: 1\nproject: {project}\nstories: [{items}]\n")
    found = words.load().diagnostics
    assert [(d.slug, d.is_error) for d in found] == [
        ("unknown-status", False), ("unknown-priority", False)]  # fmt: skip
    assert "(9 items)" in found[0].message
    assert "valid values: Soon, Now, Past" in found[0].hint
    assert "did you mean 'Must'?" in found[1].hint
    told = [w for w in words.plan().warnings if w.slug.startswith("unknown")]
    assert [w.slug for w in told] == ["unknown-status", "unknown-priority"]
    assert "Todo" in told[0].hint or "Soon" in told[0].hint
