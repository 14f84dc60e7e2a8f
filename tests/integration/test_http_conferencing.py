"""Lessons while they run, over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_conferencing import HttpConferencingContract


class TestConferencingOverSql(HttpConferencingContract):
    pass
