"""Kinds of plans that no tool prescribes: words of many languages, criteria in texts, groups."""

import pytest

from backlog_sync.core.body import render
from backlog_sync.core.model import DesiredItem
from tests.files.conftest import LoadText

Told = list[tuple[str, str, str | None]]


def _items(load_text: LoadText, text: str, name: str = "plan.yaml") -> list[DesiredItem]:
    loaded = load_text(text, name)
    assert not loaded.errors
    assert loaded.desired is not None
    return list(loaded.desired.items)


def _body(item: DesiredItem) -> str:
    return "\n".join(render(item.block, source="plan", mentions=True))


def _told(items: list[DesiredItem]) -> Told:
    """Each item's kind, title, and the title of its parent."""
    titles = {item.key: item.title for item in items}
    return [(item.kind, item.title, titles[item.parent] if item.parent else None) for item in items]


# ---- names of keys and columns ---------------------------------------------------------------

TABLES = {
    "Ukrainian": ("№,Назва задачі,Пріоритет,Статус,Критерії прийняття", "Високий", "Виконано"),
    "Czech": ("Číslo,Název,Priorita,Stav,Akceptační kritéria", "Vysoká", "Hotovo"),
    "Polish": ("Numer,Nazwa zadania,Priorytet,Stan,Kryteria akceptacji", "Wysoki", "Gotowe"),
    "Romanian": ("Număr,Titlu,Prioritate,Stare,Criterii de acceptare", "Ridicată", "Finalizat"),
    "Turkish": ("Numara,Başlık,Öncelik,Durum,Kabul kriterleri", "Yüksek", "Tamamlandı"),
    "Dutch": ("Nummer,Taaknaam,Prioriteit,Status,Acceptatiecriteria", "Hoog", "Afgerond"),
    "Danish": ("Nummer,Titel,Prioritet,Tilstand,Acceptkriterier", "Høj", "Afsluttet"),
    "Finnish": ("Tunnus,Otsikko,Prioriteetti,Tila,Hyväksymiskriteerit", "Korkea", "Valmis"),
    "Hungarian": ("Sorszám,Megnevezés,Prioritás,Állapot,Elfogadási kritériumok", "Magas", "Kész"),
    "Vietnamese": ("STT,Tiêu đề,Ưu tiên,Trạng thái,Tiêu chí nghiệm thu", "Cao", "Hoàn thành"),
    "Greek": ("Κωδικός,Τίτλος,Προτεραιότητα,Κατάσταση,Κριτήρια αποδοχής", "Υψηλή", "Ολοκληρώθηκε"),
    "Chinese": ("序號,任務名稱,優先順序,目前狀態,驗收條件", "高優先級", "已發布"),
    "Swedish": ("Nummer,Rubrik,Prioritet,Tillstånd,Acceptanskriterier", "Hög", "Slutförd"),
}


@pytest.mark.parametrize("language", TABLES)
def test_headers_in_many_languages(load_text: LoadText, language: str) -> None:
    """Title, priority, status and criteria are known by their words: what is done stays done."""
    header, priority, done = TABLES[language]
    text = (
        f"{header}\n1,Quay,{priority},{done},It holds\n2,Boats,{priority},,They float; they are dry"
    )
    loaded = load_text(text, "plan.csv")
    assert loaded.desired is not None
    assert not [found for found in loaded.diagnostics if found.slug.startswith("unknown")]
    quay, boats = loaded.desired.items
    assert (quay.title, quay.fields["state"], boats.title) == ("Quay", "completed", "Boats")
    assert [entry.text for entry in boats.criteria] == ["They float", "they are dry"]


def test_role_goal_and_benefit_are_a_story(load_text: LoadText) -> None:
    """Who, what and why beside each other, whatever the keys: the goal is what is wanted."""
    text = '[{"role": "guest", "goal": "rent a boat", "benefit": "I can row", "acceptance": ["a"]}]'
    (item,) = _items(load_text, text, "stories.json")
    assert (item.kind, item.title) == ("story", "rent a boat")
    assert "As a guest" in _body(item)
    assert "rent a boat" in _body(item)
    assert "I can row" in _body(item)


def test_a_goal_alone_stays_a_goal(load_text: LoadText) -> None:
    """A goal is what is wanted only where who and why stand beside it."""
    (item,) = _items(load_text, "stories:\n- {title: Rent, role: guest, goal: more guests}\n")
    assert item.title == "Rent"
    assert "As a guest" not in _body(item)


