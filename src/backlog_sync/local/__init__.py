"""Everything on this machine: git, tokens, locks, clocks."""
