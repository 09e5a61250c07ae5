"""Views and texts of the board in the settings: what is declared, empty, left out or wrong."""

from pathlib import Path

import pytest

from backlog_sync.core.model import ViewDef
from backlog_sync.files.load import load

HEAD = (
    "version: 1\nrepository: octo-org/widgets\nstories: [{id: a, title: A}]\nproject:\n  title: W\n"
)


def test_an_empty_setting_is_declared_and_an_omitted_one_is_not(tmp_path: Path) -> None:
    """An empty filter clears; without `views:` nobody said which there are."""
    file = tmp_path / "backlog.yaml"
    file.write_text(f"{HEAD}  readme:\n  views: [{{name: A, filter: }}, {{name: B}}]\n", "utf-8")
    desired = load([file], root=tmp_path).desired
    assert desired is not None
    assert desired.project is not None
    assert desired.project.views == (ViewDef("A", filter=""), ViewDef("B"))
    assert (desired.project.readme, desired.project.description) == ("", None)
    flagged = load([file], root=tmp_path, project="octo-org/7").desired
    assert flagged is not None
    assert flagged.project is not None
    assert (flagged.project.number, flagged.project.views) == (7, desired.project.views)
    file.write_text(HEAD, "utf-8")
    bare = load([file], root=tmp_path).desired
    assert bare is not None
    assert bare.project is not None
    assert bare.project.views is None


@pytest.mark.parametrize(
    ("setting", "slug"),
    [
        ("views: [{name: A}, {name: a}]", "duplicate-view"),
        ("views: [{name: A, layout: roadmap, fields: [Title]}]", "invalid-value"),
        ("views: [{name: A, layout: list}]", "invalid-value"),
        ("views: [{name: A, column_by: Status}]", "invalid-value"),
        ("views: [{name: A, group_by: title}]", "invalid-value"),
        ("template: octo-org/Board", "invalid-value"),
    ],
)
def test_what_no_board_has_is_an_error(tmp_path: Path, setting: str, slug: str) -> None:
    """Two views of one name, columns of a roadmap, an unknown layout, a template without number.

    Only a board layout has columns of options, and titles are no groups.
    """
    file = tmp_path / "backlog.yaml"
    file.write_text(f"{HEAD}  {setting}\n", "utf-8")
    slugs = [each.slug for each in load([file], root=tmp_path).errors]
    assert slugs == [slug]
