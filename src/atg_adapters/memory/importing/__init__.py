"""Import and export of rows: stores in memory."""
