"""Show the sandbox in a browser: small pages over the store, below `/_sandbox/`.

They are not part of GitHub's API: they are not counted, limited, logged or made to fail.
Templates and the Markdown renderer are loaded when the first page is requested.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from github_sandbox.messages import Request, Response
from github_sandbox.page.addresses import HOME, is_web_page

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox


def accepts(request: Request) -> bool:
    """Return whether a request is for a page.

    These are below `/_sandbox`. A browser is also led to them from the root, and from the addresses
    that GitHub's web pages have.
    """
    path = urlsplit(request.path).path
    if path == "/" or is_web_page(path):
        accept = request.header("Accept") or ""
        return request.method in ("GET", "HEAD") and "text/html" in accept
    return path == HOME.rstrip("/") or path.startswith(HOME)


def respond(sandbox: "Sandbox", request: Request) -> Response:
    """Answer with a page, or with the result of a form."""
    from github_sandbox.page import site  # noqa: PLC0415 - see the module's text

    return site.respond(sandbox, request)
