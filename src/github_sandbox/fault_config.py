"""Configure what goes wrong in a sandbox, with one document: see docs/sandbox.md.

`backlog sandbox serve --faults FILE` reads it from YAML or JSON; tests create it from a dictionary
and call `set_up` with it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveInt,
    model_validator,
)
from pydantic_core import PydanticCustomError

from github_sandbox import faults
from github_sandbox.access import CLASSIC, Grant, Permission
from github_sandbox.app import Sandbox
from github_sandbox.clock import START, VirtualClock
from github_sandbox.faults import Fault, FaultPlan
from github_sandbox.features import Features, enterprise
from github_sandbox.limits import Limits
from github_sandbox.scenario import AnyStep, Script

Switch: TypeAlias = PositiveInt | None
Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


FaultName: TypeAlias = Literal[
    "not_delivered", "answer_lost", "hang", "bad_gateway", "timeout", "html", "truncated",
    "graphql_error", "resource_limits", "validation_timeout", "partial", "short_list", "not_found",
    "primary_limit", "secondary_limit", "too_quick", "latency",
]  # fmt: skip

_FAULTS_BY_NAME: dict[str, tuple[Callable[..., Fault], frozenset[str]]] = {
    "not_delivered": (faults.not_delivered, frozenset()),
    "answer_lost": (faults.answer_lost, frozenset({"ran"})),
    "hang": (faults.hang, frozenset({"seconds", "delivered"})),
    "bad_gateway": (faults.bad_gateway, frozenset({"status", "delivered", "ran"})),
    "timeout": (faults.timeout, frozenset({"status", "delivered", "ran"})),
    "html": (faults.html_page, frozenset({"status", "delivered"})),
    "truncated": (faults.truncated, frozenset()),
    "graphql_error": (faults.graphql_error, frozenset({"delivered", "ran"})),
    "resource_limits": (faults.resource_limits, frozenset({"ran"})),
    "validation_timeout": (faults.validation_timeout, frozenset()),
    "partial": (faults.partial, frozenset({"failing"})),
    "short_list": (faults.short_list, frozenset({"keep"})),
    "not_found": (faults.not_found, frozenset()),
    "primary_limit": (faults.primary_limit, frozenset({"status", "worded"})),
    "secondary_limit": (faults.secondary_limit, frozenset({"status", "retry_after", "worded"})),
    "too_quick": (faults.submitted_too_quickly, frozenset()),
    "latency": (faults.latency, frozenset({"seconds"})),
}


def _fault_error(message: str, hint: str) -> PydanticCustomError:
    # a value in a message may contain braces, which pydantic would interpret
    return PydanticCustomError("wrong-fault", "{message}", {"message": message, "hint": hint})


class FaultEntry(_Model):
    """A fault, and the request that it affects; with `times` also the requests after it."""

    request: PositiveInt = Field(description="The place of the request, from 1.")
    times: PositiveInt = 1
    kind: FaultName
    status: int | None = Field(None, ge=200, le=599)
    delivered: bool | None = None
    seconds: NonNegativeFloat | None = None
    retry_after: NonNegativeFloat | None = None
    ran: NonNegativeInt | None = Field(None, description="Mutations of a batch that are done.")
    failing: tuple[PositiveInt, ...] | None = Field(None, description="Places in a batch, from 1.")
    keep: Share | None = Field(None, description="How much of each list is left: 0 to 1.")
    worded: Literal["already", "installation", "content"] | None = None

    @model_validator(mode="after")
    def _fits(self) -> "FaultEntry":
        _, parameters = _FAULTS_BY_NAME[self.kind]
        for name in sorted(self._set_parameters - parameters):
            hint = f"it takes: {', '.join(sorted(parameters)) or 'nothing'}"
            raise _fault_error(f"'{self.kind}' takes no '{name}'", hint)
        if self.kind == "latency" and self.seconds is None:
            raise _fault_error("'latency' needs 'seconds'", "write, say, seconds: 2")
        words = {"primary_limit": ("already", "installation"), "secondary_limit": ("content",)}
        if self.worded and self.worded not in words[self.kind]:
            hint = f"known: {', '.join(words[self.kind])}"
            raise _fault_error(f"'{self.kind}' is not worded '{self.worded}'", hint)
        return self

    @property
    def _set_parameters(self) -> set[str]:
        every = (
            "status",
            "delivered",
            "seconds",
            "retry_after",
            "ran",
            "failing",
            "keep",
            "worded",
        )
        return {name for name in every if getattr(self, name) is not None}

    def fault(self) -> Fault:
        """Return the fault."""
        make, _ = _FAULTS_BY_NAME[self.kind]
        arguments: dict[str, Any] = {name: getattr(self, name) for name in self._set_parameters}
        if "failing" in arguments:
            return make(*arguments["failing"])
        return make(**arguments)


class LimitsEntry(_Model):
    """Limits; `null` switches one off, and a missing one has its default."""

    per_hour: Switch = 5000
    searches_per_minute: Switch = 30
    rest_points_per_minute: Switch = None
    graphql_points_per_minute: Switch = None
    creations_per_minute: Switch = None
    creations_per_hour: Switch = None
    at_once: Switch = None
    block_seconds: PositiveInt = 60
    tells: bool = Field(False, description="Whether refusals carry `retry-after`.")
    status: Annotated[Literal["403", "429"], BeforeValidator(str)] = "403"

    def limits(self) -> Limits:
        """Return the limits."""
        return Limits(**{**self.model_dump(), "status": int(self.status)})


class ClockEntry(_Model):
    """A virtual clock: it advances with each request, and on demand."""

    start: datetime = START
    per_request: NonNegativeFloat = 0.0

    def clock(self) -> VirtualClock:
        """Return the clock; a time without a zone is in UTC."""
        start = self.start if self.start.tzinfo else self.start.replace(tzinfo=UTC)
        return VirtualClock(start, per_request=self.per_request)


class TokenEntry(_Model):
    """The owner of a token, and its permissions."""

    login: str
    permission: Permission = "admin"
    projects: bool = True
    board_writes: bool = True
    read_only: bool = False
    repositories: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = Field(CLASSIC, description="null: no classic token.")

    def grant(self) -> Grant:
        """Return the grant."""
        return Grant(**self.model_dump())


def _checked_version(version: str) -> str:
    try:
        enterprise(version)
    except KeyError:
        context = {"version": version, "hint": "there are: 3.17, 3.18, 3.19; in quotes"}
        raise PydanticCustomError("unknown-version", "{version} is not known", context) from None
    return version


class FaultConfig(_Model):
    """All settings. Times are in seconds."""

    version: Annotated[Literal["1"], BeforeValidator(str)] = "1"
    clock: ClockEntry | None = None
    latency: NonNegativeFloat = 0.0
    write_latency: NonNegativeFloat = 0.0
    list_lag: NonNegativeFloat = 0.0
    search_lag: NonNegativeFloat = 0.0
    enterprise: Annotated[str, AfterValidator(_checked_version)] | None = None
    limits: LimitsEntry = Field(default_factory=lambda: LimitsEntry.model_validate({}))
    tokens: dict[str, TokenEntry] = Field(default_factory=dict)
    count: Literal["requests", "writes"] = "requests"
    faults: tuple[FaultEntry, ...] = ()
    people: tuple[AnyStep, ...] = ()

    @property
    def features(self) -> Features:
        """Return the features of the server."""
        return enterprise(self.enterprise) if self.enterprise else Features()

    def plan(self) -> FaultPlan:
        """Return the faults by request; if there are two for one request, the first one counts."""
        faults_by_request: dict[int, Fault] = {}
        for entry in self.faults:
            for request in range(entry.request, entry.request + entry.times):
                faults_by_request.setdefault(request, entry.fault())
        return FaultPlan(faults_by_request, writes_only=self.count == "writes")


def set_up(sandbox: Sandbox, config: FaultConfig) -> None:
    """Apply a configuration to a sandbox from its next request on, except for the clock."""
    sandbox.features = config.features
    sandbox.latency, sandbox.write_latency = config.latency, config.write_latency
    sandbox.list_lag = timedelta(seconds=config.list_lag)
    sandbox.search_lag = timedelta(seconds=config.search_lag)
    sandbox.limits = config.limits.limits()
    sandbox.tokens = {token: entry.grant() for token, entry in config.tokens.items()}
    sandbox.faults = config.plan()
    sandbox.actors = Script(config.people) if config.people else None
