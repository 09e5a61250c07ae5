"""The live checks against the simulator, where each must hold; and how they clean up and report."""

from pathlib import Path

import pytest
import requests

import backlog_sync
from github_sandbox.app import Sandbox
from tests.live import __main__ as command
from tests.live.checks import FACTS, UNCHECKED, Fact, Seen
from tests.live.client import Live, UncheckableError
from tests.live.run import FAILS, HOLDS, OPEN, check_all, table
from tests.sandbox_adapter import SandboxAdapter

REPOSITORY = "octo-org/scratch"
TOKEN = "ghp_canary0123456789canary0123456789"


@pytest.fixture
def sandbox() -> Sandbox:
    """A simulated GitHub with a scratch repository and somebody in it."""
    made = Sandbox()
    made.ensure_repository(REPOSITORY)
    made.ensure_user("ada")
    return made


def live(sandbox: Sandbox) -> Live:
    """A client of the checks on this sandbox."""
    session = requests.Session()
    session.mount("http://", SandboxAdapter(sandbox))
    session.headers["Authorization"] = f"Bearer {TOKEN}"
    return Live(session, "http://127.0.0.1", REPOSITORY)


def things(sandbox: Sandbox) -> tuple[int, int, int]:
    """How many open issues, labels and milestones there are."""
    store, home = sandbox.store, sandbox.repository(REPOSITORY)
    opened = [i for i in store.issues.get(home.id, {}).values() if i.state == "OPEN"]
    return len(opened), len(store.labels[home.id]), len(store.milestones.get(home.id, {}))


def test_each_fact_holds_on_the_simulator(sandbox: Sandbox) -> None:
    """And nothing of what the checks created is left."""
    before = things(sandbox)
    verdicts = check_all(FACTS, lambda: live(sandbox))
    assert [(v.fact.text, v.seen) for v in verdicts if v.result != HOLDS] == []
    assert len(verdicts) == len(FACTS)
    assert things(sandbox) == before


def test_every_fact_names_a_module_that_exists() -> None:
    """A reader finds the code that relies on it; each text is there once."""
    package = Path(backlog_sync.__file__).parent
    used = [fact.relied_on_by for fact in FACTS] + [place for _, _, place in UNCHECKED]
    assert [name for name in used if not (package / name).is_file()] == []
    texts = [fact.text for fact in FACTS] + [text for _, text, _ in UNCHECKED]
    assert len(set(texts)) == len(texts)


def test_what_fails_is_cleaned_up_and_told(sandbox: Sandbox) -> None:
    """Facts that do not hold, that cannot be checked, and an interrupt in the middle."""
    before = things(sandbox)

    def wrong(one: Live) -> Seen:
        return False, f"#{one.issue()['number']} | {TOKEN} in {REPOSITORY}"

    def unable(one: Live) -> Seen:
        one.milestone()
        raise UncheckableError("the token may not do that")

    def interrupted(one: Live) -> Seen:
        one.issue()
        raise KeyboardInterrupt

    checks = (wrong, unable, interrupted, wrong)
    facts = [Fact("[R]", check.__name__, "log.py", check) for check in checks]
    verdicts = check_all(facts, lambda: live(sandbox))
    assert [verdict.result for verdict in verdicts] == [FAILS, OPEN]
    assert things(sandbox) == before
    shown = table(verdicts, hide=(TOKEN, REPOSITORY))
    assert "| unable | [R] | not checked | the token may not do that |" in shown
    assert TOKEN not in shown
    assert REPOSITORY not in shown


def test_without_an_environment_it_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is sent."""
    monkeypatch.delenv("BACKLOG_LIVE_REPOSITORY", raising=False)
    monkeypatch.delenv("BACKLOG_LIVE_TOKEN", raising=False)
    assert command.main() == 2
    assert "BACKLOG_LIVE_TOKEN" in capsys.readouterr().out
