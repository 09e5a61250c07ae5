"""Compare two versions of the program over the same inputs: `python -m tests.compare OLD`."""
