"""The action on the events of a workflow: what it does, says, writes and brings back."""

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from backlog_sync.action.install import LOCK, REPORT_LOCK, fingerprint
from backlog_sync.action.presenter import _issue_reference
from backlog_sync.local.run_files import read_given_record
from github_sandbox.access import Grant
from tests.action.conftest import BACKLOG, BOARD, REPOSITORY, Place
from tests.action.runner import ROOT
from tests.app_keys import pem, public

FORK, READER, WORKFLOW = "ghs_from_a_fork", "ghs_that_reads", "ghs_of_a_workflow"

# ---- proposals -----------------------------------------------------------------------------


def test_a_pull_request_is_planned_and_told_in_one_comment(place: Place) -> None:
    """A plan, a summary, notices at the lines, one comment that the second run changes."""
    proposal = place.proposal()
    first = place.run("pull_request", proposal, ref="refs/pull/1/merge")
    assert first.code == 0, first.log
    assert first.outputs["create"] == "4"
    assert first.outputs["changed"] == "true"
    assert json.loads(Path(first.outputs["plan"]).read_text("utf-8"))["summary"]["create"] == 4
    assert "### Backlog plan" in first.summary
    assert first.outputs["digest"] in first.summary
    notice = next(c for c in first.commands if c.name == "notice")
    assert notice.properties["file"] == "backlog.yaml"
    assert notice.properties["line"] == "4"
    (comment,) = place.comments(proposal)
    assert "4 to create" in comment
    place.commit({"backlog.yaml": BACKLOG.replace("thirty", "ninety")}, push=False)
    place.run("pull_request", proposal, ref="refs/pull/1/merge")
    (comment,) = place.comments(proposal)
    assert "ninety days" in comment
    assert place.titles() == []


def test_a_pull_request_from_a_fork_is_planned_without_a_word_on_it(place: Place) -> None:
    """A token that only reads and no secrets: the plan with the board deferred, no comment."""
    place.hub.tokens[FORK] = Grant("github-actions[bot]", "read", projects=False, scopes=None)
    place.commit({"backlog.yaml": BACKLOG + BOARD}, push=False)
    proposal = place.proposal(fork=True)
    before = len(place.hub.log)
    job = place.run("pull_request", proposal, ref="refs/pull/1/merge", token=FORK)
    assert job.code == 0, job.log
    assert not any(entry.writes for entry in place.hub.log[before:])
    assert place.comments(proposal) == []
    assert "#### Deferred" in job.summary
    assert "project-token" in job.summary
    assert "BACKLOG_PROJECT_TOKEN" not in job.summary
    assert "from a fork" in job.log


def test_a_comment_that_may_not_be_written_is_a_warning(place: Place) -> None:
    """A token without the right to comment does not fail the plan."""
    place.hub.tokens[READER] = Grant("github-actions[bot]", "read", scopes=None, read_only=True)
    job = place.run("pull_request", place.proposal(), token=READER)
    assert job.code == 0
    assert any("pull-requests: write" in said for said in job.said("warning"))


def test_a_token_for_plans_alone_is_no_reason_against_the_plan(place: Place) -> None:
    """The sync has its own tokens: neither rights nor the board are held against a proposal."""
    place.hub.tokens[READER] = Grant(
        "github-actions[bot]", "read", projects=False, scopes=None, read_only=True
    )
    place.commit({"backlog.yaml": BACKLOG + BOARD}, push=False)
    job = place.run("pull_request", place.proposal(), {"comment": "false"}, token=READER)
    assert job.code == 0, job.log
    assert job.said("warning") == []
    assert "Sync refuses this" not in job.summary
    assert "#### Deferred" in job.summary


def test_a_proposal_is_never_applied(place: Place) -> None:
    """mode: sync on a pull request is refused, whoever asks."""
    for event in ("pull_request", "pull_request_target", "merge_group"):
        job = place.run(event, place.proposal(), {"mode": "sync"})
        assert job.code == 4
        assert "never applied" in job.said("error")[0]
    assert place.titles() == []


# ---- pushes --------------------------------------------------------------------------------


