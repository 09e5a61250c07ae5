"""Foreign text in GitHub Markdown: shown as it is, and obeyed nowhere.

GitHub looks for `@mentions`, `#references` and addresses of issues in what Markdown made, not in
its source, so escaping alone does not stop them: they are broken by a zero-width space, and so is
what a workflow runner would read as a command. Every character that Markdown or HTML gives a
meaning becomes a character reference, which is text in both, in a table as in a summary line.
(Sources: GitHub's documentation, "Autolinked references and URLs", "Mentioning people and
teams"; the GFM specification, 2.5 and 6.9.)
"""

import re

from backlog_sync.render.escape import ZERO_WIDTH_SPACE, clean

_ACTIVE = re.compile(
    r"@(?=\w)"
    r"|#(?=\w)"
    r"|GH-(?=\d)"
    r"|:(?=//)"
    r"|www(?=\.)"
    r"|(?:mailto|xmpp)(?=:)",
    re.IGNORECASE,
)
_MEANING = str.maketrans({character: f"&#{ord(character)};" for character in "\\`*_[]<>|~$!"})


def inert(text: str) -> str:
    """One line that is shown as the text, and does nothing, in Markdown and in HTML."""
    broken = _ACTIVE.sub(lambda match: match.group() + ZERO_WIDTH_SPACE, clean(text))
    return broken.replace("&", "&amp;").translate(_MEANING)


def code(text: str) -> str:
    """The same as code: an issue's number, a key, a digest."""
    return f"<code>{inert(text)}</code>"
