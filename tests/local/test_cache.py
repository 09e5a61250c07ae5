"""What is remembered of a repository to read less of it: never needed, never in the way."""

from pathlib import Path

import pytest

from backlog_sync.core.observed import Coverage
from backlog_sync.core.rate import Learned
from backlog_sync.local.cache import FileCache, cache_file
from tests.core.builders import observed

WHOLE = Coverage(complete=True, issues_read=9, total=9)
PART = Coverage(complete=False, issues_read=5, total=9, by_number=3)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where it is kept; nothing is there yet."""
    return tmp_path / "deep" / "cache.json"


def cache(file: Path, now: float = 1_000_000.0) -> FileCache:
    """A memory at a moment."""
    return FileCache(file, clock=lambda: now)


def test_nothing_is_known_at_first(file: Path) -> None:
    """And nothing is written by asking."""
    assert cache(file).last_read() is None
    assert cache(file).pace() == Learned()
    assert not file.exists()


def test_a_complete_look_is_remembered_from_before_it_began(file: Path) -> None:
    """What was touched while it went on is looked at again, clocks that differ a little too."""
    cache(file).note(observed(coverage=WHOLE))
    since = cache(file, 1_000_100.0).last_read()
    assert since is not None
    assert since < 1_000_000.0


def test_a_look_at_all_that_was_touched_goes_on_from_there(file: Path) -> None:
    """A look at a part of it does not."""
    cache(file).note(observed(coverage=WHOLE))
    first = cache(file).last_read()
    cache(file, 1_500_000.0).note(observed(coverage=PART))
    assert cache(file, 1_500_000.0).last_read() == first
    since = Coverage(complete=False, issues_read=5, total=9, by_number=3, since="2026-11-20")
    cache(file, 1_500_000.0).note(observed(coverage=since))
    later = cache(file, 1_500_000.0).last_read()
    assert later is not None
    assert first is not None
    assert later > first


def test_what_an_earlier_version_kept_is_read(file: Path) -> None:
    """An upgrade does not read the whole repository again."""
    file.parent.mkdir()
    file.write_text('{"looked": 999999.0}', encoding="utf-8")
    assert cache(file).last_read() == 999_999.0


@pytest.mark.parametrize("now", [999_000.0, 1_000_000.0 + 31 * 86_400])
def test_what_is_too_old_or_of_the_future_is_not_known(file: Path, now: float) -> None:
    """A clock was set, or nobody looked for a month."""
    cache(file).note(observed(coverage=WHOLE))
    assert cache(file, now).last_read() is None


def test_the_pace_is_kept_beside_it(file: Path) -> None:
    """Neither takes the other away."""
    learned = Learned(7, 5.0, ((1.0, 5), (61.0, 2)))
    cache(file).note(observed(coverage=WHOLE))
    cache(file).keep_pace(learned)
    assert cache(file).pace() == learned
    assert cache(file).last_read() is not None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"last_read": "soon"}', "\x00\ufffd" * 9])
def test_what_cannot_be_read_was_never_written(file: Path, text: str) -> None:
    """Half a file, or one of something else."""
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    assert cache(file).last_read() is None
    assert cache(file).pace() == Learned()


def test_what_cannot_be_written_is_left(tmp_path: Path) -> None:
    """A folder that is none is no reason to fail."""
    (tmp_path / "deep").write_text("a file")
    cache(tmp_path / "deep" / "cache.json").note(observed(coverage=WHOLE))
    assert cache(tmp_path / "deep" / "cache.json").last_read() is None


def test_each_repository_has_a_file_of_its_own(tmp_path: Path) -> None:
    """By host and name; the sandbox's lies below the root."""
    names = {
        cache_file(tmp_path, host, name, home=tmp_path / "home", sandbox=sandbox)
        for host, name, sandbox in (
            ("github.com", "a/b", False),
            ("github.com", "a/c", False),
            ("ghe.example.com", "a/b", False),
            ("sandbox", "a/b", True),
        )
    }
    assert len(names) == 4
    inside = [name for name in names if name.is_relative_to(tmp_path / ".backlog")]
    assert len(inside) == 1
