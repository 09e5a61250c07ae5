"""The board itself and its views: what is missing, and what differs from what is declared.

Name, layout and filter of a declared view, and description, readme and visibility of the board are
merged as labels are; their base is in the same record. Columns are set only when a view is created:
GitHub hides the built-in Type column of a view whose visible fields are replaced ([R]). Nothing
is ever deleted, and views that the file does not name are left alone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from backlog_sync.core.board_fields import GITHUB_FIELDS, FieldPlan
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import CreateView, FieldChange
from backlog_sync.core.definition_base import VISIBILITY_KEY, Carrier, entry_key, of_board
from backlog_sync.core.definitions import DefinitionPlan, Merger, Pair, Part, comparable
from backlog_sync.core.fields import STATUS
from backlog_sync.core.marker import DefinitionBase
from backlog_sync.core.model import ProjectSpec, ViewDef
from backlog_sync.core.normalize import fold, hash_value
from backlog_sync.core.observed import (
    ObservedBoardField,
    ObservedProject,
    ObservedState,
    ObservedView,
)
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.plan import Deferred
from backlog_sync.core.view_arrangement import differences, sorted_by, words

NEW_VIEWS = (
    ViewDef("Board", "board", fields=("Title", "Assignees"), declared=False),
    ViewDef("Table", "table", fields=("Title", "Assignees", "Status"), declared=False),
    ViewDef("Roadmap", "roadmap", declared=False),
)
"""The views that a board gets which a sync creates, if the file declares none.

The columns are those of every view; the fields that the backlog has on the board come next.
"""

_COLUMN_TYPES = ("single_select", "multi_select", "number", "date", "iteration")
"""The types of fields that fit into a column; texts do not."""

_MOST_COLUMNS = 8
"""Fields that a new view shows besides the usual ones: more do not fit next to a title."""

BY_HAND = "sync does not slice views, date roadmaps or turn on workflows"
"""What is left to do on the pages of a board with new views."""


_SAME_MOMENT = 600.0
"""Seconds between what our clock says when a board is created and what GitHub's says, at most."""


def is_unfinished(spec: ProjectSpec, observed: ObservedState) -> bool:
    """Return whether an interrupted run on this machine created the board and not yet its views.

    If the answer to that creation was lost, it is the board that this account created then.
    """
    began, project = observed.new_board, observed.project
    if began is None or project is None or began.name != str(spec):
        return False
    if began.id is not None:
        return began.id == project.id
    if not project.created_at or project.creator != observed.viewer.id:
        return False
    created = datetime.fromisoformat(project.created_at).timestamp()
    return abs(created - began.at) <= _SAME_MOMENT


def new_views(spec: ProjectSpec, observed: ObservedState, fields: FieldPlan) -> list[CreateView]:
    """Return the creations of the views that every board gets that this machine creates."""
    declared = spec.views is not None or spec.template is not None
    others = observed.project is not None and not is_unfinished(spec, observed)
    if declared or others or not fields.capabilities.views:
        return []
    existing = {fold(view.name) for view in observed.project.views} if observed.project else set()
    return [
        CreateView(
            view.name,
            view.name,
            "every new board gets it",
            fields=_parts_of_new(view, fields.columns()),
            definition=view,
        )
        for view in NEW_VIEWS
        if fold(view.name) not in existing
    ]


def _parts_of_new(
    view: ViewDef, board_fields: Iterable[ObservedBoardField]
) -> dict[str, FieldChange]:
    """Return layout and columns of a view that every new board gets."""
    parts = {"layout": FieldChange(None, view.layout)}
    names = [
        each.name for each in board_fields if each.type in _COLUMN_TYPES and each.name != STATUS
    ]
    if names and view.fields:
        parts["columns"] = FieldChange(None, [*view.fields, *names[:_MOST_COLUMNS]])
    return parts


def plan_views(
    spec: ProjectSpec,
    project: ObservedProject | None,
    fields: FieldPlan,
    carrier: Carrier,
    options: PlanOptions,
) -> tuple[DefinitionPlan, list[Deferred]]:
    """Plan what the file declares of the board and its views, and what cannot be done of it.

    `project` is the present board, or the template that a new one is copied from.
    """
    worker = _BoardMerger(spec, fields, carrier, options)
    if project is not None:
        worker.board(project)
    else:
        worker.new_board()
    worker.views(project.views if project is not None else ())
    return worker.plan, worker.deferred


def kept_entries(carrier: Carrier) -> dict[str, DefinitionBase]:
    """Return the record of a board that is not read or not changed by this run: it stays."""
    return of_board(carrier.definitions)


