"""The vocabulary of structured files that other tools and teams write.

Keys are compared by their words: `storyPoints`, `story_points`, `Story Points` are one. What is
not in these tables is told and left out, never guessed.
"""

import re
import unicodedata
from functools import lru_cache

from backlog_sync.files.words import field_of, words

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_JOINTS = re.compile(r"[\s_\-./:?*#'’]+")
_CUSTOM = re.compile(r"custom field \((.{1,100})\)")
LONGEST_KEY = 80
"""No key of a plan is longer; what is, is data."""


@lru_cache(maxsize=4096)
def key_words(key: str) -> str:
    """A key as its words: lower-case, single blanks, without `Custom field (…)` around it."""
    text = unicodedata.normalize("NFKC", key[:LONGEST_KEY])
    plain = _JOINTS.sub(" ", _CAMEL.sub(" ", text).casefold()).strip()
    custom = _CUSTOM.fullmatch(plain)
    return custom[1] if custom else plain


# ---- fields of items -----------------------------------------------------------------------

_FIELDS = {
    "title": "title|name|summary|subject|headline|heading|titel|titre|titulo|título|nome|nombre|"
    "nom|titolo|название|заголовок|наименование|标题|名称|題名|題目|タイトル|件名|名前|"
    "issue title|issue name|item|item name|work item|card name|task name|task title|story title|"
    "story name|user story title|backlog item|pbi|product backlog item|epic title|epic name|"
    "feature name|feature title|"
    "subtask name|nome da tarefa|nombre de la tarea|nom de la tâche|aufgabe|requirement|text",
    "id": "id|key|code|ref|number|nr|no|num|identifier|uid|issue key|issue id|ticket|ticket id|"
    "task id|card id|story id|item id|work item id|us id|código|codigo|identificador|identifiant|"
    "kennung|nummer|номер|编号|番号|slug",
    "kind": "kind|type|issue type|item type|work item type|issuetype|ticket type|tipo|typ|тип|"
    "类型|種別|タイプ|story type",
    "story_points": "story points|story point|points|point|sp|pts|story point estimate|pontos|"
    "pontos de história|puntos|puntos de historia|punkte|points d'effort|баллы|故事点|ポイント|"
    "ストーリーポイント|storypoints|points estimate|sprint points|"
    "estimated points|sum story points",
    "estimate": "estimate|estimation|size|weight|t shirt size|tshirt|tshirt size|t shirt|"
    "complexity|aufwand|estimativa|estimación|estimacion|schätzung|taille|tamaño|tamanho|"
    "оценка|估算|見積|見積もり|規模",
    "effort": "effort|est|estimated effort|effort estimate|esforço|esfuerzo|estimated time|"
    "time estimate|工数",
    "estimate_hours": "estimate hours|hours|est hours|estimated hours|estimation hours|hrs|"
    "effort hours|hours estimate|estimate h|horas|horas estimadas|heures|stunden|часы|"
    "remaining work|original estimate hours",
    "estimate_seconds": "original estimate|remaining estimate|timeoriginalestimate",
    "priority": "priority|prio|importance|prioridad|prioridade|priorité|priorite|priorität|"
    "prioritaet|приоритет|优先级|優先度|moscow|mo s co w|moscow priority|mscw",
    "status": "status|state|estado|situação|situacao|statut|etat|état|zustand|статус|состояние|"
    "状态|状態|ステータス|progress status|column|list name|stage|section column",
    "done": "done|completed|complete|is done|is completed|finished|passes|erledigt|terminé|"
    "concluído|concluido|hecho|готово|完了",
    "depends_on": "depends on|dependencies|dependency|depends|deps|blocked by|requires|"
    "prerequisites|prerequisite|predecessors|predecessor|after|needs|"
    "inward issue link (blocks)|is blocked by|depende de|dependencias|dependências|"
    "dépendances|dépend de|abhängigkeiten|hängt ab von|зависимости|зависит от|依赖|依存|"
    "依存関係|前提",
    "blocks": "blocks|blocking|outward issue link (blocks)|bloquea|bloqueia|bloque|blockiert",
    "acceptance_criteria": "acceptance criteria|acceptance criterion|acceptance|ac|acs|criteria|"
    "acceptance tests|conditions of satisfaction|done when|success criteria|exit criteria|"
    "critérios de aceitação|criterios de aceitacao|critérios de aceite|criterios de aceite|"
    "criterios de aceptación|criterios de aceptacion|critères d'acceptation|"
    "criteres d acceptation|critères acceptation|akzeptanzkriterien|abnahmekriterien|"
    "критерии приемки|критерии приёмки|验收标准|验收条件|受け入れ基準|受入基準|受け入れ条件|"
    "受入条件|完了条件|criterios|critères|critérios|kriterien|checklist|check list",
    "definition_of_done": "definition of done|dod|do d",
    "scenarios": "scenarios|scenario|examples|gherkin|test scenarios|bdd|bdd scenarios|"
    "escenarios|cenários|scénarios|szenarien|シナリオ",
    "milestone": "milestone|release|target release|fix version|fix versions|fix version s|"
    "version|target version|phase|iteration path|hito|marco|jalon|meilenstein|веха|里程碑|"
    "マイルストーン|リリース|quarter|target quarter|increment",
    "sprint": "sprint|iteration|sprint name|cycle name|planned sprint|cycle|スプリント|спринт|迭代",
    "labels": "labels|label|tags|tag|component|components|component s|etiquetas|étiquettes|"
    "etiquettes|schlagworte|метки|теги|标签|ラベル|タグ|area",
    "assignees": "assignee|assignees|owner|owners|assigned to|assigned|responsible|developer|"
    "responsável|responsavel|responsable|verantwortlich|zuständig|исполнитель|ответственный|"
    "负责人|担当|担当者|assignee name|assign|member|members|person",
    "description": "description|desc|card description|task content|body|content|details|detail|"
    "long description|overview|"
    "descripción|descripcion|descrição|descricao|beschreibung|описание|描述|说明|説明|"
    "内容|概要|detalhes|detalles",
    "goal": "goal|epic goal|objective|outcome|objetivo|objectif|ziel|цель|目标|目標|目的",
    "user_story": "user story|user story text|narrative|story statement|historia de usuario|"
    "história de usuário|historia de usuário|récit utilisateur|recit utilisateur|"
    "nutzergeschichte|benutzergeschichte|пользовательская история|用户故事|ユーザーストーリー",
    "as_a": "as a|as|as an|role|user role|actor|persona|user type|en tant que|comme|como|"
    "como um|como un|als|как|作为|として|who|rol|papel",
    "i_want": "i want|want|i want to|wants|want to|i need|need|action|je veux|quero|eu quero|"
    "quiero|möchte|möchte ich|ich möchte|хочу|我想要|我希望|したい|capability|what",
    "so_that": "so that|so|in order to|benefit|afin de|afin que|pour|para que|para|damit|чтобы|"
    "以便|ために|why|business value|value",
    "issue": "issue|issue number|github issue|gh issue|github issue number|issue url|"
    "github number|github url|github|git hub|git hub issue|git hub issue number|git hub url",
    "url": "url|html url|link|web url|permalink",
    "start": "start|start date|begin|starts|inicio|início|début|beginn|дата начала|開始日|开始日期",
    "target": "target|target date|due|due date|deadline|end|end date|finish date|fecha límite|"
    "prazo|échéance|fällig|срок|期限|截止日期|due on",
    "team": "team|squad|équipe|equipe|equipo|команда|团队|チーム",
    "audience": "audience|target audience",
    "skills": "skills|skill",
    "epic": "epic|epic id|epic key|epic link|epic ref|parent epic|épica|epica|épico|epico|эпик|"
    "史诗|エピック",
    "feature": "feature|feature id|feature key|feature link|feature ref|parent feature|"
    "funcionalidad|funcionalidade|fonctionnalité|funktion|функция|功能|機能",
    "story": "story|story ref|story link|parent story|user story id|story key|historia|história|"
    "récit|история|故事|ストーリー",
    "parent": "parent|parent id|parent task id|"
    "parent key|parent task|parent issue|parent link|parent story|pai|padre|"
    "übergeordnet|родитель|上级|親|親課題",
}

