"""The live checks against the simulator, where each must hold; and how they clean up and report."""

import re
from pathlib import Path
from typing import Any

import pytest
import requests

import backlog_sync
from github_sandbox.access import Grant
from github_sandbox.app import Sandbox
from github_sandbox.clock import VirtualClock
from github_sandbox.features import Features, enterprise
from tests.live import __main__ as command
from tests.live.broken import BREAKS
from tests.live.checks import FACTS, UNCHECKED, Fact, Group, Seen
from tests.live.client import Live, Scratch, UncheckableError
from tests.live.run import FAILS, HOLDS, OPEN, check_all, id_of, kind_of, summary, table
from tests.sandbox_adapter import SandboxAdapter

REPOSITORY, OF_A_PERSON = "octo-org/scratch", "ada/scratch"
TOKEN = "ghp_canary0123456789canary0123456789"
ALL = Scratch(REPOSITORY, board_owner="octo-org", organization="octo-org", branch="topic")
GITHUB = Features()
ONLY_OF_PEOPLE = "issue_checks.types_of_people"


def world(features: Features = GITHUB) -> Sandbox:
    """A simulated GitHub with a scratch repository, somebody in it and an agent."""
    made = Sandbox(clock=VirtualClock(), features=features)
    made.ensure_repository(REPOSITORY)
    made.ensure_user("ada")
    made.ensure_agent()
    return made


@pytest.fixture
def sandbox() -> Sandbox:
    """Such a world."""
    return world()


def live(sandbox: Sandbox, scratch: Scratch = ALL) -> Live:
    """A client of the checks on this sandbox, whose waits take no time."""
    session = requests.Session()
    session.mount("http://", SandboxAdapter(sandbox))
    session.headers["Authorization"] = f"Bearer {TOKEN}"
    assert isinstance(sandbox.clock, VirtualClock)
    return Live(session, "http://127.0.0.1", scratch, sandbox.clock.sleep, "3fa9c1")


def things(sandbox: Sandbox) -> dict[str, int]:
    """How many things there are of each kind that a check creates; only open issues count."""
    store, home = sandbox.store, sandbox.repository(REPOSITORY)
    opened = [i for i in store.issues.get(home.id, {}).values() if i.state == "OPEN"]
    return {
        "issues": len(opened),
        "labels": len(store.labels[home.id]),
        "milestones": len(store.milestones.get(home.id, {})),
        "boards": len(store.projects.get(home.owner, {})),
        "issue fields": len(store.issue_fields.get(home.owner, {})),
        "issue types": len(store.types.get(home.owner, {})),
        "off": not home.has_issues,
    }


def of_a_person(sandbox: Sandbox) -> Live:
    """A client on the repository of a person, which some facts are about."""
    sandbox.ensure_repository(OF_A_PERSON, owner_type="User")
    return live(sandbox, Scratch(OF_A_PERSON))


def test_each_fact_holds_on_the_simulator(sandbox: Sandbox) -> None:
    """And nothing of what the checks created is left but one closed pull request, which is said."""
    before = things(sandbox)
    client = live(sandbox)
    facts = [fact for fact in FACTS if id_of(fact) != ONLY_OF_PEOPLE]
    verdicts = check_all(facts, client)
    assert [(v.fact.text, v.seen) for v in verdicts if v.result != HOLDS] == []
    assert len(verdicts) == len(FACTS) - 1
    assert things(sandbox) == before
    (left,) = client.left
    assert re.fullmatch(r"pull request #\d+, which cannot be deleted, closed", left)


def test_facts_about_repositories_of_people_hold_on_the_simulator(sandbox: Sandbox) -> None:
    """In one of an organization they are not checked, and the reason says what to use."""
    (fact,) = [fact for fact in FACTS if id_of(fact) == ONLY_OF_PEOPLE]
    assert check_all([fact], of_a_person(sandbox))[0].result == HOLDS
    (verdict,) = check_all([fact], live(sandbox))
    assert (verdict.result, "use one of your own" in verdict.seen) == (OPEN, True)


