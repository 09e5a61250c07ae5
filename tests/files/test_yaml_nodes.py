"""YAML into nodes: what is read, what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.files.load import load
from backlog_sync.files.source import Lines
from backlog_sync.files.yaml.nodes import (
    MAX_DEPTH,
    MapNode,
    Scalar,
    compose,
    places_below,
    to_plain,
)
from tests.growth import grows_like


def _plain(text: str) -> object:
    root, diagnostics = compose(text, "f")
    assert not diagnostics
    assert root is not None
    return to_plain(root)


def _problem(text: str) -> Diagnostic:
    root, diagnostics = compose(text, "f")
    assert root is None
    assert len(diagnostics) == 1
    return diagnostics[0]


@pytest.mark.parametrize(
    "value",
    ["5319e7", "010203", "no", "yes", "2026-03-31", "1:30", "0x1F", "1_000", "+1", "=", "<"],
)
def test_scalars_stay_what_the_author_wrote(value: str) -> None:
    """Nothing is taken for a float, an octal, a boolean, a date or a base-60 number."""
    assert _plain(f"a: {value}") == {"a": value}


@pytest.mark.parametrize(
    ("text", "value"), [("", None), ("~", None), ("null", None), ("'null'", "null"), ('""', "")]
)
def test_only_plain_nulls_are_empty(text: str, value: str | None) -> None:
    """Quotes make a text of everything."""
    assert _plain(f"a: {text}") == {"a": value}


def test_a_str_tag_makes_a_text() -> None:
    """The core tags are allowed, and do what they say."""
    assert _plain("a: !!str null") == {"a": "null"}


def test_spans_exclude_anchors_and_tags() -> None:
    """Where a value is replaced, its anchor stays."""
    text = "a: &x !!str  text  # c\n"
    root, _ = compose(text, "f")
    assert isinstance(root, MapNode)
    value = root.entries[0].value
    assert isinstance(value, Scalar)
    assert text[value.start : value.end] == "text"


def test_aliases_and_merges_are_read() -> None:
    """An alias stands for its anchor; a mapping's own keys win over merged ones."""
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\n"
    assert _plain(text) == {
        "a": {"x": "1", "y": "2"},
        "b": {"y": "3", "x": "1"},
        "c": _plain("{x: 1, y: 2}"),
    }


@pytest.mark.parametrize(
    ("text", "slug", "line", "column"),
    [
        ("a: b: c", "invalid-yaml", 1, 5),
        ("a:\n\tb: 1", "invalid-yaml", 2, 1),
        ("a: @x", "invalid-yaml", 1, 4),
        ('x: 1\na: "y\nb: 1', "invalid-yaml", 2, 4),
        ("a: [1, 2\nb: 3", "invalid-yaml", 1, 4),
        ("- [ ] text", "invalid-yaml", 1, 7),
        ("a: 1\n---\nb: 2", "invalid-yaml", 2, 1),
        ("a: \x07", "invalid-yaml", 1, 4),
        ("a: x\ufeff", "invalid-yaml", 1, 5),
        ("? [a]\n: b", "invalid-yaml", 1, 3),
        ("<<: 1", "invalid-yaml", 1, 1),
        ("a: !foo 1", "foreign-tag", 1, 4),
        ("a: !!python/object/apply:os.system [x]", "foreign-tag", 1, 4),
        ("a: !!binary aGk=", "foreign-tag", 1, 4),
        ("a: *x", "unknown-alias", 1, 4),
        ("a: &x [*x]", "recursive-alias", 1, 8),
        ("[" * (MAX_DEPTH + 1), "too-deep", 1, MAX_DEPTH + 1),
    ],
)
def test_what_is_not_a_backlogs_yaml_is_told_at_its_place(
    text: str, slug: str, line: int, column: int
) -> None:
    """Each fault has a slug, the place that helps most, and words of our own."""
    problem = _problem(text)
    assert (problem.slug, problem.place.line, problem.place.column) == (slug, line, column)
    assert "yaml.org" not in problem.message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: b: c", "quotes"),
        ("a:\n\tb: 1", "spaces"),
        ("a: @x", "quotes"),
        ("- [ ] text", '"[ ] text"'),
        ("a: 1\nb\nc: 2", "key: value"),
        ("{a: 1", "close it"),
        ('a: "\\q"', "single quotes"),
        ("a: !x!y z", "quote"),
        ("a: 'x", "close it"),
        ('"a" "b"', "one mapping"),
        ("a: %x", "quotes"),
        ("%YAML 9.9\n---\na: 1", "%YAML"),
        ("a: *", "quote"),
        ("a: |x\n", "quote"),
    ],
)
def test_broken_yaml_comes_with_a_hint(text: str, hint: str) -> None:
    """The hint says what to do, not what the parser was scanning."""
    assert hint in _problem(text).hint


