"""Administering accounts over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_administration import HttpAdministrationContract


class TestAdministrationOverSql(HttpAdministrationContract):
    pass
