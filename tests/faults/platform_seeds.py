"""Faults in what GitHub gained in 2026: issue fields, views, iterations, finished work, agents."""

from tests.faults.seed import seed

FIELDS = "tests/surface/test_issue_fields.py"
FIELD_FAULTS = "tests/faults/test_issue_fields.py"
DONE = "tests/surface/test_close_done.py"
VIEWS = "tests/surface/test_views.py"
ITERATIONS = "tests/faults/test_iterations.py"
AGENTS = "tests/surface/test_agents.py"

ISSUE_FIELD_SEEDS = (
    seed(
        "a mistyped value becomes an option of the organization",
        FIELDS,
        (
            "core/issue_fields.py",
            "        missing = [option for option in definition.options if fold",
            "        words = definition.options or tuple(map(OptionDef, self._used(definition)))\n"
            "        missing = [option for option in words if fold",
        ),
    ),
    seed(
        "an issue field that people set before is overwritten",
        FIELDS,
        (
            "core/diff.py",
            "if owner is Owner.GITHUB or on_conflict is Owner.FILE:\n                merged",
            "if True:\n                merged",
        ),
    ),
    seed(
        "the last word on the board is lost when values move to issues",
        FIELDS,
        ("core/diff.py", "        if shown is None or shown == desired:", "        if True:"),
    ),
    seed(
        "board values are forgotten before their issue field exists",
        FIELDS,
        (
            "core/issue_fields.py",
            "self.kept | self.private), *unmoved)",
            "self.kept | self.private),)",
        ),
    ),
    seed(
        "options that people took from a private field come back without drift",
        FIELDS,
        (
            "core/diff.py",
            "        base = recorded_members(card, name, known)\n",
            "        base = None\n",
        ),
    ),
    seed(
        "what a write-back took of a private field is the file's own change",
        "tests/cli/test_issue_fields.py",
        (
            "core/diff.py",
            "            if owner is Owner.GITHUB and was_written(card, name, desired):",
            "            if False:",
        ),
    ),
    seed(
        "a new field is visible to everybody",
        FIELDS,
        ("github_api/mutate.py", '"ALL" if definition.visibility == ALL else "ORG_ONLY"', '"ALL"'),
    ),
    seed(
        "options of an issue field are sent without their ids",
        FIELDS,
        ("github_api/issue_fields.py", '    kept = ("id", "name",', '    kept = ("name",'),
    ),
    seed(
        "a column doubles a field of the board's own",
        FIELDS,
        ("core/issue_fields.py", "column = fields.get(fold(definition.name))", "column = None"),
    ),
    seed(
        "an issue field that two runs create is an error of one of them",
        FIELD_FAULTS,
        (
            "engine/concurrent_runs.py",
            "_NAMED = CreateLabel | CreateMilestone | CreateIssueField |",
            "_NAMED = CreateLabel | CreateMilestone |",
        ),
    ),
    seed(
        "who may not create issue fields may not write to the repository either",
        FIELDS,
        (
            "github_api/send.py",
            "if isinstance(work.operations[index], OF_ORGANIZATION):",
            "if False:",
        ),
    ),
    seed(
        "pull writes options that the file does not declare",
        FIELDS,
        ("files/write/pull.py", "        if declared and new:", "        if False:"),
    ),
    seed(
        "issue fields are read though no file declares any",
        FIELDS,
        ("engine/ports.py", '"issue_fields": bool(desired.issue_fields),', '"issue_fields": True,'),
    ),
    seed(
        "values that GitHub drops are called set",
        FIELDS,
        (
            "core/issue_fields.py",
            "        if repository.permission not in WRITE:",
            "        if False:",
        ),
    ),
    seed(
        "pull leaves the options that people took away",
        FIELDS,
        ("core/pull.py", 'for f in fields if f.type == "multi_select"', "for f in ()"),
    ),
    seed(
        "a report has the file's date though GitHub owns it",
        "tests/core/test_planned_values.py",
        (
            "core/planned_values.py",
            "        counts = own is None or _is_githubs(desired, meaning)",
            "        counts = own is None",
        ),
    ),
)

FINISHED_SEEDS = (
    seed(
        "an epic that people reopened is closed again",
        DONE,
        (
            "core/close_done.py",
            "contents.finished and (finish == RESUMED or not reopened):",
            "contents.finished:",
        ),
    ),
    seed(
        "an epic that people closed is reopened",
        DONE,
        (
            "core/close_done.py",
            "        elif state == COMPLETED and contents.open and finish == FINISHED:",
            "        elif state == COMPLETED and contents.open:",
        ),
    ),
    seed(
        "an epic is closed though everything in it was dropped",
        DONE,
        (
            "core/close_done.py",
            "        return not self.open and bool(self.done) and self.ours",
            "        return not self.open and self.ours",
        ),
    ),
)

VIEW_SEEDS = (
    seed(
        "a board that exists gets three more views",
        VIEWS,
        ("core/views.py", "    if declared or others or not", "    if declared or not"),
    ),
    seed(
        "a view that was renamed is created again",
        VIEWS,
        (
            "core/views.py",
            "            observed = same_name or self.renamed("
            "ChangeKind.VIEW, view.name, existing, declared)",
            "            observed = same_name",
        ),
    ),
    seed(
        "a view is created again after a lost answer",
        "tests/faults/test_lost_answers.py",
        ("github_api/mutate.py", "    CreateView,\n    AddOptions,\n", "    AddOptions,\n"),
    ),
)

ITERATION_SEEDS = (
    seed(
        "iterations are sent over those that somebody changed",
        ITERATIONS,
        ("engine/iterations.py", "    if seen != iterations(field.options):", "    if False:"),
    ),
    seed(
        "the saved cards are forgotten while some lack their iteration",
        ITERATIONS,
        ("engine/iterations.py", "    elif left.values:", "    elif False:"),
    ),
)

AGENT_SEEDS = (
    seed(
        "an agent that no setting names is assigned",
        AGENTS,
        ("core/agents.py", "        if fold(login) not in self.allowed:", "        if False:"),
    ),
    seed(
        "all agents are assigned in one run without --yes",
        AGENTS,
        (
            "core/agents.py",
            "        if counts and self._assigned and not self._options.all_agents:",
            "        if False:",
        ),
    ),
    seed(
        "an agent that people removed is assigned again",
        AGENTS,
        (
            "core/agents.py",
            "    return fold(login) in {fold(name) for name in (*match.issue.assignees, *earlier)}",
            "    return fold(login) in {fold(name) for name in match.issue.assignees}",
        ),
    ),
)

OPTION_SEEDS = (
    seed(
        "options that people chose on the board are taken away",
        "tests/surface/test_multi_select.py",
        (
            "core/card.py",
            "self.values[name] = observed or None, diff.after or None",
            "self.values[name] = observed or None, desired or None",
        ),
    ),
    seed(
        "an option that the file dropped stays on the board",
        "tests/surface/test_multi_select.py",
        (
            "core/card.py",
            "        base = record.members(self.base.get(name), known)\n",
            "        base: tuple[str, ...] = ()\n",
        ),
    ),
    seed(
        "several options are read from servers without them",
        "tests/surface/test_multi_select.py",
        ("github_api/documents.py", '        (able.multi_select, OPTIONAL["multi_select"]),\n', ""),
    ),
)

PLATFORM_SEEDS = (
    *ISSUE_FIELD_SEEDS,
    *FINISHED_SEEDS,
    *VIEW_SEEDS,
    *ITERATION_SEEDS,
    *AGENT_SEEDS,
    *OPTION_SEEDS,
)
