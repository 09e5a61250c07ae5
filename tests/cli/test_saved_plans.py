"""Plans that are put aside, approved, limited to some items, and undone."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.digests import plan_digest
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog


def saved(backlog: Backlog, *more: str) -> dict[str, Any]:
    """Plan and put the plan aside; give what the file holds."""
    ran = backlog("plan", "--out", "plan.json", *more)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(Path("plan.json").read_text(encoding="utf-8"))
    return found


def titles(server: Sandbox) -> list[str]:
    """The titles of all open issues."""
    home = server.repository("octo-org/shop")
    issues = server.store.issues.get(home.id, {}).values()
    return sorted(issue.title for issue in issues if issue.state == "OPEN")


# ---- saved plans ---------------------------------------------------------------------------


def test_a_saved_plan_is_applied_without_asking(backlog: Backlog, server: Sandbox) -> None:
    """A first sync that nobody can be asked about: the plan was saved, that is the yes."""
    told = saved(backlog)
    assert told["format_version"] == 1
    bodies = [c["body"] for c in told["changes"] if c["kind"] == "issue"]
    assert all(body_block.split(body).marker for body in bodies)
    ran = backlog("sync", "--plan", "plan.json")
    assert ran.code == 0, ran.err
    assert len(titles(server)) == 4
    assert "plan.json" not in ran.out


def test_a_plan_that_was_applied_is_stale(backlog: Backlog, server: Sandbox) -> None:
    """It names what moved; nothing is sent."""
    saved(backlog)
    backlog("sync", "--plan", "plan.json")
    sent = sum(entry.mutations for entry in server.log)
    ran = backlog("sync", "--plan", "plan.json")
    assert ran.code == 4
    assert "error[stale-plan] refused: " in ran.err
    assert "changed on GitHub: #1, #2, #3, #4" in ran.err
    assert sum(entry.mutations for entry in server.log) == sent


def test_a_change_on_github_makes_a_plan_stale(
    backlog: Backlog, server: Sandbox, folder: Path
) -> None:
    """Somebody edits an issue between plan and sync: its number is told."""
    backlog("sync", "--yes")
    text = (folder / "backlog.yaml").read_text(encoding="utf-8")
    (folder / "backlog.yaml").write_text(text.replace("Merge the", "Join the"), encoding="utf-8")
    saved(backlog)
    Person(server, "ann").edit(2, title="Somebody's title")
    ran = backlog("sync", "--plan", "plan.json")
    assert ran.code == 4
    assert "changed on GitHub: #2;" in ran.err


def test_a_comment_does_not(backlog: Backlog, server: Sandbox) -> None:
    """What the plan does not read may change."""
    backlog("sync", "--yes")
    saved(backlog)
    Person(server, "ann").comment(2, "Looking forward to it")
    assert backlog("sync", "--plan", "plan.json").code == 0


def test_a_change_in_the_file_makes_a_plan_stale(
    backlog: Backlog, server: Sandbox, folder: Path
) -> None:
    """The item is named; an empty line is no change."""
    saved(backlog)
    file = folder / "backlog.yaml"
    file.write_text("\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Merge the", "Join the"), encoding="utf-8")
    ran = backlog("sync", "--plan", "plan.json")
    assert ran.code == 4
    assert "definitions: merge" in ran.err
    file.write_text(text, encoding="utf-8")
    assert backlog("sync", "--plan", "plan.json").code == 0


def test_a_plan_of_another_repository_is_refused(backlog: Backlog, server: Sandbox) -> None:
    """Though its items are the same."""
    server.ensure_repository("octo-org/other")
    saved(backlog)
    ran = backlog("sync", "--plan", "plan.json", "--repo", "octo-org/other")
    assert ran.code == 4
    assert "made for the repository octo-org/shop, this is octo-org/other" in ran.err


def change_title(plan: dict[str, Any]) -> None:
    """An edit by hand."""
    change = next(c for c in plan["changes"] if c["kind"] == "issue")
    change["fields"]["title"]["after"] = "Something else"


def change_title_and_digest(plan: dict[str, Any]) -> None:
    """An edit by somebody who knows how it is made."""
    change_title(plan)
    name = plan["target"]["repository"]
    plan["digests"]["plan"] = plan_digest(name, plan["changes"], sandbox=True)


def nest(plan: dict[str, Any]) -> None:
    """A definition that goes down further than anybody would."""
    for _ in range(600):
        plan["inputs"] = {"more": plan["inputs"]}


EDITS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a title": (change_title, "it was edited"),
    "a title, and the digest with it": (change_title_and_digest, "the plan is stale"),
    "an unknown part": (lambda p: p.update(more=1), "more is unknown"),
    "an action that there is not": (lambda p: p["changes"][0].update(action="delete"), "action"),
    "another version": (lambda p: p.update(format_version=2), "format version 2"),
    "no digests": (lambda p: p.pop("digests"), "digests is missing"),
    "another server": (lambda p: p["target"].update(host="evil.example"), "it was edited"),
    "an option": (lambda p: p["options"].update(prune="yes"), "prune"),
    "a definition of no kind": (
        lambda p: p["changes"][0].update(definition={"": "LabelDef", "name": 1}),
        "changes.0.definition",
    ),
    "a field without its after": (
        lambda p: p["changes"][0]["fields"].update(title={"": "FieldChange", "before": ""}),
        "changes.0.fields.title",
    ),
    "a digest that is none": (lambda p: p["digests"].update(plan="0" * 63), "digests.plan"),
    "a number beyond all bounds": (
        lambda p: p["changes"][0]["fields"].update(
            title={"": "FieldChange", "before": 10**400, "after": 1}
        ),
        "it was edited",
    ),
    "a deep nest": (nest, "it is nested too deeply"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_plan_is_refused(backlog: Backlog, server: Sandbox, name: str) -> None:
    """With a reason, before anything is sent."""
    edit, reason = EDITS[name]
    plan = saved(backlog)
    edit(plan)
    Path("plan.json").write_text(json.dumps(plan), encoding="utf-8")
    ran = backlog("sync", "--plan", "plan.json")
    assert ran.code == 4
    assert reason in ran.err
    assert titles(server) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("[1]", "valid dictionary"),
        ("[" * 200_000, "not JSON"),
        ('{"format_version": 1, "format_version": 1}', "occurs twice"),
        ('{"format_version": NaN}', "NaN"),
        ("\x00\xff", "not JSON"),
    ],
)
def test_what_is_no_plan_is_refused(backlog: Backlog, text: str, reason: str) -> None:
    """Whatever stands in the file: one reason, no traceback."""
    Path("plan.json").write_text(text, encoding="latin-1")
    ran = backlog("sync", "--plan", "plan.json")
    assert ran.code == 4
    assert "is not a valid saved plan" in ran.err
    assert reason in ran.err


def test_a_plan_file_that_is_not_there(backlog: Backlog) -> None:
    """Says how to make one."""
    ran = backlog("sync", "--plan", "nowhere.json")
    assert ran.code == 1
    assert "backlog plan --out FILE" in ran.err


def test_a_saved_plan_takes_no_option_that_makes_another(backlog: Backlog) -> None:
    """What it does is in the file."""
    assert backlog("sync", "--plan", "plan.json", "--only", "keep").code == 2
    assert backlog("sync", "--plan", "plan.json", "--dry-run").code == 2


# ---- approval ------------------------------------------------------------------------------


def test_an_approved_digest_goes_ahead(
    backlog: Backlog, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest that `plan` prints, or its first digits, is a yes to that plan, and to no other.

    In a workflow, where others can push, only the whole digest is.
    """
    digest = json.loads(backlog("plan", "--format", "json").out)["digests"]["plan"]
    short = digest[:12]
    assert f"`--approve {short}`" in backlog("plan").err
    assert f"`--approve {digest}`" in backlog("plan", "-v").err
    for wrong in ("0" * 64, f"{short[:-1]}{'0' if short[-1] != '0' else '1'}"):
        ran = backlog("sync", "--approve", wrong)
        assert (ran.code, digest in ran.err) == (4, True)
    for unclear in (digest[:11], f"{digest}0", "plan.json"):
        assert backlog("sync", "--approve", unclear).code == 2
    simulated = backlog("plan", "--sandbox").err.split("--approve ")[1][:12]
    with monkeypatch.context() as workflow:
        workflow.setenv("GITHUB_ACTIONS", "true")
        ran = backlog("sync", "--sandbox", "--approve", simulated)
        assert (ran.code, "all 64 digits" in ran.err) == (4, True)
    assert titles(server) == []
    assert backlog("sync", "--approve", short.upper()).code == 0
    assert len(titles(server)) == 4
    assert backlog("sync", "--approve", digest).code == 0, "there is nothing left to approve"


