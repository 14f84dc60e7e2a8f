"""Backup and restore of everything that is stored."""