FIELDS: dict[str, str] = {
    key_words(spelling): field
    for field, spellings in _FIELDS.items()
    for spelling in spellings.split("|")
}
"""Fields of items by the words of their keys."""

TITLE_ORDER = ("title", "name", "summary")
"""Which of several titles is the title; any other spelling comes after these."""


@lru_cache(maxsize=4096)
def field_named(key: str) -> str | None:
    """The field that a key of a structured file means, None where it is none that we know."""
    plain = key_words(key)
    return FIELDS.get(plain) or (field_of(plain) if plain else None)


STRONG_KEYS = words(
    "as a|as|i want|want|so that|so|name|summary|key|acceptance|criteria|scenarios|points|sp|"
    "estimate|est|effort|subtasks|sub tasks|test strategy|epic id|feature id|parent id|epic|"
    "feature|parent|definition of done|dod|blocked by|dependencies|given|number|user stories|"
    "implementation tasks|titel|titre|título|titulo|タイトル|标题|название|done|completed"
)
"""Keys of items that our own format never has: a file that uses them was not written for us."""

# ---- lists of items ------------------------------------------------------------------------

_LISTS = {
    "epic": "epics|epic list|initiatives|themes|épicas|epicas|épicos|epicos|épopées|эпики|史诗|"
    "エピック",
    "feature": "features|feature list|capabilities|characteristics|funcionalidades|"
    "características|fonctionnalités|fonctionnalites|funktionen|функции|фичи|功能|特性|機能",
    "story": "stories|user stories|userstories|story list|backlog|product backlog|backlog items|"
    "sprint backlog|issues|issue list|tickets|cards|pbis|work items|workitems|historias|"
    "historias de usuario|histórias|histórias de usuário|récits|récits utilisateur|"
    "user story list|geschichten|nutzergeschichten|истории|пользовательские истории|故事|"
    "用户故事|ストーリー|ユーザーストーリー|課題|イシュー",
    "task": "tasks|task list|subtasks|sub tasks|implementation tasks|technical tasks|"
    "development tasks|dev tasks|todos|todo list|to dos|action items|tareas|subtareas|tarefas|"
    "subtarefas|tâches|taches|sous tâches|aufgaben|unteraufgaben|задачи|подзадачи|任务|子任务|"
    "タスク|実装タスク|サブタスク",
    "bug": "bugs|defects|fehler|errores|erros|ошибки|バグ",
    "spike": "spikes",
    "chore": "chores",
}
_GROUPS = {
    "milestone": "milestones|releases|versions|phases|quarters|increments|stages|waves|hitos|"
    "marcos|jalons|meilensteine|fases|вехи|этапы|фазы|里程碑|阶段|マイルストーン|フェーズ|"
    "リリース|program increments|horizons",
    "sprint": "sprints|iterations|cycles|спринты|迭代|スプリント",
}

