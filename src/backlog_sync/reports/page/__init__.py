"""The report as one HTML page with charts. Needs the extra `report`, and is imported late."""
