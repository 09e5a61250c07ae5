"""Gather the facts of a report from the files, GitHub and git."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from urllib.parse import quote, urlsplit

from backlog_sync.core import holds
from backlog_sync.core.body import read_box
from backlog_sync.core.escape import split_lines
from backlog_sync.core.facts import (
    Before,
    Conversation,
    Criterion,
    Facts,
    Link,
    MilestoneFact,
    PullRequestFact,
    WorkItem,
)
from backlog_sync.core.fields import STATUS
from backlog_sync.core.matching import Match, match_items
from backlog_sync.core.model import BoardFieldDef, DesiredItem, DesiredState
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import IssueLink, ObservedBoardField, ObservedIssue, ObservedState
from backlog_sync.core.planned_values import with_issue_values
from backlog_sync.core.planning import FeedbackRef
from backlog_sync.core.progress import ItemProgress, first_status, measure, word_of, work_item
from backlog_sync.core.sprints import sprint_field
from backlog_sync.dataclass import dataclass

_MARKDOWN = (".md", ".markdown")
_HEADING = re.compile(r"\ufeff?(?:---\r?\n.*?\n---[ \t]*\r?\n)?\s*#[ \t]+([^\n]+)", re.DOTALL)
"""The heading with which a document begins, below its front matter if it has any."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """The history of the files in git.

    `added` and `reviewed` map keys to the date on which an item's first line was added to its file,
    and on which its words last changed. `then` is what the files declared at the start of the
    reported period. `unseen` lists what git could not provide.
    """

    added: Mapping[str, date] = field(default_factory=dict)
    reviewed: Mapping[str, date] = field(default_factory=dict)
    then: DesiredState | None = None
    unseen: tuple[str, ...] = ()


def gather(
    desired: DesiredState,
    observed: ObservedState,
    *,
    today: date,
    since: date | None = None,
    remembered: Remembered | None = None,
    conversations: tuple[Conversation, ...] = (),
    pages: str = "",
) -> Facts:
    """Return the facts of a report on `today`, and if `since` is given, of the period from then.

    `pages` is the address at which the simulator's pages are served, in place of GitHub's.
    """
    memory = remembered or Remembered()
    repository = observed.repository.name_with_owner
    matches = match_items(desired, observed)
    issues = {key: match.issue for key, match in matches.by_key.items()}
    progress = {one.key: one for one in measure(desired, observed)}
    refs = {f"{issue.repository}#{issue.number}".casefold(): key for key, issue in issues.items()}
    closed = _closed(observed)
    first = first_status(observed)
    sprints = sprint_field(desired, observed)
    states = {issue.id: issue.state for issue in observed.issues}
    ours = {issue.id for issue in issues.values()}
    items = []
    for item in with_issue_values(desired, issues).items:
        issue = issues.get(item.key)
        work = _item(item, refs, work_item(item, issue, first), closed)
        if item.key in matches.held:
            work = replace(work, held=matches.held[item.key].reason)
        if issue is not None:
            work = _with_issue(work, item, matches.by_key[item.key], progress.get(item.key), first)
            others = _states_of_others(issue, ours, states)
            work = replace(
                work,
                url=_served(issue.url, pages),
                pull_requests=_pull_requests(issue, observed, pages),
                branches=issue.branches,
                linked=_linked(work, issue, refs, observed),
                outside=len(others),
                outside_closed=len(others) - others.count("open"),
            )
        else:
            work = replace(work, status=_text(item.board.get(STATUS)))
        sprint = sprints.of(item, issue.card if issue else None, today) if sprints else None
        added = work.added or memory.added.get(item.key)
        items.append(replace(work, added=added, sprint=sprint))
    unseen = list(memory.unseen)
    if observed.project_problem:
        unseen.append(f"The board is out of reach: {observed.project_problem}.")
    if not observed.capabilities.pull_requests:
        unseen.append("This server does not list the pull requests of an issue.")
    unseen += [f"{name} is out of reach: {why}." for name, why in observed.out_of_reach.items()]
    return Facts(
        title=_title(desired) or repository,
        repository=repository,
        today=today,
        items=tuple(items),
        milestones=_milestones(desired, observed),
        planning=desired.planning,
        board=str(desired.project) if desired.project else None,
        since=since,
        before=_before(memory.then, desired, items, issues, since)
        if memory.then and since
        else None,
        reviewed=memory.reviewed,
        conversations=conversations,
        links=tuple(_links(desired, observed, pages)),
        unseen=tuple(unseen),
        statuses=_options(observed.project.fields if observed.project else ()),
        iterations=sprints.iterations() if sprints else (),
        sprint_field=sprints.name if sprints else "",
    )


def from_files(desired: DesiredState, today: date) -> Facts:
    """Return the facts that the files have without GitHub: progress is as far as they say."""
    statuses = _options(desired.project.fields if desired.project else ())
    sprints = sprint_field(desired, None)
    first = (statuses or ("Todo",))[0]
    return Facts(
        title=_title(desired) or desired.repository or "",
        repository=desired.repository or "",
        today=today,
        items=tuple(
            replace(
                _item(item, {}, work_item(item, None, first)),
                ref=_ref(item, desired.repository),
                status=_text(item.board.get(STATUS)),
                sprint=sprints.of(item, None, today) if sprints else None,
                held=holds.unfilled(item.holes, None, None).reason if item.holes else "",
            )
            for item in desired.items
        ),
        milestones=tuple(
            MilestoneFact(one.title, _day(one.due), description=one.description or "")
            for one in desired.milestones
        ),
        planning=desired.planning,
        board=str(desired.project) if desired.project else None,
        statuses=statuses,
        iterations=sprints.iterations() if sprints else (),
        sprint_field=sprints.name if sprints else "",
    )


def _options(fields: Iterable[BoardFieldDef | ObservedBoardField]) -> tuple[str, ...]:
    """Return the options of a board's status."""
    return tuple(
        option.name
        for field in fields
        if fold(field.name) == fold(STATUS)
        for option in field.options
    )


