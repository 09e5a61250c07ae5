"""`body_template`: how the bodies of issues are laid out, and what is refused."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backlog_sync.core.body import SplitBody, boxes, join, render, source_hash, split
from backlog_sync.core.marker import Base, Marker
from backlog_sync.core.model import Block, CheckItem, Checklist, Prose
from backlog_sync.core.pull import read_parts
from backlog_sync.files.block import lay_out
from backlog_sync.files.load import Loaded, load
from backlog_sync.files.parsed import Source
from backlog_sync.files.source import source_of
from backlog_sync.files.template import read_template

MARKER = Marker("backlog.yaml", "a", "0123456789abcdef", Base({"title": "aa"}))
ITEMS = """\
stories:
  - id: a
    title: A
    goal: Row {description} home
    user_story: As a guest, I want to row, so that I rest.
    description: Not shown
    acceptance_criteria: [It floats, {text: "{risks} oars", done: true}]
    risks: [It leaks]
  - {id: b, title: B}
"""
TEMPLATE = """\
{user_story}

# Zweck #

  {goal}

## Risiken
{risks}

Abnahme
-------

{acceptance_criteria}

## Ready
- [ ] Looked at by two

```
# {team}
```
"""
DONE = "- [ ] Looked at by two\n\n```\n# {team}\n```"


def with_template(
    root: Path, template: str, settings: str = "", path: str = "parts/body.md", items: str = ITEMS
) -> Loaded:
    """Load two items whose backlog names this template."""
    (root / "parts").mkdir(exist_ok=True)
    (root / "parts/body.md").write_bytes(template.encode())
    (root / "backlog.yaml").write_text(f"body_template: {path}\n{settings}{items}")
    return load([root / "backlog.yaml"], root=root)


def block_of(loaded: Loaded, key: str = "a") -> Block:
    """The block of an item."""
    assert loaded.desired is not None
    return next(item.block for item in loaded.desired.items if item.key == key)


def lines_of(block: Block) -> list[str]:
    """The lines of a body that hold anything, without the one that says whose it is."""
    lines = render(block, source="backlog.yaml", mentions=False)
    return [line for line in lines if line][:-1]


def test_sections_stand_in_the_order_and_under_the_headings_of_the_template(tmp_path: Path) -> None:
    """Boxes are kept; what is not named, or not published, is left out with its heading."""
    block = block_of(with_template(tmp_path, TEMPLATE))
    assert lines_of(block) == [
        "As a guest, I want to row, so that I rest.",
        "### Zweck",
        "Row {description} home",
        "### Abnahme",
        "- [ ] It floats",
        "- [x] {risks} oars",
        "### Ready",
        *DONE.replace("\n\n", "\n").split("\n"),
    ]


def test_an_item_without_parts_has_only_the_text_of_the_template(tmp_path: Path) -> None:
    """A section is left out where the item has nothing for it."""
    lines = lines_of(block_of(with_template(tmp_path, TEMPLATE), "b"))
    assert lines[:2] == ["### Ready", "- [ ] Looked at by two"]


def test_planning_fields_are_shown_only_where_they_are_published(tmp_path: Path) -> None:
    """A template alone publishes nothing; both sides of a difference are told."""
    kept = with_template(tmp_path, TEMPLATE, "publish: [team]\n")
    assert [each.slug for each in kept.diagnostics] == ["not-published"] * 2
    assert not kept.errors
    assert "Risiken" not in str(block_of(kept))
    shown = with_template(tmp_path, TEMPLATE, "publish: [risks]\n")
    assert not shown.diagnostics
    assert lines_of(block_of(shown))[3:5] == ["### Risiken", "- It leaks"]


def test_the_criteria_of_an_item_are_those_of_the_file(tmp_path: Path) -> None:
    """Boxes of the template are none of the item's, so counts and write-back stay as they were."""
    loaded = with_template(tmp_path, TEMPLATE)
    assert loaded.inventory.checklist == 2
    assert loaded.desired is not None
    assert [entry.done for entry in loaded.desired.items[0].criteria] == [False, True]


def test_another_template_is_another_text(tmp_path: Path) -> None:
    """A heading, a text and the template itself each count as said by the file."""
    plain = block_of(load_plain(tmp_path))
    bare = block_of(with_template(tmp_path, "{acceptance_criteria}"))
    blocks = [
        plain,
        tuple(part for part in plain if part.name == "acceptance_criteria"),
        bare,
        block_of(with_template(tmp_path, "# A\n{acceptance_criteria}")),
        block_of(with_template(tmp_path, "# B\n{acceptance_criteria}")),
        block_of(with_template(tmp_path, "# B\n{acceptance_criteria}\n# C\nx")),
        block_of(with_template(tmp_path, "# B\n{acceptance_criteria}\n# C\ny")),
    ]
    hashes = {source_hash(block, source="b", mentions=False) for block in blocks}
    assert len(hashes) == len(blocks)


def load_plain(root: Path) -> Loaded:
    """Load the items without a template."""
    (root / "backlog.yaml").write_text(ITEMS)
    return load([root / "backlog.yaml"], root=root)


