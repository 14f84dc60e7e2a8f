"""Throttling over HTTP, in memory."""

from tests.contracts.http_throttling import HttpThrottlingContract


class TestThrottlingOverMemory(HttpThrottlingContract):
    pass
