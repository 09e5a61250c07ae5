"""Benchmarks: how long things take and how much memory they need. They are no tests."""
