"""Telegram over HTTP, in memory."""

from tests.contracts.http_telegram import HttpTelegramContract


class TestTelegramOverMemory(HttpTelegramContract):
    pass
