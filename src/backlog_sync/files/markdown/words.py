"""The vocabulary of Markdown roadmaps: type words, metadata keys and statuses, in twelve languages.

Words are compared case-folded. What is not in these tables is free text, never a guess.
"""

from backlog_sync.files.vocabulary import TypeWord, bare_word


def words(listed: str, separator: str = "|") -> frozenset[str]:
    """The words of a table, written as one text."""
    return frozenset(listed.split(separator))


# ---- types ---------------------------------------------------------------------------------


_TYPES: tuple[tuple[TypeWord, str], ...] = (
    (
        TypeWord("epic", "epic"),
        "epic épica epica épico epico épopée epopee эпик епік 史诗 エピック 大作 에픽 epik epos",
    ),
    (TypeWord("initiative", "epic"), "initiative iniciativa initiatief iniziativa"),
    (TypeWord("theme", "epic"), "theme"),
    (
        TypeWord("feature", "feature"),
        "feature característica caracteristica funcionalidad funcionalidade fonctionnalité "
        "funktionalität funktion funzionalità functie functionaliteit funkcja funkcjonalność "
        "функция фича функциональность 功能 特性 機能 フィーチャー 기능",
    ),
    (TypeWord("capability", "feature"), "capability"),
    (
        TypeWord("story", "story"),
        "story user_story user-story userstory historia historia_de_usuario história "
        "história_de_usuário história_do_usuário histoire récit récit_utilisateur "
        "histoire_utilisateur geschichte nutzergeschichte benutzergeschichte история "
        "storia storia_utente user_storia verhaal gebruikersverhaal historyjka "
        "historyjka_użytkownika пользовательская_история 故事 用户故事 ストーリー "
        "ユーザーストーリー 스토리 사용자_스토리",
    ),
    (
        TypeWord("task", "task"),
        "task tarea tarefa tâche tache aufgabe compito attività taak zadanie задача "
        "任务 タスク 작업 태스크",
    ),
    (TypeWord("bug", "bug"), "bug"),
    (TypeWord("spike", "spike"), "spike"),
    (TypeWord("chore", "chore"), "chore"),
    (TypeWord("enhancement", "feature", unsure=True), "enhancement mejora melhoria"),
    (TypeWord("ticket", "story", unsure=True), "ticket improvement"),
    (
        TypeWord("milestone", "epic", weak=True),
        "milestone hito marco jalon meilenstein traguardo mijlpaal "
        "kamień_milowy веха этап 里程碑 マイルストーン 마일스톤",
    ),
    (TypeWord("phase", "epic", weak=True), "phase fase fáze faza etap фаза 阶段 フェーズ 단계"),
    (
        TypeWord("level", "epic", weak=True),
        "level nivel nível niveau stufe livello poziom уровень 级别 レベル 레벨",
    ),
    (TypeWord("release", "epic", weak=True), "release versión versão version rilascio релиз 版本"),
    (TypeWord("stage", "epic", weak=True), "stage wave etapa étape etappe стадия"),
    (TypeWord("workstream", "epic", weak=True), "workstream track"),
    (
        TypeWord("sprint", "feature", weak=True),
        "sprint iteration iteración iteração itération спринт 迭代 スプリント 스프린트",
    ),
    (TypeWord("week", "feature", weak=True), "week semana semaine woche settimana неделя"),
    (TypeWord("step", "epic", weak=True), "step"),
)

TYPES: dict[str, TypeWord] = {
    spelling.replace("_", " ").casefold(): word
    for word, spellings in _TYPES
    for spelling in spellings.split()
}
"""Type words by their case-folded spelling."""

STORY = TYPES["story"]
"""The type of what only its user story makes an item."""

RELEASE = TYPES["release"]
"""The type of `v1.2`."""

