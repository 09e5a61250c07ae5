"""Load files into the desired state, and collect diagnostics."""

import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TypeAlias

from backlog_sync.core.diagnostics import Diagnostic, Place, warning
from backlog_sync.core.model import DesiredState, Inventory, ProjectSpec
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import FailedError, UsageError
from backlog_sync.files.block import Template
from backlog_sync.files.cards import CARD
from backlog_sync.files.discovery import DOCS, PLAIN_NAMES, candidates, discover
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.folders import files_of, is_document, is_todo_txt, passed_over
from backlog_sync.files.foreign.join import join_cards, join_items, join_status
from backlog_sync.files.includes import expand, inside, one_file
from backlog_sync.files.lint import find_wrong_totals, lint
from backlog_sync.files.parsed import DEFAULTS, ParsedFile, ReadingOptions, Source
from backlog_sync.files.refs import check_repository, parse_project
from backlog_sync.files.resolve import Context, resolve
from backlog_sync.files.settings import FileSettings, check_settings, merge_settings, read_settings
from backlog_sync.files.source import SPLIT, read_source, source_of
from backlog_sync.files.totals import WrongTotal

CONFIG = "backlog/config.yaml"
"""Settings of roadmaps without front matter."""

MAX_FILES = 200
MAX_ROADMAP_LINES = 25_000
"""Lines; far above real backlogs: the limit ends a run with a wrong folder or file."""
_LOOKED_FOR = f"backlog/backlog.yaml, backlog.yaml (or .yml) and ROADMAP.md, also in {DOCS}/"
_MOST_NAMED = 4
"""Files that a hint names: enough to recognize the plan, few enough to read."""

_YAML = (".yaml", ".yml", ".json", ".jsonl", ".ndjson")
_TABLES = (".csv", ".tsv")
_ORG = (".org",)
_NO_PLAN = ("no-items", "not-text", "empty-file", "not-a-file")
"""Reasons to skip a file of a folder; any other problem is reported."""

