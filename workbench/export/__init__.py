"""Files that leave the project: tables as CSV, and the report."""
