"""Read backlog files into the desired state, and write progress back byte-exact."""
