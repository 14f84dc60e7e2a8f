"""Entering over HTTP, in memory."""

from tests.contracts.http_entering import HttpEnteringContract


class TestEnteringOverMemory(HttpEnteringContract):
    pass
