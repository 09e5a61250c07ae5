"""The one vocabulary: its data, and how keys are compared."""

import tomllib
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest

from backlog_sync.core.fields import KEYS
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.statuses import meanings
from backlog_sync.files.vocabulary import (
    RANKS,
    column_of,
    counted,
    field_of,
    group_kind,
    is_empty_word,
    is_no,
    is_priority,
    is_yes,
    key_words,
    kind_of,
    list_kind,
    list_status,
    near_key,
    near_type,
    risk_column,
    topics,
    type_word,
    withheld_kind,
)

_SHARED = ("statuses", "topics", "withheld", "priorities")
"""Sections in which a word may stand in several entries: `closed` is done or cancelled."""


def _data() -> dict[str, Any]:
    text = files("backlog_sync.files").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _words(table: dict[str, Any]) -> Iterator[str]:
    for language, listed in table.items():
        if isinstance(listed, str) and language != "kind":
            yield from (key_words(word) or word.strip() for word in listed.split("|"))


def _tables() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for section, table in _data().items():
        inner = {name: each for name, each in table.items() if isinstance(each, dict)}
        if section == "patterns":
            continue  # written as they stand in a text
        if section == "sets":
            inner = {name: {"": each} for name, each in table.items()}
        for name, each in inner.items() or [("", table)]:
            yield section, name, each


@pytest.mark.parametrize(("section", "name", "table"), list(_tables()))
def test_no_spelling_stands_twice(section: str, name: str, table: dict[str, Any]) -> None:
    """Once in an entry; as spellings are compared without case, accents and signs."""
    found = list(_words(table))
    assert sorted(found) == sorted(set(found)), section + name


@pytest.mark.parametrize(
    "section",
    [
        name
        for name in _data()
        if name not in (*_SHARED, "codes", "marks", "months", "sets", "patterns")
    ],
)
def test_a_spelling_has_one_meaning(section: str) -> None:
    """The same spelling gives one field, one type, one kind: in every syntax, as all ask here."""
    seen: dict[str, str] = {}
    for named, name, table in _tables():
        for word in _words(table) if named == section else ():
            assert seen.setdefault(word, name) == name, word


def test_every_field_of_a_file_has_a_spelling() -> None:
    """What the field table says can be said in a file can be said by name."""
    assert {field_of(key) for key in KEYS.values()} == set(KEYS.values())
    known = set(_data()["fields"])
    ours = {"sync", "previously"}
    documented = set(ItemDocument.model_fields) - ours
    assert documented <= known
    assert all(field_of(name) == name for name in documented)


@pytest.mark.parametrize(
    "key",
    ["storyPoints", "story_points", "Story Points", "**Story Points**", "STORY-POINTS",
     "📊 Story points:", "Custom field (Story Points)", "Story Points (Fibonacci)"],
)  # fmt: skip
def test_keys_are_compared_by_their_words(key: str) -> None:
    """Case, joints, emoji, marks and remarks make no difference."""
    assert field_of(key) == "story_points"


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("Descrição", "description"), ("descricao", "description"), ("Приоритет", "priority"),
        ("критерии приемки", "acceptance_criteria"), ("критерии приёмки", "acceptance_criteria"),
        ("Abhängig von", "depends_on"), ("担当者", "assignees"), ("우선순위", "priority"),
        ("Verantwortlich", "assignees"), ("截止日期", "target"), ("Critères d’acceptation",
        "acceptance_criteria"), ("criteres d'acceptation", "acceptance_criteria"),
        ("Priorytet", "priority"), ("Scadenza", "target"), ("Afhankelijk van", "depends_on"),
        ("dependsOn", "depends_on"), ("blockedBy", "depends_on"), ("fixVersions", "milestone"),
        ("KPIs", None), ("Notes", None), ("Estimate (days)", None), ("Estimate (hours)",
        "estimate_hours"), ("x" * 100, None), ("", None), ("Aufwand (Tage)", None),
        ("工数（人日）", None), ("Priorität (MoSCoW)", "priority"),
    ],
)  # fmt: skip
def test_fields_in_the_languages_of_plans(key: str, field: str | None) -> None:
    """Each language's word is the same field; accents may be missing; other words are none."""
    assert field_of(key) == field


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("оценка", "estimate"), ("effort", "effort"), ("estimated effort", "effort"),
        ("definition of done", "definition_of_done"), ("dod", "definition_of_done"),
        ("capability", "i_want"), ("quarter", "milestone"), ("target quarter", "milestone"),
    ],
)  # fmt: skip
def test_the_spellings_that_meant_two_things(key: str, field: str) -> None:
    """Eight spellings meant one field in Markdown and another elsewhere: each is decided."""
    assert field_of(key) == field


