"""Mail about accounts over HTTP, in memory."""

from tests.contracts.http_account_mail import HttpAccountMailContract


class TestAccountMailOverMemory(HttpAccountMailContract):
    pass
