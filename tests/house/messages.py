"""What the program says: every slug and every message in its code, found in the syntax tree."""

import ast
import os
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.files.load import load
from backlog_sync.render.canvas import Look
from backlog_sync.render.catalogue import AREAS, Entry, catalogue, entry_markdown
from backlog_sync.render.diagnostics import diagnostics_text
from tests.house import sources

# ---- the examples of the catalogue ---------------------------------------------------------------


def diagnostics_of(files: Mapping[str, str], arguments: Sequence[str]) -> tuple[Diagnostic, ...]:
    """Give what lint finds in files of these contents, in an empty folder."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        top = Path(name).resolve() / "shop"
        top.mkdir()
        os.chdir(top)
        try:
            for path, text in files.items():
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                Path(path).write_text(text, encoding="utf-8")
            found = load([Path(each) for each in arguments], root=top).diagnostics
            return tuple(replace(each, hint=each.hint.replace(str(top), ".")) for each in found)
        finally:
            os.chdir(before)


def wrong_of(entry: Entry) -> tuple[Diagnostic, ...]:
    """Give what lint finds in the wrong example of an entry."""
    arguments = entry.arguments if entry.arguments is not None else [entry.file]
    return diagnostics_of(entry.wrong_files(), arguments)


def right_of(entry: Entry) -> tuple[Diagnostic, ...]:
    """Give what lint finds in the right example of an entry."""
    given = entry.arguments if entry.right_arguments is None else entry.right_arguments
    named = [entry.right_file or entry.file] if given is None or entry.right_file else given
    return diagnostics_of(entry.right_files(), named)


_HEAD = """\
# Messages

Every message that a file, a plan or a run can cause: what it means, why it is one, an example, and
how to fix it. This page contains what `backlog lint --explain SLUG` prints.

Each message has a place, a severity, a slug, a text and a hint:

```text
backlog.yaml:4:5: error[unknown-field] 'assignes' is not a field
    hint: write `assignees: [ann]`
```

An **error** stops a sync before anything is sent; a **warning** never stops anything. On a
terminal the line of the file is shown below the message, with the part that is meant underlined. In
a pipe each message is one line, and its hint another.

`backlog lint --explain FILE` shows how each line of a file was read; a file with the name of a slug
is named with its folder: `./twice`. `--format json`, `sarif` and `github` contain the same slugs,
and SARIF contains these explanations.
"""
_TITLES = {
    "file": "Problems in files",
    "plan": "Warnings of a plan",
    "guard": "Refusals: nothing is sent",
    "run": "Messages of commands",
}


def messages_page() -> str:
    """Give the page that lists every slug, with what lint really prints for its example."""
    parts = [_HEAD]
    for area in AREAS:
        entries = sorted((e for e in catalogue().values() if e.area == area), key=lambda e: e.slug)
        rows = [f"| [`{e.slug}`](#{e.slug}) | {e.severity_words} | {e.title} |" for e in entries]
        table = "\n".join(["| slug | severity | meaning |", "|---|---|---|", *rows])
        parts.append(f"## {_TITLES[area]}\n\n{table}\n")
        parts += [_section(entry) for entry in entries]
    return "\n".join(parts)


def _section(entry: Entry) -> str:
    output = ""
    if entry.wrong is not None:
        found = [each for each in wrong_of(entry) if each.slug == entry.slug]
        output = diagnostics_text(found, Look(uncut=True))
    return f"### {entry.slug}\n\n{entry.title}. {entry_markdown(entry, output)}\n"


# ---- the code ------------------------------------------------------------------------------------


@cache
def nodes() -> Mapping[str, Sequence[ast.AST]]:
    """Give every node of the syntax tree of each module of the product, by the module's path."""
    return {
        path.relative_to(sources.PACKAGE).as_posix(): sources.nodes(sources.text(path))
        for path in sources.modules(sources.PACKAGE)
    }


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


@cache
def _slug_parameters() -> Mapping[str, frozenset[int | None]]:
    """Give where each function or class of the product takes a slug: its index, None by name."""
    found: dict[str, set[int | None]] = defaultdict(set)
    for tree in nodes().values():
        for node in tree:
            if isinstance(node, ast.ClassDef):
                names = [
                    each.target.id
                    for each in node.body
                    if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
                ]
                inits = [each for each in node.body if getattr(each, "name", "") == "__init__"]
                for init in inits:
                    assert isinstance(init, ast.FunctionDef)
                    names = [each.arg for each in init.args.args[1:]]
            elif isinstance(node, ast.FunctionDef) and node.name != "__init__":
                names = [each.arg for each in node.args.args if each.arg not in ("self", "cls")]
            else:
                continue
            if "slug" in names:
                found[node.name].add(names.index("slug"))
    return {name: frozenset(places) for name, places in found.items()}


