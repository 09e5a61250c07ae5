"""Write a backlog as the text of a YAML file in our own format, as `backlog init` does."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, field
from importlib.resources import files
from pathlib import Path
from textwrap import wrap

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.core.escape import is_inert, is_suspect
from backlog_sync.core.fields import BOARD_KEYS
from backlog_sync.core.model import DesiredState, IssueRef
from backlog_sync.core.planning import Risk
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import FailedError
from backlog_sync.files.documents.items import CHILD_LISTS, LISTS
from backlog_sync.files.documents.settings import BACKLOG_ID_PATTERN
from backlog_sync.files.load import Loaded
from backlog_sync.files.source import source_of
from backlog_sync.files.vocabulary import spelled
from backlog_sync.files.write.nodes import scalar_text
from backlog_sync.files.yaml.file import parse_yaml

_ORDER = spelled("sets.order")
"""The order of an item's fields."""

_INDENT = "  "
_LONGEST_COMMENT = 97
"""Columns of a wrapped comment: with `# ` in front, lines stay within 100."""
_PLURAL = {kind: name for name, kind in LISTS.items() if kind}


@dataclass(slots=True, eq=False)
class Outline:
    """An item to write: its kind, its fields by their names in the file, and its children."""

    kind: str
    fields: Mapping[str, object]
    below: list["Outline"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Draft:
    """A backlog to write. `remarks` become comments at its top."""

    items: tuple[Outline, ...]
    settings: Mapping[str, object] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


# ---- sources of a draft --------------------------------------------------------------------


def draft_of_files(
    loaded: Loaded, diagnostics: Sequence[Diagnostic], repository: str | None
) -> Draft:
    """Return a draft of files that are in another format.

    Ids stay keys. `diagnostics` become comments. If an item names its issue, the backlog keeps the
    identity under which it was synchronized.
    """
    outlines = _outlines(loaded, {"items", "sync", "kind"}, lambda _, value: not is_empty(value))
    _with_statuses(outlines, loaded)
    settings: dict[str, object] = {"repository": repository} if repository else {}
    if any("issue" in each.fields for each in outlines.values()):
        settings |= _identity(loaded)
    milestones = [
        each for parsed in loaded.files for each in sequence(parsed.settings.get("milestones"))
    ]
    if milestones:
        settings["milestones"] = milestones
    return Draft(_tree(outlines, loaded.parents), settings, _remarks(loaded, diagnostics))


def draft_of_all(
    loaded: Loaded, diagnostics: Sequence[Diagnostic], repository: str | None
) -> Draft:
    """Return a draft of everything in the files, with settings; it reads back the same."""
    # An empty field declares that there is nothing, except for `sync`.
    apart = {"items", "kind", "features", "stories", "tasks"}
    outlines = _outlines(loaded, apart, lambda name, value: (name, value) != ("sync", True))
    _with_statuses(outlines, loaded)
    _with_registers(outlines, loaded)
    _with_issues(outlines, loaded)
    settings = loaded.settings.model_dump(exclude_unset=True, exclude=_READING)
    if repository:
        settings["repository"] = repository
    settings |= _identity(loaded)
    settings |= _planned(loaded, settings)
    return Draft(_tree(outlines, loaded.parents), settings, _remarks(loaded, diagnostics))


def _outlines(
    loaded: Loaded, apart: set[str], is_kept: Callable[[str, object], bool]
) -> dict[str, Outline]:
    """Return all items by key, with the fields that they declare; omit the fields in `apart`."""
    outlines = {}
    for key, (number, index) in loaded.keys.items():
        item = loaded.files[number].items[index]
        fields = item.document.model_dump(exclude_unset=True, exclude=apart)
        kept = {name: value for name, value in fields.items() if is_kept(name, value)}
        outlines[key] = Outline(item.kind, {**kept, "id": key})
    return outlines


_READING = {"version", "include", "bullets", "reading"}
"""Settings about files and about how roadmaps are read."""


def _identity(loaded: Loaded) -> dict[str, object]:
    """Return the identity under which a backlog was synchronized, if it can be set."""
    identity = loaded.desired.backlog_id if loaded.desired else ""
    return {"id": identity} if re.fullmatch(BACKLOG_ID_PATTERN[1:-1], identity) else {}


def _remarks(loaded: Loaded, diagnostics: Sequence[Diagnostic]) -> tuple[str, ...]:
    made_from = f"made from {', '.join(parsed.source.path for parsed in loaded.files)}"
    return (made_from, *(f"line {each.place.line}: {each.message}" for each in diagnostics))


def _with_registers(outlines: Mapping[str, Outline], loaded: Loaded) -> None:
    """Add the risks that a risk register lists for an item to that item."""
    desired = loaded.desired
    if desired is None or not any(parsed.risks for parsed in loaded.files):
        return
    for item in desired.items:
        outline = outlines[item.key]
        if len(item.planning.risks) > len(sequence(outline.fields.get("risks"))):
            risks = tuple(_risk(each) for each in item.planning.risks)
            outline.fields = {**outline.fields, "risks": risks}


def _with_statuses(outlines: Mapping[str, Outline], loaded: Loaded) -> None:
    """Set the status of items that have it only because of the section that they are in."""
    for item in loaded.desired.items if loaded.desired else ():
        if item.status and not outlines[item.key].fields.get("status"):
            outlines[item.key].fields = {**outlines[item.key].fields, "status": item.status}


def _with_issues(outlines: Mapping[str, Outline], loaded: Loaded) -> None:
    """Set the issue of items whose title as written contains its number: the new title does not.

    Only if the number cannot mean anything else and no other item has it. Without it, the next sync
    would create a second issue.
    """
    items = loaded.desired.items if loaded.desired else ()
    named = Counter(hint.issue for item in items for hint in item.hints)
    named.update(item.issue for item in items if item.issue is not None)
    for item in items:
        sure = [hint.issue for hint in item.hints if hint.sure]
        if len(sure) == 1 and named[sure[0]] == 1 and not sure[0].sandbox:
            outline = outlines[item.key]
            outline.fields = {**outline.fields, "issue": _issue(sure[0])}


def _issue(issue: IssueRef) -> object:
    return issue.number if issue.repository is None and not issue.sandbox else str(issue)


def _planned(loaded: Loaded, settings: Mapping[str, object]) -> dict[str, object]:
    """Return a roadmap's planning data outside of its settings: milestones and risks."""
    desired = loaded.desired
    if desired is None:
        return {}
    planned: dict[str, object] = {}
    there = [each for each in sequence(settings.get("milestones")) if isinstance(each, Mapping)]
    named = {str(each["title"]).casefold() for each in there}
    new = [{"title": each.title, "due": each.due} for each in desired.milestones
           if each.due and each.title.casefold() not in named]  # fmt: skip
    if new:
        planned["milestones"] = [*there, *new]
    planning = settings.get("planning")
    if any(parsed.risks for parsed in loaded.files) and desired.planning.risks:
        already = dict(planning) if isinstance(planning, Mapping) else {}
        planned["planning"] = {**already, "risks": [_risk(each) for each in desired.planning.risks]}
    return planned


def _risk(risk: Risk) -> dict[str, object]:
    return {name: value for name, value in asdict(risk).items() if value}


def sequence(value: object) -> Sequence[object]:
    """Return a value that is a list of any type, otherwise an empty sequence."""
    return value if isinstance(value, list | tuple) else ()


def draft_of_desired(desired: DesiredState) -> Draft:
    """Return a draft of a desired state: fields, links and board values, without issue bodies."""
    outlines: dict[str, Outline] = {}
    above: dict[str, str] = {}
    for item in desired.items:
        fields: dict[str, object] = {"id": item.key, "title": item.title}
        for name, written in (("labels", "labels"), ("milestone", "milestone"),
                              ("blocked_by", "depends_on")):  # fmt: skip
            if item.fields.get(name):
                fields[written] = item.fields[name]
        for name, value in item.board.items():
            fields[BOARD_KEYS.get(name, name)] = value
        if item.status is not None:
            fields["status"] = item.status
        if item.issue is not None:
            fields["issue"] = _issue(item.issue)
        outlines[item.key] = Outline(item.kind, fields)
        if item.parent in outlines:
            above[item.key] = item.parent
    settings: dict[str, object] = {"repository": desired.repository}
    project = desired.project
    if project is not None:
        board = "title" if project.number is None else "number"
        settings["project"] = {"owner": project.owner, board: project.number or project.title}
    kinds = {kind: None for kind, label in desired.settings.kind_labels.items() if label is None}
    if kinds:
        settings["kind_labels"] = kinds
    if desired.settings.priority_label is None:
        settings["priority_label"] = False
    due = [{"title": each.title, "due": each.due} for each in desired.milestones if each.due]
    if due:
        settings["milestones"] = due
    remark = f"made from the issues of {desired.repository}; their bodies stay where they are"
    return Draft(_tree(outlines, above), settings, (remark,))


def _tree(outlines: Mapping[str, Outline], above: Mapping[str, str]) -> tuple[Outline, ...]:
    for key, parent in above.items():
        outlines[parent].below.append(outlines[key])
    return tuple(outline for key, outline in outlines.items() if key not in above)


def is_empty(value: object) -> bool:
    """Return whether a field has no value."""
    return value is None or value in ("", (), [], {})


# ---- the text ------------------------------------------------------------------------------


def render(draft: Draft) -> str:
    """Return the text of the file. Raises FailedError if it would not read as the same items."""
    lines = [f"# {part}" for part in remark_lines(draft)]
    lines += ["", "version: 1"] if lines else ["version: 1"]
    for name, value in draft.settings.items():
        lines += pair(name, value, "")
    lines += _lists(draft.items, tuple(LISTS), "")
    text = "\n".join(lines) + "\n"
    _check(text, draft)
    return text


def remark_lines(draft: Draft) -> Iterator[str]:
    """Yield the remarks of a draft, wrapped for comments."""
    for remark in draft.remarks:
        yield from wrap(
            " ".join(_shown(remark).split()), _LONGEST_COMMENT, subsequent_indent="  ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip


def _shown(remark: str) -> str:
    """Return a remark without characters that a comment cannot contain."""
    plain = "".join("?" if is_suspect(c) and not c.isspace() else c for c in remark)
    return plain.replace("##[", "## [")


def _lists(items: Sequence[Outline], allowed: Sequence[str], lead: str) -> Iterator[str]:
    """Yield items in the lists that may contain them; items without such a list declare their kind.

    If no lists can keep the order of the items, all are in one list and each declares its kind.
    """
    names = [listed if (listed := _PLURAL.get(each.kind, "items")) in allowed else "items"
             for each in items]  # fmt: skip
    if names != sorted(names, key=allowed.index):
        names = ["items"] * len(items)
    for name in allowed:
        fitting = [each for each, own in zip(items, names, strict=True) if own == name]
        if not fitting:
            continue
        if not lead:
            yield ""
        yield f"{lead}{name}:"
        for each in fitting:
            yield from _item(each, f"{lead}{_INDENT}", spoken=name == "items")


def _item(item: Outline, lead: str, *, spoken: bool) -> Iterator[str]:
    fields = {**item.fields, "kind": item.kind} if spoken else dict(item.fields)
    names = [name for name in _ORDER if name in fields]
    names += [name for name in fields if name not in _ORDER]
    inner = f"{lead}{_INDENT}"
    first = True
    for name in names:
        for line in pair(name, fields[name], inner):
            yield f"{lead}- {line.removeprefix(inner)}" if first else line
            first = False
    yield from _lists(item.below, CHILD_LISTS[item.kind], inner)


def pair(name: str, value: object, lead: str) -> list[str]:
    """Return the lines of a key and its value."""
    key = _key(name)
    if isinstance(value, Mapping):
        return [f"{lead}{key}: {_inline(value)}"]
    if isinstance(value, list | tuple):
        if name in ("acceptance_criteria", "milestones") or any(
            isinstance(each, Mapping) for each in value
        ):
            entries = [f"{lead}{_INDENT}- {_entry(each)}" for each in value]
            return [f"{lead}{key}:", *entries]
        return [f"{lead}{key}: [{', '.join(_scalar(each) for each in value)}]"]
    if isinstance(value, str) and "\n" in value.strip() and _is_block(value):
        block = [f"{lead}{_INDENT}{line}" if line else "" for line in value.strip().split("\n")]
        return [f"{lead}{key}: |-", *block]
    return [f"{lead}{key}: {_scalar(value)}"]


def _entry(value: object) -> str:
    """Return a criterion or a definition on one line."""
    if not isinstance(value, Mapping):
        return _scalar(value)
    value = {name: each for name, each in value.items() if not is_empty(each)}
    if set(value) <= {"text", "done"} and not value.get("done"):
        text = str(value.get("text", ""))
        return _scalar(text) if not text.startswith("[") else _inline({"text": text})
    return _inline(value)


def _inline(value: object) -> str:
    """Return a value of any depth on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)}: {_inline(each)}" for k, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_inline(each) for each in value)}]"
    return _scalar(value)


def _key(name: object) -> str:
    return str(name) if re.fullmatch(r"[A-Za-z_][\w-]*", str(name)) else scalar_text(str(name))


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if float(f"{value:g}") == value else str(value)
    return scalar_text(str(value))


def _is_block(text: str) -> bool:
    """Return whether a text can be written unchanged, indented below its key."""
    lines = text.strip().split("\n")
    plain = all(line == line.rstrip() and "\t" not in line[:1] for line in lines)
    return plain and not lines[0].startswith(" ") and is_inert(text)


def _check(text: str, draft: Draft) -> None:
    source = source_of(text.encode("utf-8", "replace"), Path("backlog.yaml"), "backlog.yaml")
    read = parse_yaml(source) if not isinstance(source, Diagnostic) else None
    titles = sorted(_titles(draft.items))
    if read is not None and not any(each.is_error for each in read.diagnostics):
        written_titles = sorted((item.kind, item.document.title) for item in read.items)
        if written_titles == titles:
            return
    why = read.diagnostics[0] if read is not None and read.diagnostics else None
    raise FailedError(
        "these items cannot be written in our own format"
        + (f": {why.place} {why.message}" if why else ""),
        slug="not-written",
        hint="fix what `backlog lint` finds in these files, then run this again",
    )


def _titles(items: Sequence[Outline]) -> Iterator[tuple[str, str]]:
    for item in items:
        yield item.kind, str(item.fields["title"]).strip()
        yield from _titles(item.below)


# ---- a first file --------------------------------------------------------------------------


def empty(repository: str | None) -> str:
    """Return a first backlog for the repository, if it is known, with all settings as comments."""
    line = f"repository: {repository}" if repository else "# repository: owner/name"
    text = files("backlog_sync.files.write").joinpath("empty.yaml").read_text(encoding="utf-8")
    return text.replace("{repository}", line)
