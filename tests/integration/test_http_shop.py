"""The shop over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_shop import HttpShopContract


class TestShopOverSql(HttpShopContract):
    pass
