"""The command line `backlog`."""
