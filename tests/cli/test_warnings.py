"""A warning never stops a run: every one that the code can give, told while plan and sync go on."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import backlog_sync
from backlog_sync.core.diagnostics import Diagnostic, Place, Severity
from backlog_sync.files import load as loading
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.foreign import structured
from backlog_sync.files.foreign.structured import parse_structured
from backlog_sync.files.lint import lint
from backlog_sync.files.load import load
from backlog_sync.files.parsed import ParsedFile, ReadingOptions, Source
from backlog_sync.files.settings import read_settings
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog

SOURCES = Path(backlog_sync.__file__).parent

BOARD = "---\nbacklog:\n  project: {owner: o, title: T, fields: {%s}}\n---\n## Story 1: A\n"

EXAMPLES: dict[str, dict[str, str]] = {
    "after-milestone": {
        "b.yaml": "version: 1\nmilestones: [{title: M, due: 2027-03-31}]\n"
        "stories: [{title: A, milestone: M, target: 2027-04-01}]\n"
    },
    "start-after-target": {"R.md": "## Story 1: A\n**Start**: 2027-04-01\n**Due**: 2027-03-01\n"},
    "unlikely-size": {"b.yaml": "version: 1\nstories: [{title: A, story_points: 20270331}]\n"},
    "another-backlog": {
        "backlog/backlog.yaml": "version: 1\nepics: [{id: a, title: A}]\n",
        "ROADMAP.md": "# R\n\n## Epic 1: Z\n",
    },
    "bullets-left-out": {
        "R.md": "# R\n\n## 2027 Q1\n\n- Pay by card\n- Keep carts\n\n## Epic 1: A\n"
    },
    "duplicate-issue": {"R.md": "## Epic 1: A\n\n- [ ] One (#7)\n- [ ] Two (#7)\n"},
    "comment-in-value": {
        "b.yaml": "version: 1\nepics:\n  - {id: a, title: A}\n  - id: b\n"
        "    title: Mend #12 at last\n"
    },
    "cyclic-parents": {"p.csv": "Key,Title,Status,Parent\nA,One,Todo,B\nB,Two,Todo,A\n"},
    "dangling-dependency": {
        "task-1.md": "---\nid: task-1\ntitle: A\nstatus: To Do\ndependencies: [task-9]\n---\n"
    },
    "document-left-out": {"b.yaml": "user_stories:\n  - {id: US-1, title: T}\n---\n- a remark\n"},
    "duplicate-field": {
        "b.yaml": "user_stories:\n  - {id: US-1, title: T, points: 3, points: 5}\n"
    },
    "duplicate-key": {
        "b.yaml": "user_stories:\n  - {id: US-1, title: T}\n  - {id: US-1, title: U}\n"
    },
    "emoji-label": {
        "b.yaml": "version: 1\nlabels: [{name: 🚧}]\nstories: [{title: A, labels: [🐛, ✨ new]}]\n"
    },
    "invalid-date": {"R.md": BOARD % "Priority: {type: date}" + "**Priority**: High\n"},
    "invalid-number": {"R.md": BOARD % "Priority: {type: number}" + "**Priority**: High\n"},
    "left-out": {"b.yaml": "user_stories:\n  - {id: US-1, title: T, colour: red}\n"},
    "loose-criteria": {"R.md": "## Epic 1: A\n\n## Success Criteria\n- [ ] one\n"},
    "malformed-box": {"R.md": "## Story 1: A\n\n- [] It works\n- [ ] It lasts\n"},
    "missing-title": {
        "b.yaml": "user_stories:\n"
        + "".join(f"  - {{id: US-{n}, title: T{n}, points: 3}}\n" for n in range(8))
        + "  - {id: US-8, points: 3}\n"
    },
    "mojibake": {"R.md": "## Story 1: CafÃ© crÃ¨me\n"},
    "near-key": {"R.md": "## Story 1: A\n**Prioirty**: High\n"},
    "near-type": {"R.md": "## Epic 1: A\n\n### Stroy 1.2: B\n\n### Story 1.1: C\n"},
    "no-items": {"R.md": "# R\n\nNothing yet.\n"},
    "not-planned": {
        "b.yaml": "milestones:\n  - title: M1\n    items:\n      - {title: A}\n"
        "deferred:\n  - {title: Later}\n"
    },
    "not-published": {
        "b.yaml": "version: 1\nbody_template: t/body.md\nstories: [{id: s, title: S}]\n",
        "t/body.md": "{acceptance_criteria}\n\n## Risks\n\n{risks}\n",
    },
    "open-code-block": {"R.md": "## Story 1: A\n\n```\nmake\n"},
    "passed-over": {
        "plan/b.yaml": "user_stories:\n  - {id: US-1, title: T}\n",
        "plan/data.json": '{"a": 1}',
    },
    "ragged-row": {"b.csv": "Title,Points,Issue\nOne,3,,x,y\nTwo,5,\n"},
    "repeated-number": {"R.md": "## Story 1: A\n\n## Story 1: B\n"},
    "title-too-long": {"b.yaml": f"version: 1\nstories: [{{title: {'many words ' * 30}}}]\n"},
    "twice": {"R.md": "## Epic 1: A\n\n- [ ] Pay\n- [ ] Pay\n"},
    "undeclared": {
        "b.yaml": "version: 1\nmilestones: [{title: Pilot}]\n"
        "stories: [{id: a, title: A, milestone: Pilto}]\n"
    },
    "unknown-key": {
        "b.yaml": "user_stories:\n  - {id: US-1, title: T}\n",
        "status.yaml": "development_status:\n  epic-9: done\n",
    },
    "unknown-option": {
        "R.md": BOARD % "Priority: {type: single_select, options: [High]}" + "**Priority**: Low\n"
    },
    "unknown-parent": {
        "b.json": '{"issues": [{"id": "a", "title": "A", "status": "open", "parent": "nobody"},'
        ' {"id": "b", "title": "B", "status": "open"}]}'
    },
    "unknown-person": {"R.md": "## Story 1: A\n**Assignee**: Ann of Ulm\n"},
    "unknown-points": {"R.md": "## Story 1: A\n**Story Points**: M\n"},
    "unknown-priority": {"R.md": "## Story 1: A\n**Priority**: after lunch\n"},
    "settings-astray": {"R.md": "---\nreading: {'## *': epic}\n---\n## Story 1: A\n"},
    "unknown-status": {"R.md": "## Story 1: A\n**Status**: with Ann\n"},
    "unknown-unit": {
        "b.yaml": "issues:\n  - {title: A, effort: 4, status: open}\n  - {title: B, effort: 6}\n"
    },
    "unread-dependency": {"b.yaml": "user_stories:\n  - {id: US-1, title: T, deps: [Legal]}\n"},
    "unread-value": {"b.csv": "Title,Status,Due Date\nOne,Open,soon\nTwo,Open,later\n"},
    "unsynced-dependency": {
        "b.yaml": "version: 1\nstories:\n  - {id: s, title: S, sync: false}\n"
        "  - {id: t, title: T, depends_on: [s]}\n"
    },
    "unusable-id": {"b.yaml": "user_stories:\n  - {id: '???', title: T}\n"},
    "unused-reading": {
        "R.md": "---\nbacklog: {reading: {'## Later': ignore}}\n---\n## Story 1: A\n"
    },
    "wrong-total": {
        "R.md": "# R\n\n**Total Story Points**: 8\n\n## Epic 1: A\n\n"
        "### Story 1.1: B\n**Story Points**: 3\n"
    },
}
"""By slug a backlog that has this warning and no error."""

NAMED: dict[str, list[str]] = {
    "another-backlog": [], "not-published": ["b.yaml"], "passed-over": ["plan"]
}  # fmt: skip
"""The files that are named on the command line, if not all."""

HELD = {
    "placeholder": {"R.md": "## Epic 1: A\n\n## Epic 2: [Title]\n"},
    "body-too-long": {"b.yaml": "version: 1\nstories:\n  - title: A\n    acceptance_criteria:\n"
                      + f"      - {'many words ' * 20}\n" * 400},
}  # fmt: skip
"""By slug a backlog whose warning also holds an item: all else is applied, and exit 4 tells it."""

ONLY_BESIDE = {
    "recovered": "it tells what was read of a file whose syntax is an error",
    "invalid-issue": "what reads a roadmap or an export takes no word for a number",
    "invalid-feedback": "what reads a roadmap takes no feedback",
    "unknown-field": "a roadmap's unknown keys stay in the text",
    "wrong-type": "what reads a roadmap gives each field the type that it has",
    "other-repository": "no roadmap names the repository of an item",
}
"""Warnings that no file has without an error, or none at all today."""


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _may_warn(call: ast.Call) -> bool:
    """Whether a diagnostic is made with a severity that is not the usual one."""
    said = [*call.args[4:], *(word.value for word in call.keywords if word.arg == "severity")]
    return any("ERROR" not in ast.dump(each) for each in said)


def _warnings_of(path: Path) -> Iterator[str]:
    """The slugs of a module's warnings; those that it only passes on are left out."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        warns = (name == "Diagnostic" and _may_warn(node)) or name in (
            "warn",
            "warn_of_value",
            "problem",
            "_warning",
            "warning",
        )
        slug = _text(node.args[1]) if warns and len(node.args) > 1 else None
        if slug:
            yield slug


