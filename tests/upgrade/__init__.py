"""What an upgrade does to issues that an older version of the tool made of the same files."""
