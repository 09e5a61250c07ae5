"""Accept only browsers on this machine, and forms only from these pages.

The sandbox listens on the loopback interface only. A foreign page may still direct a visitor's
browser here, with a form or with a host name that resolves to 127.0.0.1; both are refused because
of the headers that the browser sends.
"""

from urllib.parse import urlsplit

from github_sandbox.messages import Request

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
FORM_TYPE = "application/x-www-form-urlencoded"
MAX_FORM = 4096
"""Bytes of a form at most; ours are far smaller."""


def foreign_host(request: Request) -> bool:
    """Return whether the requested host is not one of this machine's loopback names."""
    try:
        name = urlsplit(f"//{request.header('Host') or ''}").hostname
    except ValueError:
        return True
    return name not in LOOPBACK


def foreign_form(request: Request) -> bool:
    """Return whether a form did not come from one of these pages, according to the browser.

    All current browsers send `Origin` when they post a form; a client that does not is not a
    browser, and can use the API.
    """
    if request.header("Origin") != f"http://{request.header('Host')}":
        return True
    return request.header("Sec-Fetch-Site") not in (None, "same-origin")


def headers(nonce: str) -> dict[str, str]:
    """Return the headers of every page, which allow only our own resources, scripts and styles."""
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
        "Referrer-Policy": "same-origin",  # else browsers send `Origin: null` with forms
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
