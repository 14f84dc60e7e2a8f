"""Throttling over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_throttling import HttpThrottlingContract


class TestThrottlingOverSql(HttpThrottlingContract):
    pass
