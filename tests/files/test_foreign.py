"""Plans in YAML, JSON and CSV that were written for other tools: every family of shapes."""

import json
from collections import Counter
from pathlib import Path

import pytest

from backlog_sync.core.keys import make_key
from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.errors import FailedError
from backlog_sync.files.load import Loaded
from backlog_sync.files.write.progress import write_back
from tests.files.conftest import LoadText

# Each: the file's name, its text, what it holds by kind, criteria, points.
FAMILIES: dict[str, tuple[str, str, dict[str, int], int, float]] = {
    "foreign keys": (
        "plan.yaml",
        """
epics:
  - {epic_id: EP-01, epic_name: Boats}
user_stories:
  - story_id: US-01
    epic_id: EP-01
    title: Rent a boat
    as_a: guest
    i_want_to: rent
    so_that: I row
    acceptance_criteria: [one, two]
    story_points: 5
  - {story_id: US-02, epic_id: EP-01, title: Pay, depends_on: [US-01], story_points: 3}
""",
        {"epic": 1, "story": 2}, 2, 8,
    ),
    "a list at the root": (
        "plan.yaml",
        """
- {id: 1, type: epic, title: Boats}
- {id: 2, type: story, parent: 1, title: Rent, points: 3}
- {id: 3, type: bug, parent: 1, title: It sinks}
""",
        {"epic": 1, "story": 1, "bug": 1}, 0, 3,
    ),
    "milestones that hold items": (
        "plan.yaml",
        """
milestones:
  - name: M0
    items:
      - {id: M0-QUAY, title: A quay, status: done}
  - name: M1
    items:
      - {id: B-1, title: Boats, depends_on: [M0-QUAY]}
deferred:
  - {id: B-9, title: Submarines}
""",
        {"epic": 2, "story": 2}, 0, 0,
    ),
    "phases with tasks": (
        "plan.yaml",
        """
project: Boats
phases:
  - id: P1
    name: Quay
    tasks:
      - {id: T1, title: Planks, estimate: 2h}
      - Nails
  - {id: P2, name: Boats, tasks: [Hull]}
""",
        {"epic": 2, "task": 3}, 0, 0,
    ),
    "sprints that point at features": (
        "plan.yaml",
        """
epics:
  - id: E1
    title: Boats
    features:
      - {id: E1-F1, title: Rent, acceptance_criteria: [a, b, c]}
personas:
  - {id: p, title: A sailor, context: likes water}
sprint_plan:
  sprints:
    - id: S1
      name: "Sprint 1"
      stories:
        - {feature: E1-F1, description: Choose a boat, points: 8}
        - {feature: E1-F1, description: Pay for it, points: 5}
risks:
  - {id: R1, risk: Rain, mitigation: Umbrellas}
""",
        {"epic": 1, "feature": 1, "story": 2}, 3, 13,
    ),
    "milestones by name": (
        "plan.yaml",
        """
milestones:
  - {name: "Release 1", goal: People rent boats}
  - {name: "Release 2", goal: People pay}
labels:
  - category: Type
    items: ["type:story", "type:task"]
issues:
  - title: "[Story] Rent (US-1)"
    milestone: "Release 1"
    implementation_tasks: [form, service]
Completed:
  - title: "[Story] Look (US-2)"
    milestone: "Release 1"
""",
        {"epic": 2, "story": 2, "task": 2}, 0, 0,
    ),
    "GitHub's milestones and issues": (
        "plan.yaml",
        """
milestones:
  - {title: v1, due_on: 2027-01-31}
issues:
  - {title: Rent, body: some text, labels: [web], milestone: v1, assignees: [ada]}
""",
        {"story": 1}, 0, 0,
    ),
    "as, want and so without titles": (
        "plan.yaml",
        """
product_backlog:
  - {id: PB-1, as: farmer, want: to see rain, so: I plan, moscow: Must, estimate: 5,
     acceptance: [it shows rain]}
""",
        {"story": 1}, 1, 5,
    ),
    "ids as keys": (
        "plan.yaml",
        """
user_stories:
  US-001: {title: Rent, priority: high, tasks: [form, service]}
  US-002: {title: Pay, epic: Money}
""",
        {"epic": 1, "story": 2, "task": 2}, 0, 0,
    ),
    "scenarios": (
        "plan.yaml",
        """
sprint: 1
goal: A first boat
stories:
  - id: S0.1
    title: Rent
    as_a: guest
    i_want: a boat
    so_that: I row
    scenarios:
      - {id: SC1, given: a boat, when: I pay, then: I row}
      - {id: SC2, given: [a boat, no money], when: I ask, then: I swim}
""",
        {"story": 1}, 2, 0,
    ),
    "items named by their kind": (
        "plan.yaml",
        """
backlog:
  - epic: Boats
    stories:
      - {story: Rent, points: 3}
      - {story: Pay, points: 2}
  - epic: Oars
    stories: []
""",
        {"epic": 2, "story": 2}, 0, 5,
    ),
    "a file about one epic": (
        "plan.yaml",
        "epic:\n  id: E1\n  title: Boats\n  stories:\n    - {id: S1, title: Rent, points: 2}\n",
        {"epic": 1, "story": 1}, 0, 2,
    ),
    "a version of its own": (
        "plan.yaml",
        """
version: 1
project_name: Boats
epics:
  - id: EPIC-1
    name: Boats
    user_stories:
      - {id: US-1, title: Rent, acceptance_criteria: [{given: a, when: b, then: c}]}
""",
        {"epic": 1, "story": 1}, 1, 0,
    ),
    "French": (
        "plan.yaml",
        """
epics:
  - id: E1
    titre: Bateaux
    récits:
      - {id: R1, titre: Louer, en_tant_que: client, je_veux: louer, afin_de: ramer,
         critères_d_acceptation: [un, deux], priorité: Haute, points: 5, statut: en cours}
""",
        {"epic": 1, "story": 1}, 2, 5,
    ),
    "Japanese": (
        "plan.yaml",
        """
エピック:
  - id: E1
    タイトル: 船
    ストーリー:
      - {id: S1, タイトル: 借りる, 受け入れ条件: [できる], ポイント: 3}
""",
        {"epic": 1, "story": 1}, 1, 3,
    ),
    "taskmaster": (
        "tasks.json",
        json.dumps({"master": {"metadata": {"created": "x"}, "tasks": [
            {"id": 1, "title": "Quay", "dependencies": [], "status": "done", "testStrategy": "t",
             "subtasks": [{"id": 1, "title": "Planks", "dependencies": []},
                          {"id": 2, "title": "Nails", "dependencies": [1], "subtasks": [
                              {"id": 1, "title": "Buy \U0001f6a4 nails", "subtasks": []}]}]},
            {"id": 2, "title": "Boats", "dependencies": [1], "status": "pending",
             "subtasks": []}]}}),
        {"story": 2, "task": 3}, 0, 0,
    ),
    "an epic and its issues in JSON": (
        "epic1.json",
        json.dumps({"epic": 1, "name": "Boats", "issues": [
            {"number": 1, "title": "Quay", "effort": 6, "blocks": [2], "tasks": [
                {"id": "1.1", "name": "Planks", "location": "x", "prompt": "y"}]},
            {"number": 2, "title": "Boats", "effort": 4, "depends_on": [1],
             "acceptance_criteria": ["floats"]}]}),
        {"epic": 1, "story": 2, "task": 1}, 1, 0,
    ),
    "Jira's JSON": (
        "jira.json",
        json.dumps({"startAt": 0, "issues": [
            {"id": "10001", "key": "B-1", "fields": {"summary": "Boats",
             "issuetype": {"name": "Epic"}, "status": {"name": "To Do"}}},
            {"id": "10002", "key": "B-2", "fields": {"summary": "Rent",
             "issuetype": {"name": "Story"}, "parent": {"key": "B-1"}}}]}),
        {"epic": 1, "story": 1}, 0, 0,
    ),
    "Jira's CSV": (
        "jira.csv",
        "\ufeffSummary,Issue Type,Issue key,Issue id,Custom field (Epic Name),"
        "Custom field (Epic Link),Custom field (Story Points),Labels,Labels,Status\r\n"
        'Boats,Epic,B-1,1001,Boats,,,web,,To Do\r\n'
        '"Rent, and row",Story,B-2,1002,,B-1,5,web,sea,Done\r\n'
        "Pay,Story,B-3,1003,,Boats,3,,,In Progress\r\n",
        {"epic": 1, "story": 2}, 0, 8,
    ),
    "Azure's CSV": (
        "azure.csv",
        "ID,Work Item Type,Title 1,Title 2,Title 3,State,Story Points\n"
        "1,Epic,Boats,,,New,\n2,Feature,,Rent,,Active,\n3,User Story,,,Choose,Closed,5\n",
        {"epic": 1, "feature": 1, "story": 1}, 0, 5,
    ),
    "a spreadsheet of levels": (
        "plan.csv",
        "Epic,Feature,User Story,Task,Story Points\nBoats,Rent,As a guest I choose,,5\n"
        "Boats,Rent,As a guest I choose,Form,\nMoney,Pay,As a guest I pay,,8\n",
        {"epic": 2, "feature": 2, "story": 2, "task": 1}, 0, 13,
    ),
    "a German spreadsheet": (
        "plan.csv",
        "Backlog Boote;;;;\n;;;;\nNr;Titel;Priorität;Aufwand;Akzeptanzkriterien\n"
        "1;Mieten;hoch;5;Boot da; \n2;Zahlen;mittel;3;\n;Summe;;8;\n",
        {"story": 2}, 1, 8,
    ),
    "a spreadsheet without titles": (
        "plan.csv",
        "ID,As a,I want,So that,Priority\n1,guest,to rent a boat,I row,High\n",
        {"story": 1}, 0, 0,
    ),
    "a table between tabs": (
        "plan.tsv",
        "Key\tSummary\tStatus\tStory Points\nA-1\tRent\tDone\t3\n",
        {"story": 1}, 0, 3,
    ),
    "sprint status": (
        "sprint-status.yaml",
        "project: Boats\ndevelopment_status:\n  epic-1: in-progress\n  1-1-rent-a-boat: done\n"
        "  1-2-pay: backlog\n  epic-1-retrospective: optional\n",
        {"epic": 1, "story": 2}, 0, 0,
    ),
    "Kiro": (
        "tasks.md",
        "# Implementation Plan\n\n- [x] 1. Quay\n  - [x] 1.1 Planks\n    - Saw them\n"
        "    - _Requirements: 9.4_\n  - [ ]* 1.2 Nails\n- [ ] 2. Checkpoint\n  - Look at it\n"
        "- [ ] 3. Boats\n  - [ ] 3.1 Hull\n",
        {"epic": 3, "task": 3}, 0, 0,
    ),
    "OpenSpec": (
        "tasks.md",
        "## 1. Quay\n- [x] 1.1 Planks\n- [ ] 1.2 Nails\n\n## 2. Boats\n- [ ] 2.1 Hull\n",
        {"epic": 2, "task": 3}, 0, 0,
    ),
    "one task a file": (
        "task-1 - Rent.md",
        "---\nid: TASK-1\ntitle: Rent a boat\nstatus: To Do\nassignee: []\nlabels: [web]\n"
        "dependencies: []\n---\n\n## Description\n\nOne boat.\n\n## Acceptance Criteria\n"
        "<!-- AC:BEGIN -->\n- [x] #1 It floats\n- [ ] #2 It has oars\n<!-- AC:END -->\n\n"
        "## Implementation Plan\n\n### Phase 1: Look\n- [ ] not an item\n",
        {"story": 1}, 2, 0,
    ),
    "an Org file": (
        "TODO.org",
        """#+TITLE: Harbour
#+TODO: TODO DOING | DONE DROPPED

* Boats
** TODO [#A] Rent a boat :web:
DEADLINE: <2027-03-31 Wed>
:PROPERTIES:
:CUSTOM_ID: rent
:END:
People pay first.

#+BEGIN_SRC sh
* TODO no heading
#+END_SRC
- [X] it floats
- [ ] it has oars
*** DOING Print the ticket
** DROPPED Sell boats
** Paint the hull
* Errands
- [ ] Buy rope
  - [ ] of hemp
- [X] Buy paint
""",
        {"task": 6}, 3, 0,
    ),
    "todo.txt": (
        "harbour.todo.txt",
        """(A) 2027-01-02 Rent a boat +web @office due:2027-03-31 id:rent
Print the ticket after:rent note:this stays
x 2027-02-01 2027-01-01 Buy rope
# a remark

See https://example.org/a:b first
""",
        {"task": 4}, 0, 0,
    ),
    "JSON lines": (
        "issues.jsonl",
        """{"_type":"issue","id":"hb-1","title":"Boats","issue_type":"epic","status":"open","notes":""}
{"id":"hb-2","title":"Rent","issue_type":"bug","status":"closed","priority":1,"dependencies":[{"issue_id":"hb-2","depends_on_id":"hb-1","type":"parent-child"},{"issue_id":"hb-2","depends_on_id":"hb-3","type":"blocks"}]}

{"id":"hb-3","title":"Pay","issue_type":"task","status":"in_progress","dependencies":[{"depends_on_id":"hb-2","type":"related"}]}
""",
        {"epic": 1, "bug": 1, "task": 1}, 0, 0,
    ),
    "stages as keys": (
        "plan.yaml",
        """
project: Harbour
stage_1_build:
  name: Build the quay
  status: done
  definition_of_done: It stands
  tickets:
    - {id: H-1, title: Piles, status: done}
stage_2_open:
  name: Open it
  tickets:
    - {id: H-2, title: Boats, status: todo}
    - {id: H-3, title: Tickets, status: todo}
""",
        {"epic": 2, "story": 3}, 1, 0,
    ),
    "horizons with texts": (
        "plan.yaml",
        """
short_term:
  timeframe: two weeks
  tasks: [Paint the quay, Buy rope]
long_term:
  tasks:
    - Build a lighthouse
""",
        {"task": 3}, 0, 0,
    ),
    "groups of its own making": (
        "plan.yaml",
        """
title: Harbour
start: 2027-01-01
groups:
  - id: g1
    name: Quay
    color: '#4caf50'
    tasks:
      - {id: t1, name: Piles, start: 2027-01-01, end: 2027-02-01, progress: 0}
      - {id: t2, name: Planks, start: 2027-02-01, end: 2027-03-01}
  - {id: g2, name: Boats, tasks: []}
""",
        {"epic": 2, "task": 2}, 0, 0,
    ),
    "buckets with names": (
        "plan.yaml",
        """
now:
  quay_repair:
    - {id: Q-1, title: Piles, priority: P1, status: done_2027-02-03}
    - {id: Q-2, title: Planks, priority: P2}
  notes: [none so far]
later:
  lighthouse:
    - {id: L-1, title: Lamp, priority: P3}
done:
  "2027-01-05":
    - {id: D-1, title: Plan the harbour}
""",
        {"epic": 3, "task": 4}, 0, 0,
    ),
    "quarters that have no other name": (
        "plan.yaml",
        "quarters:\n  - quarter: Q1 2031\n    stories: [{title: Rent a boat, status: open}]\n"
        "  - quarter: Q2 2031\n    stories: [{title: Return a boat, status: open}]\n",
        {"epic": 2, "story": 2}, 0, 0,
    ),
    "an item that is the file": (
        "rent.yaml",
        "title: Rent a boat\nstory_points: 3\nstatus: open\n"
        "acceptance_criteria:\n  - It floats\n  - It has oars\n",
        {"story": 1}, 2, 3,
    ),
    "goals of milestones": (
        "plan.yaml",
        """
milestones:
  - id: m1
    name: Sketch
    status: active
    goals:
      - {title: Draw the quay, done: true}
      - {title: Count the boats, done: false}
  - {id: m2, name: Try, goals: []}
""",
        {"epic": 2, "task": 2}, 0, 0,
    ),
    "phases by their numbers": (
        "plan.json",
        """{"project": {"phases": ["Phase 0: Quay", "Phase 1: Boats"]},
 "items": [{"id": "H-1", "phaseId": "0", "title": "Piles", "status": "Done"},
           {"id": "H-1", "phaseId": "1", "title": "Oars", "status": "Todo"},
           {"id": "H-2", "phaseId": "1", "title": "Sails", "status": "Todo"}]}""",
        {"epic": 2, "story": 3}, 0, 0,
    ),
    "milestones below an epic": (
        "plan.yaml",
        """
epics:
  - id: R-1
    title: Boats
    kpis: [rents]
    milestones:
      - {id: M-1, title: Rent, status: done}
      - {id: M-2, title: Pay, status: todo}
""",
        {"epic": 1, "story": 2}, 0, 0,
    ),
    "our version over camel case": (
        "plan.yaml",
        """
version: 1
stories:
  - id: S001
    title: Rent
    status: done
    dependsOn: []
    acceptanceCriteria: [it floats, it has oars]
    requiredTests: [row]
""",
        {"story": 1}, 2, 0,
    ),
    "ids that speak for a list": (
        "plan.yaml",
        """
items:
  - {id: ENG-1, title: "ENG-1 — Engine", wave: 3, prio: p1}
  - {id: ENG-2, title: "ENG-2 — Oars", wave: 3, prio: p2}
""",
        {"story": 2}, 0, 0,
    ),
    "two documents": (
        "plan.yaml",
        """
tasks:
  - {id: T-1, title: Piles, status: done}
---
tasks:
  - {id: T-2, title: Planks, status: todo}
---
- a remark of another kind
""",
        {"task": 2}, 0, 0,
    ),
    "a list that names what stands elsewhere": (
        "plan.yaml",
        """
backlog:
  epics:
    - {id: E1, name: Boats}
  items:
    - {id: US-1, title: Rent, epicId: E1, acceptanceCriteria: [it floats]}
    - {id: US-2, title: Pay, epicId: E1, priority: high}
  firstSprint:
    sprintBacklog: ["US-1: Rent", "US-2, first half"]
""",
        {"epic": 1, "story": 2}, 1, 0,
    ),
    "features that pass": (
        "features.json",
        """{"features": [
 {"id": "F1", "description": "Rent a boat", "steps": ["it floats", "it has oars"], "passes": true},
 {"id": "F2", "description": "Pay", "steps": ["money is taken"], "passes": false}]}""",
        {"feature": 2}, 3, 0,
    ),
    "our version over other words": (
        "plan.yaml",
        """
version: 1
items:
  - {id: B-001, title: Rent, status: done, acceptance: it floats}
  - {id: B-002, title: Pay, status: planned, priority: low, area: shop}
""",
        {"story": 2}, 1, 0,
    ),
    "a table of all levels": (
        "plan.csv",
        """Epic ID,Epic Name,User Story ID,User Story,Task ID,Task,Status
E1,Boats,US1,Rent,T1,Form,Done
E1,Boats,US1,Rent,T2,Payment,Todo
E2,Quay,US2,Walk,T3,Planks,Todo
""",
        {"epic": 2, "story": 2, "task": 3}, 0, 0,
    ),
    "a table parted by areas": (
        "plan.csv",
        """Feature Area,Backlog Item,Effort,Status
1.1 Boats,Rent,High,Done
1.1 Boats,Pay,Low,Todo
1.2 Quay,Planks,Low,Todo
""",
        {"epic": 2, "task": 3}, 0, 0,
    ),
    "a table to import issues from": (
        "issues.csv",
        'title,body,labels\n"M0-01: Rent a boat","Text\n\n- [ ] it floats","p1,web"\n'
        '"M0-02: Pay","Text",p2\n',
        {"story": 2}, 0, 0,
    ),
    "a table without titles": (
        "plan.csv",
        "ID,Type,Description,Definition of Done,Status\nH-1,Task,Drive the piles,They hold,Todo\n"
        "H-2,Feature,Rent a boat,It floats,Done\n",
        {"task": 1, "feature": 1}, 2, 0,
    ),
    "epics by the order of rows": (
        "plan.csv",
        "Issue Type,Summary,Start Date,Due Date,Status\n"
        "Epic,Boats,23/Apr/27,25/Apr/27,Done\nStory,Rent,23/Apr/27,23/Apr/27,Done\n"
        "Epic,Quay,26/Apr/27,05/May/27,To Do\nStory,Planks,26/Apr/27,28/Apr/27,To Do\n",
        {"epic": 2, "story": 2}, 0, 0,
    ),
    "a scenario in a cell": (
        "plan.csv",
        'Work Item Type,Title,Acceptance Criteria,State\nUser Story,Rent,"Given a boat\n'
        'When I pay\nThen I row\nAnd I sing\nGiven rain\nWhen I row\nThen I get wet",Active\n',
        {"story": 1}, 2, 0,
    ),
}  # fmt: skip