def _title(desired: DesiredState) -> str | None:
    """Return the title of the board, else of the first document, if it begins with one."""
    if desired.project and desired.project.title:
        return desired.project.title
    path, text = desired.texts[0] if desired.texts else ("", "")
    heading = _HEADING.match(text) if path.lower().endswith(_MARKDOWN) else None
    if heading is None:
        return None
    line = text.count("\n", 0, heading.start(1)) + 1
    places = ((item.place.path, item.place.line) for item in desired.items)
    return None if (path, line) in places else heading[1].strip(" #\r")


def _served(url: str, pages: str) -> str:
    """Return the address of a page, on the simulator's server if that is where it is."""
    return f"{pages.rstrip('/')}{urlsplit(url).path}" if pages and url else url


def _links(desired: DesiredState, observed: ObservedState, pages: str) -> Iterator[Link]:
    """Yield the repository, the board and the files; the simulator has no pages of files."""
    name = observed.repository.name_with_owner
    home = pages.rstrip("/") or f"https://{observed.host}"
    yield Link("repository", name, f"{home}/{name}")
    if desired.project:
        board = _served(observed.project.url, pages) if observed.project else None
        yield Link("board", str(desired.project), board)
    for path in desired.sources:
        yield Link("file", path, None if pages else f"{home}/{name}/blob/HEAD/{quote(path)}")


def feedback_refs(desired: DesiredState) -> tuple[FeedbackRef, ...]:
    """Return every place where feedback on the plan or an item is collected, once."""
    of_items = (ref for item in desired.items for ref in item.planning.feedback)
    return tuple(dict.fromkeys((*desired.planning.feedback, *of_items)))


def _closed(observed: ObservedState) -> frozenset[str]:
    """Return the folded names of issues that are known to be closed, items or not."""
    all_issues: list[ObservedIssue | IssueLink] = [*observed.issues]
    all_issues += [link for issue in observed.issues for link in issue.blocked_by]
    closed = [issue for issue in all_issues if issue.state == "closed"]
    return frozenset(name.casefold() for issue in closed for name in _names(issue, observed))


def _names(other: ObservedIssue | IssueLink, observed: ObservedState) -> tuple[str, str]:
    """Return the names that files may have for an issue: with and without the target."""
    return f"{other.repository}#{other.number}", observed.ref(other)


def _linked(
    work: WorkItem, issue: ObservedIssue, refs: Mapping[str, str], observed: ObservedState
) -> tuple[str, ...]:
    """Return the blockers of an issue that the file does not declare: keys, or names of issues."""
    declared = {name.casefold() for name in (*work.blocked_by, *work.waits_for)}
    linked: dict[str, None] = {}
    for link in issue.blocked_by:
        names = {name.casefold() for name in _names(link, observed)}
        key = next((refs[name] for name in names if name in refs), None)
        if key is not None and key.casefold() not in declared:
            linked[key] = None
        elif key is None and link.state != "closed" and not names & declared:
            linked[observed.ref(link)] = None
    return tuple(linked)


def _item(
    item: DesiredItem, refs: Mapping[str, str], base: WorkItem, closed: Collection[str] = ()
) -> WorkItem:
    """Return the planned values of an item in the file; `closed` are issues that block nothing."""
    planning = item.planning
    blockers = [str(name) for name in _words(item, "blocked_by")]
    return replace(
        base,
        hours=planning.hours,
        priority=planning.priority,
        milestone=_text(item.fields.get("milestone")),
        labels=_words(item, "labels"),
        assignees=_words(item, "assignees"),
        team=planning.team,
        audience=planning.audience,
        skills=planning.skills,
        capacity=planning.capacity,
        start=_day(planning.start),
        target=_day(planning.target),
        blocked_by=tuple(
            refs.get(name.casefold(), name) for name in blockers if _is_ours(name, refs)
        ),
        waits_for=tuple(
            name for name in blockers if not _is_ours(name, refs) and name.casefold() not in closed
        ),
        risks=planning.risks,
        feedback=planning.feedback,
        review_notes=planning.review_notes,
        goal=planning.goal,
    )


