"""The simulator at the beginning of a case, and the translation of recorded ids."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar

from github_sandbox.access import Grant
from github_sandbox.app import Sandbox
from github_sandbox.clock import VirtualClock
from github_sandbox.faults import FaultPlan
from github_sandbox.models import Record
from tests.recordings.exchanges import Exchange

TOKEN: Final = "recorded"
R = TypeVar("R", bound=Record)


@dataclass(slots=True)
class World:
    """A simulator whose records stand for recorded ones.

    `ids` and `nodes` map recorded numbers and node ids to the simulator's; `learn` adds what
    answers show. `written` are requests for exchanges whose own was not recorded, by step.
    """

    sandbox: Sandbox
    clock: VirtualClock
    ids: dict[int, int] = field(default_factory=dict)
    nodes: dict[str, str] = field(default_factory=dict)
    written: dict[int, Any] = field(default_factory=dict)

    @classmethod
    def at(cls, moment: datetime) -> "World":
        """Return an empty simulator whose clock shows this moment."""
        clock = VirtualClock(moment)
        return cls(Sandbox(clock=clock), clock)

    def log_in(self, login: str, **rights: Any) -> None:
        """Let the case's requests come from this person."""
        self.sandbox.tokens[TOKEN] = Grant(login, **rights)
        self.sandbox.ensure_user(login, permission=rights.get("permission", "admin"))

    def create(self, kind: type[R], shown: Mapping[str, Any], /, **values: Any) -> R:
        """Create a record for a recorded one, whose `id` and `node_id` it stands for from now on.

        Its times are the recorded ones, where `shown` has them.
        """
        for name in ("created_at", "updated_at"):
            if isinstance(shown.get(name), str):
                values.setdefault(name, moment_of(shown[name]))
        record = self.sandbox.store.create(kind, **values)
        self.same(shown, {"id": record.id, "node_id": record.node_id})
        return record

    def same(self, recorded: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
        """Note that a recorded thing is this one of ours, unless it is known already."""
        if isinstance(recorded.get("id"), int) and isinstance(ours.get("id"), int):
            self.ids.setdefault(recorded["id"], ours["id"])
        for name in ("id", "node_id"):
            if isinstance(recorded.get(name), str) and isinstance(ours.get(name), str):
                self.nodes.setdefault(recorded[name], ours[name])

    def learn(self, recorded: Any, ours: Any) -> None:
        """Note which of our things stand for which recorded ones, from two parallel answers."""
        if isinstance(recorded, dict) and isinstance(ours, dict):
            self.same(recorded, ours)
            for name in recorded.keys() & ours.keys():
                self.learn(recorded[name], ours[name])
        elif isinstance(recorded, list) and isinstance(ours, list):
            for theirs, own in zip(recorded, ours, strict=False):
                self.learn(theirs, own)

    def translated(self, value: Any, name: str = "") -> Any:
        """Return a recorded value with our ids: node ids in texts, numbers under `…_id`."""
        if isinstance(value, dict):
            return {key: self.translated(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [self.translated(each, name) for each in value]
        if isinstance(value, str):
            return self._with_nodes(value)
        if isinstance(value, int) and not isinstance(value, bool) and re.search(r"_ids?$", name):
            return self.ids.get(value, value)
        return value

    def _with_nodes(self, text: str) -> str:
        if text in self.nodes:
            return self.nodes[text]
        return re.sub(r"[\w=+/-]{6,}", lambda word: self.nodes.get(word[0], word[0]), text)

    def path(self, recorded: str) -> str:
        """Return a recorded path (or address) with our ids instead."""
        patterns = (
            r"(?<=/repositories/)\d+",
            r"(?<=/issues/comments/)\d+",
            r"(?<=/blocked_by/)\d+",
        )
        for each in patterns:
            recorded = re.sub(
                each, lambda number: str(self.ids.get(int(number[0]), number[0])), recorded
            )
        return recorded

    def advance(self, exchange: Exchange) -> None:
        """Let the clock show when GitHub did what was asked, or answered, unless that is past."""
        moment = date_of(exchange.headers)
        if exchange.method in ("POST", "PATCH") and isinstance(exchange.body, dict):
            shown = exchange.body.get("updated_at")
            moment = datetime.fromisoformat(shown) if shown else moment
        if moment is not None and moment > self.clock():
            self.clock.sleep((moment - self.clock()).total_seconds())

    def fail_next(self, fault: Any) -> None:
        """Let the next request meet this fault."""
        self.sandbox.faults = FaultPlan({1: fault})


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """Return when an answer was sent; None without a date, or where it is a template."""
    try:
        return parsedate_to_datetime(headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None


def moment_of(text: str) -> str:
    """Return a recorded time as the simulator stores it: in UTC, to the second."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
