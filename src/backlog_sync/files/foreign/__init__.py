"""Plans of other shapes: read as they are, and written back where they stand."""
