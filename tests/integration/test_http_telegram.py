"""Telegram over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_telegram import HttpTelegramContract


class TestTelegramOverSql(HttpTelegramContract):
    pass