def test_records_may_have_their_title_below_task(load_text: LoadText) -> None:
    """`task` is the title where there is no other, and says what the record is."""
    text = (
        "backlog:\n- {task: Paint the boats, priority: low}\n- {task: Buy oars, priority: high}\n"
    )
    items = _items(load_text, text)
    assert _told(items) == [("task", "Paint the boats", None), ("task", "Buy oars", None)]


def test_a_column_of_titles_stands_before_one_of_sentences(load_text: LoadText) -> None:
    """`Story Title` is the title, the sentence below `Story` is the user story."""
    text = (
        "Epic,User Story Title,Story,Estimate\n"
        'Boats,Rent a boat,"As a guest, I want to rent a boat, so that I can row",3\n'
    )
    epic, story = _items(load_text, text, "plan.csv")
    assert (epic.title, story.title, story.parent) == ("Boats", "Rent a boat", epic.key)
    assert "I want to rent a boat" in _body(story)


def test_test_cases_are_criteria_where_they_are_sentences(load_text: LoadText) -> None:
    """Where nothing else says when an item is done; names of tests say nothing."""
    text = (
        "stories:\n- {title: Rent, test_cases: [The form is shown, A full boat is refused]}\n"
        "- {title: Pay, test_cases: [test_pay, test_refund]}\n"
        "- {title: Row, test_cases: [The oars are wet], acceptance_criteria: [It moves]}\n"
    )
    rent, pay, row = _items(load_text, text)
    assert [each.text for each in rent.criteria] == ["The form is shown", "A full boat is refused"]
    assert not pay.criteria
    assert [each.text for each in row.criteria] == ["It moves"]


def test_priorities_are_numbers_up_to_ten(load_text: LoadText) -> None:
    """A number says how urgent an item is also where there are more of them than options."""
    text = "stories:\n" + "".join(f"- {{title: Boat {n}, priority: {n}}}\n" for n in range(1, 11))
    loaded = load_text(text, "plan.yaml")
    assert "unknown-priority" not in {found.slug for found in loaded.diagnostics}


@pytest.mark.parametrize("key", ["weight", "complexity"])
def test_a_weight_is_points_only_on_the_usual_scale(load_text: LoadText, key: str) -> None:
    """80 of a hundred, or 7 of ten, is no number of story points."""
    scaled = _items(load_text, f"stories:\n- {{title: A, {key}: 3}}\n- {{title: B, {key}: 5}}\n")
    assert [item.points for item in scaled] == [3, 5]
    other = _items(load_text, f"stories:\n- {{title: A, {key}: 80}}\n- {{title: B, {key}: 7}}\n")
    assert [item.points for item in other] == [None, None]


# ---- criteria in texts -----------------------------------------------------------------------

