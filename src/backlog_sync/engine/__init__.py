"""Use cases over ports; no vendor is named here."""
