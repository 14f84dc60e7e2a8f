"""Stores on PostgreSQL and SQLite, with one code for both."""
