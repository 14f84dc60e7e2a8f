"""The catalogue's JSON over memory."""

from tests.contracts.http_catalog import HttpCatalogContract


class TestCatalogOverMemory(HttpCatalogContract):
    pass
