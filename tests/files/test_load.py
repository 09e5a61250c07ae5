"""From paths to a loaded backlog: discovery, includes, flags, settings of several files."""

from pathlib import Path

import pytest

from backlog_sync.errors import FailedError, UsageError
from backlog_sync.files.account import accounts
from backlog_sync.files.discovery import discover, project_folder
from backlog_sync.files.load import Loaded, load

ITEM = "stories: [{id: a, title: A}]\n"


def _write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def _slugs(loaded: Loaded) -> list[str]:
    return [each.slug for each in loaded.diagnostics]


@pytest.fixture(autouse=True)
def _stand_in_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# ---- discovery -----------------------------------------------------------------------------


def test_the_backlog_is_found_in_this_order(tmp_path: Path) -> None:
    """The folder first, then the file at the top, then the roadmap; the same in `docs/`."""
    order = [
        f"{folder}{name}"
        for folder in ("", "docs/")
        for name in (
            "backlog/backlog.yaml",
            "backlog/backlog.yml",
            "backlog.yaml",
            "backlog.yml",
            "ROADMAP.md",
            "Roadmap.MD",
        )
    ]
    _write(tmp_path, dict.fromkeys(order, ITEM))
    for name in order:
        found = [path.relative_to(tmp_path).as_posix() for path in discover(tmp_path, tmp_path)]
        assert found == order[order.index(name) :]
        (tmp_path / name).unlink()
    assert discover(tmp_path, tmp_path) == []


def test_the_nearest_backlog_above_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a folder below, paths are relative to it, and the identity stays that of the root."""
    _write(tmp_path, {"docs/roadmap.md": "# R\n\n## Epic 1: A\n", "src/deep/x": "", "w/y": ""})
    _write(tmp_path, {"w/backlog.yaml": ITEM, "w/docs/ROADMAP.md": "x"})
    identities = {}
    for here in ("", "src/deep", "docs", "w", "w/docs"):
        monkeypatch.chdir(tmp_path / here)
        loaded = load([], root=tmp_path)
        assert loaded.desired is not None
        identities[here] = (loaded.desired.backlog_id, loaded.files[0].source.path)
    assert identities == {
        "": ("docs/roadmap.md", "docs/roadmap.md"),
        "src/deep": ("docs/roadmap.md", "../../docs/roadmap.md"),
        "docs": ("docs/roadmap.md", "roadmap.md"),
        "w": ("w/backlog.yaml", "backlog.yaml"),
        "w/docs": ("w/backlog.yaml", "../backlog.yaml"),
    }


def test_outside_of_git_a_folder_belongs_to_the_nearest_backlog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or to the state of earlier runs; not to what is in folders that everybody may write to."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    _write(tmp_path, {"shared/backlog.yaml": ITEM, "shared/mine/x": "", "home/.backlog/x": ""})
    _write(tmp_path, {"home/a/docs/ROADMAP.md": "", "home/a/src/x": "", "home/b/.backlog/x": ""})
    _write(tmp_path, {"home/b/src/x": "", "home/c/x": ""})
    folders = ("home/a/src", "home/a/docs", "home/b/src", "home/c", "home", "shared/mine")
    assert [project_folder(tmp_path / each) for each in folders] == [
        tmp_path / each for each in ("home/a", "home/a", "home/b", "home/c", "home", "shared")
    ]
    (tmp_path / "shared").chmod(0o777)
    assert project_folder(tmp_path / "shared/mine") == tmp_path / "shared/mine"


def test_no_backlog_says_where_it_looked(tmp_path: Path) -> None:
    """The error names every place."""
    with pytest.raises(FailedError, match=r"backlog/backlog\.yaml.*ROADMAP\.md") as nothing:
        load([], root=tmp_path)
    assert nothing.value.hint == "name a file, or create one with `backlog init`"
    _write(
        tmp_path,
        {
            "TODO.md": "# To do\n",
            "plans/q 3.csv": "Summary,Status,Story Points\nA,Done,1\nB,Todo,2\n",
            "src/data.csv": "a,b\n1,2\n",
            "src/main.md": "## Epic 1: A\n",
        },
    )
    with pytest.raises(FailedError) as near:
        load([], root=tmp_path, command="plan")
    assert near.value.hint == (
        "these files look like plans: `backlog plan 'plans/q 3.csv'` (2 items),"
        " `backlog plan TODO.md`; or create one with `backlog init`"
    )


def test_without_paths_the_found_file_is_loaded(tmp_path: Path) -> None:
    """Its path relative to the root is the backlog's identity."""
    _write(tmp_path, {"backlog/backlog.yaml": ITEM})
    loaded = load([], root=tmp_path)
    assert loaded.desired is not None
    assert loaded.desired.backlog_id == "backlog/backlog.yaml"
    assert loaded.files[0].source.path == "backlog/backlog.yaml"