def test_all_duplicate_keys_are_told_with_both_places() -> None:
    """The last of two equal keys does not win silently."""
    _, diagnostics = compose("a: 1\nb: 2\na: 3\nb: 4\n", "f")
    assert [(each.slug, each.place.line) for each in diagnostics] == [
        ("duplicate-field", 3),
        ("duplicate-field", 4),
    ]
    assert "line 1" in diagnostics[0].message
    assert "line 2" in diagnostics[1].message


def test_a_key_given_twice_hides_no_other_fault(tmp_path: Path) -> None:
    """Duplicate keys, unknown fields and dangling dependencies of one file are told at once."""
    file = tmp_path / "f.yaml"
    file.write_text(
        "version: 1\nepics:\n  - id: a\n    title: A\n    title: B\n"
        "    assignes: [x]\n    depends_on: [zz]\n  - {id: a, title: C}\n"
    )
    told = {d.slug for d in load([file], root=tmp_path).diagnostics}
    assert told == {"duplicate-field", "unknown-field", "duplicate-key", "dangling-dependency"}


def _bomb(line: str) -> Callable[[int], str]:
    first = "a0: &a0 {x: 1}\n"
    return lambda size: (
        first
        + "".join(line.format(n=n, nine=", ".join([f"*a{n - 1}"] * 9)) for n in range(1, 12 * size))
    )


@pytest.mark.parametrize(
    "bomb",
    [
        _bomb("a{n}: &a{n}\n  <<: [{nine}]\n"),
        _bomb("a{n}: &a{n} [{nine}]\n"),
        _bomb("a{n}: &a{n} {{x: [{nine}]}}\n"),
        lambda size: "- a: b\n" * 150_000 * size,
        lambda size: "? " * 50_000 * size,
        lambda size: "- " * 50_000 * size,
        lambda size: "{a: " * 50_000 * size,
        lambda size: "[" * 50_000 * size + "]" * 50_000 * size,
    ],
    ids=["merges", "aliases", "mixed", "many", "keys", "lists", "maps", "brackets"],
)
def test_bombs_are_refused_before_they_grow(bomb: Callable[[int], str]) -> None:
    """Size, depth, aliases and merges are bounded: twice the bomb is twice the work at most."""
    small, large = bomb(1), bomb(2)
    assert {_problem(text).slug for text in (small, large)} <= {
        "too-deep", "too-large", "invalid-yaml"
    }  # fmt: skip
    grows_like(_problem, small, large, times=2)


def test_places_are_found_by_path() -> None:
    """A key's place is the key, a list entry's where it begins."""
    text = "a:\n  - x\n  - b: y\n"
    root, _ = compose(text, "f")
    assert root is not None
    places = places_below(root, "f", Lines(text))
    assert {path: (place.line, place.column) for path, place in places.items()} == {
        "a": (1, 1),
        "a.0": (2, 5),
        "a.1": (3, 5),
        "a.1.b": (3, 5),
    }


def test_comments_alone_are_nothing() -> None:
    """A file of comments has no root, and that is not broken YAML."""
    assert compose("# nothing\n", "f") == (None, ())