TEXTS: dict[str, tuple[str, list[str], str]] = {
    "a line with a colon": (
        "Rent it.\n\nAcceptance Criteria:\n- a form\n- a receipt\n\nNotes: none",
        ["a form", "a receipt"], "Notes: none",
    ),
    "a heading": ("## Criterios\n1. uno\n2. dos\n## Extra\nMore", ["uno", "dos"], "More"),
    "a line alone, without bullets": (
        "Kryteria akceptacji\n\n    Jest formularz.\n\n    Jest paragon.",
        ["Jest formularz.", "Jest paragon."], "",
    ),
    "in one line": (
        "Rent it.\nCritérios: um formulário; um recibo\nLeave it.", ["um formulário", "um recibo"],
        "Leave it.",
    ),
    "scenarios": (
        "Criterios de aceptación\n\nEscenario 1: Barco libre\nDado que hay un barco\n"
        "Cuando lo alquilo\nEntonces remo\n\nEscenario 2: Sin barco\n"
        "Dado que no hay\nEntonces nado",
        [
            "Escenario 1: Barco libre Dado que hay un barco Cuando lo alquilo Entonces remo",
            "Escenario 2: Sin barco Dado que no hay Entonces nado",
        ],
        "",
    ),
    "boxes": ("**AC:**\n* [x] a form\n* [ ] a receipt", ["a form", "a receipt"], ""),
    "prose only": ("The criteria are not known.\nCriteria", [], "Criteria"),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("kind", ["json", "csv"])
def test_criteria_stand_in_a_description(load_text: LoadText, name: str, kind: str) -> None:
    """What stands below a line that says so is to be checked; the rest describes the item."""
    text, criteria, left = TEXTS[name]
    quoted = '"' + text.replace('"', '""') + '"'
    plan = f"Title,Body,Labels\nRent,{quoted},web\n"
    if kind == "json":
        plan = f'[{{"title": "Rent", "points": 3, "description": {json_text(text)}}}]'
    (item,) = _items(load_text, plan, f"plan.{kind}")
    assert [each.text for each in item.criteria] == criteria
    assert left in _body(item)
    if criteria:
        assert criteria[0] not in _body(item).split("## Acceptance")[0]


def json_text(text: str) -> str:
    """A text as JSON has it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def test_what_stands_below_a_criterion_belongs_to_it(load_text: LoadText) -> None:
    """A deeper bullet is a detail of the criterion above."""
    text = json_text(
        "Acceptance criteria:\n- a form\n  - with a date\n  - with a name\n- a receipt"
    )
    (item,) = _items(load_text, f'[{{"title": "R", "points": 1, "description": {text}}}]', "p.json")
    assert [each.text for each in item.criteria] == ["a form", "a receipt"]
    assert "with a name" in _body(item)


def test_criteria_with_a_key_leave_the_text_alone(load_text: LoadText) -> None:
    """Where an item has a key for its criteria, the text is only a text."""
    text = json_text("Acceptance criteria:\n- a form")
    plan = f'[{{"title": "R", "points": 1, "description": {text}, "acceptance": ["b"]}}]'
    (item,) = _items(load_text, plan, "p.json")
    assert [each.text for each in item.criteria] == ["b"]
    assert "a form" in _body(item)


# ---- groups ----------------------------------------------------------------------------------

GROUPS: dict[str, tuple[str, Told]] = {
    "phases by their keys": (
        "phase:\n  1_Old_quay:\n    status: COMPLETED\n    tasks: [Buy planks]\n"
        "  2_New_boats:\n    status: planned\n    tasks: [Build a hull, Paint it]\n",
        [
            ("epic", "New boats", None),
            ("task", "Build a hull", "New boats"),
            ("task", "Paint it", "New boats"),
        ],
    ),
    "parts by their keys": (
        "boat-hire:\n  tasks: [Rent a boat]\npayments:\n  tasks:\n  - {title: Pay, status: open}\n",
        [
            ("epic", "Boat hire", None),
            ("task", "Rent a boat", "Boat hire"),
            ("epic", "Payments", None),
            ("task", "Pay", "Payments"),
        ],
    ),
    "groups without a name": (
        "backlog:\n- team: web\n  tasks: [{title: Rent, size: 3}, {title: Pay, size: 5}]\n"
        "- team: quay\n  tasks: [{title: Plank, size: 3}]\n",
        [("task", "Rent", None), ("task", "Pay", None), ("task", "Plank", None)],
    ),
    "one group below a singular key": (
        "active_phase:\n  name: Boats\n  exit_criteria: [They float]\n"
        "  checklist:\n  - {task: Build a hull, status: open}\n  - {task: Sink, status: done}\n",
        [("epic", "Boats", None), ("task", "Build a hull", "Boats"), ("task", "Sink", "Boats")],
    ),
    "an item without a title that holds some": (
        "epics:\n- {title: Boats}\n- {title: Quay}\n- stories: [{title: Rent, points: 3}]\n",
        [("epic", "Boats", None), ("epic", "Quay", None), ("story", "Rent", None)],
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_groups_of_all_shapes(load_text: LoadText, name: str) -> None:
    """A key may be a name, a name may be missing: what a group holds is read all the same."""
    text, told = GROUPS[name]
    open_items = [i for i in _items(load_text, text) if name != "phases by their keys" or
                  i.fields.get("state") != "completed"]  # fmt: skip
    assert _told(open_items) == told


def test_tags_with_ids_are_no_groups(load_text: LoadText) -> None:
    """Two views of numbered tasks are no epics."""
    text = "master:\n  tasks: [{id: 1, title: Rent, status: todo}]\nquay:\n"
    text += "  tasks: [{id: 1, title: Plank, status: todo}]\n"
    assert {item.kind for item in _items(load_text, text)} == {"task"}


@pytest.mark.parametrize(
    "text",
    [
        "base: {price: 5, features: [Ten users, Mail]}\npro: {price: 9, features: [All users]}\n",
        "header: {items: [{title: A, url: /a}]}\nfooter: {items: [{title: B, url: /b}]}\n",
        "columns:\n- {name: open, items: [a, b]}\n- {name: width, items: [c]}\n",
        "1: {description: OK}\n2: {description: Not found}\n",
    ],
)
def test_what_only_looks_like_groups_is_no_plan(load_text: LoadText, text: str) -> None:
    """Prices, menus and tables of codes hold lists with titles as well."""
    assert [found.slug for found in load_text(text, "x.yaml").errors] == ["not-a-backlog"]


def test_what_a_done_phase_holds_is_done(load_text: LoadText) -> None:
    """Texts and records without a status of their own have that of their group."""
    text = "phases:\n- {name: Quay, status: done, tasks: [Planks, {title: Nails, status: open}]}\n"
    text += "- {name: Boats, status: open, tasks: [Hull]}\n"
    state = {item.title: item.fields.get("state") for item in _items(load_text, text)}
    assert state == {"Quay": "completed", "Planks": "completed", "Nails": "open", "Boats": "open",
                     "Hull": None}  # fmt: skip


def test_a_list_of_titles_and_points_is_a_plan(load_text: LoadText) -> None:
    """Points alone say that a list is one of work."""
    text = '[{"title": "Rent", "description": "d", "story_points": 3}]'
    assert _told(_items(load_text, text, "list.json")) == [("story", "Rent", None)]


# ---- ours or another's -----------------------------------------------------------------------


def test_version_1_alone_does_not_make_a_file_ours(load_text: LoadText) -> None:
    """Other programs count versions too: without our lists, or with other keys beside them."""
    tree = (
        "version: 1\nproject: Boats\nupdated: 2026-01-01\nphases:\n- {name: Quay, tasks: [Plank]}\n"
    )
    assert [item.title for item in _items(load_text, tree)] == ["Quay", "Plank"]
    beside = "version: 1\nproject: Boats\nsubtitle: x\nstories:\n- {title: Rent, points: 3}\n"
    assert [item.title for item in _items(load_text, beside)] == ["Rent"]


def test_a_slip_of_the_pen_in_a_file_of_ours_stays_an_error(load_text: LoadText) -> None:
    """One key that nobody knows beside lists of ours is told, as before."""
    loaded = load_text("version: 1\nsubtitle: x\nstories:\n- {title: Rent}\n", "plan.yaml")
    assert [found.slug for found in loaded.errors] == ["unknown-field"]


# ---- boards and labels -----------------------------------------------------------------------

BOARDS = {
    "named by their ids": (
        "categories:\n- {id: planned, label: Soon, items: [{title: Rent, priority: high}]}\n"
        "- {id: completed, label: There, items: [{title: Pay, priority: low}]}\n"
    ),
    "named by their titles": (
        "columns:\n- {title: To Do, cards: [{title: Rent}]}\n"
        "- {title: Done, cards: [{title: Pay}]}\n"
    ),
    "named by their status": (
        "lanes:\n- {status: open, items: [{title: Rent}]}\n"
        "- {status: done, items: [{title: Pay}]}\n"
    ),
}


@pytest.mark.parametrize("name", BOARDS)
def test_columns_of_a_board_give_their_status(load_text: LoadText, name: str) -> None:
    """What stands in a column has its status; the column is no item."""
    items = _items(load_text, BOARDS[name])
    assert [item.title for item in items] == ["Rent", "Pay"]
    assert [item.fields["state"] for item in items] == ["open", "completed"]


def test_named_parts_with_a_status_are_no_columns(load_text: LoadText) -> None:
    """An area that is done is a part of the plan, whose name is not its status."""
    text = "areas:\n- {name: Quay, status: done, tasks: [Plank]}\n"
    text += "- {name: Boats, status: planned, tasks: [Hull]}\n"
    titles = [item.title for item in _items(load_text, text)]
    assert titles == ["Quay", "Plank", "Boats", "Hull"]


def test_labels_may_carry_fields(load_text: LoadText) -> None:
    """`status:done` among the labels says that an item is done, unless its own key says more."""
    text = (
        "user_stories:\n- {title: Rent, labels: 'priority:P0,status:done,type:feature'}\n"
        "- {title: Pay, labels: ['status: done', 'web'], status: in progress}\n"
        "- {title: Row, labels: ['status:of the lake']}\n"
    )
    rent, pay, row = _items(load_text, text)
    assert (rent.fields["state"], rent.board["Priority"]) == ("completed", "P0")
    assert "status:done" in str(rent.fields["labels"])
    assert (pay.fields["state"], pay.status) == ("open", "in progress")
    assert "state" not in row.fields


# ---- trees and numbers -----------------------------------------------------------------------


def test_the_root_of_a_tree_names_the_plan(load_text: LoadText) -> None:
    """What stands below it is the plan, in whatever depth."""
    text = (
        "tree:\n  id: boats\n  title: Boats\n  children:\n  - title: Hire\n    status: todo\n"
        "    children:\n    - {id: a, title: Rent, status: done}\n"
        "    - {id: b, title: Pay, status: todo}\n"
    )
    assert _told(_items(load_text, text)) == [
        ("epic", "Hire", None), ("story", "Rent", "Hire"), ("story", "Pay", "Hire"),
    ]  # fmt: skip


def test_a_menu_is_no_tree_of_work(load_text: LoadText) -> None:
    """Titles and addresses are no plan, however deep they stand."""
    text = "tree:\n  title: Docs\n  children:\n"
    text += "  - {title: A, path: /a, children: [{title: B, path: /b}]}\n"
    loaded = load_text(text, "menu.yaml")
    assert [found.slug for found in loaded.errors] == ["not-a-backlog"]


@pytest.mark.parametrize(("prefix", "kind"), [("", "story"), ("task", "task"), ("story_", "story")])
def test_items_stand_below_their_numbers(load_text: LoadText, prefix: str, kind: str) -> None:
    """A number is an id; the description is the title, sentences are what is to be had."""
    text = "".join(
        f"{prefix}{n}:\n  description: Build boat {n}\n  status: Open\n"
        "  features: [it floats well, it is dry]\n"
        for n in (1, 2)
    )
    items = _items(load_text, text)
    assert _told(items) == [(kind, "Build boat 1", None), (kind, "Build boat 2", None)]
    assert [entry.text for entry in items[0].criteria] == ["it floats well", "it is dry"]


# ---- lines -----------------------------------------------------------------------------------


def test_tags_of_a_todo_txt_inside_a_sentence_are_words(load_text: LoadText) -> None:
    """Those before and behind it are labels alone; no two tasks fall into one for it."""
    text = "Mend the @lamp on the quay +night\n@quay Paint it\nCall the harbour +north\n"
    text += "Call the harbour +south\n"
    titles = [item.title for item in _items(load_text, text, "todo.txt")]
    assert titles == ["Mend the @lamp on the quay", "Paint it", "Call the harbour +north",
                      "Call the harbour +south"]  # fmt: skip


def test_parts_of_an_org_file_are_epics(load_text: LoadText) -> None:
    """Type words of headings mean the same as in Markdown; what is done in all parts is done."""
    text = (
        "* Iteration 1: quay\n** Work\n*** DONE Planks\n* Iteration 2: boats\n*** TODO Hull\n"
        "* Iteration 3: oars\n* Notes\n** Ideas\n"
    )
    items = _items(load_text, text, "plan.org")
    assert [(i.kind, i.title, i.fields.get("state")) for i in items] == [
        ("epic", "Iteration 1: quay", "completed"), ("task", "Planks", "completed"),
        ("epic", "Iteration 2: boats", None), ("task", "Hull", "open"),
        ("epic", "Iteration 3: oars", None),
    ]  # fmt: skip
    assert items[3].parent == items[2].key


def test_boxes_below_a_part_of_an_org_file_are_tasks(load_text: LoadText) -> None:
    """A part has no criteria of its own: its boxes are what is to be done in it."""
    text = "* Phase 1: boats\n- [ ] Hull\n- [x] Sail\n"
    items = _items(load_text, text, "plan.org")
    assert _told(items) == [("epic", "Phase 1: boats", None), ("task", "Hull", "Phase 1: boats"),
                            ("task", "Sail", "Phase 1: boats")]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "title", "plain"),
    [
        ("BH-1", "Task4: Rent a boat", "Rent a boat"),
        ("HIRE-01", "US-HIRE-01: Rent a boat", "Rent a boat"),
        ("BH-1", "Phase2: Rent a boat", "Phase2: Rent a boat"),
        ("BH-1", "B2: Rent a boat", "B2: Rent a boat"),
    ],
)
def test_words_that_count_items_leave_their_titles(
    load_text: LoadText, key: str, title: str, plain: str
) -> None:
    """Where an item has an id of its own, `Task4:` before its title says no more."""
    text = f"Key,Summary,Status,Story Points\n{key},{title},Open,3\n"
    (item,) = _items(load_text, text, "plan.csv")
    assert (item.key, item.title) == (key.lower(), plain)


# ---- names that are keys -----------------------------------------------------------------------


def test_words_that_are_keys_are_titles(load_text: LoadText) -> None:
    """`oil-the-gate` says what is meant; what describes it at length is no title."""
    text = "beds:\n  oil-the-gate:\n    status: open\n"
    text += "    description: |\n      It squeaks.\n      A lot.\n"
    text += "    priority: high\n  sow_winter_rye: {status: open, priority: low, tasks: [Dig]}\n"
    items = _items(load_text, text)
    assert _told(items) == [
        ("story", "Oil the gate", None),
        ("story", "Sow winter rye", None),
        ("task", "Dig", "Sow winter rye"),
    ]
    assert "It squeaks" in _body(items[0])
    named = _items(
        load_text, "backlogs:\n  mend-fence: {status: open}\n  wax-bench: {status: open}\n"
    )
    assert [item.title for item in named] == ["Mend fence", "Wax bench"]


@pytest.mark.parametrize("said", ["status: active, note: a", "status: running, owner: ops"])
def test_words_that_are_keys_of_something_else(load_text: LoadText, said: str) -> None:
    """A status and a text, or an owner of what runs, below any name are no work."""
    text = f"hosts:\n  front-web: {{{said}}}\n  back-web: {{{said}}}\n"
    loaded = load_text(text, "hosts.yaml")
    assert [found.slug for found in loaded.errors] == ["not-a-backlog"]


def test_words_below_statuses_are_titles(load_text: LoadText) -> None:
    """`done` beside `planned` tells of work; one of them alone may say anything."""
    lanes = "done:\n  oil-gate: {description: a}\n  wax-bench: {description: b}\n"
    other = "planned:\n  sow-rye: {description: c}\n  dig-bed: {description: d}\n"
    items = _items(load_text, lanes + other)
    assert [item.title for item in items] == ["Oil gate", "Wax bench", "Sow rye", "Dig bed"]
    assert [item.fields.get("state") for item in items[:2]] == ["completed", "completed"]
    assert [found.slug for found in load_text(other, "b.yaml").errors] == ["not-a-backlog"]


def test_one_word_is_a_title_in_a_list_of_items(load_text: LoadText) -> None:
    """Where others of a list are named by their keys, so is `bees`; a code is no title."""
    text = (
        "features:\n  rain-barrel: {status: open}\n  bees: {status: open}\n  T1: {status: open}\n"
    )
    assert [item.title for item in _items(load_text, text)] == ["Rain barrel", "Bees"]


def test_rows_stand_below_the_epic_of_their_name(load_text: LoadText) -> None:
    """An epic says in its own column how the others name it; `N/A` is no criterion."""
    text = "Epic,Issue Type,Summary,Acceptance Criteria,Estimate\n"
    text += "Quay,Epic,Quay: all of it,N/A,1\nQuay,Task,Drive piles,They hold,2\n"
    text += "Boats,Epic,Boats and oars,n/a,1\nBoats,Story,Rent one,It floats,3\n"
    items = _items(load_text, text, "plan.csv")
    assert _told(items) == [
        ("epic", "Quay: all of it", None),
        ("task", "Drive piles", "Quay: all of it"),
        ("epic", "Boats and oars", None),
        ("story", "Rent one", "Boats and oars"),
    ]
    assert [len(item.criteria) for item in items] == [0, 1, 0, 1]


def test_commas_of_several_texts(load_text: LoadText) -> None:
    """Of several texts the one with blanks behind its commas holds those too many."""
    text = "Issue Type,Summary,Description,Acceptance Criteria,Estimate\n"
    text += "Task,Build the hut,Walls, roof, door,It is dry,2\n"
    text += "Task,Buy oars (ash, pine),From the yard,There are ten,1\n"
    text += "Task,Paint signs,Red,blue,They are seen,1\n"
    items = _items(load_text, text, "plan.csv")
    assert [item.title for item in items] == [
        "Build the hut",
        "Buy oars (ash, pine)",
        "Paint signs",
    ]
    assert [item.points for item in items] == [2, 1, 1]
    assert [entry.text for item in items for entry in item.criteria] == [
        "It is dry", "There are ten", "They are seen",
    ]  # fmt: skip
    assert "Walls, roof, door" in _body(items[0])
