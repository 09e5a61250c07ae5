"""Apply the `reading:` rules of the settings, which take precedence over everything inferred.

`"## *": epic`, `"### Phase *": feature`, `"## Appendix": ignore`, `"- [ ] *": task`, `"- *":
story`, `"table Feature": {items: feature, title: Feature}`, `"## Later": {items: task}`; for YAML
and JSON `"key backlog": {items: task, title: summary}`, `"key now.*": {kind: epic, items: task}`,
`"key notes": ignore`, `root: {items: task}`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from backlog_sync.core.diagnostics import Diagnostic, Place, warning
from backlog_sync.dataclass import dataclass
from backlog_sync.files.outline import Form, Node
from backlog_sync.files.vocabulary import RANKS, field_of, key_words

IGNORE = "ignore"
"""Declared for parts that do not contain items, at any depth."""

_MOST = 200
"""Number of characters of a title that a pattern is matched with; `*` matches any text."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of `reading:`: which nodes it matches, and what they are.

    `what` is a kind or `ignore`; it is empty if the rule only describes what is below. `items` is
    the kind of the entries or rows below. `columns` are pairs of a field and the header or key that
    holds it, or `ignore` if none does. `path` are the parts of a key such as `now.*`.
    """

    pattern: str
    form: Form
    level: int
    title: re.Pattern[str]
    boxed: bool = False
    what: str = ""
    items: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    path: tuple[re.Pattern[str], ...] = ()

    @property
    def kind(self) -> str:
        """The kind of the items in a table or a list."""
        return self.items or self.what

    @property
    def ignored(self) -> bool:
        """Whether the matched part does not contain items or anything about items."""
        return IGNORE in (self.what, self.items)

    def read_as(self, key: str) -> str:
        """Return the name as which a header or key of a record is read; empty if it is ignored.

        If the settings name the key of a field, no other key sets that field.
        """
        spelled = key_words(key)
        for field, header in self.columns:
            if header != IGNORE and key_words(header) == spelled:
                return "id" if field == "number" else field
        set_fields = {field_of(field) for field, _ in self.columns}
        return "" if field_of(key) in set_fields - {None} else key


class Declared:
    """The rules of one file; if several match, the one that spells out most of the title counts."""

    def __init__(self, declared: Mapping[str, object]) -> None:
        rules = [rule for pattern, what in declared.items() if (rule := _rule(pattern, what))]
        self.rules = tuple(
            sorted(rules, key=lambda rule: rule.pattern.count("*") - len(rule.pattern))
        )
        self.used: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.rules)

    def of(self, node: Node) -> Rule | None:
        """Return the rule for a section or an entry, or None."""
        for rule in self.rules:
            if rule.form is node.form and _fits(rule, node):
                self.used.add(rule.pattern)
                return rule
        return None

    def of_table(self, headers: list[str]) -> Rule | None:
        """Return the rule for a table, matched by the header of one of its columns, or None."""
        for rule in self.rules:
            if rule.form is Form.TABLE and any(rule.title.fullmatch(each) for each in headers):
                self.used.add(rule.pattern)
                return rule
        return None

    def of_key(self, path: Sequence[str]) -> Rule | None:
        """Return the rule for a key of YAML or JSON, by the keys that lead to it, or None.

        An empty path is the root of the file.
        """
        for rule in self.rules:
            if rule.form is Form.KEY and _leads(rule, path):
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

    def unused(self, *forms: Form) -> Iterator[str]:
        """Return the patterns of these forms that matched nothing; others apply to other files."""
        return (
            rule.pattern for rule in self.rules
            if rule.form in forms and rule.pattern not in self.used
        )  # fmt: skip


def unused_lines(rules: Declared, path: str, *forms: Form) -> Iterator[Diagnostic]:
    """Report lines of `reading:` that match nothing in a file."""
    for pattern in rules.unused(*forms):
        message = f"'{pattern}' of 'reading' matches nothing in this file"
        hint = "'backlog lint --explain' shows which rule matched each line"
        yield warning(Place(path), "unused-reading", message, hint)


def _fits(rule: Rule, node: Node) -> bool:
    if rule.form is Form.SECTION and rule.level != node.level:
        return False
    if rule.form is Form.ENTRY and rule.boxed != (node.box is not None):
        return False
    return rule.title.fullmatch(node.text[:_MOST].strip()) is not None


def _leads(rule: Rule, path: Sequence[str]) -> bool:
    """Return whether a rule matches the last key of a path, by its name or by the whole path."""
    if not path or not rule.path:
        return not path and not rule.path
    if rule.title.fullmatch(path[-1][:_MOST]):
        return True
    last = path[-len(rule.path) :]
    return len(last) == len(rule.path) > 1 and all(
        part.fullmatch(key[:_MOST]) for part, key in zip(rule.path, last, strict=True)
    )


def _rule(pattern: str, what: object) -> Rule | None:
    """Return the rule for one line of `reading:`; None if the form of its pattern is unknown."""
    form, level, boxed, title = _form(pattern.strip())
    if form is None:
        return None
    settings = what if isinstance(what, Mapping) else {}
    kind = what if isinstance(what, str) else settings.get("kind")
    items = settings.get("items")
    columns = tuple((str(k), str(v)) for k, v in settings.items() if k not in ("items", "kind"))
    path = tuple(map(_compiled, title.split("."))) if form is Form.KEY and title else ()
    return Rule(
        pattern, form, level, _compiled(title), boxed, _kind(kind), _kind(items), columns, path
    )


def _kind(word: object) -> str:
    return "" if word is None else key_words(str(word))


def _form(pattern: str) -> tuple[Form | None, int, bool, str]:
    """Return the form of what a pattern matches, its level, whether it has a box, and its title."""
    heading = re.match(r"(#{1,6})[ ]+(.+)$", pattern)
    if heading:
        return Form.SECTION, len(heading[1]), False, heading[2]
    entry = re.match(r"[-*+][ ]+(\[ ?\][ ]+)?(.+)$", pattern)
    if entry:
        return Form.ENTRY, 0, entry[1] is not None, entry[2]
    word, _, title = pattern.partition(" ")
    form = {"table": Form.TABLE, "key": Form.KEY}.get(word.casefold())
    if form is not None and title.strip():
        return form, 0, False, title.strip()
    return Form.KEY if pattern.casefold() == "root" else None, 0, False, ""


def _compiled(title: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in title.split("*"))
    return re.compile(".*".join(parts), re.IGNORECASE | re.DOTALL)


def problem(pattern: str, what: object) -> str:
    """Return why a line of `reading:` is invalid; empty if it is valid."""
    if pattern == "statuses":
        return "" if isinstance(what, Mapping) else "'statuses' must map words to their meanings"
    form = _form(pattern.strip())[0]
    if form is None:
        return f"'{pattern}' is not a pattern: begin it with '#', '-', '- [ ]', 'table' or 'key'"
    kinds = (*RANKS, IGNORE)
    settings = (
        what if isinstance(what, Mapping) else {"items" if form is Form.TABLE else "kind": what}
    )
    for name in ("kind", "items"):
        word = settings.get(name)
        if word is not None and key_words(str(word)) not in kinds:
            return f"'{word}' is not a kind: write one of {', '.join(kinds)}"
    fields = (str(name) for name in settings if name not in ("kind", "items", "number"))
    unknown = next((name for name in fields if field_of(name) is None), None)
    return f"'{unknown}' is not a field that a column or a key can contain" if unknown else ""