def shape(loaded: Loaded) -> tuple[dict[str, int], int, float]:
    """Kinds, criteria and points."""
    return dict(loaded.inventory.counts), loaded.inventory.checklist, loaded.inventory.points


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_read(family: str, load_text: LoadText) -> None:
    """Kinds, criteria and points are what a person counts; nothing stands in a sync's way."""
    name, text, kinds, criteria, points = FAMILIES[family]
    loaded = load_text(text, name)
    assert shape(loaded) == (kinds, criteria, points)
    assert not loaded.errors
    assert loaded.desired is not None


def test_fields_arrive(load_text: LoadText) -> None:
    """Story, criteria, links, labels and status of a foreign item are those of the file."""
    loaded = load_text(FAMILIES["foreign keys"][1])
    assert loaded.desired is not None
    epic, rent, pay = loaded.desired.items
    assert (epic.key, epic.title) == ("ep-01", "Boats")
    assert (rent.key, rent.parent) == ("us-01", "ep-01")
    assert "As a guest, I want rent, so that I row." in str(rent.block)
    assert [entry.text for entry in rent.criteria] == ["one", "two"]
    assert pay.fields["blocked_by"] == ("us-01",)


def test_scenarios_become_sentences(load_text: LoadText) -> None:
    """Given, when and then are one criterion; the sprint of the file is that of its stories."""
    loaded = load_text(FAMILIES["scenarios"][1])
    assert loaded.desired is not None
    (item,) = loaded.desired.items
    assert [entry.text for entry in item.criteria] == [
        "Given a boat, when I pay, then I row",
        "Given a boat and no money, when I ask, then I swim",
    ]
    assert item.board["Sprint"] == "Sprint 1"