def test_a_push_is_synced_and_progress_comes_back_as_a_commit(place: Place) -> None:
    """Issues are made, their numbers are committed by the bot, the second run changes nothing."""
    first = place.push()
    assert first.code == 0, first.log
    assert json.loads(first.outputs["issues"]) == [1, 2, 3, 4]
    assert first.outputs["changed"] == "true"
    assert first.outputs["written"] == "backlog.yaml"
    assert "issue: sandbox#1" in place.at_remote("main:backlog.yaml")
    subject = place.at_remote("--format=%an|%s").splitlines()[0]
    assert subject == "github-actions[bot]|Bring progress back from GitHub [skip ci]"
    place.fresh()
    second = place.push()
    assert second.code == 0
    assert second.outputs["changed"] == "false"
    assert second.outputs["issues"] == "[]"
    assert "No changes" in second.summary
    assert len(place.titles()) == 4


def test_issues_that_are_there_are_adopted_on_request(place: Place) -> None:
    """With `adopt: true` an issue of exactly an item's title is taken; without it there are two."""
    place.ann.open_issue("Checkout that never loses a cart")
    job = place.push(inputs={"adopt": "true"})
    assert job.code == 0, job.log
    assert place.titles().count("Checkout that never loses a cart") == 1
    assert job.outputs["adopt"] == "1"


def test_a_push_that_is_no_longer_the_tip_is_superseded(place: Place) -> None:
    """Where main has moved on, nothing is sent, and the job is green."""
    place.commit({"README.md": "more"})
    place.git("checkout", "-q", "--detach", "HEAD~1")
    job = place.push()
    assert job.code == 0
    assert job.outputs["superseded"] == "true"
    assert "Superseded" in job.summary
    assert not any(entry.writes for entry in place.hub.log)


def test_a_push_to_another_branch_is_planned(place: Place) -> None:
    """Only the default branch is synchronised."""
    job = place.run("push", ref="refs/heads/idea")
    assert job.code == 0
    assert "mode: plan" in job.log
    assert place.titles() == []


def test_a_protected_branch_leads_to_a_pull_request_that_is_kept_up_to_date(place: Place) -> None:
    """Progress is proposed; the next run renews the same branch and the same pull request."""
    place.protect()
    first = place.push()
    assert first.code == 0, first.log
    assert first.outputs["pull-request"] == f"https://github.test/{REPOSITORY}/pull/1"
    assert "issue: sandbox#1" in place.at_remote("backlog/progress:backlog.yaml")
    assert "[skip ci]" not in place.at_remote("backlog/progress").splitlines()[4]
    assert "issue:" not in place.at_remote("main:backlog.yaml")
    place.ann.close(4)
    place.git("checkout", "-q", "--force", "--detach", "origin/main")
    second = place.push()
    assert second.code == 0, second.log
    assert "Done" in place.at_remote("backlog/progress:backlog.yaml")
    assert len(place.hub.pulls) == 1
    assert len(place.titles()) == 4
    place.git("checkout", "-q", "--force", "--detach", "origin/main")
    tip = place.at_remote("backlog/progress")
    assert place.push().code == 0
    assert place.at_remote("backlog/progress") == tip


def test_progress_as_a_pull_request_or_not_at_all(place: Place) -> None:
    """progress: none leaves the repository alone; pull-request never pushes to main."""
    assert place.push({"progress": "none"}).code == 0
    assert "issue:" not in place.at_remote("main:backlog.yaml")
    place.git("checkout", "-q", "--force", "--detach", "origin/main")
    assert place.push({"progress": "pull-request", "branch": "bot/plan"}).code == 0
    assert "issue: sandbox#1" in place.at_remote("bot/plan:backlog.yaml")
    assert "issue:" not in place.at_remote("main:backlog.yaml")


def test_a_pull_request_that_may_not_be_opened_is_no_green_job(place: Place) -> None:
    """Exit 5 with the setting that is missing; the branch is there for somebody to use."""
    place.hub.may_open = False
    job = place.push({"progress": "pull-request"})
    assert job.code == 5
    assert "let workflows create pull requests" in job.said("error")[0]
    assert "issue: sandbox#1" in place.at_remote("backlog/progress:backlog.yaml")


def test_main_that_moves_while_syncing_keeps_what_moved_it(place: Place) -> None:
    """A push in between wins; progress is left to the run for it, and the job is green."""
    tip = place.commit({"README.md": "more"}, push=False)
    place.git("push", "-q", "origin", "HEAD:refs/heads/other")
    place.git("checkout", "-q", "--detach", "origin/main")
    place.hub.before = lambda: place.git("push", "-q", "origin", f"{tip}:refs/heads/main")
    job = place.push()
    assert job.code == 0, job.log
    assert "moved on" in job.outputs["summary"]
    assert place.at_remote("main:README.md") == "more"
    assert len(place.titles()) == 4


