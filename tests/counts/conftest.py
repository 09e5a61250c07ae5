"""The command and a served sandbox, as the command line's tests have them."""

from tests.cli.conftest import backlog, folder, server

__all__ = ["backlog", "folder", "server"]
