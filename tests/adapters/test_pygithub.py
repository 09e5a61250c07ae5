"""PyGithub on our session: its hook is for the whole process, so it is set only for a moment."""

import threading

import pytest
from github import Auth, Github

from backlog_sync.core.redaction import Secrets
from backlog_sync.errors import RefusedError
from backlog_sync.github_api.pygithub import client
from backlog_sync.github_api.transport import FixedToken, PolicySession, Tally
from github_sandbox.app import Sandbox
from github_sandbox.server import serve

HOME = "octo-org/widgets"


def session(url: str, *, read_only: bool) -> PolicySession:
    """A session with a tally of its own."""
    return PolicySession(
        api_url=url,
        graphql_url=f"{url}/graphql",
        credential=FixedToken("a-token", "GH_TOKEN"),
        read_only=read_only,
        user_agent="tests",
        secrets=Secrets(),
        tally=Tally(),
    )


def theirs_at(url: str) -> Github:
    """A client that somebody else makes."""
    auth = Auth.Token("theirs")
    return Github(auth=auth, base_url=url, retry=None, seconds_between_writes=None)


def test_clients_made_at_once_keep_to_their_own_sessions() -> None:
    """Each of many goes through the session that it was made for: half of them may not write."""
    with Sandbox() as sandbox:
        sandbox.ensure_repository(HOME)
        with serve(sandbox) as running:
            sessions = [session(running.url, read_only=bool(n % 2)) for n in range(16)]
            clients: dict[int, Github] = {}
            begin = threading.Barrier(len(sessions))

            def make(number: int) -> None:
                begin.wait()
                clients[number] = client(sessions[number], running.url)

            threads = [threading.Thread(target=make, args=(n,)) for n in range(len(sessions))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for number, github in clients.items():
                repository = github.get_repo(HOME)
                if number % 2:
                    with pytest.raises(RefusedError, match="must not write"):
                        repository.create_milestone(f"M{number}")
                else:
                    repository.create_milestone(f"M{number}")
        assert [each.tally.usage().rest for each in sessions] == [1, 0] * 8
        assert len(sandbox.log) == 8


def test_other_users_of_pygithub_are_left_alone() -> None:
    """A client that somebody else makes in this process, before or after, is not ours."""
    with Sandbox() as sandbox:
        sandbox.ensure_repository(HOME)
        with serve(sandbox) as running:
            before = theirs_at(running.url)
            ours = session(running.url, read_only=True)
            client(ours, running.url).get_repo(HOME).get_issues().totalCount  # noqa: B018
            after = theirs_at(running.url)
            for number, theirs in enumerate((before, after)):
                assert theirs.get_repo(HOME).create_milestone(f"M{number}").number == number + 1
                theirs.close()
        assert ours.tally.usage().rest == 1


def test_one_client_answers_several_threads() -> None:
    """PyGithub keeps one connection; each thread gets the answer to its own request."""
    with Sandbox() as sandbox:
        sandbox.ensure_repository(HOME)
        with serve(sandbox) as running:
            github = client(session(running.url, read_only=False), running.url)
            for number in range(1, 9):
                github.get_repo(HOME).create_milestone(f"M{number}")
            begin = threading.Barrier(8)
            titles: dict[int, list[str]] = {}

            def read(number: int) -> None:
                begin.wait()
                titles[number] = [
                    github.get_repo(HOME).get_milestone(number).title for _ in range(5)
                ]

            threads = [threading.Thread(target=read, args=(n,)) for n in range(1, 9)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert titles == {number: [f"M{number}"] * 5 for number in range(1, 9)}