def test_too_many_new_issues_need_an_approval(place: Place) -> None:
    """max-create refuses; the digest that the refusal names lets exactly that plan through."""
    refused = place.push({"max-create": "3"})
    assert refused.code == 4
    assert place.titles() == []
    wrong = place.push({"max-create": "3", "approve": "0" * 64})
    assert wrong.code == 4
    assert "not the one that was approved" in wrong.said("error")[0]
    approved = place.push({"max-create": "3", "approve": refused.outputs["digest"]})
    assert approved.code == 0, approved.log
    assert len(place.titles()) == 4


def test_adopted_issues_count_as_new_ones(place: Place) -> None:
    """A first sync that adopts as many as it may create needs the same approval."""
    place.ann.open_issue("Checkout that never loses a cart")
    refused = place.push({"max-create": "3", "adopt": "true"})
    assert refused.code == 4
    assert refused.outputs["adopt"] == "1"
    assert "4 issues would be created or adopted" in refused.said("error")[0]


def test_an_approval_of_an_older_plan_is_refused(place: Place) -> None:
    """A digest holds for one plan: after an edit, nothing is sent with it."""
    digest = place.run("pull_request", place.proposal()).outputs["digest"]
    place.commit({"backlog.yaml": BACKLOG.replace("thirty", "ninety")})
    job = place.push({"approve": digest})
    assert job.code == 4
    assert place.titles() == []


def test_a_token_without_the_board_refuses_the_sync(place: Place) -> None:
    """A declared board that is out of reach stops a sync before anything is written."""
    place.hub.tokens[WORKFLOW] = Grant(
        "github-actions[bot]", "write", projects=False, scopes=None, repositories=(REPOSITORY,)
    )
    place.commit({"backlog.yaml": BACKLOG + BOARD})
    job = place.push(token=WORKFLOW)
    assert job.code == 4
    assert "give `project-token`" in job.said("error")[0]
    assert place.titles() == []
    plan = place.run("pull_request", place.proposal(), token=WORKFLOW)
    assert plan.code == 0
    with_board = place.push({"project-token": "another"}, token=WORKFLOW)
    assert with_board.code == 0, with_board.log
    assert len(place.hub.store.projects) == 1


def test_a_token_that_only_reads_refuses_in_words_of_a_workflow(place: Place) -> None:
    """A job without `permissions:` is told which one it needs; nothing is sent."""
    place.hub.tokens[READER] = Grant("github-actions[bot]", "read", scopes=None, read_only=True)
    job = place.push(token=READER)
    assert job.code == 4
    assert "permissions: issues: write" in job.said("error")[0]
    assert not any(entry.writes for entry in place.hub.log)


def test_a_file_outside_of_the_repository_is_refused_before_anything_is_sent(place: Place) -> None:
    """Its progress could not be committed; with `progress: none` it is synchronised."""
    (place.folder / "outside.yaml").write_text(BACKLOG, "utf-8")
    inputs = {"paths": "../outside.yaml"}
    job = place.push(inputs)
    assert job.code == 4
    assert "outside of the repository" in job.said("error")[0]
    assert place.titles() == []
    assert place.push({**inputs, "progress": "none"}).code == 0


@pytest.mark.parametrize(
    ("ref", "named"), [("#12", 12), ("owner/other#12", "owner/other#12"), (None, 0)]
)
def test_created_issues_are_numbers_here_and_names_elsewhere(
    ref: str | None, named: int | str
) -> None:
    """The output `issues` has a number for one of this repository, else `owner/repo#12`."""
    assert _issue_reference(ref) == named


# ---- the night, by hand, and lint ----------------------------------------------------------


def test_a_schedule_looks_for_drift(place: Place) -> None:
    """Drift is told, as outputs, in the summary and at the line; nothing is changed."""
    place.push()
    place.fresh()
    clean = place.run("schedule", {"schedule": "0 3 * * *"})
    assert clean.outputs["changed"] == "false"
    place.ann.edit(3, title="Something else")
    before = len(place.hub.log)
    job = place.run("schedule", {"schedule": "0 3 * * *"})
    assert job.code == 0, job.log
    assert job.outputs["drift"] == "1"
    assert "### Backlog drift" in job.summary
    assert not any(entry.writes for entry in place.hub.log[before:])
    (warned,) = [c for c in job.commands if c.name == "warning"]
    assert warned.properties["file"] == "backlog.yaml"
    assert place.run("schedule", inputs={"check": "true"}).code == 3


