"""Lessons while they run, over HTTP, in memory."""

from tests.contracts.http_conferencing import HttpConferencingContract


class TestConferencingOverMemory(HttpConferencingContract):
    pass
