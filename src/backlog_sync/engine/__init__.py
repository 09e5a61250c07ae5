"""Use cases: plan, apply, undo, adopt. They reach GitHub, disk and clock only through `ports`."""
