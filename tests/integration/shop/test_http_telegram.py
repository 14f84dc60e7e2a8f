"""Telegram over HTTP."""

from tests.contracts.databases import over_each_database
from tests.contracts.shop.http_telegram import HttpTelegramContract


@over_each_database
class TestTelegram(HttpTelegramContract):
    pass
