"""Administering accounts over HTTP, in memory."""

from tests.contracts.http_administration import HttpAdministrationContract


class TestAdministrationOverMemory(HttpAdministrationContract):
    pass