def recipe_for_an_organization() -> Any:
    """The workflow of docs/action.md."""
    page = (ROOT / "docs" / "action.md").read_text("utf-8")
    _, _, text = page.partition("**A whole organization.**")
    return yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])


def test_a_schedule_resumes_what_a_budget_left(place: Place) -> None:
    """Each job is green, says what is left, and brings its progress; the last one leaves nothing.

    A GitHub App does it all. This is the recipe for an organization, with a smaller budget.
    """
    flow = recipe_for_an_organization()
    step, more = flow["jobs"]["sync"]["steps"]
    schedule = flow[True]["schedule"][0]["cron"]
    assert flow["jobs"]["sync"]["env"].keys() == {"BACKLOG_APP_ID", "BACKLOG_APP_PRIVATE_KEY"}
    assert more["if"] == f"steps.{step['id']}.outputs.left != '0'"
    place.hub.apps.install(place.hub.apps.register(12, public(), slug="planner"), "octo-org")
    place.env |= {"BACKLOG_APP_ID": "12", "BACKLOG_APP_PRIVATE_KEY": pem()}
    smaller = {"paths": "backlog.yaml", "budget-creations": "2", "budget-points": "30"}
    assert smaller.keys() <= step["with"].keys()
    inputs = {name: str(value) for name, value in step["with"].items()} | smaller
    for count, left in ((2, "5"), (4, "0")):
        job = place.run("schedule", {"schedule": schedule}, inputs)
        place.fresh()
        assert (job.code, job.outputs["left"]) == (0, left), job.log
        assert job.said("error") == job.said("warning") == []
        assert len(place.titles()) == count
        assert place.text().count("issue: sandbox#") == count
        told = [line for line in job.said("notice") if "left" in line]
        if left == "5":
            assert job.outputs["exit-code"] == "5"
            assert "5 changes left: the budget of this run is spent: 2 creations" in told[0]
            assert "the next run continues after" in told[0]
            assert "5 not reached" in job.outputs["summary"]
        else:
            assert (job.outputs["exit-code"], told) == ("0", [])


def test_a_budget_that_leads_nowhere_is_red(place: Place) -> None:
    """What reading alone exceeds is refused, and a failure is none that the next run mends."""
    job = place.push({"budget-points": "3"})
    assert job.code == 4
    (told,) = job.said("error")
    assert "reading takes at least 4 points" in told
    place.protect()
    place.hub.may_open = False
    job = place.push({"budget-creations": "2"})
    assert (job.code, job.outputs["left"]) == (5, "5")
    assert len(job.said("error")) == 1


def test_one_tracking_issue_follows_drift(place: Place) -> None:
    """Made when something drifts, changed in place, closed when clean, opened again after that."""
    place.push()
    place.fresh()
    issue = {"mode": "drift", "drift-issue": "true"}

    def tracked() -> list[tuple[str, str]]:
        home = place.hub.repository(REPOSITORY)
        issues = place.hub.store.issues.get(home.id, {}).values()
        return [(i.state, i.body) for i in issues if i.body.startswith("<!-- backlog:tracking")]

    assert place.run("schedule", inputs=issue).code == 0
    assert tracked() == []
    place.ann.edit(3, title="Something else")
    assert place.run("schedule", inputs=issue).code == 0
    ((state, body),) = tracked()
    assert (state, "Something else" in body) == ("OPEN", True)
    before = len(place.hub.log)
    assert place.run("schedule", inputs=issue).code == 0
    assert not any(entry.writes for entry in place.hub.log[before:])
    place.ann.edit(3, title="Keep a cart for thirty days")
    assert place.run("schedule", inputs=issue).code == 0
    ((state, body),) = tracked()
    assert (state, "No drift" in body) == ("CLOSED", True)
    place.ann.edit(3, title="And again")
    assert place.run("schedule", inputs=issue).code == 0
    ((state, body),) = tracked()
    assert (state, "And again" in body) == ("OPEN", True)


def test_a_cancelled_run_is_gone_on_with_by_the_next(place: Place) -> None:
    """A signal in the middle ends the run with what was done told; the next finishes, once each."""
    place.hub.before = lambda: os.kill(place.job.pid, signal.SIGINT)
    job = place.push()
    assert job.code == 130, job.log
    assert job.outputs["exit-code"] == "130"
    assert place.push().code == 0
    assert len(set(place.titles())) == len(place.titles()) == 4


