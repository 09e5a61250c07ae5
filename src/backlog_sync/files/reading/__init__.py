"""Turn an outline into items, whatever syntax it came from."""
