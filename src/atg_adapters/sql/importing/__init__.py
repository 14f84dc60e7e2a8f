"""Import and export of rows: stores on SQL."""
