"""Histories of people who open, label and nest issues, with `pull --new` between syncs.

A model that knows nothing of how the program decides keeps who did what. Whenever issues are taken:

- nothing is taken twice, and nothing of strangers that nobody else asked for;
- nothing is written to GitHub, and the file keeps every line that it had;
- a second run changes no byte and takes nothing;
- a sync adopts what was taken: bodies keep their text, and no issue is created for it.

BACKLOG_BARS=full plays 1,000.
"""

import json
import os
import random
import re
from dataclasses import dataclass, field

import pytest

from github_sandbox.actors import Person
from github_sandbox.problems import RefusalError
from tests.laws.histories.inbox import File
from tests.laws.histories.world import World, folder, parts

SAMPLE, FULL = 8, 1_000
SEEDS = range(FULL if os.environ.get("BACKLOG_BARS") == "full" else SAMPLE)

_SETTINGS = """\
{0}id: widgets
{0}repository: octo-org/widgets
{0}inbox: {{labels: [idea], below: {1}, authors: {2}}}
"""
ROADMAP = "# Roadmap\n\n## Epic 1: Carts\n\n### Story 1.1: Keep\n**Priority**: High\n\nText.\n"
YAML = """\
version: 1
{0}epics:
  - id: e1
    title: Carts
    stories:
      - id: s1
        title: Keep
"""
LIST = "# Plan\n\n## Epic 1: Carts\n\n- [ ] Keep\n- [x] Drop\n"
TITLES = (
    "Export as CSV",
    "Print",
    "print ",
    "Keep",
    "- [ ] box",
    "# head",
    "a | b",
    "key: v",
    "ünï 🚲",
)
_KEY = re.compile(r'"key":"([^"]+)"')