# ---- only ----------------------------------------------------------------------------------


def test_only_one_item_and_what_it_needs(backlog: Backlog, server: Sandbox) -> None:
    """Its parents and definitions come along, its neighbours do not; the next run does the rest."""
    ran = backlog("sync", "--only", "keep", "--yes")
    assert ran.code == 0, ran.err
    assert titles(server) == [
        "Carts survive a restart",
        "Checkout that never loses a cart",
        "Keep a cart for thirty days",
    ]
    assert "limited to keep" in ran.out
    told = json.loads(backlog("plan", "--format", "json").out)
    assert told["summary"]["create"] == 1
    assert told["summary"]["drift"] == 0
    assert backlog("sync").code == 0
    assert backlog("plan").out.startswith("✓ No changes.")


def test_a_link_to_what_is_left_out_is_not_claimed(backlog: Backlog, server: Sandbox) -> None:
    """What it waits for is not made: the link follows with the next run, and is no drift."""
    assert backlog("sync", "--only", "merge", "--yes").code == 0
    told = json.loads(backlog("plan", "--format", "json").out)
    assert told["drift"] == []
    assert [c["key"] for c in told["changes"] if c["kind"] == "dependency"] == ["merge"]
    assert backlog("sync").code == 0
    assert backlog("plan").out.startswith("✓ No changes.")


