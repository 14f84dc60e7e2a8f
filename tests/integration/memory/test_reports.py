"""Topics, assignments and reports over HTTP, in memory."""

from tests.contracts.http_reports import HttpReportsContract


class TestReportsOverMemory(HttpReportsContract):
    pass
