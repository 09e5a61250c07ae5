"""The file format as pydantic models, one module per part of a backlog."""
