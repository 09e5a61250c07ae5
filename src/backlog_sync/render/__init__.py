"""Plans, reports and diagnostics as text."""
