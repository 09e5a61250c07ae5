"""What lint can put right by itself: text of a wrong encoding, wrong totals, missing keys.

Only the bytes that are wrong change. One step at a time: repaired text may be read differently,
so totals and keys follow when the files have been read again.
"""

from collections import Counter
from collections.abc import Iterator

from backlog_sync.core.progress import ItemProgress
from backlog_sync.files.anchors import YamlAnchor
from backlog_sync.files.load import Loaded
from backlog_sync.files.mojibake import repairs
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.source import encode
from backlog_sync.files.totals import WrongTotal
from backlog_sync.files.write_back import FileChange
from backlog_sync.files.yaml.edit import Edit, Editor, Setting, apply_edits
from backlog_sync.files.yaml.nodes import MapNode
from backlog_sync.files.yaml.write import check_same

_UNCLEAR = frozenset(("duplicate-key", "cyclic-parents", "unknown-parent", "too-large"))


def fix(loaded: Loaded) -> tuple[FileChange, ...]:
    """The next step of putting files right: what they become; empty where nothing is left to do.

    Nothing is written to disk. First mojibake is repaired, line by line. Then totals that a
    document claims are set to what its items come to, unless keys are unclear or nothing of the
    kind was found (it may stand in another file), and items of our own YAML get the key that
    they have as `id:`, which keeps their issues. Raises FailedError where a YAML file cannot take
    keys without changing what it says.
    """
    mended = [_mended(parsed) for parsed in loaded.files]
    if any(mended):
        return _changes(loaded.files, mended)
    clear = not any(found.slug in _UNCLEAR for found in loaded.errors)
    wrong = loaded.wrong_totals if clear else ()
    texts = []
    for number, parsed in enumerate(loaded.files):
        found = [total for at, total in wrong if at == number and total.sure]
        edits = list({total.claim.start: _corrected(total) for total in found}.values())
        text = apply_edits(parsed.source.text, edits)
        if clear and not parsed.dialect and not edits:
            text = _with_keys(parsed, dict(_keys(loaded, number)))
        texts.append(text)
    return _changes(loaded.files, texts)


def _changes(files: tuple[ParsedFile, ...], texts: list[str]) -> tuple[FileChange, ...]:
    changes = []
    for parsed, text in zip(files, texts, strict=True):
        source = parsed.source
        after = encode(source, text or source.text)
        if after != source.raw:
            changes.append(FileChange(source.path, source.file, source.raw, after))
    return tuple(changes)


def _mended(parsed: ParsedFile) -> str:
    """The text without mojibake, empty where it holds none."""
    edits = [Edit(start, end, text) for start, end, text in repairs(parsed.source.text)]
    return apply_edits(parsed.source.text, edits) if edits else ""


def _corrected(wrong: WrongTotal) -> Edit:
    return Edit(wrong.claim.start, wrong.claim.end, f"{wrong.computed:g}")


def _keys(loaded: Loaded, number: int) -> Iterator[tuple[int, str]]:
    """The items of a file that declare no key, and the key that they have."""
    for key, (file, index) in loaded.keys.items():
        if file == number and loaded.files[file].items[index].document.id is None:
            yield index, key


def _with_keys(parsed: ParsedFile, keys: dict[int, str]) -> str:
    """The text of our own YAML with `id:` where it is missing."""
    anchors = [item.anchor for item in parsed.items]
    nodes = [anchor.node if isinstance(anchor, YamlAnchor) else None for anchor in anchors]
    used = Counter(id(node) for node in nodes)
    editor = Editor(parsed.source.text)
    named = set()
    for index, key in sorted(keys.items()):
        node = nodes[index]
        if isinstance(node, MapNode) and not node.shared and used[id(node)] == 1:
            editor.set_keys(node, [Setting(("id",), key)])
            named.add(index)
    if not editor.edits:
        return parsed.source.text
    text = editor.result()
    updates = {index: ItemProgress(key=keys[index]) for index in named}
    check_same(parsed, text, updates, written={"id"})
    return text
