"""Homework over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_homework import HttpHomeworkContract
from tests.contracts.http_homework_mail import HttpHomeworkMailContract
from tests.contracts.http_regrading import HttpRegradingContract
from tests.contracts.http_submissions import HttpSubmissionsContract


class TestHomeworkOverSql(HttpHomeworkContract):
    pass


class TestSubmissionsOverSql(HttpSubmissionsContract):
    pass


class TestHomeworkMailOverSql(HttpHomeworkMailContract):
    pass


class TestRegradingOverSql(HttpRegradingContract):
    pass
