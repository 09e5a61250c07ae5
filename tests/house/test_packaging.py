"""The project's papers agree with each other: license, update bot, lock files, bounds, recipes."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_the_update_bot_watches_every_package_file() -> None:
    """Each folder with a package.json is named in its configuration."""
    bot = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))
    watched = {
        folder
        for update in bot["updates"]
        for folder in update.get("directories", [update.get("directory")])
        if update["package-ecosystem"] == "npm"
    }
    files = [f for f in ROOT.glob("tests/**/package.json") if "node_modules" not in f.parts]
    assert watched == {f"/{file.parent.relative_to(ROOT).as_posix()}" for file in files}
