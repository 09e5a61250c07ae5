"""Progress into a YAML backlog: issue numbers, statuses, ticked criteria."""

import re
from collections.abc import Mapping, Set

from backlog_sync.core.escaping import quoted
from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.errors import FailedError
from backlog_sync.files.anchors import YamlAnchor
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.refs import parse_issue_ref
from backlog_sync.files.source import encode, source_of
from backlog_sync.files.words import same_status
from backlog_sync.files.yaml.edit import Editor, Setting
from backlog_sync.files.yaml.file import parse_yaml
from backlog_sync.files.yaml.nodes import ListNode, MapNode, Node, Scalar

_BOX = re.compile(r"\[[ xX]\]\s")
_WRITTEN = frozenset(("issue", "status", "acceptance_criteria"))


def write_yaml(parsed: ParsedFile, updates: Mapping[int, ItemProgress]) -> str:
    """The text of a YAML backlog with progress written in; keys are positions of items.

    Changes nothing but `issue:`, `status:` and `done:` of the items named, and nothing at all
    where the file says the same already. Roll-ups have no place in YAML. Criteria that an
    alias shares between items are left alone. Raises FailedError where the result
    would not read as the same backlog.
    """
    editor = Editor(parsed.source.text)
    common = _common(parsed)
    json_file = parsed.source.path.lower().endswith(".json")
    for index, progress in updates.items():
        item = parsed.items[index]
        assert isinstance(item.anchor, YamlAnchor)
        node = item.anchor.node
        settings = _settings(item.document, progress)
        if isinstance(node, Scalar):
            if settings:
                editor.to_mapping(node, "title", settings, quote=json_file)
            continue
        editor.set_keys(node, settings)
        value = _criteria(node)
        if value is not None and not common & {id(value), *map(id, _children(value))}:
            quote = json_file or _quotes_keys(node)
            _tick(editor, value, item.document, progress.ticks, quote=quote)
    if not editor.edits:
        return parsed.source.text
    text = editor.result()
    check_same(parsed, text, updates, written=_WRITTEN)
    return text


def _settings(document: ItemDocument, progress: ItemProgress) -> list[Setting]:
    """What is to be set, beside criteria, because the file says otherwise."""
    settings = []
    if progress.issue is not None and not same_issue(document.issue, progress.issue):
        number = str(progress.issue)
        if progress.issue.repository is None and not progress.issue.sandbox:
            number = str(progress.issue.number)
        settings.append(Setting(("issue",), number, bare=number.isdecimal()))
    if progress.status is not None and _status_differs(document, progress.status, progress.initial):
        settings.append(Setting(("status", "Status"), progress.status))
    return settings


def same_issue(written: str | None, issue: IssueRef) -> bool:
    """Whether what a file says names this issue; an unsaid repository is the target."""
    known = parse_issue_ref(written) if written else None
    if known is None or (known.number, known.sandbox) != (issue.number, issue.sandbox):
        return False
    said = (known.repository or "").casefold(), (issue.repository or "").casefold()
    return "" in said or said[0] == said[1]


def _status_differs(document: ItemDocument, status: str, initial: bool) -> bool:
    if "status" not in document.model_fields_set:
        return not initial
    return document.status is None or not same_status(document.status, status)


def _criteria(node: MapNode) -> Node | None:
    """The node of an item's criteria, where they are its own."""
    for entry in node.entries:
        if entry.key.value == "acceptance_criteria" and entry.own and not entry.value.shared:
            return entry.value
    return None


def _common(parsed: ParsedFile) -> set[int]:
    """What belongs to more than one item: values that an alias or a merge key brings in."""
    common: set[int] = set()
    for item in parsed.items:
        node = item.anchor.node if isinstance(item.anchor, YamlAnchor) else None
        for entry in node.entries if isinstance(node, MapNode) else ():
            if not entry.own or entry.value.shared:
                common.update((id(entry.value), *map(id, _children(entry.value))))
    return common


def _children(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, ListNode) else ()


def _quotes_keys(node: MapNode) -> bool:
    """Whether a mapping in braces is written as JSON writes it."""
    return node.flow and all(entry.key.style == '"' for entry in node.entries)


def _tick(
    editor: Editor, value: Node, document: ItemDocument, ticks: Mapping[int, bool], *, quote: bool
) -> None:
    """Set the boxes of criteria."""
    criteria = document.acceptance_criteria or ()
    nodes = value.items if isinstance(value, ListNode) else (value,)
    for index, done in ticks.items():
        if not 0 <= index < min(len(criteria), len(nodes)) or criteria[index].done == done:
            continue
        box = nodes[index]
        setting = Setting(("done",), "true" if done else "false", bare=True)
        if isinstance(box, MapNode) and not box.shared:
            editor.set_keys(box, [setting])
        elif isinstance(box, Scalar) and not box.shared:
            _tick_text(editor, box, setting, quote=quote)


def _tick_text(editor: Editor, node: Scalar, setting: Setting, *, quote: bool) -> None:
    """Tick a criterion that is only a text."""
    if not _BOX.match(node.value):
        editor.to_mapping(node, "text", [setting], quote=quote)
        return
    sign = "x" if setting.value == "true" else " "
    at = editor.text.find("[", node.start, node.end)
    if _BOX.match(editor.text, at):
        editor.replace(at + 1, at + 2, sign)
    else:
        editor.replace(node.start, node.end, quoted(f"[{sign}{node.value[2:]}"))


def check_same(
    parsed: ParsedFile, text: str, updates: Mapping[int, ItemProgress], *, written: Set[str]
) -> None:
    """See that the new text reads as the same items, but for the fields `written` of those that
    are updated. Raises FailedError where it does not.
    """
    source = parsed.source
    again = source_of(encode(source, text), source.file, source.path)
    read = parse_yaml(again) if not hasattr(again, "slug") else None
    if read is not None and len(read.items) == len(parsed.items):
        for index, (old, new) in enumerate(zip(parsed.items, read.items, strict=True)):
            skipped = written if index in updates else frozenset()
            if (old.kind, old.parent) != (new.kind, new.parent) or not _alike(
                old.document, new.document, skipped
            ):
                break
        else:
            if read.settings == parsed.settings:
                return
    raise FailedError(
        f"{source.path}: progress cannot be written into this file without changing what it says",
        slug="write-back",
        hint="write the items as plain mappings, one key a line",
    )


def _alike(old: ItemDocument, new: ItemDocument, skipped: Set[str]) -> bool:
    if old is new:
        return True
    before, after = old.model_dump(exclude=set(skipped)), new.model_dump(exclude=set(skipped))
    if skipped:
        texts = [
            [criterion.text for criterion in document.acceptance_criteria or ()]
            for document in (old, new)
        ]
        return before == after and texts[0] == texts[1]
    return before == after
