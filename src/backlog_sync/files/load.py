"""The way in: paths to the desired state, with everything that is wrong on the way."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias

from backlog_sync.core.diagnostics import Diagnostic, Place, Severity
from backlog_sync.core.model import DesiredState, Inventory, ProjectSpec
from backlog_sync.errors import FailedError, UsageError
from backlog_sync.files.block import Template
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.folders import files_of, is_document, passed_over
from backlog_sync.files.foreign.csv import parse_csv
from backlog_sync.files.foreign.join import join_cards, join_items, join_status
from backlog_sync.files.foreign.structured import parse_structured
from backlog_sync.files.includes import expand, inside, one_file
from backlog_sync.files.lint import find_wrong_totals, lint
from backlog_sync.files.parsed import UNASKED, Asked, ParsedFile, Source
from backlog_sync.files.refs import check_repository, parse_project
from backlog_sync.files.resolve import Context, Resolved, resolve
from backlog_sync.files.settings import (
    FileSettings,
    check_ownership,
    check_reading,
    merge_settings,
    read_settings,
)
from backlog_sync.files.source import read_source, source_of
from backlog_sync.files.totals import WrongTotal
from backlog_sync.files.yaml.file import parse_yaml

PLACES = ("backlog/backlog.yaml", "backlog/backlog.yml", "backlog.yaml", "ROADMAP.md")
"""Where a backlog is looked for, in this order."""

CONFIG = "backlog/config.yaml"
"""Settings of roadmaps without front matter."""

MAX_FILES = 200
MAX_ROADMAP_LINES = 25_000
_SPLIT = "split the file, and name its parts one after the other: they are one backlog"

_YAML = (".yaml", ".yml", ".json", ".jsonl", ".ndjson")
_TABLES = (".csv", ".tsv")
_ORG = (".org",)
_NO_PLAN = ("no-items", "not-text", "empty-file", "not-a-file")
"""Why a file of a folder is passed over; anything else that is wrong with one is told."""

KNOWN = ".yaml, .yml, .json, .jsonl, .md, .csv, .tsv, .org or todo.txt"
"""The names of files that are read, as a message lists them."""

Bullets: TypeAlias = Literal["list", "items"]


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """A line of a file with the rule that took it, and the key of the item that it made."""

    path: str
    line: int
    rule: str
    key: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that the files gave.

    `desired` is None where the files cannot be read or their keys are not clear; who writes
    anywhere must also see that `errors` is empty. `diagnostics` stand by place. `keys` gives for
    each key the index of its file and of the item in it. `notes` are for `lint --explain`,
    `wrong_totals` (with the index of the file) for `lint --fix`. `settings` are those of all
    files together, `config` is the file of settings that roadmaps share. `again` reads the same
    backlog with other bytes in some of its files.
    """

    desired: DesiredState | None
    diagnostics: tuple[Diagnostic, ...]
    inventory: Inventory
    files: tuple[ParsedFile, ...]
    keys: Mapping[str, tuple[int, int]]
    notes: tuple[ExplainedLine, ...] = ()
    write_back: str = "progress"
    wrong_totals: tuple[tuple[int, WrongTotal], ...] = ()
    settings: SettingsDocument = field(default_factory=SettingsDocument)
    config: ParsedFile | None = None
    again: "Again | None" = field(default=None, compare=False, repr=False)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What stops a sync."""
        return tuple(each for each in self.diagnostics if each.is_error)


Again: TypeAlias = Callable[[Mapping[Path, bytes]], Loaded]
"""Reads a backlog once more, with these bytes where these files stand."""


def discover(root: Path) -> Path:
    """The backlog of a folder, where nobody names one.

    Raises FailedError, with the places that were looked at.
    """
    for place in PLACES:
        if (root / place).is_file():
            return root / place
    raise FailedError(
        f"there is no backlog below {root}: looked for {', '.join(PLACES)}",
        slug="no-backlog",
        hint="name a file, or write a first one with 'backlog init'",
    )


def load(
    paths: Sequence[Path],
    *,
    root: Path,
    repository: str | None = None,
    project: str | None = None,
    bullets: str | None = None,
) -> Loaded:
    """Read the backlog that these files, and what they include, make together.

    `root` is the top of the repository: includes stay below it, and the identity is relative to
    it. `repository`, `project` (`OWNER/TITLE`, `OWNER/NUMBER`, `none`) and `bullets` (`list`,
    `items`) are what flags say; None leaves it to the files. Without paths the backlog is
    discovered. What is wrong with files is in the result; raises UsageError for flags without a
    meaning, FailedError where no backlog is found.
    """
    if bullets not in (None, "list", "items"):
        raise UsageError(f"'{bullets}' is not a way to read bullets", hint="write list or items")
    if repository is not None:
        check_repository(repository)
    flag = parse_project(project) if project is not None else None
    discovered = not paths
    if discovered:
        paths = [_relative_to_here(discover(root))]

    def read(instead: Mapping[Path, bytes]) -> Loaded:
        reader = _Reader(root, _bullets(bullets), {_real(f): raw for f, raw in instead.items()})
        for path in paths:
            reader.open(path)
        reader.read_config()
        if discovered:
            reader.tell_unread(paths[0])
        loaded = _assemble(reader, repository, flag, flag_said=project is not None)
        return replace(loaded, again=read)

    return read({})


def _bullets(word: str | None) -> Bullets | None:
    return None if word is None else "items" if word == "items" else "list"


def _relative_to_here(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


@dataclass(slots=True)
class _Reader:
    """Reads files and what they include, each once; `instead` is what stands in some of them."""

    root: Path
    bullets: Bullets | None
    instead: Mapping[Path, bytes]
    files: list[ParsedFile] = field(default_factory=list)
    settings: list[FileSettings] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    said: list[tuple[SettingsDocument, ...]] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    seen: dict[Path, str] = field(default_factory=dict)
    template: Template = ()
    template_said: Place | None = None
    config: ParsedFile | None = None
    folder: bool = False
    settings_found: list[tuple[Diagnostic, ...]] = field(default_factory=list)
    passed: list[ExplainedLine] = field(default_factory=list)
    identity: str | None = None

    def tell_unread(self, first: Path) -> None:
        """Tell of other files that would have been taken for the backlog."""
        for place in PLACES:
            other = self.root / place
            if other.is_file() and _real(other) not in self.seen:
                message = f"{place} is there too, and is not read"
                hint = f"name it to read it: backlog lint {first} {_relative_to_here(other)}"
                found = Diagnostic(
                    Place(str(first)), "another-backlog", message, hint, Severity.WARNING
                )
                self.diagnostics.append(found)

    def open(self, path: Path) -> None:
        """Read a file or a folder that somebody named; the first gives the backlog its identity."""
        if not path.is_dir():
            self.read(path, str(path))
        else:
            if not self.sources and self.identity is None:
                self.identity = _below(_real(path), self.root) or path.name
            self._folder(path)

    def _folder(self, folder: Path) -> None:
        """Read the files of a folder that hold items; of its documents none is an error."""
        found = files_of(folder)
        if found.full or len(found.files) > MAX_FILES:
            message = f"a backlog is made of at most {MAX_FILES} files, and this folder holds more"
            hint = "name the folder below it that holds the plan"
            self.diagnostics.append(Diagnostic(Place(str(folder)), "too-many-files", message, hint))
            return
        inner = _Reader(self.root, self.bullets, self.instead, folder=True)
        inner.seen = self.seen
        for file in found.files:
            inner.read(file, str(file))
        self._take(inner, folder, [str(each) for each in found.left_out])

    def _take(self, inner: "_Reader", folder: Path, left_out: list[str]) -> None:
        """Take over what a folder gave. Beside cards, other Markdown is no plan but prose."""
        cards = any(parsed.dialect == "card" for parsed in inner.files)
        passed = [*left_out, *(note.path for note in inner.passed)]
        for number, parsed in enumerate(inner.files):
            path = parsed.source.path
            prose = cards and is_roadmap(path) and parsed.dialect != "card"
            if prose or not any(item.confident for item in parsed.items):
                passed.append(path)
                continue
            self.files.append(parsed)
            self.settings.append(inner.settings[number])
            self.sources.append(inner.sources[number])
            self.said.append(inner.said[number])
            self.diagnostics.extend(inner.settings_found[number])
        self.diagnostics.extend(inner.diagnostics)
        if self.template_said is None:
            self.template, self.template_said = inner.template, inner.template_said
        why = "a file of this folder that holds no items"
        self.passed += [ExplainedLine(path, 1, "passed-over", None, why) for path in passed]
        told = passed_over(str(folder), [path for path in passed if not is_document(path)])
        self.diagnostics.extend([told] if told else [])
        if not self.files and not any(each.is_error for each in self.diagnostics):
            message = f"no file of this folder holds items; looked for {KNOWN}"
            hint = "name the file that holds the plan, or write one with 'backlog init'"
            self.diagnostics.append(Diagnostic(Place(str(folder)), "no-items", message, hint))

    def read(
        self,
        file: Path,
        path: str,
        chain: tuple[Path, ...] = (),
        above: tuple[SettingsDocument, ...] = (),
    ) -> None:
        """Read one file and, before the next, what it includes; `above` are settings of those
        that include it.
        """
        real = _real(file)
        if real in self.seen:
            return
        self.seen[real] = path
        if len(self.seen) > MAX_FILES:
            if len(self.seen) == MAX_FILES + 1:
                message = f"a backlog is made of at most {MAX_FILES} files"
                self.diagnostics.append(Diagnostic(Place(path), "too-many-files", message))
            return
        source = self._source(file, path)
        if isinstance(source, Diagnostic):
            self._not_read(source)
            return
        parsed = self._parse(source)
        if parsed is None:
            return
        if self.folder and (is_document(path) or not parsed.items):
            self._not_read(Diagnostic(Place(path), "no-items", "it holds no items"))
            return
        settings, found = read_settings(parsed)
        said = (settings.document, *above)
        parsed = self._as_asked(parsed, *said[: 1 if is_roadmap(path) else None])
        self.files.append(parsed)
        self.settings.append(settings)
        self.sources.append(_below(real, self.root) or file.name)
        self.said.append(said)
        self.settings_found.append(found)
        if not self.folder:
            self.diagnostics.extend(found)
        self._read_template(settings, real)
        self._include(settings, real, path, (*chain, real), said)

    def _not_read(self, why: Diagnostic) -> None:
        """Tell why a file is not read; one that only stands in a folder is passed over."""
        if self.folder and why.slug in _NO_PLAN:
            note = ExplainedLine(why.place.path, 1, "passed-over", None, why.message)
            self.passed.append(note)
        else:
            self.diagnostics.append(why)

    def _source(self, file: Path, path: str) -> Source | Diagnostic:
        """Read a file, unless it is a link that leads out of the repository.

        Such a link may have come with a commit: what it leads to would be published, and progress
        be written into it.
        """
        named = any(file.absolute().is_relative_to(top) for top in (self.root, _real(self.root)))
        if named and ".." not in file.absolute().parts and not inside(file, self.root):
            message = "this link leads out of the repository; it was not read"
            hint = "name the file that it leads to, if that is the one that is meant"
            return Diagnostic(Place(path), "link-outside", message, hint)
        raw = self.instead.get(_real(file))
        return read_source(file, path) if raw is None else source_of(raw, file, path)

    def _parse(self, source: Source) -> ParsedFile | None:
        breaks = source.text.count("\n") + source.text.count("\r")
        if is_roadmap(source.path) and breaks > 2 * MAX_ROADMAP_LINES:
            message = f"a roadmap has at most {MAX_ROADMAP_LINES} lines"
            problem = Diagnostic(Place(source.path), "too-large", message, _SPLIT)
            self.diagnostics.append(problem)
            return None
        parsed = parse_source(source, Asked(self.bullets == "items"))
        if parsed is not None:
            return parsed
        message = "this kind of file is not known"
        hint = f"a backlog is one of {KNOWN}"
        self.diagnostics.append(Diagnostic(Place(source.path), "unknown-format", message, hint))
        return None

    def _include(
        self,
        settings: FileSettings,
        real: Path,
        path: str,
        chain: tuple[Path, ...],
        said: tuple[SettingsDocument, ...],
    ) -> None:
        for index, pattern in enumerate(settings.document.include):
            place = settings.place(f"include.{index}")
            files, problem = expand(pattern, real.parent, self.root, place)
            if problem is not None:
                self.diagnostics.append(problem)
            for file in files:
                target = _real(file)
                if target == real and any(sign in pattern for sign in "*?["):
                    continue
                if target in chain:
                    names = " -> ".join(self.seen[each] for each in (*chain, target))
                    message = f"the files include each other: {names}"
                    problem = Diagnostic(place, "cyclic-include", message, "remove one include")
                    self.diagnostics.append(problem)
                    continue
                self.read(file, _shown(file, real, path), chain, said)

    def _read_template(self, settings: FileSettings, real: Path) -> None:
        """Read the template that a file names; the first file's counts."""
        path = settings.document.body_template
        if path is None or self.template_said is not None:
            return
        self.template_said = place = settings.place("body_template")
        file, problem = one_file(path, real.parent, self.root, place, setting="template")
        if file is None:
            self.diagnostics.extend([problem] if problem else [])
            return
        source = read_source(file, _shown(file, real, settings.path))
        if isinstance(source, Diagnostic):
            self.diagnostics.append(source)
            return
        from backlog_sync.files.template import read_template  # noqa: PLC0415 - few have one

        self.template, found = read_template(source)
        self.diagnostics.extend(found)

    def unpublished(self, publish: Sequence[str]) -> Iterator[Diagnostic]:
        """Tell where the template and `publish` do not say the same."""
        if self.template and self.template_said is not None:
            from backlog_sync.files.template import unpublished  # noqa: PLC0415 - few have one

            yield from unpublished(self.template, publish, self.template_said)

    def read_config(self) -> None:
        """Read the settings that the files of this repository share, as the last word."""
        file = self.root / CONFIG
        if (
            not any(_is_read_as_asked(parsed) for parsed in self.files)
            or not file.is_file()
            or _real(file) in self.seen
        ):
            return
        source = self._source(file, str(_relative_to_here(file)))
        if isinstance(source, Diagnostic):
            self.diagnostics.append(source)
            return
        parsed = parse_yaml(source)
        settings, found = read_settings(parsed)
        self.diagnostics.extend((*parsed.diagnostics, *found))
        if parsed.items:
            message = "this file takes settings, not items"
            hint = "put items into a backlog file"
            problem = Diagnostic(parsed.items[0].place, "items-in-settings", message, hint)
            self.diagnostics.append(problem)
        self.settings.append(settings)
        self.config = parsed
        self._read_template(settings, _real(file))
        for index, each in enumerate(self.files):
            said = self.said[index][: 1 if is_roadmap(each.source.path) else None]
            self.files[index] = self._as_asked(each, *said, settings.document)

    def _as_asked(self, parsed: ParsedFile, *documents: SettingsDocument) -> ParsedFile:
        """A file as the settings want it read: once more, where they say something of it."""
        asked = self._asked(*documents)
        if asked == parsed.asked or not _is_read_as_asked(parsed):
            return parsed
        return parse_source(parsed.source, asked) or parsed

    def _asked(self, *documents: SettingsDocument) -> Asked:
        """How roadmaps are read: by the flag, else by their own settings, else by shared ones."""
        said = [each.bullets for each in documents if "bullets" in each.model_fields_set]
        bullets = self.bullets or (said[0] if said else "list")
        declared = {pattern: what for each in reversed(documents)
                    for pattern, what in each.reading.items()}  # fmt: skip
        return Asked(bullets == "items", tuple(declared.items()))