def test_numbers_are_keys_within_their_parent(load_text: LoadText) -> None:
    """Taskmaster's subtask 1 of task 1 is another than task 1, and dependencies know it."""
    loaded = load_text(FAMILIES["taskmaster"][1], "tasks.json")
    assert loaded.desired is not None
    items = {item.key: item for item in loaded.desired.items}
    assert list(items) == ["story-1", "task-1.1", "task-1.2", "task-1.2.1", "story-2"]
    assert items["task-1.2"].fields["blocked_by"] == ("task-1.1",)
    assert items["story-2"].fields["blocked_by"] == ("story-1",)
    assert items["task-1.2.1"].title == "Buy \U0001f6a4 nails"


def test_blocks_is_depends_on_the_other_way(load_text: LoadText) -> None:
    """An item that blocks another is among what the other waits for, once."""
    loaded = load_text(FAMILIES["an epic and its issues in JSON"][1], "epic1.json")
    assert loaded.desired is not None
    items = {item.key: item for item in loaded.desired.items}
    assert items["story-2"].fields["blocked_by"] == ("story-1",)
    assert items["story-1"].parent == items["story-2"].parent == "epic-1"
    assert items["task-1.1"].parent == "story-1"


def test_a_list_may_say_its_status(load_text: LoadText) -> None:
    """What stands below `Completed:` is done."""
    loaded = load_text(FAMILIES["milestones by name"][1])
    assert loaded.desired is not None
    status = {item.key: item.status for item in loaded.desired.items}
    assert status["us-2"] == "Done"
    assert status["us-1"] is None


