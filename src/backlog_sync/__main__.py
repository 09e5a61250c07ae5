"""Run `backlog` as `python -m backlog_sync`."""

from backlog_sync.cli.main import main

main()
