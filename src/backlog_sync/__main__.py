"""`python -m backlog_sync` is `backlog`."""

from backlog_sync.cli.main import main

main()