def test_issues_that_exist_are_adopted(load_text: LoadText) -> None:
    """An export of GitHub's own issues names them by their addresses."""
    exported = [{"number": 12, "title": "Crash", "state": "OPEN", "labels": [{"name": "bug"}],
                 "milestone": {"title": "v1"}, "assignees": [{"login": "ada"}],
                 "url": "https://github.com/o/r/issues/12"}]  # fmt: skip
    loaded = load_text(json.dumps(exported), "issues.json")
    assert loaded.desired is not None
    (item,) = loaded.desired.items
    assert str(item.issue) == "o/r#12"
    assert item.fields["milestone"] == "v1"
    assert item.fields["assignees"] == ("ada",)


# ---- values that nobody guesses ------------------------------------------------------------


def test_sizes_need_a_scale(load_text: LoadText) -> None:
    """A T-shirt size is no number: it is left empty, and the warning says how to declare one."""
    loaded = load_text("stories:\n  - {id: US-1, title: A, as_a: b, i_want: c, size: M}\n")
    assert loaded.inventory.points == 0
    (told,) = [found for found in loaded.diagnostics if found.slug == "unknown-points"]
    assert "points: {M: 3}" in told.hint


def test_efforts_need_a_unit(load_text: LoadText) -> None:
    """Efforts on the usual scale are points; others may be hours or days and are left empty."""
    text = "issues:\n  - {title: A, effort: %s, status: open}\n  - {title: B, effort: %s}\n"
    assert load_text(text % (3, 5)).inventory.points == 8
    other = load_text(text % (4, 6))
    assert other.inventory.points == 0
    assert [found.slug for found in other.diagnostics] == ["unknown-unit"]
    hours = load_text(text % ("6h", "2h"))
    assert [item.document.estimate_hours for item in hours.files[0].items] == [6, 2]


