"""Catalog: stations, courses, programs, lessons, topics, tests and files: stores on SQL."""