KNOWN = ".yaml, .yml, .json, .jsonl, .md, .csv, .tsv, .org or todo.txt"
"""The extensions and names of files that are read, for messages."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A loaded backlog.

    `desired` is None if the files cannot be read or their keys are ambiguous; before writing
    anywhere, also check that `errors` is empty. `diagnostics` are sorted by place. `keys` maps each
    key to the index of its file and of the item in it, `parents` to the key of the parent.
    `wrong_totals` (with the index of the file) are for `lint --fix`. `settings` are those of all
    files together, `config` is the file with the settings that roadmaps share. `texts` are the
    contents of all files that were read, by path. `again` reads the same backlog with other bytes
    in some of its files, and `parse` parses one of them; neither parses a text a second time.
    """

    desired: DesiredState | None
    diagnostics: tuple[Diagnostic, ...]
    inventory: Inventory
    files: tuple[ParsedFile, ...]
    keys: Mapping[str, tuple[int, int]]
    parents: Mapping[str, str]
    write_back: str = "progress"
    wrong_totals: tuple[tuple[int, WrongTotal], ...] = ()
    settings: SettingsDocument = field(default_factory=SettingsDocument)
    config: ParsedFile | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    again: "Again | None" = field(default=None, compare=False, repr=False)
    parse: "Parse | None" = field(default=None, compare=False, repr=False)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Return the diagnostics that prevent a sync."""
        return tuple(each for each in self.diagnostics if each.is_error)

    @property
    def unkept(self) -> "Loaded":
        """Return the same backlog for a run that writes nothing: what it parses is not kept."""
        return replace(self, parse=None)


Again: TypeAlias = Callable[[Mapping[Path, bytes]], Loaded]
"""Reads a backlog again, with these bytes instead of the content of these files."""

Parse: TypeAlias = Callable[[Source, ReadingOptions], ParsedFile | None]
"""Parses a file, as `parse_source` does."""

_KEPT = 3
"""Parsed texts of one file that are kept: the one on disk, the one that is written, and a third
for a roadmap whose settings change how it is read."""


def nearby_plans(here: Path, top: Path) -> list[tuple[str, int]]:
    """Return files in and below a folder that look like plans, with their number of items.

    Paths are relative to `here`; those with the most items come first.
    """
    plans = []
    for file in candidates(top):
        path = os.path.relpath(file, here)
        source = read_source(file, path)
        parsed = parse_source(source) if isinstance(source, Source) else None
        count = sum(item.confident for item in parsed.items) if parsed else 0
        if count or file.stem.lower() in PLAIN_NAMES:
            plans.append((path, count))
    return sorted(plans, key=lambda plan: (-plan[1], plan[0]))[:_MOST_NAMED]


def _no_backlog(here: Path, top: Path, command: str) -> FailedError:
    """Return the error if no backlog is found, with the files nearby that look like one."""
    above = f" and the folders above it, up to {top}" if here != top else ""
    plans = [
        f"`backlog {command} {shlex.quote(path)}`"
        + (f" ({count} item{'s' if count > 1 else ''})" if count else "")
        for path, count in nearby_plans(here, top)
    ]
    hint = "name a file, or create one with `backlog init`"
    if plans:
        hint = f"these files look like plans: {', '.join(plans)}; or create one with `backlog init`"
    return FailedError(
        f"no backlog in {here}{above}: looked for {_LOOKED_FOR}", slug="no-backlog", hint=hint
    )


def load(
    paths: Sequence[Path],
    *,
    root: Path,
    repository: str | None = None,
    project: str | None = None,
    bullets: str | None = None,
    command: str = "lint",
) -> Loaded:
    """Read the backlog that these files and their includes form together.

    `root` is the top of the repository: includes stay below it, and the identity is relative to it.
    `repository`, `project` (`OWNER/TITLE`, `OWNER/NUMBER`, `none`) and `bullets` (`list`, `items`)
    are the values of flags; None leaves it to the files. Without paths, the backlog is discovered
    from the current folder upwards. Problems of files are in the result; raises UsageError for
    invalid flags, FailedError if no backlog is found, with a `command` to read one of those nearby.
    """
    if bullets not in (None, "list", "items"):
        raise UsageError(f"'{bullets}' is not a way to read bullets", hint="write list or items")
    if repository is not None:
        check_repository(repository)
    flag = parse_project(project) if project is not None else None
    backlogs = [] if paths else _found(root, command)
    parse = parsing_once()

    def read(instead: Mapping[Path, bytes]) -> Loaded:
        reader = _Reader(root, bullets, parse, {_real(f): raw for f, raw in instead.items()})
        for path in paths:
            reader.open(path)
        if backlogs:
            reader.read(backlogs[0], _shown_here(backlogs[0], root))
        reader.read_config()
        reader.warn_of_ignored(backlogs)
        loaded = _assemble(reader, repository, flag, has_flag=project is not None)
        return replace(loaded, again=read, parse=parse)

    return read({})


def _found(root: Path, command: str) -> list[Path]:
    """Return the backlogs that are found, the one to read first. Raises FailedError for none."""
    here = Path.cwd()
    here = here if here.is_relative_to(root) else root
    backlogs = discover(here, root)
    if not backlogs:
        raise _no_backlog(here, root, command)
    return backlogs


def _shown_here(path: Path, root: Path) -> str:
    """Return a path below the root relative to the current folder, if that is below it, too."""
    return os.path.relpath(path) if Path.cwd().is_relative_to(root) else str(path)


@dataclass(slots=True, eq=False)
class _Read:
    """A file that was read.

    `name` is its path relative to the root, `faults` are those of its settings; `documents` are its
    settings and those of the files that include it, the nearest first.
    """

    parsed: ParsedFile
    settings: FileSettings
    faults: tuple[Diagnostic, ...]
    name: str
    documents: tuple[SettingsDocument, ...]

    @property
    def is_roadmap(self) -> bool:
        return is_roadmap(self.parsed.source.path)


@dataclass(slots=True)
class _Reader:
    """Reads files and their includes, each once; `instead` replaces the content of some of them.

    `folder` is whether the files of a folder are being read, `passed` are those without items.
    """

    root: Path
    bullets: str | None
    parse: Parse
    instead: Mapping[Path, bytes]
    read_files: list[_Read] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    seen: dict[Path, str] = field(default_factory=dict)
    template: Template = ()
    template_place: Place | None = None
    config: ParsedFile | None = None
    config_settings: tuple[FileSettings, ...] = ()
    folder: bool = False
    passed: list[str] = field(default_factory=list)
    identity: str | None = None
    texts: dict[str, str] = field(default_factory=dict)

    def _add_error(self, path: str, slug: str, message: str, hint: str) -> None:
        self.diagnostics.append(Diagnostic(Place(path), slug, message, hint))

    def warn_of_ignored(self, backlogs: Sequence[Path]) -> None:
        """Warn about the other files that were found as the backlog; the first one is read."""
        for other in backlogs[1:]:
            if _real(other) not in self.seen:
                first, path = _shown_here(backlogs[0], self.root), _shown_here(other, self.root)
                message = f"{path} also exists and is ignored"
                hint = f"name it to read it: backlog lint {first} {path}"
                self.diagnostics.append(warning(Place(first), "another-backlog", message, hint))

    def open(self, path: Path) -> None:
        """Read a file or folder from the command line; the first gives the backlog its identity."""
        if not path.is_dir():
            self.read(path, str(path))
        else:
            if not self.read_files and self.identity is None:
                self.identity = _below(_real(path), self.root) or path.name
            self._folder(path)

    def _folder(self, folder: Path) -> None:
        """Read the files of a folder that contain items; its documents do not cause errors."""
        content = files_of(folder)
        if content.full or len(content.files) > MAX_FILES:
            message = f"a backlog is made of at most {MAX_FILES} files, and this folder holds more"
            hint = "name the folder below it that holds the plan"
            self._add_error(str(folder), "too-many-files", message, hint)
            return
        before = len(self.read_files)
        self.folder, self.passed = True, [str(each) for each in content.left_out]
        for file in content.files:
            self.read(file, str(file))
        self.folder = False
        inner = self.read_files[before:]
        self.read_files[before:] = kept = _with_items(inner)
        self.passed += [each.parsed.source.path for each in inner if each not in kept]
        left_out = passed_over(str(folder), [path for path in self.passed if not is_document(path)])
        self.diagnostics.extend([left_out] if left_out else [])
        if not self.read_files and not any(each.is_error for each in self.diagnostics):
            message = f"no file of this folder holds items; looked for {KNOWN}"
            hint = "name the file that holds the plan, or write one with 'backlog init'"
            self._add_error(str(folder), "no-items", message, hint)

    def read(
        self,
        file: Path,
        path: str,
        chain: tuple[Path, ...] = (),
        above: tuple[SettingsDocument, ...] = (),
    ) -> None:
        """Read one file and then its includes; `above` are the settings of including files."""
        real = _real(file)
        if real in self.seen:
            return
        self.seen[real] = path
        if len(self.seen) > MAX_FILES:
            if len(self.seen) == MAX_FILES + 1:
                message = f"a backlog is made of at most {MAX_FILES} files"
                hint = "name the files, or a folder further down"
                self._add_error(path, "too-many-files", message, hint)
            return
        source = self._source(file, path)
        parsed = self._parse(source) if isinstance(source, Source) else source
        holds = isinstance(parsed, ParsedFile) and parsed.items and not is_document(path)
        if self.folder and not isinstance(parsed, Diagnostic) and not holds:
            hint = "`backlog lint --explain FILE` shows how each line is read"
            parsed = Diagnostic(Place(path), "no-items", "it holds no items", hint)
        if isinstance(parsed, Diagnostic):
            # A file that is only found in a folder is skipped.
            if self.folder and parsed.slug in _NO_PLAN:
                self.passed.append(parsed.place.path)
            else:
                self.diagnostics.append(parsed)
            return
        settings, faults = read_settings(parsed)
        name = _below(real, self.root) or file.name
        read = _Read(parsed, settings, faults, name, (settings.document, *above))
        self._ask(read)
        self.read_files.append(read)
        self._read_template(settings, real)
        self._include(settings, real, path, (*chain, real), read.documents)

    def _source(self, file: Path, path: str) -> Source | Diagnostic:
        """Read a file, unless it is a link that leads out of the repository.

        Such a link may have come with a commit: its target would be published, and progress would
        be written to it.
        """
        named = any(file.absolute().is_relative_to(top) for top in (self.root, _real(self.root)))
        if named and ".." not in file.absolute().parts and not inside(file, self.root):
            message = "this link leads out of the repository; it was not read"
            hint = "name the file that it leads to, if that is the one that is meant"
            return Diagnostic(Place(path), "link-outside", message, hint)
        raw = self.instead.get(_real(file))
        return self._kept(read_source(file, path) if raw is None else source_of(raw, file, path))

    def _kept(self, source: Source | Diagnostic) -> Source | Diagnostic:
        """Keep the text of a source, which messages show lines of."""
        if isinstance(source, Source):
            self.texts[source.path] = source.text
        return source

    def _parse(self, source: Source) -> ParsedFile | Diagnostic:
        breaks = source.text.count("\n") + source.text.count("\r")
        if is_roadmap(source.path) and breaks > 2 * MAX_ROADMAP_LINES:
            message = f"a roadmap has at most {MAX_ROADMAP_LINES} lines"
            return Diagnostic(Place(source.path), "too-large", message, SPLIT)
        hint = f"a backlog is one of {KNOWN}"
        return self.parse(source, ReadingOptions(self.bullets == "items")) or Diagnostic(
            Place(source.path), "unknown-format", "unknown file format", hint
        )

    def _include(
        self,
        settings: FileSettings,
        real: Path,
        path: str,
        chain: tuple[Path, ...],
        inherited: tuple[SettingsDocument, ...],
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
                self.read(file, _shown(file, real, path), chain, inherited)

    def _read_template(self, settings: FileSettings, real: Path) -> None:
        """Read the template that a file names; the first file's is used."""
        path = settings.document.body_template
        if path is None or self.template_place is not None:
            return
        self.template_place = place = settings.place("body_template")
        file, problem = one_file(path, real.parent, self.root, place, setting="template")
        if file is None:
            self.diagnostics.extend([problem] if problem else [])
            return
        source = self._kept(read_source(file, _shown(file, real, settings.path)))
        if isinstance(source, Diagnostic):
            self.diagnostics.append(source)
            return
        from backlog_sync.files.template import read_template  # noqa: PLC0415 - few have one

        self.template, problems = read_template(source)
        self.diagnostics.extend(problems)

    def unpublished(self, publish: Sequence[str]) -> Iterator[Diagnostic]:
        """Report where the template and `publish` disagree."""
        if self.template and self.template_place is not None:
            from backlog_sync.files.template import unpublished  # noqa: PLC0415 - few have one

            yield from unpublished(self.template, publish, self.template_place)

    def read_config(self) -> None:
        """Read the settings that this repository's files share, which have the lowest priority."""
        file = self.root / CONFIG
        configurable = [each for each in self.read_files if _takes_options(each.parsed)]
        if not configurable or not file.is_file() or _real(file) in self.seen:
            return
        source = self._source(file, _shown_here(file, self.root))
        if isinstance(source, Diagnostic):
            self.diagnostics.append(source)
            return
        from backlog_sync.files.yaml.file import parse_yaml  # noqa: PLC0415 - few have one

        parsed = parse_yaml(source)
        settings, problems = read_settings(parsed)
        self.diagnostics.extend((*parsed.diagnostics, *problems))
        if parsed.items:
            message = "this file is for settings, not items"
            hint = "put items into a backlog file"
            self.diagnostics.append(
                Diagnostic(parsed.items[0].place, "items-in-settings", message, hint)
            )
        self.config, self.config_settings = parsed, (settings,)
        self._read_template(settings, _real(file))
        for each in configurable:
            self._ask(each, settings.document)

    def _ask(self, read: _Read, *shared: SettingsDocument) -> None:
        """Read a file as the flag, its own and including files', or shared settings declare.

        A roadmap only uses its own settings: it is not included for the settings of another file.
        """
        documents = (*read.documents[: 1 if read.is_roadmap else None], *shared)
        values = [each.bullets for each in documents if "bullets" in each.model_fields_set]
        bullets = self.bullets or (values[0] if values else "list")
        declared = {pattern: what for each in reversed(documents)
                    for pattern, what in each.reading.items()}  # fmt: skip
        fields = dict.fromkeys(name for each in documents for name in each.own_fields)
        options = ReadingOptions(bullets == "items", tuple(declared.items()), tuple(fields))
        if options != read.parsed.options and _takes_options(read.parsed):
            read.parsed = self.parse(read.parsed.source, options) or read.parsed