def test_what_is_left_out_is_told_once(load_text: LoadText) -> None:
    """Keys without a field and dependencies without an item are warnings, one for each sort."""
    loaded = load_text(
        "user_stories:\n"
        + "".join(
            f"  - {{id: US-{n}, title: T{n}, colour: red, deps: [Legal]}}\n" for n in range(9)
        )
    )
    told = {found.slug: found.message for found in loaded.diagnostics}
    assert set(told) == {"left-out", "unread-dependency"}
    assert "(9 times): 'colour'" in told["left-out"]
    assert "(9 times): 'Legal'" in told["unread-dependency"]
    assert loaded.desired is not None


def test_shelved_items_are_no_plan(load_text: LoadText) -> None:
    """What stands below `deferred:` is told and left out."""
    loaded = load_text(FAMILIES["milestones that hold items"][1])
    assert Counter(found.slug for found in loaded.diagnostics) == {"not-planned": 1}
    assert any(note.reason == "below 'deferred': not planned" for note in loaded.files[0].notes)


def test_explain_has_a_note_for_items_and_for_what_is_none(load_text: LoadText) -> None:
    """Each item has its line, and noise says why it was skipped."""
    loaded = load_text(FAMILIES["sprints that point at features"][1])
    keys, notes = {at: key for key, at in loaded.keys.items()}, loaded.files[0].notes
    made = [keys[0, note.item or 0] for note in notes if note.rule == "structured"]
    assert made[:2] == ["e1", "e1-f1"]
    reasons = " ".join(note.reason for note in notes if note.rule == "skipped")
    assert "personas" in reasons
    assert "risks" in reasons