def test_what_cannot_be_read_is_a_diagnostic(tmp_path: Path) -> None:
    """Every broken path is told; nothing is raised, nothing is desired."""
    _write(tmp_path, {"a.txt": "x", "b.yaml": "", "d.yaml": "a: b: c"})
    paths = [Path(name) for name in ("a.txt", "b.yaml", "c.yaml", "d.yaml")]
    loaded = load(paths, root=tmp_path)
    assert _slugs(loaded) == ["unknown-format", "empty-file", "file-missing", "invalid-yaml"]
    assert loaded.desired is None


def test_a_backlog_without_items_is_a_warning(tmp_path: Path) -> None:
    """It can be read, and guards decide what an empty one means."""
    _write(tmp_path, {"b.yaml": "version: 1\n"})
    loaded = load([Path("b.yaml")], root=tmp_path)
    assert (_slugs(loaded), loaded.errors) == (["no-items"], ())


# ---- several files -------------------------------------------------------------------------


def test_paths_and_includes_make_one_backlog(tmp_path: Path) -> None:
    """Includes are seen from the including file, sorted, and each file is read once."""
    _write(
        tmp_path,
        {
            "plan/main.yaml": "include: [parts/*.yaml, parts/b.yaml]\n" + ITEM,
            "plan/parts/b.yaml": "stories: [{id: b, title: B, depends_on: [a]}]\n",
            "plan/parts/c.yaml": "stories: [{id: c, title: C}]\n",
            "other.yaml": "stories: [{id: d, title: D}]\n",
        },
    )
    loaded = load([Path("plan/main.yaml"), Path("other.yaml")], root=tmp_path)
    assert loaded.diagnostics == ()
    assert loaded.desired is not None
    assert [item.key for item in loaded.desired.items] == ["a", "b", "c", "d"]
    assert loaded.desired.sources == (
        "plan/main.yaml",
        "plan/parts/b.yaml",
        "plan/parts/c.yaml",
        "other.yaml",
    )
    assert loaded.keys["c"] == (2, 0)
    assert loaded.files[1].source.path == "plan/parts/b.yaml"


def test_keys_are_unique_over_all_files(tmp_path: Path) -> None:
    """A key in two files is told with both places."""
    _write(tmp_path, {"a.yaml": ITEM, "b.yaml": ITEM})
    loaded = load([Path("a.yaml"), Path("b.yaml")], root=tmp_path)
    assert _slugs(loaded) == ["duplicate-key"]
    assert loaded.diagnostics[0].place.path == "b.yaml"
    assert "a.yaml:1:" in loaded.diagnostics[0].message


@pytest.mark.parametrize(
    ("include", "slug"),
    [
        ("../*.yaml", "include-outside"),
        ("../other/b.yaml", "include-outside"),
        ("/etc/*.yaml", "include-outside"),
        ("link.yaml", "include-outside"),
        ("no/*.yaml", "include-missing"),
        ("no.yaml", "include-missing"),
        ("**/**/x.yaml", "invalid-include"),
        ("../../../../../../../nothing*", "include-outside"),
    ],
)
def test_includes_stay_below_the_root(tmp_path: Path, include: str, slug: str) -> None:
    """Links are resolved before it is decided; what names nothing is told."""
    root = tmp_path / "root"
    _write(
        tmp_path,
        {"other/b.yaml": ITEM, "x.yaml": ITEM, "root/a.yaml": f"include: ['{include}']\n{ITEM}"},
    )
    (root / "link.yaml").symlink_to(tmp_path / "other" / "b.yaml")
    loaded = load([Path("root/a.yaml")], root=root)
    assert _slugs(loaded) == [slug]
    assert (loaded.diagnostics[0].place.line, loaded.diagnostics[0].place.column) == (1, 11)


