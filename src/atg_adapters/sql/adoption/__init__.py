"""Adoption of an existing PostgreSQL database: reading it, and filling an empty one of ours."""
