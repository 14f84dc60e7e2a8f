"""Batch import: declared kinds of rows, checked, compared with what is stored, and written in one transaction."""