def test_files_that_include_each_other_are_told(tmp_path: Path) -> None:
    """The whole cycle is named; nothing loops."""
    _write(tmp_path, {"a.yaml": f"include: [b.yaml]\n{ITEM}", "b.yaml": "include: [a.yaml]\n"})
    loaded = load([Path("a.yaml")], root=tmp_path)
    assert _slugs(loaded) == ["cyclic-include"]
    assert "a.yaml -> b.yaml -> a.yaml" in loaded.diagnostics[0].message


def test_a_pattern_may_match_the_file_itself(tmp_path: Path) -> None:
    """`*.yaml` beside the including file does not make a cycle."""
    _write(tmp_path, {"a.yaml": f"include: ['*.yaml']\n{ITEM}", "b.yaml": "tasks: [T]\n"})
    loaded = load([Path("a.yaml")], root=tmp_path)
    assert loaded.diagnostics == ()
    assert len(loaded.files) == 2


def test_settings_of_several_files_are_one(tmp_path: Path) -> None:
    """Labels add up, and one that is said twice, differently, is an error."""
    _write(
        tmp_path,
        {
            "a.yaml": f"id: x\nlabels: [a]\npoints: {{S: 1}}\n{ITEM}",
            "b.yaml": "id: y\nlabels: [A, b]\npoints: {S: 2}\n"
            "tasks: [{title: T, Story Points: S}]\n",
        },
    )
    loaded = load([Path("a.yaml"), Path("b.yaml")], root=tmp_path)
    assert _slugs(loaded) == ["conflicting-setting", "duplicate-definition"]
    assert "a.yaml:1:1" in loaded.diagnostics[0].message
    assert loaded.inventory.points == 1


# ---- flags ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flag", "board"),
    [("o/My Board", "o/My Board"), ("o/4", "o/4"), ("o/a/b", "o/a/b"), ("none", "None")],
)
def test_the_project_flag_wins(tmp_path: Path, flag: str, board: str) -> None:
    """It names a board by title or number, or takes it away; declared fields stay."""
    fields = "fields: {Depot: {type: text}}"
    _write(tmp_path, {"b.yaml": f"project: {{owner: x, title: Y, {fields}}}\n{ITEM}"})
    loaded = load([Path("b.yaml")], root=tmp_path, project=flag)
    assert loaded.desired is not None
    project = loaded.desired.project
    assert str(project) == board
    if project is not None:
        assert [each.name for each in project.fields] == ["Depot", "Status"]


@pytest.mark.parametrize("flag", ["", "o", "o/", "/T", "o o/T"])
def test_a_flag_without_a_board_is_a_usage_error(tmp_path: Path, flag: str) -> None:
    """Exit 2, not a guess."""
    _write(tmp_path, {"b.yaml": ITEM})
    with pytest.raises(UsageError):
        load([Path("b.yaml")], root=tmp_path, project=flag)


def test_other_flags_are_checked_too(tmp_path: Path) -> None:
    """A repository is owner/name, bullets are list or items."""
    _write(tmp_path, {"b.yaml": ITEM})
    with pytest.raises(UsageError):
        load([Path("b.yaml")], root=tmp_path, repository="nope")
    with pytest.raises(UsageError):
        load([Path("b.yaml")], root=tmp_path, bullets="all")


def test_the_repository_flag_completes_what_files_leave_open(tmp_path: Path) -> None:
    """`#9` is in the target; the state still says what the files said."""
    _write(
        tmp_path,
        {"b.yaml": "project: {title: T}\nstories: [{id: a, title: A, depends_on: ['#9']}]\n"},
    )
    loaded = load([Path("b.yaml")], root=tmp_path, repository="o/r")
    assert loaded.desired is not None
    assert loaded.desired.items[0].fields["blocked_by"] == ("o/r#9",)
    assert str(loaded.desired.project) == "o/T"
    assert loaded.desired.repository is None


# ---- roadmaps ------------------------------------------------------------------------------

ROADMAP = """# Plan

## Epic 1: Locker

**Goal**: Parcels are safe

### Feature 1.1: Doors

- **Story 1.1.1**: Door sensor
  **Story Points**: 3
  **Acceptance Criteria**:
  - [ ] It beeps
"""


def test_a_roadmap_takes_settings_from_the_config_file(tmp_path: Path) -> None:
    """`backlog/config.yaml` speaks for roadmaps that say nothing themselves."""
    _write(
        tmp_path, {"ROADMAP.md": ROADMAP, "backlog/config.yaml": "id: lockers\nrepository: o/r\n"}
    )
    loaded = load([], root=tmp_path)
    assert loaded.errors == ()
    assert loaded.desired is not None
    assert (loaded.desired.backlog_id, loaded.desired.repository) == ("lockers", "o/r")
    assert loaded.desired.sources == ("ROADMAP.md",)
    assert loaded.inventory.counts == {"epic": 1, "feature": 1, "story": 1}


