"""Settings with mistakes: each is reported once, where it is, and nothing that follows from it."""

from pathlib import Path

import pytest

from backlog_sync.files.load import Loaded, load

HEAD = "version: 1\nrepository: octo-org/widgets\n"
ITEMS = "stories:\n  - {id: a, title: A, Risk: High, Places: [North, South], Size: 3}\n"
FIELDS = """project:
  title: W
  description: What opens when
  fields:
    Risk: {type: single_select, options: [High, Low]}
    Places: {type: multi_select, options: [North, South]}
    Size: {type: number}
"""


def _read(folder: Path, text: str) -> Loaded:
    file = folder / "backlog.yaml"
    file.write_text(HEAD + text, "utf-8")
    return load([file], root=folder)


def _reported(loaded: Loaded) -> list[tuple[str, str]]:
    return [(each.message, each.hint) for each in loaded.diagnostics]


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("description:", "descripton:", "'descripton' is not a field"),
        ("type: number", "type: numer", "'numer' is not a value of 'type'"),
        ("Size: {type: number}", "Size: {count: 3}", "'type' is missing"),
        ("options: [High, Low]", "option: [High, Low]", "'option' is not a field"),
        ("type: multi_select", "type: multiselect", "'multiselect' is not a value of 'type'"),
        ("description: What opens when", "description: [a]", "'description' must be a text"),
    ],
)
def test_a_mistake_makes_no_item_wrong(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    """Fields that items use stay declared, whatever else is wrong with the board or the field."""
    assert _reported(_read(tmp_path, FIELDS + ITEMS)) == []
    assert right in FIELDS
    (only,) = _reported(_read(tmp_path, FIELDS.replace(right, wrong) + ITEMS))
    assert only[0] == message


def test_what_a_mistake_does_not_touch_is_still_checked(tmp_path: Path) -> None:
    """The other field of the board has its options, and an item's word is none of them."""
    text = FIELDS.replace("type: number", "type: numer") + ITEMS.replace("High", "Hihg")
    assert _reported(_read(tmp_path, text)) == [
        ("'numer' is not a value of 'type'", "write `type: number`"),
        ("'Hihg' is not an option of Risk", "did you mean 'High'?"),
    ]


def test_settings_at_another_level_are_sent_to_their_place(tmp_path: Path) -> None:
    """Two unknown keys are mistakes in our format, not a sign of another tool's."""
    text = (
        "project: {title: W}\n"
        "views: [{name: Now}]\n"
        "settings: {close_done: true, kind_labels: false}\n"
        "milestones: {v1: {due: 2027-01-31}}\n"
        "stories: [{id: a, title: A}]\n"
    )
    assert _reported(_read(tmp_path, text)) == [
        ("'views' is not a field", "write it below 'project:'"),
        (
            "'settings' is not a field",
            "write what is below it ('close_done', 'kind_labels') one level higher,"
            " without 'settings:'",
        ),
        ("'milestones' must be a list", "begin each entry with '- ', as in '- v1'"),
    ]


def test_a_selection_without_options_takes_any_word(tmp_path: Path) -> None:
    """Only the board knows its options: whether it has them is seen in the plan."""
    fields = FIELDS.replace(", options: [High, Low]", "").replace(", options: [North, South]", "")
    loaded = _read(tmp_path, fields + ITEMS)
    assert _reported(loaded) == []
    assert loaded.desired is not None
    assert loaded.desired.items[0].board["Risk"] == "High"


def test_settings_below_another_one_are_sent_to_their_place_too(tmp_path: Path) -> None:
    """A key of one level deeper or higher is known there, too."""
    text = "project: {title: W, options: {description: D}}\nstories: [{id: a, title: A}]\n"
    assert _reported(_read(tmp_path, text)) == [
        (
            "'options' is not a field",
            "write what is below it ('description') one level higher, without 'options:'",
        )
    ]
