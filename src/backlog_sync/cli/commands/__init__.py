"""The commands of `backlog`, one module per verb."""
