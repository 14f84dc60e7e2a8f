"""CSV, JSON Lines, XLSX and OneRoster files."""