def test_types_lists_and_groups() -> None:
    """The word of one item, of a list of them, and of what parts them by time."""
    epic, phase = type_word("ÉPICA"), type_word("Phase")
    assert epic
    assert phase
    assert (epic.name, epic.kind, epic.weak) == ("epic", "epic", False)
    assert (phase.kind, phase.weak) == ("epic", True)
    assert type_word("Paragraph") is None
    assert (list_kind("userStories"), list_kind("Tarefas"), list_kind("items")) == (
        "story", "task", "any",
    )  # fmt: skip
    assert (group_kind("Releases"), group_kind("спринты"), group_kind("Epics")) == (
        "milestone", "sprint", None,
    )  # fmt: skip
    assert (list_status("in_progress"), list_status("Erledigt"), list_status("x")) == (
        "progress", "done", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "kind"),
    [("Sub-task", "task"), ("🐛 Bug", "bug"), ("Defect", "bug"), ("User Story", "story"),
     ("史诗", "epic"), ("Phase", None), ("Tech debt", "chore"), ("banana", None)],
)  # fmt: skip
def test_kinds_that_a_value_says(value: str, kind: str | None) -> None:
    """What trackers call their types; a phase is no kind of item."""
    assert kind_of(value) == kind
    assert kind is None or kind in RANKS


@pytest.mark.parametrize(
    ("heading", "topic"),
    [
        ("Definition of Done", "quality"), ("Checkliste", "quality"), ("Release Checklist",
        "quality"), ("Risiken", "risks"), ("Table of Contents", "navigation"),
        ("Glossary", "noise"), ("Short term", "term"), ("Langfristig", "term"),
        ("Icebox", "shelved"), ("Deliverables", "deliverables"), ("子任务", "tasks"),
        ("Sprint Backlog", "summary"), ("Total", "total"), ("## ✅ Success Criteria", "quality"),
    ],
)  # fmt: skip
def test_topics_of_headings(heading: str, topic: str) -> None:
    """What a heading speaks of beside items."""
    assert topic in topics(heading)
    assert not topics("Log in with a passkey")


def test_columns_and_counts() -> None:
    """Columns that are no fields, those of a register of risks, and what a claim counts."""
    assert (column_of("Backlog Item"), column_of("Deliverable"), column_of("Nº")) == (
        "story", "task", "id",
    )  # fmt: skip
    assert (column_of("Descrizione"), column_of("Lavori"), column_of("順序")) == (
        "description", None, None,
    )  # fmt: skip
    assert (risk_column("Likelihood"), risk_column("Maßnahmen")) == ("likelihood", "mitigation")
    assert (counted("User Stories"), counted("pts"), counted("cats")) == ("stories", "points", None)


@pytest.mark.parametrize(
    ("key", "kind"),
    [("Risiken", "risks"), ("Estimated hours", "hours"), ("Time spent", "hours"), ("Team", "team"),
     ("Навыки", "skills"), ("Budget", "cost"), ("Goal", None)],
)  # fmt: skip
def test_what_is_withheld(key: str, kind: str | None) -> None:
    """Risks, hours, skills, teams and costs, by their keys."""
    assert withheld_kind(key) == kind


def test_small_words() -> None:
    """Nothing, yes, no and priorities, in several languages."""
    assert all(
        map(is_empty_word, ["None", "-", "—", "TBD", "n/a", "Keine", "нет", "なし", "None."])
    )
    assert is_empty_word("None (first one)")
    assert not any(map(is_empty_word, ["Nonesuch", "#12", "x"]))
    assert all(map(is_yes, ["true", "Ja", "✅", "x", "はい"]))
    assert all(map(is_no, ["", "false", "нет", "0"]))
    assert all(map(is_priority, ["P1", "very high", "P0 - Must have", "Hoch", "最高", "média"]))
    assert not any(map(is_priority, ["banana", "", "(high)"]))


