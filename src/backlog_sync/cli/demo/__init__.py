"""The demo: a backlog, and what people did on GitHub in its first ten weeks."""
