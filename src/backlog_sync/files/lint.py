"""Check a readable backlog for problems: limits, placeholders, totals, duplicate issues."""

from collections import Counter
from collections.abc import Iterator, Sequence

from backlog_sync.core.diagnostics import Diagnostic, Place, warning
from backlog_sync.core.emoji_names import is_only_emoji, with_word
from backlog_sync.core.graph import levels
from backlog_sync.core.model import DesiredItem, DesiredState, IssueRef, Prose
from backlog_sync.core.normalize import fold
from backlog_sync.files.board import parse_date
from backlog_sync.files.entries import Entry
from backlog_sync.files.fit import MAX_BODY, MAX_TITLE, is_too_long
from backlog_sync.files.mojibake import find_mojibake
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.placeholders import find_placeholders
from backlog_sync.files.resolve import Resolved
from backlog_sync.files.settings import FileSettings
from backlog_sync.files.statuses import meanings
from backlog_sync.files.totals import Figure, WrongTotal, describe_wrong_total, wrong_totals
from backlog_sync.files.validation import shown

# Limits of GitHub, gathered from its documentation and from reports.
MAX_LABELS = 100
MAX_LABEL_NAME = 50
MAX_LABEL_DESCRIPTION = 100
MAX_ASSIGNEES = 10
MAX_SUB_ISSUES = 100
MAX_LEVELS = 8
MAX_BLOCKERS = 50
"""Limits that GitHub documents for labels, assignees, sub-issues and dependencies."""


def lint(
    files: Sequence[ParsedFile],
    resolved: Resolved,
    settings: Sequence[FileSettings],
    totals: Sequence[tuple[int, WrongTotal]],
) -> tuple[Diagnostic, ...]:
    """Return everything that lint finds besides errors of reading and resolving.

    `totals` are the wrong ones. Raises nothing.
    """
    diagnostics: list[Diagnostic] = []
    for parsed in files:
        diagnostics.extend(find_mojibake(parsed.source))
    diagnostics.extend(describe_wrong_total(wrong, files[number]) for number, wrong in totals)
    diagnostics.extend(find_placeholders(resolved.entries))
    diagnostics.extend(_issue_numbers(resolved.entries, resolved.repository))
    for file in settings:
        diagnostics.extend(_label_limits(file))
    if resolved.desired is not None:
        diagnostics.extend(_limits(resolved.desired, resolved.entries))
        diagnostics.extend(_dates(resolved.desired, resolved.entries))
    return tuple(diagnostics)


# ---- dates and sizes -----------------------------------------------------------------------

_MOST_POINTS = 1_000
_MOST_HOURS = 10_000
"""Points and hours of one item that are probably a date or an id: five years of one person."""


