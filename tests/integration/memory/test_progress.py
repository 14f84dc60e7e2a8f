"""Progress, tests and certificates over HTTP, in memory."""

from tests.contracts.http_progress import HttpProgressContract


class TestProgressOverMemory(HttpProgressContract):
    pass