def test_items_in_the_config_file_are_an_error(tmp_path: Path) -> None:
    """Settings and items do not mix there: it is no source of the backlog."""
    _write(tmp_path, {"ROADMAP.md": ROADMAP, "backlog/config.yaml": ITEM})
    assert _slugs(load([], root=tmp_path)) == ["items-in-settings"]


def test_yaml_and_markdown_make_one_backlog(tmp_path: Path) -> None:
    """A YAML file includes a roadmap and depends on its items."""
    _write(
        tmp_path,
        {
            "backlog.yaml": "include: docs/*.md\nstories: [{title: A, depends_on: story-1.1.1}]\n",
            "docs/plan.md": ROADMAP,
        },
    )
    loaded = load([], root=tmp_path)
    assert loaded.errors == ()
    assert loaded.inventory.counts == {"story": 2, "epic": 1, "feature": 1}


def test_notes_name_the_items_they_made(tmp_path: Path) -> None:
    """`lint --explain` can say for a line which item it became."""
    _write(tmp_path, {"b.yaml": ITEM})
    loaded = load([Path("b.yaml")], root=tmp_path)
    (account,) = accounts(loaded)
    assert account.path == "b.yaml"
    assert [(line.number, line.key) for line in account.lines] == [(1, "a")]


def test_a_second_backlog_that_is_not_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody names a file, the first of the usual places counts, and others are named."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "backlog.yaml").write_text("stories: [{title: A}]\n", "utf-8")
    (tmp_path / "ROADMAP.md").write_text("# R\n\n## Epic 1: B\n", "utf-8")
    (found,) = load([], root=tmp_path).diagnostics
    assert (found.slug, found.is_error) == ("another-backlog", False)
    assert found.message == "ROADMAP.md also exists and is ignored"
    assert found.hint.endswith("backlog lint backlog.yaml ROADMAP.md")
    assert load([Path("backlog.yaml")], root=tmp_path).diagnostics == ()
    (tmp_path / "backlog.yaml").write_text(
        "include: [ROADMAP.md]\nstories: [{title: A}]\n", "utf-8"
    )
    assert load([], root=tmp_path).diagnostics == ()


@pytest.mark.parametrize("name", ["ROADMAP.md", "plans/ROADMAP.md", "backlog.yaml"])
def test_a_link_out_of_the_repository_is_not_read(tmp_path: Path, name: str) -> None:
    """It may have come with a commit; the file itself can still be named, and links within read."""
    root, outside = tmp_path / "repo", tmp_path / "private" / Path(name).name
    (root / name).parent.mkdir(parents=True)
    outside.parent.mkdir()
    text = "# R\n\n## Epic 1: A\n" if name.endswith(".md") else "epics:\n  - {id: a, title: A}\n"
    outside.write_text(text, encoding="utf-8")
    (root / name).symlink_to(outside)
    loaded = load([root / name], root=root, repository="o/r")
    assert [found.slug for found in loaded.errors] == ["link-outside"]
    assert loaded.inventory.counts == {}
    assert load([outside], root=root, repository="o/r").errors == ()
    (root / name).unlink()
    (root / f"real-{Path(name).name}").write_text(text, encoding="utf-8")
    (root / name).symlink_to(root / f"real-{Path(name).name}")
    assert load([root / name], root=root, repository="o/r").errors == ()


def test_a_folder_that_links_out_of_the_repository_is_not_read(tmp_path: Path) -> None:
    """Neither is a file in it, nor the settings that roadmaps share."""
    root, outside = tmp_path / "repo", tmp_path / "private"
    root.mkdir()
    outside.mkdir()
    (outside / "config.yaml").write_text("repository: o/r\n", encoding="utf-8")
    (outside / "ROADMAP.md").write_text("# R\n\n## Epic 1: A\n", encoding="utf-8")
    (root / "ROADMAP.md").write_text("# R\n\n## Epic 1: A\n", encoding="utf-8")
    (root / "backlog").symlink_to(outside)
    for name in ("backlog/ROADMAP.md", "ROADMAP.md"):
        found = load([root / name], root=root, repository="o/r").errors
        assert "link-outside" in {each.slug for each in found}
