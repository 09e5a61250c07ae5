"""Reading files as text and replacing them."""

import os
from pathlib import Path

import pytest

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.errors import FailedError
from backlog_sync.files import source as module
from backlog_sync.files.parsed import Source
from backlog_sync.files.source import Lines, encode, read_source, replace_file


def _read(file: Path) -> Source:
    source = read_source(file, file.name)
    assert isinstance(source, Source)
    return source


def _problem(file: Path) -> Diagnostic:
    problem = read_source(file, file.name)
    assert isinstance(problem, Diagnostic)
    return problem


@pytest.mark.parametrize("raw", [b"a\r\nb\n", b"\xef\xbb\xbfa: 1\r\n", b"a\rb", "é\n".encode()])
def test_bytes_survive_reading_and_encoding(tmp_path: Path, raw: bytes) -> None:
    """Line endings and the byte order mark come out as they went in."""
    file = tmp_path / "f"
    file.write_bytes(raw)
    source = _read(file)
    assert encode(source, source.text) == raw
    assert not source.text.startswith("\ufeff")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A path to nothing, or through a file, is no such file."""
    assert _problem(tmp_path / "no.yaml").slug == "file-missing"
    (tmp_path / "f").write_text("x")
    assert _problem(tmp_path / "f" / "g").slug == "file-missing"


def test_a_folder_is_told(tmp_path: Path) -> None:
    """A folder is not read."""
    assert _problem(tmp_path).slug == "is-a-folder"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """What is no regular file is refused before it is opened."""
    os.mkfifo(tmp_path / "pipe")
    assert _problem(tmp_path / "pipe").slug == "not-a-file"


@pytest.mark.parametrize("raw", [b"", b" \n\t\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_told(tmp_path: Path, raw: bytes) -> None:
    """Blank space alone is empty too."""
    (tmp_path / "f").write_bytes(raw)
    assert _problem(tmp_path / "f").slug == "empty-file"


@pytest.mark.parametrize(
    ("raw", "line", "column"),
    [(b"ok\nab\xffc", 2, 3), (b"ok\r\n\r\n\x00", 3, 1), (b"\xef\xbb\xbfa\n\xc3(", 2, 1)],
)
def test_bytes_that_are_not_text_are_placed(
    tmp_path: Path, raw: bytes, line: int, column: int
) -> None:
    """NUL bytes and broken UTF-8 are told with line and column."""
    (tmp_path / "f").write_bytes(raw)
    problem = _problem(tmp_path / "f")
    assert (problem.slug, problem.place.line, problem.place.column) == ("not-text", line, column)


def test_utf16_gets_its_own_hint(tmp_path: Path) -> None:
    """A file that an editor saved as UTF-16 is told as such."""
    (tmp_path / "f").write_bytes("a: 1".encode("utf-16"))
    assert "UTF-16" in _problem(tmp_path / "f").message


def test_too_large_files_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file over the limit is refused by its size."""
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    (tmp_path / "f").write_bytes(b"x" * 11)
    assert _problem(tmp_path / "f").slug == "too-large"


def test_too_many_lines_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are bounded, so that places stay cheap to find."""
    monkeypatch.setattr(module, "MAX_LINES", 10)
    (tmp_path / "f").write_bytes(b"x\n" * 21)
    assert _problem(tmp_path / "f").slug == "too-large"


def test_places_count_every_kind_of_line_break() -> None:
    """LF, CRLF and CR end a line each; columns begin at 1."""
    lines = Lines("a\nb\r\nc\rd")
    places = [lines.place("f", offset) for offset in (0, 2, 5, 7)]
    assert [(place.line, place.column) for place in places] == [(1, 1), (2, 1), (3, 1), (4, 1)]


def test_replacing_keeps_rights_and_links(tmp_path: Path) -> None:
    """A link stays a link, its target gets the bytes and keeps its rights; no file is left over."""
    target = tmp_path / "target.yaml"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(target)
    replace_file(link, b"old", b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.yaml", "target.yaml"]


def test_a_file_that_moved_on_is_not_replaced(tmp_path: Path) -> None:
    """What somebody saved in the meantime is never overwritten."""
    file = tmp_path / "f"
    file.write_bytes(b"theirs")
    with pytest.raises(FailedError) as caught:
        replace_file(file, b"old", b"new")
    assert caught.value.slug == "file-changed"
    assert file.read_bytes() == b"theirs"


def test_a_failed_replacement_leaves_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk says no, the old file stands and nothing is left beside it."""
    file = tmp_path / "f"
    file.write_bytes(b"old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(FailedError, match="No space left"):
        replace_file(file, b"old", b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_vanished_file_cannot_be_replaced(tmp_path: Path) -> None:
    """A file that was removed since it was read is told, not made again."""
    with pytest.raises(FailedError):
        replace_file(tmp_path / "gone", b"old", b"new")
