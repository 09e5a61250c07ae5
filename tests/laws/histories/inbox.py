"""New issues in histories: people open them, somebody asks for some, and they come into the file.

Some starts have an inbox: it takes bob's issues, and those that ann asks for with a label.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.laws.histories.model import Model
    from tests.laws.histories.paper import Paper
    from tests.laws.histories.world import Seen, World

LABEL = "people's"
SETTING = '{indent}inbox: {{labels: ["people\'s"], authors: [bob], below: BELOW}}\n'

THEMES = (
    "open open label take take take file:title file:status",
    "open open open label under take take close reopen tick around report",
    "open label copy forge take file:remove file:reorder file:revert sync_unwritten sync pull",
)
"""What a history with an inbox may be about."""


def is_used(number: int) -> bool:
    """Whether the start with this number has an inbox."""
    return number % 12 in (5, 10)


_NUMBER = re.compile(r"\[#(\d+)\]|issue: (\d+)|Issue\*\*: #(\d+)|\(#(\d+)\)")


@dataclass
class File:
    """A file of which nobody remembers the items."""

    path: str
    text: str

    def copy(self) -> "File":
        """The same file as it is now."""
        return File(self.path, self.text)

    def rematch(self, was: "File") -> None:
        """Nothing is remembered."""

    @property
    def numbers(self) -> list[int]:
        """The issues that it names."""
        return [int(next(filter(None, each))) for each in _NUMBER.findall(self.text)]


def take(world: "World", model: "Model", paper: "Paper") -> tuple["Seen", list[int]]:
    """Run `pull --new`, hold its laws, and let somebody give the new items names.

    Only issues that come below the epic are taken: the others' items have forms that nobody here
    edits.
    """
    epics = {n for uid, n in model.numbers.items() if uid.startswith("e")}
    ids = {world.issues[n].id for n in epics if n in world.issues}
    free = [n for n, each in world.issues.items()
            if model.uid_of(n) is None and (each.parent is None or each.parent in ids)]  # fmt: skip
    only = [word for n in free for word in ("--only", str(n))] or ["--only", "0"]
    file = File(paper.path, paper.text)
    seen = world.run(file, "pull", "--new", *only, "--format", "json")  # type: ignore[arg-type] # a file
    before, after = paper.text.split("\n"), iter(file.text.split("\n"))
    taken = [each["number"] for each in seen.envelope.get("taken", ())]
    if seen.code != 0 or seen.mutations or seen.before != seen.after:
        model.fail(seen, f"pull --new ends with {seen.code}, {seen.mutations} mutations")
    if not all(line in after for line in before):
        model.fail(seen, "pull --new takes lines away")
    for number in taken:
        login = _author(world, number)
        asked = any(_asks(world, label, who) for label, who in world.issues[number].labelings)
        if model.uid_of(number) is not None or world.issues[number].state != "OPEN":
            model.fail(seen, f"#{number} is taken twice, or is closed")
        if login != "bob" and not asked:
            model.fail(seen, f"#{number} of {login} is taken, and nobody asked for it")
    text = file.text
    again = world.run(file, "pull", "--new", *only, "--format", "json")  # type: ignore[arg-type] # a file
    if again.mutations or file.text != text or again.envelope.get("taken"):
        model.fail(again, "a second pull --new takes more")
    _integrate(paper, text, taken)
    return seen, taken


def _author(world: "World", number: int) -> str:
    accounts = world.sandbox.store.accounts.values()
    return next(a.login for a in accounts if a.id == world.issues[number].author)


def _asks(world: "World", label: int, who: int) -> bool:
    accounts = world.sandbox.store.accounts.values()
    login = next(a.login for a in accounts if a.id == who)
    return login == "ann" and getattr(world.sandbox.store.records.get(label), "name", "") == LABEL


def _integrate(paper: "Paper", text: str, taken: list[int]) -> None:
    """Have the file with its new items, which get a key or a number as the others have."""
    old = iter(paper.uids)
    lines = text.split("\n")
    uids: list[str] = []
    for at, line in enumerate(lines):
        number = next((m[1] for each in lines[at : at + 4] if (m := _ISSUE.search(each))), "")
        if re.match(r" *- title: ", line):
            lines[at] = re.sub(r"^( *)- (.*)$", rf"\1- id: t{number}\n\1  \2", line)
            uids.append(f"t{number}")
        elif line.startswith("### Story: "):
            paper.made += 1
            lines[at] = line.replace("### Story: ", f"### Story 9.{paper.made}: ")
            uids.append(f"t{number}")
        elif re.match(r" *- id: |##+ (Epic|Story) ", line):
            uids.append(next(old))
    assert [uid for uid in uids if uid not in paper.uids] == [f"t{n}" for n in taken], (uids, text)
    paper.text, paper.uids = "\n".join(lines), uids


_ISSUE = re.compile(r"(?:issue: |\[#)(\d+)")