def parse_source(source: Source, asked: Asked = UNASKED) -> ParsedFile | None:
    """Read a file by what its name says of its syntax; None where that is not known."""
    suffix = Path(source.path).suffix.lower()
    if is_roadmap(source.path):
        return parse_roadmap(source, asked)
    if suffix in _YAML:
        return parse_structured(source, asked)
    if suffix in _TABLES:
        return parse_csv(source, asked)
    if suffix in _ORG:
        from backlog_sync.files.foreign.org import parse_org  # noqa: PLC0415 - few have one

        return parse_org(source)
    from backlog_sync.files.foreign import todotxt  # noqa: PLC0415 - as above

    return todotxt.parse_todo_txt(source) if todotxt.is_todo_txt(source.path) else None


def parse_roadmap(source: Source, asked: Asked = UNASKED) -> ParsedFile:
    """Read a Markdown roadmap."""
    from backlog_sync.files.reading import markdown  # noqa: PLC0415 - YAML alone needs none of it

    return markdown.parse_roadmap(source, asked)


def _is_read_as_asked(parsed: ParsedFile) -> bool:
    """Whether settings say how a file is read: any but one that was written for us."""
    return is_roadmap(parsed.source.path) or bool(parsed.dialect)


def _real(file: Path) -> Path:
    try:
        return file.resolve()
    except (OSError, RuntimeError, ValueError):
        return file.absolute()


