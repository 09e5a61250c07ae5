"""Labels and milestones of a repository: what is missing, what differs from what is declared."""

from backlog_sync.core import normalize
from backlog_sync.core.changes import Action, Change, ChangeKind, FieldChange, Warned
from backlog_sync.core.locations import Location
from backlog_sync.core.model import LabelDef

DEFAULT_COLOR = "ededed"
"""What GitHub itself gives a label without a colour."""


def plan_labels(place: Location) -> list[Change]:
    """Give the labels to make, to rename (by alias) and to restyle; only what is declared.

    A label that is renamed is spent: no second definition can have it by its own alias.
    """
    there = {normalize.fold(label.name): label for label in place.observed_labels}
    named = {normalize.fold(want.name) for want in place.labels}
    changes: list[Change] = []
    for want in place.labels:
        have = there.get(normalize.fold(want.name))
        aliases = [f for f in map(normalize.fold, want.aliases) if f in there and f not in named]
        alias = there.pop(aliases[0]) if have is None and aliases else None
        fields: dict[str, FieldChange] = {}
        if alias is not None:
            fields["name"] = FieldChange(alias.name, want.name)
        now = have or alias
        if now is None:
            changes.append(_create(want, _there(place)))
            continue
        if want.color is not None and want.color.lower() != now.color.lower():
            fields["color"] = FieldChange(now.color.lower(), want.color.lower())
        if want.description is not None and _text(want.description) != _text(now.description):
            fields["description"] = FieldChange(now.description, want.description)
        if fields:
            changes.append(
                Change(
                    action=Action.UPDATE,
                    kind=ChangeKind.LABEL,
                    key=now.name,
                    title=want.name,
                    reason="declared in the file",
                    fields=fields,
                    definition=want,
                    repository=_there(place),
                )
            )
    return changes


def _create(want: LabelDef, repository: str | None) -> Change:
    return Change(
        action=Action.CREATE,
        kind=ChangeKind.LABEL,
        key=want.name,
        title=want.name,
        reason="used by the backlog",
        fields={
            "color": FieldChange(None, (want.color or want.new_color or DEFAULT_COLOR).lower()),
            "description": FieldChange(None, _first(want.description, want.new_description, "")),
        },
        definition=want,
        repository=repository,
    )


def _first(*texts: str | None) -> str:
    return next(text for text in texts if text is not None)


def double_labels(place: Location) -> list[Warned]:
    """Tell of labels that are there under their name and under an alias too: both are kept."""
    there = {normalize.fold(label.name): label.name for label in place.observed_labels}
    named = {normalize.fold(want.name) for want in place.labels}
    found: list[Warned] = []
    for want in place.labels:
        if normalize.fold(want.name) not in there:
            continue
        for alias in map(normalize.fold, want.aliases):
            if alias in there and alias not in named:
                where = "" if place.is_target else f" in {place.name}"
                names = f"{there[alias]} is there beside {want.name}"
                message = f"the label {names}{where}; both are kept"
                found.append(Warned(message, "double-label"))
    return found


def plan_milestones(place: Location) -> list[Change]:
    """Give the milestones to make and to change; they are looked up open and closed alike."""
    there = {m.title.strip(): m for m in place.observed_milestones}
    changes: list[Change] = []
    for want in place.milestones:
        have = there.get(want.title.strip())
        fields: dict[str, FieldChange] = {}
        if want.due is not None and (have is None or have.due != want.due):
            fields["due"] = FieldChange(have.due if have else None, want.due)
        if want.description is not None and (
            have is None or _text(have.description) != _text(want.description)
        ):
            fields["description"] = FieldChange(
                have.description if have else None, want.description
            )
        if have is None or fields:
            changes.append(
                Change(
                    action=Action.UPDATE if have else Action.CREATE,
                    kind=ChangeKind.MILESTONE,
                    key=want.title,
                    title=want.title,
                    reason="declared in the file" if have else "used by the backlog",
                    fields=fields,
                    definition=want,
                    repository=_there(place),
                )
            )
    return changes


def _there(place: Location) -> str | None:
    return None if place.is_target else place.name


def _text(text: str) -> str:
    return normalize.unify_newlines(text).strip()
