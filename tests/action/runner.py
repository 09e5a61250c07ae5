"""A runner for composite actions, as far as `action.yml` needs one.

Of the actions of others it knows `actions/cache` alone, as its documentation describes it: an
exact key restores the path, and what was missing is kept at the end of a job that went well. Its
parts `restore` (by a key, else the newest with a prefix) and `save` do only one of both, at once.

It runs every `run` step as the real one does: a script file for bash without profiles, a fresh
file for outputs and one for the summary in each step, expressions replaced outside of scripts
alone. What comes back is read by the runner's own rules: outputs with delimiters, commands of
both forms. Sources: GitHub's documentation of workflow commands and of composite actions; the
second form of commands (`##[`), found anywhere in a line, is the runner's older one.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
_EXPRESSION = re.compile(r"\$\{\{\s*([^}]+?)\s*\}\}")
_COMMAND = re.compile(r"\s*::([A-Za-z-]+)(?: ([^:]*(?::(?!:)[^:]*)*?))?::(.*)\Z")
_OLD_COMMAND = re.compile(r"##\[([A-Za-z-]+)[^\]]*\](.*)")


@dataclass(frozen=True, slots=True)
class Command:
    """A line of the log that the runner obeys."""

    name: str
    properties: Mapping[str, str]
    message: str


@dataclass(slots=True)
class Job:
    """What became of a run of the action."""

    code: int = 0
    pid: int = 0
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)

    def said(self, kind: str) -> list[str]:
        """The messages of one kind of annotation."""
        return [command.message for command in self.commands if command.name == kind]


def run_action(
    inputs: Mapping[str, str],
    env: Mapping[str, str],
    *,
    action: Path,
    workspace: Path,
    temp: Path,
    token: str,
    job: Job | None = None,
) -> Job:
    """Run the composite steps of the action with these inputs; tell of it in the job."""
    described = yaml.safe_load((action / "action.yml").read_text("utf-8"))
    assert described["runs"]["using"] == "composite"
    assert set(inputs) <= set(described["inputs"])
    known = {"github.token": token, "github.action_path": str(action)}
    known |= {"runner.os": "Linux", "runner.arch": "X64"}
    known |= {"github.run_id": env["GITHUB_RUN_ID"], "github.run_attempt": "1"}
    given = {
        name: str(inputs.get(name, filled(str(spec.get("default", "")), known)))
        for name, spec in described["inputs"].items()
    }
    known |= {f"inputs.{name}": value for name, value in given.items()}
    job = job or Job()
    to_keep: list[tuple[Path, Path]] = []
    for number, step in enumerate(described["runs"]["steps"]):
        condition = step.get("if", "").removeprefix("${{").removesuffix("}}")
        anyway = condition.strip().startswith("!cancelled() &&")
        if (job.code and not anyway) or not _wanted(condition.split("!cancelled() &&")[-1], known):
            continue
        if step.get("uses", "").startswith("actions/cache/"):
            _part_of_cache(step, known, Path(env["RUNNER_TOOL_CACHE"]).parent / "kept")
            continue
        if "uses" in step:
            to_keep += _cache(step, known, Path(env["RUNNER_TOOL_CACHE"]).parent / "kept")
            continue
        assert step["shell"] == "bash"
        _step(step, number, known, job, env, workspace, temp)
    for path, kept in to_keep if not job.code else ():
        shutil.copytree(path, kept)
    for name, spec in described["outputs"].items():
        job.outputs[name] = filled(spec["value"], known)
    return job


def _wanted(condition: str, known: Mapping[str, str]) -> bool:
    """Whether a step runs: comparisons with words, all of which must hold."""
    for part in condition.split("&&") if condition else ():
        match = re.fullmatch(r"\s*([\w.-]+) (==|!=) '([^']*)'\s*", part)
        assert match, condition
        if (known.get(match[1], "") == match[3]) is not (match[2] == "=="):
            return False
    return True


def _cache(
    step: Mapping[str, Any], known: Mapping[str, str], store: Path
) -> list[tuple[Path, Path]]:
    """Restore what is kept under the key; else say what is to be kept at the end."""
    assert re.fullmatch(r"actions/cache@[0-9a-f]{40}", step["uses"])
    assert set(step["with"]) == {"path", "key"}, "a key that almost fits is another tool"
    path = Path(filled(step["with"]["path"], known))
    kept = store / filled(step["with"]["key"], known)
    if not kept.is_dir():
        return [(path, kept)]
    shutil.copytree(kept, path, dirs_exist_ok=True)
    return []


def _part_of_cache(step: Mapping[str, Any], known: Mapping[str, str], store: Path) -> None:
    """Restore what is kept under the key, else the newest with one of the prefixes; or save it."""
    part = re.fullmatch(r"actions/cache/(restore|save)@[0-9a-f]{40}", step["uses"])
    assert part, step["uses"]
    given = {name: filled(value, known) for name, value in step["with"].items()}
    path, kept = Path(given.pop("path")), store / given.pop("key")
    if part[1] == "save":
        assert not given
        if not kept.exists():
            shutil.copytree(path, kept)
        return
    prefix = given.pop("restore-keys")
    assert not given
    assert prefix, "an empty prefix fits everything"
    fitting = sorted(store.glob(f"{prefix}*"), key=lambda each: each.stat().st_ctime_ns)
    found = kept if kept.is_dir() else fitting[-1] if fitting else None
    if found:
        shutil.copytree(found, path, dirs_exist_ok=True)


def _step(
    step: Mapping[str, Any],
    number: int,
    known: dict[str, str],
    job: Job,
    env: Mapping[str, str],
    workspace: Path,
    temp: Path,
) -> None:
    script, output, summary = (
        temp / f"{name}-{number}" for name in ("script", "output", "summary")
    )
    script.write_text(filled(step["run"], known), "utf-8")
    output.write_text("")
    summary.write_text("")
    own = {name: filled(value, known) for name, value in step.get("env", {}).items()}
    folder = workspace / filled(step.get("working-directory", "."), known)
    with subprocess.Popen(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
        cwd=folder,
        env={**env, **own, "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as done:
        job.pid = done.pid
        out, _ = done.communicate(timeout=120)
    text = out.decode("utf-8", "replace")
    job.code = done.returncode
    job.log += text
    job.commands += commands_of(text)
    told = summary.read_bytes()
    assert len(told) <= 1024 * 1024, "the runner drops a larger summary whole"
    job.summary += told.decode("utf-8")
    for name, value in outputs_of(output.read_text("utf-8")).items():
        known[f"steps.{step['id']}.outputs.{name}"] = value


def filled(text: str, known: Mapping[str, str]) -> str:
    """Replace expressions by what is known; of what is not known nothing is left."""
    return _EXPRESSION.sub(lambda match: known.get(match[1], ""), text)


def outputs_of(text: str) -> dict[str, str]:
    """Read a file of outputs as the runner does; raise ValueError where it would fail the step."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if heredoc >= 0 and (equals < 0 or heredoc < equals):
            name, mark = line[:heredoc], line[heredoc + 2 :]
            if not name or not mark:
                raise ValueError(f"invalid format {line!r}")
            value = []
            for inner in lines:
                if inner == mark:
                    break
                value.append(inner)
            else:
                raise ValueError(f"matching delimiter not found {mark!r}")
            found[name] = "\n".join(value)
        elif equals > 0:
            found[line[:equals]] = line[equals + 1 :]
        else:
            raise ValueError(f"invalid format {line!r}")
    return found


def commands_of(log: str) -> list[Command]:
    """Every command that the runner would find in a log."""
    found = []
    for line in log.splitlines():
        if match := _COMMAND.match(line):
            pairs = (pair.split("=", 1) for pair in (match[2] or "").split(",") if "=" in pair)
            properties = {name.strip(): _unescaped(value) for name, value in pairs}
            found.append(Command(match[1], properties, _unescaped(match[3])))
        elif match := _OLD_COMMAND.search(line):
            found.append(Command(match[1], {}, match[2]))
    return found


def _unescaped(text: str) -> str:
    for code, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def bare(home: Path, tools: Path) -> dict[str, str]:
    """An environment as a job has it: nothing of this machine but what is needed to run."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    return {
        **kept,
        "PATH": f"{tools}:{kept['PATH']}",
        "HOME": str(home),
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
