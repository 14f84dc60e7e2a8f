"""The shop over HTTP, in memory."""

from tests.contracts.http_shop import HttpShopContract


class TestShopOverMemory(HttpShopContract):
    pass