LIST_KINDS: dict[str, str] = {
    key_words(spelling): kind
    for kind, spellings in _LISTS.items()
    for spelling in spellings.split("|")
}
"""Keys of lists of items, and the kind of what they hold."""

GROUP_KINDS: dict[str, str] = {
    key_words(spelling): kind
    for kind, spellings in _GROUPS.items()
    for spelling in spellings.split("|")
}
"""Keys of lists that part the work by time: milestones (phases, releases) and sprints."""

ANY_LISTS = words("items|entries|children|sub items|subitems|sub issues|subissues|work|elements")
"""Keys of lists of items whose kind follows from where they stand."""

STATUS_LISTS = {
    "completed": "Done",
    "done": "Done",
    "finished": "Done",
    "closed": "Done",
    "shipped": "Done",
    "archived": "Done",
    "completed items": "Done",
    "completed issues": "Done",
    "completed stories": "Done",
    "completed tasks": "Done",
    "done items": "Done",
    "in progress": "In Progress",
    "doing": "In Progress",
    "wip": "In Progress",
    "active": "In Progress",
    "current": "In Progress",
    "in review": "In Progress",
    "todo": "Todo",
    "to do": "Todo",
    "planned": "Todo",
    "upcoming": "Todo",
    "next": "Todo",
    "later": "Todo",
    "open": "Todo",
    "pending": "Todo",
    "ready": "Todo",
    "完了": "Done",
    "進行中": "In Progress",
    "未着手": "Todo",
    "terminé": "Done",
    "erledigt": "Done",
    "concluído": "Done",
    "completado": "Done",
    "готово": "Done",
    "已完成": "Done",
    "进行中": "In Progress",
}
"""Keys of lists whose items share a status, and that status."""

