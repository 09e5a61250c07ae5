"""Script people who act while a client works: steps that run before given requests.

A step that fails (no such issue, no permission) does not disturb the sandbox: it is reported in
`Script.actions`, and at `GET /_sandbox/people`.
"""

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveInt,
    model_validator,
)
from pydantic_core import PydanticCustomError

from github_sandbox.access import Permission
from github_sandbox.actors import Person
from github_sandbox.app import ActorAction
from github_sandbox.problems import RefusalError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from github_sandbox.app import Sandbox
    from github_sandbox.clock import VirtualClock

Issue: TypeAlias = Annotated[str, Field(description="A number, or a title.")]

_SPAN = re.compile(r"(?=\d)(?:(?P<days>\d{1,5})d)? ?(?:(?P<hours>\d{1,5})h)?")


def _seconds(value: object) -> object:
    """Return the seconds of `3d`, `4h` or `3d 4h`; any other value unchanged."""
    span = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if span is None:
        return value
    return int(span["days"] or 0) * 86_400 + int(span["hours"] or 0) * 3_600


Seconds: TypeAlias = Annotated[NonNegativeFloat, BeforeValidator(_seconds)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Step(_Model):
    """An action of a person, before a request is served or some seconds after the start.

    The first request after the script was set is number 1; seconds are those of the sandbox's
    clock, and steps that are due run before the next request. `repository` is needed if the
    sandbox contains more than one.
    """

    who: str = Field(description="A login; unknown people are created.")
    permission: Permission = "write"
    repository: str | None = Field(None, pattern=r"^[^/\s]+/[^/\s]+$")
    before_request: PositiveInt | None = None
    after: Seconds | None = Field(
        None, description="Seconds since the beginning, or days and hours: 3d 4h."
    )

    @model_validator(mode="after")
    def _has_one_time(self) -> "Step":
        if (self.before_request is None) == (self.after is None):
            raise PydanticCustomError(
                "no-time",
                "say when: either 'before_request' or 'after'",
                {"hint": "after: 0 is at once"},
            )
        return self

    def due(self, request: int, seconds: float) -> bool:
        """Return whether the step is due."""
        if self.before_request is not None:
            return request >= self.before_request
        return self.after is not None and seconds >= self.after

    def act(self, person: Person) -> None:
        """Run the step; raise what `Person` raises."""
        raise NotImplementedError


class OnIssue(Step):
    """A step on one issue."""

    issue: Issue


class Open(Step):
    """Opens an issue."""

    do: Literal["open"]
    title: str
    body: str = ""
    labels: tuple[str, ...] = ()

    def act(self, person: Person) -> None:
        """Run the step."""
        person.open_issue(self.title, self.body, labels=self.labels)


class Edit(OnIssue):
    """Changes title or body, or appends to the body."""

    do: Literal["edit"]
    title: str | None = None
    body: str | None = None
    append: str | None = Field(None, description="A text to add below the body.")

    def act(self, person: Person) -> None:
        """Run the step."""
        issue = person.find(self.issue)
        body = self.body
        if self.append is not None:
            body = f"{issue.body if body is None else body}\n{self.append}"
        person.edit(issue.number, title=self.title, body=body)


class Tick(OnIssue):
    """Checks the box in front of a text, or unchecks it."""

    do: Literal["tick"]
    text: str
    done: bool = True

    def act(self, person: Person) -> None:
        """Run the step."""
        person.tick(person.find(self.issue).number, self.text, done=self.done)


class Close(OnIssue):
    """Closes an issue."""

    do: Literal["close"]
    reason: Literal["completed", "not_planned", "duplicate"] = "completed"
    duplicate_of: Issue | None = None

    def act(self, person: Person) -> None:
        """Run the step."""
        other = person.find(self.duplicate_of).number if self.duplicate_of else None
        person.close(person.find(self.issue).number, self.reason, duplicate_of=other)


class Label(OnIssue):
    """Adds labels to an issue and removes others; missing ones are created."""

    do: Literal["label"]
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def act(self, person: Person) -> None:
        """Run the step."""
        number = person.find(self.issue).number
        for name in self.add:
            if not person.has_label(name):
                person.create_label(name)
        person.label(number, *self.add)
        person.unlabel(number, *self.remove)


class Assign(OnIssue):
    """Assigns people."""

    do: Literal["assign"]
    logins: tuple[str, ...]

    def act(self, person: Person) -> None:
        """Assign them."""
        person.assign(person.find(self.issue).number, *self.logins)


class SetMilestone(OnIssue):
    """Sets the milestone of an issue by title, or removes it."""

    do: Literal["milestone"]
    title: str | None

    def act(self, person: Person) -> None:
        """Run the step."""
        person.set_milestone(person.find(self.issue).number, self.title)


class Say(OnIssue):
    """Comments on an issue."""

    do: Literal["comment"]
    body: str

    def act(self, person: Person) -> None:
        """Run the step."""
        person.comment(person.find(self.issue).number, self.body)


class Simple(OnIssue):
    """Reopens an issue, deletes it permanently (needs admin), or adds it to a board."""

    do: Literal["reopen", "delete", "add_card"]

    def act(self, person: Person) -> None:
        """Run the step."""
        verbs: dict[str, Callable[[int], Any]] = {
            "reopen": person.reopen,
            "delete": person.delete,
            "add_card": person.add_card,
        }
        verbs[self.do](person.find(self.issue).number)


class Transfer(OnIssue):
    """Transfers an issue to another repository of the same owner."""

    do: Literal["transfer"]
    to: str

    def act(self, person: Person) -> None:
        """Run the step."""
        person.transfer(person.find(self.issue).number, self.to)


class PutBelow(OnIssue):
    """Makes an issue a sub-issue of another one, replacing its current parent."""

    do: Literal["put_below"]
    parent: Issue

    def act(self, person: Person) -> None:
        """Run the step."""
        person.put_below(person.find(self.issue).number, person.find(self.parent).number)


class Block(OnIssue):
    """Marks an issue as blocked by another one."""

    do: Literal["block"]
    by: Issue

    def act(self, person: Person) -> None:
        """Run the step."""
        person.block(person.find(self.issue).number, person.find(self.by).number)


class SetValue(OnIssue):
    """Sets a value on an issue's card by the names on the board; no value clears it.

    A list sets several options.
    """

    do: Literal["set"]
    field: str
    value: str | tuple[str, ...] | None
    board: str | None = None

    def act(self, person: Person) -> None:
        """Run the step."""
        person.set_value(person.find(self.issue).number, self.field, self.value, project=self.board)


class Archive(OnIssue):
    """Archives or unarchives an issue's card."""

    do: Literal["archive"]
    archived: bool = True
    board: str | None = None

    def act(self, person: Person) -> None:
        """Run the step."""
        number = person.find(self.issue).number
        person.archive_card(number, archived=self.archived, project=self.board)


class Rename(Step):
    """Renames the repository or a label."""

    do: Literal["rename"]
    label: str | None = None
    to: str

    def act(self, person: Person) -> None:
        """Run the step."""
        if self.label is None:
            person.rename_repository(self.to)
        else:
            person.rename_label(self.label, self.to)


class ArchiveRepository(Step):
    """Archives the repository, which makes it read-only, or unarchives it."""

    do: Literal["archive_repository"]
    archived: bool = True

    def act(self, person: Person) -> None:
        """Run the step."""
        person.archive_repository(archived=self.archived)


class ChangeRepository(Step):
    """Changes what a repository allows: issues at all, who creates them, writing anything."""

    do: Literal["change_repository"]
    issues: bool | None = None
    creation: Literal["all", "collaborators_only"] | None = None
    disabled: bool | None = None
    locked: bool | None = None

    def act(self, person: Person) -> None:
        """Run the step."""
        changes = {
            "has_issues": self.issues,
            "creation_policy": self.creation and self.creation.upper(),
            "is_disabled": self.disabled,
            "is_locked": self.locked,
        }
        person.change_repository(**{k: v for k, v in changes.items() if v is not None})


AnyStep: TypeAlias = Annotated[
    Open | Edit | Tick | Close | Label | Assign | SetMilestone | Say | Simple | Transfer | PutBelow
    | Block | SetValue | Archive | Rename | ArchiveRepository
    | ChangeRepository,
    Field(discriminator="do"),
]  # fmt: skip


class Script:
    """People who do these steps once each, in order, as soon as they are due.

    The start is the first request that is served.
    """

    def __init__(self, steps: tuple[AnyStep, ...]) -> None:
        self._waiting: list[AnyStep] = list(steps)
        self._began: tuple[int, datetime] | None = None
        self.actions: list[ActorAction] = []

    def act(self, sandbox: "Sandbox", request: int) -> None:
        """Run the steps that are due before the request with this number (from 1)."""
        if self._began is None:
            self._began = (request, sandbox.clock())
        first, start = self._began
        seconds = (sandbox.clock() - start).total_seconds()
        due = [step for step in self._waiting if step.due(request - first + 1, seconds)]
        self._waiting = [step for step in self._waiting if step not in due]
        for step in due:
            self._do(step, sandbox, request)

    def play(self, sandbox: "Sandbox", clock: "VirtualClock", until: float) -> None:
        """Run the steps of the first `until` seconds without a client, each at its own time.

        The sandbox must run on this clock, which is at `until` in the end.
        """
        self.act(sandbox, 0)
        assert self._began is not None
        start = self._began[1]
        times = {step.after for step in self._waiting if step.after is not None}
        for moment in (*sorted(time for time in times if time < until), until):
            clock.advance(max(0.0, moment - (clock() - start).total_seconds()))
            self.act(sandbox, 0)

    def _do(self, step: AnyStep, sandbox: "Sandbox", request: int) -> None:
        problem, number = None, None
        try:
            person = Person(
                sandbox, step.who, permission=step.permission, repository=step.repository
            )
            if isinstance(step, OnIssue):
                number = person.find(step.issue).number
            step.act(person)
        except RefusalError as refusal:
            problem = refusal.message
        except (KeyError, ValueError) as missing:
            problem = f"there is no such thing: {missing}"
        action = ActorAction(request, sandbox.store.now(), step.who, step.do, number, problem)
        self.actions.append(action)
