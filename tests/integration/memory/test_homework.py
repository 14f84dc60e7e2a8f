"""Homework over HTTP, in memory."""

from tests.contracts.http_homework import HttpHomeworkContract
from tests.contracts.http_homework_mail import HttpHomeworkMailContract
from tests.contracts.http_regrading import HttpRegradingContract
from tests.contracts.http_submissions import HttpSubmissionsContract


class TestHomeworkOverMemory(HttpHomeworkContract):
    pass


class TestSubmissionsOverMemory(HttpSubmissionsContract):
    pass


class TestHomeworkMailOverMemory(HttpHomeworkMailContract):
    pass


class TestRegradingOverMemory(HttpRegradingContract):
    pass
