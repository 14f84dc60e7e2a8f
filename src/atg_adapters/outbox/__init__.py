"""Outbox folder: emails and Telegram messages as files, for development."""
