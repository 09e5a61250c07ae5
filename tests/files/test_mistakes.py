"""Mistakes of new users: each is reported at its line with the text to write, and hides no other.

`YAML` is a table of mistakes in a backlog of our own format: the line to add to an item or to the
settings, what is found, and the hint.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from backlog_sync.core.diagnostics import Fix
from backlog_sync.files.load import Loaded, load
from backlog_sync.files.write.change import save
from backlog_sync.files.write.fix import fix
from tests.files.conftest import LoadText


class Mistake(NamedTuple):
    """A line with a mistake, the slug of its finding, the text of its hint, and it corrected.

    `fixed` is empty if `lint --fix` leaves it to a person.
    """

    line: str
    slug: str
    hint: str
    fixed: str = ""


ITEM = [
    Mistake("target: next week", "invalid-date", "write the date itself, as in `2026-03-31`"),
    Mistake("target: 31.03.2026", "invalid-date", "write `target: 2026-03-31`",
            "target: 2026-03-31"),
    Mistake("target: 03/31/26", "invalid-date", "write `target: 2026-03-31`", "target: 2026-03-31"),
    Mistake("start: 31 March 2026", "invalid-date", "write `start: 2026-03-31`",
            "start: 2026-03-31"),
    Mistake("target: 2026/3/31  # soon", "invalid-date", "write `target: 2026-03-31`",
            "target: 2026-03-31  # soon"),
    Mistake("target: 2026-02-30", "invalid-date",
            "write `target: 2026-02-28` if the end of the month is meant"),
    Mistake("target: 2026-13-01", "invalid-date", "write `target: 2026-01-13` if 13 is the day"),
    Mistake("target: 03/04/2026", "invalid-date", "write `target: 2026-03-04` or `2026-04-03`"),
    Mistake("target: Q3", "invalid-date", "write `target: YYYY-09-30` with its year"),
    Mistake("start: Q3", "invalid-date", "write `start: YYYY-07-01` with its year"),
    Mistake("target: Q3 2026", "invalid-date", "write `target: 2026-09-30`", "target: 2026-09-30"),
    Mistake("start: Q3 2026", "invalid-date", "write `start: 2026-07-01`", "start: 2026-07-01"),
    Mistake("target: March", "invalid-date", "write `target: YYYY-03-31` with its year"),
    Mistake("estimate_hours: two days", "wrong-type", "write `estimate_hours: 16` (a day of 8"),
    Mistake("estimate_hours: 3d", "wrong-type", "write `estimate_hours: 24`"),
    Mistake("estimate_hours: 2w", "wrong-type", "write `estimate_hours: 80`"),
    Mistake("estimate_hours: 16h", "wrong-type", "write `estimate_hours: 16`",
            "estimate_hours: 16"),
    Mistake("estimate_hours: PT8H", "wrong-type", "write `estimate_hours: 8`", "estimate_hours: 8"),
    Mistake("estimate_hours: 1h 30m", "wrong-type", "write `estimate_hours: 1.5`",
            "estimate_hours: 1.5"),
    Mistake("estimate_hours: -3", "invalid-value", "write `estimate_hours: 3` or leave it out"),
    Mistake("story_points: 3 points", "unknown-points", "write `story_points: 3`",
            "story_points: 3"),
    Mistake("story_points: three", "unknown-points", "write `story_points: 3`", "story_points: 3"),
    Mistake("story_points: 3-5", "unknown-points", "write `story_points: 5` or `3`"),
    Mistake("story_points: ~5", "unknown-points", "write `story_points: 5`"),
    Mistake("story_points: XL", "unknown-points", "declare a scale"),
    Mistake("story_points: -3", "invalid-number", "write `story_points: 3` or leave it out"),
    Mistake("issue: GH-12", "invalid-issue", "write `issue: 12`", "issue: 12"),
    Mistake("issue: 'issue #12'", "invalid-issue", "write `issue: 12`", "issue: '12'"),
    Mistake("issue: https://github.com/o/r/pull/12", "invalid-issue", "a pull request"),
    Mistake("issue: https://gitlab.com/o/r/-/issues/12", "invalid-issue",
            "gitlab.com is not GitHub"),
    Mistake("issue: soon", "invalid-issue", "write `issue: 42`"),
    Mistake("depends_on: [Front door]", "dangling-dependency", "write `door`",
            "depends_on: [door]"),
    Mistake("depends_on: Front door", "dangling-dependency", "write `door`", "depends_on: door"),
    Mistake("depends_on: [frnt door]", "dangling-dependency",
            "write `door`, the key of 'front door'"),
    Mistake("depends_on: [dooor]", "dangling-dependency", "write `door`", "depends_on: [door]"),
    Mistake("depends_on: [GH-7]", "dangling-dependency", "write `'#7'`", "depends_on: ['#7']"),
    Mistake("tilte: Y", "unknown-field", "title"),
    Mistake("due: 2026-03-31", "unknown-field", "write `target: 2026-03-31`", "target: 2026-03-31"),
    Mistake("due: 31.03.2026", "unknown-field", "write `target: 2026-03-31`", "target: 2026-03-31"),
    Mistake("deadline: 2026-03-31", "unknown-field", "write `target: 2026", "target: 2026-03-31"),
    Mistake("body: It opens", "unknown-field", "write `description: It opens`",
            "description: It opens"),
    Mistake("owner: ada", "unknown-field", "write `assignees: ada`", "assignees: ada"),
    Mistake("assignee: ada", "unknown-field", "write `assignees: ada`", "assignees: ada"),
    Mistake("deps: [door]", "unknown-field", "write `depends_on: [door]`", "depends_on: [door]"),
    Mistake("blocked_by: door", "unknown-field", "write `depends_on: door`", "depends_on: door"),
    Mistake("dependsOn: door", "unknown-field", "write `depends_on: door`", "depends_on: door"),
    Mistake("ac: [It opens]", "unknown-field", "write `acceptance_criteria: [It opens]`",
            "acceptance_criteria: [It opens]"),
    Mistake("points: 3", "unknown-field", "write `story_points: 3`", "story_points: 3"),
    Mistake("sp: 3", "unknown-field", "write `story_points: 3`", "story_points: 3"),
    Mistake("size: 3", "unknown-field", "write `story_points: 3`", "story_points: 3"),
    Mistake("estimate: 3", "unknown-field", "write `story_points: 3`", "story_points: 3"),
    Mistake("estimate: 16h", "unknown-field", "write `estimate_hours: 16`", "estimate_hours: 16"),
    Mistake("tags: [door]", "unknown-field", "write `labels: [door]`", "labels: [door]"),
    Mistake("prioritty: High", "unknown-field", "write `priority: High`", "priority: High"),
    Mistake("epic_link: house", "unknown-field", "put the item below its parent"),
    Mistake("parent: house", "unknown-field", "put the item below its parent"),
    Mistake("blocks: door", "unknown-field", "write `depends_on:` in the item that waits"),
    Mistake("repositry: octo-org/r", "unknown-field", "write `repository: octo-org/r`",
            "repository: octo-org/r"),
    Mistake("write_back: none", "unknown-field", "at the top of the file"),
    Mistake("goal: [It opens]", "wrong-type", "write `goal: It opens`", "goal: It opens"),
    Mistake("goal: [a, b]", "wrong-type", "write `goal: a, b`"),
    Mistake("goal: {Goal: it opens}", "wrong-type", 'write `goal: "Goal: it opens"`'),
    Mistake("sync: nope", "wrong-type", ""),
    Mistake("sync: x", "wrong-type", "write `sync: true`", "sync: true"),
    Mistake("repository: https://github.com/octo-org/r.git", "invalid-value",
            "write `repository: octo-org/r`", "repository: octo-org/r"),
    Mistake("risks: {text: [a]}", "wrong-type", "begin each entry with"),
]  # fmt: skip
"""Lines of an item."""

TOP = [
    Mistake("repo: o/r", "unknown-field", "`repository:` is given too"),
    Mistake("labls: [a]", "unknown-field", "write `labels:`", "labels: [a]"),
    Mistake("title: X", "unknown-field",
            "write `title:` in an item, below its `- title: …`, or below `project:`"),
    Mistake("due: 2026-03-31", "unknown-field", "write `target:` in an item"),
    Mistake("user_stories: []", "unknown-field", "`stories:` is given too"),
    Mistake("write_back: progres", "invalid-value", "write `write_back: progress`",
            "write_back: progress"),
    Mistake("mentions: sure", "wrong-type", ""),
    Mistake("project: {owner: o, title: T, fields: {Part: {type: iteration, start: 1.4.2027}}}",
            "invalid-date", "write `start: 2027-04-01`",
            "project: {owner: o, title: T, fields: {Part: {type: iteration, start: 2027-04-01}}}"),
]  # fmt: skip
"""Lines at the top of the file."""

LINES = [
    Mistake("      - title: Fix: it", "invalid-yaml", 'write `- title: "Fix: it"`',
            '      - title: "Fix: it"'),
    Mistake("      - title: 'It's it'", "invalid-yaml", 'write `- title: "It\'s it"`',
            '      - title: "It\'s it"'),
    Mistake('      - title: "It', "invalid-yaml", 'write `- title: "It"`', '      - title: "It"'),
    Mistake('      - title: "It" rings # yes', "invalid-yaml",
            "write `- title: '\"It\" rings' # yes`",
            "      - title: '\"It\" rings' # yes"),
    Mistake("      - title: `it`", "invalid-yaml", 'write `- title: "`it`"`',
            '      - title: "`it`"'),
    Mistake("      - title: [It] rings", "invalid-yaml", 'write `- title: "[It] rings"`',
            '      - title: "[It] rings"'),
    Mistake("      -title: It", "invalid-yaml", "write `- title: It`", "      - title: It"),
    Mistake("      - title:It\n        goal: x", "invalid-yaml", "write `- title: It`",
            "      - title: It\n        goal: x"),
    Mistake("      - title It\n        goal: x", "invalid-yaml", "write `- title: It`",
            "      - title: It\n        goal: x"),
    Mistake("\t\tgoal: x", "invalid-yaml", "indent it with 8 spaces, no tabs", "        goal: x"),
    Mistake("         goal: x", "invalid-yaml", "indent it with 8 spaces", "        goal: x"),
    Mistake("       goal: x", "invalid-yaml", "indent it with 8 spaces", "        goal: x"),
    Mistake("           goal: x", "invalid-yaml", "indent it with 8 spaces"),
    Mistake("        assignees: @ada", "invalid-yaml", 'write `assignees: ada`',
            '        assignees: ada'),
    Mistake("        goal: *loud*", "invalid-yaml", 'write `goal: "*loud*"`',
            '        goal: "*loud*"'),
    Mistake("        goal: 50% # half\n        goal: all", "duplicate-field", "remove one"),
    Mistake("        acceptance_criteria:\n          - [ ] it rings", "invalid-yaml",
            'write `- "[ ] it rings"`', '        acceptance_criteria:\n          - "[ ] it rings"'),
    Mistake("      - It rings", "wrong-type", "write `- title: It rings`",
            "      - title: It rings"),
    Mistake("      - title:", "empty-value", "write what the issue is called"),
    Mistake("      - goal: x", "missing-field", "add `title: …`"),
    Mistake("      - tilte: It", "unknown-field", "write `title: It`", "      - title: It"),
    Mistake("      - name: It", "unknown-field", "write `title: It`", "      - title: It"),
    Mistake("      - {title: It, kind: storry}", "invalid-value", "write `kind: story`",
            "      - {title: It, kind: story}"),
    Mistake("      - {title: It, kind: Defect}", "invalid-value", "write `kind: bug`",
            "      - {title: It, kind: bug}"),
    Mistake("      - {title: It, id: My Key}", "invalid-key", "write `id: my-key`"),
    Mistake("      - {title: It, start: 2027-04-01, target: 2027-03-01}", "start-after-target",
            "swap them: `start: 2027-03-01` and `target: 2027-04-01`"),
    Mistake("      - {title: It, milestone: M, target: 2027-04-01}", "after-milestone",
            "write `due: 2027-04-01` in the milestone"),
    Mistake("      - {title: It, milestone: M, start: 2027-04-01}", "after-milestone",
            "write `due: 2027-04-01` in the milestone"),
    Mistake("      - {title: It, story_points: 20270331}", "unlikely-size", "is it a date or"),
]  # fmt: skip
"""Whole lines behind an item, and what is wrong in the first or the last of them."""

VALID = """version: 1
repository: octo-org/shop
milestones: [{title: M, due: 2027-03-31}]
epics:
  - id: house
    title: House
    stories:
      - id: door
        title: Front door
      - id: bell
        title: Bell
        @
