"""`reading:` for YAML, JSON and CSV: what keys and columns are, where a plan is read otherwise."""

from pathlib import Path

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.files.account import accounts
from backlog_sync.files.load import CONFIG, Loaded, load
from backlog_sync.files.outline_report import doubts
from backlog_sync.files.write.progress import write_back

Found = list[tuple[str, str]]


def _load(folder: Path, name: str, text: str, *reading: str) -> Loaded:
    (folder / CONFIG).parent.mkdir(exist_ok=True)
    (folder / CONFIG).write_text("\n  ".join(("reading:", *reading)) + "\n")
    (folder / name).write_text(text)
    return load([folder / name], root=folder)


def _items(loaded: Loaded) -> Found:
    return [(item.kind, item.document.title) for file in loaded.files for item in file.items]


RACK = """\
boats:
  - {label: Paint the hull, phase: done, points: 3, acceptance: [It shines]}
  - {label: Mend the sail, phase: open, type: story, acceptance: [It holds]}
notes:
  - {title: Weather, status: done, priority: high}
  - {title: Tides, status: done, priority: high}
"""

FORMS: dict[str, tuple[str, str, tuple[str, ...], Found]] = {
    "a list of a name of its own": (
        "r.yaml", RACK, ('"key boats": {items: task, title: label}', '"key notes": ignore'),
        [("task", "Paint the hull"), ("task", "Mend the sail")],
    ),
    "a pattern": (
        "r.yaml", RACK, ('"key bo*": {items: feature, title: label}', '"key note*": ignore'),
        [("feature", "Paint the hull"), ("feature", "Mend the sail")],
    ),
    "a list that is an item too": (
        "r.yaml", RACK, ('"key boats": {kind: epic, items: story, title: label}',
                         '"key notes": ignore'),
        [("epic", "Boats"), ("story", "Paint the hull"), ("story", "Mend the sail")],
    ),
    "keys below a key": (
        "r.json", '{"year": {"spring": [{"title": "Sow"}], "autumn": [{"title": "Reap"}]},'
        ' "spring": [{"title": "Water"}]}', ('"key year.*": {kind: feature, items: task}',),
        [("feature", "Spring"), ("task", "Sow"), ("feature", "Autumn"), ("task", "Reap")],
    ),
    "a mapping by its ids": (
        "r.yaml", "work:\n  W1: {name: Dig}\n  W2: {name: Fill}\n", ('"key work": {items: task}',),
        [("task", "Dig"), ("task", "Fill")],
    ),
    "texts": (
        "r.yaml", "wishes: [Calm water, A new mast]\n", ('"key wishes": {items: feature}',),
        [("feature", "Calm water"), ("feature", "A new mast")],
    ),
    "a mapping that is an item": (
        "r.yaml", "goal_1: {title: Sail, tasks: [{title: Rig}]}\n", ('"key goal_*": epic',),
        [("epic", "Sail"), ("task", "Rig")],
    ),
    "a key below items": (
        "r.yaml", "epics:\n  - {title: Sail, steps: [{name: Rig}, {name: Hoist}]}\n",
        ('"key steps": {items: task}',),
        [("epic", "Sail"), ("task", "Rig"), ("task", "Hoist")],
    ),
    "what stands below a key that holds no items else": (
        "r.yaml", "metadata: {jobs_left: [{name: Rig}]}\n", ('"key jobs_left": {items: chore}',),
        [("chore", "Rig")],
    ),
    "the list that is the file": (
        "r.json", '[{"name": "Rig", "type": "story"}, {"name": "Hoist"}]',
        ("root: {items: task, type: ignore}",), [("task", "Rig"), ("task", "Hoist")],
    ),
    "the mapping that is the file": (
        "r.yaml", "name: Rig\nweight: 3\n", ("root: story",), [("story", "Rig")],
    ),
    "lines of JSON": (
        "r.jsonl", '{"label": "Rig"}\n{"label": "Hoist"}\n',
        ("root: {items: task, title: label}",), [("task", "Rig"), ("task", "Hoist")],
    ),
    "a table": (
        "r.csv", "Boat;What;Phase\nOne;Rig;done\nTwo;Hoist;open\n",
        ('"table What": {items: task, status: Phase}',), [("task", "Rig"), ("task", "Hoist")],
    ),
    "a table with another column of titles": (
        "r.tsv", "Title\tWhat\tEpic\nT1\tRig\tA\nT2\tHoist\tB\n",
        ('"table Title": {items: story, title: What, epic: ignore}',),
        [("story", "Rig"), ("story", "Hoist")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read(tmp_path: Path, form: str) -> None:
    """With no word of doubt about the settings."""
    name, text, reading, wanted = FORMS[form]
    loaded = _load(tmp_path, name, text, *reading)
    assert _items(loaded) == wanted
    assert not loaded.errors
    assert "unused-reading" not in {each.slug for each in loaded.diagnostics}


@pytest.mark.parametrize("form", FORMS)
def test_progress_goes_back_and_is_read_the_same(tmp_path: Path, form: str) -> None:
    """Issue and status of every item that has a place of its own; a second time changes nothing."""
    name, text, reading, wanted = FORMS[form]
    loaded = _load(tmp_path, name, text, *reading)
    progress = [
        ItemProgress(key, IssueRef(number, sandbox=True), status="Done")
        for number, key in enumerate(loaded.keys, 1)
    ]
    (change,) = write_back(loaded, progress)
    again = _load(tmp_path, name, change.after.decode(), *reading)
    assert _items(again) == wanted
    assert not write_back(again, progress) or not write_back(again, progress)[0].is_written


def test_named_keys_say_the_fields(tmp_path: Path) -> None:
    """And what is ignored says nothing, nor is it told."""
    rule = '"key boats": {items: task, title: label, status: phase, acceptance: ignore}'
    loaded = _load(tmp_path, "r.yaml", RACK, rule, '"key notes": ignore')
    assert loaded.desired is not None
    hull, sail = loaded.desired.items
    assert (hull.fields["state"], sail.fields["state"]) == ("completed", "open")
    assert hull.board["Story Points"] == 3
    assert loaded.inventory.checklist == 0
    (change,) = write_back(loaded, [ItemProgress(sail.key, status="Done")])
    assert change.after.decode() == RACK.replace("phase: open", "phase: done")


def test_a_status_that_is_new_gets_the_key_that_is_named(tmp_path: Path) -> None:
    """Any other key would say nothing."""
    text = "work:\n  - {what: Rig, phase: done}\n  - {what: Hoist}\n"
    rule = '"key work": {items: task, title: what, status: phase}'
    loaded = _load(tmp_path, "r.yaml", text, rule)
    (change,) = write_back(loaded, [ItemProgress(list(loaded.keys)[1], status="Done")])
    assert change.after.decode() == text.replace("{what: Hoist}", "{what: Hoist, phase: done}")


@pytest.mark.parametrize("name", ["r.yaml", "r.csv"])
def test_a_status_that_is_ignored_is_not_written(tmp_path: Path, name: str) -> None:
    """It would not be read again."""
    text = "what: Rig\n" if name == "r.yaml" else "What,State\nRig,open\n"
    rule = "root: {kind: task, title: what, status: ignore}"
    if name == "r.csv":
        rule = '"table What": {items: task, status: ignore}'
    loaded = _load(tmp_path, name, text, rule)
    assert loaded.desired is not None
    changes = write_back(loaded, [ItemProgress(loaded.desired.items[0].key, status="Done")])
    assert not any(change.is_written for change in changes)
    assert [each.unplaced for each in changes] != [()]


def test_a_status_goes_into_the_column_that_is_named(tmp_path: Path) -> None:
    """No second one is made."""
    text = "What;Phase\nRig;open\n"
    loaded = _load(tmp_path, "r.csv", text, '"table What": {items: task, status: Phase}')
    (change,) = write_back(loaded, [ItemProgress(next(iter(loaded.keys)), status="Done")])
    assert change.after.decode() == text.replace("open", "done")


def test_what_fits_nothing_is_told(tmp_path: Path) -> None:
    """Lines for other kinds of files are none of this one's."""
    loaded = _load(tmp_path, "r.yaml", RACK, '"key sails": {items: task}', '"## *": epic')
    assert [each.message for each in loaded.diagnostics if each.slug == "unused-reading"] == [
        "'key sails' of 'reading' matches nothing in this file"
    ]
    loaded = _load(tmp_path, "r.csv", "Title,Status\nRig,Done\n", '"table Boat": task')
    assert "unused-reading" in {each.slug for each in loaded.diagnostics} or loaded.errors


def test_a_field_that_is_none_is_told(tmp_path: Path) -> None:
    """With its name."""
    loaded = _load(tmp_path, "r.yaml", RACK, '"key boats": {items: task, colour: hull}')
    (told,) = (each for each in loaded.errors if each.slug == "invalid-reading")
    assert "'colour' is not a field" in told.message


def test_the_file_that_includes_a_plan_may_say_it(tmp_path: Path) -> None:
    """Where the settings of the backlog are."""
    (tmp_path / "rack.yaml").write_text(RACK)
    (tmp_path / "backlog.yaml").write_text(
        "version: 1\ninclude: rack.yaml\nreading:\n"
        '  "key boats": {items: task, title: label}\n  "key notes": ignore\n'
    )
    loaded = load([tmp_path / "backlog.yaml"], root=tmp_path)
    assert _items(loaded) == [("task", "Paint the hull"), ("task", "Mend the sail")]


def test_lists_that_say_too_little_are_asked_about(tmp_path: Path) -> None:
    """With the line that makes items of them, where it would."""
    text = "epics: [{title: Sail}]\nextras:\n  - {title: Rig}\n  - {title: Hoist}\nodd: [{a: b}]\n"
    (tmp_path / "r.yaml").write_text(text)
    loaded = load([tmp_path / "r.yaml"], root=tmp_path)
    (doubt,) = doubts(loaded, accounts(loaded))
    assert doubt.line == 2
    assert doubt.answers["task"] == {"reading": {"key extras": {"items": "task"}}}
    again = _load(tmp_path, "r.yaml", text, '"key extras": {items: task}')
    assert len(_items(again)) == doubt.gain + 1
