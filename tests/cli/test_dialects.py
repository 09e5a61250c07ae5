"""Roadmaps in five dialects go to GitHub and come back: what is closed there is told here."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog

HUB = """\
---
title: "Overview"
level: "1"
---

# Overview

## Documents

- **[Product plan](/docs/plan)** - *What we build*

- **[Features](/docs/features)** - Specifications

  - [Analytics](/docs/analytics) - Numbers (Q4 2026)

## Planning

### Planning Documents

- **Journeys** - Maps (internal)

### Cycle

1. **Q4 Review** - Look back

## Key Milestones

### 2026 Q4 - First Ride

- Stands that open

- Bookings by phone

### 2027 Q1-Q2 - Second Gear

- A calendar

### 2028+ - Downhill

- Trails
"""
LEVELS = """\
---
title: "Technical plan"
---

# Technical plan

**Document Level:** Level 2

## What we can build today

### Level 1: CORE (Q1 2027) - READY

**Development Status**: Complete
**Team**: Three people

- [Stands](stands.md)
- [Doors](doors.md)

## Later

### Level 2: GROWTH (2028+) - IDEAS

**Development Status**: Research

- [Trails](trails.md)

## Supporting Documentation

- [Skills](skills.md)
"""
STEPS = """\
# Step 3: Draft the plan