def test_two_runs_at_the_same_time_make_nothing_twice(place: Place) -> None:
    """A second runner syncs the whole backlog while the first is about to; no open duplicate."""
    other = place.folder / "other"
    place.clone(other)
    codes: list[int] = []
    place.hub.before = lambda: codes.append(place.push(workspace=other).code)
    first = place.push()
    assert codes == [0]
    assert first.code in (0, 5), first.log
    place.fresh()
    assert place.push().code == 0
    home = place.hub.repository(REPOSITORY)
    opened = [i.title for i in place.hub.store.issues[home.id].values() if i.state == "OPEN"]
    assert sorted(opened) == sorted(set(opened))
    assert len(opened) == 4


def test_a_report_brings_progress_back_and_records_it(place: Place) -> None:
    """mode: report commits what GitHub knows, and writes to issues its record and nothing else."""
    place.push()
    place.fresh()
    place.ann.close(4)
    before = len(place.hub.log)
    job = place.run("workflow_dispatch", inputs={"mode": "report"})
    assert job.code == 0, job.log
    writes = [entry for entry in place.hub.log[before:] if entry.writes]
    assert [entry.mutations for entry in writes] == [1], writes
    assert "Done" in place.at_remote("main:backlog.yaml")


def test_a_report_goes_where_it_is_asked_for(place: Place) -> None:
    """A folder for Pages, one issue and one comment; run again, each is there once."""
    place.push()
    place.fresh()
    talk = place.ann.open_issue("Standup")
    inputs = {
        "mode": "report",
        "progress": "none",
        "report-folder": "public",
        "report-issue": "How we stand",
        "report-comment": str(talk.number),
    }
    for _ in range(2):
        job = place.run("workflow_dispatch", inputs=inputs)
        assert job.code == 0, job.log
    issue = place.ann.find("How we stand")
    assert issue.body.startswith("<!-- backlog:tracking report ")
    assert place.titles().count("How we stand") == 1
    (comment,) = (c.body for c in place.hub.store.comments[talk.id].values())
    assert comment.startswith("<!-- backlog:comment report-")
    page = (place.workspace / "public" / "index.html").read_text("utf-8")
    assert "Checkout" in page
    assert {p.name for p in (place.workspace / "public").iterdir()} >= {"report.md", "items.csv"}


def test_release_notes_are_a_file_and_a_draft(place: Place) -> None:
    """The draft is there once and never published; without permission it is a warning."""
    text = place.at_remote("main:backlog.yaml")
    old = "title: Keep a cart for thirty days"
    place.commit({"backlog.yaml": text.replace(old, f"{old}\n            milestone: v1")})
    place.push()
    place.fresh()
    inputs = {
        "mode": "report",
        "progress": "none",
        "milestone": "v1",
        "release-notes": "notes.md",
        "draft-release": "v1.0.0",
    }
    for _ in range(2):
        job = place.run("workflow_dispatch", inputs=inputs)
        assert job.code == 0, job.log
    assert (place.workspace / "notes.md").read_text("utf-8").startswith("# v1\n")
    (draft,) = place.hub.store.releases[place.hub.repository(REPOSITORY).id].values()
    assert (draft.tag, draft.is_draft) == ("v1.0.0", True)
    place.run("pull_request", place.proposal(), {**inputs, "draft-release": "v2"})
    place.hub.tokens[READER] = Grant("github-actions[bot]", "read", scopes=None, read_only=True)
    denied = place.run("workflow_dispatch", inputs={**inputs, "draft-release": "v2"}, token=READER)
    assert denied.code == 0, denied.log
    (warning,) = [c for c in denied.commands if c.name == "warning"]
    assert "contents: write" in warning.message
    assert len(place.hub.store.releases[place.hub.repository(REPOSITORY).id]) == 1
    wrong = {**inputs, "milestone": "", "release-notes": "notes.txt"}
    refused = place.run("workflow_dispatch", inputs=wrong)
    assert refused.code == 2
    assert "is not the name of a file *.md" in refused.log
    assert "draft-release: needs milestone" in refused.log


def test_a_report_that_may_not_be_told_is_a_warning(place: Place) -> None:
    """Without the right to write issues the job is green, and says what it lacks."""
    place.push()
    place.fresh()
    place.hub.tokens[READER] = Grant("github-actions[bot]", "read", scopes=None, read_only=True)
    inputs = {"mode": "report", "progress": "none", "report-issue": "How we stand"}
    job = place.run("workflow_dispatch", inputs=inputs, token=READER)
    assert job.code == 0, job.log
    (warning,) = [c for c in job.commands if c.name == "warning"]
    assert "write access to issues" in warning.message
    assert "How we stand" not in place.titles()