# ---- ours or not ---------------------------------------------------------------------------

LOOK_ALIKES = {
    "a Compose file": (
        "epics.yaml",
        'version: "3.8"\nservices:\n  epics: {image: x, ports: ["80:80"]}\n  db: {image: pg}\n',
    ),
    "a GitHub workflow": (
        "ci.yml",
        "name: CI\non: [push]\njobs:\n  b: {runs-on: x, steps: [{name: a, run: b}]}\n",
    ),
    "a package manifest": (
        "package.json",
        '{"name": "x", "version": "1.0.0", "scripts": {"a": "b"}, "dependencies": {"y": "1"}}',
    ),
    "an OpenAPI description": (
        "api.yaml",
        "openapi: 3.0.0\ninfo: {title: x, version: 1.0.0}\ntags: [{name: a, description: b}]\n"
        "paths: {/x: {get: {summary: s}}}\n",
    ),
    "an Ansible playbook": (
        "site.yml",
        "- hosts: all\n  tasks:\n    - {name: install, apt: {name: x}, tags: [a]}\n",
    ),
    "a Kubernetes object": ("k.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n"),
    "an editor's list of tasks": (
        "tasks.json",
        '{"version": "2.0.0", "tasks": [{"label": "build", "type": "shell", "command": "x"}]}',
    ),
    "a Taskfile": ("t.yml", 'version: "3"\ntasks:\n  build: {desc: x, cmds: [a]}\n'),
    "a tool's configuration": (
        "roadmap.yml",
        "repository: o/r\nroadmap: {path: ROADMAP.md}\nschedule: {assess: daily}\n"
        "providers: {default: x}\nlimits: {max_issues_per_run: 3}\n",
    ),
    "": (
        "site.json",
        '{"hero": {"title": "x"}, "features": [{"title": "Fast", "description": "d", "icon": ""}]}',
    ),
}


@pytest.mark.parametrize("what", LOOK_ALIKES)
def test_look_alikes_hold_nothing_and_say_why(what: str, load_text: LoadText) -> None:
    """A file of another kind gives no item and one error: what it is, what was looked for."""
    name, text = LOOK_ALIKES[what]
    loaded = load_text(text, name)
    (told,) = loaded.diagnostics
    assert (told.slug, told.is_error) == ("not-a-backlog", True)
    assert what in told.message
    assert "looked for" in told.message
    assert not loaded.keys


@pytest.mark.parametrize(
    "text",
    [
        "name,email,status\nAda,a@x,active\nBob,b@x,active\n",
        "id,name,description,price,status\n1,Chair,x,5,active\n",
        "show_id,type,title,director,duration,description\n1,Movie,A,B,90 min,x\n",
        "a,b\n1,2\n",
        "no header at all\n",
    ],
)
def test_tables_of_other_things_are_no_plan(text: str, load_text: LoadText) -> None:
    """A table of people, wares or films gives no item and one error."""
    (told,) = load_text(text, "t.csv").diagnostics
    assert told.slug == "not-a-backlog"


