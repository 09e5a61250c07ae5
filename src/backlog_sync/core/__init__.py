"""Pure values and decisions: what a backlog is, and how a difference becomes a plan."""