@pytest.mark.parametrize(
    ("key", "meant"),
    [("Lables", "labels"), ("Prioirty", "priority"), ("Asignee", "assignee"), ("Labels", None),
     ("Assigned by", None), ("Notes", None), ("Phases", None), ("Rust", None), ("Created", None)],
)  # fmt: skip
def test_near_misses_of_keys(key: str, meant: str | None) -> None:
    """Slips of the pen; words that are known, or that only share letters, are none."""
    assert near_key(key) == meant


WORDS: dict[str, dict[str, str]] = {
    "field_of": {
        "Stima oraria": "estimate_hours", "Pontuação": "story_points", "순번": "id",
        "Fälligkeit": "target", "Délai": "target", "Крайний срок": "target", "Határidő": "target",
        "Người phụ trách": "assignees", "责任人": "assignees", "Vastuuhenkilö": "assignees",
        "Lfd. Nr.": "id", "№ п/п": "id", "STT": "id", "Judul": "title", "Tiêu đề": "title",
        "Περιγραφή": "description", "Beskrivelse": "description", "الأولوية": "priority",
        "Akseptansekriterier": "acceptance_criteria", "Kryteria odbioru": "acceptance_criteria",
        "驗收條件": "acceptance_criteria", "Függőségek": "depends_on", "Ön koşul": "depends_on",
        "Trạng thái": "status", "Stav úkolu": "status", "% выполнения": "progress",
    },
    "list_kind": {"Takenlijst": "task", "待辦事項": "task", "Backlog produktu": "story",
                  "기능 목록": "feature", "Usterki": "bug"},
    "group_kind": {"Fasen": "milestone", "Iteraciones": "sprint", "Các giai đoạn": "milestone"},
    "list_status": {"Terminées": "done", "W trakcie": "progress", "Teendők": "todo"},
    "kind_of": {"Mejora": "feature", "Улучшение": "story", "Usterka": "bug", "调研": "spike",
                "Opgave": "task", "Dette technique": "chore"},
}  # fmt: skip
"""What words of many languages mean, by the function that tells it."""


@pytest.mark.parametrize("name", WORDS)
def test_words_of_many_languages(name: str) -> None:
    """Words that teams write in plans and exports, each with its accents or without."""
    told: dict[str, Callable[[str], str | None]] = {
        "field_of": field_of, "list_kind": list_kind, "group_kind": group_kind,
        "list_status": list_status, "kind_of": kind_of,
    }  # fmt: skip
    assert {word: told[name](word) for word in WORDS[name]} == WORDS[name]


@pytest.mark.parametrize(
    ("meaning", "words"),
    [
        ("todo", "noch nicht begonnen|pas encore commencé|sin iniciar|da iniziare|nie rozpoczęto"
                 "|в ожидании|не розпочата|nezačato|suunniteltu|待处理|対応予定|진행 예정"),
        ("progress", "angefangen|en cours de réalisation|en marcha|em execução|w budowie|идёт"
                     "|у процесі|kesken|folyamatban|đang triển khai|推进中|検証中|구현 중"),
        ("done", "beendet|finalisées|realizadas|encerrado|realizzata|levererat|wdrożony|hotová"
                 "|выполнены|завершено|încheiat|valmis|已修复|対応完了|개발 완료"),
        ("cancelled", "entfällt|rejetée|anulado|kansellert|odrzucony|отклонён|peruttu|作废|見送り"),
    ],
)  # fmt: skip
def test_statuses_of_many_languages(meaning: str, words: str) -> None:
    """Participles in their forms, as boards and tables have them."""
    assert [word for word in words.split("|") if meanings(word) != {meaning}] == []


def test_what_only_looks_like_a_word() -> None:
    """Words that commonly mean something else, or are parts of codes, stand in no section."""
    assert [word for word in ("Sin", "Chi", "Pilote", "Fine", "Timer", "Body") if
            field_of(word) not in (None, "description")] == []  # fmt: skip
    assert [word for word in ("AF", "NY", "Next", "Giriş", "计划") if meanings(word)] == []


def test_near_misses_of_types() -> None:
    """A type word with its letters turned."""
    assert [near_type(each) for each in ("Stroy", "Fetaure", "Story", "History", "Strong")] == [
        "story", "feature", None, None, None,
    ]  # fmt: skip