CODES: dict[str, TypeWord] = {
    "US": TypeWord("us", "story"),
    "EP": TypeWord("ep", "epic"),
    "FEAT": TypeWord("feat", "feature"),
    "TASK": TypeWord("task", "task"),
    "BUG": TypeWord("bug", "bug"),
    "I": TypeWord("i", "story"),
    "HU": TypeWord("hu", "story"),
    "PB": TypeWord("pb", "story"),
    "PBI": TypeWord("pbi", "story"),
    "ST": TypeWord("st", "story"),
}
"""Prefixes of codes such as `US-012` whose kind is known."""

LETTERS = {"E": "epic", "F": "feature", "T": "task", "TSK": "task", "FE": "feature"}
"""Prefixes whose kind is known where there is evidence that they number items."""

FOREIGN_CODES = words(
    "AC ADR CVE FAQ FR HTTP IEEE IPV ISO NFR NIST PR REQ RFC SHA SLA SLO UTF WCAG", " "
)
"""Prefixes that number something else than items."""

SUMMARY_WORDS = words(
    "breakdown checklist dependencies details goals mapping metrics notes overview progress "
    "results risks roadmap status stories summary tasks timeline total",
    " ",
)
"""`## Epic 3.6 Summary` speaks of an epic; it is none."""

STRUCTURE = words(
    "stories|user stories|features|tasks|epics|items|backlog items|sub-tasks|subtasks|"
    "historias|historias de usuario|histórias|histórias de usuário|tareas|tarefas|"
    "récits|tâches|fonctionnalités|geschichten|aufgaben|funktionen|"
    "истории|задачи|функции|故事|用户故事|任务|功能|ストーリー|タスク|機能"
)
"""Headings that only group what stands below them."""

TASK_WORDS = words(
    "tasks|task|subtasks|sub-tasks|to do|todo|todos|action items|work items|implementation tasks|"
    "technical tasks|tareas|subtareas|tarefas|subtarefas|tâches|sous-tâches|aufgaben|"
    "teilaufgaben|задачи|подзадачи|任务|子任务|タスク"
)
"""Keys and headings below which boxes are tasks."""

DONE_WORDS = words(
    "definition of done|dod|success criteria|exit criteria|completion criteria|done criteria|"
    "criterios de éxito|criterios de exito|critérios de sucesso|critères de succès|"
    "erfolgskriterien|criteri di successo|критерии успеха|成功标准|成功基準|"
    "definición de hecho|definição de pronto"
)
"""Keys and headings below which boxes are criteria, and plain bullets are text."""

DELIVERABLE_WORDS = words(
    "deliverables|key deliverables|scope|entregables|entregables clave|entregáveis|"
    "principais entregas|entregas|livrables|liefergegenstände|lieferobjekte|ergebnisse|"
    "результаты|交付物|主要交付物|关键交付物|成果物"
)
"""Keys below which the bullets of a milestone are tasks."""

ELSE_WORDS = words(
    "dependencies|dependency|dependencias|dependências|dépendances|abhängigkeiten|зависимости|"
    "依赖关系|依存関係|risk|risks|metrics|metric|kpis|kpi|changelog|personas|glossary|appendix|"
    "example|examples|template|templates|references|contents|assumptions|decisions|glossar|"
    "beispiel|beispiele|risiken|exemplo|exemplos|ejemplo|ejemplos|exemple|exemples|gabarit|modelo|"
    "riscos|riesgos|risques|métricas|métriques|metriken|пример|примеры|риски|метрики|示例|风险|"
    "指标|リスク"
)
"""Words that a heading begins or ends with, below which no tables or bullets are items."""

PRIORITIES = words(
    "critical|highest|urgent|high|medium|normal|low|lowest|p0|p1|p2|p3|p4|must|should|could|"
    "won't|wont|must have|should have|could have|alta|média|media|baja|baixa|haute|moyenne|basse|"
    "hoch|mittel|niedrig|высокий|средний|низкий|高|中|低"
)
"""Words that are a priority by themselves."""

