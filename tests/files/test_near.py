"""Typing errors: what was meant, found with few comparisons, and told in every syntax."""

import difflib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backlog_sync.files.near import Near
from tests.files.conftest import LoadText

WORDS = st.lists(st.text(alphabet="abcdeé -", min_size=1, max_size=8), max_size=30, unique=True)


class Counted(difflib.SequenceMatcher[str]):
    """Counts the words that are compared with another one."""

    count = 0

    def real_quick_ratio(self) -> float:
        """As before, and counted: it comes first for every word."""
        Counted.count += 1
        return super().real_quick_ratio()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> type[Counted]:
    """A count of all comparisons of names."""
    Counted.count = 0
    monkeypatch.setattr(difflib, "SequenceMatcher", Counted)
    return Counted


@settings(deadline=None)
@given(WORDS, st.text(alphabet="abcdeé -", max_size=8))
def test_of_few_words_the_nearest_is_found(words: list[str], word: str) -> None:
    """A hundred words and fewer are all compared."""
    folded = [each.casefold() for each in words]
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    found = Near(words).to(word)
    assert (found is None) == (close == [])
    assert found is None or found in words


def test_one_slip_is_found_among_thousands() -> None:
    """A letter too many, too few or another one, at any place of a word."""
    rng = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz-"
    words = ["".join(rng.choices(letters, k=rng.randint(6, 14))) for _ in range(4000)]
    near = Near(words)
    missed = 0
    for word in rng.sample(words, 300):
        at = rng.randrange(len(word))
        slip = rng.choice((word[:at] + word[at + 1 :], word[:at] + "x" + word[at + 1 :],
                           word[:at] + "y" + word[at:]))  # fmt: skip
        missed += near.to(slip) != word
    assert missed <= 3


@pytest.mark.parametrize("many", [100, 400, 1600])
def test_unknown_names_take_few_comparisons_each(
    load_text: LoadText, counted: type[Counted], many: int
) -> None:
    """However many items there are, so many comparisons and no more for each unknown name."""
    items = "".join(
        f"## Story {n}: Item number {n}\n\n**Depends on**: Story 9{n}x\n\n" for n in range(1, many)
    )
    found = load_text(f"# R\n\n{items}", "ROADMAP.md").diagnostics
    assert sum(d.slug == "dangling-dependency" for d in found) == many - 1
    assert counted.count <= 100 * many


def test_unknown_parents_labels_and_fields_do_too(
    load_text: LoadText, counted: type[Counted]
) -> None:
    """The bound holds for whatever is looked up among names that a file declares."""
    many = 600
    labels = "".join(f"  - {{name: area:{n}of{n}}}\n" for n in range(many))
    titles = "".join(f"  - {{title: Part {n} of {n}}}\n" for n in range(many))
    items = "".join(
        f"  - {{id: s{n}x{n}, title: T{n}, labels: [aera:{n}fo{n}], milestone: Prat {n} fo {n}}}\n"
        for n in range(many)
    )
    load_text(f"version: 1\nlabels:\n{labels}milestones:\n{titles}stories:\n{items}")
    assert 0 < counted.count <= 3 * 100 * many


DECLARED = (
    "milestones: [{title: Pilot}, {title: Public beta}]\n"
    "labels: [{name: bug, aliases: [defect]}, {name: 'area:door'}]\n"
    "planning: {teams: {Platform: 40}}\n"
)
ITEMS = {
    "backlog.yaml": "version: 1\n{declared}stories:\n"
    "  - {{title: A, milestone: {m}, labels: [{l}], team: {t}}}\n",
    "ROADMAP.md": "---\nbacklog:\n  {indented}---\n# R\n\n## Story 1: A\n**Milestone**: {m}\n"
    "**Labels**: {l}\n**Team**: {t}\n",
}


@pytest.mark.parametrize("name", ITEMS)
def test_a_slip_of_a_declared_name_is_told(load_text: LoadText, name: str) -> None:
    """A milestone, a label, a team: a warning with what was meant, once, and never an error."""
    words = {"declared": DECLARED, "indented": DECLARED.replace("\n", "\n  ").rstrip(" ")}
    text = ITEMS[name].format(**words, m="Pilto", l="bgu, defct, 'area:dorr'", t="Plattform")
    found = [d for d in load_text(text, name).diagnostics if d.slug == "undeclared"]
    told = " ".join(f"{d.message} {d.hint}" for d in found)
    for meant in ("'Pilot'", "'bug'", "'defect'", "'area:door'", "'Platform'"):
        assert f"did you mean {meant}" in told
    assert len(found) == 5
    assert not any(d.is_error for d in found)


@pytest.mark.parametrize(
    ("milestone", "labels"),
    [("pilot", "BUG, defect, area:door"), ("Pilot 2", "bug2"), ("Later", "area:roof, other")],
)
def test_other_names_are_told_by_nobody(load_text: LoadText, milestone: str, labels: str) -> None:
    """Other case, an alias, another number, another word: no slip."""
    text = ITEMS["backlog.yaml"].format(declared=DECLARED, m=milestone, l=labels, t="Platform")
    assert load_text(text).diagnostics == ()


@pytest.mark.parametrize("name", ["Labels", "milestone", "Linked pull requests", "Title"])
def test_a_field_of_githubs_own_cannot_be_declared(load_text: LoadText, name: str) -> None:
    """A value of it could never be set: it is an error with what to do, not an endless plan."""
    project = f"{{owner: o, title: T, fields: {{{name}: {{type: text}}}}}}"
    text = f"version: 1\nproject: {project}\nstories: [{{title: A}}]\n"
    (found,) = load_text(text).errors
    assert (found.slug, found.hint) == ("reserved-field", "give it another name")
    assert f"'{name}'" in found.message
