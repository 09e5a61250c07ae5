"""Checks of facts about GitHub that are reported or unconfirmed, against a repository of your own.

`python -m tests.live` runs them; CI runs the same checks against the simulator.
"""
