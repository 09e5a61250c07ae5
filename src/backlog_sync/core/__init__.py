"""Values in, values out: what a backlog is, and how a difference becomes a plan."""