def _below(real: Path, root: Path) -> str | None:
    """A path relative to the root with forward slashes, None where it lies outside."""
    return real.relative_to(_real(root)).as_posix() if inside(real, root) else None


def _shown(file: Path, including: Path, path: str) -> str:
    """How an included file is shown: seen from where the including one was named."""
    try:
        return str(Path(path).parent / file.relative_to(including.parent))
    except ValueError:
        return str(file)


def _assemble(
    reader: _Reader, repository: str | None, flag: ProjectSpec | None, *, flag_said: bool
) -> Loaded:
    files = join_status(join_items(join_cards(reader.files)))
    document, conflicts = merge_settings(reader.settings)
    sources = tuple(reader.sources)
    context = Context(
        backlog_id=reader.identity or (sources[0] if sources else ""),
        sources=sources,
        repository=repository,
        project=flag,
        project_said=flag_said,
        template=reader.template,
        texts=tuple((parsed.source.path, parsed.source.text) for parsed in files),
    )
    resolved = resolve(files, document, reader.settings, context)
    for parsed in files:
        reader.diagnostics.extend(parsed.diagnostics)
    unread = any(each.is_error for each in (*reader.diagnostics, *conflicts))
    totals = tuple(find_wrong_totals(files, resolved.entries))
    diagnostics = {
        *reader.diagnostics,
        *conflicts,
        *resolved.diagnostics,
        *lint(files, resolved, reader.settings, totals),
        *check_ownership(reader.settings, document),
        *check_reading(reader.settings, document),
        *reader.unpublished(document.publish),
    }
    if files and not resolved.entries and not any(each.is_error for each in diagnostics):
        diagnostics.add(_no_items(files[0]))
    return Loaded(
        desired=None if unread or not files else resolved.desired,
        diagnostics=tuple(sorted(diagnostics)),
        inventory=resolved.inventory,
        files=files,
        keys={entry.key: (entry.file, entry.index) for entry in resolved.entries},
        notes=(*_notes(files, resolved), *reader.passed),
        write_back=document.write_back,
        wrong_totals=totals,
        settings=document,
        config=reader.config,
    )


def _no_items(parsed: ParsedFile) -> Diagnostic:
    hint = "'backlog lint --explain' says for every line why it is none"
    if not is_roadmap(parsed.source.path):
        hint = "add one below 'epics:' or 'items:'"
    place = Place(parsed.source.path)
    return Diagnostic(place, "no-items", "the backlog holds no items", hint, Severity.WARNING)


def _notes(files: Sequence[ParsedFile], resolved: Resolved) -> tuple[ExplainedLine, ...]:
    keys = {(entry.file, entry.index): entry.key for entry in resolved.entries}
    return tuple(
        ExplainedLine(
            path=parsed.source.path,
            line=note.line,
            rule=note.rule,
            key=keys.get((number, note.item)) if note.item is not None else None,
            reason=note.reason,
        )
        for number, parsed in enumerate(files)
        for note in parsed.notes
    )
