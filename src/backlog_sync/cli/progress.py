"""Signs of life on standard error: a spinner while something is read, a bar for long work."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

from backlog_sync.render.expected import step_text

if TYPE_CHECKING:
    from backlog_sync.engine.ports import TimeLeft

_MINUTE = 60.0
_ESTIMATED = 1.0
"""Seconds between two estimates of the time left, at least."""
_REST = 50
"""How many times as long as an estimate took passes before the next one: they take 2% of a run."""
_REFRESH = 4
"""Times a second to draw a bar: often enough to look alive, also over a slow connection."""


_CALM = "cyan"
"""The color of progress: red and green are for results."""


def spinner(text: str, *, color: bool) -> AbstractContextManager[object]:
    """Show a spinner with this text."""
    console = Console(stderr=True, no_color=not color)
    return console.status(Text(text), spinner_style=_CALM)


class _StepColumn(ProgressColumn):
    """How far the work is; the time left also counts down while nothing is done, as in a wait."""

    def __init__(self, text: Callable[[], str]) -> None:
        super().__init__()
        self._text = text

    def render(self, task: Task) -> Text:  # noqa: ARG002 - rich's
        """Return the text of the column."""
        return Text(self._text(), "dim")


class Bar:
    """Shows the progress of long work; satisfies `engine.ports.Progress`.

    As a context manager it disappears at the end.

    `info` gets a line each minute if no bar is shown; `clock` returns seconds.
    """

    def __init__(
        self,
        *,
        shown: bool,
        color: bool,
        info: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._info, self._clock = info, clock
        self._title, self._total, self._done = "", 0, 0
        self._began = self._last_info = 0.0
        self._estimate: TimeLeft | None = None
        self._ends: float | None = None
        self._next_estimate = 0.0
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(30, complete_style=_CALM, finished_style=_CALM, pulse_style=_CALM),
            _StepColumn(self.text),
            console=Console(stderr=True, no_color=not color),
            transient=True,
            refresh_per_second=_REFRESH,
            disable=not shown,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.finish()

    def start(self, title: str, total: int, left: "TimeLeft | None" = None) -> None:
        """Show that a phase of work begins; without `left` it is not known when it ends.

        A phase without steps is over at once, and shows nothing.
        """
        self._title, self._total, self._done = title, total, 0
        self._began = self._last_info = self._clock()
        self._estimate, self._ends, self._next_estimate = left, None, self._began
        self._look_ahead(self._began)
        if total:
            self._progress.start()
            self._task = self._progress.add_task(title, total=total)

    def advance(self, count: int = 1) -> None:
        """Show that this many more steps are done."""
        self._done += count
        now = self._clock()
        if self._info and now - self._last_info >= _MINUTE:
            self._last_info = now
            self._look_ahead(now)
            self._info(f"{self._title}: {self.text()}")
        elif not self._progress.disable:
            self._look_ahead(now)
        if self._task is not None:
            self._progress.advance(self._task, count)

    def _look_ahead(self, now: float) -> None:
        """Estimate when the phase ends; not with every step, because that takes a moment."""
        if self._estimate and now >= self._next_estimate:
            left = self._estimate(now - self._began)
            self._ends = None if left is None else now + left
            self._next_estimate = now + max(_ESTIMATED, _REST * (self._clock() - now))

    def text(self) -> str:
        """Return how far the work is, and the time left if it is known."""
        left = None if self._ends is None else max(0.0, self._ends - self._clock())
        return step_text(self._done, self._total, left)

    def finish(self) -> None:
        """End the phase; the bar disappears."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None
        self._progress.stop()