SHELVED = words(
    "deferred|icebox|parking lot|someday|someday maybe|wont do|won t do|won t have|wont have|"
    "rejected|cancelled|canceled|not planned|dropped|out of scope|abandoned"
)
"""Keys of lists whose items nobody plans to do: they are told and left out."""

NOISE = words(
    "personas|user roles|roles|users|stakeholders|team|teams|team members|members|people|risks|"
    "risk register|tech stack|technology|technologies|stack|labels|tags|metadata|meta|glossary|"
    "changelog|history|references|links|resources|assumptions|constraints|metrics|success metrics|"
    "kpis|dependencies|dependency map|dev dependencies|environments|config|configuration|settings|"
    "definitions|legend|notes|comments|non goals|decisions|questions|open questions|summary|"
    "budget|screens|scripts|providers|standards|velocity|capacity|files|tests|statistics|"
    "totals|workflow|fields|columns|options|attachments|watchers"
)
"""Keys below which no items are looked for."""

ONE_ITEM = {
    "epic": "epic",
    "feature": "feature",
    "story": "story",
    "user story": "story",
    "initiative": "epic",
}
"""Keys whose mapping is one item, the owner of the lists beside it."""

# ---- kinds ---------------------------------------------------------------------------------

_KINDS = {
    "epic": "epic|initiative|theme|épica|épico|epica|epico|épopée|эпик|史诗|エピック",
    "feature": "feature|new feature|capability|funcionalidad|funcionalidade|fonctionnalité|"
    "функция|功能|機能",
    "story": "story|user story|userstory|product backlog item|requirement|historia|história|"
    "historia de usuario|história de usuário|récit|geschichte|история|故事|用户故事|ストーリー|us|"
    "enhancement|improvement|issue",
    "task": "task|sub task|subtask|technical task|technical|to do|tarea|tarefa|tâche|aufgabe|"
    "задача|任务|タスク|サブタスク|work item",
    "bug": "bug|defect|incident|fehler|error|ошибка|バグ|fix",
    "spike": "spike|research|investigation",
    "chore": "chore|maintenance|refactoring|tech debt|technical debt",
}
KIND_WORDS: dict[str, str] = {
    key_words(spelling): kind
    for kind, spellings in _KINDS.items()
    for spelling in spellings.split("|")
}
"""What a type says in an item, and the kind that it means."""

EXTRA_STATUSES = {
    "ready for dev": "Todo",
    "ready for development": "Todo",
    "drafted": "Todo",
    "optional": "Todo",
    "blocked": "Todo",
    "deferred": "Todo",
    "on hold": "Todo",
    "selected for development": "Todo",
    "icebox": "Todo",
    "contexted": "In Progress",
    "review": "In Progress",
    "in review": "In Progress",
    "code review": "In Progress",
    "testing": "In Progress",
    "in testing": "In Progress",
    "qa": "In Progress",
    "in qa": "In Progress",
    "passed": "Done",
    "accepted": "Done",
    "approved": "Todo",
    "complete": "Done",
}
"""Statuses of other tools that the board's words do not name, and what they come to."""

TRUE_WORDS = words("true|yes|y|x|1|done|ja|oui|sim|sí|да|是|はい|✓|✔|☑|✅")
FALSE_WORDS = words("false|no|n|0|nein|non|não|нет|否|いいえ|✗|")