def _with_issue(
    work: WorkItem, item: DesiredItem, match: Match, progress: ItemProgress | None, first: str
) -> WorkItem:
    """Return the item with the values of its issue; labels and people as named on GitHub."""
    issue, ticks = match.issue, progress.ticks if progress else {}
    criteria = tuple(
        Criterion(criterion.text, ticks.get(nth, criterion.done))
        for nth, criterion in enumerate(item.criteria)
    ) or tuple(_criteria_in_place(match))
    return replace(
        work,
        ref=match.ref,
        status=word_of(item, issue, first),
        labels=issue.labels or work.labels,
        assignees=issue.assignees or work.assignees,
        added=_day(issue.created_at),
        closed=_day(issue.closed_at) if issue.state == "closed" else None,
        updated=_day(max(issue.updated_at, issue.card.updated_at if issue.card else "")),
        criteria=len(criteria),
        ticked=sum(criterion.done for criterion in criteria),
        checklist=criteria,
    )


def _criteria_in_place(match: Match) -> Iterator[Criterion]:
    """Yield the check boxes that people wrote around our block, as criteria of the item.

    In an issue of somebody who may not write they are text: that person can tick them as well.
    """
    if not match.is_trusted or match.parts.problem:
        return
    fence = ""
    for line in split_lines(f"{match.parts.before}\n{match.parts.after}"):
        mark = line.strip()[:3]
        if mark in ("```", "~~~") and fence in ("", mark):
            fence = "" if fence else mark
        elif not fence and (box := read_box(line)):
            yield Criterion(*box)


def _states_of_others(
    issue: ObservedIssue, ours: Collection[str], states: Mapping[str, str]
) -> list[str]:
    """Return the states of an issue's sub-issues that are not items."""
    others = (each for each in issue.children if each not in ours)
    return [issue.child_states.get(each, states.get(each, "open")) for each in others]


def _pull_requests(
    issue: ObservedIssue, observed: ObservedState, pages: str
) -> tuple[PullRequestFact, ...]:
    """Return the pull requests of an issue, whoever opened them."""
    home = observed.repository.name_with_owner
    return tuple(
        PullRequestFact(
            ref=f"{'' if pull.repository == home else pull.repository}#{pull.number}",
            title=pull.title,
            state=pull.state,
            url=_served(pull.url, pages),
            author=pull.author.login if pull.author else "",
        )
        for pull in issue.pull_requests
    )


def _is_ours(name: str, refs: Mapping[str, str]) -> bool:
    return "#" not in name or name.casefold() in refs


def _words(item: DesiredItem, name: str) -> tuple[str, ...]:
    value = item.fields.get(name)
    return tuple(map(str, value)) if isinstance(value, tuple) else ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _day(value: str | None) -> date | None:
    """Return the date of an ISO date or time; None for anything else, which lint has reported."""
    try:
        return date.fromisoformat(value[:10]) if value else None
    except ValueError:
        return None


def _milestones(desired: DesiredState, observed: ObservedState) -> tuple[MilestoneFact, ...]:
    """Return the file's milestones, with their state and, if not declared, due date on GitHub."""
    elsewhere = [milestone for other in observed.others for milestone in other.milestones]
    observed_by_title = {
        fold(milestone.title): milestone for milestone in (*elsewhere, *observed.milestones)
    }
    facts = []
    for milestone in desired.milestones:
        on_github = observed_by_title.get(fold(milestone.title))
        facts.append(
            MilestoneFact(
                title=milestone.title,
                due=_day(milestone.due) or (_day(on_github.due) if on_github else None),
                closed=on_github is not None and on_github.state == "closed",
                description=milestone.description or (on_github.description if on_github else ""),
            )
        )
    return tuple(facts)


def _before(
    then: DesiredState,
    now: DesiredState,
    work_items: Sequence[WorkItem],
    issues: Mapping[str, ObservedIssue],
    since: date,
) -> Before:
    """Return the earlier state of the files; items with an issue are identified by its number.

    Values that are only on GitHub have no history: they count as unchanged.
    """
    keys = {one.ref: one.key for one in work_items if one.ref}
    current = {
        item.key: keys.get(_ref(item, then.repository) or "", item.key) for item in then.items
    }
    then = with_issue_values(
        replace(then, issue_fields=now.issue_fields, settings=now.settings),
        {key: issues.get(current_key) for key, current_key in current.items()},
    )
    items = {current[item.key]: _item(item, {}, work_item(item, None, "")) for item in then.items}
    milestones = {one.title: MilestoneFact(one.title, _day(one.due)) for one in then.milestones}
    return Before(since, items, milestones, then.planning.risks)


def _ref(item: DesiredItem, target: str | None) -> str | None:
    """Return the reference to an item's issue, as in the file and in reports."""
    if item.issue is None:
        return None
    repository = item.issue.repository or item.repository
    in_target = repository is None or fold(repository) == fold(target or "")
    return f"#{item.issue.number}" if in_target else f"{repository}#{item.issue.number}"
