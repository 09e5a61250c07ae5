"""Since when the lines of a file say what they say."""

import os
import subprocess
from datetime import date
from pathlib import Path

import pytest

from backlog_sync.core.reworded import Words
from backlog_sync.local.git_history import line_days

TODAY = date(2026, 5, 1)
FIRST, SECOND, THIRD = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


class Repository:
    """A repository whose commits are made on given days."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str, day: date = FIRST) -> None:
        """Run git as somebody, on a day."""
        who = {f"GIT_{role}_{part}": "a@b" for role in ("AUTHOR", "COMMITTER")
               for part in ("NAME", "EMAIL")}  # fmt: skip
        days = {f"GIT_{role}_DATE": f"{day}T12:00:00Z" for role in ("AUTHOR", "COMMITTER")}
        env = {**os.environ, **who, **days}
        subprocess.run(["git", "-C", str(self.folder), *words], check=True, env=env)

    def write(self, *lines: str, name: str = "plan.md", end: str = "\n") -> None:
        """Give the file these lines."""
        text = "".join(f"{line}{end}" for line in lines)
        (self.folder / name).write_text(text, encoding="utf-8", newline="")

    def commit(self, day: date) -> None:
        """Commit all that changed."""
        self.git("add", "-A")
        self.git("commit", "-qm", "x", day=day)

    def days(self, name: str = "plan.md") -> tuple[date, ...] | None:
        """Ask since when each line says what it says."""
        return line_days(self.folder, str(self.folder / name), TODAY, Words())


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository."""
    return Repository(tmp_path)


def test_a_line_is_from_the_day_of_its_words(repository: Repository) -> None:
    """New and changed lines are from their commit, from today without one, others from theirs."""
    repository.write("one", "two", "three")
    repository.commit(FIRST)
    repository.write("zero", "one", "another", "three")
    repository.commit(SECOND)
    assert repository.days() == (SECOND, FIRST, SECOND, FIRST)
    repository.write("one", "another", "three", "four")
    assert repository.days() == (FIRST, SECOND, FIRST, TODAY)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_progress_keeps_the_day(repository: Repository, end: str) -> None:
    """Among lines that people changed in one commit those with only progress keep their day."""
    repository.write("# One", "- [ ] it holds", "# Two", "| A | 5 |", "| B | 5 |", end=end)
    repository.commit(FIRST)
    repository.write("# One (#1)", "- [x] it holds", "# Too", "| A | 5 | Done |",
                     "| B | 5 | Todo |", end=end)  # fmt: skip
    assert repository.days() == (FIRST, FIRST, TODAY, FIRST, FIRST)
    repository.commit(SECOND)
    assert repository.days() == (FIRST, FIRST, SECOND, FIRST, FIRST)


def test_settings_of_git_change_nothing(repository: Repository) -> None:
    """Colours, wider context, signatures and prefixes are for people's eyes."""
    for name, value in (("color.ui", "always"), ("diff.interHunkContext", "9"),
                        ("diff.context", "5"), ("log.showSignature", "true"),
                        ("diff.noprefix", "true"), ("diff.algorithm", "patience")):  # fmt: skip
        repository.git("config", name, value)
    repository.write("one", "two", "three", "four", "five")
    repository.commit(FIRST)
    repository.write("one", "second", "three", "fourth", "five")
    repository.commit(SECOND)
    repository.write("one", "second", "three", "fourth", "fifth")
    assert repository.days() == (FIRST, SECOND, FIRST, SECOND, TODAY)


def test_a_file_keeps_its_days_under_another_name(repository: Repository) -> None:
    """The history before a file was moved counts, too."""
    repository.write("one", "two", "three", "four")
    repository.commit(FIRST)
    repository.git("mv", "plan.md", "roadmap.md")
    repository.commit(SECOND)
    repository.write("one", "two", "three", "other", name="roadmap.md")
    repository.commit(THIRD)
    assert repository.days("roadmap.md") == (FIRST, FIRST, FIRST, THIRD)


def test_merged_lines_are_from_the_merge(repository: Repository) -> None:
    """What another branch brought is from the day on which it came."""
    repository.write("one", "two", "three")
    repository.commit(FIRST)
    repository.git("checkout", "-qb", "side")
    repository.write("one", "two", "three", "of the side")
    repository.commit(SECOND)
    repository.git("checkout", "-q", "main")
    repository.write("of main", "one", "two", "three")
    repository.commit(SECOND)
    repository.git("merge", "-q", "--no-ff", "-m", "x", "side", day=THIRD)
    assert repository.days() == (SECOND, FIRST, FIRST, FIRST, THIRD)


def test_a_file_that_git_does_not_know_has_no_days(repository: Repository) -> None:
    """Nothing is told of a file without a commit."""
    repository.write("one")
    repository.commit(FIRST)
    repository.write("one", name="other.md")
    assert repository.days("other.md") is None
