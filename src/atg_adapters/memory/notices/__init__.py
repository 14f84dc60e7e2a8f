"""Notices, in memory."""
