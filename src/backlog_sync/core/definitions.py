"""Labels and milestones of the repository: what is missing, what differs from what is declared."""

from backlog_sync.core import normalize
from backlog_sync.core.changes import Action, Change, ChangeKind, FieldChange
from backlog_sync.core.model import DesiredState, LabelDef, ObservedState

DEFAULT_COLOR = "ededed"
"""What GitHub itself gives a label without a colour."""


def plan_labels(desired: DesiredState, observed: ObservedState) -> list[Change]:
    """Give the labels to make, to rename (by alias) and to restyle; only what is declared."""
    there = {normalize.fold(label.name): label for label in observed.labels}
    changes: list[Change] = []
    for want in desired.labels:
        have = there.get(normalize.fold(want.name))
        alias = next((there[f] for f in map(normalize.fold, want.aliases) if f in there), None)
        fields: dict[str, FieldChange] = {}
        if have is None and alias is not None:
            fields["name"] = FieldChange(alias.name, want.name)
        now = have or alias
        if now is None:
            changes.append(_create(want))
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
                )
            )
    return changes


def _create(want: LabelDef) -> Change:
    return Change(
        action=Action.CREATE,
        kind=ChangeKind.LABEL,
        key=want.name,
        title=want.name,
        reason="used by the backlog",
        fields={
            "color": FieldChange(None, (want.color or want.new_color or DEFAULT_COLOR).lower()),
            "description": FieldChange(None, want.description or want.new_description or ""),
        },
        definition=want,
    )


def plan_milestones(desired: DesiredState, observed: ObservedState) -> list[Change]:
    """Give the milestones to make and to change; they are looked up open and closed alike."""
    there = {m.title.strip(): m for m in observed.milestones}
    changes: list[Change] = []
    for want in desired.milestones:
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
                )
            )
    return changes


def _text(text: str) -> str:
    return normalize.unify_newlines(text).strip()