stories:
  - id: roof
    title: Roof
"""
"""A valid backlog with a place for a line in an item."""


def with_line(mistake: Mistake) -> str:
    """The valid backlog with a mistaken line, in an item or at the top."""
    if mistake in TOP:
        return f"{mistake.line}\n{VALID}".replace("        @\n", "")
    if mistake in LINES:
        return VALID.replace("        @", mistake.line)
    return VALID.replace("@", mistake.line)


@pytest.mark.parametrize("mistake", [*ITEM, *TOP, *LINES], ids=lambda each: each.line)
def test_a_mistake_is_reported_at_its_line_with_what_to_write(
    load_text: LoadText, tmp_path: Path, mistake: Mistake
) -> None:
    """One finding, at the line, with the corrected text; `--fix` writes it and nothing else."""
    text = with_line(mistake)
    loaded = load_text(text)
    first = 1 + text[: text.index(mistake.line)].count("\n")
    (found,) = loaded.diagnostics
    assert found.slug == mistake.slug
    assert found.place.line in (first, first + mistake.line.count("\n"))
    assert mistake.hint in found.hint
    after = fixed(loaded, tmp_path)
    assert after == text.replace(mistake.line, mistake.fixed or mistake.line)
    if mistake.fixed:
        assert not load([Path("backlog.yaml")], root=tmp_path).diagnostics


def fixed(loaded: Loaded, tmp_path: Path) -> str:
    """The text after every correction."""
    for _ in range(3):
        for change in fix(loaded):
            save(change)
        loaded = load([Path("backlog.yaml")], root=tmp_path)
    return (tmp_path / "backlog.yaml").read_bytes().decode()


def found(text: str, load_text: LoadText, name: str = "backlog.yaml") -> list[tuple[str, str]]:
    """The slug of every finding, and the text of its line."""
    lines, findings = text.split("\n"), load_text(text, name).diagnostics
    return sorted((each.slug, lines[each.place.line - 1].strip()) for each in findings)


SINGLE = [each for each in LINES if "\n" not in each.line and each.line.startswith("      - ")]
"""Mistakes that are an item of their own: any number of them fit below one parent."""


@pytest.mark.parametrize("seed", range(12))
def test_one_more_mistake_hides_no_other(load_text: LoadText, seed: int) -> None:
    """Several mistakes in one file are reported as they are when each is alone."""
    rng = random.Random(seed)
    whole, expected = VALID.replace("        @\n", ""), []
    mistakes = [*rng.sample(ITEM, 5), *rng.sample(SINGLE, 4)]
    for number, mistake in enumerate(mistakes):
        alone = mistake.line.replace("It", f"It{number}")
        if mistake in ITEM:
            alone = f"      - title: Bell {number}\n        {mistake.line}"
        expected += found(VALID.replace("        @", alone), load_text)
        whole = whole.replace("stories:\n  - id: roof", f"{alone}\nstories:\n  - id: roof")
    whole += rng.choice(TOP[4:]).line + "\n"
    told = found(whole, load_text)
    left = [each for each in expected if each not in told]
    assert not left, whole
    assert len(told) == len(expected) + 1


FILES = {
    "plan.yaml": (
        """verison: 1