@pytest.mark.parametrize("fact", FACTS, ids=id_of)
def test_each_check_fails_on_a_simulator_that_breaks_its_fact(
    fact: Fact, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And cleans up there, too."""
    BREAKS[id_of(fact)](monkeypatch)
    sandbox = world()
    client = of_a_person(sandbox) if id_of(fact) == ONLY_OF_PEOPLE else live(sandbox)
    before = things(sandbox)
    (verdict,) = check_all([fact], client)
    assert (verdict.result, things(sandbox)) == (FAILS, before), verdict.seen


def test_every_fact_names_a_module_that_exists() -> None:
    """A reader finds the code that relies on it; each text is there once."""
    package = Path(backlog_sync.__file__).parent
    used = [fact.relied_on_by for fact in FACTS] + [place for _, _, place, _ in UNCHECKED]
    folders = (package, package.parent)  # the simulator is beside the product
    assert [n for n in used if not any((folder / n).is_file() for folder in folders)] == []
    texts = [fact.text for fact in FACTS] + [text for _, text, _, _ in UNCHECKED]
    assert len(set(texts)) == len(texts)
    assert BREAKS.keys() == {id_of(fact) for fact in FACTS}


def test_every_module_with_a_reported_fact_has_a_check() -> None:
    """Or a reason why there is none: [R] and [?] in the code do not go unnoticed."""
    package = Path(backlog_sync.__file__).parent
    tagged = {
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if re.search(r"(?<![\w\]])\[(R|\?)\]", file.read_text(encoding="utf-8"))
    }
    used = {fact.relied_on_by for fact in FACTS} | {place for _, _, place, _ in UNCHECKED}
    assert len(tagged) > 5
    assert tagged - used == set()


def test_what_an_old_server_lacks_is_not_checked() -> None:
    """There, no fact is called wrong, and most of them still hold."""
    sandbox = world(enterprise("3.17"))
    verdicts = check_all(FACTS, live(sandbox))
    assert [(v.fact.text, v.seen) for v in verdicts if v.result == FAILS] == []
    assert sum(verdict.result == HOLDS for verdict in verdicts) > len(FACTS) / 2


def test_groups_that_are_not_set_up_are_not_checked(sandbox: Sandbox) -> None:
    """The reason names what to set, and nothing is created for them."""
    groups = [fact for fact in FACTS if fact.group is not Group.REPOSITORY]
    verdicts = check_all(groups, live(sandbox, Scratch(REPOSITORY)))
    assert {verdict.result for verdict in verdicts} == {OPEN}
    assert all("BACKLOG_LIVE_" in verdict.seen for verdict in verdicts)
    other = Scratch(REPOSITORY, organization="another-org")
    of_another = [fact for fact in FACTS if fact.group is Group.ORGANIZATION]
    seen = {verdict.seen for verdict in check_all(of_another, live(sandbox, other))}
    assert seen == {"the scratch repository does not belong to BACKLOG_LIVE_ORGANIZATION"}
    assert not any(entry.mutations for entry in sandbox.log)


def test_what_fails_is_cleaned_up_and_listed(sandbox: Sandbox) -> None:
    """Facts that do not hold, that cannot be checked, and an interrupt in the middle."""
    before = things(sandbox)

    def wrong(one: Live) -> Seen:
        return False, f"#{one.issue()['number']} | {TOKEN} in {REPOSITORY} of Octo-Org"

    def unable(one: Live) -> Seen:
        one.milestone()
        raise UncheckableError("the token may not do that")

    def interrupted(one: Live) -> Seen:
        one.card(one.issue()["node_id"])
        raise KeyboardInterrupt

    checks = (wrong, unable, interrupted, wrong)
    facts = [Fact("[R]", check.__name__, "log.py", check) for check in checks]
    client = live(sandbox)
    verdicts = check_all(facts, client)
    assert [verdict.result for verdict in verdicts] == [FAILS, OPEN]
    assert things(sandbox) == before
    shown = table(verdicts, hide=(TOKEN, *client.scratch.private()))
    assert "| unable | [R] | not checked | the token may not do that | log.py |" in shown
    for secret in (TOKEN, REPOSITORY, "octo-org"):
        assert secret not in shown.lower()


def test_what_may_not_be_deleted_is_closed_and_listed(sandbox: Sandbox) -> None:
    """A token without admin rights cannot delete issues."""
    sandbox.tokens[TOKEN] = Grant("ada", permission="write")
    client = live(sandbox)

    def check(one: Live) -> Seen:
        return True, str(one.issue()["number"])

    verdicts = check_all([Fact("[R]", "a fact", "log.py", check)], client)
    assert client.left == ["issue #1, closed"]
    assert things(sandbox)["issues"] == 0
    assert "issue #1, closed" in summary(verdicts, client.left)


CREATING = (
    "issue_checks.longest_title",
    "definition_checks.label_case",
    "definition_checks.due_removed",
    "view_checks.most_views",
    "organization_checks.visibility",
    "organization_checks.issue_type",
)
"""Checks that together create a thing of each kind."""


class LostAnswers(SandboxAdapter):
    """Loses the answer to each request that creates something."""

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Let the request arrive, and drop the answer."""
        answer = super().send(request, *args, **kwargs)
        body = request.body or b""
        text = body if isinstance(body, str) else body.decode()
        if answer.status_code == 201 or ("(input: $input)" in text and "it: create" in text):
            raise requests.ConnectionError(request=request)
        return answer


def test_what_was_created_by_a_lost_answer_is_found_by_its_name(sandbox: Sandbox) -> None:
    """The next run with another nonce leaves it alone; `--clean` takes all of it away."""
    before = things(sandbox)
    facts = [fact for fact in FACTS if id_of(fact) in CREATING]
    assert len(facts) == len(CREATING)
    client = live(sandbox)
    client.session.mount("http://", LostAnswers(sandbox))
    verdicts = check_all(facts, client)
    assert {verdict.result for verdict in verdicts} == {OPEN}
    assert things(sandbox) == before
    assert client.left == []
    other = live(sandbox)
    other.nonce = "another"
    other.rest("POST", "/labels", {"name": other.name("label"), "color": "ededed"})
    other.rest("POST", "/issues", {"title": other.name("issue")})
    check_all(facts[:1], live(sandbox))
    assert things(sandbox) != before
    assert command.clean(live(sandbox)) == 0
    assert things(sandbox) == before


def test_the_command_prints_a_table_without_names(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says on what it ran and how many facts held; a word selects facts."""
    assert command.report(live(sandbox), TOKEN, command.selected(["milestone_due"])) == 0
    shown = capsys.readouterr().out
    assert "public repository of an organization, a classic token" in shown
    assert "1 held, 0 DID NOT HOLD, 0 not checked" in shown
    assert not any(secret in shown for secret in (TOKEN, "octo-org", "scratch"))
    sandbox.tokens[TOKEN] = Grant("eve", repositories=("octo-org/other",))
    sandbox.repository(REPOSITORY).is_private = True
    assert command.report(live(sandbox), TOKEN, FACTS) == 2
    assert "cannot be read: GraphQL: Could not resolve" in capsys.readouterr().out
    assert kind_of("github_pat_1") == "a fine-grained token"
    assert command.selected(()) == FACTS


def test_without_an_environment_it_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is sent."""
    monkeypatch.delenv("BACKLOG_LIVE_REPOSITORY", raising=False)
    monkeypatch.delenv("BACKLOG_LIVE_TOKEN", raising=False)
    assert command.main() == 2
    assert "BACKLOG_LIVE_TOKEN" in capsys.readouterr().out
