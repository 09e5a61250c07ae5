"""Read backlogs in YAML into nodes with places, and edit them without touching other bytes."""
