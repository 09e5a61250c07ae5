"""Text that was UTF-8 once."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_sync.files.mojibake import SHOWN_LINES, find_mojibake, repair
from backlog_sync.files.parsed import Source
from backlog_sync.files.source import source_of


def _source(text: str) -> Source:
    source = source_of(text.encode(), Path("f"), "f")
    assert isinstance(source, Source)
    return source


def _spoil(text: str, encoding: str) -> str:
    return "".join(
        char if char.isascii() else char.encode().decode(encoding, "surrogateescape")
        for char in text
    )


@pytest.mark.parametrize("text", ["📊 Summary", "✅ done", "café", "naïve – no", "数据", "Привет"])
def test_text_read_as_mac_roman_is_mended(text: str) -> None:
    """Every byte is a character of Mac Roman, so what comes back is what it was."""
    spoiled = _spoil(text, "mac_roman")
    assert repair(spoiled) == text


@pytest.mark.parametrize("text", ["📊 Summary", "✅ done", "café", "über – no", "100 € für"])
def test_text_read_as_windows_1252_is_mended(text: str) -> None:
    """The common case: an editor of Windows."""
    assert repair(_spoil(text, "cp1252")) == text


@pytest.mark.parametrize(
    "text",
    [
        "“ALLÉ” et «\u00a0été\u00a0»",
        "SÃO PAULO, MAÇÃ, IRMÃ”",
        "übermäßig – „schön“",
        "Ça coûte 5 € — voilà…",
        "привет мир",
        "数据平台 ✅ 📊",
        "naïve café",
        "© 2026 ®",
        "plain",
    ],
)
def test_text_in_any_script_is_left_alone(text: str) -> None:
    """Accents, quotes, other scripts and signs are what they seem."""
    assert repair(text) == text


def test_each_line_is_a_warning_with_its_repair() -> None:
    """The place is where the line goes wrong; the hint is how it should read."""
    found = list(find_mojibake(_source("fine\nðŸ“Š Summary\n")))
    assert [(each.place.line, each.place.column, each.severity.value) for each in found] == [
        (2, 1, "warning")
    ]
    assert "📊 Summary" in found[0].hint


def test_many_lines_are_summed_up() -> None:
    """Beyond twenty, one warning counts the rest."""
    found = list(find_mojibake(_source("âœ… done\n" * (SHOWN_LINES + 5))))
    assert len(found) == SHOWN_LINES + 1
    assert found[-1].message.startswith("5 more lines")


@given(st.text(st.characters(codec="latin-1"), max_size=40))
def test_mending_is_stable_and_keeps_ascii(text: str) -> None:
    """No text makes it fail, and ASCII is never touched."""
    repaired = repair(text)
    assert [c for c in repaired if c.isascii()] == [c for c in text if c.isascii()]
