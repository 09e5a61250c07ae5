"""A whole file of ours as a document: the settings, and the lists of items."""

from pydantic import Field

from backlog_sync.files.documents.items import (
    AnyItemDocument,
    EpicDocument,
    FeatureDocument,
    StoryDocument,
    TaskDocument,
)
from backlog_sync.files.documents.settings import SettingsDocument


class BacklogDocument(SettingsDocument):
    """A backlog: a plan of epics, features, stories and tasks, kept true on GitHub."""

    epics: tuple[EpicDocument, ...] = Field(default=(), description="The epics.")
    features: tuple[FeatureDocument, ...] = Field(
        default=(), description="Features without an epic."
    )
    stories: tuple[StoryDocument, ...] = Field(default=(), description="Stories without a feature.")
    tasks: tuple[str | TaskDocument, ...] = Field(default=(), description="Tasks without a story.")
    items: tuple[AnyItemDocument, ...] = Field(default=(), description="Items of any kind.")
