"""A simulated GitHub that answers over HTTP on loopback."""
