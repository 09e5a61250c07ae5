"""Laws of setting a field of an item, the same for every syntax that a plan may have.

What is set is read; nothing else is read otherwise; setting it again changes no byte; and setting
back what was there gives the file as it was, to the byte.
"""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backlog_sync.core.model import CheckItem, IssueRef
from backlog_sync.files.load import parse_source
from backlog_sync.files.parsed import ParsedFile, Source
from backlog_sync.files.source import source_of
from backlog_sync.files.write.engine import edited
from backlog_sync.files.write.new_values import (
    CRITERIA,
    Link,
    NewValue,
    Status,
    Ticks,
    UnwritableError,
    Value,
    document_value,
    is_set,
)

YAML = """\
version: 1
stories:
  - id: a  # ours
    title: 'Rent a boat'
    priority: High
    story_points: 5
    labels: [web, "app"]
    issue: 7
    status: Todo
    description: one line
    acceptance_criteria:
      - {text: one, done: false}
      - '[ ] two'
  - {id: b, title: Pay, priority: Low, story_points: 3, labels: [web], issue: 8, status: Todo}
"""
JSON = """\
{
  "version": 1,
  "stories": [
    {
      "id": "a", "title": "Rent a boat", "priority": "High", "story_points": 5,
      "labels": ["web", "app"], "issue": 7, "status": "Todo", "description": "one line",
      "acceptance_criteria": ["[ ] one", {"text": "two", "done": false}]
    },
    {"id": "b", "title": "Pay", "priority": "Low"}
  ]
}
"""
FOREIGN = """\
user_stories:
- story_id: US-1
  name: Rent a boat  # short
  importance: kept
  priority: High
  points: 5
  tags: "web, app"
  github_issue: 7
  status: todo
  description: one line
  acceptance_criteria: ['[ ] one', '[ ] two']
- {story_id: US-2, name: Pay, priority: Low, points: 3, status: todo}
"""
CSV = """\
Key;Summary;Story Points;Priority;Labels;GitHub Issue;Status;Description;Acceptance Criteria
A-1;"Rent a boat";5;High;"web, app";7;Todo;one line;"[ ] one
[ ] two"
A-2;Pay;3;Low;;8;Todo;;
"""
HEADINGS = """\
# Plan

## Epic 1: Boats

### Story 1.1: Rent a boat (5 pts)

**Priority**: High
**Labels**: web, app
**Issue**: #7
**Status**: Todo

one line

- [ ] one
- [ ] two

### Story 1.2: Pay

**Priority**: Low
"""
LIST = """\
# Plan

## Epic 1: Boats

- **Story 1.1**: Rent a boat (#7)
  - Priority: High
  - Story Points: 5
  - Labels: web, app
  - Status: Todo
  - Description: one line
  - [ ] one
  - [ ] two
- **Story 1.2**: Pay
"""
TABLE = """\
## Epic 1: Boats

| #   | Story              | Points | Priority | Labels   | Status |
|-----|--------------------|--------|----------|----------|--------|
| 1.1 | Rent a boat (#7)   | 5      | High     | web, app | Todo   |
| 1.2 | Pay                | 3      | Low      |          | Todo   |
"""
CARD = """\
---
id: task-1
title: Rent a boat
priority: High
points: 5
labels: [web, app]
issue: 7
status: To Do
description: one line
---

## Acceptance Criteria

- [ ] #1 one
- [ ] #2 two
"""
FRONT = """\
---
title: Rent a boat
status: Todo
priority: High
points: 5
labels: [web, app]
issue: 7
---

one line
"""
BOXES = """\
- [ ] 1. Boats
  - [ ] 1.1 Rent a boat (#7)
  - [ ] 1.2 Pay
  - [ ] 1.3 Sink
"""
FILES = {
    "backlog.yaml": YAML,
    "backlog.json": JSON,
    "plan.yaml": FOREIGN,
    "plan.csv": CSV,
    "headings.md": HEADINGS,
    "list.md": LIST,
    "table.md": TABLE,
    "card.md": CARD,
    "front.md": FRONT,
    "boxes.md": BOXES,
}
EVERYWHERE = {"title", "issue"}
MOST = {*EVERYWHERE, "status", "priority", "story_points", "labels"}
SETTABLE = {name: {*MOST, "description", CRITERIA} for name in FILES} | {
    "table.md": MOST,
    "front.md": {*MOST, "description"},
    "boxes.md": {*EVERYWHERE, "status"},
}
"""The fields that each file says of its first story, so that they can be set there."""

