"""Mail about accounts over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_account_mail import HttpAccountMailContract


class TestAccountMailOverSql(HttpAccountMailContract):
    pass
