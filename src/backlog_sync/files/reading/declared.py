"""What the settings declare of a file's reading: it counts before all that is inferred.

`"## *": epic`, `"### Phase *": feature`, `"## Appendix": ignore`,
`"- [ ] *": task`, `"- *": story`, `"table Feature": {items: feature, title: Feature}`,
`"## Later": {items: task}`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from backlog_sync.files.outline import Form, Node
from backlog_sync.files.vocabulary import RANKS, key_words

IGNORE = "ignore"
"""What is declared so holds no items, and neither does what stands below it."""

_MOST = 200
"""A pattern is matched against so much of a title; `*` stands for any text."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: which nodes it speaks of, and what they are.

    `what` is a kind or `ignore`, empty where the rule only says what stands below; `items` is
    the kind of the entries or rows below, `columns` are meanings of a table's columns by header.
    """

    pattern: str
    form: Form
    level: int
    title: re.Pattern[str]
    boxed: bool = False
    what: str = ""
    items: str = ""
    columns: tuple[tuple[str, str], ...] = ()


class Declared:
    """The rules of one file; of several that fit, the one that says most of the title counts."""

    def __init__(self, said: Mapping[str, object]) -> None:
        rules = [rule for pattern, what in said.items() if (rule := _rule(pattern, what))]
        self.rules = tuple(
            sorted(rules, key=lambda rule: rule.pattern.count("*") - len(rule.pattern))
        )
        self.used: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.rules)

    def of(self, node: Node) -> Rule | None:
        """The rule that speaks of a section or an entry."""
        for rule in self.rules:
            if rule.form is node.form and _fits(rule, node):
                self.used.add(rule.pattern)
                return rule
        return None

    def of_table(self, headers: list[str]) -> Rule | None:
        """The rule that speaks of a table: by the header of one of its columns."""
        for rule in self.rules:
            if rule.form is Form.TABLE and any(rule.title.fullmatch(each) for each in headers):
                self.used.add(rule.pattern)
                return rule
        return None

    @cached_property
    def levels(self) -> frozenset[int]:
        """The levels of headings that are declared as a whole: `### *`."""
        return frozenset(
            rule.level for rule in self.rules
            if rule.form is Form.SECTION and rule.pattern.endswith("# *")
        )  # fmt: skip

    def unused(self) -> Iterator[str]:
        """The patterns that fitted nothing."""
        return (rule.pattern for rule in self.rules if rule.pattern not in self.used)


def _fits(rule: Rule, node: Node) -> bool:
    if rule.form is Form.SECTION and rule.level != node.level:
        return False
    if rule.form is Form.ENTRY and rule.boxed != (node.box is not None):
        return False
    return rule.title.fullmatch(node.text[:_MOST].strip()) is not None


def _rule(pattern: str, what: object) -> Rule | None:
    """One line of `reading:`; None for a pattern of no known form."""
    form, level, boxed, title = _form(pattern.strip())
    if form is None:
        return None
    told = what if isinstance(what, Mapping) else {}
    kind = what if isinstance(what, str) else str(told.get("kind", ""))
    columns = tuple((str(k), str(v)) for k, v in told.items() if k not in ("items", "kind"))
    return Rule(
        pattern, form, level, _compiled(title), boxed, kind, str(told.get("items", "")), columns
    )


def _form(pattern: str) -> tuple[Form | None, int, bool, str]:
    """The form of what a pattern speaks of, its level, whether it has a box, and its title."""
    heading = re.match(r"(#{1,6})[ ]+(.+)$", pattern)
    if heading:
        return Form.SECTION, len(heading[1]), False, heading[2]
    entry = re.match(r"[-*+][ ]+(\[ ?\][ ]+)?(.+)$", pattern)
    if entry:
        return Form.ENTRY, 0, entry[1] is not None, entry[2]
    word, _, title = pattern.partition(" ")
    if word.casefold() == "table" and title.strip():
        return Form.TABLE, 0, False, title.strip()
    return None, 0, False, ""


def _compiled(title: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in title.split("*"))
    return re.compile(".*".join(parts), re.IGNORECASE | re.DOTALL)


def problem(pattern: str, what: object) -> str:
    """Why a line of `reading:` says nothing; empty where it does."""
    if pattern == "statuses":
        return "" if isinstance(what, Mapping) else "'statuses' takes words and what they mean"
    form = _form(pattern.strip())[0]
    if form is None:
        return f"'{pattern}' is no pattern: begin it with '#', '-', '- [ ]' or 'table'"
    kinds = (*RANKS, IGNORE)
    told = what if isinstance(what, Mapping) else {"items" if form is Form.TABLE else "kind": what}
    for name in ("kind", "items"):
        word = told.get(name)
        if word is not None and key_words(str(word)) not in kinds:
            return f"'{word}' is no kind: write one of {', '.join(kinds)}"
    return ""
