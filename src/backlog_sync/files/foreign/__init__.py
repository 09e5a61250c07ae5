"""Read plans of other tools, and support writing them back in place."""