def test_lint_annotates_ten_of_a_kind_and_fails(place: Place) -> None:
    """Errors stand at their lines, ten at most; the rest is in the log and the summary."""
    stories = "".join(f"  - {{id: s{n}, title: S, assignes: x}}\n" for n in range(25))
    place.commit({"plans/a,b.yaml": f"version: 1\nid: x\nepics:\n{stories}"}, push=False)
    job = place.run("pull_request", place.proposal(), {"mode": "lint", "paths": "plans/a,b.yaml"})
    assert job.code == 1
    errors = [c for c in job.commands if c.name == "error"]
    assert len(errors) == 10
    assert errors[0].properties["file"] == "plans/a,b.yaml"
    assert job.summary.count("plans/a,b.yaml") == 25
    assert place.hub.log == []


def test_a_folder_of_a_monorepo(place: Place) -> None:
    """Paths are relative to working-directory, annotations to the repository."""
    place.commit({"teams/web/plan.yaml": BACKLOG.replace("id: shop", "id: web")})
    inputs = {"working-directory": "teams/web", "paths": "plan.yaml"}
    plan = place.run("pull_request", place.proposal(), inputs)
    notice = next(c for c in plan.commands if c.name == "notice")
    assert notice.properties["file"] == "teams/web/plan.yaml"
    assert place.push(inputs).code == 0
    assert "issue:" in place.at_remote("main:teams/web/plan.yaml")


def test_two_backlogs_in_one_job(place: Place) -> None:
    """The second step goes on from the commit of the first; both bring progress back."""
    place.commit({"two.yaml": "version: 1\nid: two\nepics:\n  - {id: a, title: Another}\n"})
    assert place.push({"paths": "backlog.yaml"}).code == 0
    second = place.push({"paths": "two.yaml"})
    assert second.outputs["superseded"] == ""
    assert "sandbox#5" in place.at_remote("main:two.yaml")
    assert "sandbox#1" in place.at_remote("main:backlog.yaml")
    assert place.git("status", "--porcelain") == ""


def test_inputs_that_mean_nothing_are_all_told_at_once(place: Place) -> None:
    """Every fault in one error, nothing is sent."""
    inputs = {"mode": "apply", "max-create": "many", "comment": "perhaps", "branch": "../x",
              "budget-points": "0", "budget-creations": "-1"}  # fmt: skip
    job = place.push(inputs)
    assert job.code == 2
    (told,) = job.said("error")
    for name in inputs:
        assert f"{name}:" in told
    assert place.hub.log == []


def test_nothing_in_the_checkout_is_run(place: Place) -> None:
    """Modules and hooks that a pull request brings along are not executed."""
    evil = "open('pwned', 'w').close()\n"
    place.commit({"yaml.py": evil, "backlog_sync/__init__.py": evil, "sitecustomize.py": evil})
    hook = place.workspace / ".git" / "hooks" / "pre-push"
    hook.write_text("#!/bin/sh\ntouch pwned\n")
    hook.chmod(0o755)
    assert place.push().code == 0
    assert not (place.workspace / "pwned").exists()


def test_a_title_full_of_commands_gives_none(place: Place) -> None:
    """Commands in titles reach neither the log nor the outputs nor the summary as such."""
    title = "::set-output name=x::y ##[add-path]/tmp %0A::error::no @ann #1 </details> | fixes #2"
    text = BACKLOG.replace("Keep a cart for thirty days", json.dumps(title))
    place.commit({"backlog.yaml": text})
    proposal = place.proposal()
    plan = place.run("pull_request", proposal)
    assert plan.code == 0, plan.log
    (comment,) = place.comments(proposal)
    assert "@ann" not in comment
    assert "fixes #2" not in comment
    assert place.push().code == 0


# ---- the record of a run -------------------------------------------------------------------


def test_a_sync_leaves_a_record_that_undo_takes(place: Place) -> None:
    """As a file for an artifact: what was overwritten, and none of the secrets."""
    first = place.push()
    assert Path(first.outputs["undo-record"]).stat().st_mode & 0o777 == 0o600
    place.fresh()
    place.commit({"backlog.yaml": place.text().replace("thirty", "ninety")})
    second = place.push()
    assert second.code == 0, second.log
    record = read_given_record(Path(second.outputs["undo-record"]))
    assert [(v.name, v.before) for v in record.overwritten if v.name == "title"] == [
        ("title", "Keep a cart for thirty days")
    ]
    assert record.created == ()
    place.fresh()
    assert not place.push().outputs["undo-record"]


