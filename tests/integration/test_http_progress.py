"""Progress, tests and certificates over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_progress import HttpProgressContract


class TestProgressOverSql(HttpProgressContract):
    pass
