"""`backlog init --from FILE`: show what was read from existing plans, and convert them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from backlog_sync import wiring
from backlog_sync.cli.commands.lint import inventory_text, summary_text
from backlog_sync.cli.screen import Screen
from backlog_sync.core.accounts import Doubt, left_out
from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.core.escape import clean
from backlog_sync.core.model import ProjectSpec
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import ExitCode
from backlog_sync.files.account import accounts
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.load import Loaded, load
from backlog_sync.files.outline_report import branches, doubts, merged
from backlog_sync.files.write.convert import converted
from backlog_sync.files.write.export import draft_of_files, render
from backlog_sync.files.write.reading import setting_lines, write_to_config, write_to_front
from backlog_sync.render.canvas import wrapped
from backlog_sync.render.diagnostics import diagnostics_text
from backlog_sync.render.outline import doubts_text, left_text, tree_text
from backlog_sync.render.words import counted, found_text

_MOST_QUESTIONS = 5
"""The most questions; the other doubtful parts are shown as lines to add."""

_RECOVERED = ("invalid-yaml", "invalid-json")
"""Errors of a file after which the rest of it can still be read."""

_MOST_FINDINGS = 10
"""The most findings shown; `backlog lint` lists all of them."""

_HARMLESS = ("unknown-option", "unknown-status", "unknown-priority", "bullets-left-out")
"""Findings that report nothing that the new file lacks."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """The options of a run: the files to read, and how to convert them.

    `to` is `yaml`, `markdown`, or None for what fits the files; `repository` and `board` are for
    the settings of a roadmap that stays; `write` writes a text to the
    file that the options name.
    """

    sources: Sequence[str]
    to: str | None
    repository: str | None
    board: ProjectSpec | None
    write: Callable[[str, str], None]


def from_files(screen: Screen, request: Conversion) -> int:
    """Show what was read, ask about what is doubtful, and write what the options ask for."""
    loaded = _load(request.sources)
    doubts = _show(loaded, screen)
    if doubts and screen.can_ask():
        loaded, doubts = _asked(loaded, doubts, screen, request.sources)
    elif doubts:
        _show_doubts(doubts, screen)
    if request.to is None and any(is_roadmap(parsed.source.path) for parsed in loaded.files):
        return _keep(screen, loaded, request, doubts)
    return _convert(screen, loaded, request)


def _load(sources: Sequence[str]) -> Loaded:
    return load([Path(path) for path in sources], root=wiring.root(sources))


# ---- what was read -------------------------------------------------------------------------


def _show(loaded: Loaded, screen: Screen) -> tuple[Doubt, ...]:
    """Show the outline and the lines outside of items; return what is doubtful."""
    if not loaded.files:
        return ()
    look, read = screen.look(err=True), accounts(loaded)
    names = ", ".join(clean(parsed.source.path) for parsed in loaded.files[:_SHOWN])
    more = len(loaded.files) - _SHOWN
    names += f" and {counted(more, 'more file')}" if more > 0 else ""
    screen.info(wrapped(f"{names}: {inventory_text(loaded.inventory)}", look))
    screen.info(tree_text(branches(loaded), look) or "no items\n")
    screen.info(left_text(read, left_out(read), look))
    return doubts(loaded, read)


_SHOWN = 5
"""Files listed in one line; the others are only counted."""


def _show_doubts(doubts: Sequence[Doubt], screen: Screen) -> None:
    """Show the doubtful parts with the lines that would change how they are read."""
    screen.info(doubts_text(doubts, screen.look(err=True), setting_lines))


# ---- asking --------------------------------------------------------------------------------


def _asked(
    loaded: Loaded, doubts: tuple[Doubt, ...], screen: Screen, sources: Sequence[str]
) -> tuple[Loaded, tuple[Doubt, ...]]:
    """Ask about the doubtful parts, write the answers, and read the files once more."""
    answers: dict[str, list[Mapping[str, object]]] = {}
    for doubt in doubts[:_MOST_QUESTIONS]:
        answer = _answer(doubt, screen)
        if answer is not None:
            answers.setdefault(doubt.path, []).append(answer)
    if len(doubts) > _MOST_QUESTIONS:
        _show_doubts(doubts[_MOST_QUESTIONS:], screen)
    if not answers:
        return loaded, ()
    _write(loaded, {path: merged(answer) for path, answer in answers.items()}, screen)
    loaded = _load(sources)
    read = accounts(loaded)
    screen.info(f"now: {inventory_text(loaded.inventory)}")
    screen.info(summary_text(read, screen.look(err=True)).rstrip())
    return loaded, ()


def _answer(doubt: Doubt, screen: Screen) -> Mapping[str, object] | None:
    """Ask about one doubtful part; return the settings of the answer, None for no change."""
    screen.write_stderr(wrapped(f"line {doubt.line}: {doubt.question}", screen.look(err=True)))
    chosen = screen.choose(" ", tuple(doubt.answers), doubt.now)
    return doubt.answers.get(chosen)


def _write(loaded: Loaded, answers: Mapping[str, Mapping[str, object]], screen: Screen) -> None:
    """Write answers into a file's front matter if confirmed, otherwise into the shared config."""
    sources = {parsed.source.path: parsed.source for parsed in loaded.files}
    for path, settings in answers.items():
        for line in setting_lines(settings):
            screen.write_stderr(f"  {clean(line)}")
        if is_roadmap(path) and screen.ask(
            f"Write these lines into the front matter of {clean(path)}?"
        ):
            place = write_to_front(sources[path], settings)
        else:
            place = write_to_config(wiring.root((path,)), settings)
        screen.info(f"written to {clean(place)}")