def _with_items(read: Sequence[_Read]) -> list[_Read]:
    """Return the files of a folder with items. Next to cards, other Markdown is prose."""
    cards = any(each.parsed.dialect == CARD for each in read)
    return [
        each for each in read
        if any(item.confident for item in each.parsed.items)
        and not (cards and each.is_roadmap and each.parsed.dialect != CARD)
    ]  # fmt: skip


def parse_source(source: Source, options: ReadingOptions = DEFAULTS) -> ParsedFile | None:
    """Read a file with the reader for its name; return None if there is none.

    Readers are imported here: most backlogs need one of them.
    """
    suffix = Path(source.path).suffix.lower()
    if is_roadmap(source.path):
        return parse_roadmap(source, options)
    if suffix in _YAML:
        from backlog_sync.files.foreign.structured import parse_structured  # noqa: PLC0415

        return parse_structured(source, options)
    if suffix in _TABLES:
        from backlog_sync.files.foreign.csv import parse_csv  # noqa: PLC0415

        return parse_csv(source, options)
    if suffix in _ORG:
        from backlog_sync.files.reading.org import parse_org  # noqa: PLC0415

        return parse_org(source, options)
    if is_todo_txt(source.path):
        from backlog_sync.files.foreign.todotxt import parse_todo_txt  # noqa: PLC0415

        return parse_todo_txt(source)
    return None