@dataclass
class History:
    """What happens in one repository, and what is known of it."""

    world: World
    file: File
    writers: bool
    asked: dict[int, set[str]] = field(default_factory=dict)
    script: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        box = self.world.sandbox
        self.root = Person(box, "root", permission="admin")
        self.people = {
            "ann": Person(box, "ann"),
            "tri": Person(box, "tri", permission="triage"),
            "mallory": Person(box, "mallory", permission="read"),
        }
        for name in ("idea", "other"):
            self.root.create_label(name)

    def act(self, dice: random.Random) -> None:
        """Somebody does something on GitHub."""
        open_ = [n for n, each in self.world.issues.items() if each.state == "OPEN"]
        who = dice.choice(list(self.people))
        what = dice.choice(("open", "open", "open", "label", "unlabel", "nest", "close", "edit"))
        number = dice.choice(open_) if open_ else 0
        try:
            if what == "open":
                labels = tuple(dice.sample(["idea", "other"], dice.randrange(3)))
                number = self.people[who].open_issue(
                    dice.choice(TITLES), f"From {who}.\n\n- [x] done\n- [ ] open",
                    labels=labels, form=True,
                ).number  # fmt: skip
            elif what == "label":
                self.people[who].label(number, "idea")
                if who != self.author(number):
                    self.asked.setdefault(number, set()).add("idea")
            elif what == "unlabel":
                self.people["tri"].unlabel(number, "idea")
            elif what == "nest":
                self.root.put_below(number, dice.choice(open_))
            elif what == "close":
                self.people["ann"].close(number)
            else:
                body = self.world.issues[number].body
                self.people["ann"].edit(number, body=f"More {dice.randrange(99)}.\n\n{body}")
        except (RefusalError, ValueError, LookupError):
            return
        self.script.append(f"{who}: {what} #{number}")

    def author(self, number: int) -> str:
        """Who opened an issue."""
        accounts = self.world.sandbox.store.accounts.values()
        author = self.world.issues[number].author
        return next(each.login for each in accounts if each.id == author)

    def wears(self, number: int, label: str) -> bool:
        """Whether an issue has a label now."""
        return bool(self.world.snap().get(
            (number, "label", next(e.id for e in self.labels() if e.name == label))
        ))  # fmt: skip

    def labels(self) -> list:  # type: ignore[type-arg] # of the simulator
        """The labels of the repository."""
        home = self.world.sandbox.repository("octo-org/widgets").id
        return list(self.world.sandbox.store.labels[home].values())

    # ---- the tool ------------------------------------------------------------------------------

    def take(self) -> None:
        """Take new issues; hold the laws."""
        before = self.file.copy()
        seen = self.world.run(self.file, "pull", "--new", "--format", "json")  # type: ignore[arg-type]
        self.script.append(f"pull --new [exit {seen.code}] {seen.out[:900]}")
        assert seen.code == 0, seen.err
        assert (seen.mutations, seen.before) == (0, seen.after)
        rest = iter(self.file.text.split("\n"))
        assert all(line in rest for line in before.text.split("\n")), "lines are gone"
        numbers = self.file.numbers
        assert len(numbers) == len(set(numbers)), f"taken twice: {numbers}"
        new = set(numbers) - set(before.numbers)
        assert new == {each["number"] for each in json.loads(seen.out)["taken"]}
        for number in new:
            issue = self.world.issues[number]
            assert issue.state == "OPEN"
            assert "backlog:" not in issue.body
            if self.author(number) != "ann":
                assert "idea" in self.asked.get(number, ()), f"#{number} of a stranger"
                assert self.wears(number, "idea")
        text = self.file.text
        again = self.world.run(self.file, "pull", "--new", "--format", "json")  # type: ignore[arg-type]
        assert (again.mutations, self.file.text) == (0, text), "a second run writes"
        assert json.loads(again.out)["taken"] == []

    def sync(self) -> None:
        """Sync; hold the laws."""
        bodies = {n: each.body for n, each in self.world.issues.items()}
        unnumbered = len(bodies)
        seen = self.world.run(self.file, "sync", "--yes", "--format", "json")  # type: ignore[arg-type]
        self.script.append(f"sync [exit {seen.code}]")
        assert seen.code in (0, 4), seen.err
        created = [
            c for c in seen.plan["changes"] if c["kind"] == "issue" and c["action"] == "create"
        ]
        assert len(self.world.issues) - unnumbered == len(created)
        taken = set(self.file.numbers)
        for number, body in bodies.items():
            now = self.world.issues[number].body
            above, _, _, below = parts(body)
            above_now, _, _, below_now = parts(now)
            assert (above + below).strip() == (above_now + below_now).strip(), f"#{number}"
            if number not in taken:
                assert now == body
        keys = [
            _KEY.search(each.body)[1]  # type: ignore[index] # a marker has one
            for each in self.world.issues.values()
            if each.state == "OPEN" and "backlog:end" in each.body
        ]
        assert len(keys) == len(set(keys)), "two issues of one item"


def begin(seed: int, world: World) -> History:
    """A file of each syntax in turn, with and without all writers in its inbox."""
    writers, indent = seed % 2 == 0, "" if seed % 3 == 0 else "  "
    settings = _SETTINGS.format(
        indent, "e1" if seed % 6 == 0 else "Inbox", "writers" if writers else "[]"
    )
    if seed % 3 == 0:
        return History(world, File("backlog.yaml", YAML.format(settings)), writers)
    text = ROADMAP if seed % 3 == 1 else LIST
    return History(world, File("ROADMAP.md", f"---\nbacklog:\n{settings}---\n{text}"), writers)


@pytest.mark.parametrize("seed", SEEDS)
def test_new_issues_are_taken_once_and_only_if_asked_for(seed: int) -> None:
    """Every law holds in every run."""
    dice = random.Random(seed)
    with folder() as place:
        history = begin(seed, World(place))
        try:
            history.sync()
            for _ in range(dice.randrange(1, 4)):
                for _ in range(dice.randrange(1, 8)):
                    history.act(dice)
                history.take()
                if dice.random() < 0.7:
                    history.sync()
            history.sync()
            history.sync()
            seen = history.world.run(history.file, "sync", "--yes")  # type: ignore[arg-type]
            assert seen.mutations == 0, f"not silent: {seen.out}"
        except AssertionError as broken:
            told = "\n".join(history.script)
            raise AssertionError(f"{broken}\n{told}\n{history.file.text}") from broken
