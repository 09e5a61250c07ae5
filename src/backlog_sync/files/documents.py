"""The file format as models: what a YAML backlog may say, and what Markdown is read into.

Which fields an item declares is pydantic's `model_fields_set`: omitted is not the same as empty.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

KEY_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"

Key = Annotated[str, Field(pattern=KEY_PATTERN)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class CriterionDocument(_Model):
    """An acceptance criterion; a plain string is one that is not done."""

    text: str
    done: bool = False


class UserStoryDocument(_Model):
    """A user story in its three parts; a plain string is kept as it is."""

    as_a: str
    i_want: str
    so_that: str | None = None


class RiskDocument(_Model):
    """A risk tied to an item."""

    text: str
    likelihood: str | None = None
    impact: str | None = None
    mitigation: str | None = None


class ItemDocument(_Model):
    """An epic, feature, story, task, bug, spike or chore."""

    model_config = ConfigDict(frozen=True, extra="allow", str_strip_whitespace=True)

    id: Key | None = None
    kind: Literal["epic", "feature", "story", "task", "bug", "spike", "chore"] | None = None
    title: str
    goal: str | None = None
    description: str | None = None
    user_story: str | UserStoryDocument | None = None
    acceptance_criteria: tuple[CriterionDocument, ...] | None = None
    labels: tuple[str, ...] | None = None
    milestone: str | None = None
    priority: str | None = None
    story_points: float | str | None = None
    status: str | None = None
    depends_on: tuple[str, ...] | None = None
    assignees: tuple[str, ...] | None = None
    issue: str | None = None
    sync: bool = True
    previously: tuple[str, ...] = ()
    estimate_hours: float | None = None
    start: str | None = None
    target: str | None = None
    sprint: str | None = None
    skills: tuple[str, ...] | None = None
    risks: tuple[RiskDocument, ...] | None = None
    team: str | None = None
    audience: str | None = None
    repository: str | None = None
