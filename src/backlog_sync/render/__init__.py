"""Render plans, reports and diagnostics as text, Markdown and JSON."""
