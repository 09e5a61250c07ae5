"""A tracker that keeps everything in memory and does what GitHub does, and no more."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backlog_sync.core import normalize
from backlog_sync.core.facts import Conversation
from backlog_sync.core.iterations import IterationSnapshot, as_options, iterations_of
from backlog_sync.core.locations import in_order
from backlog_sync.core.lookups import Questions
from backlog_sync.core.model import IssueFieldValue, ProjectSpec
from backlog_sync.core.observed import (
    Actor,
    BoardItem,
    Capabilities,
    IssueLink,
    ObservedBoardField,
    ObservedIssue,
    ObservedIssueField,
    ObservedLabel,
    ObservedMilestone,
    ObservedOption,
    ObservedOther,
    ObservedProject,
    ObservedRelease,
    ObservedRepository,
    ObservedState,
    ObservedView,
)
from backlog_sync.core.operations import (
    AddBlocker,
    AddCard,
    AddOptions,
    AddSubIssue,
    ChangeAssignees,
    ChangeLabels,
    CloseIssue,
    CreateBoardField,
    CreateIssue,
    CreateLabel,
    CreateMilestone,
    CreateProject,
    CreateView,
    Done,
    LinkProject,
    MoveSubIssue,
    NotSent,
    Operation,
    PutComment,
    PutRelease,
    PutStatus,
    Refused,
    RemoveBlocker,
    RemoveSubIssue,
    ReopenIssue,
    Reply,
    SetIssueFields,
    SetValue,
    ShowIssueField,
    Standing,
    Unknown,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
    UpdateProject,
    UpdateView,
)
from backlog_sync.core.plan import Usage
from backlog_sync.core.planning import FeedbackRef
from backlog_sync.core.preconditions import options, overwrites, standing, verdict
from backlog_sync.core.rate import Waits
from backlog_sync.engine.ports import ReadScope, TimeLeft
from backlog_sync.errors import BacklogError

REPOSITORY = "octo-org/widgets"
ME = Actor("U_me", "me", "OWNER")

Fault = Callable[[Operation], Reply | BacklogError | None]
"""What goes wrong with an operation: None lets it through."""


@dataclass(slots=True)
class MemoryTracker:
    """A repository, its board, other repositories, and a log of the operations that were sent.

    Labels and milestones stand by name, those of others by their repository and name. `may` is
    what people may do, by login.

    `fault` is asked before each operation. `lost` operations are carried out and answered
    `Unknown`; after one, as after a `NotSent`, no later operation of the same call is sent.
    """

    fault: Fault = lambda _: None
    lost: Callable[[Operation], bool] = lambda _: False
    issues: dict[str, ObservedIssue] = field(default_factory=dict)
    labels: dict[str, ObservedLabel] = field(default_factory=dict)
    milestones: dict[str, ObservedMilestone] = field(default_factory=dict)
    project: ObservedProject | None = None
    issue_types: tuple[str, ...] | None = None
    log: list[Operation] = field(default_factory=list)
    calls: int = 0
    hide_recent: bool = False
    may: dict[str, str] = field(default_factory=dict)
    recent_error: BacklogError | None = None
    order: dict[str, list[str]] = field(default_factory=dict)
    comments: dict[tuple[str, str], str] = field(default_factory=dict)
    released: list[ObservedRelease] = field(default_factory=list)
    issue_fields: tuple[ObservedIssueField, ...] = ()
    columns: set[str] = field(default_factory=set)
    labels_there: dict[str, dict[str, ObservedLabel]] = field(default_factory=dict)
    milestones_there: dict[str, dict[str, ObservedMilestone]] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # ---- the port --------------------------------------------------------------------------

    def observe(self, wanted: ReadScope) -> ObservedState:
        """Everything, by number, of the target and of the others that are wanted."""
        others = wanted.others(REPOSITORY)
        with_fields = "issue_fields" in wanted.uses
        return ObservedState(
            repository=ObservedRepository("R_1", REPOSITORY, "O_1", "Organization"),
            viewer=ME,
            issues=in_order(
                (
                    replace(
                        each,
                        children=self.children(each.id),
                        card=self._card(each) if with_fields else each.card,
                        field_values=each.field_values if with_fields else {},
                    )
                    for each in self.issues.values()
                    if each.repository in (REPOSITORY, *others)
                ),
                REPOSITORY,
            ),
            others=tuple(
                ObservedOther(
                    ObservedRepository(f"R_{name}", name, "O_1", "Organization"),
                    tuple(self.labels_there.get(name, {}).values()),
                    tuple(self.milestones_there.get(name, {}).values()),
                )
                for name in others
            ),
            labels=tuple(self.labels.values()),
            milestones=tuple(self.milestones.values()),
            issue_types=self.issue_types,
            project=self.project if wanted.project else None,
            project_owner_id="O_1",
            issue_fields=self.issue_fields if with_fields else None,
            capabilities=Capabilities(link_events=False),
        )

    def _card(self, there: ObservedIssue) -> BoardItem | None:
        """A card, with the columns that show values of issue fields."""
        shows = tuple(name for name in self.columns if name in there.field_values)
        return replace(there.card, shows=shows) if there.card else None

    def definitions(self, board: ProjectSpec | None, repository: str | None) -> ObservedState:
        """Everything but issues."""
        there = self.observe(ReadScope(board))
        if repository is None:
            return replace(there, issues=())
        return replace(
            there,
            issues=(),
            labels=tuple(self.labels_there.get(repository, {}).values()),
            milestones=tuple(self.milestones_there.get(repository, {}).values()),
        )

    def look_up(self, observed: ObservedState, asked: Questions) -> ObservedState:
        """There is nothing elsewhere; who is asked about may write, where nothing else is said."""
        may = {
            name: {normalize.fold(login): self.may.get(login, "WRITE") for login in logins}
            for name, logins in asked.authors.items()
        }
        return replace(
            observed,
            permissions=may.get(REPOSITORY, {}),
            others=tuple(
                replace(other, permissions=may.get(other.repository.name_with_owner, {}))
                for other in observed.others
            ),
        )

    def reread(self, ids: Sequence[str]) -> dict[str, ObservedIssue]:
        """Those that are there."""
        return {i: self.issues[i] for i in ids if i in self.issues}

    def recent(self, count: int, repositories: Sequence[str] = ("",)) -> tuple[ObservedIssue, ...]:
        """The newest first; nothing where the list lags behind."""
        if self.recent_error is not None:
            raise self.recent_error
        names = [] if self.hide_recent else [name or REPOSITORY for name in repositories]
        return tuple(i for name in names for i in self.created_after({name: 0})[:count])

    def created_after(self, numbers: Mapping[str, int]) -> tuple[ObservedIssue, ...]:
        """All with a higher number; nothing where the list lags behind."""
        there = [i for i in self.issues.values() if i.repository in numbers]
        newest = sorted(there, key=lambda i: -i.number)
        listed = (replace(each, children=self.children(each.id)) for each in newest)
        return tuple(issue for issue in listed if issue.number > numbers[issue.repository])

    def conversation(self, number: int) -> str:
        """The issue of that number."""
        return self.by_number(number).id

    def feedback(self, refs: Sequence[FeedbackRef]) -> tuple[Conversation, ...]:
        """Nobody says anything here."""
        return tuple(Conversation(ref) for ref in refs)

    def releases(self, tag: str) -> tuple[ObservedRelease, ...]:
        """The releases with a tag, newest first."""
        return tuple(one for one in reversed(self.released) if one.tag == tag)

    def apply(
        self,
        operations: Sequence[Operation],
        before: Callable[[Sequence[Operation]], None] = lambda _: None,
        meanwhile: Callable[[], bool] = lambda: False,
    ) -> Iterator[tuple[Operation, Reply]]:
        """One by one, in order."""
        self.calls += 1
        ended: str | None = None
        for operation in operations:
            if ended is not None:
                yield operation, NotSent(ended)
                continue
            before([operation])
            trouble = self.fault(operation)
            if isinstance(trouble, BacklogError):
                raise trouble
            if trouble is not None:
                if isinstance(trouble, NotSent | Unknown):
                    ended = trouble.message
                yield operation, trouble
                continue
            said = self._reread(operation)
            if said is not None:
                yield operation, said
                continue
            self.log.append(operation)
            done = self._do(operation)
            if self.lost(operation):
                ended = "an answer was lost before"
                yield operation, Unknown("the line went dead")
                continue
            yield operation, done

    def _reread(self, operation: Operation) -> Reply | None:
        """What is said of an operation instead of carrying it out, by what stands there."""
        watched = overwrites(operation)
        return verdict(operation, self._standing(operation, watched[0])) if watched else None

    def _standing(self, operation: Operation, id_: str) -> Standing | None:
        labels = (
            label
            for there in (self.labels, *self.labels_there.values())
            for label in there.values()
        )
        aims = (
            aim
            for there in (self.milestones, *self.milestones_there.values())
            for aim in there.values()
        )
        fields = self.project.fields if self.project else ()
        match operation:
            case UpdateLabel():
                label = next((label for label in labels if label.id == id_), None)
                return _parts(label, "name", "color", "description")
            case UpdateMilestone():
                aim = next((a for a in aims if a.id == id_), None)
                return _parts(aim, "due", "description", "title")
            case UpdateProject():
                public = str(self.project.public).lower() if self.project else ""
                texts = _parts(self.project, "description", "readme")
                return {**texts, "public": public} if texts else None
            case UpdateView():
                views = self.project.views if self.project else ()
                view = next((view for view in views if view.id == id_), None)
                return _parts(view, "name", "layout", "filter")
            case AddOptions():
                found = next((f for f in fields if f.id == id_), None)
                return {"options": options(found.options)} if found else None
            case SetValue():
                ids = {field.name: field.id for field in fields}
                cards = (issue.card for issue in self.issues.values() if issue.card)
                card = next((card for card in cards if card.id == id_), None)
                return {ids[name]: v for name, v in card.values.items()} if card else None
        there = self.issues.get(id_)
        return standing(there) if there else None

    def iterations(self, project_id: str, board_field: ObservedBoardField) -> IterationSnapshot:
        """Nobody extends iterations here."""
        raise AssertionError((project_id, board_field))

    def usage(self) -> Usage:
        """What was sent."""
        return Usage(mutations=len(self.log))

    def waits(self, creations: int) -> Waits:
        """Nothing waits."""
        return Waits()

    def expect(self, creations: int) -> None:
        """There is no pace."""

    def children(self, parent_id: str) -> tuple[str, ...]:
        """The sub-issues of an issue, in their order."""
        below = {i.id for i in self.issues.values() if i.parent and i.parent.id == parent_id}
        order = [id_ for id_ in self.order.get(parent_id, []) if id_ in below]
        return (*order, *sorted(below - set(order)))

    # ---- what people do --------------------------------------------------------------------

    def edit(self, number: int, **parts: object) -> None:
        """Somebody changes an issue."""
        there = self.by_number(number)
        self.issues[there.id] = replace(there, **parts)  # type: ignore[arg-type] # its fields

    def by_number(self, number: int) -> ObservedIssue:
        """The issue with this number."""
        there = (i for i in self.issues.values() if i.repository == REPOSITORY)
        return next(i for i in there if i.number == number)

    def by_title(self, title: str) -> ObservedIssue:
        """The only issue with this title."""
        (found,) = [i for i in self.issues.values() if i.title == title]
        return found

    def add(self, there: ObservedIssue) -> None:
        """Somebody wrote an issue."""
        self.issues[there.id] = there
        self.know_labels(there.labels)

    def know_labels(self, names: Iterable[str]) -> None:
        """Labels that the repository has."""
        for name in names:
            self.labels.setdefault(normalize.fold(name), ObservedLabel(f"L_{name}", name, "ededed"))

    def put_label(self, old: ObservedLabel, new: ObservedLabel) -> None:
        """Put a changed label in place of another; its issues go along."""
        every = (self.labels, *self.labels_there.values())
        labels = next(ls for ls in every if any(k.id == old.id for k in ls.values()))
        taken = labels.get(normalize.fold(new.name))
        if taken is not None and taken.id != old.id:
            return
        del labels[normalize.fold(old.name)]
        labels[normalize.fold(new.name)] = new
        for there in list(self.issues.values()):
            named = tuple(new.name if n == old.name else n for n in there.labels)
            self.issues[there.id] = replace(there, labels=named)

    def put_milestone(
        self, old: ObservedMilestone, new: ObservedMilestone, repository: str | None = None
    ) -> None:
        """Put a changed milestone in place of another; its issues go along."""
        aims = self.milestones_there[repository] if repository else self.milestones
        if new.title != old.title and new.title in aims:
            return
        del aims[old.title]
        aims[new.title] = new
        for there in list(self.issues.values()):
            if there.milestone == old.title and there.repository == (repository or REPOSITORY):
                self.issues[there.id] = replace(there, milestone=new.title)

    # ---- operations ------------------------------------------------------------------------

    def _do(self, operation: Operation) -> Reply:
        match operation:
            case CreateIssue() | UpdateIssue() | CloseIssue() | ReopenIssue():
                return self._issue(operation)
            case SetIssueFields():
                there = self.issues[operation.id]
                values = {**there.field_values, **{v.name: v.value for v in operation.values}}
                self.issues[there.id] = replace(there, field_values=_filled(values))
                return Done(there.id, there.number, there.url)
            case ChangeLabels() | ChangeAssignees():
                return self._sets(operation)
            case AddSubIssue() | RemoveSubIssue() | AddBlocker() | RemoveBlocker():
                return self._links(operation)
            case MoveSubIssue():
                return self._move(operation)
            case PutComment():
                self.comments[operation.id, operation.mark] = operation.body
                return Done(id=f"{operation.id}:{operation.mark}")
            case PutRelease():
                return self._release(operation)
            case PutStatus():
                return Done(id=f"{operation.project_id}:{operation.mark}:{operation.day}")
            case CreateLabel() | UpdateLabel() | CreateMilestone() | UpdateMilestone():
                return self._definitions(operation)
            case _:
                return self._board(operation)

    def _release(self, o: PutRelease) -> Reply:
        number = o.number or len(self.released) + 1
        self.released = [one for one in self.released if one.number != number]
        self.released.append(ObservedRelease(number, o.tag, True, o.body, f"https://x/{number}"))
        return Done(id=f"RE_{number}", url=f"https://x/{number}")

    def _issue(self, o: CreateIssue | UpdateIssue | CloseIssue | ReopenIssue) -> Reply:
        if isinstance(o, CreateIssue):
            return self._create(o)
        there = self.issues.get(o.id)
        if there is None:
            return Refused("Could not resolve to a node")
        if isinstance(o, CloseIssue):
            there = replace(there, state="closed", state_reason=o.reason)
        elif isinstance(o, ReopenIssue):
            there = replace(there, state="open", state_reason="reopened")
        else:
            wanted = {name: over.planned for name, over in o.parts.items()}
            if o.title is not None:
                wanted["title"] = str(o.title.planned).strip()
            if o.milestone is not None:
                wanted["milestone"] = self._milestone(o.milestone_id)
            there = replace(there, **wanted)  # type: ignore[arg-type] # its fields
        self.issues[o.id] = there
        return Done(id=o.id, number=there.number, url=there.url)

    def _create(self, o: CreateIssue) -> Reply:
        where = o.repository_id.removeprefix("R_") if o.repository_id != "R_1" else REPOSITORY
        number = sum(1 for i in self.issues.values() if i.repository == where) + 1
        id_ = f"I_{next(self._ids)}_{number}"
        parent = self.issues.get(o.parent_id or "")
        carded = self.project is not None and o.project_ids == (self.project.id,)
        there = ObservedIssue(
            id=id_,
            number=number,
            repository=where,
            url=f"https://github.com/{where}/issues/{number}",
            title=o.title.strip(),
            body=o.body,
            author=ME,
            labels=tuple(self._label(i) for i in o.label_ids),
            assignees=o.assignees,
            milestone=self._milestone(o.milestone_id),
            issue_type=o.issue_type,
            parent=_link(parent) if parent else None,
            card=BoardItem(f"C_{id_}") if carded else None,
            field_values=_filled({v.name: v.value for v in o.field_values}),
        )
        self.issues[id_] = there
        if parent:
            self.order.setdefault(parent.id, []).append(id_)
        card_id = there.card.id if there.card else None
        return Done(id=id_, number=number, url=there.url, card_id=card_id)

    def _label(self, id_: str) -> str:
        every = (self.labels, *self.labels_there.values())
        return next(k.name for labels in every for k in labels.values() if k.id == id_)

    def _milestone(self, id_: str | None) -> str | None:
        every = (self.milestones, *self.milestones_there.values())
        return next((m.title for aims in every for m in aims.values() if m.id == id_), None)

    def _sets(self, o: ChangeLabels | ChangeAssignees) -> Reply:
        there = self.issues[o.id]
        if isinstance(o, ChangeLabels):
            gone = {self._label(i) for i in o.remove}
            kept = [name for name in there.labels if name not in gone]
            kept += [name for name in map(self._label, o.add) if name not in kept]
            there = replace(there, labels=tuple(kept))
        else:
            left = [name for name in there.assignees if name not in o.remove]
            left += [name for name in o.add if name not in left]
            there = replace(there, assignees=tuple(left))
        self.issues[o.id] = there
        return Done(id=o.id)

    def _links(self, o: AddSubIssue | RemoveSubIssue | AddBlocker | RemoveBlocker) -> Reply:
        if isinstance(o, AddSubIssue | RemoveSubIssue):
            child = self.issues[o.child_id]
            adding = isinstance(o, AddSubIssue)
            if isinstance(o, AddSubIssue) and child.parent is not None and not o.taken_from:
                return Refused("Sub issue may only have one parent")
            parent = _link(self.issues[o.parent_id]) if adding else None
            if parent and parent.repository.split("/")[0] != child.repository.split("/")[0]:
                return Refused("Sub issue must belong to the same owner as the parent")
            self.issues[child.id] = replace(child, parent=parent)
            for below in self.order.values():
                if child.id in below:
                    below.remove(child.id)
            if adding:
                self.order.setdefault(o.parent_id, []).append(child.id)
            return Done(id=child.id)
        there = self.issues[o.blocked_id]
        others = tuple(each for each in there.blocked_by if each.id != o.blocker_id)
        if isinstance(o, AddBlocker):
            others = (*others, _link(self.issues[o.blocker_id]))
        self.issues[there.id] = replace(there, blocked_by=others)
        return Done(id=there.id)

    def _move(self, o: MoveSubIssue) -> Reply:
        order = [id_ for id_ in self.children(o.parent_id) if id_ != o.child_id]
        anchor = o.after_id or o.before_id
        if anchor not in order or len(order) == len(self.children(o.parent_id)):
            return Refused("not a sub-issue of this parent")
        order.insert(order.index(anchor) + (o.after_id is not None), o.child_id)
        self.order[o.parent_id] = order
        return Done(id=o.child_id)

    def _definitions(
        self, o: CreateLabel | UpdateLabel | CreateMilestone | UpdateMilestone
    ) -> Reply:
        if isinstance(o, CreateLabel):
            where = (o.repository_id or "").removeprefix("R_")
            labels = self.labels_there.setdefault(where, {}) if where else self.labels
            if normalize.fold(o.name) in labels:
                return Refused("Name has already been taken", "already_exists")
            twins = sum(k.id.startswith(f"L_{where}{o.name}") for k in labels.values())
            id_ = f"L_{where}{o.name}{'~' * twins}"
            made = ObservedLabel(id_, o.name, o.color, o.description)
            labels[normalize.fold(o.name)] = made
            return Done(id=made.id)
        if isinstance(o, UpdateLabel):
            every = (self.labels, *self.labels_there.values())
            ((labels, old),) = [(ls, k) for ls in every for k in ls.values() if k.id == o.id]
            new = replace(
                old,
                **{name: over.planned for name, over in o.parts.items()},  # type: ignore[arg-type] # its fields
            )
            self.put_label(old, new)
            return Done(id=new.id)
        place = o.repository or ""
        aims = self.milestones_there.setdefault(place, {}) if place else self.milestones
        if isinstance(o, CreateMilestone):
            number = len(aims) + 1
            aim = ObservedMilestone(
                f"M_{place}{number}", number, o.title, due=o.due, description=o.description or ""
            )
        else:
            (was,) = [m for m in aims.values() if m.number == o.number]
            wanted = {name: over.planned for name, over in o.parts.items()}
            aim = replace(was, **wanted)  # type: ignore[arg-type] # its fields
            self.put_milestone(was, aim, o.repository)
            return Done(id=aim.id, number=aim.number)
        aims[aim.title] = aim
        return Done(id=aim.id, number=aim.number)

    def _board(self, o: Operation) -> Reply:
        if isinstance(o, CreateProject):
            options = tuple(ObservedOption(f"S_{n}", n) for n in ("Todo", "In Progress", "Done"))
            status = ObservedBoardField("F_Status", "Status", "single_select", options)
            url = "https://github.com/orgs/octo-org/projects/1"
            views: tuple[ObservedView, ...] = (ObservedView("V_1", 1, "View 1", "table"),)
            self.project = ObservedProject(
                "P_1", 1, o.title, "octo-org", url, (status,), views=views
            )
            return Done(id="P_1", number=1, url=url, fields=(status,), views=views)
        assert self.project is not None
        match o:
            case LinkProject():
                self.project = replace(self.project, linked=True)
                return Done(id=self.project.id)
            case CreateBoardField(definition=wanted):
                options = _options(wanted.name, [option.name for option in wanted.options])
                if wanted.type == "iteration":
                    options = tuple(
                        replace(each, id=f"{wanted.name}_{n}")
                        for n, each in enumerate(as_options(iterations_of(wanted)))
                    )
                made = ObservedBoardField(f"F_{wanted.name}", wanted.name, wanted.type, options)
                self.project = replace(self.project, fields=(*self.project.fields, made))
                return Done(id=made.id, fields=(made,))
            case UpdateProject():
                wanted_texts = {name: over.planned for name, over in o.values.items()}
                public = str(wanted_texts.pop("public", self.project.public)).lower() == "true"
                self.project = replace(self.project, public=public, **wanted_texts)  # type: ignore[arg-type] # its fields
                return Done(id=self.project.id)
            case CreateView():
                number = len(self.project.views) + 1
                view = ObservedView(f"V_{number}", number, o.name, o.layout)
                self.project = replace(self.project, views=(*self.project.views, view))
                return Done(id=view.id, views=(view,))
            case UpdateView():
                (old_view,) = [view for view in self.project.views if view.id == o.id]
                values = {name: over.planned for name, over in o.values.items()}
                new_view = replace(old_view, **values)  # type: ignore[arg-type] # its fields
                views = tuple(new_view if v.id == o.id else v for v in self.project.views)
                self.project = replace(self.project, views=views)
                return Done(id=o.id, views=(new_view,))
            case ShowIssueField():
                (known,) = [f for f in self.issue_fields if f.id == o.field_id]
                shown = ObservedBoardField(f"F_{known.name}", known.name, known.type, known.options)
                self.project = replace(self.project, fields=(*self.project.fields, shown))
                self.columns.add(known.name)
                return Done(id=shown.id, fields=(shown,))
            case AddOptions():
                (was,) = [f for f in self.project.fields if f.id == o.field_id]
                kept = tuple(ObservedOption(*each) for each in o.existing)
                assert [k.id for k in kept] == [w.id for w in was.options], "an id is not sent"
                for old, now in zip(was.options, kept, strict=True):
                    self._rename_option(was.name, old.name, now.name)
                new = replace(was, options=(*kept, *_options(was.name, [n for n, _, _ in o.new])))
                fields = tuple(new if f.id == new.id else f for f in self.project.fields)
                self.project = replace(self.project, fields=fields)
                return Done(id=new.id, fields=(new,))
            case AddCard(issue_id=issue_id):
                there = self.issues[issue_id]
                card = there.card or BoardItem(f"C_{issue_id}")
                self.issues[issue_id] = replace(there, card=card)
                return Done(id=card.id)
            case SetValue():
                return self._value(o)
        raise AssertionError(o)

    def _rename_option(self, field_name: str, old: str, new: str) -> None:
        for there in list(self.issues.values()):
            if old != new and there.card and there.card.values.get(field_name) == old:
                card = replace(there.card, values={**there.card.values, field_name: new})
                self.issues[there.id] = replace(there, card=card)

    def _value(self, o: SetValue) -> Reply:
        assert self.project is not None
        if o.field_id in {f"F_{name}" for name in self.columns}:
            return Refused("The value belongs to the issue and cannot be set on the project")
        (known,) = [f for f in self.project.fields if f.id == o.field_id]
        (there,) = [i for i in self.issues.values() if i.card and i.card.id == o.item_id]
        assert there.card is not None
        value = o.value
        if known.type in ("single_select", "iteration") and value is not None:
            value = next(each.name for each in known.options if each.id == o.option_ids[0])
        if known.type == "multi_select" and value is not None:
            value = tuple(each.name for each in known.options if each.id in o.option_ids)
        values = {**there.card.values, known.name: value}
        if value is None:
            del values[known.name]
        self.issues[there.id] = replace(there, card=replace(there.card, values=values))
        return Done(id=o.item_id)


def _parts(thing: object, *names: str) -> Standing | None:
    return {name: getattr(thing, name) for name in names} if thing is not None else None


def _link(there: ObservedIssue) -> IssueLink:
    return IssueLink(there.id, there.number, there.repository, there.state)


def _options(prefix: str, names: Iterable[str]) -> tuple[ObservedOption, ...]:
    return tuple(ObservedOption(f"{prefix}:{name}", name) for name in names)


class Watcher:
    """Somebody who watches, and counts."""

    def __init__(self) -> None:
        self.total = 0
        self.done = 0
        self.finished = False
        self.left: TimeLeft | None = None

    def start(self, title: str, total: int, left: TimeLeft | None = None) -> None:
        """Work begins."""
        self.total, self.left = total, left

    def advance(self, count: int = 1) -> None:
        """Some is done."""
        self.done += count

    def finish(self) -> None:
        """All is over."""
        self.finished = True


def nonces() -> Callable[[], str]:
    """Nonces in order."""
    count = itertools.count(1)
    return lambda: f"{next(count):016x}"


def _filled(values: Mapping[str, IssueFieldValue]) -> dict[str, IssueFieldValue]:
    """The values that are not empty."""
    return {name: value for name, value in values.items() if value not in (None, ())}
