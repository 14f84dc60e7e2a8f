"""Batch import and export of declared kinds of rows: validated, compared, written in one transaction."""
