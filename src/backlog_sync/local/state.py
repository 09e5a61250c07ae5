"""Where this machine keeps what a run must remember of a server: the journal and the lock."""

import hashlib
import re
from pathlib import Path

import platformdirs

from backlog_sync.local.folder import own_folder

_APP = "backlog-sync"


def state_folder(root: Path, *, home: Path | None, sandbox: bool) -> Path:
    """Give the folder for state: the user's, whatever clone is worked in; it may not exist yet.

    `home` is XDG_STATE_HOME where it is set. The sandbox's is below the root, as the sandbox is;
    so is that of a user without a home of their own.
    """
    if not sandbox:
        try:
            folder = home / _APP if home else platformdirs.user_state_path(_APP)
            folder.mkdir(parents=True, exist_ok=True)
        except (OSError, RuntimeError):
            return own_folder(root) / "state"
        return folder
    return own_folder(root) / "state"


def safe_name(name: str) -> str:
    """Give a name for a file, whatever the characters, and another one for each name."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:60].strip(".")
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