repo: octo-org/shop
milestones:
  - {title: Beta, due: 31.03.2027}
epics:
  - title: Checkout: pay
    stories:
      - tilte: Pay by card
        points: three
        target: 30/04/2027
      - title: Keep carts
        due: Q2
        owner: @ada
        depends_on: [Pay by card]
\testimate_hours: 2d
      - Send receipts
      - title: Refunds
        story_points: -3
        ac: [it is back]
        start: 2027-03-01
        target: 2027-02-01
""",
        {"target: Q2": "target: 2027-06-30", "2d": "16", "story_points: -3": "story_points: 3",
         "start: 2027-03-01": "start: 2027-01-01"},
        15,
    ),
    "ROADMAP.md": (
        """# Roadmap

## Epic 1: Checkout

### Stroy 1.1: Pay by card
**Due**: 03/31/27
**Prioirty**: High
**Points**: 3-5

### Story 1.2: Keep carts
**Due**: next week
**Estimate**: two days
**Depends on**: Story 1.9
**Acceptance criteria**:
- [] carts stay
- [ x] for a week
- [y] for two
-[ ] for three

### Story 1.3: Refunds
**Start**: 2027-04-01
**Target**: 2027-03-01
**Issue**: GH-12
**Status**: Dnoe
""",
        {"3-5": "5", "next week": "2027-03-31", "two days": "16h", "1.9": "1.1",
         "2027-04-01": "2027-02-01"},
        13,
    ),
    "plan.csv": (
        """Key,Summary,Issue Type,Status,Story Points,Due date,Epic Link,Depends on,Owner,Estimate
