"""Agents as assignees: assigning one starts paid work, so it is never done by accident.

Only agents that the setting `agents` names are assigned, to existing open issues, and one per run
unless `--yes` is given. GitHub accepts this from users, not from Apps [R]; an agent works on behalf
of the user who assigned it.
"""

from collections.abc import Collection, Iterable, Sequence

from backlog_sync.core.changes import AdoptIssue, Change, UpdateIssue
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.locations import Location
from backlog_sync.core.matching import Match
from backlog_sync.core.model import DesiredItem, Settings
from backlog_sync.core.normalize import fold, fold_set
from backlog_sync.core.observed import ObservedIssue, ObservedState
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.states import is_closed

_NAMES_OF_AGENTS = ("-agent", "[bot]")
"""Ends of logins that agents have, and hardly a person: GitHub lists agents only if asked for."""


class Agents:
    """Decides which agents a run assigns, in the order of the items."""

    def __init__(
        self, settings: Settings, observed: ObservedState, options: PlanOptions = PLAIN
    ) -> None:
        self.allowed = frozenset(map(fold, settings.agents))
        self._by_app = observed.viewer.login.endswith("[bot]")
        self._observed = observed
        self._options = options
        self._assigned = 0
        self.earlier: list[str] = []

    def includes(self, login: str, location: Location) -> bool:
        """Return whether a login is that of an agent: GitHub, the settings or its name say so.

        The name counts only if no person of that name can be assigned.
        """
        listed = map(fold, (*location.agents, *filter(is_agent_name, location.unassignable)))
        return fold(login) in self.allowed or fold(login) in listed

    def denial(
        self, login: str, item: DesiredItem, match: Match | None, location: Location
    ) -> tuple[str, str] | None:
        """Return why an agent is not assigned now, and what to do; None if it is."""
        if self.is_assigned(login, match):
            if match is not None and not is_recorded(login, match):
                self.earlier.append(f"{login} on {self._observed.ref(match.issue)}")
            return None
        if fold(login) not in self.allowed:
            reason = f"{login} has the name of an agent, and assigning one starts paid work"
            if fold(login) in map(fold, location.agents):
                reason = f"{login} is an agent, and assigning it starts paid work"
            return reason, f"to allow that, add `agents: [{login}]` to the settings of the file"
        if self._by_app:
            return (
                f"{login} can be assigned only with the token of a user, not of an App",
                "run sync with a token of the user for whom the agent is to work",
            )
        if fold(login) in map(fold, location.unassignable):
            return (
                f"{login} cannot be assigned in {location.name}",
                "switch the agent on for the repository, check its name, and run sync with the"
                " token of a user who may assign it",
            )
        if match is None:
            return (f"{login} is assigned once the issue exists", "run sync again")
        if match.issue.state == "closed" or is_closed(item.fields.get("state")):
            return (f"{login} is not assigned to what is done", "take it out of the item")
        counts = not self._options.only or item.key in self._options.only
        if counts and self._assigned and not self._options.all_agents:
            return (
                "one agent is assigned per run",
                "run sync again for the next one, or use --yes to assign all of them",
            )
        self._assigned += counts
        return None

    def shown(
        self, issue: ObservedIssue, match: Match, desired: Sequence[str], location: Location
    ) -> tuple[str, ...]:
        """Return the assignees of an issue as a plan compares them.

        An agent that was assigned once is assigned: GitHub's list of people may leave it out, and
        it is not assigned again if people removed it. One that the file does not name stays.
        """
        declared = fold_set(desired)
        listed = fold_set(issue.assignees)
        others = [
            n for n in issue.assignees if not self.includes(n, location) or fold(n) in declared
        ]
        earlier = [
            name
            for folded, name in declared.items()
            if folded not in listed
            and self.includes(name, location)
            and self.is_assigned(name, match)
        ]
        return (*others, *earlier)

    def is_assigned(self, login: str, match: Match | None) -> bool:
        """Return whether an issue has this assignee, or ever had it."""
        if match is None:
            return False
        before = self._observed.assigned_before.get(match.issue.id, ())
        return is_recorded(login, match) or fold(login) in before

    def warnings(self, changes: Iterable[Change]) -> list[Warned]:
        """Report the agents that these changes assign, and those that are not assigned again."""
        warned: list[Warned] = []
        if self.earlier:
            were = (
                "was assigned before and is"
                if len(self.earlier) == 1
                else "were assigned before and are"
            )
            warned.append(
                Warned(
                    f"{', '.join(self.earlier)} {were} not assigned again, because that starts paid"
                    " work",
                    "agents",
                    "to have the work done once more, assign it on GitHub",
                )
            )
        return [*warned, *agent_warnings(changes, self.allowed, self._options)]


def is_agent_name(login: str) -> bool:
    """Return whether a login ends as those of agents do."""
    return fold(login).endswith(_NAMES_OF_AGENTS)


def is_recorded(login: str, match: Match) -> bool:
    """Return whether an issue has this assignee, or had it after an earlier sync."""
    marker = match.parts.marker
    earlier = marker.base.sets.get("assignees", ()) if marker else ()
    return fold(login) in {fold(name) for name in (*match.issue.assignees, *earlier)}


def agent_warnings(
    changes: Iterable[Change], allowed: Collection[str], options: PlanOptions
) -> list[Warned]:
    """Report the agents that these changes assign, as a number and by name."""
    assigned = [
        f"{name} on {change.ref}"
        for change in changes
        if isinstance(change, UpdateIssue | AdoptIssue)
        and (not options.only or change.key in options.only)
        and (field := change.fields.get("assignees")) is not None
        for name in _added(field.before, field.after)
        if fold(name) in allowed
    ]
    if not assigned:
        return []
    count = f"{len(assigned)} agent{'s' if len(assigned) > 1 else ''}"
    message = f"assigns {count}: paid work begins ({', '.join(assigned)})"
    names = ", ".join(dict.fromkeys(each.partition(" on ")[0] for each in assigned))
    return [Warned(message, "agents", f"to prevent that, take {names} out of `assignees` first")]


def _added(before: object, after: object) -> list[str]:
    old = fold_set(map(str, before)) if isinstance(before, list | tuple) else {}
    new = fold_set(map(str, after)) if isinstance(after, list | tuple) else {}
    return [name for folded, name in new.items() if folded not in old]
