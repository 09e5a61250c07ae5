"""JSON and quoted YAML say the same value without one raw character that hides or moves."""

import json
import random
import unicodedata

import pytest
import yaml

from backlog_sync.core.escape import flow_list, is_inert, is_suspect, json_text, quoted

ODD = [
    *map(chr, (*range(0x20), *range(0x7F, 0xA0))),
    *map(chr, (0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F))),
    *map(chr, (*range(0x2060, 0x2065), *range(0x2066, 0x2070), 0xFEFF, 0xFFF9, 0xFFFE, 0xFFFF)),
]
PLAIN = [
    *"a Z9\"'\\:#[]{}|>&*!%@`,?-~é漢😀\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}",
    *("##[error]", "#", "##", "[", "::warning::"),
]


def texts() -> list[str]:
    """Random texts with much in them that is odd."""
    chance = random.Random(7)
    parts = ODD + PLAIN
    made = ["".join(chance.choices(parts, k=chance.randrange(12))) for _ in range(3_000)]
    return [*made, *ODD, *PLAIN, "###[x", "####[[", "\\u0023#[", '"##["', "\\##["]


def is_bare(text: str) -> bool:
    """Whether nothing raw is left in a text; only what JSON itself puts between values."""
    return "##[" not in text and not any(is_suspect(c) for c in text if c != "\n")


def test_json_says_the_same_without_anything_raw() -> None:
    """As a value, as a key, in a list; for people and for machines; lone halves too."""
    for text in [*texts(), "\ud800", "a\udfffb"]:
        value = {text: [text, {"x": text}]}
        for options in ({}, {"indent": None}, {"indent": 1, "ascii_only": True}):
            told = json_text(value, **options)
            assert is_bare(told), ascii(text)
            assert json.loads(told) == value
            told.encode()


def test_a_quoted_text_is_yaml_and_json() -> None:
    """Both read the same text from it, and neither finds anything raw."""
    for text in texts():
        told = quoted(text)
        assert is_bare(told), ascii(text)
        assert json.loads(told) == text
        assert yaml.safe_load(told) == text


def test_names_are_a_list_of_yaml() -> None:
    """A name with signs of YAML is in quotes, the others are as people write them."""
    names = [*texts(), "github-actions[bot]", "type: bug", "a, b", "1.0", "no", "- x", "a #b", "é"]
    assert yaml.safe_load(flow_list(names)) == names
    assert flow_list(["good first issue", "ana"]) == "[good first issue, ana]"


@pytest.mark.parametrize("character", ["\U000e0001", "\U000e0041", "\U0001bca0"])
def test_beyond_the_first_plane_yaml_has_it_as_it_is(character: str) -> None:
    """It has no escape there that JSON shares, and moves nothing."""
    assert yaml.safe_load(quoted(f"a{character}b")) == f"a{character}b"
    assert character not in json_text(f"a{character}b")


def test_what_is_visible_stays_readable() -> None:
    """Letters, signs and emoji of any script are not escaped, joiners among them."""
    for text in ("Übersicht", "漢字", "👩‍💻 ship it", "می‌خواهم", "a # b", "[x]"):
        assert text in json_text(text)
        assert is_inert(text)
    letters = (chr(n) for n in range(0x3000) if unicodedata.category(chr(n))[0] in "LNS")
    assert not any(map(is_suspect, letters))
