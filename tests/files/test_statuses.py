"""Status phrases: what is done, what is not, and what is no status."""

import pytest

from backlog_sync.files.statuses import (
    is_plain_status,
    is_status_word,
    meanings,
    same_status,
    status_in,
    trailing_status,
)
from backlog_sync.files.values import parse_status

_DONE = [
    "✅ Complete", "COMPLETE", "PRODUCTION READY", "Complete and production-ready", "✓", "[x]",
    "[x] Draft: the page", "Done (2024-05)", "Done — shipped in v2", "Completed: 2024",
    "Shipped!", "**Done**", "100% complete", "Done (5/5 tests)", "Delivered in Sprint 3",
    "Fully implemented", "Fertig", "Vollständig umgesetzt", "bereits erledigt",
    "terminé le 3 mai", "Concluído", "ya completado", "完了しました", "已完成（2024）",
    "全部完成", "완료", "Готово", "уже сделано", "zrobione", "klaar", "completato",
    "~~In progress~~ Done",
]  # fmt: skip
_PROGRESS = [
    "In Progress 60%", "80% complete", "partially complete", "Done (partially)", "Done (3/5)",
    "Done, except the docs", "✅ Mostly done", "In review", "InProgress", "IN_PROGRESS", "🔄",
    "部分完成", "частично готово", "parcialmente concluído", "teilweise fertig", "進行中",
    "진행 중",
]  # fmt: skip
_TODO = [
    "not done", "incomplete", "Not fully done", "Not yet implemented", "[ ] open",
    "❌ Not started", "nicht fertig", "noch nicht erledigt", "pas terminé", "non terminé",
    "未完了", "尚未完成", "не готово", "ещё не сделано", "não concluído", "aún no completado",
    "Blocked by #12", "ready-for-dev", "0% done", "nog niet klaar", "nie zrobione",
]  # fmt: skip
_NONE = [
    "Complete redesign of login", "Done when tests pass", "Open source the command line",
    "Implemented the parser", "Live chat", "New login page", "Implementation complete",
    "完成度", "Shopping cart", "", "Active directory", "Completed foundations of work",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *((text, {"done"}) for text in _DONE),
        *((text, {"progress"}) for text in _PROGRESS),
        *((text, {"todo"}) for text in _TODO),
        *((text, set()) for text in _NONE),
        ("~~Old checkout~~", {"done", "cancelled"}),
        ("Closed", {"done", "cancelled"}),
        ("won't do", {"cancelled"}),
        ("[-] dropped", {"cancelled"}),
    ],
)
def test_phrases_at_the_beginning(text: str, meaning: set[str]) -> None:
    """In doubt a phrase is none, and nothing that is denied or partly true is done."""
    found = status_in(text)
    assert (found.meanings if found else set()) == meaning


def test_the_phrase_is_located() -> None:
    """Where it ends, and whether the text says nothing else."""
    found = status_in("✅ Complete and production-ready")
    assert found
    assert (
        "✅ Complete and production-ready"[found.start : found.end], found.alone, found.done,
    ) == ("✅ Complete", False, True)  # fmt: skip
    alone = status_in("Done (2024-05)")
    assert alone
    assert alone.alone


@pytest.mark.parametrize(
    ("title", "start", "meaning"),
    [
        ("Set up — DONE", "Set up", "done"),
        ("Set up (COMPLETE)", "Set up", "done"),
        ("Set up ✅", "Set up", "done"),
        ("Set up ✅ (mostly)", "Set up", "progress"),
        ("Sign in - PRODUCTION READY", "Sign in", "done"),
        ("Phase 1: Base - COMPLETED ✅", "Phase 1: Base", "done"),
        ("Phase 1 — ✅ COMPLETE (Oct 2025)", "Phase 1", "done"),
        ("Carts [erledigt]", "Carts", "done"),
        ("Move to v2 (done 2024-05)", "Move to v2", "done"),
        ("Phase 2 (In Progress) 🔄", "Phase 2", "progress"),
        ("Payments (NEW)", "Payments", "todo"),
    ],
)
def test_statuses_behind_titles(title: str, start: str, meaning: str) -> None:
    """Set apart by a dash, brackets or a sign."""
    found = trailing_status(title)
    assert found
    assert (title[: found.start].rstrip(), set(found.meanings)) == (start, {meaning})


@pytest.mark.parametrize(
    "title",
    ["Sign in - a thing", "Search (new)", "Level 2 (Q1 2026)", "✅", "User guide - review",
     "Draft", "Streaming (live)", "Done", "Make it complete"],
)  # fmt: skip
def test_titles_without_a_status(title: str) -> None:
    """Adjectives, dates and lonely words are parts of a title."""
    assert trailing_status(title) is None


def test_values_of_a_status_are_read_more_freely() -> None:
    """A value of `Status:` that begins with one is one; a sign anywhere counts."""
    assert meanings("Implemented the parser") == {"done"}
    assert meanings("Release 3 ✅") == {"done"}
    assert meanings("Done when tests pass") == frozenset()
    assert meanings("in limbo") == frozenset()
    assert meanings("Shipped v2 to all") == meanings("完了 v1.1") == {"done"}


def test_what_is_ready_for_a_test_is_not_done() -> None:
    """Though the word alone says that it is, in these languages."""
    for said in ("pronto para QA", "listo para revisión", "fertig für den Test", "готово к тесту"):
        assert meanings(said) == {"progress"}
    assert meanings("pronto") == {"done"}


def test_a_sign_of_what_is_done_stays_before_words_that_mean_nothing() -> None:
    """It alone says so, and a board may have an option of these words."""
    assert parse_status("✅ the whole fleet") == "✅ the whole fleet"
    assert parse_status("✅ Live") == "Live"
    assert parse_status("🚧 the whole fleet") == "the whole fleet"


def test_words_that_say_more_than_their_meaning() -> None:
    """`In review` is in progress, and another status than `In progress`."""
    assert is_plain_status("✅ Done (mostly)")
    assert not is_plain_status("In review")
    assert not is_plain_status("in limbo")
    assert same_status("Todo", "geplant")
    assert same_status("Done – shipped in May", "✅")
    assert same_status("In Review", "in-review")
    assert not same_status("In review", "In progress")
    assert not same_status("Blocked", "Todo")
    assert same_status("Limbo", "limbo")
    assert is_status_word("in Arbeit")
    assert not is_status_word("Done when")


@pytest.mark.parametrize(
    "said",
    ["(Completed Dec 2025)", "(done in v1.2)", "(terminé en mars 2025)", "(завершено в мае 2025)",
     "✅ (Dec 2025)", "✅ 2026-04-06 ✅ 2026-04-06", "(abgeschlossen im Mai 2025)"],
)  # fmt: skip
def test_a_status_may_say_when(said: str) -> None:
    """A month or a version behind it; other words are no time."""
    found = trailing_status(f"Ferry {said}")
    assert found is not None
    assert found.done
    assert found.start == len("Ferry")
    assert trailing_status("Ferry (closed for the winter)") is None
    assert trailing_status("Ferry (done by May)") is None
