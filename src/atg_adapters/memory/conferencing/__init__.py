"""Conferencing: the account pool, live lessons and recordings: stores in memory."""