S-1,Checkout,Epic,To Do,,31/04/2027,,,ada,
S-2,Pay by card,Story,Dnoe,three,03/31/27,S-1,,ada,3d
S-3,Keep carts,Storry,To Do,-3,next week,S-9,S-22,ada,two days
S-4,Refunds,Story,To Do,3-5,2027-02-30,S-1,S-2,ada,8h
S-5,,Story,To Do,5,2027-01-01,S-1,S-2,ada,8h
""",
        {"31/04/2027": "2027-04-30", "3d": "24h", "-3,next week,S-9": "3,2027-03-31,S-1",
         "S-22": "S-2", "two days": "16h", "3-5,2027-02-30": "5,2027-02-28", "S-5,,": "S-5,Mail,"},
        12,
    ),
}  # fmt: skip
"""Files of a new user, what a person writes after the hints, and how many mistakes they have."""


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_many_mistakes_is_correct_in_the_second_round(
    load_text: LoadText, tmp_path: Path, name: str
) -> None:
    """All are reported at once; `--fix` and what the other hints say leave nothing to report."""
    text, written, least = FILES[name]
    loaded = load_text(text, name)
    assert len(loaded.diagnostics) >= least
    for _ in range(4):
        for change in fix(loaded):
            save(change)
        loaded = load([Path(name)], root=tmp_path)
    text = (tmp_path / name).read_text("utf-8")
    for before, after in written.items():
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    assert [f"{d.place} {d.message} {d.hint}" for d in load_text(text, name).diagnostics] == []


BOXES = """## Story 1: Pay by card

