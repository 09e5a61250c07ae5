"""Charts of a report as SVG; needs the extra `backlog-sync[report]`."""