def test_only_of_a_changed_item(backlog: Backlog, server: Sandbox, folder: Path) -> None:
    """One of two changes is done; the other stays planned."""
    backlog("sync", "--yes")
    file = folder / "backlog.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("title: Keep a", "title: Hold a").replace("[keep]", "[]")
    file.write_text(text.replace("Merge the", "Join the"), encoding="utf-8")
    assert backlog("sync", "--only", "merge").code == 0
    assert "Join the carts of two devices" in titles(server)
    assert "Keep a cart for thirty days" in titles(server)
    told = json.loads(backlog("plan", "--format", "json").out)
    assert {c["key"] for c in told["changes"]} == {"keep"}


def test_an_item_is_named_in_the_ways_that_people_know_it(
    backlog: Backlog, server: Sandbox
) -> None:
    """By key, title, number, or the start of one; what is unclear is listed, all of it at once."""
    assert backlog("sync", "--yes").code == 0

    def only(*names: str) -> str:
        flags = [word for name in names for word in ("--only", name)]
        ran = backlog("plan", *flags)
        assert ran.code in (0, 2)
        warning = re.search(r"limited to (.+?) and what", " ".join(ran.out.split()))
        return warning[1] if warning else ran.err

    number = server_number(server, "Keep a cart for thirty days")
    same = ("keep", "KEEP", f"#{number}", str(number), f"octo-org/shop#{number}", "kee",
            "keep a  cart for thirty days", "Keep a c")  # fmt: skip
    for name in same:
        assert only(name) == "keep", name
    assert only(*same, "merge") == "keep, merge"
    wrong = only("kep", "c", "octo-org/other#1", "")
    assert "no item matches: 'kep'; did you mean\n    keep  Keep a cart for thirty days" in wrong
    assert "'c' matches 2 items:\n    checkout  Checkout that never loses a cart\n" in wrong
    assert "no item has this issue: 'octo-org/other#1'" in wrong
    assert "no item matches: ''" in wrong
    assert "did you mean\n    keep  Keep a cart for thirty days" in only("thirty")  # within a title


def server_number(server: Sandbox, title: str) -> int:
    """The number of an issue."""
    return Person(server, "ann", repository="octo-org/shop").find(title).number


# ---- undo ----------------------------------------------------------------------------------


def test_undo_closes_what_the_last_run_created(backlog: Backlog, server: Sandbox) -> None:
    """Shown and asked for first; a second undo has nothing to do, and a sync makes nothing new."""
    Person(server, "ann").open_issue("Somebody's own", "")
    backlog("sync", "--yes")
    ran = backlog("undo")
    assert ran.code == 4
    assert "error[needs-yes] refused: " in ran.err
    assert len(titles(server)) == 5
    ran = backlog("undo", "--yes")
    assert ran.code == 0, ran.err
    assert titles(server) == ["Somebody's own"]
    assert "nothing to do" in backlog("undo", "--yes").err
    assert backlog("sync").code == 0
    assert titles(server) == ["Somebody's own"]


def test_undo_knows_only_the_last_run(backlog: Backlog, server: Sandbox, folder: Path) -> None:
    """A later run that changed a title created nothing: the title is restored, and no more."""
    backlog("sync", "--yes")
    before = titles(server)
    file = folder / "backlog.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Merge the", "Join the"), encoding="utf-8")
    backlog("sync")
    assert titles(server) != before
    assert backlog("undo", "--yes").code == 0
    assert "nothing to do" in backlog("undo", "--yes").err
    assert titles(server) == before
    assert len(titles(server)) == 4


def test_a_run_without_changes_is_no_run(backlog: Backlog, server: Sandbox) -> None:
    """Looking twice does not forget what was made."""
    backlog("sync", "--yes")
    backlog("sync")
    assert backlog("undo", "--yes").code == 0
    assert titles(server) == []


def test_undo_leaves_alone_what_people_took_over(backlog: Backlog, server: Sandbox) -> None:
    """Without our marker an issue is theirs; closed ones stay as they are."""
    backlog("sync", "--yes")
    ann = Person(server, "ann")
    ann.edit(3, body="Mine now")
    ann.close(4)
    ran = backlog("undo", "--yes", "--format", "json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert [o["ref"] for o in told["outcomes"]] == ["#1", "#2"]
    assert [w["ref"] for w in told["plan"]["warnings"]] == ["#3", "#4"]


def test_the_sandbox_forgets_with_its_reset(backlog: Backlog, typed: list[str]) -> None:
    """Numbers begin anew, so what was remembered of them must not."""
    backlog("sync", "--sandbox")
    typed += ["n", "y"]
    kept = backlog("sandbox", "reset")
    assert (kept.code, kept.err) == (4, "Canceled; nothing was changed.\n")
    assert "No changes" in backlog("plan", "--sandbox").out
    assert backlog("sandbox", "reset").code == 0
    assert "nothing to do" in backlog("undo", "--sandbox").err
