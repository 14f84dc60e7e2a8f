"""Conferencing: the account pool, live lessons and recordings: stores on SQL."""
