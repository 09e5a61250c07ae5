"""GitHub to observed state, and operations to requests."""
