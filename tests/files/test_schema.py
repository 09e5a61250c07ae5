"""The JSON Schema of the file format."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from backlog_sync.files.load import load
from backlog_sync.files.schema import json_schema

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml")) + sorted((ROOT / "backlog").glob("*.yaml"))


class _EditorLoader(yaml.SafeLoader):
    """Reads YAML as editors do: dates are texts."""


_EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith(":timestamp")]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _errors(value: object) -> list[str]:
    validator = jsonschema.Draft202012Validator(json_schema())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def test_the_schema_is_a_schema() -> None:
    """Draft 2020-12 takes it, and it names itself."""
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"]
    assert schema["title"] == "Backlog"


def test_the_committed_copy_is_up_to_date() -> None:
    """Write it again with `backlog schema > docs/schema/backlog.schema.json`."""
    committed = json.loads((ROOT / "docs/schema/backlog.schema.json").read_text())
    assert committed == json_schema()


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_our_backlogs_follow_the_schema_and_load(file: Path) -> None:
    """What the schema allows, the tool reads without an error."""
    value = yaml.load(file.read_text(), Loader=_EditorLoader)
    assert _errors(value) == []
    loaded = load([file], root=ROOT)
    assert loaded.errors == ()
    assert loaded.desired is not None


@pytest.mark.parametrize(
    "value",
    [
        {"epic": []},
        {"epics": [{"id": "a"}]},
        {"epics": [{"title": "A", "kind": "epos"}]},
        {"epics": [{"title": "A", "labels": {"a": 1}}]},
        {"items": [{"title": "A"}]},
        {"write_back": "all"},
        {"labels": [{"name": "a", "color": "red"}]},
        {"epics": [{"title": "A", "acceptance_criteria": [{"txt": "x"}]}]},
    ],
)
def test_editors_see_what_is_wrong(value: object) -> None:
    """Unknown keys, missing titles, wrong kinds and words are marked."""
    assert _errors(value)


@pytest.mark.parametrize(
    "value",
    [
        {"version": 1, "tasks": ["T", {"title": "U", "tasks": ["V"]}]},
        {"stories": [{"title": "A", "issue": 42, "depends_on": "b", "Depot": "North"}]},
        {"stories": [{"title": "A", "acceptance_criteria": ["x", {"text": "y", "done": True}]}]},
        {"kind_labels": False, "publish": ["hours"], "labels": ["a"], "priority_label": None},
        {"stories": [{"title": "A", "user_story": {"as_a": "x", "i_want": "y"}, "risks": ["z"]}]},
    ],
)
def test_editors_take_every_spelling(value: object) -> None:
    """What the tool reads in several ways, the schema allows in several ways."""
    assert _errors(value) == []


def _described(schema: dict[str, Any]) -> list[str]:
    return [
        f"{name}.{key}"
        for name, each in {"": schema, **schema["$defs"]}.items()
        for key, field in each.get("properties", {}).items()
        if not field.get("description")
    ]


def test_every_field_is_described() -> None:
    """An editor has something to say about each key."""
    assert _described(json_schema()) == []