# ---- what becomes of them ------------------------------------------------------------------


def _keep(screen: Screen, loaded: Loaded, request: Conversion, doubts: Sequence[Doubt]) -> int:
    """Leave a roadmap unchanged; print the settings that belong at its top."""
    sources = request.sources
    lines = ["---", "backlog:", f"  repository: {request.repository or 'owner/name'}"]
    if len(sources) > 1:
        folder = Path(sources[0]).parent
        others = [_relative_path(source, folder) for source in sources[1:]]
        lines.append(f"  include: [{', '.join(others)}]")
    answers = [next(iter(doubt.answers.values())) for doubt in doubts]
    taken = answers[0] if answers and not loaded.keys else {}  # otherwise the file has no items
    lines += [f"  {line}" for line in (setting_lines(taken) if taken else ())]
    lines += [*_board_lines(request.board), "  # points: {S: 2, M: 5, L: 8}"]
    lines += _commented(answers, taken)
    screen.result("\n".join((*lines, "---")) + "\n")
    name = clean(sources[0])
    screen.info(f"{name} stays as it is: {inventory_text(loaded.inventory)}")
    screen.info(f"Put these lines at its top (or into its front matter), then: backlog lint {name}")
    return ExitCode.DONE


def _board_lines(board: ProjectSpec | None) -> list[str]:
    if board is None:
        return ["  # project: {title: My Backlog}"]
    last = {"title": board.title} if board.number is None else {"number": board.number}
    return setting_lines({"project": {"owner": board.owner, **last}}, "  ")


def _commented(answers: Sequence[Mapping[str, object]], taken: Mapping[str, object]) -> list[str]:
    """Return the settings for doubtful parts as comments, without those already `taken`."""
    patterns = merged([each for each in answers if "reading" in each])
    given = setting_lines(taken) if taken else []
    added = [line for line in (setting_lines(patterns) if patterns else ()) if line not in given]
    if added and added[0].startswith("reading:"):
        added[0] += "  # what these lines say is not taken so; see above"
    return [f"  # {line}" for line in added]


def _relative_path(path: str, folder: Path) -> str:
    try:
        return Path(path).relative_to(folder).as_posix()
    except ValueError:
        return Path(path).as_posix()


def _convert(screen: Screen, loaded: Loaded, request: Conversion) -> int:
    """Convert files in other formats to a backlog in our own format."""
    stopped = [each for each in loaded.errors if each.slug not in _RECOVERED]
    _show_findings(loaded, screen)
    if stopped or not loaded.keys:
        screen.write_stderr(found_text(loaded.diagnostics, then="nothing was written"))
        return ExitCode.FAILED
    losses = [each for each in loaded.diagnostics if _is_loss(each)]
    text = _text(loaded, losses, request)
    request.write(request.to or "yaml", text)
    left = f"{counted(len(losses), 'thing')} left out"
    screen.info(wrapped(f"{inventory_text(loaded.inventory)}; {left}", screen.look(err=True)))
    return ExitCode.DONE


def _show_findings(loaded: Loaded, screen: Screen) -> None:
    """Show the findings of lint, errors first; of many findings only the first ones."""
    look = screen.look(err=True)
    diagnostics = sorted(loaded.diagnostics, key=lambda each: (not each.is_error, each))
    shown = diagnostics if look.full else diagnostics[:_MOST_FINDINGS]
    if shown:
        screen.write_stderr(diagnostics_text(shown, look, loaded.texts))
    if len(diagnostics) > len(shown):
        names = " ".join(clean(parsed.source.path) for parsed in loaded.files[:_SHOWN])
        more = counted(len(diagnostics) - len(shown), "more finding")
        screen.write_stderr(f"{more}: backlog lint {names}")


def _text(loaded: Loaded, losses: Sequence[Diagnostic], request: Conversion) -> str:
    """Return the text of the new file; with a named syntax it has all that the old ones declare."""
    if request.to is None:
        return render(draft_of_files(loaded, losses, request.repository))
    repository = request.repository if loaded.settings.repository is None else None
    return converted(loaded, request.to, losses, repository)


def _is_loss(diagnostic: Diagnostic) -> bool:
    """Return whether a finding reports something that the new file lacks."""
    return not diagnostic.slug.startswith(_HARMLESS)
