"""Telegram: the port to the Bot API, and verification of a Mini App's initData."""
