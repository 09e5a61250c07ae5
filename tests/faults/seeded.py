"""Faults put into our own code, one at a time: each has to be caught by a test.

`python -m tests.faults.seeded [NAME…]` copies the project, spoils the copy, and runs the tests
that are about it. It ends with 1 where a fault passes unseen. These are faults that other tools
of this kind have had.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.faults.platform_seeds import PLATFORM_SEEDS
from tests.faults.seed import Seed, seed

ROOT = Path(__file__).parents[2]
SOURCE = Path("src/backlog_sync")
_COPIED = ("src", "tests", "bench", "docs", "examples", "pyproject.toml")


LOST = "tests/faults/test_lost_answers.py"
CRASH = "tests/faults/test_crash.py"
STORMS = "tests/faults/test_storms.py"

SEEDS = (
    seed(
        "a create is sent again after a lost answer",
        LOST,
        ("github_api/mutate.py", "    AddOptions,\n    CreateIssue,\n)", "    AddOptions,\n)"),
    ),
    seed(
        "an item is ready although what is above it is blocked",
        "tests/core/reporting/test_ready.py",
        ("reports/ready.py", "for one in tree.above(key):", "for one in [tree.items[key]]:"),
    ),
    seed(
        "an item is ready although people linked an open blocker",
        "tests/core/reporting/test_ready.py",
        ("reports/ready.py", "*one.linked, ", ""),
    ),
    seed(
        "an issue of a stranger is taken for a label of its form",
        "tests/core/test_inbox.py",
        ("core/inbox.py", " or fold(event.by) == author:", ":"),
    ),
    seed(
        "an issue is taken that is an item already",
        "tests/core/test_inbox.py",
        ("core/inbox.py", "if not known and _may_be_new", "if _may_be_new"),
    ),
    seed(
        "boxes that a stranger wrote count as criteria",
        "tests/core/reporting/test_gather.py",
        ("reports/gather.py", "if not match.is_trusted or match.parts.problem:", "if False:"),
    ),
    seed(
        "a published release gets another text",
        "tests/surface/test_releases.py",
        ("engine/releases.py", "if any(not release.draft for release in releases):", "if False:"),
    ),
    seed(
        "a second draft is created after a lost answer",
        "tests/surface/test_releases.py",
        ("github_api/releases.py", "number = next((one.number for one in ours), None)", "pass"),
    ),
    seed(
        "release notes name pull requests that were not merged",
        "tests/surface/test_release_sums.py",
        ("reports/release_notes.py", ' if pull.state == "merged"', ""),
    ),
    seed(
        "what was done after a sprint counts as done in it",
        "tests/core/reporting/test_sprint.py",
        ("reports/sprint.py", "(item.closed is None or item.closed <= iteration.last)", "True"),
    ),
    seed(
        "a roll moves what is done",
        "tests/cli/test_sprint.py",
        ("core/roll.py", " or not _is_open(tree, item.key)", ""),
    ),
    seed(
        "a roll sets the board though the file owns the sprint",
        "tests/cli/test_sprint.py",
        ("core/roll.py", "(sprints.owner is Owner.GITHUB or value is None)", "True"),
    ),
    seed(
        "an agent is assigned again after a lost answer",
        "tests/faults/test_agents_once.py",
        ("core/preconditions.py", "            | AssignAgent()\n", ""),
    ),
    seed(
        "an agent that left is assigned again after a run that was killed",
        "tests/surface/test_agents.py",
        (
            "core/agents.py",
            "is_recorded(login, match) or fold(login) in before",
            "is_recorded(login, match)",
        ),
    ),
    seed(
        "only open issues are read",
        "tests/engine/test_with_sandbox.py",
        (
            "github_api/queries/fragments.graphql",
            "issues(first: $first, states: [OPEN, CLOSED]",
            "issues(first: $first, states: [OPEN]",
        ),
    ),
    seed(
        "only the first page is read",
        "tests/adapters/test_observe.py",
        (
            "github_api/issues.py",
            "            if after is None:\n                break\n            left",
            "            break\n            left",
        ),
    ),
    seed(
        "a marker is believed whoever wrote it",
        "tests/core/test_matching.py",
        ("core/issue_index.py", "    if author is None:\n        return False", "    return True"),
    ),
    seed(
        "a lost create is looked for in the target alone",
        LOST,
        ("engine/read_back.py", "tracker.recent(_NEWEST, names)", "tracker.recent(_NEWEST)"),
    ),
    seed(
        "another repository's own backlog is taken for ours",
        "tests/surface/test_elsewhere.py",
        ("core/locations.py", "{observed.repository.id}:{desired", "{desired"),
    ),
    seed(
        "what was left behind in another repository is made again",
        "tests/surface/test_elsewhere.py",
        ("core/matching.py", "matcher.left_behind(untaken)", "pass"),
    ),
    seed(
        "a trial makes issues in real repositories",
        "tests/surface/test_elsewhere.py",
        (
            "core/locations.py",
            "if declared is None or fold(declared) != fold(target):",
            "if False:",
        ),
    ),
    seed(
        "a link that people remove after the first sync looks like one that was never made",
        "tests/surface/test_links.py",
        (
            "engine/executor.py",
            "    run.updates([*updates, *run.second_writes(created, plan.changes)])",
            "    run.updates(updates)",
        ),
    ),
    seed(
        "a new issue claims a blocker that was refused",
        "tests/engine/test_executor.py",
        (
            "core/body.py",
            "tuple(m for m in members if m in applied[name]) if name in done else members",
            "members",
        ),
    ),
    seed(
        "a definition that was not made is on record",
        "tests/engine/test_executor.py",
        (
            "engine/executor.py",
            "            if self.outcomes[id(change)].result is not Result.APPLIED:\n"
            "                failed =",
            "            if False:\n                failed =",
        ),
    ),
    seed(
        "a renamed milestone is made once more",
        "tests/surface/test_definitions.py",
        (
            "core/definitions.py",
            "next((thing for thing in free if entry and thing_id(thing) == entry[0]), None)",
            "None",
        ),
    ),
    seed(
        "labels of other people are taken away",
        "tests/core/test_merge.py tests/core/test_planner.py",
        (
            "core/merge.py",
            "n for n in base_members if n not in desired_members and n in observed_members]",
            "n for n in observed_members if n not in desired_members]",
        ),
    ),
    seed(
        "the record is written before what it claims",
        "tests/engine/test_executor.py",
        (
            "engine/executor.py",
            "        names = self.unclaimed.get(change.key)\n",
            "        names = None\n",
        ),
    ),
    seed(
        "a lost create is not read back",
        "tests/engine/test_executor.py",
        (
            "engine/create.py",
            "        created = read_back.look_for("
            "run.tracker, nonces, clock=run.clock, until=until)\n",
            "        created: dict[str, ObservedIssue] = {}\n",
        ),
    ),
    seed(
        "issues are searched for instead of listed",
        LOST,
        (
            "github_api/queries/reads.graphql",
            "query RecentIssuesAt($owner0: String!",
            "query SearchedIssues($first: Int!) {\n"
            "  rateLimit {\n    cost\n  }\n"
            '  search(query: "is:issue", type: ISSUE, first: $first) {\n'
            "    nodes {\n      ... on Issue {\n        ...IssueFields\n      }\n    }\n  }\n}\n\n"
            "query RecentIssuesAt($owner0: String!",
        ),
        (
            "github_api/repositories.py",
            "import ALL, nth, repeated",
            "import ALL, document, nth, repeated",
        ),
        (
            "github_api/repositories.py",
            "return tuple("
            "issue for _, _, page in _recent(reader, parts, hidden) for issue in page)",
            'query = document(type("SearchedIssues", (), {}), hidden)\n'
            "    answer = reader.query(query, {}, PageSize(count))\n"
            "    found = parse.nodes((answer.data or {})['search'])\n"
            "    return tuple(Issues(reader, '', '', hidden).issue(node) for node in found)",
        ),
    ),
    seed(
        "options are sent without their ids",
        "tests/adapters/test_apply.py tests/engine/test_with_sandbox.py",
        ("github_api/mutate.py", '            **({"id": id_} if id_ else {}),\n', ""),
    ),
    seed(
        "an issue field is overwritten though somebody changed it",
        "tests/surface/test_issue_fields.py",
        ("core/preconditions.py", "            | SetIssueFields()\n", ""),
    ),
    seed(
        "the marker of a public issue contains a private field",
        "tests/surface/test_issue_fields.py",
        (
            "core/diff.py",
            "        elif not private and new is not None:",
            "        if new is not None:",
        ),
    ),
    seed(
        "nothing is noted before a create is sent",
        CRASH,
        (
            "engine/create.py",
            "run.tracker.apply(operations, creates.before, meanwhile)",
            "run.tracker.apply(operations, lambda _: None, meanwhile)",
        ),
    ),
    seed(
        "what was noted is not looked at",
        CRASH,
        (
            "engine/reconcile.py",
            "        observed = read_back.recall(observed, tracker, journal, clock)\n",
            "        pass\n",
        ),
    ),
    seed(
        "a create in doubt is not waited for",
        CRASH,
        ("engine/read_back.py", "WINDOW = 90.0", "WINDOW = 0.0"),
    ),
    seed(
        "the nonce is not in the body",
        "tests/engine/test_executor.py",
        ("engine/resolve.py", "body=body_block.with_nonce(body, nonce)", "body=body"),
    ),
    seed(
        "a limit without a time is tried again at once",
        STORMS,
        ("waiting.py", "FLOOR: Final = 60.0", "FLOOR: Final = 1.0"),
    ),
    seed(
        "retry-after is not read",
        STORMS,
        (
            "github_api/answers.py",
            '(after := headers.get("retry-after")) is not None',
            '(after := headers.get("retry-later")) is not None',
        ),
    ),
    seed(
        "the highest number stays",
        "tests/core/test_duplicates.py",
        (
            "core/issue_index.py",
            'key=lambda i: (i.state != "open", i.number)',
            'key=lambda i: (i.state != "open", -i.number)',
        ),
    ),
    seed(
        "second issues stay open",
        "tests/faults/test_interleavings.py",
        ("core/duplicates.py", "    if not matches.doubles or not observed.whole:", "    if True:"),
    ),
    seed(
        "a copy that somebody made is closed",
        "tests/core/test_duplicates.py tests/core/test_matching.py",
        (
            "core/issue_index.py",
            "            if len(issues) > 1:\n                issues.sort",
            "            if False:\n                issues.sort",
        ),
        (
            "core/matching.py",
            "        return all(created) and ours.nonce != theirs.nonce",
            "        return True",
        ),
    ),
    seed(
        "what names no issue is made in the wrong repository",
        "tests/core/test_holds.py",
        ("core/planner.py", "if permitted and self._all_held():", "if False:"),
    ),
    seed(
        "a board is shown on a repository that has no card on it",
        "tests/core/test_planner.py",
        (
            "core/used_definitions.py",
            "    return [change for change in changes if needed(change)]",
            "    return list(changes)",
        ),
    ),
    seed(
        "a number of another sandbox takes another item's issue",
        "tests/surface/test_sandbox_numbers.py",
        ("core/sandbox_numbers.py", "_Leads.ANOTHER: right > wrong", "_Leads.ANOTHER: True"),
    ),
    seed(
        "issues are created though the list was cut short",
        "tests/core/test_guards.py",
        ("core/guards.py", "    if not observed.whole and any(", "    if False and any("),
    ),
    seed(
        "a write follows a renamed repository",
        "tests/adapters/test_session.py",
        (
            "github_api/transport.py",
            "        if not keeps_method or (request.method not in _READS and not graphql):",
            "        if False:",
        ),
    ),
    seed(
        "a read-only run writes through REST",
        "tests/adapters/test_apps.py",
        (
            "github_api/transport.py",
            "        if writes and self.read_only and not self._only_requests_token(request):",
            "        if graphql and writes and self.read_only:",
        ),
    ),
    seed(
        "the token of an App is sent after it has expired",
        "tests/adapters/test_apps.py",
        (
            "github_api/app_auth.py",
            "            if self._patience.now() >= self._renew_at:",
            "            if not self._token:",
        ),
    ),
    seed(
        "a body that was edited meanwhile is overwritten",
        "tests/engine/test_executor.py",
        (
            "core/preconditions.py",
            "        if not (_same(name, value, over.seen) or _same(name, value, over.planned)):",
            "        if False:",
        ),
    ),
    seed(
        "what is written over is looked at once, and not again after a wait",
        "tests/adapters/test_apply.py",
        (
            "github_api/send.py",
            "        work.replies |= reread.settled(self._observer, operations, standings)\n",
            "        if not work.looked:\n"
            "            work.replies |= reread.settled(self._observer, operations, standings)\n"
            "        work.looked = True\n",
        ),
        (
            "github_api/send.py",
            "    sent: list[int] = field(default_factory=list)\n",
            "    sent: list[int] = field(default_factory=list)\n    looked: bool = False\n",
        ),
    ),
    seed(
        "what an answer told is believed after a wait",
        "tests/adapters/test_apply.py",
        (
            "github_api/send.py",
            "        standings = self._standings if self._standings_at == self._moment() else {}\n",
            "        standings = self._standings\n",
        ),
    ),
    seed(
        "all bodies of a run are looked at at once",
        "tests/adapters/test_apply.py tests/faults/test_notes.py",
        (
            "github_api/send.py",
            "        operations = {index: work.operations[index] for index in indexes}\n",
            "        operations = {index: work.operations[index] for index in indexes}\n"
            "        if self._looked:\n"
            "            self._patience.admit(points=WRITE)\n"
            "            return indexes\n"
            "        self._looked = isinstance(work.operations[0], UpdateIssue)\n",
        ),
        (
            "github_api/send.py",
            "        self._accepted = False\n",
            "        self._accepted = False\n        self._looked = False\n",
        ),
        (
            "github_api/send.py",
            "    UpdateMilestone,\n    UpdateProject,\n",
            "    UpdateIssue,\n    UpdateMilestone,\n    UpdateProject,\n",
        ),
    ),
    seed(
        "a key leads to whichever issue ever had it",
        "tests/core/test_matching.py tests/laws/test_identities.py",
        (
            "core/issue_index.py",
            "return unless_dropped([issue for issue in issues if self.generation(issue) == last])",
            "return issues",
        ),
        (
            "core/matching.py",
            "if len({self.index.applied_title(issue) for issue in last}) > 1:",
            "if False:",
        ),
    ),
    seed(
        "a key that was given up is taken up again",
        "tests/core/test_matching.py",
        (
            "core/issue_index.py",
            "        return order.mark(marker.key) in recorded\n",
            "        return True\n",
        ),
    ),
    seed(
        "an upgrade makes a second issue of what it calls otherwise",
        "tests/core/test_former_titles.py tests/laws/test_upgrades.py",
        ("core/matching.py", "    _Matcher.by_former_titles,\n", ""),
        ("core/matching.py", "        matcher.in_doubt()\n", ""),
    ),
    seed(
        "what may be one of several issues is created once more",
        "tests/core/test_former_titles.py",
        ("core/matching.py", "        matcher.in_doubt()\n", ""),
    ),
    seed(
        "people's own edits are refused as another reading",
        "tests/core/test_guards.py",
        ("core/reread.py", " or present > share * managed", ""),
    ),
    seed(
        "a title is looked for without its parent",
        "tests/core/test_matching.py",
        (
            "core/matching.py",
            "    _Matcher.in_place,\n    _Matcher.unclear,\n    _Matcher.by_titles,\n"
            "    _Matcher.by_keys_and_titles,\n",
            "    _Matcher.by_keys_and_titles,\n    _Matcher.unclear,\n    _Matcher.by_titles,\n",
        ),
    ),
    seed(
        "an option that somebody added meanwhile is taken away",
        "tests/adapters/test_apply.py",
        (
            "core/preconditions.py",
            "        case AddOptions():\n            id_ = operation.field_id\n",
            "",
        ),
    ),
    seed(
        "a value that somebody set meanwhile is set over",
        "tests/faults/test_notes.py",
        (
            "core/preconditions.py",
            "        case SetValue():\n            id_ = operation.item_id\n",
            "",
        ),
    ),
    seed(
        "a comment that somebody edited is written over",
        "tests/surface/test_comments.py",
        (
            "github_api/notices.py",
            '            is_ours = comment["viewerDidAuthor"] and _untouched(comment, me)\n',
            '            is_ours = comment["viewerDidAuthor"]\n',
        ),
    ),
    seed(
        "what people write into the tracking issue is written over",
        "tests/cli/test_drift.py",
        (
            "engine/notices.py",
            "        foreign = (*foreign_lines(inside, lines, written), *below)\n",
            "        foreign = ()\n",
        ),
    ),
    seed(
        "our own write that came through is taken for an edit of others",
        "tests/adapters/test_apply.py",
        (
            "core/preconditions.py",
            "        if not (_same(name, value, over.seen) or _same(name, value, over.planned)):",
            "        if not _same(name, value, over.seen):",
        ),
    ),
    seed(
        "what people reopened is closed again",
        "tests/core/test_planner.py tests/engine/test_with_sandbox.py",
        ("core/fields.py", 'FieldSpec("state", Owner.GITHUB,', 'FieldSpec("state", Owner.FILE,'),
    ),
    seed(
        "an interrupted create is called not reached",
        "tests/faults/test_interrupts.py",
        (
            "github_api/send.py",
            "                if index in work.doubted or index in work.sent:",
            "                if index in work.doubted:",
        ),
    ),
    seed(
        "the lock is that of the folder alone",
        "tests/cli/test_two_machines.py",
        (
            "wiring.py",
            "    with below, only_one_for(state(target),",
            "    with below, nullcontext((",
        ),
    ),
    seed(
        "a saved plan is applied though things moved",
        "tests/cli/test_saved_plans.py",
        (
            "cli/commands/sync.py",
            "        moved = what_moved(request.saved, now)\n",
            "        moved: list[str] = []\n",
        ),
    ),
    seed(
        "undo closes by number alone",
        "tests/cli/test_saved_plans.py",
        ("core/undo.py", "    if marker is None or marker.nonce != intent.nonce:", "    if False:"),
    ),
    seed(
        "undo writes over what people changed since",
        "tests/cli/test_undo.py",
        (
            "core/undo_state.py",
            "        if self._equals(value, now, value.after):",
            "        if True:",
        ),
    ),
    seed(
        "what is written over is kept after it is sent",
        "tests/faults/test_undo.py",
        (
            "engine/send.py",
            "[operation for _, operation in waiting], overwrites.before)",
            "[operation for _, operation in waiting])",
        ),
    ),
    seed(
        "undo leaves the base where it is",
        "tests/faults/test_undo.py",
        (
            "core/restored_base.py",
            "        hashes=_as_before(base.hashes, old_base.hashes, atoms),",
            "        hashes=base.hashes,",
        ),
    ),
    seed(
        "an undo does not note what it restores",
        "tests/faults/test_undo.py",
        ("engine/undo.py", "        journal.restoring(run, undo.identities)", "        pass"),
    ),
    seed(
        "a value is kept with the token in it",
        "tests/cli/test_undo.py",
        (
            "local/run_files.py",
            "        withheld = any(map(self._is_secret, sides))",
            "        withheld = False",
        ),
    ),
    seed(
        "iterations are sent before those of the cards are saved",
        "tests/faults/test_iterations.py",
        ("engine/iterations.py", "    run.journal.save_iterations(saved)\n", ""),
        (
            "engine/iterations.py",
            "    ((_, reply),) = run.tracker.apply([operation])\n",
            "    ((_, reply),) = run.tracker.apply([operation])\n"
            "    run.journal.save_iterations(saved)\n",
        ),
    ),
    seed(
        "a card that somebody moved since gets its old iteration back",
        "tests/faults/test_iterations.py",
        (
            "core/iterations.py",
            "        if current is None or current.iteration is not None:",
            "        if current is None:",
        ),
    ),
    seed(
        "what GitHub cleared is taken for what people chose",
        "tests/faults/test_iterations.py tests/cli/test_iterations.py",
        (
            "core/iterations.py",
            "        return replace(item, values={**item.values, name: card.iteration})",
            "        return item",
        ),
    ),
    seed(
        "a closed item makes the board longer",
        "tests/faults/test_iterations.py",
        ("core/board.py", "used_options(unfinished, definition.name)", "used"),
    ),
    *PLATFORM_SEEDS,
)


def spoil(root: Path, fault: Seed) -> None:
    """Put a fault into a copy. Raises ValueError where its text does not stand there once."""
    for file, old, new in fault.patches:
        path = root / SOURCE / file
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{fault.name}: {file} holds {text.count(old)} of {old!r}")
        path.write_text(text.replace(old, new), encoding="utf-8")


def caught(fault: Seed) -> tuple[bool, str]:
    """Whether a test fails on a copy with this fault, and the last line that pytest printed."""
    with tempfile.TemporaryDirectory() as name:
        copy = copied(Path(name))
        spoil(copy, fault)
        return failing(copy, fault.tests)


def copied(folder: Path) -> Path:
    """Copy the project."""
    for part in _COPIED:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=_IGNORED)
        elif source.exists():
            shutil.copy(source, folder / part)
    return folder


def failing(copy: Path, tests: Sequence[str]) -> tuple[bool, str]:
    """Whether one of these tests fails there, and the first that does."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in run.stdout.splitlines() if line.startswith("FAILED")]
    told = lines[0] if lines else (run.stdout.strip().splitlines() or [run.stderr])[-1]
    return run.returncode == 1 and bool(lines), told


_IGNORED = shutil.ignore_patterns("__pycache__", "node_modules", ".hypothesis")


def main(names: list[str]) -> int:
    """Seed the faults whose names hold one of these words, all where there are none."""
    chosen = [s for s in SEEDS if not names or any(word in s.name for word in names)]
    missed = 0
    tests = sorted({test for fault in chosen for test in fault.tests})
    with tempfile.TemporaryDirectory() as name:
        fails, told = failing(copied(Path(name)), tests)
    if fails:
        print(f"these tests fail without any fault, so they prove nothing: {told}")
        return 1
    for fault in chosen:
        found, told = caught(fault)
        missed += not found
        word = "caught" if found else "MISSED"
        print(f"{word}  {fault.name}\n        {told[:120]}")
    print(f"{len(chosen) - missed} of {len(chosen)} faults caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