def test_a_table_of_only_titles_and_statuses_is_a_plan(load_text: LoadText) -> None:
    """Every column is one of plans, and the statuses are statuses; then nothing else is needed."""
    loaded = load_text("Summary,Status\nBook a crossing,To Do\nPay,Done\n", "t.csv")
    assert not loaded.errors
    assert len(loaded.keys) == 2
    (told,) = load_text("Summary,Status\nA,blue\nB,red\n", "t.csv").diagnostics
    assert "two of 'Status', 'Type', 'Assignee' and 'Due date'" in told.message


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("stories:\n  - {title: A, assignes: [x]}\n", "unknown-field"),
        ("version: 1\nstories:\n  - {name: A}\n", "unknown-field"),
        ("stories:\n  - {id: Bad Key, title: A}\n", "invalid-key"),
        ("repositori: o/r\nstories: [{title: A}]\n", "unknown-field"),
    ],
)
def test_slips_in_our_own_format_are_still_told(text: str, slug: str, load_text: LoadText) -> None:
    """A file that was written for us is held to our format, not read as another's."""
    loaded = load_text(text)
    assert slug in {found.slug for found in loaded.errors}
    assert loaded.files[0].dialect == ""


# ---- broken files --------------------------------------------------------------------------


def test_broken_yaml_is_read_as_far_as_it_goes(load_text: LoadText) -> None:
    """Each bad line is an error at its place; the items before and behind it are counted."""
    text = "user_stories:\n" + "".join(
        f"  - id: US-{n}\n    title: Story {n}\n    acceptance_criteria:\n{criterion}\n"
        for n, criterion in enumerate(
            [
                "      - fine",
                '      - "quoted" and more',
                "      - **bold** text",
                "      - a: b: c",
            ]
        )
    )
    loaded = load_text(text)
    errors = [found for found in loaded.errors if found.slug == "invalid-yaml"]
    assert [found.place.line for found in errors] == [9, 13, 17]
    assert loaded.inventory.counts == {"story": 4}
    (told,) = [found for found in loaded.diagnostics if found.slug == "recovered"]
    assert "partly read: 4 stories" in told.message
    assert "2 of them before line 9" in told.message
    assert "'Story 1'" in told.message
    assert loaded.desired is None


def test_tabs_are_told_and_read_over(load_text: LoadText) -> None:
    """YAML that is indented with tabs is an error, and its items are counted all the same."""
    loaded = load_text(
        "user_stories:\n\t- id: US-1\n\t  title: A\n\t  points: 3\n\t- id: US-2\n\t  title: B\n"
    )
    assert loaded.errors[0].place.line == 2
    assert loaded.inventory.counts == {"story": 2}
    assert loaded.inventory.points == 3


def test_broken_json_is_read_up_to_the_break(load_text: LoadText) -> None:
    """A file that breaks off in a text: the place, and what stands before it."""
    issues = [{"number": n, "title": f"Issue {n}", "labels": ["a"]} for n in (1, 2, 3)]
    whole = json.dumps({"epic": {"number": 1, "name": "Boats"}, "issues": issues}, indent=1)
    cut = whole[: whole.rindex('"a"') + 2]
    loaded = load_text(cut, "cut.json")
    (told,) = [found for found in loaded.errors if found.slug == "invalid-json"]
    assert told.place.line == cut.count("\n") + 1
    assert loaded.inventory.counts == {"epic": 1, "story": 3}


def test_a_key_given_twice_is_told_in_foreign_files_too(load_text: LoadText) -> None:
    """The last of two equal keys counts, as for every other program, and that is a warning."""
    text = '{"issues": [{"number": 1, "title": "A", "title": "B", "effort": 3}]}'
    loaded = load_text(text, "twice.json")
    assert [found.slug for found in loaded.diagnostics] == ["duplicate-field"]
    assert not loaded.errors
    assert loaded.files[0].items[0].document.title == "B"


@pytest.mark.parametrize(
    ("family", "title", "former"),
    [
        ("a table parted by areas", "Rent", make_key("Rent")),
        ("epics by the order of rows", "Rent", make_key("Rent")),
        ("buckets with names", "Plan the harbour", None),
        ("a table of all levels", "Form", None),
    ],
)
def test_keys_of_an_earlier_reader_are_known(
    family: str, title: str, former: str | None, load_text: LoadText
) -> None:
    """An item that has a parent now, and had none, still finds its issue by its former key."""
    name, text, *_ = FAMILIES[family]
    (item,) = [i for i in load_text(text, name).files[0].items if i.document.title == title]
    assert item.document.previously == ((former,) if former else ())


