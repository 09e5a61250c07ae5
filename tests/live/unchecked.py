"""Facts that the product relies on and that cannot be checked without harm, with the reasons."""

from typing import Final

_BLOCKS = "GitHub would block the account for a while"
_PAID = "it starts paid work"
_OTHER_TOKEN = "it needs a second account or another kind of token"
_MANY = "it needs too many issues or labels"

UNCHECKED: Final = (
    ("[D]", "a primary limit: 403, 429 or, in GraphQL, 200 with RATE_LIMITED or RATE_LIMIT",
     "github_api/answers.py", _BLOCKS),
    ("[R]", "a secondary limit: 403 or 429, with or without `Retry-After`, and its words",
     "github_api/answers.py", _BLOCKS),
    ("[R]", "`was submitted too quickly` at the path of one mutation",
     "github_api/answers.py", _BLOCKS),
    ("[R]", "about 20 new issues a minute and 150 an hour cause a block", "core/rate.py", _BLOCKS),
    ("[?]", "each mutation of a batch counts toward the limits of new content", "core/rate.py",
     _BLOCKS),
    ("[R]", "a timeout or RESOURCE_LIMITS_EXCEEDED may come after a write",
     "github_api/answers.py", "GitHub cannot be made to time out"),
    ("[R]", "parallel additions of sub-issues to one parent fail", "github_api/send.py",
     "the product adds them one after the other, whatever happens otherwise"),
    ("[R]", "a list may lack an issue that was just created", "engine/read_back.py",
     "it happens at times only"),
    ("[R]", "an agent is assigned with `addAssigneesToAssignable`", "github_api/mutate.py", _PAID),
    ("[R]", "an agent cannot be assigned with the token of an App", "core/agents.py", _OTHER_TOKEN),
    ("[?]", "the list of assignees leaves agents out", "github_api/mutate.py", _PAID),
    ("[S]", "labels, assignees, milestone and type are dropped without push access",
     "github_api/mutate.py", _OTHER_TOKEN),
    ("[D]", "values of issue fields are dropped without push access, and if they are switched off",
     "github_api/mutate.py", _OTHER_TOKEN),
    ("[R]", "a fine-grained token cannot write the boards of people; a workflow's reads no board",
     "github_api/boards.py", _OTHER_TOKEN),
    ("[?]", "INSUFFICIENT_SCOPES is the type if a classic token lacks a scope",
     "github_api/boards.py", _OTHER_TOKEN),
    ("[R]", "cards whose issue the token may not see have no content", "github_api/boards.py",
     _OTHER_TOKEN),
    ("[R]", "labels from before 2019 are stored as `:shortcode:`", "core/emoji_names.py",
     "no such label can be created today"),
    ("[R]", "new visible fields of an existing view hide its Type column", "core/operations.py",
     "the API does not show that column"),
    ("[R]", "an issue has at most 100 labels", "files/lint.py", _MANY),
    ("[R]", "an issue has at most 100 sub-issues and 50 blockers", "files/lint.py", _MANY),
    ("[D]", "an issue has at most 10 assignees", "files/lint.py", _OTHER_TOKEN),
    ("[D]", "a board has at most 50,000 items", "core/board.py", _MANY),
    ("[D]", "REST redirects from a transferred issue and a renamed repository to the new place",
     "github_api/lookups.py", "it would move an issue away, or rename the repository"),
    ("[D]", "a step summary over 1 MiB is lost; ten annotations of a kind for each step",
     "render/bounded.py", "it needs a workflow run"),
    ("[?]", "what a composite action gets as inputs and environment", "action/inputs.py",
     "it needs a workflow run"),
)  # fmt: skip
"""Tag, text, the module that relies on it, and why there is no check."""