class _BoardMerger(Merger):
    """Merges a board and its views."""

    def __init__(
        self, spec: ProjectSpec, fields: FieldPlan, carrier: Carrier, options: PlanOptions
    ) -> None:
        super().__init__(carrier, options)
        self.spec, self.fields = spec, fields
        self.url = ""
        self.deferred: list[Deferred] = []

    def board(self, project: ObservedProject) -> None:
        """Plan description, readme and visibility of a board."""
        self.url = project.url
        parts = _board_parts(self.spec, project)
        if any(part.declared is not None for part in parts):
            pair = Pair(ChangeKind.PROJECT, self.spec, str(self.spec), project.title)
            self.merge(pair, project, parts)

    def new_board(self) -> None:
        """Record what a new board is given."""
        texts = (self.spec.description, self.spec.readme)
        if any(text is not None for text in texts):
            self._record(ChangeKind.PROJECT, "", texts)
        if self.spec.public is not None:
            visibility = hash_value(str(self.spec.public).lower())
            self.plan.record[VISIBILITY_KEY] = ("", visibility, "")
            self.plan.moved = True

    def views(self, existing_views: Sequence[ObservedView]) -> None:
        """Plan the views to create, to rename back and to change."""
        existing = {fold(view.name): view for view in reversed(existing_views)}
        declared = {fold(view.name) for view in self.spec.views or ()}
        for view in self.spec.views or ():
            same_name = existing.get(fold(view.name))
            observed = same_name or self.renamed(ChangeKind.VIEW, view.name, existing, declared)
            if observed is None:
                self._create(view)
                continue
            self._second(view, observed, existing_views)
            self._arranged(view, observed)
            pair = Pair(ChangeKind.VIEW, view, observed.name, view.name)
            if same_name is None:
                del existing[fold(observed.name)]
                self.rename(pair, "name", by_people=True)
            before = len(self.plan.changes)
            self.merge(pair, observed, _view_parts(view, observed))
            if len(self.plan.changes) > before and not self.fields.capabilities.views:
                self.plan.changes.pop()
                self._defer(view.name, _NO_VIEWS, "change it on the board's page")

    def _second(
        self, view: ViewDef, observed: ObservedView, existing_views: Sequence[ObservedView]
    ) -> None:
        """Report further views of this name, as two runs at one moment leave them."""
        others = [
            f"{self.url}/views/{other.number}"
            for other in existing_views
            if fold(other.name) == fold(view.name) and other is not observed
        ]
        if others:
            reason = f"the board has {len(others) + 1} views of this name; sync keeps the first one"
            self._defer(view.name, reason, f"delete or rename {', '.join(others)}")

    def _create(self, view: ViewDef) -> None:
        if not self.fields.capabilities.views:
            hint = f"add it on the board's page: New view, {view.layout or 'table'}, {view.name}"
            hint += f"; {words(view)}" if view.arrangement else ""
            self._defer(view.name, _NO_VIEWS, hint)
            return
        known = [name for name in view.fields if self._has_field(name)]
        missing = [name for name in view.fields if name not in known]
        if missing:
            what = f"the board has {_no_field(missing)}, so the view does not show {_it(missing)}"
            self._defer(view.name, what, self._remedy(missing))
        values = {"layout": view.layout or "table", "filter": view.filter or None}
        fields = {name: FieldChange(None, value) for name, value in values.items() if value}
        if known:
            fields["columns"] = FieldChange(None, known)
        fields |= self._arrangement(view)
        reason = "the board has no such view"
        self.plan.changes.append(
            CreateView(view.name, view.name, reason, fields=fields, definition=view)
        )
        self._record(ChangeKind.VIEW, view.name, (view.layout, view.filter))

    def _arrangement(self, view: ViewDef) -> dict[str, FieldChange]:
        """Return how to group and sort a new view, and defer what its board cannot do."""
        parts: dict[str, FieldChange] = {}
        for part, names in view.arrangement:
            missing = [name for name in names if not self._has_field(sorted_by(name)[0])]
            if missing:
                what = f"the board has {_no_field(missing)} for {part}"
                self._defer(view.name, what, self._remedy(missing))
            elif names:
                parts[part] = FieldChange(None, list(names))
        return parts

    def _remedy(self, names: Sequence[str]) -> str:
        """Return how a board gets fields that it lacks."""
        declared = self.fields.issue_fields
        if all(fold(sorted_by(name)[0]) in declared for name in names):
            created = f"which creates {_it(names)} in the organization first"
            return f"run with --create-issue-fields, {created}"
        spelling = "name" if len(names) == 1 else "names"
        return f"declare {_it(names)} under project.fields, or correct the {spelling}"

    def _arranged(self, view: ViewDef, observed: ObservedView) -> None:
        """Report how an existing view is to be grouped and sorted: only people can change that."""
        for menu, declared, current in differences(view, observed):
            what = f"{menu} is {current}, the file says {declared or 'none'}"
            hint = f"set it in the view's menu at {self.url}/views/{observed.number}, or change"
            hint += " the file: GitHub's API sets it only in new views"
            self._defer(view.name, what, hint)

    def _has_field(self, name: str) -> bool:
        names = (*GITHUB_FIELDS, *(each.name for each in self.fields.columns()))
        return fold(name) in map(fold, names)

    def _record(self, kind: ChangeKind, name: str, values: Sequence[str | None]) -> None:
        hashes = ("" if value is None else hash_value(comparable(value)) for value in values)
        self.plan.record[entry_key(kind, name)] = ("", *hashes)
        self.plan.moved = True

    def _defer(self, name: str, reason: str, hint: str) -> None:
        self.deferred.append(Deferred(ChangeKind.VIEW, name, reason, hint))


def _no_field(names: Sequence[str]) -> str:
    """Return the fields that a board lacks as "no field Type", or "no fields Type and Updated"."""
    first, last = ", ".join(names[:-1]), names[-1]
    return f"no fields {first} and {last}" if first else f"no field {last}"


def _it(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


_NO_VIEWS = "this server cannot create or change views through its API"


def _board_parts(spec: ProjectSpec, project: ObservedProject) -> tuple[Part, ...]:
    public = None if spec.public is None else str(spec.public).lower()
    observed_public = str(project.public).lower()
    return (
        _text_part("description", spec.description, project.description),
        _text_part("readme", spec.readme, project.readme),
        Part("public", public, observed_public, (public, observed_public), VISIBILITY_KEY),
    )


def _view_parts(view: ViewDef, observed: ObservedView) -> tuple[Part, ...]:
    return (
        _text_part("layout", view.layout, observed.layout),
        _text_part("filter", view.filter, observed.filter),
    )


def _text_part(name: str, declared: str | None, observed: str) -> Part:
    text = None if declared is None else comparable(declared)
    return Part(name, declared, observed, (text, comparable(observed)))