def test_parts_are_found_again_in_a_body(tmp_path: Path) -> None:
    """What people edit below a heading of the template is read as the part it is."""
    loaded = with_template(tmp_path, TEMPLATE)
    assert loaded.desired is not None
    item = loaded.desired.items[0]
    lines = render(item.block, source="backlog.yaml", mentions=False)
    parts, loose = read_parts(item, lines)
    assert loose == ()
    assert parts["goal"] == "Row {description} home"
    assert parts["user_story"] == "As a guest, I want to row, so that I rest."
    assert parts["acceptance_criteria"] == item.criteria
    assert parts["### Ready"] == DONE
    edited = tuple(line.replace("home", "away").replace("a guest", "a lady") for line in lines)
    parts, _ = read_parts(item, edited)
    assert parts["goal"] == "Row {description} away"
    assert parts["user_story"] == "As a lady, I want to row, so that I rest."


@pytest.mark.parametrize(
    ("template", "slug", "hint"),
    [
        ("# A\n{goal}\n", "missing-part", "check boxes"),
        ("{acceptance_criteria}\n# A\n{gaol}", "unknown-part", "did you mean 'goal'?"),
        ("{acceptance_criteria}\n# A\n{goal}\n# B\n{goal}", "duplicate-part", "keep one"),
        ("{acceptance_criteria}\n# A\n{goal}\n# A\nx", "duplicate-heading", "another name"),
        ("{acceptance_criteria}\n# A\n{goal}\n\nx", "shared-section", "its own"),
        ("{acceptance_criteria}\n{goal}", "shared-section", "its own"),
        ("{acceptance_criteria}\n# A\n# B\n{goal}", "empty-section", "take it out"),
        ("{acceptance_criteria}\n# A\nThe {goal} is", "part-in-text", "its own"),
        ("{acceptance_criteria}\n# A\n- {goal}", "part-in-text", "its own"),
    ],
)
def test_a_template_that_cannot_be_meant_is_told_and_stops_a_sync(
    tmp_path: Path, template: str, slug: str, hint: str
) -> None:
    """Each fault once, in the template, with a way to go on."""
    (error,) = with_template(tmp_path, template).errors
    assert (error.slug, Path(error.place.path).name) == (slug, "body.md")
    assert hint in error.hint


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("../out.md", "template-outside"),
        ("/etc/passwd", "template-outside"),
        ("parts/none.md", "template-missing"),
        ("parts/*.md", "invalid-template"),
        ("''", "template-outside"),
    ],
)
def test_the_template_lies_below_the_root(tmp_path: Path, path: str, slug: str) -> None:
    """Anything else is refused at the setting, and nothing is desired."""
    (tmp_path / "out.md").write_text("{acceptance_criteria}")
    root = tmp_path / "root"
    root.mkdir()
    loaded = with_template(root, TEMPLATE, path=path)
    assert [each.slug for each in loaded.errors] == [slug]
    assert loaded.errors[0].place.line == 1
    assert loaded.desired is None


def test_a_template_of_the_shared_settings_is_seen_from_there(tmp_path: Path) -> None:
    """A roadmap takes it from `backlog/config.yaml`."""
    (tmp_path / "backlog").mkdir()
    (tmp_path / "backlog/config.yaml").write_text("body_template: body.md\n")
    (tmp_path / "backlog/body.md").write_text("# Tests\n{acceptance_criteria}")
    (tmp_path / "ROADMAP.md").write_text("## Epic 1: A\n### Story 1.1: B\n- [ ] c\n")
    loaded = load([tmp_path / "ROADMAP.md"], root=tmp_path)
    assert lines_of(block_of(loaded, "story-1.1")) == ["### Tests", "- [ ] c"]


HOSTILE = st.lists(
    st.sampled_from(
        ["<!-- backlog:begin -->", "<!-- backlog:end {} -->", "<!--", "-->", "```", "~~~", "# H",
         "{goal}", "{acceptance_criteria}", "- [ ] x", "===", "---", "text @ops #12", "", "\r",
         "<details>", "</details>", "    code"]
    ),
    max_size=9,
)  # fmt: skip


@given(HOSTILE, HOSTILE)
@example(["# H", "<!--", "# I", "{acceptance_criteria}", "# J", "-->"], ["x"])
@example(["```", "# H", "{acceptance_criteria}"], ["~~~", "<!--"])
def test_no_template_forges_or_hides_the_marker(layout: list[str], said: list[str]) -> None:
    """Whatever the template and the item say, one marker is found, and the boxes are whole."""
    source = source_of("\n".join(("x", *layout)).encode(), Path("body.md"), "body.md")
    assert isinstance(source, Source)
    template, _ = read_template(source)
    block = tuple(lay_out(_block("\n".join(said)), template))
    lines = render(block, source="backlog.yaml", mentions=False)
    parts = split(join(SplitBody("before\n", "\nafter", lines, MARKER)))
    assert parts.marker == MARKER
    assert parts.lines == lines
    named = [each.part for each in template].count("acceptance_criteria")
    assert list(boxes(lines).values()).count(True) == named


def _block(text: str) -> Block:
    ticked = CheckItem("done", True)
    return (Prose("goal", "Goal", text), Checklist("acceptance_criteria", "Criteria", (ticked,)))