GROUPS = {
    "epics": "epic", "épicas": "epic", "épicos": "epic", "epen": "epic", "эпики": "epic",
    "features": "feature", "funcionalidades": "feature", "fonctionnalités": "feature",
    "funktionen": "feature", "capabilities": "feature", "функции": "feature", "功能": "feature",
    "stories": "story", "user stories": "story", "backlog items": "story",
    "historias de usuario": "story", "historias": "story",
    "histórias de usuário": "story", "histórias": "story", "récits utilisateurs": "story",
    "récits": "story", "nutzergeschichten": "story", "user storys": "story", "истории": "story",
    "пользовательские истории": "story", "用户故事": "story", "故事": "story",
    "ユーザーストーリー": "story",
    "tasks": "task", "tareas": "task", "tarefas": "task", "tâches": "task", "aufgaben": "task",
    "задачи": "task", "任务": "task", "タスク": "task",
}  # fmt: skip
"""Headings that name the kind of what stands directly below them, where it carries a plan."""

# ---- metadata keys -------------------------------------------------------------------------

_KEYS = {
    "story_points": "story points|story point|points|point|sp|pts|pontos|punti|punti storia|"
    "punkty|punten|스토리 포인트|포인트|story point estimate|sp estimate|estimated points|"
    "pontos de história|puntos|puntos de historia|points d'effort|story-points|"
    "оценка|стори поинты|故事点|ストーリーポイント|ポイント",
    "estimate": "estimate|estimation|effort|complexity|size|estimated effort|estimated size|"
    "t-shirt size|"
    "stima|sforzo|schatting|szacunek|예상|aufwand|estimativa|estimación|"
    "estimacion|schätzung|估算|見積もり",
    "estimate_hours": "estimate hours|est hours|estimated hours|hours|hours estimate|est. hours|"
    "horas|horas estimadas|heures|stunden|ore|uren|godziny|часы|小时|工时|時間|시간",
    "priority": "priority|prio|moscow|priorità|prioriteit|priorytet|우선순위|prioridad|prioridade|"
    "priorité|priorität|приоритет|优先级|優先度",
    "status": "status|state|current status|stato|stan|상태|estado|statut|etat|état|zustand|статус|"
    "состояние|状态|状態|ステータス",
    "depends_on": "depends on|dependencies|dependency|depends|prerequisites|prerequisite|"
    "blocked by|requires|dipende da|dipendenze|afhankelijk van|afhankelijkheden|zależy od|"
    "zależności|"
    "의존성|depends_on|depende de|dependencias|dependências|dépend de|dépendances|"
    "hängt ab von|abhängig von|abhängigkeiten|зависит от|зависимости|依赖|依存|依存関係|前提条件",
    "acceptance_criteria": "acceptance criteria|acceptance criterion|acceptance|ac|criteria|"
    "done when|definition of done|dod|criterios de aceptación|criterios de aceptacion|"
    "critérios de aceitação|critérios de aceite|criterios de aceitacao|critères d'acceptation|"
    "criteri di accettazione|acceptatiecriteria|kryteria akceptacji|인수 조건|수용 기준|"
    "akzeptanzkriterien|abnahmekriterien|критерии приёмки|критерии приемки|验收标准|验收条件|"
    "受け入れ基準|受入基準|受け入れ条件|完了条件",
    "milestone": "milestone|traguardo|mijlpaal|마일스톤|hito|marco|jalon|meilenstein|веха|里程碑|"
    "マイルストーン",
    "labels": "labels|label|tags|etichette|etykiety|라벨|레이블|etiquetas|étiquettes|schlagworte|"
    "метки|теги|标签|ラベル|タグ",
    "goal": "goal|epic goal|feature goal|sprint goal|phase goal|objective|obiettivo|doel|cel|목표|"
    "objetivo|meta|objectif|but|ziel|цель|目标|"
    "目標|ゴール|目的",
    "description": "description|capability|descrizione|omschrijving|beschrijving|opis|설명|"
    "descripción|descripcion|descrição|descricao|"
    "beschreibung|описание|描述|说明|説明|概要",
    "user_story": "user story|user-story|historia de usuario|história de usuário|"
    "récit utilisateur|histoire utilisateur|nutzergeschichte|пользовательская история|"
    "用户故事|ユーザーストーリー",
    "assignees": "owner|owners|epic owner|assignee|assignees|assigned to|assigned|dri|responsabile|"
    "eigenaar|właściciel|담당자|responsable|responsável|"
    "verantwortlich|zuständig|ответственный|исполнитель|负责人|担当|担当者",
    "issue": "issue|github issue|gh issue|issue #|issue link|github",
    "repository": "repository|github repository|repo",
    "progress": "progress|progreso|progresso|avancement|fortschritt|прогресс|进度|進捗",
    "start": "start|start date",
    "target": "target|target date|due|due date|deadline|timeline|timeframe|quarter|target quarter|"
    "quartal|trimestre|zeitraum|fecha límite|prazo|échéance|срок|截止日期|期限",
    "sprint": "sprint|target sprint|planned sprint|sprint prevista|sprint previsto|спринт|"
    "スプリント",
    "team": "team",
    "audience": "audience|target audience",
    "skills": "skills",
    "id": "key|id",
    "kind": "type|kind|tipo|typ|тип|类型|種別",
    "epic": "epic|épica|épico|épopée|эпик|史诗|エピック",
    "feature": "feature",
}

