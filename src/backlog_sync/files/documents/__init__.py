"""The file format as models: what a backlog may say, each part in a module of its own."""
