"""The words in which a roadmap tells its progress: its own where it has them, else its language's.

A roadmap that says `**Status**: Concluído` of one item gets that word for the others; one whose
keys are Portuguese but that never says a status gets the Portuguese word.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backlog_sync.files.anchors import Anchor, MetaLine
from backlog_sync.files.inline import plain
from backlog_sync.files.statuses import is_plain_status, meanings
from backlog_sync.files.vocabulary import bare_word, field_of, is_partly, listed

# Keys that write-back adds are no markers: they would turn the language round.
_MARKERS = {
    "en": "story points|points|priority|depends on|dependencies|acceptance criteria|goal|owner|"
    "labels|description|user story|estimate|effort|milestone|ac|definition of done",
    "es": "épica|historia|historia de usuario|prioridad|puntos|puntos de historia|"
    "dependencias|depende de|criterios de aceptación|descripción|responsable|objetivo|estimación",
    "pt": "história|história de usuário|prioridade|pontos|pontos de história|dependências|"
    "critérios de aceitação|critérios de aceite|descrição|responsável|estimativa|sprint prevista",
    "fr": "récit utilisateur|priorité|points d'effort|dépend de|dépendances|"
    "critères d'acceptation|objectif|étiquettes|jalon",
    "de": "priorität|aufwand|schätzung|abhängigkeiten|hängt ab von|akzeptanzkriterien|"
    "abnahmekriterien|beschreibung|ziel|verantwortlich|zuständig|meilenstein",
    "ru": "приоритет|оценка|зависимости|зависит от|критерии приёмки|"
    "критерии приемки|описание|цель|ответственный|исполнитель",
    "zh": "优先级|故事点|依赖|验收标准|验收条件|描述|说明|负责人|目标|里程碑",
    "ja": "優先度|ストーリーポイント|ポイント|依存関係|受け入れ基準|受入基準|説明|"
    "担当|担当者|目標|完了条件|マイルストーン",
}
_LANGUAGES = {language: listed(words) for language, words in _MARKERS.items()}

_STATUSES = {
    "es": ("Pendiente", "En progreso", "Completado", "Cancelado"),
    "pt": ("Pendente", "Em andamento", "Concluído", "Cancelado"),
    "fr": ("À faire", "En cours", "Terminé", "Annulé"),
    "de": ("Offen", "In Arbeit", "Erledigt", "Abgebrochen"),
    "ru": ("Запланировано", "В работе", "Готово", "Отменено"),
    "zh": ("未开始", "进行中", "已完成", "已取消"),
    "ja": ("未着手", "進行中", "完了", "中止"),
}
_MEANINGS = ("todo", "progress", "done", "cancelled")
_KEYS = {
    "es": {"status": "Estado", "progress": "Progreso"},
    "pt": {"status": "Status", "progress": "Progresso"},
    "fr": {"status": "Statut", "progress": "Avancement"},
    "de": {"status": "Status", "progress": "Fortschritt"},
    "ru": {"status": "Статус", "progress": "Прогресс"},
    "zh": {"status": "状态", "progress": "进度"},
    "ja": {"status": "状態", "progress": "進捗"},
}
_ENGLISH = {"status": "Status", "progress": "Progress"}
_WHOLE = {"Done": "done", "Closed": "cancelled"}


@dataclass(frozen=True, slots=True)
class Speech:
    """How a file speaks: its language, and its own words and keys."""

    language: str
    statuses: dict[str, str]
    keys: dict[str, str]

    def status(self, word: str) -> str:
        """A status of the board in the file's words; one without a common meaning as it is."""
        meaning = _meaning(word)
        if meaning is None:
            return word
        if meaning in self.statuses:
            return self.statuses[meaning]
        table = _STATUSES.get(self.language)
        return table[_MEANINGS.index(meaning)] if table else word

    def key(self, field: str) -> str:
        """The key of a line that is new: `Status`, `Estado`; issues are `Issue` everywhere."""
        return self.keys.get(field) or _KEYS.get(self.language, _ENGLISH).get(
            field, field.capitalize()
        )


def speech_of(anchors: Sequence[Anchor]) -> Speech:
    """Find out how the items of a file are written."""
    lines = [meta for anchor in anchors for meta in (*anchor.meta, *anchor.cells)]
    return Speech(_language(lines), _own_statuses(lines), _own_keys(lines))


def _language(lines: Iterable[MetaLine]) -> str:
    counts: Counter[str] = Counter()
    for meta in lines:
        word = bare_word(meta.pair.key)
        for language, spelt in _LANGUAGES.items():
            counts[language] += word in spelt
    best = counts.most_common(1)
    return best[0][0] if best and best[0][1] else "en"


def _own_statuses(lines: Iterable[MetaLine]) -> dict[str, str]:
    """The most common word for each meaning, without remarks; `✅ Done` keeps its sign."""
    seen: dict[str, Counter[str]] = {}
    for meta in lines:
        if meta.pair.field != "status":
            continue
        said = plain(meta.pair.value)
        head, _, remark = said.partition("(")
        meaning = _meaning(head)
        if (
            meaning
            and is_plain_status(head)
            and len(head) <= 40
            and not is_partly(remark.rstrip(") "))
        ):
            seen.setdefault(meaning, Counter())[head.strip()] += 1
    return {meaning: _first_most_common(found) for meaning, found in seen.items()}


def _first_most_common(found: Counter[str]) -> str:
    return found.most_common(1)[0][0]


def _own_keys(lines: Iterable[MetaLine]) -> dict[str, str]:
    """How the file spells the keys that we write, where it does."""
    seen: dict[str, Counter[str]] = {}
    for meta in lines:
        field = meta.pair.field
        if field in _ENGLISH and not meta.pair.cell and field_of(meta.pair.key) == field:
            seen.setdefault(field, Counter())[plain(meta.pair.key)] += 1
    return {field: _first_most_common(found) for field, found in seen.items()}


def _meaning(word: str) -> str | None:
    """The one meaning of a status: an issue that is closed as not planned is cancelled."""
    if word in _WHOLE:
        return _WHOLE[word]
    found = meanings(word) if is_plain_status(word) else frozenset[str]()
    return next(iter(found)) if len(found) == 1 else None
