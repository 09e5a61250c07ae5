"""Laws of writing progress into YAML, over backlogs in many styles."""

import json
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.files.parsed import ParsedFile, Source
from backlog_sync.files.refs import parse_issue_ref
from backlog_sync.files.source import encode, source_of
from backlog_sync.files.statuses import same_status
from backlog_sync.files.write.new_values import same_issue
from backlog_sync.files.write.progress import put
from backlog_sync.files.yaml.file import parse_yaml

_WORDS = st.sampled_from(
    [
        "Deploy",
        "it's late",
        'say "hi"',
        "a: b",
        "x, y",
        "[ ] box",
        "# no",
        "naïve ☃",
        "42",
        "no",
        "- d",
    ]
)
_STATUSES = st.sampled_from(["Todo", "in-progress", "Done", "completed", "In Review"])
_COMMENT = st.sampled_from(["", "", "  # why", " #"])


@st.composite
def _scalar(draw: st.DrawFn, words: st.SearchStrategy[str]) -> str:
    """A text in one of the styles that hold it."""
    word = draw(words)
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 '☃ï-]*", word)
    styles = ["double", "single"] + (["plain"] if plain else [])
    match draw(st.sampled_from(styles)):
        case "plain":
            return word
        case "single":
            return "'" + word.replace("'", "''") + "'"
        case _:
            return json.dumps(word, ensure_ascii=draw(st.booleans()))


@st.composite
def _criterion(draw: st.DrawFn, indent: str) -> str:
    text = draw(_scalar(_WORDS))
    match draw(st.integers(0, 4)):
        case 0:
            return f"{{text: {text}}}"
        case 1:
            return f"{{done: {draw(st.sampled_from(['true', 'no']))}, text: {text}}}"
        case 2:
            return f"text: {text}{draw(_COMMENT)}\n{indent}  done: false"
        case 3:
            return f"|\n{indent}  {draw(st.sampled_from(['lines', 'more text']))}\n{indent}  of it"
        case _:
            return text


@st.composite
def _pairs(draw: st.DrawFn, number: int, indent: str) -> list[str]:
    """The keys of an item, in any order, as lines of a block mapping."""
    pairs = [f"title: {draw(_scalar(_WORDS))}{draw(_COMMENT)}", f"id: k{number}"]
    if draw(st.booleans()):
        issue = draw(st.sampled_from(["7", "'#3'", "o/r#9", "sandbox#4", ""]))
        pairs.append(f"issue: {issue}")
    if draw(st.booleans()):
        pairs.append(f"status: {draw(_scalar(_STATUSES))}{draw(_COMMENT)}")
    if draw(st.booleans()):
        pairs.append(
            f"description: |{draw(st.sampled_from(['', '-', '+']))}\n{indent}  a\n\n{indent}  b\n"
        )
    if draw(st.booleans()):
        boxes = draw(st.lists(_criterion(f"{indent}  "), min_size=1, max_size=3))
        pairs.append("acceptance_criteria:\n" + "\n".join(f"{indent}  - {box}" for box in boxes))
    if draw(st.booleans()):
        pairs.append(f"labels: [{draw(_scalar(_WORDS))}]")
    return draw(st.permutations(pairs))


@st.composite
def backlogs(draw: st.DrawFn) -> str:
    """A YAML backlog: block and flow items, comments, quotes, three kinds of line ending."""
    lines = ["version: 1", draw(st.sampled_from(["# plan", "", "id: x  # mine"])), "stories:"]
    dash = draw(st.sampled_from(["- ", "  - ", "  -   "]))
    indent = " " * len(dash)
    for number in range(draw(st.integers(1, 4))):
        if draw(st.integers(0, 3)) == 0:
            title = draw(_scalar(_WORDS))
            lines.append(f"{dash}{{title: {title}, id: k{number}, goal: g}}{draw(_COMMENT)}")
            continue
        pairs = draw(_pairs(number, indent))
        lines.append(dash + f"\n{indent}".join(pairs))
        if draw(st.booleans()):
            lines.append(f"{indent}tasks:\n{indent}  - {draw(_scalar(_WORDS))} {draw(_COMMENT)}")
        lines.append(draw(st.sampled_from(["", f"{indent}# between"])))
    text = "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n"]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