- [ ] carts stay
- [y] for a week
- [v] or two
- [ x ] or three
-[ ] and then
1.[x] they go
- [v](docs/v.md)
- [Y]: the letter
"""
"""Two check boxes of Markdown's spelling and five of people's, a link, and a letter."""


def test_check_boxes_as_people_write_them_are_corrected(
    load_text: LoadText, tmp_path: Path
) -> None:
    """Each is reported at its line, and `--fix` makes it one that GitHub shows."""
    loaded = load_text(BOXES, "ROADMAP.md")
    assert [(d.slug, d.place.line) for d in loaded.diagnostics] == [
        ("malformed-box", line) for line in range(4, 9)
    ]
    for change in fix(loaded):
        save(change)
    text = (tmp_path / "ROADMAP.md").read_text("utf-8")
    assert text.split("\n")[2:8] == [
        "- [ ] carts stay", "- [x] for a week", "- [x] or two", "- [x] or three", "- [ ] and then",
        "1. [x] they go",
    ]  # fmt: skip
    assert not load_text(text, "ROADMAP.md").diagnostics


CYCLES = {
    "plan.json": (
        """{"tasks": [
 {"id": "a", "title": "One", "status": "todo", "parent": "b"},
 {"id": "b", "title": "Two", "status": "todo",
  "parent": "a"}
]}
""",
        [(4, "b -> a -> b")],
    ),
    "plan.csv": (
        "Key,Title,Status,Parent\nA,One,Todo,C\nB,Two,Todo,A\nC,Three,Todo,B\nD,Four,Todo,D\n",
        [(4, "C -> B -> A -> C"), (5, "D -> D")],
    ),
    "members.yaml": (
        "epics:\n  - {id: E1, title: One, stories: [S1, E2]}\n"
        "  - {id: E2, title: Two, stories: [E1]}\nstories:\n  - {id: S1, title: Three, epic: E1}\n",
        [(3, "E1 -> E2 -> E1")],
    ),
    "ROADMAP.md": (
        "# R\n\n## Story S1: One\n**Parent**: S2\n\n## Story S2: Two\n**Parent**: S1\n",
        [(7, "Two -> One -> Two")],
    ),
    "todo.txt": ("Pay by card id:a p:b\nKeep carts id:b p:a\n", [(2, "b -> a -> b")]),
}
"""Parents in a circle, and the line of the one that closes it."""


@pytest.mark.parametrize("name", CYCLES)
def test_parents_in_a_circle_are_reported_at_the_parent(load_text: LoadText, name: str) -> None:
    """The finding names the whole circle; only the parent that closes it is ignored."""
    text, circles = CYCLES[name]
    loaded = load_text(text, name)
    assert [(d.slug, d.place.line) for d in loaded.diagnostics] == [
        ("cyclic-parents", line) for line, _ in circles
    ]
    for found, (_, circle) in zip(loaded.diagnostics, circles, strict=True):
        assert circle in found.hint
    assert loaded.desired is not None


def test_bullets_that_the_flag_does_not_take_are_not_said_to_be_taken_by_it(
    load_text: LoadText,
) -> None:
    """With `--bullets items`, a bullet that is still left out names the setting that helps."""
    text = "# R\n\n## Ideas\n\n- Dark\n\n## 2027 Q1\n\n- Sign out\n\n## Story 1: X\n"
    loaded = load_text("---\nbacklog: {bullets: items}\n---\n" + text, "ROADMAP.md")
    (left,) = [note.reason for note in loaded.files[0].notes if note.line == 12]
    assert "`reading:` can declare" in left
    assert "--bullets" not in left


def test_a_misspelled_type_before_a_date_is_reported(load_text: LoadText) -> None:
    """`Sprnt (2027-12-01)` is meant as a sprint."""
    text = "# R\n\n## Sprnt (2027-12-01)\n\n- [ ] Sign out\n\n## Spring (2027-03-01)\n\n- [ ] Mow\n"
    (found,) = load_text(text, "ROADMAP.md").diagnostics
    assert (found.slug, found.place.line, found.hint) == ("near-type", 3, "write `Sprint`")


def test_an_item_without_a_title_keeps_its_id(load_text: LoadText) -> None:
    """Others may refer to it: only the missing title is reported."""
    text = "version: 1\nstories:\n- id: gate\n- title: Oil\n  depends_on: [gate]\n"
    assert [each.slug for each in load_text(text).diagnostics] == ["missing-field"]


@pytest.mark.parametrize("value", ["-" * 3000, "1-" * 3000 + "1", "1 - " * 3000])
def test_a_long_value_is_no_range_of_ranges(load_text: LoadText, value: str) -> None:
    """It is reported like any other, however long it is."""
    text = f"version: 1\nstories:\n- title: Oil\n  estimate_hours: '{value}'\n"
    text += f"  story_points: '{value}'\n"
    assert {each.slug for each in load_text(text).diagnostics} == {"wrong-type", "unknown-points"}


ROADMAP = [
    ("- **Prioirty**: High", "near-key"),
    ("- **Priority**: after lunch", "unknown-priority"),
    ("- **Status**: with the printer", "unknown-status"),
    ("- **Story Points**: M", "unknown-points"),
    ("- **Assignee**: The whole crew", "unknown-person"),
    ("- [] It shuts", "malformed-box"),
]
"""Mistakes below the heading of a story, with the slug."""

EXPORT = [
    ("Bell,Todo,M,Low,", "unknown-points"),
    ("Bell,Todo,3,after lunch,", "unknown-priority"),
    ("Bell,Todo,3,Low,B99", "unknown-parent"),
    ("Bell,with the printer,3,Low,", "unknown-status"),
]
"""Mistakes in a row of an export, with the slug."""

HEADER = "Title,Status,Points,Priority,Parent,Key\n"


def story(number: int, line: str) -> str:
    """A story of a roadmap with a line below its heading."""
    return f"### Story 1.{number}: Bell {number}\n\n{line}\n\n"


def row(number: int, line: str) -> str:
    """A row of an export with a name and a key of its own."""
    return f"{line.replace('Bell', f'Bell {number}')},B{number}\n"


@pytest.mark.parametrize(
    ("name", "start", "mistakes", "item"),
    [
        ("ROADMAP.md", "# House\n\n## Epic 1: Doors\n\n", ROADMAP, story),
        ("export.csv", HEADER + "Door,Todo,2,High,,B0\n", EXPORT, row),
    ],
    ids=["Markdown", "CSV"],
)
def test_no_mistake_hides_another_in_a_roadmap_or_an_export(
    load_text: LoadText,
    name: str,
    start: str,
    mistakes: list[tuple[str, str]],
    item: Callable[[int, str], str],
) -> None:
    """Each is reported at its line, by itself and among all others, in every order."""
    for line, slug in mistakes:
        (alone,) = found(start + item(1, line), load_text, name)
        assert alone[0] == slug
    for seed in range(4):
        chosen = random.Random(seed).sample(mistakes, len(mistakes))
        text = start + "".join(item(number, line) for number, (line, _) in enumerate(chosen, 1))
        reported = found(text, load_text, name)
        expected = [
            (slug, item(number, line).strip().splitlines()[-1])
            for number, (line, slug) in enumerate(chosen, 1)
        ]
        assert reported == sorted(expected)


def test_a_brace_that_is_not_closed_is_closed(load_text: LoadText) -> None:
    """The hint closes the mapping of that line; quoting it would make a title of the item."""
    loaded = load_text("stories:\n- {id: a, title: A}\n- {id: b, title: B\n")
    assert [each.hint for each in loaded.diagnostics] == ["write `- {id: b, title: B}`"]


@pytest.mark.parametrize(
    ("written", "meant"), [("Compelted", "completed"), ("In Progrss", "In Progress")]
)
def test_a_misspelled_status_is_one_of_the_board_or_a_word_that_is_read(
    load_text: LoadText, written: str, meant: str
) -> None:
    """The board's options first, then every word that is understood as a status."""
    loaded = load_text(f"stories:\n- {{id: a, title: A, status: {written}}}\n")
    assert [each.fix for each in loaded.diagnostics] == [Fix(written, meant)]
    assert (loaded.diagnostics[0].hint or "").startswith(f"did you mean '{meant}'?")


def test_a_misspelled_parent_is_found_by_its_title(load_text: LoadText) -> None:
    """An export names epics by their titles."""
    rows = "Issue Type,Summary,Epic Link\nEpic,Lockers,\nStory,Open a locker,Lokers\n"
    loaded = load_text(rows, "plan.csv")
    assert [each.hint for each in loaded.diagnostics] == ["did you mean 'Lockers'?"]