_TITLES = st.sampled_from(["Hire it", "it's late", 'say "hi"', "A, b; c", "naïve ☃", "Boat (big)"])
_VALUES: dict[str, st.SearchStrategy[Value]] = {
    "title": _TITLES,
    "priority": st.sampled_from(["Low", "Critical"]),
    "story_points": st.sampled_from([1.0, 2.5, 13.0]),
    "labels": st.lists(st.sampled_from(["web", "app", "red"]), unique=True, min_size=1).map(tuple),
    "description": st.sampled_from(["two lines", "it's; a, b"]),
    "issue": st.builds(Link, st.builds(IssueRef, st.integers(1, 99), st.none() | st.just("o/r"))),
    "status": st.sampled_from(["Done", "In Progress"]).map(Status),
    CRITERIA: st.dictionaries(st.integers(0, 1), st.booleans(), min_size=1).map(Ticks)
    | st.lists(st.sampled_from(["one", "two", "new"]), unique=True, min_size=1).map(
        lambda texts: tuple(CheckItem(text) for text in texts)
    ),
}
LAW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def read(name: str, text: str) -> ParsedFile:
    """A text as the file of this name."""
    source = source_of(text.encode(), Path(name), name)
    assert isinstance(source, Source)
    parsed = parse_source(source)
    assert parsed is not None
    return parsed


def first_story(parsed: ParsedFile) -> int:
    """The item that says everything."""
    return next(n for n, item in enumerate(parsed.items) if item.document.title == "Rent a boat")


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name in FILES for field in sorted(SETTABLE[name])]
)
@LAW
@given(data=st.data())
def test_a_field_is_set(name: str, field: str, eol: str, data: st.DataObject) -> None:
    """It is read as it was set, and nothing else is read otherwise; once more changes no byte."""
    before = read(name, FILES[name].replace("\n", eol))
    index = first_story(before)
    wanted = NewValue(field, data.draw(_VALUES[field]))
    after = edited(before, [(index, wanted)])
    for at, (old, new) in enumerate(zip(before.items, after.items, strict=True)):
        gone = {field} if at == index else set()
        assert old.document.model_dump(exclude=gone) == new.document.model_dump(exclude=gone)
        assert (old.kind, old.parent) == (new.kind, new.parent)
    assert is_set(after.items[index].document, wanted)
    assert edited(after, [(index, wanted)]).source.text == after.source.text
    assert after.source.text.count(eol) >= before.source.text.count(eol) - 1
    assert "\n" not in after.source.text.replace(eol, "")


@pytest.mark.parametrize(
    ("name", "field"),
    [
        (name, field)
        for name in FILES
        for field in sorted(SETTABLE[name] - {"issue", "status", CRITERIA})
    ],
)
@LAW
@given(data=st.data())
def test_setting_it_back_gives_the_file_as_it_was(
    name: str, field: str, data: st.DataObject
) -> None:
    """Of what stands in a place of its own: to the byte."""
    before = read(name, FILES[name])
    index = first_story(before)
    value = data.draw(_VALUES[field])
    old = document_value(before.items[index].document, field)
    assert isinstance(old, str | float | tuple)
    after = edited(before, [(index, NewValue(field, value))])
    back = edited(after, [(index, NewValue(field, old))]).source.text
    assert back.replace('"', "").replace("'", "") == FILES[name].replace('"', "").replace("'", "")


@LAW
@example("plan.csv", "milestone", "M1")
@given(
    st.sampled_from(sorted(FILES)),
    st.sampled_from(["title", "priority", "milestone", "story_points", "labels", "description"]),
    st.text(max_size=12),
)
def test_any_value_is_set_or_refused(name: str, field: str, value: str) -> None:
    """No text makes a writer raise anything but that it cannot say it."""
    before = read(name, FILES[name])
    index, wanted = first_story(before), NewValue(field, value)
    with suppress(UnwritableError):
        after = edited(before, [(index, wanted)])
        assert is_set(after.items[index].document, wanted)