def parsing_once() -> Parse:
    """Return a function that parses each text once, and keeps the results of the last few.

    A preview, the write-back and the check of what it changes read the same texts.
    """
    kept: dict[str, list[tuple[Source, ReadingOptions, ParsedFile | None]]] = {}

    def parse(source: Source, options: ReadingOptions) -> ParsedFile | None:
        known = kept.setdefault(source.path, [])
        for n, (text, how, parsed) in enumerate(known):
            if (text, how) == (source, options):
                known.append(known.pop(n))  # the text that was not used for longest goes first
                return parsed
        parsed = parse_source(source, options)
        known.append((source, options, parsed))
        del known[:-_KEPT]
        return parsed

    return parse


def parse_roadmap(source: Source, options: ReadingOptions = DEFAULTS) -> ParsedFile:
    """Read a Markdown roadmap."""
    from backlog_sync.files.reading import markdown  # noqa: PLC0415 - YAML files do not need it

    return markdown.parse_roadmap(source, options)


def _takes_options(parsed: ParsedFile) -> bool:
    """Return whether settings affect how a file is read: not if it is in our own format."""
    return is_roadmap(parsed.source.path) or bool(parsed.dialect)


def _real(file: Path) -> Path:
    try:
        return file.resolve()
    except (OSError, RuntimeError, ValueError):
        return file.absolute()


