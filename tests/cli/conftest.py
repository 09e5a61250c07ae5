"""A folder with a small backlog, and the command run inside this process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from backlog_sync.cli.main import cli
from backlog_sync.cli.screen import Screen
from github_sandbox.app import Sandbox
from github_sandbox.server import serve

CANARY = "ghp_CANARYCANARYCANARYCANARYCANARYCANARY"

BACKLOG = """\
version: 1
repository: octo-org/shop
project:
  owner: octo-org
  title: Shop
  fields:
    Priority: {type: single_select, options: [High, Low]}
    Story Points: {type: number}
milestones:
  - {title: Spring, due: 2026-03-31}
epics:
  - id: checkout
    title: Checkout that never loses a cart
    milestone: Spring
    features:
      - id: carts
        title: Carts survive a restart
        stories:
          - id: keep
            title: Keep a cart for thirty days
            story_points: 5
            priority: High
            acceptance_criteria:
              - The cart is there after a restart
              - It is gone after thirty days
          - id: merge
            title: Merge the carts of two devices
            story_points: 8
            depends_on: [keep]
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run came to."""

    code: int
    out: str
    err: str


Backlog = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a backlog, and an environment that says nothing."""
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "GITHUB_API_URL", "GITHUB_REPOSITORY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "backlog.yaml").write_text(BACKLOG, encoding="utf-8")
    return tmp_path


@pytest.fixture
def backlog(folder: Path, capsys: pytest.CaptureFixture[str]) -> Backlog:
    """Run the command in this process; give exit code, standard output and standard error."""

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments), prog_name="backlog")
        told = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, told.out, told.err)

    return run


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What somebody types at a terminal, line by line; all of it is read."""
    lines: list[str] = []
    monkeypatch.setattr(Screen, "can_ask", lambda _: True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: lines.pop(0))
    yield lines
    assert lines == []


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A simulated GitHub that the environment points at, as if it were a real one."""
    with Sandbox() as sandbox:
        sandbox.ensure_repository("octo-org/shop")
        with serve(sandbox) as running:
            monkeypatch.setenv("GITHUB_API_URL", running.url)
            monkeypatch.setenv("GH_TOKEN", CANARY)
            yield sandbox
