"""The hidden marker."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backlog_sync.core.base import decode, encode
from backlog_sync.core.marker import READER, Base, Marker

HEX6 = st.text(alphabet="0123456789abcdef", min_size=6, max_size=6)
HEX8 = st.text(alphabet="0123456789abcdef", min_size=8, max_size=8)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MARKERS = st.builds(
    Marker,
    backlog=TEXT,
    key=TEXT.filter(bool),
    nonce=TEXT,
    base=st.builds(
        Base,
        hashes=st.dictionaries(TEXT, TEXT, max_size=4),
        sets=st.dictionaries(
            TEXT,
            st.lists(TEXT, unique=True, max_size=4).map(lambda n: tuple(sorted(n))),
            max_size=3,
        ),
        lines=st.lists(HEX6, max_size=6).map(tuple),
        ticks=st.dictionaries(HEX8, st.booleans(), max_size=6),
        pending=st.lists(TEXT, unique=True, max_size=3).map(lambda n: tuple(sorted(n))),
        definitions=st.dictionaries(TEXT, st.tuples(TEXT, TEXT, TEXT), max_size=3),
    ),
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # says how busy the machine is
@given(MARKERS.filter(lambda marker: marker.backlog))
def test_a_marker_comes_back_as_it_was(marker: Marker) -> None:
    """Encoding loses nothing, in plain ASCII on one line, and no text in it ends a comment."""
    text = encode(marker)
    assert decode(text) == marker
    assert text.isascii()
    assert "--" not in text
    assert not {"<", ">", "\n", "\r"} & set(text)
    assert encode(marker) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        '"x"',
        "{}",
        '{"v":2,"id":"a","key":"b"}',
        '{"v":1,"id":"a"}',
        '{"v":1,"id":1,"key":"b"}',
        '{"v":1,"id":"a","key":"b","h":[]}',
        '{"v":1,"id":"a","key":"b","h":{"title":1}}',
        '{"v":1,"id":"a","key":"b","g":"1"}',
        '{"v":1,"id":"a","key":"b","g":true}',
        '{"v":1,"id":"a","key":"b","g":-1}',
        '{"v":1,"id":"a","key":"b","g":1e9}',
        '{"v":1,"id":"a","key":"b","g":10000000}',
        '{"v":1,"id":"a","key":"b","l":"abcde"}',
        '{"v":1,"id":"a","key":"b","l":"ABCDEF"}',
        '{"v":1,"id":"a","key":"b","t":"00000000"}',
        '{"v":1,"id":"\\ud800","key":"b"}',
        "[" * 50_000,
        "9" * 5_000,
        '{"v":1,"id":"a","key":"b"}' + " " * 60_000,
    ],
)
def test_what_is_not_exactly_a_marker_is_none(text: str) -> None:
    """A foreign version, a wrong type, a half character, depth or length: no marker, no error."""
    assert decode(text) is None


def test_the_marker_tells_what_the_contract_says() -> None:
    """Identity, key, nonce, and the base: hashes, sets, lines, ticks."""
    base = Base({"title": "abc"}, {"labels": ("b", "a")}, ("00ff00",), {"01234567": True}, ("x",))
    assert json.loads(encode(Marker("ROADMAP.md", "story-1", "n1", base))) == {
        "v": 1,
        "id": "ROADMAP.md",
        "key": "story-1",
        "n": "n1",
        "h": {"title": "abc"},
        "s": {"labels": ["a", "b"]},
        "l": "00ff00",
        "t": "01234567+",
        "p": ["x"],
        "r": READER,
    }


def test_the_version_of_the_reading_is_told_in_a_key_of_its_own() -> None:
    """A marker with none is older than any."""
    marker = Marker("ROADMAP.md", "story-1", "n1")
    record = json.loads(encode(marker))
    assert (record["v"], record["r"]) == (1, READER)
    del record["r"]
    older = replace(marker, reader=0)
    assert decode(json.dumps(record)) == older
    assert "r" not in json.loads(encode(older))


def test_the_generation_of_a_key_is_told_where_it_is_not_the_first() -> None:
    """And read again."""
    later = Marker("ROADMAP.md", "story-1", "n1", generation=3)
    assert json.loads(encode(later))["g"] == 3
    assert decode(encode(later)) == later
    assert "g" not in json.loads(encode(replace(later, generation=0)))
