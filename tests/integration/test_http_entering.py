"""Entering over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_entering import HttpEnteringContract


class TestEnteringOverSql(HttpEnteringContract):
    pass
