"""Notices: what people are told, in the console, by mail and by Telegram."""
