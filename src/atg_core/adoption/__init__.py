"""Adoption: taking over the database of the service that was there before, row by row."""
