"""The project's papers agree with each other: license, update bot, lock files, bounds, recipes."""

import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from backlog_sync import __version__
from backlog_sync.action.install import LOCK, REPORT_LOCK, fingerprint

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)


def text(name: str) -> str:
    """Return the text of a file of the project."""
    return (ROOT / name).read_text("utf-8")


def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads(text("pyproject.toml"))


def pins(name: str) -> dict[str, str]:
    """Return the pinned version of each package of a lock or constraints file."""
    return {canonicalize_name(package): version for package, version in PIN.findall(text(name))}


def test_the_license_is_the_declared_one() -> None:
    """pyproject.toml names MIT and the file with its text."""
    declared = project()["project"]
    assert declared["license"] == "MIT"
    (file,) = declared["license-files"]
    assert text(file).startswith("MIT License\n\nCopyright (c) 2026 The backlog authors\n")


def test_the_changelog_begins_with_the_version_at_work() -> None:
    """Its first part is the version of the package, marked as unreleased until it is tagged."""
    first = re.search(r"^## (.+)$", text("CHANGELOG.md"), re.MULTILINE)
    assert first
    assert first[1] in (__version__, f"{__version__} (unreleased)")


def test_the_update_bot_watches_every_package_file() -> None:
    """Each folder with a package.json is named in its configuration."""
    bot = yaml.safe_load(text(".github/dependabot.yml"))
    watched = {
        folder
        for update in bot["updates"]
        for folder in update.get("directories", [update.get("directory")])
        if update["package-ecosystem"] == "npm"
    }
    files = [f for f in ROOT.glob("tests/**/package.json") if "node_modules" not in f.parts]
    assert watched == {f"/{file.parent.relative_to(ROOT).as_posix()}" for file in files}


def test_the_commit_hooks_run_the_tested_versions() -> None:
    """A commit is checked by the same ruff and codespell as in the tests."""
    hooks = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    lines = {line for hook in hooks for line in hook.get("additional_dependencies", [])}
    assert {line.partition("==")[0] for line in lines} == {"codespell", "ruff"}
    assert lines <= set(text("constraints.txt").splitlines())


# ---- recipes -------------------------------------------------------------------------------


def recipes() -> set[str]:
    """Return the names of the recipes that the Makefile lists with a line of help."""
    return set(re.findall(r"^([a-z-]+):.* ## \S", text("Makefile"), re.MULTILINE))


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", ".github/workflows/ci.yml", "README.md"])
def test_every_recipe_that_is_named_exists(name: str) -> None:
    """`make` in the docs and in CI calls what the Makefile has."""
    named = {
        word
        for line in re.findall(r"(?:`|run: )make ((?:[a-z-]+ ?)+)", text(name))
        for word in line.split()
    }
    assert named or name == "README.md"
    assert named - recipes() == set()


def test_every_recipe_is_explained() -> None:
    """CONTRIBUTING names each of them; none hides a file of its name."""
    assert {
        r for r in recipes() - {"help"} if f"`make {r}`" not in text("CONTRIBUTING.md")
    } == set()
    phony = set(re.findall(r"^\.PHONY: ([a-z-]+)$", text("Makefile"), re.MULTILINE))
    assert phony == recipes()


def test_contributing_names_files_that_exist() -> None:
    """The recipes for changes and the table of folders follow the code when it moves."""
    page = text("CONTRIBUTING.md")
    paths = [p for p in re.findall(r"`([\w./-]+\.(?:py|graphql|md|json|toml))`", page) if "/" in p]
    assert len(paths) > 30
    tops = (ROOT, ROOT / "src", ROOT / "src" / "backlog_sync")
    missing = [p for p in paths if not any((top / p).exists() for top in tops)]
    assert [p for p in missing if "hello" not in p] == []
    folders = re.findall(r"^\| `(src/[\w/.]+)` \|", page, re.MULTILINE)
    assert [folder for folder in folders if not (ROOT / folder).exists()] == []
    own = {
        f"src/backlog_sync/{each.name}"
        for each in (ROOT / "src" / "backlog_sync").iterdir()
        if each.is_dir() and each.name != "__pycache__"
    }
    assert own <= set(folders)


# ---- lock files ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [LOCK, REPORT_LOCK])
def test_a_lock_file_pins_what_was_tested(name: str) -> None:
    """Each version is that of constraints.txt, so the action runs what the tests ran."""
    tested = pins("constraints.txt")
    assert {p: (v, tested.get(p)) for p, v in pins(name).items() if tested.get(p) != v} == {}


@pytest.mark.parametrize(("name", "extra"), [(LOCK, ""), (REPORT_LOCK, "report")])
def test_a_lock_file_has_every_dependency(name: str, extra: str) -> None:
    """Those of pyproject.toml, its extra and its build backend, in the versions that it allows."""
    declared, locked = project(), pins(name)
    wanted = [*declared["build-system"]["requires"], *declared["project"]["dependencies"]]
    wanted += declared["project"]["optional-dependencies"].get(extra, [])
    for line in wanted:
        requirement = Requirement(line)
        version = locked.get(canonicalize_name(requirement.name), "none")
        assert version in requirement.specifier, f"run `make lock`: {line}, locked is {version}"


@pytest.mark.parametrize("name", [LOCK, REPORT_LOCK])
def test_a_lock_file_has_hashes_and_no_place_to_fetch_from(name: str) -> None:
    """Every package has a hash; the index is the runner's own, not the one of whoever locked."""
    blocks = [b for b in re.split(r"^(?=\w)", text(name), flags=re.MULTILINE) if PIN.match(b)]
    assert len(blocks) == len(pins(name))
    assert [b for b in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", b)] == []
    assert "://" not in text(name)
    assert [o for o in re.findall(r"--[a-z-]+", text(name)) if o != "--hash"] == []


def test_another_lock_file_is_another_environment(tmp_path: Path) -> None:
    """The cached environment of a runner is not used again when the lock file changes."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / LOCK).write_text("click==8.2.0\n")
    before = fingerprint(tmp_path, LOCK)
    assert fingerprint(tmp_path, LOCK) == before
    (tmp_path / LOCK).write_text("click==8.2.1\n")
    assert fingerprint(tmp_path, LOCK) != before


# ---- the wheel -----------------------------------------------------------------------------


def test_the_wheel_has_both_packages_with_their_data(tmp_path: Path) -> None:
    """Every file of src is in it, the schema and the templates too, and nothing of the tests."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed: pip install -e '.[dev]'")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        rest = {name.partition(".dist-info/")[2] for name in archive.namelist()} - {""}
    sources = {
        file.relative_to(ROOT / "src").as_posix()
        for package in ("backlog_sync", "github_sandbox")
        for file in (ROOT / "src" / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert names == sources
    assert "github_sandbox/schema.graphql" in names
    for folder in ("github_sandbox", "backlog_sync/reports"):
        assert [name for name in names if name.startswith(f"{folder}/page/templates/")]
    assert {name.partition("/")[0] for name in names} == {"backlog_sync", "github_sandbox"}
    assert rest == {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
