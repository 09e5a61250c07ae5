"""our Backlogs in YAML, its nodes with their places, and edits that keep every other byte."""
