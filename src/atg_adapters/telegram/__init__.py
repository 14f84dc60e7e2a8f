"""The Telegram Bot API."""
