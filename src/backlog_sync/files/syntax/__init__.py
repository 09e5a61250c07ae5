"""Parse bytes into an outline, with the exact place of everything."""
