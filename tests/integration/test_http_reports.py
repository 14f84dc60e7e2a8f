"""Topics, assignments and reports over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_reports import HttpReportsContract


class TestReportsOverSql(HttpReportsContract):
    pass
