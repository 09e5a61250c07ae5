"""Describe issues that people opened on GitHub and that are to be added to a file."""

from collections.abc import Mapping
from dataclasses import field

from backlog_sync.core.model import FieldValue, IssueRef
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class NewItem:
    """An issue to add to a file as an item; its body stays on GitHub.

    `fields` are its other values by their names in the file format. `parent` is the key of the item
    that it belongs below, None for the place that the settings name.
    """

    issue: IssueRef
    url: str | None
    title: str
    kind: str
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    parent: str | None = None
