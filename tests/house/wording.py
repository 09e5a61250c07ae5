"""The texts of the project that people read, and the words that are kept out of them.

`python -m tests.house.wording` lists every slip, with better words.
"""

import ast
import inspect
import io
import json
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import yaml

from tests.house import sources
from tests.house.sources import ROOT


class Kind(Enum):
    """The kind of a text: what users read, and what readers of the code read."""

    PAGE = "page"
    MESSAGE = "message"
    DOCSTRING = "docstring"
    COMMENT = "comment"


EVERYWHERE = frozenset(Kind)
FOR_USERS = frozenset({Kind.PAGE, Kind.MESSAGE})


@dataclass(frozen=True, slots=True)
class Text:
    """One text, the file that contains it (relative to the root), and its line."""

    kind: Kind
    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words to avoid: what to write instead, a sentence that has them, and one that does not."""

    words: str
    instead: str
    bad: str
    good: str
    kinds: frozenset[Kind] = EVERYWHERE

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Find the words in a text, also across the ends of its lines."""
        return re.finditer(self.words, text.replace("\n", " "))


PATTERNS = (
    Pattern(
        r"\b(?:is|are|was|were|be|been) told\b",
        "report, show, list or warn",
        "The name is told once.",
        "The name is reported once.",
    ),
    Pattern(
        r"\b[Tt]ells?\b(?! (?:\S+ )+(?:apart|from)\b)",
        "report, show, say or describe",
        "A box tells what is done.",
        "This cannot tell drift from a change.",
    ),
    Pattern(r"\b[Ww]homever\b", "whoever", "for whomever asks", "for whoever asks"),
    Pattern(r"\banew\b", "again", "made anew by every run", "created again by every run"),
    Pattern(
        r"\bstands? (?:in|there|at|below|above|behind|before|twice|elsewhere|on)\b",
        "is (in, at, below, …)",
        "The report stands in #24.",
        "The report is in #24; TBD stands for something.",
    ),
    Pattern(
        r"(?<!there )(?<!There )\b(?:is|are) no (?!longer\b|more\b|less\b|other\b|such\b)[a-zA-Z]",
        "is not a …, are not …",
        "This is no YAML file.",
        "This is not a YAML file; it is no longer read, and there is no other.",
    ),
    Pattern(r"\bbeside\b", "next to, besides or with", "a file beside it", "a file next to it"),
    Pattern(r"\bbut for\b", "except for", "all but for one", "all except for one"),
    Pattern(
        r"\b(?:held|holds?) against\b",
        "compare with, check against",
        "Totals are held against the items.",
        "Totals are checked against the items.",
    ),
    Pattern(r"\d %(?!\w)", "85%, without a space", "85 % likely", "85% likely", FOR_USERS),
    Pattern(r"\bper cent\b", "percent, or 85%", "85 per cent", "85 percent"),
    Pattern(
        r"\b[Hh]ow things stand\b", "status", "It shows how things stand.", "It shows the status."
    ),
    Pattern(
        r"\b(?:due|milestone) days?\b",
        "due date",
        "milestones by due day",
        "milestones by due date",
    ),
    Pattern(
        r"\bput right\b(?! (?:after|before)\b)|\bmend(?:s|ed|ing)?\b",
        "fix, repair",
        "mend it",
        "fix it",
    ),
    Pattern(r"\bof (?:ours|our own)\b", "our own …, the tool's", "a file of ours", "our own file"),
    Pattern(
        r"\b(?:line|heading|key|id|name|file|place|way|section)s? of (?:its|their) own\b",
        "its own …",
        "on a line of its own",
        "on its own line",
    ),
    Pattern(
        r"\b(?:one|object) a line\b", "one per line", "files, one a line", "files, one per line"
    ),
    Pattern(r"\bnot believed\b", "not trusted", "It is not believed.", "It is not trusted."),
    Pattern(
        r"(?<!left )(?<!leave )(?<!leaves )(?<!leaving )(?<!left it )\balone\b",
        "only, by itself",
        "the environment alone",
        "only the environment; it is left alone",
    ),
    Pattern(
        r"\b[Ww]here (?:there (?:is|are|was|were)|nothing|none|no|nobody|both sides)\b",
        "if, when",
        "None where there is none.",
        "None if there is none; where it is.",
    ),
    Pattern(r"\bgrave(?:st)?\b", "high, highest", "the gravest risks", "the highest risks"),
    Pattern(
        r"\b[Cc]olour|\b[Bb]ehaviour|\b[Oo]rganis|\b[Rr]ecognis|\b[Ss]ynchronis|\b[Nn]ormalis"
        r"|\b[Ss]erialis|\b[Ll]abelled\b|\b[Mm]odelled\b",
        "American spelling",
        "an organisation's colours",
        "an organization's colors",
    ),
    Pattern(r"\bin the place of\b", "instead of, in place of", "in the place of it", "instead"),
    Pattern(r"\bthe way in\b|\bthe way out\b", "say what it does", "the way in", "load the files"),
    Pattern(
        r"\b(?:which|that) is to be\b|\bthere is to be\b",
        "say what happens",
        "what plan there is to be",
        "the plan to make",
        frozenset({Kind.PAGE, Kind.MESSAGE, Kind.DOCSTRING}),
    ),
    Pattern(
        r"\A(?:Give|Tell|Say|Know|Bear)s?\b",
        "Return, Report, Declare: an imperative summary with a verb that fits",
        "Give the key of an item.",
        "Return the key of an item.",
        frozenset({Kind.DOCSTRING}),
    ),
    Pattern(r"\bhow-?many-?eth\b", "index", "the how-many-eth box", "the index of the box"),
)
"""Few patterns, each one wrong wherever it occurs: a check with false alarms is turned off."""


