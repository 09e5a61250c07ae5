"""What people do with pull requests, branches, milestones and agents on GitHub's pages."""

import random
from typing import TYPE_CHECKING

from github_sandbox.actors import Person
from tests.laws.histories.world import AGENT, World

if TYPE_CHECKING:
    from github_sandbox.models import Milestone


class Teamwork:
    """Acts of a crowd; each returns in words what was done, "" if there was nothing to do."""

    world: World
    ann: Person
    mallory: Person

    def _finish(self, dice: random.Random, n: int) -> str:
        """Everything in an epic or milestone is done, or dropped."""
        issues = list(self.world.issues.values())
        places = {each.parent for each in issues} | {each.milestone for each in issues}
        place = dice.choice(sorted(each for each in places if each))
        inside = [each for each in issues if place in (each.parent, each.milestone)]
        is_open = [each.number for each in inside if each.state == "OPEN"]
        for number in is_open:
            self.ann.close(number, "not_planned" if dice.random() < 0.3 else "completed")
        return f"ann closes {is_open}, all of it" if is_open else ""

    def _resume(self, dice: random.Random, n: int) -> str:
        """One story is not done after all."""
        closed = [each for each in self.world.issues.values() if each.state == "CLOSED"]
        number = dice.choice([each.number for each in closed if not each.sub_issues])
        self.ann.reopen(number)
        return f"ann reopens #{number}, which is not done"

    def _close_epic(self, dice: random.Random, n: int) -> str:
        number = dice.choice(self._epics("OPEN"))
        self.ann.close(number)
        return f"ann closes the epic #{number}"

    def _reopen_epic(self, dice: random.Random, n: int) -> str:
        number = dice.choice(self._epics("CLOSED"))
        self.ann.reopen(number)
        return f"ann reopens the epic #{number}"

    def _epics(self, state: str) -> list[int]:
        issues = self.world.issues.values()
        return [each.number for each in issues if each.sub_issues and each.state == state]

    def _pull(self, dice: random.Random, n: int) -> str:
        who = dice.choice([self.ann, self.ann, self.mallory])
        draft = dice.random() < 0.3
        head = "mallory:patch" if who is self.mallory else ""
        pull = who.open_pull_request(f"Work on #{n}", f"closes #{n}", head=head, draft=draft)
        kind = "a draft" if draft else "a pull request"
        return f"{who.account.login} opens {kind} #{pull.number} for #{n}"

    def _merge_pull(self, dice: random.Random, n: int) -> str:
        number = dice.choice(self._open_pulls())
        self.ann.merge(number)
        return f"ann merges #{number}"

    def _close_pull(self, dice: random.Random, n: int) -> str:
        number = dice.choice(self._open_pulls())
        self.ann.close(number)
        return f"ann closes #{number}, unmerged"

    def _open_pulls(self) -> list[int]:
        store = self.world.sandbox.store
        issues = store.issues.get(self.ann.repository.id, {}).values()
        return [issue.number for issue in issues if issue.is_pull and issue.state == "OPEN"]

    def _branch(self, dice: random.Random, n: int) -> str:
        return f"ann links the branch {self.ann.link_branch(n)} to #{n}"

    def _close_milestone(self, dice: random.Random, n: int) -> str:
        return self._set_milestone_state(dice, "CLOSED")

    def _reopen_milestone(self, dice: random.Random, n: int) -> str:
        return self._set_milestone_state(dice, "OPEN")

    def _set_milestone_state(self, dice: random.Random, state: str) -> str:
        store = self.world.sandbox.store
        listed = store.milestones.get(self.ann.repository.id, {}).values()
        others: list[Milestone] = [each for each in listed if each.state != state]
        milestone = dice.choice(others)
        self.ann.edit_milestone(milestone.title, state=state)
        return f"ann makes the milestone {milestone.title} {state}"

    def _agent_leaves(self, dice: random.Random, n: int) -> str:
        store = self.world.sandbox.store
        agent = store.accounts[AGENT].id
        working = [each.number for each in self.world.issues.values() if agent in each.assignees]
        number = dice.choice(working)
        self.ann.unassign(number, AGENT)
        return f"{AGENT} leaves #{number}"


TEAMWORK = {
    "finish": 3, "resume": 2, "close_epic": 1, "reopen_epic": 1,
    "pull": 3, "merge_pull": 2, "close_pull": 1, "branch": 1,
    "close_milestone": 1, "reopen_milestone": 1, "agent_leaves": 1,
}  # fmt: skip
"""How often each act is done, in parts, in histories with the settings that these are about."""

SETTINGS = """\
{indent}close_done: true
{indent}agents: [copilot-swe-agent]
"""
OF_BOARDS = "{indent}pull_requests: {{in_review: In Review, in_progress: In Progress}}\n"
"""What is added to the settings of some starts."""

THEMES = (
    "finish finish resume close_epic reopen_epic file:status file:add under sync report",
    "finish resume close_milestone reopen_milestone milestone file:milestone file:add sync",
    "pull pull merge_pull close_pull branch status reopen finish file:status sync sync_unwritten",
    "file:agent file:agent file:agent agent_leaves agent_leaves assign close file:assignees sync",
)
"""What such histories may be about."""


def is_for(number: int) -> bool:
    """Whether a start has these settings: two of five, and none with issue fields."""
    return number % 5 in (2, 3)
