"""Notices, on SQL."""