_progress = st.builds(
    ItemProgress,
    key=st.just("k"),
    issue=st.none()
    | st.builds(IssueRef, number=st.integers(1, 99), repository=st.none() | st.just("o/r")),
    status=st.none() | st.sampled_from(["Todo", "In Progress", "Done", "Closed", "In Review"]),
    ticks=st.dictionaries(st.integers(0, 3), st.booleans(), max_size=3),
    initial=st.booleans(),
)


def _parse(text: str) -> ParsedFile:
    source = source_of(text.encode(), Path("b.yaml"), "b.yaml")
    assert isinstance(source, Source)
    parsed = parse_yaml(source)
    assert not parsed.diagnostics, (text, parsed.diagnostics)
    return parsed


_cases = st.tuples(backlogs(), st.dictionaries(st.integers(0, 7), _progress, max_size=4))


def _updates(parsed: ParsedFile, wanted: dict[int, ItemProgress]) -> dict[int, ItemProgress]:
    return {index: each for index, each in wanted.items() if index < len(parsed.items)}


@settings(deadline=None)
@given(_cases)
def test_a_second_write_changes_nothing(case: tuple[str, dict[int, ItemProgress]]) -> None:
    """What is written once is not written again."""
    text, wanted = case
    parsed = _parse(text)
    updates = _updates(parsed, wanted)
    written = put(parsed, updates).parsed.source.text
    assert put(_parse(written), updates).parsed.source.text == written


@settings(deadline=None)
@given(_cases)
def test_reading_again_gives_the_same_items_and_the_progress(
    case: tuple[str, dict[int, ItemProgress]],
) -> None:
    """Everything but the progress reads as before, and the progress is there."""
    text, wanted = case
    parsed = _parse(text)
    updates = _updates(parsed, wanted)
    again = _parse(put(parsed, updates).parsed.source.text)
    assert again.settings == parsed.settings
    assert len(again.items) == len(parsed.items)
    for index, (old, new) in enumerate(zip(parsed.items, again.items, strict=True)):
        skipped = {"issue", "status", "acceptance_criteria"}
        assert old.document.model_dump(exclude=skipped) == new.document.model_dump(exclude=skipped)
        before = old.document.acceptance_criteria or ()
        after = new.document.acceptance_criteria or ()
        assert [each.text for each in before] == [each.text for each in after]
        update = updates.get(index)
        ticks = update.ticks if update else {}
        assert [each.done for each in after] == [
            ticks.get(n, each.done) for n, each in enumerate(before)
        ]
        if update is None:
            assert new.document == old.document
            continue
        if update.issue is not None:
            assert same_issue(new.document.issue, update.issue)
        else:
            assert new.document.issue == old.document.issue
        told = update.status is not None and (
            "status" in old.document.model_fields_set or not update.initial
        )
        if told and update.status is not None:
            assert same_status(new.document.status or "", update.status)
        else:
            assert new.document.status == old.document.status


@settings(deadline=None)
@given(backlogs())
def test_only_named_spans_change(text: str) -> None:
    """With all that was written taken out again, the file is what it was, to the byte."""
    parsed = _parse(text)
    fresh = {
        index: ItemProgress("k", issue=IssueRef(987654), status="Qqq")
        for index, item in enumerate(parsed.items)
        if not {"issue", "status"} & item.document.model_fields_set
    }
    written = put(parsed, fresh).parsed.source.text
    bare = re.sub(r"(?m)^ *(?:issue: 987654|status: Qqq)(?:\r\n|\n|\Z)", "", written)
    bare = re.sub(r", (?:issue: 987654|status: Qqq)(?=[,}])", "", bare)
    bare = re.sub(r"\{title: ((?:(?!, id:)[^\r\n])*)\}(?=[ \r\n]|$)", r"\1", bare)
    source = parsed.source
    expected = re.sub(r"\{title: ((?:(?!, id:)[^\r\n])*)\}(?=[ \r\n]|$)", r"\1", text)
    assert encode(source, bare.rstrip("\r\n")) == encode(source, expected.rstrip("\r\n"))


def test_every_issue_that_is_written_is_read() -> None:
    """The written form of a reference is one of those that are read."""
    for ref in (IssueRef(3), IssueRef(3, "o/r"), IssueRef(3, sandbox=True)):
        assert parse_issue_ref(str(ref)) == ref
