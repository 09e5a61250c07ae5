"""Into the files: progress, GitHub's version of fields, repairs, and what is exported."""
