"""Build the page of a repository's labels."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from github_sandbox.models import Repository
from github_sandbox.page.views import LabelView, Link, Reader, repository_url, search_url

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox


@dataclass(frozen=True, slots=True)
class UsedLabel:
    """A label, the address of its issues, and how many are open and in all."""

    label: LabelView
    url: str
    open: int
    total: int


@dataclass(frozen=True, slots=True)
class LabelsPage:
    """The labels of a repository, the most used first."""

    repository: Link
    tabs: tuple[Link, ...]
    labels: tuple[UsedLabel, ...]


def labels_page(sandbox: "Sandbox", repository: Repository) -> LabelsPage:
    """Return the page of a repository's labels."""
    reader = Reader(sandbox.store)
    name = reader.full_name(repository.id)
    issues = reader.issues(repository)
    total = Counter(number for issue in issues for number in issue.labels)
    left = Counter(n for issue in issues if issue.state == "OPEN" for n in issue.labels)
    records = sandbox.store.labels.get(repository.id, {}).values()
    return LabelsPage(
        repository=Link(name, repository_url(name)),
        tabs=reader.tabs(repository),
        labels=tuple(
            UsedLabel(
                reader.label(record.id),
                search_url(name, "label", record.name),
                left[record.id],
                total[record.id],
            )
            for record in sorted(records, key=lambda r: (-total[r.id], r.name.lower()))
        ),
    )
