"""Imports of workbooks: upload, what is wrong and what would change, apply, undo; templates and exports."""
