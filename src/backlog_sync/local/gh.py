"""The token that GitHub's own command line keeps, where it is installed and signed in."""

import subprocess

_SECONDS = 5


def token(host: str) -> str | None:
    """What `gh auth token` gives for a host; None where there is no gh or it is not signed in."""
    try:
        done = subprocess.run(  # noqa: S603  # fixed arguments, no shell
            ["gh", "auth", "token", "--hostname", host],  # noqa: S607  # the user's own gh
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