def _dates(desired: DesiredState, entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """Report dates of open items that contradict each other, and sizes that cannot be meant."""
    due = {fold(each.title): each.due for each in desired.milestones if each.due}
    for entry in entries:
        document = entry.parsed.document
        start, target = (
            parse_date(str(entry.declared(key)[1] or "")) for key in ("start", "target")
        )
        if start and target and start > target:
            key = "start" if "start" in document.model_fields_set else "target"
            message = f"it starts on {start}, after its target, {target}"
            hint = f"swap them: `start: {target}` and `target: {start}`, or correct one"
            hint = "swap the two dates, or correct one" if entry.lenient else hint
            yield entry.problem(key, "start-after-target", message, hint)
        else:
            yield from _after_milestone(entry, start, target, due.get(fold(entry.milestone or "")))
        for key, unit, most in (
            ("story_points", "points", _MOST_POINTS),
            ("estimate_hours", "hours", _MOST_HOURS),
        ):
            size = getattr(document, key)
            if isinstance(size, float) and size > most:
                message = f"{size:,.0f} {unit} for one item"
                hint = "check the number: is it a date or an id? Otherwise split the item"
                yield warning(entry.place(key), "unlikely-size", message, hint)


def _after_milestone(
    entry: Entry, start: str | None, target: str | None, due: str | None
) -> Iterator[Diagnostic]:
    """Report an open item that starts or ends after the due date of its milestone."""
    late = start if start and due and start > due else target
    done = meanings(entry.text("status") or "") & {"done", "cancelled"}
    if not (late and due and late > due) or done:
        return
    verb, key = ("starts", "start") if late == start else ("ends", "target")
    key = key if key in entry.parsed.document.model_fields_set else "milestone"
    title = shown(entry.milestone or "")
    message = f"it {verb} on {late}, after its milestone '{title}' is due on {due}"
    hint = f"write `due: {late}` in the milestone, or choose a later one"
    hint = "correct the date, or choose a later milestone" if entry.lenient else hint
    yield warning(entry.place(key), "after-milestone", message, hint)


# ---- totals --------------------------------------------------------------------------------


def find_wrong_totals(
    files: Sequence[ParsedFile], entries: Sequence[Entry]
) -> Iterator[tuple[int, WrongTotal]]:
    """Yield the stated totals that differ from the items, with the file's position."""
    for number, parsed in enumerate(files):
        if not parsed.claims:
            continue
        figures = [_figure(entry) for entry in entries if entry.file == number]
        for wrong in wrong_totals(parsed, figures):
            yield number, wrong


def _figure(entry: Entry) -> Figure:
    above = entry.parent.upward() if entry.parent else ()
    return Figure(
        index=entry.index,
        kind=entry.parsed.kind,
        points=entry.counted_points,
        criteria=len(entry.parsed.document.acceptance_criteria or ()),
        milestone=entry.milestone,
        ancestors=tuple(at.index for at in above if at.file == entry.file),
    )


# ---- single items --------------------------------------------------------------------------


def _issue_numbers(entries: Sequence[Entry], target: str | None) -> Iterator[Diagnostic]:
    """Report two items with the same issue; one without a repository is in the target.

    A number in a roadmap may only be a mention: such an item is held, and the others are synced.
    """
    first: dict[IssueRef, Entry] = {}
    for entry in entries:
        if entry.issue is None:
            continue
        repository = (entry.issue.repository or entry.text("repository") or target or "").casefold()
        issue = IssueRef(entry.issue.number, repository, entry.issue.sandbox)
        before = first.setdefault(issue, entry)
        if before is not entry:
            message = (
                f"{entry.issue} is also the issue of '{before.key}' at {before.place('issue')}"
            )
            hint = "an issue belongs to one item: remove the number that is wrong"
            yield entry.problem("issue", "duplicate-issue", message, hint)


# ---- limits --------------------------------------------------------------------------------


def _limits(desired: DesiredState, entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    by_key = {entry.key: entry for entry in entries}
    depth = levels({item.key: item.parent for item in desired.items})
    children = Counter(item.parent for item in desired.items)
    of_emoji = {fold(label.name) for label in desired.labels if label.declared}
    for item in desired.items:
        entry = by_key[item.key]
        yield from _too_long(entry, item)
        for name, count, limit, what in (
            ("labels", _count(item, "labels"), MAX_LABELS, "labels"),
            ("assignees", _count(item, "assignees"), MAX_ASSIGNEES, "assignees"),
            ("depends_on", _count(item, "blocked_by"), MAX_BLOCKERS, "blockers"),
            ("", children[item.key], MAX_SUB_ISSUES, "sub-issues"),
        ):
            if count > limit:
                yield _too_many(entry, name, count, limit, what)
        if depth.get(item.key, 0) == MAX_LEVELS + 1:
            yield _too_many(entry, "", MAX_LEVELS + 1, MAX_LEVELS, "levels of sub-issues")
        for label in item.fields.get("labels") or ():  # type: ignore[union-attr]  # names
            if is_only_emoji(str(label)) and fold(str(label)) not in of_emoji:
                of_emoji.add(fold(str(label)))
                yield _only_emoji(entry.place("labels"), str(label))
            if len(str(label)) > MAX_LABEL_NAME:
                message = f"the label '{shown(label)}' has {len(str(label))} characters"
                hint = f"shorten it: GitHub allows {MAX_LABEL_NAME} in a label"
                yield Diagnostic(entry.place("labels"), "over-limit", message, hint)
    yield from _option_limits(desired)


def _too_many(entry: Entry, name: str, count: int, limit: int, what: str) -> Diagnostic:
    message = f"{count} {what}; GitHub allows {limit}"
    return Diagnostic(entry.place(name), "over-limit", message, "shorten it, or split the item")


def _too_long(entry: Entry, item: DesiredItem) -> Iterator[Diagnostic]:
    """Report titles and texts that are cut, or that cannot be cut."""
    length = len(entry.parsed.document.title)
    if length > MAX_TITLE and item.title.endswith("…"):
        message = f"the title has {length} characters; GitHub allows {MAX_TITLE}"
        hint = "it is cut, and the full title is in the body; shorten it to choose the words"
        yield warning(entry.place("title"), "title-too-long", message, hint)
    prose = (part for part in item.block if isinstance(part, Prose) and part.name != "title")
    cut = next((part for part in prose if part.partial), None)
    held = is_too_long(item.block)
    if cut is not None or held:
        message = f"the text is too long for an issue: GitHub allows {MAX_BODY} characters"
        hint = "it is cut, with a note at its end; split the item to publish all of it"
        if held:
            hint = "nothing is done for it: split the item, or take some of its criteria out"
        place = entry.place(cut.name if cut is not None else "acceptance_criteria")
        yield warning(place, "body-too-long", message, hint)


def _count(item: DesiredItem, name: str) -> int:
    value = item.fields.get(name)
    return len(value) if isinstance(value, tuple) else 0


def _option_limits(desired: DesiredState) -> Iterator[Diagnostic]:
    """Report too many options of fields that nobody declared; the models check declared ones."""
    for each in desired.project.fields if desired.project else ():
        if len(each.options) > 50:
            place = desired.items[0].place
            message = f"{each.name} would have {len(each.options)} options; GitHub allows 50"
            hint = "use fewer different values"
            yield Diagnostic(place, "over-limit", message, hint)


def _only_emoji(place: Place, label: str) -> Diagnostic:
    """Return the warning for a label that GitHub would refuse to create."""
    message = f"GitHub does not create a label of emoji only: '{shown(label)}'"
    hint = f"add a word, such as '{shown(with_word(label))}'; one that exists already is used"
    return warning(place, "emoji-label", message, hint)


def _label_limits(file: FileSettings) -> Iterator[Diagnostic]:
    for index, label in enumerate(file.document.labels):
        if is_only_emoji(label.name):
            yield _only_emoji(file.place(f"labels.{index}.name"), label.name)
        for name, text, limit in (
            ("name", label.name, MAX_LABEL_NAME),
            ("description", label.description or "", MAX_LABEL_DESCRIPTION),
        ):
            if len(text) > limit:
                message = f"the label's {name} has {len(text)} characters; GitHub allows {limit}"
                yield file.fault(f"labels.{index}.{name}", "over-limit", message, "shorten it")
