"""The GitHub Action: what a workflow asks for, run, told, and brought back."""
