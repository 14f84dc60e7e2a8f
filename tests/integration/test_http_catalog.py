"""The catalogue's JSON over SQLite and PostgreSQL."""

from tests.contracts.http_catalog import HttpCatalogContract


class TestCatalogOverSql(HttpCatalogContract):
    pass
