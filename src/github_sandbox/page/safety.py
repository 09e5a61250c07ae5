"""Who may look and press buttons: this machine's own browser, from these pages.

The sandbox listens on the loopback interface only. A page of somebody else may still point a
visitor's browser here, by a form or by a name of its own that leads to 127.0.0.1; both are
refused by what the browser says about them.
"""

from urllib.parse import urlsplit

from github_sandbox.messages import Request

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
FORM_TYPE = "application/x-www-form-urlencoded"
MAX_FORM = 4096
"""Bytes; our forms are far smaller."""


def foreign_host(request: Request) -> bool:
    """Whether the address that was asked is not one of this machine's own names."""
    try:
        name = urlsplit(f"//{request.header('Host') or ''}").hostname
    except ValueError:
        return True
    return name not in LOOPBACK


def foreign_form(request: Request) -> bool:
    """Whether a form was not sent from one of our own pages, as far as the browser says.

    Every browser of today sends `Origin` with a form that is posted; a client that sends none is
    not a browser, and has the API.
    """
    if request.header("Origin") != f"http://{request.header('Host')}":
        return True
    return request.header("Sec-Fetch-Site") not in (None, "same-origin")


def headers(nonce: str) -> dict[str, str]:
    """The headers of every page: nothing from elsewhere, no script and no style but our own."""
    policy = {
        "default-src": "'none'",
        "style-src": f"'nonce-{nonce}'",
        "script-src": f"'nonce-{nonce}'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "same-origin",  # with less, a browser sends `Origin: null` with forms
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
