"""Headings and list items that begin with a type word, a code or a number."""

import pytest

from backlog_sync.files.reading.titles import parse_title, read_title, recognize


@pytest.mark.parametrize(
    ("text", "kind", "key", "title"),
    [
        ("Epic 1: Rides", "epic", "epic-1", "Rides"),
        ("EPIC-00: Setup", "epic", "epic-00", "Setup"),
        ("EPIC A — Access, roles (P0)", "epic", "epic-a", "Access, roles (P0)"),
        ("Feature 1.1: Booking", "feature", "feature-1.1", "Booking"),
        ("✅ Feature #008: Builder", "feature", "feature-008", "Builder"),
        ("STORY-00.1: Start", "story", "story-00.1", "Start"),
        ("User Story 3 - Return a bike", "story", "story-3", "Return a bike"),
        ("**Story 1.1.1**: Single", "story", "story-1.1.1", "Single"),
        ("**Story 1.1.1:** Single", "story", "story-1.1.1", "Single"),
        ("**Story 1.1.1: Single**", "story", "story-1.1.1", "Single"),
        ("US-012 Do it", "story", "us-012", "Do it"),
        ("US-A1: As a rider, I ride", "story", "us-a1", "As a rider, I ride"),
        ("[I-001] Leaking", "story", "i-001", "Leaking"),
        ("ACP-501: Parse", "story", "acp-501", "Parse"),
        ("M0: Foundations", "epic", "m0", "Foundations"),
        ("Milestone M1: First ride", "epic", "m1", "First ride"),
        ("Phase 2 — Growth", "epic", "phase-2", "Growth"),
        ("Level 3: GROWTH (Q2 2026)", "epic", "level-3", "GROWTH (Q2 2026)"),
        ("Sprint 1", "feature", "sprint-1", "Sprint 1"),
        ("Épica 2: Talleres", "epic", "epic-2", "Talleres"),
        ("Historia de usuario 4 - Reservar", "story", "story-4", "Reservar"),
        ("História 1.2: Reservar", "story", "story-1.2", "Reservar"),
        ("Tarefa 7: Pintar", "task", "task-7", "Pintar"),
        ("Tâche 1 : Peindre", "task", "task-1", "Peindre"),
        ("Fonctionnalité 1.1 : Réserver", "feature", "feature-1.1", "Réserver"),
        ("Aufgabe 3: Ölen", "task", "task-3", "Ölen"),
        ("Эпик 1: Ремонт", "epic", "epic-1", "Ремонт"),
        ("История 1.1: Запись", "story", "story-1.1", "Запись"),
        ("史诗1：维修", "epic", "epic-1", "维修"),
        ("用户故事 2：预约", "story", "story-2", "预约"),
        ("第1阶段：基础", "epic", "phase-1", "基础"),
        ("エピック 1: 修理", "epic", "epic-1", "修理"),
        ("タスク2：塗装", "task", "task-2", "塗装"),
        ("Story: Without a number", "story", None, "Without a number"),
    ],
)
def test_type_words_are_known(text: str, kind: str, key: str | None, title: str) -> None:
    """Word, number and title are found in every spelling and language."""
    typed = recognize(text)
    assert typed is not None
    assert (typed.word.kind, typed.key, typed.title) == (kind, key, title)


@pytest.mark.parametrize(
    "text",
    ["Epic Overview", "Epics", "Epic 3.6 Summary", "Stories", "Feature Requests", "AC-1: Tables",
     "ADR-001: Use it", "Task 9.2-9.5: Several", "Sprint 01-04: Foundation", "Task-based design",
     "US1 (Phase 3)", "Q1 2026: Expansion", "Epical 1: x", "M4+", "Story points: 3", "1. Vision",
     "Epic [N]: [Title]", ""],
)  # fmt: skip
def test_what_only_sounds_like_an_item_is_none(text: str) -> None:
    """Mentions, ranges, overviews and foreign codes declare nothing."""
    assert recognize(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pay online ✅", ("Pay online", "Done", None)),
        ("Pay online ✅ (großteils)", ("Pay online", "In Progress", None)),
        ("🚧 Pay online", ("Pay online", "In Progress", None)),
        ("Pay online (5 pts)", ("Pay online", None, 5)),
        ("Pay online [3 SP]", ("Pay online", None, 3)),
        ("🎯 Aim", ("🎯 Aim", None, None)),
        ("**Bold** and `code` and [link](http://x)", ("Bold and `code` and link", None, None)),
        ("Keep `a**b` and 2*3*4", ("Keep `a**b` and 2*3*4", None, None)),
        ("Escaped \\[x\\] <!-- gone -->", ("Escaped [x]", None, None)),
        ("Hard break\\", ("Hard break", None, None)),
    ],
)
def test_marks_become_values(text: str, expected: tuple[str, str | None, float | None]) -> None:
    """A title is plain text; status marks and trailing points leave it."""
    assert parse_title(text) == expected


@pytest.mark.parametrize(
    ("text", "key", "title"),
    [
        ("Phase 1 (Weeks 1-4): Start", "phase-1", "Start (Weeks 1-4)"),
        ("Phase 2 (MVP)", "phase-2", "Phase 2 (MVP)"),
        ("Phase Two: Go", "phase-2", "Go"),
        ("2. Epic: Rides", "epic-2", "Rides"),
        ("2. Epic 5: Rides", "epic-5", "Rides"),
        ("1.3 Story: Book", "story-1.3", "Book"),
        ("US12: Book", "us-12", "Book"),
        ("[HU 3] Reservar", "hu-3", "Reservar"),
        ("Fase 2 — Vai", "phase-2", "Vai"),
        ("에픽 1: 타기", "epic-1", "타기"),
        ("v1.2 — Wheels", "release-1.2", "Wheels"),
        ("Release 2.0: Wheels", "release-2.0", "Wheels"),
    ],
)
def test_further_ways_to_name_an_item(text: str, key: str, title: str) -> None:
    """Remarks before the title, number words, numbering of the document, codes without hyphen."""
    typed = recognize(text)
    assert typed is not None
    assert (typed.key, typed.title) == (key, title)


@pytest.mark.parametrize(
    "text",
    ["4. Epic breakdown", "Epic 1 (see below)", "US companies", "v2 of the plan", "7. Stories"],
)
def test_mentions_of_items_are_none(text: str) -> None:
    """What only speaks of an epic, a country or a version names no item."""
    assert recognize(text) is None


@pytest.mark.parametrize(
    ("text", "title", "priority"),
    [
        ("Row home 🔴 CRITICAL", "Row home", "CRITICAL"),
        ("E01: Row home (Boats) — 🟡 **High**", "Row home (Boats)", "High"),
        ("Row home 🟢 soon", "Row home 🟢 soon", None),
        ("🔴 High", "🔴 High", None),
    ],
)
def test_a_title_may_end_with_a_sign_and_a_priority(
    text: str, title: str, priority: str | None
) -> None:
    """The sign sets the priority apart; alone they are a title."""
    told = read_title(text)
    assert (told.typed.title if told.typed else told.text, told.priority) == (title, priority)


def test_a_priority_before_a_sign_counts() -> None:
    """`P1 · 🟠 Moderate`: what the sign tells is something else then."""
    told = read_title("Row home · P1 · 🟠 Moderate", entry=True)
    assert (told.text, told.priority) == ("Row home", "P1")


def test_a_sign_that_is_a_status_stays_one() -> None:
    """`✅ high` is done, whatever stands behind the sign."""
    assert read_title("Row home ✅").status == "Done"
    assert "✅" in read_title("Row home ✅ high").text
