"""People who act while a client works: a list of steps, each done before a certain request.

A step that cannot be done (no such issue, no right to it) does not disturb the sandbox: it is told
in `Script.actions`, and at `GET /_sandbox/people`.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveInt, model_validator
from pydantic_core import PydanticCustomError

from github_sandbox.access import Permission
from github_sandbox.actors import Person
from github_sandbox.app import ActorAction
from github_sandbox.problems import RefusalError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from github_sandbox.app import Sandbox

Issue: TypeAlias = Annotated[str, Field(description="A number, or a title.")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Step(_Model):
    """Somebody does something, before a request is served or some seconds after the beginning.

    The first request after the script was set is number 1; seconds are those of the sandbox's
    clock, and what is due is done before the next request. `repository` is needed where the
    sandbox holds more than one.
    """

    who: str = Field(description="A login; somebody unknown is made.")
    permission: Permission = "write"
    repository: str | None = Field(None, pattern=r"^[^/\s]+/[^/\s]+$")
    before_request: PositiveInt | None = None
    after: NonNegativeFloat | None = Field(None, description="Seconds since the beginning.")

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
        """Whether it is time."""
        if self.before_request is not None:
            return request >= self.before_request
        return self.after is not None and seconds >= self.after

    def act(self, person: Person) -> None:
        """Do it; raises as `Person` does."""
        raise NotImplementedError


class OnIssue(Step):
    """A step that is about one issue."""

    issue: Issue


class Open(Step):
    """Opens an issue."""

    do: Literal["open"]
    title: str
    body: str = ""
    labels: tuple[str, ...] = ()

    def act(self, person: Person) -> None:
        """Open it."""
        person.open_issue(self.title, self.body, labels=self.labels)


class Edit(OnIssue):
    """Changes title or body, or writes below the body."""

    do: Literal["edit"]
    title: str | None = None
    body: str | None = None
    append: str | None = Field(None, description="A text to add below the body.")

    def act(self, person: Person) -> None:
        """Edit it."""
        issue = person.find(self.issue)
        body = self.body
        if self.append is not None:
            body = f"{issue.body if body is None else body}\n{self.append}"
        person.edit(issue.number, title=self.title, body=body)


class Tick(OnIssue):
    """Ticks the box beside a text, or takes the tick away."""

    do: Literal["tick"]
    text: str
    done: bool = True

    def act(self, person: Person) -> None:
        """Tick it."""
        person.tick(person.find(self.issue).number, self.text, done=self.done)


class Close(OnIssue):
    """Closes an issue."""

    do: Literal["close"]
    reason: Literal["completed", "not_planned", "duplicate"] = "completed"
    duplicate_of: Issue | None = None

    def act(self, person: Person) -> None:
        """Close it."""
        other = person.find(self.duplicate_of).number if self.duplicate_of else None
        person.close(person.find(self.issue).number, self.reason, duplicate_of=other)


class Label(OnIssue):
    """Puts labels on an issue and takes others away; labels that do not exist are made."""

    do: Literal["label"]
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def act(self, person: Person) -> None:
        """Label it."""
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
    """Puts an issue into the milestone with this title, or into none."""

    do: Literal["milestone"]
    title: str | None

    def act(self, person: Person) -> None:
        """Put it there."""
        person.set_milestone(person.find(self.issue).number, self.title)


class Say(OnIssue):
    """Comments."""

    do: Literal["comment"]
    body: str

    def act(self, person: Person) -> None:
        """Say it."""
        person.comment(person.find(self.issue).number, self.body)


class Simple(OnIssue):
    """Opens an issue again, deletes it for good (needs admin), or puts it on a board."""

    do: Literal["reopen", "delete", "add_card"]

    def act(self, person: Person) -> None:
        """Do it."""
        verbs: dict[str, Callable[[int], Any]] = {
            "reopen": person.reopen,
            "delete": person.delete,
            "add_card": person.add_card,
        }
        verbs[self.do](person.find(self.issue).number)


class Transfer(OnIssue):
    """Moves an issue to another repository of the same owner."""

    do: Literal["transfer"]
    to: str

    def act(self, person: Person) -> None:
        """Move it."""
        person.transfer(person.find(self.issue).number, self.to)


class PutBelow(OnIssue):
    """Makes an issue a sub-issue of another, leaving the parent that it has."""

    do: Literal["put_below"]
    parent: Issue

    def act(self, person: Person) -> None:
        """Put it there."""
        person.put_below(person.find(self.issue).number, person.find(self.parent).number)


class Block(OnIssue):
    """Says that an issue is blocked by another."""

    do: Literal["block"]
    by: Issue

    def act(self, person: Person) -> None:
        """Say so."""
        person.block(person.find(self.issue).number, person.find(self.by).number)


class SetValue(OnIssue):
    """Sets a value on an issue's card by the names that people see; no value clears it."""

    do: Literal["set"]
    field: str
    value: str | None
    board: str | None = None

    def act(self, person: Person) -> None:
        """Set it."""
        person.set_value(person.find(self.issue).number, self.field, self.value, project=self.board)


class Archive(OnIssue):
    """Archives an issue's card, or brings it back."""

    do: Literal["archive"]
    archived: bool = True
    board: str | None = None

    def act(self, person: Person) -> None:
        """Archive it."""
        number = person.find(self.issue).number
        person.archive_card(number, archived=self.archived, project=self.board)


class Rename(Step):
    """Renames the repository, or a label of it."""

    do: Literal["rename"]
    label: str | None = None
    to: str

    def act(self, person: Person) -> None:
        """Rename it."""
        if self.label is None:
            person.rename_repository(self.to)
        else:
            person.rename_label(self.label, self.to)


class ArchiveRepository(Step):
    """Archives the repository, which nobody can write to then, or brings it back."""

    do: Literal["archive_repository"]
    archived: bool = True

    def act(self, person: Person) -> None:
        """Archive it."""
        person.archive_repository(archived=self.archived)


AnyStep: TypeAlias = Annotated[
    Open | Edit | Tick | Close | Label | Assign | SetMilestone | Say | Simple | Transfer | PutBelow
    | Block | SetValue | Archive | Rename | ArchiveRepository,
    Field(discriminator="do"),
]  # fmt: skip


class Script:
    """People who do these steps, each once, in their order as soon as they are due.

    Takes the steps; the beginning is the first request that it sees.
    """

    def __init__(self, steps: tuple[AnyStep, ...]) -> None:
        self._waiting: list[AnyStep] = list(steps)
        self._began: tuple[int, datetime] | None = None
        self.actions: list[ActorAction] = []

    def act(self, sandbox: "Sandbox", request: int) -> None:
        """Do what is to be done before the request with this number, from 1, is served."""
        if self._began is None:
            self._began = (request, sandbox.clock())
        first, start = self._began
        seconds = (sandbox.clock() - start).total_seconds()
        due = [step for step in self._waiting if step.due(request - first + 1, seconds)]
        self._waiting = [step for step in self._waiting if step not in due]
        for step in due:
            self._do(step, sandbox, request)

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
