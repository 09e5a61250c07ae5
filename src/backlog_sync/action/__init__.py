"""The GitHub Action: read a workflow's inputs, run, report, and deliver progress."""