# ---- a plan that somebody approved ---------------------------------------------------------


def test_a_saved_plan_is_applied_and_no_other(place: Place) -> None:
    """What one job put aside another applies, beyond max-create; once it is applied it is stale."""
    plan = place.run("workflow_dispatch", inputs={"mode": "plan"})
    kept = place.folder / "plan.json"
    kept.write_bytes(Path(plan.outputs["saved-plan"]).read_bytes())
    inputs = {"mode": "sync", "saved-plan": str(kept), "max-create": "1"}
    job = place.run("workflow_dispatch", inputs=inputs)
    assert job.code == 0, job.log
    assert len(place.titles()) == 4
    place.fresh()
    again = place.run("workflow_dispatch", inputs=inputs)
    assert again.code == 4
    assert "the plan is stale: changed on GitHub: #1" in again.said("error")[0]
    assert len(place.titles()) == 4


def test_a_saved_plan_of_other_files_or_another_github_has_expired(place: Place) -> None:
    """An edit of the file or of an issue since then: refused, with what moved, and nothing sent."""
    place.push()
    place.fresh()
    text = place.text().replace("thirty", "ninety")
    place.commit({"backlog.yaml": text})
    plan = place.run("workflow_dispatch", inputs={"mode": "plan"})
    inputs = {"mode": "sync", "saved-plan": plan.outputs["saved-plan"]}
    place.commit({"backlog.yaml": text.replace("ninety", "sixty")})
    before = len(place.hub.log)
    edited = place.run("workflow_dispatch", inputs=inputs)
    assert edited.code == 4
    assert "changed in the files" in edited.said("error")[0]
    place.commit({"backlog.yaml": text})
    place.ann.edit(3, title="Somebody's own")
    other = place.run("workflow_dispatch", inputs=inputs)
    assert other.code == 4
    assert "changed on GitHub: #3" in other.said("error")[0]
    assert not any(entry.writes for entry in place.hub.log[before:])


def test_a_saved_plan_that_is_none_or_comes_with_options_is_refused(place: Place) -> None:
    """A file that is not there, one that was changed, and inputs that make another plan."""
    assert place.push({"saved-plan": "nowhere.json"}).code == 1
    plan = place.run("workflow_dispatch", inputs={"mode": "plan"})
    kept = Path(plan.outputs["saved-plan"])
    kept.write_text(kept.read_text("utf-8").replace("thirty", "ninety"), "utf-8")
    assert place.push({"saved-plan": str(kept)}).code == 4
    mixed = place.push({"saved-plan": str(kept), "prune": "true"})
    assert mixed.code == 2
    assert "saved-plan contains the plan" in mixed.said("error")[0]
    assert place.titles() == []


# ---- the board's status update -------------------------------------------------------------

DATED = BOARD + "milestones: [{title: '@spring | fixes #1', due: 2020-03-31}]\n"


def updates(place: Place) -> list[tuple[str | None, str]]:
    """Status and words of all status updates."""
    found = [each for board in place.hub.store.status_updates.values() for each in board]
    return [(each.status, each.body or "") for each in found]


def test_drift_and_report_tell_the_board_once_a_day(place: Place) -> None:
    """One status update with each milestone's health, changed in place; words inert."""
    text = BACKLOG.replace(
        "title: Checkout", 'milestone: "@spring | fixes #1"\n    title: Checkout'
    )
    place.commit({"backlog.yaml": text + DATED})
    assert place.push().code == 0
    place.fresh()
    inputs = {"status-update": "true"}
    assert place.run("schedule", inputs=inputs).code == 0, place.job.log
    ((status, body),) = updates(place)
    assert status == "OFF_TRACK"
    assert "due 2020-03-31: off track. 0 of 2 items done" in body
    assert "@spring" not in body
    assert "fixes #1" not in body
    for number in (4, 3, 2, 1):
        place.ann.close(number)
    told = place.run("workflow_dispatch", inputs={"mode": "report", **inputs})
    assert told.code == 0, told.log
    ((status, body),) = updates(place)
    assert status == "COMPLETE"
    assert "2 of 2 items done (100%)" in body