def test_keys_of_numbers_below_headers_of_other_languages_are_known(load_text: LoadText) -> None:
    """Such a header names the kind now, and an earlier reader took each row for a story."""
    text = "Nummer;Aufgabe;Priorität;Parent;Previously\n1;Kran prüfen;Hoch;;\n;Seil;Hoch;1;rope\n"
    loaded = load_text(text, "plan.csv")
    assert loaded.desired is not None
    crane, rope = loaded.desired.items
    assert (crane.key, crane.kind, crane.previously) == ("task-1", "task", ("story-1",))
    assert rope.parent == crane.key
    assert rope.previously == ("rope", make_key("Seil", "story-1"))
    english = load_text(text.replace("Aufgabe", "Task"), "plan.csv")
    assert english.desired is not None
    assert [item.previously for item in english.desired.items] == [(), ("rope",)]
    typed = load_text("ID;Typ;Aufgabe;Status\n1;Fehler;Seil;Offen\n", "plan.csv")
    assert typed.desired is not None
    assert [(item.key, item.previously) for item in typed.desired.items] == [("bug-1", ())]


def test_a_code_with_letters_leaves_the_title(load_text: LoadText) -> None:
    """It is the id; dependencies name it, and the key from the whole title is a former one."""
    loaded = load_text(
        "Epic,Story,Priority,Dependencies\nBoats,US-E1-01 — Rent,P0,None\n"
        "Boats,US-E1-02 — Pay,P1,US-E1-01\n",
        "plan.csv",
    )
    assert loaded.desired is not None
    boats, rent, pay = loaded.desired.items
    assert (rent.key, rent.fields["title"]) == ("us-e1-01", "Rent")
    assert pay.fields["blocked_by"] == ("us-e1-01",)
    assert rent.previously == (make_key("US-E1-01 — Rent", boats.key),)


def test_commas_that_nobody_quoted(load_text: LoadText) -> None:
    """They are of the text where what stands behind it fits only then; nothing is written there."""
    loaded = load_text(
        "Epic,Issue ID,User Story,Priority\nBoats,HB-1,As a guest I can row (alone, by two),High\n"
        "Boats,HB-2,As a guest I can pay,Low\nQuay,HB-3,As a guest I can walk, sit, and look,Low\n",
        "plan.csv",
    )
    assert loaded.inventory.counts == {"epic": 2, "story": 3}
    found = {i.document.id: i.document for i in loaded.files[0].items}
    assert found["hb-3"].title == "As a guest I can walk, sit, and look"
    assert (found["hb-1"].priority, found["hb-3"].priority) == ("High", "Low")
    assert [d.place.line for d in loaded.diagnostics if d.slug == "ragged-row"] == [2, 4]
    with pytest.raises(FailedError, match="more than one way"):
        write_back(loaded, [ItemProgress("hb-2", IssueRef(1), status="Done")])


# ---- several files -------------------------------------------------------------------------


def test_statuses_speak_of_the_items_beside_them(tmp_path: Path) -> None:
    """BMAD's statuses reach the epics of the other file by number; one for nobody is told."""
    from backlog_sync.files.load import load  # noqa: PLC0415 - the only test of two files

    (tmp_path / "epics.md").write_text("## Epic 1: Boats\n\n### Story 1.1: Rent\n\nText.\n")
    (tmp_path / "status.yaml").write_text(
        "development_status:\n  epic-01: contexted\n  01-1-rent: done\n  1-7-gone: backlog\n"
    )
    loaded = load([tmp_path / "epics.md", tmp_path / "status.yaml"], root=tmp_path)
    assert loaded.desired is not None
    assert {item.key: item.status for item in loaded.desired.items} == {
        "epic-1": "contexted",
        "story-1.1": "done",
    }
    (told,) = loaded.diagnostics
    assert "story-1.7" in told.message


# ---- numbered task lists -------------------------------------------------------------------

PLANKS = ("task-1.1", "epic-1"), ("task-1.2", "epic-1"), ("task-2.1", "epic-2")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("- [ ] 1. Quay\n- [x] 1.1 Planks\n- [ ]* 1.2 Nails\n- [ ] 2. Boats\n- [ ] 2.1 Hull\n",
         PLANKS),
        ("# Tasks\n\n## 1. Quay\n\n### Wood\n\n- [ ] 1.1 Planks\n\n### Iron\n\n- [ ] 1.2 Nails\n\n"
         "## 2. Boats\n\n- [ ] 2.1 Hull\n", PLANKS),
        ("## 1. Quay\n- [ ] 1.1 Planks\n  - [ ] 1.1.1 Saw\n  - [ ] 1.1.2 Plane\n",
         (("task-1.1", "epic-1"), ("task-1.1.1", "task-1.1"), ("task-1.1.2", "task-1.1"))),
    ],
    ids=["all at one depth", "below headings of their own", "parts of parts"],
)  # fmt: skip
def test_numbers_say_what_holds_what(
    text: str, wanted: tuple[tuple[str, str], ...], load_text: LoadText
) -> None:
    """Whatever stands where: a longer number stands below the nearest shorter one."""
    loaded = load_text(text, "tasks.md")
    assert loaded.desired is not None
    parents = {item.key: item.parent for item in loaded.desired.items}
    assert {key: parents[key] for key, _ in wanted} == dict(wanted)
    optional = [item.key for item in loaded.desired.items
                if "optional" in str(item.fields["labels"])]  # fmt: skip
    assert optional == (["task-1.2"] if "]*" in text else [])
