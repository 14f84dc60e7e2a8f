"""Catalog: stations, courses, programs, lessons, topics, tests and files: rules and ports."""
