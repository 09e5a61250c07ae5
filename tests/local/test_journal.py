"""The journal: what was to be created is on the disk before it is sent, and survives anything."""

import os
import stat
from pathlib import Path

import pytest

from backlog_sync.core.intents import Intent
from backlog_sync.errors import FailedError
from backlog_sync.local.journal import FileJournal, journal_folder
from backlog_sync.local.state import safe_name, state_folder


def intent(nonce: str, at: float = 1000.0, **more: object) -> Intent:
    """An item that is to be made."""
    return Intent("ROADMAP.md", f"key-{nonce}", nonce, f"Title «{nonce}»", at, **more)  # type: ignore[arg-type] # number and id


@pytest.fixture
def journal(tmp_path: Path) -> FileJournal:
    """A journal that does not exist yet."""
    return FileJournal(tmp_path / "deep" / "below")


def test_an_empty_journal_is_no_file(journal: FileJournal) -> None:
    """Reading makes nothing."""
    assert journal.open_intents() == ()
    assert journal.run() is None
    assert not journal.path.exists()


def test_an_intent_stays_open_until_it_is_closed(journal: FileJournal) -> None:
    """Confirmed or not; another process reads the same."""
    journal.begin("ROADMAP.md", 900.0)
    journal.intend([intent("a"), intent("b")])
    journal.confirm("a", 14, "I_14")
    again = FileJournal(journal.path.parent)
    assert again.open_intents() == (intent("a", number=14, id="I_14"), intent("b"))
    again.close(["a"])
    assert [i.nonce for i in journal.open_intents()] == ["b"]
    last = journal.run()
    assert last is not None
    created = tuple(each for each in last.created if each.number is not None)
    assert (last.at, created) == (900.0, (intent("a", number=14, id="I_14"),))


def test_sent_again_it_is_as_young_as_the_last_time(journal: FileJournal) -> None:
    """A limit was waited out: what counts is when it went out."""
    journal.intend([intent("a", 1000.0)])
    journal.intend([intent("a", 1060.0)])
    (found,) = journal.open_intents()
    assert found.at == 1060.0


def test_a_new_run_keeps_what_is_open_and_drops_the_rest(journal: FileJournal) -> None:
    """The file does not grow from run to run."""
    for n in range(50):
        journal.begin("ROADMAP.md", float(n))
        journal.intend([intent(f"n{n}")])
        journal.confirm(f"n{n}", n, f"I_{n}")
        if n != 7:
            journal.close([f"n{n}"])
    assert [i.nonce for i in journal.open_intents()] == ["n7"]
    assert journal.path.stat().st_size < 2000
    last = journal.run()
    assert last is not None
    assert [i.nonce for i in last.created] == ["n49"]


def test_what_is_undone_is_forgotten(journal: FileJournal) -> None:
    """But not what is still open."""
    journal.begin("ROADMAP.md", 1.0)
    journal.intend([intent("a"), intent("b")])
    journal.confirm("a", 1, "I_1")
    journal.close(["a"])
    last = journal.run()
    assert last is not None
    journal.undone(last)
    again = journal.run()
    assert again is not None
    assert again.undone
    assert [i.nonce for i in journal.open_intents()] == ["b"]


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_that_was_cut_off_was_never_acted_on(journal: FileJournal, cut: int) -> None:
    """The process died while it wrote: what stands before is read, what comes next is whole."""
    journal.intend([intent("a")])
    journal.intend([intent("b")])
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole[:-cut])
    assert [i.nonce for i in journal.open_intents()] == ["a"]
    journal.intend([intent("c")])
    assert [i.nonce for i in journal.open_intents()] == ["a", "c"]


@pytest.mark.parametrize(
    "text",
    [
        "{}\n",
        "no json\n",
        "[" * 100_000 + "\n",
        '{"what":"intent"}\n',
        *(
            f'{{"what":"run","backlog":"x","at":{at}}}\n'
            for at in ('"y"', "NaN", "Infinity", "-1", "1e300", "1" * 400, "253402300801", "[]")
        ),
    ],
)
def test_a_damaged_journal_is_refused_with_its_place(journal: FileJournal, text: str) -> None:
    """Nothing is guessed: an intent may stand in the line that cannot be read."""
    journal.intend([intent("a")])
    with journal.path.open("a", encoding="utf-8") as file:
        file.write(text)
    with pytest.raises(FailedError) as caught:
        journal.open_intents()
    assert caught.value.slug == "journal-damaged"
    assert f"{journal.path}:2" in caught.value.message


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """It is said before anything is sent."""
    tmp_path.chmod(stat.S_IREAD | stat.S_IEXEC)
    with pytest.raises(FailedError):
        FileJournal(tmp_path / "below").intend([intent("a")])


def test_a_file_in_the_way(tmp_path: Path) -> None:
    """A folder that is a file cannot hold a journal."""
    (tmp_path / "state").write_text("", encoding="utf-8")
    with pytest.raises(FailedError) as caught:
        FileJournal(tmp_path / "state").intend([intent("a")])
    assert "XDG_STATE_HOME" in str(caught.value.hint)


def test_each_server_and_repository_has_its_own(tmp_path: Path) -> None:
    """Whatever stands in their names, nothing leaves the folder."""
    names = [("github.com", "R_1"), ("github.com", "r_1"), ("..", "../../x"), ("a/b", ""), ("", "")]
    folders = {journal_folder(tmp_path, host, repository) for host, repository in names}
    assert len(folders) == len(names)
    assert all(folder.parent.parent == tmp_path for folder in folders)
    assert safe_name("..") not in ("..", ".")


def test_state_lives_with_the_user_and_the_sandbox_s_with_the_sandbox(tmp_path: Path) -> None:
    """Without a home of one's own it is below the root."""
    home = tmp_path / "home"
    assert state_folder(tmp_path, home=home, sandbox=False) == home / "backlog-sync"
    assert state_folder(tmp_path, home=home, sandbox=True) == tmp_path / ".backlog" / "state"
    home.rename(tmp_path / "gone")
    home.write_text("", encoding="utf-8")
    assert state_folder(tmp_path, home=home, sandbox=False) == tmp_path / ".backlog" / "state"