def texts() -> Iterator[Text]:
    """Return every text that the patterns apply to."""
    yield from _pages()
    yield from _action()
    for name in ("backlog", "report"):
        path = f"docs/schema/{name}.schema.json"
        for text in _descriptions(json.loads((ROOT / path).read_text("utf-8"))):
            yield Text(Kind.PAGE, path, 1, text)
    for file in sources.modules():
        yield from _of_module(file.relative_to(ROOT).as_posix(), sources.text(file))


def slips(pattern: Pattern, among: Iterable[Text]) -> Iterator[tuple[str, str]]:
    """Return the file of each text that contains the words, and a line that shows it."""
    for text in among:
        if text.kind not in pattern.kinds:
            continue
        for match in pattern.matches(text.text):
            line = text.line + text.text.count("\n", 0, match.start())
            around = text.text[max(0, match.start() - 40) : match.end() + 40].replace("\n", " ")
            yield text.path, f"{text.path}:{line}: {text.kind.value}: …{around}…"


def _pages() -> Iterator[Text]:
    # The changelog quotes earlier words, and code is checked where it is written.
    pages = [page for page in ROOT.glob("*.md") if page.name != "CHANGELOG.md"]
    for page in sorted([*pages, *(ROOT / "docs").rglob("*.md")]):
        text = page.read_text("utf-8")
        if page.name != "cli.md":  # the help of the commands is in blocks of code there
            text = re.sub(r"```.*?```|`[^`\n]*`", _blank, text, flags=re.DOTALL)
        yield Text(Kind.PAGE, page.relative_to(ROOT).as_posix(), 1, text)


def _blank(code: re.Match[str]) -> str:
    return "`" + "\n" * code[0].count("\n")


def _action() -> Iterator[Text]:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    for text in _descriptions(action):
        yield Text(Kind.PAGE, "action.yml", 1, text)


def _descriptions(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("description"), str):
            yield value["description"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _descriptions(each)


_PATTERN_SYNTAX = re.compile(r"\\[bsdwAZ(\[]|\(\?|\]\*|\.\*")


def _of_module(path: str, source: str) -> Iterator[Text]:
    """Return the docstrings, messages and comments of a module."""
    parts: set[int] = set()
    for node in sources.nodes(source):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            if isinstance(node.value.value, str):
                parts.add(id(node.value))
                text = inspect.cleandoc(node.value.value)
                yield Text(Kind.DOCSTRING, path, node.lineno, text)
        elif isinstance(node, ast.JoinedStr):
            parts.update(id(part) for part in node.values)
            text = "".join(
                str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values
            )
            yield from _message(path, node.lineno, text)
    for node in sources.nodes(source):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield from _message(path, node.lineno, node.value)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield Text(Kind.COMMENT, path, token.start[0], token.string.lstrip("# "))


def _message(path: str, line: int, text: str) -> Iterator[Text]:
    """Return a string literal if it has words: names, keys and regular expressions do not count."""
    if " " in text and not _PATTERN_SYNTAX.search(text):
        yield Text(Kind.MESSAGE, path, line, text)


def main() -> None:
    """Print every slip with better words."""
    everything = list(texts())
    for pattern in PATTERNS:
        lines = [line for _path, line in slips(pattern, everything)]
        print(f"{pattern.words}  ->  {pattern.instead}  ({len(lines)})", *lines, sep="\n    ")


if __name__ == "__main__":
    main()