def _below(real: Path, root: Path) -> str | None:
    """Return a path relative to the root with forward slashes, None if it is outside."""
    return real.relative_to(_real(root)).as_posix() if inside(real, root) else None


def _shown(file: Path, including: Path, path: str) -> str:
    """Return the displayed path of an included file, relative to the including one's."""
    try:
        return str(Path(path).parent / file.relative_to(including.parent))
    except ValueError:
        return str(file)


def _assemble(
    reader: _Reader, repository: str | None, flag: ProjectSpec | None, *, has_flag: bool
) -> Loaded:
    files = join_status(join_items(join_cards([each.parsed for each in reader.read_files])))
    settings = [*(each.settings for each in reader.read_files), *reader.config_settings]
    document, conflicts = merge_settings(settings)
    sources = tuple(each.name for each in reader.read_files)
    identity = reader.identity or (sources[0] if sources else "")
    texts = tuple((parsed.source.path, parsed.source.text) for parsed in files)
    context = Context(identity, sources, repository, flag, has_flag, reader.template, texts)
    resolved = resolve(files, document, context)
    for parsed, read in zip(files, reader.read_files, strict=True):
        reader.diagnostics.extend((*parsed.diagnostics, *read.faults))
    unread = any(each.is_error for each in (*reader.diagnostics, *conflicts))
    totals = tuple(find_wrong_totals(files, resolved.entries))
    faults = [
        fault
        for file in settings
        for fault in check_settings(file, document, resolved.repository, project_given=has_flag)
    ]
    diagnostics = {
        *reader.diagnostics,
        *conflicts,
        *resolved.diagnostics,
        *lint(files, resolved, settings, totals),
        *faults,
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
        parents={e.key: e.parent.key for e in resolved.entries if e.parent is not None},
        write_back=document.write_back,
        wrong_totals=totals,
        settings=document,
        config=reader.config,
        texts=reader.texts,
    )


def _no_items(parsed: ParsedFile) -> Diagnostic:
    hint = (f"'backlog init --from {parsed.source.path}' asks what its parts are; "
            "'backlog lint --explain' shows why each line is not an item")  # fmt: skip
    if not is_roadmap(parsed.source.path):
        hint = "add one below 'epics:' or 'items:'"
    place = Place(parsed.source.path)
    return warning(place, "no-items", "the backlog holds no items", hint)