This third step goes on [where the others ended](#).
## Phase 1: Thinking.
- [Step 1: Define the value](./a.md)
- [Step 2: Look around](./b.md)
### Step 3: Draft the first plan

* **Timeline**
  * Make a timeline of a year. Mark what matters.

* **People**
  * Count hours.
"""
MILESTONES = """\
# Roadmap

## Milestone Overview

| Milestone | Title | Focus | Status |
|-----------|-------|-------|--------|
| M0 | Base | Frames | Planned |
| M1 | [Title] | [Focus area] | Planned |

## M0: Base

**Goal:** Weld the frames.

**Acceptance Criteria:**
- [ ] It carries a rider

**Key Deliverables:**
- A frame
- A fork

**Dependencies:** None (first milestone)

## M1: [Title]

**Goal:** [Brief description of milestone goal]

**Acceptance Criteria:**
- [ ] [Criterion 1]

**Key Deliverables:**
- [Deliverable 1]

**Dependencies:** M0

## Milestone Progression

### Later Milestones (M4+)
Focus on:
- Polish
"""
STORIES = """\
# Plan

**Total Items**: 4 (1 Epic, 1 Feature, 2 Stories)
**Total Story Points**: 7 SP

| Epic | Features | Stories | Story Points |
|------|----------|---------|--------------|
| Booking | 1 | 2 | 7 SP |

## Epic 1: Booking

**Milestone**: Spring
**Goal**: Anybody can book

### Feature 1.1: Calendar

#### Stories
- **Story 1.1.1**: See the stands \u00e2\u0153\u2026
  **Story Points**: 3 SP
  **Acceptance Criteria**:
  - [ ] It can be read on a phone

- **Story 1.1.2**: Reserve a stand
  **Story Points**: 5 SP
  **Depends on**: Story 1.1.1

## Q4 2027: Later releases

- **Trails**
"""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A roadmap, the flags that it needs, what it makes, and what a closed issue leaves in it."""

    text: str
    flags: tuple[str, ...]
    kinds: dict[str, int]
    milestones: dict[str, str | None]
    close: str
    told: str


ITEMS = ("--bullets", "items")
DIALECTS = {
    "hub": Dialect(
        HUB,
        ITEMS,
        {"epic": 3, "task": 4},
        {
            "2026 Q4 - First Ride": "2026-12-31",
            "2027 Q1-Q2 - Second Gear": "2027-06-30",
            "2028+ - Downhill": "2028-12-31",
        },
        "A calendar",
        "- A calendar (sandbox#6)  \n  **Status**: Done\n",
    ),
    "levels": Dialect(
        LEVELS,
        ITEMS,
        {"epic": 2, "feature": 3},
        {"Q1 2027": "2027-03-31", "2028+": "2028-12-31"},
        "Doors",
        "- [Doors](doors.md) (sandbox#4)  \n  **Status**: Done\n",
    ),
    "steps": Dialect(
        STEPS,
        ITEMS,
        {"epic": 1, "feature": 2},
        {},
        "People",
        "* **People** (sandbox#3)  \n  **Status**: Done\n  * Count hours.\n",
    ),
    "milestones": Dialect(
        MILESTONES.replace("[Title]", "Wheels")
        .replace("[Brief description of milestone goal]", "True the wheels.")
        .replace("[Criterion 1]", "They turn")
        .replace("[Deliverable 1]", "A hub")
        .replace("[Focus area]", "Spokes"),
        (),
        {"epic": 2, "task": 3},
        {"M0: Base": None, "M1: Wheels": None},
        "Base",
        "| M0 | Base | Frames | Done |\n",
    ),
    "stories": Dialect(
        STORIES,
        (),
        {"epic": 1, "feature": 1, "story": 2},
        {"Spring": None},
        "Reserve a stand",
        "  **Depends on**: Story 1.1.1\n  **Status**: Done\n",
    ),
}


def close(server: Sandbox, title: str) -> None:
    """Close an issue as completed, as a person would."""
    store = server.store
    found = [
        issue for issues in store.issues.values() for issue in issues.values()
        if issue.title == title
    ]  # fmt: skip
    assert len(found) == 1, title
    with server.lock:
        found[0].state, found[0].state_reason = "CLOSED", "COMPLETED"
        store.touch(found[0])
        store.commit()


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_goes_there_and_back(
    name: str, backlog: Backlog, folder: Path, server: Sandbox
) -> None:
    """A sync creates the items, a second nothing; a closed issue is told once, then all rests."""
    dialect = DIALECTS[name]
    roadmap = folder / "ROADMAP.md"
    roadmap.write_text(dialect.text, encoding="utf-8")
    common = ("ROADMAP.md", "--repo", "octo-org/shop", *dialect.flags)
    inventory = json.loads(backlog("lint", "ROADMAP.md", *dialect.flags, "--format", "json").out)
    counts = {kind: count for kind, count in inventory["inventory"].items() if count}
    assert {kind: counts.get(kind, 0) for kind in dialect.kinds} == dialect.kinds
    first = backlog("sync", *common, "--yes")
    assert first.code == 0, first.out + first.err
    assert len(next(iter(server.store.issues.values()))) == sum(dialect.kinds.values())
    again = backlog("sync", *common, "--yes", "--format", "json")
    assert json.loads(again.out)["summary"]["applied"] == 0
    plan = json.loads(backlog("plan", *common, "--format", "json").out)
    assert plan["changes"] == []
    close(server, dialect.close)
    assert backlog("report", *common).code == 0
    text = roadmap.read_text(encoding="utf-8")
    assert dialect.told in text
    assert backlog("report", *common).code == 0
    assert roadmap.read_text(encoding="utf-8") == text
    assert backlog("sync", *common, "--yes").code == 0  # the record of what was applied follows
    assert roadmap.read_text(encoding="utf-8") == text
    assert json.loads(backlog("plan", *common, "--format", "json").out)["changes"] == []


@pytest.mark.parametrize("name", [name for name in DIALECTS if DIALECTS[name].milestones])
def test_times_and_milestones_are_milestones(name: str, backlog: Backlog, folder: Path) -> None:
    """Quarters, levels and milestone headings become milestones, due on the last day of theirs."""
    dialect = DIALECTS[name]
    (folder / "ROADMAP.md").write_text(dialect.text, encoding="utf-8")
    common = ("ROADMAP.md", "--repo", "octo-org/shop", *dialect.flags)
    ran = backlog("plan", *common, "--sandbox", "--format", "json")
    changes = json.loads(ran.out)["changes"]
    found = {
        change["title"]: change["fields"].get("due", {}).get("after")
        for change in changes
        if change["kind"] == "milestone"
    }
    assert found == dialect.milestones


def test_placeholders_hold_their_items_with_every_place(backlog: Backlog, folder: Path) -> None:
    """Each is told with its place; what has none is synced."""
    (folder / "ROADMAP.md").write_text(MILESTONES, encoding="utf-8")
    ran = backlog("lint", "ROADMAP.md")
    assert ran.code == 0
    told = [line for line in (ran.out + ran.err).splitlines() if "[placeholder] " in line]
    places = [line.split(": ")[0] for line in told]
    assert places == ["ROADMAP.md:23:4", "ROADMAP.md:25:11", "ROADMAP.md:28:7", "ROADMAP.md:31:3"]
    assert backlog("sync", "ROADMAP.md", "--repo", "octo-org/shop", "--sandbox", "--yes").code == 4


@pytest.mark.parametrize("name", ["hub", "levels", "steps"])
def test_bullets_are_not_created_unasked(name: str, backlog: Backlog, folder: Path) -> None:
    """Without the flag, bullets below times, levels and steps are listed and never sent."""
    (folder / "ROADMAP.md").write_text(DIALECTS[name].text, encoding="utf-8")
    ran = backlog("lint", "ROADMAP.md", "--format", "json", "--explain")
    found = json.loads(ran.out)
    assert found["inventory"]["task"] == found["inventory"]["feature"] == 0
    made = [line for line in found["lines"] if line["rule"] == "bullet" and line["key"]]
    assert made == []
