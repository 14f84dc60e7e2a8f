"""Conferencing: the account pool, live lessons and recordings: rules and ports."""
