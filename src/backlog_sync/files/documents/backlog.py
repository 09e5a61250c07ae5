"""The model of a whole YAML backlog: the settings and the lists of items."""

from backlog_sync.files.documents.items import (
    AnyItemDocument,
    EpicDocument,
    FeatureDocument,
    StoryDocument,
    TaskDocument,
)
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.documents.values import optional


class BacklogDocument(SettingsDocument):
    """A backlog: a plan of epics, features, stories and tasks that is kept in sync with GitHub."""

    epics: tuple[EpicDocument, ...] = optional("Epics.", ())
    features: tuple[FeatureDocument, ...] = optional("Features without an epic.", ())
    stories: tuple[StoryDocument, ...] = optional("Stories without a feature.", ())
    tasks: tuple[str | TaskDocument, ...] = optional("Tasks without a story.", ())
    items: tuple[AnyItemDocument, ...] = optional("Items of any kind.", ())
