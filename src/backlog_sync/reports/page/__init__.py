"""The report as one HTML page with pictures. Needs the extra `report`, and is imported late."""
