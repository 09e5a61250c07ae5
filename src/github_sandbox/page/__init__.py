"""What people see of the sandbox in a browser: small pages over the store, below `/_sandbox/`.

Nothing here is GitHub's, and nothing here is counted, limited, logged or spoiled as its API is.
Templates and the Markdown renderer are loaded when somebody first looks.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from github_sandbox.messages import Request, Response
from github_sandbox.page.addresses import HOME

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox


def accepts(request: Request) -> bool:
    """Whether a request is for a page: below `/_sandbox`, or a browser that asks for the root."""
    path = urlsplit(request.path).path
    if path == "/":
        accept = request.header("Accept") or ""
        return request.method in ("GET", "HEAD") and "text/html" in accept
    return path == HOME.rstrip("/") or path.startswith(HOME)


def respond(sandbox: "Sandbox", request: Request) -> Response:
    """The page, or what became of a form."""
    from github_sandbox.page import site  # noqa: PLC0415 - see the module's text

    return site.respond(sandbox, request)
