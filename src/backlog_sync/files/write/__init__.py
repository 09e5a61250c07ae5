"""Write to plan files: progress, GitHub's version of fields, repairs, and exports."""
