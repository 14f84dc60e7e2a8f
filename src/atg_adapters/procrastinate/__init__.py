"""The job queue on PostgreSQL, with procrastinate."""
