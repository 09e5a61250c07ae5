"""Keep the issues of a file that was moved or renamed: write its former identity into it."""

from collections.abc import Iterable
from dataclasses import replace

from backlog_sync.cli.options import command_line
from backlog_sync.cli.screen import Screen
from backlog_sync.cli.workspace import Run
from backlog_sync.core.escape import clean
from backlog_sync.core.guards import IF_MOVED, Violation
from backlog_sync.errors import BacklogError
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.parsed import Source


def offer(run: Run, violations: Iterable[Violation]) -> tuple[Source, str] | None:
    """Return the file to write its former identity into, and that identity; None if not clear.

    It is clear if a guard found that the file was moved, the file declares no `id:`, and the
    former one is gone: otherwise this may be a copy, or another backlog on purpose.
    """
    former = next((v.former_id for v in violations if v.former_id), "")
    if not former or not run.loaded.files or (run.target.top / former).exists():
        return None
    first = run.loaded.files[0]
    if first.dialect or run.desired.backlog_id not in run.desired.sources[:1]:
        return None
    return first.source, former


def hinted(run: Run, violations: Iterable[Violation]) -> list[Violation]:
    """Return the guards; the hint of a moved file also names the command that writes its `id:`."""
    violations = list(violations)
    if offer(run, violations) is None:
        return violations
    how = f"{IF_MOVED}, run `{clean(command_line('sync', '--yes'))}`, or"
    return [replace(v, hint=v.hint.replace(f"{IF_MOVED},", how, 1)) for v in violations]


def keep_identity(screen: Screen, run: Run, violations: Iterable[Violation], *, yes: bool) -> bool:
    """Write the former identity of a moved file into it, if a person agrees; return whether.

    The files are then read again. Without a terminal only `yes` agrees.
    """
    offered = offer(run, violations)
    if offered is None or not (yes or screen.can_ask()):
        return False
    source, former = offered
    path, shown = clean(source.path), clean(former)
    if not yes:
        screen.info(f"{shown} is gone, and its issues are those of {path}.")
        if not screen.ask(f"Was it moved to {path}? Write `id: {shown}` into it and go on?"):
            return False
    from backlog_sync.files.write.reading import write_to_front, write_to_yaml  # noqa: PLC0415 - files are rarely moved

    try:
        write = write_to_front if is_roadmap(source.path) else write_to_yaml
        write(source, {"id": former})
    except BacklogError:
        return False  # the refusal shows the line to write by hand
    screen.info(f"Wrote `id: {shown}` into {path}: its items keep their issues.\n")
    run.reload()
    return True
