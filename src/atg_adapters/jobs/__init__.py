"""The leasing job worker of memory and SQLite."""