def _strings(node: ast.expr, constants: Mapping[str, str]) -> Iterator[str]:
    """Give the texts that an expression of a slug can be; `*` stands for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in constants:
        yield constants[node.id]
    elif isinstance(node, ast.JoinedStr):
        yield template(node, "*")
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body, constants)
        yield from _strings(node.orelse, constants)


def _constants(tree: Iterable[ast.AST]) -> dict[str, str]:
    """Give the names that a module gives to texts that look like slugs."""
    found: dict[str, str] = {}
    for node in tree:
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            for name, value in pairs:
                if isinstance(name, ast.Name):
                    found.update((name.id, text) for text in _strings(value, {}))
    return found


def slugs_of_the_code() -> dict[str, set[str]]:
    """Give each slug (`*` for a part that is filled in) with the modules that use it."""
    found: dict[str, set[str]] = defaultdict(set)
    own = {path: _constants(tree) for path, tree in nodes().items()}
    shared = {name: text for each in own.values() for name, text in each.items() if name.isupper()}
    for path, tree in nodes().items():
        constants = shared | own[path]
        for node in tree:
            if isinstance(node, ast.ClassDef):
                for each in node.body:
                    if (
                        isinstance(each, ast.Assign)
                        and getattr(each.targets[0], "id", "") == "slug"
                    ):
                        found[next(_strings(each.value, {}))].add(path)
            if not isinstance(node, ast.Call):
                continue
            given = [word.value for word in node.keywords if word.arg == "slug"]
            for index in _slug_parameters().get(_name(node), ()):
                if index is not None and len(node.args) > index:
                    given.append(node.args[index])
            for value in given:
                for slug in _strings(value, constants):
                    if re.fullmatch(r"[a-z*][a-z*-]*", slug):
                        found[slug].add(path)
    return found


def texts_of_the_code() -> set[str]:
    """Give every text that stands in the code, and the beginnings and ends of those filled in."""
    return {
        node.value
        for tree in nodes().values()
        for node in tree
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


# ---- messages ------------------------------------------------------------------------------------


_PASSED_ON = {("action/__main__.py", "report"), ("cli/commands/report.py", "report")}
"""Calls with a name of the list below that make no message."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in the code: its severity, what its place is, its text, and its remedy."""

    module: str
    line: int
    severity: str
    place: str
    slug: str
    text: str
    remedy: str

    @property
    def row(self) -> str:
        """The message as a row of a table."""
        cells = (self.severity, self.place, f"`{self.module}`", self.slug, self.text, self.remedy)
        return "| " + " | ".join(each.replace("|", "¦").strip() for each in cells) + " |"


_ERRORS = {
    "FailedError": "options, files or server", "UsageError": "option or input",
    "RefusedError": "server or files", "PartialError": "server",
    "AccessError": "token or server", "UnreachableError": "server", "BacklogError": "options",
}  # fmt: skip
_KINDS: Mapping[str, tuple[str, str, int, int]] = {
    "Diagnostic": ("error", "file:line:column", 2, 3),
    "warning": ("warning", "file:line:column", 2, 3),
    "problem": ("error", "file:line:column", 2, 3),
    "_problem": ("error", "file", 2, 3),
    "fault": ("error", "file:line:column", 2, 3),
    "report": ("error", "file:line:column", 2, 3),
    "Problem": ("error", "file:line:column", 2, 3),
    "Violation": ("error", "plan", 1, 2),
    "Warned": ("warning", "item or issue", 0, 2),
    "Hold": ("error", "item and issue", 0, 1),
    "Deferred": ("warning", "item or field", 2, 3),
    "Check": ("as checked", "check", 2, 3),
}
"""By the name of what makes a message: severity, place, index of the text and of the remedy."""
_NAMED = {"text": ("message", "reason", "what"), "remedy": ("hint",)}


def template(node: ast.expr | None, hole: str = "{}") -> str:
    """Give the text of an expression, with a sign for each part that is filled in."""
    match node:
        case None:
            return ""
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=values):
            return "".join(template(each, hole) for each in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return template(left, hole) + template(right, hole)
        case _:
            return hole


def _argument(call: ast.Call, index: int, names: Sequence[str]) -> ast.expr | None:
    named = [word.value for word in call.keywords if word.arg in names]
    if named:
        return named[0]
    starred = [each for each in call.args if isinstance(each, ast.Starred)]
    if starred and call.args.index(starred[0]) <= index:
        return starred[0].value
    return call.args[index] if len(call.args) > index else None


def messages() -> list[Message]:
    """Give every message that the code makes, in the order of the code."""
    found = []
    for module, tree in nodes().items():
        for node in tree:
            if isinstance(node, ast.Call):
                found += _message(module, node)
    return sorted(found, key=lambda each: (each.module, each.line))


def _message(module: str, call: ast.Call) -> list[Message]:
    name = _name(call)
    if isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "click":
        return []  # `cli.usage` makes our own error of each, with a hint
    if name in _ERRORS:
        text, remedy = _argument(call, 0, ("message",)), _argument(call, 9, ("hint",))
        slug = _argument(call, 9, ("slug",))
        return [_row(module, call, ("error", _ERRORS[name]), slug, text, remedy)]
    if name not in _KINDS or (module, name) in _PASSED_ON:
        return []
    severity, place, at, after = _KINDS[name]
    text, remedy = _argument(call, at, _NAMED["text"]), _argument(call, after, _NAMED["remedy"])
    if text is None:
        return []  # something else of that name
    slug = _argument(call, 0 if name == "Violation" else 1, ("slug", "health"))
    if name == "Check":
        health = ast.unparse(slug).rpartition(".")[2].lower() if slug else ""
        if health in ("ok", "skipped"):
            return []
        severity = {"less": "warning", "error": "error"}.get(health, "as checked")
    return [_row(module, call, (severity, place), slug, text, remedy)]


def _row(
    module: str,
    call: ast.Call,
    kind: tuple[str, str],
    slug: ast.expr | None,
    text: ast.expr | None,
    remedy: ast.expr | None,
) -> Message:
    shown = template(slug) if isinstance(slug, ast.Constant | ast.JoinedStr) else ""
    return Message(module, call.lineno, *kind, shown, template(text), template(remedy))


if __name__ == "__main__":
    print("| severity | place | module | slug | message | remedy |\n|---|---|---|---|---|---|")
    for each in messages():
        print(each.row)
