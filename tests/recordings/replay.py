"""Send the requests of a case to the simulator, and compare what comes back."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from tests.recordings.differences import Answer, Difference, differences
from tests.recordings.exchanges import Case, Exchange
from tests.recordings.world import TOKEN, World
from tests.sandbox_adapter import sandbox_session

Seed: TypeAlias = Callable[[Case], World]
Before: TypeAlias = Callable[[World, Exchange], None]


@dataclass(frozen=True, slots=True)
class Compared:
    """An exchange, our answer to the same request, and how it differs from the recorded one."""

    exchange: Exchange
    ours: Answer
    differences: tuple[Difference, ...]


def replay(case: Case, seed: Seed, before: Before | None = None) -> list[Compared]:
    """Put the simulator into the case's first state, send its requests, compare the answers.

    `before` is called before each request, for what other people or the service did in between.
    """
    world = seed(case)
    compared: list[Compared] = []
    for exchange in case.exchanges:
        world.advance(exchange)
        if before is not None:
            before(world, exchange)
        ours = send(world, exchange)
        world.learn(exchange.body, ours.body)
        found = differences(world, exchange, ours)
        compared.append(Compared(exchange, ours, tuple(found)))
    return compared


def send(world: World, exchange: Exchange) -> Answer:
    """Send one recorded request, with our ids, to the simulator."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/vnd.github+json"}
    version = exchange.headers.get("x-github-api-version-selected")
    if version:
        headers["X-GitHub-Api-Version"] = version
    request = world.written.get(exchange.step, exchange.request)
    body = None if request is None else json.dumps(world.translated(request))
    response = sandbox_session(world.sandbox).request(
        exchange.method,
        f"http://api.github.localhost{world.path(exchange.path)}",
        headers=headers,
        data=body,
        allow_redirects=False,
    )
    answered = json.loads(response.content) if response.content else None
    lowered = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, lowered, answered)