def test_a_token_that_may_not_tell_the_board_is_a_warning(place: Place) -> None:
    """Without a board, or a right to it, the run is what it was; a proposal tells nothing."""
    inputs = {"mode": "drift", "status-update": "true"}
    none = place.run("schedule", inputs=inputs)
    assert none.code == 0
    assert any("no board" in said for said in none.said("warning"))
    place.commit({"backlog.yaml": BACKLOG + BOARD})
    assert place.push().code == 0
    place.fresh()
    place.hub.tokens[READER] = Grant("github-actions[bot]", "write", board_writes=False)
    refused = place.run("schedule", inputs=inputs, token=READER)
    assert refused.code == 0, refused.log
    assert any("right to write to Projects" in said for said in refused.said("warning"))
    place.run("pull_request", place.proposal(), {"mode": "report", "status-update": "true"})
    assert updates(place) == []


# ---- installing ----------------------------------------------------------------------------


def test_an_installation_comes_from_the_cache_by_its_key_alone(place: Place) -> None:
    """A fresh runner restores what was kept for these very sources; `cache: false` does not."""
    tools = Path(place.env["RUNNER_TOOL_CACHE"])
    plain, drawing = (fingerprint(place.action, locked) for locked in (LOCK, REPORT_LOCK))
    assert plain != drawing
    installed = tools / "backlog-sync" / plain
    kept = place.folder / "kept" / f"backlog-sync-Linux-X64-{installed.name}"
    shutil.copytree(installed, kept)
    shutil.rmtree(tools)
    job = place.run("pull_request", place.proposal())
    assert job.code == 0, job.log
    assert (installed / "bin" / "python").is_file()
    assert [each.name for each in kept.parent.iterdir()] == [kept.name]
    shutil.rmtree(tools)
    fresh = place.folder / "tools" / "python3"
    stopped = '[ "$3" = find ] || exit 9'
    fresh.write_text(f'#!/bin/sh\n{stopped}\nexec "{sys.executable}" "$@"\n')
    assert place.run("pull_request", place.proposal(), {"cache": "false"}).code == 9


# ---- what runs keep for the next -----------------------------------------------------------


def test_the_next_night_reads_what_the_last_one_kept(place: Place) -> None:
    """Runs on the default branch keep which issues they read; a pull request keeps nothing."""
    kept = place.folder / "kept"
    assert place.push({"progress": "none", "cache": "false"}).code == 0
    (place.workspace / "backlog.yaml").write_text(BACKLOG, "utf-8")  # the next job checks out anew
    for n in range(120):
        place.ann.open_issue(f"Somebody's issue {n}")
    for issue in place.hub.store.issues[place.hub.repository(REPOSITORY).id].values():
        issue.created_at = issue.updated_at = "2026-01-01T00:00:00Z"
    place.ann.comment(50, "Any news?")
    assert not kept.exists()
    first = place.run("schedule")
    assert "124 issues read" in first.log
    (name,) = [each.name for each in kept.iterdir()]
    assert name.startswith("backlog-reads-")
    second = place.run("schedule")
    assert "(4 issues by cached number" in second.log
    assert len(list(kept.iterdir())) == 2
    payload, before = place.proposal(), len(place.hub.log)
    pull = place.run("pull_request", payload, ref="refs/pull/125/merge")
    assert pull.code == 0
    operations = {entry.operation for entry in place.hub.log[before:]}
    assert "IssuesTouched" in operations
    assert "IssuesPage" not in operations
    assert len(list(kept.iterdir())) == 2


# ---- by hand, and by others ----------------------------------------------------------------


@pytest.mark.parametrize("mode", ["auto", "plan", "sync", "drift", "report", "lint"])
def test_a_manual_run_in_each_mode(place: Place, mode: str) -> None:
    """Each does what it is called; only sync writes to GitHub, and auto is no sync by hand."""
    job = place.run("workflow_dispatch", inputs={"mode": mode})
    assert job.code == 0, job.log
    expected = {"auto": "plan"}.get(mode, mode)
    assert f"mode: {expected}" in job.log
    assert job.summary.startswith(("### Backlog", "# ", "## "))
    assert len(place.titles()) == (4 if mode == "sync" else 0)


def test_the_reusable_workflow_is_the_action(place: Place) -> None:
    """Its inputs reach the action, and the action's outputs its caller."""
    refused = place.called("push", {"max-create": 3})
    assert refused.code == 4
    job = place.called("push", {"paths": "backlog.yaml", "progress": "none"})
    assert job.code == 0, job.log
    assert job.outputs == {"changed": "true"}
    assert len(place.titles()) == 4
    assert "issue:" not in place.at_remote("main:backlog.yaml")
    assert place.called("schedule", {"mode": "lint"}).outputs == {"changed": "false"}