def test_every_warning_of_the_code_has_an_example() -> None:
    """A warning that is new in the code needs a backlog here that has it."""
    found = {slug for path in SOURCES.rglob("*.py") for slug in _warnings_of(path)}
    softened = {"unknown-field"}  # made elsewhere, and softened by `replace`
    assert found | softened == {*EXAMPLES, *HELD, *ONLY_BESIDE}


def test_severity_is_not_chosen_in_ways_that_nobody_counts() -> None:
    """`Severity.WARNING` stands only where the count above sees it."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and "severity" in [word.arg for word in node.keywords]:
                name = ast.unparse(node.func)
                assert name == "Diagnostic" or (name, path.name) == ("replace", "board.py"), path


@pytest.mark.parametrize("slug", [*EXAMPLES, *HELD])
def test_plan_and_sync_go_on(slug: str, backlog: Backlog, folder: Path) -> None:
    """The warning is there, alone; plan and sync end well, and lint says no error."""
    (folder / "backlog.yaml").unlink()
    files = (EXAMPLES | HELD)[slug]
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    names = NAMED.get(slug, list(files))
    linted = backlog("lint", *names)
    assert f"warning[{slug}] " in linted.out + linted.err
    assert linted.code == 0, linted.out
    where = (*names, "--sandbox", "--repo", "o/r")
    planned = backlog("plan", *where)
    assert planned.code == 0, planned.err
    assert "Plan: " in planned.out or "No items" in planned.out
    assert backlog("sync", *where).code == (4 if slug in HELD else 0)


@pytest.mark.parametrize("slug", sorted({*EXAMPLES, *HELD, *ONLY_BESIDE}))
def test_no_warning_takes_the_plan_away(
    slug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever on the way a warning is found, the files still give a desired state."""
    file = tmp_path / "b.yaml"
    file.write_text("version: 1\nstories: [{id: s, title: S}]\n", "utf-8")
    told = Diagnostic(Place("b.yaml"), slug, "something", "", Severity.WARNING)

    def parsed(source: Source, asked: ReadingOptions) -> ParsedFile:
        return replace(parse_structured(source, asked), diagnostics=(told,))

    for module, name, stand_in in (
        (structured, "parse_structured", parsed),
        (loading, "read_settings", lambda each: (read_settings(each)[0], (told,))),
        (loading, "lint", lambda *rest: (*lint(*rest), told)),
        (loading, "merge_settings", lambda each: (SettingsDocument(), (told,))),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, stand_in)
            loaded = load([file], root=tmp_path)
        assert loaded.diagnostics == (told,)
        assert loaded.desired is not None, name


def test_an_open_item_goes_into_a_closed_milestone(
    backlog: Backlog, folder: Path, server: Sandbox
) -> None:
    """`closed-milestone`, which only GitHub shows: the plan names the remedy and goes on."""
    file = folder / "backlog.yaml"
    one = "{id: a, title: A, milestone: M}"
    text = f"version: 1\nrepository: octo-org/shop\nmilestones: [M]\nstories: [{one}]\n"
    file.write_text(text, "utf-8")
    assert backlog("sync", "--yes").code == 0
    Person(server, "ann", repository="octo-org/shop").edit_milestone("M", state="CLOSED")
    file.write_text(text.replace(one, f"{one}, {{id: b, title: B, milestone: M}}"), "utf-8")
    planned = backlog("plan")
    assert planned.code == 0
    assert "b is open and goes into the milestone M, which is closed" in planned.out
    assert "reopen M on GitHub, or set another `milestone` for b" in planned.out