FIELDS: dict[str, str] = {
    spelling.casefold(): field
    for field, spellings in _KEYS.items()
    for spelling in spellings.split("|")
}
"""Metadata fields by their case-folded spelling."""

# ---- statuses ------------------------------------------------------------------------------

_STATUSES = {
    "todo": "todo|to do|to-do|planned|open|backlog|not started|new|proposed|draft|pending|queued|"
    "ready|planning|pendiente|pendente|a fazer|por hacer|à faire|planifié|geplant|offen|"
    "da fare|pianificato|gepland|te doen|do zrobienia|запланировано|не начато|计划中|未开始|待办|"
    "未着手|予定|할 일|예정",
    "progress": "in progress|in-progress|inprogress|doing|started|wip|active|in development|"
    "in active development|under way|underway|ongoing|en progreso|en curso|em andamento|"
    "en cours|in arbeit|in bearbeitung|in corso|bezig|in uitvoering|w toku|w trakcie|в работе|"
    "в процессе|进行中|進行中|진행 중|진행중",
    "done": "done|complete|completed|closed|finished|shipped|released|merged|resolved|"
    "implemented|delivered|completado|completada|hecho|terminado|concluído|concluída|concluido|"
    "feito|terminé|terminée|fait|fertig|erledigt|abgeschlossen|готово|сделано|завершено|"
    "fatto|completato|gereed|klaar|afgerond|zrobione|gotowe|ukończone|完成|已完成|完了|완료|완료됨",
    "cancelled": "cancelled|canceled|closed|dropped|abandoned|rejected|won't do|wont do|"
    "not planned|cancelado|annulé|abgebrochen|annullato|geannuleerd|anulowane|취소|"
    "отменено|已取消|中止",
}

_MEANINGS: dict[str, frozenset[str]] = {}
for _meaning, _spellings in _STATUSES.items():
    for _word in _spellings.split("|"):
        _MEANINGS[_word] = _MEANINGS.get(_word, frozenset()) | {_meaning}

MARKS = {"✅": "Done", "☑": "Done", "✔": "Done", "🔄": "In Progress", "🚧": "In Progress"}
"""Signs that stand for a status, in a heading or before a word."""


def field_of(key: str) -> str | None:
    """The metadata field that a key names, in any of its spellings; None where it is none."""
    return FIELDS.get(bare_word(key)) if len(key) <= 60 else None


def is_status_word(text: str) -> bool:
    """Whether a text is a status and nothing else."""
    return bare_word(text) in _MEANINGS
